/**
 * The congestion window: slow start, Reno's growth, what each algorithm is asked, validation of a window that is not used.
 * @see RFC 5681, RFC 7661, RFC 2861, Linux net/ipv4/tcp_cong.c, tcp_output.c: tcp_cwnd_validate
 */
import { TCPKEY_CONGESTION, TCPKEY_SLOW_START_AFTER_IDLE } from '../../abi';
import { nowNs } from './glue';
import { before } from './seq';
import { CA_OPEN, M_CONGESTION, M_CWND_LIMITED, Sock } from './table';
import { cubicAcked, cubicAvoid, cubicIdle, cubicInit, cubicLoss, cubicSsthresh } from './tcp_cubic';
import { tcpKey } from './tcpnet';
import { txCount } from './txq';

/** Before the first loss there is no threshold. */
export const SSTHRESH_INFINITE: u32 = 0x7fffffff;
export const INIT_CWND: u32 = 10;
const CWND_MAX: u32 = 0x10000;

/** What a new connection starts with. */
export function congInit(s: Sock): void {
  if (!(s.more & M_CONGESTION)) s.ca = tcpKey(s.ns, TCPKEY_CONGESTION) as u8;
  congStart(s);
}

/** The chosen algorithm starts from what the window is. */
export function congStart(s: Sock): void {
  if (s.ca == 1) cubicInit(s);
}

/** The window grows to the threshold. @returns what was acknowledged beyond it */
export function slowStart(s: Sock, acked: u32): u32 {
  const cwnd = min(s.cwnd + acked, s.ssthresh);
  const rest = acked - (cwnd - s.cwnd);
  s.cwnd = min(cwnd, CWND_MAX);
  return rest;
}

/** One segment more for each `w` acknowledged. @see Linux tcp_cong_avoid_ai */
export function aiStep(s: Sock, w: u32, acked: u32): void {
  if (s.cwndCnt >= w) {
    s.cwndCnt = 0;
    s.cwnd++;
  }
  s.cwndCnt += acked;
  if (s.cwndCnt >= w) {
    const n = s.cwndCnt / w;
    s.cwndCnt -= n * w;
    s.cwnd += n;
  }
  s.cwnd = min(s.cwnd, CWND_MAX);
}

/** Whether the window was what held data back. @see Linux tcp_is_cwnd_limited */
function cwndLimited(s: Sock): bool {
  if (s.more & M_CWND_LIMITED) return true;
  return s.cwnd < s.ssthresh && s.cwnd < s.maxPacketsOut << 1;
}

/** `acked` segments more were delivered in order. */
export function congAvoid(s: Sock, acked: u32): void {
  if (!cwndLimited(s)) return;
  if (s.ca == 1) {
    cubicAvoid(s, acked);
    return;
  }
  let rest = acked;
  if (s.cwnd < s.ssthresh) {
    rest = slowStart(s, acked);
    if (rest == 0) return;
  }
  aiStep(s, s.cwnd, rest);
}

/** The threshold after a loss. */
export function congSsthresh(s: Sock): u32 {
  return s.ca == 1 ? cubicSsthresh(s) : max<u32>(s.cwnd >> 1, 2);
}

/** A retransmission timeout. */
export function congLoss(s: Sock): void {
  if (s.ca == 1) cubicLoss(s);
}

/** A round trip was measured. */
export function congAcked(s: Sock, rttUs: u32): void {
  if (s.ca == 1) cubicAcked(s, rttUs);
}

/** The window a reduction was in vain for. @see Linux tcp_reno_undo_cwnd */
export function congUndo(s: Sock): u32 {
  return max(s.cwnd, s.priorCwnd);
}

/** The threshold as it counts for restarts: three quarters of a window that was good. @see Linux tcp_current_ssthresh */
export function currentSsthresh(s: Sock): u32 {
  if (s.caState == 2 || s.caState == 3) return s.ssthresh;
  return max(s.ssthresh, (s.cwnd >> 1) + (s.cwnd >> 2));
}

/** The window after silence: halved for each timeout that passed. @see Linux tcp_cwnd_restart, RFC 2861 */
function restart(s: Sock, idle: i64): void {
  s.ssthresh = currentSsthresh(s);
  const least = min(INIT_CWND, s.cwnd);
  let left = idle - s.rto;
  while (left > 0 && s.cwnd > least) {
    s.cwnd >>= 1;
    left -= s.rto;
  }
  s.cwnd = max(s.cwnd, least);
  s.cwndStamp = nowNs();
  s.cwndUsed = 0;
}

/** Data leaves a connection that had nothing in flight. @see Linux tcp_slow_start_after_idle_check, CA_EVENT_TX_START */
export function congTxStart(s: Sock): void {
  const idle = nowNs() - s.lsndtime;
  if (s.lsndtime == 0) return;
  if (s.ca == 1) cubicIdle(s, idle);
  if (tcpKey(s.ns, TCPKEY_SLOW_START_AFTER_IDLE) != 0 && idle > s.rto) restart(s, idle);
}

/** After a burst: whether the window limits, and a window that is not used shrinks. @see Linux tcp_cwnd_validate */
export function cwndValidate(s: Sock, limited: bool): void {
  const out = txCount(s);
  if (!before(s.sndUna, s.cwndUsageSeq) || limited || (!(s.more & M_CWND_LIMITED) && out > s.maxPacketsOut)) {
    if (limited) s.more |= M_CWND_LIMITED;
    else s.more &= ~M_CWND_LIMITED;
    s.maxPacketsOut = out;
    s.cwndUsageSeq = s.sndNxt;
  }
  if (cwndLimited(s)) {
    s.cwndUsed = 0;
    s.cwndStamp = nowNs();
    return;
  }
  if (out > s.cwndUsed) s.cwndUsed = out;
  if (tcpKey(s.ns, TCPKEY_SLOW_START_AFTER_IDLE) == 0 || nowNs() - s.cwndStamp < s.rto || s.ca == 2) return;
  // @see Linux tcp_cwnd_application_limited
  if (s.caState == CA_OPEN) {
    const used = max(s.cwndUsed, INIT_CWND);
    if (used < s.cwnd) {
      s.ssthresh = currentSsthresh(s);
      s.cwnd = (s.cwnd + used) >> 1;
    }
    s.cwndUsed = 0;
  }
  s.cwndStamp = nowNs();
}
