/**
 * Routes: one list per namespace, ordered by table (local, main, default), prefix length and metric, so that the
 * first that fits is the one. Own addresses and broadcasts come before them all (they are the local table).
 * Limits: a linear list; no policy rules, no multipath, tables other than 253 to 255 are stored but never looked up.
 * @see Linux net/ipv4/fib_trie.c: fib_table_lookup, route.c: ip_route_output_key_hash_rcu
 */
import {
  EACCES,
  EEXIST,
  EHOSTUNREACH,
  EINVAL,
  ENETUNREACH,
  ENOBUFS,
  ROUTE_X_BITS,
  ROUTE_X_DEV,
  ROUTE_X_DST,
  ROUTE_X_FLAGS,
  ROUTE_X_GW,
  ROUTE_X_METRIC,
  ROUTE_X_SCOPE,
  ROUTE_X_SRC,
  ROUTE_X_TABLE,
  ROUTE_X_TYPE,
  RT_TABLE_DEFAULT,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_BLACKHOLE,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_PROHIBIT,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { ROUTE_BASE, ROUTE_REC, SLAB_ROUTE, Sim } from '../mem';
import { slabAlloc, slabFree } from '../sim/slab';
import { isMapped, mask4, prefix16, rdMapped, same16, wrMapped } from '../wire/bytes';
import { addrIsBroadcast, addrIsLocal, addrIsLocal6, addrOwn, addrSelect } from './addr';

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
  /** bit 0: gateway, bit 1: source. */
  flags: u32;
  v6: u32;
  d0: u64;
  d1: u64;
  g0: u64;
  g1: u64;
  /** IPv4 numbers of destination, gateway, source. */
  dst: u32;
  gw: u32;
  src: u32;

  @inline static at(i: u32): Route {
    return changetype<Route>(ROUTE_BASE + (i as usize) * ROUTE_REC);
  }
}

function dstOf(i: u32): usize {
  return changetype<usize>(Route.at(i)) + offsetof<Route>('d0');
}

function gwOf(i: u32): usize {
  return changetype<usize>(Route.at(i)) + offsetof<Route>('g0');
}

/** Place of a table in the order of lookup; 3 and more are never looked up. */
function rank(table: u32): u32 {
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

/** Adds a route. @param x address of a ROUTE_X_* record @returns 0, -EEXIST, -EINVAL or -ENOBUFS */
export function routeAdd(ns: u32, x: usize): i32 {
  const dst = x + ROUTE_X_DST;
  const v6: u32 = isMapped(dst) ? 0 : 1;
  const bits = load<u32>(x + ROUTE_X_BITS);
  if (bits > (v6 ? 128 : 32)) return -EINVAL;
  const i = slabAlloc(SLAB_ROUTE);
  if (i == 0) return -ENOBUFS;
  const r = Route.at(i);
  r.ns = ns;
  r.table = load<u32>(x + ROUTE_X_TABLE);
  r.bits = bits;
  r.dev = load<u32>(x + ROUTE_X_DEV);
  r.scope = load<u32>(x + ROUTE_X_SCOPE);
  r.metric = load<u32>(x + ROUTE_X_METRIC);
  r.type = load<u32>(x + ROUTE_X_TYPE);
  r.flags = load<u32>(x + ROUTE_X_FLAGS);
  r.v6 = v6;
  memory.copy(dstOf(i), dst, 16);
  if (r.flags & 1) memory.copy(gwOf(i), x + ROUTE_X_GW, 16);
  if (!v6) {
    r.dst = rdMapped(dst) & mask4(bits);
    wrMapped(dstOf(i), r.dst);
    if (r.flags & 1) r.gw = rdMapped(x + ROUTE_X_GW);
    if (r.flags & 2) r.src = rdMapped(x + ROUTE_X_SRC);
  }
  let prev: u32 = 0;
  let k = Ns.at(ns).routes;
  while (k != 0 && !comesBefore(r, Route.at(k))) {
    const o = Route.at(k);
    const twin = o.table == r.table && o.bits == bits && o.metric == r.metric && o.v6 == v6;
    if (twin && same16(dstOf(k), dstOf(i)) && (r.table != RT_TABLE_LOCAL || o.dev == r.dev)) {
      slabFree(SLAB_ROUTE, i);
      return -EEXIST;
    }
    prev = k;
    k = o.next;
  }
  r.next = k;
  if (prev == 0) Ns.at(ns).routes = i;
  else Route.at(prev).next = i;
  return 0;
}

function unlink(ns: u32, prev: u32, i: u32): void {
  if (prev == 0) Ns.at(ns).routes = Route.at(i).next;
  else Route.at(prev).next = Route.at(i).next;
  slabFree(SLAB_ROUTE, i);
}

/** Deletes the first route that fits; dev, metric, type 0 and an absent gateway fit any. @returns 0 or -ESRCH */
export function routeDel(ns: u32, x: usize): i32 {
  const bits = load<u32>(x + ROUTE_X_BITS);
  const table = load<u32>(x + ROUTE_X_TABLE);
  const dev = load<u32>(x + ROUTE_X_DEV);
  const metric = load<u32>(x + ROUTE_X_METRIC);
  const type = load<u32>(x + ROUTE_X_TYPE);
  const gw = (load<u32>(x + ROUTE_X_FLAGS) & 1) != 0;
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

function purge(ns: u32, dev: u32): void {
  let prev: u32 = 0;
  let k = Ns.at(ns).routes;
  while (k != 0) {
    const next = Route.at(k).next;
    if (dev == 0 || Route.at(k).dev == dev) unlink(ns, prev, k);
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

function answer(type: u32, dev: u32, hop: u32, src: u32, route: u32): i32 {
  const s = Sim.at();
  s.r0 = type;
  s.r1 = dev;
  s.r2 = hop;
  s.r3 = src;
  s.r4 = route;
  return 0;
}

/** errno of a route that forbids, 0 of one that carries. */
function verdictOf(type: u32): i32 {
  if (type == RTN_BLACKHOLE) return -EINVAL;
  if (type == RTN_UNREACHABLE) return -EHOSTUNREACH;
  return type == RTN_PROHIBIT ? -EACCES : 0;
}

/**
 * Where an IPv4 packet goes. The answer is in Sim: r0 = RTN_*, r1 = out device, r2 = next hop, r3 = preferred source,
 * r4 = route (0: an own address, or a broadcast).
 * @param oif out device the sender insists on, 0 none
 * @returns 0, -ENETUNREACH, -EHOSTUNREACH, -EACCES or -EINVAL
 */
export function routeFind(ns: u32, dst: u32, oif: u32): i32 {
  const n = Ns.at(ns);
  if (addrIsLocal(ns, dst)) return n.lo == 0 ? -ENETUNREACH : answer(RTN_LOCAL, n.lo, dst, addrOwn(ns, dst), 0);
  const group: u32 = dst >> 28 == 14 ? RTN_MULTICAST : addrIsBroadcast(ns, dst) ? RTN_BROADCAST : RTN_UNICAST;
  for (let k = n.routes; k != 0; k = Route.at(k).next) {
    const r = Route.at(k);
    if (r.v6 || ((dst ^ r.dst) & mask4(r.bits)) != 0 || rank(r.table) > 2) continue;
    if (oif != 0 && r.dev != oif) continue;
    const err = verdictOf(r.type);
    if (err != 0) return err;
    if (r.type == RTN_LOCAL) return n.lo == 0 ? -ENETUNREACH : answer(RTN_LOCAL, n.lo, dst, r.src ? r.src : dst, k);
    if (r.dev == 0 || !Dev.at(r.dev).up) continue;
    const type = r.type == RTN_UNICAST && group != RTN_UNICAST ? group : r.type;
    const hop = r.flags & 1 && type == RTN_UNICAST ? r.gw : dst;
    return answer(type, r.dev, hop, r.src ? r.src : addrSelect(ns, r.dev, hop), k);
  }
  if (oif != 0) return answer(group, oif, dst, addrSelect(ns, oif, dst), 0);
  return -ENETUNREACH;
}

/** Prefix length << 8 and table << 16 of a route, for the trace. @param i 0: an own address or a broadcast */
export function routeKind(i: u32): u32 {
  if (i == 0) return ((RT_TABLE_LOCAL as u32) << 16) | (32 << 8);
  return (Route.at(i).table << 16) | (Route.at(i).bits << 8);
}

/** Whether a 16-byte IPv6 address can be reached: only own ones can. */
export function routeFind6(ns: u32, dst: usize): i32 {
  const n = Ns.at(ns);
  if (!addrIsLocal6(ns, dst) || n.lo == 0) return -ENETUNREACH;
  return answer(RTN_LOCAL, n.lo, 0, 0, 0);
}

/**
 * routeLookup of core.ts: leaves a ROUTE_X_* record at `out`.
 * @param dst address of 16 bytes @param src 16 bytes of the source wanted, 0 none @param oif device, 0 any
 * @returns 0 or a negative errno
 */
export function routeLookup(ns: u32, dst: usize, src: usize, oif: u32, out: usize): i32 {
  const s = Sim.at();
  if (!isMapped(dst)) return lookup6(ns, dst, out);
  const ip = rdMapped(dst);
  const err = routeFind(ns, ip, oif);
  if (err != 0) return err;
  wrMapped(out + ROUTE_X_DST, ip);
  wrMapped(out + ROUTE_X_GW, s.r2);
  wrMapped(out + ROUTE_X_SRC, s.r3);
  if (src != 0) memory.copy(out + ROUTE_X_SRC, src, 16);
  const r = Route.at(s.r4);
  store<u32>(out + ROUTE_X_TABLE, s.r4 ? r.table : RT_TABLE_LOCAL);
  store<u32>(out + ROUTE_X_BITS, s.r4 ? r.bits : 32);
  store<u32>(out + ROUTE_X_DEV, s.r1);
  store<u32>(out + ROUTE_X_SCOPE, s.r4 ? r.scope : 0);
  store<u32>(out + ROUTE_X_METRIC, s.r4 ? r.metric : 0);
  store<u32>(out + ROUTE_X_TYPE, s.r0);
  store<u32>(out + ROUTE_X_FLAGS, (s.r2 != ip ? 1 : 0) | (s.r3 ? 2 : 0));
  return 0;
}

function lookup6(ns: u32, dst: usize, out: usize): i32 {
  memory.fill(out, 0, 80);
  memory.copy(out + ROUTE_X_DST, dst, 16);
  store<u32>(out + ROUTE_X_BITS, 128);
  if (routeFind6(ns, dst) == 0) {
    memory.copy(out + ROUTE_X_SRC, dst, 16);
    store<u32>(out + ROUTE_X_TABLE, RT_TABLE_LOCAL);
    store<u32>(out + ROUTE_X_DEV, Ns.at(ns).lo);
    store<u32>(out + ROUTE_X_TYPE, RTN_LOCAL);
    store<u32>(out + ROUTE_X_FLAGS, 2);
    return 0;
  }
  for (let k = Ns.at(ns).routes; k != 0; k = Route.at(k).next) {
    const r = Route.at(k);
    if (!r.v6 || !prefix16(dstOf(k), dst, r.bits) || r.dev == 0 || !Dev.at(r.dev).up) continue;
    memory.copy(out + ROUTE_X_GW, gwOf(k), 16);
    store<u32>(out + ROUTE_X_TABLE, r.table);
    store<u32>(out + ROUTE_X_BITS, r.bits);
    store<u32>(out + ROUTE_X_DEV, r.dev);
    store<u32>(out + ROUTE_X_SCOPE, r.scope);
    store<u32>(out + ROUTE_X_METRIC, r.metric);
    store<u32>(out + ROUTE_X_TYPE, r.type);
    store<u32>(out + ROUTE_X_FLAGS, r.flags & 1);
    return 0;
  }
  return -ENETUNREACH;
}
