/** A probe: a name, then an attempt in a copy of the core. */
import type { Core } from '../../linux/core/core.ts';
import type { NetnsKey } from '../../linux/kernel/netadmin.ts';
import type { LabWorld } from '../../linux/kernel/world.ts';
import { attempt, type Outcome, type Proto } from './attempt.ts';
import { type Asker, lookUp } from './names.ts';

export type { Outcome, Proto } from './attempt.ts';

/** What to try. */
export interface Attempt {
  readonly machine: string;
  /** From inside this container; without it, from the machine. */
  readonly container?: string;
  /** An address, or a name as that place would look it up. */
  readonly to: string;
  readonly proto: Proto;
  /** Of tcp and udp. */
  readonly port?: number;
}

export class Prober {
  /**
   * @param zone names that the router's DNS server knows
   * @param spare a core of the same build that nobody has need of
   */
  constructor(
    readonly world: LabWorld,
    readonly zone: ReadonlyMap<string, string>,
    readonly spare: () => Promise<Core>,
  ) {}

  async probe({ to, proto, port = 0 }: Attempt, from: Asker & { readonly netns: NetnsKey }): Promise<Outcome> {
    const ip = lookUp(to, from, this.zone);
    if (!ip) return 'unknown-name';
    const all = this.world.net.all().map((n) => n.core);
    const ns = this.world.net.get(from.netns)?.core;
    if (ns === undefined) return 'unreachable';
    const copy = await this.spare();
    copy.double(this.world.core.state());
    return attempt(copy, { ns, all, proto, ip, port });
  }
}
