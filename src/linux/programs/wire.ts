/** A connected stream with a deadline: what HTTP clients read and write. */
import { type Errno, ETIMEDOUT, errnoOf, isErr } from '../kernel/errno.ts';
import type { Fd, SockAddr, Sys } from '../kernel/sys.ts';

/**
 * connect(2) that gives up at a virtual instant.
 * @param deadline ns, Infinity for the kernel's own limit
 * @returns ETIMEDOUT when the deadline passed
 */
export async function connectBy(sys: Sys, fd: Fd, to: SockAddr, deadline: number): Promise<0 | Errno> {
  if (deadline === Number.POSITIVE_INFINITY) return sys.connect(fd, to);
  sys.setNonBlocking(fd, true);
  const e = await sys.connect(fd, to);
  if (isErr(e) && e.name === 'EINPROGRESS') {
    for (;;) {
      const ready = await sys.poll([{ fd, out: true }], Math.max(0, deadline - sys.now()));
      if (isErr(ready)) {
        if (ready.name === 'EINTR') continue;
        return ready;
      }
      if (ready.length === 0) return ETIMEDOUT;
      break;
    }
    const error = sys.getsockopt(fd, 'error');
    if (isErr(error)) return error;
    if (error !== 0) return errnoOf(error);
  } else if (isErr(e)) return e;
  sys.setNonBlocking(fd, false);
  return 0;
}

/** A stream of bytes over a descriptor, read in lines or pieces. */
export class Wire {
  #rest: Uint8Array = new Uint8Array(0);
  #ended = false;
  /** Bytes that came, headers included. */
  received = 0;
  error: Errno | undefined;

  constructor(
    readonly sys: Sys,
    readonly fd: Fd,
    /** Virtual instant after which reads give ETIMEDOUT. */
    public deadline = Number.POSITIVE_INFINITY,
    /** Called when a second of waiting has passed (progress meters). */
    readonly tick?: () => Promise<void>,
  ) {}

  /** The next bytes; empty at the end of the stream; an errno on failure. */
  async read(): Promise<Uint8Array | Errno> {
    if (this.#rest.length > 0) {
      const out = this.#rest;
      this.#rest = new Uint8Array(0);
      return out;
    }
    if (this.#ended) return new Uint8Array(0);
    for (;;) {
      if (this.deadline !== Number.POSITIVE_INFINITY || this.tick) {
        const left = Math.max(0, this.deadline - this.sys.now());
        const ready = await this.sys.poll([{ fd: this.fd, in: true }], this.tick ? Math.min(left, 1e9) : left);
        if (isErr(ready)) continue;
        if (ready.length === 0) {
          if (this.sys.now() >= this.deadline) return ETIMEDOUT;
          await this.tick?.();
          continue;
        }
      }
      const bytes = await this.sys.read(this.fd);
      if (isErr(bytes)) {
        if (bytes.name === 'EINTR') continue;
        this.error = bytes;
        return bytes;
      }
      if (bytes.length === 0) this.#ended = true;
      this.received += bytes.length;
      return bytes;
    }
  }

  /** Puts bytes back in front. */
  unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const joined = new Uint8Array(bytes.length + this.#rest.length);
    joined.set(bytes);
    joined.set(this.#rest, bytes.length);
    this.#rest = joined;
  }

  /** One line without its line end; undefined at the end of the stream before any byte. */
  async line(): Promise<string | undefined | Errno> {
    let have: Uint8Array = new Uint8Array(0);
    for (;;) {
      const at = have.indexOf(10);
      if (at >= 0) {
        this.unread(have.subarray(at + 1));
        const end = at > 0 && have[at - 1] === 13 ? at - 1 : at;
        return new TextDecoder().decode(have.subarray(0, end));
      }
      const more = await this.read();
      if (isErr(more)) return more;
      if (more.length === 0) return have.length === 0 ? undefined : new TextDecoder().decode(have);
      const joined = new Uint8Array(have.length + more.length);
      joined.set(have);
      joined.set(more, have.length);
      have = joined;
    }
  }

  async write(bytes: Uint8Array): Promise<0 | Errno> {
    const n = await this.sys.write(this.fd, bytes);
    return isErr(n) ? n : 0;
  }

  close(): void {
    this.sys.close(this.fd);
  }
}
