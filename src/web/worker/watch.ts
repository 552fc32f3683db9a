/**
 * What the page watches once its panes are there: whole frames, and the ways of packets. A trace costs some sixty
 * microseconds for each crossing: in a flood it is given up until there is less, so that the lab stays quick.
 */
import { sentence } from '../../lab/journey/words.ts';
import type { Lab } from '../../lab/lab.ts';
import type { ViewDrop } from '../../lab/view.ts';
import { MORE } from '../../linux/core/summary-more.ts';
import type { DropText } from './api.ts';

/** ms between two looks at how much goes on. */
const EVERY = 200;
/** Crossings between two looks from which on packets are not traced, and below which they are again. */
const FLOOD = 1500;
const CALM = 400;
/** Looks that are calm before tracing goes on. */
const PATIENCE = 5;
/** Drops that are told at a time; of more, the newest. */
const MOST = 20;

/** Whether to trace, by how much has crossed. */
export class Governor {
  #calm = 0;
  on = true;

  /** @param crossings since the last look @returns whether `on` has changed */
  look(crossings: number): boolean {
    this.#calm = crossings < CALM ? this.#calm + 1 : 0;
    const on = this.on ? crossings < FLOOD : this.#calm >= PATIENCE;
    if (on === this.on) return false;
    this.on = on;
    return true;
  }
}

export class Watch {
  readonly #governor = new Governor();
  #seen = 0;
  #drop = 0;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(readonly lab: Lab) {
    lab.tap.watch(MORE);
    void lab.trace(true);
    this.#seen = lab.tap.next;
    this.#timer = setInterval(() => this.#look(), EVERY);
  }

  /** Looks no more. */
  end(): void {
    clearInterval(this.#timer);
  }

  /** Whether packets are traced now. */
  get tracing(): boolean {
    return this.#governor.on;
  }

  #look(): void {
    const { next } = this.lab.tap;
    if (this.#governor.look(next - this.#seen)) void this.lab.trace(this.#governor.on);
    this.#seen = next;
  }

  /** Drops since the last call, in words; without what interfaces tell groups that nobody is in. */
  drops(): readonly DropText[] {
    const drops = this.lab.drops(this.#drop);
    this.#drop = (drops.at(-1)?.seq ?? this.#drop - 1) + 1;
    return drops
      .filter((d) => !d.group)
      .slice(-MOST)
      .map(told);
  }
}

function told({ seq, title, step }: ViewDrop): DropText {
  const { time, packet, machine, container, ifname, rule, policy } = step;
  const by = rule ?? policy;
  return {
    seq,
    time,
    packet,
    machine,
    ...(container !== undefined && { container }),
    ...(ifname !== undefined && { ifname }),
    title,
    ...(by && { chain: `${by.table} ${by.chain}` }),
    text: { en: sentence(step, 'en'), zh: sentence(step, 'zh') },
  };
}
