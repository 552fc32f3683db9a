/** GET /containers/{id}/top: the machine's ps over the processes of a container. @see moby daemon/top_unix.go */

import { civil, two } from '../../base/civil.ts';
import type { ProcInfo } from '../../linux/kernel/sys.ts';
import { Failure } from '../errdefs.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';

type Column = readonly [title: string, value: (p: ProcInfo, daemon: Daemon) => string];

const clock = (seconds: number): string =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(Math.floor(seconds) % 60)}`;
const started = (p: ProcInfo, daemon: Daemon): string => {
  const c = civil(daemon.kernel.world.clock.epochAt(p.start));
  return `${two(c.hour)}:${two(c.minute)}`;
};
const user = (p: ProcInfo): string => (p.uid === 0 ? 'root' : String(p.uid));
const command = (p: ProcInfo): string => p.argv.join(' ') || `[${p.comm}]`;

/** ps -ef */
const FULL: readonly Column[] = [
  ['UID', user],
  ['PID', (p) => String(p.pid)],
  ['PPID', (p) => String(p.ppid)],
  ['C', () => '0'],
  ['STIME', started],
  ['TTY', (p) => p.tty ?? '?'],
  ['TIME', (p) => clock(p.cpu / 1e9)],
  ['CMD', command],
];

/** Columns of `ps -o`. */
const NAMED: Readonly<Record<string, Column>> = {
  pid: ['PID', (p) => String(p.pid)],
  ppid: ['PPID', (p) => String(p.ppid)],
  pgid: ['PGID', (p) => String(p.pgid)],
  user: ['USER', user],
  uid: ['UID', (p) => String(p.uid)],
  comm: ['COMMAND', (p) => p.comm],
  cmd: ['CMD', command],
  args: ['COMMAND', command],
  command: ['COMMAND', command],
  stat: ['STAT', (p) => p.state],
  state: ['S', (p) => p.state],
  tty: ['TT', (p) => p.tty ?? '?'],
  time: ['TIME', (p) => clock(p.cpu / 1e9)],
  stime: ['STIME', started],
  rss: ['RSS', (p) => String(p.rss)],
  vsz: ['VSZ', (p) => String(p.vsz)],
};

export function topContainer(
  daemon: Daemon,
  c: Container,
  psArgs: string,
): { Processes: string[][]; Titles: string[] } | Failure {
  const run = c.running;
  if (!run) return errors.notRunning(c.id);
  const columns = parseColumns(psArgs);
  if (columns instanceof Failure) return columns;
  const rows = daemon.kernel
    .processes(run.pidns)
    .map((p) => daemon.kernel.process(p.pid)?.info)
    .filter((p) => p !== undefined);
  return { Processes: rows.map((p) => columns.map(([, value]) => value(p, daemon))), Titles: columns.map(([t]) => t) };
}

function parseColumns(args: string): readonly Column[] | Failure {
  const m = /(?:^|\s)-?o\s*([a-z,=%]+)/.exec(args);
  if (!m) return FULL;
  const out: Column[] = [];
  for (const name of (m[1] as string).split(',')) {
    const column = NAMED[name];
    if (!column)
      return new Failure('system', `ps: exit status 1: error: unknown user-defined format specifier "${name}"`);
    out.push(column);
  }
  return out.some(([t]) => t === 'PID') ? out : new Failure('system', "Couldn't find PID field in ps output");
}
