/** What was told to a listener of a namespace and not read yet. @see Linux net/netlink/af_netlink.c: sk_receive_queue */
import { ENOBUFS, type Errno } from '../errno.ts';
import type { Waiter } from '../machine.ts';
import { WaitQueue, waitFor } from '../waitqueue.ts';

/** Events that may be left unread; further ones are lost, and whoever reads next is told so. */
const ROOM = 4096;

/** A new interruptible wait of the process for each read. */
export type Block = <T>(wait: (w: Waiter) => Promise<T>) => Promise<T>;

export class Inbox<E> {
  readonly #unread: E[] = [];
  #overrun = false;
  /** Events that found no room. */
  drops = 0;
  readonly #changed = new WaitQueue();

  constructor(readonly block: Block) {}

  put(e: E): void {
    if (this.#unread.length < ROOM) this.#unread.push(e);
    else {
      this.drops++;
      this.#overrun = true;
    }
    this.#changed.wake();
  }

  /** @returns the oldest; ENOBUFS once after some were lost @see Linux netlink_overrun */
  read(): Promise<E | Errno> {
    if (this.#overrun) {
      this.#overrun = false;
      return Promise.resolve(ENOBUFS);
    }
    return this.block((wait) => waitFor(this.#changed, wait, () => this.#unread.shift()));
  }
}
