/**
 * Variables that the shell computes: RANDOM, SECONDS, LINENO, PIPESTATUS …
 * @see bash variables.c: initialize_dynamic_variables
 */
import type { Shell } from './shell.ts';

const list = (items: readonly string[]): Map<string, string> => new Map(items.map((x, i) => [String(i), x]));

/** Binds the computed variables to a shell. */
export function installDynamics(sh: Shell): void {
  const d = sh.vars.dynamic;
  let secondsBase = sh.sys.now();
  const bash = sh.setup.flavour === 'bash';
  d.set('LINENO', { get: () => String(sh.line) });
  d.set('PPID', { get: () => String(sh.parentPid) });
  if (sh.setup.flavour !== 'dash') d.set('RANDOM', { get: () => String(sh.sys.rng.below(32768)), set: () => {} });
  if (!bash) return;
  d.set('SRANDOM', { get: () => String(sh.sys.rng.u32()) });
  d.set('SECONDS', {
    get: () => String(Math.floor((sh.sys.now() - secondsBase) / 1e9)),
    set: (v) => {
      secondsBase = sh.sys.now() - (Number(v) || 0) * 1e9;
    },
  });
  d.set('BASHPID', { get: () => String(sh.sys.pid) });
  d.set('EPOCHSECONDS', { get: () => String(sh.sys.realtime() / 1_000_000_000n) });
  d.set('EPOCHREALTIME', {
    get: () => {
      const us = sh.sys.realtime() / 1000n;
      return `${us / 1_000_000n}.${String(us % 1_000_000n).padStart(6, '0')}`;
    },
  });
  d.set('BASH_SUBSHELL', { get: () => String(sh.subshell) });
  d.set('PIPESTATUS', { get: () => list(sh.pipeStatus.map(String)) });
  d.set('FUNCNAME', {
    get: () =>
      sh.calls.length === 0
        ? undefined
        : list(
            [...sh.calls.map((c) => c.name)]
              .reverse()
              .concat(sh.commandString === undefined && !sh.interactive ? ['main'] : []),
          ),
  });
  d.set('BASH_SOURCE', { get: () => list([...sh.calls.map((c) => c.source)].reverse()) });
  d.set('BASH_LINENO', { get: () => list([...sh.calls.map((c) => String(c.line))].reverse()) });
  d.set('DIRSTACK', { get: () => list([sh.vars.get('PWD') ?? sh.sys.cwd(), ...sh.directories]) });
  d.set('HISTCMD', { get: () => String(sh.history.next) });
  d.set('SHELLOPTS', { get: () => [...sh.options].sort().join(':') });
  d.set('BASHOPTS', { get: () => [...sh.shopt].sort().join(':') });
  d.set('UID', { get: () => String(sh.sys.getuid()) });
  d.set('EUID', { get: () => String(sh.sys.getuid()) });
  d.set('GROUPS', { get: () => list(['0']) });
}
