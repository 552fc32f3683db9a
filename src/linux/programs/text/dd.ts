/** dd: copies blocks. Conversions are not here. @see coreutils src/dd.c */
import { join } from '../../../base/bytes.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Fd } from '../../kernel/sys.ts';
import { type Context, defineProgram } from '../spec.ts';
import { fault } from './wording.ts';

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  c: 1,
  w: 2,
  b: 512,
  K: 1024,
  k: 1024,
  kB: 1000,
  M: 2 ** 20,
  MB: 1e6,
  G: 2 ** 30,
  GB: 1e9,
};

function size(text: string): number | undefined {
  const m = /^(\d+)([A-Za-z]*)$/.exec(text);
  const unit = UNITS[m?.[2] ?? ''];
  return m && unit !== undefined ? Number(m[1]) * unit : undefined;
}

/** `1024000 bytes (1.0 MB, 1000 KiB)` */
function amount(n: number): string {
  const short = (base: number, units: readonly string[]): string => {
    let v = n;
    let k = -1;
    while (v >= base && k < units.length - 1) {
      v /= base;
      k++;
    }
    return `${v < 10 ? v.toFixed(1) : Math.round(v)} ${units[k]}`;
  };
  if (n < 1000) return `${n} byte${n === 1 ? '' : 's'}`;
  const binary = n < 1024 ? '' : `, ${short(1024, ['KiB', 'MiB', 'GiB', 'TiB'])}`;
  return `${n} bytes (${short(1000, ['kB', 'MB', 'GB', 'TB'])}${binary})`;
}

/** Files and devices give whole blocks, pipes what there is. */
async function readBlock(ctx: Context, fd: Fd, bs: number): Promise<Uint8Array | Errno> {
  const { sys } = ctx;
  const st = sys.fstat(fd);
  const whole = !isErr(st) && (st.kind === 'file' || st.kind === 'char') && !sys.isatty(fd);
  const parts: Uint8Array[] = [];
  let have = 0;
  do {
    const piece = await sys.read(fd, bs - have);
    if (isErr(piece)) return piece;
    if (piece.length === 0) break;
    parts.push(piece);
    have += piece.length;
  } while (whole && have < bs);
  await sys.cpu(SETUP_NS + have * BYTE_NS);
  return parts.length === 1 ? (parts[0] as Uint8Array) : join(parts);
}

/** What a block and a byte take, ns. */
const SETUP_NS = 500;
const BYTE_NS = 0.25;

async function run(ctx: Context): Promise<number> {
  const o: Record<string, string> = {};
  for (const word of ctx.args) {
    const eq = word.indexOf('=');
    const name = word.slice(0, eq);
    if (
      eq < 0 ||
      !['if', 'of', 'bs', 'ibs', 'obs', 'count', 'skip', 'seek', 'status', 'conv', 'iflag', 'oflag'].includes(name)
    )
      return ctx.fail(`unrecognized operand ‘${word}’\nTry 'dd --help' for more information.`);
    o[name] = word.slice(eq + 1);
  }
  const numbers = {
    bs: size(o.bs ?? o.ibs ?? '512'),
    count: size(o.count ?? ''),
    skip: size(o.skip ?? '0'),
    seek: size(o.seek ?? '0'),
  };
  for (const [name, n] of Object.entries(numbers))
    if (n === undefined && o[name] !== undefined) return ctx.fail(`invalid number: ‘${o[name]}’`);
  const { sys } = ctx;
  const bs = numbers.bs ?? 512;
  const from = o.if === undefined ? 0 : sys.open(o.if, { read: true });
  if (isErr(from)) return fault(ctx, `failed to open '${o.if}': ${from.text}`, `can't open '${o.if}': ${from.text}`);
  const keep = (o.conv ?? '').split(',').includes('notrunc') || (numbers.seek ?? 0) > 0;
  const to = o.of === undefined ? 1 : sys.open(o.of, { write: true, create: true, truncate: !keep });
  if (isErr(to)) return fault(ctx, `failed to open '${o.of}': ${to.text}`, `can't open '${o.of}': ${to.text}`);
  const start = sys.now();
  if (numbers.seek) sys.lseek(to, numbers.seek * bs, 'set');
  for (let k = 0; k < (numbers.skip ?? 0); k++) await sys.read(from, bs);
  let full = 0;
  let partial = 0;
  let bytes = 0;
  let code = 0;
  while (numbers.count === undefined || full + partial < numbers.count) {
    const block = await readBlock(ctx, from, bs);
    if (isErr(block)) {
      code = await ctx.fail(`error reading '${o.if ?? 'standard input'}': ${block.text}`);
      break;
    }
    if (block.length === 0) break;
    if (block.length === bs) full++;
    else partial++;
    const n = await sys.write(to, block);
    if (isErr(n)) {
      code = await ctx.fail(`error writing '${o.of ?? 'standard output'}': ${n.text}`);
      break;
    }
    bytes += block.length;
  }
  if (o.status === 'none') return code;
  await ctx.err(`${full}+${partial} records in\n${full}+${partial} records out\n`);
  const s = Math.max((sys.now() - start) / 1e9, 1e-9);
  const rate = amount(Math.round(bytes / s))
    .replace(/^.*\((.*?)[,)].*$/, '$1')
    .replace(/ bytes?$/, ' B');
  if (o.status !== 'noxfer') await ctx.err(`${amount(bytes)} copied, ${Number(s.toPrecision(6))} s, ${rate}/s\n`);
  return code;
}

export const spec = defineProgram({
  name: 'dd',
  path: '/usr/bin/dd',
  summary: 'Copy a file, converting and formatting according to the operands',
  synopsis: ['[OPERAND]...'],
  order: 'own',
  options: [],
  run,
});
