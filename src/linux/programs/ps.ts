/**
 * `ps` of procps-ng 4 and of busybox: the process table.
 *
 * Limits: threads, --sort and trees are not shown; %MEM is of /proc/meminfo's MemTotal.
 * @see procps src/ps/output.c; busybox procps/ps.c
 */
import { civil } from '../../base/civil.ts';
import type { ProcInfo, Sys } from '../kernel/sys.ts';
import { bsdTime, commandLine, cpuTime, elapsed, MONTHS, meminfo, realtimeOf, userNames } from './proc.ts';
import { type Context, defineProgram } from './spec.ts';
import { screenOf } from './stdio.ts';

interface Column {
  readonly header: string;
  readonly width: number;
  readonly right: boolean;
  readonly text: (p: ProcInfo, v: View) => string;
}

/** What columns need to know about the machine. */
interface View {
  readonly sys: Sys;
  readonly users: Map<number, string>;
  readonly memTotal: number;
}

const two = (n: number): string => String(n).padStart(2, '0');

function user(p: ProcInfo, v: View): string {
  const name = v.users.get(p.uid) ?? String(p.uid);
  return name.length > 8 ? (v.users.has(p.uid) ? `${name.slice(0, 7)}+` : String(p.uid)) : name;
}

function stime(p: ProcInfo, v: View): string {
  const t = civil(realtimeOf(v.sys, p.start));
  if (v.sys.now() - p.start > 86400e9) return `${MONTHS[t.month - 1]}${two(t.day)}`;
  return `${two(t.hour)}:${two(t.minute)}`;
}

function pcpu(p: ProcInfo, v: View): number {
  // whole seconds, as procps counts them: a process younger than one has 0
  const seconds = Math.floor((v.sys.now() - p.start) / 1e9);
  return seconds <= 0 ? 0 : Math.min(99.9, p.cpu / 1e7 / seconds);
}

function stat(p: ProcInfo): string {
  return `${p.state}${p.sid === p.pid ? 's' : ''}${p.foreground ? '+' : ''}`;
}

const col = (header: string, width: number, right: boolean, text: Column['text']): Column => ({
  header,
  width,
  right,
  text,
});

const COLUMNS: Readonly<Record<string, Column>> = {
  pid: col('PID', 7, true, (p) => String(p.pid)),
  ppid: col('PPID', 7, true, (p) => String(p.ppid)),
  pgid: col('PGID', 7, true, (p) => String(p.pgid)),
  pgrp: col('PGRP', 7, true, (p) => String(p.pgid)),
  sid: col('SID', 7, true, (p) => String(p.sid)),
  sess: col('SESS', 7, true, (p) => String(p.sid)),
  uid: col('UID', 5, true, (p) => String(p.uid)),
  user: col('USER', 8, false, user),
  euser: col('EUSER', 8, false, user),
  ruser: col('RUSER', 8, false, user),
  uidname: col('UID', 8, false, user),
  comm: col('COMMAND', 15, false, (p) => `${p.comm}${p.state === 'Z' ? ' <defunct>' : ''}`),
  ucmd: col('CMD', 15, false, (p) => `${p.comm}${p.state === 'Z' ? ' <defunct>' : ''}`),
  args: col('COMMAND', 27, false, commandLine),
  cmd: col('CMD', 27, false, commandLine),
  command: col('COMMAND', 27, false, commandLine),
  tty: col('TT', 8, false, (p) => p.tty ?? '?'),
  tname: col('TTY', 8, false, (p) => p.tty ?? '?'),
  tt: col('TT', 8, false, (p) => p.tty ?? '?'),
  stat: col('STAT', 4, false, stat),
  state: col('S', 1, false, (p) => p.state),
  s: col('S', 1, false, (p) => p.state),
  time: col('TIME', 8, true, (p) => cpuTime(p.cpu)),
  cputime: col('TIME', 8, true, (p) => cpuTime(p.cpu)),
  bsdtime: col('TIME', 6, true, (p) => bsdTime(p.cpu)),
  etime: col('ELAPSED', 11, true, (p, v) => elapsed(v.sys.now() - p.start)),
  etimes: col('ELAPSED', 7, true, (p, v) => String(Math.floor((v.sys.now() - p.start) / 1e9))),
  stime: col('STIME', 5, true, stime),
  start: col('STARTED', 8, true, (p, v) => {
    const t = civil(realtimeOf(v.sys, p.start));
    return `${two(t.hour)}:${two(t.minute)}:${two(t.second)}`;
  }),
  bsdstart: col('START', 5, true, stime),
  c: col('C', 2, true, (p, v) => String(Math.floor(pcpu(p, v)))),
  pcpu: col('%CPU', 4, true, (p, v) => pcpu(p, v).toFixed(1)),
  '%cpu': col('%CPU', 4, true, (p, v) => pcpu(p, v).toFixed(1)),
  pmem: col('%MEM', 4, true, (p, v) => (v.memTotal > 0 ? (100 * p.rss) / v.memTotal : 0).toFixed(1)),
  '%mem': col('%MEM', 4, true, (p, v) => (v.memTotal > 0 ? (100 * p.rss) / v.memTotal : 0).toFixed(1)),
  vsz: col('VSZ', 6, true, (p) => String(p.vsz)),
  rss: col('RSS', 5, true, (p) => String(p.rss)),
  ni: col('NI', 3, true, () => '0'),
  pri: col('PRI', 3, true, () => '19'),
  nlwp: col('NLWP', 4, true, () => '1'),
  wchan: col('WCHAN', 6, false, () => '-'),
};

const DEFAULT = ['pid', 'tname', 'time', 'ucmd'];
const FULL = ['uidname', 'pid', 'ppid', 'c', 'stime', 'tname', 'time', 'cmd'];
const BSD_USER = ['user', 'pid', '%cpu', '%mem', 'vsz', 'rss', 'tname', 'stat', 'bsdstart', 'bsdtime', 'command'];
const BSD = ['pid', 'tname', 'stat', 'bsdtime', 'command'];

interface Request {
  columns: { column: Column; header: string }[];
  all: boolean;
  withTty: boolean;
  bsd: string;
  full: boolean;
  pids?: number[];
  ppids?: number[];
  names?: string[];
  users?: string[];
  headers: boolean;
  wide: number;
}

/** `pid,ppid=PARENT,args` */
function readFormat(list: string, into: Request): string | undefined {
  for (const item of splitFormat(list)) {
    const eq = item.indexOf('=');
    const key = eq < 0 ? item : item.slice(0, eq);
    const column = COLUMNS[key === 'ucomm' ? 'comm' : key === 'cmdline' ? 'args' : key];
    if (!column) return key;
    into.columns.push({ column, header: eq < 0 ? column.header : item.slice(eq + 1) });
  }
  return undefined;
}

/** A `=` takes the rest of the argument, commas included, as POSIX says. */
function splitFormat(list: string): string[] {
  const out: string[] = [];
  let rest = list;
  while (rest !== '') {
    const m = /^[^, =]+/.exec(rest);
    if (!m) {
      rest = rest.slice(1);
      continue;
    }
    const after = rest.slice(m[0].length);
    if (after.startsWith('=')) {
      const end = after.indexOf(',') < 0 || after[1] !== ',' ? after.length : after.indexOf(',');
      out.push(m[0] + after.slice(0, end));
      rest = after.slice(end);
    } else {
      out.push(m[0]);
      rest = after;
    }
  }
  return out;
}

const numbers = (s: string): number[] =>
  s
    .split(/[, ]+/)
    .filter((x) => x !== '')
    .map(Number);

/** Reads procps' mixture of UNIX, BSD and long options. @returns a message on an error */
function readArgs(args: readonly string[], r: Request): string | undefined {
  for (let i = 0; i < args.length; i++) {
    const a = args[i] as string;
    const value = (inline: string): string => (inline !== '' ? inline : (args[++i] ?? ''));
    if (a.startsWith('--')) {
      const [key, v] = a.slice(2).split(/=(.*)/s) as [string, string?];
      if (key === 'no-headers' || key === 'no-heading' || key === 'noheader' || key === 'noheading') r.headers = false;
      else if (key === 'pid') r.pids = numbers(value(v ?? ''));
      else if (key === 'ppid') r.ppids = numbers(value(v ?? ''));
      else if (key === 'user' || key === 'User') r.users = value(v ?? '').split(',');
      else if (key === 'format') {
        const bad = readFormat(value(v ?? ''), r);
        if (bad !== undefined) return `error: unknown user-defined format specifier "${bad}"`;
      } else if (key === 'sort') value(v ?? '');
      else if (key === 'headers' || key === 'forest' || key === 'deselect') continue;
      else return `error: unknown gnu long option`;
      continue;
    }
    if (/^\d+$/.test(a)) {
      r.pids = [...(r.pids ?? []), Number(a)];
      continue;
    }
    const bad = a.startsWith('-') ? unixLetters(a.slice(1), value, r) : bsdLetters(a, value, r);
    if (bad !== undefined) return bad;
  }
  return undefined;
}

function unixLetters(letters: string, value: (inline: string) => string, r: Request): string | undefined {
  for (let j = 0; j < letters.length; j++) {
    const c = letters[j] as string;
    const rest = letters.slice(j + 1);
    if (c === 'e' || c === 'A') r.all = true;
    else if (c === 'f') r.full = true;
    else if (c === 'w') r.wide++;
    else if (c === 'a') r.withTty = true;
    else if (c === 'H' || c === 'x' || c === 'L' || c === 'y') continue;
    else if (c === 'p') {
      r.pids = [...(r.pids ?? []), ...numbers(value(rest))];
      return undefined;
    } else if (c === 'o') {
      const bad = readFormat(value(rest), r);
      return bad === undefined ? undefined : `error: unknown user-defined format specifier "${bad}"`;
    } else if (c === 'C') {
      r.names = value(rest).split(',');
      return undefined;
    } else if (c === 'u' || c === 'U') {
      r.users = value(rest).split(',');
      return undefined;
    } else return c === '-' || letters === '' ? 'error: improper list' : 'error: unsupported SysV option';
  }
  return undefined;
}

function bsdLetters(letters: string, value: (inline: string) => string, r: Request): string | undefined {
  for (let j = 0; j < letters.length; j++) {
    const c = letters[j] as string;
    if ('axuwfh'.includes(c)) {
      if (c === 'h') r.headers = false;
      else if (c === 'w') r.wide++;
      else r.bsd += c;
    } else if (c === 'o') {
      const bad = readFormat(value(letters.slice(j + 1)), r);
      return bad === undefined ? undefined : `error: unknown user-defined format specifier "${bad}"`;
    } else if (c === 'p') {
      r.pids = numbers(value(letters.slice(j + 1)));
      return undefined;
    } else return 'error: unsupported option (BSD syntax)';
  }
  if (letters !== '' && r.bsd === '') r.bsd = ' ';
  return undefined;
}

function chosen(ctx: Context, r: Request, view: View): ProcInfo[] {
  const all = ctx.sys.processes();
  const me = all.find((p) => p.pid === ctx.sys.pid);
  const explicit = r.pids ?? r.ppids ?? r.names ?? r.users;
  if (explicit)
    return all.filter(
      (p) =>
        r.pids?.includes(p.pid) ||
        r.ppids?.includes(p.ppid) ||
        r.names?.includes(p.comm) ||
        r.users?.some((u) => u === String(p.uid) || u === view.users.get(p.uid)),
    );
  if (r.all || (r.bsd.includes('a') && r.bsd.includes('x'))) return all;
  if (r.bsd.includes('a')) return all.filter((p) => p.tty !== undefined);
  if (r.bsd.includes('x')) return all.filter((p) => p.uid === ctx.sys.getuid());
  if (r.withTty) return all.filter((p) => p.tty !== undefined && p.sid !== p.pid);
  return all.filter((p) => p.uid === ctx.sys.getuid() && p.tty === me?.tty);
}

/** Lines of a table: every column but the last is padded; the last is cut at the screen's width. */
function table(
  columns: readonly { column: Column; header: string }[],
  rows: readonly string[][],
  headers: boolean,
  screen: number,
): string {
  const widths = columns.map((c) => Math.max(c.column.width, c.header.length));
  const line = (cells: readonly string[]): string => {
    const last = cells.length - 1;
    const s = cells
      .map((cell, i) => {
        const c = columns[i]?.column as Column;
        if (c.right) return cell.padStart(widths[i] as number);
        return i === last ? cell : cell.padEnd(widths[i] as number);
      })
      .join(' ');
    return `${s.slice(0, screen)}\n`;
  };
  const head = columns.map((c) => c.header);
  return (headers && head.some((h) => h !== '') ? line(head) : '') + rows.map(line).join('');
}

async function run(ctx: Context): Promise<number> {
  if (ctx.flavour === 'busybox') return busyboxPs(ctx);
  const r: Request = { columns: [], all: false, withTty: false, bsd: '', full: false, headers: true, wide: 0 };
  const bad = readArgs(ctx.args, r);
  if (bad !== undefined) {
    await ctx.err(
      `${bad}\n\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n  or 'ps --help <s|l|o|t|m|a>'\n for additional help text.\n\nFor more details see ps(1).\n`,
    );
    return 1;
  }
  const view: View = { sys: ctx.sys, users: userNames(ctx.sys), memTotal: meminfo(ctx.sys)('MemTotal') };
  const names = r.full ? FULL : r.bsd.includes('u') ? BSD_USER : r.bsd !== '' ? BSD : DEFAULT;
  const columns =
    r.columns.length > 0
      ? r.columns
      : names.map((n) => COLUMNS[n] as Column).map((column) => ({ column, header: column.header }));
  const rows = chosen(ctx, r, view).map((p) => columns.map((c) => c.column.text(p, view)));
  const size = screenOf(ctx.sys, 1);
  const screen = size && r.wide < 2 ? size.cols : Number.POSITIVE_INFINITY;
  await ctx.out(table(columns, rows, r.headers, r.wide === 1 ? Math.max(132, screen) : screen));
  return rows.length > 0 ? 0 : 1;
}

/** What -o of the applet takes as Debian configures it: no times. */
const BUSYBOX_COLUMNS = 'user,group,comm,args,pid,ppid,pgid,nice,rgroup,ruser,tty,vsz,sid,stat,rss'.split(',');

async function busyboxPs(ctx: Context): Promise<number> {
  const view: View = { sys: ctx.sys, users: userNames(ctx.sys), memTotal: 0 };
  const r: Request = { columns: [], all: true, withTty: false, bsd: '', full: false, headers: true, wide: 0 };
  for (let i = 0; i < ctx.args.length; i++) {
    const a = ctx.args[i] as string;
    if (a !== '-o') continue;
    const wanted = ctx.args[++i] ?? '';
    const unknown = splitFormat(wanted).find((x) => !BUSYBOX_COLUMNS.includes(x.replace(/=.*/, '')));
    const bad = unknown?.replace(/=.*/, '') ?? readFormat(wanted, r);
    if (bad !== undefined) return ctx.fail(`bad -o argument '${bad}', supported arguments: ${BUSYBOX_COLUMNS}`);
  }
  const bb = (name: string, header: string, width: number): { column: Column; header: string } => ({
    column: { ...(COLUMNS[name] as Column), header, width },
    header,
  });
  const columns =
    r.columns.length > 0
      ? r.columns.map((c) => ({
          ...c,
          column: { ...c.column, width: c.column === COLUMNS.pid ? 5 : Math.min(c.column.width, 8) },
        }))
      : [bb('pid', 'PID', 5), bb('user', 'USER', 8), bb('args', 'COMMAND', 15)];
  const head = columns.map((c, i) => (i === columns.length - 1 ? c.header : c.header.padEnd(c.column.width))).join(' ');
  const rows = ctx.sys.processes().map((p) => columns.map((c) => c.column.text(p, view)));
  const cols = screenOf(ctx.sys, 1)?.cols ?? Number.POSITIVE_INFINITY;
  await ctx.out(`${head}\n${table(columns, rows, false, cols)}`);
  return 0;
}

/** The `ps` command. */
export const spec = defineProgram({
  name: 'ps',
  path: '/usr/bin/ps',
  summary: 'Report a snapshot of the current processes',
  synopsis: ['[options]'],
  order: 'own',
  options: [
    { name: 'all', short: 'e', also: 'A', shortOnly: true, help: 'every process' },
    { name: 'full', short: 'f', shortOnly: true, help: 'full format' },
    { name: 'format', short: 'o', arg: 'required', metavar: 'FORMAT', help: 'columns to show' },
    { name: 'pid', short: 'p', arg: 'required', metavar: 'PID', help: 'these processes' },
    { name: 'no-headers', help: 'no header line' },
  ],
  run,
});
