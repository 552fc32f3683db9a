/** Backslash commands of psql. @see PostgreSQL src/bin/psql/command.c, describe.c */
import type { Connection } from './connect.ts';

/** What a backslash command does: asks the server, prints, or ends. */
export type Meta =
  | {
      readonly kind: 'query';
      readonly sql: string;
      readonly title: string;
      readonly names: readonly string[];
      readonly empty?: string;
    }
  | { readonly kind: 'print'; readonly text: string }
  | { readonly kind: 'toggle'; readonly what: 'expanded' | 'timing' | 'tuplesOnly' | 'aligned' }
  | { readonly kind: 'connect'; readonly words: readonly string[] }
  | { readonly kind: 'quit' }
  | { readonly kind: 'error'; readonly text: string };

const HELP = `General
  \\q                     end psql
  \\c [DBNAME [USER [HOST [PORT]]]]  connect to another database
  \\conninfo              say how one is connected
Informational
  \\l                     list databases
  \\dt                    list tables
  \\du                    list roles
Formatting
  \\x                     one column a line, or back
  \\t                     rows only, or back
  \\a                     unaligned, or back
`;

export function meta(line: string, c: Connection | undefined): Meta {
  const [name = '', ...words] = line.slice(1).trim().split(/\s+/);
  switch (name) {
    case 'q':
      return { kind: 'quit' };
    case 'x':
      return { kind: 'toggle', what: 'expanded' };
    case 't':
      return { kind: 'toggle', what: 'tuplesOnly' };
    case 'a':
      return { kind: 'toggle', what: 'aligned' };
    case 'timing':
      return { kind: 'toggle', what: 'timing' };
    case '?':
      return { kind: 'print', text: HELP };
    case 'echo':
      return { kind: 'print', text: `${words.join(' ')}\n` };
    case 'c':
    case 'connect':
      return { kind: 'connect', words };
    case 'conninfo': {
      if (!c) return { kind: 'print', text: 'You are currently not connected to a database.\n' };
      const { user, database, host, port } = c.target;
      const via = host.startsWith('/')
        ? `via socket in "${host}"`
        : `on host "${host}"${c.address === host ? '' : ` (address "${c.address}")`}`;
      return {
        kind: 'print',
        text: `You are connected to database "${database}" as user "${user}" ${via} at port "${port}".\n`,
      };
    }
    case 'l':
    case 'list':
      return {
        kind: 'query',
        sql: 'SELECT datname, datdba FROM pg_database ORDER BY 1',
        title: 'List of databases',
        names: ['Name', 'Owner'],
      };
    case 'dt':
    case 'd':
      if (words.length > 0) return { kind: 'error', text: `\\${name} NAME is not part of this laboratory's psql` };
      return {
        kind: 'query',
        sql: "SELECT schemaname, tablename, 'table', tableowner FROM pg_tables ORDER BY 2",
        title: 'List of relations',
        names: ['Schema', 'Name', 'Type', 'Owner'],
        empty: name === 'dt' ? 'Did not find any relations.' : 'Did not find any relations.',
      };
    case 'du':
      return {
        kind: 'query',
        sql: 'SELECT rolname, rolsuper FROM pg_roles ORDER BY 1',
        title: 'List of roles',
        names: ['Role name', 'Superuser'],
      };
    default:
      return { kind: 'error', text: `invalid command \\${name}` };
  }
}
