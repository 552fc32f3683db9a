/**
 * TCP timers: retransmission with exponential backoff, SYN retries, zero-window probes, delayed acknowledgements,
 * keepalive, FIN_WAIT2 and TIME_WAIT. One timer serves retransmission, probing and the two waits: a connection needs
 * only one of them at a time.
 * @see RFC 6298, RFC 1122 §4.2.2.17, Linux net/ipv4/tcp_timer.c
 */
import { TM_ACK, TM_KEEP, TM_RTX, nowNs, timerDel, timerSet } from './glue';
import { after } from './seq';
import { TH_ACK } from './segment';
import {
  F_KEEPALIVE, F_ORPHAN, F_RECOVERY, S_CLOSE, S_FIN_WAIT2, S_LISTEN, S_SYN_RECV, S_SYN_SENT, S_TIME_WAIT, Sock, sockAt, sockId,
} from './table';
import { push, resendFrom, sendAck, sendReset, sendSyn, transmit } from './tcp_output';
import { tcpAbort, tcpDone } from './tcp_close';

export const SECOND: i64 = 1000000000;
export const RTO_MIN: i64 = 200000000;
export const RTO_MAX: i64 = 120 * SECOND;
/** How long an acknowledgement may wait. @see Linux TCP_DELACK_MIN */
const DELACK: i64 = 40000000;
/** net.ipv4.tcp_fin_timeout and TCP_TIMEWAIT_LEN */
export const WAIT: i64 = 60 * SECOND;
/** net.ipv4.tcp_syn_retries, tcp_syn_linear_timeouts, tcp_synack_retries, tcp_retries2, tcp_orphan_retries (0 is 8) */
const SYN_RETRIES: u32 = 6;
const SYN_LINEAR: u32 = 4;
const SYNACK_RETRIES: u32 = 5;
const RETRIES2: u32 = 15;
const ORPHAN_RETRIES: u32 = 8;
const KEEP_TIME: i64 = 7200 * SECOND;
const KEEP_INTERVAL: i64 = 75 * SECOND;
const KEEP_PROBES: u32 = 9;

/** Starts the retransmission timer anew. */
export function rtxArm(s: Sock, delay: i64): void {
  if (s.rtxTimer != 0) timerDel(s.rtxTimer);
  s.rtxTimer = timerSet(TM_RTX, sockId(s), nowNs() + delay);
}

/** Stops it. */
export function rtxCancel(s: Sock): void {
  if (s.rtxTimer != 0) timerDel(s.rtxTimer);
  s.rtxTimer = 0;
}

/** Lets an acknowledgement wait. */
export function ackLater(s: Sock): void {
  if (s.ackTimer == 0) s.ackTimer = timerSet(TM_ACK, sockId(s), nowNs() + DELACK);
}

export function ackCancel(s: Sock): void {
  if (s.ackTimer != 0) timerDel(s.ackTimer);
  s.ackTimer = 0;
}

/** Starts or stops keepalive as the option says. */
export function keepArm(s: Sock): void {
  if (s.keepTimer != 0) timerDel(s.keepTimer);
  s.keepTimer = 0;
  if (s.flags & F_KEEPALIVE && s.state != S_LISTEN && s.state != S_CLOSE && s.state != S_SYN_SENT)
    s.keepTimer = timerSet(TM_KEEP, sockId(s), nowNs() + KEEP_TIME);
}

export function timersCancel(s: Sock): void {
  rtxCancel(s);
  ackCancel(s);
  if (s.keepTimer != 0) timerDel(s.keepTimer);
  s.keepTimer = 0;
}

/** Takes a round-trip measure. @see RFC 6298 §2, Linux tcp_rtt_estimator */
export function rttSample(s: Sock, rtt: i64): void {
  if (s.srtt == 0) {
    s.srtt = max<i64>(rtt, 1);
    s.rttvar = rtt >> 1;
  } else {
    const d = s.srtt > rtt ? s.srtt - rtt : rtt - s.srtt;
    s.rttvar += (d - s.rttvar) >> 2;
    s.srtt += (rtt - s.srtt) >> 3;
  }
  s.rto = min(s.srtt + max(s.rttvar << 2, RTO_MIN), RTO_MAX);
}

/** A timer of socket `obj` is due. */
export function sockTimer(kind: u32, obj: u32): void {
  const s = sockAt(obj as i32);
  if (kind == TM_RTX) {
    s.rtxTimer = 0;
    rtxDue(s);
  } else if (kind == TM_ACK) {
    s.ackTimer = 0;
    sendAck(s);
  } else {
    s.keepTimer = 0;
    keepDue(s);
  }
}

function rtxDue(s: Sock): void {
  if (s.state == S_TIME_WAIT || (s.state == S_FIN_WAIT2 && s.flags & F_ORPHAN)) {
    tcpDone(s);
    return;
  }
  if (s.state == S_SYN_SENT || s.state == S_SYN_RECV) synDue(s);
  else if (s.sndUna != s.sndMax) lossDue(s);
  else if (s.sndLen != 0) probeDue(s);
}

function synDue(s: Sock): void {
  const limit = s.state == S_SYN_SENT ? SYN_RETRIES + SYN_LINEAR : SYNACK_RETRIES;
  if (s.retries >= limit) {
    tcpAbort(s, 110);
    return;
  }
  s.retries++;
  s.timedAt = 0;
  if (s.state == S_SYN_RECV || s.retries > SYN_LINEAR) s.rto = min(s.rto << 1, RTO_MAX);
  rtxArm(s, s.rto);
  sendSyn(s);
}

function lossDue(s: Sock): void {
  const limit = s.flags & F_ORPHAN ? ORPHAN_RETRIES : RETRIES2;
  if (s.retries >= limit) {
    tcpAbort(s, 110);
    return;
  }
  const flight = s.sndMax - s.sndUna;
  if (s.retries == 0) s.ssthresh = max(flight >> 1, s.mss << 1);
  s.retries++;
  s.cwnd = s.mss;
  s.dupAcks = 0;
  s.flags &= ~F_RECOVERY;
  s.recover = s.sndMax;
  s.timedAt = 0;
  s.rto = min(s.rto << 1, RTO_MAX);
  resendFrom(s);
  rtxArm(s, s.rto);
}

/** Asks a peer whose window is shut: an old byte, which it must answer. @see Linux tcp_write_wakeup */
function probeDue(s: Sock): void {
  const limit = s.flags & F_ORPHAN ? ORPHAN_RETRIES : RETRIES2;
  if (s.probes >= limit) {
    tcpAbort(s, 110);
    return;
  }
  if (s.sndWnd != 0) {
    push(s);
    if (s.rtxTimer != 0) return;
  } else {
    s.probes++;
    transmit(s, s.sndUna - 1, TH_ACK, 0);
  }
  rtxArm(s, min(s.rto << min<u32>(s.probes, 9), RTO_MAX));
}

function keepDue(s: Sock): void {
  const idle = nowNs() - s.rcvAt;
  if (idle < KEEP_TIME) {
    s.probes = 0;
    s.keepTimer = timerSet(TM_KEEP, sockId(s), s.rcvAt + KEEP_TIME);
    return;
  }
  if (s.probes >= KEEP_PROBES) {
    sendReset(s);
    tcpAbort(s, 110);
    return;
  }
  s.probes++;
  transmit(s, s.sndUna - 1, TH_ACK, 0);
  s.keepTimer = timerSet(TM_KEEP, sockId(s), nowNs() + KEEP_INTERVAL);
}
