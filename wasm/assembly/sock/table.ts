/**
 * The socket table: one record for each socket of every type (listeners, connections, TIME_WAIT), in chunks that are
 * made when needed; a free list; the header that the hashes of demux.ts and the blocks of ring.ts share; the list of each
 * namespace's sockets. Record 0 means none.
 *
 *     header   free | top | count | bind: heads, size, count | connection: heads, size, count | … | block lists from 64
 *
 * Limits: SOCK_MAX sockets in the whole lab; opening one more answers ENFILE.
 */
import { Ns } from '../dev/ns';
import { TABLE_BASE, carve } from './mem';
import { Ring, ringFree } from './ring';

export const SOCK_MAX: i32 = 131072;
/** Records in a chunk, as a shift. */
const CHUNK: u32 = 6;
/** The directory of chunks: a word each. */
const DIR: usize = TABLE_BASE + 256;

export * from './state';

/** One socket. Addresses are 16 bytes in network order, IPv4 as ::ffff:a.b.c.d, kept as two little-endian words. */
@unmanaged
export class Sock {
  used: u8;
  type: u8;
  /** 4 or 6 */
  family: u8;
  proto: u8;
  state: u8;
  /** The TTL asked for; 0 the namespace's. */
  ttl: u8;
  tos: u8;
  rcvScale: u8;
  sndScale: u8;
  /** Retransmissions in a row of what is oldest; exponent of the timeout. */
  retries: u8;
  backoff: u8;
  /** Probes of a shut window, or of keepalive, that were not answered. */
  probes: u8;
  /** Segments to acknowledge at once before acknowledgements may wait. */
  quick: u8;
  caState: u8;
  /** Which congestion control: 0 reno, 1 cubic. */
  ca: u8;
  numSacks: u8;
  err: u16;
  lport: u16;
  rport: u16;
  /** Soft error, told when the connection gives up. */
  errSoft: u16;
  flags: u32;
  more: u32;
  id: i32;
  ns: i32;
  dev: i32;
  mark: u32;
  /** Whose it is, for netfilter. */
  uid: u32;
  gid: u32;
  l0: u64;
  l1: u64;
  r0: u64;
  r1: u64;
  bindNext: i32;
  bindPrev: i32;
  connNext: i32;
  connPrev: i32;
  /** The namespace's list. */
  nsNext: i32;
  nsPrev: i32;
  /** Listener of a connection not yet accepted; its queues, linked by queueNext, queuePrev. */
  parent: i32;
  queueNext: i32;
  queuePrev: i32;
  acceptHead: i32;
  acceptTail: i32;
  /** Half-open children. */
  synHead: i32;
  acceptLen: u32;
  synLen: u32;
  backlog: u32;
  sndBuf: u32;
  /** TCP: bytes the receive window may span. Datagrams: what may be charged. */
  rcvBuf: u32;
  /** Bytes of datagrams charged against rcvBuf, with their overhead. */
  charged: u32;
  drops: u32;
  /** The receive ring (see {@link Ring}), reached by rcvRing; five words. */
  rcvAt0: u32;
  rcvCap: u32;
  rcvHead: u32;
  rcvLen: u32;
  rcvHint: u32;
  /** The send ring, reached by sndRing. */
  sndAt0: u32;
  sndCap: u32;
  sndHead: u32;
  sndLen: u32;
  sndHint: u32;
  /** The ring of sent segments (txq.ts), reached by txRing. */
  txAt0: u32;
  txCap: u32;
  txHead: u32;
  txLen: u32;
  txHint: u32;
  /** Runs that came early (ooo.ts), reached by oooRing: pairs of first and end, ascending, apart. */
  oooAt0: u32;
  oooCap: u32;
  oooHead: u32;
  oooLen: u32;
  oooHint: u32;
  // --- TCP, sending; names of RFC 9293 and Linux's tcp_sock
  iss: u32;
  irs: u32;
  sndUna: u32;
  /** One beyond the highest sequence number sent. */
  sndNxt: u32;
  sndWnd: u32;
  sndWl1: u32;
  maxWnd: u32;
  /** End of the last segment smaller than the MSS. @see Linux tcp_minshall_check */
  sndSml: u32;
  /** Sequence number of the first byte in the send ring. */
  sndBase: u32;
  /** MSS the peer and our route agreed on; MSS in use with the path's MTU, options not counted. */
  mssClamp: u32;
  mss: u32;
  advMss: u32;
  /** What its route is to offer as its MSS, 0: what the MTU holds. */
  routeMss: u32;
  pmtu: u32;
  // --- congestion, in segments
  cwnd: u32;
  cwndCnt: u32;
  ssthresh: u32;
  priorCwnd: u32;
  priorSsthresh: u32;
  sackedOut: u32;
  lostOut: u32;
  retransOut: u32;
  reordering: u32;
  highSeq: u32;
  undoMarker: u32;
  /** Retransmissions since undoMarker that no DSACK has called vain; -1: nothing to undo. */
  undoRetrans: i32;
  retransStamp: u32;
  prrDelivered: u32;
  prrOut: u32;
  tlpHighSeq: u32;
  maxPacketsOut: u32;
  cwndUsageSeq: u32;
  cwndUsed: u32;
  delivered: u32;
  lostTotal: u32;
  lsndtime: i64;
  cwndStamp: i64;
  // --- RACK
  rackTime: i64;
  rackEnd: u32;
  rackRtt: u32;
  rackSteps: u32;
  rackPersist: u32;
  rackRttSeq: u32;
  // --- CUBIC
  cubicCnt: u32;
  cubicLastMax: u32;
  cubicLastCwnd: u32;
  cubicOrigin: u32;
  cubicK: u32;
  cubicDelayMin: u32;
  cubicAckCnt: u32;
  cubicTcpCwnd: u32;
  cubicEndSeq: u32;
  cubicCurrRtt: u32;
  cubicSamples: u32;
  /** ms */
  cubicLastTime: u32;
  cubicEpoch: u32;
  /** µs */
  cubicRoundStart: u32;
  cubicLastAck: u32;
  // --- round trip: µs, scaled as Linux scales them (srtt by 8, mdev and rttvar by 4)
  srtt: u32;
  mdev: u32;
  mdevMax: u32;
  rttvar: u32;
  rttSeq: u32;
  minRtt: u32;
  minRttAt: i64;
  /** ns */
  rto: i64;
  /** When the SYN left, for its round trip. */
  synAt: i64;
  // --- receiving
  rcvNxt: u32;
  /** What rcvNxt was when the window was last advertised, and the right edge it told. @see Linux rcv_wup, rcv_wnd */
  rcvWup: u32;
  rcvAdv: u32;
  /** Window growth limit. @see Linux tcp_sock.rcv_ssthresh */
  rcvSsthresh: u32;
  /** Estimate of the peer's segment size. @see Linux icsk_ack.rcv_mss */
  rcvMss: u32;
  /** Bytes read by the application, modulo 2^32, as a sequence number. */
  copiedSeq: u32;
  finSeq: u32;
  tsRecent: u32;
  /** When tsRecent was set, s. */
  tsRecentAt: u32;
  tsOffset: u32;
  tsEcrLast: u32;
  rcvRtt: u32;
  rcvRttSeq: u32;
  rcvRttAt: i64;
  rcvSpace: u32;
  rcvSpaceSeq: u32;
  rcvSpaceAt: i64;
  /** Timeout of the delayed acknowledgement, ns; when it is due. */
  ato: i64;
  ackDue: i64;
  /** When data last came, when an ACK last came. */
  rcvAt: i64;
  ackAt: i64;
  /** Last challenge ACK and out-of-window ACK, ns. */
  challengeAt: i64;
  // --- timers: handles, 0 none; when the first is really due (a timer that fires early is set again)
  rtxTimer: u32;
  ackTimer: u32;
  keepTimer: u32;
  keepIdle: u32;
  keepIntvl: u32;
  keepCnt: u32;
  synRetries: u32;
  userTimeout: u32;
  rtxDue: i64;
  /** TCP_LINGER2, s; -1: no FIN_WAIT2 of orphans. */
  linger2: i32;
  /** TCP_MAXSEG asked for; 0 none. */
  maxseg: u32;
  // --- SACK to send: the block last changed first; a DSACK
  sack0: u64;
  sack1: u64;
  sack2: u64;
  sack3: u64;
  dsackStart: u32;
  dsackEnd: u32;
  // --- counters of struct tcp_info
  bytesSent: u64;
  bytesAcked: u64;
  bytesReceived: u64;
  bytesRetrans: u64;
  segsOut: u32;
  segsIn: u32;
  dataSegsOut: u32;
  dataSegsIn: u32;
  totalRetrans: u32;
  dsackDups: u32;
  reordSeen: u32;
  rcvOoopack: u32;
  /** Groups joined (group.ts); the device its multicasts leave by, 0 any; IP_MULTICAST_TTL and one more, 0 unset. */
  groups: u32;
  mcDev: u32;
  mcHops: u32;
  spare: u32;
}

/** Bytes of one record. */
export const SOCK_SIZE: u32 = (offsetof<Sock>() + 7) & ~7;

/** The header of the table. */
export function SOCK_HEAD(): usize {
  return TABLE_BASE;
}

/** The record of socket i. Pre: it has been handed out once. */
export function sockAt(i: i32): Sock {
  const chunk = load<u32>(DIR + (((i as u32) >> CHUNK) << 2)) as usize;
  return changetype<Sock>(chunk + (((i as u32) & ((1 << CHUNK) - 1)) * SOCK_SIZE) as usize);
}

/** The index of a record. */
export function sockId(s: Sock): i32 {
  return s.id;
}

/** The record of a handle that came from outside, or null when it names none. */
export function sockValid(i: i32): bool {
  return i > 0 && i <= sockTop() && sockAt(i).used != 0;
}

export function rcvRing(s: Sock): Ring {
  return changetype<Ring>(changetype<usize>(s) + offsetof<Sock>('rcvAt0'));
}

export function sndRing(s: Sock): Ring {
  return changetype<Ring>(changetype<usize>(s) + offsetof<Sock>('sndAt0'));
}

export function txRing(s: Sock): Ring {
  return changetype<Ring>(changetype<usize>(s) + offsetof<Sock>('txAt0'));
}

export function oooRing(s: Sock): Ring {
  return changetype<Ring>(changetype<usize>(s) + offsetof<Sock>('oooAt0'));
}

/** A cleared record in a namespace's list, or 0 when the table is full. */
export function sockAlloc(ns: i32): i32 {
  const head = TABLE_BASE;
  let id = load<i32>(head);
  if (id != 0) store<i32>(head, sockAt(id).bindNext);
  else {
    id = load<i32>(head + 4) + 1;
    if (id >= SOCK_MAX) return 0;
    const slot = DIR + (((id as u32) >> CHUNK) << 2);
    if (load<u32>(slot) == 0) {
      const chunk = carve(SOCK_SIZE << CHUNK);
      if (chunk == 0) return 0;
      store<u32>(slot, chunk);
    }
    store<i32>(head + 4, id);
  }
  const s = sockAt(id);
  memory.fill(changetype<usize>(s), 0, SOCK_SIZE);
  s.used = 1;
  s.id = id;
  s.ns = ns;
  store<u32>(head + 8, load<u32>(head + 8) + 1);
  const n = Ns.at(ns as u32);
  s.nsPrev = n.sock1 as i32;
  if (n.sock1 != 0) sockAt(n.sock1 as i32).nsNext = id;
  else n.sock0 = id as u32;
  n.sock1 = id as u32;
  return id;
}

/** Gives a record back with its rings. Pre: in no hash, no queue, no timer. */
export function sockRelease(s: Sock): void {
  ringFree(rcvRing(s));
  ringFree(sndRing(s));
  ringFree(txRing(s));
  ringFree(oooRing(s));
  const n = Ns.at(s.ns as u32);
  if (s.nsPrev != 0) sockAt(s.nsPrev).nsNext = s.nsNext;
  else n.sock0 = s.nsNext as u32;
  if (s.nsNext != 0) sockAt(s.nsNext).nsPrev = s.nsPrev;
  else n.sock1 = s.nsPrev as u32;
  s.used = 0;
  s.bindNext = load<i32>(TABLE_BASE);
  store<i32>(TABLE_BASE, s.id);
  store<u32>(TABLE_BASE + 8, load<u32>(TABLE_BASE + 8) - 1);
}

/** First socket of a namespace; follow nsNext. */
export function sockFirst(ns: i32): i32 {
  return Ns.at(ns as u32).sock0 as i32;
}

/** The highest index ever used. */
export function sockTop(): i32 {
  return load<i32>(TABLE_BASE + 4);
}

/** Address behind what the fixed part uses: the directory of chunks. */
export function sockTableEnd(): usize {
  return DIR + ((((SOCK_MAX as u32) >> CHUNK) << 2) as usize);
}
