/**
 * The retransmission queue of a connection: one record for each segment that was sent and is not yet acknowledged, in
 * order of sequence numbers, with what the scoreboard knows of it.
 * @see Linux struct tcp_skb_cb, tcp_rtx_queue_*
 */
import { ringDrop, ringFree, ringReserve } from './ring';
import { after, before } from './seq';
import { Sock, txRing } from './table';

/** The peer has it beyond a hole (SACK). */
export const TX_SACKED: u32 = 1;
/** It was sent again, and that copy is on its way. */
export const TX_RETRANS: u32 = 2;
/** It is taken for lost. */
export const TX_LOST: u32 = 4;
/** It was sent again at some time. */
export const TX_EVER: u32 = 128;

/** One sent segment, 32 bytes. */
@unmanaged
export class Tx {
  seq: u32;
  /** Beyond its last byte, and its FIN. */
  end: u32;
  /** When it last left, ns. */
  time: i64;
  /** TX_* */
  mark: u8;
  /** TH_* it is sent with. */
  flags: u8;
  retrans: u16;
  spare: u32;
  spare2: u64;
}

const SIZE: u32 = 32;

/** How many there are. @see Linux tcp_sock.packets_out */
export function txCount(s: Sock): u32 {
  return s.txLen / SIZE;
}

/** The i-th from the oldest. Pre: i < txCount. The address holds until the next push, split or pop. */
export function txAt(s: Sock, i: u32): Tx {
  return changetype<Tx>((s.txAt0 + ((s.txHead + i * SIZE) & (s.txCap - 1))) as usize);
}

/** Appends a record. @returns false without memory */
export function txPush(s: Sock, seq: u32, end: u32, flags: u32, time: i64): bool {
  if (!ringReserve(txRing(s), s.txLen + SIZE)) return false;
  s.txLen += SIZE;
  const t = txAt(s, txCount(s) - 1);
  t.seq = seq;
  t.end = end;
  t.time = time;
  t.mark = 0;
  t.flags = flags as u8;
  t.retrans = 0;
  return true;
}

/** Takes the newest back. */
export function txUnpush(s: Sock): void {
  s.txLen -= SIZE;
}

/** Drops the oldest. */
export function txPop(s: Sock): void {
  ringDrop(txRing(s), SIZE);
  if (s.txLen == 0) ringFree(txRing(s));
}

/** The first whose end is after `seq`, or the count. */
export function txFind(s: Sock, seq: u32): u32 {
  let lo: u32 = 0;
  let hi = txCount(s);
  while (lo < hi) {
    const mid = (lo + hi) >> 1;
    if (after(txAt(s, mid).end, seq)) hi = mid;
    else lo = mid + 1;
  }
  return lo;
}

/**
 * Cuts the i-th in two at `seq`; the second half takes FIN and PSH.
 * Pre: seq lies inside. @returns false without memory
 * @see Linux tcp_fragment
 */
export function txSplit(s: Sock, i: u32, seq: u32): bool {
  if (!ringReserve(txRing(s), s.txLen + SIZE)) return false;
  s.txLen += SIZE;
  for (let k = txCount(s) - 1; k > i + 1; k--)
    memory.copy(changetype<usize>(txAt(s, k)), changetype<usize>(txAt(s, k - 1)), SIZE);
  const a = txAt(s, i);
  const b = txAt(s, i + 1);
  memory.copy(changetype<usize>(b), changetype<usize>(a), SIZE);
  a.end = seq;
  a.flags &= ~9;
  b.seq = seq;
  const mark = a.mark as u32;
  if (mark & TX_SACKED) s.sackedOut++;
  if (mark & TX_LOST) s.lostOut++;
  if (mark & TX_RETRANS) s.retransOut++;
  return true;
}

/** Forgets all. */
export function txClear(s: Sock): void {
  ringFree(txRing(s));
  s.sackedOut = 0;
  s.lostOut = 0;
  s.retransOut = 0;
}

/** Segments that left the network: acknowledged selectively, or lost. */
export function leftOut(s: Sock): u32 {
  return s.sackedOut + s.lostOut;
}

/** Segments taken to be in the network. @see Linux tcp_packets_in_flight, RFC 6675 "pipe" */
export function inFlight(s: Sock): u32 {
  return txCount(s) - leftOut(s) + s.retransOut;
}

/** Takes a segment for lost. @see Linux tcp_mark_skb_lost */
export function txMarkLost(s: Sock, t: Tx): void {
  const mark = t.mark as u32;
  if (mark & TX_SACKED) return;
  if (mark & TX_LOST) {
    if (!(mark & TX_RETRANS)) return;
    t.mark = (mark & ~TX_RETRANS) as u8;
    s.retransOut--;
    s.lostTotal++;
    return;
  }
  t.mark = (mark | TX_LOST) as u8;
  s.lostOut++;
  if (!(mark & TX_RETRANS)) s.lostTotal++;
  else {
    t.mark = (t.mark as u32 & ~TX_RETRANS) as u8;
    s.retransOut--;
    s.lostTotal++;
  }
}

/** The highest end of what was selectively acknowledged; sndUna when nothing was. @see Linux tcp_highest_sack_seq */
export function highestSack(s: Sock): u32 {
  if (s.sackedOut == 0) return s.sndUna;
  for (let i = txCount(s); i > 0; i--) {
    const t = txAt(s, i - 1);
    if (t.mark & 1) return t.end;
  }
  return s.sndUna;
}

/** Whether a segment was sent after another. @see Linux tcp_skb_sent_after */
export function sentAfter(t1: i64, t2: i64, seq1: u32, seq2: u32): bool {
  return t1 > t2 || (t1 == t2 && before(seq2, seq1));
}
