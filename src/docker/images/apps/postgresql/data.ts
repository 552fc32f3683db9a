/** Databases, roles and tables: what the data directory holds. */
import { text, utf8 } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Sys } from '../../../../linux/kernel/sys.ts';

/** Types of columns. */
export type TypeName =
  | 'integer'
  | 'bigint'
  | 'numeric'
  | 'text'
  | 'boolean'
  | 'timestamp with time zone'
  | 'inet'
  | 'name';

/** Object identifiers and sizes, for row descriptions. @see src/include/catalog/pg_type.dat */
export const TYPES: Readonly<
  Record<TypeName, { readonly oid: number; readonly size: number; readonly right: boolean }>
> = {
  integer: { oid: 23, size: 4, right: true },
  bigint: { oid: 20, size: 8, right: true },
  numeric: { oid: 1700, size: -1, right: true },
  text: { oid: 25, size: -1, right: false },
  boolean: { oid: 16, size: 1, right: false },
  'timestamp with time zone': { oid: 1184, size: 8, right: false },
  inet: { oid: 869, size: -1, right: false },
  name: { oid: 19, size: 64, right: false },
};

/** Values are text, numbers, truth or nothing. */
export type Datum = string | number | boolean | null;

export interface Column {
  readonly name: string;
  readonly type: TypeName;
  readonly notNull: boolean;
  readonly unique: boolean;
  /** `serial` columns count here. */
  readonly serial: boolean;
}

export interface Table {
  readonly name: string;
  readonly owner: string;
  readonly columns: readonly Column[];
  rows: Datum[][];
  next: number;
}

export interface Database {
  readonly name: string;
  readonly owner: string;
  readonly tables: Record<string, Table>;
}

export interface Role {
  readonly name: string;
  readonly password: string | null;
  readonly superuser: boolean;
}

/** All of a cluster. */
export interface Cluster {
  readonly databases: Record<string, Database>;
  readonly roles: Record<string, Role>;
  /** `trust` or `password` for connections from other hosts. */
  readonly hostAuth: string;
}

export function newCluster(user: string, password: string | null, hostAuth: string): Cluster {
  const database = (name: string): Database => ({ name, owner: user, tables: {} });
  return {
    databases: { postgres: database('postgres'), template0: database('template0'), template1: database('template1') },
    roles: { [user]: { name: user, password, superuser: true } },
    hostAuth,
  };
}

const file = (dir: string): string => `${dir}/global/pg_control`;

export function saveCluster(sys: Sys, dir: string, c: Cluster): void {
  sys.writeFile(file(dir), utf8(`${JSON.stringify(c)}\n`), 0o600);
}

/** @returns undefined when the directory holds no cluster */
export function loadCluster(sys: Sys, dir: string): Cluster | undefined {
  const bytes = sys.readFile(file(dir));
  return isErr(bytes) ? undefined : (JSON.parse(text(bytes)) as Cluster);
}
