/** Routes: the tables as Linux shows them, and their counterpart in the core. */
import { contains, formatPrefix, type IpAddr, ip4, ip6, type Prefix, sameIp } from '../../../base/ip.ts';
import type { CoreRoute } from '../../core/core.ts';
import { EEXIST, EINVAL, ENETDOWN, ENETUNREACH, ENODEV, type Errno, ESRCH, errnoOf } from '../errno.ts';
import type { Route } from '../netadmin.ts';
import { fromAddr16, toAddr16 } from './addr16.ts';
import { addrRoutes } from './addrs.ts';
import type { Device, Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

const TYPE: Readonly<Record<Route['type'], number>> = {
  unicast: 1,
  local: 2,
  broadcast: 3,
  multicast: 5,
  blackhole: 6,
  unreachable: 7,
  prohibit: 8,
};
const SCOPE: Readonly<Record<Route['scope'], number>> = { global: 0, link: 253, host: 254 };

/** The default route's destination. */
const anywhere = (family: 4 | 6): Prefix => (family === 4 ? { addr: ip4(0), bits: 0 } : { addr: ip6(0n), bits: 0 });

function toCore(ns: Netns, r: Route): CoreRoute {
  const dst = r.dst ?? anywhere(r.family);
  return {
    table: r.table,
    dst: toAddr16(dst.addr),
    bits: dst.bits,
    ...(r.via && { gw: toAddr16(r.via) }),
    dev: (r.ifindex !== undefined && ns.find(r.ifindex)?.dev) || 0,
    ...(r.src && { src: toAddr16(r.src) }),
    scope: SCOPE[r.scope],
    metric: r.metric,
    type: TYPE[r.type],
  };
}

/** Adds a route to the tables and, when `live`, to the core. */
export function pushRoute(world: NetWorld, ns: Netns, r: Route, live: boolean): Errno | 0 {
  if (live) {
    const err = world.core.routeAdd(ns.core, toCore(ns, r));
    if (err < 0) return errnoOf(err);
  }
  ns.routes.push(r);
  return 0;
}

/** Removes the routes that fit. @returns how many */
export function dropRoutes(world: NetWorld, ns: Netns, fits: (r: Route) => boolean): number {
  const gone = ns.routes.filter(fits);
  for (const r of gone) {
    if (r.table !== 255) world.core.routeDel(ns.core, toCore(ns, r));
    ns.routes.splice(ns.routes.indexOf(r), 1);
  }
  return gone.length;
}

/** A device went down, moved, or is removed. */
export function routesGone(world: NetWorld, d: Device): void {
  dropRoutes(world, d.ns, (r) => r.ifindex === d.ifindex);
}

/** A device came up: the routes of its addresses come back. */
export function routesBack(world: NetWorld, d: Device): void {
  const here = d.ns.addrs.filter((a) => a.ifindex === d.ifindex);
  for (const a of here)
    if (
      !d.ns.routes.some(
        (r) => r.ifindex === d.ifindex && r.type === 'local' && r.dst && sameIp(r.dst.addr, a.prefix.addr),
      )
    )
      addrRoutes(world, d, a);
}

/** Destination order of `ip route`: the default first, then by address, longer prefixes later, metric. */
function order(a: Route, b: Route): number {
  const key = (r: Route): bigint => (r.dst ? BigInt(r.dst.addr.value) : -1n);
  const [x, y] = [key(a), key(b)];
  if (x !== y) return x < y ? -1 : 1;
  return (a.dst?.bits ?? 0) - (b.dst?.bits ?? 0) || a.metric - b.metric;
}

export function listRoutes(world: NetWorld, ns: Netns, family: 4 | 6, table = 254): Route[] {
  return ns.routes
    .filter((r) => r.family === family && r.table === table)
    .map((r, i) => ({ r, i }))
    .sort((a, b) => order(a.r, b.r) || a.i - b.i)
    .map(({ r }) => {
      const d = r.ifindex === undefined ? undefined : ns.find(r.ifindex);
      return d && d.kind !== 'loopback' && !world.core.devCarrier(d.dev) && table !== 255
        ? { ...r, linkdown: true }
        : r;
    });
}

export function addRoute(world: NetWorld, ns: Netns, given: Partial<Route> & { family: 4 | 6 }): Errno | 0 {
  const dst = given.dst?.bits === 0 ? undefined : given.dst;
  let ifindex = given.ifindex;
  const type = given.type ?? 'unicast';
  if (type === 'unicast') {
    if (given.via) {
      const via = given.via;
      const connected = ns.addrs.find(
        (a) => contains(a.prefix, via) && (ifindex === undefined || a.ifindex === ifindex),
      );
      if (!connected) return ENETUNREACH;
      ifindex = connected.ifindex;
    }
    if (ifindex === undefined) return ENODEV;
    const d = ns.find(ifindex);
    if (!d) return ENODEV;
    if (!d.up) return ENETDOWN;
  }
  if (dst && dst.addr.v === 4 && !sameNetwork(dst)) return EINVAL;
  const route: Route = {
    family: given.family,
    type,
    ...(dst && { dst }),
    ...(given.via && { via: given.via }),
    ...(ifindex !== undefined && { ifindex }),
    ...(given.src && { src: given.src }),
    scope: given.scope ?? (type !== 'unicast' || given.via ? 'global' : 'link'),
    proto: given.proto ?? 'boot',
    metric: given.metric ?? 0,
    table: given.table ?? 254,
  };
  const twin = ns.routes.some(
    (r) =>
      r.family === route.family &&
      r.table === route.table &&
      r.metric === route.metric &&
      (r.dst && formatPrefix(r.dst)) === (route.dst && formatPrefix(route.dst)),
  );
  return twin ? EEXIST : pushRoute(world, ns, route, true);
}

function sameNetwork(p: Prefix): boolean {
  return p.addr.v === 6 || (p.addr.value << p.bits) >>> 0 === 0 || p.bits === 32;
}

export function delRoute(world: NetWorld, ns: Netns, given: Partial<Route> & { family: 4 | 6 }): Errno | 0 {
  const dst = given.dst?.bits === 0 ? undefined : given.dst;
  const fits = (r: Route): boolean =>
    r.family === given.family &&
    r.table === (given.table ?? 254) &&
    (r.dst ? formatPrefix(r.dst) : '') === (dst ? formatPrefix(dst) : '') &&
    (given.ifindex === undefined || r.ifindex === given.ifindex) &&
    (given.via === undefined || (r.via !== undefined && sameIp(r.via, given.via))) &&
    (given.metric === undefined || r.metric === given.metric);
  const first = ns.routes.find(fits);
  if (!first) return ESRCH;
  dropRoutes(world, ns, (r) => r === first);
  return 0;
}

export function lookupRoute(world: NetWorld, ns: Netns, dst: IpAddr, from?: IpAddr, ifname?: string): Route | Errno {
  const d = ifname === undefined ? undefined : ns.find(ifname);
  if (ifname !== undefined && !d) return ENODEV;
  const r = world.core.routeLookup(ns.core, {
    dst: toAddr16(dst),
    ...(from && { src: toAddr16(from) }),
    ...(d && { oif: d.dev }),
  });
  if (typeof r === 'number') return errnoOf(r);
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
    proto: 'boot',
    metric: r.metric,
    table: r.type === 2 ? 255 : r.table,
  };
}
