/**
 * The world: what all machines of a lab share. Its driver (lab/drive.ts) moves time:
 *
 *     for (;;) {
 *       let the host's microtasks run;            // one setImmediate or MessageChannel turn
 *       if (host work is held) continue;          // world.hold
 *       if (world.pump()) continue;               // core events woke somebody
 *       if (the caller's condition holds) return;
 *       const t = world.next();                   // Infinity: nothing will ever happen by itself
 *       world.advance(t);                         // core timers, then one timer of the clock
 *     }
 */
import type { Clock } from '../../base/clock.ts';
import type { Rng } from '../../base/rng.ts';
import type { Core } from '../core/core.ts';
import type { Machine } from './kernel.ts';
import type { Program, TtyDevice, World } from './machine.ts';
import { holdersOf } from './net/holders.ts';
import { NetWorld } from './net/world.ts';
import type { LinkKind, NetAdmin } from './netadmin.ts';
import type { ShellMark } from './sys.ts';

export type NamedProgram = Program | (() => Promise<Program>);

export interface WorldOptions {
  readonly core: Core;
  readonly clock: Clock;
  readonly rng: Rng;
  /** Kinds of devices that the machines' kernels are built without. */
  readonly without?: readonly LinkKind[];
  /** Tells the driver of host work that virtual time must wait for. */
  hold<T>(work: Promise<T>): Promise<T>;
}

/** The world as the driver and the machines hold it. */
export class LabWorld implements World {
  readonly clock: Clock;
  readonly core: Core;
  readonly rng: Rng;
  readonly programs = new Map<string, NamedProgram>();
  readonly hold: <T>(work: Promise<T>) => Promise<T>;
  /** Namespaces, devices and sockets of all machines. */
  readonly net: NetWorld;
  /** Programs that failed with something that is no exit: bugs, in order. The driver reports them. */
  readonly bugs: { readonly comm: string; readonly error: unknown }[] = [];
  /** In the order in which they were made. */
  readonly machines: Machine[] = [];
  /** Called when a shell on a terminal waits for a command or begins one. */
  marked: ((tty: TtyDevice, mark: ShellMark) => void) | undefined;
  #nextInode = 1000;
  #nextPidns = 4026531836;

  constructor(options: WorldOptions) {
    this.clock = options.clock;
    this.core = options.core;
    this.rng = options.rng;
    this.hold = (work) => options.hold(work);
    this.net = new NetWorld(options.core, options.clock, options.rng, options.without);
    this.net.holders = (file) => this.machines.flatMap((m) => holdersOf(m, file));
    this.net.log = (owner, key, line) => {
      const machine = this.machines.find((m) => m === owner);
      if (
        key === undefined ||
        machine?.hostNetns === key ||
        this.net.sysctl(key, 'net.netfilter.nf_log_all_netns') === '1'
      )
        machine?.log(line);
    };
    this.net.local = (owner, key) => this.machines.find((m) => m === owner)?.localSockets(key) ?? [];
    this.clock.follow(() => this.core.now());
  }

  bareNetns(): NetAdmin {
    return this.net.admin(this.net.add(undefined));
  }

  /** Hands the core's waiting events on. @returns whether there were any */
  pump(): boolean {
    return this.net.pump();
  }

  /** When the next timer of the core or the clock is due, virtual ns, or Infinity. */
  next(): number {
    return Math.min(this.clock.next(), this.core.next());
  }

  /** Moves time to `t`: the core's timers up to it, then one timer of the clock that is due. @returns whether one fired */
  advance(t: number): boolean {
    this.core.run(t);
    this.clock.advance(t);
    return this.clock.fireNext();
  }

  /** Number of an anonymous inode: `pipe:[N]`, `socket:[N]`. */
  inode(): number {
    return this.#nextInode++;
  }

  pidnsId(): number {
    return this.#nextPidns++;
  }
}

export function createWorld(options: WorldOptions): LabWorld {
  return new LabWorld(options);
}
