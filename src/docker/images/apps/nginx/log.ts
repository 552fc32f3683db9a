/** nginx's logs: files by path, opened by the master, who may, and handed to its workers; lines of the error log with their process and connection. */
import { civil, two } from '../../../../base/civil.ts';
import { utf8 } from '../../../../base/http.ts';
import { type Errno, isErr } from '../../../../linux/kernel/errno.ts';
import type { Fd, Sys } from '../../../../linux/kernel/sys.ts';
import type { ErrorLog } from './model.ts';
import type { Request } from './request.ts';
import { headerOf, ipText } from './request.ts';
import { LEVELS } from './settings.ts';
import { expand } from './variables.ts';

/** `2026/11/23 22:31:44` */
export function stamp(ns: bigint): string {
  const c = civil(ns);
  return `${c.year}/${two(c.month)}/${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;
}

/** Log files of one process. */
export class Logs {
  readonly #fds: Map<string, Fd>;

  /** @param inherited those that are open already */
  constructor(
    readonly sys: Sys,
    inherited?: Logs,
  ) {
    this.#fds = new Map(inherited ? inherited.#fds : []);
  }

  /** The open files. */
  get fds(): Fd[] {
    return [...this.#fds.values()];
  }

  /** Opens a log that will be written to. */
  open(path: string): Errno | 0 {
    if (this.#fds.has(path)) return 0;
    const fd = path === 'stderr' ? 2 : this.sys.open(path, { write: true, append: true, create: true });
    if (isErr(fd)) return fd;
    this.#fds.set(path, fd);
    return 0;
  }

  async line(path: string, text: string): Promise<void> {
    const fd = this.#fds.get(path);
    if (fd !== undefined) await this.sys.write(fd, utf8(`${text}\n`));
  }

  /** A line of the error log, if its level asks for it. */
  async error(log: ErrorLog, level: string, message: string): Promise<void> {
    if (LEVELS.indexOf(level) > log.level) return;
    const { pid } = this.sys;
    await this.line(log.path, `${stamp(this.sys.realtime())} [${level}] ${pid}#${pid}: ${message}`);
  }

  /** One about a request. @see ngx_http_request.c: ngx_http_log_error_handler */
  async about(r: Request, level: string, message: string): Promise<void> {
    const server = r.server.names[0] ?? '';
    const up = r.upstream ? `, upstream: "${r.upstream.url}"` : '';
    const host = headerOf(r, 'host');
    const tail = host === undefined ? '' : `, host: "${host}"`;
    const who = `client: ${ipText(r.peer.ip)}, server: ${server}, request: "${r.line}"`;
    await this.error(r.server.settings.errorLog, level, `*${r.connection} ${message}, ${who}${up}${tail}`);
  }

  async access(r: Request): Promise<void> {
    for (const log of r.server.settings.accessLogs) await this.line(log.path, expand(r, log.format, '-'));
  }
}
