/**
 * The driver: what makes virtual time pass. One loop lets every promise that can run do so, hands the core's events
 * to the kernels, and then moves the one clock to the next due timer — the TypeScript queue's or the core's,
 * whichever is first. Nothing here depends on how fast the host is.
 */
import type { Clock } from '../base/clock.ts';
import type { Core } from '../linux/core/core.ts';

/** What the driver needs of the world it drives. */
export interface Driven {
  readonly clock: Clock;
  readonly core: Core;
  /** Hands waiting core events to their waiters. @returns whether there were any */
  pump(): boolean;
  /** Host work (a library on its way) that virtual time stands still for, or undefined. */
  held(): Promise<unknown> | undefined;
}

/** One step of the loop. */
export type Step = 'ran' | 'done' | 'idle' | 'later';

export class Driver {
  #busy: Promise<unknown> = Promise.resolve();

  /** @param turn resolves in a later macrotask of the host */
  constructor(
    readonly world: Driven,
    readonly turn: () => Promise<void>,
  ) {}

  /**
   * Does one step. @param done nothing is done once it holds @returns `ran` when something happened, `done` when it holds, `later` when the next thing
   * is due after `until`, `idle` when nothing will ever happen by itself
   */
  async #step(until: number, done: () => boolean = () => false): Promise<Step> {
    const { world } = this;
    await this.turn();
    if (done()) return 'done';
    const held = world.held();
    if (held) {
      await held.catch(() => undefined);
      return 'ran';
    }
    if (world.pump()) return 'ran';
    const next = Math.min(world.clock.next(), world.core.next());
    if (next === Number.POSITIVE_INFINITY) return 'idle';
    if (next > until) return 'later';
    if (world.core.next() <= next) world.core.run(next);
    else world.core.run(Math.max(next, world.core.now()));
    world.clock.advance(next);
    world.clock.fireNext();
    return 'ran';
  }

  /** Runs in order with every other call of this driver: two callers never interleave their steps. */
  #exclusive<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#busy.then(work);
    this.#busy = mine.catch(() => undefined);
    return mine;
  }

  /**
   * Drives until `done()`, as fast as it can.
   * @param limitNs virtual nanoseconds after which it gives up
   * @returns false when it gave up or nothing can happen any more
   */
  until(done: () => boolean, limitNs: number): Promise<boolean> {
    return this.#exclusive(async () => {
      const end = this.world.clock.now + limitNs;
      while (!done()) {
        const step = await this.#step(end, done);
        if (step !== 'ran') return done();
      }
      return true;
    });
  }

  /**
   * Does what is due until the clock has reached `at`, whatever else is due by then, while `budget()` holds.
   * @returns true when it has: every promise that could run has done so, and the same steps lead here on every host
   */
  reach(at: number, budget: () => boolean): Promise<boolean> {
    const there = (): boolean => this.world.core.now() >= at;
    return this.#exclusive(async () => {
      for (;;) {
        const step = await this.#step(at, there);
        if (step === 'done') return true;
        if (step !== 'ran') {
          this.#rest(at);
          return true;
        }
        if (!budget()) return false;
      }
    });
  }

  /** Nothing is due up to `until`: time goes there. */
  #rest(until: number): void {
    const { clock, core } = this.world;
    if (until > core.now() && until < Number.POSITIVE_INFINITY) core.run(until);
    clock.advance(core.now());
  }

  /** Does everything due up to `until`, while `budget()` holds. @returns true when all of it is done */
  pace(until: number, budget: () => boolean): Promise<boolean> {
    return this.#exclusive(async () => {
      for (;;) {
        const step = await this.#step(until);
        if (step !== 'ran') {
          this.#rest(until);
          return true;
        }
        if (!budget()) return false;
      }
    });
  }
}
