/** What all groups of system calls share: the calling process, checked to be alive. */
import type { MountTable } from '../fs/mounts.ts';
import type { Machine } from '../kernel.ts';
import type { OpenFile } from '../machine.ts';
import type { NetnsKey } from '../netadmin.ts';
import type { Proc } from '../process.ts';
import { ProcessExit } from '../sys.ts';

export class SysBase {
  /** @param own network namespace of these calls when it is not the process's (a daemon's setns) */
  constructor(
    protected readonly m: Machine,
    protected readonly proc: Proc,
    protected readonly own?: NetnsKey,
  ) {}

  /** The process; unwinds a program whose process is over. */
  protected get p(): Proc {
    const { status } = this.proc;
    if (status) throw new ProcessExit(status.code, status.signal);
    return this.proc;
  }

  /** Its mount table, with the process made known to /proc/self and /dev/tty. */
  protected get tree(): MountTable {
    this.m.current = this.p;
    return this.proc.mounts;
  }

  protected get netns(): NetnsKey {
    return this.own ?? this.proc.netns;
  }

  /** At the head of calls that give a promise: a process that is over gets no answer. */
  protected async alive(): Promise<void> {
    if (this.proc.status) await this.proc.runnable();
  }

  protected file(fd: number): OpenFile | undefined {
    return this.p.fds.get(fd);
  }
}
