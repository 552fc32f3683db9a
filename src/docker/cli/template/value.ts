/**
 * Go values for the template engine: a JavaScript value with the Go type it has in docker's own structs. Printing,
 * comparing and JSON depend on that type (`<nil>` or `[]`, `map[]` or `{}`), so templates need it.
 * @see Go src/reflect, src/fmt/print.go
 */

export interface GoField {
  readonly name: string;
  readonly type: GoType;
  /** Name in JSON when it differs; `-` is never in JSON. */
  readonly json?: string;
  readonly omitEmpty?: boolean;
}

/** Fields from one to before another that are one struct. */
export interface Embedded {
  readonly name: string;
  readonly from: number;
  readonly to: number;
}

export type GoType =
  | {
      readonly k: 'bool' | 'string' | 'int' | 'uint' | 'float' | 'time' | 'any' | 'func' | 'number';
      readonly name: string;
    }
  | { readonly k: 'slice'; readonly elem: GoType; readonly name?: string }
  | { readonly k: 'array'; readonly elem: GoType; readonly length: number }
  | { readonly k: 'map'; readonly key: GoType; readonly elem: GoType; readonly name?: string }
  | { readonly k: 'ptr'; readonly elem: GoType }
  | {
      readonly k: 'struct';
      readonly name: string;
      readonly fields: readonly GoField[];
      /** Embedded structs: printed as structs, and fields by their own name. */
      readonly embedded?: readonly Embedded[];
    }
  | { readonly k: 'object'; readonly name: string };

/** A function of Go: gives a value, or an error text. */
export type GoFunc = (...args: GoValue[]) => GoValue | GoError;

/** Something with methods only (docker's formatter contexts). */
export interface GoObject {
  /** The method of a name. */
  readonly method: (name: string) => GoFunc | undefined;
  /** json.Marshal of it. */
  readonly json: () => string;
}

/**
 * bool: boolean; string, time: string; int, uint, float, number: number | bigint | text; slice, array: GoValue[] or null;
 * map: Map or null; ptr: GoValue or null; struct: GoValue[] by field; any: null only; func: GoFunc; object: GoObject.
 */
export interface GoValue {
  readonly t: GoType;
  readonly v: unknown;
  /** Held as `interface {}` (an element of decoded JSON): errors name that type. */
  readonly iface?: true;
  /** Methods beside the keys of a map. */
  readonly methods?: Readonly<Record<string, GoFunc>>;
}

/** What a function or method says when it fails. */
export class GoError {
  constructor(readonly text: string) {}
}

export const BOOL: GoType = { k: 'bool', name: 'bool' };
export const STRING: GoType = { k: 'string', name: 'string' };
export const INT: GoType = { k: 'int', name: 'int' };
export const INT64: GoType = { k: 'int', name: 'int64' };
export const UINT16: GoType = { k: 'uint', name: 'uint16' };
export const UINT64: GoType = { k: 'uint', name: 'uint64' };
export const FLOAT64: GoType = { k: 'float', name: 'float64' };
export const DURATION: GoType = { k: 'int', name: 'time.Duration' };
export const TIME: GoType = { k: 'time', name: 'time.Time' };
export const ANY: GoType = { k: 'any', name: 'interface {}' };
/** json.Number: a string type. */
export const NUMBER: GoType = { k: 'number', name: 'json.Number' };
export const sliceOf = (elem: GoType, name?: string): GoType => ({ k: 'slice', elem, name });
export const mapOf = (elem: GoType, key: GoType = STRING, name?: string): GoType => ({ k: 'map', key, elem, name });
export const ptrTo = (elem: GoType): GoType => ({ k: 'ptr', elem });
export const named = (name: string): GoType => ({ k: 'string', name });
export const STRINGS = sliceOf(STRING);
export const STRING_MAP = mapOf(STRING);
export const ANY_MAP = mapOf(ANY);
const ANY_SLICE = sliceOf(ANY);

export const str = (v: string): GoValue => ({ t: STRING, v });
export const int = (v: number): GoValue => ({ t: INT, v });
export const bool = (v: boolean): GoValue => ({ t: BOOL, v });
/** nil of an interface type. */
export const NIL: GoValue = { t: ANY, v: null };

/** A struct type from `[name, type]` or `[name, type, json name, omitempty]` rows. */
export function struct(
  name: string,
  ...rows: (readonly [string, GoType] | readonly [string, GoType, string] | readonly [string, GoType, string, true])[]
): GoType {
  return {
    k: 'struct',
    name,
    fields: rows.map(([field, type, json, omitEmpty]) => ({ name: field, type, json: json || undefined, omitEmpty })),
  };
}

/** The struct type with some fields in an embedded struct. @param ranges its name, its first and its last field */
export function embed(t: GoType, ...ranges: (readonly [name: string, first: string, last: string])[]): GoType {
  if (t.k !== 'struct') return t;
  const at = (name: string): number => t.fields.findIndex((f) => f.name === name);
  return { ...t, embedded: ranges.map(([name, first, last]) => ({ name, from: at(first), to: at(last) + 1 })) };
}

/** An embedded struct of a struct. */
export function embeddedField(x: GoValue, name: string): GoValue | undefined {
  const found = x.t.k === 'struct' ? x.t.embedded?.find((e) => e.name === name) : undefined;
  if (!found || x.t.k !== 'struct') return undefined;
  const fields = x.t.fields.slice(found.from, found.to);
  return { t: { k: 'struct', name, fields }, v: (x.v as GoValue[]).slice(found.from, found.to) };
}

/** The type's name as Go prints it. */
export function typeName(t: GoType): string {
  switch (t.k) {
    case 'slice':
      return t.name ?? `[]${typeName(t.elem)}`;
    case 'array':
      return `[${t.length}]${typeName(t.elem)}`;
    case 'map':
      return t.name ?? `map[${typeName(t.key)}]${typeName(t.elem)}`;
    case 'ptr':
      return `*${typeName(t.elem)}`;
    default:
      return t.name;
  }
}

/** The zero value. */
export function zero(t: GoType): GoValue {
  switch (t.k) {
    case 'bool':
      return { t, v: false };
    case 'string':
      return { t, v: '' };
    case 'time':
      return { t, v: '0001-01-01T00:00:00Z' };
    case 'int':
    case 'uint':
    case 'float':
      return { t, v: 0 };
    case 'number':
      return { t, v: '' };
    case 'array':
      return { t, v: Array.from({ length: t.length }, () => zero(t.elem)) };
    case 'struct':
      return { t, v: t.fields.map((f) => zero(f.type)) };
    default:
      return { t, v: null };
  }
}

/** A decoded JSON value as `interface{}` holds it (numbers as json.Number). */
export function fromJson(x: unknown): GoValue {
  if (x === null || x === undefined) return NIL;
  if (typeof x === 'string') return str(x);
  if (typeof x === 'boolean') return bool(x);
  if (typeof x === 'number') return { t: NUMBER, v: numberText(x) };
  if (Array.isArray(x)) return { t: ANY_SLICE, v: x.map(held) };
  return { t: ANY_MAP, v: new Map(Object.entries(x as object).map(([k, v]) => [k, held(v)])) };
}

const held = (x: unknown): GoValue => ({ ...fromJson(x), iface: true });

const numberText = (x: number): string => (Number.isInteger(x) ? BigInt(x).toString() : String(x));

/** json.Unmarshal into a type: what is missing stays zero, what is unknown is dropped; names match in any case. */
export function decode(x: unknown, t: GoType): GoValue {
  if (t.k === 'any') return fromJson(x);
  if (x === null || x === undefined) return zero(t);
  switch (t.k) {
    case 'slice':
      return { t, v: Array.isArray(x) ? x.map((e) => decode(e, t.elem)) : null };
    case 'array':
      return { t, v: Array.from({ length: t.length }, (_, i) => decode((x as unknown[])[i], t.elem)) };
    case 'map':
      return { t, v: new Map(Object.entries(x as object).map(([k, v]) => [k, decode(v, t.elem)])) };
    case 'ptr':
      return { t, v: decode(x, t.elem) };
    case 'struct': {
      const src = x as Record<string, unknown>;
      const lower = new Map(Object.keys(src).map((k) => [k.toLowerCase(), k]));
      return { t, v: t.fields.map((f) => decode(src[lower.get((f.json ?? f.name).toLowerCase()) ?? ''], f.type)) };
    }
    default:
      return { t, v: x };
  }
}

/** Map entries in Go's order (sorted by key). */
export function sortedEntries(v: GoValue): (readonly [GoValue, GoValue])[] {
  const t = v.t as { key: GoType };
  const m = (v.v ?? new Map()) as Map<string | number, GoValue>;
  const keys = [...m.keys()].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  return keys.map((k) => [{ t: t.key ?? STRING, v: k }, m.get(k) as GoValue] as const);
}

/** Truth as `if` sees it: not zero, not empty, not nil. */
export function truth(x: GoValue | undefined): boolean {
  if (!x) return false;
  switch (x.t.k) {
    case 'bool':
      return x.v as boolean;
    case 'string':
    case 'number':
      return x.v !== '';
    case 'int':
    case 'uint':
    case 'float':
      return Number(x.v) !== 0;
    case 'slice':
    case 'array':
      return ((x.v as unknown[] | null)?.length ?? 0) > 0;
    case 'map':
      return ((x.v as Map<unknown, unknown> | null)?.size ?? 0) > 0;
    case 'struct':
    case 'time':
      return true;
    default:
      return x.v !== null;
  }
}

/** Follows pointers. */
export function indirect(x: GoValue): { value: GoValue; nil: boolean } {
  let value = x;
  while (value.t.k === 'ptr') {
    if (value.v === null) return { value, nil: true };
    value = value.v as GoValue;
  }
  return { value, nil: value.t.k === 'any' && value.v === null };
}

/** A function with the number of arguments it takes and (roughly) their types: any, string, int, []string. */
export function goFunc(min: number, max: number, types: readonly string[], body: GoFunc): GoFunc {
  return Object.assign((...args: GoValue[]) => body(...args), { arity: [min, max] as const, types });
}
