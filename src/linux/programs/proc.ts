/** What the process tools share: user names, times, and which processes are meant. */
import { civil, two } from '../../base/civil.ts';
import { isErr } from '../kernel/errno.ts';
import type { ProcInfo, Sys } from '../kernel/sys.ts';
import { readText } from './stdio.ts';

/** uid → name, from /etc/passwd. */
export function userNames(sys: Sys): Map<number, string> {
  return accounts(sys, '/etc/passwd');
}

/** gid → name, from /etc/group. */
export function groupNames(sys: Sys): Map<number, string> {
  return accounts(sys, '/etc/group');
}

function accounts(sys: Sys, path: string): Map<number, string> {
  const out = new Map<number, string>();
  const text = readText(sys, path);
  for (const line of isErr(text) ? [] : text.split('\n')) {
    const [name, , id] = line.split(':');
    if (name && id !== undefined && !out.has(Number(id))) out.set(Number(id), name);
  }
  if (!out.has(0)) out.set(0, 'root');
  return out;
}

/** The command line, or the name in brackets when there is none (zombies, kernel threads). */
export function commandLine(p: ProcInfo): string {
  if (p.state === 'Z') return `[${p.comm}] <defunct>`;
  return p.argv.length > 0 ? p.argv.join(' ') : `[${p.comm}]`;
}

/** `HH:MM:SS`, with days in front. @param ns CPU time */
export function cpuTime(ns: number): string {
  const s = Math.floor(ns / 1e9);
  const days = Math.floor(s / 86400);
  return `${days > 0 ? `${days}-` : ''}${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** `M:SS` as BSD prints it. */
export function bsdTime(ns: number): string {
  const s = Math.floor(ns / 1e9);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`;
}

/** `[[DD-]HH:]MM:SS` */
export function elapsed(ns: number): string {
  const s = Math.floor(ns / 1e9);
  const head = s >= 86400 ? `${Math.floor(s / 86400)}-` : '';
  const hours = s >= 3600 ? `${two(Math.floor(s / 3600) % 24)}:` : '';
  return `${head}${hours}${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
}

/** Short names of months, January first. */
export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const;
/** Short names of days, Sunday first. */
export const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** `Mon Nov 23 22:44:37 2026`. @see ctime(3) */
export function ctime(ns: bigint): string {
  const t = civil(ns);
  return `${WEEKDAYS[t.weekday]} ${MONTHS[t.month - 1]} ${String(t.day).padStart(2)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)} ${t.year}`;
}

/** Realtime of a virtual instant of this process's clock. */
export function realtimeOf(sys: Sys, now: number): bigint {
  return sys.realtime() - BigInt(Math.floor(sys.now())) + BigInt(Math.floor(now));
}

/** A number of /proc/meminfo in KiB; 0 when it has none. */
export function meminfo(sys: Sys): (key: string) => number {
  const read = readText(sys, '/proc/meminfo');
  const text = isErr(read) ? '' : `\n${read}`;
  return (key) => {
    const at = text.indexOf(`\n${key}:`);
    return at < 0 ? 0 : Number.parseInt(text.slice(at + key.length + 2, at + key.length + 32), 10);
  };
}

/** How many processors the machine has. */
export function processors(sys: Sys): number {
  const info = readText(sys, '/proc/cpuinfo');
  return isErr(info) ? 1 : (info.match(/^processor/gm)?.length ?? 1);
}
