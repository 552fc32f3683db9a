/**
 * Functions of templates: Go's own and docker's.
 * @see Go src/text/template/funcs.go, docker/cli templates/templates.go
 */
import { goJson, goPrint, goSprint, goSprintf, goSprintln } from './print.ts';
import {
  bool,
  GoError,
  type GoFunc,
  type GoValue,
  goFunc,
  indirect,
  int,
  NIL,
  STRING,
  sliceOf,
  str,
  truth,
  typeName,
  zero,
} from './value.ts';

const fn = goFunc;
const MANY = Number.POSITIVE_INFINITY;
const text = (v: GoValue | undefined): string => String(v?.v ?? '');
const elements = (v: GoValue | undefined): GoValue[] => (v?.v ?? []) as GoValue[];

function index(item: GoValue | undefined, ...keys: GoValue[]): GoValue | GoError {
  let value = item;
  if (!value || (value.t.k === 'any' && value.v === null)) return new GoError('index of untyped nil');
  for (const rawKey of keys) {
    const { value: at, nil } = indirect(value as GoValue);
    const key = indirect(rawKey).value;
    if (nil) return new GoError('index of nil pointer');
    if (at.t.k === 'slice' || at.t.k === 'array' || at.t.k === 'string') {
      if (key.t.k !== 'int' && key.t.k !== 'uint')
        return new GoError(
          key.t.k === 'any'
            ? 'cannot index slice/array with nil'
            : `cannot index slice/array with type ${typeName(key.t)}`,
        );
      const n = Number(key.v);
      const list: readonly GoValue[] =
        at.t.k === 'string'
          ? [...new TextEncoder().encode(at.v as string)].map((b) => ({
              t: { k: 'uint', name: 'uint8' } as const,
              v: b,
            }))
          : elements(at);
      if (n < 0 || n > list.length) return new GoError(`index out of range: ${n}`);
      // the check lets the length itself pass, and reflect stops there
      if (n === list.length) return new GoError(`reflect: ${at.t.k} index out of range`);
      value = list[n];
    } else if (at.t.k === 'map') {
      if (at.t.key.k === 'string' && key.t.k !== 'string' && key.t.k !== 'number')
        return new GoError(
          key.t.k === 'any'
            ? 'value is nil; should be of type string'
            : `value has type ${typeName(key.t)}; should be ${typeName(at.t.key)}`,
        );
      // a named string type (nat.Port) takes no other string
      if (typeName(key.t) !== typeName(at.t.key) && at.t.key.k === 'string')
        return new GoError(`value has type ${typeName(key.t)}; should be ${typeName(at.t.key)}`);
      const found = (at.v as Map<string, GoValue> | null)?.get(String(key.v));
      value = found ?? zero(at.t.elem);
    } else return new GoError(`can't index item of type ${typeName(at.t)}`);
  }
  const { t, v } = value as GoValue;
  return { t, v };
}

function slice(item: GoValue | undefined, ...bounds: GoValue[]): GoValue | GoError {
  if (!item || item.v === null) return new GoError('slice of untyped nil');
  const { value } = indirect(item);
  const [from = 0, to] = bounds.map((b) => Number(b.v));
  if (value.t.k === 'string') {
    const bytes = new TextEncoder().encode(value.v as string);
    const end = to ?? bytes.length;
    if (from < 0 || from > bytes.length) return new GoError(`index out of range: ${from}`);
    if (end < 0 || end > bytes.length) return new GoError(`index out of range: ${end}`);
    if (from > end) return new GoError(`invalid slice index: ${from} > ${end}`);
    return { t: value.t, v: new TextDecoder().decode(bytes.slice(from, end)) };
  }
  if (value.t.k !== 'slice' && value.t.k !== 'array')
    return new GoError(`can't slice item of type ${typeName(value.t)}`);
  const list = elements(value);
  const end = to ?? list.length;
  if (from < 0 || from > list.length) return new GoError(`index out of range: ${from}`);
  if (end < 0 || end > list.length) return new GoError(`index out of range: ${end}`);
  if (from > end) return new GoError(`invalid slice index: ${from} > ${end}`);
  return { t: value.t, v: list.slice(from, end) };
}

function len(item: GoValue | undefined): GoValue | GoError {
  const v = item ? indirect(item).value : NIL;
  switch (v.t.k) {
    case 'string':
    case 'number':
      return int(new TextEncoder().encode(text(v)).length);
    case 'slice':
    case 'array':
      return int(elements(v).length);
    case 'map':
      return int((v.v as Map<unknown, unknown> | null)?.size ?? 0);
    default:
      return new GoError(
        v.t.k === 'any' ? 'reflect: call of reflect.Value.Type on zero Value' : `len of type ${typeName(v.t)}`,
      );
  }
}

type Basic = 'bool' | 'int' | 'uint' | 'float' | 'string';
function basic(v: GoValue): Basic | undefined {
  const k = v.t.k;
  if (k === 'number') return 'string';
  return k === 'bool' || k === 'int' || k === 'uint' || k === 'float' || k === 'string' ? k : undefined;
}

function equal(a: GoValue, b: GoValue): boolean | GoError {
  const x = indirect(a).value;
  const y = indirect(b).value;
  const kx = basic(x);
  const ky = basic(y);
  if (x.t.k === 'any' || y.t.k === 'any') return x.v === null && y.v === null;
  if (kx === undefined || ky === undefined)
    return x.t.k === y.t.k && ['struct', 'time', 'array'].includes(x.t.k)
      ? goPrint(x) === goPrint(y)
      : new GoError(`non-comparable type ${goPrint(x)}: ${typeName(x.t)}`);
  if (kx !== ky) {
    const ints = [kx, ky].every((k) => k === 'int' || k === 'uint');
    return ints ? Number(x.v) === Number(y.v) : new GoError('incompatible types for comparison');
  }
  return kx === 'bool' || kx === 'string' ? String(x.v) === String(y.v) : Number(x.v) === Number(y.v);
}

function eq(first: GoValue | undefined, ...rest: GoValue[]): GoValue | GoError {
  if (rest.length === 0) return new GoError('missing argument for comparison');
  for (const other of rest) {
    const same = equal(first ?? NIL, other);
    if (same instanceof GoError) return same;
    if (same) return bool(true);
  }
  return bool(false);
}

function less(a: GoValue | undefined, b: GoValue | undefined): boolean | GoError {
  const x = indirect(a ?? NIL).value;
  const y = indirect(b ?? NIL).value;
  const kx = basic(x);
  const ky = basic(y);
  if (kx === undefined || ky === undefined || kx === 'bool') return new GoError('invalid type for comparison');
  if (kx === 'string' && ky === 'string') return String(x.v) < String(y.v);
  if (kx === 'string' || ky === 'string' || (kx === 'float') !== (ky === 'float'))
    return new GoError('incompatible types for comparison');
  return Number(x.v) < Number(y.v);
}

const compare = (test: (less: boolean, equal: boolean) => boolean): GoFunc =>
  fn(2, 2, ['any'], (a, b) => {
    const l = less(a, b);
    if (l instanceof GoError) return l;
    const e = equal(a ?? NIL, b ?? NIL);
    if (e instanceof GoError) return e;
    return bool(test(l, e));
  });

const htmlEscapes: Record<string, string> = {
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '\0': '\uFFFD',
};
const jsEscapes: Record<string, string> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
};
const evaluated = (args: readonly GoValue[]): string =>
  args.length === 1 && args[0]?.t.k === 'string' ? text(args[0]) : goSprint(args);

/** Those of text/template. `and` and `or` are the evaluator's own. */
const STANDARD: Readonly<Record<string, GoFunc>> = {
  and: fn(1, MANY, ['any'], (a) => a ?? NIL),
  or: fn(1, MANY, ['any'], (a) => a ?? NIL),
  not: fn(1, 1, ['any'], (a) => bool(!truth(a))),
  len: fn(1, 1, ['any'], len),
  index: fn(1, MANY, ['any'], index),
  slice: fn(1, 4, ['any'], slice),
  call: fn(
    1,
    MANY,
    ['any'],
    (f) => new GoError(f && f.t.k !== 'any' ? `non-function ${goPrint(f)} of type ${typeName(f.t)}` : 'call of nil'),
  ),
  print: fn(0, MANY, ['any'], (...args) => str(goSprint(args))),
  printf: fn(1, MANY, ['string', 'any'], (f, ...args) => str(goSprintf(text(f), args))),
  println: fn(0, MANY, ['any'], (...args) => str(goSprintln(args))),
  html: fn(0, MANY, ['any'], (...args) => str(evaluated(args).replace(/["'&<>\0]/g, (c) => htmlEscapes[c] as string))),
  js: fn(0, MANY, ['any'], (...args) =>
    str(
      evaluated(args).replace(
        /[\\'"<>&=]|[\0-\x1f]/g,
        (c) => jsEscapes[c] ?? `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
      ),
    ),
  ),
  urlquery: fn(0, MANY, ['any'], (...args) =>
    str(
      encodeURIComponent(evaluated(args))
        .replace(/%20/g, '+')
        .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    ),
  ),
  eq: fn(1, MANY, ['any'], eq),
  ne: fn(2, 2, ['any'], (a, b) => {
    const same = equal(a ?? NIL, b ?? NIL);
    return same instanceof GoError ? same : bool(!same);
  }),
  lt: compare((l) => l),
  le: compare((l, e) => l || e),
  gt: compare((l, e) => !l && !e),
  ge: compare((l) => !l),
};

const strings = (list: readonly string[]): GoValue => ({ t: sliceOf(STRING), v: list.map(str) });

function truncate(s: GoValue | undefined, n: GoValue | undefined): GoValue {
  const chars = text(s);
  const limit = Number(n?.v);
  return str(chars.length < limit ? chars : chars.slice(0, limit));
}

/** Title case of every word: what strings.Title does. */
const title = (s: string): string =>
  s.replace(/(^|[^\p{L}\p{Nd}_'])(\p{L})/gu, (_, before: string, c: string) => before + c.toUpperCase());

/** Docker's own, beside Go's. */
export const FUNCTIONS: Readonly<Record<string, GoFunc>> = Object.freeze({
  ...STANDARD,
  json: fn(1, 1, ['any'], (v) => str(goJson(v))),
  split: fn(2, 2, ['string'], (s, sep) => strings(text(sep) === '' ? [...text(s)] : text(s).split(text(sep)))),
  join: fn(2, 2, ['[]string', 'string'], (list, sep) =>
    list?.t.k === 'slice' && list.t.elem.k !== 'string' && list.t.elem.k !== 'any'
      ? new GoError(`expected []string; got ${typeName(list.t)}`)
      : str(elements(list).map(goTextOf).join(text(sep))),
  ),
  title: fn(1, 1, ['string'], (s) => str(title(text(s)))),
  lower: fn(1, 1, ['string'], (s) => str(text(s).toLowerCase())),
  upper: fn(1, 1, ['string'], (s) => str(text(s).toUpperCase())),
  pad: fn(3, 3, ['string', 'int'], (s, before, after) =>
    str(text(s) === '' ? '' : ' '.repeat(Number(before?.v)) + text(s) + ' '.repeat(Number(after?.v))),
  ),
  truncate: fn(2, 2, ['string', 'int'], truncate),
});

function goTextOf(v: GoValue): string {
  return goPrint(v);
}

/** In a table's header line these leave the column's title as it is. @see docker/cli templates.go: HeaderFunctions */
export const HEADER_FUNCTIONS: Readonly<Record<string, GoFunc>> = Object.freeze({
  ...FUNCTIONS,
  json: fn(1, 1, ['any'], (v) => v ?? NIL),
  title: fn(1, 1, ['any'], (v) => v ?? NIL),
  lower: fn(1, 1, ['any'], (v) => v ?? NIL),
  upper: fn(1, 1, ['any'], (v) => v ?? NIL),
  truncate: fn(2, 2, ['any'], (v) => v ?? NIL),
  split: fn(2, 2, ['any'], (v) => v ?? NIL),
  join: fn(2, 2, ['any'], (v) => v ?? NIL),
});

export const FUNCTION_NAMES: ReadonlySet<string> = new Set(Object.keys(FUNCTIONS));
