/**
 * Timers: a binary heap of record indices ordered by (due time, order of setting; of the wheel's the other way round). A timer is a kind and an object;
 * sim/loop.ts dispatches it by a switch on the kind. Due times are virtual ns.
 */
import { DROP_TIMER_FULL } from '../../abi';
import { SLAB_TIMER, Sim, TIMER_BASE, TIMER_HEAP, TIMER_REC } from '../mem';
import { now } from './clock';
import { slabFree, slabTake } from './slab';
import { dropCount } from './stat';

/** ns between two ticks: HZ is 250. */
const JIFFY: u64 = 4_000_000;
/** A level of the wheel is eight times as coarse as the one before; the first reaches so many ticks. */
const WHEEL_SHIFT: u64 = 3;
const WHEEL_REACH: u64 = 63;
const WHEEL_TOP: u64 = 21;

@unmanaged
export class Timer {
  link: u32;
  kind: u32;
  obj: u32;
  /** Position in the heap. */
  pos: u32;
  when: u64;
  seq: u64;

  @inline static at(i: u32): Timer {
    return changetype<Timer>(TIMER_BASE + (i as usize) * TIMER_REC);
  }
}

function heapAt(pos: u32): u32 {
  return load<u32>(TIMER_HEAP + (pos as usize) * 4);
}

function heapPut(pos: u32, i: u32): void {
  store<u32>(TIMER_HEAP + (pos as usize) * 4, i);
  Timer.at(i).pos = pos;
}

function before(a: u32, b: u32): bool {
  const x = Timer.at(a);
  const y = Timer.at(b);
  return x.when < y.when || (x.when == y.when && x.seq < y.seq);
}

function siftUp(from: u32, i: u32): void {
  let pos = from;
  while (pos > 0) {
    const up: u32 = (pos - 1) >> 1;
    const j = heapAt(up);
    if (!before(i, j)) break;
    heapPut(pos, j);
    pos = up;
  }
  heapPut(pos, i);
}

function siftDown(from: u32, i: u32): void {
  const n = Sim.at().timers;
  let pos = from;
  while (true) {
    let kid: u32 = pos * 2 + 1;
    if (kid >= n) break;
    if (kid + 1 < n && before(heapAt(kid + 1), heapAt(kid))) kid++;
    const j = heapAt(kid);
    if (!before(j, i)) break;
    heapPut(pos, j);
    pos = kid;
  }
  heapPut(pos, i);
}

/** Sets a timer. @param when absolute ns @returns its handle, or 0 when there are too many (counted) */
export function timerAdd(when: u64, kind: u32, obj: u32): u32 {
  return add(when, Sim.at().timerSeq++, kind, obj);
}

/**
 * Sets a timer of the timer wheel, which fires late: at the next boundary of its level (4 ms for what is near, 32 ms
 * from a quarter of a second on, 256 ms from two seconds on, …). Of those that a boundary has, the last set fires first.
 * @param delay ns from now
 * @see Linux kernel/time/timer.c: calc_wheel_index, enqueue_timer
 */
export function timerAddWheel(delay: u64, kind: u32, obj: u32): u32 {
  const clk = now() / JIFFY;
  const expires = clk + (delay + JIFFY - 1) / JIFFY;
  let shift: u64 = 0;
  while (shift < WHEEL_TOP && expires - clk >= WHEEL_REACH << shift) shift += WHEEL_SHIFT;
  const bucket = ((expires >> shift) + 1) << shift;
  return add(bucket * JIFFY, ~Sim.at().timerSeq++, kind, obj);
}

/** The boundary of the wheel that a timer waits for, ns; 0: it is none of the wheel's, or none. */
export function timerBucket(handle: u32): u64 {
  if (handle == 0) return 0;
  const t = Timer.at(handle);
  return t.seq >> 63 ? t.when : 0;
}

function add(when: u64, seq: u64, kind: u32, obj: u32): u32 {
  Sim.at().rec = 0;
  const i = slabTake(SLAB_TIMER);
  if (i == 0) {
    dropCount(DROP_TIMER_FULL);
    return 0;
  }
  const s = Sim.at();
  const t = Timer.at(i);
  t.kind = kind;
  t.obj = obj;
  t.when = when;
  t.seq = seq;
  s.timers++;
  siftUp(s.timers - 1, i);
  return i;
}

/** Clears a timer that is set. `handle` 0 is no timer. The owner must forget the handle, also when it has fired. */
export function timerDel(handle: u32): void {
  if (handle == 0) return;
  const s = Sim.at();
  s.rec = 0;
  const pos = Timer.at(handle).pos;
  s.timers--;
  if (pos != s.timers) {
    const last = heapAt(s.timers);
    if (pos > 0 && before(last, heapAt((pos - 1) >> 1))) siftUp(pos, last);
    else siftDown(pos, last);
  }
  slabFree(SLAB_TIMER, handle);
}

/** When a set timer is due. */
export function timerWhen(handle: u32): u64 {
  return Timer.at(handle).when;
}

/** The earliest timer's handle, or 0. */
export function timerFirst(): u32 {
  return Sim.at().timers == 0 ? 0 : heapAt(0);
}
