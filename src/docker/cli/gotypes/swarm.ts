/**
 * Types of a swarm's objects, made from the JSON that came: a field for each name, in its order. What the daemon left out
 * has no field; templates then find nothing there, as they do in the raw JSON.
 */
import { ANY, BOOL, type GoType, INT64, STRING, STRING_MAP, sliceOf, struct } from '../template/value.ts';

/** Fields that are maps, whatever they hold. */
const MAPS = ['Labels', 'Options', 'DriverOpts', 'Sysctls'];

/** @param name of the type, as errors say it */
export function typeOfJson(name: string, x: unknown): GoType {
  if (typeof x === 'string') return STRING;
  if (typeof x === 'boolean') return BOOL;
  if (typeof x === 'number') return INT64;
  if (x === null || x === undefined) return ANY;
  if (Array.isArray(x)) return sliceOf(x.length === 0 ? ANY : elementType(name, x));
  return structOf(name, x, []);
}

/** One type for all of a list: fields that only some have are left out where they are empty. */
function elementType(name: string, list: readonly unknown[]): GoType {
  const objects = list.filter((e): e is object => typeof e === 'object' && e !== null && !Array.isArray(e));
  if (objects.length < list.length) return typeOfJson(name, list[0]);
  const all = Object.assign({}, ...objects) as object;
  return structOf(
    name,
    all,
    Object.keys(all).filter((k) => objects.some((o) => !(k in o))),
  );
}

function structOf(name: string, x: object, sparse: readonly string[]): GoType {
  const rows = Object.entries(x).map(([k, v]) => {
    const type = MAPS.includes(k) ? STRING_MAP : typeOfJson(`swarm.${k}`, v);
    return sparse.includes(k) ? ([k, type, '', true] as const) : ([k, type] as const);
  });
  return struct(name, ...rows);
}
