/** Whose a network namespace is: a machine's own, a container's on it, or one of what lies outside. */
import type { NetnsKey } from '../linux/kernel/netadmin.ts';
import type { LabWorld } from '../linux/kernel/world.ts';
import type { Viewed } from './views.ts';

/** A machine, and a container on it. */
export interface Place {
  readonly machine: string;
  readonly container?: string;
}

/** Places as of now: what was found is kept. */
export class Places {
  readonly #found = new Map<NetnsKey, Place>();

  constructor(
    readonly world: LabWorld,
    readonly machines: readonly Viewed[],
  ) {}

  of(netns: NetnsKey): Place {
    let place = this.#found.get(netns);
    if (!place) {
      place = this.#find(netns);
      this.#found.set(netns, place);
    }
    return place;
  }

  #find(netns: NetnsKey): Place {
    for (const m of this.machines) {
      if (m.kernel.hostNetns === netns) return { machine: m.name };
      for (const c of m.dockerd.daemon.containers.values())
        if (c.running?.netns === netns || c.sandbox?.netns === netns) return { machine: m.name, container: c.name };
    }
    return { machine: this.world.net.get(netns)?.devices.some((d) => d.name === 'wan') ? 'router' : 'outside' };
  }
}
