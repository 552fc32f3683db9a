/**
 * Pipes: a bounded queue of bytes between a read end and a write end. A full pipe holds its writer back; a pipe
 * without readers breaks it. @see pipe(7)
 *
 * Limits: opening a fifo does not wait for the other side; its reader sees end of file only after a writer has been.
 */
import { join } from '../../base/bytes.ts';
import { EAGAIN, EBADF, EINTR, EPIPE, type Errno } from './errno.ts';
import { makeStat } from './fs/inode.ts';
import type { OpenFile, Waiter } from './machine.ts';
import type { Stat } from './sys.ts';
import { WaitQueue, waitFor } from './waitqueue.ts';

const CAPACITY = 65536;

/** The queue itself, with how many ends are open. Unix stream sockets use two of them. */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #size = 0;
  readers = 0;
  writers = 0;
  /** A writer has been there: from then on no writers means end of file. */
  hadWriter = false;
  readonly changed = new WaitQueue();
  constructor(readonly capacity = CAPACITY) {}

  get size(): number {
    return this.#size;
  }
  get readable(): boolean {
    return this.#size > 0 || this.ended;
  }
  get writable(): boolean {
    return this.#size < this.capacity || this.readers === 0;
  }
  /** Nothing will come any more (but what is queued). */
  get ended(): boolean {
    return this.writers === 0 && this.hadWriter;
  }

  /** Up to `max` bytes; undefined when there are none yet; empty at the end. */
  take(max: number): Uint8Array | undefined {
    if (this.#size === 0) return this.ended ? new Uint8Array(0) : undefined;
    const first = this.#chunks[0] as Uint8Array;
    if (first.length > max) {
      this.#chunks[0] = first.subarray(max);
      this.#size -= max;
      this.changed.wake();
      return first.subarray(0, max);
    }
    let n = 0;
    let count = 0;
    while (count < this.#chunks.length && n + (this.#chunks[count] as Uint8Array).length <= max)
      n += (this.#chunks[count++] as Uint8Array).length;
    const parts = this.#chunks.splice(0, count);
    this.#size -= n;
    this.changed.wake();
    return parts.length === 1 ? (parts[0] as Uint8Array) : join(parts);
  }

  /** Queues what fits. @returns bytes taken, 0 when it is full */
  put(bytes: Uint8Array): number {
    const n = Math.min(bytes.length, this.capacity - this.#size);
    if (n <= 0) return 0;
    this.#chunks.push(bytes.slice(0, n));
    this.#size += n;
    this.changed.wake();
    return n;
  }

  read(max: number, wait: Waiter): Promise<Uint8Array | Errno> {
    return waitFor(this.changed, wait, () => this.take(max));
  }

  /** Writes all, waiting for room; EPIPE without readers; what was written so far when interrupted. */
  async write(bytes: Uint8Array, wait: Waiter): Promise<number | Errno> {
    let done = 0;
    for (;;) {
      const n = await waitFor(this.changed, wait, () => {
        if (this.readers === 0) return -1;
        const put = this.put(done === 0 ? bytes : bytes.subarray(done));
        return put > 0 || bytes.length === done ? put : undefined;
      });
      if (n === EINTR || n === EAGAIN) return done > 0 ? done : n;
      if (typeof n !== 'number') return n;
      if (n < 0) return EPIPE;
      done += n;
      if (done >= bytes.length) return done;
    }
  }
}

/** One end of a pipe. */
export class PipeEnd implements OpenFile {
  readonly kind = 'fifo';
  #open = true;
  constructor(
    readonly queue: ByteQueue,
    readonly reads: boolean,
    readonly writes: boolean,
    readonly ino: number,
    readonly path: string = `pipe:[${ino}]`,
    readonly inodeStat?: () => Stat,
  ) {
    if (reads) queue.readers++;
    if (writes) {
      queue.writers++;
      queue.hadWriter = true;
    }
  }

  read(max: number, wait: Waiter): Promise<Uint8Array | Errno> {
    return this.reads ? this.queue.read(max, wait) : Promise.resolve(EBADF);
  }
  write(bytes: Uint8Array, wait: Waiter): Promise<number | Errno> {
    return this.writes ? this.queue.write(bytes, wait) : Promise.resolve(EBADF);
  }
  ready(): { in: boolean; out: boolean; hup: boolean; err: boolean } {
    const q = this.queue;
    return {
      in: this.reads && q.size > 0,
      out: this.writes && q.writable && q.readers > 0,
      hup: this.reads && q.ended,
      err: this.writes && q.readers === 0,
    };
  }
  onReady(callback: () => void): () => void {
    return this.queue.changed.add(callback);
  }
  stat(): Stat {
    return this.inodeStat?.() ?? makeStat({ kind: 'fifo', ino: this.ino, mode: 0o600 });
  }
  release(): void {
    if (!this.#open) return;
    this.#open = false;
    if (this.reads) this.queue.readers--;
    if (this.writes) this.queue.writers--;
    this.queue.changed.wake();
  }
}

/** @param ino number shown in `pipe:[N]` */
export function makePipe(ino: number): readonly [PipeEnd, PipeEnd] {
  const queue = new ByteQueue();
  return [new PipeEnd(queue, true, false, ino), new PipeEnd(queue, false, true, ino)];
}
