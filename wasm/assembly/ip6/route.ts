/**
 * IPv6 routes: one list per namespace, ordered by table (local, main), prefix length and metric, so that the first
 * that fits is the one. Own addresses come before them all.
 * Limits: a linear list; no policy rules, no multipath, no router preference; a gateway that is not reachable is used.
 * @see Linux net/ipv6/route.c: ip6_pol_route, rt6_select; ip6_fib.c: fib6_add_rt2node
 */
import {
  EACCES,
  EEXIST,
  EHOSTUNREACH,
  EINVAL,
  ENETUNREACH,
  ENOBUFS,
  ROUTE_MTU_LOCK,
  ROUTE_X_BITS,
  ROUTE_X_DEV,
  ROUTE_X_DST,
  ROUTE_X_EXPIRES,
  ROUTE_X_FLAGS,
  ROUTE_X_GW,
  ROUTE_X_METRIC,
  ROUTE_X_MTU,
  ROUTE_X_SCOPE,
  ROUTE_X_SIZE,
  ROUTE_X_SRC,
  ROUTE_X_TABLE,
  ROUTE_X_TYPE,
  RT_TABLE_LOCAL,
  RT_TABLE_MAIN,
  RTN_BLACKHOLE,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_PROHIBIT,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { ROUTE6_BASE, ROUTE6_REC, SLAB_ROUTE6, Sim } from '../mem';
import { slabAlloc, slabFree } from '../sim/slab';
import { prefix16, same16 } from '../wire/bytes';
import { in6IsAny, in6IsLinkLocal, in6IsMulticast } from '../wire/ipv6';
import { addr6Dev, addr6IsLocal } from './addr';
import { Idev, idevMtu, Ns6 } from './idev';
import { pmtu6Left, pmtu6Of } from './pmtu';
import { src6Select } from './source';

const ESRCH: i32 = 3;
/** Route6.flags: an exception that a redirect made, before the route it is of. */
const LEARNED: u32 = 4;

@unmanaged
export class Route6 {
  next: u32;
  /** 0: free record. */
  ns: u32;
  table: u32;
  bits: u32;
  dev: u32;
  scope: u32;
  metric: u32;
  type: u32;
  /** bit 0: gateway, bit 1: source, bit 2: learned by a redirect; ROUTE_MTU_LOCK. */
  flags: u32;
  /** Of packets that it takes, 0: the device's. */
  mtu: u32;
  d0: u64;
  d1: u64;
  g0: u64;
  g1: u64;
  s0: u64;
  s1: u64;

  @inline static at(i: u32): Route6 {
    return changetype<Route6>(ROUTE6_BASE + (i as usize) * ROUTE6_REC);
  }
}

function dstOf(i: u32): usize {
  return changetype<usize>(Route6.at(i)) + offsetof<Route6>('d0');
}

/** Address of the gateway of a route. */
export function route6Gateway(i: u32): usize {
  return changetype<usize>(Route6.at(i)) + offsetof<Route6>('g0');
}

/** Address of the source a route prefers, 0 none. */
export function route6Source(i: u32): usize {
  if (i == 0 || !(Route6.at(i).flags & 2)) return 0;
  return changetype<usize>(Route6.at(i)) + offsetof<Route6>('s0');
}

/** The MTU of a route: its own, else that of its device. @param i 0: an own address @see Linux net/ipv6/route.c: ip6_mtu */
export function route6Mtu(i: u32, dev: u32): u32 {
  const own = i == 0 ? 0 : Route6.at(i).mtu;
  return own != 0 ? min(own, 65535) : idevMtu(dev);
}

/** Whether a route's MTU is that, whatever ICMP says. @see Linux route.c: __ip6_rt_update_pmtu */
export function route6Locked(i: u32): bool {
  return i != 0 && (Route6.at(i).flags & ROUTE_MTU_LOCK) != 0;
}

/** Place of a table in the order of lookup; 2 and more are never looked up. */
function rank(table: u32): u32 {
  if (table == RT_TABLE_LOCAL) return 0;
  return table == RT_TABLE_MAIN ? 1 : 2 + table;
}

function comesBefore(a: Route6, b: Route6): bool {
  const ra = rank(a.table);
  const rb = rank(b.table);
  if (ra != rb) return ra < rb;
  if (a.bits != b.bits) return a.bits > b.bits;
  return a.metric < b.metric;
}

/** Clears what lies beyond the prefix. */
function maskBits(p: usize, bits: u32): void {
  for (let k: u32 = 0; k < 16; k++) {
    const keep = bits >= (k + 1) * 8 ? 8 : bits > k * 8 ? bits - k * 8 : 0;
    store<u8>(p + k, load<u8>(p + k) & ((0xff00 >> keep) as u8));
  }
}

/** Adds a route. @param x address of a ROUTE_X_* record @returns 0, -EEXIST, -EINVAL or -ENOBUFS */
export function route6Add(ns: u32, x: usize): i32 {
  const bits = load<u32>(x + ROUTE_X_BITS);
  if (bits > 128) return -EINVAL;
  const i = slabAlloc(SLAB_ROUTE6);
  if (i == 0) return -ENOBUFS;
  const r = Route6.at(i);
  r.ns = ns;
  r.table = load<u32>(x + ROUTE_X_TABLE);
  r.bits = bits;
  r.dev = load<u32>(x + ROUTE_X_DEV);
  r.scope = load<u32>(x + ROUTE_X_SCOPE);
  r.metric = load<u32>(x + ROUTE_X_METRIC);
  r.type = load<u32>(x + ROUTE_X_TYPE);
  r.flags = load<u32>(x + ROUTE_X_FLAGS);
  r.mtu = load<u32>(x + ROUTE_X_MTU);
  memory.copy(dstOf(i), x + ROUTE_X_DST, 16);
  maskBits(dstOf(i), bits);
  if (r.flags & 1) memory.copy(route6Gateway(i), x + ROUTE_X_GW, 16);
  if (r.flags & 2) memory.copy(changetype<usize>(r) + offsetof<Route6>('s0'), x + ROUTE_X_SRC, 16);
  let prev: u32 = 0;
  let k = Ns6.at(ns).routes;
  while (k != 0 && !comesBefore(r, Route6.at(k))) {
    const o = Route6.at(k);
    if (!(o.flags & LEARNED) && twin(o, r) && same16(dstOf(k), dstOf(i)) && same16(route6Gateway(k), route6Gateway(i))) {
      r.ns = 0;
      slabFree(SLAB_ROUTE6, i);
      return -EEXIST;
    }
    prev = k;
    k = o.next;
  }
  r.next = k;
  if (prev == 0) Ns6.at(ns).routes = i;
  else Route6.at(prev).next = i;
  return 0;
}

function twin(a: Route6, b: Route6): bool {
  return a.table == b.table && a.bits == b.bits && a.metric == b.metric && a.dev == b.dev;
}

function unlink(ns: u32, prev: u32, i: u32): void {
  if (prev == 0) Ns6.at(ns).routes = Route6.at(i).next;
  else Route6.at(prev).next = Route6.at(i).next;
  Route6.at(i).ns = 0;
  slabFree(SLAB_ROUTE6, i);
}

/** Deletes the first route that fits; dev, metric, type 0 and an absent gateway fit any. @returns 0 or -ESRCH */
export function route6Del(ns: u32, x: usize): i32 {
  const bits = load<u32>(x + ROUTE_X_BITS);
  const table = load<u32>(x + ROUTE_X_TABLE);
  const dev = load<u32>(x + ROUTE_X_DEV);
  const metric = load<u32>(x + ROUTE_X_METRIC);
  const type = load<u32>(x + ROUTE_X_TYPE);
  const gw = (load<u32>(x + ROUTE_X_FLAGS) & 1) != 0;
  let prev: u32 = 0;
  for (let k = Ns6.at(ns).routes; k != 0; k = Route6.at(k).next) {
    const r = Route6.at(k);
    if (
      !(r.flags & LEARNED) &&
      r.table == table &&
      r.bits == bits &&
      prefix16(dstOf(k), x + ROUTE_X_DST, bits) &&
      (dev == 0 || r.dev == dev) &&
      (metric == 0 || r.metric == metric) &&
      (type == 0 || r.type == type) &&
      (!gw || same16(route6Gateway(k), x + ROUTE_X_GW))
    ) {
      unlink(ns, prev, k);
      forget(ns);
      return 0;
    }
    prev = k;
  }
  return -ESRCH;
}

/** A route went: what redirects said of it is forgotten. */
function forget(ns: u32): void {
  let prev: u32 = 0;
  let k = Ns6.at(ns).routes;
  while (k != 0) {
    const next = Route6.at(k).next;
    if (Route6.at(k).flags & LEARNED) unlink(ns, prev, k);
    else prev = k;
    k = next;
  }
}

/**
 * The hop `from` on a device tells of a better one to `dst`: `gw`, or (0) `dst` itself.
 * @returns whether that hop is the one in use, so that it is believed
 */
export function route6Redirect(ns: u32, dev: u32, from: usize, dst: usize, gw: usize): bool {
  if (route6Find(ns, dst, dev) != 0) return false;
  const hop = Sim.at().r2;
  if (hop == 0 || !same16(route6Gateway(hop), from)) return false;
  let i = hop;
  if (!(Route6.at(hop).flags & LEARNED)) {
    i = slabAlloc(SLAB_ROUTE6);
    if (i == 0) return false;
    const r = Route6.at(i);
    memory.copy(changetype<usize>(r), changetype<usize>(Route6.at(hop)), ROUTE6_REC);
    r.bits = 128;
    memory.copy(dstOf(i), dst, 16);
    let prev: u32 = 0;
    let k = Ns6.at(ns).routes;
    while (k != 0 && comesBefore(Route6.at(k), r)) {
      prev = k;
      k = Route6.at(k).next;
    }
    r.next = k;
    if (prev == 0) Ns6.at(ns).routes = i;
    else Route6.at(prev).next = i;
  }
  const r = Route6.at(i);
  r.flags = (r.flags & ~(1 as u32)) | LEARNED | (gw != 0 ? 1 : 0);
  if (gw != 0) memory.copy(route6Gateway(i), gw, 16);
  return true;
}

function purge(ns: u32, dev: u32): void {
  let prev: u32 = 0;
  let k = Ns6.at(ns).routes;
  while (k != 0) {
    const next = Route6.at(k).next;
    if (dev == 0 || Route6.at(k).dev == dev) unlink(ns, prev, k);
    else prev = k;
    k = next;
  }
}

/** A device goes or moves: its routes go. */
export function route6DevGone(dev: u32): void {
  purge(Dev.at(dev).ns, dev);
}

/** All routes of a namespace go. */
export function route6NsDestroy(ns: u32): void {
  purge(ns, 0);
}

/** How a trace tells a route: its prefix length << 8, and its table << 16. @param i 0: an own address */
export function route6Kind(i: u32): u32 {
  if (i == 0) return ((RT_TABLE_LOCAL as u32) << 16) | (128 << 8);
  return (Route6.at(i).table << 16) | (Route6.at(i).bits << 8);
}

function answer(type: u32, dev: u32, hop: u32, route: u32): i32 {
  const s = Sim.at();
  s.r0 = type;
  s.r1 = dev;
  s.r2 = hop;
  s.r4 = route;
  return 0;
}

/** errno of a route that forbids, 0 of one that carries. @see Linux ip6_route_info_create */
function verdictOf(type: u32): i32 {
  if (type == RTN_BLACKHOLE) return -EINVAL;
  if (type == RTN_UNREACHABLE) return -EHOSTUNREACH;
  return type == RTN_PROHIBIT ? -EACCES : 0;
}

/** Whether `dst` is an own address to one who insists on device `oif` (0: none). */
function own(ns: u32, dst: usize, oif: u32): bool {
  if (oif == 0) return addr6IsLocal(ns, dst, 0);
  // The link of a link-local address is never loopback.
  if (oif == Ns.at(ns).lo) return !in6IsLinkLocal(dst) && addr6IsLocal(ns, dst, 0);
  return addr6IsLocal(ns, dst, oif);
}

/**
 * Where an IPv6 packet goes. The answer is in Sim: r0 = RTN_*, r1 = out device, r2 = the route whose gateway is the next
 * hop (0: the destination itself), r4 = the route (0: an own address).
 * @param oif device the sender insists on, 0 none
 * @returns 0, -ENETUNREACH, -EHOSTUNREACH, -EACCES or -EINVAL
 */
export function route6Find(ns: u32, dst: usize, oif: u32): i32 {
  if (own(ns, dst, oif)) {
    const lo = Ns.at(ns).lo;
    return lo == 0 || !Dev.at(lo).up ? -ENETUNREACH : answer(RTN_LOCAL, lo, 0, 0);
  }
  if (in6IsAny(dst)) return -ENETUNREACH;
  const group = in6IsMulticast(dst);
  for (let k = Ns6.at(ns).routes; k != 0; k = Route6.at(k).next) {
    const r = Route6.at(k);
    if ((oif != 0 && r.dev != oif) || rank(r.table) > 1 || !prefix16(dstOf(k), dst, r.bits)) continue;
    if (group && r.type != RTN_MULTICAST) continue;
    const err = verdictOf(r.type);
    if (err != 0) return err;
    if (r.dev == 0 || !Dev.at(r.dev).up || Idev.at(r.dev).disabled) continue;
    return answer(group ? RTN_MULTICAST : RTN_UNICAST, r.dev, r.flags & 1 ? k : 0, k);
  }
  if (group && oif != 0 && Dev.at(oif).up) return answer(RTN_MULTICAST, oif, 0, 0);
  return -ENETUNREACH;
}

/**
 * routeLookup of core.ts for IPv6: leaves a ROUTE_X_* record at `out`.
 * @param src 16 bytes of the source wanted, 0 none
 */
export function route6Lookup(ns: u32, dst: usize, src: usize, oif: u32, out: usize): i32 {
  const err = route6Find(ns, dst, oif);
  if (err != 0) return err;
  const s = Sim.at();
  const type = s.r0;
  const dev = s.r1;
  const hop = s.r2;
  const k = s.r4;
  memory.fill(out, 0, ROUTE_X_SIZE);
  memory.copy(out + ROUTE_X_DST, dst, 16);
  if (hop != 0) memory.copy(out + ROUTE_X_GW, route6Gateway(hop), 16);
  let known = true;
  const wanted = route6Source(k);
  if (src != 0) memory.copy(out + ROUTE_X_SRC, src, 16);
  else if (type == RTN_LOCAL) memory.copy(out + ROUTE_X_SRC, dst, 16);
  else if (wanted != 0) memory.copy(out + ROUTE_X_SRC, wanted, 16);
  else known = src6Select(ns, dev, dst, out + ROUTE_X_SRC);
  const r = Route6.at(k);
  // A local route names the device that has the address.
  const shown = type == RTN_LOCAL ? addr6Dev(ns, dst) : dev;
  store<u32>(out + ROUTE_X_TABLE, k ? r.table : RT_TABLE_LOCAL);
  store<u32>(out + ROUTE_X_BITS, k ? r.bits : 128);
  store<u32>(out + ROUTE_X_DEV, shown);
  store<u32>(out + ROUTE_X_SCOPE, k ? r.scope : 0);
  store<u32>(out + ROUTE_X_METRIC, k ? r.metric : 0);
  store<u32>(out + ROUTE_X_TYPE, type);
  store<u32>(out + ROUTE_X_FLAGS, (hop != 0 ? 1 : 0) | (known ? 2 : 0));
  const mtu = pmtu6Of(ns, dst, 0xffffffff);
  if (mtu == 0xffffffff) return 0;
  store<u32>(out + ROUTE_X_MTU, mtu);
  store<u32>(out + ROUTE_X_EXPIRES, pmtu6Left(ns, dst));
  return 0;
}
