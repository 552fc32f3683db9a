/** Wait queues and interruptible waits: how a blocked system call is woken, interrupted or left for dead. */
import { EAGAIN, EINTR, type Errno } from './errno.ts';
import type { Waiter } from './machine.ts';

/** Callbacks to be called when something has changed. */
export class WaitQueue {
  /** Most queues are never waited in. */
  #waiting: Set<() => void> | undefined;
  add(callback: () => void): () => void {
    this.#waiting ??= new Set();
    const waiting = this.#waiting.add(callback);
    return () => {
      waiting.delete(callback);
    };
  }
  /** Calls all that are waiting now, in the order in which they came. */
  wake(): void {
    if (this.empty) return;
    for (const callback of [...(this.#waiting ?? [])]) callback();
  }
  get empty(): boolean {
    return this.#waiting === undefined || this.#waiting.size === 0;
  }
}

/** One system call that a process is blocked in. */
export class PendingCall implements Waiter {
  /** Most calls do not block. */
  #callbacks: Set<() => void> | undefined;
  /** Interrupted because the process stopped: to be begun again when it goes on. */
  stopped = false;
  /** The program that made it is no more (execve): it never returns. */
  dropped = false;
  /** @param again whether a stop interrupts it, to be begun again later */
  constructor(
    readonly nonBlocking: boolean,
    readonly again: boolean,
  ) {}
  onInterrupt(callback: () => void): () => void {
    this.#callbacks ??= new Set();
    const callbacks = this.#callbacks.add(callback);
    return () => {
      callbacks.delete(callback);
    };
  }
  interrupt(): void {
    const callbacks = [...(this.#callbacks ?? [])];
    this.#callbacks?.clear();
    for (const callback of callbacks) callback();
  }
}

/** A Waiter that nobody interrupts, for the kernel's own reads and writes. */
export const UNINTERRUPTED: Waiter = { onInterrupt: () => () => {}, nonBlocking: false };

/**
 * Tries until `attempt` gives something, each time the queue wakes. EAGAIN at once when the wait must not block,
 * EINTR when it is interrupted.
 * @param attempt undefined means not yet
 */
export function waitFor<T>(queue: WaitQueue, wait: Waiter, attempt: () => T | undefined): Promise<T | Errno> {
  const now = attempt();
  if (now !== undefined) return Promise.resolve(now);
  if (wait.nonBlocking) return Promise.resolve(EAGAIN);
  return new Promise((resolve) => {
    const look = (): void => {
      leave();
      const result = attempt();
      if (result === undefined) leave = queue.add(look);
      else {
        deaf();
        resolve(result);
      }
    };
    let leave = queue.add(look);
    const deaf = wait.onInterrupt(() => {
      leave();
      resolve(EINTR);
    });
  });
}
