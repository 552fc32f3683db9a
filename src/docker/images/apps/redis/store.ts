/** Keys of one database: values of five types, and when they expire. */

export type Value =
  | { readonly type: 'string'; text: string }
  | { readonly type: 'list'; readonly items: string[] }
  | { readonly type: 'hash'; readonly fields: Map<string, string> }
  | { readonly type: 'set'; readonly members: Set<string> }
  | { readonly type: 'zset'; readonly scores: Map<string, number> };

export type TypeName = Value['type'];

/** One database. `now` gives Unix milliseconds. */
export class Store {
  readonly #values = new Map<string, Value>();
  readonly #expires = new Map<string, number>();
  /** Changes since the last snapshot. */
  dirty = 0;

  constructor(readonly now: () => number) {}

  get(key: string): Value | undefined {
    const at = this.#expires.get(key);
    if (at !== undefined && at <= this.now()) this.delete(key);
    return this.#values.get(key);
  }

  set(key: string, value: Value, keepExpiry = false): void {
    this.#values.set(key, value);
    if (!keepExpiry) this.#expires.delete(key);
    this.dirty++;
  }

  delete(key: string): boolean {
    this.#expires.delete(key);
    const had = this.#values.delete(key);
    if (had) this.dirty++;
    return had;
  }

  /** Removes what has become empty. */
  tidy(key: string): void {
    const v = this.#values.get(key);
    const size = v && v.type !== 'string' ? sizeOf(v) : 1;
    if (size === 0) this.delete(key);
    else this.dirty++;
  }

  /** Unix ms; undefined when it does not expire. */
  expiry(key: string): number | undefined {
    return this.#expires.get(key);
  }

  /** @param at Unix ms; undefined: for ever */
  expire(key: string, at: number | undefined): void {
    if (at === undefined) this.#expires.delete(key);
    else this.#expires.set(key, at);
    this.dirty++;
  }

  keys(): string[] {
    return [...this.#values.keys()].filter((k) => this.get(k) !== undefined);
  }

  get size(): number {
    return this.keys().length;
  }

  get expiring(): number {
    return this.keys().filter((k) => this.#expires.has(k)).length;
  }

  clear(): void {
    this.dirty += this.#values.size;
    this.#values.clear();
    this.#expires.clear();
  }
}

function sizeOf(v: Exclude<Value, { type: 'string' }>): number {
  if (v.type === 'list') return v.items.length;
  if (v.type === 'hash') return v.fields.size;
  return v.type === 'set' ? v.members.size : v.scores.size;
}

/** Glob patterns of KEYS. @see redis util.c: stringmatchlen */
export function globMatch(pattern: string, s: string): boolean {
  let re = '';
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i] as string;
    if (c === '*') re += '[^]*';
    else if (c === '?') re += '[^]';
    else if (c === '[') {
      const end = pattern.indexOf(']', i);
      if (end < 0) re += '\\[';
      else {
        re += `[${pattern.slice(i + 1, end).replace(/\\/g, '\\\\')}]`;
        i = end;
      }
    } else if (c === '\\' && i + 1 < pattern.length) re += escaped(pattern[++i] as string);
    else re += escaped(c);
  }
  try {
    return new RegExp(`^${re}$`).test(s);
  } catch {
    return false;
  }
}

const escaped = (c: string): string => c.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** The databases as text, and back: the body of dump.rdb. */
export function dump(stores: readonly Store[]): string {
  const all = stores.map((s) =>
    s.keys().map((key) => {
      const v = s.get(key) as Value;
      const body =
        v.type === 'string'
          ? v.text
          : v.type === 'list'
            ? v.items
            : v.type === 'set'
              ? [...v.members]
              : [...(v.type === 'hash' ? v.fields : v.scores)];
      return [key, v.type, body, s.expiry(key) ?? null];
    }),
  );
  return JSON.stringify(all);
}

/** @returns how many keys were read */
export function restore(stores: readonly Store[], text: string): number {
  let n = 0;
  const all = JSON.parse(text) as [string, TypeName, never, number | null][][];
  for (const [i, rows] of all.entries())
    for (const [key, type, body, at] of rows) {
      stores[i]?.set(key, makeValue(type, body));
      if (at !== null) stores[i]?.expire(key, at);
      n++;
    }
  for (const s of stores) s.dirty = 0;
  return n;
}

function makeValue(type: TypeName, body: never): Value {
  switch (type) {
    case 'string':
      return { type, text: body };
    case 'list':
      return { type, items: body };
    case 'hash':
      return { type, fields: new Map(body) };
    case 'set':
      return { type, members: new Set(body) };
    case 'zset':
      return { type, scores: new Map(body) };
  }
}
