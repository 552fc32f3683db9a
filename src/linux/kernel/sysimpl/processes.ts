/** System calls that start, wait for and signal processes. */
import { ECHILD, EINTR, EINVAL, ENOEXEC, type Errno, ESRCH, isErr } from '../errno.ts';
import { loadProgram } from '../exec.ts';
import { find } from '../fs/vfs.ts';
import type { Proc } from '../process.ts';
import { SIGNALS } from '../signal.ts';
import { send } from '../signals.ts';
import { execIn, forkFrom, spawnFrom } from '../spawn.ts';
import type { ProcInfo, SignalAction, SpawnOptions, Sys, WaitStatus } from '../sys.ts';
import { SysIdentity } from './identity.ts';

/** Highest signal number. */
const SIGNAL_MAX = 64;

export class SysProcesses extends SysIdentity {
  spawn(path: string, options: SpawnOptions): number | Errno {
    this.m.current = this.p;
    const child = spawnFrom(this.m, this.p, this.netns, path, { ...options, env: options.env ?? this.env });
    return isErr(child) ? child : (child.pids.get(this.p.pidns) as number);
  }

  fork(options: Omit<SpawnOptions, 'argv'>, body: (sys: Sys) => Promise<number>): number | Errno {
    this.m.current = this.p;
    const child = forkFrom(this.m, this.p, this.netns, { ...options, env: options.env ?? this.env }, body);
    return isErr(child) ? child : (child.pids.get(this.p.pidns) as number);
  }

  exec(
    path: string,
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
    spaces: Pick<SpawnOptions, 'netns' | 'namespacesOf'> = {},
  ): Promise<Errno> {
    this.m.current = this.p;
    return execIn(this.m, this.p, path, { argv, env: env ?? this.env, ...spaces });
  }

  async interpret(path: string): Promise<number | Errno> {
    const place = find(this.tree, this.p.cwd, path);
    if (isErr(place)) return place;
    const name = place.inode.kind === 'file' ? place.inode.program : undefined;
    if (name === undefined) return ENOEXEC;
    const { world } = this.m;
    const program = await loadProgram(world.programs, name, (work) => world.hold(work));
    return program ? program.main(this as unknown as Sys) : ENOEXEC;
  }

  /** A child that has something to tell; 'none' when no child is meant. */
  #changed(pid: number, untraced: boolean): { child: Proc; status: WaitStatus } | 'none' | undefined {
    const { p } = this;
    let any = false;
    for (const child of p.children) {
      const number = child.pids.get(p.pidns) ?? 0;
      if (pid > 0 && number !== pid) continue;
      if (pid === 0 && child.pgid !== p.pgid) continue;
      if (pid < -1 && child.pgid !== (p.pidns.byPid.get(-pid)?.pid ?? -pid)) continue;
      any = true;
      if (child.status) return { child, status: { ...child.status, pid: number } };
      if (untraced && child.stopReport !== 0)
        return { child, status: { pid: number, state: 'stopped', code: 0, signal: child.stopReport } };
    }
    return any ? undefined : 'none';
  }

  #wait(pid: number, untraced: boolean): WaitStatus | Errno | undefined {
    const found = this.#changed(pid, untraced);
    if (found === 'none') return ECHILD;
    if (!found) return undefined;
    if (found.child.status) found.child.reap();
    else found.child.stopReport = 0;
    return found.status;
  }

  async wait(pid: number, options: { noHang?: boolean; untraced?: boolean } = {}): Promise<WaitStatus | 0 | Errno> {
    const untraced = options.untraced === true;
    if (this.proc.status) await this.alive();
    const now = this.#wait(pid, untraced);
    if (now !== undefined) return now;
    if (options.noHang) return 0;
    for (;;) {
      const woken = await this.proc.blocking(
        (wait) =>
          new Promise<0 | Errno>((resolve) => {
            const off = this.proc.childChanged.add(() => {
              off();
              away();
              resolve(0);
            });
            const away = wait.onInterrupt(() => {
              off();
              resolve(EINTR);
            });
          }),
      );
      const status = this.#wait(pid, untraced);
      if (status !== undefined) return status;
      if (woken !== 0) return woken;
    }
  }

  kill(pid: number, signal: number): Errno | 0 {
    if (!Number.isInteger(signal) || signal < 0 || signal > SIGNAL_MAX) return EINVAL;
    const { p } = this;
    let to: Proc[];
    if (pid > 0) {
      const one = p.pidns.byPid.get(pid);
      to = one ? [one] : [];
    } else if (pid === -1) to = p.pidns.list().filter((q) => q !== p && !q.isInit);
    else
      to = this.m.group(pid === 0 ? p.pgid : (p.pidns.byPid.get(-pid)?.pid ?? -pid)).filter((q) => q.pids.has(p.pidns));
    if (to.length === 0) return ESRCH;
    for (const q of to) send(this.m.signals, q, signal, p);
    void this.p;
    return 0;
  }

  sigaction(signal: number, action: SignalAction): SignalAction {
    const old = this.p.actions.get(signal) ?? 'default';
    if (signal === SIGNALS.SIGKILL || signal === SIGNALS.SIGSTOP) return old;
    if (action === 'default') this.p.actions.delete(signal);
    else this.p.actions.set(signal, action);
    return old;
  }

  processes(): ProcInfo[] {
    const ns = this.p.pidns;
    // who asks is running, whatever it waits for in this simulation
    return ns.list().map((q) => (q === this.p ? { ...q.infoIn(ns), state: 'R' as const } : q.infoIn(ns)));
  }
}
