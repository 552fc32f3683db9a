/**
 * Displays: what takes a terminal's output while others look after the lab. A pty's writers wait while its queue is full;
 * who empties it, and when, decides when they go on. Here that depends on virtual time alone: little output is taken at
 * once, more than a queue holds at the speed of a fast terminal. So the same keys at the same times give the same bytes,
 * however slowly a page draws them.
 */
import type { Clock } from '../base/clock.ts';
import type { PtyPair } from '../linux/tty/pair.ts';

/** Output, in bytes, that nobody waits for: less than a pty's queue holds. */
const LITTLE = 16384;
/** Virtual ns in which a display takes what a full queue holds: some eight megabytes in a second. */
const PACE = 2e6;
/** More than a queue ever holds. */
const ALL = 1 << 20;

interface Display {
  readonly pty: PtyPair;
  readonly out: (bytes: Uint8Array) => void;
  /** It is busy with a full queue until a timer fires. */
  busy: boolean;
}

export class Displays {
  readonly #all = new Set<Display>();

  constructor(readonly clock: Clock) {}

  /** Hands a pty's output to `out` from now on. @returns ends it */
  add(pty: PtyPair, out: (bytes: Uint8Array) => void): () => void {
    const display = { pty, out, busy: false };
    this.#all.add(display);
    return () => void this.#all.delete(display);
  }

  /** Takes what there is. Called by the driver between two steps, when every program that can run has done so. @returns whether there was any */
  drain(): boolean {
    let some = false;
    for (const display of this.#all) {
      if (display.busy || display.pty.pending === 0) continue;
      if (display.pty.pending < LITTLE) {
        this.#take(display);
        some = true;
      } else {
        display.busy = true;
        this.clock.after(PACE, () => {
          display.busy = false;
          this.#take(display);
        });
      }
    }
    return some;
  }

  #take({ pty, out }: Display): void {
    const bytes = pty.take(ALL);
    if (bytes.length > 0) out(bytes);
  }
}
