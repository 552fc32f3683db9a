/** Inodes whose names and bytes are made on demand: /proc, /sys, /dev/pts. */
import { utf8 } from '../../../base/http.ts';
import { EACCES, ENOENT, type Errno, isErr } from '../errno.ts';
import type { OpenFile } from '../machine.ts';
import type { NetnsKey } from '../netadmin.ts';
import type { DirEntry, FileKind, OpenFlags, Stat } from '../sys.ts';
import { TextFile } from './file.ts';
import { Inode, type MetaChange, makeStat } from './inode.ts';

let ino = 4026532000;

/** Base of the inodes below: owned by root, without a size. */
abstract class Synth extends Inode {
  readonly ino = ++ino;
  abstract readonly mode: number;
  override stat(): Stat {
    return makeStat({ kind: this.kind, ino: this.ino, mode: this.mode, nlink: this.kind === 'dir' ? 2 : 1 });
  }
  /** Its times may be set, and are what they are. */
  override setMeta(change: MetaChange): Errno | 0 {
    return 'mtime' in change ? 0 : super.setMeta(change);
  }
}

/** A directory with fixed and computed entries. */
export class SynthDir extends Synth {
  readonly kind = 'dir';
  #fixed: Readonly<Record<string, Inode>> | undefined;
  /**
   * @param make gives the fixed entries, once, when somebody looks at them
   * @param more entries that come and go @param names theirs, sorted
   */
  constructor(
    readonly make: () => Readonly<Record<string, Inode>>,
    readonly more: (name: string) => Inode | undefined = () => undefined,
    readonly names: () => string[] = () => [],
    readonly mode = 0o555,
  ) {
    super();
  }
  get fixed(): Readonly<Record<string, Inode>> {
    this.#fixed ??= this.make();
    return this.#fixed;
  }
  override lookup(name: string): Inode | undefined {
    return Object.hasOwn(this.fixed, name) ? this.fixed[name] : this.more(name);
  }
  override list(): DirEntry[] {
    const out: DirEntry[] = [];
    for (const name of [...Object.keys(this.fixed), ...this.names()]) {
      const node = this.lookup(name);
      if (node) out.push({ name, kind: node.kind, ino: node.ino });
    }
    return out;
  }
}

/** A file whose text is made when it is opened. */
export class SynthFile extends Synth {
  readonly kind: FileKind = 'file';
  readonly mode: number;
  constructor(
    readonly make: () => string | Errno,
    readonly store?: (text: string) => Errno | 0,
    mode?: number,
  ) {
    super();
    this.mode = mode ?? (store ? 0o644 : 0o444);
  }
  override open(flags: OpenFlags, path: string): OpenFile | Errno {
    const writes = flags.write || flags.append;
    if (writes && !this.store) return EACCES;
    const made = this.make();
    if (isErr(made)) return made;
    const { store } = this;
    return new TextFile(this, path, utf8(made), store && ((bytes) => store(new TextDecoder().decode(bytes))));
  }
}

/** A symlink; a magic one leads straight to an inode. */
export class SynthLink extends Synth {
  readonly kind = 'symlink';
  readonly mode = 0o777;
  constructor(
    readonly target: () => string | Errno,
    readonly magic?: () => Inode | Errno,
  ) {
    super();
  }
  override readlink(): string | Errno {
    return this.target();
  }
  override follow(): Inode | Errno | undefined {
    return this.magic?.();
  }
}

/** A file of nsfs: holds a network namespace. */
export class NamespaceFile extends Synth {
  readonly kind = 'file';
  readonly mode = 0o444;
  constructor(
    readonly text: string,
    readonly key: NetnsKey | undefined,
  ) {
    super();
  }
  override get netns(): NetnsKey | undefined {
    return this.key;
  }
  override open(_flags: OpenFlags, path: string): OpenFile {
    return new TextFile(this, path, new Uint8Array(0));
  }
}

/** The other side of /proc/PID/fd/N: opening it gives the open file itself. */
export class OpenFileInode extends Inode {
  readonly ino: number;
  readonly kind: FileKind;
  constructor(readonly file: OpenFile) {
    super();
    const s = file.stat();
    this.kind = s.kind;
    this.ino = s.ino;
  }
  override stat(): Stat {
    return this.file.stat();
  }
  override open(): OpenFile | Errno {
    return this.file.kind === 'socket' ? ENOENT : this.file;
  }
}

/** A character device. */
export class SynthDevice extends Inode {
  readonly kind = 'char';
  readonly ino = ++ino;
  constructor(
    readonly rdev: readonly [number, number],
    readonly mode: number,
    readonly opens: (flags: OpenFlags, path: string) => OpenFile | Errno,
  ) {
    super();
  }
  override stat(): Stat {
    return makeStat({ kind: 'char', ino: this.ino, mode: this.mode, rdev: this.rdev });
  }
  override open(flags: OpenFlags, path: string): OpenFile | Errno {
    return this.opens(flags, path);
  }
}
