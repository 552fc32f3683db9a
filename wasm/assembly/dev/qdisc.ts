/**
 * Queueing disciplines on a device's way out: the tree (a root, and under netem and tbf one child), statistics, and
 * the run that hands what is due to the device. A device without one (the default: noqueue) sends at once.
 * A discipline that must wait sets its watchdog, one timer for each.
 * Limits: one level of children; no classes to choose from, no ingress; nothing is ever put back by a device.
 * @see Linux net/sched/sch_api.c: tc_modify_qdisc, net/sched/sch_generic.c: __qdisc_run, net/core/dev.c: __dev_xmit_skb
 */
import {
  DROP_QDISC_FULL,
  DROP_QDISC_GONE,
  ENOBUFS,
  ENOENT,
  ENOSPC,
  QDISC_BFIFO,
  QDISC_NETEM,
  QDISC_PFIFO,
  QDISC_TBF,
  TIMER_QDISC,
  TRACE_QUEUE,
} from '../../abi';
import { QDISC_BASE, QDISC_REC, SLAB_QDISC } from '../mem';
import { PF_TRACE, Pkt } from '../sim/packet';
import { pktDrop } from '../sim/pool';
import { slabAlloc, slabFree } from '../sim/slab';
import { traceWrite } from '../sim/stat';
import { timerAdd, timerDel, timerWhen } from '../sim/timer';
import { Dev } from './dev';
import { netemDequeue, netemEnqueue } from './netem';
import { tbfDequeue, tbfEnqueue, tbfReset } from './tbf';
import { devStart } from './xmit';

@unmanaged
export class Qdisc {
  kind: u32;
  dev: u32;
  handle: u32;
  /** Class it hangs on, QDISC_ROOT for the root. */
  parent: u32;
  /** The discipline inside, and the one outside; 0 none. */
  child: u32;
  outer: u32;
  limit: u32;
  /** Packets and bytes that wait, those of the child included. */
  qlen: u32;
  backlog: u32;
  /** fifo, tbf: in order; netem: by the time they are due. */
  head: u32;
  tail: u32;
  /** Packets in that list. */
  count: u32;
  /** netem: those that overtake. */
  frontHead: u32;
  frontTail: u32;
  /** Taken out by a look, not yet sent. */
  peeked: u32;
  timer: u32;
  running: u32;
  burst: u32;
  mtu: u32;
  gap: u32;
  counter: u32;
  overhead: i32;
  cell: u32;
  cellOverhead: i32;
  dist: u32;
  model: u32;
  chainState: u32;
  delayCorr: u32;
  delayLast: u32;
  loss: u32;
  lossCorr: u32;
  lossLast: u32;
  dup: u32;
  dupCorr: u32;
  dupLast: u32;
  reorder: u32;
  reorderCorr: u32;
  reorderLast: u32;
  corrupt: u32;
  corruptCorr: u32;
  corruptLast: u32;
  chain0: u32;
  chain1: u32;
  chain2: u32;
  chain3: u32;
  chain4: u32;
  bytes: u64;
  packets: u64;
  drops: u64;
  overlimits: u64;
  requeues: u64;
  /** Bytes a second. */
  rate: u64;
  peak: u64;
  /** tbf: what the buckets hold at most, and now, as ns of sending; when they were last filled. */
  buffer: i64;
  peakBuffer: i64;
  tokens: i64;
  peakTokens: i64;
  filled: u64;
  delay: i64;
  jitter: i64;
  /** netem's own generator: as seeded, and now. */
  seed: u64;
  prng: u64;

  @inline static at(i: u32): Qdisc {
    return changetype<Qdisc>(QDISC_BASE + (i as usize) * QDISC_REC);
  }
}

// --- the list of a fifo

/** Appends to the list. */
export function listPush(q: Qdisc, pkt: u32): void {
  Pkt.at(pkt).next = 0;
  if (q.head == 0) q.head = pkt;
  else Pkt.at(q.tail).next = pkt;
  q.tail = pkt;
  q.count++;
}

/** Takes the first, 0 when there is none. */
export function listPop(q: Qdisc): u32 {
  const pkt = q.head;
  if (pkt == 0) return 0;
  q.head = Pkt.at(pkt).next;
  if (q.head == 0) q.tail = 0;
  Pkt.at(pkt).next = 0;
  q.count--;
  return pkt;
}

// --- counters

/** A packet begins to wait. */
export function queued(q: Qdisc, pkt: u32, us: u32): void {
  const p = Pkt.at(pkt);
  q.qlen++;
  q.backlog += p.len;
  if (p.flags & PF_TRACE) traceWrite(p.id, TRACE_QUEUE, p.ns, q.dev, q.kind, q.backlog, us);
}

/** A packet leaves for the outer discipline or the device. */
export function left(q: Qdisc, pkt: u32): void {
  const len = Pkt.at(pkt).len;
  q.qlen--;
  q.backlog -= len;
  q.bytes += len as u64;
  q.packets++;
}

/** Counts and frees a packet. @returns -ENOBUFS */
export function refuse(q: Qdisc, pkt: u32, reason: u32): i32 {
  q.drops++;
  pktDrop(pkt, reason);
  return -ENOBUFS;
}

/** Sets the watchdog of a discipline, which runs the device's queue at `when` (ns). */
export function watchdog(i: u32, when: u64): void {
  const q = Qdisc.at(i);
  if (q.timer != 0) {
    if (timerWhen(q.timer) == when) return;
    timerDel(q.timer);
  }
  q.timer = timerAdd(when, TIMER_QDISC, i);
}

// --- the tree

/** Puts a packet into a discipline (takes it). @returns 0 or -ENOBUFS: dropped for want of room */
export function enqueue(i: u32, pkt: u32): i32 {
  const q = Qdisc.at(i);
  if (q.kind == QDISC_NETEM) return netemEnqueue(i, pkt);
  if (q.kind == QDISC_TBF) return tbfEnqueue(i, pkt);
  return fifoEnqueue(q, pkt);
}

/** The next packet that may leave now, or 0. */
export function dequeue(i: u32): u32 {
  const q = Qdisc.at(i);
  if (q.kind == QDISC_NETEM) return netemDequeue(i);
  if (q.kind == QDISC_TBF) return tbfDequeue(i);
  const pkt = q.peeked != 0 ? q.peeked : listPop(q);
  q.peeked = 0;
  if (pkt != 0) left(q, pkt);
  return pkt;
}

/** @see Linux net/sched/sch_fifo.c: bfifo_enqueue, pfifo_enqueue */
function fifoEnqueue(q: Qdisc, pkt: u32): i32 {
  const full = q.kind == QDISC_PFIFO ? q.qlen >= q.limit : q.backlog + Pkt.at(pkt).len > q.limit;
  if (full) return refuse(q, pkt, DROP_QDISC_FULL);
  listPush(q, pkt);
  queued(q, pkt, 0);
  return 0;
}

/** Sends what is due. */
export function qdiscRun(root: u32): void {
  const q = Qdisc.at(root);
  if (q.running) return;
  q.running = 1;
  let pkt = dequeue(root);
  while (pkt != 0) {
    devStart(q.dev, pkt);
    pkt = dequeue(root);
  }
  q.running = 0;
}

/** A frame goes out through a device's discipline (takes it). @returns 0 or -ENOBUFS */
export function qdiscXmit(root: u32, pkt: u32): i32 {
  const err = enqueue(root, pkt);
  qdiscRun(root);
  return err;
}

/** A watchdog fired. */
export function qdiscTimer(i: u32): void {
  const q = Qdisc.at(i);
  q.timer = 0;
  qdiscRun(q.outer != 0 ? q.outer : i);
}

function dropList(head: u32): void {
  let k = head;
  while (k != 0) {
    const next = Pkt.at(k).next;
    Pkt.at(k).next = 0;
    pktDrop(k, DROP_QDISC_GONE);
    k = next;
  }
}

/** Throws away what waits. @see Linux qdisc_reset */
export function qdiscReset(i: u32): void {
  const q = Qdisc.at(i);
  dropList(q.head);
  dropList(q.frontHead);
  if (q.peeked != 0) pktDrop(q.peeked, DROP_QDISC_GONE);
  q.head = 0;
  q.tail = 0;
  q.count = 0;
  q.frontHead = 0;
  q.frontTail = 0;
  q.peeked = 0;
  q.qlen = 0;
  q.backlog = 0;
  timerDel(q.timer);
  q.timer = 0;
  if (q.kind == QDISC_TBF) tbfReset(i);
}

/** The device goes down: queues are emptied, settings stay. */
export function qdiscDevDown(dev: u32): void {
  const root = Dev.at(dev).qdisc;
  if (root == 0) return;
  const child = Qdisc.at(root).child;
  if (child != 0) qdiscReset(child);
  qdiscReset(root);
}

/** Takes a discipline, its child and all packets away. */
export function qdiscFree(i: u32): void {
  const q = Qdisc.at(i);
  const child = q.child;
  if (child != 0) {
    qdiscReset(child);
    slabFree(SLAB_QDISC, child);
  }
  qdiscReset(i);
  if (q.outer == 0) Dev.at(q.dev).qdisc = 0;
  else Qdisc.at(q.outer).child = 0;
  slabFree(SLAB_QDISC, i);
}

/** The device goes, or moves to another namespace. @see Linux dev_shutdown */
export function qdiscDevGone(dev: u32): void {
  const root = Dev.at(dev).qdisc;
  if (root != 0) qdiscFree(root);
}

/**
 * A new discipline in place of the one at the root (outer 0) or under `outer`.
 * @returns its index, -ENOSPC or -ENOENT: `outer` can have none inside
 */
export function qdiscNew(dev: u32, kind: u32, outer: u32): i32 {
  if (outer != 0) {
    const o = Qdisc.at(outer);
    if (o.outer != 0 || o.kind == QDISC_PFIFO || o.kind == QDISC_BFIFO) return -ENOENT;
    if (o.child != 0) qdiscFree(o.child);
    // What the queue inside held goes with it: here it is in the outer one's own list.
    if (o.kind == QDISC_TBF) qdiscReset(outer);
  } else qdiscDevGone(dev);
  const i = slabAlloc(SLAB_QDISC);
  if (i == 0) return -ENOSPC;
  const q = Qdisc.at(i);
  q.kind = kind;
  q.dev = dev;
  q.outer = outer;
  if (outer != 0) Qdisc.at(outer).child = i;
  else Dev.at(dev).qdisc = i;
  return i as i32;
}
