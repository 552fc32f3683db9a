/**
 * When each frame moves on the map. Crossings happen within microseconds of one another; here they are spread out
 * in their order, slowly when there are few and faster the more are waiting, so that cause is seen before effect
 * and the map is never far behind.
 */
import type { ViewFrame } from '../../worker/api.ts';

export interface Flight {
  readonly frame: ViewFrame;
  /** ms */
  readonly start: number;
  readonly end: number;
}

/** ms a crossing takes on the map, and the longest the map may be behind. */
const LENGTH = 300;
const LAG = 3000;
const STEP = 130;

/**
 * A veth's two ends see the same crossing: the sender's end alone is drawn. Loopback and what only passes a bridge
 * from inside are not lines on the map. What interfaces send by themselves when they come up would hide what people do.
 */
const isDrawn = (f: ViewFrame): boolean => {
  if (f.housekeeping) return false;
  if (f.ifname === 'lo') return true;
  if (f.direction === 'Out') return true;
  return f.container === undefined && !f.ifname.startsWith('veth');
};

export class Motion {
  #flights: Flight[] = [];
  #last = 0;

  /** @param now ms */
  add(frames: readonly ViewFrame[], now: number): void {
    const drawn = frames.filter(isDrawn);
    const waiting = this.#flights.filter((f) => f.start > now).length + drawn.length;
    const step = Math.min(STEP, LAG / Math.max(1, waiting));
    // What already waits closes up, so that a burst does not queue behind a slow beginning.
    let at = now;
    this.#flights = this.#flights.map((f) => {
      if (f.start <= now) return f;
      at = Math.min(f.start, at + step);
      return { ...f, start: at, end: at + LENGTH };
    });
    this.#last = Math.max(now, at);
    for (const frame of drawn) {
      this.#flights.push({ frame, start: this.#last, end: this.#last + LENGTH });
      this.#last += step;
    }
  }

  /** Those under way. Forgets what has landed. */
  at(now: number): readonly Flight[] {
    this.#flights = this.#flights.filter((f) => f.end > now);
    return this.#flights.filter((f) => f.start <= now);
  }

  get busy(): boolean {
    return this.#flights.length > 0;
  }
}
