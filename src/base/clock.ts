/**
 * The virtual clock's queue of timers, ordered by (time, sequence number).
 *
 * Time is virtual nanoseconds since the lab was made (exact in a double for 104 days). The clock never moves by
 * itself: the lab's driver moves it, so the same inputs give the same order on every machine.
 */

/** A pending timer; hand it to {@link Clock.cancel}. */
export interface Timer {
  readonly at: number;
  readonly seq: number;
  readonly fire: () => void;
  live: boolean;
}

/** Virtual nanoseconds in one millisecond and in one second. */
export const MS = 1e6;
/** Nanoseconds of a second. */
export const SECOND = 1e9;

/** One virtual clock with its queue (a binary heap). */
export class Clock {
  #heap: Timer[] = [];
  #seq = 0;
  #now = 0;
  #source: (() => number) | undefined;

  /** @param epochNs wall-clock nanoseconds (as bigint, since 1970) that virtual time 0 stands for */
  constructor(readonly epochNs: bigint) {}

  /** Lets another keeper of the same time (the packet core) push `now` forward. */
  follow(source: () => number): void {
    this.#source = source;
  }

  /** Virtual nanoseconds since the lab was made. Never goes back. */
  get now(): number {
    if (this.#source) {
      const t = this.#source();
      if (t > this.#now) this.#now = t;
    }
    return this.#now;
  }

  /** Milliseconds since 1970 of the present virtual time. */
  get epochMs(): number {
    return Number(this.epochNs / 1_000_000n) + Math.floor(this.now / MS);
  }

  /** Nanoseconds since 1970 of a virtual time, exact. */
  epochAt(now: number = this.now): bigint {
    return this.epochNs + BigInt(Math.floor(now));
  }

  /** Calls `fire` once, at `now + delayNs`; never from within this call. */
  after(delayNs: number, fire: () => void): Timer {
    return this.at(this.now + Math.max(0, delayNs), fire);
  }

  /** Calls `fire` once, at virtual time `at` (or now, when that has passed). */
  at(at: number, fire: () => void): Timer {
    const timer: Timer = { at, seq: this.#seq++, fire, live: true };
    this.#push(timer);
    return timer;
  }

  cancel(timer: Timer | undefined): void {
    if (timer) timer.live = false;
  }

  /** Resolves after `delayNs` of virtual time. */
  sleep(delayNs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayNs, resolve));
  }

  /** When the next live timer is due, or Infinity. */
  next(): number {
    while (this.#heap.length > 0 && !(this.#heap[0] as Timer).live) this.#pop();
    return this.#heap.length > 0 ? (this.#heap[0] as Timer).at : Number.POSITIVE_INFINITY;
  }

  /** Moves `now` to `at`, if that is later, without firing anything. */
  advance(at: number): void {
    if (at > this.#now) this.#now = at;
  }

  /** Fires the one timer that is first in order, if it is due. @returns whether one fired */
  fireNext(): boolean {
    if (this.next() > this.now) return false;
    const timer = this.#pop();
    timer.live = false;
    timer.fire();
    return true;
  }

  #push(t: Timer): void {
    const h = this.#heap;
    let i = h.length;
    h.push(t);
    while (i > 0) {
      const up = (i - 1) >> 1;
      if (!before(t, h[up] as Timer)) break;
      h[i] = h[up] as Timer;
      i = up;
    }
    h[i] = t;
  }

  #pop(): Timer {
    const h = this.#heap;
    const top = h[0] as Timer;
    const last = h.pop() as Timer;
    if (h.length > 0) {
      let i = 0;
      for (;;) {
        let child = 2 * i + 1;
        if (child >= h.length) break;
        if (child + 1 < h.length && before(h[child + 1] as Timer, h[child] as Timer)) child++;
        if (!before(h[child] as Timer, last)) break;
        h[i] = h[child] as Timer;
        i = child;
      }
      h[i] = last;
    }
    return top;
  }
}

function before(a: Timer, b: Timer): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}
