/** comm and cmp: two files against each other. @see coreutils src/comm.c, diffutils src/cmp.c */
import { type Errno, isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';
import { readWhole } from '../stdio.ts';
import { allLines } from './input.ts';

export const comm = defineProgram({
  name: 'comm',
  path: '/usr/bin/comm',
  summary: 'Compare sorted files FILE1 and FILE2 line by line',
  synopsis: ['[OPTION]... FILE1 FILE2'],
  options: [
    { name: 'one', short: '1', shortOnly: true, help: 'not the lines of FILE1 alone' },
    { name: 'two', short: '2', shortOnly: true, help: 'not the lines of FILE2 alone' },
    { name: 'three', short: '3', shortOnly: true, help: 'not the lines of both' },
  ],
  async run(ctx) {
    const [a, b] = ctx.operands;
    if (a === undefined || b === undefined)
      return ctx.fail(a === undefined ? 'missing operand' : `missing operand after ‘${a}’`);
    const [left, badLeft] = await allLines(ctx, [a]);
    const [right, badRight] = await allLines(ctx, [b]);
    if (badLeft || badRight) return 1;
    const o = ctx.options;
    const hide = ['one', 'two', 'three'].map((n) => o.has(n));
    const rows: string[] = [];
    const put = (column: number, text: string): void => {
      if (!hide[column]) rows.push('\t'.repeat(hide.slice(0, column).filter((h) => !h).length) + text);
    };
    let i = 0;
    let j = 0;
    while (i < left.length || j < right.length) {
      const [x, y] = [left[i], right[j]];
      if (y === undefined || (x !== undefined && x < y)) put(0, left[i++] as string);
      else if (x === undefined || y < x) put(1, right[j++] as string);
      else {
        put(2, x);
        i++;
        j++;
      }
    }
    await ctx.out(rows.map((r) => `${r}\n`).join(''));
    return 0;
  },
});

async function compare(ctx: Context): Promise<number> {
  const [a, b] = ctx.operands;
  if (a === undefined) return ctx.fail(`missing operand after ‘${ctx.name}’`, 2);
  const files: { name: string; bytes: Uint8Array | Errno }[] = [];
  for (const name of [a, b ?? '-'])
    files.push({ name, bytes: await readWhole(ctx.sys, name === '-' ? '/dev/stdin' : name) });
  for (const f of files) if (isErr(f.bytes)) return ctx.fail(`${f.name}: ${f.bytes.text}`, 2);
  const [x, y] = files.map((f) => f.bytes as Uint8Array) as [Uint8Array, Uint8Array];
  let line = 1;
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    if (x[i] !== y[i]) {
      if (!ctx.options.has('silent')) await ctx.out(`${a} ${b ?? '-'} differ: byte ${i + 1}, line ${line}\n`);
      return 1;
    }
    if (x[i] === 10) line++;
  }
  if (x.length === y.length) return 0;
  const shorter = x.length < y.length ? a : (b ?? '-');
  if (!ctx.options.has('silent'))
    await ctx.err(`cmp: EOF on ${shorter} after byte ${Math.min(x.length, y.length)}, in line ${line}\n`);
  return 1;
}

export const cmp = defineProgram({
  name: 'cmp',
  path: '/usr/bin/cmp',
  summary: 'Compare two files byte by byte',
  synopsis: ['[OPTION]... FILE1 [FILE2]'],
  options: [{ name: 'silent', short: 's', help: 'say nothing' }],
  run: compare,
});
