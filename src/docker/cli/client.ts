/**
 * The Engine API client: one request, one answer, to the daemon that a context names.
 * Every command begins with HEAD /_ping and then speaks the lower of both API versions.
 * @see moby client/client.go, request.go, hijack.go
 */
import { collect, type Duplex, duplexPair, type HttpResponse, text, utf8 } from '../../base/http.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { Sys } from '../../linux/kernel/sys.ts';
import type { ErrorBody } from '../api/types.ts';
import { DaemonError, Failure, failed } from './failure.ts';
import { goMarshal } from './gojson.ts';
import { emptyId, encodePath } from './names.ts';
import { type Transport, transport } from './transport.ts';
import { API_VERSION, USER_AGENT } from './version.ts';

/** Query parameters; undefined ones are left out. They are sent sorted by key, as Go's url.Values are. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface CallOptions {
  readonly query?: Query;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is. */
  readonly raw?: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An answer below 400. */
export class Reply {
  constructor(
    readonly response: HttpResponse,
    readonly client: Client,
    /** Tells the daemon that nobody reads any more. */
    readonly hangUp: () => void,
  ) {}

  /** The whole body. */
  async bytes(): Promise<Uint8Array> {
    const body = this.response.body;
    return this.client.until(collect(body));
  }

  async text(): Promise<string> {
    return text(await this.bytes());
  }

  async json<T>(): Promise<T> {
    if (this.response.value !== undefined) return this.response.value as T;
    return JSON.parse(await this.text()) as T;
  }

  /** The body as it comes. */
  async *chunks(): AsyncGenerator<Uint8Array, void, void> {
    const body = this.response.body;
    if (body instanceof Uint8Array) {
      if (body.length > 0) yield body;
      return;
    }
    const it = body[Symbol.asyncIterator]();
    for (;;) {
      const next = await this.client.until(it.next());
      if (next.done) return;
      yield next.value;
    }
  }

  /** The body's lines as they come; empty ones are left out. */
  async *lines(): AsyncGenerator<string, void, void> {
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of this.chunks()) {
      rest += decoder.decode(chunk, { stream: true });
      for (let at = rest.indexOf('\n'); at >= 0; at = rest.indexOf('\n')) {
        const line = rest.slice(0, at).trim();
        rest = rest.slice(at + 1);
        if (line !== '') yield line;
      }
    }
    if (rest.trim() !== '') yield rest.trim();
  }

  /** A body of JSON values, one a line. */
  async *values<T>(): AsyncGenerator<T, void, void> {
    for await (const line of this.lines()) yield JSON.parse(line) as T;
  }
}

/** A connection that was taken over. */
export interface Hijacked {
  readonly stream: Duplex;
  /** Frames of stdcopy, or bytes of a terminal. */
  readonly multiplexed: boolean;
}

export class Client {
  readonly #sys: Sys;
  #service: Transport | undefined;
  #version = API_VERSION;
  #pinged = false;
  #interrupted: Promise<never> | undefined;
  /** Headers of the answer to /_ping. */
  ping: Readonly<Record<string, string>> = {};

  constructor(
    sys: Sys,
    /** `unix:///var/run/docker.sock`, or why it is not known */
    readonly host: string | Failure,
  ) {
    this.#sys = sys;
  }

  /** API version in use, known after the first call. */
  get version(): string {
    return this.#version;
  }

  /** Waits for something that is not a system call and still ends when a signal ends the process. */
  until<T>(work: Promise<T>): Promise<T> {
    this.#interrupted ??= this.#watch();
    return Promise.race([work, this.#interrupted]);
  }

  async #watch(): Promise<never> {
    for (;;) {
      const got = await this.#sys.poll([], Number.POSITIVE_INFINITY);
      if (!isErr(got)) await new Promise<never>(() => {});
    }
  }

  #connect(): Transport | Failure {
    if (this.#service) return this.#service;
    const service = failed(this.host) ? this.host : transport(this.#sys, this.host);
    if (!failed(service)) this.#service = service;
    return service;
  }

  /** HEAD /_ping once; settles the API version. */
  async negotiate(): Promise<Failure | undefined> {
    if (this.#pinged) return undefined;
    const service = this.#connect();
    if (failed(service)) return service;
    const response = await this.until(
      service.handle({
        method: 'HEAD',
        path: '/_ping',
        query: new URLSearchParams(),
        headers: this.#headers(),
        body: new Uint8Array(),
      }),
    );
    this.#pinged = true;
    this.ping = failed(response) ? {} : response.headers;
    const theirs = this.ping['api-version'];
    const given = this.#sys.env.DOCKER_API_VERSION;
    if (given) this.#version = given.replace(/^v/, '');
    else if (theirs && lessThan(theirs, API_VERSION)) this.#version = theirs;
    return undefined;
  }

  #headers(more: Readonly<Record<string, string>> = {}): Record<string, string> {
    return { host: 'api.moby.localhost', 'user-agent': USER_AGENT, ...more };
  }

  async #send(method: string, path: string, options: CallOptions, duplex?: Duplex): Promise<Reply | Failure> {
    const refused = emptyId(path) ?? (await this.negotiate());
    if (refused) return refused;
    const service = this.#connect();
    if (failed(service)) return service;
    const body = options.raw ?? (options.body === undefined ? new Uint8Array() : utf8(`${goMarshal(options.body)}\n`));
    const headers: Record<string, string> = { ...options.headers };
    if (options.body !== undefined) headers['content-type'] = 'application/json';
    else if (options.raw || duplex) headers['content-type'] ??= 'text/plain';
    if (method !== 'GET' && method !== 'HEAD' && method !== 'DELETE') headers['content-length'] = String(body.length);
    let hangUp = (): void => {};
    const gone = new Promise<void>((resolve) => {
      hangUp = resolve;
    });
    let done = false;
    try {
      const response = await this.until(
        service.handle({
          method,
          path: `/v${this.#version}${encodePath(path)}`,
          query: searchParams(options.query),
          headers: this.#headers(headers),
          body,
          duplex,
          gone,
        }),
      );
      done = true;
      if (failed(response)) return response;
      if (response.status < 400) return new Reply(response, this, hangUp);
      return daemonError(response.status, text(await this.until(collect(response.body))));
    } finally {
      if (!done) hangUp();
    }
  }

  /** One request; any status below 400 is an answer. */
  call(method: string, path: string, options: CallOptions = {}): Promise<Reply | Failure> {
    return this.#send(method, path, options);
  }

  /** GET that gives the decoded JSON body. */
  async get<T>(path: string, query?: Query): Promise<T | Failure> {
    const reply = await this.call('GET', path, { query });
    return failed(reply) ? reply : reply.json<T>();
  }

  /** GET that gives the JSON text as the daemon wrote it. */
  async getRaw(path: string, query?: Query): Promise<string | Failure> {
    const reply = await this.call('GET', path, { query });
    return failed(reply) ? reply : reply.text();
  }

  /** POST that gives the decoded JSON body. */
  async post<T>(path: string, options: CallOptions = {}): Promise<T | Failure> {
    const reply = await this.call('POST', path, options);
    if (failed(reply)) return reply;
    const body = await reply.text();
    return (body.trim() === '' ? {} : JSON.parse(body)) as T;
  }

  /** POST whose connection becomes a byte stream (attach, exec start). */
  async hijack(path: string, options: CallOptions = {}): Promise<Hijacked | Failure> {
    const [mine, theirs] = duplexPair();
    const reply = await this.#send(
      'POST',
      path,
      { ...options, headers: { connection: 'Upgrade', upgrade: 'tcp' } },
      theirs,
    );
    // what the daemon says of it is not read
    if (reply instanceof DaemonError) return new Failure(`unable to upgrade to tcp, received ${reply.status}`);
    if (failed(reply)) return reply;
    return {
      stream: mine,
      multiplexed: (reply.response.headers['content-type'] ?? '') === 'application/vnd.docker.multiplexed-stream',
    };
  }
}

function lessThan(a: string, b: string): boolean {
  const [a1 = 0, a2 = 0] = a.split('.').map(Number);
  const [b1 = 0, b2 = 0] = b.split('.').map(Number);
  return a1 < b1 || (a1 === b1 && a2 < b2);
}

function searchParams(query: Query = {}): URLSearchParams {
  const out = new URLSearchParams();
  for (const key of Object.keys(query).sort()) {
    const value = query[key];
    if (value === undefined) continue;
    for (const one of typeof value === 'string' ? [value] : value) out.append(key, one);
  }
  return out;
}

function daemonError(status: number, body: string): DaemonError {
  let message = body.trim();
  try {
    message = (JSON.parse(body) as ErrorBody).message ?? message;
  } catch {
    // Not JSON: the daemon's text is the message.
  }
  return new DaemonError(status, message.trim());
}

/** Filters as the API takes them: `{"name":{"web":true}}`, or undefined when there are none. */
export function filterQuery(filters: readonly string[]): string | undefined {
  const out: Record<string, Record<string, true>> = {};
  for (const item of filters) {
    if (item === '') continue;
    const at = item.indexOf('=');
    const key = item.slice(0, at);
    out[key] = { ...out[key], [item.slice(at + 1)]: true };
  }
  const keys = Object.keys(out).sort();
  if (keys.length === 0) return undefined;
  return goMarshal(
    Object.fromEntries(
      keys.map((k) => [
        k,
        Object.fromEntries(
          Object.keys(out[k] ?? {})
            .sort()
            .map((v) => [v, true]),
        ),
      ]),
    ),
  );
}
