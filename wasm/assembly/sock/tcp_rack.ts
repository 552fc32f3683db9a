/**
 * RACK: a segment is lost when one sent later has arrived and a round trip with some slack has passed. It finds lost
 * retransmissions too; the slack follows the reordering that DSACKs betray.
 * Chosen as Linux has it (net.ipv4.tcp_recovery = 1), in place of RFC 6675's counting.
 * @see RFC 8985, Linux net/ipv4/tcp_recovery.c
 */
import { SNMP_X_LOST_RETRANSMIT } from '../../abi';
import { nowNs } from './glue';
import { before } from './seq';
import { CA_RECOVERY, F_SACK, M_RACK_ADVANCED, M_RACK_DSACK, M_REORD_SEEN, M_TIMER_REO, Sock } from './table';
import { snmpInc } from './tcpnet';
import { minRtt } from './tcp_rtt';
import { timerArm } from './tcp_timer';
import { TX_LOST, TX_RETRANS, TX_SACKED, Tx, sentAfter, txAt, txCount, txMarkLost } from './txq';

/** Least delay of a timer: two ticks. */
export const TIMEOUT_MIN: i64 = 2000000;
const RECOVERY_ROUNDS: u32 = 16;
const STEPS_MAX: u32 = 255;

/** A segment that left at `time` has arrived. @param mark its TX_* before */
export function rackAdvance(s: Sock, mark: u32, end: u32, time: i64): void {
  const rtt = ((nowNs() - time) / 1000) as u32;
  // Sent again, and the answer too soon: it was for the first copy.
  if (mark & (TX_RETRANS | 128) && rtt < minRtt(s)) return;
  s.more |= M_RACK_ADVANCED;
  s.rackRtt = rtt;
  if (sentAfter(time, s.rackTime, end, s.rackEnd)) {
    s.rackTime = time;
    s.rackEnd = end;
  }
}

/** A DSACK came: a retransmission was in vain. */
export function rackDsack(s: Sock): void {
  s.more |= M_RACK_DSACK;
}

/** The slack, once a round trip. @see Linux tcp_rack_update_reo_wnd */
export function rackUpdate(s: Sock): void {
  if (!(s.flags & F_SACK)) return;
  if (before(s.sndUna, s.rackRttSeq)) s.more &= ~M_RACK_DSACK;
  if (s.more & M_RACK_DSACK) {
    s.rackSteps = min(STEPS_MAX, s.rackSteps + 1);
    s.more &= ~M_RACK_DSACK;
    s.rackRttSeq = s.sndNxt;
    s.rackPersist = RECOVERY_ROUNDS;
  } else if (s.rackPersist == 0) s.rackSteps = 1;
}

/** µs @see Linux tcp_rack_reo_wnd */
function slack(s: Sock): u32 {
  if (!(s.more & M_REORD_SEEN) && (s.caState >= CA_RECOVERY || s.sackedOut >= s.reordering)) return 0;
  const least = minRtt(s);
  return min((least >> 2) * s.rackSteps, s.srtt >> 3);
}

/** How long a segment may yet take, ns; 0 or less: it is lost. */
export function rackLeft(s: Sock, t: Tx, slackUs: u32): i64 {
  return ((s.rackRtt + slackUs) as i64) * 1000 - (nowNs() - t.time);
}

/** Marks what is lost. @returns how long to wait for the rest, ns, 0 nothing waits */
function detect(s: Sock): i64 {
  const reo = slack(s);
  let wait: i64 = 0;
  const n = txCount(s);
  for (let i: u32 = 0; i < n; i++) {
    const t = txAt(s, i);
    const mark = t.mark as u32;
    if (mark & TX_SACKED || (mark & TX_LOST && !(mark & TX_RETRANS))) continue;
    if (!sentAfter(s.rackTime, t.time, s.rackEnd, t.end)) continue;
    const left = rackLeft(s, t, reo);
    if (left <= 0) {
      if (mark & TX_RETRANS) snmpInc(s.ns, SNMP_X_LOST_RETRANSMIT);
      txMarkLost(s, t);
    } else if (left > wait) wait = left;
  }
  return wait;
}

/** Looks for losses after an acknowledgement; waits for what may only be late. @returns whether the timer runs for that */
export function rackMarkLost(s: Sock): bool {
  if (!(s.more & M_RACK_ADVANCED)) return false;
  s.more &= ~M_RACK_ADVANCED;
  const wait = detect(s);
  if (wait != 0) timerArm(s, M_TIMER_REO, wait + TIMEOUT_MIN);
  return wait != 0;
}

/** The wait is over. @returns whether losses are known now */
export function rackTimeout(s: Sock): bool {
  const before0 = s.lostTotal;
  detect(s);
  return s.lostTotal != before0;
}
