/**
 * What an acknowledgement does: frees sent bytes, measures the round trip, opens the congestion window, finds losses.
 * NewReno: fast retransmit on the third duplicate, partial acknowledgements repaired one a round trip.
 * Limits: SACK blocks of the peer are not used; no CUBIC, no tail loss probe.
 * @see RFC 5681, RFC 6582
 */
import { RDY_OUT, nowNs, sockEvent } from './glue';
import { ringDrop } from './ring';
import { after, before } from './seq';
import { Segment } from './segment';
import { F_RECOVERY, F_WANT_OUT, Sock, sndRing, sockId } from './table';
import { retransmit, sendAck, sndEnd } from './tcp_output';
import { rtxArm, rtxCancel, rttSample } from './tcp_timer';
import { sndRoom } from './tcp_socket';

/** @returns false when the segment acknowledges what was never sent: drop it (an ACK has been sent) */
export function ackInput(s: Sock, g: Segment): bool {
  if (after(g.ack, s.sndMax)) {
    sendAck(s);
    return false;
  }
  const wnd = g.wnd << s.sndScale;
  const old = !after(g.ack, s.sndUna);
  if (old) {
    if (g.ack == s.sndUna && g.len == 0 && wnd == s.sndWnd && s.sndUna != s.sndMax) duplicate(s);
    else if (g.ack == s.sndUna) s.dupAcks = 0;
  } else advance(s, g.ack);
  if (before(g.ack, s.sndUna)) return true;
  if (before(s.sndWl1, g.seq) || (s.sndWl1 == g.seq && !after(s.sndWl2, g.ack))) {
    s.sndWl1 = g.seq;
    s.sndWl2 = g.ack;
    if (s.sndWnd == 0 && wnd != 0 && s.sndUna == s.sndMax) rtxCancel(s);
    s.sndWnd = wnd;
    s.probes = 0;
  }
  return true;
}

function advance(s: Sock, ack: u32): void {
  const end = sndEnd(s);
  const una = s.sndUna;
  s.sndUna = ack;
  if (after(ack, s.sndNxt)) s.sndNxt = ack;
  const upto = after(ack, end) ? end : ack;
  const bytes = upto - s.sndBase;
  if (bytes != 0) ringDrop(sndRing(s), bytes);
  s.sndBase = upto;
  if (s.timedAt != 0 && !before(ack, s.timedSeq)) {
    rttSample(s, nowNs() - s.timedAt);
    s.timedAt = 0;
  }
  if (s.retries != 0) {
    s.retries = 0;
    if (s.srtt != 0) rttSample(s, s.srtt);
  }
  congestion(s, ack, ack - una);
  if (s.sndUna == s.sndMax) rtxCancel(s);
  else rtxArm(s, s.rto);
  if (s.flags & F_WANT_OUT && sndRoom(s) != 0) {
    s.flags &= ~F_WANT_OUT;
    sockEvent(sockId(s), RDY_OUT);
  }
}

function congestion(s: Sock, ack: u32, bytes: u32): void {
  if (s.flags & F_RECOVERY) {
    if (before(ack, s.recover)) {
      // A partial acknowledgement: the next hole is lost too.
      retransmit(s);
      s.cwnd = s.cwnd > bytes ? s.cwnd - bytes + s.mss : s.mss;
      return;
    }
    s.flags &= ~F_RECOVERY;
    s.cwnd = max(s.ssthresh, s.mss << 1);
    s.dupAcks = 0;
    return;
  }
  s.dupAcks = 0;
  if (s.cwnd < s.ssthresh) s.cwnd += min(bytes, s.mss << 1);
  else s.cwnd += max<u32>(<u32>((<u64>s.mss * <u64>s.mss) / s.cwnd), 1);
  s.cwnd = min<u32>(s.cwnd, 1 << 24);
}

function duplicate(s: Sock): void {
  if (s.dupAcks < 255) s.dupAcks++;
  if (s.flags & F_RECOVERY) {
    s.cwnd += s.mss;
    return;
  }
  if (s.dupAcks != 3 || (s.recover != 0 && before(s.sndUna, s.recover))) return;
  const flight = s.sndMax - s.sndUna;
  s.ssthresh = max(flight >> 1, s.mss << 1);
  s.recover = s.sndMax;
  s.flags |= F_RECOVERY;
  retransmit(s);
  s.cwnd = s.ssthresh + 3 * s.mss;
  rtxArm(s, s.rto);
}
