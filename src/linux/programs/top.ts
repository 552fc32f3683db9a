/**
 * `top` of busybox and of procps: the process table, refreshed until q, ^C or a signal.
 *
 * Limits: sorted by CPU time used since the last refresh; keys other than q and space do nothing.
 * @see busybox procps/top.c; procps src/top/top.c
 */
import { civil } from '../../base/civil.ts';
import { isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import type { ProcInfo, Sys } from '../kernel/sys.ts';
import { RAW } from '../kernel/sys.ts';
import { commandLine, meminfo, realtimeOf, userNames } from './proc.ts';
import { type Context, defineProgram } from './spec.ts';
import { readText, screenOf } from './stdio.ts';

/** The process table at one instant. */
interface Sample {
  readonly at: number;
  readonly processes: readonly ProcInfo[];
}

function sample(sys: Sys): Sample {
  return { at: sys.now(), processes: sys.processes() };
}

/** Processes with their share of CPU since `before`, busiest first. */
function shares(now: Sample, before: Sample): { p: ProcInfo; share: number }[] {
  const span = Math.max(1, now.at - before.at);
  const used = new Map<number, number>();
  for (const p of before.processes) used.set(p.pid, p.cpu);
  return now.processes
    .map((p) => ({ p, share: (100 * Math.max(0, p.cpu - (used.get(p.pid) ?? 0))) / span }))
    .sort((a, b) => b.share - a.share || a.p.pid - b.p.pid);
}

function loadAverage(sys: Sys): string {
  const text = readText(sys, '/proc/loadavg');
  return isErr(text) ? '0.00 0.00 0.00 1/1 1' : text.trim();
}

/** What a screen is made of. */
interface View {
  readonly sys: Sys;
  readonly now: Sample;
  readonly before: Sample;
  /** Looked up when the program starts, as the originals keep a cache of them. */
  readonly names: ReadonlyMap<number, string>;
  readonly cols: number;
  readonly rows: number;
}

function busyboxScreen({ sys, now, before, names, cols, rows }: View): string[] {
  const mem = meminfo(sys);
  const total = mem('MemTotal');
  const list = shares(now, before);
  const busy = Math.min(100, Math.round(list.reduce((n, x) => n + x.share, 0)));
  const out = [
    `Mem: ${total - mem('MemFree')}K used, ${mem('MemFree')}K free, ${mem('Shmem')}K shrd, ${mem('Buffers')}K buff, ${mem('Cached')}K cached`,
    `CPU: ${String(busy).padStart(3)}% usr   0% sys   0% nic ${String(100 - busy).padStart(3)}% idle   0% io   0% irq   0% sirq`,
    `Load average: ${loadAverage(sys)}`,
    `\x1b[7m${'  PID  PPID USER     STAT   RSS %RSS %CPU COMMAND'.padEnd(cols)}\x1b[m`,
  ];
  for (const { p, share } of list.slice(0, Math.max(1, rows - 5))) {
    const rss = total > 0 ? Math.round((100 * p.rss) / total) : 0;
    const user = (names.get(p.uid) ?? String(p.uid)).slice(0, 8).padEnd(8);
    const stat = `${p.state}${' '.repeat(3)}`;
    out.push(
      `${String(p.pid).padStart(5)} ${String(p.ppid).padStart(5)} ${user} ${stat} ${String(p.rss).padStart(5)} ${String(rss).padStart(3)}% ${String(Math.round(share)).padStart(3)}% ${commandLine(p)}`.slice(
        0,
        cols,
      ),
    );
  }
  return out;
}

function procpsScreen({ sys, now, before, names, cols, rows }: View, terminal: boolean): string[] {
  const reverse = terminal ? ['\x1b[7m', '\x1b[m'] : ['', ''];
  const mem = meminfo(sys);
  const t = civil(sys.realtime());
  const two = (n: number): string => String(n).padStart(2, '0');
  const all = now.processes;
  const count = (s: string): number => all.filter((p) => p.state === s).length;
  const list = shares(now, before);
  const busy = Math.min(
    100,
    list.reduce((n, x) => n + x.share, 0),
  );
  const mib = (kb: number): string => (kb / 1024).toFixed(1).padStart(8);
  const boot = sys.now() - Number(sys.realtime() - realtimeOf(sys, 0));
  const up = Math.max(0, Math.floor((sys.now() - boot) / 60e9));
  const used = mem('MemTotal') - mem('MemAvailable');
  const out = [
    `top - ${two(t.hour)}:${two(t.minute)}:${two(t.second)} up ${up} min,  1 user,  load average: ${loadAverage(sys).split(' ').slice(0, 3).join(', ')}`,
    `Tasks: ${String(all.length).padStart(3)} total, ${String(count('R')).padStart(3)} running, ${String(all.length - count('R') - count('T') - count('Z')).padStart(3)} sleeping, ${String(count('T')).padStart(3)} stopped, ${String(count('Z')).padStart(3)} zombie`,
    `%Cpu(s): ${busy.toFixed(1).padStart(4)} us,  0.0 sy,  0.0 ni,${(100 - busy).toFixed(1).padStart(5)} id,  0.0 wa,  0.0 hi,  0.0 si,  0.0 st `,
    `MiB Mem :${mib(mem('MemTotal'))} total,${mib(mem('MemFree'))} free,${mib(used)} used,${mib(mem('Buffers') + mem('Cached'))} buff/cache     `,
    `MiB Swap:${mib(mem('SwapTotal'))} total,${mib(mem('SwapFree'))} free,${mib(0)} used.${mib(mem('MemAvailable'))} avail Mem `,
    '',
    `${reverse[0]}${'    PID USER      PR  NI    VIRT    RES    SHR S  %CPU  %MEM     TIME+ COMMAND'.padEnd(terminal ? cols : 0)}${reverse[1]}`,
  ];
  for (const { p, share } of list.slice(0, Math.max(1, rows - 8))) {
    const cs = Math.floor(p.cpu / 1e7);
    const time = `${Math.floor(cs / 6000)}:${two(Math.floor(cs / 100) % 60)}.${two(cs % 100)}`;
    const pmem = mem('MemTotal') > 0 ? (100 * p.rss) / mem('MemTotal') : 0;
    out.push(
      `${String(p.pid).padStart(7)} ${(names.get(p.uid) ?? String(p.uid)).slice(0, 8).padEnd(8)}  20   0 ${String(p.vsz).padStart(7)} ${String(p.rss).padStart(6)} ${'0'.padStart(6)} ${p.state} ${share.toFixed(1).padStart(5)} ${pmem.toFixed(1).padStart(5)} ${time.padStart(9)} ${fitted(p.comm, cols - 71)}`,
    );
  }
  return out;
}

/** A name that is too long ends in a plus sign. */
function fitted(name: string, width: number): string {
  return name.length <= width ? name : `${name.slice(0, Math.max(0, width - 1))}+`;
}

/** Waits for a key or the delay. @returns whether to stop */
async function wait(sys: Sys, delayNs: number, keys: boolean): Promise<boolean> {
  const end = sys.now() + delayNs;
  while (sys.now() < end) {
    if (!keys) {
      await sys.sleep(end - sys.now());
      continue;
    }
    const ready = await sys.poll([{ fd: 0, in: true }], end - sys.now());
    if (isErr(ready) || ready.length === 0) continue;
    const b = await sys.read(0, 16);
    if (isErr(b)) continue;
    if (b.length === 0) return wait(sys, end - sys.now(), false);
    if (b.includes(113) || b.includes(3)) return true;
    if (b.includes(32) || b.includes(10) || b.includes(13)) return false;
  }
  return false;
}

/** Signals that end it even where it is the first process of a container. @see busybox procps/top.c: sig_catcher, kill_myself_with_sig */
const FATAL = ['SIGHUP', 'SIGINT', 'SIGQUIT', 'SIGABRT', 'SIGALRM', 'SIGTERM', 'SIGUSR1', 'SIGUSR2'] as const;

function dieBySignals(sys: Sys, saved: ReturnType<Sys['tcgetattr']> | undefined): void {
  for (const name of FATAL) {
    const signal = SIGNALS[name];
    sys.sigaction(signal, () => {
      if (saved && !isErr(saved)) sys.tcsetattr(0, saved);
      sys.sigaction(signal, 'default');
      sys.kill(sys.pid, signal);
      sys.exit(128 + signal);
    });
  }
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const busybox = ctx.flavour === 'busybox';
  const delay = Number(o.value('delay') ?? (busybox ? 5 : 3)) * 1e9;
  const iterations = o.has('iterations') ? Number(o.value('iterations')) : Number.POSITIVE_INFINITY;
  const batch = o.has('batch');
  const terminal = sys.isatty(1) && !batch;
  const keys = !batch && sys.isatty(0);
  if (!busybox && !batch && !sys.isatty(1)) return ctx.fail('failed tty get');
  const saved = keys ? sys.tcgetattr(0) : undefined;
  if (busybox && !batch) dieBySignals(sys, saved);
  if (saved && !isErr(saved)) sys.tcsetattr(0, { ...RAW, opost: true });
  try {
    const names = userNames(sys);
    let before: Sample = { at: 0, processes: [] };
    for (let i = 0; i < iterations; i++) {
      const size = screenOf(sys, 1);
      const cols = size?.cols ?? (batch ? 512 : 80);
      const rows = terminal && size ? size.rows : batch ? 100000 : 24;
      const now = sample(sys);
      const view = { sys, now, before, names, cols: busybox ? Math.min(cols, 512) : cols, rows };
      const lines = busybox ? busyboxScreen(view) : procpsScreen(view, terminal);
      const text = batch && busybox ? lines.map((l) => l.replace(/\x1b\[7?m/g, '').trimEnd()) : lines;
      const screen =
        terminal || (busybox && !batch)
          ? `\x1b[H\x1b[J${text.join('\n')}\n`
          : `${text.join('\n')}\n${busybox ? '' : '\n'}`;
      await ctx.out(screen);
      before = now;
      await sys.cpu(50_000);
      if (i + 1 >= iterations) break;
      if (await wait(sys, delay, keys)) break;
    }
  } finally {
    if (saved && !isErr(saved)) sys.tcsetattr(0, saved);
    const size = terminal && !busybox ? screenOf(sys, 1) : undefined;
    if (size) await ctx.out(`\x1b[${size.rows};1H\n\x1b[K`);
  }
  return 0;
}

/** The `top` command. */
export const spec = defineProgram({
  name: 'top',
  path: '/usr/bin/top',
  summary: 'Display processes',
  synopsis: ['[-b] [-n COUNT] [-d SECONDS]'],
  options: [
    { name: 'batch', short: 'b', shortOnly: true, help: 'batch mode' },
    { name: 'delay', short: 'd', shortOnly: true, arg: 'required', metavar: 'SECONDS', help: 'delay between updates' },
    { name: 'iterations', short: 'n', shortOnly: true, arg: 'required', metavar: 'COUNT', help: 'number of updates' },
    { name: 'pid', short: 'p', shortOnly: true, arg: 'required', metavar: 'PID', help: 'only these processes' },
    { name: 'threads', short: 'H', shortOnly: true, help: 'threads' },
  ],
  run,
});
