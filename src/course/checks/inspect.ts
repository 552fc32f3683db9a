/** `inspect`: a value of the Engine API compares. */
import * as v from 'valibot';
import type { Evidence } from '../evidence.ts';
import { about, machine } from './fields.ts';
import { machineOf } from './look.ts';

/** Where a value stands in the Engine API's answers. */
export const place = {
  machine,
  get: about(
    v.pipe(v.string(), v.startsWith('/')),
    'Path of a GET: `/networks/app`. `*` in it stands for each container in turn.',
  ),
  path: about(v.string(), 'Walks the answer: `State.Error`, `Mounts[].Name`, `NetworkSettings.Networks.*.IPAddress`.'),
};
const at = v.strictObject(place);
export type InspectPlace = v.InferOutput<typeof at>;

/** True when any value found compares true. */
export const inspect = v.strictObject({
  ...place,
  equals: v.optional(v.union([v.string(), v.number(), v.boolean(), v.null()])),
  contains: v.optional(v.string()),
  min: v.optional(v.number()),
  max: v.optional(v.number()),
});
export type InspectCheck = v.InferOutput<typeof inspect>;

export async function judgeInspect(want: InspectCheck, evidence: Evidence): Promise<boolean> {
  return (await valuesAt(want, evidence)).some((value) => compares(value, want));
}

/** All values there, none when the engine has no such thing. */
export async function valuesAt(want: InspectPlace, evidence: Evidence): Promise<unknown[]> {
  const paths = want.get.includes('*')
    ? (machineOf(evidence.view, want.machine)?.containers ?? []).map((c) => want.get.replace('*', c.id))
    : [want.get];
  const found: unknown[] = [];
  for (const path of paths) found.push(...walk(await evidence.engine(want.machine, path), want.path));
  return found;
}

/** Values at a path: names joined by dots, `[]` for each element, `*` for each value of an object. */
export function walk(value: unknown, path: string): unknown[] {
  let at: unknown[] = [value];
  for (const step of path.replaceAll('[]', '.[]').split('.').filter(Boolean))
    at = at.flatMap((v) => {
      if (v === null || typeof v !== 'object') return [];
      if (step === '[]') return Array.isArray(v) ? v : [];
      if (step === '*') return Object.values(v);
      const inner = (v as Record<string, unknown>)[step];
      return inner === undefined ? [] : [inner];
    });
  return at;
}

function compares(value: unknown, want: InspectCheck): boolean {
  if (want.equals !== undefined && value !== want.equals) return false;
  if (want.contains !== undefined && !String(value).includes(want.contains)) return false;
  if (want.min !== undefined && !(Number(value) >= want.min)) return false;
  return want.max === undefined || Number(value) <= want.max;
}
