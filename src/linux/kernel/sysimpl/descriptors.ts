/** System calls on descriptors: reading, writing, duplicating, polling. */
import { EBADF, EFBIG, EINTR, EINVAL, EIO, EPIPE, type Errno, ESPIPE, isErr } from '../errno.ts';
import { isNonBlocking, setNonBlocking } from '../fdtable.ts';
import { RegularFile } from '../fs/file.ts';
import type { OpenFile } from '../machine.ts';
import { SIGNALS } from '../signal.ts';
import { isOrphaned, send } from '../signals.ts';
import type { Fd, PollFd, PollResult, Stat } from '../sys.ts';
import { SysProcesses } from './processes.ts';

const READ_SIZE = 65536;

export class SysDescriptors extends SysProcesses {
  async read(fd: Fd, max = READ_SIZE): Promise<Uint8Array | Errno> {
    const p = this.proc;
    const file = p.fds.get(fd);
    if (!file) return p.status ? p.blocking(() => Promise.resolve(EBADF)) : EBADF;
    return p.blocking(async (wait) => {
      const refused = this.#background(file);
      return refused ?? file.read(max, wait);
    }, isNonBlocking(file));
  }

  /** Reading a terminal from a background group: SIGTTIN, or EIO when that would help nobody. */
  #background(file: OpenFile): Errno | undefined {
    const { proc: p } = this;
    const { tty } = file;
    if (!tty || tty !== p.tty || tty.foreground === 0 || tty.foreground === p.pgid) return undefined;
    if (p.actions.get(SIGNALS.SIGTTIN) === 'ignore' || isOrphaned(this.m.signals, p.pgid)) return EIO;
    for (const q of this.m.group(p.pgid)) send(this.m.signals, q, SIGNALS.SIGTTIN, undefined);
    return EINTR;
  }

  async write(fd: Fd, bytes: Uint8Array): Promise<number | Errno> {
    const p = this.proc;
    const file = p.fds.get(fd);
    if (!file) return p.status ? p.blocking(() => Promise.resolve(EBADF)) : EBADF;
    let done = 0;
    for (;;) {
      let resumed = false;
      let cut = false;
      const n = await p.blocking(async (wait) => {
        const rest = done === 0 ? bytes : bytes.subarray(done);
        const allowed = this.#within(file, rest);
        if (isErr(allowed)) return allowed;
        cut = allowed.length < rest.length;
        const result = await file.write(allowed, wait);
        resumed = (wait as { stopped?: boolean }).stopped === true;
        return result;
      }, isNonBlocking(file));
      if (n === EPIPE) send(this.m.signals, p, SIGNALS.SIGPIPE, p);
      if (p.status) await p.runnable();
      if (isErr(n)) return done > 0 && n === EINTR ? done : n;
      done += n;
      if (done >= bytes.length || !(resumed || cut)) return done;
    }
  }

  /** What a process may write of it: its files grow to RLIMIT_FSIZE. @see Linux mm/filemap.c: generic_write_check_limits */
  #within(file: OpenFile, bytes: Uint8Array): Uint8Array | Errno {
    const most = this.proc.limits.fsize.soft;
    if (most === Number.POSITIVE_INFINITY || !(file instanceof RegularFile) || bytes.length === 0) return bytes;
    const room = most - file.next;
    if (room > 0) return bytes.subarray(0, room);
    send(this.m.signals, this.proc, SIGNALS.SIGXFSZ, this.proc);
    return EFBIG;
  }

  close(fd: Fd): Errno | 0 {
    return this.p.fds.close(fd);
  }

  dup(fd: Fd): Fd | Errno {
    const file = this.file(fd);
    return file ? this.p.fds.add(file) : EBADF;
  }

  dup2(from: Fd, to: Fd): Fd | Errno {
    const file = this.file(from);
    if (!file || to < 0 || to >= this.p.fds.limit) return EBADF;
    this.p.fds.set(to, file);
    return to;
  }

  pipe(): readonly [Fd, Fd] {
    const [r, w] = this.m.pipe();
    return [this.p.fds.take(r), this.p.fds.take(w)];
  }

  lseek(fd: Fd, offset: number, whence: 'set' | 'cur' | 'end'): number | Errno {
    const file = this.file(fd);
    if (!file) return EBADF;
    return file.seek ? file.seek(offset, whence) : ESPIPE;
  }

  ftruncate(fd: Fd, size: number): Errno | 0 {
    const file = this.file(fd);
    if (!file) return EBADF;
    return file.truncate && size >= 0 ? file.truncate(size) : EINVAL;
  }

  fstat(fd: Fd): Stat | Errno {
    return this.file(fd)?.stat() ?? EBADF;
  }

  setNonBlocking(fd: Fd, on: boolean): Errno | 0 {
    const file = this.file(fd);
    if (!file) return EBADF;
    setNonBlocking(file, on);
    return 0;
  }

  fdPath(fd: Fd): string | Errno {
    return this.file(fd)?.path ?? EBADF;
  }

  fds(pid?: number): Fd[] {
    const q = pid === undefined ? this.p : this.p.pidns.byPid.get(pid);
    return q ? q.fds.list() : [];
  }

  #ready(fds: readonly PollFd[]): PollResult[] {
    const out: PollResult[] = [];
    for (const want of fds) {
      const file = this.proc.fds.get(want.fd);
      if (!file) {
        out.push({ fd: want.fd, in: false, out: false, hup: false, err: true });
        continue;
      }
      const r = file.ready();
      const found = {
        fd: want.fd,
        in: want.in === true && r.in,
        out: want.out === true && r.out,
        hup: r.hup,
        err: r.err,
      };
      if (found.in || found.out || found.hup || found.err) out.push(found);
    }
    return out;
  }

  poll(fds: readonly PollFd[], timeoutNs: number): Promise<PollResult[] | Errno> {
    const { clock } = this.m.world;
    const attempt = (wait: { onInterrupt(f: () => void): () => void }): Promise<PollResult[] | Errno> => {
      const now = this.#ready(fds);
      if (now.length > 0 || timeoutNs <= 0) return Promise.resolve(now);
      return new Promise((resolve) => {
        const off: (() => void)[] = [];
        const done = (result: PollResult[] | Errno): void => {
          for (const f of off) f();
          resolve(result);
        };
        const look = (): void => {
          const found = this.#ready(fds);
          if (found.length > 0) done(found);
        };
        for (const { fd } of fds) {
          const file = this.proc.fds.get(fd);
          if (file) off.push(file.onReady(look));
        }
        if (timeoutNs !== Number.POSITIVE_INFINITY) {
          const timer = clock.after(timeoutNs, () => done([]));
          off.push(() => clock.cancel(timer));
        }
        off.push(wait.onInterrupt(() => done(EINTR)));
      });
    };
    return this.proc.blocking(attempt);
  }
}
