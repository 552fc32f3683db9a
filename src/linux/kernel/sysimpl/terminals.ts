/** System calls on terminals. @see termios(3), tty_ioctl(4) */
import { EBADF, ENOTTY, EPERM, type Errno, ESRCH } from '../errno.ts';
import type { TtyDevice } from '../machine.ts';
import type { PidNamespace } from '../pidns.ts';
import type { Fd, ShellMark, Termios, WinSize } from '../sys.ts';
import { SysSockets } from './sockets.ts';

export class SysTerminals extends SysSockets {
  #tty(fd: Fd): TtyDevice | Errno {
    const file = this.file(fd);
    return file ? (file.tty ?? ENOTTY) : EBADF;
  }
  isatty(fd: Fd): boolean {
    return this.file(fd)?.tty !== undefined;
  }
  tcgetattr(fd: Fd): Termios | Errno {
    const t = this.#tty(fd);
    return 'code' in t ? t : t.termios;
  }
  tcsetattr(fd: Fd, termios: Termios): Errno | 0 {
    const t = this.#tty(fd);
    if ('code' in t) return t;
    t.termios = { ...termios };
    return 0;
  }
  tcgetpgrp(fd: Fd): number | Errno {
    const t = this.#tty(fd);
    if ('code' in t) return t;
    if (t !== this.p.tty) return ENOTTY;
    const root = this.p.pidns.chain().pop() as PidNamespace;
    return root.byPid.get(t.foreground)?.pids.get(this.p.pidns) ?? t.foreground;
  }
  tcsetpgrp(fd: Fd, pgid: number): Errno | 0 {
    const t = this.#tty(fd);
    if ('code' in t) return t;
    if (t !== this.p.tty) return ENOTTY;
    const leader = this.p.pidns.byPid.get(pgid);
    const group = leader?.pid ?? pgid;
    const members = this.m.group(group);
    if (members.length === 0) return ESRCH;
    if (members.every((q) => q.sid !== this.p.sid)) return EPERM;
    t.foreground = group;
    return 0;
  }
  winsize(fd: Fd): WinSize | Errno {
    const t = this.#tty(fd);
    return 'code' in t ? t : t.winsize;
  }
  mark(fd: Fd, mark: ShellMark): void {
    const tty = this.file(fd)?.tty;
    if (tty) this.m.world.marked?.(tty, mark);
  }
}
