/** PID namespaces: numbers for processes, nested. @see pid_namespaces(7) */
import type { PidNs } from './machine.ts';
import type { Proc } from './process.ts';

export class PidNamespace implements PidNs {
  #next = 1;
  readonly byPid = new Map<number, Proc>();
  /** pid 1 of this namespace. */
  init: Proc | undefined;
  frozen = false;
  /** Process groups; the outermost namespace has them, for they are of its numbers. */
  readonly #groups = new Map<number, Set<Proc>>();
  constructor(
    readonly id: number,
    readonly parent: PidNamespace | undefined,
  ) {}

  take(): number {
    return this.#next++;
  }

  /** The next process gets at least this number. */
  skipTo(pid: number): void {
    if (pid > this.#next) this.#next = pid;
  }

  /** This namespace and those around it, innermost first. */
  chain(): PidNamespace[] {
    const out: PidNamespace[] = [];
    for (let ns: PidNamespace | undefined = this; ns; ns = ns.parent) out.push(ns);
    return out;
  }

  /** True when `other` is this one or lies inside it. */
  holds(other: PidNamespace): boolean {
    return other.chain().includes(this);
  }

  /** The processes of a group, in order of pid. Pre: this is the outermost namespace. */
  group(pgid: number): Proc[] {
    return [...(this.#groups.get(pgid) ?? [])].sort((a, b) => a.pid - b.pid);
  }

  joinGroup(pgid: number, p: Proc): void {
    const group = this.#groups.get(pgid);
    if (group) group.add(p);
    else this.#groups.set(pgid, new Set([p]));
  }

  leaveGroup(pgid: number, p: Proc): void {
    const group = this.#groups.get(pgid);
    if (group?.delete(p) && group.size === 0) this.#groups.delete(pgid);
  }

  /** Its processes in order of pid. */
  list(): Proc[] {
    return [...this.byPid.entries()].sort((a, b) => a[0] - b[0]).map(([, p]) => p);
  }
}
