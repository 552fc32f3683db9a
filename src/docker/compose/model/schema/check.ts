/**
 * Whether a value is as a schema says, and the fault that lies deepest when it is not.
 * @see santhosh-tekuri/jsonschema v6 validator.go, kind/kind.go; compose-spec/compose-go schema/schema.go
 */
import type { Value } from '../project.ts';
import { isMapping, sortedKeys } from '../tree.ts';

/** What JSON Schema calls types. */
export type Type = 'null' | 'boolean' | 'number' | 'integer' | 'string' | 'array' | 'object';

/** As much of JSON Schema as the compose file needs. */
export interface Schema {
  readonly types?: readonly Type[];
  readonly enum?: readonly string[];
  readonly pattern?: RegExp;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly patterns?: readonly (readonly [RegExp, Schema])[];
  /** No other keys. */
  readonly closed?: boolean;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly unique?: boolean;
  readonly oneOf?: readonly Schema[];
}

/** One fault, with those that it comes from. */
interface Fault {
  readonly path: readonly string[];
  readonly text: string;
  /** Unknown keys count as lying one step deeper. */
  readonly keys?: boolean;
  readonly causes?: readonly Fault[];
}

function isType(v: Value, type: Type): boolean {
  switch (type) {
    case 'null':
      return v === null;
    case 'array':
      return Array.isArray(v);
    case 'object':
      return isMapping(v);
    case 'integer':
      return typeof v === 'bigint' || (typeof v === 'number' && Number.isInteger(v));
    case 'number':
      return typeof v === 'bigint' || typeof v === 'number';
    default:
      return typeof v === type;
  }
}

/** `mapping`, `boolean or string` */
function typesInWords(types: readonly Type[]): string {
  const words = types.map((t) => (t === 'object' ? 'mapping' : t)).sort();
  return words.length === 1 ? (words[0] as string) : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

const quoted = (s: string): string => `'${s.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

function equal(a: Value, b: Value): boolean {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((x, i) => equal(x, b[i] as Value));
  if (!isMapping(a)) return a === b;
  if (!isMapping(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((k) => k in b && equal(a[k] as Value, b[k] as Value));
}

/** Indices of the first two items that are equal. */
function twins(list: readonly Value[]): readonly [number, number] | undefined {
  for (let i = 1; i < list.length; i++)
    for (let j = 0; j < i; j++) if (equal(list[i] as Value, list[j] as Value)) return [j, i];
  return undefined;
}

function faultsOf(v: Value, s: Schema, path: readonly string[]): Fault[] {
  const at = (text: string): Fault => ({ path, text });
  if (s.types && !s.types.some((t) => isType(v, t))) return [at(`must be a ${typesInWords(s.types)}`)];
  const out: Fault[] = [];
  if (s.enum && !s.enum.includes(v as string)) {
    const all = s.enum.map(quoted);
    out.push(at(all.length === 1 ? `value must be ${all[0]}` : `value must be one of ${all.join(', ')}`));
  }
  if (isMapping(v)) out.push(...mappingFaults(v, s, path));
  if (Array.isArray(v)) {
    const same = s.unique ? twins(v) : undefined;
    if (same) out.push(at(`items at ${same[0]} and ${same[1]} are equal`));
    if (s.items) for (const [i, x] of v.entries()) out.push(...faultsOf(x, s.items, [...path, String(i)]));
  }
  if (typeof v === 'string' && s.pattern && !s.pattern.test(v))
    out.push(at(`${quoted(v)} does not match pattern ${quoted(s.pattern.source)}`));
  if (typeof v === 'number') {
    if (s.minimum !== undefined && v < s.minimum) out.push(at(`must be greater than or equal to ${s.minimum}`));
    if (s.maximum !== undefined && v > s.maximum) out.push(at(`must be less than or equal to ${s.maximum}`));
  }
  if (s.oneOf) out.push(...alternatives(v, s.oneOf, path));
  return out;
}

function mappingFaults(v: { readonly [k: string]: Value }, s: Schema, path: readonly string[]): Fault[] {
  const out: Fault[] = [];
  const missing = (s.required ?? []).filter((k) => !(k in v)).map(quoted);
  if (missing.length > 0)
    out.push({ path, text: `missing ${missing.length === 1 ? 'property' : 'properties'} ${missing.join(', ')}` });
  const unknown: string[] = [];
  for (const k of sortedKeys(v)) {
    const value = v[k] as Value;
    const own = s.properties?.[k];
    const fitting = (s.patterns ?? []).filter(([re]) => re.test(k));
    if (own) out.push(...faultsOf(value, own, [...path, k]));
    for (const [, schema] of fitting) out.push(...faultsOf(value, schema, [...path, k]));
    if (!own && fitting.length === 0 && s.closed) unknown.push(quoted(k));
  }
  if (unknown.length > 0)
    out.push({ path, text: `additional properties ${unknown.join(', ')} not allowed`, keys: true });
  return out;
}

function alternatives(v: Value, schemas: readonly Schema[], path: readonly string[]): Fault[] {
  const tried = schemas.map((s) => faultsOf(v, s, path));
  const fit = tried.flatMap((f, i) => (f.length === 0 ? [i] : []));
  if (fit.length === 1) return [];
  if (fit.length > 1) return [{ path, text: `oneOf failed, subschemas ${fit[0]}, ${fit[1]} matched` }];
  return [{ path, text: 'oneOf failed, none matched', causes: tried.flat() }];
}

const depth = (f: Fault): number => f.path.length + (f.keys ? 1 : 0);

function deepest(faults: readonly Fault[]): Fault | undefined {
  let best: Fault | undefined;
  for (const f of faults) {
    const one = f.causes?.length ? deepest(f.causes) : f;
    if (one && (!best || depth(one) > depth(best))) best = one;
  }
  return best;
}

/** @returns what is wrong, in the words of the real thing; undefined when nothing is */
export function fault(v: Value, schema: Schema): string | undefined {
  const worst = deepest(faultsOf(v, schema, []));
  return worst && `${worst.path.join('.')} ${worst.text}`;
}
