/** Drives a lab behind servers: by the wall clock, or as fast as it can while a client waits. */
import type { Lab } from '../lab/lab.ts';

/** Milliseconds of the host between two looks at the clock. */
const BEAT = 5;

export class Pacer {
  #waiting = 0;
  #running = false;
  #origin = 0;
  #base = 0;

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

  start(): void {
    this.#running = true;
    this.#origin = performance.now();
    this.#base = this.lab.world.clock.now;
    void this.#loop();
  }

  stop(): void {
    this.#running = false;
  }

  async #loop(): Promise<void> {
    while (this.#running) {
      const began = performance.now();
      const budget = (): boolean => performance.now() - began < BEAT * 4;
      if (this.pace === 'fast' && this.#waiting > 0) {
        await this.lab.step(this.lab.world.clock.now + 20e6, budget);
        this.#base = this.lab.world.clock.now;
        this.#origin = performance.now();
      } else {
        await this.lab.step(this.#base + (performance.now() - this.#origin) * 1e6, budget);
        await new Promise((resolve) => setTimeout(resolve, BEAT));
      }
    }
  }
}
