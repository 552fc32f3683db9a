/** Fields that several checks share. */
import * as v from 'valibot';
import type { LabView, ViewContainer, ViewMachine } from '../../lab/view.ts';

/** An id: small letters, digits, dashes. */
export const id = v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9-]*$/));
export const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65535));
export const machine = v.optional(id, 'node1');
export const text = v.pipe(v.string(), v.minLength(1));
export const transport = v.picklist(['tcp', 'udp']);

/** A number, or bounds that include their ends. */
export const range = v.union([
  v.number(),
  v.strictObject({ min: v.optional(v.number()), max: v.optional(v.number()) }),
]);
export type Range = v.InferOutput<typeof range>;

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
