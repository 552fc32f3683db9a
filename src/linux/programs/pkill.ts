/** `pgrep`, `pkill`, `killall`: processes by name. @see procps src/pgrep.c; psmisc src/killall.c */
import { isErr } from '../kernel/errno.ts';
import { SIGNALS, signalNumber } from '../kernel/signal.ts';
import type { ProcInfo } from '../kernel/sys.ts';
import { commandLine, userNames } from './proc.ts';
import { type Context, defineProgram, type OptionSpec } from './spec.ts';

/** Takes `-9`, `-TERM` out of the arguments. */
function signalArg(args: readonly string[]): { rest: string[]; signal: number | undefined; text: string } {
  const rest: string[] = [];
  let signal: number | undefined = SIGNALS.SIGTERM;
  let text = '';
  for (const a of args) {
    const m = /^-(\d+|[A-Z][A-Z0-9]+)$/.exec(a);
    const n = m ? signalNumber(m[1] as string) : undefined;
    if (n !== undefined) {
      signal = n;
      text = m?.[1] ?? '';
    } else rest.push(a);
  }
  return { rest, signal, text };
}

function matching(ctx: Context): ProcInfo[] | string {
  const o = ctx.options;
  const pattern = ctx.operands[0];
  let re: RegExp | undefined;
  try {
    re =
      pattern === undefined
        ? undefined
        : new RegExp(o.has('exact') ? `^(?:${pattern})$` : pattern, o.has('ignore-case') ? 'i' : '');
  } catch {
    return 'Invalid regular expression';
  }
  const users = userNames(ctx.sys);
  return ctx.sys.processes().filter((p) => {
    if (p.pid === ctx.sys.pid) return false;
    let ok = !re || re.test(o.has('full') ? commandLine(p) : p.comm);
    if (o.has('parent') && !(o.value('parent') ?? '').split(',').map(Number).includes(p.ppid)) ok = false;
    if (o.has('user') && !(o.value('user') ?? '').split(',').some((u) => u === String(p.uid) || u === users.get(p.uid)))
      ok = false;
    if (o.has('inverse')) ok = !ok;
    return ok;
  });
}

const COMMON: readonly OptionSpec[] = [
  { name: 'full', short: 'f', help: 'use the whole command line to match' },
  { name: 'ignore-case', short: 'i', help: 'match case insensitively' },
  { name: 'newest', short: 'n', help: 'select most recently started' },
  { name: 'oldest', short: 'o', help: 'select least recently started' },
  {
    name: 'parent',
    short: 'P',
    arg: 'required',
    metavar: 'PPID',
    help: 'match only child processes of the given parent',
  },
  { name: 'user', short: 'u', arg: 'required', metavar: 'UID', help: 'match by user' },
  { name: 'inverse', short: 'v', help: 'negate the matching' },
  { name: 'exact', short: 'x', help: 'match the whole name' },
  { name: 'count', short: 'c', help: 'count of matching processes' },
];

function narrowed(ctx: Context, list: ProcInfo[]): ProcInfo[] {
  const byStart = [...list].sort((a, b) => a.start - b.start || a.pid - b.pid);
  if (ctx.options.has('newest')) return byStart.slice(-1);
  if (ctx.options.has('oldest')) return byStart.slice(0, 1);
  return list;
}

async function noCriteria(ctx: Context): Promise<number> {
  await ctx.fail('no matching criteria specified');
  await ctx.err(`Try \`${ctx.name} --help' for more information.\n`);
  return 2;
}

/** The `pgrep` command. */
export const pgrepSpec = defineProgram({
  name: 'pgrep',
  path: '/usr/bin/pgrep',
  summary: 'Look up processes by name',
  synopsis: ['[options] <pattern>'],
  usageExit: 2,
  options: [
    ...COMMON,
    { name: 'list-name', short: 'l', help: 'list PID and process name' },
    { name: 'list-full', short: 'a', help: 'list PID and full command line' },
    { name: 'delimiter', short: 'd', arg: 'required', metavar: 'STRING', help: 'specify output delimiter' },
  ],
  async run(ctx) {
    if (ctx.operands.length === 0 && !ctx.options.has('parent') && !ctx.options.has('user')) return noCriteria(ctx);
    const found = matching(ctx);
    if (typeof found === 'string') return ctx.fail(found, 2);
    const list = narrowed(ctx, found);
    if (ctx.options.has('count')) await ctx.out(`${list.length}\n`);
    else if (list.length > 0) {
      const line = (p: ProcInfo): string =>
        `${p.pid}${ctx.options.has('list-full') ? ` ${commandLine(p)}` : ctx.options.has('list-name') ? ` ${p.comm}` : ''}`;
      await ctx.out(`${list.map(line).join(ctx.options.value('delimiter') ?? '\n')}\n`);
    }
    return list.length > 0 ? 0 : 1;
  },
});

/** The `pkill` command. */
export const pkillSpec = defineProgram({
  name: 'pkill',
  path: '/usr/bin/pkill',
  summary: 'Signal processes by name',
  synopsis: ['[options] <pattern>'],
  usageExit: 2,
  rewrite: (args) => {
    const { rest, signal } = signalArg(args);
    return [`--signal=${signal}`, ...rest];
  },
  options: [
    ...COMMON,
    { name: 'signal', arg: 'required', metavar: 'SIGNAL', help: 'signal to send' },
    { name: 'echo', short: 'e', help: 'display what is killed' },
  ],
  async run(ctx) {
    if (ctx.operands.length === 0 && !ctx.options.has('parent') && !ctx.options.has('user')) return noCriteria(ctx);
    const found = matching(ctx);
    if (typeof found === 'string') return ctx.fail(found, 2);
    const signal = signalNumber(ctx.options.value('signal') ?? 'TERM') ?? SIGNALS.SIGTERM;
    let hit = 0;
    for (const p of narrowed(ctx, found)) {
      const e = ctx.sys.kill(p.pid, signal);
      if (isErr(e)) await ctx.fail(`killing pid ${p.pid} failed: ${e.text}`);
      else {
        hit++;
        if (ctx.options.has('echo')) await ctx.out(`${p.comm} killed (pid ${p.pid})\n`);
      }
    }
    return hit > 0 ? 0 : 1;
  },
});

/** The `killall` command. */
export const killallSpec = defineProgram({
  name: 'killall',
  path: '/usr/bin/killall',
  summary: 'Signal processes by exact name',
  synopsis: ['[OPTION]... [--] NAME...'],
  rewrite: (args) => {
    const { rest, signal } = signalArg(args);
    return [`--signal=${signal}`, ...rest];
  },
  options: [
    { name: 'signal', short: 's', arg: 'required', metavar: 'SIGNAL', help: 'send this signal' },
    { name: 'quiet', short: 'q', help: 'no complaints' },
    { name: 'verbose', short: 'v', help: 'report' },
  ],
  async run(ctx) {
    const signal = signalNumber(ctx.options.value('signal') ?? 'TERM') ?? SIGNALS.SIGTERM;
    if (ctx.operands.length === 0) {
      await ctx.err(`Usage: ${ctx.name} [OPTION]... [--] NAME...\n`);
      return 1;
    }
    let missed = 0;
    for (const name of ctx.operands) {
      const list = ctx.sys.processes().filter((p) => p.pid !== ctx.sys.pid && p.comm === name.slice(0, 15));
      if (list.length === 0) {
        missed = 1;
        if (!ctx.options.has('quiet'))
          await ctx.err(
            ctx.flavour === 'busybox' ? `${ctx.name}: ${name}: no process killed\n` : `${name}: no process found\n`,
          );
      }
      for (const p of list) ctx.sys.kill(p.pid, signal);
    }
    return missed;
  },
});
