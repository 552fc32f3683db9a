/**
 * Routes: one list per namespace, ordered by table (local, main, default, the others), prefix length and metric. Own
 * addresses and broadcasts are not in it (addr.ts): they are the local table together with what was put there by hand.
 * A route with several next hops is a record for each, linked by `more`.
 * Limits: a linear list; no TOS in routes.
 * @see Linux net/ipv4/fib_trie.c, fib_semantics.c
 */
import {
  EEXIST, EINVAL, ENOBUFS, ROUTE_APPEND, ROUTE_HAS_GW, ROUTE_HAS_SRC, ROUTE_MORE, ROUTE_MTU_LOCK, ROUTE_X_ADVMSS, ROUTE_X_BITS,
  ROUTE_X_DEV, ROUTE_X_DST, ROUTE_X_FLAGS, ROUTE_X_GW, ROUTE_X_METRIC, ROUTE_X_MTU, ROUTE_X_SCOPE, ROUTE_X_SRC, ROUTE_X_TABLE, ROUTE_X_TYPE,
  ROUTE_X_WEIGHT, RT_TABLE_DEFAULT, RT_TABLE_LOCAL, RT_TABLE_MAIN,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { ROUTE_BASE, ROUTE_REC, SLAB_ROUTE } from '../mem';
import { route6Add, route6Del } from '../ip6/route';
import { slabAlloc, slabFree } from '../sim/slab';
import { isMapped, mask4, rdMapped, same16, wrMapped } from '../wire/bytes';
import { Net4 } from './net4';
import { dstFlush } from './dst';
import { pmtuRouteGone } from './pmtu';

/** No such process: what Linux says when a route to delete is not there. */
const ESRCH: i32 = 3;

@unmanaged
export class Route {
  next: u32;
  ns: u32;
  table: u32;
  bits: u32;
  dev: u32;
  scope: u32;
  metric: u32;
  type: u32;
  /** ROUTE_HAS_GW, ROUTE_HAS_SRC, ROUTE_ONLINK, ROUTE_MTU_LOCK. */
  flags: u32;
  /** Of packets that it takes, 0: the device's. */
  mtu: u32;
  d0: u64;
  d1: u64;
  g0: u64;
  g1: u64;
  /** IPv4 numbers of destination, gateway, source. */
  dst: u32;
  gw: u32;
  src: u32;
  /** The record of the next next hop, and this one's weight. */
  more: u32;
  weight: u32;
  /** MSS that is offered, 0: what the MTU holds. */
  advMss: u32;
  /** The record of the route's first next hop: it stands in the list. */
  head: u32;

  @inline static at(i: u32): Route {
    return changetype<Route>(ROUTE_BASE + (i as usize) * ROUTE_REC);
  }
}

/** Address of a route's destination, 16 bytes. */
export function dstOf(i: u32): usize {
  return changetype<usize>(Route.at(i)) + offsetof<Route>('d0');
}

/** Address of a route's gateway, 16 bytes. */
export function gwOf(i: u32): usize {
  return changetype<usize>(Route.at(i)) + offsetof<Route>('g0');
}

/** The MTU of a route: its own, else that of its device. @param i 0: an own address or a broadcast @see Linux ip_dst_mtu_maybe_forward */
export function routeMtu(i: u32, dev: u32): u32 {
  const own: u32 = i == 0 ? 0 : Route.at(i).mtu;
  return own != 0 ? own : Dev.at(dev).mtu;
}

/** Whether a route's MTU is that, whatever ICMP says, and packets may be cut on the way. @see Linux ip_mtu_locked */
export function routeLocked(i: u32): bool {
  return i != 0 && (Route.at(i).flags & ROUTE_MTU_LOCK) != 0;
}

/** Place of a table in the order of lookup without rules; 3 and more: only rules lead there. */
export function rank(table: u32): u32 {
  if (table == RT_TABLE_LOCAL) return 0;
  if (table == RT_TABLE_MAIN) return 1;
  return table == RT_TABLE_DEFAULT ? 2 : 3 + table;
}

function comesBefore(a: Route, b: Route): bool {
  const ra = rank(a.table);
  const rb = rank(b.table);
  if (ra != rb) return ra < rb;
  if (a.bits != b.bits) return a.bits > b.bits;
  return a.metric < b.metric;
}

/** A record of what crossed. @returns 0 when there is no room */
function fill(ns: u32, x: usize): u32 {
  const i = slabAlloc(SLAB_ROUTE);
  if (i == 0) return 0;
  const r = Route.at(i);
  const dst = x + ROUTE_X_DST;
  const bits = load<u32>(x + ROUTE_X_BITS);
  r.ns = ns;
  r.table = load<u32>(x + ROUTE_X_TABLE);
  r.bits = bits;
  r.dev = load<u32>(x + ROUTE_X_DEV);
  r.scope = load<u32>(x + ROUTE_X_SCOPE);
  r.metric = load<u32>(x + ROUTE_X_METRIC);
  r.type = load<u32>(x + ROUTE_X_TYPE);
  r.flags = load<u32>(x + ROUTE_X_FLAGS);
  r.weight = load<u32>(x + ROUTE_X_WEIGHT) + 1;
  r.mtu = load<u32>(x + ROUTE_X_MTU);
  r.advMss = load<u32>(x + ROUTE_X_ADVMSS);
  memory.copy(dstOf(i), dst, 16);
  if (r.flags & ROUTE_HAS_GW) memory.copy(gwOf(i), x + ROUTE_X_GW, 16);
  r.dst = rdMapped(dst) & mask4(bits);
  wrMapped(dstOf(i), r.dst);
  if (r.flags & ROUTE_HAS_GW) r.gw = rdMapped(x + ROUTE_X_GW);
  if (r.flags & ROUTE_HAS_SRC) r.src = rdMapped(x + ROUTE_X_SRC);
  r.head = i;
  return i;
}

/** The route that a record belongs to as one more next hop. */
function find(ns: u32, r: Route, i: u32): u32 {
  for (let k = Ns.at(ns).routes; k != 0; k = Route.at(k).next) if (twin(k, r, i)) return k;
  return 0;
}

function twin(k: u32, r: Route, i: u32): bool {
  const o = Route.at(k);
  return o.table == r.table && o.bits == r.bits && o.metric == r.metric && same16(dstOf(k), dstOf(i));
}

/**
 * Adds a route; with ROUTE_MORE, one more next hop to the route that was added just before.
 * @param x address of a ROUTE_X_* record @returns 0, -EEXIST, -EINVAL, -ENOBUFS or -ESRCH
 */
export function routeAdd(ns: u32, x: usize): i32 {
  if (!isMapped(x + ROUTE_X_DST)) return route6Add(ns, x);
  if (load<u32>(x + ROUTE_X_BITS) > 32) return -EINVAL;
  const i = fill(ns, x);
  if (i == 0) return -ENOBUFS;
  const r = Route.at(i);
  if (r.flags & ROUTE_MORE) {
    let k = find(ns, r, i);
    if (k == 0) {
      slabFree(SLAB_ROUTE, i);
      return -ESRCH;
    }
    r.head = k;
    while (Route.at(k).more != 0) k = Route.at(k).more;
    Route.at(k).more = i;
    return 0;
  }
  return insert(ns, i, r);
}

function insert(ns: u32, i: u32, r: Route): i32 {
  dstFlush();
  let prev: u32 = 0;
  let k = Ns.at(ns).routes;
  while (k != 0 && !comesBefore(r, Route.at(k))) {
    const o = Route.at(k);
    if (!(r.flags & ROUTE_APPEND) && twin(k, r, i) && (r.table != RT_TABLE_LOCAL || o.dev == r.dev)) {
      slabFree(SLAB_ROUTE, i);
      return -EEXIST;
    }
    prev = k;
    k = o.next;
  }
  if (r.table == RT_TABLE_LOCAL) Net4.at(ns).customLocal = 1;
  r.next = k;
  if (prev == 0) Ns.at(ns).routes = i;
  else Route.at(prev).next = i;
  return 0;
}

function unlink(ns: u32, prev: u32, i: u32): void {
  dstFlush();
  if (prev == 0) Ns.at(ns).routes = Route.at(i).next;
  else Route.at(prev).next = Route.at(i).next;
  let k = i;
  while (k != 0) {
    const more = Route.at(k).more;
    pmtuRouteGone(ns, k);
    slabFree(SLAB_ROUTE, k);
    k = more;
  }
}

/** Deletes the first route that fits; dev, metric, type 0 and an absent gateway fit any. @returns 0 or -ESRCH */
export function routeDel(ns: u32, x: usize): i32 {
  if (!isMapped(x + ROUTE_X_DST)) return route6Del(ns, x);
  const bits = load<u32>(x + ROUTE_X_BITS);
  const table = load<u32>(x + ROUTE_X_TABLE);
  const dev = load<u32>(x + ROUTE_X_DEV);
  const metric = load<u32>(x + ROUTE_X_METRIC);
  const type = load<u32>(x + ROUTE_X_TYPE);
  const gw = (load<u32>(x + ROUTE_X_FLAGS) & ROUTE_HAS_GW) != 0;
  let prev: u32 = 0;
  for (let k = Ns.at(ns).routes; k != 0; k = Route.at(k).next) {
    const r = Route.at(k);
    if (
      r.table == table &&
      r.bits == bits &&
      same16(dstOf(k), x + ROUTE_X_DST) &&
      (dev == 0 || r.dev == dev) &&
      (metric == 0 || r.metric == metric) &&
      (type == 0 || r.type == type) &&
      (!gw || same16(gwOf(k), x + ROUTE_X_GW))
    ) {
      unlink(ns, prev, k);
      return 0;
    }
    prev = k;
  }
  return -ESRCH;
}

/** Takes a device's next hops off a route. @returns whether none is left */
function thin(k: u32, dev: u32): bool {
  dstFlush();
  while (Route.at(k).more != 0) {
    const r = Route.at(k);
    const more = Route.at(r.more);
    if (r.dev == dev) {
      r.dev = more.dev;
      r.flags = more.flags;
      r.gw = more.gw;
      r.g0 = more.g0;
      r.g1 = more.g1;
      r.weight = more.weight;
    } else if (more.dev != dev) {
      k = r.more;
      continue;
    }
    const gone = r.more;
    pmtuRouteGone(r.ns, k);
    pmtuRouteGone(r.ns, gone);
    r.more = more.more;
    slabFree(SLAB_ROUTE, gone);
  }
  return Route.at(k).dev == dev;
}

function purge(ns: u32, dev: u32): void {
  let prev: u32 = 0;
  let k = Ns.at(ns).routes;
  while (k != 0) {
    const next = Route.at(k).next;
    if (dev == 0 || thin(k, dev)) unlink(ns, prev, k);
    else prev = k;
    k = next;
  }
}

/** A device goes or moves: its routes go. */
export function routeDevGone(dev: u32): void {
  purge(Dev.at(dev).ns, dev);
}

/** All routes of a namespace go. */
export function routeNsDestroy(ns: u32): void {
  purge(ns, 0);
}

/** Prefix length << 8 and table << 16 of a route, for the trace. @param i 0: an own address or a broadcast */
export function routeKind(i: u32): u32 {
  if (i == 0) return ((RT_TABLE_LOCAL as u32) << 16) | (32 << 8);
  return (Route.at(i).table << 16) | (Route.at(i).bits << 8);
}
