/**
 * Processes: identity, namespaces, state, and how a system call blocks, is interrupted, stopped or ended.
 *
 * A process that ends is a zombie at once: descriptors closed, status visible. Its program may still hang in a blocked
 * call: that call never returns (nor throws), so nothing of the program runs any more.
 */
import { EINTR } from './errno.ts';
import { FdTable } from './fdtable.ts';
import type { MountTable } from './fs/mounts.ts';
import type { Confinement, OpenFile, Process, TtyDevice, UtsNs, Waiter } from './machine.ts';
import type { NetnsKey } from './netadmin.ts';
import type { PidNamespace } from './pidns.ts';
import type { Limits, ProcInfo, SignalAction, WaitStatus } from './sys.ts';
import { PendingCall, WaitQueue } from './waitqueue.ts';

/** CPU time is accounted in clock ticks. */
const TICK_NS = 10_000_000;

/** What a process is born with. */
export interface ProcSpec {
  readonly parent: Proc | undefined;
  readonly pidns: PidNamespace;
  readonly netns: NetnsKey;
  readonly uts: UtsNs;
  readonly mounts: MountTable;
  readonly cwd: string;
  readonly argv: readonly string[];
  readonly comm: string;
  readonly env: Readonly<Record<string, string>>;
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups; none when absent. */
  readonly groups?: readonly number[];
  /** What root may in it; everything when absent. @see capabilities(7) */
  readonly caps?: ReadonlySet<string> | undefined;
  readonly confinement?: Confinement | undefined;
  readonly umask: number;
  readonly limits: Limits;
  readonly pgid: number | undefined;
  readonly sid: number | undefined;
  readonly tty: TtyDevice | undefined;
  readonly actions: ReadonlyMap<number, SignalAction>;
}

export class Proc implements Process {
  readonly pid: number;
  /** Its number in its own PID namespace and in those around it. */
  readonly pids = new Map<PidNamespace, number>();
  readonly nsPid: number;
  readonly fds = new FdTable();
  readonly actions: Map<number, SignalAction>;
  readonly pending = new Set<number>();
  readonly children = new Set<Proc>();
  /** Woken when a child changes state. */
  readonly childChanged = new WaitQueue();
  readonly exited: Promise<WaitStatus>;
  readonly start: number;
  parent: Proc | undefined;
  pidns: PidNamespace;
  netns: NetnsKey;
  uts: UtsNs;
  mounts: MountTable;
  cwd: string;
  argv: readonly string[];
  comm: string;
  exe = '';
  env: Readonly<Record<string, string>>;
  umask: number;
  #limits: Limits;
  uid: number;
  gid: number;
  groups: readonly number[];
  readonly caps: ReadonlySet<string> | undefined;
  readonly confinement: Confinement | undefined;
  #pgid: number;
  sid: number;
  tty: TtyDevice | undefined;
  /** Its parent never waits (a daemon, init): it vanishes when it ends. */
  reaps = false;
  status: WaitStatus | undefined;
  stopped = false;
  /** Signal that stopped it, until a parent has been told. */
  stopReport = 0;
  frozen = false;
  cpuTime = 0;
  cpuDebt = 0;
  running = 0;
  onExit: ((status: WaitStatus) => void) | undefined;
  /** The machine's own: namespaces are let go. */
  onEnd: () => void = () => {};
  readonly captures = new Set<{ close(): void }>();
  #settle: (status: WaitStatus) => void = () => {};
  readonly #calls = new Set<PendingCall>();
  readonly #resumed = new WaitQueue();
  /** The outermost PID namespace. */
  readonly #root: PidNamespace;

  constructor(spec: ProcSpec, now: number) {
    this.parent = spec.parent;
    this.pidns = spec.pidns;
    for (const ns of spec.pidns.chain()) {
      const pid = ns.take();
      this.pids.set(ns, pid);
      ns.byPid.set(pid, this);
      if (!ns.init && pid === 1) ns.init = this;
    }
    this.nsPid = this.pids.get(spec.pidns) as number;
    this.pid = [...this.pids.values()].pop() as number;
    this.netns = spec.netns;
    this.uts = spec.uts;
    this.mounts = spec.mounts;
    this.cwd = spec.cwd;
    this.argv = spec.argv;
    this.comm = spec.comm;
    this.env = spec.env;
    this.uid = spec.uid;
    this.gid = spec.gid;
    this.groups = spec.groups ?? [];
    this.caps = spec.caps;
    this.confinement = spec.confinement;
    this.umask = spec.umask;
    this.#limits = spec.limits;
    this.fds.limit = spec.limits.nofile.soft;
    this.#root = [...this.pids.keys()].pop() as PidNamespace;
    this.#pgid = spec.pgid ?? this.pid;
    this.#root.joinGroup(this.#pgid, this);
    this.sid = spec.sid ?? this.pid;
    this.tty = spec.tty;
    this.actions = new Map(spec.actions);
    this.start = now;
    this.frozen = spec.pidns.frozen;
    this.exited = new Promise((resolve) => {
      this.#settle = resolve;
    });
    spec.parent?.children.add(this);
  }

  /** Whether it has a capability: users other than root have none. */
  can(capability: string): boolean {
    return this.uid === 0 && (this.caps?.has(capability) ?? true);
  }

  /** Whether files may be closed to it. */
  get isGuarded(): boolean {
    const { caps } = this;
    if (this.uid !== 0) return true;
    return !!caps && !(caps.has('CAP_CHOWN') && caps.has('CAP_DAC_OVERRIDE') && caps.has('CAP_FOWNER'));
  }

  get limits(): Limits {
    return this.#limits;
  }

  set limits(limits: Limits) {
    this.#limits = limits;
    this.fds.limit = limits.nofile.soft;
  }

  get alive(): boolean {
    return this.status === undefined;
  }

  get isInit(): boolean {
    return this.pidns.init === this;
  }

  /** Its process group, a number of the outermost namespace. */
  get pgid(): number {
    return this.#pgid;
  }

  set pgid(pgid: number) {
    this.#root.leaveGroup(this.#pgid, this);
    this.#pgid = pgid;
    this.#root.joinGroup(pgid, this);
  }

  get info(): ProcInfo {
    return this.infoIn(this.#root);
  }

  /** Its row of the process table with the numbers of a namespace. */
  infoIn(ns: PidNamespace): ProcInfo {
    const number = (p: Proc | undefined): number => p?.pids.get(ns) ?? 0;
    const root = this.#root;
    return {
      pid: number(this),
      ppid: number(this.parent),
      pgid: number(root.byPid.get(this.pgid)) || (ns === root ? this.pgid : 0),
      sid: number(root.byPid.get(this.sid)) || (ns === root ? this.sid : 0),
      uid: this.uid,
      comm: this.comm,
      argv: this.argv,
      state: this.status ? 'Z' : this.stopped ? 'T' : this.frozen ? 'D' : this.running > 0 ? 'R' : 'S',
      tty: this.tty?.name,
      start: this.start,
      cpu: Math.floor(this.cpuTime / TICK_NS) * TICK_NS,
      rss: 2048,
      vsz: 4096,
      foreground: this.tty !== undefined && this.tty.foreground === this.pgid,
    };
  }

  /** Resolves when the process may run; never when it is over. */
  runnable(): Promise<void> {
    if (this.status) return new Promise(() => {});
    if (!this.stopped && !this.frozen) return Promise.resolve();
    return new Promise((resolve) => {
      const off = this.#resumed.add(() => {
        if (this.stopped || this.frozen) return;
        off();
        if (!this.status) resolve();
      });
    });
  }

  /** Lets it run again after a stop or freeze has been lifted. */
  resume(): void {
    if (!this.stopped && !this.frozen) this.#resumed.wake();
  }

  /**
   * Runs a blocking operation as a cancellation point.
   * @param again begun again after a stop (reads, accepts); else it goes on while the process is stopped (sleeps)
   */
  async blocking<T>(op: (wait: Waiter) => Promise<T>, nonBlocking = false, again = true): Promise<T> {
    for (;;) {
      if (this.status || this.stopped || this.frozen) await this.runnable();
      const call = new PendingCall(nonBlocking, again);
      this.#calls.add(call);
      const result = await op(call);
      this.#calls.delete(call);
      if (call.dropped) return new Promise(() => {});
      if (this.status || this.stopped || this.frozen) await this.runnable();
      if (!(call.stopped && result === EINTR)) return result;
    }
  }

  /** Makes blocked calls give EINTR. @param stop they are to be begun again when the process goes on */
  interrupt(stop: boolean): void {
    for (const call of [...this.#calls]) {
      if (stop && !call.again) continue;
      if (stop) call.stopped = true;
      call.interrupt();
    }
  }

  /** execve: what the old program was blocked in never returns. */
  drop(): void {
    for (const call of [...this.#calls]) {
      call.dropped = true;
      call.interrupt();
    }
    this.#calls.clear();
  }

  /** It listens until it ends, or until the function that is given is called. */
  watching(on: { close(): void }): () => void {
    this.captures.add(on);
    return () => {
      if (this.captures.delete(on)) on.close();
    };
  }

  /** Records the end, closes everything; blocked calls never return. */
  finish(status: WaitStatus): void {
    this.status = status;
    this.stopped = false;
    this.stopReport = 0;
    for (const call of [...this.#calls]) call.interrupt();
    this.#calls.clear();
    for (const capture of [...this.captures]) capture.close();
    this.fds.closeAll();
    this.onEnd();
  }

  /** Tells those outside who wait for the end. */
  announceExit(): void {
    const status = this.status as WaitStatus;
    this.#settle(status);
    this.onExit?.(status);
  }

  /** Takes the zombie out of the tables. */
  reap(): void {
    for (const [ns, pid] of this.pids) if (ns.byPid.get(pid) === this) ns.byPid.delete(pid);
    this.#root.leaveGroup(this.#pgid, this);
    this.parent?.children.delete(this);
  }

  file(fd: number): OpenFile | undefined {
    return this.fds.get(fd);
  }
}
