/** GET /containers/{id}/top: the machine's ps over the processes of a container. @see moby daemon/top_unix.go */

import { civil, two } from '../../base/civil.ts';
import { text } from '../../base/http.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { ProcInfo } from '../../linux/kernel/sys.ts';
import { Failure } from '../errdefs.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { MEMORY } from './stats.ts';

type Column = readonly [title: string, value: (p: ProcInfo, daemon: Daemon) => string];

const clock = (seconds: number): string =>
  `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(Math.floor(seconds) % 60)}`;
const started = (p: ProcInfo, daemon: Daemon): string => {
  const c = civil(daemon.kernel.world.clock.epochAt(p.start));
  return `${two(c.hour)}:${two(c.minute)}`;
};
/** The name that the machine has for the user, not the container; cut as ps cuts it. @see procps: escape_user */
function user(p: ProcInfo, daemon: Daemon): string {
  const file = daemon.kernel.root.fs.readFile('/etc/passwd');
  const rows = isErr(file)
    ? []
    : text(file)
        .split('\n')
        .map((line) => line.split(':'));
  const name = rows.find((r) => r[2] === String(p.uid))?.[0] ?? String(p.uid);
  return name.length > 8 ? `${name.slice(0, 7)}+` : name;
}
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

/** ps aux */
const BSD: readonly Column[] = [
  ['USER', user],
  ['PID', (p) => String(p.pid)],
  ['%CPU', (p, d) => ((100 * p.cpu) / Math.max(1, d.kernel.world.clock.now - p.start)).toFixed(1)],
  ['%MEM', (p) => ((100 * p.rss * 1024) / MEMORY).toFixed(1)],
  ['VSZ', (p) => String(p.vsz)],
  ['RSS', (p) => String(p.rss)],
  ['TTY', (p) => p.tty ?? '?'],
  ['STAT', (p) => p.state],
  ['START', started],
  ['TIME', (p) => `${Math.floor(p.cpu / 60e9)}:${two(Math.floor(p.cpu / 1e9) % 60)}`],
  ['COMMAND', command],
];

export function topContainer(
  daemon: Daemon,
  c: Container,
  psArgs: string,
): { Processes: string[][]; Titles: string[] } | Failure {
  const run = c.running;
  if (!run) return c.status === 'restarting' ? errors.restarting(c.id) : errors.notRunning(c.id);
  const columns = parseColumns(psArgs);
  if (columns instanceof Failure) return columns;
  const rows = daemon.kernel
    .processes(run.pidns)
    .map((p) => daemon.kernel.process(p.pid)?.info)
    .filter((p) => p !== undefined);
  return { Processes: rows.map((p) => columns.map(([, value]) => value(p, daemon))), Titles: columns.map(([t]) => t) };
}

function parseColumns(args: string): readonly Column[] | Failure {
  const m = /(?:^|\s)(?:-?[aAdefx]*o|--format[ =])\s*([a-z,=%]+)/.exec(args);
  const [first = ''] = args.trim().split(' ');
  if (!m) return !first.startsWith('-') && first.includes('u') ? BSD : FULL;
  const out: Column[] = [];
  for (const name of (m[1] as string).split(',')) {
    const column = NAMED[name];
    if (!column)
      return new Failure('system', `ps: exit status 1: error: unknown user-defined format specifier "${name}"`);
    out.push(column);
  }
  return out.some(([t]) => t === 'PID') ? out : new Failure('system', "Couldn't find PID field in ps output");
}
