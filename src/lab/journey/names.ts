/** Who is who: the core's numbers of namespaces, devices, chains, rules and sockets as people name them. */

import type { Netns } from '../../linux/kernel/net/netns.ts';
import type { LabWorld } from '../../linux/kernel/world.ts';
import { ruleWords } from '../../linux/programs/iptables/print.ts';
import { type Place, Places } from '../places.ts';
import type { Viewed } from '../views.ts';
import type { Holder, RuleName } from './event.ts';

/** Names as of now. Make a new one when objects may have changed. */
export class Names {
  readonly #world: LabWorld;
  readonly #places: Places;
  readonly #namespaces = new Map<number, Netns>();

  constructor(world: LabWorld, machines: readonly Viewed[]) {
    this.#world = world;
    this.#places = new Places(world, machines);
    for (const ns of world.net.all()) this.#namespaces.set(ns.core, ns);
  }

  /** @param ns index in the core */
  place(ns: number): Place {
    const netns = this.#namespaces.get(ns);
    return netns ? this.#places.of(netns.key) : { machine: '?' };
  }

  /** Name of an interface, undefined when it is gone or 0. */
  device(dev: number): string | undefined {
    return this.#world.net.devices.get(dev)?.name;
  }

  /** A chain by its handle in a namespace of the core. */
  chain(ns: number, handle: number): { table: string; chain: string } {
    const found = this.#namespaces.get(ns)?.rules?.chainAt(handle);
    return found ? { table: found.table, chain: found.chain } : { table: '?', chain: `#${handle}` };
  }

  /** A rule by its handle, and the chain it jumps to. */
  rule(ns: number, chain: number, handle: number): { rule: RuleName; to?: string } {
    const found = this.#namespaces.get(ns)?.rules?.ruleAt(chain, handle);
    if (!found) return { rule: { ...this.chain(ns, chain), number: 0, text: '' } };
    const { table, chain: name, index, rule } = found;
    const jumps = rule.target?.kind === 'jump' || rule.target?.kind === 'goto' ? { to: rule.target.chain } : {};
    return { rule: { table, chain: name, number: index + 1, text: ruleWords(rule) }, ...jumps };
  }

  /** The process that holds a socket of the core. */
  holder(sock: number): Holder | undefined {
    const { net } = this.#world;
    const file = sock === 0 ? undefined : (net.sockets.get(sock) ?? net.closed.get(sock));
    const user = file && (net.holders(file)[0] ?? file.opener);
    return user && { comm: user.comm, pid: user.pid };
  }
}
