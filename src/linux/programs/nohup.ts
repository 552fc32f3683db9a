/** `nohup` and `setsid`: programs that outlive a terminal. @see coreutils src/nohup.c; util-linux setsid(1) */
import { isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import { findProgram, runChild } from './exec.ts';
import { defineProgram } from './spec.ts';

/** The `nohup` command. */
export const nohupSpec = defineProgram({
  name: 'nohup',
  path: '/usr/bin/nohup',
  summary: 'Run COMMAND, ignoring hangup signals',
  synopsis: ['COMMAND [ARG]...'],
  version: 'nohup (GNU coreutils) 9.7',
  order: 'posix',
  usageExit: 125,
  options: [],
  async run(ctx) {
    const { sys } = ctx;
    const [command, ...args] = ctx.operands;
    if (command === undefined) {
      await ctx.err(`nohup: missing operand\nTry 'nohup --help' for more information.\n`);
      return 125;
    }
    const path = findProgram(sys, command);
    if (isErr(path)) {
      await ctx.fail(`failed to run command '${command}': ${path.text}`);
      return path.name === 'ENOENT' ? 127 : 126;
    }
    const fds: Record<number, number> = { 0: 0, 1: 1, 2: 2 };
    if (sys.isatty(1)) {
      const out = sys.open('nohup.out', { write: true, append: true, create: true, mode: 0o600 });
      if (!isErr(out)) {
        await ctx.err("nohup: ignoring input and appending output to 'nohup.out'\n");
        fds[1] = out;
        if (sys.isatty(2)) fds[2] = out;
      }
    }
    sys.sigaction(SIGNALS.SIGHUP, 'ignore');
    for (const n of [1, 2]) if (fds[n] !== n) sys.dup2(fds[n] as number, n);
    await ctx.fail(`failed to run command '${command}': ${(await sys.exec(path, [command, ...args])).text}`);
    return 126;
  },
});

/** The `setsid` command. */
export const setsidSpec = defineProgram({
  name: 'setsid',
  path: '/usr/bin/setsid',
  summary: 'Run a program in a new session',
  synopsis: ['[options] <program> [arguments ...]'],
  order: 'posix',
  options: [
    { name: 'wait', short: 'w', help: 'wait for it, and return its status' },
    { name: 'fork', short: 'f', help: 'always fork' },
  ],
  async run(ctx) {
    const { sys } = ctx;
    const [command, ...args] = ctx.operands;
    if (command === undefined) return ctx.fail('no command specified');
    const path = findProgram(sys, command);
    if (isErr(path)) {
      await ctx.fail(`failed to execute ${command}: ${path.text}`);
      return path.name === 'ENOENT' ? 127 : 126;
    }
    const options = { argv: [command, ...args], session: true };
    if (ctx.options.has('wait')) {
      const code = await runChild(sys, path, options);
      return isErr(code) ? 126 : code;
    }
    const pid = sys.spawn(path, options);
    return isErr(pid) ? 126 : 0;
  },
});
