/** Getting, setting and deleting by path. @see jq src/jv_aux.c */
import { isObject, JqError, type Json, kindOf } from './value.ts';

/** A slice of an array stands in a path as `{start, end}`. */
export type Key = string | number | { readonly start: number | null; readonly end: number | null };
export type Path = readonly Key[];

export function bounds(length: number, from: number | null, to: number | null): [number, number] {
  const at = (n: number): number => Math.max(0, Math.min(length, n < 0 ? n + length : n));
  const start = from === null ? 0 : at(Math.floor(from));
  return [start, Math.max(start, to === null ? length : at(Math.ceil(to)))];
}

/** @throws JqError */
export function get(v: Json, k: Json): Json {
  if (v === null && (k === null || typeof k === 'string' || typeof k === 'number' || isObject(k))) return null;
  if (isObject(v) && typeof k === 'string') return Object.hasOwn(v, k) ? (v[k] as Json) : null;
  if (Array.isArray(v) && typeof k === 'number')
    return v[Math.floor(k) < 0 ? v.length + Math.floor(k) : Math.floor(k)] ?? null;
  if ((Array.isArray(v) || typeof v === 'string') && isObject(k)) {
    const [from, to] = bounds(v.length, k.start as number | null, k.end as number | null);
    return v.slice(from, to);
  }
  if (Array.isArray(v) && Array.isArray(k))
    return v.flatMap((_, i) => (k.every((x, j) => JSON.stringify(v[i + j]) === JSON.stringify(x)) ? [i] : []));
  if (isObject(v) && kindOf(k) !== 'string') throw new JqError(`Cannot index object with ${kindOf(k)}`);
  if (typeof k === 'string' && kindOf(v) !== 'object')
    throw new JqError(`Cannot index ${kindOf(v)} with ${JSON.stringify(k)}`);
  throw new JqError(`Cannot index ${kindOf(v)} with ${kindOf(k)}`);
}

export const getPath = (v: Json, path: Path): Json =>
  path.reduce<Json>((x, k) => (x === null ? null : get(x, k as Json)), v);

/** A copy with the value at a path made anew. */
export function setPath(v: Json, path: Path, change: (old: Json) => Json): Json {
  const [k, ...rest] = path;
  if (k === undefined) return change(v);
  if (typeof k === 'string') {
    if (v !== null && !isObject(v)) throw new JqError(`Cannot index ${kindOf(v)} with ${JSON.stringify(k)}`);
    const o = v ?? {};
    return { ...o, [k]: setPath(get(o, k), rest, change) };
  }
  if (v !== null && !Array.isArray(v))
    throw new JqError(`Cannot index ${kindOf(v)} with ${typeof k === 'number' ? 'number' : 'object'}`);
  const a = [...(v ?? [])];
  if (typeof k !== 'number') {
    const [from, to] = bounds(a.length, k.start, k.end);
    const made = setPath(a.slice(from, to), rest, change);
    if (!Array.isArray(made)) throw new JqError('A slice of an array can only be assigned another array');
    return [...a.slice(0, from), ...made, ...a.slice(to)];
  }
  const i = k < 0 ? a.length + k : k;
  if (i < 0) throw new JqError('Out of bounds negative array index');
  while (a.length < i) a.push(null);
  a[i] = setPath(a[i] ?? null, rest, change);
  return a;
}

/** A copy without what a path leads to. */
export function deletePath(v: Json, path: Path): Json {
  const [k, ...rest] = path;
  if (k === undefined || v === null) return null;
  if (rest.length > 0) {
    const inner = get(v, k as Json);
    return inner === null ? v : setPath(v, [k], () => deletePath(inner, rest));
  }
  if (typeof k === 'string' && isObject(v)) {
    const { [k]: _gone, ...others } = v;
    return others;
  }
  if (Array.isArray(v) && typeof k === 'number') return v.filter((_, i) => i !== (k < 0 ? v.length + k : k));
  if (Array.isArray(v) && typeof k === 'object') {
    const [from, to] = bounds(v.length, k.start, k.end);
    return [...v.slice(0, from), ...v.slice(to)];
  }
  throw new JqError(`Cannot delete field at ${typeof k === 'string' ? 'object' : 'array'} index of ${kindOf(v)}`);
}
