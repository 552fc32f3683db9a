/**
 * What may be sent: new data within window, congestion window and Nagle; lost data again; loss probes; probes of a shut
 * window.
 * @see RFC 9293 §3.7.4, RFC 8985 §7 (TLP), Linux tcp_output.c: tcp_write_xmit, tcp_xmit_retransmit_queue, tcp_write_wakeup
 */
import {
  SNMP_TCP_RETRANS_SEGS, SNMP_X_FAST_RETRANS, SNMP_X_LOSS_PROBES, SNMP_X_ORIG_DATA_SENT, SNMP_X_RETRANS_FAIL, SNMP_X_SLOW_START_RETRANS,
  TCPKEY_RETRIES2,
} from '../../abi';
import { nowNs } from './glue';
import { after, before } from './seq';
import { TH_ACK, TH_FIN, TH_PSH } from './segment';
import {
  CA_CWR, CA_LOSS, CA_RECOVERY, F_ACK_NOW, F_CORK, F_NODELAY, F_PINGPONG, F_SND_SHUT, M_TIMER_REO, M_TIMER_TLP, M_TLP_RETRANS, S_CLOSE, S_LISTEN,
  S_SYN_RECV, S_SYN_SENT, S_TIME_WAIT, Sock,
} from './table';
import { congTxStart, cwndValidate } from './tcp_cong';
import { snmpAdd, snmpInc, tcpKey } from './tcpnet';
import {
  effectiveMss, mtuSync, sendAck, sendProbe, sndEnd, sndPending, transmit, tsNow, wndEnd,
} from './tcp_output';
import { lossProbeArm, probeArm, rtxArm, rtxRearm, timerIdle } from './tcp_timer';
import { TX_EVER, TX_LOST, TX_RETRANS, TX_SACKED, inFlight, txAt, txCount, txPush, txSplit, txUnpush } from './txq';

const NAGLE_OFF: u32 = 1;
const PUSH_ONE: u32 = 2;
/** One segment whatever the congestion window says (a loss probe). */
const FORCE: u32 = 4;

/** Sends what may be sent; sends the acknowledgement that is due when no data carried it. */
export function push(s: Sock): void {
  pushData(s, 0);
  if (s.flags & F_ACK_NOW) sendAck(s);
}

/** As push, without Nagle: F-RTO wants news of the peer. */
export function writeNew(s: Sock): void {
  pushData(s, NAGLE_OFF);
}

function pushData(s: Sock, how: u32): void {
  const st = s.state;
  if (st == S_SYN_SENT || st == S_SYN_RECV || st == S_TIME_WAIT || st == S_CLOSE || st == S_LISTEN) return;
  if (!sndPending(s)) return;
  const sent = writeXmit(s, how);
  // Held by a shut window, or the packet went nowhere: somebody must look again. @see Linux tcp_check_probe_timer
  if (!sent && txCount(s) == 0 && sndPending(s) && timerIdle(s)) probeArm(s);
}

/** Whether the next piece fits in the peer's window. */
export function nextFits(s: Sock): bool {
  const n = min(sndEnd(s) - s.sndNxt, effectiveMss(s));
  return !after(s.sndNxt + n, wndEnd(s));
}

/** Whether a piece smaller than the MSS has to wait. @see Linux tcp_nagle_check, tcp_minshall_check */
function nagleHolds(s: Sock): bool {
  if (s.flags & F_CORK) return true;
  return !(s.flags & F_NODELAY) && txCount(s) != 0 && after(s.sndSml, s.sndUna) && !after(s.sndSml, s.sndNxt);
}

/** @returns whether anything left */
function writeXmit(s: Sock, how: u32): bool {
  mtuSync(s);
  let sent: u32 = 0;
  let limited = false;
  const mss = effectiveMss(s);
  const end = sndEnd(s);
  while (sndPending(s)) {
    if (!(how & FORCE) && inFlight(s) >= s.cwnd) {
      limited = true;
      break;
    }
    const avail = end - s.sndNxt;
    const n = min(avail, mss);
    const last = n == avail;
    const fin = last && (s.flags & F_SND_SHUT) != 0;
    if (after(s.sndNxt + n, wndEnd(s))) break;
    if (n < mss && !fin && !(how & NAGLE_OFF) && nagleHolds(s)) break;
    if (!sendNew(s, n, n < mss, (n != 0 && last ? TH_PSH : 0) | (fin ? TH_FIN : 0))) break;
    sent++;
    if (how & PUSH_ONE) break;
  }
  if (sent == 0) return false;
  if (s.caState == CA_CWR || s.caState == CA_RECOVERY) s.prrOut += sent;
  if (!(how & FORCE)) lossProbeArm(s, false);
  cwndValidate(s, limited || inFlight(s) >= s.cwnd);
  return true;
}

/** One new segment of n bytes. @returns false when it did not leave */
function sendNew(s: Sock, n: u32, small: bool, flags: u32): bool {
  const seq = s.sndNxt;
  const now = nowNs();
  const idle = txCount(s) == 0;
  if (idle) congTxStart(s);
  if (!txPush(s, seq, seq + n + (flags & TH_FIN), flags | TH_ACK, now)) return false;
  s.sndNxt = seq + n + (flags & TH_FIN);
  if (transmit(s, seq, flags | TH_ACK, n) != 0) {
    txUnpush(s);
    s.sndNxt = seq;
    return false;
  }
  // The reply to what came a moment ago: an interactive session. @see Linux tcp_event_data_sent
  if (n != 0 && s.rcvAt != 0 && now - s.rcvAt < s.ato) s.flags |= F_PINGPONG;
  s.lsndtime = now;
  snmpInc(s.ns, SNMP_X_ORIG_DATA_SENT);
  if (small && n != 0) s.sndSml = seq + n;
  if (idle || s.more & M_TIMER_TLP) rtxRearm(s);
  return true;
}

/** Sends segment i again, cut to what the path takes now. @returns false when it did not leave @see Linux tcp_retransmit_skb */
export function retransmit(s: Sock, i: u32): bool {
  const mss = effectiveMss(s);
  let t = txAt(s, i);
  if (before(t.seq, s.sndUna)) t.seq = s.sndUna;
  if (!before(t.seq, wndEnd(s)) && t.seq != s.sndUna) return false;
  const end = sndEnd(s);
  let n = (after(t.end, end) ? end : t.end) - t.seq;
  if (n > mss) {
    if (!txSplit(s, i, t.seq + mss)) return false;
    t = txAt(s, i);
    n = mss;
  }
  const err = transmit(s, t.seq, t.flags as u32, n);
  t = txAt(s, i);
  t.time = nowNs();
  t.mark = ((t.mark as u32) | TX_EVER) as u8;
  s.bytesRetrans += n as u64;
  s.totalRetrans++;
  snmpInc(s.ns, SNMP_TCP_RETRANS_SEGS);
  if (err != 0) {
    snmpInc(s.ns, SNMP_X_RETRANS_FAIL);
    return false;
  }
  if (!((t.mark as u32) & TX_RETRANS)) s.retransOut++;
  t.mark = ((t.mark as u32) | TX_RETRANS) as u8;
  if (t.retrans < 0xffff) t.retrans++;
  if (s.retransStamp == 0) s.retransStamp = max<u32>(tsNow(s), 1);
  s.undoRetrans = max(s.undoRetrans, 0) + 1;
  return true;
}

/** Sends what is lost, as far as the congestion window allows. @see Linux tcp_xmit_retransmit_queue */
export function retransmitLost(s: Sock): void {
  if (txCount(s) == 0) return;
  mtuSync(s);
  let head = false;
  let sent: u32 = 0;
  for (let i: u32 = 0; i < txCount(s); i++) {
    if (inFlight(s) >= s.cwnd || s.retransOut >= s.lostOut) break;
    const mark = txAt(s, i).mark as u32;
    if (!(mark & TX_LOST) || mark & (TX_SACKED | TX_RETRANS)) continue;
    if (!retransmit(s, i)) break;
    sent++;
    if (s.caState == CA_CWR || s.caState == CA_RECOVERY) s.prrOut++;
    if (i == 0) head = true;
  }
  if (sent != 0) snmpAdd(s.ns, s.caState != CA_LOSS ? SNMP_X_FAST_RETRANS : SNMP_X_SLOW_START_RETRANS, sent);
  if (head && !(s.more & M_TIMER_REO)) rtxArm(s, s.rto);
}

/** The tail may be lost: new data if there is some, else the last segment again. @see Linux tcp_send_loss_probe */
export function lossProbe(s: Sock): void {
  if (s.tlpHighSeq == 0 && txCount(s) != 0) {
    s.more &= ~M_TLP_RETRANS;
    let sent = sndPending(s) && writeXmit(s, NAGLE_OFF | PUSH_ONE | FORCE);
    if (!sent && txCount(s) != 0) {
      mtuSync(s);
      let i = txCount(s) - 1;
      const t = txAt(s, i);
      const mss = effectiveMss(s);
      const end = sndEnd(s);
      const n = (after(t.end, end) ? end : t.end) - t.seq;
      if (n > mss && txSplit(s, i, t.seq + ((n - 1) / mss) * mss)) i++;
      sent = retransmit(s, i);
      if (sent) s.more |= M_TLP_RETRANS;
    }
    if (sent) {
      s.tlpHighSeq = s.sndNxt;
      snmpInc(s.ns, SNMP_X_LOSS_PROBES);
    }
  }
  if (txCount(s) != 0) rtxRearm(s);
}

/** Asks a peer whose window is shut, or sends what is held. @see Linux tcp_send_probe0 */
export function windowProbe(s: Sock): void {
  const sent = wakeup(s);
  if (txCount(s) != 0 || !sndPending(s)) {
    s.probes = 0;
    s.backoff = 0;
    return;
  }
  if (s.probes < 255) s.probes++;
  if (sent && (s.backoff as u32) < tcpKey(s.ns, TCPKEY_RETRIES2)) s.backoff++;
  probeArm(s);
}

/** One segment that the peer must answer: data as far as the window goes, else an old number. @see Linux tcp_write_wakeup */
function wakeup(s: Sock): bool {
  if (!sndPending(s) || !before(s.sndNxt, wndEnd(s))) return sendProbe(s) == 0;
  mtuSync(s);
  const end = sndEnd(s);
  const room = wndEnd(s) - s.sndNxt;
  const avail = end - s.sndNxt;
  const mss = effectiveMss(s);
  const n = min(min(avail, mss), room);
  const fin = n == avail && (s.flags & F_SND_SHUT) != 0;
  return sendNew(s, n, n < mss, (n != 0 ? TH_PSH : 0) | (fin ? TH_FIN : 0));
}
