/**
 * Whether a TCP segment lies in the window, as a machine between the two can tell: the sequence numbers each side has
 * sent, and those the other has said it takes.
 * Limits: none of the helpers that change sequence numbers.
 * @see Linux net/netfilter/nf_conntrack_proto_tcp.c: tcp_in_window; Guido van Rooij: Real Stateful TCP Packet
 * Filtering in IP Filter
 */
import { rd16, rd32 } from '../wire/bytes';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, tcpFlags, tcpHlen } from '../wire/l4';
import { TcpLast, TcpSide, TF_LIBERAL, TF_MAXACK, TF_SACK, TF_UNACKED, TF_WSCALE } from './context';

/** In the window; to be let pass without believing it; not of this connection. */
export const WIN_OK: u32 = 0;
export const WIN_IGNORE: u32 = 1;
export const WIN_BAD: u32 = 2;

/** Bytes of acknowledgement that may be late. */
const ACK_WINDOW: u32 = 66000;
const MAX_SCALE: u32 = 14;

/** Whether sequence number a is before b. */
export function seqBefore(a: u32, b: u32): bool {
  return ((a - b) as i32) < 0;
}

/** Sequence number behind a segment. @param end of its bytes in memory */
export function segmentEnd(th: usize, end: usize): u32 {
  const flags = tcpFlags(th);
  const data = (end - th) as u32;
  const head = tcpHlen(th);
  return rd32(th + 4) + (data > head ? data - head : 0) + (flags & TCP_SYN ? 1 : 0) + (flags & TCP_FIN ? 1 : 0);
}

/** Reads window scaling and SACK off a SYN. */
export function tcpReadOptions(th: usize, end: usize, side: TcpSide): void {
  side.scale = 0;
  side.flags &= TF_LIBERAL;
  const last = min(th + tcpHlen(th), end);
  let at = th + 20;
  while (at < last) {
    const kind = load<u8>(at) as u32;
    if (kind == 0) return;
    if (kind == 1) {
      at++;
      continue;
    }
    if (at + 2 > last) return;
    const len = load<u8>(at, 1) as u32;
    if (len < 2 || at + len > last) return;
    if (kind == 4 && len == 2) side.flags |= TF_SACK;
    else if (kind == 3 && len == 3) {
      side.scale = min(load<u8>(at, 2) as u32, MAX_SCALE) as u16;
      side.flags |= TF_WSCALE;
    }
    at += len;
  }
}

/** The right edge of the last block of a SACK option, when it is beyond `ack`. */
function sackEdge(th: usize, end: usize, ack: u32): u32 {
  const last = min(th + tcpHlen(th), end);
  let sack = ack;
  let at = th + 20;
  while (at < last) {
    const kind = load<u8>(at) as u32;
    if (kind == 0) break;
    if (kind == 1) {
      at++;
      continue;
    }
    if (at + 2 > last) break;
    const len = load<u8>(at, 1) as u32;
    if (len < 2 || at + len > last) break;
    if (kind == 5)
      for (let k: u32 = 2; k + 8 <= len; k += 8) {
        const edge = rd32(at + k + 4);
        if (seqBefore(sack, edge)) sack = edge;
      }
    at += len;
  }
  return sack;
}

function initSide(sender: TcpSide, receiver: TcpSide, th: usize, end: usize, stop: u32, win: u32, dir: u32): void {
  sender.end = stop;
  sender.maxEnd = stop;
  sender.maxWin = win == 0 ? 1 : win;
  tcpReadOptions(th, end, sender);
  if (dir == 1 && !(sender.flags & receiver.flags & TF_WSCALE)) {
    sender.scale = 0;
    receiver.scale = 0;
  }
}

/** A side is seen for the first time in the middle of a connection. */
function pickUp(sender: TcpSide, receiver: TcpSide, stop: u32, win: u32, sack: u32): void {
  const scaled = win << (sender.scale as u32);
  sender.end = stop;
  sender.maxWin = scaled == 0 ? 1 : scaled;
  sender.maxEnd = stop + sender.maxWin;
  if (receiver.maxWin == 0) {
    receiver.end = sack;
    receiver.maxEnd = sack;
  } else if (sack == receiver.end + 1) receiver.end++;
}

function verdict(sender: TcpSide, liberal: bool, otherwise: u32): u32 {
  return liberal || sender.flags & TF_LIBERAL ? WIN_OK : otherwise;
}

function ackLate(sender: TcpSide, receiver: TcpSide, sack: u32): bool {
  return !seqBefore(receiver.end - max(sender.maxWin, ACK_WINDOW) - 1, sack);
}

/** More than the window was sent: perhaps its end is believed. */
function overshoots(sender: TcpSide, receiver: TcpSide, stop: u32, sack: u32, liberal: bool): u32 {
  const over = stop - sender.maxEnd + 1;
  const near = receiver.maxWin != 0 && seqBefore(sender.end - receiver.maxWin - 1, stop);
  if (near && !ackLate(sender, receiver, sack) && over <= receiver.maxWin && seqBefore(sack, receiver.end + 1)) {
    sender.end = stop;
    sender.flags |= TF_UNACKED;
    return verdict(sender, liberal, WIN_IGNORE);
  }
  return verdict(sender, liberal, WIN_BAD);
}

/**
 * Checks a segment and notes what it says. @param dir its direction @param index kind of segment: 0 SYN … 3 ACK …
 * @param state TCP_CONNTRACK_* before it @param end of its bytes @returns WIN_*
 */
export function tcpWindow(ct: u32, dir: u32, index: u32, state: u32, th: usize, end: usize, liberal: bool): u32 {
  const sender = TcpSide.at(ct, dir);
  const receiver = TcpSide.at(ct, 1 - dir);
  const flags = tcpFlags(th);
  let seq = rd32(th + 4);
  let ack = rd32(th + 8);
  const raw = rd16(th + 14);
  let stop = segmentEnd(th, end);
  let sack = receiver.flags & TF_SACK ? sackEdge(th, end, ack) : ack;
  if (sender.maxWin == 0) {
    if (flags & TCP_SYN) {
      initSide(sender, receiver, th, end, stop, raw, dir);
      if (!(flags & TCP_ACK)) return WIN_OK;
    } else pickUp(sender, receiver, stop, raw, sack);
  } else if (flags & TCP_SYN && seqBefore(sender.end, stop) && (state == 1 || state == 2)) {
    initSide(sender, receiver, th, end, stop, raw, dir);
    if (dir == 1 && !(flags & TCP_ACK)) return WIN_OK;
  }
  if (!(flags & TCP_ACK) || (flags & TCP_RST && ack == 0)) {
    ack = receiver.end;
    sack = ack;
  }
  // A reset that answers a SYN.
  if (flags & TCP_RST && seq == 0 && state == 1) {
    seq = sender.end;
    stop = seq;
  }
  if (!seqBefore(seq, sender.maxEnd + 1)) {
    const over = overshoots(sender, receiver, stop, sack, liberal);
    return over;
  }
  if (!seqBefore(sack, receiver.end + 1)) return verdict(sender, liberal, WIN_BAD);
  if (receiver.maxWin != 0 && !seqBefore(sender.end - receiver.maxWin - 1, stop)) return verdict(sender, liberal, WIN_BAD);
  if (ackLate(sender, receiver, sack)) return verdict(sender, liberal, WIN_IGNORE);
  note(ct, dir, index, flags, seq, ack, sack, stop, raw);
  return WIN_OK;
}

/** Whether a segment with ACK alone is in the window beyond doubt: tcpWindow says WIN_OK then, and only notes it. */
export function tcpFits(ct: u32, dir: u32, th: usize, end: usize): bool {
  const sender = TcpSide.at(ct, dir);
  const receiver = TcpSide.at(ct, 1 - dir);
  if (sender.maxWin == 0 || !seqBefore(rd32(th + 4), sender.maxEnd + 1)) return false;
  const ack = rd32(th + 8);
  const sack = receiver.flags & TF_SACK ? sackEdge(th, end, ack) : ack;
  if (!seqBefore(sack, receiver.end + 1) || ackLate(sender, receiver, sack)) return false;
  return receiver.maxWin == 0 || seqBefore(sender.end - receiver.maxWin - 1, segmentEnd(th, end));
}

/** What a segment in the window says of both sides. */
function note(ct: u32, dir: u32, index: u32, flags: u32, seq: u32, ack: u32, sack: u32, stop: u32, raw: u32): void {
  const sender = TcpSide.at(ct, dir);
  const receiver = TcpSide.at(ct, 1 - dir);
  const win = flags & TCP_SYN ? raw : raw << (sender.scale as u32);
  const offered = win + (sack - ack);
  if (sender.maxWin < offered) sender.maxWin = offered;
  if (seqBefore(sender.end, stop)) {
    sender.end = stop;
    sender.flags |= TF_UNACKED;
  }
  if (flags & TCP_ACK && (!(sender.flags & TF_MAXACK) || seqBefore(sender.maxAck, ack))) {
    sender.maxAck = ack;
    sender.flags |= TF_MAXACK;
  }
  if (receiver.maxWin != 0 && seqBefore(sender.maxEnd, stop)) receiver.maxWin += stop - sender.maxEnd;
  if (seqBefore(receiver.maxEnd - 1, sack + win)) {
    receiver.maxEnd = sack + win;
    if (win == 0) receiver.maxEnd++;
  }
  if (ack == receiver.end) receiver.flags &= ~TF_UNACKED;
  if (index == 3) repeated(TcpLast.at(ct), dir, seq, ack, stop, raw);
}

/** Counts segments that say what the last one did. */
function repeated(l: TcpLast, dir: u32, seq: u32, ack: u32, stop: u32, raw: u32): void {
  if (l.dir == dir && l.seq == seq && l.ack == ack && l.end == stop && l.win == raw) {
    l.retrans++;
    return;
  }
  l.dir = dir;
  l.seq = seq;
  l.ack = ack;
  l.end = stop;
  l.win = raw;
  l.retrans = 0;
}
