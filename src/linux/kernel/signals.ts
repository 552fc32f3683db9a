/**
 * Sending signals and what follows: handlers, default actions, stops, ends, and what children, groups and sessions
 * are told. @see signal(7), Linux kernel/signal.c: sig_task_ignored (pid 1), kernel/exit.c
 */
import type { Proc } from './process.ts';
import { defaultAction, SIGNALS } from './signal.ts';
import { ProcessExit, type WaitStatus } from './sys.ts';

const { SIGKILL, SIGSTOP, SIGCONT, SIGCHLD, SIGHUP } = SIGNALS;

/** What signals need of the machine. */
export interface SignalHost {
  /** Processes of a group, by pid. */
  group(pgid: number): Proc[];
  /** Processes of a session. */
  session(sid: number): Proc[];
  /** A program failed with something that is no exit: a bug. */
  bug(proc: Proc, error: unknown): void;
}

/** @param from the sender; undefined is the kernel itself or something outside every PID namespace */
export function send(host: SignalHost, to: Proc, signal: number, from: Proc | undefined): void {
  if (to.status || signal === 0) return;
  if (signal === SIGCONT) goOn(host, to);
  if (to.isInit && !mayReachInit(to, signal, from)) return;
  if (signal === SIGKILL) {
    end(host, to, { pid: to.pid, state: 'signaled', code: 0, signal });
    return;
  }
  const action = to.actions.get(signal) ?? 'default';
  if (signal !== SIGSTOP && (action === 'ignore' || (action === 'default' && defaultAction(signal) === 'ignore')))
    return;
  if (to.stopped || to.frozen) {
    to.pending.add(signal);
    return;
  }
  act(host, to, signal);
}

/** pid 1 takes signals it has handlers for; SIGKILL and SIGSTOP only from outside its namespace. */
function mayReachInit(to: Proc, signal: number, from: Proc | undefined): boolean {
  const action = signal === SIGKILL || signal === SIGSTOP ? 'default' : (to.actions.get(signal) ?? 'default');
  if (action !== 'default') return true;
  if (!to.pidns.parent) return false;
  const outside = from === undefined || !to.pidns.holds(from.pidns);
  return outside && (signal === SIGKILL || signal === SIGSTOP);
}

function act(host: SignalHost, to: Proc, signal: number): void {
  const action = signal === SIGSTOP ? 'default' : (to.actions.get(signal) ?? 'default');
  if (action === 'ignore') return;
  if (typeof action === 'function') {
    Promise.resolve().then(() => {
      if (to.status) return;
      try {
        action(signal);
      } catch (error) {
        if (error instanceof ProcessExit) endWith(host, to, error);
        else host.bug(to, error);
      }
    });
    to.interrupt(false);
    return;
  }
  switch (defaultAction(signal)) {
    case 'terminate':
      end(host, to, { pid: to.pid, state: 'signaled', code: 0, signal });
      break;
    case 'stop':
      if (signal !== SIGSTOP && isOrphaned(host, to.pgid)) return;
      to.stopped = true;
      to.stopReport = signal;
      to.interrupt(true);
      tellParent(host, to);
      break;
    default:
  }
}

function goOn(host: SignalHost, to: Proc): void {
  for (const s of [...to.pending]) if (defaultAction(s) === 'stop') to.pending.delete(s);
  if (!to.stopped) return;
  to.stopped = false;
  to.stopReport = 0;
  flush(host, to);
  to.resume();
}

/** Delivers what was kept while the process could not run. */
export function flush(host: SignalHost, to: Proc): void {
  if (to.stopped || to.frozen) return;
  for (const signal of [...to.pending].sort((a, b) => a - b)) {
    to.pending.delete(signal);
    if (to.status || to.stopped) return;
    act(host, to, signal);
  }
}

export function endWith(host: SignalHost, p: Proc, exit: ProcessExit): void {
  if (exit.signal !== 0) end(host, p, { pid: p.pid, state: 'signaled', code: 0, signal: exit.signal });
  else end(host, p, { pid: p.pid, state: 'exited', code: exit.code, signal: 0 });
}

/** Ends a process: everything that Linux does in do_exit. */
export function end(host: SignalHost, p: Proc, status: WaitStatus): void {
  if (p.status) return;
  p.finish(status);
  if (p.isInit) {
    for (const q of p.pidns.list())
      if (q !== p) end(host, q, { pid: q.pid, state: 'signaled', code: 0, signal: SIGKILL });
  }
  const groups = new Set([p.pgid, ...[...p.children].map((c) => c.pgid)]);
  reparentChildren(host, p);
  if (p.sid === p.pid && p.tty && p.tty.session === p.sid) {
    const { foreground } = p.tty;
    p.tty.session = 0;
    if (foreground !== 0) for (const q of host.group(foreground)) send(host, q, SIGHUP, undefined);
    for (const q of host.session(p.sid)) q.tty = undefined;
  }
  hangUpOrphans(host, groups);
  const { parent } = p;
  if (!parent || parent.reaps || parent.actions.get(SIGCHLD) === 'ignore') p.reap();
  if (parent) tellParent(host, p);
  p.announceExit();
}

function tellParent(host: SignalHost, p: Proc): void {
  if (!p.parent) return;
  p.parent.childChanged.wake();
  send(host, p.parent, SIGCHLD, p);
}

function reparentChildren(host: SignalHost, p: Proc): void {
  let heir = p.pidns.init;
  for (let ns = p.pidns.parent; (!heir || heir.status) && ns; ns = ns.parent) heir = ns.init;
  for (const child of [...p.children]) {
    p.children.delete(child);
    child.parent = heir?.status ? undefined : heir;
    child.parent?.children.add(child);
    if (child.status) {
      if (!child.parent || child.parent.reaps) child.reap();
      else tellParent(host, child);
    }
  }
}

/** A group no member of which has a parent in another group of the same session. @see POSIX 3.282 */
export function isOrphaned(host: SignalHost, pgid: number): boolean {
  return host.group(pgid).every((q) => !q.parent || q.parent.sid !== q.sid || q.parent.pgid === pgid);
}

/** Groups that have become orphaned with a stopped member: SIGHUP, then SIGCONT. */
function hangUpOrphans(host: SignalHost, groups: ReadonlySet<number>): void {
  for (const pgid of groups) {
    const members = host.group(pgid).filter((q) => !q.status);
    if (members.some((q) => q.stopped) && isOrphaned(host, pgid))
      for (const q of members) {
        send(host, q, SIGHUP, undefined);
        send(host, q, SIGCONT, undefined);
      }
  }
}
