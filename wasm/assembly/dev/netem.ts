/**
 * netem: delay with jitter, loss, duplication, corruption, reordering and a rate, as a wire far away has them.
 * Packets wait in one list ordered by the time they are due; those that overtake go before it. Chance comes from a
 * generator of its own, seeded from the core's or by hand.
 * Limits: no slots, no ECN marks.
 * @see Linux net/sched/sch_netem.c: netem_enqueue, netem_dequeue, get_crandom, tabledist, loss_4state, loss_gilb_ell
 */
import { DROP_QDISC_FULL, DROP_QDISC_LOSS, LOSS_GEMODEL, LOSS_STATES } from '../../abi';
import { DIST_BASE, DIST_CAP, DIST_SIZE } from '../mem';
import { now } from '../sim/clock';
import { Pkt } from '../sim/packet';
import { pktClone, pktDrop, pktWritable } from '../sim/pool';
import { dequeue, enqueue, left, listPop, Qdisc, queued, refuse, watchdog } from './qdisc';

const SECOND: u64 = 1_000_000_000;
/** What a number of a distribution's table is divided by. */
const DIST_SCALE: i64 = 8192;
/** States of the chain of four; good and bad of Gilbert-Elliott are the first two. */
const GAP_TX: u32 = 0;
const BURST_TX: u32 = 1;
const GAP_LOST: u32 = 2;
const BURST_LOST: u32 = 3;

/** 32 bits of the discipline's own generator (splitmix64). */
function random(q: Qdisc): u32 {
  q.prng += 0x9e3779b97f4a7c15;
  let z = q.prng;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return ((z ^ (z >> 31)) >> 32) as u32;
}

/** A number that leans towards `last` by `rho` of 2³². */
function lean(q: Qdisc, rho: u32, last: u32): u32 {
  const fresh = random(q) as u64;
  if (rho == 0) return fresh as u32;
  const weight = (rho as u64) + 1;
  const other = (1 as u64) << 32;
  return ((fresh * (other - weight) + (last as u64) * weight) >> 32) as u32;
}

/** Whether chance says yes with probability p of 2³². */
function chanceLoss(q: Qdisc): bool {
  q.lossLast = lean(q, q.lossCorr, q.lossLast);
  return q.loss != 0 && q.loss >= q.lossLast;
}

function chanceDup(q: Qdisc): bool {
  if (q.dup == 0) return false;
  q.dupLast = lean(q, q.dupCorr, q.dupLast);
  return q.dup >= q.dupLast;
}

function chanceCorrupt(q: Qdisc): bool {
  if (q.corrupt == 0) return false;
  q.corruptLast = lean(q, q.corruptCorr, q.corruptLast);
  return q.corrupt >= q.corruptLast;
}

function chanceReorder(q: Qdisc): bool {
  q.reorderLast = lean(q, q.reorderCorr, q.reorderLast);
  return q.reorder >= q.reorderLast;
}

/** Four states: chain0..4 = p13, p31, p32, p23, p14. */
function lostInStates(q: Qdisc): bool {
  const r = random(q) as u64;
  const was = q.chainState;
  if (was == GAP_TX) {
    if (r < (q.chain4 as u64)) q.chainState = GAP_LOST;
    else if (r < (q.chain4 as u64) + (q.chain0 as u64)) q.chainState = BURST_LOST;
  } else if (was == BURST_TX) {
    if (r < (q.chain3 as u64)) q.chainState = BURST_LOST;
  } else if (was == BURST_LOST) {
    if (r < (q.chain2 as u64)) q.chainState = BURST_TX;
    else if (r < (q.chain2 as u64) + (q.chain1 as u64)) q.chainState = GAP_TX;
  } else q.chainState = GAP_TX;
  return q.chainState == GAP_LOST || q.chainState == BURST_LOST;
}

/** Gilbert-Elliott: chain0..3 = p, r, h (heard when bad), 1-k (lost when good). */
function lostInBursts(q: Qdisc): bool {
  if (q.chainState == GAP_TX) {
    if (random(q) < q.chain0) q.chainState = BURST_TX;
    return random(q) < q.chain3;
  }
  if (random(q) < q.chain1) q.chainState = GAP_TX;
  return random(q) > q.chain2;
}

function lost(q: Qdisc): bool {
  if (q.model == LOSS_STATES) return lostInStates(q);
  if (q.model == LOSS_GEMODEL) return lostInBursts(q);
  return q.loss != 0 && chanceLoss(q);
}

/** The delay of one packet, ns; may be negative with jitter. */
function drawDelay(q: Qdisc): i64 {
  if (q.jitter == 0) return q.delay;
  q.delayLast = lean(q, q.delayCorr, q.delayLast);
  const r = q.delayLast;
  if (q.dist == 0 || q.dist > DIST_CAP) return ((r as u64) % ((2 * q.jitter) as u64)) as i64 + q.delay - q.jitter;
  const at = DIST_BASE + (((q.dist - 1) * DIST_SIZE + (r % DIST_SIZE)) as usize) * 2;
  const t = load<i16>(at) as i64;
  let x = (q.jitter % DIST_SCALE) * t;
  x += x >= 0 ? DIST_SCALE / 2 : -DIST_SCALE / 2;
  return x / DIST_SCALE + (q.jitter / DIST_SCALE) * t + q.delay;
}

/** Time the rate gives a packet, ns. */
function airtime(q: Qdisc, bytes: u32): u64 {
  let n = (bytes as i64) + (q.overhead as i64);
  if (q.cell != 0) {
    const cells = (n + (q.cell as i64) - 1) / (q.cell as i64);
    n = cells * ((q.cell as i64) + (q.cellOverhead as i64));
  }
  return n <= 0 ? 0 : ((n as u64) * SECOND) / q.rate;
}

/** Puts a packet in its place in time, behind equals. */
function insert(q: Qdisc, pkt: u32): void {
  const p = Pkt.at(pkt);
  q.count++;
  if (q.tail == 0 || Pkt.at(q.tail).stamp <= p.stamp) {
    p.next = 0;
    if (q.tail == 0) q.head = pkt;
    else Pkt.at(q.tail).next = pkt;
    q.tail = pkt;
    return;
  }
  if (p.stamp < Pkt.at(q.head).stamp) {
    p.next = q.head;
    q.head = pkt;
    return;
  }
  let k = q.head;
  while (Pkt.at(Pkt.at(k).next).stamp <= p.stamp) k = Pkt.at(k).next;
  p.next = Pkt.at(k).next;
  Pkt.at(k).next = pkt;
}

/** Puts a packet before all others. */
function overtake(q: Qdisc, pkt: u32): void {
  Pkt.at(pkt).stamp = now();
  q.counter = 0;
  q.requeues++;
  Pkt.at(pkt).next = q.frontHead;
  if (q.frontHead == 0) q.frontTail = pkt;
  q.frontHead = pkt;
  queued(q, pkt, 0);
}

/** Flips one bit somewhere in the frame. @returns false when out of buffers */
function corrupt(q: Qdisc, pkt: u32): bool {
  if (!pktWritable(pkt)) return false;
  const p = Pkt.at(pkt);
  const at = (p.data as usize) + (((((random(q) as u64) * (p.len as u64)) >> 32) as u32) as usize);
  store<u8>(at, load<u8>(at) ^ ((1 as u32) << (random(q) & 7)));
  return true;
}

/** A packet enters (takes it). @returns 0 (also when it is lost on the way), or -ENOBUFS: the queue is full */
export function netemEnqueue(i: u32, pkt: u32): i32 {
  const q = Qdisc.at(i);
  let copies = chanceDup(q) ? 2 : 1;
  if (lost(q)) copies--;
  if (copies == 0) {
    refuse(q, pkt, DROP_QDISC_LOSS);
    return 0;
  }
  const twin = copies > 1 ? pktClone(pkt) : 0;
  if (chanceCorrupt(q) && !corrupt(q, pkt)) {
    if (twin != 0) pktDrop(twin, DROP_QDISC_FULL);
    return refuse(q, pkt, DROP_QDISC_FULL);
  }
  if (q.count >= q.limit) {
    if (twin != 0) pktDrop(twin, DROP_QDISC_FULL);
    return refuse(q, pkt, DROP_QDISC_FULL);
  }
  if (twin != 0) {
    // The copy starts at the top of the tree, and is not doubled again.
    const dup = q.dup;
    q.dup = 0;
    enqueue(q.outer != 0 ? q.outer : i, twin);
    q.dup = dup;
  }
  if (q.gap != 0 && q.counter >= q.gap - 1 && chanceReorder(q)) {
    overtake(q, pkt);
    return 0;
  }
  schedule(q, pkt);
  return 0;
}

/** Decides when a packet is due. */
function schedule(q: Qdisc, pkt: u32): void {
  const p = Pkt.at(pkt);
  let from = now() as i64;
  let delay = drawDelay(q);
  if (q.rate != 0) {
    // A wire with a rate carries one packet after the other: the last one's end is where this one begins.
    if (q.tail != 0) {
      const last = Pkt.at(q.tail).stamp as i64;
      delay = max<i64>(0, delay - (last - from));
      from = last;
    }
    delay += airtime(q, p.len) as i64;
  }
  const due = max<i64>(0, from + delay) as u64;
  p.stamp = due;
  q.counter++;
  queued(q, pkt, due > now() ? ((due - now()) / 1000) as u32 : 0);
  insert(q, pkt);
}

function popFront(q: Qdisc): u32 {
  const pkt = q.frontHead;
  if (pkt == 0) return 0;
  q.frontHead = Pkt.at(pkt).next;
  if (q.frontHead == 0) q.frontTail = 0;
  Pkt.at(pkt).next = 0;
  return pkt;
}

/** What is due now, through the discipline inside when there is one; else sets the watchdog. @returns 0: nothing */
export function netemDequeue(i: u32): u32 {
  const q = Qdisc.at(i);
  if (q.peeked != 0) {
    const pkt = q.peeked;
    q.peeked = 0;
    left(q, pkt);
    return pkt;
  }
  let pkt = popFront(q);
  if (pkt != 0) {
    left(q, pkt);
    return pkt;
  }
  while (q.head != 0 && Pkt.at(q.head).stamp <= now()) {
    pkt = listPop(q);
    if (q.child == 0) {
      left(q, pkt);
      return pkt;
    }
    const len = Pkt.at(pkt).len;
    if (enqueue(q.child, pkt) != 0) {
      q.drops++;
      q.qlen--;
      q.backlog -= len;
    }
  }
  if (q.head != 0) watchdog(i, Pkt.at(q.head).stamp);
  if (q.child == 0) return 0;
  pkt = dequeue(q.child);
  if (pkt != 0) left(q, pkt);
  return pkt;
}

/** Stores a distribution's table. @param slot 1..DIST_CAP @param from DIST_SIZE numbers of 16 bits */
export function netemDist(slot: u32, from: usize): void {
  if (slot == 0 || slot > DIST_CAP) return;
  memory.copy(DIST_BASE + ((slot - 1) as usize) * (DIST_SIZE as usize) * 2, from, (DIST_SIZE as usize) * 2);
}
