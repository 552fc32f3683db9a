/**
 * Filters of list requests: JSON `{"key":{"value":true}}`, or `{"key":["value"]}` from older clients.
 * @see moby api/types/filters, internal/filters
 */
import type { Failure } from '../errdefs.ts';
import { errors } from './errors.ts';

/** @see Go strconv.ParseBool */
export function parseBool(text: string): boolean | undefined {
  if (['1', 'true', 'True', 'TRUE', 't', 'T'].includes(text)) return true;
  return ['0', 'false', 'False', 'FALSE', 'f', 'F'].includes(text) ? false : undefined;
}

export class Filters {
  readonly #fields = new Map<string, string[]>();

  /** @param accepted keys; any when it is left out */
  static parse(text: string | null, accepted?: readonly string[]): Filters | Failure {
    const out = Filters.#read(text);
    return out instanceof Filters && accepted ? (out.check(accepted) ?? out) : out;
  }

  static #read(text: string | null): Filters | Failure {
    const out = new Filters();
    if (text === null || text === '') return out;
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return errors.invalidFilter;
    }
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return errors.invalidFilter;
    for (const [key, value] of Object.entries(json)) {
      if (Array.isArray(value)) out.#fields.set(key, value.map(String));
      else if (typeof value === 'object' && value !== null) out.#fields.set(key, Object.keys(value));
      else return errors.invalidFilter;
    }
    return out;
  }

  /** Values in the order given; empty when the key is absent. */
  get(key: string): readonly string[] {
    return this.#fields.get(key) ?? [];
  }

  add(key: string, value: string): void {
    this.#fields.set(key, [...this.get(key), value]);
  }

  has(key: string): boolean {
    return this.get(key).length > 0;
  }

  get size(): number {
    return this.#fields.size;
  }

  /** The first key that is not accepted. */
  check(accepted: readonly string[]): Failure | undefined {
    for (const key of [...this.#fields.keys()].sort()) if (!accepted.includes(key)) return errors.invalidFilterKey(key);
    return undefined;
  }

  /** A boolean filter: 1, true, 0, false, or several that agree; undefined when absent. */
  bool(key: string): boolean | undefined | Failure {
    const values = this.get(key);
    if (values.length === 0) return undefined;
    const yes = values.some((v) => v === '1' || v === 'true');
    const no = values.some((v) => v === '0' || v === 'false');
    return yes === no ? errors.invalidFilterValue(key, values.join(' ')) : yes;
  }

  /** Any value equals, or nothing is asked. */
  exact(key: string, value: string): boolean {
    return !this.has(key) || this.get(key).includes(value);
  }

  /** Any value equals but for case, or nothing is asked. @param value in lower case */
  folded(key: string, value: string): boolean {
    return !this.has(key) || this.get(key).some((v) => v.toLowerCase() === value);
  }

  /** Any value is its beginning, or nothing is asked. */
  begins(key: string, value: string): boolean {
    return !this.has(key) || this.get(key).some((v) => value.startsWith(v));
  }

  /** Any value equals, begins, or as a pattern occurs; or nothing is asked. */
  match(key: string, value: string): boolean {
    if (!this.has(key)) return true;
    return this.get(key).some((f) => f === value || occurs(f, value));
  }

  /** Every `name` or `name=value` is among the labels. */
  labels(labels: Readonly<Record<string, string>> | null, key = 'label'): boolean {
    return this.get(key).every((f) => {
      const eq = f.indexOf('=');
      const name = eq < 0 ? f : f.slice(0, eq);
      const value = labels?.[name];
      return value !== undefined && (eq < 0 || value === f.slice(eq + 1));
    });
  }
}

function occurs(pattern: string, value: string): boolean {
  try {
    return new RegExp(pattern).test(value);
  } catch {
    return false;
  }
}
