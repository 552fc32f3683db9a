/**
 * Path MTUs learned from ICMP 3/4, by namespace and destination, for ten minutes. A table of sets: a full set gives up
 * the entry that expires first.
 * @see Linux net/ipv4/route.c: __ip_rt_update_pmtu, fnhe_*; RFC 1191
 */
import { PMTU_BASE, PMTU_REC, PMTU_SETS, Sim } from '../mem';
import { now } from '../sim/clock';

/** Entries of a set. */
const WAYS: u32 = 4;
/** net.ipv4.route.mtu_expires, min_pmtu */
const LIFETIME: u64 = 600_000_000_000;
const MIN_PMTU: u32 = 552;

@unmanaged
class Pmtu {
  /** 0: free. */
  ns: u32;
  dst: u32;
  mtu: u32;
  /** The path is narrower than MIN_PMTU: DF is not set towards it. */
  locked: u32;
  expires: u64;
}

function entry(ns: u32, dst: u32, way: u32): Pmtu {
  const h = (dst * 0x9e3779b1) ^ (ns * 0x85ebca6b);
  const set = (h >> 16) & (PMTU_SETS - 1);
  return changetype<Pmtu>(PMTU_BASE + ((set * WAYS + way) as usize) * PMTU_REC);
}

/** The live entry of a destination, or null. */
function find(ns: u32, dst: u32): Pmtu | null {
  if (Sim.at().pmtus == 0) return null;
  for (let w: u32 = 0; w < WAYS; w++) {
    const e = entry(ns, dst, w);
    if (e.ns == ns && e.dst == dst && e.expires > now()) return e;
  }
  return null;
}

/** The path MTU learned, or `dflt`, whichever is less. */
export function pmtuOf(ns: u32, dst: u32, dflt: u32): u32 {
  const e = find(ns, dst);
  return e ? min(e.mtu, dflt) : dflt;
}

/** Whether DF must not be set towards a destination. */
export function pmtuLocked(ns: u32, dst: u32): bool {
  const e = find(ns, dst);
  return e ? e.locked != 0 : false;
}

/** Learns that packets to `dst` must not be larger than `mtu`; `old` is what was used so far. */
export function pmtuUpdate(ns: u32, dst: u32, mtu: u32, old: u32): void {
  if (mtu >= old || mtu == 0) return;
  let best = entry(ns, dst, 0);
  for (let w: u32 = 0; w < WAYS; w++) {
    const e = entry(ns, dst, w);
    if (e.ns == ns && e.dst == dst) {
      best = e;
      break;
    }
    if (e.expires < best.expires) best = e;
  }
  best.ns = ns;
  best.dst = dst;
  best.locked = mtu < MIN_PMTU ? 1 : 0;
  best.mtu = mtu < MIN_PMTU ? min(old, MIN_PMTU) : mtu;
  best.expires = now() + LIFETIME;
  Sim.at().pmtus = 1;
}

/** A namespace goes: what it has learned goes. */
export function pmtuNsDestroy(ns: u32): void {
  if (Sim.at().pmtus == 0) return;
  for (let i: u32 = 0; i < PMTU_SETS * WAYS; i++) {
    const e = changetype<Pmtu>(PMTU_BASE + (i as usize) * PMTU_REC);
    if (e.ns == ns) {
      e.ns = 0;
      e.expires = 0;
    }
  }
}
