/** df: file systems and their use, as statfs(2) tells it. @see coreutils src/df.c */
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';

interface Row {
  readonly source: string;
  readonly type: string;
  readonly target: string;
  readonly size: number;
  readonly used: number;
}

function human(kib: number): string {
  let n = kib;
  let unit = 0;
  while (n >= 1024 && unit < 3) {
    n /= 1024;
    unit++;
  }
  if (kib === 0) return '0';
  return `${n < 10 && unit > 0 ? (Math.ceil(n * 10) / 10).toFixed(1) : Math.ceil(n)}${'KMGT'[unit]}`;
}

/** One digit after the point, whatever comes before it. @see busybox libbb/human_readable.c: make_human_readable_str */
function humanBusybox(kib: number): string {
  let n = kib * 1024;
  let unit = 0;
  let tenths = 0;
  while (n >= 1024) {
    tenths = Math.floor(((n % 1024) * 10 + 512) / 1024);
    n = Math.floor(n / 1024);
    unit++;
  }
  if (tenths >= 10) {
    n++;
    tenths = 0;
  }
  return unit === 0 ? String(n) : `${n}.${tenths}${'KMGT'[unit - 1]}`;
}

function rows(ctx: Context): Row[] {
  return ctx.sys.mounts().flatMap(({ source, type, target }) => {
    const fs = ctx.sys.statfs(target);
    if (isErr(fs)) return [];
    const size = (fs.blocks * fs.bsize) / 1024;
    return [{ source, type, target, size, used: size - (fs.bfree * fs.bsize) / 1024 }];
  });
}

/** Those that are shown when none is named: with blocks; of one device that which is mounted nearest to the root. */
function shownOf(all: readonly Row[], gnu: boolean): Row[] {
  const some = all.filter((r) => r.size > 0);
  if (!gnu) return some;
  const best = (r: Row): Row =>
    some
      .filter((x) => x.source === r.source && x.type === r.type)
      .reduce((a, b) => (b.target.length < a.target.length ? b : a));
  return some.filter((r) => r.type === 'tmpfs' || best(r) === r);
}

/** The mount that a path lies on. */
function mountOf(all: readonly Row[], path: string): Row | undefined {
  const on = all.filter((r) => path === r.target || path.startsWith(r.target === '/' ? '/' : `${r.target}/`));
  return on.sort((a, b) => b.target.length - a.target.length)[0];
}

/** @see busybox coreutils/df.c: a name of more than 20 characters has a line of its own */
async function busyboxTable(ctx: Context, head: readonly string[], table: readonly string[][]): Promise<void> {
  const [, size = '', used, free, share, target] = head;
  const line = ([source = '', a = '', b = '', c = '', d = '', on = '']: readonly string[]): string =>
    `${source.length > 20 ? `${source}\n${' '.repeat(20)}` : source.padEnd(20)} ${a.padStart(9)} ${b.padStart(9)} ${c.padStart(9)} ${d.padStart(4)} ${on}\n`;
  const first = `Filesystem           ${size.padEnd(15)}${used} ${free} ${share} ${target}\n`;
  await ctx.out(first + table.map(line).join(''));
}

async function run(ctx: Context): Promise<number> {
  const o = ctx.options;
  const all = rows(ctx);
  const whole = o.has('all') ? all : shownOf(all, ctx.flavour === 'gnu');
  const shown: Row[] = ctx.operands.length === 0 ? whole : [];
  let code = 0;
  for (const path of ctx.operands) {
    const real = ctx.sys.realpath(path);
    const row = isErr(real) ? undefined : mountOf(all, real);
    if (row) shown.push(row);
    else code = await ctx.fail(`${path}: ${isErr(real) ? real.text : 'no file system'}`);
  }
  if (shown.length === 0) return code;
  const bb = ctx.flavour === 'busybox';
  const text = o.has('human-readable') ? (bb ? humanBusybox : human) : (n: number): string => String(n);
  const head = [
    'Filesystem',
    o.has('human-readable') ? (bb ? '     Size' : 'Size') : '1K-blocks',
    'Used',
    o.has('human-readable') && !bb ? 'Avail' : 'Available',
    'Use%',
    'Mounted on',
  ];
  const table = shown.map((r) => [
    r.source,
    text(r.size),
    text(r.used),
    text(r.size - r.used),
    r.size === 0 ? '-' : `${Math.ceil((r.used * 100) / r.size)}%`,
    r.target,
  ]);
  if (bb) return busyboxTable(ctx, head, table).then(() => code);
  const types = ['Type', ...shown.map((r) => r.type)];
  const lines = [head, ...table].map(
    (cells, i) => (o.has('print-type') ? [cells[0], types[i], ...cells.slice(1)] : cells) as string[],
  );
  const left = o.has('print-type') ? 2 : 1;
  const widths =
    lines[0]?.map((_, k) => Math.max(k === 0 ? 14 : 5, ...lines.map((l) => (l[k] as string).length))) ?? [];
  await ctx.out(
    lines
      .map((l) =>
        l
          .map((cell, k) => {
            if (k === l.length - 1) return cell;
            return k < left
              ? cell.padEnd(widths[k] as number)
              : cell.padStart(k === l.length - 2 ? 4 : (widths[k] as number));
          })
          .join(' '),
      )
      .map((l) => `${l}\n`)
      .join(''),
  );
  return code;
}

export const spec = defineProgram({
  name: 'df',
  path: '/usr/bin/df',
  summary: 'Show the space of file systems',
  synopsis: ['[OPTION]... [FILE]...'],
  options: [
    { name: 'all', short: 'a', help: 'those without blocks too' },
    { name: 'human-readable', short: 'h', help: 'sizes with units' },
    { name: 'kilobytes', short: 'k', shortOnly: true, help: 'blocks of 1 KiB' },
    { name: 'print-type', short: 'T', help: 'types of file systems' },
  ],
  run,
});
