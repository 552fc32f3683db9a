/**
 * Timers: a binary heap of record indices ordered by (due time, order of setting). A timer is a kind and an object;
 * sim/loop.ts dispatches it by a switch on the kind. Due times are virtual ns.
 */
import { DROP_TIMER_FULL } from '../../abi';
import { SLAB_TIMER, Sim, TIMER_BASE, TIMER_HEAP, TIMER_REC } from '../mem';
import { slabFree, slabTake } from './slab';
import { dropCount } from './stat';

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
  t.seq = s.timerSeq++;
  s.timers++;
  siftUp(s.timers - 1, i);
  return i;
}

/** Clears a timer that is set. `handle` 0 is no timer. The owner must forget the handle, also when it has fired. */
export function timerDel(handle: u32): void {
  if (handle == 0) return;
  const s = Sim.at();
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
