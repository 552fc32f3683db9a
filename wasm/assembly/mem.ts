/**
 * The core's memory: its map (layout.ts), the block of scalar state, and what grows. Fields of `Sim` are zero at birth.
 */
import { SIM_BASE } from './layout';

export * from './layout';

/** The one block of scalar state. Fields are zero at birth. */
@unmanaged
export class Sim {
  /** Virtual time, ns. */
  now: u64;
  /** State of the generator, and of the clock's jitter; what a step of the clock costs until the next link, ns. */
  rng: u64;
  jitter: u64;
  step: u64;
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
  /** The second that the gc has done last. */
  ctTick: u32;
  /** Scratch for functions with several results. */
  r0: u32;
  r1: u32;
  r2: u32;
  r3: u32;
  r4: u32;
  /** Route lookup: bits of FIBR_*. */
  r5: u32;
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
  /** First free byte of the arena. */
  arena: u32;
  /** Connections' hash: buckets - 1 of the present round, and the bucket that is split next. */
  ctMask: u32;
  ctSplit: u32;
  /** The chunk of connections that is being filled: next record and end, addresses. */
  ctBump: u32;
  ctEnd: u32;
  /** Where the search for a neighbour or forwarding entry to give up goes on. */
  neighCursor: u32;
  fdbCursor: u32;
  /** Freed packets that keep their small buffers, and how many. */
  hot: u32;
  hotCount: u32;
  /** Generation of the routes that are remembered. */
  dstGen: u32;
  /** Ring of LOG records: first, count, lost. */
  logHead: u32;
  logCount: u32;
  logLost: u32;
  /** Events of connections that wait (nf/ctevent.ts). */
  ctevHead: u32;
  ctevCount: u32;
  ctevLost: u32;
  /** Router advertisements that wait (ip6/ra.ts). */
  raHead: u32;
  raCount: u32;
  /** Services of IPVS in all namespaces: when 0, its hooks cost nothing. */
  vsServices: u32;
  vsConns: u32;
  /** A sweep of IPVS's connections is due (timer handle). */
  vsTimer: u32;
  /** UDP sockets that tunnels hold. */
  tunnels: u32;
  /** TCP socket whose connect(2) is under way. */
  opening: u32;
  /** Flows are not remembered (flow/). */
  flowOff: u32;
  /** What memos are good for: it moves on when anything changes that they depend on. */
  flowEpoch: u32;
  /** A segment is being recorded, and the steps of the clock in it so far. */
  rec: u32;
  recSteps: u32;
  /** It came to its end. */
  recDone: u32;
  recEpoch: u32;
  /** Memos and paths that are kept, buckets - 1 of the memos' hash, the epoch they are of; the first path that owes. */
  memos: u32;
  memoMask: u32;
  paths: u32;
  pathEpoch: u32;
  pathsOwing: u32;
  /** It moves on when another datagram socket may be the one that a packet is for. */
  sockEpoch: u32;
  /** Number of the newest connection. */
  ctSerial: u32;
  /** The packet that a route is sought for, 0: none. */
  asking: u32;
  /** Of what is to be sent, while its route is sought: protocol, source port | destination port << 16. */
  askProto: u32;
  askPorts: u32;
  /** A match could not remember a packet: it is dropped. */
  hotdrop: u32;
  /** The copy of a packet is being sent (TEE). */
  teeing: u32;
  /** Connections whose source was rewritten. */
  natSources: u32;
  /** Segments replayed and recorded, times that all were forgotten for want of room. */
  flowHits: u64;
  flowMade: u64;
  flowGone: u64;
  /** Events of neighbours and forwarding entries that wait (sim/netevent.ts), and how many listen. */
  nevHead: u32;
  nevCount: u32;
  nevLost: u32;
  nevWatch: u32;

  @inline static at(): Sim {
    return changetype<Sim>(SIM_BASE);
  }
}

/** Pages that memory grows by beyond what is needed: hosts collect garbage when it grows, untouched pages are free. */
const GROWTH: i32 = 64;

/** Grows memory so that `end` bytes are addressable. @returns 0, or -1 when the host refuses */
export function memReach(end: usize): i32 {
  const want = ((end + 0xffff) >> 16) as i32;
  const have = memory.size();
  if (have >= want) return 0;
  if (memory.grow(want - have + GROWTH) >= 0) return 0;
  return memory.grow(want - have) < 0 ? -1 : 0;
}

/** The arena may grow to this address. */
const ARENA_END: usize = 0x40000000;

/** Takes fresh bytes off the arena. @param bytes a multiple of 64 @returns their address, 0 when there are none */
export function arenaTake(bytes: u32): u32 {
  const s = Sim.at();
  const at = s.arena;
  const end = (at as usize) + (bytes as usize);
  if (end > ARENA_END || memReach(end) != 0) return 0;
  s.arena = end as u32;
  return at;
}
