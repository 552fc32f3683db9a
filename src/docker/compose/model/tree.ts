/** Trees of YAML values, and rules that hang on paths in them. @see compose-spec/compose-go tree/path.go */
import type { Failure } from '../../cli/failure.ts';
import { failed } from '../../cli/failure.ts';
import type { Mapping, Value } from './project.ts';

/** Steps from the root: keys, and `[]` for any element of a list. */
export type Path = readonly string[];

/** The step into a list. */
export const ITEM = '[]';

/** Whether it has keys. */
export function isMapping(v: unknown): v is Mapping {
  return typeof v === 'object' && v !== null && !Array.isArray(v);
}

/** A value of its own, down to the leaves. */
export function clone<T extends Value>(v: T): T {
  if (Array.isArray(v)) return v.map(clone) as T;
  if (!isMapping(v)) return v;
  return Object.fromEntries(Object.entries(v).map(([k, x]) => [k, clone(x)])) as T;
}

/** Keys as Go sorts them. */
export function sortedKeys(m: object): string[] {
  return Object.keys(m).sort();
}

/** What Go calls the type of a value (`%T`). */
export function goType(v: Value | undefined): string {
  if (v === null || v === undefined) return '<nil>';
  if (typeof v === 'string') return 'string';
  if (typeof v === 'boolean') return 'bool';
  if (typeof v === 'number') return Number.isInteger(v) ? 'int' : 'float64';
  if (typeof v === 'bigint') return 'uint64';
  return Array.isArray(v) ? '[]interface {}' : 'map[string]interface {}';
}

/** A value as Go's `%v` writes it. */
export function goText(v: Value | undefined): string {
  if (v === null || v === undefined) return '<nil>';
  if (Array.isArray(v)) return `[${v.map(goText).join(' ')}]`;
  if (!isMapping(v)) return String(v);
  return `map[${sortedKeys(v)
    .map((k) => `${k}:${goText(v[k])}`)
    .join(' ')}]`;
}

/** Things found by patterns of paths (`services.*.ports`), each of which has its own length or shape. */
export class Rules<T> {
  private readonly byLength = new Map<number, [string[], T][]>();

  constructor(table: Readonly<Record<string, T>>) {
    for (const [pattern, rule] of Object.entries(table)) {
      const parts = pattern.split('.');
      const row: [string[], T] = [parts, rule];
      const rows = this.byLength.get(parts.length);
      if (rows) rows.push(row);
      else this.byLength.set(parts.length, [row]);
    }
  }

  find(path: Path): T | undefined {
    return this.byLength.get(path.length)?.find(([p]) => matches(path, p))?.[1];
  }
}

/** Whether a path is one of those a pattern means: `*` stands for any step. */
export function matches(path: Path, pattern: Path): boolean {
  return path.length === pattern.length && pattern.every((p, i) => p === '*' || p === path[i]);
}

type Again = (v: Value, path: Path) => Value | Failure;
/** Makes a value out of another; `again` goes on with the rules below it. */
export type Rewrite = (v: Value, path: Path, again: Again) => Value | Failure;

/** Applies rules from the root down; where one holds, it alone decides what happens below. Lists and mappings change in place. */
export function rewrite(v: Value, path: Path, rules: Rules<Rewrite>): Value | Failure {
  const below: Again = (x, p) => {
    if (Array.isArray(x)) {
      for (const [i, e] of x.entries()) {
        const got = rewrite(e, [...p, ITEM], rules);
        if (failed(got)) return got;
        x[i] = got;
      }
    } else if (isMapping(x)) {
      for (const k of sortedKeys(x)) {
        const got = rewrite(x[k] as Value, [...p, k], rules);
        if (failed(got)) return got;
        x[k] = got;
      }
    }
    return x;
  };
  const rule = rules.find(path);
  return rule ? rule(v, path, below) : below(v, path);
}
