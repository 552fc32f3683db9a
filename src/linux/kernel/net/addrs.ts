/** Addresses, with the routes that come and go with them. @see Linux net/ipv4/devinet.c, fib_frontend.c */

import { formatIp, type IpAddr, ip4, last4, network, type Prefix, sameIp } from '../../../base/ip.ts';
import { CONF_ALL, CONF_PROMOTE_SECONDARIES } from '../../core/abi.ts';
import { EADDRNOTAVAIL, EEXIST, type Errno, errnoOf, isErr } from '../errno.ts';
import type { Addr, Route } from '../netadmin.ts';
import { toAddr16 } from './addr16.ts';
import { addAddr6, addr6Routes, auto6, compare6, flags6, gone6, listed6 } from './ipv6.ts';
import type { Device, Netns } from './netns.ts';
import { dropRoutes, pushRoute } from './routes.ts';
import type { NetWorld } from './world.ts';

/** What `addAddr` of NetAdmin takes besides the prefix. */
export interface AddrOptions {
  readonly broadcast?: IpAddr;
  readonly scope?: Addr['scope'];
  readonly label?: string;
  readonly proto?: string;
  /** IPv6: it is used at once, without a trial. */
  readonly nodad?: boolean;
  readonly noprefixroute?: boolean;
  /** IPv6: how long it is good. */
  readonly good?: { valid: number; preferred: number };
}

/** Addresses in the order of `ip addr`: as they were added; of IPv6 the widest scope first, and the newest. */
export function listAddrs(world: NetWorld, ns: Netns): Addr[] {
  const v6 = ns.addrs.all.filter((a) => a.prefix.addr.v === 6).sort((a, b) => compare6(ns, a, b));
  return ns.addrs.all
    .map((a) => (a.prefix.addr.v === 4 ? a : (v6.shift() as Addr)))
    .flatMap((a) => {
      if (a.prefix.addr.v === 4) return [a];
      if (!listed6(world, ns, a)) return [];
      return [{ ...a, flags: flags6(world, ns, a), ...(a.good && { left: left(world, a.good) }) }];
    });
}

/** Seconds that are left, as they are told: begun ones count. */
function left(world: NetWorld, good: NonNullable<Addr['good']>): NonNullable<Addr['left']> {
  const seconds = (until: number): number => Math.max(0, Math.ceil((until - world.clock.now) / 1e9));
  return { valid: seconds(good.valid), preferred: seconds(good.preferred) };
}

/** RT_SCOPE_* */
const SCOPE: Readonly<Record<Addr['scope'], number>> = { global: 0, link: 253, host: 254 };

export function addAddr(
  world: NetWorld,
  ns: Netns,
  ifname: string,
  prefix: Prefix,
  options: AddrOptions = {},
): Errno | 0 {
  const d = ns.named(ifname);
  if (isErr(d)) return d;
  const v6 = prefix.addr.v === 6;
  const twin = (a: Addr): boolean => sameIp(a.prefix.addr, prefix.addr) && (v6 || a.prefix.bits === prefix.bits);
  if (ns.addrs.of(d.ifindex).some(twin)) return EEXIST;
  const scope = options.scope ?? defaultScope(d, prefix);
  const bad = v6
    ? addAddr6(world, d, prefix, options.nodad === true)
    : errnoOrZero(world.core.addrAdd(d.dev, toAddr16(prefix.addr), prefix.bits, SCOPE[scope]));
  if (bad) return bad;
  const addr: Addr = {
    ifindex: d.ifindex,
    prefix,
    broadcast: options.broadcast,
    scope,
    proto: options.proto,
    label: options.label ?? d.name,
    good: options.good,
  };
  ns.addrs.push(addr);
  world.watch.address(ns, addr);
  if (d.up) addrRoutes(world, d, addr, options.noprefixroute !== true);
  return 0;
}

const errnoOrZero = (n: number): Errno | 0 => (n < 0 ? errnoOf(n) : 0);

function defaultScope(d: Device, prefix: Prefix): Addr['scope'] {
  if (d.kind === 'loopback') return 'host';
  const { addr } = prefix;
  return addr.v === 6 && addr.value >> 118n === 0x3fan ? 'link' : 'global';
}

/** Local, broadcast and connected routes of one address. */
export function addrRoutes(world: NetWorld, d: Device, a: Addr, connected = true): void {
  const { prefix } = a;
  const { ns, ifindex } = d;
  const ip = prefix.addr;
  if (ip.v === 6) {
    addr6Routes(world, d, prefix, connected);
    return;
  }
  const add = (type: Route['type'], scope: Route['scope'], dst: Prefix, src: IpAddr): void => {
    const live = type === 'unicast';
    const table = live ? 254 : 255;
    pushRoute(world, ns, { family: 4, type, dst, ifindex, src, scope, proto: 'kernel', metric: 0, table }, live);
  };
  const primary = subnetOf(ns, a)[0] ?? a;
  const loopback = d.kind === 'loopback';
  if (loopback && prefix.bits < 32 && primary === a) add('local', 'host', network(prefix), ip);
  add('local', 'host', { addr: ip, bits: 32 }, primary.prefix.addr);
  if (primary !== a) return;
  const everybody = (): void => add('broadcast', 'link', { addr: ip4(last4(prefix)), bits: 32 }, ip);
  const named = a.broadcast !== undefined && prefix.bits < 31;
  if (named) everybody();
  if (!loopback && prefix.bits < 32 && connected) add('unicast', 'link', network(prefix), ip);
  if (!named && prefix.bits < 31) everybody();
}

export function delAddr(world: NetWorld, ns: Netns, ifname: string, prefix: Prefix): Errno | 0 {
  const d = ns.named(ifname);
  if (isErr(d)) return d;
  const gone = ns.addrs.of(d.ifindex).find((a) => sameIp(a.prefix.addr, prefix.addr) && a.prefix.bits === prefix.bits);
  if (!gone) return EADDRNOTAVAIL;
  const others = prefix.addr.v === 4 ? subnetOf(ns, gone).filter((a) => a !== gone) : [];
  const primary = others.length > 0 && subnetOf(ns, gone)[0] === gone;
  takeAway(world, d, gone);
  if (primary && promotes(world, d)) promote(world, d, others[0] as Addr);
  else if (primary) for (const a of others) takeAway(world, d, a);
  // The last address takes all of IPv4 with it. @see Linux fib_frontend.c: fib_inetaddr_event
  if (prefix.addr.v === 4 && !ns.addrs.of(d.ifindex).some((a) => a.prefix.addr.v === 4))
    dropRoutes(world, d, (r) => r.family === 4);
  return 0;
}

/** The addresses of a device that are on one network, the primary one first. */
function subnetOf(ns: Netns, a: Addr): Addr[] {
  const net = network(a.prefix);
  return ns.addrs
    .of(a.ifindex)
    .filter((b) => b.prefix.bits === a.prefix.bits && sameIp(network(b.prefix).addr, net.addr));
}

function promotes(world: NetWorld, d: Device): boolean {
  const get = (dev: number): number => world.core.confGet(d.ns.core, dev, CONF_PROMOTE_SECONDARIES);
  return (get(CONF_ALL) | get(d.dev)) !== 0;
}

/** A secondary address becomes the primary one: its routes are made anew. @see Linux devinet.c: __inet_del_ifa */
function promote(world: NetWorld, d: Device, a: Addr): void {
  world.core.addrPromote(d.dev, toAddr16(a.prefix.addr));
  for (const b of subnetOf(d.ns, a)) {
    const own = (r: Route): boolean => r.type === 'local' && r.dst !== undefined && sameIp(r.dst.addr, b.prefix.addr);
    dropRoutes(world, d, own);
    addrRoutes(world, d, b);
  }
}

function takeAway(world: NetWorld, d: Device, gone: Addr): void {
  world.watch.addressGone(d.ns, gone);
  d.ns.addrs.delete(gone);
  const { prefix } = gone;
  const text = formatIp(prefix.addr);
  dropRoutes(
    world,
    d,
    (r) =>
      (r.src !== undefined && formatIp(r.src) === text) ||
      (r.type === 'local' && r.dst !== undefined && formatIp(r.dst.addr) === text),
  );
  if (prefix.addr.v === 6 && !gone.good) gone6(world, d, prefix);
  world.core.addrDel(d.dev, toAddr16(prefix.addr));
}

/** What a device gets by itself when it comes up: lo its loopback addresses, others a link-local one. */
export function defaultAddrs(world: NetWorld, d: Device): void {
  const { ns } = d;
  const loopback = ip4(0x7f000001);
  if (d.kind === 'loopback' && !ns.addrs.of(d.ifindex).some((a) => sameIp(a.prefix.addr, loopback)))
    addAddr(world, ns, d.name, { addr: loopback, bits: 8 });
  auto6(world, d);
}

/** A device is removed or moves: its addresses go (the core has dropped its own). */
export function addrsGone(world: NetWorld, d: Device): void {
  for (const a of [...d.ns.addrs.of(d.ifindex)]) {
    world.watch.addressGone(d.ns, a);
    d.ns.addrs.delete(a);
  }
}
