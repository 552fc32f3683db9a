/** Who listens to what happens to connections: a queue for each. @see Linux net/netfilter/nf_conntrack_netlink.c: NFNLGRP_CONNTRACK_* */
import type { CoreConnEvent } from '../../core/core.ts';
import type { Waiter } from '../machine.ts';
import type { CtEvent } from '../netadmin.ts';
import type { CtEvents } from '../sys.ts';
import { WaitQueue, waitFor } from '../waitqueue.ts';
import { entry } from './conntrack.ts';
import type { Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

/** Events that one listener may leave unread. */
const ROOM = 4096;

/** All listeners of a lab. */
export class ConnWatch {
  readonly #listeners = new Set<{ readonly ns: number; put(e: CtEvent): void }>();

  constructor(readonly world: NetWorld) {}

  /** Hands on what the core has noted. @param user whose doing it is */
  tell(user?: CtEvent['user']): void {
    for (const e of this.world.core.connEvents()) {
      const told = this.#event(e, user);
      for (const l of this.#listeners) if (l.ns === e.ns) l.put(told);
    }
  }

  #event(e: CoreConnEvent, user: CtEvent['user']): CtEvent {
    return { type: e.type, time: e.time, entry: entry(e.conn), left: e.conn.timeoutNs > 0, ...(user && { user }) };
  }

  /** @param block a new interruptible wait of the process for each read */
  open(ns: Netns, block: <T>(wait: (w: Waiter) => Promise<T>) => Promise<T>): CtEvents {
    const queue: CtEvent[] = [];
    const changed = new WaitQueue();
    const listener = {
      ns: ns.core,
      put: (e: CtEvent): void => {
        if (queue.length < ROOM) queue.push(e);
        changed.wake();
      },
    };
    this.#listeners.add(listener);
    this.world.core.connWatch(ns.core, 1);
    return {
      read: () => block((wait) => waitFor(changed, wait, () => queue.shift())),
      close: () => {
        if (this.#listeners.delete(listener) && this.world.get(ns.key) === ns) this.world.core.connWatch(ns.core, -1);
      },
    };
  }
}
