/** Where things stood on a session's map: remembered while its pane is away. */
import type { Session } from '../session.svelte.ts';
import type { Plan } from './plan.ts';
import { Slots } from './slots.ts';

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

const memories = new WeakMap<Session, Memory>();

export function memoryOf(session: Session): Memory {
  let memory = memories.get(session);
  if (!memory) {
    memory = new Memory();
    memories.set(session, memory);
  }
  return memory;
}
