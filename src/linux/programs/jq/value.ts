/** JSON values: kinds, order, arithmetic. @see jq src/jv.c, src/builtin.c */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** An error that `try` catches. */
export class JqError extends Error {
  constructor(readonly value: Json) {
    super(typeof value === 'string' ? value : JSON.stringify(value));
  }
}

export type Kind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export const kindOf = (v: Json): Kind =>
  v === null ? 'null' : Array.isArray(v) ? 'array' : (typeof v as 'boolean' | 'number' | 'string' | 'object');

/** A value in an error text, cut. */
export function shown(v: Json): string {
  const s = JSON.stringify(v);
  return s.length > 11 ? `${s.slice(0, 10)}...` : s;
}

/** `string ("a")` */
export const described = (v: Json): string => `${kindOf(v)} (${shown(v)})`;

export const truthy = (v: Json): boolean => v !== null && v !== false;

const ORDER: Readonly<Record<string, number>> = {
  null: 0,
  false: 1,
  true: 2,
  number: 3,
  string: 4,
  array: 5,
  object: 6,
};
const rank = (v: Json): number => ORDER[typeof v === 'boolean' ? String(v) : kindOf(v)] as number;

/** Less than, equal to, greater than zero. */
export function compare(a: Json, b: Json): number {
  const by = rank(a) - rank(b);
  if (by !== 0) return by;
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return a < b ? -1 : a > b ? 1 : 0;
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const c = compare(a[i] as Json, b[i] as Json);
      if (c !== 0) return c;
    }
    return a.length - b.length;
  }
  if (isObject(a) && isObject(b)) {
    const [ka, kb] = [Object.keys(a).sort(), Object.keys(b).sort()];
    const keys = compare(ka, kb);
    if (keys !== 0) return keys;
    for (const k of ka) {
      const c = compare(a[k] as Json, b[k] as Json);
      if (c !== 0) return c;
    }
  }
  return 0;
}

export const isObject = (v: Json): v is { [key: string]: Json } => kindOf(v) === 'object';

/** @throws JqError */
export function arithmetic(op: string, a: Json, b: Json): Json {
  const fail = (what: string): JqError => new JqError(`${described(a)} and ${described(b)} cannot be ${what}`);
  switch (op) {
    case '+':
      if (a === null) return b;
      if (b === null) return a;
      if (typeof a === 'number' && typeof b === 'number') return a + b;
      if (typeof a === 'string' && typeof b === 'string') return a + b;
      if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
      if (isObject(a) && isObject(b)) return { ...a, ...b };
      throw fail('added');
    case '-':
      if (typeof a === 'number' && typeof b === 'number') return a - b;
      if (Array.isArray(a) && Array.isArray(b)) return a.filter((x) => !b.some((y) => compare(x, y) === 0));
      throw fail('subtracted');
    case '*':
      if (typeof a === 'number' && typeof b === 'number') return a * b;
      if (typeof a === 'string' && typeof b === 'number') return b > 0 ? a.repeat(Math.max(1, Math.floor(b))) : null;
      if (isObject(a) && isObject(b)) return merged(a, b);
      throw fail('multiplied');
    case '/':
      if (typeof a === 'number' && typeof b === 'number') {
        if (b === 0) throw fail('divided because the divisor is zero');
        return a / b;
      }
      if (typeof a === 'string' && typeof b === 'string') return a.split(b);
      throw fail('divided');
    case '%':
      if (typeof a === 'number' && typeof b === 'number') {
        if (Math.trunc(b) === 0) throw fail('divided because the divisor is zero');
        return Math.trunc(a) % Math.trunc(b);
      }
      throw fail('divided');
    default: {
      const c = compare(a, b);
      return { '==': c === 0, '!=': c !== 0, '<': c < 0, '<=': c <= 0, '>': c > 0, '>=': c >= 0 }[op] as boolean;
    }
  }
}

function merged(a: { [key: string]: Json }, b: { [key: string]: Json }): Json {
  const out = { ...a };
  for (const [k, v] of Object.entries(b)) {
    const old = out[k];
    out[k] = old !== undefined && isObject(old) && isObject(v) ? merged(old, v) : v;
  }
  return out;
}
