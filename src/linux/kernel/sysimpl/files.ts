/** System calls on paths. */
import { EACCES, EROFS, type Errno, isErr } from '../errno.ts';
import { pathOf } from '../fs/path.ts';
import { statfsOf } from '../fs/statfs.ts';
import { find, linkAt, makeAt, openAt, readAll, removeAt, renameAt, setMetaAt, writeAll } from '../fs/vfs.ts';
import type { DirEntry, Fd, OpenFlags, Stat, StatFs } from '../sys.ts';
import { SysDescriptors } from './descriptors.ts';

export class SysFiles extends SysDescriptors {
  open(path: string, flags: OpenFlags): Fd | Errno {
    const { p } = this;
    const file = openAt(this.tree, p.cwd, path, flags, p.umask);
    if (isErr(file)) return file;
    const { tty } = file;
    if (tty && p.sid === p.pid && !p.tty && tty.session === 0) {
      p.tty = tty;
      tty.session = p.sid;
    }
    return p.fds.add(file);
  }

  #stat(path: string, follow: boolean): Stat | Errno {
    const place = find(this.tree, this.p.cwd, path, follow);
    return isErr(place) ? place : place.inode.stat();
  }
  stat(path: string): Stat | Errno {
    return this.#stat(path, true);
  }
  lstat(path: string): Stat | Errno {
    return this.#stat(path, false);
  }

  readdir(path: string): DirEntry[] | Errno {
    const place = find(this.tree, this.p.cwd, path);
    return isErr(place) ? place : place.inode.list();
  }

  readlink(path: string): string | Errno {
    const place = find(this.tree, this.p.cwd, path, false);
    return isErr(place) ? place : place.inode.readlink();
  }

  realpath(path: string): string | Errno {
    const place = find(this.tree, this.p.cwd, path);
    return isErr(place) ? place : pathOf(place);
  }

  access(path: string, mode: { read?: boolean; write?: boolean; exec?: boolean }): Errno | 0 {
    const place = find(this.tree, this.p.cwd, path);
    if (isErr(place)) return place;
    const s = place.inode.stat();
    if (mode.write && place.mount.readOnly) return EROFS;
    return mode.exec && s.kind === 'file' && (s.mode & 0o111) === 0 ? EACCES : 0;
  }

  mkdir(path: string, mode = 0o777): Errno | 0 {
    return this.#make(path, 'dir', mode);
  }
  mkfifo(path: string, mode = 0o666): Errno | 0 {
    return this.#make(path, 'fifo', mode);
  }
  #make(path: string, kind: 'dir' | 'fifo', mode: number): Errno | 0 {
    const made = makeAt(this.tree, this.p.cwd, path, { kind, mode: mode & ~this.p.umask & 0o7777 });
    return isErr(made) ? made : 0;
  }
  symlink(target: string, path: string): Errno | 0 {
    const made = makeAt(this.tree, this.p.cwd, path, { kind: 'symlink', mode: 0o777, target });
    return isErr(made) ? made : 0;
  }

  rmdir(path: string): Errno | 0 {
    return removeAt(this.tree, this.p.cwd, path, true);
  }
  unlink(path: string): Errno | 0 {
    return removeAt(this.tree, this.p.cwd, path, false);
  }
  rename(from: string, to: string): Errno | 0 {
    return renameAt(this.tree, this.p.cwd, from, to);
  }
  link(from: string, to: string): Errno | 0 {
    return linkAt(this.tree, this.p.cwd, from, to);
  }
  chmod(path: string, mode: number): Errno | 0 {
    return setMetaAt(this.tree, this.p.cwd, path, { mode });
  }
  chown(path: string, uid: number, gid: number): Errno | 0 {
    return setMetaAt(this.tree, this.p.cwd, path, { uid, gid });
  }
  utimes(path: string, mtime: number): Errno | 0 {
    return setMetaAt(this.tree, this.p.cwd, path, { mtime });
  }

  readFile(path: string): Uint8Array | Errno {
    return readAll(this.tree, this.p.cwd, path);
  }
  writeFile(path: string, bytes: Uint8Array, mode = 0o666): Errno | 0 {
    return writeAll(this.tree, this.p.cwd, path, bytes, mode, this.p.umask);
  }

  statfs(path: string): StatFs | Errno {
    const place = find(this.tree, this.p.cwd, path);
    return isErr(place) ? place : statfsOf(place.mount, this.m.root.top.mount);
  }

  mounts(): readonly { source: string; target: string; type: string; options: string }[] {
    return this.tree.list().map(({ source, target, type, options }) => ({ source, target, type, options }));
  }
}
