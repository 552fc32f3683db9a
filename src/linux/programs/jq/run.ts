/**
 * Filters at work: each gives values one after the other, with the path that leads to each where there is one.
 * @see jq src/execute.c, docs/content/manual
 */
import type { Filter, Pattern } from './ast.ts';
import { BUILTINS } from './builtins.ts';
import { formatted } from './format.ts';
import { deletePath, get, getPath, type Key, type Path, setPath } from './paths.ts';
import { DEFINED } from './prelude.ts';
import { arithmetic, described, isObject, JqError, type Json, truthy } from './value.ts';

/** A value, and how it was reached from the input (undefined where that has no meaning). */
export interface Out {
  readonly value: Json;
  readonly path: Path | undefined;
}

interface Definition {
  readonly params: readonly string[];
  readonly body: Filter;
  /** Where it was defined; absent: it sees itself. */
  readonly scope: Scope;
}

/** A filter that was given as an argument, with where it came from. */
interface Closure {
  readonly filter: Filter;
  readonly scope: Scope;
}

export interface Scope {
  readonly variables: ReadonlyMap<string, Json>;
  readonly functions: ReadonlyMap<string, Definition | Closure>;
  /** What `input` and `inputs` take from. */
  readonly inputs: { next(): Json | undefined };
  readonly env: Readonly<Record<string, string>>;
  readonly now: () => number;
}

class Break extends Error {
  constructor(readonly label: object) {
    super('break');
  }
}

const out = (value: Json, path?: Path): Out => ({ value, path });
const bind = (s: Scope, name: string, value: Json): Scope => ({
  ...s,
  variables: new Map([...s.variables, [name, value]]),
});

/** Values only. */
export function* values(f: Filter, v: Json, s: Scope): Generator<Json> {
  for (const o of evaluate(f, out(v), s)) yield o.value;
}

const first = (f: Filter, v: Json, s: Scope): Json => {
  for (const x of values(f, v, s)) return x;
  return null;
};

export function* evaluate(f: Filter, at: Out, s: Scope): Generator<Out> {
  const { value: v, path } = at;
  switch (f.op) {
    case 'identity':
      yield at;
      return;
    case 'literal':
      yield out(f.value as Json);
      return;
    case 'recurse':
      yield* recurse(at);
      return;
    case 'string':
      yield* text(f.parts, f.format ?? '@text', v, s);
      return;
    case 'format':
      yield out(formatted(f.name, v));
      return;
    case 'variable':
      yield out(variable(f.name, s));
      return;
    case 'index':
      for (const of of evaluate(f.of, at, s))
        for (const key of values(f.key, v, s)) yield out(get(of.value, key), of.path && [...of.path, key as Key]);
      return;
    case 'slice':
      for (const of of evaluate(f.of, at, s))
        for (const to of f.to ? values(f.to, v, s) : [null])
          for (const from of f.from ? values(f.from, v, s) : [null]) {
            const key = { start: from as number | null, end: to as number | null };
            yield out(of.value === null ? null : get(of.value, key as Json), of.path && [...of.path, key]);
          }
      return;
    case 'iterate':
      for (const of of evaluate(f.of, at, s)) yield* iterate(of);
      return;
    case 'try':
      yield* attempt(f, at, s);
      return;
    case 'pipe':
      for (const left of evaluate(f.left, at, s)) yield* evaluate(f.right, left, s);
      return;
    case 'comma':
      yield* evaluate(f.left, at, s);
      yield* evaluate(f.right, at, s);
      return;
    case 'alternative':
      yield* alternative(f, at, s);
      return;
    case 'and':
    case 'or':
      for (const l of values(f.left, v, s)) {
        if (truthy(l) === (f.op === 'or')) yield out(f.op === 'or');
        else for (const r of values(f.right, v, s)) yield out(truthy(r));
      }
      return;
    case 'binary':
      for (const r of values(f.right, v, s)) for (const l of values(f.left, v, s)) yield out(arithmetic(f.name, l, r));
      return;
    case 'update':
      yield* update(f, v, s);
      return;
    case 'negate':
      for (const x of values(f.of, v, s)) {
        if (typeof x !== 'number') throw new JqError(`${described(x)} cannot be negated`);
        yield out(-x);
      }
      return;
    case 'array':
      yield out(f.of ? [...values(f.of, v, s)] : []);
      return;
    case 'object':
      yield* object(f.fields, 0, {}, v, s);
      return;
    case 'if':
      for (const t of values(f.test, v, s)) {
        if (truthy(t)) yield* evaluate(f.then, at, s);
        else if (f.otherwise) yield* evaluate(f.otherwise, at, s);
        else yield at;
      }
      return;
    case 'as':
      for (const x of values(f.source, v, s)) yield* evaluate(f.body, at, destructure(f.pattern, x, s));
      return;
    case 'reduce': {
      let state = first(f.init, v, s);
      for (const x of values(f.source, v, s)) {
        let last: Json = null;
        for (const next of values(f.update, state, destructure(f.pattern, x, s))) last = next;
        state = last;
      }
      yield out(state);
      return;
    }
    case 'foreach': {
      let state = first(f.init, v, s);
      for (const x of values(f.source, v, s)) {
        const inner = destructure(f.pattern, x, s);
        for (const next of values(f.update, state, inner)) {
          state = next;
          if (f.extract) yield* evaluate(f.extract, out(next), inner);
          else yield out(next);
        }
      }
      return;
    }
    case 'def': {
      const functions = new Map(s.functions);
      const scope: Scope = { ...s, functions };
      functions.set(`${f.name}/${f.params.length}`, { params: f.params, body: f.body, scope });
      yield* evaluate(f.rest, at, scope);
      return;
    }
    case 'label': {
      const label = {};
      try {
        yield* evaluate(f.body, at, bind(s, `*${f.name}`, label as Json));
      } catch (e) {
        if (!(e instanceof Break) || e.label !== label) throw e;
      }
      return;
    }
    case 'break':
      throw new Break(s.variables.get(`*${f.name}`) as unknown as object);
    case 'call':
      yield* call(f.name, f.args, { value: v, path }, s);
  }
}

function variable(name: string, s: Scope): Json {
  if (name === 'ENV') return s.env;
  const got = s.variables.get(name);
  if (got === undefined) throw new JqError(`$${name} is not defined`);
  return got;
}

export function* recurse(at: Out): Generator<Out> {
  yield at;
  if (Array.isArray(at.value) || isObject(at.value)) for (const x of iterate(at)) yield* recurse(x);
}

export function* iterate({ value, path }: Out): Generator<Out> {
  if (Array.isArray(value)) for (const [i, x] of value.entries()) yield out(x, path && [...path, i]);
  else if (isObject(value)) for (const [k, x] of Object.entries(value)) yield out(x, path && [...path, k]);
  else throw new JqError(`Cannot iterate over ${value === null ? 'null' : described(value)}`);
}

function* text(parts: readonly (string | Filter)[], format: string, v: Json, s: Scope): Generator<Out> {
  const build = function* (i: number, done: string): Generator<Out> {
    const part = parts[i];
    if (part === undefined) yield out(done);
    else if (typeof part === 'string') yield* build(i + 1, done + part);
    else for (const x of values(part, v, s)) yield* build(i + 1, done + formatted(format, x));
  };
  yield* build(0, '');
}

function* attempt(f: Extract<Filter, { op: 'try' }>, at: Out, s: Scope): Generator<Out> {
  try {
    yield* evaluate(f.body, at, s);
  } catch (e) {
    if (!(e instanceof JqError)) throw e;
    if (f.handler) yield* evaluate(f.handler, out(e.value), s);
  }
}

function* alternative(
  f: Extract<Filter, { op: 'alternative' | 'pipe' | 'comma' | 'and' | 'or' }>,
  at: Out,
  s: Scope,
): Generator<Out> {
  let any = false;
  try {
    for (const x of evaluate(f.left, at, s))
      if (truthy(x.value)) {
        any = true;
        yield x;
      }
  } catch (e) {
    if (!(e instanceof JqError)) throw e;
  }
  if (!any) yield* evaluate(f.right, at, s);
}

function* object(
  fields: readonly { readonly key: Filter; readonly value: Filter }[],
  i: number,
  done: { [key: string]: Json },
  v: Json,
  s: Scope,
): Generator<Out> {
  const field = fields[i];
  if (!field) {
    yield out(done);
    return;
  }
  for (const k of values(field.key, v, s)) {
    if (typeof k !== 'string') throw new JqError(`Object keys must be strings`);
    for (const x of values(field.value, v, s)) yield* object(fields, i + 1, { ...done, [k]: x }, v, s);
  }
}

function destructure(p: Pattern, v: Json, s: Scope): Scope {
  if (p.kind === 'variable') return bind(s, p.name, v);
  if (p.kind === 'array') return p.items.reduce((scope, item, i) => destructure(item, get(v, i), scope), s);
  return p.fields.reduce((scope, field) => {
    const key = first(field.key, v, scope);
    const value = get(v, key);
    const named = field.bind === undefined ? scope : bind(scope, field.bind, value);
    return field.pattern ? destructure(field.pattern, value, named) : named;
  }, s);
}

/** Paths that a filter leads to. */
export function* pathsOf(f: Filter, v: Json, s: Scope): Generator<Path> {
  for (const o of evaluate(f, out(v, []), s)) {
    if (!o.path) throw new JqError(`Invalid path expression with result ${JSON.stringify(o.value).slice(0, 20)}`);
    yield o.path;
  }
}

function* update(f: Extract<Filter, { op: 'update' }>, v: Json, s: Scope): Generator<Out> {
  if (f.name === '|=') {
    let result = v;
    const gone: Path[] = [];
    for (const path of [...pathsOf(f.left, v, s)]) {
      const next = [...values(f.right, getPath(result, path), s)][0];
      if (next === undefined) gone.unshift(path);
      else result = setPath(result, path, () => next);
    }
    yield out(gone.reduce((x, p) => deletePath(x, p), result));
    return;
  }
  for (const right of values(f.right, v, s)) {
    let result = v;
    for (const path of [...pathsOf(f.left, v, s)])
      result = setPath(result, path, (old) => {
        if (f.name === '=') return right;
        if (f.name === '//=') return truthy(old) ? old : right;
        return arithmetic(f.name.slice(0, -1), old, right);
      });
    yield out(result);
  }
}

function* call(name: string, args: readonly Filter[], at: Out, s: Scope): Generator<Out> {
  const id = `${name}/${args.length}`;
  const known = s.functions.get(id);
  if (known && 'filter' in known) {
    yield* evaluate(known.filter, at, known.scope);
    return;
  }
  if (known) {
    yield* apply(known, known.scope, args, at, s, 0);
    return;
  }
  const defined = DEFINED.get(id);
  if (defined) {
    const scope: Scope = { ...s, functions: new Map() };
    yield* apply({ ...defined, scope }, scope, args, at, s, 0);
    return;
  }
  const builtin = BUILTINS[id];
  if (!builtin) throw new UnknownFunction(id);
  yield* builtin({ at, args, scope: s });
}

/** Binds arguments: `$x` to each value, others as filters. */
function* apply(d: Definition, scope: Scope, args: readonly Filter[], at: Out, s: Scope, i: number): Generator<Out> {
  const param = d.params[i];
  if (param === undefined) {
    yield* evaluate(d.body, at, scope);
    return;
  }
  const closure: Closure = { filter: args[i] as Filter, scope: s };
  if (!param.startsWith('$')) {
    yield* apply(
      d,
      { ...scope, functions: new Map([...scope.functions, [`${param}/0`, closure]]) },
      args,
      at,
      s,
      i + 1,
    );
    return;
  }
  for (const x of values(args[i] as Filter, at.value, s))
    yield* apply(d, bind(scope, param.slice(1), x), args, at, s, i + 1);
}

/** A name that nothing defines: found before anything runs. */
export class UnknownFunction extends Error {
  constructor(readonly id: string) {
    super(`${id} is not defined`);
  }
}

/** Looks through a filter for names that nothing defines. */
export function unknownCall(f: unknown, known: ReadonlySet<string> = new Set()): string | undefined {
  if (Array.isArray(f)) {
    for (const x of f) {
      const bad = unknownCall(x, known);
      if (bad !== undefined) return bad;
    }
    return undefined;
  }
  if (typeof f !== 'object' || f === null) return undefined;
  const node = f as Filter;
  if (node.op === 'def') {
    const own = new Set([...known, `${node.name}/${node.params.length}`]);
    const inner = new Set([...own, ...node.params.map((p) => `${p.replace(/^\$/, '')}/0`)]);
    return unknownCall(node.body, inner) ?? unknownCall(node.rest, own);
  }
  if (node.op === 'call') {
    const id = `${node.name}/${node.args.length}`;
    if (!known.has(id) && !(id in BUILTINS) && !DEFINED.has(id)) return id;
  }
  return unknownCall(Object.values(f), known);
}
