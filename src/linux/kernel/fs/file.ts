/** Open files of regular files and directories: a position over an inode's bytes. */
import { EBADF, EINVAL, EISDIR, ENOSPC, type Errno } from '../errno.ts';
import type { OpenFile } from '../machine.ts';
import type { OpenFlags, Stat } from '../sys.ts';
import { BLOCK, type Inode } from './inode.ts';
import type { TreeInode } from './tree.ts';

const READY = { in: true, out: true, hup: false, err: false };
const never = (): (() => void) => () => {};

/** What all of them are: always ready, as old and big as their inode, which /proc/PID/fd reopens. */
abstract class InodeFile {
  readonly onReady = never;
  constructor(
    readonly inode: Inode,
    readonly path: string,
  ) {}
  ready(): typeof READY {
    return READY;
  }
  stat(): Stat {
    return this.inode.stat();
  }
  release(): void {}
}

/** One with a position. */
abstract class SeekableFile extends InodeFile {
  readonly kind = 'file';
  protected at = 0;
  protected abstract readonly size: number;

  seek(offset: number, whence: 'set' | 'cur' | 'end'): number | Errno {
    const base = whence === 'set' ? 0 : whence === 'cur' ? this.at : this.size;
    if (base + offset < 0) return EINVAL;
    this.at = base + offset;
    return this.at;
  }

  protected take(bytes: Uint8Array, max: number): Uint8Array {
    const out = bytes.slice(this.at, this.at + max);
    this.at += out.length;
    return out;
  }
}

/** An open regular file of a tree. */
export class RegularFile extends SeekableFile implements OpenFile {
  constructor(
    override readonly inode: TreeInode,
    readonly flags: OpenFlags,
    path: string,
  ) {
    super(inode, path);
  }

  protected get size(): number {
    return this.inode.size;
  }

  read(max: number): Promise<Uint8Array | Errno> {
    return Promise.resolve(this.readNow(max));
  }

  readNow(max: number): Uint8Array | Errno {
    if (this.flags.read === false || (this.flags.read === undefined && this.flags.write)) return EBADF;
    return this.take(this.inode.bytes(), max);
  }

  /** Where the next write begins. */
  get next(): number {
    return this.flags.append ? this.size : this.at;
  }

  write(bytes: Uint8Array): Promise<number | Errno> {
    if (!this.flags.write && !this.flags.append) return Promise.resolve(EBADF);
    this.at = this.next;
    const taken = this.#fitting(bytes);
    if (taken.length === 0 && bytes.length > 0) return Promise.resolve(ENOSPC);
    this.inode.writeAt(this.at, taken);
    this.at += taken.length;
    return Promise.resolve(taken.length);
  }

  /** As much as there is room for, in whole pages. */
  #fitting(bytes: Uint8Array): Uint8Array {
    const { tree, size } = this.inode;
    for (let end = this.at + bytes.length; end > this.at; end = Math.ceil(end / BLOCK) * BLOCK - BLOCK)
      if (tree.hasRoom(size, Math.max(size, end))) return bytes.subarray(0, end - this.at);
    return bytes.subarray(0, 0);
  }

  truncate(size: number): Errno | 0 {
    if (!this.flags.write && !this.flags.append) return EINVAL;
    this.inode.truncate(size);
    return 0;
  }
}

/** A directory opened as a file: it can be stat'ed and fchdir'ed to, not read. */
export class DirFile extends InodeFile implements OpenFile {
  readonly kind = 'dir';
  read(): Promise<Errno> {
    return Promise.resolve(EISDIR);
  }
  write(): Promise<Errno> {
    return Promise.resolve(EBADF);
  }
}

/** A file whose text is made when it is opened (/proc, /sys) and whose writes go to a setter. */
export class TextFile extends SeekableFile implements OpenFile {
  constructor(
    inode: Inode,
    path: string,
    readonly bytes: Uint8Array,
    readonly store?: (bytes: Uint8Array) => Errno | 0,
  ) {
    super(inode, path);
  }

  protected get size(): number {
    return this.bytes.length;
  }

  read(max: number): Promise<Uint8Array | Errno> {
    return Promise.resolve(this.readNow(max));
  }
  readNow(max: number): Uint8Array {
    return this.take(this.bytes, max);
  }
  write(bytes: Uint8Array): Promise<number | Errno> {
    const result = this.store ? this.store(bytes) : EINVAL;
    return Promise.resolve(result === 0 ? bytes.length : result);
  }
}
