/** Whose a network namespace is: a machine's own, a container's on it, one with a name (`ip netns`), or one outside. */
import { isErr } from '../linux/kernel/errno.ts';
import type { NetnsKey } from '../linux/kernel/netadmin.ts';
import type { LabWorld } from '../linux/kernel/world.ts';
import type { Viewed } from './views.ts';

/** Where `ip netns` keeps its names. */
const NAMES = '/run/netns';

/** A machine, and a container on it. What `ip netns add NAME` made is a place of its own: `node3:NAME`. */
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
      const name = nameOf(netns, m);
      if (name !== undefined) return { machine: `${m.name}:${name}` };
    }
    return { machine: this.world.net.get(netns)?.devices.some((d) => d.name === 'wan') ? 'router' : 'outside' };
  }
}

/** The name that a machine has for a namespace. */
function nameOf(netns: NetnsKey, { kernel }: Viewed): string | undefined {
  const { fs } = kernel.root;
  const names = fs.readdir(NAMES);
  if (isErr(names)) return undefined;
  return names.find(({ name }) => {
    const place = fs.place(`${NAMES}/${name}`);
    return !isErr(place) && place.inode.netns === netns;
  })?.name;
}
