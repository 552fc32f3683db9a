/**
 * Permissions: what those get to see who are not root, or are root without root's powers over files. Loaded with the
 * first such process; all others call the system without it.
 *
 * Limits: no ACLs; what runs (execve) is not looked at, nor are sockets; /proc and /sys may be read by all. Of
 * the way to a file all directories above it are looked at, from the root on, but not those that links lead through. Who
 * gives up being root (setuid) is held from the next program on.
 * @see path_resolution(7), capabilities(7), Linux fs/namei.c: generic_permission, may_delete
 */
import { EACCES, EPERM, type Errno, isErr } from '../errno.ts';
import { type Place, type Walked, walk } from '../fs/path.ts';
import type { DirEntry, Fd, OpenFlags, Stat, StatFs } from '../sys.ts';
import { SysCalls } from './sys.ts';

const READ = 4;
const WRITE = 2;
const SEARCH = 1;
const STICKY = 0o1000;

/** The system calls of a process that may not do everything. */
export class GuardedSys extends SysCalls {
  #may(place: Place, want: number): boolean {
    const { uid, gid, mode, kind } = place.inode.stat();
    const { p } = this;
    if (kind === 'symlink' || kind === 'char' || p.can('CAP_DAC_OVERRIDE')) return true;
    if (want === READ && (place.mount.type === 'proc' || place.mount.type === 'sysfs')) return true;
    const shift = uid === p.uid ? 6 : gid === p.gid || p.groups.includes(gid) ? 3 : 0;
    return ((mode >> shift) & want) === want;
  }

  #owns({ inode }: Place): boolean {
    return inode.stat().uid === this.p.uid || this.p.can('CAP_FOWNER');
  }

  /** A path, when all directories on the way may be searched. */
  #walk(path: string, follow = true): Walked | Errno {
    const w = walk(this.tree, this.p.cwd, path, follow);
    if (isErr(w)) return w;
    for (let d: Place | undefined = w.place ? w.place.up : w.dir; d; d = d.up) if (!this.#may(d, SEARCH)) return EACCES;
    return w;
  }

  /** What is wrong with using a path so; whether it is there at all is for the call itself to say. */
  #deny(path: string, want: number, follow = true): Errno | undefined {
    const w = this.#walk(path, follow);
    if (isErr(w)) return w;
    return w.place && !this.#may(w.place, want) ? EACCES : undefined;
  }

  /** Whether a name may be made in, or taken from, its directory. */
  #denyEntry(path: string, made: boolean): Errno | undefined {
    const w = this.#walk(path.replace(/\/+$/, '') || '/', false);
    if (isErr(w)) return w;
    if (made === (w.place !== undefined)) return undefined;
    if (!this.#may(w.dir, WRITE)) return EACCES;
    if (made || !w.place || (w.dir.inode.stat().mode & STICKY) === 0) return undefined;
    return this.#owns(w.place) || this.#owns(w.dir) ? undefined : EPERM;
  }

  /** Makes something, which is the caller's own. */
  #make<T>(path: string, make: () => T): T | Errno {
    const before = this.#walk(path.replace(/\/+$/, '') || '/', false);
    const denied = isErr(before) ? before : before.place ? undefined : this.#denyEntry(path, true);
    if (denied) return denied;
    const made = make();
    const after = isErr(made) || isErr(before) || before.place ? undefined : walk(this.tree, this.p.cwd, path, false);
    if (after && !isErr(after)) after.place?.inode.setMeta({ uid: this.p.uid, gid: this.p.gid });
    return made;
  }

  override open(path: string, flags: OpenFlags): Fd | Errno {
    const writes = flags.write || flags.append;
    const want = (writes ? WRITE : 0) | (flags.read || !writes ? READ : 0);
    const denied = this.#deny(path, want);
    if (denied) return denied;
    return flags.create ? this.#make(path, () => super.open(path, flags)) : super.open(path, flags);
  }
  override stat(path: string): Stat | Errno {
    return this.#deny(path, 0) ?? super.stat(path);
  }
  override lstat(path: string): Stat | Errno {
    return this.#deny(path, 0, false) ?? super.lstat(path);
  }
  override readlink(path: string): string | Errno {
    return this.#deny(path, 0, false) ?? super.readlink(path);
  }
  override realpath(path: string): string | Errno {
    return this.#deny(path, 0) ?? super.realpath(path);
  }
  override statfs(path: string): StatFs | Errno {
    return this.#deny(path, 0) ?? super.statfs(path);
  }
  override readdir(path: string): DirEntry[] | Errno {
    return this.#deny(path, READ) ?? super.readdir(path);
  }
  override chdir(path: string): Errno | 0 {
    return this.#deny(path, SEARCH) ?? super.chdir(path);
  }
  override access(path: string, mode: { read?: boolean; write?: boolean; exec?: boolean }): Errno | 0 {
    const want = (mode.read ? READ : 0) | (mode.write ? WRITE : 0) | (mode.exec ? SEARCH : 0);
    return this.#deny(path, want) ?? super.access(path, mode);
  }
  override readFile(path: string): Uint8Array | Errno {
    return this.#deny(path, READ) ?? super.readFile(path);
  }
  override writeFile(path: string, bytes: Uint8Array, mode?: number): Errno | 0 {
    return this.#deny(path, WRITE) ?? this.#make(path, () => super.writeFile(path, bytes, mode));
  }
  override mkdir(path: string, mode?: number): Errno | 0 {
    return this.#make(path, () => super.mkdir(path, mode));
  }
  override mkfifo(path: string, mode?: number): Errno | 0 {
    return this.#make(path, () => super.mkfifo(path, mode));
  }
  override symlink(target: string, path: string): Errno | 0 {
    return this.#make(path, () => super.symlink(target, path));
  }
  override rmdir(path: string): Errno | 0 {
    return this.#denyEntry(path, false) ?? super.rmdir(path);
  }
  override unlink(path: string): Errno | 0 {
    return this.#denyEntry(path, false) ?? super.unlink(path);
  }
  override rename(from: string, to: string): Errno | 0 {
    return (
      this.#denyEntry(from, false) ?? this.#denyEntry(to, true) ?? this.#denyEntry(to, false) ?? super.rename(from, to)
    );
  }
  override link(from: string, to: string): Errno | 0 {
    return this.#deny(from, 0, false) ?? this.#denyEntry(to, true) ?? super.link(from, to);
  }

  /** Changes what only an owner may. */
  #change(path: string, change: () => Errno | 0, may: (place: Place) => Errno | undefined): Errno | 0 {
    const w = this.#walk(path);
    if (isErr(w)) return w;
    return (w.place && may(w.place)) ?? change();
  }
  override chmod(path: string, mode: number): Errno | 0 {
    return this.#change(
      path,
      () => super.chmod(path, mode),
      (at) => (this.#owns(at) ? undefined : EPERM),
    );
  }
  override chown(path: string, uid: number, gid: number): Errno | 0 {
    return this.#change(
      path,
      () => super.chown(path, uid, gid),
      ({ inode }) => {
        if (this.p.can('CAP_CHOWN')) return undefined;
        const now = inode.stat();
        const kept = now.uid === this.p.uid && (uid < 0 || uid === now.uid);
        return kept && (gid < 0 || gid === this.p.gid || this.p.groups.includes(gid)) ? undefined : EPERM;
      },
    );
  }
  override utimes(path: string, mtime: number): Errno | 0 {
    return this.#change(
      path,
      () => super.utimes(path, mtime),
      (at) => (this.#owns(at) || this.#may(at, WRITE) ? undefined : EACCES),
    );
  }
}
