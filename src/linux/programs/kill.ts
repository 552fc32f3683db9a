/** `kill`: sends signals to processes by number. @see procps src/kill.c; busybox procps/kill.c */
import { isErr } from '../kernel/errno.ts';
import { SIGNALS, signalName, signalNumber } from '../kernel/signal.ts';
import { type Context, defineProgram } from './spec.ts';

/** Names without SIG, by number. */
function names(): string[] {
  return Object.keys(SIGNALS).map((n) => n.slice(3));
}

async function list(ctx: Context, which: readonly string[]): Promise<number> {
  if (which.length === 0) {
    if (ctx.flavour === 'busybox') {
      await ctx.out(
        names()
          .map((n, i) => `${String(i + 1).padStart(2)}) ${n}\n`)
          .join(''),
      );
      return 0;
    }
    await ctx.out(` ${names().join(' ')}\n`.replace(/(.{1,78})( |$)/g, '$1\n').replace(/\n+$/, '\n'));
    return 0;
  }
  for (const w of which) {
    const n = signalNumber(w);
    const text = n === undefined ? undefined : /^\d/.test(w) ? signalName(n > 128 ? n - 128 : n)?.slice(3) : String(n);
    if (text === undefined) return ctx.fail(`unknown signal name ${w}`);
    await ctx.out(`${text}\n`);
  }
  return 0;
}

async function run(ctx: Context): Promise<number> {
  const args = [...ctx.args];
  let signal: number = SIGNALS.SIGTERM;
  const first = args[0];
  if (first === '-l' || first === '-L' || first === '--list') return list(ctx, args.slice(1));
  if (first === '-s' || first === '-n' || first === '--signal' || (first?.startsWith('-') && first !== '--')) {
    const name =
      first === '-s' || first === '-n' || first === '--signal' ? args.splice(0, 2)[1] : args.shift()?.slice(1);
    const n = signalNumber(name ?? '');
    if (n === undefined)
      return ctx.fail(ctx.flavour === 'busybox' ? `bad signal name '${name}'` : `unknown signal name ${name}`);
    signal = n;
  }
  if (args[0] === '--') args.shift();
  if (args.length === 0) {
    await ctx.err(
      ctx.flavour === 'busybox'
        ? `${ctx.name}: you need to specify whom to kill\n`
        : `\nUsage:\n ${ctx.name} [options] <pid> [...]\n`,
    );
    return 1;
  }
  let failed = 0;
  for (const a of args) {
    const pid = Number(a);
    if (a === '' || !Number.isInteger(pid)) {
      failed = await ctx.fail(ctx.flavour === 'busybox' ? `invalid number '${a}'` : `failed to parse argument: '${a}'`);
      continue;
    }
    const e = ctx.sys.kill(pid, signal);
    if (isErr(e))
      failed = await ctx.fail(ctx.flavour === 'busybox' ? `can't kill pid ${pid}: ${e.text}` : `(${pid}): ${e.text}`);
  }
  return failed;
}

/** The `kill` command. */
export const spec = defineProgram({
  name: 'kill',
  path: '/usr/bin/kill',
  summary: 'Send a signal to processes',
  synopsis: ['[-SIGNAL | -s SIGNAL] PID...', '-l [SIGNAL]...'],
  order: 'own',
  options: [
    { name: 'signal', short: 's', arg: 'required', metavar: 'SIGNAL', help: 'the signal to send' },
    { name: 'list', short: 'l', help: 'list the names of signals' },
  ],
  run,
});
