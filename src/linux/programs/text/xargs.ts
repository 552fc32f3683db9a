/** xargs: builds command lines from standard input and runs them. */
import { text as decode } from '../../../base/http.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';
import { readAll } from '../stdio.ts';

/** The `xargs` command. */
export const spec = defineProgram({
  name: 'xargs',
  path: '/usr/bin/xargs',
  summary: 'Run COMMAND with the items of standard input as further arguments',
  synopsis: ['[OPTION]... COMMAND [INITIAL-ARGS]...'],
  version: 'xargs (GNU findutils) 4.10.0',
  order: 'posix',
  options: [
    { name: 'null', short: '0', help: 'items end with NUL' },
    { name: 'delimiter', short: 'd', arg: 'required', metavar: 'C', help: 'items end with this character' },
    { name: 'replace', short: 'I', arg: 'required', metavar: 'R', help: 'put each item where R stands' },
    { name: 'max-lines', short: 'L', arg: 'required', metavar: 'N', help: 'at most N lines a command' },
    { name: 'max-args', short: 'n', arg: 'required', metavar: 'N', help: 'at most N items a command' },
    { name: 'max-procs', short: 'P', arg: 'required', metavar: 'N', help: 'at most N commands at a time' },
    { name: 'no-run-if-empty', short: 'r', help: 'run nothing when there is no item' },
    { name: 'verbose', short: 't', help: 'write each command to standard error first' },
  ],
  async run(ctx) {
    const o = ctx.options;
    const bytes = await readAll(ctx.sys, 0);
    if (isErr(bytes)) return ctx.fail(bytes.text);
    const replace = o.value('replace');
    const items = split(
      decode(bytes),
      o.has('null') ? '\0' : delimiter(o.value('delimiter')),
      replace !== undefined || o.has('max-lines'),
    );
    if (typeof items === 'string') return ctx.fail(items);
    const command = ctx.operands.length > 0 ? [...ctx.operands] : ['echo'];
    const per =
      replace !== undefined ? 1 : Number(o.value('max-args') ?? o.value('max-lines') ?? Number.POSITIVE_INFINITY);
    if (!(per >= 1)) return ctx.fail(`value ${o.value('max-args')} for -n option should be >= 1`);
    const batches: string[][] = [];
    for (let i = 0; i < items.length; i += per) {
      batches.push(items.slice(i, i + per));
      if (per === Number.POSITIVE_INFINITY) break;
    }
    if (batches.length === 0 && !o.has('no-run-if-empty') && replace === undefined) batches.push([]);
    return runAll(
      ctx,
      batches.map((batch) => fill(command, batch, replace)),
      Number(o.value('max-procs') ?? 1) || batches.length,
    );
  },
});

function delimiter(d: string | undefined): string | undefined {
  return d === '\\n' ? '\n' : d === '\\t' ? '\t' : d === '\\0' ? '\0' : d;
}

/** Items of the input: by a delimiter, by lines, or by blanks with quotes. @returns a message on an open quote */
function split(s: string, by: string | undefined, lines: boolean): string[] | string {
  if (by !== undefined) return s.split(by).filter((x, i, all) => i < all.length - 1 || x !== '');
  if (lines)
    return s
      .split('\n')
      .map((l) => l.trimStart())
      .filter((l) => l !== '');
  const out: string[] = [];
  let item: string | undefined;
  for (let i = 0; i < s.length; i++) {
    const c = s[i] as string;
    if (c === '"' || c === "'") {
      const close = s.indexOf(c, i + 1);
      if (close < 0 || s.slice(i, close).includes('\n'))
        return `unmatched ${c === '"' ? 'double' : 'single'} quote; by default quotes are special to xargs unless you use the -0 option`;
      item = (item ?? '') + s.slice(i + 1, close);
      i = close;
    } else if (c === ' ' || c === '\t' || c === '\n') {
      if (item !== undefined) out.push(item);
      item = undefined;
    } else item = (item ?? '') + (c === '\\' ? (s[++i] ?? '') : c);
  }
  if (item !== undefined) out.push(item);
  return out;
}

function fill(command: readonly string[], batch: readonly string[], replace: string | undefined): string[] {
  if (replace === undefined) return [...command, ...batch];
  return command.map((word) => word.replaceAll(replace, batch[0] as string));
}

/** Runs the commands, `jobs` at a time. @returns the exit code as xargs gives it */
async function runAll(ctx: Context, commands: readonly string[][], jobs: number): Promise<number> {
  let exit = 0;
  let running = 0;
  for (const argv of commands) {
    if (running >= jobs) {
      exit = Math.max(exit, await reap(ctx));
      running--;
      if (exit >= 124) return exit;
    }
    if (ctx.options.has('verbose')) await ctx.err(`${argv.join(' ')}\n`);
    const path = which(ctx, argv[0] as string);
    const stdin = ctx.sys.open('/dev/null', { read: true });
    const pid =
      path === undefined ? undefined : ctx.sys.spawn(path, { argv, fds: { 0: isErr(stdin) ? 0 : stdin, 1: 1, 2: 2 } });
    if (!isErr(stdin)) ctx.sys.close(stdin);
    if (pid === undefined || isErr(pid))
      return ctx.fail(
        `${argv[0]}: ${pid === undefined ? 'No such file or directory' : pid.text}`,
        pid === undefined ? 127 : 126,
      );
    running++;
  }
  for (; running > 0; running--) exit = Math.max(exit, await reap(ctx));
  return exit;
}

async function reap(ctx: Context): Promise<number> {
  const status = await ctx.sys.wait(-1);
  if (isErr(status) || status === 0) return 0;
  if (status.state === 'signaled') return 125;
  return status.code === 0 ? 0 : status.code === 255 ? 124 : 123;
}

/** A command's path by $PATH. */
export function which(ctx: Context, name: string): string | undefined {
  if (name.includes('/')) return name;
  for (const dir of (ctx.sys.env.PATH ?? '/usr/bin:/bin').split(':')) {
    const path = `${dir || '.'}/${name}`;
    const st = ctx.sys.stat(path);
    if (!isErr(st) && st.kind === 'file' && (st.mode & 0o111) !== 0) return path;
  }
  return undefined;
}
