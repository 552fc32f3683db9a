/** System calls about the process itself, time, chance and the machine's names. */
import type { Rng } from '../../../base/rng.ts';
import { EACCES, EINTR, EINVAL, ENOENT, ENOTDIR, EPERM, EROFS, type Errno, ESRCH, isErr } from '../errno.ts';
import { pathOf } from '../fs/path.ts';
import { find } from '../fs/vfs.ts';
import { endWith } from '../signals.ts';
import { type Limit, ProcessExit, type Resource } from '../sys.ts';
import { SysBase } from './base.ts';

/** CPU time below this is saved up; from it on the process gives way. */
const SLICE_NS = 1_000_000;

export class SysIdentity extends SysBase {
  readonly argv: readonly string[] = this.proc.argv;
  readonly env: Record<string, string> = { ...this.proc.env };

  get pid(): number {
    return this.proc.nsPid;
  }
  get ppid(): number {
    return this.proc.parent?.pids.get(this.proc.pidns) ?? 0;
  }
  getuid(): number {
    return this.p.uid;
  }

  getgid(): number {
    return this.p.gid;
  }

  setuid(uid: number): Errno | 0 {
    if (this.p.uid !== 0 && this.p.uid !== uid) return EPERM;
    this.p.uid = uid;
    return 0;
  }

  setgid(gid: number): Errno | 0 {
    if (this.p.uid !== 0 && this.p.gid !== gid) return EPERM;
    this.p.gid = gid;
    return 0;
  }

  getgroups(): readonly number[] {
    return this.p.groups;
  }

  getpgid(pid = 0): number | Errno {
    const q = pid === 0 ? this.p : this.p.pidns.byPid.get(pid);
    return q ? q.infoIn(this.p.pidns).pgid : ESRCH;
  }

  setpgid(pid: number, pgid: number): Errno | 0 {
    const q = pid === 0 ? this.p : this.p.pidns.byPid.get(pid);
    if (!q || (q !== this.p && q.parent !== this.p)) return ESRCH;
    if (pgid < 0) return EINVAL;
    if (q.sid === q.pid || q.sid !== this.p.sid) return EPERM;
    const leader = pgid === 0 || pgid === pid ? q : this.p.pidns.byPid.get(pgid);
    const group = leader?.pid ?? pgid;
    if (group !== q.pid && !this.m.group(group).some((x) => x.sid === q.sid)) return EPERM;
    q.pgid = group;
    return 0;
  }

  setsid(): number | Errno {
    const { p } = this;
    if (p.pgid === p.pid) return EPERM;
    p.pgid = p.pid;
    p.sid = p.pid;
    p.tty = undefined;
    return p.nsPid;
  }

  cwd(): string {
    return this.p.cwd;
  }

  chdir(path: string): Errno | 0 {
    const place = find(this.tree, this.p.cwd, path);
    if (isErr(place)) return place;
    if (place.inode.kind !== 'dir') return ENOTDIR;
    this.p.cwd = pathOf(place);
    return 0;
  }

  umask(mask?: number): number {
    const old = this.p.umask;
    if (mask !== undefined) this.p.umask = mask & 0o777;
    return old;
  }

  getrlimit(resource: Resource): Limit {
    return this.p.limits[resource];
  }

  setrlimit(resource: Resource, limit: Limit): Errno | 0 {
    if (limit.soft > limit.hard) return EINVAL;
    if (limit.hard > this.p.limits[resource].hard && !this.p.can('CAP_SYS_RESOURCE')) return EPERM;
    this.p.limits = { ...this.p.limits, [resource]: limit };
    return 0;
  }

  exit(code: number): never {
    const exit = new ProcessExit(code & 255, 0);
    endWith(this.m.signals, this.p, exit);
    throw exit;
  }

  setTitle(argv: readonly string[]): void {
    this.p.argv = argv;
  }

  // --- time and chance

  now(): number {
    return this.m.world.clock.now;
  }
  realtime(): bigint {
    return this.m.world.clock.epochAt();
  }
  get rng(): Rng {
    return this.m.world.rng;
  }

  sleep(ns: number): Promise<0 | Errno> {
    const { clock } = this.m.world;
    return this.proc.blocking(
      (wait) =>
        new Promise<0 | Errno>((resolve) => {
          const timer = clock.after(ns, () => {
            off();
            resolve(0);
          });
          const off = wait.onInterrupt(() => {
            clock.cancel(timer);
            resolve(EINTR);
          });
        }),
      false,
      false,
    );
  }

  async cpu(ns: number): Promise<void> {
    const p = this.proc;
    p.cpuTime += ns;
    p.cpuDebt += ns;
    if (p.cpuDebt >= SLICE_NS) {
      const debt = p.cpuDebt;
      p.cpuDebt = 0;
      p.running++;
      await this.m.world.clock.sleep(debt);
      p.running--;
    }
    if (p.status || p.stopped || p.frozen) await p.runnable();
  }

  async load<T>(module: () => Promise<T>): Promise<T> {
    const loaded = await this.m.world.hold(module());
    if (this.proc.status || this.proc.stopped || this.proc.frozen) await this.proc.runnable();
    return loaded;
  }

  // --- names of the machine

  gethostname(): string {
    return this.p.uts.hostname;
  }
  sethostname(name: string): Errno | 0 {
    if (!this.p.can('CAP_SYS_ADMIN')) return EPERM;
    if (name.length > 64) return EINVAL;
    this.p.uts.hostname = name;
    return 0;
  }
  uname(): { sysname: string; nodename: string; release: string; version: string; machine: string } {
    const { release, version } = this.m;
    return { sysname: 'Linux', nodename: this.p.uts.hostname, release, version, machine: 'x86_64' };
  }
  sysctl(name: string): string | Errno {
    this.m.current = this.p;
    return this.m.sysctls.get(this.netns, name);
  }
  setSysctl(name: string, value: string): Errno | 0 {
    this.m.current = this.p;
    if (name === '') return ENOENT;
    const known = this.m.sysctls.get(this.netns, name);
    if (isErr(known)) return known;
    if (this.p.uid !== 0) return EACCES;
    const place = find(this.p.mounts, '/', '/proc/sys');
    if (!isErr(place) && place.mount.readOnly) return EROFS;
    return this.m.sysctls.set(this.netns, name, value);
  }
}
