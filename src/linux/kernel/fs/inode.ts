/**
 * Inodes as the path walk sees them: directories that look names up, symlinks, and files that open. Every file system
 * of the machine (trees, /proc, /sys, /dev) gives objects of this shape; what a kind cannot do answers with the errno
 * that Linux gives.
 *
 * Limits: every process is root, so permission bits are kept and shown but only the execute bit is ever asked for.
 */
import { EINVAL, EISDIR, ENOTDIR, ENXIO, EPERM, type Errno } from '../errno.ts';
import type { OpenFile } from '../machine.ts';
import type { NetnsKey } from '../netadmin.ts';
import type { DirEntry, FileKind, OpenFlags, Stat } from '../sys.ts';

/** What `create` makes. */
export interface NewInode {
  readonly kind: FileKind;
  /** Permission bits, umask already applied. */
  readonly mode: number;
  /** symlinks: where it points. */
  readonly target?: string;
}

/** Metadata that chmod, chown and utimes change. */
export interface MetaChange {
  readonly mode?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly mtime?: number;
}

/** One inode. Subclasses override what their kind can do. */
export abstract class Inode {
  abstract readonly kind: FileKind;
  abstract readonly ino: number;
  abstract stat(): Stat;

  /** nsfs files: the network namespace they hold. */
  get netns(): NetnsKey | undefined {
    return undefined;
  }
  /** Name of the program that the file stands for. */
  get program(): string | undefined {
    return undefined;
  }

  /** The child, or undefined. Pre: a directory. */
  lookup(_name: string): Inode | undefined {
    return undefined;
  }
  /** Children without `.` and `..`, in directory order. */
  list(): DirEntry[] | Errno {
    return ENOTDIR;
  }
  readlink(): string | Errno {
    return EINVAL;
  }
  /** Magic links (/proc/PID/fd/N, /proc/PID/ns/net) lead to an inode without a path. */
  follow(): Inode | Errno | undefined {
    return undefined;
  }
  /** @param path absolute path by which it was reached, for /proc/PID/fd */
  open(_flags: OpenFlags, _path: string): OpenFile | Errno {
    return this.kind === 'dir' ? EISDIR : ENXIO;
  }
  create(_name: string, _what: NewInode): Inode | Errno {
    return EPERM;
  }
  /** Enters an existing inode under a name (link, rename). Pre: the name is free. */
  attach(_name: string, _node: Inode): Errno | 0 {
    return EPERM;
  }
  /** Takes a name away. Pre: it exists; directories are empty unless they move. */
  detach(_name: string, _moving: boolean): Errno | 0 {
    return EPERM;
  }
  setMeta(_change: MetaChange): Errno | 0 {
    return EPERM;
  }
}

/** The device number of what is no device. */
export const NO_DEVICE: readonly [number, number] = [0, 0];

/** Fills the fields of a stat that most inodes share. */
export function makeStat(s: Partial<Stat> & { kind: FileKind; ino: number; mode: number }): Stat {
  return { nlink: 1, uid: 0, gid: 0, size: 0, mtime: 0, rdev: NO_DEVICE, ...s };
}

/** Bytes of a block. */
export const BLOCK = 4096;

/** Blocks that a tree takes, whatever is mounted in it. @param dir blocks of a directory: none in memory */
export function blocksOf(node: Inode, dir: number): number {
  if (node.kind !== 'dir') return node.kind === 'file' ? Math.ceil(node.stat().size / BLOCK) : 0;
  const list = node.list();
  let n = dir;
  if (Array.isArray(list))
    for (const { name } of list) {
      const child = node.lookup(name);
      if (child) n += blocksOf(child, dir);
    }
  return n;
}
