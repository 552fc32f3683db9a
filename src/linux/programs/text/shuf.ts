/** shuf and truncate. @see coreutils src/shuf.c, truncate.c */
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';
import { allLines } from './input.ts';

/** A number below `n`. */
async function random(ctx: Context, n: number): Promise<number> {
  const fd = ctx.sys.open('/dev/urandom', { read: true });
  if (isErr(fd)) return 0;
  const b = await ctx.sys.read(fd, 4);
  ctx.sys.close(fd);
  return isErr(b) ? 0 : b.reduce((x, y) => x * 256 + y, 0) % n;
}

export const shuf = defineProgram({
  name: 'shuf',
  path: '/usr/bin/shuf',
  summary: 'Write a random permutation of the input lines to standard output',
  synopsis: ['[OPTION]... [FILE]', '-e [OPTION]... [ARG]...', '-i LO-HI [OPTION]...'],
  options: [
    { name: 'echo', short: 'e', help: 'treat each ARG as an input line' },
    { name: 'input-range', short: 'i', arg: 'required', metavar: 'LO-HI', help: 'each number LO through HI' },
    { name: 'head-count', short: 'n', arg: 'required', metavar: 'COUNT', help: 'output at most COUNT lines' },
  ],
  async run(ctx) {
    const o = ctx.options;
    let lines: string[];
    const range = o.value('input-range');
    if (range !== undefined) {
      const m = /^(\d+)-(\d+)$/.exec(range);
      if (!m) return ctx.fail(`invalid input range: ‘${range}’`);
      const lo = Number(m[1]);
      lines = Array.from({ length: Math.max(0, Number(m[2]) - lo + 1) }, (_, i) => String(lo + i));
    } else if (o.has('echo')) lines = [...ctx.operands];
    else {
      const [read, bad] = await allLines(ctx, ctx.operands);
      if (bad) return 1;
      lines = read;
    }
    for (let i = lines.length - 1; i > 0; i--) {
      const j = await random(ctx, i + 1);
      [lines[i], lines[j]] = [lines[j] as string, lines[i] as string];
    }
    const count = o.value('head-count');
    await ctx.out(
      lines
        .slice(0, count === undefined ? undefined : Number(count))
        .map((l) => `${l}\n`)
        .join(''),
    );
    return 0;
  },
});

export const truncate = defineProgram({
  name: 'truncate',
  path: '/usr/bin/truncate',
  summary: 'Shrink or extend the size of each FILE to the specified size',
  synopsis: ['OPTION... FILE...'],
  options: [{ name: 'size', short: 's', arg: 'required', metavar: 'SIZE', help: 'set or adjust the size' }],
  async run(ctx) {
    const m = /^([+-]?)(\d+)([KMG]?)$/.exec(ctx.options.value('size') ?? '');
    if (!m)
      return ctx.fail(
        ctx.options.has('size')
          ? `Invalid number: ‘${ctx.options.value('size')}’`
          : 'you must specify either ‘--size’ or ‘--reference’',
      );
    if (ctx.operands.length === 0) return ctx.fail('missing file operand');
    const size = Number(m[2]) * 1024 ** ['', 'K', 'M', 'G'].indexOf(m[3] as string);
    let code = 0;
    for (const path of ctx.operands) {
      const fd = ctx.sys.open(path, { read: true, write: true, create: true });
      if (isErr(fd)) {
        code = await ctx.fail(`cannot open '${path}' for writing: ${fd.text}`);
        continue;
      }
      const st = ctx.sys.fstat(fd);
      const old = isErr(st) ? 0 : st.size;
      ctx.sys.ftruncate(fd, Math.max(0, m[1] === '+' ? old + size : m[1] === '-' ? old - size : size));
      ctx.sys.close(fd);
    }
    return code;
  },
});
