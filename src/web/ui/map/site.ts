/** A machine while it is being drawn. */
import type { Wire } from './drawing.ts';
import type { Corner } from './geometry.ts';
import type { MachineSpec } from './lanes.ts';
import type { Memory } from './memory.ts';
import type { MachinePlan } from './plan.ts';

/** By the id of the interface whose Out direction they run in. */
export type Wires = Map<number, Wire>;

export interface Site {
  readonly spec: MachineSpec;
  readonly corner: Corner;
  readonly plan: MachinePlan;
  readonly memory: Memory;
  /** How many containers a lane shows unless it is opened. */
  readonly few: number;
  readonly opened: ReadonlySet<string>;
  readonly wires: Wires;
}
