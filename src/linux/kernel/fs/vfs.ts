/**
 * File operations by path over a mount table: what system calls do with a process's working directory and umask, and
 * what the kernel's owner does with a whole file system ({@link TreeFace}).
 */
import {
  EBUSY,
  EEXIST,
  EINVAL,
  EISDIR,
  ENOENT,
  ENOSPC,
  ENOTDIR,
  ENOTEMPTY,
  EPERM,
  EROFS,
  type Errno,
  EXDEV,
  isErr,
} from '../errno.ts';
import type { FileSystem, OpenFile } from '../machine.ts';
import type { DirEntry, OpenFlags, Stat } from '../sys.ts';
import { DirFile, RegularFile, TextFile } from './file.ts';
import type { Inode, MetaChange, NewInode } from './inode.ts';
import { type Crossing, type Place, pathOf, type Walked, walk } from './path.ts';
import { TreeInode } from './tree.ts';

/** The place of an existing path. */
export function find(c: Crossing, cwd: string, path: string, follow = true): Place | Errno {
  const w = walk(c, cwd, path, follow);
  return isErr(w) ? w : (w.place ?? ENOENT);
}

/** Opens, and makes the file when asked. */
export function openAt(c: Crossing, cwd: string, path: string, flags: OpenFlags, umask: number): OpenFile | Errno {
  let w = walk(c, cwd, path, !(flags.create && flags.exclusive));
  if (isErr(w)) return w;
  if (w.place && flags.create && flags.exclusive) return EEXIST;
  const writes = flags.write || flags.append;
  if (!w.place) {
    if (!flags.create) return ENOENT;
    if (w.slash) return EISDIR;
    const made = createAt(w, { kind: 'file', mode: (flags.mode ?? 0o644) & ~umask & 0o7777 });
    if (isErr(made)) return made;
    w = { ...w, place: { mount: w.dir.mount, inode: made, up: w.dir, name: w.name } };
  }
  const place = w.place as Place;
  if (place.inode.kind === 'symlink') return EINVAL;
  if (place.inode.kind === 'dir') {
    if (writes || flags.create) return EISDIR;
    return new DirFile(place.inode, pathOf(place));
  }
  if (flags.directory) return ENOTDIR;
  if (writes && place.mount.readOnly && place.inode.kind === 'file') return EROFS;
  return place.inode.open(flags, pathOf(place));
}

function createAt(w: Walked, what: NewInode): Inode | Errno {
  if (w.dir.inode.kind !== 'dir') return ENOTDIR;
  if (w.dir.mount.type === 'proc') return ENOENT;
  if (w.dir.mount.readOnly) return EROFS;
  return w.dir.inode.create(w.name, what);
}

/** Makes anything but a regular file by opening: directories, symlinks, fifos, sockets. */
export function makeAt(c: Crossing, cwd: string, path: string, what: NewInode): Inode | Errno {
  const w = walk(c, cwd, what.kind === 'dir' ? path.replace(/\/+$/, '') || '/' : path, false);
  if (isErr(w)) return w;
  return w.place ? EEXIST : createAt(w, what);
}

/** Makes a directory, and those on the way to it that are missing. @param path absolute */
export function mkdirAll(c: Crossing, path: string, mode: number): Errno | 0 {
  const w = walk(c, '/', path, true);
  if (isErr(w)) {
    if (w !== ENOENT) return w;
    const above = path.slice(0, path.replace(/\/+$/, '').lastIndexOf('/'));
    const missing = above === '' ? 0 : mkdirAll(c, above, mode);
    if (missing !== 0) return missing;
  } else if (w.place) return w.place.inode.kind === 'dir' ? 0 : EEXIST;
  const made = makeAt(c, '/', path, { kind: 'dir', mode });
  return isErr(made) ? made : 0;
}

/** unlink and rmdir. */
export function removeAt(c: Crossing, cwd: string, path: string, dir: boolean): Errno | 0 {
  const w = walk(c, cwd, dir ? path.replace(/\/+$/, '') || '/' : path, false);
  if (isErr(w)) return w;
  if (!w.place) return ENOENT;
  const { inode, mount } = w.place;
  if (dir && inode.kind !== 'dir') return ENOTDIR;
  if (!dir && inode.kind === 'dir') return EISDIR;
  if (!w.place.up || mount !== w.dir.mount) return EBUSY;
  if (mount.readOnly) return EROFS;
  if (dir && path.split('/').pop() === '.') return EINVAL;
  const entries = dir ? inode.list() : [];
  if (isErr(entries)) return entries;
  return entries.length > 0 ? ENOTEMPTY : w.dir.inode.detach(w.name, false);
}

export function renameAt(c: Crossing, cwd: string, from: string, to: string): Errno | 0 {
  const a = walk(c, cwd, from.replace(/\/+$/, '') || '/', false);
  const b = walk(c, cwd, to.replace(/\/+$/, '') || '/', false);
  if (isErr(a)) return a;
  if (isErr(b)) return b;
  if (!a.place) return ENOENT;
  if (!a.place.up || (b.place && !b.place.up) || a.place.mount !== a.dir.mount) return EBUSY;
  if (a.dir.mount !== b.dir.mount || (b.place && b.place.mount !== b.dir.mount))
    return b.place && b.place.mount !== b.dir.mount ? EBUSY : EXDEV;
  if (a.dir.mount.readOnly) return EROFS;
  const node = a.place.inode;
  if (b.place?.inode === node) return 0;
  for (let p: Place | undefined = b.dir; p; p = p.up) if (p.inode === node) return EINVAL;
  if (b.place) {
    const old = b.place.inode;
    if (node.kind === 'dir' && old.kind !== 'dir') return ENOTDIR;
    if (node.kind !== 'dir' && old.kind === 'dir') return EISDIR;
    const entries = old.kind === 'dir' ? old.list() : [];
    if (isErr(entries)) return entries;
    if (entries.length > 0) return ENOTEMPTY;
    const gone = b.dir.inode.detach(b.name, false);
    if (gone !== 0) return gone;
  }
  const off = a.dir.inode.detach(a.name, true);
  return off !== 0 ? off : b.dir.inode.attach(b.name, node);
}

export function linkAt(c: Crossing, cwd: string, from: string, to: string): Errno | 0 {
  const a = find(c, cwd, from, false);
  if (isErr(a)) return a;
  const b = walk(c, cwd, to, false);
  if (isErr(b)) return b;
  if (b.place) return EEXIST;
  if (a.inode.kind === 'dir') return EPERM;
  if (a.mount !== b.dir.mount) return EXDEV;
  return b.dir.mount.readOnly ? EROFS : b.dir.inode.attach(b.name, a.inode);
}

/** chmod, chown, utimes. */
export function setMetaAt(c: Crossing, cwd: string, path: string, change: MetaChange): Errno | 0 {
  const place = find(c, cwd, path);
  if (isErr(place)) return place;
  return place.mount.readOnly ? EROFS : place.inode.setMeta(change);
}

/** A whole file's bytes; for files that have them ready (trees, /proc). */
export function readAll(c: Crossing, cwd: string, path: string): Uint8Array | Errno {
  const place = find(c, cwd, path);
  if (isErr(place)) return place;
  if (place.inode.kind === 'dir') return EISDIR;
  const file = place.inode.open({ read: true }, path);
  if (isErr(file)) return file;
  if (file instanceof RegularFile || file instanceof TextFile) return file.readNow(Number.MAX_SAFE_INTEGER);
  return EINVAL;
}

/** Writes a whole file at once. */
export function writeAll(
  c: Crossing,
  cwd: string,
  path: string,
  bytes: Uint8Array,
  mode: number,
  umask: number,
): Errno | 0 {
  const file = openAt(c, cwd, path, { write: true, create: true, truncate: true, mode }, umask);
  if (isErr(file)) return file;
  if (file instanceof RegularFile) {
    if (!file.inode.tree.hasRoom(0, bytes.length)) return ENOSPC;
    file.inode.setBytes(bytes);
  } else if (file instanceof TextFile) return file.store ? file.store(bytes) : EINVAL;
  else return EINVAL;
  return 0;
}

/** The whole of a mount table's tree as the kernel's owner uses it. */
export class TreeFace implements FileSystem {
  constructor(
    readonly type: string,
    readonly crossing: Crossing,
  ) {}

  place(path: string): Place | Errno {
    return find(this.crossing, '/', path);
  }
  open(path: string, flags: OpenFlags): OpenFile | Errno {
    return openAt(this.crossing, '/', path, flags, 0);
  }
  stat(path: string, follow: boolean): Stat | Errno {
    const place = find(this.crossing, '/', path, follow);
    return isErr(place) ? place : place.inode.stat();
  }
  readdir(path: string): DirEntry[] | Errno {
    const place = this.place(path);
    return isErr(place) ? place : place.inode.list();
  }
  readFile(path: string): Uint8Array | Errno {
    return readAll(this.crossing, '/', path);
  }
  writeFile(
    path: string,
    bytes: Uint8Array,
    options: { mode?: number; parents?: boolean; program?: string } = {},
  ): Errno | 0 {
    const slash = path.lastIndexOf('/');
    if (options.parents && slash > 0) {
      const made = mkdirAll(this.crossing, path.slice(0, slash), 0o755);
      if (made !== 0) return made;
    }
    const written = writeAll(this.crossing, '/', path, bytes, options.mode ?? 0o644, 0);
    const place = written === 0 && options.program !== undefined ? this.place(path) : undefined;
    if (place && !isErr(place) && place.inode instanceof TreeInode) place.inode.setScript(bytes, options.program ?? '');
    return written;
  }
  mkdir(path: string, mode = 0o755, parents = false): Errno | 0 {
    if (parents) return mkdirAll(this.crossing, path, mode);
    const made = makeAt(this.crossing, '/', path, { kind: 'dir', mode });
    return isErr(made) ? made : 0;
  }
  unlink(path: string): Errno | 0 {
    return removeAt(this.crossing, '/', path, false);
  }
  rmdir(path: string): Errno | 0 {
    return removeAt(this.crossing, '/', path, true);
  }
  symlink(target: string, path: string): Errno | 0 {
    const made = makeAt(this.crossing, '/', path, { kind: 'symlink', mode: 0o777, target });
    return isErr(made) ? made : 0;
  }
  link(from: string, to: string): Errno | 0 {
    return linkAt(this.crossing, '/', from, to);
  }
  readlink(path: string): string | Errno {
    const place = find(this.crossing, '/', path, false);
    return isErr(place) ? place : place.inode.readlink();
  }
  resolve(path: string, follow: boolean): string | Errno {
    const place = find(this.crossing, '/', path, follow);
    return isErr(place) ? place : pathOf(place);
  }
  utimes(path: string, mtime: number): Errno | 0 {
    const place = find(this.crossing, '/', path, false);
    return isErr(place) ? place : place.inode.setMeta({ mtime });
  }
  rename(from: string, to: string): Errno | 0 {
    return renameAt(this.crossing, '/', from, to);
  }
  chmod(path: string, mode: number): Errno | 0 {
    return setMetaAt(this.crossing, '/', path, { mode });
  }
  chown(path: string, uid: number, gid: number): Errno | 0 {
    return setMetaAt(this.crossing, '/', path, { uid, gid });
  }
  /** Installs the binary of a program, as a package manager does. */
  install(path: string, program: string, size?: number): Errno | 0 {
    const made = this.writeFile(path, new Uint8Array(0), { mode: 0o755, parents: true });
    if (made !== 0) return made;
    const place = this.place(path);
    if (isErr(place)) return place;
    if (place.inode instanceof TreeInode) place.inode.setProgram(program, size);
    return 0;
  }
}
