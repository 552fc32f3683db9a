/** Functions: those written here, and those that are defined in jq's own language. @see jq src/builtin.c, src/builtin.jq */
import type { Filter } from './ast.ts';
import { asText } from './format.ts';
import { deletePath, getPath, type Path, setPath } from './paths.ts';
import { matches } from './regex.ts';
import { evaluate, type Out, pathsOf, recurse, type Scope, values } from './run.ts';
import { arithmetic, compare, described, isObject, JqError, type Json, kindOf, truthy } from './value.ts';

interface Call {
  readonly at: Out;
  readonly args: readonly Filter[];
  readonly scope: Scope;
}
type Builtin = (c: Call) => Iterable<Out>;

/** A function of the input alone. */
const of =
  (fn: (v: Json) => Json): Builtin =>
  ({ at }) => [{ value: fn(at.value), path: undefined }];
/** A function of the input and each value of its arguments. */
const of1 = (fn: (v: Json, a: Json) => Json): Builtin =>
  function* ({ at, args, scope }) {
    for (const a of values(args[0] as Filter, at.value, scope)) yield { value: fn(at.value, a), path: undefined };
  };

function array(v: Json, what: string): Json[] {
  if (!Array.isArray(v)) throw new JqError(`${described(v)} cannot be ${what}, as it is not an array`);
  return v;
}
function string(v: Json, name: string): string {
  if (typeof v !== 'string') throw new JqError(`${name} input must be a string`);
  return v;
}

const length = (v: Json): Json => {
  if (v === null) return 0;
  if (typeof v === 'string') return [...v].length;
  if (typeof v === 'number') return Math.abs(v);
  if (typeof v === 'boolean') throw new JqError(`boolean (${v}) has no length`);
  return Array.isArray(v) ? v.length : Object.keys(v).length;
};
const keys = (v: Json, sorted: boolean): Json => {
  if (Array.isArray(v)) return v.map((_, i) => i);
  if (!isObject(v)) throw new JqError(`${described(v)} has no keys`);
  return sorted ? Object.keys(v).sort() : Object.keys(v);
};
const has = (v: Json, k: Json): boolean => {
  if (isObject(v) && typeof k === 'string') return Object.hasOwn(v, k);
  if (Array.isArray(v) && typeof k === 'number') return k >= 0 && k < v.length;
  throw new JqError(`Cannot check whether ${kindOf(v)} has a ${kindOf(k) === 'string' ? 'string' : kindOf(k)} key`);
};
const contains = (a: Json, b: Json): boolean => {
  if (isObject(a) && isObject(b))
    return Object.entries(b).every(([k, v]) => Object.hasOwn(a, k) && contains(a[k] as Json, v));
  if (Array.isArray(a) && Array.isArray(b)) return b.every((y) => a.some((x) => contains(x, y)));
  if (typeof a === 'string' && typeof b === 'string') return a.includes(b);
  if (kindOf(a) === kindOf(b)) return compare(a, b) === 0;
  throw new JqError(`${described(a)} and ${described(b)} cannot have their containment checked`);
};
const tonumber = (v: Json): Json => {
  if (typeof v === 'number') return v;
  const n = typeof v === 'string' && v.trim() !== '' ? Number(v) : Number.NaN;
  if (Number.isNaN(n)) throw new JqError(`${described(v)} cannot be parsed as a number`);
  return n;
};
const flatten = (v: Json, depth: number): Json[] =>
  array(v, 'flattened').flatMap((x) => (Array.isArray(x) && depth > 0 ? flatten(x, depth - 1) : [x]));
const indices = (v: Json, s: Json): Json => {
  if (v === null) return null;
  if (typeof v === 'string' && typeof s === 'string') {
    const out: number[] = [];
    for (let i = v.indexOf(s); i >= 0 && s !== ''; i = v.indexOf(s, i + 1)) out.push(i);
    return out;
  }
  return array(v, 'searched').flatMap((x, i) => (compare(x, s) === 0 ? [i] : []));
};

/** Values with the key that a filter gives each. */
function keyed({ at, args, scope }: Call, what: string): { v: Json; k: Json }[] {
  const f = args[0] as Filter;
  return array(at.value, what).map((v) => ({ v, k: [...values(f, v, scope)] }));
}
const grouped = (all: { v: Json; k: Json }[]): { v: Json; k: Json }[][] => {
  const out: { v: Json; k: Json }[][] = [];
  for (const x of [...all].sort((a, b) => compare(a.k, b.k))) {
    const last = out.at(-1);
    if (last?.[0] && compare(last[0].k, x.k) === 0) last.push(x);
    else out.push([x]);
  }
  return out;
};
const one = (value: Json): Out[] => [{ value, path: undefined }];
const extreme = (all: { v: Json; k: Json }[], sign: 1 | -1): Json =>
  all.reduce<{ v: Json; k: Json } | undefined>(
    (m, x) => (m === undefined || compare(x.k, m.k) * sign > 0 || (sign > 0 && compare(x.k, m.k) === 0) ? x : m),
    undefined,
  )?.v ?? null;

function* regexCall(
  { at, args, scope }: Call,
  run: (s: string, re: string, flags: string) => Iterable<Json>,
): Generator<Out> {
  const s = at.value;
  for (const flags of args[1] ? values(args[1], at.value, scope) : [null])
    for (const re of values(args[0] as Filter, at.value, scope)) {
      if (typeof s !== 'string') throw new JqError(`${described(s)} cannot be matched, as it is not a string`);
      const [pattern, more] = Array.isArray(re) ? re : [re, null];
      for (const value of run(s, String(pattern), String(flags ?? more ?? ''))) yield { value, path: undefined };
    }
}

function* substitute({ at, args, scope }: Call, all: boolean): Generator<Out> {
  const s = string(at.value, 'sub');
  for (const re of values(args[0] as Filter, s, scope)) {
    let text = '';
    let last = 0;
    const flags = args[2] ? String([...values(args[2], s, scope)][0]) : '';
    for (const m of matches(s, String(re), flags + (all ? 'g' : ''))) {
      const groups = Object.fromEntries(
        m.captures.filter((c) => c.name !== null).map((c) => [c.name as string, c.string]),
      ) as Json;
      const [by] = [...values(args[1] as Filter, groups, scope)];
      text += s.slice(last, m.offset) + String(by ?? '');
      last = m.offset + m.length;
    }
    yield { value: text + s.slice(last), path: undefined };
  }
}

export const BUILTINS: Readonly<Record<string, Builtin>> = {
  'empty/0': () => [],
  'not/0': of((v) => !truthy(v)),
  'length/0': of(length),
  'utf8bytelength/0': of((v) => new TextEncoder().encode(string(v, 'utf8bytelength')).length),
  'keys/0': of((v) => keys(v, true)),
  'keys_unsorted/0': of((v) => keys(v, false)),
  'has/1': of1(has),
  'contains/1': of1(contains),
  'type/0': of(kindOf),
  'tostring/0': of(asText),
  'tojson/0': of((v) => JSON.stringify(v)),
  'fromjson/0': of((v) => {
    try {
      return JSON.parse(string(v, 'fromjson')) as Json;
    } catch {
      throw new JqError(`${asText(v)} (while parsing '${asText(v)}')`);
    }
  }),
  'tonumber/0': of(tonumber),
  'ascii_downcase/0': of((v) => string(v, 'ascii_downcase').toLowerCase()),
  'ascii_upcase/0': of((v) => string(v, 'ascii_upcase').toUpperCase()),
  'explode/0': of((v) => [...string(v, 'explode')].map((c) => c.codePointAt(0) as number)),
  'implode/0': of((v) => String.fromCodePoint(...(array(v, 'imploded') as number[]))),
  'trim/0': of((v) => string(v, 'trim').trim()),
  'ltrim/0': of((v) => string(v, 'trim').trimStart()),
  'rtrim/0': of((v) => string(v, 'trim').trimEnd()),
  'ltrimstr/1': of1((v, a) =>
    typeof v === 'string' && typeof a === 'string' && v.startsWith(a) ? v.slice(a.length) : v,
  ),
  'rtrimstr/1': of1((v, a) =>
    typeof v === 'string' && typeof a === 'string' && a !== '' && v.endsWith(a) ? v.slice(0, -a.length) : v,
  ),
  'startswith/1': of1((v, a) => {
    if (typeof v !== 'string' || typeof a !== 'string') throw new JqError('startswith() requires string inputs');
    return v.startsWith(a);
  }),
  'endswith/1': of1((v, a) => {
    if (typeof v !== 'string' || typeof a !== 'string') throw new JqError('endswith() requires string inputs');
    return v.endsWith(a);
  }),
  'split/1': of1((v, a) => {
    if (typeof v !== 'string' || typeof a !== 'string') throw new JqError('split input and separator must be strings');
    return v === '' ? [] : v.split(a);
  }),
  'join/1': of1((v, a) =>
    array(v, 'joined').reduce<string>(
      (s, x, i) =>
        s +
        (i > 0 ? asText(a) : '') +
        (x === null ? '' : typeof x === 'object' ? asText(arithmetic('+', '', x)) : asText(x)),
      '',
    ),
  ),
  'floor/0': of((v) => Math.floor(tonumber(v) as number)),
  'ceil/0': of((v) => Math.ceil(tonumber(v) as number)),
  'round/0': of((v) => Math.round(tonumber(v) as number)),
  'sqrt/0': of((v) => Math.sqrt(tonumber(v) as number)),
  'fabs/0': of((v) => Math.abs(tonumber(v) as number)),
  'abs/0': of((v) => Math.abs(tonumber(v) as number)),
  'reverse/0': of((v) =>
    typeof v === 'string' ? [...v].reverse().join('') : v === null ? [] : [...array(v, 'reversed')].reverse(),
  ),
  'sort/0': of((v) => [...array(v, 'sorted')].sort(compare)),
  'unique/0': of((v) => grouped(array(v, 'sorted').map((x) => ({ v: x, k: x }))).map((g) => (g[0] as { v: Json }).v)),
  'min/0': of((v) =>
    extreme(
      array(v, 'compared').map((x) => ({ v: x, k: x })),
      -1,
    ),
  ),
  'max/0': of((v) =>
    extreme(
      array(v, 'compared').map((x) => ({ v: x, k: x })),
      1,
    ),
  ),
  'sort_by/1': (c) =>
    one(
      keyed(c, 'sorted')
        .sort((a, b) => compare(a.k, b.k))
        .map((x) => x.v),
    ),
  'group_by/1': (c) => one(grouped(keyed(c, 'grouped')).map((g) => g.map((x) => x.v))),
  'unique_by/1': (c) => one(grouped(keyed(c, 'grouped')).map((g) => (g[0] as { v: Json }).v)),
  'min_by/1': (c) => one(extreme(keyed(c, 'compared'), -1)),
  'max_by/1': (c) => one(extreme(keyed(c, 'compared'), 1)),
  'flatten/0': of((v) => flatten(v, Number.POSITIVE_INFINITY)),
  'flatten/1': of1((v, d) => flatten(v, Number(d))),
  'indices/1': of1(indices),
  'index/1': of1((v, s) => (indices(v, s) as Json[] | null)?.[0] ?? null),
  'rindex/1': of1((v, s) => (indices(v, s) as Json[] | null)?.at(-1) ?? null),
  'transpose/0': of((v) => {
    const rows = array(v, 'transposed') as Json[][];
    return Array.from({ length: Math.max(0, ...rows.map((r) => r.length)) }, (_, i) => rows.map((r) => r[i] ?? null));
  }),
  'to_entries/0': of((v) =>
    (keys(v, false) as Json[]).map((key) => ({ key, value: (v as Record<string, Json>)[key as string] as Json })),
  ),
  'from_entries/0': of((v) => {
    const out: Record<string, Json> = {};
    for (const e of array(v, 'made an object')) {
      const o = e as Record<string, Json>;
      const k = o.key ?? o.k ?? o.name ?? o.Name ?? o.Key ?? o.K ?? null;
      out[asText(k)] = o.value ?? o.v ?? o.Value ?? o.V ?? null;
    }
    return out;
  }),
  'range/1': function* ({ at, args, scope }) {
    for (const n of values(args[0] as Filter, at.value, scope))
      for (let i = 0; i < Number(n); i++) yield { value: i, path: undefined };
  },
  'range/2': function* ({ at, args, scope }) {
    for (const a of values(args[0] as Filter, at.value, scope))
      for (const b of values(args[1] as Filter, at.value, scope))
        for (let i = Number(a); i < Number(b); i++) yield { value: i, path: undefined };
  },
  'error/0': ({ at }) => {
    throw new JqError(at.value);
  },
  'error/1': ({ at, args, scope }) => {
    for (const e of values(args[0] as Filter, at.value, scope)) throw new JqError(e);
    return [];
  },
  'path/1': function* ({ at, args, scope }) {
    for (const p of pathsOf(args[0] as Filter, at.value, scope)) yield { value: [...p] as Json, path: undefined };
  },
  'paths/0': function* ({ at }) {
    for (const o of recurse({ value: at.value, path: [] }))
      if (o.path && o.path.length > 0) yield { value: [...o.path] as Json, path: undefined };
  },
  'getpath/1': function* ({ at, args, scope }) {
    for (const p of values(args[0] as Filter, at.value, scope))
      yield {
        value: getPath(at.value, p as unknown as Path),
        path: at.path && [...at.path, ...(p as unknown as Path)],
      };
  },
  'setpath/2': function* ({ at, args, scope }) {
    for (const v of values(args[1] as Filter, at.value, scope))
      for (const p of values(args[0] as Filter, at.value, scope))
        yield { value: setPath(at.value, p as unknown as Path, () => v), path: undefined };
  },
  'del/1': ({ at, args, scope }) => {
    const all = [...pathsOf(args[0] as Filter, at.value, scope)].sort((a, b) =>
      compare([...b] as Json, [...a] as Json),
    );
    return one(all.reduce((v, p) => deletePath(v, p), at.value));
  },
  'delpaths/1': of1((v, ps) =>
    [...(ps as Json[])].sort((a, b) => compare(b, a)).reduce<Json>((x, p) => deletePath(x, p as unknown as Path), v),
  ),
  'recurse/0': ({ at }) => recurse(at),
  'env/0': ({ scope }) => one(scope.env as Json),
  'now/0': ({ scope }) => one(scope.now()),
  'input/0': ({ scope }) => {
    const v = scope.inputs.next();
    if (v === undefined) throw new JqError('No more inputs');
    return one(v);
  },
  'inputs/0': function* ({ scope }) {
    for (let v = scope.inputs.next(); v !== undefined; v = scope.inputs.next()) yield { value: v, path: undefined };
  },
  'input_line_number/0': of(() => 0),
  'debug/0': ({ at }) => [at],
  'limit/2': function* ({ at, args, scope }) {
    for (const n of values(args[0] as Filter, at.value, scope)) {
      let left = Number(n);
      if (left <= 0) continue;
      for (const x of evaluate(args[1] as Filter, at, scope)) {
        yield x;
        if (--left <= 0) break;
      }
    }
  },
  'first/1': function* ({ at, args, scope }) {
    for (const x of evaluate(args[0] as Filter, at, scope)) {
      yield x;
      return;
    }
  },
  'isvalid/1': function* ({ at, args, scope }) {
    try {
      for (const _ of evaluate(args[0] as Filter, at, scope)) break;
      yield { value: true, path: undefined };
    } catch {
      yield { value: false, path: undefined };
    }
  },
  'test/1': (c) => regexCall(c, (s, re, f) => [matches(s, re, f).length > 0]),
  'test/2': (c) => regexCall(c, (s, re, f) => [matches(s, re, f).length > 0]),
  'match/1': (c) => regexCall(c, (s, re, f) => matches(s, re, f) as unknown as Json[]),
  'match/2': (c) => regexCall(c, (s, re, f) => matches(s, re, f) as unknown as Json[]),
  'capture/1': (c) =>
    regexCall(c, (s, re, f) =>
      matches(s, re, f).map(
        (m) =>
          Object.fromEntries(
            m.captures.filter((x) => x.name !== null).map((x) => [x.name as string, x.string]),
          ) as Json,
      ),
    ),
  'scan/1': (c) =>
    regexCall(c, (s, re, f) =>
      matches(s, re, `${f}g`).map((m) => (m.captures.length > 0 ? m.captures.map((x) => x.string) : m.string) as Json),
    ),
  'split/2': (c) =>
    regexCall(c, (s, re, f) => {
      const out: string[] = [];
      let last = 0;
      for (const m of matches(s, re, `${f}g`)) {
        out.push(s.slice(last, m.offset));
        last = m.offset + m.length;
      }
      return [[...out, s.slice(last)]];
    }),
  'sub/2': (c) => substitute(c, false),
  'sub/3': (c) => substitute(c, false),
  'gsub/2': (c) => substitute(c, true),
  'gsub/3': (c) => substitute(c, true),
};
