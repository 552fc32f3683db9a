/** PID namespaces: numbers for processes, nested. @see pid_namespaces(7) */
import type { PidNs } from './machine.ts';
import type { Proc } from './process.ts';

export class PidNamespace implements PidNs {
  #next = 1;
  readonly byPid = new Map<number, Proc>();
  /** pid 1 of this namespace. */
  init: Proc | undefined;
  frozen = false;
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

  /** Those that something holds of, in order of pid. */
  those(wanted: (p: Proc) => boolean): Proc[] {
    const found: [number, Proc][] = [];
    for (const entry of this.byPid) if (wanted(entry[1])) found.push(entry);
    return found.sort((a, b) => a[0] - b[0]).map(([, p]) => p);
  }

  /** Its processes in order of pid. */
  list(): Proc[] {
    return [...this.byPid.entries()].sort((a, b) => a[0] - b[0]).map(([, p]) => p);
  }
}
