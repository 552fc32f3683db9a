/**
 * Adding IPv4 routes: what the kernel checks, and how a new route stands to those of its destination.
 * @see Linux net/ipv4/fib_semantics.c: fib_create_info, fib_check_nh; fib_trie.c: fib_table_insert
 */
import { contains, type IpAddr, last4, type Prefix, sameIp } from '../../../base/ip.ts';
import { EEXIST, EINVAL, ENETDOWN, ENETUNREACH, ENODEV, ENOENT, type Errno, isErr } from '../errno.ts';
import type { NextHop, Route } from '../netadmin.ts';
import type { Netns } from './netns.ts';
import { sameKey, syncRoutes } from './routes.ts';
import type { NetWorld } from './world.ts';

type Given = Partial<Route> & { family: 4 | 6 };

/** Types that carry nothing, and so have no next hop. */
const DEAD: readonly Route['type'][] = ['blackhole', 'unreachable', 'prohibit', 'throw'];

const narrower = (a: Route | undefined, b: Route): Route => (a && (a.dst?.bits ?? 0) >= (b.dst?.bits ?? 0) ? a : b);

/** Whether an address is the broadcast address of a network of this namespace. */
function isBroadcast(ns: Netns, ip: IpAddr): boolean {
  return ns.addrs.all.some(
    (a) => ip.v === 4 && a.prefix.addr.v === 4 && a.prefix.bits < 31 && last4(a.prefix) === ip.value,
  );
}

/** The interface by which a gateway is on the link; ENETUNREACH: it is on none. @see fib_check_nh_v4_gw */
function gateway(
  ns: Netns,
  via: IpAddr,
  ifindex: number | undefined,
  table: number,
  scope: Route['scope'],
): number | Errno {
  if (scope !== 'global') return EINVAL;
  if (isBroadcast(ns, via)) return EINVAL;
  const own = ns.addrs.all.find((a) => sameIp(a.prefix.addr, via) && (ifindex === undefined || a.ifindex === ifindex));
  if (own) return own.ifindex;
  let best: Route | undefined;
  for (const r of ns.routes.all) {
    if (r.family !== 4 || (r.table !== 254 && r.table !== table) || r.ifindex === undefined) continue;
    if (ifindex !== undefined && r.ifindex !== ifindex) continue;
    if (r.dst === undefined || contains(r.dst, via)) best = narrower(best, r);
  }
  if (!best || best.scope === 'global' || (best.type !== 'unicast' && best.type !== 'local')) return ENETUNREACH;
  return best.ifindex as number;
}

/** Checks one way of a route. @returns the interface it leaves by */
function nextHop(ns: Netns, h: Partial<NextHop>, table: number, scope: Route['scope']): number | Errno {
  let { ifindex } = h;
  if (h.via && !h.onlink) {
    const found = gateway(ns, h.via, ifindex, table, scope);
    if (isErr(found)) return found;
    ifindex = found;
  }
  const d = ifindex === undefined ? undefined : ns.find(ifindex);
  if (!d) return ENODEV;
  if (!d.up) return ENETDOWN;
  if (h.via && h.onlink && (isBroadcast(ns, h.via) || ns.addrs.all.some((a) => sameIp(a.prefix.addr, h.via as IpAddr))))
    return EINVAL;
  return d.ifindex;
}

const sameNetwork = (p: Prefix): boolean => p.addr.v === 6 || p.bits === 32 || (p.addr.value << p.bits) >>> 0 === 0;

/** The scope of a route when it is not told. @see iproute2 iproute.c: iproute_modify */
function defaultScope(type: Route['type'], given: Given): Route['scope'] {
  if (type === 'local') return 'host';
  if (type === 'broadcast' || type === 'multicast') return 'link';
  return type === 'unicast' && !given.via && !given.nexthops ? 'link' : 'global';
}

/** A route with its defaults, or what is wrong with it. */
function draft(ns: Netns, given: Given): Route | Errno {
  const type = given.type ?? 'unicast';
  const dst = given.dst?.bits === 0 ? undefined : given.dst;
  const table = given.table || (type === 'local' || type === 'broadcast' ? 255 : 254);
  const scope = given.scope ?? defaultScope(type, given);
  if (dst && !sameNetwork(dst)) return EINVAL;
  const dead = DEAD.includes(type);
  if (dead && (given.via || given.ifindex !== undefined || given.nexthops)) return EINVAL;
  let { ifindex } = given;
  const nexthops: NextHop[] = [];
  for (const h of given.nexthops ?? []) {
    const at = nextHop(ns, h, table, scope);
    if (isErr(at)) return at;
    nexthops.push({ ...h, ifindex: at });
  }
  if (!dead && nexthops.length === 0) {
    const at = nextHop(ns, given, table, scope);
    if (isErr(at)) return at;
    ifindex = at;
  }
  if (given.src && !ns.addrs.all.some((a) => sameIp(a.prefix.addr, given.src as IpAddr))) return EINVAL;
  return {
    family: 4,
    type,
    dst,
    via: given.via,
    ifindex: nexthops.length === 0 ? ifindex : undefined,
    src: given.src,
    scope,
    proto: given.proto ?? 'boot',
    metric: given.metric ?? 0,
    table,
    ...(given.onlink && { onlink: true }),
    ...(nexthops.length > 0 && { nexthops }),
    // @see Linux net/ipv4/metrics.c: ip_metrics_convert
    ...(given.mtu !== undefined && { mtu: Math.min(given.mtu, 65535 - 15) }),
    ...(given.advmss !== undefined && { advmss: Math.min(given.advmss, 65535 - 40) }),
    ...(given.locks && { locks: given.locks }),
  };
}

/** Whether two routes say the same but for their place. */
function identical(a: Route, b: Route): boolean {
  const text = (r: Route): string => JSON.stringify(r, (_, v) => (typeof v === 'bigint' ? String(v) : v));
  return sameKey(a, b) && text({ ...a, linkdown: false }) === text({ ...b, linkdown: false });
}

export function addRoute4(
  world: NetWorld,
  ns: Netns,
  given: Given,
  how: 'add' | 'replace' | 'change' | 'append' | 'prepend',
): Errno | 0 {
  const r = draft(ns, given);
  if (isErr(r)) return r;
  const first = ns.routes.all.findIndex((x) => sameKey(x, r));
  if (first >= 0) {
    if (how === 'add') return EEXIST;
    if (how !== 'replace' && ns.routes.all.some((x) => identical(x, r))) return EEXIST;
  } else if (how === 'change') return ENOENT;
  const last = ns.routes.all.findLastIndex((x) => sameKey(x, r));
  const before = [...ns.routes.all];
  if (first < 0) ns.routes.push(r);
  else if (how === 'append') ns.routes.set(before.toSpliced(last + 1, 0, r));
  else ns.routes.set(before.toSpliced(first, how === 'prepend' ? 0 : 1, r));
  const err = syncRoutes(world, ns, r);
  if (isErr(err)) ns.routes.set(before);
  else world.watch.route(ns, r);
  return err;
}
