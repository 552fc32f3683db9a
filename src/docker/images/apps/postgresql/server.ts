/**
 * postgres: the postmaster. It listens, forks a backend for each connection, keeps its helpers, writes the log.
 * @see PostgreSQL src/backend/postmaster/postmaster.c
 */
import { civil, two } from '../../../../base/civil.ts';
import { MS } from '../../../../base/clock.ts';
import { formatIp, ip4, ip6 } from '../../../../base/ip.ts';
import { type Errno, isErr } from '../../../../linux/kernel/errno.ts';
import type { Program } from '../../../../linux/kernel/machine.ts';
import { SIGNALS } from '../../../../linux/kernel/signal.ts';
import type { Fd, SockAddr, Sys } from '../../../../linux/kernel/sys.ts';
import { print } from '../serve.ts';
import { type Activity, Backend } from './backend.ts';
import { type Cluster, type Database, type Datum, loadCluster, type TypeName } from './data.ts';
import { VERSION } from './version.ts';

/** Directory of the unix socket. */
export const SOCKET_DIR = '/var/run/postgresql';

const HELPERS = [
  'checkpointer ',
  'background writer ',
  'walwriter ',
  'autovacuum launcher ',
  'logical replication launcher ',
];

export const postgresql: Program = {
  name: 'postgresql',
  async main(sys) {
    const options = optionsOf(sys);
    if (options.version) {
      await print(sys, 1, `postgres (PostgreSQL) ${VERSION}\n`);
      return 0;
    }
    if (sys.getuid() === 0) {
      await print(
        sys,
        2,
        '"root" execution of the PostgreSQL server is not permitted.\nThe server must be started under an unprivileged user ID to prevent\n' +
          'possible system security compromise.  See the documentation for\nmore information on how to properly start the server.\n',
      );
      return 1;
    }
    const cluster = loadCluster(sys, options.dir);
    if (!cluster) {
      await print(
        sys,
        2,
        `postgres: could not access the server configuration file "${options.dir}/postgresql.conf": No such file or directory\n`,
      );
      return 2;
    }
    return new Postmaster(sys, cluster, options.dir, options.settings).run();
  },
};

function optionsOf(sys: Sys): { dir: string; version: boolean; settings: Record<string, string> } {
  const settings: Record<string, string> = {
    listen_addresses: '*',
    port: '5432',
    max_connections: '100',
    server_version: VERSION,
    server_encoding: 'UTF8',
    timezone: 'Etc/UTC',
    data_directory: '',
    log_connections: 'off',
    transaction_isolation: 'read committed',
    search_path: '"$user", public',
    shared_buffers: '128MB',
  };
  let dir = sys.env.PGDATA ?? '/var/lib/postgresql/data';
  let version = false;
  const args = sys.argv.slice(1);
  for (let a = args.shift(); a !== undefined; a = args.shift()) {
    if (a === '--version' || a === '-V') version = true;
    else if (a === '-D') dir = args.shift() ?? dir;
    else if (a === '-p') settings.port = args.shift() ?? '5432';
    else if (a === '-h') settings.listen_addresses = args.shift() ?? '*';
    else if (a === '-c' || a.startsWith('--')) {
      const [key = '', value = ''] = (a === '-c' ? (args.shift() ?? '') : a.slice(2)).split('=');
      settings[key.replaceAll('-', '_')] = value;
    }
  }
  settings.data_directory = dir;
  return { dir, version, settings };
}

type Stop = 'smart' | 'fast' | 'immediate';

export class Postmaster {
  readonly activities = new Set<Activity>();
  #stop: Stop | undefined;

  constructor(
    readonly sys: Sys,
    readonly cluster: Cluster,
    readonly dir: string,
    readonly settings: Readonly<Record<string, string>>,
  ) {}

  /** `2026-11-23 22:00:00.123456+00` */
  timestamp(): string {
    const c = civil(this.sys.realtime());
    const micros = String(Math.floor(c.nanos / 1000)).padStart(6, '0');
    return `${c.year}-${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}.${micros}+00`;
  }

  log(pid: number, severity: string, text: string): Promise<void> {
    return print(this.sys, 2, `${this.timestamp().slice(0, 23)} UTC [${pid}] ${severity}:  ${text}\n`);
  }

  async run(): Promise<number> {
    const { sys } = this;
    const port = Number(this.settings.port);
    const say = (text: string, pid = sys.pid): Promise<void> => this.log(pid, 'LOG', text);
    await sys.cpu(40 * MS);
    sys.setTitle(['postgres', ...sys.argv.slice(1)]);
    await say(`starting PostgreSQL ${VERSION} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit`);
    const sockets = await this.#listen(port, say);
    if (typeof sockets === 'number') return sockets;
    for (const [signal, how] of [
      [SIGNALS.SIGTERM, 'smart'],
      [SIGNALS.SIGINT, 'fast'],
      [SIGNALS.SIGQUIT, 'immediate'],
    ] as const)
      sys.sigaction(signal, () => {
        this.#stop ??= how;
      });
    sys.sigaction(SIGNALS.SIGCHLD, 'ignore');
    const helpers = HELPERS.map((title) => sys.fork({}, (child) => helper(child, title)));
    await say(`database system was shut down at ${this.timestamp().slice(0, 19)} UTC`, sys.pid + 3);
    await say('database system is ready to accept connections');
    for (const fd of sockets) sys.setNonBlocking(fd, true);
    const backends = new Set<number>();
    while (!this.#stop) {
      const ready = await sys.poll(
        sockets.map((fd) => ({ fd, in: true })),
        Number.POSITIVE_INFINITY,
      );
      if (isErr(ready)) continue;
      for (const { fd } of ready) {
        const got = await sys.accept(fd);
        if (!isErr(got)) this.#fork(got.fd, got.peer, backends);
      }
    }
    return this.#shutdown([...helpers.filter((h) => !isErr(h)), ...backends] as number[], port, say);
  }

  async #listen(port: number, say: (text: string) => Promise<void>): Promise<Fd[] | number> {
    const out: Fd[] = [];
    const only = this.settings.listen_addresses;
    const wanted = only === '*' ? [ip4(0), ip6(0n)] : only === '' ? [] : [ip4(0x7f000001)];
    for (const ip of wanted) {
      const fd = bound(this.sys, { ip, port });
      const what = `IPv${ip.v} address "${formatIp(ip)}"`;
      if (isErr(fd)) {
        await say(`could not bind ${what}: ${fd.text}`);
        await this.log(
          this.sys.pid,
          'HINT',
          `Is another postmaster already running on port ${port}? If not, wait a few seconds and retry.`,
        );
        continue;
      }
      await say(`listening on ${what}, port ${port}`);
      out.push(fd);
    }
    if (wanted.length > 0 && out.length === 0) {
      await this.log(this.sys.pid, 'FATAL', 'could not create any TCP/IP sockets');
      return 1;
    }
    const path = `${SOCKET_DIR}/.s.PGSQL.${port}`;
    this.sys.unlink(path);
    const unix = bound(this.sys, { path });
    if (!isErr(unix)) {
      await say(`listening on Unix socket "${path}"`);
      out.push(unix);
    }
    return out;
  }

  #fork(fd: Fd, peer: SockAddr, backends: Set<number>): void {
    const pid = this.sys.fork({ fds: { 0: fd, 1: 1, 2: 2 } }, async (child) => {
      for (const s of [SIGNALS.SIGTERM, SIGNALS.SIGINT, SIGNALS.SIGQUIT]) child.sigaction(s, 'default');
      child.setNonBlocking(0, false);
      await new Backend(child, 0, peer, this).run();
      child.close(0);
      backends.delete(child.pid);
      return 0;
    });
    if (!isErr(pid)) backends.add(pid);
    this.sys.close(fd);
  }

  async #shutdown(
    children: readonly number[],
    port: number,
    say: (text: string, pid?: number) => Promise<void>,
  ): Promise<number> {
    await say(`received ${this.#stop} shutdown request`);
    if (this.#stop === 'fast') await say('aborting any active transactions');
    for (const pid of children) this.sys.kill(pid, SIGNALS.SIGTERM);
    if (this.#stop !== 'immediate') {
      await say('shutting down', this.sys.pid + 1);
      await this.sys.cpu(10 * MS);
    }
    this.sys.unlink(`${SOCKET_DIR}/.s.PGSQL.${port}`);
    await say('database system is shut down');
    return 0;
  }

  /** Views of the server. */
  view(name: string, db: Database): { columns: { name: string; type: TypeName }[]; rows: Datum[][] } | undefined {
    const columns = (text: string): { name: string; type: TypeName }[] =>
      text.split(' ').map((n) => ({ name: n, type: 'text' as const }));
    switch (name) {
      case 'pg_stat_activity':
        return {
          columns: columns('pid usename datname application_name client_addr client_port state query'),
          rows: [...this.activities].map((a) => [
            a.pid,
            a.user,
            a.database,
            a.application,
            a.client.ip ? formatIp(a.client.ip) : null,
            a.client.port ?? -1,
            a.state,
            a.query,
          ]),
        };
      case 'pg_database':
        return {
          columns: columns('datname datdba'),
          rows: Object.values(this.cluster.databases).map((d) => [d.name, d.owner]),
        };
      case 'pg_roles':
      case 'pg_user':
        return {
          columns: [
            { name: name === 'pg_user' ? 'usename' : 'rolname', type: 'name' },
            { name: 'rolsuper', type: 'boolean' },
          ],
          rows: Object.values(this.cluster.roles).map((r) => [r.name, r.superuser]),
        };
      case 'pg_tables':
      case 'information_schema.tables':
        return {
          columns: columns(
            name === 'pg_tables' ? 'schemaname tablename tableowner' : 'table_schema table_name table_owner',
          ),
          rows: Object.values(db.tables).map((t) => ['public', t.name, t.owner]),
        };
      default:
        return undefined;
    }
  }
}

async function helper(sys: Sys, title: string): Promise<number> {
  sys.setTitle([`postgres: ${title}`]);
  for (const s of [SIGNALS.SIGTERM, SIGNALS.SIGINT, SIGNALS.SIGQUIT]) sys.sigaction(s, 'default');
  for (;;) await sys.sleep(1e18);
}

function bound(sys: Sys, at: SockAddr): Fd | Errno {
  const fd = sys.socket(at.path !== undefined ? 'unix' : at.ip?.v === 6 ? 'inet6' : 'inet', 'stream');
  if (isErr(fd)) return fd;
  if (at.path === undefined) sys.setsockopt(fd, 'reuseaddr', 1);
  if (at.ip?.v === 6) sys.setsockopt(fd, 'v6only', 1);
  const b = sys.bind(fd, at);
  const e = isErr(b) ? b : sys.listen(fd, 200);
  if (!isErr(e)) return fd;
  sys.close(fd);
  return e;
}
