/**
 * A unix socket whose server talks messages (Sys.service), made to look like a stream: the request is parsed from
 * the bytes curl sends, the answer is written as Go's net/http server writes it.
 * @see go net/http/server.go: what the handler does not set comes last
 */
import { civil } from '../../../base/civil.ts';
import type { HttpRequest, HttpResponse, HttpService } from '../../../base/http.ts';
import type { Errno } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { MONTHS, WEEKDAYS } from '../proc.ts';
import { Wire } from '../wire.ts';

const decoder = new TextDecoder();
const encoder = new TextEncoder();

function canonical(name: string): string {
  return name
    .split('-')
    .map((p) => p.charAt(0).toUpperCase() + p.slice(1).toLowerCase())
    .join('-');
}

/** `Mon, 23 Nov 2026 22:40:08 GMT` @see RFC 9110 §5.6.7 */
export function httpDate(ns: bigint): string {
  const t = civil(ns);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${WEEKDAYS[t.weekday]}, ${two(t.day)} ${MONTHS[t.month - 1]} ${t.year} ${two(t.hour)}:${two(t.minute)}:${two(t.second)} GMT`;
}

const REASONS: Readonly<Record<number, string>> = {
  101: 'Switching Protocols',
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  304: 'Not Modified',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  409: 'Conflict',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** A stream whose write side feeds the service and whose read side is its answer. */
class ServiceWire extends Wire {
  #queue: Uint8Array[] = [];
  #body: AsyncIterator<Uint8Array> | undefined;
  #chunked = false;
  #buffered: Uint8Array | undefined;

  constructor(
    sys: Sys,
    readonly service: HttpService,
  ) {
    super(sys, -1);
  }

  override async write(bytes: Uint8Array): Promise<0 | Errno> {
    const request = parseRequest(bytes);
    const response = await this.service.handle(request);
    this.#queue.push(encoder.encode(this.#head(response, request)));
    if (request.method === 'HEAD') return 0;
    if (response.body instanceof Uint8Array) this.#queue.push(response.body);
    else this.#body = response.body[Symbol.asyncIterator]();
    return 0;
  }

  #head(r: HttpResponse, request: HttpRequest): string {
    const lines = [`HTTP/1.1 ${r.status} ${REASONS[r.status] ?? ''}`];
    const names = Object.keys(r.headers).filter((n) => n !== 'transfer-encoding');
    for (const n of names) lines.push(`${canonical(n)}: ${r.headers[n]}`);
    if (!names.includes('date')) lines.push(`Date: ${httpDate(this.sys.realtime())}`);
    if (r.body instanceof Uint8Array) {
      const bodiless = r.status === 204 || r.status === 304 || request.method === 'HEAD';
      if (!bodiless && !names.includes('content-length')) lines.push(`Content-Length: ${r.body.length}`);
    } else {
      this.#chunked = true;
      lines.push('Transfer-Encoding: chunked');
    }
    return `${lines.join('\r\n')}\r\n\r\n`;
  }

  override async read(): Promise<Uint8Array | Errno> {
    if (this.#buffered) {
      const out = this.#buffered;
      this.#buffered = undefined;
      return out;
    }
    const next = this.#queue.shift();
    if (next) {
      this.received += next.length;
      return next;
    }
    if (!this.#body) return new Uint8Array(0);
    const piece = await this.#body.next();
    if (piece.done) {
      this.#body = undefined;
      return this.#chunked ? encoder.encode('0\r\n\r\n') : new Uint8Array(0);
    }
    if (!this.#chunked || piece.value.length === 0) return piece.value;
    const size = encoder.encode(`${piece.value.length.toString(16)}\r\n`);
    const out = new Uint8Array(size.length + piece.value.length + 2);
    out.set(size);
    out.set(piece.value, size.length);
    out.set([13, 10], size.length + piece.value.length);
    return out;
  }

  override unread(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    if (!this.#buffered) this.#buffered = bytes;
    else {
      const joined = new Uint8Array(bytes.length + this.#buffered.length);
      joined.set(bytes);
      joined.set(this.#buffered, bytes.length);
      this.#buffered = joined;
    }
  }

  override close(): void {
    void this.#body?.return?.();
    this.#body = undefined;
  }
}

function parseRequest(bytes: Uint8Array): HttpRequest {
  let end = 0;
  while (end < bytes.length && !(bytes[end] === 13 && bytes[end + 1] === 10 && bytes[end + 2] === 13)) end++;
  const lines = decoder.decode(bytes.subarray(0, end)).split('\r\n');
  const [method, target] = (lines[0] ?? '').split(' ');
  const headers: Record<string, string> = {};
  for (const line of lines.slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  const [path, query] = (target ?? '/').split(/\?(.*)/s);
  return {
    method: method ?? 'GET',
    path: path ?? '/',
    query: new URLSearchParams(query ?? ''),
    headers,
    body: bytes.subarray(Math.min(bytes.length, end + 4)),
  };
}

export function serviceStream(sys: Sys, service: HttpService): Wire {
  return new ServiceWire(sys, service);
}
