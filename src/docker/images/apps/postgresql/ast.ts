/** Statements of the subset, and the words for types. */
import type { TypeName } from './data.ts';

export type Expr =
  | { readonly op: 'value'; readonly value: string | number | boolean | null; readonly type: TypeName }
  | { readonly op: 'column'; readonly name: string; readonly at: number }
  | { readonly op: 'star' }
  | { readonly op: 'call'; readonly name: string; readonly args: readonly Expr[]; readonly at: number }
  | { readonly op: 'cast'; readonly arg: Expr; readonly type: TypeName }
  | { readonly op: 'unary' | 'binary'; readonly name: string; readonly args: readonly Expr[]; readonly at: number };

export interface Select {
  readonly kind: 'select';
  readonly items: readonly { readonly expr: Expr; readonly as?: string }[];
  readonly from?: { readonly name: string; readonly at: number };
  readonly where?: Expr;
  readonly order: readonly { readonly expr: Expr; readonly descending: boolean }[];
  readonly limit?: number;
  readonly offset?: number;
}

export interface ColumnDef {
  readonly name: string;
  readonly type: TypeName;
  readonly notNull: boolean;
  readonly unique: boolean;
  readonly serial: boolean;
}

export type Statement =
  | Select
  | {
      readonly kind: 'create table';
      readonly name: string;
      readonly columns: readonly ColumnDef[];
      readonly ifNot: boolean;
    }
  | {
      readonly kind: 'drop';
      readonly what: 'table' | 'database' | 'role';
      readonly name: string;
      readonly ifExists: boolean;
    }
  | {
      readonly kind: 'insert';
      readonly table: string;
      readonly at: number;
      readonly columns?: readonly string[];
      readonly rows: readonly (readonly Expr[])[];
      readonly returning?: Select['items'];
    }
  | {
      readonly kind: 'update';
      readonly table: string;
      readonly at: number;
      readonly set: readonly (readonly [string, Expr])[];
      readonly where?: Expr;
    }
  | { readonly kind: 'delete'; readonly table: string; readonly at: number; readonly where?: Expr }
  | { readonly kind: 'truncate'; readonly table: string; readonly at: number }
  | { readonly kind: 'create database'; readonly name: string; readonly owner?: string }
  | { readonly kind: 'create role'; readonly name: string; readonly password?: string; readonly superuser: boolean }
  | { readonly kind: 'show'; readonly name: string }
  | { readonly kind: 'set' }
  | { readonly kind: 'begin' | 'commit' | 'rollback' };

/** What a column may be declared as. */
export const TYPE_WORDS: Readonly<Record<string, TypeName>> = {
  int: 'integer',
  int4: 'integer',
  integer: 'integer',
  smallint: 'integer',
  serial: 'integer',
  bigserial: 'bigint',
  bigint: 'bigint',
  int8: 'bigint',
  numeric: 'numeric',
  decimal: 'numeric',
  real: 'numeric',
  double: 'numeric',
  float: 'numeric',
  text: 'text',
  varchar: 'text',
  char: 'text',
  character: 'text',
  json: 'text',
  jsonb: 'text',
  uuid: 'text',
  boolean: 'boolean',
  bool: 'boolean',
  timestamp: 'timestamp with time zone',
  timestamptz: 'timestamp with time zone',
  date: 'timestamp with time zone',
  inet: 'inet',
  name: 'name',
};

/** Loosest first. */
export const LEVELS: readonly (readonly string[])[] = [
  ['or'],
  ['and'],
  [],
  ['=', '<>', '!=', '<=', '>=', '<', '>', 'like', 'ilike'],
  ['||'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** Functions without parentheses. */
export const NILADIC = new Set([
  'current_user',
  'session_user',
  'user',
  'current_timestamp',
  'current_date',
  'current_catalog',
]);

/** Words that are no names. */
export const RESERVED = new Set([
  'from',
  'where',
  'order',
  'limit',
  'offset',
  'group',
  'and',
  'or',
  'not',
  'as',
  'select',
  'union',
  'having',
  'is',
  'like',
  'ilike',
  'desc',
  'asc',
  'table',
  'into',
  'values',
  'on',
  'returning',
  'in',
  'between',
  'join',
]);
