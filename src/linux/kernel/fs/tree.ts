/**
 * The in-memory tree behind tmpfs, overlay and /dev: one writable set of inodes over an optional immutable lower tree.
 * Inodes of the lower tree are made when first looked up and share its bytes until the first write (copy up).
 *
 * Limits: a renamed lower directory is copied up whole, as overlayfs without redirect_dir refuses to do (EXDEV).
 */
import { EPERM, type Errno } from '../errno.ts';
import type { Change, Layer, OpenFile } from '../machine.ts';
import type { NetnsKey } from '../netadmin.ts';
import type { DirEntry, FileKind, OpenFlags, Stat } from '../sys.ts';
import { RegularFile } from './file.ts';
import { BLOCK, blocksOf, Inode, type MetaChange, makeStat, type NewInode, NO_DEVICE } from './inode.ts';
import {
  binary,
  binaryProgram,
  type Content,
  contentOf,
  type LayerDir,
  type LayerMeta,
  type LayerNode,
  TreeLayer,
} from './layer.ts';

const EMPTY = contentOf(new Uint8Array(0));
/** Bytes that a directory of a tmpfs seems to have, and each of its entries. @see Linux mm/shmem.c: BOGO_DIRENT_SIZE */
const MEMORY_DIR = 40;
const MEMORY_ENTRY = 20;

/** What all inodes of one tree share. */
export interface TreeHost {
  /** Virtual time, ns. */
  now(): number;
  /** Opens what is neither file nor directory: fifos and sockets keep their state per inode. */
  openSpecial(inode: TreeInode, flags: OpenFlags, path: string): OpenFile | Errno;
}

/** One tree with its inode numbers. */
export class Tree {
  #ino = 1;
  readonly root: TreeInode;
  constructor(
    readonly host: TreeHost,
    lower?: LayerDir,
    /** Bytes that its files may take, in whole pages. */
    readonly capacity = Number.POSITIVE_INFINITY,
    /** It lies in memory (tmpfs), where directories take no blocks. */
    readonly memory = false,
  ) {
    const meta = lower ?? { mode: 0o755, uid: 0, gid: 0, mtime: host.now() };
    this.root = new TreeInode(this, 'dir', meta, lower);
    if (!lower) this.root.upper = true;
  }

  nextIno(): number {
    return ++this.#ino;
  }

  /** Whether a file of it may grow. @param from bytes that it has @param to bytes that it is to have */
  hasRoom(from: number, to: number): boolean {
    if (to <= from || this.capacity === Number.POSITIVE_INFINITY) return true;
    const pages = blocksOf(this.root, 0) + Math.ceil(to / BLOCK) - Math.ceil(from / BLOCK);
    return pages * BLOCK <= this.capacity;
  }

  /** Bytes of files written above the lower tree. */
  upperSize(): number {
    return this.root.upperBytes();
  }

  changes(): Change[] {
    const out: Change[] = [];
    this.root.collectChanges('', out);
    return out;
  }

  freeze(): Layer {
    return new TreeLayer(this.root.frozen() as LayerDir);
  }
}

/** An inode of a {@link Tree}. */
export class TreeInode extends Inode {
  readonly ino: number;
  mode: number;
  uid: number;
  gid: number;
  mtime: number;
  /** Made or changed above the lower tree. */
  upper = false;
  /** What it was in the lower tree, for `changes`. */
  readonly lower: LayerNode | undefined;
  target = '';
  rdev: readonly [number, number] = NO_DEVICE;
  /** Character devices: makes the open file. */
  device: ((flags: OpenFlags, path: string) => OpenFile | Errno) | undefined;
  /** fifos: the pipe; sockets: the listener. Kept by whoever opens them. */
  special: unknown;
  nsfs: NetnsKey | undefined;
  links = 1;
  /** A mount point that a runtime made: no change of the container's (docker's init layer). */
  scaffold = false;
  #content: Content = EMPTY;
  /** Writable bytes with room to grow; #size of them count. */
  #buffer: Uint8Array | undefined;
  #size = 0;
  #children: Map<string, TreeInode> | undefined;
  #lowerDir: LayerDir | undefined;
  /** Names of the lower directory that are here no more. */
  #gone: Set<string> | undefined;

  constructor(
    readonly tree: Tree,
    readonly kind: FileKind,
    meta: LayerMeta,
    lower?: LayerNode,
  ) {
    super();
    this.ino = tree.nextIno();
    this.mode = meta.mode;
    this.uid = meta.uid;
    this.gid = meta.gid;
    this.mtime = meta.mtime;
    this.lower = lower;
    if (lower?.kind === 'file') this.#content = lower.content;
    else if (lower?.kind === 'symlink') this.target = lower.target;
    else if (lower?.kind === 'dir') this.#lowerDir = lower;
  }

  override get netns(): NetnsKey | undefined {
    return this.nsfs;
  }

  override get program(): string | undefined {
    if (this.kind !== 'file') return undefined;
    return this.#buffer ? binaryProgram(this.bytes()) : (this.#content.program ?? binaryProgram(this.#content.bytes()));
  }

  get size(): number {
    if (this.kind === 'symlink') return this.target.length;
    if (this.kind === 'dir') return this.tree.memory ? MEMORY_DIR + MEMORY_ENTRY * [...this.names()].length : BLOCK;
    return this.#buffer ? this.#size : this.#content.size;
  }

  override stat(): Stat {
    let nlink = this.links;
    if (this.kind === 'dir') {
      nlink = 2;
      for (const name of this.names()) if (this.kindOf(name) === 'dir') nlink++;
    }
    const { kind, ino, mode, uid, gid, mtime, rdev, size } = this;
    const program = this.kind === 'file' && (mode & 0o111) !== 0 ? this.program : undefined;
    return makeStat({ kind, ino, mode, uid, gid, mtime, rdev, size, nlink, program });
  }

  // --- directories

  names(): string[] {
    const own = this.#children ? [...this.#children.keys()] : [];
    const below: string[] = [];
    if (this.#lowerDir)
      for (const name of this.#lowerDir.entries.keys())
        if (!this.#children?.has(name) && !this.#gone?.has(name)) below.push(name);
    return [...below, ...own].sort();
  }

  kindOf(name: string): FileKind | undefined {
    const own = this.#children?.get(name);
    if (own) return own.kind;
    const below = this.#gone?.has(name) ? undefined : this.#lowerDir?.entries.get(name);
    return below && below.kind !== 'whiteout' ? below.kind : undefined;
  }

  override lookup(name: string): TreeInode | undefined {
    const own = this.#children?.get(name);
    if (own || this.#gone?.has(name)) return own;
    const below = this.#lowerDir?.entries.get(name);
    if (!below || below.kind === 'whiteout') return undefined;
    const node = new TreeInode(this.tree, below.kind, below, below);
    this.#enter(name, node);
    return node;
  }

  override list(): DirEntry[] {
    return this.names().map((name) => {
      const node = this.lookup(name) as TreeInode;
      return { name, kind: node.kind, ino: node.ino };
    });
  }

  override create(name: string, what: NewInode): TreeInode {
    const node = new TreeInode(this.tree, what.kind, { mode: what.mode, uid: 0, gid: 0, mtime: this.tree.host.now() });
    node.upper = true;
    if (what.target !== undefined) node.target = what.target;
    this.#enter(name, node);
    this.#touch();
    return node;
  }

  /** Makes a mount point without a trace in {@link Tree.changes}. Pre: the name is free. */
  prop(name: string, kind: 'dir' | 'file'): TreeInode {
    const meta = { mode: kind === 'dir' ? 0o755 : 0o644, uid: 0, gid: 0, mtime: this.tree.host.now() };
    const node = new TreeInode(this.tree, kind, meta);
    node.scaffold = true;
    this.#enter(name, node);
    return node;
  }

  /** Was there before the container began to write. */
  get #given(): boolean {
    return this.lower !== undefined || this.scaffold;
  }

  override attach(name: string, node: Inode): Errno | 0 {
    if (!(node instanceof TreeInode)) return EPERM;
    node.links++;
    node.copyUpAll();
    this.#enter(name, node);
    this.#touch();
    return 0;
  }

  override detach(name: string, moving: boolean): Errno | 0 {
    const node = this.lookup(name);
    if (node) node.links--;
    this.#children?.delete(name);
    if (this.#lowerDir?.entries.has(name)) {
      this.#gone ??= new Set();
      this.#gone.add(name);
    }
    if (moving) node?.copyUpAll();
    this.#touch();
    return 0;
  }

  override setMeta(change: MetaChange): Errno | 0 {
    this.upper = true;
    if (change.mode !== undefined) this.mode = change.mode & 0o7777;
    if (change.uid !== undefined && change.uid >= 0) this.uid = change.uid;
    if (change.gid !== undefined && change.gid >= 0) this.gid = change.gid;
    if (change.mtime !== undefined) this.mtime = change.mtime;
    return 0;
  }

  #enter(name: string, node: TreeInode): void {
    this.#children ??= new Map();
    this.#children.set(name, node);
  }

  #touch(): void {
    this.upper = true;
    this.mtime = this.tree.host.now();
  }

  /** A moved or linked inode belongs to the upper tree with all under it. */
  copyUpAll(): void {
    this.upper = true;
    if (this.kind === 'dir') for (const name of this.names()) this.lookup(name)?.copyUpAll();
  }

  // --- symlinks and files

  override readlink(): string {
    return this.target;
  }

  override open(flags: OpenFlags, path: string): OpenFile | Errno {
    if (this.device) return this.device(flags, path);
    if (this.kind === 'file') {
      if (flags.truncate && (flags.write || flags.append)) this.truncate(0);
      return new RegularFile(this, flags, path);
    }
    return this.tree.host.openSpecial(this, flags, path);
  }

  /** The file's bytes; a view that the next write may change. */
  bytes(): Uint8Array {
    return this.#buffer ? this.#buffer.subarray(0, this.#size) : this.#content.bytes();
  }

  /** Replaces the content. */
  setBytes(bytes: Uint8Array): void {
    this.#buffer = bytes.slice();
    this.#size = bytes.length;
    this.#touch();
  }

  /** Makes it the binary of a program (what a package manager installs). */
  setProgram(program: string, size?: number): void {
    this.#buffer = undefined;
    this.#content = binary(program, size);
    this.#touch();
  }

  /** Makes it a script with this text, whose behaviour a program gives. */
  setScript(bytes: Uint8Array, program: string): void {
    this.#buffer = undefined;
    this.#content = contentOf(bytes.slice(), program);
    this.#touch();
  }

  writeAt(offset: number, bytes: Uint8Array): void {
    const end = offset + bytes.length;
    this.#room(end);
    (this.#buffer as Uint8Array).set(bytes, offset);
    if (end > this.#size) this.#size = end;
    this.#touch();
  }

  truncate(size: number): void {
    this.#room(size);
    if (size < this.#size) (this.#buffer as Uint8Array).fill(0, size, this.#size);
    this.#size = size;
    this.#touch();
  }

  /** Copies up, with room for `size` bytes. */
  #room(size: number): void {
    const old = this.bytes();
    const present = this.#buffer;
    if (!present) this.#size = old.length;
    else if (present.length >= size) return;
    const next = new Uint8Array(Math.max(size, old.length, present ? 2 * present.length : 0));
    next.set(old);
    this.#buffer = next;
  }

  // --- overlay

  upperBytes(): number {
    if (this.kind === 'file') return this.upper ? this.size : 0;
    let sum = 0;
    if (this.#children) for (const child of this.#children.values()) sum += child.upperBytes();
    return sum;
  }

  collectChanges(path: string, out: Change[]): boolean {
    let any = false;
    const inner: Change[] = [];
    const names = new Set([...(this.#children?.keys() ?? []), ...(this.#gone ?? [])]);
    for (const name of [...names].sort()) {
      const child = this.#children?.get(name);
      const at = `${path}/${name}`;
      if (!child) inner.push({ kind: 'D', path: at });
      else if (!child.#given || this.#gone?.has(name)) {
        inner.push({ kind: this.#lowerDir?.entries.has(name) ? 'C' : 'A', path: at });
        child.collectChanges(at, inner);
      } else if (child.collectChanges(at, inner) || child.upper) any = true;
    }
    const changed = any || inner.length > 0 || this.upper;
    if (changed && path !== '' && this.#given) out.push({ kind: 'C', path });
    out.push(...inner);
    return changed;
  }

  /** Immutable copy of the upper part of this subtree; undefined when nothing under it was written. */
  frozen(): LayerNode | undefined {
    const meta = { mode: this.mode, uid: this.uid, gid: this.gid, mtime: this.mtime };
    if (this.kind === 'file') {
      if (!this.upper) return undefined;
      return { kind: 'file', ...meta, content: this.#buffer ? contentOf(this.bytes().slice()) : this.#content };
    }
    if (this.kind === 'symlink') return this.upper ? { kind: 'symlink', ...meta, target: this.target } : undefined;
    if (this.kind !== 'dir') return undefined;
    const entries = new Map<string, LayerNode>();
    for (const name of [...(this.#gone ?? [])].sort()) entries.set(name, { kind: 'whiteout' });
    for (const [name, child] of this.#children ?? []) {
      const node = child.frozen();
      if (node) entries.set(name, node);
    }
    if (!this.upper && entries.size === 0 && this.#given && this !== this.tree.root) return undefined;
    return { kind: 'dir', ...meta, entries, opaque: !this.#given && this !== this.tree.root };
  }
}
