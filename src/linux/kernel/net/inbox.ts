/** What was told to a listener of a namespace and not read yet. @see Linux net/netlink/af_netlink.c: sk_receive_queue */
import type { Errno } from '../errno.ts';
import type { Waiter } from '../machine.ts';
import { WaitQueue, waitFor } from '../waitqueue.ts';

/** Events that may be left unread; further ones are lost. */
const ROOM = 4096;

/** A new interruptible wait of the process for each read. */
export type Block = <T>(wait: (w: Waiter) => Promise<T>) => Promise<T>;

export class Inbox<E> {
  readonly #unread: E[] = [];
  readonly #changed = new WaitQueue();

  constructor(readonly block: Block) {}

  put(e: E): void {
    if (this.#unread.length < ROOM) this.#unread.push(e);
    this.#changed.wake();
  }

  read(): Promise<E | Errno> {
    return this.block((wait) => waitFor(this.#changed, wait, () => this.#unread.shift()));
  }
}
