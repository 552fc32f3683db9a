/**
 * Resource limits of processes: which there are, what they are at first, how /proc/PID/limits shows them.
 * Limits: open files, processes of a user and the size of files are held to, nothing else; pipes are made beyond it, and a
 * program that writes a whole file in one call (`sys.writeFile`) is not held back.
 * @see getrlimit(2), Linux fs/proc/base.c: proc_pid_limits, include/asm-generic/resource.h
 */
import type { Limit, Limits, Resource } from './sys/process.ts';

const NONE = Number.POSITIVE_INFINITY;
/** Threads that the memory of the machine has room for, halved. */
const THREADS = 15_360;
/** What a service may open. */
const SERVICE_FILES = 1_048_576;

/** Resource, its name and unit in /proc, soft and hard limit of a session. */
const TABLE: readonly (readonly [Resource, string, string, number, number])[] = [
  ['cpu', 'cpu time', 'seconds', NONE, NONE],
  ['fsize', 'file size', 'bytes', NONE, NONE],
  ['data', 'data size', 'bytes', NONE, NONE],
  ['stack', 'stack size', 'bytes', 8 << 20, NONE],
  ['core', 'core file size', 'bytes', 0, NONE],
  ['rss', 'resident set', 'bytes', NONE, NONE],
  ['nproc', 'processes', 'processes', THREADS, THREADS],
  ['nofile', 'open files', 'files', 1024, SERVICE_FILES],
  ['memlock', 'locked memory', 'bytes', 8 << 20, 8 << 20],
  ['as', 'address space', 'bytes', NONE, NONE],
  ['locks', 'file locks', 'locks', NONE, NONE],
  ['sigpending', 'pending signals', 'signals', THREADS, THREADS],
  ['msgqueue', 'msgqueue size', 'bytes', 819_200, 819_200],
  ['nice', 'nice priority', '', 0, 0],
  ['rtprio', 'realtime priority', '', 0, 0],
  ['rttime', 'realtime timeout', 'us', NONE, NONE],
];

/** Of a login. */
export const SESSION_LIMITS: Limits = Object.freeze(
  Object.fromEntries(TABLE.map(([r, , , soft, hard]) => [r, { soft, hard }])) as Record<Resource, Limit>,
);

/** Of init, daemons and what they start. */
export const SERVICE_LIMITS: Limits = Object.freeze({
  ...SESSION_LIMITS,
  nofile: { soft: SERVICE_FILES, hard: SERVICE_FILES },
});

const shown = (n: number): string => (n === NONE ? 'unlimited' : String(n));

/** /proc/PID/limits */
export function limitsText(limits: Limits): string {
  const row = (name: string, soft: string, hard: string, unit: string): string =>
    `${name.padEnd(25)} ${soft.padEnd(20)} ${hard.padEnd(20)} ${unit === '' ? '' : unit.padEnd(10)}\n`;
  const rows = TABLE.map(([r, name, unit]) => row(`Max ${name}`, shown(limits[r].soft), shown(limits[r].hard), unit));
  return row('Limit', 'Soft Limit', 'Hard Limit', 'Units') + rows.join('');
}
