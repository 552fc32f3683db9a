/** An open file that keeps what is written to it: standard output and error of a command run by the lab itself. */
import type { Errno } from '../linux/kernel/errno.ts';
import { EINVAL } from '../linux/kernel/errno.ts';
import type { OpenFile } from '../linux/kernel/machine.ts';
import type { Stat } from '../linux/kernel/sys.ts';

/** Bytes a sink keeps before it drops the rest (and says so in `lost`). */
const CAPACITY = 64 * 1024 * 1024;

export class Sink implements OpenFile {
  readonly kind = 'fifo';
  readonly path = 'pipe:[1]';
  /** Bytes that were written beyond the capacity. */
  lost = 0;
  #parts: Uint8Array[] = [];
  #size = 0;

  async read(): Promise<Uint8Array | Errno> {
    return EINVAL;
  }

  async write(bytes: Uint8Array): Promise<number> {
    if (this.#size + bytes.length > CAPACITY) this.lost += bytes.length;
    else {
      this.#parts.push(bytes.slice());
      this.#size += bytes.length;
    }
    return bytes.length;
  }

  ready(): { in: boolean; out: boolean; hup: boolean; err: boolean } {
    return { in: false, out: true, hup: false, err: false };
  }

  onReady(): () => void {
    return () => {};
  }

  stat(): Stat {
    return { kind: 'fifo', ino: 1, mode: 0o600, nlink: 1, uid: 0, gid: 0, size: 0, mtime: 0, rdev: [0, 0] };
  }

  release(): void {}

  /** All that was written, as UTF-8. */
  text(): string {
    const all = new Uint8Array(this.#size);
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return new TextDecoder().decode(all);
  }
}

/** An open file that gives fixed bytes and then the end: standard input of a command run by the lab itself. */
export class Source extends Sink {
  #rest: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    this.#rest = bytes;
  }

  override async read(max = 65536): Promise<Uint8Array> {
    const chunk = this.#rest.subarray(0, max);
    this.#rest = this.#rest.subarray(chunk.length);
    return chunk;
  }

  override ready(): { in: boolean; out: boolean; hup: boolean; err: boolean } {
    return { in: true, out: false, hup: false, err: false };
  }
}
