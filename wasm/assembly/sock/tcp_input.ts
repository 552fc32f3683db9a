/**
 * TCP input: finds the connection and takes a segment through the steps of RFC 9293 §3.10.7.
 * Limits: urgent data is read as ordinary data; no Fast Open, no ECN.
 * @see Linux net/ipv4/tcp_input.c: tcp_validate_incoming, tcp_rcv_state_process; RFC 5961, RFC 7323 (PAWS)
 */
import {
  SNMP_TCP_IN_ERRS, SNMP_TCP_IN_SEGS, SNMP_X_ACK_SKIPPED_PAWS, SNMP_X_ACK_SKIPPED_SEQ, SNMP_X_CHALLENGE_ACK, SNMP_X_DELAYED_ACK_LOST,
  SNMP_X_PAWS_ESTAB, SNMP_X_SYN_CHALLENGE, TCPKEY_INVALID_RATELIMIT,
} from '../../abi';
import { connFind, listenerFind } from './demux';
import { RDY_OUT, nowNs, sockEvent } from './glue';
import { dsackSet, sackAt } from './ooo';
import { after, before } from './seq';
import { Segment, TH_ACK, TH_RST, TH_SYN, segLength, segment, segmentParse } from './segment';
import {
  F_ACK_NOW, F_ORPHAN, F_SND_SHUT, F_TS, S_CLOSE, S_CLOSE_WAIT, S_CLOSING, S_FIN_WAIT1, S_FIN_WAIT2, S_LAST_ACK,
  S_SYN_RECV,
  S_SYN_SENT, S_TIME_WAIT, Sock, sockAt, sockId,
} from './table';
import { ackInput } from './tcp_ack';
import { finWait2Enter, tcpAbort, tcpDone, timeWait } from './tcp_close';
import { dataInput } from './tcp_data';
import { ackCheck, quickEnter } from './tcp_delack';
import { synRecvInput, synSentInput } from './tcp_handshake';
import { listenInput } from './tcp_listen';
import { snmpInc, tcpKey } from './tcpnet';
import { replyReset, sendAck, sndEnd } from './tcp_output';
import { timeWaitInput } from './tcp_timewait';
import { rcvWindow } from './tcp_window';
import { push } from './tcp_write';

/**
 * A segment for this machine. Its checksum has been verified.
 * @param ns namespace it is local to
 * @param at address of the TCP header
 * @param len bytes of header and payload
 */
export function tcpSegment(ns: i32, dev: i32, l0: u64, l1: u64, r0: u64, r1: u64, at: usize, len: u32): void {
  const g = segment();
  snmpInc(ns, SNMP_TCP_IN_SEGS);
  if (!segmentParse(g, at, len)) {
    snmpInc(ns, SNMP_TCP_IN_ERRS);
    return;
  }
  g.ns = ns;
  g.dev = dev;
  g.l0 = l0;
  g.l1 = l1;
  g.r0 = r0;
  g.r1 = r1;
  g.isn = 0;
  const id = connFind(ns, l0, l1, g.lport, r0, r1, g.rport);
  if (id != 0) {
    const s = sockAt(id);
    if (s.state != S_TIME_WAIT) {
      s.segsIn++;
      if (!connInput(s, g)) return;
    } else if (timeWaitInput(s, g)) return;
  }
  const l = listenerFind(ns, l0, l1, g.lport, r0, r1, g.rport, dev);
  if (l == 0) replyReset(g);
  else listenInput(sockAt(l), g);
}

/** @returns whether the listener is to have the segment */
function connInput(s: Sock, g: Segment): bool {
  const id = sockId(s);
  if (s.state == S_SYN_SENT) {
    synSentInput(s, g);
    return false;
  }
  if (s.state == S_SYN_RECV) {
    const r = synRecvInput(s, g);
    if (r != 0) return r < 0;
  } else if (!validate(s, g)) return false;
  if (!ackInput(s, g)) return false;
  finAcked(s);
  if (!s.used || s.state == S_CLOSE) return false;
  if (s.state == S_TIME_WAIT) {
    if (segLength(g) != 0) sendAck(s);
    return false;
  }
  if (segLength(g) != 0) dataInput(s, g);
  if (!sockAt(id).used || s.state == S_CLOSE) return false;
  if (s.state == S_TIME_WAIT) {
    if (s.flags & F_ACK_NOW) sendAck(s);
    return false;
  }
  ackCheck(s);
  push(s);
  return false;
}

/** Whether a timestamp is too old. @see RFC 7323 §5.3, Linux tcp_paws_check, tcp_disordered_ack */
export function pawsRejects(s: Sock, g: Segment): bool {
  if (!(s.flags & F_TS) || !g.hasTs || s.tsRecent == 0) return false;
  if (<i32>(s.tsRecent - g.tsVal) <= 1) return false;
  // After 24 days the clock may have wrapped.
  if (((nowNs() / 1000000000) as u32) - s.tsRecentAt > 24 * 86400) return false;
  const dup = (g.flags & TH_ACK) != 0 && segLength(g) == 0 && g.seq == s.rcvNxt && g.ack == s.sndUna &&
    g.wnd << (s.sndScale as u32) == s.sndWnd && ((s.tsRecent - g.tsVal) as i64) * 1000000 <= s.rto;
  return !dup;
}

/** Sequence, timestamps, RST, SYN. @returns false: dropped */
function validate(s: Sock, g: Segment): bool {
  const rst = (g.flags & TH_RST) != 0;
  if (pawsRejects(s, g) && !rst) {
    snmpInc(s.ns, SNMP_X_PAWS_ESTAB);
    if (!tooOften(s, g, SNMP_X_ACK_SKIPPED_PAWS)) duplicateAck(s, g);
    return false;
  }
  const end = g.seq + segLength(g);
  if (before(end, s.rcvWup) || after(g.seq, s.rcvNxt + rcvWindow(s))) {
    if (rst) return false;
    if (g.flags & TH_SYN) synChallenge(s);
    else if (!tooOften(s, g, SNMP_X_ACK_SKIPPED_SEQ)) duplicateAck(s, g);
    return false;
  }
  if (rst) {
    resetInput(s, g);
    return false;
  }
  if (g.flags & TH_SYN) {
    synChallenge(s);
    return false;
  }
  if (!(g.flags & TH_ACK)) return false;
  tsTake(s, g);
  return true;
}

/** Remembers the timestamp to echo. @see Linux tcp_replace_ts_recent */
export function tsTake(s: Sock, g: Segment): void {
  if (!(s.flags & F_TS) || !g.hasTs || after(g.seq, s.rcvWup)) return;
  if (<i32>(s.tsRecent - g.tsVal) > 0 && s.tsRecent != 0) return;
  s.tsRecent = g.tsVal;
  s.tsRecentAt = (nowNs() / 1000000000) as u32;
}

/** Answers to segments that are not acceptable are limited, those with data not. @see Linux tcp_oow_rate_limited */
export function tooOften(s: Sock, g: Segment, counter: u32): bool {
  if (segLength(g) != 0 && !(g.flags & TH_SYN)) return false;
  const gap = (tcpKey(s.ns, TCPKEY_INVALID_RATELIMIT) as i64) * 1000000;
  if (s.challengeAt != 0 && nowNs() - s.challengeAt < gap) {
    snmpInc(s.ns, counter);
    return true;
  }
  s.challengeAt = nowNs();
  return false;
}

/** @see Linux tcp_send_dupack */
function duplicateAck(s: Sock, g: Segment): void {
  const end = g.seq + segLength(g);
  if (end != g.seq && before(g.seq, s.rcvNxt)) {
    snmpInc(s.ns, SNMP_X_DELAYED_ACK_LOST);
    quickEnter(s, 16);
    dsackSet(s, g.seq, after(end, s.rcvNxt) ? s.rcvNxt : end);
  }
  sendAck(s);
}

/** At most one a half second. @see RFC 5961 §7, Linux tcp_send_challenge_ack */
export function challenge(s: Sock): void {
  const gap = (tcpKey(s.ns, TCPKEY_INVALID_RATELIMIT) as i64) * 1000000;
  if (s.challengeAt != 0 && nowNs() - s.challengeAt < gap) return;
  s.challengeAt = nowNs();
  snmpInc(s.ns, SNMP_X_CHALLENGE_ACK);
  sendAck(s);
}

function synChallenge(s: Sock): void {
  snmpInc(s.ns, SNMP_X_SYN_CHALLENGE);
  challenge(s);
}

/** A reset inside the window. @see RFC 5961 §3.2, Linux tcp_reset_check */
function resetInput(s: Sock, g: Segment): void {
  let edge = s.rcvNxt;
  for (let i: u32 = 0; i < (s.numSacks as u32); i++) {
    const end = load<u32>(sackAt(s, i), 4);
    if (after(end, edge)) edge = end;
  }
  // After our FIN, the peer may reset below its own: Linux takes rcv_nxt − 1 then.
  const closing = g.seq == s.rcvNxt - 1 && (s.state == S_CLOSE_WAIT || s.state == S_LAST_ACK || s.state == S_CLOSING);
  if (g.seq != s.rcvNxt && g.seq != edge && !closing) {
    challenge(s);
    return;
  }
  // Linux tcp_reset: EPIPE after the peer's FIN, else ECONNRESET.
  tcpAbort(s, s.state == S_CLOSE_WAIT ? 32 : 104);
}

/** Moves on when our FIN has been acknowledged. */
function finAcked(s: Sock): void {
  if (!(s.flags & F_SND_SHUT) || s.sndUna != sndEnd(s) + 1) return;
  if (s.state == S_FIN_WAIT1) {
    s.state = S_FIN_WAIT2;
    if (s.flags & F_ORPHAN) finWait2Enter(s);
    else sockEvent(sockId(s), RDY_OUT);
  } else if (s.state == S_CLOSING) timeWait(s);
  else if (s.state == S_LAST_ACK) tcpDone(s);
}

/** A segment goes to a connection that was made of it (SYN cookies). */
export function tcpSegmentAgain(s: Sock, g: Segment): void {
  connInput(s, g);
}
