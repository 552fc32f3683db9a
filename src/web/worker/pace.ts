/**
 * Paces virtual time by the wall clock. Pure: it is told what time it is.
 *
 * When the lab cannot keep up, or the tab was asleep, virtual time falls behind and stays behind: nothing races to
 * catch up.
 */

const MS = 1e6;
/** The most wall time that one tick makes up for, ms. */
const LONGEST_TICK = 100;
/** How far the goal may run ahead of what the lab has done, virtual ns. */
const LONGEST_LEAD = 100 * MS;

export class Pace {
  #goal: number;
  #wall: number;
  speed = 1;

  /** @param time virtual ns @param wall ms */
  constructor(time: number, wall: number) {
    this.#goal = time;
    this.#wall = wall;
  }

  /**
   * Virtual time that the lab may go to now.
   * @param wall ms of the wall clock
   * @param done virtual ns the lab has reached
   */
  tick(wall: number, done: number): number {
    const passed = Math.min(Math.max(0, wall - this.#wall), LONGEST_TICK);
    this.#wall = wall;
    this.#goal = Math.max(done, Math.min(this.#goal + passed * MS * this.speed, done + LONGEST_LEAD));
    return this.#goal;
  }
}
