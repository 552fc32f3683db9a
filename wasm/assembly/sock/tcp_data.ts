/**
 * What the data of a segment does: into the receive ring when it is next, beside it when it came early; FIN; and when
 * to acknowledge.
 * @see RFC 9293 §3.10.7.4 seventh and eighth step, Linux tcp_data_queue, __tcp_ack_snd_check
 */
import { RDY_HUP, RDY_IN, RDY_RDHUP, nowNs, sockEvent } from './glue';
import { ringReserve, ringWrite } from './ring';
import { after, before, seqMax } from './seq';
import { Segment, TH_FIN } from './segment';
import {
  F_ACK_NOW, F_FIN_RCVD, F_ORPHAN, F_PINGPONG, F_RCV_SHUT, OOO_MAX, S_CLOSE_WAIT, S_CLOSING, S_ESTABLISHED, S_FIN_WAIT1, S_FIN_WAIT2,
  S_SYN_RECV, Sock, oooAt, rcvRing, sockId,
} from './table';
import { tcpAbort, timeWait } from './tcp_close';
import { replyReset } from './tcp_output';
import { ackLater, SECOND } from './tcp_timer';

/** Takes data and FIN. Pre: the segment reaches into the window. */
export function dataInput(s: Sock, g: Segment): void {
  if (s.state > S_FIN_WAIT2 || s.state == 2) {
    // The peer has said FIN before: nothing may follow it.
    return;
  }
  if (g.len != 0 && s.flags & F_ORPHAN && after(g.seq + g.len, s.rcvNxt)) {
    // Nobody is left to read it. @see RFC 1122 §4.2.2.13, Linux tcp_rcv_state_process
    replyReset(g);
    tcpAbort(s, 104);
    return;
  }
  let seq = g.seq;
  let data = <usize>g.data;
  let n = g.len;
  let fin = (g.flags & TH_FIN) != 0;
  if (before(seq, s.rcvNxt)) {
    const cut = s.rcvNxt - seq;
    if (cut > n) {
      n = 0;
    } else {
      data += cut;
      n -= cut;
    }
    seq = s.rcvNxt;
  }
  const edge = seqMax(s.rcvAdv, s.rcvNxt);
  if (after(seq + n, edge)) {
    n = after(edge, seq) ? edge - seq : 0;
    fin = false;
  }
  if (fin) {
    s.finSeq = seq + n;
    s.flags |= F_FIN_RCVD;
  }
  const full = n >= 536;
  const early = seq != s.rcvNxt;
  const before0 = s.rcvNxt;
  if (n != 0) take(s, seq, data, n);
  if (s.rcvNxt != before0) arrived(s, full, n);
  if (early || s.oooCount != 0 || (n == 0 && !fin)) s.flags |= F_ACK_NOW;
  if (s.flags & F_FIN_RCVD && s.rcvNxt == s.finSeq) finInput(s);
}

/** Puts n bytes into the ring; what is now in order becomes readable. */
function take(s: Sock, seq: u32, data: usize, n: u32): void {
  const ring = rcvRing(s);
  const off = ring.len + (seq - s.rcvNxt);
  if (!ringReserve(ring, off + n)) return;
  ringWrite(ring, off, data, n);
  if (seq != s.rcvNxt) {
    remember(s, seq, seq + n);
    return;
  }
  let next = seq + n;
  while (s.oooCount != 0 && !after(load<u32>(oooAt(s, 0)), next)) {
    next = seqMax(next, load<u32>(oooAt(s, 0) + 4));
    forget(s, 0);
  }
  ring.len += next - s.rcvNxt;
  s.rcvNxt = next;
}

function forget(s: Sock, i: i32): void {
  s.oooCount--;
  memory.copy(oooAt(s, i), oooAt(s, i + 1), <usize>(<i32>s.oooCount - i) << 3);
}

/** Notes a run [from, to) that came early, merged with those it touches; too many: the last is forgotten. */
function remember(s: Sock, from0: u32, to0: u32): void {
  let from = from0;
  let to = to0;
  let i = 0;
  while (i < <i32>s.oooCount && before(load<u32>(oooAt(s, i) + 4), from)) i++;
  while (i < <i32>s.oooCount && !after(load<u32>(oooAt(s, i)), to)) {
    if (before(load<u32>(oooAt(s, i)), from)) from = load<u32>(oooAt(s, i));
    to = seqMax(to, load<u32>(oooAt(s, i) + 4));
    forget(s, i);
  }
  if (<i32>s.oooCount == OOO_MAX) {
    if (i == OOO_MAX) return;
    s.oooCount--;
  }
  memory.copy(oooAt(s, i + 1), oooAt(s, i), <usize>(<i32>s.oooCount - i) << 3);
  store<u32>(oooAt(s, i), from);
  store<u32>(oooAt(s, i) + 4, to);
  s.oooCount++;
}

/** In-order data came: grow the window, wake the reader, plan the acknowledgement. */
function arrived(s: Sock, full: bool, n: u32): void {
  const now = nowNs();
  if (full) s.rcvSsthresh = min(s.rcvSsthresh + (n << 1), s.rcvBuf);
  // Idle for long: a new burst is acknowledged at once again. @see Linux tcp_event_data_recv
  if (s.rcvAt != 0 && now - s.rcvAt > max(s.rto, SECOND)) s.quick = 16;
  s.rcvAt = now;
  if (s.rcvNxt - s.rcvAcked > s.mss || (s.quick != 0 && !(s.flags & F_PINGPONG))) s.flags |= F_ACK_NOW;
  else ackLater(s);
  if (!(s.flags & F_RCV_SHUT)) sockEvent(sockId(s), RDY_IN);
}

/** The peer has finished. @see Linux tcp_fin */
function finInput(s: Sock): void {
  s.rcvNxt++;
  s.flags &= ~F_FIN_RCVD;
  s.flags |= F_RCV_SHUT;
  s.oooCount = 0;
  if (s.state == S_ESTABLISHED || s.state == S_SYN_RECV) {
    s.state = S_CLOSE_WAIT;
    s.flags |= F_PINGPONG;
    if (!(s.flags & F_ACK_NOW)) ackLater(s);
    sockEvent(sockId(s), RDY_IN | RDY_RDHUP);
    return;
  }
  s.flags |= F_ACK_NOW;
  if (s.state == S_FIN_WAIT1) {
    s.state = S_CLOSING;
    sockEvent(sockId(s), RDY_IN | RDY_RDHUP);
  } else if (s.state == S_FIN_WAIT2) {
    timeWait(s);
    sockEvent(sockId(s), RDY_IN | RDY_RDHUP | RDY_HUP);
  }
}
