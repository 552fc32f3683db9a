/**
 * CUBIC: the window as a cubic function of the time since the last loss, in integers; HyStart ends slow start early.
 * @see RFC 9438, Linux net/ipv4/tcp_cubic.c, Ha and Rhee: Hybrid Slow Start
 */
import { SNMP_X_HYSTART_DELAY, SNMP_X_HYSTART_DELAY_CWND, SNMP_X_HYSTART_TRAIN, SNMP_X_HYSTART_TRAIN_CWND } from '../../abi';
import { nowNs } from './glue';
import { after } from './seq';
import { M_HYSTART, Sock } from './table';
import { aiStep, slowStart } from './tcp_cong';
import { snmpAdd, snmpInc } from './tcpnet';

/** C = 0.4 as 410/1024; beta = 717/1024; both scaled by 1024. */
const C: u64 = 410;
const BETA: u32 = 717;
const SCALE: u32 = 1024;
/** 8 (1 + β) / 3 / (1 − β): growth of the Reno-friendly estimate. */
const RENO_SCALE: u32 = (8 * (SCALE + BETA)) / 3 / (SCALE - BETA);
/** 2^40 / C: what the distance to the plateau is multiplied with before the cube root. */
const CUBE_FACTOR: u64 = ((1 as u64) << 40) / C;
const HYSTART_LOW: u32 = 16;
const HYSTART_SAMPLES: u32 = 8;

function ms(): u32 {
  return (nowNs() / 1000000) as u32;
}

function us(): u32 {
  return (nowNs() / 1000) as u32;
}

/** Everything is forgotten. @see Linux bictcp_reset */
export function cubicReset(s: Sock): void {
  s.cubicCnt = 0;
  s.cubicLastMax = 0;
  s.cubicLastCwnd = 0;
  s.cubicLastTime = 0;
  s.cubicOrigin = 0;
  s.cubicK = 0;
  s.cubicDelayMin = 0;
  s.cubicEpoch = 0;
  s.cubicAckCnt = 0;
  s.cubicTcpCwnd = 0;
  s.more &= ~M_HYSTART;
}

/** A new round of slow start. @see Linux bictcp_hystart_reset */
function roundStart(s: Sock): void {
  s.cubicRoundStart = us();
  s.cubicLastAck = s.cubicRoundStart;
  s.cubicEndSeq = s.sndNxt;
  s.cubicCurrRtt = 0xffffffff;
  s.cubicSamples = 0;
}

/** The connection starts. */
export function cubicInit(s: Sock): void {
  cubicReset(s);
  roundStart(s);
}

/** Integer cube root by Newton's method. */
export function cubeRoot(a: u64): u32 {
  if (a == 0) return 0;
  let x: u64 = (1 as u64) << ((64 - clz(a) + 2) / 3);
  let y = (2 * x + a / (x * x)) / 3;
  while (y < x) {
    x = y;
    y = (2 * x + a / (x * x)) / 3;
  }
  return x as u32;
}

/** How many acknowledged segments one more of the window costs now. @see Linux bictcp_update, RFC 9438 §4.2 */
function update(s: Sock, cwnd: u32, acked: u32): void {
  s.cubicAckCnt += acked;
  const now = ms();
  if (s.cubicLastCwnd == cwnd && now - s.cubicLastTime <= 31) return;
  if (!(s.cubicEpoch != 0 && now == s.cubicLastTime)) target(s, cwnd, now);
  // The window Reno would have. @see RFC 9438 §4.3
  const delta = (cwnd * RENO_SCALE) >> 3;
  while (s.cubicAckCnt > delta && delta != 0) {
    s.cubicAckCnt -= delta;
    s.cubicTcpCwnd++;
  }
  if (s.cubicTcpCwnd > cwnd) {
    const most = cwnd / (s.cubicTcpCwnd - cwnd);
    if (s.cubicCnt > most) s.cubicCnt = most;
  }
  s.cubicCnt = max<u32>(s.cubicCnt, 2);
}

function target(s: Sock, cwnd: u32, now: u32): void {
  s.cubicLastCwnd = cwnd;
  s.cubicLastTime = now;
  if (s.cubicEpoch == 0) {
    s.cubicEpoch = max<u32>(now, 1);
    s.cubicAckCnt = 1;
    s.cubicTcpCwnd = cwnd;
    if (s.cubicLastMax <= cwnd) {
      s.cubicK = 0;
      s.cubicOrigin = cwnd;
    } else {
      s.cubicK = cubeRoot(CUBE_FACTOR * ((s.cubicLastMax - cwnd) as u64));
      s.cubicOrigin = s.cubicLastMax;
    }
  }
  // Time since the epoch plus one round trip, in 1/1024 s.
  const t = ((((now - s.cubicEpoch) as u64) + ((s.cubicDelayMin / 1000) as u64)) << 10) / 1000;
  const k = s.cubicK as u64;
  const off = t < k ? k - t : t - k;
  const delta = ((C * off * off * off) >> 40) as u32;
  const goal = t < k ? s.cubicOrigin - delta : s.cubicOrigin + delta;
  s.cubicCnt = goal > cwnd ? cwnd / (goal - cwnd) : 100 * cwnd;
  if (s.cubicLastMax == 0 && s.cubicCnt > 20) s.cubicCnt = 20;
}

/** Segments were acknowledged while the window was in use. @see Linux cubictcp_cong_avoid */
export function cubicAvoid(s: Sock, acked0: u32): void {
  let acked = acked0;
  if (s.cwnd < s.ssthresh) {
    acked = slowStart(s, acked);
    if (acked == 0) return;
  }
  update(s, s.cwnd, acked);
  aiStep(s, s.cubicCnt, acked);
}

/** The threshold after a loss; remembers where it was, less when the window shrinks (fast convergence). */
export function cubicSsthresh(s: Sock): u32 {
  s.cubicEpoch = 0;
  const cwnd = s.cwnd;
  s.cubicLastMax = cwnd < s.cubicLastMax ? (cwnd * (SCALE + BETA)) / (2 * SCALE) : cwnd;
  return max<u32>((cwnd * BETA) / SCALE, 2);
}

/** A retransmission timeout. */
export function cubicLoss(s: Sock): void {
  cubicReset(s);
  roundStart(s);
}

/** The sender starts anew after silence of `ns`: the epoch moves, so that the curve stays. @see Linux cubictcp_cwnd_event */
export function cubicIdle(s: Sock, ns: i64): void {
  if (s.cubicEpoch == 0 || ns <= 0) return;
  const moved = s.cubicEpoch + ((ns / 1000000) as u32);
  s.cubicEpoch = after(moved, ms()) ? ms() : moved;
}

/** A round trip was measured. @see Linux cubictcp_acked */
export function cubicAcked(s: Sock, rttUs: u32): void {
  if (s.cubicEpoch != 0 && ms() - s.cubicEpoch < 1000) return;
  const delay = max<u32>(rttUs, 1);
  if (s.cubicDelayMin == 0 || s.cubicDelayMin > delay) s.cubicDelayMin = delay;
  if (!(s.more & M_HYSTART) && s.cwnd < s.ssthresh && s.cwnd >= HYSTART_LOW) hystart(s, delay);
}

function hystart(s: Sock, delay: u32): void {
  if (after(s.sndUna, s.cubicEndSeq)) roundStart(s);
  const now = us();
  // A train of close acknowledgements that lasts half the least delay: the pipe is full.
  if (<i32>(now - s.cubicLastAck) <= 2000) {
    s.cubicLastAck = now;
    if (now - s.cubicRoundStart > (s.cubicDelayMin + ackDelay(s)) >> 1) {
      s.more |= M_HYSTART;
      snmpInc(s.ns, SNMP_X_HYSTART_TRAIN);
      snmpAdd(s.ns, SNMP_X_HYSTART_TRAIN_CWND, s.cwnd);
      s.ssthresh = s.cwnd;
      return;
    }
  }
  if (s.cubicCurrRtt > delay) s.cubicCurrRtt = delay;
  if (s.cubicSamples < HYSTART_SAMPLES) {
    s.cubicSamples++;
    return;
  }
  const more = min<u32>(max<u32>(s.cubicDelayMin >> 3, 4000), 16000);
  if (s.cubicCurrRtt <= s.cubicDelayMin + more) return;
  s.more |= M_HYSTART;
  snmpInc(s.ns, SNMP_X_HYSTART_DELAY);
  snmpAdd(s.ns, SNMP_X_HYSTART_DELAY_CWND, s.cwnd);
  s.ssthresh = s.cwnd;
}

/** What aggregation may add to the train; there is none here beyond a step of the clock. */
function ackDelay(s: Sock): u32 {
  return s.cubicDelayMin >> 1;
}
