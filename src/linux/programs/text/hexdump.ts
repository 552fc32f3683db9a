/** xxd, hexdump and od: bytes as numbers. @see vim xxd.c; util-linux hexdump(1); coreutils src/od.c */
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';
import { readAll, readWhole } from '../stdio.ts';

async function input(ctx: Context): Promise<Uint8Array | undefined> {
  const [file = '-'] = ctx.operands;
  const bytes = file === '-' ? await readAll(ctx.sys, 0) : await readWhole(ctx.sys, file);
  if (!isErr(bytes)) {
    const skip = number(ctx.options.value('skip') ?? '0');
    const length = ctx.options.has('length') ? number(ctx.options.value('length') as string) : bytes.length;
    return bytes.subarray(skip, skip + length);
  }
  await ctx.fail(`${file}: ${bytes.text}`);
  return undefined;
}

const number = (s: string): number => Number(s);
const hex = (n: number, width: number): string => n.toString(16).padStart(width, '0');
const printable = (b: number): string => (b >= 32 && b < 127 ? String.fromCharCode(b) : '.');

/** Rows of sixteen (or so) bytes; repeated ones are squeezed to `*` when asked. */
function* rows(b: Uint8Array, width: number, squeeze: boolean): Generator<{ at: number; row: Uint8Array } | '*'> {
  let before = '';
  let starred = false;
  for (let at = 0; at < b.length; at += width) {
    const row = b.subarray(at, at + width);
    const key = row.join();
    if (squeeze && key === before && row.length === width) {
      if (!starred) yield '*';
      starred = true;
      continue;
    }
    starred = false;
    before = key;
    yield { at, row };
  }
}

/** The `xxd` command. */
export const xxd = defineProgram({
  name: 'xxd',
  path: '/usr/bin/xxd',
  summary: 'Make a hex dump or do the reverse',
  synopsis: ['[options] [infile]'],
  options: [
    { name: 'plain', short: 'p', shortOnly: true, help: 'plain hex' },
    { name: 'reverse', short: 'r', shortOnly: true, help: 'bytes from a dump' },
    { name: 'columns', short: 'c', shortOnly: true, arg: 'required', metavar: 'COLS', help: 'bytes a line' },
    { name: 'length', short: 'l', shortOnly: true, arg: 'required', metavar: 'LEN', help: 'stop after so many bytes' },
    { name: 'skip', short: 's', shortOnly: true, arg: 'required', metavar: 'OFF', help: 'begin here' },
  ],
  async run(ctx) {
    const bytes = await input(ctx);
    if (!bytes) return 2;
    const o = ctx.options;
    if (o.has('reverse')) {
      const text = new TextDecoder().decode(bytes);
      const digits = text
        .split('\n')
        .map((l) => (o.has('plain') ? l : l.replace(/^[0-9a-f]+: /i, '').replace(/ {2}.*$/, '')))
        .join('')
        .replace(/[^0-9a-f]/gi, '');
      await ctx.sys.write(
        1,
        Uint8Array.from(digits.match(/../g) ?? [], (d) => Number.parseInt(d, 16)),
      );
      return 0;
    }
    const width = Number(o.value('columns') ?? (o.has('plain') ? 30 : 16));
    let out = '';
    for (const r of rows(bytes, width, false)) {
      if (r === '*') continue;
      const pairs = [...r.row].map((b) => hex(b, 2));
      if (o.has('plain')) out += `${pairs.join('')}\n`;
      else {
        const groups = Array.from(
          { length: Math.ceil(width / 2) },
          (_, i) => `${pairs[2 * i] ?? '  '}${pairs[2 * i + 1] ?? '  '}`,
        );
        out += `${hex(r.at, 8)}: ${groups.join(' ')}  ${[...r.row].map(printable).join('')}\n`;
      }
    }
    await ctx.out(out);
    return 0;
  },
});

/** The `hexdump` command. */
export const hexdump = defineProgram({
  name: 'hexdump',
  path: '/usr/bin/hexdump',
  summary: 'Display file contents in hexadecimal, decimal, octal, or ascii',
  synopsis: ['[options] [file]'],
  options: [
    { name: 'canonical', short: 'C', help: 'canonical hex+ASCII display' },
    { name: 'length', short: 'n', arg: 'required', metavar: 'length', help: 'interpret only length bytes of input' },
    { name: 'skip', short: 's', arg: 'required', metavar: 'offset', help: 'skip offset bytes from the beginning' },
    { name: 'no-squeezing', short: 'v', help: 'output identical lines' },
  ],
  async run(ctx) {
    const bytes = await input(ctx);
    if (!bytes) return 1;
    const canonical = ctx.options.has('canonical');
    const width = canonical ? 8 : 7;
    let out = '';
    for (const r of rows(bytes, 16, !ctx.options.has('no-squeezing'))) {
      if (r === '*') out += '*\n';
      else if (canonical) {
        const pairs = Array.from({ length: 16 }, (_, i) => (i < r.row.length ? hex(r.row[i] as number, 2) : '  '));
        out += `${hex(r.at, 8)}  ${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}  |${[...r.row].map(printable).join('')}|\n`;
      } else {
        const words = Array.from({ length: 8 }, (_, i) =>
          2 * i < r.row.length ? hex((r.row[2 * i] as number) | ((r.row[2 * i + 1] ?? 0) << 8), 4) : '    ',
        );
        out += `${hex(r.at, 7)} ${words.join(' ')}\n`;
      }
    }
    await ctx.out(`${out}${bytes.length > 0 ? `${hex(bytes.length, width)}\n` : ''}`);
    return 0;
  },
});

/** The `od` command: octal words, or what -t and -A say. */
export const od = defineProgram({
  name: 'od',
  path: '/usr/bin/od',
  summary: 'Write an unambiguous representation of FILE to standard output',
  synopsis: ['[OPTION]... [FILE]'],
  version: 'od (GNU coreutils) 9.7',
  options: [
    { name: 'address-radix', short: 'A', arg: 'required', metavar: 'RADIX', help: 'd, o, x or n' },
    { name: 'format', short: 't', arg: 'required', metavar: 'TYPE', help: 'x1, d1, o1, c, a, x2' },
    { name: 'length', short: 'N', arg: 'required', metavar: 'BYTES', help: 'dump only BYTES' },
    { name: 'skip', short: 'j', arg: 'required', metavar: 'BYTES', help: 'skip BYTES' },
    { name: 'characters', short: 'c', shortOnly: true, help: 'same as -t c' },
    { name: 'hexadecimal', short: 'x', shortOnly: true, help: 'same as -t x2' },
    { name: 'no-squeezing', short: 'v', help: 'output identical lines' },
  ],
  async run(ctx) {
    const bytes = await input(ctx);
    if (!bytes) return 1;
    const o = ctx.options;
    const type = o.has('characters') ? 'c' : o.has('hexadecimal') ? 'x2' : (o.value('format') ?? 'o2');
    const radix = { d: 10, o: 8, x: 16, n: 0 }[o.value('address-radix') ?? 'o'] ?? 8;
    const address = (n: number): string => (radix === 0 ? '' : n.toString(radix).padStart(radix === 16 ? 6 : 7, '0'));
    let out = '';
    for (const r of rows(bytes, 16, !o.has('no-squeezing')))
      out += r === '*' ? '*\n' : `${address(r.at)}${cells(r.row, type)}\n`;
    await ctx.out(`${out}${radix === 0 ? '' : `${address(bytes.length)}\n`}`);
    return 0;
  },
});

const NAMES: Readonly<Record<number, string>> = {
  0: '\\0',
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
};

function cells(row: Uint8Array, type: string): string {
  const kind = type[0] ?? 'o';
  if (kind === 'c')
    return [...row]
      .map((b) =>
        (NAMES[b] ?? (b < 32 || b > 126 ? b.toString(8).padStart(3, '0') : String.fromCharCode(b))).padStart(4),
      )
      .join('');
  const size = Number(type.slice(1) || 2);
  const base = { x: 16, o: 8, d: 10, u: 10 }[kind] ?? 8;
  const width = base === 16 ? 2 * size : base === 8 ? Math.ceil((8 * size) / 3) : ([0, 3, 5, 0, 10][size] ?? 3);
  const words: string[] = [];
  for (let i = 0; i < row.length; i += size) {
    let n = 0;
    for (let k = size - 1; k >= 0; k--) n = n * 256 + (row[i + k] ?? 0);
    words.push(base === 10 ? String(n).padStart(width + 1) : ` ${n.toString(base).padStart(width, '0')}`);
  }
  return words.join('');
}
