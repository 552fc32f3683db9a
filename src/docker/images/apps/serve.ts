/** What the little servers of the images share: a listening socket, lines of text, one HTTP request from a socket. */
import { utf8 } from '../../../base/http.ts';
import { ip4, ip6 } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../../linux/kernel/errno.ts';
import type { Fd, Sys } from '../../../linux/kernel/sys.ts';

/** Listens on 0.0.0.0. */
export function listenTcp(sys: Sys, port: number, backlog: number): Fd | Errno {
  const fd = sys.socket('inet', 'stream');
  if (isErr(fd)) return fd;
  sys.setsockopt(fd, 'reuseaddr', 1);
  const bound = sys.bind(fd, { ip: ip4(0), port });
  if (isErr(bound)) return bound;
  const listening = sys.listen(fd, backlog);
  return isErr(listening) ? listening : fd;
}

/** Listens on all addresses of both families with one socket, as Go does. */
export function listenDual(sys: Sys, port: number, backlog: number): Fd | Errno {
  const fd = sys.socket('inet6', 'stream');
  if (isErr(fd)) return listenTcp(sys, port, backlog);
  sys.setsockopt(fd, 'reuseaddr', 1);
  const bound = sys.bind(fd, { ip: ip6(0n), port });
  const e = isErr(bound) ? bound : sys.listen(fd, backlog);
  if (!isErr(e)) return fd;
  sys.close(fd);
  return e;
}

export async function print(sys: Sys, fd: Fd, text: string): Promise<void> {
  await sys.write(fd, utf8(text));
}

/** The head of an HTTP request. */
export interface RequestHead {
  readonly method: string;
  readonly path: string;
  /** `GET / HTTP/1.1` */
  readonly line: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads bytes of a connection and cuts them into request heads. */
export class RequestReader {
  #buffer = '';
  readonly #decoder = new TextDecoder();

  constructor(
    readonly sys: Sys,
    readonly fd: Fd,
  ) {}

  /** undefined when the client has gone before the head was complete. */
  async next(): Promise<RequestHead | undefined> {
    for (;;) {
      const end = this.#buffer.indexOf('\r\n\r\n');
      if (end >= 0) {
        const head = this.#buffer.slice(0, end);
        this.#buffer = this.#buffer.slice(end + 4);
        return parseHead(head);
      }
      const bytes = await this.sys.read(this.fd);
      if (isErr(bytes) || bytes.length === 0 || this.#buffer.length > 65536) return undefined;
      this.#buffer += this.#decoder.decode(bytes, { stream: true });
    }
  }
}

function parseHead(head: string): RequestHead {
  const [line = '', ...rest] = head.split('\r\n');
  const [method = '', path = ''] = line.split(' ');
  const headers: Record<string, string> = {};
  for (const h of rest) {
    const colon = h.indexOf(':');
    if (colon > 0) headers[h.slice(0, colon).toLowerCase()] = h.slice(colon + 1).trim();
  }
  return { method, path, line, headers };
}
