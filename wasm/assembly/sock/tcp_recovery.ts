/**
 * Loss recovery: the states Open, Disorder, CWR, Recovery, Loss; proportional rate reduction; undoing what was in vain
 * (timestamps, DSACK, F-RTO); retransmission of what is lost.
 * @see RFC 6937 (PRR), RFC 5682 (F-RTO), RFC 3522 and 4015 (Eifel), Linux tcp_input.c: tcp_fastretrans_alert
 */
import {
  SNMP_X_DSACK_UNDO, SNMP_X_FULL_UNDO, SNMP_X_LOSS_UNDO, SNMP_X_PARTIAL_UNDO, SNMP_X_RENO_RECOVERY, SNMP_X_SACK_RECOVERY,
  SNMP_X_SACK_RENEGING, SNMP_X_SPURIOUS_RTOS, TCPKEY_FRTO, TCPKEY_REORDERING,
} from '../../abi';
import { nowNs } from './glue';
import { after, before } from './seq';
import {
  ACK_DATA_SACKED, ACK_LOST_RETRANS, ACK_ORIG_SACKED, ACK_RENEGING, ACK_SET_TIMER, ACK_UNA_ADVANCED, Acking,
} from './segment';
import {
  CA_CWR, CA_DISORDER, CA_LOSS, CA_OPEN, CA_RECOVERY, F_SACK, F_TS, M_FRTO, M_RACK_ADVANCED, Sock,
} from './table';
import { SSTHRESH_INFINITE, congLoss, congSsthresh, congUndo, currentSsthresh } from './tcp_cong';
import { snmpInc, tcpKey } from './tcpnet';
import { sndPending, wndEnd } from './tcp_output';
import { rackLeft, rackMarkLost } from './tcp_rack';
import { renoAdd, renoReset, reorderingSeen } from './tcp_sack';
import { timerArm } from './tcp_timer';
import { TX_EVER, TX_LOST, TX_SACKED, inFlight, leftOut, txAt, txCount, txMarkLost } from './txq';

export const REXMIT_LOST: u32 = 1;
export const REXMIT_NEW: u32 = 2;

function inReduction(s: Sock): bool {
  return s.caState == CA_CWR || s.caState == CA_RECOVERY;
}

/** Whether something was sent again and is not yet acknowledged. */
export function anyRetrans(s: Sock): bool {
  return s.retransOut != 0 || (txCount(s) != 0 && ((txAt(s, 0).mark as u32) & TX_EVER) != 0);
}

/** From here on the window shrinks. @see Linux tcp_init_cwnd_reduction */
export function reductionStart(s: Sock): void {
  s.highSeq = s.sndNxt;
  s.tlpHighSeq = 0;
  s.cwndCnt = 0;
  s.priorCwnd = s.cwnd;
  s.prrDelivered = 0;
  s.prrOut = 0;
  s.ssthresh = congSsthresh(s);
}

/** The window after one acknowledgement of a reduction. @param delivered segments, @param lost newly lost @see RFC 6937 */
export function reduce(s: Sock, delivered: u32, lost: u32, flags: u32): void {
  if (delivered == 0 || s.priorCwnd == 0) return;
  const flight = inFlight(s);
  s.prrDelivered += delivered;
  let n: i32;
  if (flight > s.ssthresh) {
    const want = ((s.ssthresh as u64) * (s.prrDelivered as u64) + (s.priorCwnd as u64) - 1) / (s.priorCwnd as u64);
    n = (want as i32) - (s.prrOut as i32);
  } else {
    n = max((s.prrDelivered as i32) - (s.prrOut as i32), delivered as i32);
    if (flags & ACK_UNA_ADVANCED && lost == 0) n++;
    n = min((s.ssthresh - flight) as i32, n);
  }
  n = max(n, s.prrOut != 0 ? 0 : 1);
  s.cwnd = max<u32>(flight + (n as u32), 1);
}

/** @see Linux tcp_end_cwnd_reduction */
export function reductionEnd(s: Sock): void {
  if (s.ssthresh < SSTHRESH_INFINITE && (s.caState == CA_CWR || s.undoMarker != 0)) {
    s.cwnd = s.ssthresh;
    s.cwndStamp = nowNs();
  }
}

/** Open, or Disorder while something is out of order. */
export function keepOpen(s: Sock): void {
  const state = leftOut(s) != 0 || anyRetrans(s) ? CA_DISORDER : CA_OPEN;
  if (s.caState == state) return;
  s.caState = state;
  s.highSeq = s.sndNxt;
}

function undoInit(s: Sock): void {
  s.undoMarker = s.sndUna == 0 ? 1 : s.sndUna;
  s.undoRetrans = s.retransOut != 0 ? s.retransOut as i32 : -1;
}

function recoveryEnter(s: Sock): void {
  snmpInc(s.ns, s.flags & F_SACK ? SNMP_X_SACK_RECOVERY : SNMP_X_RENO_RECOVERY);
  s.priorSsthresh = 0;
  undoInit(s);
  if (!inReduction(s)) {
    s.priorSsthresh = currentSsthresh(s);
    reductionStart(s);
  }
  s.caState = CA_RECOVERY;
}

/** The answer is to a copy that left before the first retransmission. @see Linux tcp_packet_delayed */
function delayed(s: Sock): bool {
  return s.retransStamp != 0 && (s.flags & F_TS) != 0 && s.tsEcrLast != 0 && before(s.tsEcrLast, s.retransStamp);
}

function mayUndo(s: Sock): bool {
  return s.undoMarker != 0 && (s.undoRetrans == 0 || delayed(s));
}

function undo(s: Sock, unmark: bool): void {
  if (unmark) {
    const n = txCount(s);
    for (let i: u32 = 0; i < n; i++) {
      const t = txAt(s, i);
      t.mark = ((t.mark as u32) & ~TX_LOST) as u8;
    }
    s.lostOut = 0;
  }
  if (s.priorSsthresh != 0) {
    s.cwnd = congUndo(s);
    if (s.priorSsthresh > s.ssthresh) s.ssthresh = s.priorSsthresh;
  }
  s.cwndStamp = nowNs();
  s.undoMarker = 0;
  s.more |= M_RACK_ADVANCED;
}

/** Without SACK, duplicates of the last window must not start a new recovery. @see RFC 6582 §4 */
function holdOpen(s: Sock): bool {
  if (s.sndUna != s.highSeq || s.flags & F_SACK) return false;
  if (!anyRetrans(s)) s.retransStamp = 0;
  return true;
}

/** Everything of the episode is acknowledged. @returns whether the state stays */
function undoRecovery(s: Sock): bool {
  if (mayUndo(s)) {
    snmpInc(s.ns, s.caState == CA_LOSS ? SNMP_X_LOSS_UNDO : SNMP_X_FULL_UNDO);
    undo(s, false);
  } else if (s.rackPersist != 0) s.rackPersist--;
  if (holdOpen(s)) return true;
  s.caState = CA_OPEN;
  return false;
}

function undoPartial(s: Sock, priorUna: u32): bool {
  if (s.undoMarker == 0 || !delayed(s)) return false;
  reorderingSeen(s, priorUna, true);
  if (s.retransOut != 0) return true;
  if (!anyRetrans(s)) s.retransStamp = 0;
  undo(s, true);
  snmpInc(s.ns, SNMP_X_PARTIAL_UNDO);
  keepOpen(s);
  return false;
}

function undoDsack(s: Sock): bool {
  if (s.undoMarker == 0 || s.undoRetrans != 0) return false;
  s.rackPersist = min<u32>(16, s.rackPersist + 1);
  undo(s, false);
  snmpInc(s.ns, SNMP_X_DSACK_UNDO);
  return true;
}

function undoLoss(s: Sock, frto: bool): bool {
  if (!frto && !mayUndo(s)) return false;
  undo(s, true);
  snmpInc(s.ns, SNMP_X_LOSS_UNDO);
  if (frto) snmpInc(s.ns, SNMP_X_SPURIOUS_RTOS);
  s.retries = 0;
  if (holdOpen(s)) return true;
  if (frto || s.flags & F_SACK) s.caState = CA_OPEN;
  return true;
}

/** A retransmission timeout: all is lost that was not sent just now. @see Linux tcp_enter_loss, tcp_timeout_mark_lost */
export function lossEnter(s: Sock): void {
  const fresh = s.caState < CA_RECOVERY;
  const n = txCount(s);
  const reneged = n != 0 && ((txAt(s, 0).mark as u32) & TX_SACKED) != 0;
  if (reneged) {
    snmpInc(s.ns, SNMP_X_SACK_RENEGING);
    s.sackedOut = 0;
  } else renoReset(s);
  for (let i: u32 = 0; i < n; i++) {
    const t = txAt(s, i);
    if (reneged) t.mark = ((t.mark as u32) & ~TX_SACKED) as u8;
    else if (i != 0 && s.flags & F_SACK && s.rackTime != 0 && rackLeft(s, t, 0) > 0) continue;
    txMarkLost(s, t);
  }
  if (s.caState <= CA_DISORDER || !after(s.highSeq, s.sndUna) || (s.caState == CA_LOSS && s.retries == 0)) {
    s.priorSsthresh = currentSsthresh(s);
    s.priorCwnd = s.cwnd;
    s.ssthresh = congSsthresh(s);
    congLoss(s);
    undoInit(s);
  }
  s.cwnd = inFlight(s) + 1;
  s.cwndCnt = 0;
  s.cwndStamp = nowNs();
  const base = tcpKey(s.ns, TCPKEY_REORDERING);
  if (s.caState <= CA_DISORDER && s.sackedOut >= base) s.reordering = min(s.reordering, base);
  s.caState = CA_LOSS;
  s.highSeq = s.sndNxt;
  if (tcpKey(s.ns, TCPKEY_FRTO) != 0 && (fresh || s.retries != 0)) s.more |= M_FRTO;
  else s.more &= ~M_FRTO;
}

/** An acknowledgement while Loss repairs. @see Linux tcp_process_loss, RFC 5682 §3.1 */
function lossInput(s: Sock, a: Acking): void {
  const recovered = !before(s.sndUna, s.highSeq);
  const advanced = (a.flags & ACK_UNA_ADVANCED) != 0;
  if (advanced && undoLoss(s, false)) return;
  if (s.more & M_FRTO) {
    if (a.flags & ACK_ORIG_SACKED && undoLoss(s, true)) return;
    if (after(s.sndNxt, s.highSeq)) {
      if (a.flags & ACK_DATA_SACKED || a.dupAcks != 0) s.more &= ~M_FRTO;
    } else if (advanced && !recovered) {
      s.highSeq = s.sndNxt;
      if (sndPending(s) && after(wndEnd(s), s.sndNxt)) {
        a.rexmit = REXMIT_NEW;
        return;
      }
      s.more &= ~M_FRTO;
    }
  }
  if (recovered) {
    undoRecovery(s);
    return;
  }
  if (!(s.flags & F_SACK)) {
    if (after(s.sndNxt, s.highSeq) && a.dupAcks != 0) renoAdd(s, a.dupAcks);
    else if (advanced) renoReset(s);
  }
  a.rexmit = REXMIT_LOST;
}

/** Which segments are lost by what is known now. @see Linux tcp_identify_packet_loss, tcp_newreno_mark_lost */
function identify(s: Sock, a: Acking): void {
  if (txCount(s) == 0) return;
  if (s.flags & F_SACK) {
    const prior = s.retransOut;
    if (rackMarkLost(s)) a.flags &= ~ACK_SET_TIMER;
    if (prior > s.retransOut) a.flags |= ACK_LOST_RETRANS;
    return;
  }
  const hole = s.caState < CA_RECOVERY ? s.sackedOut >= s.reordering : s.caState == CA_RECOVERY && (a.flags & ACK_UNA_ADVANCED) != 0;
  if (hole && !((txAt(s, 0).mark as u32) & TX_LOST)) txMarkLost(s, txAt(s, 0));
}

/** The episode is over. @returns false: nothing more to do */
function episodeEnd(s: Sock): bool {
  if (before(s.sndUna, s.highSeq)) return true;
  if (s.caState == CA_CWR) {
    if (s.sndUna != s.highSeq) {
      reductionEnd(s);
      s.caState = CA_OPEN;
    }
  } else if (s.caState == CA_RECOVERY) {
    renoReset(s);
    if (undoRecovery(s)) return false;
    reductionEnd(s);
  }
  return true;
}

/** An acknowledgement that is not plain progress. */
export function lossAlert(s: Sock, a: Acking): void {
  if (txCount(s) == 0) s.sackedOut = 0;
  if (a.flags & ACK_RENEGING) {
    // The peer forgot what it had told: wait a little, then treat all as lost. @see Linux tcp_check_sack_reneging
    timerArm(s, 0, max<i64>((s.srtt >> 4) as i64 * 1000, 10000000));
    return;
  }
  if (s.caState == CA_OPEN) s.retransStamp = 0;
  else if (!episodeEnd(s)) return;
  if (s.caState == CA_RECOVERY) {
    if (!recoveryInput(s, a)) return;
  } else {
    if (s.caState == CA_LOSS) {
      lossInput(s, a);
      if (a.rexmit == REXMIT_NEW) return;
      identify(s, a);
      if (s.caState != CA_OPEN && !(a.flags & ACK_LOST_RETRANS)) return;
    }
    if (!disorder(s, a)) return;
  }
  a.rexmit = REXMIT_LOST;
}

function recoveryInput(s: Sock, a: Acking): bool {
  if (!(a.flags & ACK_UNA_ADVANCED)) {
    if (!(s.flags & F_SACK)) renoAdd(s, a.dupAcks);
  } else if (undoPartial(s, a.priorUna)) return false;
  if (undoDsack(s)) tryOpen(s);
  identify(s, a);
  if (s.caState != CA_RECOVERY) {
    if (s.lostOut == 0) return false;
    recoveryEnter(s);
  }
  return true;
}

/** Open, Disorder, CWR. @returns whether recovery has begun */
function disorder(s: Sock, a: Acking): bool {
  if (!(s.flags & F_SACK)) {
    if (a.flags & ACK_UNA_ADVANCED) renoReset(s);
    renoAdd(s, a.dupAcks);
  }
  if (s.caState <= CA_DISORDER) undoDsack(s);
  identify(s, a);
  if (s.lostOut == 0) {
    tryOpen(s);
    return false;
  }
  recoveryEnter(s);
  return true;
}

function tryOpen(s: Sock): void {
  if (!anyRetrans(s)) s.retransStamp = 0;
  if (s.caState != CA_CWR) keepOpen(s);
}

/** The reordering timer is due: what is late is lost. @see Linux tcp_rack_reo_timeout */
export function reoRecover(s: Sock): void {
  if (s.caState == CA_RECOVERY) return;
  recoveryEnter(s);
}

/** Pieces are too large for the path now: all such are lost. @returns whether there are any @see Linux tcp_simple_retransmit */
export function lossByMtu(s: Sock, mss: u32): bool {
  const prior = s.lostOut;
  const n = txCount(s);
  for (let i: u32 = 0; i < n; i++) {
    const t = txAt(s, i);
    if (t.end - t.seq > mss) txMarkLost(s, t);
  }
  if (s.lostOut == prior) return false;
  if (s.caState != CA_LOSS) {
    s.highSeq = s.sndNxt;
    s.ssthresh = currentSsthresh(s);
    s.priorSsthresh = 0;
    s.undoMarker = 0;
    s.caState = CA_LOSS;
    s.more &= ~M_FRTO;
  }
  return true;
}
