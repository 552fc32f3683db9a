/**
 * Unix stream sockets: byte connections between processes of one machine by path, and listeners that answer HTTP.
 * @see unix(7)
 *
 * Limits: stream sockets only; no ancillary data, no abstract names, no socketpair.
 */

import type { Duplex, HttpService } from '../../base/http.ts';
import { EADDRINUSE, ECONNREFUSED, EINVAL, EISCONN, ENOTCONN, EOPNOTSUPP, EPIPE, type Errno, isErr } from './errno.ts';
import type { TreeInode } from './fs/tree.ts';
import type { Machine } from './kernel.ts';
import type { Waiter } from './machine.ts';
import type { NetnsKey } from './netadmin.ts';
import { ByteQueue } from './pipe.ts';
import { type Accepted, SocketFile } from './socket.ts';
import type { Datagram, SockAddr } from './sys.ts';
import { UNINTERRUPTED, WaitQueue, waitFor } from './waitqueue.ts';

/** A listening end: connections that wait for accept, or a service that takes them. */
export class UnixListener {
  readonly queue: UnixSocket[] = [];
  readonly changed = new WaitQueue();
  open = true;
  constructor(
    readonly path: string,
    readonly backlog: number,
    /** Number in `socket:[N]`. */
    readonly inode: number,
    readonly service?: HttpService,
  ) {}
}

type State = 'new' | 'bound' | 'listening' | 'connected';

export class UnixSocket extends SocketFile {
  #state: State = 'new';
  #rx: ByteQueue | undefined;
  #tx: ByteQueue | undefined;
  #listener: UnixListener | undefined;
  #inode: TreeInode | undefined;
  readonly changed = new WaitQueue();
  name: SockAddr = {};
  peer: SockAddr = {};
  peerInode = 0;

  constructor(
    readonly m: Machine,
    readonly netns: NetnsKey,
  ) {
    super(m.world.inode());
    m.unixSockets.add(this);
  }

  get state(): State {
    return this.#state;
  }
  get listener(): UnixListener | undefined {
    return this.#listener;
  }
  get queued(): number {
    return this.#listener ? this.#listener.queue.length : (this.#rx?.size ?? 0);
  }

  /** Pre: the inode was just made for it. */
  bindTo(inode: TreeInode, path: string): void {
    this.#inode = inode;
    this.name = { path };
    this.#state = 'bound';
  }

  override listen(backlog: number): Errno | 0 {
    if (this.#state === 'listening') return 0;
    if (this.#state !== 'bound' || !this.#inode) return EINVAL;
    if (this.#inode.special) return EADDRINUSE;
    this.#listener = new UnixListener(this.name.path ?? '', Math.max(1, backlog), this.inode);
    this.#inode.special = this.#listener;
    this.#state = 'listening';
    this.#listener.changed.add(() => this.changed.wake());
    return 0;
  }

  override accept(wait: Waiter): Promise<Accepted | Errno> {
    const listener = this.#listener;
    if (!listener) return Promise.resolve(EINVAL);
    return waitFor(listener.changed, wait, () => {
      const file = listener.queue.shift();
      return file && { file, peer: file.peer };
    });
  }

  /** Connects to a listener of the same machine. */
  connectTo(listener: UnixListener, path: string): Errno | 0 {
    if (this.#state === 'connected') return EISCONN;
    if (this.#state === 'listening') return EINVAL;
    if (!listener.service && listener.queue.length >= listener.backlog) return ECONNREFUSED;
    const other = new UnixSocket(this.m, this.netns);
    this.#join(other);
    this.peer = { path };
    other.name = { path };
    if (listener.service) void this.#serve(other, listener.service);
    else {
      listener.queue.push(other);
      listener.changed.wake();
    }
    return 0;
  }

  async #serve(other: UnixSocket, service: HttpService): Promise<void> {
    try {
      const { serveConnection } = await this.m.world.hold(import('../../base/http1/server.ts'));
      await serveConnection(other.duplex(), service);
    } catch (error) {
      this.m.world.bugs.push({ comm: other.name.path ?? 'unix', error });
      other.release();
    }
  }

  #join(other: UnixSocket): void {
    const up = new ByteQueue();
    const down = new ByteQueue();
    for (const q of [up, down]) {
      q.readers = 1;
      q.writers = 1;
      q.hadWriter = true;
    }
    this.#wire(down, up, other);
    other.#wire(up, down, this);
  }

  #wire(rx: ByteQueue, tx: ByteQueue, other: UnixSocket): void {
    this.#rx = rx;
    this.#tx = tx;
    this.peerInode = other.inode;
    this.#state = 'connected';
    rx.changed.add(() => this.changed.wake());
    tx.changed.add(() => this.changed.wake());
  }

  read(max: number, wait: Waiter): Promise<Uint8Array | Errno> {
    return this.#rx ? this.#rx.read(max, wait) : Promise.resolve(this.#state === 'listening' ? EINVAL : ENOTCONN);
  }
  write(bytes: Uint8Array, wait: Waiter): Promise<number | Errno> {
    if (!this.#tx) return Promise.resolve(ENOTCONN);
    return this.#tx.writers === 0 ? Promise.resolve(EPIPE) : this.#tx.write(bytes, wait);
  }
  override async recvfrom(wait: Waiter): Promise<Datagram | Errno> {
    const data = await this.read(65536, wait);
    return isErr(data) ? data : { data, from: {}, time: this.m.world.clock.now };
  }

  ready(): { in: boolean; out: boolean; hup: boolean; err: boolean } {
    if (this.#listener) return { in: this.#listener.queue.length > 0, out: false, hup: false, err: false };
    const rx = this.#rx;
    const tx = this.#tx;
    if (!rx || !tx) return { in: false, out: true, hup: true, err: false };
    return { in: rx.readable, out: tx.writable, hup: rx.ended && tx.readers === 0, err: false };
  }
  onReady(callback: () => void): () => void {
    return this.changed.add(callback);
  }

  override shutdown(how: 'read' | 'write' | 'both'): Errno | 0 {
    if (!this.#rx || !this.#tx) return ENOTCONN;
    if (how !== 'write') this.#rx.readers = 0;
    if (how !== 'read') this.#tx.writers = 0;
    this.#rx.changed.wake();
    this.#tx.changed.wake();
    return 0;
  }
  override local(): SockAddr {
    return this.name;
  }
  override remote(): SockAddr | Errno {
    return this.#state === 'connected' ? this.peer : ENOTCONN;
  }
  override connect(): Promise<Errno> {
    return Promise.resolve(EOPNOTSUPP);
  }

  release(): void {
    this.m.unixSockets.delete(this);
    if (this.#rx) this.shutdown('both');
    const listener = this.#listener;
    if (!listener) return;
    listener.open = false;
    for (const waiting of listener.queue.splice(0)) waiting.release();
    if (this.#inode) this.#inode.special = undefined;
  }

  /** Its bytes for code of the kernel's owner (the HTTP service behind a listener). */
  duplex(): Duplex {
    const sock = this;
    return {
      async read() {
        const bytes = await sock.read(65536, UNINTERRUPTED);
        return isErr(bytes) || bytes.length === 0 ? null : bytes;
      },
      async write(bytes) {
        await sock.write(bytes, UNINTERRUPTED);
      },
      closeWrite() {
        sock.shutdown('write');
      },
      close() {
        sock.release();
      },
      get closed() {
        const r = sock.ready();
        return r.hup;
      },
    };
  }
}
