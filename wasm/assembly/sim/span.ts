/**
 * Which bytes of memory hold the state: all from the Sim block to the end of the arena but the parts of tables and
 * rings that have never been used, and the scratch area. Whoever copies a core copies these spans; whoever restores
 * one zeroes what lies between them.
 */
import { flowSettle } from '../flow/epoch';
import {
  ADDR6_BASE,
  CAPTURE_CAP,
  CAPTURE_RING,
  CAPTURE_RINGS,
  CONF_BASE,
  CONF_NS,
  CONF_REC,
  CONN_BUCKETS_MAX,
  CONN_HASH,
  EVENT_BASE,
  EVENT_CAP,
  EVENT_REC,
  FIBRULE_BASE,
  FLOW_END,
  IDEV6_BASE,
  IDEV6_REC,
  MEMO_BASE,
  MIB6_BASE,
  MIB6_END,
  MIB6_REC,
  MIB_BASE,
  MIB_REC,
  NAT_SOURCES,
  NAT_SOURCE_BUCKETS,
  NET4_BASE,
  NET4_REC,
  NEV_BASE,
  NEV_CAP,
  NEV_REC,
  NFNS_BASE,
  NFNS_REC,
  NS6_BASE,
  NS6_REC,
  NS_CAP,
  SCRATCH_BASE,
  SCRATCH_SIZE,
  SIM_BASE,
  SLAB_ADDR6,
  SLAB_DEV,
  SLAB_FIBRULE,
  SLAB_FRAG6,
  SLAB_MATCH,
  SLAB_NS,
  SLAB_PKT,
  SLAB_RULE,
  SLAB_MEMBER,
  SLAB_QDISC,
  SLAB_TIMER,
  SLAB_UPPER,
  SLAB_ZONE,
  Sim,
  TIMER_CAP,
  TIMER_HEAP,
  TRACE_BASE,
  TRACE_CAP,
} from '../mem';
import { ARENA_BASE } from '../sock/mem';
import { sockTableEnd } from '../sock/table';
import { captureUsed } from './ring';
import { Slab, slabTop } from './slab';

/** Ends the span that is open before a hole, and opens the next behind it. Holes come in ascending order. */
function hole(out: usize, n: u32, from: usize, to: usize): u32 {
  if (from >= to) return n;
  if (from == (load<u32>(out + (n as usize) * 8) as usize)) {
    store<u32>(out + (n as usize) * 8, to as u32);
    return n;
  }
  store<u32>(out + (n as usize) * 8, from as u32, 4);
  store<u32>(out + ((n + 1) as usize) * 8, to as u32);
  return n + 1;
}

function slabHole(out: usize, n: u32, id: u32): u32 {
  const s = Slab.at(id);
  const base = s.base as usize;
  return hole(out, n, base + (s.bump as usize) * (s.size as usize), base + (s.cap as usize) * (s.size as usize));
}

/** Writes pairs of first and end address, u32 each, in ascending order. @returns how many pairs */
export function memSpans(out: usize): u32 {
  const s = Sim.at();
  store<u32>(out, SIM_BASE as u32);
  let n = hole(out, 0, SCRATCH_BASE, SCRATCH_BASE + SCRATCH_SIZE);
  for (let id = SLAB_PKT; id <= SLAB_TIMER; id++) n = slabHole(out, n, id);
  n = hole(out, n, TIMER_HEAP + (s.timers as usize) * 4, TIMER_HEAP + (TIMER_CAP as usize) * 4);
  if (s.eventCount == 0) n = hole(out, n, EVENT_BASE, EVENT_BASE + EVENT_REC * EVENT_CAP);
  if (s.traceCount == 0) n = hole(out, n, TRACE_BASE, TRACE_BASE + 32 * (TRACE_CAP as usize));
  for (let i: u32 = 0; i < CAPTURE_CAP; i++) {
    const ring = CAPTURE_RINGS + (i as usize) * CAPTURE_RING;
    n = hole(out, n, ring + (captureUsed(i) as usize), ring + CAPTURE_RING);
  }
  for (let id = SLAB_NS; id <= SLAB_RULE; id++) n = slabHole(out, n, id);
  const heads = s.ctMask + 1 + s.ctSplit;
  n = hole(out, n, CONN_HASH + (heads as usize) * 4, CONN_HASH + (CONN_BUCKETS_MAX as usize) * 4);
  if (s.natSources == 0) n = hole(out, n, NAT_SOURCES, NAT_SOURCES + 4 * (NAT_SOURCE_BUCKETS as usize));
  n = hole(out, n, NFNS_BASE + (slabTop(SLAB_NS) as usize) * NFNS_REC, NFNS_BASE + NFNS_REC * (NS_CAP as usize));
  for (let id = SLAB_MATCH; id <= SLAB_ZONE; id++) n = slabHole(out, n, id);
  const devs = slabTop(SLAB_DEV) as usize;
  const spaces = slabTop(SLAB_NS) as usize;
  n = hole(out, n, CONF_BASE + CONF_REC * devs, CONF_NS);
  n = hole(out, n, CONF_NS + CONF_REC * 2 * spaces, NET4_BASE);
  n = hole(out, n, NET4_BASE + NET4_REC * spaces, FIBRULE_BASE);
  for (let id = SLAB_FIBRULE; id <= SLAB_MEMBER; id++) n = slabHole(out, n, id);
  n = hole(out, n, MIB_BASE + MIB_REC * spaces, NEV_BASE);
  if (s.nevCount == 0) n = hole(out, n, NEV_BASE, NEV_BASE + NEV_REC * (NEV_CAP as usize));
  for (let id = SLAB_QDISC; id <= SLAB_UPPER; id++) n = slabHole(out, n, id);
  n = hole(out, n, IDEV6_BASE + IDEV6_REC * devs, NS6_BASE);
  n = hole(out, n, NS6_BASE + NS6_REC * spaces, ADDR6_BASE);
  for (let id = SLAB_ADDR6; id <= SLAB_FRAG6; id++) n = slabHole(out, n, id);
  n = hole(out, n, MIB6_BASE + MIB6_REC * spaces, MIB6_END);
  flowSettle();
  n = hole(out, n, MEMO_BASE, FLOW_END);
  n = hole(out, n, sockTableEnd(), ARENA_BASE);
  store<u32>(out + (n as usize) * 8, s.arena, 4);
  return n + 1;
}
