/**
 * What was learned of the ways to hosts, by namespace, next hop of a route and destination: path MTUs from ICMP 3/4, for ten minutes, and
 * next hops from redirects, for five. A table of sets: a full set gives up the entry that expires first.
 * @see Linux net/ipv4/route.c: __ip_rt_update_pmtu, __ip_do_redirect, fnhe_*; RFC 1191
 */
import { recAbort } from '../flow/record';
import { PMTU_BASE, PMTU_REC, PMTU_SETS, Sim } from '../mem';
import { now } from '../sim/clock';
import { dstFlush } from './dst';

/** Entries of a set. */
const WAYS: u32 = 4;
/** net.ipv4.route.mtu_expires, min_pmtu */
const LIFETIME: u64 = 600_000_000_000;
const MIN_PMTU: u32 = 552;
/** net.ipv4.route.gc_timeout */
const REDIRECT_LIFETIME: u64 = 300_000_000_000;

@unmanaged
class Pmtu {
  /** 0: free. */
  ns: u32;
  dst: u32;
  /** The record of the next hop; 0: the way to an own address. */
  route: u32;
  mtu: u32;
  /** The path is narrower than MIN_PMTU: DF is not set towards it. */
  locked: u32;
  /** When the MTU is forgotten; 0: there is none. */
  expires: u64;
  /** The next hop that a redirect named, and when it is forgotten. */
  gw: u32;
  gwExpires: u64;
}

function entry(ns: u32, dst: u32, way: u32): Pmtu {
  const h = (dst * 0x9e3779b1) ^ (ns * 0x85ebca6b);
  const set = (h >> 16) & (PMTU_SETS - 1);
  return changetype<Pmtu>(PMTU_BASE + ((set * WAYS + way) as usize) * PMTU_REC);
}

/** The entry of a destination by a route, or null. */
function lookup(ns: u32, route: u32, dst: u32): Pmtu | null {
  if (Sim.at().pmtus == 0) return null;
  for (let w: u32 = 0; w < WAYS; w++) {
    const e = entry(ns, dst, w);
    if (e.ns == ns && e.dst == dst && e.route == route) {
      // It holds for a time only.
      recAbort();
      return e;
    }
  }
  return null;
}

/** The entry of a destination with a live MTU, or null. */
function find(ns: u32, route: u32, dst: u32): Pmtu | null {
  const e = lookup(ns, route, dst);
  return e && e.expires > now() ? e : null;
}

/** The next hop that a redirect named for a destination, 0 none. */
export function pmtuGateway(ns: u32, route: u32, dst: u32): u32 {
  const e = lookup(ns, route, dst);
  return e && e.gwExpires > now() ? e.gw : 0;
}

/** When what is known of a destination is forgotten, ns; 0: nothing is known. */
export function pmtuExpires(ns: u32, route: u32, dst: u32): u64 {
  const e = lookup(ns, route, dst);
  if (!e) return 0;
  const t = max(e.expires, e.gwExpires);
  return t > now() ? t : 0;
}

/** The entry of a destination, made when there is none. */
function make(ns: u32, route: u32, dst: u32): Pmtu {
  let best = entry(ns, dst, 0);
  for (let w: u32 = 0; w < WAYS; w++) {
    const e = entry(ns, dst, w);
    if (e.ns == ns && e.dst == dst && e.route == route) return e;
    if (max(e.expires, e.gwExpires) < max(best.expires, best.gwExpires)) best = e;
  }
  best.ns = ns;
  best.dst = dst;
  best.route = route;
  best.mtu = 0;
  best.locked = 0;
  best.expires = 0;
  best.gw = 0;
  best.gwExpires = 0;
  Sim.at().pmtus = 1;
  dstFlush();
  return best;
}

/** A redirect named the next hop for a destination. */
export function pmtuRedirect(ns: u32, route: u32, dst: u32, gw: u32): void {
  const e = make(ns, route, dst);
  e.gw = gw;
  e.gwExpires = now() + REDIRECT_LIFETIME;
}

/** The path MTU learned, or `dflt`, whichever is less. */
export function pmtuOf(ns: u32, route: u32, dst: u32, dflt: u32): u32 {
  const e = find(ns, route, dst);
  return e ? min(e.mtu, dflt) : dflt;
}

/** Whether DF must not be set towards a destination. */
export function pmtuLocked(ns: u32, route: u32, dst: u32): bool {
  const e = find(ns, route, dst);
  return e ? e.locked != 0 : false;
}

/**
 * What forwarding may send to a destination: what is learned does not count, unless it is less than an honest path has.
 * @see Linux include/net/ip.h: ip_dst_mtu_maybe_forward
 */
export function pmtuForward(ns: u32, route: u32, dst: u32, dflt: u32): u32 {
  const e = find(ns, route, dst);
  return e && e.locked ? min(e.mtu, dflt) : dflt;
}

/** Learns that packets to `dst` by a route must not be larger than `mtu`; `old` is what was used so far. */
export function pmtuUpdate(ns: u32, route: u32, dst: u32, mtu: u32, old: u32): void {
  if (mtu > old || mtu == 0 || pmtuLocked(ns, route, dst)) return;
  const best = make(ns, route, dst);
  best.locked = mtu < MIN_PMTU ? 1 : 0;
  best.mtu = mtu < MIN_PMTU ? min(old, MIN_PMTU) : mtu;
  best.expires = now() + LIFETIME;
}

/** Forgets what was learned in a namespace by a route, -1 any. */
function forget(ns: u32, route: i32): void {
  if (Sim.at().pmtus == 0) return;
  for (let i: u32 = 0; i < PMTU_SETS * WAYS; i++) {
    const e = changetype<Pmtu>(PMTU_BASE + (i as usize) * PMTU_REC);
    if (e.ns != ns || (route >= 0 && e.route != (route as u32))) continue;
    e.ns = 0;
    e.expires = 0;
    e.gwExpires = 0;
  }
}

/** A route goes: what was learned of it goes. */
export function pmtuRouteGone(ns: u32, route: u32): void {
  forget(ns, route as i32);
}

/** A namespace goes: what it has learned goes. */
export function pmtuNsDestroy(ns: u32): void {
  forget(ns, -1);
}
