/**
 * What IPv6 and ICMPv6 of a namespace count: a block of counters (abi/mib6.ts) for each. No flow of IPv6 is remembered
 * (flow/), so that nothing has to be told to a recording.
 * Limits: not by device; messages by type only of types that somebody sends (1 to 4, 128 to 143).
 * @see Linux net/ipv6/proc.c: snmp6_seq_show; RFC 4293
 */
import { MIB6_ICMP_ERRORS, MIB6_ICMP_IN_MSGS, MIB6_ICMP_IN_TYPE, MIB6_ICMP_OUT_MSGS, MIB6_ICMP_OUT_TYPE, MIB6_ICMP_TYPES, MIB6_IN_HDR_ERRORS, MIB6_MAX } from '../../abi';
import { MIB6_BASE, MIB6_REC } from '../mem';

/** Counters before it have 64 bits; it and those behind it, of what is rare, 32. */
const RARE: u32 = MIB6_IN_HDR_ERRORS;

function at(ns: u32, id: u32): usize {
  const wide = id < RARE ? id : RARE;
  return MIB6_BASE + (ns as usize) * MIB6_REC + ((wide as usize) << 3) + (((id - wide) as usize) << 2);
}

/** A namespace begins with zeros. */
export function mib6Init(ns: u32): void {
  memory.fill(at(ns, 0), 0, MIB6_REC);
}

function add(ns: u32, id: u32, n: u32): void {
  const p = at(ns, id);
  if (id < RARE) store<u64>(p, load<u64>(p) + (n as u64));
  else store<u32>(p, load<u32>(p) + n);
}

/** Counts one. @param id MIB6_* */
export function mib6Inc(ns: u32, id: u32): void {
  add(ns, id, 1);
}

/** Counts a packet and its octets. @param id MIB6_* of packets that have octets */
export function mib6Packet(ns: u32, id: u32, bytes: u32): void {
  add(ns, id, 1);
  add(ns, id + 1, bytes);
}

/** Counts a message of ICMPv6 by its type. @param first MIB6_ICMP_IN_TYPE or MIB6_ICMP_OUT_TYPE */
function message(ns: u32, first: u32, type: u32): void {
  const place = type < 128 ? type : type - 128 + MIB6_ICMP_ERRORS;
  const known = type < 128 ? type < (MIB6_ICMP_ERRORS as u32) : place < (MIB6_ICMP_TYPES as u32);
  if (known) add(ns, first + place, 1);
}

/** Counts a message that goes out. */
export function mib6IcmpOut(ns: u32, type: u32): void {
  add(ns, MIB6_ICMP_OUT_MSGS, 1);
  message(ns, MIB6_ICMP_OUT_TYPE, type);
}

/** Counts a message that came, by its type; MIB6_ICMP_IN_MSGS is counted before its type is believed. */
export function mib6IcmpIn(ns: u32, type: u32): void {
  message(ns, MIB6_ICMP_IN_TYPE, type);
}

/** Counts what came, before anything of it is believed. */
export function mib6IcmpCame(ns: u32): void {
  add(ns, MIB6_ICMP_IN_MSGS, 1);
}

/** Writes MIB6_MAX counters of a namespace as f64. */
export function mib6Read(ns: u32, out: usize): void {
  for (let i: u32 = 0; i < (MIB6_MAX as u32); i++) {
    const n = i < RARE ? load<u64>(at(ns, i)) : (load<u32>(at(ns, i)) as u64);
    store<f64>(out + ((i as usize) << 3), n as f64);
  }
}
