/** tail: the last lines or bytes of files, and what is added to them (-f). */
import { isErr } from '../../kernel/errno.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';
import { isOldCount } from './head.ts';
import { allBytes, eachInput, type Input, parseSize } from './input.ts';

/** The `tail` command. */
export const spec = defineProgram({
  name: 'tail',
  path: '/usr/bin/tail',
  summary: 'Write the last 10 lines of each file',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'tail (GNU coreutils) 9.7',
  rewrite: (args) =>
    args.map((a, i) => (i === 0 && isOldCount(a) ? `-n${a.slice(1)}` : i === 0 && a[0] === '+' ? `-n${a}` : a)),
  options: [
    {
      name: 'bytes',
      short: 'c',
      arg: 'required',
      metavar: '[+]NUM',
      help: 'the last NUM bytes; with + from byte NUM on',
    },
    { name: 'follow', short: 'f', also: 'F', arg: 'none', help: 'write what is added as the file grows' },
    {
      name: 'lines',
      short: 'n',
      arg: 'required',
      metavar: '[+]NUM',
      help: 'the last NUM lines; with + from line NUM on',
    },
    { name: 'quiet', short: 'q', help: 'never write headers with file names' },
    { name: 'verbose', short: 'v', help: 'always write headers with file names' },
  ],
  async run(ctx) {
    const bytes = ctx.options.value('bytes');
    const given = bytes ?? ctx.options.value('lines') ?? '10';
    const count = parseSize('+-'.includes(given[0] ?? ' ') ? given.slice(1) : given);
    if (count === undefined)
      return ctx.fail(`invalid number of ${bytes === undefined ? 'lines' : 'bytes'}: '${given}'`);
    const headers = ctx.options.has('verbose') || (ctx.operands.length > 1 && !ctx.options.has('quiet'));
    const follow = ctx.options.has('follow') && ctx.operands.length > 0;
    let first = true;
    return eachInput(ctx, ctx.operands, async (input) => {
      if (headers) await ctx.out(`${first ? '' : '\n'}==> ${input.name === '-' ? 'standard input' : input.name} <==\n`);
      first = false;
      const all = await allBytes(ctx, input);
      const from = given.startsWith('+')
        ? fromStart(all, count, bytes !== undefined)
        : fromEnd(all, count, bytes !== undefined);
      if (from < all.length) await ctx.sys.write(1, all.subarray(from));
      if (follow && input.name === ctx.operands.at(-1)) await followFile(ctx, input);
      return false;
    });
  },
});

function fromStart(all: Uint8Array, count: number, bytes: boolean): number {
  if (bytes) return Math.max(0, count - 1);
  let at = 0;
  for (let n = 1; n < count && at < all.length; n++) {
    const nl = all.indexOf(10, at);
    if (nl < 0) return all.length;
    at = nl + 1;
  }
  return at;
}

function fromEnd(all: Uint8Array, count: number, bytes: boolean): number {
  if (bytes) return Math.max(0, all.length - count);
  if (count === 0) return all.length;
  let left = count;
  for (let i = all.length - (all.at(-1) === 10 ? 2 : 1); i >= 0; i--) if (all[i] === 10 && --left === 0) return i + 1;
  return 0;
}

/** Looks once a second, as tail does without inotify. */
async function followFile(ctx: Context, input: Input): Promise<never> {
  for (;;) {
    const more = await ctx.sys.read(input.fd);
    if (!isErr(more) && more.length > 0) await ctx.sys.write(1, more);
    else await ctx.sys.sleep(1e9);
  }
}
