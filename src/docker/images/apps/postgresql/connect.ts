/** A client's connection: where to, who as, and the messages over it. @see PostgreSQL src/interfaces/libpq/fe-connect.c */
import { formatIp } from '../../../../base/ip.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Fd, SockAddr, Sys } from '../../../../linux/kernel/sys.ts';
import { GAI_TEXT, getaddrinfo } from '../../../../linux/programs/resolve.ts';
import { connectBy } from '../../../../linux/programs/wire.ts';
import { Body, Fields, type Message, MessageReader, message, type Notice, PROTOCOL, readNotice } from './message.ts';
import { SOCKET_DIR } from './server.ts';

/** Where to and who as. */
export interface Target {
  /** A name, an address, or a directory of sockets. */
  host: string;
  port: number;
  user: string;
  database: string;
  password?: string;
  /** ns */
  timeout?: number;
}

/** From the environment, with what the command line gives. A database may be a URI or `key=value` words. */
export function targetOf(sys: Sys, given: Partial<Target>): Target {
  const { env } = sys;
  const uri = parseConninfo(given.database);
  const user = given.user ?? uri?.user ?? env.PGUSER ?? env.USER ?? (sys.getuid() === 0 ? 'root' : 'postgres');
  const password = given.password ?? uri?.password ?? env.PGPASSWORD;
  return {
    host: given.host ?? uri?.host ?? env.PGHOST ?? SOCKET_DIR,
    port: given.port ?? uri?.port ?? Number(env.PGPORT ?? 5432),
    user,
    database: (uri ? uri.database : given.database) ?? env.PGDATABASE ?? user,
    ...(password === undefined ? {} : { password }),
    ...(given.timeout === undefined ? {} : { timeout: given.timeout }),
  };
}

function parseConninfo(s: string | undefined): Partial<Target> | undefined {
  if (s === undefined) return undefined;
  const m = /^postgres(?:ql)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:/?]*)(?::(\d+))?(?:\/([^?]*))?/.exec(s);
  if (m)
    return {
      ...(m[1] ? { user: decodeURIComponent(m[1]) } : {}),
      ...(m[2] ? { password: decodeURIComponent(m[2]) } : {}),
      ...(m[3] ? { host: m[3] } : {}),
      ...(m[4] ? { port: Number(m[4]) } : {}),
      ...(m[5] ? { database: m[5] } : {}),
    };
  if (!s.includes('=')) return undefined;
  const words = new Map(s.split(/\s+/).map((w) => w.split('=') as [string, string]));
  const get = (k: string): string | undefined => words.get(k);
  return {
    ...(get('user') ? { user: get('user') as string } : {}),
    ...(get('password') ? { password: get('password') as string } : {}),
    ...(get('host') ? { host: get('host') as string } : {}),
    ...(get('port') ? { port: Number(get('port')) } : {}),
    ...(get('dbname') ? { database: get('dbname') as string } : {}),
  };
}

/** Why there is no connection; `wantsPassword` when one would help. */
export interface Refused {
  readonly message: string;
  readonly wantsPassword?: true;
  /** There was somebody, who said no. */
  readonly answered?: Notice;
}

export class Connection {
  readonly #reader: MessageReader;
  readonly parameters = new Map<string, string>();

  private constructor(
    readonly sys: Sys,
    readonly fd: Fd,
    readonly target: Target,
    /** `connection to server at "db" (172.18.0.2), port 5432` */
    readonly where: string,
    /** Its address, when it is one of TCP. */
    readonly address: string | undefined,
  ) {
    this.#reader = new MessageReader(sys, fd);
  }

  /** Opens the socket only. */
  static async dial(sys: Sys, t: Target): Promise<Connection | Refused> {
    if (t.host.startsWith('/')) {
      const path = `${t.host}/.s.PGSQL.${t.port}`;
      const where = `connection to server on socket "${path}"`;
      const fd = sys.socket('unix', 'stream');
      const e = isErr(fd) ? fd : await sys.connect(fd, { path });
      if (isErr(e)) {
        if (!isErr(fd)) sys.close(fd);
        return {
          message: `${where} failed: ${e.text}\n\tIs the server running locally and accepting connections on that socket?`,
        };
      }
      return new Connection(sys, fd as Fd, t, where, undefined);
    }
    const found = await getaddrinfo(sys, t.host);
    if (typeof found === 'string')
      return { message: `could not translate host name "${t.host}" to address: ${GAI_TEXT[found]}` };
    const said: string[] = [];
    for (const ip of found.addrs) {
      const address = formatIp(ip);
      const where = `connection to server at "${t.host}"${address === t.host ? '' : ` (${address})`}, port ${t.port}`;
      const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream');
      if (isErr(fd)) return { message: `${where} failed: ${fd.text}` };
      const to: SockAddr = { ip, port: t.port };
      const e = await connectBy(
        sys,
        fd,
        to,
        t.timeout === undefined ? Number.POSITIVE_INFINITY : sys.now() + t.timeout,
      );
      if (!isErr(e)) return new Connection(sys, fd, t, where, address);
      sys.close(fd);
      const expired = e.name === 'ETIMEDOUT' && t.timeout !== undefined;
      said.push(
        expired
          ? `${where} failed: timeout expired`
          : `${where} failed: ${e.text}\n\tIs the server running on that host and accepting TCP/IP connections?`,
      );
    }
    return { message: said.join('\n') };
  }

  /** Greets and proves who one is. */
  async login(): Promise<Refused | undefined> {
    const { target } = this;
    const body = new Body().int32(PROTOCOL);
    for (const [k, v] of [
      ['user', target.user],
      ['database', target.database],
      ['application_name', 'psql'],
    ])
      body.string(k as string).string(v as string);
    await this.sys.write(this.fd, message('', body.bytes(Uint8Array.of(0))));
    for (;;) {
      const m = await this.next();
      if (!m)
        return {
          message: `${this.where} failed: server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally\n\tbefore or while processing the request.`,
        };
      if (m.type === 'E') {
        const n = readNotice(m.body);
        return { message: `${this.where} failed: ${n.severity}:  ${n.message}`, answered: n };
      }
      if (m.type === 'R' && new Fields(m.body).int32() === 3) {
        if (target.password === undefined)
          return { message: `${this.where} failed: fe_sendauth: no password supplied`, wantsPassword: true };
        await this.sys.write(this.fd, message('p', new Body().string(target.password)));
      } else if (m.type === 'R' && new Fields(m.body).int32() !== 0)
        return { message: `${this.where} failed: authentication method ${new Fields(m.body).int32()} not supported` };
      if (m.type === 'S') {
        const f = new Fields(m.body);
        this.parameters.set(f.string(), f.string());
      }
      if (m.type === 'Z') return undefined;
    }
  }

  next(): Promise<Message | undefined> {
    return this.#reader.read();
  }

  async query(sql: string): Promise<void> {
    await this.sys.write(this.fd, message('Q', new Body().string(sql)));
  }

  close(): void {
    void this.sys.write(this.fd, message('X'));
    this.sys.close(this.fd);
  }
}
