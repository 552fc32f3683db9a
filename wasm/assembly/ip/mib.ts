/**
 * What IPv4 and ICMP of a namespace count: a block of counters (abi/mib.ts) for each.
 * @see Linux net/ipv4/proc.c, include/net/snmp.h; RFC 4293
 */
import { MIB_ICMP_IN_TYPE, MIB_ICMP_OUT_MSGS, MIB_ICMP_OUT_TYPE, MIB_ICMP_TYPES, MIB_IN_HDR_ERRORS, MIB_MAX } from '../../abi';
import { flowSettle } from '../flow/epoch';
import { recAbort, recCount } from '../flow/record';
import { MIB_BASE, MIB_REC, Sim } from '../mem';

/** Counters before it, of packets and octets, have 64 bits; it and those behind it, of what is rare, 32. */
const RARE: u32 = MIB_IN_HDR_ERRORS;

function at(ns: u32, id: u32): usize {
  const wide = id < RARE ? id : RARE;
  return MIB_BASE + (ns as usize) * MIB_REC + ((wide as usize) << 3) + (((id - wide) as usize) << 2);
}

function count(ns: u32, id: u32): u64 {
  return id < RARE ? load<u64>(at(ns, id)) : (load<u32>(at(ns, id)) as u64);
}

/** A namespace begins with zeros. */
export function mibInit(ns: u32): void {
  memory.fill(at(ns, 0), 0, MIB_REC);
}

/** Counts one of what is not every packet's way. @param id MIB_* */
export function mibInc(ns: u32, id: u32): void {
  recAbort();
  const p = at(ns, id);
  if (id < RARE) store<u64>(p, load<u64>(p) + 1);
  else store<u32>(p, load<u32>(p) + 1);
}

/** Counts a packet and its octets. @param id MIB_* of packets */
export function mibPacket(ns: u32, id: u32, bytes: u32): void {
  const p = at(ns, id);
  store<u64>(p, load<u64>(p) + 1);
  store<u64>(p, load<u64>(p, 8) + (bytes as u64), 8);
  if (Sim.at().rec != 0) recCount(p, bytes as u64);
}

/** Counts a message of ICMP that goes out. @see Linux icmp.c: icmp_out_count */
export function mibIcmpOut(ns: u32, type: u32): void {
  mibInc(ns, MIB_ICMP_OUT_MSGS);
  if (type < (MIB_ICMP_TYPES as u32)) mibInc(ns, MIB_ICMP_OUT_TYPE + type);
}

/** Counts one that came by its type. */
export function mibIcmpIn(ns: u32, type: u32): void {
  if (type < (MIB_ICMP_TYPES as u32)) mibInc(ns, MIB_ICMP_IN_TYPE + type);
}

/** Writes MIB_MAX counters of a namespace as f64. */
export function mibRead(ns: u32, out: usize): void {
  flowSettle();
  for (let i: u32 = 0; i < (MIB_MAX as u32); i++) store<f64>(out + ((i as usize) << 3), count(ns, i) as f64);
}
