/** Statements at work: on tables, databases, roles, and the few system views people look at. */

import type { Expr, Select, Statement } from './ast.ts';
import type { Cluster, Column, Database, Datum, Table, TypeName } from './data.ts';
import { SqlError } from './error.ts';
import { AGGREGATES, type Around, cast, evaluate, type Row, shown, type Typed } from './evaluate.ts';

/** What a statement gave: rows, and what its completion says. */
export interface Outcome {
  readonly columns?: readonly { readonly name: string; readonly type: TypeName }[];
  readonly rows?: readonly (readonly (string | null)[])[];
  /** `SELECT 1`, `INSERT 0 1` */
  readonly tag: string;
  /** NOTICEs on the way. */
  readonly notices?: readonly string[];
  /** The cluster is to be written to disk. */
  readonly changed?: boolean;
}

/** A row source: a table, or a view of the server. */
interface Source {
  readonly columns: readonly { readonly name: string; readonly type: TypeName }[];
  readonly rows: readonly (readonly Datum[])[];
}

export interface Session extends Around {
  readonly cluster: Cluster;
  readonly db: Database;
  /** Settings that SHOW knows. */
  readonly settings: Readonly<Record<string, string>>;
  /** Views: pg_stat_activity and its like. */
  view(name: string): Source | undefined;
}

/** @throws SqlError */
export function run(s: Session, st: Statement): Outcome {
  switch (st.kind) {
    case 'select':
      return select(s, st);
    case 'create table':
      return createTable(s, st);
    case 'drop':
      return drop(s, st);
    case 'insert':
      return insert(s, st);
    case 'update':
    case 'delete':
    case 'truncate':
      return change(s, st);
    case 'create database': {
      if (s.cluster.databases[st.name]) throw new SqlError('42P04', `database "${st.name}" already exists`);
      s.cluster.databases[st.name] = { name: st.name, owner: st.owner ?? s.user, tables: {} };
      return { tag: 'CREATE DATABASE', changed: true };
    }
    case 'create role': {
      if (s.cluster.roles[st.name]) throw new SqlError('42710', `role "${st.name}" already exists`);
      s.cluster.roles[st.name] = { name: st.name, password: st.password ?? null, superuser: st.superuser };
      return { tag: 'CREATE ROLE', changed: true };
    }
    case 'show': {
      const value = s.settings[st.name];
      if (value === undefined) throw new SqlError('42704', `unrecognized configuration parameter "${st.name}"`);
      return { columns: [{ name: st.name, type: 'text' }], rows: [[value]], tag: 'SHOW' };
    }
    case 'set':
      return { tag: 'SET' };
    default:
      return { tag: st.kind.toUpperCase() };
  }
}

function tableOf(s: Session, name: string, at?: number): Table {
  const t = s.db.tables[name];
  if (!t) throw new SqlError('42P01', `relation "${name}" does not exist`, at);
  return t;
}

const rowOf =
  (columns: Source['columns'], row: readonly Datum[]): Row =>
  (name) => {
    const bare = name.slice(name.lastIndexOf('.') + 1);
    const i = columns.findIndex((c) => c.name === bare);
    return i < 0 ? undefined : { value: row[i] ?? null, type: (columns[i] as { type: TypeName }).type };
  };

const hasAggregate = (e: Expr): boolean =>
  e.op === 'call'
    ? AGGREGATES.has(e.name) || e.args.some(hasAggregate)
    : 'args' in e
      ? e.args.some(hasAggregate)
      : e.op === 'cast' && hasAggregate(e.arg);

function nameOf(e: Expr): string {
  if (e.op === 'column') return e.name.slice(e.name.lastIndexOf('.') + 1);
  if (e.op === 'call') return e.name;
  if (e.op === 'cast') return e.arg.op === 'value' ? (SHORT[e.type] ?? e.type) : nameOf(e.arg);
  return e.op === 'value' && e.type === 'boolean' ? 'bool' : '?column?';
}

const SHORT: Readonly<Record<string, string>> = {
  integer: 'int4',
  bigint: 'int8',
  boolean: 'bool',
  'timestamp with time zone': 'timestamptz',
};

function select(s: Session, q: Select): Outcome {
  const source: Source = q.from
    ? (s.view(q.from.name) ?? tableOf(s, q.from.name, q.from.at))
    : { columns: [], rows: [[]] };
  let rows = source.rows.map((r) => rowOf(source.columns, r));
  if (q.where) {
    const where = q.where;
    rows = rows.filter((r) => evaluate(s, where, r).value === true);
  }
  for (const { expr, descending } of [...q.order].reverse()) {
    const by = expr.op === 'value' && typeof expr.value === 'number' ? (q.items[expr.value - 1]?.expr ?? expr) : expr;
    const keyed = rows.map((r) => ({ r, k: evaluate(s, by, r).value }));
    keyed.sort((a, b) => compare(a.k, b.k) * (descending ? -1 : 1));
    rows = keyed.map((x) => x.r);
  }
  const made = project(s, q.items, source.columns, rows);
  const from = q.offset ?? 0;
  const out = made.rows.slice(from, q.limit === undefined ? undefined : from + q.limit);
  return { columns: made.columns, rows: out, tag: `SELECT ${out.length}` };
}

function compare(a: Datum, b: Datum): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

function project(
  s: Session,
  items: Select['items'],
  columns: Source['columns'],
  rows: readonly Row[],
): Required<Pick<Outcome, 'columns' | 'rows'>> {
  const exprs = items.flatMap(({ expr, as }) =>
    expr.op === 'star'
      ? columns.map((c) => ({ expr: { op: 'column', name: c.name, at: 0 } as Expr, name: c.name }))
      : [{ expr, name: as ?? nameOf(expr) }],
  );
  if (exprs.some((e) => hasAggregate(e.expr))) {
    const one: Typed[] = exprs.map((e) => evaluate(s, e.expr, () => undefined, rows));
    return { columns: exprs.map((e, i) => ({ name: e.name, type: (one[i] as Typed).type })), rows: [one.map(shown)] };
  }
  const values = rows.map((r) => exprs.map((e) => evaluate(s, e.expr, r)));
  const empty: Row = (n) => {
    const c = columns.find((x) => x.name === n.slice(n.lastIndexOf('.') + 1));
    return c && { value: null, type: c.type };
  };
  const first = values[0] ?? exprs.map((e) => evaluate(s, e.expr, empty));
  return {
    columns: exprs.map((e, i) => ({ name: e.name, type: (first[i] as Typed).type })),
    rows: values.map((r) => r.map(shown)),
  };
}

function createTable(s: Session, st: Extract<Statement, { kind: 'create table' }>): Outcome {
  if (s.db.tables[st.name]) {
    if (st.ifNot) return { tag: 'CREATE TABLE', notices: [`relation "${st.name}" already exists, skipping`] };
    throw new SqlError('42P07', `relation "${st.name}" already exists`);
  }
  s.db.tables[st.name] = { name: st.name, owner: s.user, columns: st.columns as readonly Column[], rows: [], next: 1 };
  return { tag: 'CREATE TABLE', changed: true };
}

function drop(s: Session, st: Extract<Statement, { kind: 'drop' }>): Outcome {
  const from: Record<string, unknown> =
    st.what === 'table' ? s.db.tables : st.what === 'database' ? s.cluster.databases : s.cluster.roles;
  const tag = `DROP ${st.what.toUpperCase()}`;
  if (!(st.name in from)) {
    if (st.ifExists) return { tag, notices: [`${st.what} "${st.name}" does not exist, skipping`] };
    throw new SqlError(
      { table: '42P01', database: '3D000', role: '42704' }[st.what],
      `${st.what} "${st.name}" does not exist`,
    );
  }
  if (st.what === 'database' && st.name === s.database)
    throw new SqlError('55006', 'cannot drop the currently open database');
  delete from[st.name];
  return { tag, changed: true };
}

function insert(s: Session, st: Extract<Statement, { kind: 'insert' }>): Outcome {
  const t = tableOf(s, st.table, st.at);
  const names = st.columns ?? t.columns.map((c) => c.name);
  for (const n of names)
    if (!t.columns.some((c) => c.name === n))
      throw new SqlError('42703', `column "${n}" of relation "${t.name}" does not exist`);
  const made: Datum[][] = [];
  for (const values of st.rows) {
    if (values.length > names.length) throw new SqlError('42601', 'INSERT has more expressions than target columns');
    const row = t.columns.map((c) => {
      const i = names.indexOf(c.name);
      const e = i < 0 ? undefined : values[i];
      if (e === undefined) return c.serial ? t.next++ : null;
      if (e.op === 'column' && e.name === 'default') return c.serial ? t.next++ : null;
      return cast(
        evaluate(s, e, () => undefined),
        c.type,
      ).value;
    });
    check(t, row, [...t.rows, ...made]);
    made.push(row);
  }
  t.rows.push(...made);
  const tag = `INSERT 0 ${made.length}`;
  if (!st.returning) return { tag, changed: true };
  return {
    ...project(
      s,
      st.returning,
      t.columns,
      made.map((r) => rowOf(t.columns, r)),
    ),
    tag,
    changed: true,
  };
}

function check(t: Table, row: readonly Datum[], others: readonly (readonly Datum[])[]): void {
  for (const [i, c] of t.columns.entries()) {
    if (c.notNull && row[i] === null)
      throw new SqlError(
        '23502',
        `null value in column "${c.name}" of relation "${t.name}" violates not-null constraint`,
        undefined,
        {
          detail: `Failing row contains (${row.map((x) => x ?? 'null').join(', ')}).`,
        },
      );
    if (c.unique && row[i] !== null && others.some((r) => r[i] === row[i]))
      throw new SqlError(
        '23505',
        `duplicate key value violates unique constraint "${t.name}_${c.notNull ? 'pkey' : `${c.name}_key`}"`,
        undefined,
        {
          detail: `Key (${c.name})=(${row[i]}) already exists.`,
        },
      );
  }
}

function change(s: Session, st: Extract<Statement, { kind: 'update' | 'delete' | 'truncate' }>): Outcome {
  const t = tableOf(s, st.table, st.at);
  if (st.kind === 'truncate') {
    t.rows = [];
    return { tag: 'TRUNCATE TABLE', changed: true };
  }
  const { where } = st;
  const hit = (r: readonly Datum[]): boolean => !where || evaluate(s, where, rowOf(t.columns, r)).value === true;
  if (st.kind === 'delete') {
    const kept = t.rows.filter((r) => !hit(r));
    const gone = t.rows.length - kept.length;
    t.rows = kept;
    return { tag: `DELETE ${gone}`, changed: true };
  }
  let n = 0;
  t.rows = t.rows.map((r) => {
    if (!hit(r)) return r;
    n++;
    const row = [...r];
    for (const [name, e] of st.set) {
      const i = t.columns.findIndex((c) => c.name === name);
      if (i < 0) throw new SqlError('42703', `column "${name}" of relation "${t.name}" does not exist`);
      row[i] = cast(evaluate(s, e, rowOf(t.columns, r)), (t.columns[i] as Column).type).value;
    }
    check(
      t,
      row,
      t.rows.filter((x) => x !== r),
    );
    return row;
  });
  return { tag: `UPDATE ${n}`, changed: true };
}
