/** Network namespaces, devices and sockets of all machines of a lab, by their numbers in the core. */
import type { Clock } from '../../../base/clock.ts';
import type { Rng } from '../../../base/rng.ts';
import { type Core, type CoreLog, EventKind, LOG_CT_FULL } from '../../core/core.ts';
import { ENOENT, type Errno } from '../errno.ts';
import type { LinkKind, NetAdmin, NetnsKey, SocketInfo } from '../netadmin.ts';
import { netAdmin } from './admin.ts';
import { ConnWatch } from './connwatch.ts';
import { addLoopback, forget, remove } from './links.ts';
import { martianLines, NetRatelimit } from './martian.ts';
import { type Device, Netns } from './netns.ts';
import { NetWatch } from './netwatch.ts';
import { logLine } from './nflog.ts';
import { routerAdvertised } from './ra.ts';
import type { InetSocket } from './sockfile.ts';
import { inherit4 } from './sysctl4.ts';
import { getSysctl, setSysctl, sysctlKeys } from './sysctls.ts';

/** Inode numbers of network namespaces begin here. */
const FIRST_INODE = 4026531840;

export class NetWorld {
  /** By index in the core. */
  readonly devices = new Map<number, Device>();
  /** Of these, what stands on another, or sends by it or by a namespace. */
  readonly stacked = new Set<Device>();
  readonly sockets = new Map<number, InetSocket>();
  /** Sockets that were closed since the last pump: their packets may not have been told yet. */
  readonly closed = new Map<number, InetSocket>();
  /** Who is told when a capture has frames. */
  readonly captures = new Map<number, { event(): void }>();
  readonly connWatch = new ConnWatch(this);
  readonly watch = new NetWatch(this);
  /** Who holds a socket's open file; set by the kernels. */
  holders: (file: unknown) => SocketInfo['users'] = () => [];
  /** Unix and packet sockets of the machine that made a namespace; set by the kernels. */
  local: (owner: unknown, key: NetnsKey) => SocketInfo[] = () => [];
  /** Writes a line to the kernel's log of a machine; set by the kernels. Key: the namespace, where that decides. */
  log: (owner: unknown, key: NetnsKey | undefined, line: string) => void = () => {};
  /** By machine. */
  readonly #rates = new Map<unknown, NetRatelimit>();
  readonly #namespaces = new Map<NetnsKey, Netns>();
  readonly #admins = new Map<NetnsKey, NetAdmin>();
  /** To be destroyed when the last holder lets go. */
  readonly #doomed = new Set<NetnsKey>();
  #next = 1;

  constructor(
    readonly core: Core,
    readonly clock: Clock,
    readonly rng: Rng,
    /** Kinds of devices that these kernels are built without. */
    readonly without: readonly LinkKind[] = [],
  ) {}

  /** A new namespace with lo, down. @param owner whose it is, undefined for one of no machine */
  add(owner: unknown): NetnsKey {
    const ns = new Netns(this.#next++, this.core.nsAdd(), owner);
    this.#namespaces.set(ns.key, ns);
    addLoopback(this, ns);
    return ns.key;
  }

  get(key: NetnsKey): Netns | undefined {
    return this.#namespaces.get(key);
  }

  /** Every namespace, in the order they were made. */
  all(): Netns[] {
    return [...this.#namespaces.values()];
  }

  hold(key: NetnsKey): void {
    const ns = this.#namespaces.get(key);
    if (ns) ns.refs++;
  }

  letGo(key: NetnsKey): void {
    const ns = this.#namespaces.get(key);
    if (ns && --ns.refs === 0 && this.#doomed.has(key)) this.drop(key);
  }

  /** Destroys it, or lets the last holder do so; veth peers in other namespaces go too. */
  drop(key: NetnsKey): void {
    const ns = this.#namespaces.get(key);
    if (!ns) return;
    if (ns.refs > 0) {
      this.#doomed.add(key);
      return;
    }
    this.#doomed.delete(key);
    const theirs = [...this.stacked].filter((d) => d.linkNs === ns && d.ns !== ns);
    for (const d of [...ns.devices, ...theirs]) if (d.kind !== 'loopback' && this.devices.has(d.dev)) remove(this, d);
    for (const d of [...ns.devices]) forget(this, d);
    ns.gone();
    this.#namespaces.delete(key);
    this.#admins.delete(key);
    this.core.nsDel(ns.core);
  }

  inode(key: NetnsKey): number {
    return FIRST_INODE + key;
  }

  admin(key: NetnsKey): NetAdmin {
    const ns = this.#namespaces.get(key);
    if (!ns) throw new Error(`there is no network namespace ${key}`);
    let admin = this.#admins.get(key);
    if (!admin) {
      admin = netAdmin(this, ns, () => this.local(ns.owner, key));
      this.#admins.set(key, admin);
    }
    return admin;
  }

  /** Hands the core's waiting events on. @returns whether there were any */
  pump(): boolean {
    let any = false;
    let adverts = false;
    if (this.closed.size > 0) this.closed.clear();
    this.core.events((kind, a, b) => {
      any = true;
      if (kind === EventKind.SOCK) this.sockets.get(a)?.event();
      else if (kind === EventKind.CAPTURE) this.captures.get(a)?.event();
      else if (kind === EventKind.RA) adverts = true;
      else if (kind === EventKind.CARRIER) this.#seen(a, (d) => d.up && this.watch.link(d));
      else if (kind === EventKind.ADDR6) this.#seen(a, (d) => this.watch.addresses6(d.ns, d.ifindex));
      else if (kind === EventKind.LOG && a === LOG_CT_FULL) this.#tableFull(b);
    });
    if (adverts) for (const ra of this.core.routerAdverts()) routerAdvertised(this, ra);
    if (any) for (const log of this.core.logs()) this.#logged(log);
    if (any) this.connWatch.tell();
    if (any) this.watch.pump();
    return any;
  }

  #seen(dev: number, tell: (d: Device) => unknown): void {
    const d = this.devices.get(dev);
    if (d) tell(d);
  }

  #byCore(core: number): Netns | undefined {
    return this.all().find((n) => n.core === core);
  }

  /** Only the machine's own namespace logs, unless it is told to for all. @see nf_log_syslog.c: nf_log_ip_packet */
  #logged(log: CoreLog): void {
    const ns = this.#byCore(log.ns);
    if (ns && log.rule === 0) this.#martian(ns, log);
    const target = ns?.rules?.ruleOf(log.rule)?.target;
    if (!ns || target?.kind !== 'LOG') return;
    const name = (dev: number): string => this.devices.get(dev)?.name ?? '';
    this.log(ns.owner, ns.key, logLine(log, target, name));
  }

  #martian(ns: Netns, log: CoreLog): void {
    const rate = this.#rates.get(ns.owner) ?? new NetRatelimit();
    this.#rates.set(ns.owner, rate);
    const first = rate.allow(log.time);
    if (!first) return;
    const dev = this.devices.get(log.indev)?.name ?? '';
    for (const line of [...first, ...martianLines(log, dev)]) this.log(ns.owner, undefined, line);
  }

  #tableFull(core: number): void {
    const ns = this.#byCore(core);
    if (ns) this.log(ns.owner, ns.key, 'nf_conntrack: nf_conntrack: table full, dropping packet');
  }

  /** A new namespace begins with the IPv4 settings of the first. */
  inherit(key: NetnsKey, from: NetnsKey): void {
    const [ns, first] = [this.#namespaces.get(key), this.#namespaces.get(from)];
    if (ns && first) inherit4(this.core, ns, first);
  }

  sysctlKeys(key: NetnsKey): string[] {
    const ns = this.#namespaces.get(key);
    return ns ? sysctlKeys(ns) : [];
  }

  sysctl(key: NetnsKey, name: string): string | Errno {
    const ns = this.#namespaces.get(key);
    return ns ? getSysctl(this, ns, name) : ENOENT;
  }

  setSysctl(key: NetnsKey, name: string, value: string): Errno | 0 {
    const ns = this.#namespaces.get(key);
    return ns ? setSysctl(this, ns, name, value) : ENOENT;
  }
}
