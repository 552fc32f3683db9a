/**
 * HTTP/1.1 on a byte stream: the server side of a connection over an {@link HttpService}, and the client side of one
 * exchange. Keep-alive, Content-Length and chunked bodies both ways, connections taken over (Upgrade, hijack), requests
 * in a row without waiting, Expect: 100-continue.
 * @see RFC 9112; Go net/http/server.go for the order of header lines and the words of refusals
 *
 * Limits: no trailers; one request of a connection is handled at a time.
 */
import type { Duplex, Headers, HttpRequest, HttpResponse, HttpService } from './http.ts';
import { text, utf8 } from './http.ts';

const MAX_HEAD = 65536;
const EMPTY = new Uint8Array(0);

/** Buffered reading of one connection, shared by heads, bodies and whoever takes the connection over. */
class Reader {
  #buffer: Uint8Array = EMPTY;
  #ended = false;
  #pulling: Promise<boolean> | undefined;
  constructor(readonly duplex: Duplex) {}

  /** Waits for more bytes. @returns false at the end of the stream */
  pull(): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    this.#pulling ??= this.duplex.read().then((bytes) => {
      this.#pulling = undefined;
      if (bytes === null) {
        this.#ended = true;
        return false;
      }
      this.#buffer = this.#buffer.length === 0 ? bytes : join(this.#buffer, bytes);
      return true;
    });
    return this.#pulling;
  }

  /** Resolves at the end of the other side's stream; never while more comes. */
  async ending(): Promise<void> {
    while (!this.#ended) {
      const had = this.#buffer.length;
      if (!(await this.pull())) return;
      if (this.#buffer.length > had + MAX_HEAD) return new Promise(() => {});
    }
  }

  /** Everything up to the blank line; undefined at end of stream, 'bad' when it is too long. */
  async head(): Promise<string[] | 'bad' | undefined> {
    for (;;) {
      const end = find(this.#buffer, '\r\n\r\n');
      if (end >= 0) {
        const lines = text(this.#take(end + 4))
          .slice(0, -4)
          .split('\r\n');
        if (lines.length > 1 || lines[0] !== '') return lines;
        continue;
      }
      if (this.#buffer.length > MAX_HEAD) return 'bad';
      if (!(await this.pull())) return this.#buffer.length > 0 ? 'bad' : undefined;
    }
  }

  async line(): Promise<string | undefined> {
    for (;;) {
      const end = find(this.#buffer, '\r\n');
      if (end >= 0) return text(this.#take(end + 2)).slice(0, -2);
      if (this.#buffer.length > MAX_HEAD || !(await this.pull())) return undefined;
    }
  }

  /** 1 … max bytes as they come; null at the end. */
  async some(max: number): Promise<Uint8Array | null> {
    while (this.#buffer.length === 0) if (!(await this.pull())) return null;
    return this.#take(Math.min(max, this.#buffer.length));
  }

  #take(n: number): Uint8Array {
    const out = this.#buffer.subarray(0, n);
    this.#buffer = this.#buffer.subarray(n);
    return out;
  }
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

function find(bytes: Uint8Array, what: string): number {
  outer: for (let i = 0; i + what.length <= bytes.length; i++) {
    for (let j = 0; j < what.length; j++) if (bytes[i + j] !== what.charCodeAt(j)) continue outer;
    return i;
  }
  return -1;
}

/** `Name: value` lines; repeated names are joined with a comma. @returns undefined when a line is malformed */
export function parseHeaders(lines: readonly string[]): Record<string, string> | undefined {
  const out: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon <= 0 || line.startsWith(' ')) return undefined;
    const name = line.slice(0, colon).toLowerCase();
    const value = line.slice(colon + 1).trim();
    out[name] = name in out ? `${out[name]}, ${value}` : value;
  }
  return out;
}

/** `content-type` → `Content-Type`. */
export function canonicalName(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, dash: string, letter: string) => dash + letter.toUpperCase());
}

function headerLines(headers: Headers): string {
  return Object.keys(headers)
    .map((name) => `${canonicalName(name)}: ${headers[name]}\r\n`)
    .join('');
}

const REASONS: Readonly<Record<number, string>> = {
  101: 'UPGRADED',
  200: 'OK',
  201: 'Created',
  202: 'Accepted',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Found',
  303: 'See Other',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  411: 'Length Required',
  413: 'Request Entity Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  505: 'HTTP Version Not Supported',
};

/** Reason phrase of a status, empty when unknown. */
export function reason(status: number): string {
  return REASONS[status] ?? '';
}

/** The body of a message as its headers delimit it; `whole` when it ends with the connection. */
async function* body(reader: Reader, headers: Headers, whole: boolean): AsyncGenerator<Uint8Array> {
  if ((headers['transfer-encoding'] ?? '').toLowerCase().includes('chunked')) {
    for (;;) {
      const size = chunkSize(await reader.line());
      if (size === 0) break;
      yield* exactly(reader, size);
      if ((await reader.line()) !== '') throw new MalformedBody();
    }
    for (let line = await reader.line(); line; line = await reader.line());
    return;
  }
  const length = headers['content-length'];
  if (length !== undefined) yield* exactly(reader, Number(length));
  else if (whole) yield* exactly(reader, Number.POSITIVE_INFINITY);
}

/** A body that breaks off, or whose chunks are none: the connection is of no use after it. */
export class MalformedBody extends Error {
  constructor() {
    super('unexpected EOF');
  }
}

/** Size in hexadecimal, before `;` and extensions. */
function chunkSize(line: string | undefined): number {
  const m = /^([0-9a-fA-F]{1,12})\s*(?:;.*)?$/.exec(line ?? '');
  if (!m) throw new MalformedBody();
  return Number.parseInt(m[1] as string, 16);
}

async function* exactly(reader: Reader, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; ) {
    const part = await reader.some(left);
    if (part === null) {
      if (size === Number.POSITIVE_INFINITY) return;
      throw new MalformedBody();
    }
    left -= part.length;
    yield part;
  }
}

/** A body that may be iterated once, and that tells when it has been read to its end. */
class Body implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncGenerator<Uint8Array>;
  #begun = false;
  /** @param invite what to do before the first byte is read: tell the sender to go on */
  constructor(
    source: AsyncGenerator<Uint8Array>,
    readonly invite?: () => Promise<void>,
  ) {
    this.#source = source;
  }
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next() };
  }
  async #next(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#begun) {
      this.#begun = true;
      await this.invite?.();
    }
    try {
      const next = await this.#source.next();
      if (next.done) this.#finish();
      return next;
    } catch (e) {
      this.#finish();
      throw e;
    }
  }
  #finish: () => void = () => undefined;
  /** Resolves when all of it has been read, or can be read no more. */
  readonly finished = new Promise<void>((resolve) => {
    this.#finish = resolve;
  });
  /** The next part; null at the end. */
  async next(): Promise<Uint8Array | null> {
    const { done, value } = await this.#next();
    return done ? null : value;
  }
  /** The sender waits to be told to go on, and was not. */
  get unwanted(): boolean {
    return this.invite !== undefined && !this.#begun;
  }
  /** Reads what the handler left, so that the next message can follow. */
  async drain(): Promise<void> {
    for (;;) if ((await this.#next()).done) return;
  }
}

/** The rest of a connection whose head has been read; writes, and its end, wait in a queue until `open`. */
class Taken implements Duplex {
  #queued: Uint8Array[] | undefined = [];
  #ending: 'no' | 'half' | 'whole' = 'no';
  /**
   * @param body the request's: what is left of it comes first and counts for nothing
   * @param framed the body has no end, and is what is to be read
   */
  constructor(
    readonly reader: Reader,
    readonly duplex: Duplex,
    readonly body?: Body,
    readonly framed = false,
  ) {}
  async open(): Promise<void> {
    const queued = this.#queued ?? [];
    this.#queued = undefined;
    for (const bytes of queued) await this.duplex.write(bytes);
    if (this.#ending === 'half') this.duplex.closeWrite();
    if (this.#ending === 'whole') this.duplex.close();
  }
  async read(): Promise<Uint8Array | null> {
    try {
      if (this.framed && this.body) return await this.body.next();
      await this.body?.drain();
      return await this.reader.some(Number.POSITIVE_INFINITY);
    } catch (e) {
      if (e instanceof MalformedBody) return null;
      throw e;
    }
  }
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#queued) this.#queued.push(bytes.slice());
    else await this.duplex.write(bytes);
  }
  closeWrite(): void {
    if (!this.#queued) this.duplex.closeWrite();
    else if (this.#ending === 'no') this.#ending = 'half';
  }
  close(): void {
    if (!this.#queued) this.duplex.close();
    else this.#ending = 'whole';
  }
  get closed(): boolean {
    return this.duplex.closed;
  }
}

/** Serves one connection until it ends or is taken over. */
export async function serveConnection(duplex: Duplex, service: HttpService): Promise<void> {
  const reader = new Reader(duplex);
  for (;;) {
    const lines = await reader.head();
    if (lines === undefined) break;
    const request = lines === 'bad' ? '400 Bad Request' : parseRequest(lines);
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
  const line = why.split(':')[0];
  await duplex.write(
    utf8(`HTTP/1.1 ${line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${why}`),
  );
}

interface Head {
  readonly method: string;
  readonly target: string;
  readonly old: boolean;
  readonly headers: Headers;
}

const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @returns the head, or the words with which it is refused */
function parseRequest(lines: readonly string[]): Head | string {
  const [method = '', target = '', version = '', more] = (lines[0] as string).split(' ');
  const headers = parseHeaders(lines.slice(1));
  if (!TOKEN.test(method) || target === '' || more !== undefined || !headers) return '400 Bad Request';
  if (!/^HTTP\/\d\.\d$/.test(version)) return '400 Bad Request';
  if (!version.startsWith('HTTP/1.')) return '505 HTTP Version Not Supported: unsupported protocol version';
  const old = version === 'HTTP/1.0';
  if (!old && headers.host === undefined) return '400 Bad Request: missing required Host header';
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked')
    return `501 Not Implemented: Unsupported transfer encoding`;
  const length = headers['content-length'];
  if (length !== undefined && coding === undefined && !/^\d{1,15}$/.test(length)) return '400 Bad Request';
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
      utf8(`HTTP/1.1 ${response.status} ${reason(response.status)}\r\n${headerLines(response.headers)}\r\n`),
    );
    await duplex.settle?.();
    await taken.open();
    return 'taken';
  }
  // an answer that goes on: what is left of the request is of no use, but its end tells that the client has gone
  if (hasBody && !content.unwanted && !(response.body instanceof Uint8Array)) content.drain().catch(() => undefined);
  const asked = (headers.connection ?? '').toLowerCase();
  const close = asked.includes('close') || (head.old && !asked.includes('keep-alive')) || (hasBody && content.unwanted);
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

function frame(part: Uint8Array): Uint8Array {
  return join(join(utf8(`${part.length.toString(16)}\r\n`), part), utf8('\r\n'));
}

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
  await duplex.write(content instanceof Uint8Array ? join(head, content) : head);
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
    if (lines === 'bad') return 'bad';
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
