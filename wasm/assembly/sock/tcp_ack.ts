/**
 * What an acknowledgement does: frees sent segments, measures the round trip, feeds the scoreboard and the congestion
 * control, moves the window, sets the timers.
 * Limits: no ECN.
 * @see RFC 5681, RFC 5961 §5, Linux tcp_input.c: tcp_ack, tcp_clean_rtx_queue
 */
import { SNMP_X_LOSS_PROBE_RECOVERY, SNMP_X_PURE_ACKS } from '../../abi';
import { RDY_OUT, nowNs, sockEvent } from './glue';
import { ringDrop, ringFree } from './ring';
import { after, before } from './seq';
import {
  ACK_DATA, ACK_DATA_ACKED, ACK_DATA_SACKED, ACK_DSACKING, ACK_DSACK_TLP, ACK_NOT_DUP, ACK_ORIG_SACKED, ACK_RENEGING, ACK_RETRANS_ACKED,
  ACK_SET_TIMER, ACK_UNA_ADVANCED, ACK_WIN_UPDATE, Acking, Segment, acking,
} from './segment';
import {
  CA_CWR, CA_OPEN, CA_RECOVERY, F_SACK, F_WANT_OUT, M_FRTO, M_SNDBUF_LOCK, M_TIMER_PROBE, M_TLP_RETRANS, Sock, sndRing, sockId,
} from './table';
import { congAcked, congAvoid } from './tcp_cong';
import { snmpInc } from './tcpnet';
import { sndEnd, sndPending } from './tcp_output';
import { rackAdvance, rackUpdate } from './tcp_rack';
import { REXMIT_NEW, keepOpen, lossAlert, reduce, reductionEnd, reductionStart } from './tcp_recovery';
import { minRttSample, rttSample } from './tcp_rtt';
import { renoRemove, reorderingSeen, sackInput } from './tcp_sack';
import { sndRoom } from './tcp_socket';
import { lossProbeArm, probeArm, rtxCancel, rtxRearm } from './tcp_timer';
import { challenge } from './tcp_input';
import { TX_EVER, TX_LOST, TX_RETRANS, TX_SACKED, highestSack, txAt, txCount, txPop } from './txq';
import { nextFits, retransmitLost, writeNew } from './tcp_write';

/** @returns false when the segment acknowledges what was never sent or is too old: drop it */
export function ackInput(s: Sock, g: Segment): bool {
  if (before(g.ack, s.sndUna - s.maxWnd)) {
    challenge(s);
    return false;
  }
  // What was never sent is told off too, as Linux does of late. @see RFC 9293 §3.10.7.4
  if (after(g.ack, s.sndNxt)) {
    challenge(s);
    return false;
  }
  const a = acking();
  memory.fill(changetype<usize>(a), 0, offsetof<Acking>());
  a.priorUna = s.sndUna;
  a.priorFack = highestSack(s);
  a.priorDelivered = s.delivered;
  a.priorLost = s.lostTotal;
  a.priorSacked = s.sackedOut;
  a.reord = s.sndNxt;
  const priorOut = txCount(s);
  const old = before(g.ack, s.sndUna);
  if (g.hasTs) s.tsEcrLast = g.tsEcr;
  if (!old) {
    if (after(g.ack, s.sndUna)) {
      a.flags |= ACK_UNA_ADVANCED;
      s.retries = 0;
      s.bytesAcked += (g.ack - s.sndUna) as u64;
    }
    if (g.len != 0) a.flags |= ACK_DATA;
    else snmpInc(s.ns, SNMP_X_PURE_ACKS);
    windowInput(s, g, a);
    s.sndUna = g.ack;
    s.ackAt = nowNs();
    s.probes = 0;
    s.errSoft = 0;
  }
  if (g.blocks != 0 && s.flags & F_SACK) sackInput(s, g, a);
  if (priorOut == 0) {
    // Nothing was in flight: a window may have opened.
    if (a.flags & ACK_DSACKING) lossAlert(s, a);
    windowProbe(s);
    if (s.tlpHighSeq != 0) tlpAcked(s, g.ack, a.flags);
    return true;
  }
  if (!old) clean(s, g, a);
  rackUpdate(s);
  if (s.tlpHighSeq != 0) tlpAcked(s, g.ack, a.flags);
  if (!(a.flags & ACK_NOT_DUP) || a.flags & (ACK_DATA_SACKED | ACK_DSACKING) || s.caState != CA_OPEN) {
    if (!(a.flags & (ACK_UNA_ADVANCED | ACK_NOT_DUP | ACK_DSACKING)) && !old) a.dupAcks = 1;
    lossAlert(s, a);
  }
  if (a.flags & ACK_SET_TIMER && !lossProbeArm(s, true)) rtxRearm(s);
  if (!old) control(s, a);
  recover(s, a);
  return true;
}

/** @see Linux tcp_ack_update_window, RFC 9293 §3.10.7.4 */
function windowInput(s: Sock, g: Segment, a: Acking): void {
  const wnd = g.wnd << (s.sndScale as u32);
  const take = after(g.ack, s.sndUna) || after(g.seq, s.sndWl1) || (g.seq == s.sndWl1 && (wnd > s.sndWnd || wnd == 0));
  if (!take) return;
  a.flags |= ACK_WIN_UPDATE;
  s.sndWl1 = g.seq;
  s.sndWnd = wnd;
  if (wnd > s.maxWnd) s.maxWnd = wnd;
}

/** The window of a connection with nothing in flight. @see Linux tcp_ack_probe */
function windowProbe(s: Sock): void {
  if (!sndPending(s)) return;
  if (nextFits(s)) {
    s.backoff = 0;
    if (s.more & M_TIMER_PROBE) rtxCancel(s);
  } else probeArm(s);
}

/** Frees what is acknowledged. @see Linux tcp_clean_rtx_queue */
function clean(s: Sock, g: Segment, a: Acking): void {
  const sack = (s.flags & F_SACK) != 0;
  let acked: u32 = 0;
  while (txCount(s) != 0) {
    const t = txAt(s, 0);
    if (after(t.end, s.sndUna)) break;
    const mark = t.mark as u32;
    if (mark & (TX_EVER | TX_RETRANS)) {
      if (mark & TX_RETRANS) s.retransOut--;
      a.flags |= ACK_RETRANS_ACKED;
    } else if (!(mark & TX_SACKED)) {
      if (a.firstAcked == 0) a.firstAcked = t.time;
      a.lastAcked = t.time;
      if (before(t.seq, a.reord)) a.reord = t.seq;
      if (!after(t.end, s.highSeq)) a.flags |= ACK_ORIG_SACKED;
    }
    if (mark & TX_SACKED) s.sackedOut--;
    else if (sack) {
      s.delivered++;
      rackAdvance(s, mark, t.end, t.time);
    }
    if (mark & TX_LOST) s.lostOut--;
    acked++;
    txPop(s);
  }
  bytesFree(s);
  if (txCount(s) != 0 && (txAt(s, 0).mark as u32) & TX_SACKED) a.flags |= ACK_RENEGING;
  const measured = rttInput(s, g, a);
  if (acked != 0) {
    a.flags |= ACK_DATA_ACKED | ACK_SET_TIMER;
    if (!sack) renoRemove(s, acked);
    else if (before(a.reord, a.priorFack)) reorderingSeen(s, a.reord, false);
  } else if (measured && txCount(s) != 0 && a.firstSacked != 0 && a.firstSacked < txAt(s, 0).time) a.flags |= ACK_SET_TIMER;
}

/** The send ring gives up what was acknowledged; a writer that waits hears of it. */
function bytesFree(s: Sock): void {
  const end = sndEnd(s);
  const upto = after(s.sndUna, end) ? end : s.sndUna;
  const bytes = upto - s.sndBase;
  if (bytes == 0) return;
  ringDrop(sndRing(s), bytes);
  s.sndBase = upto;
  // The send buffer follows the window. @see Linux tcp_sndbuf_expand
  if (!(s.more & M_SNDBUF_LOCK)) s.sndBuf = max(s.sndBuf, min<u32>(s.cwnd * s.mss * 2, 0x100000));
  if (s.sndLen == 0) ringFree(sndRing(s));
  if (s.flags & F_WANT_OUT && sndRoom(s) >= s.sndLen >> 1) {
    s.flags &= ~F_WANT_OUT;
    sockEvent(sockId(s), RDY_OUT);
  }
}

function since(t: i64): u32 {
  return max<i64>((nowNs() - t) / 1000, 1) as u32;
}

/** Round trip: of what was sent once, else by SACK, else by timestamps. @see Linux tcp_ack_update_rtt, RFC 6298 §3 (Karn) */
function rttInput(s: Sock, g: Segment, a: Acking): bool {
  let seqRtt: u32 = 0;
  let caRtt: u32 = 0;
  if (a.firstAcked != 0 && !(a.flags & ACK_RETRANS_ACKED)) {
    seqRtt = since(a.firstAcked);
    caRtt = since(a.lastAcked);
  }
  if (a.firstSacked != 0) {
    caRtt = since(a.lastSacked);
    if (seqRtt == 0) seqRtt = since(a.firstSacked);
  }
  if (seqRtt == 0 && g.hasTs && g.tsEcr != 0 && a.flags & ACK_UNA_ADVANCED) {
    const ms = ((nowNs() / 1000000) as u32) + s.tsOffset - g.tsEcr;
    if (ms < 2000000) {
      seqRtt = max<u32>(ms, 1) * 1000;
      caRtt = seqRtt;
    }
  }
  if (seqRtt == 0) return false;
  minRttSample(s, caRtt);
  rttSample(s, seqRtt);
  if (a.flags & (ACK_UNA_ADVANCED | ACK_DATA_SACKED)) congAcked(s, caRtt);
  return true;
}

/** An acknowledgement at or beyond a tail loss probe. @see RFC 8985 §7.4.2, Linux tcp_process_tlp_ack */
function tlpAcked(s: Sock, ack: u32, flags: u32): void {
  if (before(ack, s.tlpHighSeq)) return;
  if (!(s.more & M_TLP_RETRANS) || flags & ACK_DSACK_TLP) s.tlpHighSeq = 0;
  else if (after(ack, s.tlpHighSeq)) {
    // The probe repaired a loss.
    reductionStart(s);
    s.caState = CA_CWR;
    reductionEnd(s);
    s.caState = CA_OPEN;
    keepOpen(s);
    snmpInc(s.ns, SNMP_X_LOSS_PROBE_RECOVERY);
  } else if (!(flags & (ACK_UNA_ADVANCED | ACK_NOT_DUP | ACK_DATA_SACKED))) s.tlpHighSeq = 0;
}

/** @see Linux tcp_cong_control */
function control(s: Sock, a: Acking): void {
  const delivered = s.delivered - a.priorDelivered;
  if (s.caState == CA_CWR || s.caState == CA_RECOVERY) {
    reduce(s, delivered, s.lostTotal - a.priorLost, a.flags);
    return;
  }
  const forward = s.reordering > 3 ? ACK_DATA_ACKED | ACK_DATA_SACKED : ACK_DATA_ACKED;
  if (a.flags & forward && delivered != 0) congAvoid(s, delivered);
}

/** @see Linux tcp_xmit_recovery */
function recover(s: Sock, a: Acking): void {
  if (a.rexmit == 0) return;
  if (a.rexmit == REXMIT_NEW) {
    writeNew(s);
    if (after(s.sndNxt, s.highSeq)) return;
    s.more &= ~M_FRTO;
  }
  if (s.caState >= CA_RECOVERY || s.lostOut != 0) retransmitLost(s);
}
