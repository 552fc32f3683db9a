/** HTTP/1.1 on a byte stream, the client's side of one exchange. @see RFC 9112 */

import { join } from '../bytes.ts';
import { type Duplex, type Headers, type HttpResponse, utf8 } from '../http.ts';
import { Body, body, frame } from './body.ts';
import { headerLines, parseHeaders } from './head.ts';
import { Reader } from './reader.ts';
import { Taken } from './taken.ts';

/** What a client sends. Header names are lower case; `host` is the caller's to give. */
export interface ClientRequest {
  readonly method: string;
  /** Path with query. */
  readonly target: string;
  readonly headers: Headers;
  readonly body?: Uint8Array | AsyncIterable<Uint8Array>;
  /** HTTP/1.0 */
  readonly old?: boolean;
}

/** What a client gets: the answer, its body as it comes, and the connection for what follows (101, hijack). */
export interface ClientResponse extends HttpResponse {
  /** `HTTP/1.1` */
  readonly version: string;
  /** Reason phrase. */
  readonly reason: string;
  /** Head as it came, without the blank line. */
  readonly head: readonly string[];
  readonly body: AsyncIterable<Uint8Array>;
  /** The connection after the head: a taken-over stream. */
  readonly rest: Duplex;
}

/**
 * One exchange on a connection. @returns 'empty' when the server closed without a byte, 'bad' when what it sent is no
 * HTTP
 */
export async function exchange(duplex: Duplex, request: ClientRequest): Promise<ClientResponse | 'empty' | 'bad'> {
  const headers: Record<string, string> = { ...request.headers };
  const { body: content } = request;
  if (content instanceof Uint8Array) headers['content-length'] ??= String(content.length);
  else if (content) headers['transfer-encoding'] ??= 'chunked';
  const version = request.old ? 'HTTP/1.0' : 'HTTP/1.1';
  const head = utf8(`${request.method} ${request.target} ${version}\r\n${headerLines(headers)}\r\n`);
  await duplex.write(content instanceof Uint8Array ? join([head, content]) : head);
  if (content && !(content instanceof Uint8Array)) {
    for await (const part of content) if (part.length > 0) await duplex.write(frame(part));
    await duplex.write(utf8('0\r\n\r\n'));
  }
  return readResponse(duplex, request.method === 'HEAD');
}

async function readResponse(duplex: Duplex, headOnly: boolean): Promise<ClientResponse | 'empty' | 'bad'> {
  const reader = new Reader(duplex);
  for (;;) {
    const lines = await reader.head();
    if (lines === undefined) return 'empty';
    if (lines === 'bad' || lines === 'long') return 'bad';
    const [version, code, ...words] = (lines[0] as string).split(' ');
    const headers = parseHeaders(lines.slice(1));
    const status = Number(code);
    if (!version?.startsWith('HTTP/') || !Number.isInteger(status) || !headers) return 'bad';
    if (status === 100) continue;
    const none = headOnly || status === 204 || status === 304 || status === 101;
    const rest = new Taken(reader, duplex);
    await rest.open();
    const stream = none
      ? new Body(body(reader, { 'content-length': '0' }, false))
      : new Body(body(reader, headers, true));
    return { status, version, reason: words.join(' '), head: lines, headers, body: stream, rest };
  }
}
