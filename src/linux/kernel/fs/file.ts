/** Open files of regular files and directories: a position over an inode's bytes. */
import { EBADF, EINVAL, EISDIR, type Errno } from '../errno.ts';
import type { OpenFile } from '../machine.ts';
import type { OpenFlags, Stat } from '../sys.ts';
import type { Inode } from './inode.ts';
import type { TreeInode } from './tree.ts';

const READY = { in: true, out: true, hup: false, err: false };
const never = (): (() => void) => () => {};

/** An open regular file of a tree. */
export class RegularFile implements OpenFile {
  readonly kind = 'file';
  #at = 0;
  constructor(
    /** The inode; /proc/PID/fd reopens it. */
    readonly inode: TreeInode,
    readonly flags: OpenFlags,
    readonly path: string,
  ) {}

  read(max: number): Promise<Uint8Array | Errno> {
    return Promise.resolve(this.readNow(max));
  }

  readNow(max: number): Uint8Array | Errno {
    if (this.flags.read === false || (this.flags.read === undefined && this.flags.write)) return EBADF;
    const bytes = this.inode.bytes();
    const out = bytes.slice(this.#at, this.#at + max);
    this.#at += out.length;
    return out;
  }

  write(bytes: Uint8Array): Promise<number | Errno> {
    if (!this.flags.write && !this.flags.append) return Promise.resolve(EBADF);
    if (this.flags.append) this.#at = this.inode.size;
    this.inode.writeAt(this.#at, bytes);
    this.#at += bytes.length;
    return Promise.resolve(bytes.length);
  }

  ready(): typeof READY {
    return READY;
  }
  onReady = never;
  stat(): Stat {
    return this.inode.stat();
  }
  release(): void {}

  seek(offset: number, whence: 'set' | 'cur' | 'end'): number | Errno {
    const base = whence === 'set' ? 0 : whence === 'cur' ? this.#at : this.inode.size;
    if (base + offset < 0) return EINVAL;
    this.#at = base + offset;
    return this.#at;
  }

  truncate(size: number): Errno | 0 {
    if (!this.flags.write && !this.flags.append) return EINVAL;
    this.inode.truncate(size);
    return 0;
  }
}

/** A directory opened as a file: it can be stat'ed and fchdir'ed to, not read. */
export class DirFile implements OpenFile {
  readonly kind = 'dir';
  constructor(
    readonly inode: Inode,
    readonly path: string,
  ) {}
  read(): Promise<Errno> {
    return Promise.resolve(EISDIR);
  }
  write(): Promise<Errno> {
    return Promise.resolve(EBADF);
  }
  ready(): typeof READY {
    return READY;
  }
  onReady = never;
  stat(): Stat {
    return this.inode.stat();
  }
  release(): void {}
}

/** A file whose text is made when it is opened (/proc, /sys) and whose writes go to a setter. */
export class TextFile implements OpenFile {
  readonly kind = 'file';
  #at = 0;
  constructor(
    readonly inode: Inode,
    readonly path: string,
    readonly bytes: Uint8Array,
    readonly store?: (bytes: Uint8Array) => Errno | 0,
  ) {}
  read(max: number): Promise<Uint8Array | Errno> {
    return Promise.resolve(this.readNow(max));
  }
  readNow(max: number): Uint8Array {
    const out = this.bytes.slice(this.#at, this.#at + max);
    this.#at += out.length;
    return out;
  }
  write(bytes: Uint8Array): Promise<number | Errno> {
    const result = this.store ? this.store(bytes) : EINVAL;
    return Promise.resolve(result === 0 ? bytes.length : result);
  }
  ready(): typeof READY {
    return READY;
  }
  onReady = never;
  stat(): Stat {
    return this.inode.stat();
  }
  release(): void {}
  seek(offset: number, whence: 'set' | 'cur' | 'end'): number | Errno {
    const base = whence === 'set' ? 0 : whence === 'cur' ? this.#at : this.bytes.length;
    if (base + offset < 0) return EINVAL;
    this.#at = base + offset;
    return this.#at;
  }
}
