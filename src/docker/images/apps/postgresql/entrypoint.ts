/**
 * docker-entrypoint.sh of the postgres image: makes the cluster at the first start, then becomes the command.
 * @see docker-library/postgres docker-entrypoint.sh, PostgreSQL src/bin/initdb/initdb.c
 *
 * Limits: *.sql and *.sh of /docker-entrypoint-initdb.d are run, compressed ones are not.
 */
import { civil, two } from '../../../../base/civil.ts';
import { MS } from '../../../../base/clock.ts';
import { text } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Program } from '../../../../linux/kernel/machine.ts';
import type { Sys } from '../../../../linux/kernel/sys.ts';
import { runChild } from '../../../../linux/programs/exec.ts';
import { giveAll, lookup } from '../entrypoint.ts';
import { print } from '../serve.ts';
import { loadCluster, newCluster, saveCluster } from './data.ts';
import { SqlError } from './error.ts';
import { statements } from './lex.ts';
import { parse } from './parse.ts';
import { run, type Session } from './run.ts';
import { VERSION } from './version.ts';

const INIT = '/docker-entrypoint-initdb.d';

const NO_PASSWORD = `Error: Database is uninitialized and superuser password is not specified.
       You must specify POSTGRES_PASSWORD to a non-empty value for the
       superuser. For example, "-e POSTGRES_PASSWORD=password" on "docker run".

       You may also use "POSTGRES_HOST_AUTH_METHOD=trust" to allow all
       connections without a password. This is *not* recommended.

       See PostgreSQL documentation about "trust":
       https://www.postgresql.org/docs/current/auth-trust.html
`;

const INITDB = (dir: string): string => `The files belonging to this database system will be owned by user "postgres".
This user must also own the server process.

The database cluster will be initialized with locale "en_US.utf8".
The default database encoding has accordingly been set to "UTF8".
The default text search configuration will be set to "english".

Data page checksums are disabled.

fixing permissions on existing directory ${dir} ... ok
creating subdirectories ... ok
selecting dynamic shared memory implementation ... posix
selecting default "max_connections" ... 100
selecting default "shared_buffers" ... 128MB
selecting default time zone ... Etc/UTC
creating configuration files ... ok
running bootstrap script ... ok
performing post-bootstrap initialization ... ok
syncing data to disk ... ok


Success. You can now start the database server using:

    pg_ctl -D ${dir} -l logfile start

`;

export const postgresEntrypoint: Program = {
  name: 'postgres-entrypoint',
  async main(sys) {
    const argv = sys.argv.slice(1);
    if (argv[0]?.startsWith('-')) argv.unshift('postgres');
    const [command = ''] = argv;
    const path = lookup(sys, command);
    if (path === undefined) {
      await print(sys, 2, `${sys.argv[0]}: exec: ${command}: not found\n`);
      return 127;
    }
    if (command !== 'postgres') return (await sys.exec(path, argv)).code;
    const dir = sys.env.PGDATA ?? '/var/lib/postgresql/data';
    const made = await prepare(sys, dir);
    if (made !== 0) return made;
    const account = { uid: 999, gid: 999 };
    giveAll(sys, dir, account.uid);
    sys.setgid(account.gid);
    sys.setuid(account.uid);
    return (await sys.exec(path, argv)).code;
  },
};

async function prepare(sys: Sys, dir: string): Promise<number> {
  for (const d of ['/var/run/postgresql', dir, `${dir}/base`, `${dir}/global`]) sys.mkdir(d, 0o700);
  if (!isErr(sys.stat(`${dir}/PG_VERSION`)) && loadCluster(sys, dir)) {
    await print(sys, 1, '\nPostgreSQL Database directory appears to contain a database; Skipping initialization\n\n');
    return 0;
  }
  const { POSTGRES_PASSWORD = '', POSTGRES_HOST_AUTH_METHOD = '', POSTGRES_USER = 'postgres' } = sys.env;
  if (POSTGRES_PASSWORD === '' && POSTGRES_HOST_AUTH_METHOD !== 'trust') {
    await print(sys, 2, NO_PASSWORD);
    return 1;
  }
  await sys.cpu(600 * MS);
  await print(sys, 1, INITDB(dir));
  await print(
    sys,
    2,
    'initdb: warning: enabling "trust" authentication for local connections\n' +
      'initdb: hint: You can change this by editing pg_hba.conf or using the option -A, or --auth-local and --auth-host, the next time you run initdb.\n',
  );
  const auth = POSTGRES_HOST_AUTH_METHOD || 'password';
  const cluster = newCluster(POSTGRES_USER, POSTGRES_PASSWORD || null, auth);
  const database = sys.env.POSTGRES_DB ?? POSTGRES_USER;
  const log = (line: string, pid = 41): Promise<void> => print(sys, 2, `${stamp(sys)} UTC [${pid}] LOG:  ${line}\n`);
  await print(sys, 1, 'waiting for server to start....');
  await log(`starting PostgreSQL ${VERSION} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit`);
  await log('listening on Unix socket "/var/run/postgresql/.s.PGSQL.5432"');
  await log(`database system was shut down at ${stamp(sys).slice(0, 19)} UTC`, 44);
  await log('database system is ready to accept connections');
  await print(sys, 1, ' done\nserver started\n');
  if (!cluster.databases[database]) {
    cluster.databases[database] = { name: database, owner: POSTGRES_USER, tables: {} };
    await print(sys, 1, 'CREATE DATABASE\n');
  }
  await print(sys, 1, '\n\n');
  const failed = await initScripts(sys, { cluster, user: POSTGRES_USER, database });
  if (failed !== 0) return failed;
  await log('received fast shutdown request');
  await print(sys, 1, 'waiting for server to shut down....');
  await log('aborting any active transactions');
  await log('shutting down', 42);
  await log('database system is shut down');
  await print(sys, 1, ' done\nserver stopped\n\nPostgreSQL init process complete; ready for start up.\n\n');
  sys.writeFile(`${dir}/PG_VERSION`, new TextEncoder().encode(`${VERSION.split('.')[0]}\n`), 0o600);
  sys.writeFile(`${dir}/postgresql.conf`, new TextEncoder().encode("listen_addresses = '*'\n"), 0o600);
  sys.writeFile(
    `${dir}/pg_hba.conf`,
    new TextEncoder().encode(`local all all trust\nhost all all 127.0.0.1/32 trust\nhost all all all ${auth}\n`),
    0o600,
  );
  saveCluster(sys, dir, cluster);
  return 0;
}

function stamp(sys: Sys): string {
  const c = civil(sys.realtime());
  return `${c.year}-${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}.${String(Math.floor(c.nanos / 1e6)).padStart(3, '0')}`;
}

/** The scripts of /docker-entrypoint-initdb.d, by name. */
async function initScripts(
  sys: Sys,
  at: { cluster: Session['cluster']; user: string; database: string },
): Promise<number> {
  const entries = sys.readdir(INIT);
  const files = isErr(entries) ? [] : entries.map((e) => `${INIT}/${e.name}`).sort();
  if (files.length === 0) {
    await print(sys, 1, `/usr/local/bin/docker-entrypoint.sh: ignoring ${INIT}/*\n\n`);
    return 0;
  }
  for (const file of files) {
    const what = file.endsWith('.sql') || file.endsWith('.sh') ? 'running' : 'ignoring';
    await print(sys, 1, `/usr/local/bin/docker-entrypoint.sh: ${what} ${file}\n`);
    if (file.endsWith('.sh')) await runChild(sys, '/bin/bash', { argv: ['bash', file] });
    const bytes = file.endsWith('.sql') ? sys.readFile(file) : undefined;
    if (!bytes || isErr(bytes)) continue;
    const error = await runSql(sys, text(bytes), at);
    if (error) {
      await print(sys, 2, `psql:${file}:1: ERROR:  ${error.message}\n`);
      return 3;
    }
    await print(sys, 1, '\n\n');
  }
  return 0;
}

async function runSql(
  sys: Sys,
  sql: string,
  at: { cluster: Session['cluster']; user: string; database: string },
): Promise<SqlError | undefined> {
  const db = at.cluster.databases[at.database];
  if (!db) return undefined;
  const session: Session = {
    ...at,
    db,
    version: VERSION,
    pid: sys.pid,
    now: () => `${stamp(sys)}+00`,
    settings: {},
    view: () => undefined,
  };
  try {
    for (const tokens of statements(sql)) await print(sys, 1, `${run(session, parse(tokens)).tag}\n`);
  } catch (e) {
    if (e instanceof SqlError) return e;
    throw e;
  }
  return undefined;
}
