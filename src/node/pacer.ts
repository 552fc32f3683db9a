/** Drives a lab behind servers: by the wall clock, or as fast as it can while a client waits. */
import type { Lab } from '../lab/lab.ts';

/** Milliseconds of the host between two looks at the clock. */
const BEAT = 5;

export class Pacer {
  #waiting = 0;
  #running = false;
  #origin = 0;
  #base = 0;
  #inbox: (() => void)[] = [];
  #wake: () => void = () => undefined;

  constructor(
    readonly lab: Lab,
    readonly pace: 'fast' | 'real',
  ) {}

  /** Counts a client that waits for an answer, until the promise has settled. */
  async serve<T>(work: Promise<T>): Promise<T> {
    this.#waiting++;
    try {
      return await work;
    } finally {
      this.#waiting--;
    }
  }

  /** The opposite, within {@link serve}: it is the client that is waited for. */
  async idle<T>(work: Promise<T>): Promise<T> {
    this.#waiting--;
    try {
      return await work;
    } finally {
      this.#waiting++;
    }
  }

  /** Does `work` between two steps of the lab, as soon as its clock has come up with the wall's; in order of calling. */
  soon(work: () => void): void {
    this.#inbox.push(work);
    this.#wake();
  }

  start(): void {
    this.#running = true;
    this.#rebase();
    void this.#loop();
  }

  /** The lab's present is the wall's present. */
  #rebase(): void {
    this.#origin = performance.now();
    this.#base = this.lab.world.clock.now;
  }

  stop(): void {
    this.#running = false;
    this.#wake();
  }

  async #loop(): Promise<void> {
    while (this.#running) {
      const began = performance.now();
      const budget = (): boolean => performance.now() - began < BEAT * 4;
      const fast = this.pace === 'fast' && this.#waiting > 0;
      if (fast) {
        await this.lab.step(this.lab.world.clock.now + 20e6, budget);
        this.#rebase();
      } else {
        const wall = this.#base + (began - this.#origin) * 1e6;
        await this.lab.step(wall, budget);
        // packets cost virtual time: a busy lab may be carried past the wall's clock, and goes on from there
        if (this.lab.world.clock.now > wall) this.#rebase();
      }
      const inbox = this.#inbox.splice(0);
      for (const work of inbox) work();
      if (!fast && inbox.length === 0) await this.#rest();
    }
  }

  /** Until the next beat, or until something comes. */
  #rest(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, BEAT);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
