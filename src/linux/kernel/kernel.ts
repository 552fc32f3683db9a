/**
 * One machine: its root file system, namespaces and processes, and what dockerd and the lab ask of it.
 */
import type { HttpService } from '../../base/http.ts';
import { baseFiles, namedFiles } from './base-files.ts';
import { EEXIST, ENXIO, type Errno, ESRCH, isErr } from './errno.ts';
import { devfs, devpts, openNull } from './fs/devfs.ts';
import { layerOf, type TreeLayer } from './fs/layer.ts';
import { MountTable } from './fs/mounts.ts';
import { procfs } from './fs/procfs.ts';
import { synthFs } from './fs/synthfs.ts';
import { sysfs } from './fs/sysfs.ts';
import { type TreeHost, TreeInode } from './fs/tree.ts';
import { overlay, type TreeFs, tmpfs } from './fs/treefs.ts';
import { makeAt, mkdirAll, removeAt } from './fs/vfs.ts';
import type {
  DaemonSys,
  FileSystem,
  Kernel,
  Layer,
  LayerSpec,
  Mounts,
  MountsOf,
  OpenFile,
  PidNs,
  Process,
  SpawnRequest,
  TtyDevice,
  UtsNs,
} from './machine.ts';
import { unixInfos } from './net/holders.ts';
import type { NetAdmin, NetnsKey, SocketInfo } from './netadmin.ts';
import { PidNamespace } from './pidns.ts';
import { ByteQueue, makePipe, PipeEnd } from './pipe.ts';
import { Proc, type ProcSpec } from './process.ts';
import { SERVICE_LIMITS } from './rlimits.ts';
import { end, flush, type SignalHost, send } from './signals.ts';
import { spawnRequest } from './spawn.ts';
import type { OpenFlags } from './sys.ts';
import { Sysctls } from './sysctl.ts';
import { makeSys, type SysCalls } from './sysimpl/sys.ts';
import { UnixListener, type UnixSocket } from './unix.ts';
import type { LabWorld } from './world.ts';

export interface MachineOptions {
  readonly hostname: string;
  /** Layers over the base files, and under those with its name, bottom first (programs, docker's own files). */
  readonly layers?: readonly Layer[];
  /** argv of pid 1. */
  readonly init?: readonly string[];
  /** The first number that a process after init gets. */
  readonly firstPid?: number;
}

/** Created files of the machine are as old as this, virtual ns. */
const FILES_MADE = -86_400e9;

/** What the files of all machines are laid over. */
const BASE = layerOf(baseFiles(), FILES_MADE);

/** How the file systems that the kernel itself fills are mounted. */
interface SystemMounts {
  readonly dev: { readonly source: string; readonly options: string };
  readonly pts: string;
  readonly readOnlySys: boolean;
  /** Undefined on a machine; whether a container has /dev/console. */
  readonly console?: boolean;
}
const MACHINE: SystemMounts = {
  dev: { source: 'udev', options: 'rw,nosuid' },
  pts: 'rw,nosuid,nodev,noexec,relatime',
  readOnlySys: false,
};
/** @see moby oci/defaults.go: DefaultLinuxSpec */
const CONTAINER: Omit<SystemMounts, 'readOnlySys'> = {
  dev: { source: 'tmpfs', options: 'rw,nosuid,size=65536k,mode=755' },
  pts: 'rw,nosuid,noexec,relatime,gid=5,mode=620,ptmxmode=666',
};

export class Machine implements Kernel {
  readonly release = '6.18.44-fc-v769';
  readonly version = '#1 SMP PREEMPT_DYNAMIC';
  readonly bootId: string;
  readonly root: MountTable;
  readonly hostNetns: NetnsKey;
  readonly uts: UtsNs;
  readonly pidns: PidNamespace;
  readonly bootTime: number;
  readonly init: Proc;
  readonly sysctls: Sysctls;
  readonly ttys: (OpenFile & { readonly tty: TtyDevice })[] = [];
  readonly unixSockets = new Set<UnixSocket>();
  /** The process whose call is being served; /proc/self and /dev/tty mean it. */
  current: Proc | undefined;
  readonly tree: TreeHost;
  readonly signals: SignalHost;
  readonly dmesg: string[] = [];
  readonly #namespaceIds = new Map<object, number>();
  readonly #services = new Map<string, UnixListener>();
  /** System calls that look at permissions, once some process needs them. */
  guarded: typeof SysCalls | undefined;

  constructor(
    readonly world: LabWorld,
    options: MachineOptions,
  ) {
    this.uts = { hostname: options.hostname };
    this.bootTime = world.clock.now;
    this.bootId = bootId(world.rng.hex(32));
    this.tree = {
      now: () => world.clock.now,
      openSpecial: (inode, flags, path) => this.#openSpecial(inode, flags, path),
    };
    this.signals = {
      group: (pgid) => this.group(pgid),
      session: (sid) => this.pidns.list().filter((p) => p.sid === sid),
      bug: (p, error) => this.#bug(p, error),
    };
    world.machines.push(this);
    this.hostNetns = world.net.add(this);
    world.net.hold(this.hostNetns);
    this.pidns = new PidNamespace(world.pidnsId(), undefined);
    this.sysctls = new Sysctls(this);
    const named = layerOf(namedFiles(options.hostname), FILES_MADE);
    const fs = overlay(this.tree, [BASE, ...(options.layers ?? []), named]);
    this.root = new MountTable(fs, { source: '/dev/vda1', type: 'ext4' });
    this.#mountSystem(this.root, this.pidns, this.hostNetns, MACHINE);
    this.root.mount('/run', tmpfs(this.tree), { source: 'tmpfs', options: 'rw,nosuid,nodev,mode=755' });
    this.init = this.#firstProc(options.init ?? ['/sbin/init']);
    this.pidns.skipTo(options.firstPid ?? 2);
  }

  #firstProc(argv: readonly string[]): Proc {
    const init = this.addProc({ ...this.#kernelSpec(argv, undefined), netns: this.hostNetns });
    init.reaps = true;
    return init;
  }

  #kernelSpec(argv: readonly string[], parent: Proc | undefined): ProcSpec {
    return {
      parent,
      pidns: this.pidns,
      netns: this.hostNetns,
      uts: this.uts,
      mounts: this.root,
      cwd: '/',
      argv,
      comm: ((argv[0] ?? '').split('/').pop() as string).slice(0, 15),
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      uid: 0,
      gid: 0,
      umask: 0o022,
      limits: SERVICE_LIMITS,
      pgid: undefined,
      sid: undefined,
      tty: undefined,
      actions: new Map(),
    };
  }

  #mountSystem(table: MountTable, pidns: PidNamespace, netns: NetnsKey, system: SystemMounts): void {
    const { dev, pts, readOnlySys, console } = system;
    const plain = 'rw,nosuid,nodev,noexec,relatime';
    table.mount('/proc', synthFs('proc', procfs(this, pidns)), { source: 'proc', options: plain });
    table.mount('/dev', devfs(this, console), dev);
    table.mount('/dev/pts', synthFs('devpts', devpts(this)), { source: 'devpts', options: pts });
    const sys = { source: 'sysfs', options: readOnlySys ? plain.replace('rw', 'ro') : plain, readOnly: readOnlySys };
    table.mount('/sys', synthFs('sysfs', sysfs(this, netns)), sys);
  }

  #bug(p: Proc, error: unknown): void {
    this.world.bugs.push({ comm: p.comm, error });
    this.log(`${p.comm}[${p.pid}]: ${String(error)}`);
    end(this.signals, p, { pid: p.pid, state: 'signaled', code: 0, signal: 11 });
  }

  #openSpecial(inode: TreeInode, flags: OpenFlags, path: string): OpenFile | Errno {
    if (inode.kind !== 'fifo') return ENXIO;
    if (!(inode.special instanceof ByteQueue)) inode.special = new ByteQueue();
    const writes = flags.write === true || flags.append === true;
    return new PipeEnd(inode.special as ByteQueue, flags.read ?? !writes, writes, inode.ino, path, () => inode.stat());
  }

  /** Number of a namespace that is an object here (mounts, uts). */
  namespaceId(of: object): number {
    let id = this.#namespaceIds.get(of);
    if (id === undefined) {
      id = 4026531840 + 1 + this.#namespaceIds.size;
      this.#namespaceIds.set(of, id);
    }
    return id;
  }

  // --- network namespaces

  netnsAdd(): NetnsKey {
    const ns = this.world.net.add(this);
    this.world.net.inherit(ns, this.hostNetns);
    return ns;
  }
  netnsDel(ns: NetnsKey): void {
    this.world.net.drop(ns);
  }
  netnsHold(ns: NetnsKey): void {
    this.world.net.hold(ns);
  }
  netnsLetGo(ns: NetnsKey): void {
    this.world.net.letGo(ns);
  }
  netnsName(ns: NetnsKey, path: string): void {
    mkdirAll(this.root, path.slice(0, path.lastIndexOf('/')), 0o755);
    const make = (): unknown => makeAt(this.root, '/', path, { kind: 'file', mode: 0o444 });
    let made = make();
    if (made === EEXIST) {
      removeAt(this.root, '/', path, false);
      made = make();
    }
    if (!(made instanceof TreeInode)) throw new Error(`cannot name a namespace ${path}`);
    made.nsfs = ns;
    this.world.net.hold(ns);
  }
  netnsUnname(path: string): void {
    const place = this.root.fs.place(path);
    if (isErr(place) || !(place.inode instanceof TreeInode) || place.inode.nsfs === undefined) return;
    this.world.net.letGo(place.inode.nsfs);
    removeAt(this.root, '/', path, false);
  }
  net(ns: NetnsKey): NetAdmin {
    this.current = undefined;
    return this.world.net.admin(ns);
  }
  sysctl(ns: NetnsKey, name: string): string | Errno {
    return this.sysctls.get(ns, name);
  }
  setSysctl(ns: NetnsKey, name: string, value: string): Errno | 0 {
    return this.sysctls.set(ns, name, value);
  }

  // --- file systems

  layer(spec: LayerSpec): TreeLayer {
    return layerOf(spec, FILES_MADE);
  }
  overlay(lowers: readonly Layer[]): TreeFs {
    return overlay(this.tree, lowers);
  }
  tmpfs(size?: number): TreeFs {
    return tmpfs(this.tree, 'tmpfs', size);
  }
  mounts(rootfs: FileSystem, of: MountsOf): Mounts {
    const table = new MountTable(rootfs, { source: rootfs.type, readOnly: of.readOnly ?? false });
    const readOnlySys = of.readOnlySys ?? false;
    this.#mountSystem(table, of.pidns as PidNamespace, of.netns, {
      ...CONTAINER,
      readOnlySys,
      console: of.console ?? false,
    });
    return table;
  }

  // --- processes

  addProc(spec: ProcSpec): Proc {
    const p = new Proc(spec, this.world.clock.now);
    p.onEnd = () => this.netnsLetGo(p.netns);
    return p;
  }
  group(pgid: number): Proc[] {
    return this.pidns.group(pgid).filter((p) => !p.status);
  }
  spawn(request: SpawnRequest): Process | Errno {
    return spawnRequest(this, request);
  }
  process(pid: number): Process | undefined {
    return this.pidns.byPid.get(pid);
  }
  processes(pidns?: PidNs): Process[] {
    return ((pidns as PidNamespace | undefined) ?? this.pidns).list();
  }
  pidnsAdd(): PidNamespace {
    return new PidNamespace(this.world.pidnsId(), this.pidns);
  }
  kill(pid: number, signal: number): Errno | 0 {
    const p = this.pidns.byPid.get(pid);
    if (!p) return ESRCH;
    send(this.signals, p, signal, undefined);
    return 0;
  }
  killAll(ns: PidNs, signal: number): void {
    for (const p of (ns as PidNamespace).list()) send(this.signals, p, signal, undefined);
  }
  killGroup(pgid: number, signal: number): void {
    for (const p of this.group(pgid)) send(this.signals, p, signal, undefined);
  }
  freeze(ns: PidNs, on: boolean): void {
    const space = ns as PidNamespace;
    space.frozen = on;
    for (const p of space.list()) {
      p.frozen = on;
      if (on) continue;
      flush(this.signals, p);
      p.resume();
    }
  }

  daemon(argv: readonly string[], options: { netns?: NetnsKey; parent?: number } = {}): DaemonSys {
    const parent = options.parent === undefined ? this.init : (this.pidns.byPid.get(options.parent) ?? this.init);
    const netns = options.netns ?? this.hostNetns;
    this.netnsHold(netns);
    const p = this.addProc({ ...this.#kernelSpec(argv, parent), netns });
    p.reaps = true;
    p.exe = argv[0] ?? '';
    for (const fd of [0, 1, 2]) p.fds.set(fd, this.devNull());
    return {
      sys: makeSys(this, p),
      pid: p.pid,
      inNetns: (ns) => makeSys(this, p, ns),
      end: (code) => end(this.signals, p, { pid: p.pid, state: 'exited', code, signal: 0 }),
      onExit: (told) => {
        p.onExit = told;
      },
    };
  }

  // --- pipes, sockets, terminals

  pipe(): readonly [OpenFile, OpenFile] {
    return makePipe(this.world.inode());
  }

  devNull(): OpenFile {
    return openNull();
  }

  serve(path: string, service: HttpService): () => void {
    mkdirAll(this.root, path.slice(0, path.lastIndexOf('/')) || '/', 0o755);
    removeAt(this.root, '/', path, false);
    const made = makeAt(this.root, '/', path, { kind: 'socket', mode: 0o660 });
    if (!(made instanceof TreeInode)) throw new Error(`cannot listen on ${path}`);
    const listener = new UnixListener(path, Number.POSITIVE_INFINITY, this.world.inode(), service);
    made.special = listener;
    this.#services.set(path, listener);
    return () => {
      listener.open = false;
      this.#services.delete(path);
      removeAt(this.root, '/', path, false);
    };
  }

  /** Sockets of a namespace that the core does not have, for `ss`. */
  localSockets(ns: NetnsKey): SocketInfo[] {
    return unixInfos(this, ns);
  }

  /** Listeners that the kernel's owner serves, for `ss`. */
  services(): readonly UnixListener[] {
    return [...this.#services.values()];
  }

  /** Terminals whose numbers are of a container's devpts. */
  readonly #elsewhere = new Set<OpenFile>();

  addTty(file: OpenFile & { readonly tty: TtyDevice }, elsewhere = false): () => void {
    this.ttys.push(file);
    if (elsewhere) this.#elsewhere.add(file);
    return () => {
      this.#elsewhere.delete(file);
      const i = this.ttys.indexOf(file);
      if (i >= 0) this.ttys.splice(i, 1);
    };
  }

  ptsNumber(): number {
    const own = this.ttys.filter((t) => !this.#elsewhere.has(t));
    for (let n = 0; ; n++) if (!own.some((t) => t.tty.name === `pts/${n}`)) return n;
  }

  log(line: string): void {
    this.dmesg.push(`[${((this.world.clock.now - this.bootTime) / 1e9).toFixed(6).padStart(12)}] ${line}`);
  }
}

function bootId(hex: string): string {
  return [8, 12, 16, 20].reduceRight((s, at) => `${s.slice(0, at)}-${s.slice(at)}`, hex);
}

export function createKernel(world: LabWorld, options: MachineOptions): Machine {
  return new Machine(world, options);
}
