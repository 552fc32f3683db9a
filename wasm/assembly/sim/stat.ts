/** Drop counters by reason, and the trace ring: 32-byte records, newest kept, overwritten ones counted. */
import { TRACE_DROP, TR_A, TR_B, TR_C, TR_DEV, TR_NS, TR_PACKET, TR_TIME, TR_WHAT } from '../../abi';
import { DROPS_BASE, Sim, TRACE_BASE, TRACE_CAP } from '../mem';

/** Counts a drop. @param reason DROP_* */
export function dropCount(reason: u32): void {
  Sim.at().rec = 0;
  const p = DROPS_BASE + (reason as usize) * 8;
  store<u64>(p, load<u64>(p) + 1);
}

/** Packets dropped so far for a reason. */
export function dropsOf(reason: u32): f64 {
  return load<u64>(DROPS_BASE + (reason as usize) * 8) as f64;
}

/** Says what is traced from now on. @param mode TRACE_OFF, TRACE_ALL or TRACE_SOME */
export function traceSet(mode: u32): void {
  Sim.at().traceOn = mode;
}

/** Records that gave way to newer ones before they were read. */
export function traceLost(): u32 {
  return Sim.at().traceLost;
}

/** Writes one record; callers look at the packet's trace bit first. */
export function traceWrite(packet: u32, what: u32, ns: u32, dev: u32, a: u32, b: u32, c: u32): void {
  const s = Sim.at();
  if (s.traceCount == TRACE_CAP) {
    s.traceHead = (s.traceHead + 1) % TRACE_CAP;
    s.traceCount--;
    s.traceLost++;
  }
  const p = TRACE_BASE + (((s.traceHead + s.traceCount) % TRACE_CAP) as usize) * 32;
  s.traceCount++;
  store<f64>(p + TR_TIME, s.now as f64);
  store<u32>(p + TR_PACKET, packet);
  store<u16>(p + TR_WHAT, what as u16);
  store<u16>(p + TR_NS, ns as u16);
  store<u32>(p + TR_DEV, dev);
  store<u32>(p + TR_A, a);
  store<u32>(p + TR_B, b);
  store<u32>(p + TR_C, c);
}

/** Takes the oldest record. @returns its address, valid until the next packet is sent; 0 when there is none */
export function traceNext(): usize {
  const s = Sim.at();
  if (s.traceCount == 0) return 0;
  const p = TRACE_BASE + (s.traceHead as usize) * 32;
  s.traceHead = (s.traceHead + 1) % TRACE_CAP;
  s.traceCount--;
  return p;
}

/** Counts and traces a drop of a packet whose header is already known by number. */
export function traceDrop(packet: u32, ns: u32, dev: u32, reason: u32): void {
  traceWrite(packet, TRACE_DROP, ns, dev, reason, 0, 0);
}
