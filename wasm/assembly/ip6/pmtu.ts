/**
 * Path MTUs learned from ICMPv6 2/0, by namespace and destination, for ten minutes. A table of sets: a full set gives up
 * the entry that expires first.
 * @see Linux net/ipv6/route.c: __ip6_rt_update_pmtu; RFC 8201
 */
import { PMTU6_BASE, PMTU6_REC, PMTU6_SETS } from '../mem';
import { now } from '../sim/clock';
import { same16 } from '../wire/bytes';
import { IP6_MIN_MTU } from '../wire/ipv6';

const WAYS: u32 = 4;
/** net.ipv6.route.mtu_expires */
const LIFETIME: u64 = 600_000_000_000;

@unmanaged
class Pmtu6 {
  /** 0: free. */
  ns: u32;
  mtu: u32;
  expires: u64;
  d0: u64;
  d1: u64;
}

function entry(ns: u32, dst: usize, way: u32): Pmtu6 {
  let h = (load<u64>(dst) ^ (load<u64>(dst, 8) * 0x9e3779b97f4a7c15)) * 0xbf58476d1ce4e5b9;
  h ^= (ns as u64) << 32;
  const set = ((h >> 32) as u32) & (PMTU6_SETS - 1);
  return changetype<Pmtu6>(PMTU6_BASE + ((set * WAYS + way) as usize) * PMTU6_REC);
}

function dstOf(e: Pmtu6): usize {
  return changetype<usize>(e) + offsetof<Pmtu6>('d0');
}

/** The path MTU learned, or `dflt`, whichever is less. */
export function pmtu6Of(ns: u32, dst: usize, dflt: u32): u32 {
  for (let w: u32 = 0; w < WAYS; w++) {
    const e = entry(ns, dst, w);
    if (e.ns == ns && e.expires > now() && same16(dstOf(e), dst)) return min(e.mtu, dflt);
  }
  return dflt;
}

/** Seconds until what was learned of the way to `dst` is forgotten; 0: nothing was. */
export function pmtu6Left(ns: u32, dst: usize): u32 {
  for (let w: u32 = 0; w < WAYS; w++) {
    const e = entry(ns, dst, w);
    if (e.ns == ns && e.expires > now() && same16(dstOf(e), dst)) return ((e.expires - now()) / 1_000_000_000) as u32;
  }
  return 0;
}

/** Learns that packets to `dst` must not be larger than `mtu`; `old` is what was used so far. */
export function pmtu6Update(ns: u32, dst: usize, mtu: u32, old: u32): void {
  const wanted = max(mtu, IP6_MIN_MTU);
  if (wanted >= old) return;
  let best = entry(ns, dst, 0);
  for (let w: u32 = 0; w < WAYS; w++) {
    const e = entry(ns, dst, w);
    if (e.ns == ns && same16(dstOf(e), dst)) {
      best = e;
      break;
    }
    if (e.expires < best.expires) best = e;
  }
  best.ns = ns;
  memory.copy(dstOf(best), dst, 16);
  best.mtu = wanted;
  best.expires = now() + LIFETIME;
}

/** A namespace goes: what it has learned goes. */
export function pmtu6NsDestroy(ns: u32): void {
  for (let i: u32 = 0; i < PMTU6_SETS * WAYS; i++) {
    const e = changetype<Pmtu6>(PMTU6_BASE + (i as usize) * PMTU6_REC);
    if (e.ns == ns) {
      e.ns = 0;
      e.expires = 0;
    }
  }
}
