/**
 * Places that are kept: who comes takes the first free one, who goes leaves it empty, nobody else moves. Everything on
 * the map that may come and go stands in slots.
 */
import type { Plan } from './plan.ts';

export class Slots {
  #at: (string | undefined)[] = [];

  /** Gives places to those that are here now. @returns their numbers, in the order of `keys` */
  place(keys: readonly string[]): number[] {
    const here = new Set(keys);
    for (const [i, key] of this.#at.entries()) if (key !== undefined && !here.has(key)) this.#at[i] = undefined;
    return keys.map((key) => {
      const old = this.#at.indexOf(key);
      if (old >= 0) return old;
      const free = this.#at.indexOf(undefined);
      const at = free >= 0 ? free : this.#at.length;
      this.#at[at] = key;
      return at;
    });
  }

  /** Closes the gaps; the order stays. */
  close(): void {
    this.#at = this.#at.filter((key) => key !== undefined);
  }
}

/** The slots of a whole map, by the name of what holds them, and the plan of where the slots lie. */
export class Memory {
  readonly #slots = new Map<string, Slots>();
  readonly #lanes = new Map<string, Slots>();
  /** Machines that were drawn in full once. */
  readonly full = new Set<string>();
  plan: Plan | undefined;

  /** What stands in a lane, a column, a row. */
  of(name: string): Slots {
    return of(this.#slots, name);
  }

  /** A machine's lanes: their numbers, by which networks are told apart, stay for good. */
  lanes(machine: string): Slots {
    return of(this.#lanes, machine);
  }

  /** All close up, and the next layout makes a plan anew. */
  tidy(): void {
    for (const slots of this.#slots.values()) slots.close();
    this.plan = undefined;
  }
}

function of(all: Map<string, Slots>, name: string): Slots {
  const slots = all.get(name) ?? new Slots();
  all.set(name, slots);
  return slots;
}
