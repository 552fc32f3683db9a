/** Go types of request bodies, as far as a JSON decoder tells them apart. @see Go encoding/json: decode.go */

export type GoType =
  | { readonly kind: 'string' | 'bool' | 'any'; readonly name: string }
  | { readonly kind: 'int'; readonly name: string; readonly min: number; readonly max: number }
  | { readonly kind: 'list' | 'map'; readonly name: string; readonly of: GoType }
  /** strslice.StrSlice: a list of strings, or one string. */
  | { readonly kind: 'words'; readonly name: string }
  | {
      readonly kind: 'struct';
      readonly name: string;
      readonly fields: ReadonlyMap<string, Field>;
      /** No field is left out when it is written. */
      readonly whole?: boolean;
    };

export interface Field {
  /** As JSON names it. */
  readonly name: string;
  readonly type: GoType;
  /** The embedded struct that it comes from, when it is promoted. */
  readonly from?: string;
}

type Fields = Readonly<Record<string, GoType>>;

export const STRING: GoType = { kind: 'string', name: 'string' };
export const BOOL: GoType = { kind: 'bool', name: 'bool' };
export const ANY: GoType = { kind: 'any', name: 'interface {}' };
export const WORDS: GoType = { kind: 'words', name: 'string' };

const int = (name: string, min: number, max: number): GoType => ({ kind: 'int', name, min, max });
export const INT = int('int', -(2 ** 63), 2 ** 63);
export const INT64 = int('int64', -(2 ** 63), 2 ** 63);
export const UINT = int('uint', 0, 2 ** 64);
export const UINT16 = int('uint16', 0, 65_535);
export const UINT32 = int('uint32', 0, 2 ** 32 - 1);
export const UINT64 = int('uint64', 0, 2 ** 64);
export const DURATION = int('time.Duration', -(2 ** 63), 2 ** 63);

/** A type of its own whose values are strings. */
export const named = (name: string): GoType => ({ kind: 'string', name });

export const list = (of: GoType, name = `[]${of.name}`): GoType => ({ kind: 'list', name, of });

export const map = (of: GoType, name = `map[string]${of.name}`): GoType => ({ kind: 'map', name, of });

/** @param embedded structs whose fields are promoted, by name */
export function struct(name: string, own: Fields, embedded: Readonly<Record<string, Fields>> = {}): GoType {
  const fields = new Map<string, Field>();
  for (const [from, promoted] of Object.entries(embedded))
    for (const [key, type] of Object.entries(promoted)) fields.set(key, { name: key, type, from });
  for (const [key, type] of Object.entries(own)) fields.set(key, { name: key, type });
  return { kind: 'struct', name, fields };
}

/** A struct without `omitempty`. */
export const whole = (name: string, own: Fields): GoType => ({ ...struct(name, own), whole: true }) as GoType;

export const STRINGS = list(STRING);
export const STRING_MAP = map(STRING);
export const EMPTY_STRUCT = struct('struct {}', {});
