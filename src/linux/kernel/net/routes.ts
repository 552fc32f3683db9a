/** Routes: the tables as Linux shows them, and their counterpart in the core. */
import {
  contains,
  type IpAddr,
  ip4,
  ip6,
  needsZone,
  network,
  type Prefix,
  sameIp,
  samePrefix,
} from '../../../base/ip.ts';
import type { CoreRoute } from '../../core/core.ts';
import { EEXIST, EHOSTUNREACH, EINVAL, ENETDOWN, ENETUNREACH, ENODEV, type Errno, ESRCH, errnoOf } from '../errno.ts';
import type { NextHop, Route, RouteAnswer, RouteQuery } from '../netadmin.ts';
import { fromAddr16, toAddr16 } from './addr16.ts';
import { addrRoutes } from './addrs.ts';
import { anycast6, last6, localRoute6 } from './ipv6.ts';
import type { Device, Netns } from './netns.ts';
import { addRoute4 } from './routes4.ts';
import type { NetWorld } from './world.ts';

const TYPE: Readonly<Record<Route['type'], number>> = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  anycast: 4,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
  throw: 9,
};
const SCOPE: Readonly<Record<Route['scope'], number>> = { global: 0, link: 253, host: 254 };

/** The default route's destination. */
const anywhere = (family: 4 | 6): Prefix => (family === 4 ? { addr: ip4(0), bits: 0 } : { addr: ip6(0n), bits: 0 });

function toCore(ns: Netns, r: Route): CoreRoute {
  const dst = r.dst ?? anywhere(r.family);
  const route: CoreRoute = {
    table: r.table,
    dst: toAddr16(dst.addr),
    bits: dst.bits,
    gw: r.via && toAddr16(r.via),
    dev: (r.ifindex !== undefined && ns.find(r.ifindex)?.dev) || 0,
    src: r.src && toAddr16(r.src),
    scope: SCOPE[r.scope],
    metric: r.metric,
    type: TYPE[r.type],
    mtu: r.mtu,
    mtuLock: r.locks?.includes('mtu'),
    advmss: r.advmss,
  };
  return r.nexthops ? { ...route, ...hops(ns, r.nexthops) } : route;
}

/** Several next hops: the first stands for the route, the others follow it. */
function hops(ns: Netns, list: readonly NextHop[]): Partial<CoreRoute> {
  const [first, ...more] = list.map((h) => ({
    dev: ns.find(h.ifindex)?.dev ?? 0,
    weight: h.weight,
    ...(h.via && { gw: toAddr16(h.via) }),
  }));
  return { ...first, more };
}

/** Makes the core's routes of one destination, table and metric those of the list, in its order. */
export function syncRoutes(world: NetWorld, ns: Netns, like: Route): Errno | 0 {
  const same = ns.routes.all.filter((r) => sameKey(r, like));
  while (world.core.routeDel(ns.core, { ...toCore(ns, like), dev: 0, gw: undefined, type: 0 }) === 0);
  for (const r of same) {
    const err = world.core.routeAdd(ns.core, { ...toCore(ns, r), append: true });
    if (err < 0) return errnoOf(err);
  }
  return 0;
}

/** Whether two routes compete: one destination, table and metric. */
export function sameKey(a: Route, b: Route): boolean {
  return a.family === b.family && a.table === b.table && a.metric === b.metric && samePrefix(a.dst, b.dst);
}

/** Tables with routes in them besides main, local and default, as the kernel lists them. */
export function routeTables(ns: Netns, family: 4 | 6): number[] {
  const ids = new Set(ns.routes.all.filter((r) => r.family === family).map((r) => r.table));
  return [...ids].filter((t) => t < 253 || t > 255).sort((a, b) => (a & 255) - (b & 255) || b - a);
}

/** Adds a route to the tables and, when `live`, to the core. */
export function pushRoute(world: NetWorld, ns: Netns, r: Route, live: boolean): Errno | 0 {
  if (live) {
    const err = world.core.routeAdd(ns.core, toCore(ns, r));
    if (err < 0) return errnoOf(err);
  }
  ns.routes.push(r);
  // That of an IPv6 address is told of when its trial is over.
  if (r.family === 4 || r.type !== 'local') world.watch.route(ns, r);
  return 0;
}

function dropRoute(world: NetWorld, ns: Netns, r: Route, told = true): void {
  if (r.table !== 255 || r.proto !== 'kernel' || r.type === 'multicast') world.core.routeDel(ns.core, toCore(ns, r));
  ns.routes.delete(r);
  if (told) world.watch.route(ns, r, true);
}

/** A route's time is over: it carries nothing from now on, but is listed until it is cleared away. */
export function expireRoute(world: NetWorld, ns: Netns, r: Route): void {
  if (ns.routes.all.includes(r)) world.core.routeDel(ns.core, toCore(ns, r));
}

/** Removes the routes of a device that fit. @param told whether those who listen are told */
export function dropRoutes(world: NetWorld, d: Device, fits: (r: Route) => boolean, told = true): void {
  for (const r of d.ns.routes.of(d.ifindex).filter(fits)) dropRoute(world, d.ns, r, told);
}

/** A device went down, moved, or is removed; of IPv4 nobody is told. @see Linux fib_trie.c: fib_table_flush */
export function routesGone(world: NetWorld, d: Device): void {
  const { ns } = d;
  dropRoutes(world, d, (r) => r.family === 6);
  dropRoutes(world, d, () => true, false);
  for (const r of [...ns.routes.of(undefined)].reverse()) {
    const left = r.nexthops?.filter((h) => h.ifindex !== d.ifindex);
    if (!left || left.length === r.nexthops?.length) continue;
    if (left.length === 0) dropRoute(world, ns, r, false);
    else ns.routes.set(ns.routes.all.map((x) => (x === r ? { ...r, nexthops: left } : x)));
  }
}

/** A device came up: the routes of its addresses come back. */
export function routesBack(world: NetWorld, d: Device): void {
  const here = d.ns.addrs.of(d.ifindex);
  for (const a of here)
    if (!d.ns.routes.of(d.ifindex).some((r) => r.type === 'local' && r.dst && sameIp(r.dst.addr, a.prefix.addr)))
      addrRoutes(world, d, a);
}

/** Destination order of `ip route`: the default first, then by address, longer prefixes later, metric. */
function order(a: Route, b: Route): number {
  const key = (r: Route): bigint => (r.dst ? BigInt(r.dst.addr.value) : -1n);
  const [x, y] = [key(a), key(b)];
  if (x !== y) return x < y ? -1 : 1;
  return (a.dst?.bits ?? 0) - (b.dst?.bits ?? 0) || a.metric - b.metric;
}

/** Destination order of `ip -6 route`: of nested prefixes the narrower first, so the default last. @see Linux fib6_walk */
function order6(a: Route, b: Route): number {
  const everything: Prefix = { addr: ip6(0n), bits: 0 };
  const [p, q] = [a.dst ?? everything, b.dst ?? everything];
  const [x, y] = [last6(p), last6(q)];
  if (x !== y) return x < y ? -1 : 1;
  return q.bits - p.bits || a.metric - b.metric;
}

export function listRoutes(world: NetWorld, ns: Netns, family: 4 | 6, table = 254): Route[] {
  return [...ns.routes.all, ...(family === 6 && table === 255 ? anycast6(world, ns) : [])]
    .filter((r) => r.family === family && r.table === table && localRoute6(world, ns, r))
    .map((r, i) => ({ r, i }))
    .sort((a, b) => (family === 4 ? order(a.r, b.r) : order6(a.r, b.r)) || a.i - b.i)
    .map(({ r }) => {
      const d = r.ifindex === undefined ? undefined : ns.find(r.ifindex);
      return d && d.kind !== 'loopback' && !world.core.devCarrier(d.dev) && table !== 255
        ? { ...r, linkdown: true }
        : r;
    })
    .map((r) =>
      r.expires === undefined ? r : { ...r, expiresIn: Math.trunc((r.expires - world.clock.now) / 1e9) || 0 },
    );
}

export function addRoute(
  world: NetWorld,
  ns: Netns,
  given: Partial<Route> & { family: 4 | 6 },
  how: 'add' | 'replace' | 'change' | 'append' | 'prepend' = 'add',
): Errno | 0 {
  if (given.family === 4) return addRoute4(world, ns, given, how);
  if (how === 'replace' || how === 'change') delRoute(world, ns, { family: 6, ...(given.dst && { dst: given.dst }) });
  const dst = given.dst?.bits === 0 ? undefined : given.dst;
  let ifindex = given.ifindex;
  const type = given.type ?? 'unicast';
  if (type === 'unicast') {
    if (given.via) {
      const found = given.via.v === 6 ? gateway6(ns, given.via, ifindex) : gateway4(ns, given.via, ifindex);
      if (typeof found !== 'number') return found;
      ifindex = found;
    }
    if (ifindex === undefined) return ENODEV;
    const d = ns.find(ifindex);
    if (!d) return ENODEV;
    if (!d.up) return ENETDOWN;
  }
  if (dst && dst.addr.v === 4 && !sameNetwork(dst)) return EINVAL;
  // What forbids hangs on lo in IPv6.
  if (type !== 'unicast' && given.family === 6) ifindex ??= ns.find('lo')?.ifindex;
  const route: Route = {
    family: given.family,
    type,
    ...(dst && { dst }),
    ...(given.via && { via: given.via }),
    ...(ifindex !== undefined && { ifindex }),
    ...(given.src && { src: given.src }),
    ...(given.mtu !== undefined && { mtu: given.mtu }),
    ...(given.advmss !== undefined && { advmss: given.advmss }),
    ...(given.locks && { locks: given.locks }),
    scope: given.scope ?? (type !== 'unicast' || given.via ? 'global' : 'link'),
    proto: given.proto ?? 'boot',
    metric: given.metric || (given.family === 6 ? 1024 : 0),
    table: given.table ?? 254,
  };
  const twin = ns.routes.all.some((r) => sameKey(r, route));
  return twin ? EEXIST : pushRoute(world, ns, route, true);
}

/** The interface of a gateway: that of an address whose prefix holds it. */
function gateway4(ns: Netns, via: IpAddr, ifindex: number | undefined): number | Errno {
  const connected = ns.addrs.all.find(
    (a) => contains(a.prefix, via) && (ifindex === undefined || a.ifindex === ifindex),
  );
  return connected?.ifindex ?? ENETUNREACH;
}

/**
 * The interface of an IPv6 gateway: a link-local one needs it told; others must be on a link, and not our own.
 * @see Linux net/ipv6/route.c: ip6_validate_gw
 */
function gateway6(ns: Netns, via: IpAddr, ifindex: number | undefined): number | Errno {
  if (ns.addrs.all.some((a) => sameIp(a.prefix.addr, via) && (ifindex === undefined || a.ifindex === ifindex)))
    return EINVAL;
  if (needsZone(via)) return ifindex ?? EINVAL;
  const link = ns.routes.all.find(
    (r) =>
      r.family === 6 &&
      r.table === 254 &&
      !r.via &&
      r.dst &&
      contains(r.dst, via) &&
      (ifindex ?? r.ifindex) === r.ifindex,
  );
  return link?.ifindex ?? EHOSTUNREACH;
}

function sameNetwork(p: Prefix): boolean {
  return p.addr.v === 6 || (p.addr.value << p.bits) >>> 0 === 0 || p.bits === 32;
}

export function delRoute(world: NetWorld, ns: Netns, given: Partial<Route> & { family: 4 | 6 }): Errno | 0 {
  const dst = given.dst?.bits === 0 ? undefined : given.dst;
  const fits = (r: Route): boolean =>
    r.family === given.family &&
    r.table === (given.table ?? 254) &&
    samePrefix(r.dst, dst) &&
    (given.ifindex === undefined || r.ifindex === given.ifindex) &&
    (given.via === undefined || (r.via !== undefined && sameIp(r.via, given.via))) &&
    (given.metric === undefined || r.metric === given.metric) &&
    (given.type === undefined || given.type === 'unicast' || r.type === given.type);
  const first = ns.routes.all.find(fits);
  if (!first) return ESRCH;
  dropRoute(world, ns, first);
  if (first.family === 4 && first.table !== 255) syncRoutes(world, ns, first);
  return 0;
}

export function lookupRoute(world: NetWorld, ns: Netns, query: RouteQuery): RouteAnswer | Errno {
  const { dst, from } = query;
  const [iif, oif] = [query.iif, query.oif].map((name) => (name === undefined ? undefined : ns.find(name)));
  if ((query.iif !== undefined && !iif) || (query.oif !== undefined && !oif)) return ENODEV;
  // A source of our own packets must be ours. @see Linux route.c: ip_route_output_key_hash_rcu
  if (from?.v === 4 && !iif && from.value >>> 24 !== 127)
    if (!ns.addrs.all.some((a) => sameIp(a.prefix.addr, from))) return ENETUNREACH;
  const r = world.core.routeLookup(ns.core, {
    dst: toAddr16(dst),
    ...(from && { src: toAddr16(from) }),
    ...(iif && { iif: iif.dev }),
    ...(oif && { oif: oif.dev }),
    ...(query.mark !== undefined && { mark: query.mark }),
    ...(query.tos !== undefined && { tos: query.tos }),
  });
  if (typeof r === 'number') return errnoOf(r);
  const found = dst.v === 6 ? chosen6(world, ns, r) : undefined;
  const kept = (dst.v === 6 ? found : chosen4(ns, r, dst))?.locks ?? [];
  const locks = r.mtuLock && !kept.includes('mtu') ? (['mtu', ...kept] as const) : kept;
  const out = world.devices.get(r.dev);
  const types = Object.entries(TYPE).find(([, n]) => n === r.type);
  return {
    family: dst.v,
    type: (types?.[0] ?? 'unicast') as Route['type'],
    dst: { addr: dst, bits: dst.v === 4 ? 32 : 128 },
    ...(r.gw && { via: fromAddr16(r.gw) }),
    ...(out && { ifindex: out.ifindex }),
    ...(r.src && { src: fromAddr16(r.src) }),
    scope: r.scope === 254 ? 'host' : r.scope === 253 ? 'link' : 'global',
    proto: dst.v === 6 && r.type === 2 ? 'kernel' : (found?.proto ?? 'boot'),
    metric: r.metric,
    table: r.type === 2 ? 255 : r.table,
    ...(found?.mtu !== undefined && { mtu: found.mtu }),
    ...((found?.advmss ?? (r.advmss || undefined)) && { advmss: found?.advmss ?? r.advmss }),
    ...(locks.length > 0 && { locks }),
    ...(found?.hoplimit !== undefined && { hoplimit: found.hoplimit }),
    ...(found?.pref !== undefined && { pref: found.pref }),
    ...(r.redirected && { redirected: true }),
    ...(r.redirects && { redirects: true }),
    ...(r.mtu > 0 && { pathMtu: r.mtu }),
    ...(r.expires > 0 && { expires: r.expires }),
    ...(dst.v === 4 && { match: network({ addr: dst, bits: r.bits }) }),
  };
}

/** The IPv4 route that a lookup chose. */
function chosen4(ns: Netns, r: CoreRoute, dst: IpAddr): Route | undefined {
  return ns.routes.all.find(
    (x) =>
      x.family === 4 &&
      x.table === r.table &&
      x.metric === r.metric &&
      (x.dst?.bits ?? 0) === r.bits &&
      (x.dst === undefined || contains(x.dst, dst)),
  );
}

/** The IPv6 route that a lookup chose, none for an own address: `ip -6 route get` tells all of it. */
function chosen6(world: NetWorld, ns: Netns, r: CoreRoute): Route | undefined {
  if (r.type === 2) return undefined;
  const ifindex = world.devices.get(r.dev)?.ifindex;
  const dst = fromAddr16(r.dst);
  const fits = ns.routes.all
    .filter((x) => x.family === 6 && x.ifindex === ifindex && x.table === r.table && x.metric === r.metric)
    .filter((x) => x.dst === undefined || contains(x.dst, dst))
    .sort((a, b) => (b.dst?.bits ?? 0) - (a.dst?.bits ?? 0));
  return fits[0];
}
