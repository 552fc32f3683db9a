/**
 * tbf: a token bucket, counted in ns of sending at the rate. A packet leaves when the bucket (and the small one of the
 * peak rate, when there is one) holds its time. Inside is a queue of `limit` bytes, or another discipline.
 * Limits: no overheads, ATM cells or segmentation.
 * @see Linux net/sched/sch_tbf.c: tbf_enqueue, tbf_dequeue
 */
import { DROP_QDISC_FULL, DROP_QDISC_SIZE } from '../../abi';
import { now } from '../sim/clock';
import { Pkt } from '../sim/packet';
import { dequeue, enqueue, left, listPop, listPush, Qdisc, queued, refuse, watchdog } from './qdisc';

/** Time `bytes` take at a rate, ns. */
export function tbfTime(bytes: u32, rate: u64): i64 {
  return (((bytes as u64) * 1_000_000_000) / rate) as i64;
}

/** Fills the buckets. */
export function tbfReset(i: u32): void {
  const q = Qdisc.at(i);
  q.buffer = tbfTime(q.burst, q.rate);
  q.peakBuffer = q.peak != 0 ? tbfTime(q.mtu, q.peak) : 0;
  q.tokens = q.buffer;
  q.peakTokens = q.peakBuffer;
  q.filled = now();
}

/** What waits in the discipline inside waits here; it may have been lost there without a word (netem). */
function recount(q: Qdisc): void {
  q.qlen = Qdisc.at(q.child).qlen;
  q.backlog = Qdisc.at(q.child).backlog;
  if (q.peeked == 0) return;
  q.qlen++;
  q.backlog += Pkt.at(q.peeked).len;
}

/** A packet enters (takes it). @returns 0 or -ENOBUFS */
export function tbfEnqueue(i: u32, pkt: u32): i32 {
  const q = Qdisc.at(i);
  const len = Pkt.at(pkt).len;
  if (len > q.burst || (q.peak != 0 && len > q.mtu)) return refuse(q, pkt, DROP_QDISC_SIZE);
  if (q.child != 0) {
    const err = enqueue(q.child, pkt);
    if (err != 0) {
      q.drops++;
      return err;
    }
    recount(q);
    return 0;
  }
  if (q.backlog + len > q.limit) return refuse(q, pkt, DROP_QDISC_FULL);
  listPush(q, pkt);
  queued(q, pkt, 0);
  return 0;
}

/** The first packet, taken out of what is inside and kept until it may go. */
function look(q: Qdisc): u32 {
  if (q.peeked == 0) {
    q.peeked = q.child != 0 ? dequeue(q.child) : listPop(q);
    if (q.child != 0) recount(q);
  }
  return q.peeked;
}

/** The next packet when the buckets hold enough; else sets the watchdog. @returns 0: nothing */
export function tbfDequeue(i: u32): u32 {
  const q = Qdisc.at(i);
  const pkt = look(q);
  if (pkt == 0) return 0;
  const len = Pkt.at(pkt).len;
  const passed = min<i64>((now() - q.filled) as i64, q.buffer);
  let peak: i64 = 0;
  if (q.peak != 0) peak = min<i64>(passed + q.peakTokens, q.peakBuffer) - tbfTime(len, q.peak);
  const tokens = min<i64>(passed + q.tokens, q.buffer) - tbfTime(len, q.rate);
  if (tokens < 0 || peak < 0) {
    watchdog(i, now() + (max<i64>(-tokens, -peak) as u64));
    q.overlimits++;
    return 0;
  }
  q.filled = now();
  q.tokens = tokens;
  q.peakTokens = peak;
  q.peeked = 0;
  left(q, pkt);
  return pkt;
}
