/**
 * One connection: greeting, authentication, queries. @see PostgreSQL src/backend/tcop/postgres.c, libpq/auth.c
 */
import { utf8 } from '../../../../base/http.ts';
import { formatIp, isLoopback } from '../../../../base/ip.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Fd, SockAddr, Sys } from '../../../../linux/kernel/sys.ts';
import { type Cluster, saveCluster, type Table, TYPES } from './data.ts';
import { SqlError } from './error.ts';
import { statements } from './lex.ts';
import {
  Body,
  CANCEL_REQUEST,
  Fields,
  MessageReader,
  message,
  type Notice,
  notice,
  PROTOCOL,
  SSL_REQUEST,
} from './message.ts';
import { parse } from './parse.ts';
import { type Outcome, run, type Session } from './run.ts';
import type { Postmaster } from './server.ts';
import { VERSION } from './version.ts';

/** What pg_stat_activity shows of a connection. */
export interface Activity {
  readonly pid: number;
  user: string;
  database: string;
  application: string;
  readonly client: SockAddr;
  state: string;
  query: string;
}

/** Serves one client on descriptor 0 of its own process. */
export class Backend {
  readonly #reader: MessageReader;
  readonly #activity: Activity;
  #user = '';
  #database = '';
  #inTransaction: 'I' | 'T' | 'E' = 'I';
  /** Tables as BEGIN found them. */
  #before: Record<string, Table> | undefined;

  constructor(
    readonly sys: Sys,
    readonly fd: Fd,
    readonly peer: SockAddr,
    readonly post: Postmaster,
  ) {
    this.#reader = new MessageReader(sys, fd);
    this.#activity = { pid: sys.pid, user: '', database: '', application: '', client: peer, state: 'idle', query: '' };
  }

  get #cluster(): Cluster {
    return this.post.cluster;
  }

  async #send(...parts: readonly Uint8Array[]): Promise<void> {
    const all = new Body();
    for (const p of parts) all.bytes(p);
    await this.sys.write(this.fd, all.done());
  }

  async run(): Promise<void> {
    this.#title('startup');
    if (!(await this.#greet())) return;
    this.post.activities.add(this.#activity);
    await this.#send(...this.#welcome());
    for (;;) {
      await this.#ready();
      const m = await this.#reader.read();
      if (!m || m.type === 'X') break;
      if (m.type === 'Q') await this.#query(new Fields(m.body).string());
      else if (m.type !== 'S' && m.type !== 'H')
        await this.#fail({ severity: 'ERROR', code: '0A000', message: 'this laboratory speaks simple queries only' });
    }
    this.post.activities.delete(this.#activity);
  }

  #title(what: string): void {
    const who = this.peer.ip ? `${formatIp(this.peer.ip)}(${this.peer.port})` : '[local]';
    this.sys.setTitle([`postgres: ${this.#user} ${this.#database} ${who} ${what}`]);
    this.#activity.state = what === 'idle' ? 'idle' : 'active';
  }

  async #fail(n: Notice, statement?: string): Promise<void> {
    await this.post.log(this.sys.pid, n.severity, n.message);
    if (n.detail) await this.post.log(this.sys.pid, 'DETAIL', n.detail);
    if (n.hint) await this.post.log(this.sys.pid, 'HINT', n.hint);
    if (statement !== undefined) await this.post.log(this.sys.pid, 'STATEMENT', statement);
    await this.#send(notice('E', n));
  }

  /** Up to and with authentication. @returns whether the client may go on */
  async #greet(): Promise<boolean> {
    for (;;) {
      const m = await this.#reader.read(false);
      if (!m) return false;
      const f = new Fields(m.body);
      const version = f.int32();
      if (version === SSL_REQUEST) {
        await this.sys.write(this.fd, utf8('N'));
        continue;
      }
      if (version === CANCEL_REQUEST) return false;
      if (version >>> 16 !== PROTOCOL >>> 16) {
        const message = `unsupported frontend protocol ${version >>> 16}.${version & 65535}: server supports 3.0 to 3.0`;
        await this.#fail({ severity: 'FATAL', code: '0A000', message });
        return false;
      }
      const given = new Map<string, string>();
      for (let key = f.string(); key !== ''; key = f.string()) given.set(key, f.string());
      this.#user = given.get('user') ?? '';
      this.#database = given.get('database') ?? this.#user;
      Object.assign(this.#activity, {
        user: this.#user,
        database: this.#database,
        application: given.get('application_name') ?? '',
      });
      return (await this.#authenticate()) && (await this.#enter());
    }
  }

  /** pg_hba.conf: local connections and those of 127.0.0.1 are trusted. */
  async #authenticate(): Promise<boolean> {
    const role = this.#cluster.roles[this.#user];
    const local = !this.peer.ip || isLoopback(this.peer.ip);
    if (!local && this.#cluster.hostAuth !== 'trust') {
      await this.#send(message('R', new Body().int32(3)));
      const m = await this.#reader.read();
      if (!m) return false;
      const password = m.type === 'p' ? new Fields(m.body).string() : undefined;
      if (!role || role.password === null || password !== role.password) {
        const text = `password authentication failed for user "${this.#user}"`;
        await this.#send(notice('E', { severity: 'FATAL', code: '28P01', message: text }));
        await this.post.log(this.sys.pid, 'FATAL', text);
        const why = role
          ? role.password === null
            ? `User "${this.#user}" has no password assigned.`
            : `Password does not match for user "${this.#user}".`
          : `Role "${this.#user}" does not exist.`;
        await this.post.log(
          this.sys.pid,
          'DETAIL',
          `${why}\n\tConnection matched file "/var/lib/postgresql/data/pg_hba.conf" line 128: "host all all all password"`,
        );
        return false;
      }
    }
    if (!role) {
      await this.#fail({ severity: 'FATAL', code: '28000', message: `role "${this.#user}" does not exist` });
      return false;
    }
    await this.#send(message('R', new Body().int32(0)));
    return true;
  }

  async #enter(): Promise<boolean> {
    if (this.#cluster.databases[this.#database]) return true;
    await this.#fail({ severity: 'FATAL', code: '3D000', message: `database "${this.#database}" does not exist` });
    return false;
  }

  #welcome(): Uint8Array[] {
    const parameters: readonly (readonly [string, string])[] = [
      ['application_name', this.#activity.application],
      ['client_encoding', 'UTF8'],
      ['DateStyle', 'ISO, MDY'],
      ['integer_datetimes', 'on'],
      ['is_superuser', this.#cluster.roles[this.#user]?.superuser ? 'on' : 'off'],
      ['server_encoding', 'UTF8'],
      ['server_version', VERSION],
      ['session_authorization', this.#user],
      ['standard_conforming_strings', 'on'],
      ['TimeZone', 'Etc/UTC'],
    ];
    return [
      ...parameters.map(([k, v]) => message('S', new Body().string(k).string(v))),
      message('K', new Body().int32(this.sys.pid).int32(1)),
    ];
  }

  async #ready(): Promise<void> {
    this.#title(this.#inTransaction === 'I' ? 'idle' : 'idle in transaction');
    await this.#send(message('Z', utf8(this.#inTransaction)));
  }

  async #query(sql: string): Promise<void> {
    this.#activity.query = sql;
    this.#title('active');
    let list: ReturnType<typeof statements>;
    try {
      list = statements(sql);
    } catch (e) {
      await this.#broken(e, sql);
      return;
    }
    if (list.length === 0) await this.#send(message('I'));
    for (const tokens of list) {
      try {
        await this.sys.cpu(200_000);
        const st = parse(tokens);
        if (this.#inTransaction === 'E' && st.kind !== 'rollback' && st.kind !== 'commit')
          throw new SqlError(
            '25P02',
            'current transaction is aborted, commands ignored until end of transaction block',
          );
        const outcome = run(this.#session(), st);
        const tag = await this.#transaction(st.kind, outcome.tag);
        await this.#answer({ ...outcome, tag });
        if (outcome.changed) saveCluster(this.sys, this.post.dir, this.#cluster);
      } catch (e) {
        await this.#broken(e, sql);
        return;
      }
    }
  }

  async #broken(e: unknown, sql: string): Promise<void> {
    if (!(e instanceof SqlError)) throw e;
    if (this.#inTransaction === 'T') this.#inTransaction = 'E';
    await this.#fail(e.notice(), sql);
  }

  /** BEGIN, COMMIT, ROLLBACK. @returns the completion tag */
  async #transaction(kind: string, tag: string): Promise<string> {
    const db = this.#cluster.databases[this.#database];
    if (kind === 'begin') {
      if (this.#inTransaction !== 'I')
        await this.#send(
          notice('N', { severity: 'WARNING', code: '25001', message: 'there is already a transaction in progress' }),
        );
      this.#inTransaction = 'T';
      this.#before = db && (JSON.parse(JSON.stringify(db.tables)) as Record<string, Table>);
    } else if (kind === 'commit' || kind === 'rollback') {
      if (this.#inTransaction === 'I')
        await this.#send(
          notice('N', { severity: 'WARNING', code: '25P01', message: 'there is no transaction in progress' }),
        );
      const undo = kind === 'rollback' || this.#inTransaction === 'E';
      if (undo && db && this.#before) {
        for (const name of Object.keys(db.tables)) delete db.tables[name];
        Object.assign(db.tables, this.#before);
        saveCluster(this.sys, this.post.dir, this.#cluster);
      }
      this.#before = undefined;
      this.#inTransaction = 'I';
      return undo ? 'ROLLBACK' : 'COMMIT';
    }
    return tag;
  }

  async #answer(o: Outcome): Promise<void> {
    const parts: Uint8Array[] = (o.notices ?? []).map((m) =>
      notice('N', { severity: 'NOTICE', code: '00000', message: m }),
    );
    if (o.columns) {
      const head = new Body().int16(o.columns.length);
      for (const c of o.columns) {
        const t = TYPES[c.type];
        head.string(c.name).int32(0).int16(0).int32(t.oid).int16(t.size).int32(-1).int16(0);
      }
      parts.push(message('T', head));
      for (const row of o.rows ?? []) {
        const body = new Body().int16(row.length);
        for (const value of row) {
          if (value === null) body.int32(-1);
          else body.int32(utf8(value).length).bytes(utf8(value));
        }
        parts.push(message('D', body));
      }
    }
    await this.#send(...parts, message('C', new Body().string(o.tag)));
  }

  #session(): Session {
    const db = this.#cluster.databases[this.#database];
    if (!db) throw new SqlError('57P01', 'terminating connection due to administrator command');
    const local = this.sys.getsockname(this.fd);
    const address = (a: SockAddr): { ip: string; port: number } | undefined =>
      a.ip ? { ip: formatIp(a.ip), port: a.port ?? 0 } : undefined;
    const client = address(this.peer);
    const server = isErr(local) ? undefined : address(local);
    return {
      user: this.#user,
      database: this.#database,
      version: `PostgreSQL ${VERSION} on x86_64-pc-linux-gnu, compiled by gcc, 64-bit`,
      pid: this.sys.pid,
      ...(client ? { client } : {}),
      ...(server ? { server } : {}),
      now: () => this.post.timestamp(),
      cluster: this.#cluster,
      db,
      settings: this.post.settings,
      view: (name) => this.post.view(name, db),
    };
  }
}
