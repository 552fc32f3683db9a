/** Values of expressions. */

import type { Expr } from './ast.ts';
import type { Datum, TypeName } from './data.ts';
import { SqlError } from './error.ts';

/** What expressions may ask for. */
export interface Around {
  readonly user: string;
  readonly database: string;
  readonly version: string;
  readonly pid: number;
  /** Addresses of a TCP connection. */
  readonly client?: { readonly ip: string; readonly port: number };
  readonly server?: { readonly ip: string; readonly port: number };
  /** `2026-11-23 22:00:00.123+00` */
  now(): string;
}

/** A row in reach: a column's value and type by name. */
export type Row = (name: string) => { readonly value: Datum; readonly type: TypeName } | undefined;

export interface Typed {
  readonly value: Datum;
  readonly type: TypeName;
}

const v = (value: Datum, type: TypeName): Typed => ({ value, type });

const FUNCTIONS: Readonly<Record<string, (a: Around, args: readonly Typed[]) => Typed>> = {
  version: (a) => v(a.version, 'text'),
  now: (a) => v(a.now(), 'timestamp with time zone'),
  current_timestamp: (a) => v(a.now(), 'timestamp with time zone'),
  clock_timestamp: (a) => v(a.now(), 'timestamp with time zone'),
  current_date: (a) => v(a.now().slice(0, 10), 'text'),
  current_user: (a) => v(a.user, 'name'),
  session_user: (a) => v(a.user, 'name'),
  user: (a) => v(a.user, 'name'),
  current_database: (a) => v(a.database, 'name'),
  current_catalog: (a) => v(a.database, 'name'),
  current_schema: () => v('public', 'name'),
  inet_client_addr: (a) => v(a.client?.ip ?? null, 'inet'),
  inet_client_port: (a) => v(a.client?.port ?? null, 'integer'),
  inet_server_addr: (a) => v(a.server?.ip ?? null, 'inet'),
  inet_server_port: (a) => v(a.server?.port ?? null, 'integer'),
  pg_backend_pid: (a) => v(a.pid, 'integer'),
  pg_is_in_recovery: () => v(false, 'boolean'),
  upper: (_a, [x]) => v(x?.value == null ? null : String(x.value).toUpperCase(), 'text'),
  lower: (_a, [x]) => v(x?.value == null ? null : String(x.value).toLowerCase(), 'text'),
  length: (_a, [x]) => v(x?.value == null ? null : String(x.value).length, 'integer'),
  coalesce: (_a, args) => args.find((x) => x.value !== null) ?? v(null, 'text'),
  concat: (_a, args) => v(args.map((x) => shown(x) ?? '').join(''), 'text'),
  abs: (_a, [x]) => v(x?.value == null ? null : Math.abs(Number(x.value)), x?.type ?? 'integer'),
};

/** Names of functions over all rows. */
export const AGGREGATES = new Set(['count', 'sum', 'min', 'max', 'avg']);

/** @param rows the rows that aggregates run over; absent where they may not stand */
export function evaluate(a: Around, e: Expr, row: Row, rows?: readonly Row[]): Typed {
  switch (e.op) {
    case 'value':
      return v(e.value, e.type);
    case 'star':
      throw new SqlError('42601', 'syntax error at or near "*"');
    case 'column': {
      const got = row(e.name);
      if (!got) throw new SqlError('42703', `column "${e.name}" does not exist`, e.at);
      return got;
    }
    case 'cast':
      return cast(evaluate(a, e.arg, row, rows), e.type);
    case 'call': {
      if (rows && AGGREGATES.has(e.name)) return aggregate(a, e, rows);
      const fn = FUNCTIONS[e.name];
      const args = e.args.map((x) => evaluate(a, x, row, rows));
      if (fn) return fn(a, args);
      const types = args.map((x) => (x.type === 'text' ? 'unknown' : x.type)).join(', ');
      throw new SqlError('42883', `function ${e.name}(${types}) does not exist`, e.at, {
        hint: 'No function matches the given name and argument types. You might need to add explicit type casts.',
      });
    }
    case 'unary': {
      const x = evaluate(a, e.args[0] as Expr, row, rows);
      if (e.name === 'is null') return v(x.value === null, 'boolean');
      if (e.name === 'is not null') return v(x.value !== null, 'boolean');
      if (e.name === 'not') return v(x.value === null ? null : !x.value, 'boolean');
      return v(x.value === null ? null : -Number(x.value), x.type);
    }
    case 'binary':
      return binary(e, evaluate(a, e.args[0] as Expr, row, rows), evaluate(a, e.args[1] as Expr, row, rows));
  }
}

function binary(e: Extract<Expr, { op: 'unary' | 'binary' }>, x: Typed, y: Typed): Typed {
  if (e.name === 'and') {
    if (x.value === false || y.value === false) return v(false, 'boolean');
    return v(x.value === null || y.value === null ? null : true, 'boolean');
  }
  if (e.name === 'or') {
    if (x.value === true || y.value === true) return v(true, 'boolean');
    return v(x.value === null || y.value === null ? null : false, 'boolean');
  }
  if (x.value === null || y.value === null) return v(null, ARITHMETIC.has(e.name) ? 'integer' : 'boolean');
  if (e.name === '||') return v(`${shown(x)}${shown(y)}`, 'text');
  if (e.name === 'like' || e.name === 'ilike') {
    const re = String(y.value)
      .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
      .replace(/%/g, '.*')
      .replace(/_/g, '.');
    return v(new RegExp(`^${re}$`, e.name === 'ilike' ? 'is' : 's').test(String(x.value)), 'boolean');
  }
  if (ARITHMETIC.has(e.name)) return arithmetic(e, x, y);
  const numeric = typeof x.value === 'number' || typeof y.value === 'number';
  const [l, r] = numeric ? [number(x, e.at), number(y, e.at)] : [String(x.value), String(y.value)];
  const test: Readonly<Record<string, boolean>> = {
    '=': l === r,
    '<>': l !== r,
    '<': l < r,
    '>': l > r,
    '<=': l <= r,
    '>=': l >= r,
  };
  return v(test[e.name] as boolean, 'boolean');
}

const ARITHMETIC = new Set(['+', '-', '*', '/', '%']);

function number(x: Typed, at: number): number {
  const n = typeof x.value === 'boolean' ? Number.NaN : Number(x.value);
  if (Number.isNaN(n)) throw new SqlError('22P02', `invalid input syntax for type integer: "${x.value}"`, at);
  return n;
}

function arithmetic(e: Extract<Expr, { op: 'unary' | 'binary' }>, x: Typed, y: Typed): Typed {
  const [a, b] = [number(x, e.at), number(y, e.at)];
  const exact = x.type === 'numeric' || y.type === 'numeric';
  if ((e.name === '/' || e.name === '%') && b === 0) throw new SqlError('22012', 'division by zero');
  const raw = { '+': a + b, '-': a - b, '*': a * b, '/': a / b, '%': a % b }[e.name] as number;
  return v(
    exact ? raw : Math.trunc(raw),
    exact ? 'numeric' : x.type === 'bigint' || y.type === 'bigint' ? 'bigint' : 'integer',
  );
}

function aggregate(a: Around, e: Extract<Expr, { op: 'call' }>, rows: readonly Row[]): Typed {
  const [arg] = e.args;
  if (!arg) throw new SqlError('42809', `${e.name}() must be called with an argument`, e.at);
  if (arg.op === 'star') return v(rows.length, 'bigint');
  const all = rows.map((r) => evaluate(a, arg, r)).filter((x) => x.value !== null);
  if (e.name === 'count') return v(all.length, 'bigint');
  const type = all[0]?.type ?? 'integer';
  if (all.length === 0) return v(null, type);
  const values = all.map((x) => x.value as number | string);
  if (e.name === 'min' || e.name === 'max')
    return v(
      values.reduce((m, x) => ((e.name === 'min' ? x < m : x > m) ? x : m)),
      type,
    );
  const sum = values.reduce<number>((n, x) => n + Number(x), 0);
  return e.name === 'sum' ? v(sum, type === 'integer' ? 'bigint' : type) : v(sum / values.length, 'numeric');
}

/** A value as another type. @throws SqlError 22P02 */
export function cast(x: Typed, type: TypeName): Typed {
  if (x.value === null || x.type === type) return v(x.value, type);
  if (type === 'integer' || type === 'bigint' || type === 'numeric') {
    const n =
      typeof x.value === 'boolean' ? Number(x.value) : String(x.value).trim() === '' ? Number.NaN : Number(x.value);
    if (Number.isNaN(n) || (type !== 'numeric' && typeof x.value === 'string' && !Number.isInteger(n)))
      throw new SqlError('22P02', `invalid input syntax for type ${type}: "${x.value}"`);
    if (type === 'integer' && Math.abs(n) > 2147483647) throw new SqlError('22003', `integer out of range`);
    return v(type === 'numeric' ? n : Math.round(n), type);
  }
  if (type === 'boolean') {
    const s = String(x.value).toLowerCase();
    if (['t', 'true', 'yes', 'on', '1'].includes(s)) return v(true, type);
    if (['f', 'false', 'no', 'off', '0'].includes(s)) return v(false, type);
    throw new SqlError('22P02', `invalid input syntax for type boolean: "${x.value}"`);
  }
  return v(shown(x), type);
}

/** As the wire carries it; null for NULL. */
export function shown(x: Typed): string | null {
  if (x.value === null) return null;
  if (typeof x.value === 'boolean') return x.value ? 't' : 'f';
  if (x.type === 'numeric' && typeof x.value === 'number' && !Number.isInteger(x.value))
    return String(Number(x.value.toPrecision(16)));
  return String(x.value);
}
