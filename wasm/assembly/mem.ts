/**
 * Memory map of the core. All state lies in linear memory at fixed places, so that a copy of memory is a snapshot:
 * no module of the core has a mutable module-level variable.
 *
 *   0x00000  compiler's static data (tables of constants, < 64 KiB)
 *   0x10000  Sim block: clock, generator, queue heads, slab descriptors, drop counters
 *   SCRATCH  bytes that cross the border (names, payloads, dumped records)
 *   …        slabs and rings, in the order below
 *   SOCK     sockets (sock/mem.ts lays it out)
 *
 * A slab is `cap` records of one size with a free list through their first word; record 0 is never handed out, so
 * index 0 means "none". A fresh slab is untouched memory: pages cost nothing until used.
 */

export const SIM_BASE: usize = 0x10000;
export const SIM_SIZE: usize = 0x2000;

export const SCRATCH_BASE: usize = SIM_BASE + SIM_SIZE;
export const SCRATCH_SIZE: usize = 0x110000;

// --- packets: headers, and two classes of buffers
export const PKT_REC: usize = 128;
export const PKT_CAP: u32 = 4096;
export const PKT_BASE: usize = SCRATCH_BASE + SCRATCH_SIZE;
/** Room before a fresh payload for the headers of all layers below. */
export const HEADROOM: u32 = 128;
export const BUF_REC: usize = 2048;
export const BUF_CAP: u32 = 2048;
export const BUF_BASE: usize = PKT_BASE + PKT_REC * PKT_CAP;
export const JUMBO_REC: usize = 66 * 1024;
export const JUMBO_CAP: u32 = 40;
export const JUMBO_BASE: usize = BUF_BASE + BUF_REC * BUF_CAP;

// --- timers: records and the heap of their indices
export const TIMER_REC: usize = 32;
export const TIMER_CAP: u32 = 16384;
export const TIMER_BASE: usize = JUMBO_BASE + JUMBO_REC * JUMBO_CAP;
export const TIMER_HEAP: usize = TIMER_BASE + TIMER_REC * TIMER_CAP;

// --- rings
export const EVENT_REC: usize = 16;
export const EVENT_CAP: u32 = 8192;
export const EVENT_BASE: usize = TIMER_HEAP + 4 * TIMER_CAP;
export const TRACE_CAP: u32 = 16384;
export const TRACE_BASE: usize = EVENT_BASE + EVENT_REC * EVENT_CAP;
export const CAPTURE_REC: usize = 64;
export const CAPTURE_CAP: u32 = 17;
export const CAPTURE_BASE: usize = TRACE_BASE + 32 * TRACE_CAP;
export const CAPTURE_RING: usize = 256 * 1024;
export const CAPTURE_RINGS: usize = CAPTURE_BASE + 2048;

// --- namespaces, devices, bridges
export const NS_REC: usize = 256;
export const NS_CAP: u32 = 512;
export const NS_BASE: usize = CAPTURE_RINGS + CAPTURE_RING * CAPTURE_CAP;
export const DEV_REC: usize = 256;
export const DEV_CAP: u32 = 2048;
export const DEV_BASE: usize = NS_BASE + NS_REC * NS_CAP;
export const FDB_REC: usize = 40;
export const FDB_CAP: u32 = 4096;
export const FDB_BASE: usize = DEV_BASE + DEV_REC * DEV_CAP;
export const FDB_BUCKETS: u32 = 2048;
export const FDB_HASH: usize = FDB_BASE + FDB_REC * FDB_CAP;

// --- addresses, routes, neighbours
export const ADDR_REC: usize = 48;
export const ADDR_CAP: u32 = 4096;
export const ADDR_BASE: usize = FDB_HASH + 4 * FDB_BUCKETS;
export const ROUTE_REC: usize = 96;
export const ROUTE_CAP: u32 = 8192;
export const ROUTE_BASE: usize = ADDR_BASE + ADDR_REC * ADDR_CAP;
export const NEIGH_REC: usize = 96;
export const NEIGH_CAP: u32 = 4096;
export const NEIGH_BASE: usize = ROUTE_BASE + ROUTE_REC * ROUTE_CAP;
export const NEIGH_BUCKETS: u32 = 2048;
export const NEIGH_HASH: usize = NEIGH_BASE + NEIGH_REC * NEIGH_CAP;

// --- netfilter
export const CHAIN_REC: usize = 64;
export const CHAIN_CAP: u32 = 4096;
export const CHAIN_BASE: usize = NEIGH_HASH + 4 * NEIGH_BUCKETS;
export const RULE_REC: usize = 384;
export const RULE_CAP: u32 = 4096;
export const RULE_BASE: usize = CHAIN_BASE + CHAIN_REC * CHAIN_CAP;
export const JUMP_CAP: u32 = 1024;
export const JUMP_BASE: usize = RULE_BASE + RULE_REC * RULE_CAP;
export const CONN_REC: usize = 192;
export const CONN_CAP: u32 = 8192;
export const CONN_BASE: usize = JUMP_BASE + 8 * JUMP_CAP;
export const CONN_BUCKETS: u32 = 8192;
export const CONN_HASH: usize = CONN_BASE + CONN_REC * CONN_CAP;

// --- reassembly, path MTUs
export const FRAG_REC: usize = 64;
export const FRAG_CAP: u32 = 256;
export const FRAG_BASE: usize = CONN_HASH + 4 * CONN_BUCKETS;
export const FRAG_BUCKETS: u32 = 128;
export const FRAG_HASH: usize = FRAG_BASE + FRAG_REC * FRAG_CAP;
export const PMTU_REC: usize = 24;
/** Sets of four entries. */
export const PMTU_SETS: u32 = 256;
export const PMTU_BASE: usize = FRAG_HASH + 4 * FRAG_BUCKETS;

/** Where sock/ begins; sock/mem.ts lays out what follows and knows the end of all. */
/** Senders that were told of missing routes. */
export const PEER_REC: usize = 24;
export const PEER_CAP: u32 = 256;
export const PEER_BASE: usize = (PMTU_BASE + PMTU_REC * 4 * PMTU_SETS + 7) & ~7;
export const SOCK_BASE: usize = (PEER_BASE + PEER_REC * PEER_CAP + 0xffff) & ~0xffff;

// --- slab numbers; sock/ uses 16..31
export const SLAB_PKT: u32 = 1;
export const SLAB_BUF: u32 = 2;
export const SLAB_JUMBO: u32 = 3;
export const SLAB_TIMER: u32 = 4;
export const SLAB_NS: u32 = 5;
export const SLAB_DEV: u32 = 6;
export const SLAB_FDB: u32 = 7;
export const SLAB_ADDR: u32 = 8;
export const SLAB_ROUTE: u32 = 9;
export const SLAB_NEIGH: u32 = 10;
export const SLAB_CHAIN: u32 = 11;
export const SLAB_RULE: u32 = 12;
export const SLAB_CONN: u32 = 13;
export const SLAB_CAPTURE: u32 = 14;
export const SLAB_FRAG: u32 = 15;
export const SLAB_SOCK: u32 = 16;
export const SLAB_MAX: u32 = 32;

/** The one block of scalar state. Fields are zero at birth. */
@unmanaged
export class Sim {
  /** Virtual time, ns. */
  now: u64;
  /** State of the generator. */
  rng: u64;
  /** Sequence number of the next timer: ties fire in order of setting. */
  timerSeq: u64;
  /** Timers in the heap. */
  timers: u32;
  /** Identity of the newest packet. */
  packet: u32;
  /** FIFO of packets that have crossed a link and wait to be received. */
  workHead: u32;
  workTail: u32;
  /** Event ring: first, count, lost. */
  eventHead: u32;
  eventCount: u32;
  eventLost: u32;
  /** Trace ring. */
  traceOn: u32;
  traceHead: u32;
  traceCount: u32;
  traceLost: u32;
  /** Live captures: a bit for each. */
  captures: u32;
  /** Depth of the jump stack of rule traversal. */
  jumps: u32;
  /** A gc of conntrack is due (timer handle). */
  ctTimer: u32;
  /** Where the gc goes on. */
  ctCursor: u32;
  /** Scratch for functions with several results. */
  r0: u32;
  r1: u32;
  r2: u32;
  r3: u32;
  r4: u32;
  conns: u32;
  /** Why the rerouting of a packet that is being sent failed (errno), 0: it did not. */
  rerouted: u32;
  /** ICMP is sending a message of its own: none about that one. */
  icmpBusy: u32;
  /** Fragments that wait for the rest of their datagrams. */
  fragsHeld: u32;
  /** 1: a path MTU was learned at some time. */
  pmtus: u32;
  /** Traced packet that is being handled: what is made meanwhile is made because of it. 0: none. */
  cause: u32;
  /** Filters of the trace that are set. */
  traceFilters: u32;

  @inline static at(): Sim {
    return changetype<Sim>(SIM_BASE);
  }
}

/** Counters by drop reason, u64 each. */
export const DROPS_BASE: usize = SIM_BASE + 0x400;
/** Slab descriptors, 32 bytes each. */
export const SLABS_BASE: usize = SIM_BASE + 0x800;
/** 256 bytes of state for sock/. */
export const SOCK_STATE: usize = SIM_BASE + 0x1000;
/** 256 bytes for tuples and headers built on the way. */
export const TEMP_BASE: usize = SIM_BASE + 0x1400;
/** TRACE_FILTERS records of TF_SIZE bytes. */
export const TRACE_FILTER_BASE: usize = SIM_BASE + 0x1500;
/** Flows that are traced because a traced packet reached their socket: keys of 8 bytes. */
export const TRACE_FLOWS: u32 = 128;
export const TRACE_FLOW_BASE: usize = SIM_BASE + 0x1600;

/** Grows memory so that `end` bytes are addressable. @returns 0, or -1 when the host refuses */
export function memReach(end: usize): i32 {
  const want = ((end + 0xffff) >> 16) as i32;
  const have = memory.size();
  if (have >= want) return 0;
  return memory.grow(want - have) < 0 ? -1 : 0;
}
