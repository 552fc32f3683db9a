/** Who listens to what happens to connections: a queue for each. @see Linux net/netfilter/nf_conntrack_netlink.c: NFNLGRP_CONNTRACK_* */
import type { CoreConnEvent } from '../../core/core.ts';
import type { CtEvent } from '../netadmin.ts';
import type { CtEvents } from '../sys.ts';
import { entry } from './conntrack.ts';
import { type Block, Inbox } from './inbox.ts';
import type { Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

/** All listeners of a lab. */
export class ConnWatch {
  readonly #listeners = new Set<{ readonly ns: number; readonly inbox: Inbox<CtEvent> }>();

  constructor(readonly world: NetWorld) {}

  /** Hands on what the core has noted. @param user whose doing it is */
  tell(user?: CtEvent['user']): void {
    for (const e of this.world.core.connEvents()) {
      const told = this.#event(e, user);
      for (const l of this.#listeners) if (l.ns === e.ns) l.inbox.put(told);
    }
  }

  #event(e: CoreConnEvent, user: CtEvent['user']): CtEvent {
    return { type: e.type, time: e.time, entry: entry(e.conn), left: e.conn.timeoutNs > 0, ...(user && { user }) };
  }

  open(ns: Netns, block: Block): CtEvents {
    const inbox = new Inbox<CtEvent>(block);
    const listener = { ns: ns.core, inbox };
    this.#listeners.add(listener);
    this.world.core.connWatch(ns.core, 1);
    return {
      read: () => inbox.read(),
      close: () => {
        if (this.#listeners.delete(listener) && this.world.get(ns.key) === ns) this.world.core.connWatch(ns.core, -1);
      },
    };
  }
}
