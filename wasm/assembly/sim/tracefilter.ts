/**
 * Which packets are traced: filters over both families, IPv4 in its mapped form, and flows that are traced because a
 * traced packet reached their socket. Addresses come as two words of their 16 bytes.
 */
import {
  TF_DEV,
  TF_DPORT,
  TF_DST,
  TF_ETHER,
  TF_HAS_DEV,
  TF_HAS_DPORT,
  TF_HAS_DST,
  TF_HAS_ETHER,
  TF_HAS_HOST,
  TF_HAS_NS,
  TF_HAS_PORT,
  TF_HAS_PROTO,
  TF_HAS_SPORT,
  TF_HAS_SRC,
  TF_HOST,
  TF_NS,
  TF_PORT,
  TF_PROTO,
  TF_SIZE,
  TF_SPORT,
  TF_SRC,
  TF_WHAT,
  TRACE_FILTERS,
} from '../../abi';
import { Sim, TRACE_FILTER_BASE, TRACE_FLOW_BASE, TRACE_FLOWS } from '../mem';
import { PF_TRACE, Pkt } from './packet';

/** Sets the filters: TRACE_FILTERS records of TF_SIZE bytes at most. @returns how many are set */
export function traceFilter(at: usize, count: u32): u32 {
  const n = min(count, TRACE_FILTERS);
  memory.copy(TRACE_FILTER_BASE, at, (n * TF_SIZE) as usize);
  memory.fill(TRACE_FLOW_BASE, 0, (TRACE_FLOWS * 8) as usize);
  Sim.at().traceFilters = n;
  return n;
}

/** Whether an address is of the net at `net`: 16 bytes of value, 16 of mask. */
function within(a0: u64, a1: u64, net: usize): bool {
  if ((a0 ^ load<u64>(net)) & load<u64>(net, 16)) return false;
  return ((a1 ^ load<u64>(net, 8)) & load<u64>(net, 24)) == 0;
}

function portsFit(f: usize, w: u32, sport: u32, dport: u32): bool {
  if (w & TF_HAS_PORT && sport != load<u32>(f, TF_PORT) && dport != load<u32>(f, TF_PORT)) return false;
  if (w & TF_HAS_SPORT && sport != load<u32>(f, TF_SPORT)) return false;
  return !(w & TF_HAS_DPORT) || dport == load<u32>(f, TF_DPORT);
}

/** Marks a packet that fits a filter. @param proto 0 when it is not IP @param sport, dport 0 where there are none */
export function traceFlow(
  p: Pkt, ether: u32, proto: u32, s0: u64, s1: u64, d0: u64, d1: u64, sport: u32, dport: u32,
): void {
  const n = Sim.at().traceFilters;
  for (let i: u32 = 0; i < n; i++) {
    const f = TRACE_FILTER_BASE + ((i * TF_SIZE) as usize);
    const w = load<u32>(f, TF_WHAT);
    if (w & TF_HAS_NS && p.ns != load<u32>(f, TF_NS)) continue;
    if (w & TF_HAS_DEV && p.dev != load<u32>(f, TF_DEV)) continue;
    if (w & TF_HAS_ETHER && ether != load<u32>(f, TF_ETHER)) continue;
    if (w & TF_HAS_PROTO && proto != load<u32>(f, TF_PROTO)) continue;
    if (w & TF_HAS_HOST && !within(s0, s1, f + TF_HOST) && !within(d0, d1, f + TF_HOST)) continue;
    if (w & TF_HAS_SRC && !within(s0, s1, f + TF_SRC)) continue;
    if (w & TF_HAS_DST && !within(d0, d1, f + TF_DST)) continue;
    if (!portsFit(f, w, sport, dport)) continue;
    p.flags |= PF_TRACE;
    return;
  }
}

/** Where the key of a flow belongs. */
function flowSlot(key: u64): usize {
  return TRACE_FLOW_BASE + (((key >> 40) as u32) & (TRACE_FLOWS - 1)) * 8;
}

function mix(h: u64, v: u64): u64 {
  const k = (h ^ v) * 0x9e3779b97f4a7c15;
  return k ^ (k >> 29);
}

/** A flow's key, never 0. @param ports source's and destination's, as the transport header has them */
function flowKey(ns: u32, proto: u32, s0: u64, s1: u64, d0: u64, d1: u64, ports: u32): u64 {
  const place = ((ns as u64) << 40) | ((proto as u64) << 32) | (ports as u64);
  return mix(mix(mix(mix(mix(0, s0), s1), d0), d1), place) | 1;
}

/** From here on a flow is traced. */
export function traceFlowKeep(ns: u32, proto: u32, s0: u64, s1: u64, d0: u64, d1: u64, ports: u32): void {
  const key = flowKey(ns, proto, s0, s1, d0, d1, ports);
  store<u64>(flowSlot(key), key);
}

/** Whether a flow is. */
export function traceFlowKept(ns: u32, proto: u32, s0: u64, s1: u64, d0: u64, d1: u64, ports: u32): bool {
  const key = flowKey(ns, proto, s0, s1, d0, d1, ports);
  return load<u64>(flowSlot(key)) == key;
}
