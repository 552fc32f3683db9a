/**
 * TCP input: finds the connection and takes a segment through the steps of RFC 9293 §3.10.7.
 * Limits: urgent data is read as ordinary data; no SYN cookies, no Fast Open, no ECN.
 * @see Linux net/ipv4/tcp_input.c, RFC 5961 (challenge ACKs), RFC 7323 (PAWS)
 */
import { connFind, listenerFind } from './demux';
import { RDY_OUT, nowNs, sockEvent } from './glue';
import { after, before } from './seq';
import { Segment, TH_ACK, TH_FIN, TH_RST, TH_SYN, segLength, segment, segmentParse } from './segment';
import {
  F_ACK_NOW, F_ORPHAN, F_SACK, F_SND_SHUT, F_TS, F_WSCALE, S_CLOSE, S_CLOSING, S_ESTABLISHED, S_FIN_WAIT1, S_FIN_WAIT2, S_LAST_ACK,
  S_SYN_RECV, S_SYN_SENT, S_TIME_WAIT, Sock, sockAt, sockId,
} from './table';
import { ackInput } from './tcp_ack';
import { tcpAbort, tcpDone, timeWait } from './tcp_close';
import { dataInput } from './tcp_data';
import { listenInput, childEstablished } from './tcp_listen';
import { WSCALE, push, replyReset, sendAck, sndEnd } from './tcp_output';
import { SECOND, WAIT, keepArm, rtxArm, rtxCancel, rttSample } from './tcp_timer';

/**
 * A segment for this machine. Its checksum has been verified.
 * @param ns namespace it is local to
 * @param at address of the TCP header
 * @param len bytes of header and payload
 */
export function tcpSegment(ns: i32, dev: i32, l0: u64, l1: u64, r0: u64, r1: u64, at: usize, len: u32): void {
  const g = segment();
  if (!segmentParse(g, at, len)) return;
  g.ns = ns;
  g.dev = dev;
  g.l0 = l0;
  g.l1 = l1;
  g.r0 = r0;
  g.r1 = r1;
  let id = connFind(ns, l0, l1, g.lport, r0, r1, g.rport);
  if (id != 0 && sockAt(id).state == S_TIME_WAIT && timeWaitInput(sockAt(id), g)) return;
  else if (id != 0 && sockAt(id).used && sockAt(id).state != S_TIME_WAIT && sockAt(id).state != S_CLOSE) {
    connInput(sockAt(id), g);
    return;
  }
  id = listenerFind(ns, l0, l1, g.lport, dev);
  if (id == 0) replyReset(g);
  else listenInput(sockAt(id), g);
}

/**
 * A segment for a connection in TIME_WAIT. A new SYN beyond the old numbers starts a new connection.
 * @returns false when the segment goes on to the listener
 * @see Linux tcp_timewait_state_process
 */
function timeWaitInput(s: Sock, g: Segment): bool {
  if (g.flags & TH_RST) {
    if (g.seq == s.rcvNxt) tcpDone(s);
    return true;
  }
  if (g.flags & TH_SYN && !(g.flags & TH_ACK)) {
    const newer = after(g.seq, s.rcvNxt) || ((s.flags & F_TS) != 0 && g.hasTs != 0 && <i32>(g.tsVal - s.tsRecent) > 0);
    if (newer && listenerFind(g.ns, g.l0, g.l1, g.lport, g.dev) != 0) {
      tcpDone(s);
      return false;
    }
  }
  if (segLength(g) != 0) {
    if (g.flags & TH_FIN) rtxArm(s, WAIT);
    sendAck(s);
  }
  return true;
}

function connInput(s: Sock, g: Segment): void {
  const id = sockId(s);
  if (s.state == S_SYN_SENT) {
    synSentInput(s, g);
    return;
  }
  if (!acceptable(s, g)) return;
  if (g.flags & TH_RST) {
    resetInput(s, g);
    return;
  }
  if (g.flags & TH_SYN) {
    challenge(s);
    return;
  }
  if (!(g.flags & TH_ACK)) return;
  if (s.state == S_SYN_RECV) {
    if (before(g.ack, s.sndUna + 1) || after(g.ack, s.sndMax)) {
      replyReset(g);
      return;
    }
    if (!established(s, g)) return;
  }
  if (!ackInput(s, g)) return;
  finAcked(s);
  if (!s.used || s.state == S_TIME_WAIT) {
    if (s.used && s.state == S_TIME_WAIT && s.flags & F_ACK_NOW) sendAck(s);
    return;
  }
  if (segLength(g) != 0) dataInput(s, g);
  if (sockAt(id).used && s.state != S_CLOSE) push(s);
}

/** Sequence and timestamp checks, RFC 9293 §3.10.7.4 first step and RFC 7323 §5.3. */
function acceptable(s: Sock, g: Segment): bool {
  if (s.flags & F_TS && g.hasTs) {
    if (<i32>(g.tsVal - s.tsRecent) < 0 && !(g.flags & TH_RST)) {
      if (!(g.flags & TH_RST)) challenge(s);
      return false;
    }
  }
  const n = segLength(g);
  const end = g.seq + n;
  // The right edge promised; acknowledgements at its end pass too.
  const edge = after(s.rcvAdv, s.rcvNxt) ? s.rcvAdv : s.rcvNxt;
  const inside = !before(end, s.rcvNxt) && !after(g.seq, edge);
  if (!inside || (n != 0 && !after(end, s.rcvNxt))) {
    if (g.flags & TH_RST) return false;
    // An old SYN-ACK or data come again, or a probe: tell what we expect.
    if (n != 0 || before(g.seq, s.rcvNxt)) {
      if (s.state == S_SYN_RECV && g.flags & TH_SYN && !(g.flags & TH_ACK)) rtxArm(s, 1);
      else sendAck(s);
    }
    // What it acknowledges still counts.
    if (!inside || s.state == S_SYN_RECV || !(g.flags & TH_ACK) || g.flags & TH_SYN) return false;
    g.len = 0;
    g.flags &= ~TH_FIN;
    g.seq = s.rcvNxt;
    return true;
  }
  if (s.flags & F_TS && g.hasTs && !after(g.seq, s.rcvAcked)) s.tsRecent = g.tsVal;
  return true;
}

/** At most one a half second. @see RFC 5961 §7, Linux tcp_invalid_ratelimit */
function challenge(s: Sock): void {
  if (s.challengeAt != 0 && nowNs() - s.challengeAt < 500000000) return;
  s.challengeAt = nowNs();
  sendAck(s);
}

/** A reset inside the window. @see RFC 5961 §3.2 */
function resetInput(s: Sock, g: Segment): void {
  if (g.seq != s.rcvNxt) {
    challenge(s);
    return;
  }
  if (s.state == S_SYN_RECV) {
    tcpDone(s);
    return;
  }
  // Linux tcp_reset: EPIPE after the peer's FIN, else ECONNRESET.
  tcpAbort(s, s.state == 8 ? 32 : 104);
}

function synSentInput(s: Sock, g: Segment): void {
  const ack = (g.flags & TH_ACK) != 0;
  if (ack && (!after(g.ack, s.iss) || after(g.ack, s.sndMax))) {
    replyReset(g);
    return;
  }
  if (g.flags & TH_RST) {
    if (ack) tcpAbort(s, 111);
    return;
  }
  if (!(g.flags & TH_SYN)) return;
  synOptionsTaken(s, g);
  s.irs = g.seq;
  s.rcvNxt = g.seq + 1;
  s.rcvAdv = s.rcvNxt + s.rcvSsthresh;
  s.rcvAcked = s.rcvNxt;
  if (!ack) {
    // Both opened at once. @see RFC 9293 §3.5 figure 8
    s.state = S_SYN_RECV;
    s.sndNxt = s.iss + 1;
    rtxArm(s, 1);
    return;
  }
  s.state = S_ESTABLISHED;
  s.sndUna = g.ack;
  s.sndNxt = g.ack;
  s.sndMax = g.ack;
  s.sndBase = g.ack;
  s.sndSml = g.ack;
  windowTaken(s, g, g.wnd);
  if (s.timedAt != 0) rttSample(s, nowNs() - s.timedAt);
  s.timedAt = 0;
  s.retries = 0;
  rtxCancel(s);
  keepArm(s);
  s.flags |= F_ACK_NOW;
  sockEvent(sockId(s), RDY_OUT);
  push(s);
}

/** Options of the peer's SYN: what both can do holds. */
export function synOptionsTaken(s: Sock, g: Segment): void {
  if (g.hasTs) {
    s.flags |= F_TS;
    s.tsRecent = g.tsVal;
  } else s.flags &= ~F_TS;
  if (g.sack) s.flags |= F_SACK;
  else s.flags &= ~F_SACK;
  if (g.scale != 0) {
    s.flags |= F_WSCALE;
    s.sndScale = <u8>(g.scale - 1);
    s.rcvScale = <u8>WSCALE;
  } else {
    s.flags &= ~F_WSCALE;
    s.sndScale = 0;
    s.rcvScale = 0;
    s.rcvSsthresh = min(s.rcvSsthresh, 0xffff);
  }
  s.mss = min(s.advMss, g.mss != 0 ? g.mss : 536);
  s.cwnd = s.mss * 10;
  s.ssthresh = 0x7fffffff;
}

function windowTaken(s: Sock, g: Segment, wnd: u32): void {
  s.sndWnd = wnd;
  s.sndWl1 = g.seq;
  s.sndWl2 = g.ack;
}

/** The acknowledgement of our SYN-ACK. @returns false when the connection had to go */
function established(s: Sock, g: Segment): bool {
  s.state = S_ESTABLISHED;
  s.sndUna = s.iss + 1;
  s.sndBase = s.sndUna;
  s.sndSml = s.sndUna;
  s.sndNxt = s.sndUna;
  s.sndMax = s.sndUna;
  windowTaken(s, g, g.wnd << s.sndScale);
  if (s.timedAt != 0 && s.retries == 0) rttSample(s, nowNs() - s.timedAt);
  s.timedAt = 0;
  s.retries = 0;
  s.rto = s.srtt == 0 ? SECOND : s.rto;
  rtxCancel(s);
  keepArm(s);
  if (s.parent != 0) return childEstablished(s);
  sockEvent(sockId(s), RDY_OUT);
  return true;
}

/** Moves on when our FIN has been acknowledged. */
function finAcked(s: Sock): void {
  if (!(s.flags & F_SND_SHUT) || s.sndUna != sndEnd(s) + 1) return;
  if (s.state == S_FIN_WAIT1) {
    s.state = S_FIN_WAIT2;
    rtxCancel(s);
    if (s.flags & F_ORPHAN) rtxArm(s, WAIT);
    else sockEvent(sockId(s), RDY_OUT);
  } else if (s.state == S_CLOSING) timeWait(s);
  else if (s.state == S_LAST_ACK) tcpDone(s);
}
