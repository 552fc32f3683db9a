/** head: the first lines or bytes of files. */
import { isErr } from '../../kernel/errno.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';
import { LineReader } from '../stdio.ts';
import { allBytes, eachInput, type Input, parseSize } from './input.ts';

/** The `head` command. */
export const spec = defineProgram({
  name: 'head',
  path: '/usr/bin/head',
  summary: 'Write the first 10 lines of each file',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'head (GNU coreutils) 9.7',
  rewrite: (args) => args.map((a, i) => (i === 0 && isOldCount(a) ? `-n${a.slice(1)}` : a)),
  options: [
    {
      name: 'bytes',
      short: 'c',
      arg: 'required',
      metavar: '[-]NUM',
      help: 'the first NUM bytes; with - all but the last NUM',
    },
    {
      name: 'lines',
      short: 'n',
      arg: 'required',
      metavar: '[-]NUM',
      help: 'the first NUM lines; with - all but the last NUM',
    },
    { name: 'quiet', short: 'q', help: 'never write headers with file names' },
    { name: 'verbose', short: 'v', help: 'always write headers with file names' },
  ],
  async run(ctx) {
    const bytes = ctx.options.value('bytes');
    const given = bytes ?? ctx.options.value('lines') ?? '10';
    const count = parseSize(given.startsWith('-') ? given.slice(1) : given);
    if (count === undefined)
      return ctx.fail(`invalid number of ${bytes === undefined ? 'lines' : 'bytes'}: '${given}'`);
    const headers = ctx.options.has('verbose') || (ctx.operands.length > 1 && !ctx.options.has('quiet'));
    let first = true;
    return eachInput(ctx, ctx.operands, async (input) => {
      if (headers) await ctx.out(`${first ? '' : '\n'}==> ${input.name === '-' ? 'standard input' : input.name} <==\n`);
      first = false;
      if (given.startsWith('-')) await allBut(ctx, input, count, bytes !== undefined);
      else if (bytes !== undefined) await firstBytes(ctx, input, count);
      else await firstLines(ctx, input, count);
      return false;
    });
  },
});

/** `-5`, the form of old. */
export function isOldCount(arg: string): boolean {
  return arg.length > 1 && arg[0] === '-' && [...arg.slice(1)].every((c) => c >= '0' && c <= '9');
}

async function firstLines(ctx: Context, input: Input, count: number): Promise<void> {
  const lines = new LineReader(ctx.sys, input.fd);
  for (let n = 0; n < count; n++) {
    const line = await lines.next();
    if (!line) return;
    await ctx.out(line.text + (line.newline ? '\n' : ''));
  }
}

async function firstBytes(ctx: Context, input: Input, count: number): Promise<void> {
  let left = count;
  while (left > 0) {
    const part = await ctx.sys.read(input.fd, left);
    if (isErr(part) || part.length === 0) return;
    await ctx.sys.write(1, part);
    left -= part.length;
  }
}

async function allBut(ctx: Context, input: Input, count: number, bytes: boolean): Promise<void> {
  const all = await allBytes(ctx, input);
  let end = all.length - count;
  if (!bytes) {
    end = all.length;
    let left = all.at(-1) === 10 ? count : count - 1;
    for (let i = all.length - 1; i >= 0 && left >= 0; i--)
      if (all[i] === 10 && left-- === 0) break;
      else end = i;
    if (count === 0) end = all.length;
  }
  if (end > 0) await ctx.sys.write(1, all.subarray(0, end));
}
