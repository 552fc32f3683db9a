/**
 * Who listens to what changes in a namespace: a queue for each. Nothing is made of a change while nobody does.
 * @see Linux net/core/rtnetlink.c: rtmsg_ifinfo, rtnl_notify; net/ipv4/devinet.c: rtmsg_ifa
 */
import type { Addr, Link, NetEvent, PolicyRule, Route } from '../netadmin.ts';
import type { NetEvents } from '../sys.ts';
import { fdbEntry } from './fdbs.ts';
import { type Block, Inbox } from './inbox.ts';
import { flags6 } from './ipv6.ts';
import { linkOf } from './links.ts';
import { neighOf } from './neighs.ts';
import type { Device, Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

/** IFA_F_TENTATIVE, IFA_F_DADFAILED */
const ON_TRIAL = 0x48;

type Change<E = NetEvent> = E extends NetEvent ? Omit<E, 'time' | 'gone'> : never;

/** All listeners of a lab. */
export class NetWatch {
  readonly #listeners = new Set<{ readonly ns: Netns; readonly inbox: Inbox<NetEvent> }>();
  /** IPv6 addresses that were told of: one on trial is not. */
  #told = new WeakSet<Addr>();

  /** Devices that are being removed. */
  readonly #departed = new Map<number, Device>();

  constructor(readonly world: NetWorld) {}

  link(d: Device, gone = false): void {
    this.#tell(d.ns, gone, () => ({ group: 'link', link: linkOf(this.world, d) }));
  }

  /** Devices are being removed: they go down. @returns tells that they are gone, after what went with them */
  leaving(devices: readonly Device[]): () => void {
    const told = devices.filter((d) => this.#listens(d.ns));
    if (told.length === 0) return () => {};
    const links = told.map((d) => ({ ns: d.ns, link: { ...linkOf(this.world, d), up: false, carrier: false } }));
    for (const [i, d] of told.entries()) {
      this.#departed.set(d.dev, d);
      if (d.up) this.#tell(d.ns, false, () => ({ group: 'link', link: links[i]?.link as Link }));
    }
    return () => {
      for (const { ns, link } of links) this.#tell(ns, true, () => ({ group: 'link', link }));
      for (const d of told) this.#departed.delete(d.dev);
    };
  }

  /** A device has the peer of a veth not yet. */
  lonely(d: Device): void {
    this.#tell(d.ns, false, () => ({ group: 'link', link: { ...linkOf(this.world, d), peerIfindex: 0 } }));
  }

  route(ns: Netns, route: Route, gone = false): void {
    this.#tell(ns, gone, () => ({ group: 'route', route }));
  }

  rule(ns: Netns, rule: PolicyRule, gone = false): void {
    this.#tell(ns, gone, () => ({ group: 'rule', rule }));
  }

  /** An address came, or its trial is over. */
  address(ns: Netns, addr: Addr): void {
    if (!this.#listens(ns)) return;
    if (addr.prefix.addr.v === 4) this.#tell(ns, false, () => ({ group: 'address', addr }));
    else this.addresses6(ns, addr.ifindex);
  }

  addressGone(ns: Netns, addr: Addr): void {
    if (addr.prefix.addr.v === 4 || this.#told.has(addr))
      this.#tell(ns, true, () => ({ group: 'address', addr: this.#now(ns, addr) }));
  }

  /** Tells of the IPv6 addresses of a device whose trial is over, and their local routes. */
  addresses6(ns: Netns, ifindex: number): void {
    if (!this.#listens(ns)) return;
    for (const addr of this.#fresh6(ns, ifindex)) {
      this.#told.add(addr);
      this.#tell(ns, false, () => ({ group: 'address', addr: this.#now(ns, addr) }));
      for (const r of ns.routes.of(ifindex))
        if (r.family === 6 && r.type === 'local' && r.dst?.addr.value === addr.prefix.addr.value) this.route(ns, r);
    }
  }

  #fresh6(ns: Netns, ifindex: number): Addr[] {
    return ns.addrs
      .of(ifindex)
      .filter((a) => a.prefix.addr.v === 6 && !this.#told.has(a) && (flags6(this.world, ns, a) & ON_TRIAL) === 0);
  }

  #now(ns: Netns, addr: Addr): Addr {
    return addr.prefix.addr.v === 4 ? addr : { ...addr, flags: flags6(this.world, ns, addr) };
  }

  /** Hands on what the core has noted. */
  pump(): void {
    if (this.#listeners.size === 0) return;
    for (const e of this.world.core.netEvents()) {
      const ns = [...this.#listeners].find((l) => l.ns.core === e.ns)?.ns;
      if (!ns) continue;
      const d = this.#device(e.neigh?.dev ?? e.fdb?.port ?? 0);
      if (!d) continue;
      const neigh = e.neigh && neighOf(d, e.neigh);
      const fdb = e.fdb && fdbEntry(d, e.fdb);
      if (neigh) this.#put(ns, { time: e.time, gone: e.gone, group: 'neigh', neigh });
      if (fdb) this.#put(ns, { time: e.time, gone: e.gone, group: 'fdb', fdb });
    }
  }

  #device(dev: number): Device | undefined {
    return this.world.devices.get(dev) ?? this.#departed.get(dev);
  }

  #listens(ns: Netns): boolean {
    for (const l of this.#listeners) if (l.ns === ns) return true;
    return false;
  }

  #tell(ns: Netns, gone: boolean, change: () => Change): void {
    if (!this.#listens(ns)) return;
    this.pump();
    this.#put(ns, { time: this.world.clock.now, gone, ...change() } as NetEvent);
  }

  #put(ns: Netns, e: NetEvent): void {
    for (const l of this.#listeners) if (l.ns === ns) l.inbox.put(e);
  }

  open(ns: Netns, block: Block): NetEvents {
    const inbox = new Inbox<NetEvent>(block);
    const listener = { ns, inbox };
    for (const d of ns.devices) for (const a of this.#fresh6(ns, d.ifindex)) this.#told.add(a);
    this.#listeners.add(listener);
    this.world.core.netWatch(1);
    return {
      read: () => inbox.read(),
      close: () => {
        if (this.#listeners.delete(listener)) this.world.core.netWatch(-1);
      },
    };
  }
}
