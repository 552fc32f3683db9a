/**
 * Answers of the API: JSON, nothing, text, streams; with the headers the engine sends, in its order.
 *
 * The codec behind a socket adds nothing but the connection's own headers: `content-length` or `transfer-encoding`
 * stand here, because the order of headers is part of what clients see.
 * @see moby api/server/httputils, Go net/http: a body of more than 2048 bytes without a length is chunked
 */
import { type HttpResponse, utf8 } from '../../base/http.ts';
import { type Failure, httpStatus } from '../errdefs.ts';
import { httpDate } from '../time.ts';
import { compareVersions } from './apiversion.ts';
import { API_VERSION, type Daemon, VERSION } from './daemon.ts';

const BUFFER = 2048;
const SERVER = `Docker/${VERSION} (linux)`;
export const RAW = 'application/vnd.docker.raw-stream';
export const MULTIPLEXED = 'application/vnd.docker.multiplexed-stream';

type Body = Uint8Array | AsyncIterable<Uint8Array>;

/** Headers of every answer below a version, around the body's own. */
function headers(daemon: Daemon, own: Record<string, string>, tail: Record<string, string>): Record<string, string> {
  return {
    'api-version': API_VERSION,
    ...own,
    'docker-experimental': 'false',
    ostype: 'linux',
    server: SERVER,
    date: httpDate(daemon.now()),
    ...tail,
  };
}

export function bytes(daemon: Daemon, status: number, type: string, body: Body): HttpResponse {
  const own = { 'content-type': type };
  if (body instanceof Uint8Array && body.length <= BUFFER)
    return { status, headers: headers(daemon, own, { 'content-length': String(body.length) }), body };
  const parts = body instanceof Uint8Array ? once(body) : body;
  return { status, headers: headers(daemon, own, { 'transfer-encoding': 'chunked' }), body: parts };
}

async function* once(part: Uint8Array): AsyncGenerator<Uint8Array> {
  yield part;
}

/** JSON as Go's encoder ends it: with a newline. */
export function json(daemon: Daemon, status: number, value: unknown): HttpResponse {
  return bytes(daemon, status, 'application/json', utf8(`${JSON.stringify(value)}\n`));
}

/** A list of objects made for this answer: who is in the same process gets them, text is made of them for others. */
export function rows(daemon: Daemon, list: readonly object[]): HttpResponse {
  // Each has two braces and a comma at least: so many are sent in chunks, whatever they say.
  const many = 3 * list.length > BUFFER;
  const answer = many ? bytes(daemon, 200, 'application/json', written(list)) : json(daemon, 200, list);
  return { ...answer, value: list };
}

async function* written(value: unknown): AsyncGenerator<Uint8Array> {
  yield utf8(`${JSON.stringify(value)}\n`);
}

/** 200, 201, 204 or 304 without a body. */
export function empty(daemon: Daemon, status: number): HttpResponse {
  const tail: Record<string, string> = status === 204 || status === 304 ? {} : { 'content-length': '0' };
  return { status, headers: headers(daemon, {}, tail), body: new Uint8Array(0) };
}

/** The same answer with further headers, before those of the connection. */
export function extended(answer: HttpResponse, more: Record<string, string>): HttpResponse {
  const all = Object.entries(answer.headers);
  const at = all.findIndex(([name]) => name === 'date');
  return { ...answer, headers: Object.fromEntries([...all.slice(0, at), ...Object.entries(more), ...all.slice(at)]) };
}

export function failure(daemon: Daemon, f: Failure): HttpResponse {
  return f.kind === 'notModified' ? empty(daemon, 304) : json(daemon, httpStatus(f), { message: f.message });
}

/** An answer that no version's middleware has touched: page not found. */
export function bare(daemon: Daemon, status: number, message: string): HttpResponse {
  const body = utf8(`${JSON.stringify({ message })}\n`);
  return {
    status,
    headers: {
      'content-type': 'application/json',
      date: httpDate(daemon.now()),
      'content-length': String(body.length),
    },
    body,
  };
}

/** Yes, and nothing more. */
export function plain(daemon: Daemon): HttpResponse {
  return { status: 200, headers: { date: httpDate(daemon.now()), 'content-length': '0' }, body: new Uint8Array(0) };
}

/** To the same resource under its clean path. */
export function moved(daemon: Daemon, path: string, query: URLSearchParams): HttpResponse {
  const search = `${query}` === '' ? '' : `?${query}`;
  const head = { location: `${path}${search}`, date: httpDate(daemon.now()), 'content-length': '0' };
  return { status: 301, headers: head, body: new Uint8Array(0) };
}

/** Wrong API version. Old clients cannot read JSON errors and get text. */
export function versionError(daemon: Daemon, message: string, old: boolean): HttpResponse {
  const body = utf8(old ? `${message}\n` : `${JSON.stringify({ message })}\n`);
  return {
    status: 400,
    headers: {
      'api-version': API_VERSION,
      'content-type': old ? 'text/plain; charset=utf-8' : 'application/json',
      ostype: 'linux',
      server: SERVER,
      ...(old ? { 'x-content-type-options': 'nosniff' } : {}),
      date: httpDate(daemon.now()),
      'content-length': String(body.length),
    },
    body,
  };
}

/** GET and HEAD /_ping */
export function ping(daemon: Daemon, head: boolean): HttpResponse {
  const type = { 'content-type': 'text/plain; charset=utf-8' };
  return {
    status: 200,
    headers: {
      'api-version': API_VERSION,
      'builder-version': '2',
      'cache-control': 'no-cache, no-store, must-revalidate',
      ...(head ? { 'content-length': '0', ...type } : {}),
      'docker-experimental': 'false',
      ostype: 'linux',
      pragma: 'no-cache',
      server: SERVER,
      swarm: daemon.swarm?.state ?? 'inactive',
      date: httpDate(daemon.now()),
      ...(head ? {} : { 'content-length': '2', ...type }),
    },
    body: head ? new Uint8Array(0) : utf8('OK'),
  };
}

/** Headers that are sent before the handler takes the connection over. */
export const MIDDLEWARE = {
  'api-version': API_VERSION,
  'docker-experimental': 'false',
  ostype: 'linux',
  server: SERVER,
};

/** What {@link hijack} answers to a client that keeps its connection: the same bytes as a body. */
export function streamed(body: AsyncIterable<Uint8Array>): HttpResponse {
  return { status: 200, headers: { 'content-type': RAW, ...MIDDLEWARE }, body };
}

/**
 * The head that goes before a connection that was taken over.
 * @param upgrade the client asked for `Upgrade: tcp`
 * @param type what follows; clients that did not ask are always told {@link RAW}
 * @param rest further headers: attach sends none, exec {@link MIDDLEWARE}
 */
export function hijack(upgrade: boolean, type: string, rest: Record<string, string> = {}): HttpResponse {
  return {
    status: upgrade ? 101 : 200,
    headers: upgrade
      ? { 'content-type': type, connection: 'Upgrade', upgrade: 'tcp', ...rest }
      : { 'content-type': RAW, ...rest },
    body: new Uint8Array(0),
    hijacked: true,
  };
}

/** Type of a stream's bytes: framed unless there is a terminal; clients before 1.42 are told nothing of it. */
export function streamType(tty: boolean, version: string): string {
  return tty || compareVersions(version, '1.42') < 0 ? RAW : MULTIPLEXED;
}
