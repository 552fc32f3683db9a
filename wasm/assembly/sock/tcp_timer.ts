/**
 * TCP timers. One serves retransmission, loss probe, reordering, zero-window probes and the two waits: a connection needs
 * only one of them at a time. A deadline that moves on does not touch the heap: the timer fires early and is set again.
 * @see RFC 6298, RFC 1122 §4.2.2.17, Linux net/ipv4/tcp_timer.c
 */
import {
  SNMP_X_ABORT_ON_TIMEOUT, SNMP_X_KEEP_ALIVE, SNMP_X_SYN_RETRANS, SNMP_X_TIMEOUTS, SNMP_X_WIN_PROBE, TCPKEY_EARLY_RETRANS,
  TCPKEY_KEEP_INTVL, TCPKEY_KEEP_PROBES, TCPKEY_KEEP_TIME, TCPKEY_ORPHAN_RETRIES, TCPKEY_RETRIES2, TCPKEY_RTO_MIN_US,
  TCPKEY_SYNACK_RETRIES, TCPKEY_SYN_LINEAR, TCPKEY_SYN_RETRIES, SNMP_TCP_RETRANS_SEGS,
} from '../../abi';
import { TM_ACK, TM_RTX, TM_KEEP, nowNs, timerDel, timerSet } from './glue';
import {
  CA_CWR, CA_OPEN, CA_RECOVERY, F_KEEPALIVE, F_ORPHAN, F_SACK, M_TIMER_PROBE, M_TIMER_REO, M_TIMER_TLP, S_CLOSE, S_FIN_WAIT2, S_LISTEN, S_SYN_RECV,
  S_SYN_SENT, S_TIME_WAIT, Sock, sockAt, sockId,
} from './table';
import { ackTimeout } from './tcp_delack';
import { snmpInc, tcpKey } from './tcpnet';
import { sendProbe, sendReset, sendSyn, sndPending, tsNow } from './tcp_output';
import { lossEnter, reduce, reoRecover } from './tcp_recovery';
import { rackTimeout } from './tcp_rack';
import { tcpAbort, tcpDone } from './tcp_close';
import { RTO_MAX, SECOND } from './tcp_rtt';
import { lossProbe, retransmit, retransmitLost, windowProbe } from './tcp_write';
import { txAt, txCount } from './txq';

const KINDS: u32 = M_TIMER_TLP | M_TIMER_REO | M_TIMER_PROBE;

/** Starts the connection's timer anew. @param kind M_TIMER_*, 0 retransmission or a wait */
export function timerArm(s: Sock, kind: u32, delay: i64): void {
  s.more = (s.more & ~KINDS) | kind;
  const due = nowNs() + max<i64>(delay, 1000);
  if (s.rtxTimer != 0) {
    if (due >= s.rtxDue) {
      s.rtxDue = due;
      return;
    }
    timerDel(s.rtxTimer);
  }
  s.rtxDue = due;
  s.rtxTimer = timerSet(TM_RTX, sockId(s), due);
}

/** Starts the retransmission timer anew. */
export function rtxArm(s: Sock, delay: i64): void {
  timerArm(s, 0, delay);
}

/** Whether no timer of the connection runs. */
export function timerIdle(s: Sock): bool {
  return s.rtxTimer == 0;
}

/** Stops it. */
export function rtxCancel(s: Sock): void {
  if (s.rtxTimer != 0) timerDel(s.rtxTimer);
  s.rtxTimer = 0;
  s.more &= ~KINDS;
}

/** What is left of the timeout of the oldest segment, ns. @see Linux tcp_rto_delta_us */
function rtoLeft(s: Sock): i64 {
  return txAt(s, 0).time + s.rto - nowNs();
}

/** The retransmission timer as what is in flight needs it. @see Linux tcp_rearm_rto */
export function rtxRearm(s: Sock): void {
  if (txCount(s) == 0) {
    rtxCancel(s);
    return;
  }
  let delay = s.rto;
  if (s.more & (M_TIMER_TLP | M_TIMER_REO)) delay = max<i64>(rtoLeft(s), 1000);
  rtxArm(s, delay);
}

/** A loss probe two round trips from now, when that is before the timeout. @see Linux tcp_schedule_loss_probe */
export function lossProbeArm(s: Sock, advancing: bool): bool {
  const early = tcpKey(s.ns, TCPKEY_EARLY_RETRANS);
  if ((early != 3 && early != 4) || txCount(s) == 0 || !(s.flags & F_SACK)) return false;
  if (s.caState != CA_OPEN && s.caState != CA_CWR) return false;
  let wait = SECOND;
  if (s.srtt != 0) {
    wait = ((s.srtt >> 2) as i64) * 1000;
    wait += txCount(s) == 1 ? (tcpKey(s.ns, TCPKEY_RTO_MIN_US) as i64) * 1000 : 2000000;
  }
  const rto = advancing ? s.rto : rtoLeft(s);
  if (rto > 0) wait = min(wait, rto);
  timerArm(s, M_TIMER_TLP, wait);
  return true;
}

/** A probe of the peer's window, later each time. @see Linux tcp_probe0_when */
export function probeArm(s: Sock): void {
  const base = max(s.rto, (tcpKey(s.ns, TCPKEY_RTO_MIN_US) as i64) * 1000);
  timerArm(s, M_TIMER_PROBE, backedOff(base, s.backoff as u32));
}

function backedOff(base: i64, n: u32): i64 {
  return n >= 16 ? RTO_MAX : min(base << n, RTO_MAX);
}

export function ackCancel(s: Sock): void {
  if (s.ackTimer != 0) timerDel(s.ackTimer);
  s.ackTimer = 0;
}

function keepIdle(s: Sock): i64 {
  return ((s.keepIdle != 0 ? s.keepIdle : tcpKey(s.ns, TCPKEY_KEEP_TIME)) as i64) * SECOND;
}

function keepSet(s: Sock, at: i64): void {
  s.keepTimer = timerSet(TM_KEEP, sockId(s), at);
}

/** Starts or stops keepalive as the option says. */
export function keepArm(s: Sock): void {
  if (s.keepTimer != 0) timerDel(s.keepTimer);
  s.keepTimer = 0;
  if (s.flags & F_KEEPALIVE && s.state != S_LISTEN && s.state != S_CLOSE && s.state != S_SYN_SENT && s.state != S_TIME_WAIT)
    keepSet(s, nowNs() + keepIdle(s));
}

export function timersCancel(s: Sock): void {
  rtxCancel(s);
  ackCancel(s);
  if (s.keepTimer != 0) timerDel(s.keepTimer);
  s.keepTimer = 0;
}

/** A timer of socket `obj` is due. */
export function sockTimer(kind: u32, obj: u32): void {
  const s = sockAt(obj as i32);
  if (kind == TM_RTX) {
    s.rtxTimer = 0;
    if (s.rtxDue > nowNs()) s.rtxTimer = timerSet(TM_RTX, s.id, s.rtxDue);
    else rtxDue(s);
  } else if (kind == TM_ACK) {
    s.ackTimer = 0;
    ackTimeout(s);
  } else {
    s.keepTimer = 0;
    keepDue(s);
  }
}

function rtxDue(s: Sock): void {
  const kind = s.more & KINDS;
  s.more &= ~KINDS;
  if (s.state == S_TIME_WAIT || (s.state == S_FIN_WAIT2 && s.flags & F_ORPHAN && txCount(s) == 0)) tcpDone(s);
  else if (s.state == S_SYN_SENT || s.state == S_SYN_RECV) synDue(s);
  else if (kind == M_TIMER_PROBE) probeDue(s);
  else if (txCount(s) == 0) return;
  else if (kind == M_TIMER_TLP) lossProbe(s);
  else if (kind == M_TIMER_REO) reoDue(s);
  else lossDue(s);
}

/** The connection gives up. @see Linux tcp_write_err */
function giveUp(s: Sock): void {
  snmpInc(s.ns, SNMP_X_ABORT_ON_TIMEOUT);
  tcpAbort(s, s.errSoft != 0 ? s.errSoft : 110);
}

function synDue(s: Sock): void {
  const linear = s.state == S_SYN_SENT ? tcpKey(s.ns, TCPKEY_SYN_LINEAR) : 0;
  const asked = s.synRetries != 0 ? s.synRetries : tcpKey(s.ns, TCPKEY_SYN_RETRIES);
  const limit = s.state == S_SYN_SENT ? asked + linear : tcpKey(s.ns, TCPKEY_SYNACK_RETRIES);
  if ((s.retries as u32) >= limit) {
    giveUp(s);
    return;
  }
  s.retries++;
  s.totalRetrans++;
  s.synAt = 0;
  if ((s.retries as u32) > linear) s.rto = min(s.rto << 1, RTO_MAX);
  rtxArm(s, s.rto);
  snmpInc(s.ns, SNMP_TCP_RETRANS_SEGS);
  snmpInc(s.ns, SNMP_X_SYN_RETRANS);
  sendSyn(s);
}

/** How long n timeouts with doubling last, ns. @see Linux tcp_model_timeout */
function modelTimeout(s: Sock, n: u32): i64 {
  const base = (tcpKey(s.ns, TCPKEY_RTO_MIN_US) as i64) * 1000;
  const linear: u32 = 63 - (clz<i64>(RTO_MAX / base) as u32);
  if (n <= linear) return (((2 as i64) << n) - 1) * base;
  return (((2 as i64) << linear) - 1) * base + ((n - linear) as i64) * RTO_MAX;
}

/** Retransmissions an orphan may make. @see Linux tcp_orphan_retries */
function orphanRetries(s: Sock, alive: bool): u32 {
  const n = tcpKey(s.ns, TCPKEY_ORPHAN_RETRIES);
  if (s.errSoft != 0 && !alive) return 0;
  return n == 0 && alive ? 8 : n;
}

/** @see Linux tcp_write_timeout, retransmits_timed_out */
function timedOut(s: Sock): bool {
  if (s.retries == 0) return false;
  let limit = tcpKey(s.ns, TCPKEY_RETRIES2);
  if (s.flags & F_ORPHAN) limit = orphanRetries(s, s.rto < RTO_MAX);
  const since = ((tsNow(s) - s.retransStamp) as i64) * 1000000;
  if (s.userTimeout != 0) return since >= (s.userTimeout as i64) * 1000000;
  return since >= modelTimeout(s, limit);
}

/** The retransmission timeout. @see Linux tcp_retransmit_timer */
function lossDue(s: Sock): void {
  snmpInc(s.ns, SNMP_X_TIMEOUTS);
  if (timedOut(s)) {
    giveUp(s);
    return;
  }
  s.tlpHighSeq = 0;
  lossEnter(s);
  s.retries = min<u32>((s.retries as u32) + 1, 255) as u8;
  if (!retransmit(s, 0)) {
    // A local shortage, or a rule of this machine: soon again, without backoff.
    if (s.retransStamp == 0) s.retransStamp = max<u32>(tsNow(s), 1);
    rtxArm(s, min<i64>(s.rto, 500000000));
    return;
  }
  s.backoff = min<u32>((s.backoff as u32) + 1, 255) as u8;
  s.rto = min(s.rto << 1, RTO_MAX);
  rtxArm(s, s.rto);
}

/** @see Linux tcp_rack_reo_timeout */
function reoDue(s: Sock): void {
  const lost = s.lostTotal;
  if (rackTimeout(s)) {
    if (s.caState < CA_RECOVERY) reoRecover(s);
    if (s.caState == CA_RECOVERY) reduce(s, 1, s.lostTotal - lost, 0);
    retransmitLost(s);
  }
  if (s.rtxTimer == 0) rtxRearm(s);
}

/** @see Linux tcp_probe_timer */
function probeDue(s: Sock): void {
  if (txCount(s) != 0 || !sndPending(s)) {
    s.probes = 0;
    if (txCount(s) != 0) rtxRearm(s);
    return;
  }
  let limit = tcpKey(s.ns, TCPKEY_RETRIES2);
  if (s.flags & F_ORPHAN) {
    const alive = backedOff(s.rto, s.backoff as u32) < RTO_MAX;
    limit = orphanRetries(s, alive);
  }
  if ((s.probes as u32) >= limit) {
    giveUp(s);
    return;
  }
  snmpInc(s.ns, SNMP_X_WIN_PROBE);
  windowProbe(s);
}

function keepDue(s: Sock): void {
  const now = nowNs();
  const idle = now - max(s.rcvAt, s.ackAt);
  const intvl = ((s.keepIntvl != 0 ? s.keepIntvl : tcpKey(s.ns, TCPKEY_KEEP_INTVL)) as i64) * SECOND;
  if (txCount(s) != 0 || sndPending(s)) {
    keepSet(s, now + keepIdle(s));
    return;
  }
  if (idle < keepIdle(s)) {
    keepSet(s, now + keepIdle(s) - idle);
    return;
  }
  const limit = s.keepCnt != 0 ? s.keepCnt : tcpKey(s.ns, TCPKEY_KEEP_PROBES);
  const user = (s.userTimeout as i64) * 1000000;
  if (user != 0 ? idle >= user && s.probes != 0 : (s.probes as u32) >= limit) {
    sendReset(s);
    giveUp(s);
    return;
  }
  snmpInc(s.ns, SNMP_X_KEEP_ALIVE);
  sendProbe(s);
  s.probes++;
  keepSet(s, now + intvl);
}
