/**
 * What IPv6 adds to addresses, routes and sysctls: trial of addresses, the link-local one of a device, the routes of
 * links and groups, the settings of a device as the core has them.
 * @see Linux net/ipv6/addrconf.c
 */
import {
  contains,
  formatIp,
  type IpAddr,
  ip6,
  linkLocal,
  network,
  type Prefix,
  sameIp,
  samePrefix,
} from '../../../base/ip.ts';
import type { Core } from '../../core/core.ts';
import { EACCES, EADDRNOTAVAIL, type Errno, errnoOf } from '../errno.ts';
import type { Addr, Route } from '../netadmin.ts';
import { LOOPBACK6, toAddr16 } from './addr16.ts';
import { addAddr, delAddr } from './addrs.ts';
import type { Device, Netns } from './netns.ts';
import { forgetRouters } from './ra.ts';
import { dropRoutes, pushRoute } from './routes.ts';
import type { NetWorld } from './world.ts';

/** IFA_F_* of Linux; WAITING is the core's own (abi/ip6.ts). */
const NODAD = 0x02;
const WAITING = 0x10000;
const ANYCAST = 0x20000;
const GROUPS: Prefix = { addr: ip6(0xffn << 120n), bits: 8 };
const SCOPE_ORDER: Readonly<Record<Addr['scope'], number>> = { global: 14, link: 2, host: 2 };

/** What is set for a device: its own value, else that of `default`. */
export function setting6(d: Device, leaf: string): string | undefined {
  return d.ns.sysctls.get(`net.ipv6.conf.${d.name}.${leaf}`) ?? d.ns.sysctls.get(`net.ipv6.conf.default.${leaf}`);
}

const noIpv6 = (d: Device): boolean => setting6(d, 'disable_ipv6') === '1';

/** Settings of a device that the core acts on: its name there, and the default. */
const CORE6: Readonly<Record<string, readonly [Parameters<Core['ip6DevSet']>[1], number]>> = {
  disable_ipv6: ['disable_ipv6', 0],
  forwarding: ['forwarding', 0],
  accept_ra: ['accept_ra', 1],
  accept_redirects: ['accept_redirects', 1],
  accept_dad: ['accept_dad', 1],
  dad_transmits: ['dad_transmits', 1],
  hop_limit: ['hop_limit', 64],
  mtu: ['mtu', 0],
  router_solicitations: ['router_solicitations', -1],
  proxy_ndp: ['proxy_ndp', 0],
};

/** Tells the core what is set for a device. */
export function syncIpv6(world: NetWorld, d: Device): void {
  for (const leaf of Object.keys(CORE6)) syncLeaf(world, d, leaf);
}

function syncLeaf(world: NetWorld, d: Device, leaf: string): void {
  const known = CORE6[leaf];
  if (!known) return;
  const [key, dflt] = known;
  const text = setting6(d, leaf);
  world.core.ip6DevSet(d.dev, key, (text === undefined ? dflt : Number(text)) >>> 0);
}

/** A device is new: the core gave it the defaults, and IPv6 is off but on a loopback one. */
export function beginIpv6(world: NetWorld, d: Device): void {
  const changed = [...d.ns.sysctls.keys()].some((name) => name.startsWith('net.ipv6.conf.'));
  if (changed) syncIpv6(world, d);
  else if (d.kind !== 'loopback') syncLeaf(world, d, 'disable_ipv6');
}

/** A device is renamed, moves or goes: what was set for it by name follows, or is forgotten. */
export function renameIpv6(ns: Netns, from: string, to: string | undefined): void {
  const head = `net.ipv6.conf.${from}.`;
  for (const [name, value] of [...ns.sysctls])
    if (name.startsWith(head)) {
      ns.sysctls.delete(name);
      if (to !== undefined) ns.sysctls.set(`net.ipv6.conf.${to}.${name.slice(head.length)}`, value);
    }
}

/** `net.ipv6.conf.WHERE.LEAF` was written; `all` of disable_ipv6 and forwarding is every device's. */
export function setting6Written(world: NetWorld, ns: Netns, where: string, leaf: string, value: string): void {
  if (where === 'all' && (leaf === 'disable_ipv6' || leaf === 'forwarding')) {
    ns.sysctls.set(`net.ipv6.conf.default.${leaf}`, value);
    for (const d of ns.devices) ns.sysctls.set(`net.ipv6.conf.${d.name}.${leaf}`, value);
    if (leaf === 'forwarding') world.core.ip6NsSet(ns.core, 'forwarding', Number(value) ? 1 : 0);
  }
  if (leaf === 'forwarding' && Number(value) !== 0) forgetRouters(world, ns);
  if (where === 'default' || CORE6[leaf] === undefined) return;
  for (const d of ns.devices) {
    if (where !== 'all' && d.name !== where) continue;
    syncLeaf(world, d, leaf);
    if (leaf !== 'disable_ipv6') continue;
    if (noIpv6(d)) ipv6Gone(world, d);
    else if (d.up) auto6(world, d);
  }
}

/** What a device gets when IPv6 begins on it: lo ::1, others the route of groups and a link-local address. */
export function auto6(world: NetWorld, d: Device): void {
  if (noIpv6(d)) return;
  const { ns } = d;
  const has = (ip: IpAddr): boolean => ns.addrs.of(d.ifindex).some((a) => sameIp(a.prefix.addr, ip));
  if (d.kind === 'loopback') {
    if (!has(LOOPBACK6))
      addAddr(world, ns, d.name, { addr: LOOPBACK6, bits: 128 }, { scope: 'host', proto: 'kernel_lo' });
    return;
  }
  const groups: Route = {
    family: 6,
    type: 'multicast',
    dst: GROUPS,
    ifindex: d.ifindex,
    scope: 'global',
    proto: 'kernel',
    metric: 256,
    table: 255,
  };
  if (!ns.routes.of(d.ifindex).some((r) => r.type === 'multicast' && r.family === 6))
    pushRoute(world, ns, groups, true);
  const ll = ip6(linkLocal(d.mac));
  if (setting6(d, 'addr_gen_mode') !== '1' && !has(ll))
    addAddr(world, ns, d.name, { addr: ll, bits: 64 }, { scope: 'link', proto: 'kernel_ll' });
}

/** IPv6 ends on a device (it goes down, or is switched): its addresses and routes do not outlive that. */
export function ipv6Gone(world: NetWorld, d: Device): void {
  for (const a of d.ns.addrs.of(d.ifindex).filter((x) => x.prefix.addr.v === 6)) delAddr(world, d.ns, d.name, a.prefix);
  // What a router said of the link's MTU is forgotten.
  if (d.ns.sysctls.delete(`net.ipv6.conf.${d.name}.mtu`)) syncIpv6(world, d);
  dropRoutes(world, d, (r) => r.family === 6);
}

/** Gives the core a device's IPv6 address. @returns EACCES where IPv6 is off, EADDRNOTAVAIL for a group or :: */
export function addAddr6(world: NetWorld, d: Device, prefix: Prefix, nodad: boolean): Errno | 0 {
  const { addr } = prefix;
  if (noIpv6(d)) return EACCES;
  if (addr.v === 6 && (addr.value === 0n || addr.value >> 120n === 0xffn)) return EADDRNOTAVAIL;
  const err = world.core.addr6Add(d.dev, toAddr16(addr), prefix.bits, nodad ? NODAD : 0);
  return err < 0 ? errnoOf(err) : 0;
}

/** Local and connected routes of one address. */
export function addr6Routes(world: NetWorld, d: Device, prefix: Prefix, connected: boolean): void {
  const { ns, ifindex } = d;
  const add = (type: Route['type'], dst: Prefix, metric: number, table: number): unknown =>
    pushRoute(
      world,
      ns,
      { family: 6, type, dst, ifindex, scope: 'global', proto: 'kernel', metric, table },
      type === 'unicast',
    );
  add('local', { addr: prefix.addr, bits: 128 }, 0, 255);
  if (d.kind === 'loopback' || !connected) return;
  const dst = network(prefix);
  if (!ns.routes.of(ifindex).some((r) => r.table === 254 && samePrefix(r.dst, dst) && !r.via))
    add('unicast', dst, 256, 254);
}

/** An address went: so does the connected route, unless another address is of that prefix. */
export function gone6(world: NetWorld, d: Device, prefix: Prefix): void {
  const dst = network(prefix);
  const other = d.ns.addrs.of(d.ifindex).some((a) => a.prefix.bits === prefix.bits && contains(dst, a.prefix.addr));
  if (other) return;
  dropRoutes(world, d, (r) => r.proto === 'kernel' && r.table === 254 && samePrefix(r.dst, dst));
}

function state(world: NetWorld, ns: Netns, a: Addr): number {
  const dev = ns.find(a.ifindex)?.dev;
  return dev === undefined ? 0 : Math.max(0, world.core.addr6Flags(dev, toAddr16(a.prefix.addr)));
}

/** IFA_F_* of an address as it stands. */
export function flags6(world: NetWorld, ns: Netns, a: Addr): number {
  return state(world, ns, a) & 0xffff;
}

/** Whether an address is there already: the link-local one comes with the carrier. */
export function listed6(world: NetWorld, ns: Netns, a: Addr): boolean {
  return a.proto !== 'kernel_ll' || (state(world, ns, a) & WAITING) === 0;
}

/** Order of a device's addresses: the widest scope first, then the newest. @see Linux ipv6_link_dev_addr */
export function compare6(ns: Netns, a: Addr, b: Addr): number {
  if (a.ifindex !== b.ifindex) return a.ifindex - b.ifindex;
  const here = ns.addrs.of(a.ifindex);
  return SCOPE_ORDER[b.scope] - SCOPE_ORDER[a.scope] || here.indexOf(b) - here.indexOf(a);
}

/** The last address of a prefix: what orders `ip -6 route`, where narrower routes come before those that hold them. */
export function last6(p: Prefix): bigint {
  return (network(p).addr.value as bigint) | ((1n << BigInt(128 - p.bits)) - 1n);
}

/** Prefixes that are addresses of any router, where devices forward. @see wasm/assembly/ip6/addr.ts: anycast */
export function anycast6(world: NetWorld, ns: Netns): Route[] {
  const seen = new Set<string>();
  return ns.addrs.all.flatMap(({ ifindex, prefix }): Route[] => {
    const { addr } = network(prefix);
    const dev = ns.find(ifindex)?.dev;
    const key = `${ifindex} ${formatIp(addr)}`;
    if (addr.v === 4 || prefix.bits >= 127 || dev === undefined || seen.has(key)) return [];
    seen.add(key);
    if (!(Math.max(0, world.core.addr6Flags(dev, toAddr16(addr))) & ANYCAST)) return [];
    const dst = { addr, bits: 128 };
    return [{ family: 6, type: 'anycast', dst, ifindex, scope: 'global', proto: 'kernel', metric: 0, table: 255 }];
  });
}

/** Whether the local route of an address is there: not while the address is under trial. */
export function localRoute6(world: NetWorld, ns: Netns, r: Route): boolean {
  if (r.family !== 6 || r.type !== 'local' || r.dst === undefined) return true;
  const text = formatIp(r.dst.addr);
  const a = ns.addrs.of(r.ifindex).find((x) => formatIp(x.prefix.addr) === text);
  return a === undefined || (state(world, ns, a) & 0x48) === 0;
}
