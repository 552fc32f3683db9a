/** Addresses, with the routes that come and go with them. @see Linux net/ipv4/devinet.c, fib_frontend.c */

import { formatIp, type IpAddr, ip4, ip6, last4, linkLocal, network, type Prefix, sameIp } from '../../../base/ip.ts';
import { CONF_ALL, CONF_PROMOTE_SECONDARIES } from '../../core/abi.ts';
import { EADDRNOTAVAIL, EEXIST, type Errno, errnoOf, isErr } from '../errno.ts';
import type { Addr, Route } from '../netadmin.ts';
import { LOOPBACK6, toAddr16 } from './addr16.ts';
import type { Device, Netns } from './netns.ts';
import { dropRoutes, pushRoute } from './routes.ts';
import type { NetWorld } from './world.ts';

/** What `addAddr` of NetAdmin takes besides the prefix. */
export interface AddrOptions {
  readonly broadcast?: IpAddr;
  readonly scope?: Addr['scope'];
  readonly label?: string;
  readonly proto?: string;
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
  if (
    ns.addrs.some((a) => a.ifindex === d.ifindex && sameIp(a.prefix.addr, prefix.addr) && a.prefix.bits === prefix.bits)
  )
    return EEXIST;
  const scope = options.scope ?? defaultScope(d, prefix);
  const err = world.core.addrAdd(d.dev, toAddr16(prefix.addr), prefix.bits, SCOPE[scope]);
  if (err < 0) return errnoOf(err);
  const addr: Addr = {
    ifindex: d.ifindex,
    prefix,
    ...(options.broadcast && { broadcast: options.broadcast }),
    scope,
    ...(options.proto !== undefined && { proto: options.proto }),
    label: options.label ?? d.name,
  };
  ns.addrs.push(addr);
  if (d.up) addrRoutes(world, d, addr);
  return 0;
}

function defaultScope(d: Device, prefix: Prefix): Addr['scope'] {
  if (d.kind === 'loopback') return 'host';
  const { addr } = prefix;
  return addr.v === 6 && addr.value >> 118n === 0x3fan ? 'link' : 'global';
}

/** Local, broadcast and connected routes of one address. */
export function addrRoutes(world: NetWorld, d: Device, a: Addr): void {
  const { prefix } = a;
  const ip = prefix.addr;
  const base = { ifindex: d.ifindex, metric: 0, proto: 'kernel' as const };
  const net = network(prefix);
  if (ip.v === 6) {
    pushRoute(
      world,
      d.ns,
      { ...base, family: 6, type: 'local', dst: { addr: ip, bits: 128 }, scope: 'global', table: 255 },
      false,
    );
    if (prefix.bits < 128)
      pushRoute(
        world,
        d.ns,
        { ...base, family: 6, type: 'unicast', dst: net, scope: 'global', table: 254, metric: 256 },
        d.kind !== 'loopback',
      );
    return;
  }
  const primary = subnetOf(d.ns, a)[0] ?? a;
  const src = primary.prefix.addr;
  if (d.kind === 'loopback' && prefix.bits < 32 && primary === a)
    pushRoute(world, d.ns, { ...base, family: 4, type: 'local', dst: net, src: ip, scope: 'host', table: 255 }, false);
  pushRoute(
    world,
    d.ns,
    { ...base, family: 4, type: 'local', dst: { addr: ip, bits: 32 }, src, scope: 'host', table: 255 },
    false,
  );
  if (primary !== a) return;
  if (prefix.bits < 31) {
    const broadcast = ip4(last4(prefix));
    pushRoute(
      world,
      d.ns,
      { ...base, family: 4, type: 'broadcast', dst: { addr: broadcast, bits: 32 }, src: ip, scope: 'link', table: 255 },
      false,
    );
  }
  if (d.kind !== 'loopback' && prefix.bits < 32)
    pushRoute(world, d.ns, { ...base, family: 4, type: 'unicast', dst: net, src: ip, scope: 'link', table: 254 }, true);
}

export function delAddr(world: NetWorld, ns: Netns, ifname: string, prefix: Prefix): Errno | 0 {
  const d = ns.named(ifname);
  if (isErr(d)) return d;
  const at = ns.addrs.findIndex(
    (a) => a.ifindex === d.ifindex && sameIp(a.prefix.addr, prefix.addr) && a.prefix.bits === prefix.bits,
  );
  if (at < 0) return EADDRNOTAVAIL;
  const gone = ns.addrs[at] as Addr;
  const others = prefix.addr.v === 4 ? subnetOf(ns, gone).filter((a) => a !== gone) : [];
  const primary = others.length > 0 && subnetOf(ns, gone)[0] === gone;
  takeAway(world, ns, d, at);
  if (primary && promotes(world, d)) promote(world, d, others[0] as Addr);
  else if (primary) for (const a of others) takeAway(world, ns, d, ns.addrs.indexOf(a));
  // The last address takes all of IPv4 with it. @see Linux fib_frontend.c: fib_inetaddr_event
  if (prefix.addr.v === 4 && !ns.addrs.some((a) => a.ifindex === d.ifindex && a.prefix.addr.v === 4))
    dropRoutes(world, ns, (r) => r.family === 4 && r.ifindex === d.ifindex);
  return 0;
}

/** The addresses of a device that are on one network, the primary one first. */
function subnetOf(ns: Netns, a: Addr): Addr[] {
  const net = network(a.prefix);
  return ns.addrs.filter(
    (b) => b.ifindex === a.ifindex && b.prefix.bits === a.prefix.bits && sameIp(network(b.prefix).addr, net.addr),
  );
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
    dropRoutes(world, d.ns, (r) => r.ifindex === d.ifindex && own(r));
    addrRoutes(world, d, b);
  }
}

function takeAway(world: NetWorld, ns: Netns, d: Device, at: number): void {
  const [gone] = ns.addrs.splice(at, 1);
  if (!gone) return;
  const { prefix } = gone;
  const text = formatIp(prefix.addr);
  dropRoutes(
    world,
    ns,
    (r) =>
      r.ifindex === d.ifindex &&
      ((r.src !== undefined && formatIp(r.src) === text) ||
        (r.type === 'local' && r.dst !== undefined && formatIp(r.dst.addr) === text)),
  );
  world.core.addrDel(d.dev, toAddr16(prefix.addr));
}

/** Whether IPv6 is off on a device: `net.ipv6.conf.IF.disable_ipv6`, else `.all`. */
function noIpv6(d: Device): boolean {
  const get = (name: string): string | undefined => d.ns.sysctls.get(`net.ipv6.conf.${name}.disable_ipv6`);
  return (get(d.name) ?? get('all') ?? get('default')) === '1';
}

/** What a device gets by itself when it comes up: lo its loopback addresses, others a link-local one. */
export function defaultAddrs(world: NetWorld, d: Device): void {
  const { ns } = d;
  const has = (ip: IpAddr): boolean => ns.addrs.some((a) => a.ifindex === d.ifindex && sameIp(a.prefix.addr, ip));
  if (d.kind === 'loopback') {
    if (!has(ip4(0x7f000001))) addAddr(world, ns, d.name, { addr: ip4(0x7f000001), bits: 8 });
    if (!noIpv6(d) && !has(LOOPBACK6))
      addAddr(world, ns, d.name, { addr: LOOPBACK6, bits: 128 }, { scope: 'host', proto: 'kernel_lo' });
    return;
  }
  const ll = ip6(linkLocal(d.mac));
  if (!noIpv6(d) && !has(ll)) addAddr(world, ns, d.name, { addr: ll, bits: 64 }, { scope: 'link', proto: 'kernel_ll' });
}

/** IPv6 addresses do not outlive a device that goes down. */
export function linkLocalGone(world: NetWorld, d: Device): void {
  for (const a of d.ns.addrs.filter((x) => x.ifindex === d.ifindex && x.prefix.addr.v === 6))
    delAddr(world, d.ns, d.name, a.prefix);
}

/** A device is removed or moves: its addresses go (the core has dropped its own). */
export function addrsGone(d: Device): void {
  const kept = d.ns.addrs.filter((a) => a.ifindex !== d.ifindex);
  d.ns.addrs.splice(0, d.ns.addrs.length, ...kept);
}

/** `disable_ipv6` was written. */
export function ipv6Switched(world: NetWorld, ns: Netns): void {
  for (const d of ns.devices) {
    if (noIpv6(d)) linkLocalGone(world, d);
    else if (d.up) defaultAddrs(world, d);
  }
}
