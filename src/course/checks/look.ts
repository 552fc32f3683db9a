/** Looks at a view and at numbers that several checks take. Nothing here needs the schemas. */
import type { LabView, ViewContainer, ViewMachine } from '../../lab/view.ts';
import type { Range } from './fields.ts';

/** @param range absent: one or more */
export function inRange(n: number, range: Range | undefined): boolean {
  if (range === undefined) return n >= 1;
  if (typeof range === 'number') return n === range;
  return n >= (range.min ?? Number.NEGATIVE_INFINITY) && n <= (range.max ?? Number.POSITIVE_INFINITY);
}

/** As inRange, but everything is in a range that is absent. */
export const within = (n: number | undefined, range: Range | undefined): boolean =>
  range === undefined || (n !== undefined && inRange(n, range));

export const machineOf = (view: LabView, name: string): ViewMachine | undefined =>
  view.machines.find((m) => m.name === name);

export const containerOf = (view: LabView, machine: string, name: string): ViewContainer | undefined =>
  machineOf(view, machine)?.containers.find((c) => c.name === name);
