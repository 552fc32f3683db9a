/**
 * The ends of a TCP connection: abort with an error, FIN_WAIT2 of orphans, TIME_WAIT, and giving the record back.
 * @see Linux tcp_done, tcp_time_wait, tcp_reset, tcp_fin_time
 */
import {
  SNMP_TCP_ATTEMPT_FAILS, SNMP_TCP_CURR_ESTAB, SNMP_TCP_ESTAB_RESETS, SNMP_X_ABORT_ON_LINGER, SNMP_X_TIME_WAIT_OVERFLOW, SNMP_X_TW,
  TCPKEY_FIN_TIMEOUT, TCPKEY_MAX_TW,
} from '../../abi';
import { bindRemove, connRemove } from './demux';
import { RDY_ERR, RDY_HUP, RDY_IN, RDY_OUT, RDY_RDHUP, sockEvent } from './glue';
import { oooClear } from './ooo';
import { ringFree } from './ring';
import {
  F_ORPHAN, F_QUEUED, F_RCV_SHUT, F_SND_SHUT, SOCK_HEAD, S_CLOSE, S_CLOSE_WAIT, S_ESTABLISHED, S_SYN_RECV, S_SYN_SENT, S_TIME_WAIT, Sock, rcvRing, sndRing,
  sockAt, sockId, sockRelease,
} from './table';
import { snmpDec, snmpInc, tcpKey } from './tcpnet';
import { sendReset } from './tcp_output';
import { SECOND } from './tcp_rtt';
import { rtxArm, timersCancel } from './tcp_timer';
import { txClear } from './txq';

/** TCP_TIMEWAIT_LEN */
export const WAIT: i64 = 60 * SECOND;

/** Where the sockets in TIME_WAIT are counted. */
function twCount(): usize {
  return SOCK_HEAD() + 36;
}

/** Leaves the listener's queues. */
export function unqueue(s: Sock): void {
  if (s.parent == 0) return;
  const l = sockAt(s.parent);
  const queued = (s.flags & F_QUEUED) != 0;
  if (s.queuePrev != 0) sockAt(s.queuePrev).queueNext = s.queueNext;
  else if (queued) l.acceptHead = s.queueNext;
  else l.synHead = s.queueNext;
  if (s.queueNext != 0) sockAt(s.queueNext).queuePrev = s.queuePrev;
  else if (queued) l.acceptTail = s.queuePrev;
  if (queued) l.acceptLen--;
  else l.synLen--;
  s.queueNext = 0;
  s.queuePrev = 0;
  s.flags &= ~F_QUEUED;
  s.parent = 0;
}

/** The state ends that counts as established (before it changes). */
export function establishedEnd(s: Sock): void {
  if (s.state == S_ESTABLISHED || s.state == S_CLOSE_WAIT) snmpDec(s.ns, SNMP_TCP_CURR_ESTAB);
}

/** The connection is over: out of the hashes, timers off; the record goes when nobody holds it. */
export function tcpDone(s: Sock): void {
  timersCancel(s);
  if (s.state == S_TIME_WAIT) store<u32>(twCount(), load<u32>(twCount()) - 1);
  else if (s.state == S_SYN_SENT || s.state == S_SYN_RECV) snmpInc(s.ns, SNMP_TCP_ATTEMPT_FAILS);
  establishedEnd(s);
  s.state = S_CLOSE;
  const young = s.parent != 0 && !(s.flags & F_QUEUED);
  connRemove(s);
  if (s.flags & F_ORPHAN || young) {
    unqueue(s);
    bindRemove(s);
    sockRelease(s);
    return;
  }
  s.flags |= F_RCV_SHUT | F_SND_SHUT;
  bindRemove(s);
  ringFree(sndRing(s));
  txClear(s);
  oooClear(s);
}

/** The connection fails with `err` (positive errno): reset came, or nobody answers. */
export function tcpAbort(s: Sock, err: u16): void {
  if (s.state == S_ESTABLISHED || s.state == S_CLOSE_WAIT) snmpInc(s.ns, SNMP_TCP_ESTAB_RESETS);
  s.err = err;
  const held = !(s.flags & F_ORPHAN) && s.parent == 0;
  const id = sockId(s);
  tcpDone(s);
  if (held) sockEvent(id, RDY_IN | RDY_OUT | RDY_ERR | RDY_HUP | RDY_RDHUP);
}

/** Our FIN is acknowledged and nobody holds the socket: a minute for the peer's. */
export function finWait2Enter(s: Sock): void {
  if (s.linger2 < 0) {
    snmpInc(s.ns, SNMP_X_ABORT_ON_LINGER);
    sendReset(s);
    tcpDone(s);
    return;
  }
  const asked = ((s.linger2 != 0 ? s.linger2 as u32 : tcpKey(s.ns, TCPKEY_FIN_TIMEOUT)) as i64) * SECOND;
  rtxArm(s, max(asked, (s.rto << 2) - (s.rto >> 1)));
}

/** Both sides have closed: wait for strays. */
export function timeWait(s: Sock): void {
  establishedEnd(s);
  timersCancel(s);
  ringFree(sndRing(s));
  txClear(s);
  oooClear(s);
  if (s.flags & F_ORPHAN) ringFree(rcvRing(s));
  if (load<u32>(twCount()) >= tcpKey(s.ns, TCPKEY_MAX_TW)) {
    snmpInc(s.ns, SNMP_X_TIME_WAIT_OVERFLOW);
    tcpDone(s);
    return;
  }
  store<u32>(twCount(), load<u32>(twCount()) + 1);
  snmpInc(s.ns, SNMP_X_TW);
  s.state = S_TIME_WAIT;
  rtxArm(s, WAIT);
}
