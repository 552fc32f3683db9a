/**
 * HTTP/1.1 on a byte stream, the server's side of a connection over an {@link HttpService}: keep-alive, Content-Length and
 * chunked bodies both ways, connections taken over, requests in a row without waiting, Expect: 100-continue.
 * @see RFC 9112; Go net/http/server.go for the order of header lines and the words of refusals
 */
import { type Duplex, type Headers, type HttpRequest, type HttpResponse, type HttpService, utf8 } from '../http.ts';
import { Body, body, frame } from './body.ts';
import { headerLines, parseHeaders, reason } from './head.ts';
import { Reader } from './reader.ts';
import { Taken } from './taken.ts';

const EMPTY = new Uint8Array(0);

/** Serves one connection until it ends or is taken over. */
export async function serveConnection(duplex: Duplex, service: HttpService): Promise<void> {
  const reader = new Reader(duplex);
  for (;;) {
    const lines = await reader.head(hopeless);
    if (lines === undefined) break;
    const request =
      lines === 'bad'
        ? '400 Bad Request'
        : lines === 'long'
          ? '431 Request Header Fields Too Large'
          : parseRequest(lines);
    if (typeof request === 'string') {
      await refuse(duplex, request);
      break;
    }
    const going = await serveOne(reader, duplex, service, request);
    if (going === 'taken') return;
    if (going === 'close') break;
  }
  duplex.close();
}

/** @param why `400 Bad Request`, perhaps with a colon and more */
async function refuse(duplex: Duplex, why: string): Promise<void> {
  const line = why.split(':')[0] as string;
  const said =
    line === EXPECTATION
      ? 'Connection: close\r\nContent-Length: 0\r\n\r\n'
      : `Content-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${line.startsWith('501') ? why.slice(line.length + 2) : why}`;
  await duplex.write(utf8(`HTTP/1.1 ${line}\r\n${said}`));
}

interface Head {
  readonly method: string;
  readonly target: string;
  readonly old: boolean;
  readonly headers: Headers;
}

const EXPECTATION = '417 Expectation Failed';
/** @see golang.org/x/net/http/httpguts: ValidHostHeader, ValidHeaderFieldValue */
const HOST = /^[-!$%&'()*+,.:;=[\]_~0-9A-Za-z]*$/;
const CONTROL = /[\0-\x08\x0a-\x1f\x7f]/;
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** What no head begins with, or has for a line: a handshake of TLS, say, which is answered at once. @see Go net/http: readRequest */
const hopeless = (line: string, n: number): boolean =>
  !(n === 0 ? /^[^ ]+ [^ ]+ HTTP\/\d\.\d$/ : n === 1 ? /^[^\s:].*:/ : /^\s|^[^:]+:/).test(line);

/** @returns the head, or the words with which it is refused */
function parseRequest(lines: readonly string[]): Head | string {
  const [method = '', target = '', version = '', more] = (lines[0] as string).split(' ');
  const headers = parseHeaders(lines.slice(1));
  if (!TOKEN.test(method) || target === '' || more !== undefined || !headers) return '400 Bad Request';
  if (!/^HTTP\/\d\.\d$/.test(version) || /%(?![0-9a-fA-F]{2})/.test(target.split('?')[0] as string))
    return '400 Bad Request';
  if (!version.startsWith('HTTP/1.')) return '505 HTTP Version Not Supported: unsupported protocol version';
  const old = version === 'HTTP/1.0';
  if (!old && headers.host === undefined) return '400 Bad Request: missing required Host header';
  if (lines.filter((l) => /^host:/i.test(l)).length > 1) return '400 Bad Request';
  if (!HOST.test(headers.host ?? '')) return '400 Bad Request: malformed Host header';
  if (!Object.keys(headers).every((name) => TOKEN.test(name))) return '400 Bad Request: invalid header name';
  if (Object.values(headers).some((value) => CONTROL.test(value))) return '400 Bad Request: invalid header value';
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return `501 Not Implemented: Unsupported transfer encoding`;
  const lengths = new Set(headers['content-length']?.split(', '));
  if (coding === undefined && lengths.size > 0) {
    const [length = ''] = lengths;
    if (lengths.size > 1 || !/^\d{1,15}$/.test(length)) return '400 Bad Request';
    headers['content-length'] = length;
  }
  if (!/^(?:100-continue)?$/i.test(headers.expect ?? '')) return EXPECTATION;
  return { method, target, old, headers };
}

async function serveOne(
  reader: Reader,
  duplex: Duplex,
  service: HttpService,
  head: Head,
): Promise<'next' | 'close' | 'taken'> {
  const { headers, method } = head;
  const target = head.target.startsWith('/') ? head.target : head.target.replace(/^[a-z]+:\/\/[^/]*/, '') || '/';
  const mark = target.indexOf('?');
  const expects = (headers.expect ?? '').toLowerCase() === '100-continue' && !head.old;
  const content = new Body(
    body(reader, headers, false),
    expects ? () => duplex.write(utf8('HTTP/1.1 100 Continue\r\n\r\n')) : undefined,
  );
  const hasBody = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  const chunked = headers['transfer-encoding'] !== undefined;
  const taken = new Taken(reader, duplex, chunked && headers.upgrade ? undefined : content, chunked);
  const request: HttpRequest = {
    method,
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    search: mark < 0 ? '' : target.slice(mark + 1),
    headers,
    body: hasBody ? content : EMPTY,
    duplex: taken,
    get gone() {
      return (hasBody ? content.finished : Promise.resolve()).then(() => reader.ending());
    },
  };
  const response = await service.handle(request);
  if (response.hijacked) {
    await duplex.write(
      utf8(
        `HTTP/1.1 ${response.status} ${response.reason ?? reason(response.status)}\r\n${headerLines(response.headers)}\r\n`,
      ),
    );
    await duplex.settle?.();
    await taken.open();
    return 'taken';
  }
  // an answer that goes on: what is left of the request is of no use, but its end tells that the client has gone
  if (hasBody && !content.unwanted && !(response.body instanceof Uint8Array)) content.drain().catch(() => undefined);
  const asked = (headers.connection ?? '').toLowerCase();
  const close =
    asked.includes('close') ||
    (head.old && !asked.includes('keep-alive')) ||
    (hasBody && (content.unwanted || content.broken));
  const closing = (await writeResponse(duplex, response, method === 'HEAD', head.old, close)) || close;
  if (hasBody && !closing) await content.drain();
  return closing ? 'close' : 'next';
}

/** @returns whether the body ended with the connection */
async function writeResponse(
  duplex: Duplex,
  response: HttpResponse,
  headOnly: boolean,
  old: boolean,
  close: boolean,
): Promise<boolean> {
  const { status } = response;
  const given: Record<string, string> = { ...response.headers };
  if (old) delete given['transfer-encoding'];
  const bodiless = status === 204 || status === 304 || status < 200;
  const whole = response.body instanceof Uint8Array;
  if (!bodiless && given['content-length'] === undefined) {
    if (response.body instanceof Uint8Array) given['content-length'] = String(response.body.length);
    else if (!old) given['transfer-encoding'] = 'chunked';
  }
  if (close) given.connection = 'close';
  else if (old && whole) given.connection = 'keep-alive';
  await duplex.write(utf8(`HTTP/1.1 ${status} ${reason(status)}\r\n${headerLines(given)}\r\n`));
  if (headOnly || bodiless) return false;
  if (response.body instanceof Uint8Array) await duplex.write(response.body);
  else {
    const chunked = given['transfer-encoding'] === 'chunked';
    for await (const part of response.body) {
      if (part.length === 0) continue;
      if (duplex.closed) break;
      await duplex.write(chunked ? frame(part) : part);
    }
    if (chunked) await duplex.write(utf8('0\r\n\r\n'));
  }
  return !whole && old;
}
