/**
 * Connections whose source was rewritten, found by what it was before: a later connection of that source gets the same
 * mapping where that is unique. One list for each hash, newest first; a connection leaves it when its record is freed.
 * @see Linux net/netfilter/nf_nat_core.c: nf_nat_bysource, find_appropriate_src
 */
import { NAT_SOURCE_BUCKETS, NAT_SOURCES, Sim } from '../mem';
import { copy } from '../wire/bytes';
import { T_DPORT, T_DST, T_SPORT, tupleInvert, tupleOf } from './conn';

/** Where a connection's record keeps the next of its list, behind its context. */
const NEXT: usize = 252;
/** What of a tuple's last word tells the source: port, protocol, family, namespace. */
const SOURCE_MASK: u64 = 0xffffffff0000ffff;

function nextOf(ct: u32): usize {
  return ((ct as usize) << 6) + NEXT;
}

function last(t: usize): u64 {
  return load<u64>(t, T_SPORT) & SOURCE_MASK;
}

/** Where the list of a tuple's source begins. */
function headOf(t: usize): usize {
  let h = (load<u64>(t) * 0x9e3779b97f4a7c15) ^ load<u64>(t, 8) ^ (last(t) * 0xbf58476d1ce4e5b9);
  h = (h ^ (h >> 32)) * 0x94d049bb133111eb;
  return NAT_SOURCES + (((h >> 40) as usize) & ((NAT_SOURCE_BUCKETS - 1) as usize)) * 4;
}

/** A connection's source was rewritten. */
export function sourceAdd(ct: u32): void {
  const at = headOf(tupleOf(ct, 0));
  store<u32>(nextOf(ct), load<u32>(at));
  store<u32>(at, ct);
  Sim.at().natSources++;
}

/** The record of such a connection is freed. */
export function sourceDel(ct: u32): void {
  let at = headOf(tupleOf(ct, 0));
  while (load<u32>(at) != ct) at = nextOf(load<u32>(at));
  store<u32>(at, load<u32>(nextOf(ct)));
  Sim.at().natSources--;
}

/** The next connection behind `ct` (0: the first) that began with the source of a tuple; 0: there is none. */
export function sourceNext(ct: u32, t: usize): u32 {
  let k = load<u32>(ct != 0 ? nextOf(ct) : headOf(t));
  while (k != 0) {
    const o = tupleOf(k, 0);
    if (load<u64>(o, 8) == load<u64>(t, 8) && last(o) == last(t) && load<u64>(o) == load<u64>(t)) return k;
    k = load<u32>(nextOf(k));
  }
  return 0;
}

/** Writes a tuple with the source that a connection was given. `out` and `t` differ. */
export function sourceLike(out: usize, ct: u32, t: usize): void {
  tupleInvert(out, tupleOf(ct, 1));
  copy(out + T_DST, t + T_DST, 16);
  store<u16>(out + T_DPORT, load<u16>(t + T_DPORT));
}
