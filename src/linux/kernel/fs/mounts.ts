/**
 * A mount table: file systems and bind mounts by mount point, and the tree that programs see through it.
 * @see mount_namespaces(7)
 */
import { EINVAL, type Errno, isErr } from '../errno.ts';
import type { FileSystem, Mounts } from '../machine.ts';
import type { Inode } from './inode.ts';
import type { Crossing, Place } from './path.ts';
import { pathOf, walk } from './path.ts';
import { TreeInode } from './tree.ts';
import { TreeFace } from './vfs.ts';

/** One mounted file system. */
export interface Mount {
  readonly root: Inode;
  readonly source: string;
  readonly target: string;
  readonly type: string;
  readonly options: string;
  readonly readOnly: boolean;
  /** Where in its file system the root is: `/` but for bind mounts (field 4 of mountinfo). */
  readonly within: string;
  readonly parent: Mount | undefined;
  readonly at: Inode | undefined;
}

const RW = 'rw,relatime';

/** The mount table of a machine or a container. */
export class MountTable implements Mounts, Crossing {
  readonly #mounts: Mount[] = [];
  /** What is mounted on an inode, the last one on top. */
  readonly #over = new Map<Inode, Mount[]>();
  readonly top: Place;
  readonly fs: TreeFace;

  constructor(rootfs: FileSystem, info: { source: string; type?: string; options?: string; readOnly?: boolean }) {
    const root = topOf(rootfs);
    const type = info.type ?? rootfs.type;
    const mount: Mount = {
      root: root.inode,
      source: info.source,
      target: '/',
      type,
      options: info.options ?? (info.readOnly ? 'ro,relatime' : RW),
      readOnly: info.readOnly ?? false,
      within: '/',
      parent: undefined,
      at: undefined,
    };
    this.#mounts.push(mount);
    this.top = { mount, inode: root.inode, up: undefined, name: '' };
    this.fs = new TreeFace(type, this);
  }

  over(mount: Mount, inode: Inode): Mount | undefined {
    return this.#over.get(inode)?.findLast((m) => m.parent === mount);
  }

  /** In the order in which they were mounted. */
  list(): readonly Mount[] {
    return this.#mounts;
  }

  mount(target: string, fs: FileSystem, info: { source: string; options?: string; readOnly?: boolean }): void {
    this.#add(target, topOf(fs), '/', { type: fs.type, ...info });
  }

  bind(
    target: string,
    fs: FileSystem,
    path: string,
    info: { source: string; options?: string; readOnly?: boolean },
  ): void {
    const from = placeIn(fs, path);
    if (isErr(from)) throw new Error(`bind mount of ${path}: ${from.text}`);
    const mounted = from.mount.at === undefined ? undefined : from.mount;
    // What another file system there holds keeps that one's name and options.
    const there = mounted && {
      type: mounted.type,
      source: mounted.source,
      options: info.readOnly ? mounted.options.replace(/^rw\b/, 'ro') : mounted.options,
      readOnly: info.readOnly || mounted.readOnly,
      within: path.startsWith(`${mounted.target}/`) ? path.slice(mounted.target.length) : mounted.within,
    };
    this.#add(target, from, path, { type: fs.type, ...info, ...there });
  }

  #add(
    target: string,
    from: Place,
    within: string,
    info: { source: string; type: string; options?: string; readOnly?: boolean; within?: string },
  ): void {
    const at = this.#mountPoint(target, from.inode.kind === 'dir');
    const flags = info.readOnly ? 'ro' : 'rw';
    const mount: Mount = {
      root: from.inode,
      source: info.source,
      target: pathOf(at),
      type: info.type,
      options: info.options ?? `${flags},relatime`,
      readOnly: info.readOnly ?? from.mount.readOnly,
      within: info.within ?? within,
      parent: at.mount,
      at: at.inode,
    };
    this.#mounts.push(mount);
    const here = this.#over.get(at.inode);
    if (here) here.push(mount);
    else this.#over.set(at.inode, [mount]);
  }

  /** The place to mount on; made when it is missing, as container runtimes do. */
  #mountPoint(target: string, dir: boolean): Place {
    const there = walk(this, '/', target, true);
    if (!isErr(there) && there.place) return there.place;
    const names = target.split('/').filter((n) => n !== '');
    for (let i = 1; i <= names.length; i++) {
      const w = walk(this, '/', `/${names.slice(0, i).join('/')}`, true);
      if (isErr(w)) throw new Error(`no mount point ${target}: ${w.text}`);
      if (w.place) continue;
      const { inode } = w.dir;
      const kind = dir || i < names.length ? 'dir' : 'file';
      if (inode instanceof TreeInode) inode.prop(w.name, kind);
    }
    const w = walk(this, '/', target, true);
    if (isErr(w) || !w.place) throw new Error(`no mount point ${target}`);
    return w.place;
  }

  unmount(target: string): Errno | 0 {
    const w = walk(this, '/', target, true);
    if (isErr(w)) return w;
    const mount = w.place?.mount;
    if (!mount?.at || w.place?.inode !== mount.root) return EINVAL;
    this.#mounts.splice(this.#mounts.indexOf(mount), 1);
    const here = this.#over.get(mount.at) as Mount[];
    here.splice(here.indexOf(mount), 1);
    if (here.length === 0) this.#over.delete(mount.at);
    return 0;
  }
}

/** Where a path of a file system leads, in that file system's own mounts. */
export function placeIn(fs: FileSystem, path: string): Place | Errno {
  return own(fs).place(path);
}

const topOf = (fs: FileSystem): Place => own(fs).crossing.top;

function own(fs: FileSystem): TreeFace {
  if (!(fs instanceof TreeFace)) throw new Error('a file system that this kernel did not make');
  return fs;
}
