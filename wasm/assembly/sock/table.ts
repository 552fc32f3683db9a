/**
 * The socket table: one record for each socket of every type (listeners, connections, TIME_WAIT), a free list, and
 * the header of the two hash tables of demux.ts. Record 0 means none.
 *
 *     header   free u32 | top u32 | count u32 | … | ring free lists from 64 | bind heads | connection heads | records
 *
 * Limits: SOCK_MAX sockets in the whole lab; opening one more answers ENFILE.
 */
import { TABLE_BASE } from './mem';
import { Ring, ringFree } from './ring';

export const SOCK_MAX: i32 = 8192;
/** Heads of each hash table; a power of two. */
export const HASH_SIZE: u32 = 8192;
/** Out-of-order runs a connection remembers. */
export const OOO_MAX: i32 = 8;

export const T_TCP: u8 = 1;
export const T_UDP: u8 = 2;
export const T_RAW: u8 = 3;

/** TCP states with Linux's numbers (include/net/tcp_states.h). */
export const S_ESTABLISHED: u8 = 1;
export const S_SYN_SENT: u8 = 2;
export const S_SYN_RECV: u8 = 3;
export const S_FIN_WAIT1: u8 = 4;
export const S_FIN_WAIT2: u8 = 5;
export const S_TIME_WAIT: u8 = 6;
export const S_CLOSE: u8 = 7;
export const S_CLOSE_WAIT: u8 = 8;
export const S_LAST_ACK: u8 = 9;
export const S_LISTEN: u8 = 10;
export const S_CLOSING: u8 = 11;

/** Bits of Sock.flags: options first, then what has happened. */
export const F_REUSEADDR: u32 = 1;
export const F_REUSEPORT: u32 = 2;
export const F_V6ONLY: u32 = 4;
export const F_NODELAY: u32 = 8;
export const F_KEEPALIVE: u32 = 16;
export const F_RECVERR: u32 = 32;
export const F_BROADCAST: u32 = 64;
export const F_HDRINCL: u32 = 128;
/** The application has closed it; it goes when the protocol is done. */
export const F_ORPHAN: u32 = 256;
/** The port was asked for by bind, so it outlives a failed connect. */
export const F_BOUND: u32 = 512;
/** In the bind hash. */
export const F_IN_BIND: u32 = 1024;
/** In the connection hash. */
export const F_IN_CONN: u32 = 2048;
export const F_RCV_SHUT: u32 = 4096;
export const F_SND_SHUT: u32 = 8192;
export const F_FIN_SENT: u32 = 16384;
export const F_FIN_RCVD: u32 = 32768;
export const F_TS: u32 = 1 << 16;
export const F_SACK: u32 = 1 << 17;
export const F_WSCALE: u32 = 1 << 18;
/** Fast recovery until `recover` is acknowledged. */
export const F_RECOVERY: u32 = 1 << 19;
export const F_ACK_SOON: u32 = 1 << 20;
/** An ACK must leave before the call ends. */
export const F_ACK_NOW: u32 = 1 << 21;
/** The application found no room to send and waits for it. */
export const F_WANT_OUT: u32 = 1 << 22;
/** Waiting in its parent's accept queue. */
export const F_QUEUED: u32 = 1 << 23;
/** Linger with time 0: close resets. */
export const F_LINGER0: u32 = 1 << 24;
/** Interactive: acknowledge with the answer. @see Linux inet_csk_enter_pingpong_mode */
export const F_PINGPONG: u32 = 1 << 25;
/** A connect has been made (UDP, raw). */
export const F_CONNECTED: u32 = 1 << 26;
/** ip_forget_df: datagrams may be fragmented (IP_MTU_DISCOVER = DONT). */
export const F_NODF: u32 = 1 << 27;
/** The local address was asked for by bind. */
export const F_ADDR_BOUND: u32 = 1 << 28;
/** IP_MTU_DISCOVER = DO, = PROBE: too long a datagram is refused; PROBE heeds the device's MTU only. */
export const F_PMTU_DO: u32 = 1 << 29;
export const F_PMTU_PROBE: u32 = 1 << 30;

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
  /** Retransmissions in a row of what is oldest. */
  retries: u8;
  probes: u8;
  dupAcks: u8;
  oooCount: u8;
  /** Segments to acknowledge at once before acknowledgements may wait. */
  quick: u8;
  err: u16;
  lport: u16;
  rport: u16;
  flags: u32;
  ns: i32;
  dev: i32;
  mark: u32;
  l0: u64;
  l1: u64;
  r0: u64;
  r1: u64;
  bindNext: i32;
  bindPrev: i32;
  connNext: i32;
  connPrev: i32;
  /** Listener of a connection not yet accepted; accept queue. */
  parent: i32;
  acceptHead: i32;
  acceptTail: i32;
  acceptNext: i32;
  acceptLen: u32;
  synLen: u32;
  backlog: u32;
  sndBuf: u32;
  rcvBuf: u32;
  /** Bytes of datagrams charged against rcvBuf, with their overhead. */
  charged: u32;
  drops: u32;
  /** The receive ring (see {@link Ring}), reached by rcvRing. */
  rcvAt0: u32;
  rcvCap: u32;
  rcvHead: u32;
  rcvLen: u32;
  /** The send ring, reached by sndRing. */
  sndAt0: u32;
  sndCap: u32;
  sndHead: u32;
  sndLen: u32;
  // --- TCP, names of RFC 9293
  iss: u32;
  irs: u32;
  sndUna: u32;
  sndNxt: u32;
  /** The highest sequence number ever sent, plus one. */
  sndMax: u32;
  sndWnd: u32;
  sndWl1: u32;
  sndWl2: u32;
  /** End of the last segment smaller than the MSS. @see Linux tcp_minshall_check */
  sndSml: u32;
  /** Sequence number of the first byte in the send ring. */
  sndBase: u32;
  rcvNxt: u32;
  /** Right edge of the window last advertised. */
  rcvAdv: u32;
  /** What rcvNxt was when it was last acknowledged. */
  rcvAcked: u32;
  /** Window growth limit. @see Linux tcp_sock.rcv_ssthresh */
  rcvSsthresh: u32;
  finSeq: u32;
  mss: u32;
  advMss: u32;
  cwnd: u32;
  ssthresh: u32;
  recover: u32;
  tsRecent: u32;
  tsOffset: u32;
  /** Smoothed round-trip time and variation, ns; 0 before the first measure. */
  srtt: i64;
  rttvar: i64;
  rto: i64;
  /** When the timed segment left, and its end, where there are no timestamps. */
  timedAt: i64;
  timedSeq: u32;
  /** Timer handles, 0 none: retransmission/probe/TIME_WAIT, delayed ACK, keepalive. */
  rtxTimer: u32;
  ackTimer: u32;
  keepTimer: u32;
  /** When the last data came. */
  rcvAt: i64;
  /** Last challenge ACK, ns. */
  challengeAt: i64;
  /** Runs that came early: OOO_MAX pairs of first and end sequence number, ascending, apart. */
  ooo: u64;
  ooo1: u64;
  ooo2: u64;
  ooo3: u64;
  ooo4: u64;
  ooo5: u64;
  ooo6: u64;
  ooo7: u64;
}

/** Bytes of one record. */
export const SOCK_SIZE: u32 = offsetof<Sock>();
const HEAD_SIZE: u32 = 128;

/** The header of the table. */
export function SOCK_HEAD(): usize {
  return TABLE_BASE;
}

/** Bytes of the whole table. */
export function tableSize(): usize {
  return <usize>(HEAD_SIZE + (HASH_SIZE << 3) + <u32>SOCK_MAX * SOCK_SIZE);
}

/** Heads of the bind hash. */
export function bindHeads(): usize {
  return TABLE_BASE + HEAD_SIZE;
}

/** Heads of the connection hash. */
export function connHeads(): usize {
  return TABLE_BASE + HEAD_SIZE + (HASH_SIZE << 2);
}

/** The record of socket i. */
export function sockAt(i: i32): Sock {
  return changetype<Sock>(TABLE_BASE + HEAD_SIZE + (HASH_SIZE << 3) + <usize>i * SOCK_SIZE);
}

/** The index of a record. */
export function sockId(s: Sock): i32 {
  return <i32>((<u32>changetype<usize>(s) - <u32>(TABLE_BASE + HEAD_SIZE + (HASH_SIZE << 3))) / SOCK_SIZE);
}

export function rcvRing(s: Sock): Ring {
  return changetype<Ring>(changetype<usize>(s) + offsetof<Sock>('rcvAt0'));
}

export function sndRing(s: Sock): Ring {
  return changetype<Ring>(changetype<usize>(s) + offsetof<Sock>('sndAt0'));
}

/** Address of the pair (first, end) of out-of-order run i. */
export function oooAt(s: Sock, i: i32): usize {
  return changetype<usize>(s) + offsetof<Sock>('ooo') + (<usize>i << 3);
}

/** A cleared record, or 0 when the table is full. */
export function sockAlloc(): i32 {
  const head = TABLE_BASE;
  let id = load<i32>(head);
  if (id != 0) store<i32>(head, sockAt(id).bindNext);
  else {
    const top = load<i32>(head + 4);
    if (top + 1 >= SOCK_MAX) return 0;
    id = top + 1;
    store<i32>(head + 4, id);
  }
  const s = sockAt(id);
  memory.fill(changetype<usize>(s), 0, SOCK_SIZE);
  s.used = 1;
  store<u32>(head + 8, load<u32>(head + 8) + 1);
  return id;
}

/** Gives a record back with its rings. Pre: in no hash, no queue, no timer. */
export function sockRelease(s: Sock): void {
  ringFree(rcvRing(s));
  ringFree(sndRing(s));
  s.used = 0;
  s.bindNext = load<i32>(TABLE_BASE);
  store<i32>(TABLE_BASE, sockId(s));
  store<u32>(TABLE_BASE + 8, load<u32>(TABLE_BASE + 8) - 1);
}

/** The highest index ever used. */
export function sockTop(): i32 {
  return load<i32>(TABLE_BASE + 4);
}

/** Address behind the last record ever used. */
export function sockTableEnd(): usize {
  return changetype<usize>(sockAt(sockTop() + 1));
}
