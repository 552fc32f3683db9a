/** `timeout`: runs a command with a time limit. @see coreutils src/timeout.c; busybox coreutils/timeout.c */
import { isErr } from '../kernel/errno.ts';
import { SIGNALS, signalNumber } from '../kernel/signal.ts';
import type { Sys, WaitStatus } from '../kernel/sys.ts';
import { parseDuration } from './duration.ts';
import { findProgram } from './exec.ts';
import { type Context, defineProgram } from './spec.ts';

/** Waits for a child no longer than `deadline`; undefined when time is up. */
async function waitUntil(sys: Sys, pid: number, deadline: number): Promise<WaitStatus | undefined> {
  // SIGCHLD ends the sleep: the handler only has to exist
  const old = sys.sigaction(SIGNALS.SIGCHLD, () => {});
  try {
    for (;;) {
      const w = await sys.wait(pid, { noHang: true });
      if (!isErr(w) && w !== 0) return w;
      const left = deadline - sys.now();
      if (left <= 0) return undefined;
      await sys.sleep(left);
    }
  } finally {
    sys.sigaction(SIGNALS.SIGCHLD, old);
  }
}

const codeOf = (w: WaitStatus): number => (w.state === 'signaled' ? 128 + w.signal : w.code);

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const usage = async (message: string): Promise<number> => {
    await ctx.fail(message);
    if (ctx.flavour === 'gnu') await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
    return 125;
  };
  const [limit, ...argv] = ctx.operands;
  if (limit === undefined || argv.length === 0) return usage('missing operand');
  const ns = parseDuration(limit);
  if (ns === undefined) return usage(`invalid time interval '${limit}'`);
  const signalText = ctx.options.value('signal');
  const signal = signalText === undefined ? SIGNALS.SIGTERM : signalNumber(signalText);
  if (signal === undefined) return usage(`'${signalText}': invalid signal`);
  const killText = ctx.options.value('kill-after');
  const killNs = killText === undefined ? undefined : parseDuration(killText);
  if (killText !== undefined && killNs === undefined) return usage(`invalid time interval '${killText}'`);
  const path = findProgram(sys, argv[0] as string);
  // a group of its own, so that the signal reaches the command's children too
  if (!ctx.options.has('foreground')) sys.setpgid(0, 0);
  const pid = isErr(path) ? path : sys.spawn(path, { argv });
  if (isErr(pid)) {
    await ctx.fail(`failed to run command '${argv[0]}': ${pid.text}`);
    return pid.name === 'ENOENT' ? 127 : 126;
  }
  for (const s of [SIGNALS.SIGINT, SIGNALS.SIGTERM, SIGNALS.SIGHUP, SIGNALS.SIGQUIT])
    sys.sigaction(s, () => {
      sys.kill(pid, s);
    });
  const ended = await waitUntil(sys, pid, ns === 0 ? Number.POSITIVE_INFINITY : sys.now() + ns);
  if (ended) return codeOf(ended);
  const send = async (s: number): Promise<void> => {
    if (ctx.options.has('verbose'))
      await ctx.fail(`sending signal ${s === 15 ? 'TERM' : s === 9 ? 'KILL' : s} to command '${argv[0]}'`);
    sys.kill(pid, s);
    if (!ctx.options.has('foreground') && s !== SIGNALS.SIGKILL) {
      sys.sigaction(s, 'ignore');
      sys.kill(0, s);
    }
    if (s !== SIGNALS.SIGKILL) sys.kill(pid, SIGNALS.SIGCONT);
  };
  await send(signal);
  const after = await waitUntil(sys, pid, killNs === undefined ? Number.POSITIVE_INFINITY : sys.now() + killNs);
  let last = after;
  let killed = signal === SIGNALS.SIGKILL;
  if (!last) {
    killed = true;
    await send(SIGNALS.SIGKILL);
    last = await waitUntil(sys, pid, Number.POSITIVE_INFINITY);
  }
  if (killed && last?.state === 'signaled' && last.signal === SIGNALS.SIGKILL) return 137;
  return ctx.options.has('preserve-status') && last ? codeOf(last) : ctx.flavour === 'busybox' ? 143 : 124;
}

/** The `timeout` command. */
export const spec = defineProgram({
  name: 'timeout',
  path: '/usr/bin/timeout',
  summary: 'Start COMMAND, and kill it if it is still running after DURATION',
  synopsis: ['[OPTION]... DURATION COMMAND [ARG]...'],
  version: 'timeout (GNU coreutils) 9.7',
  order: 'posix',
  usageExit: 125,
  options: [
    { name: 'foreground', short: 'f', help: 'do not make a process group of its own' },
    { name: 'kill-after', short: 'k', arg: 'required', metavar: 'DURATION', help: 'also send KILL after that long' },
    { name: 'preserve-status', short: 'p', help: "exit with the command's status" },
    { name: 'signal', short: 's', arg: 'required', metavar: 'SIGNAL', help: 'the signal to send' },
    { name: 'verbose', short: 'v', help: 'say when a signal is sent' },
  ],
  run,
});
