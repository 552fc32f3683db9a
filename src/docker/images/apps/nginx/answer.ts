/**
 * From a request to an answer: location, files, redirects, error pages.
 * @see nginx src/http/ngx_http_core_module.c, modules/ngx_http_static_module.c, ngx_http_index_module.c
 */
import { utf8 } from '../../../../base/http.ts';
import { contains, parsePrefix } from '../../../../base/ip.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import { httpDate } from '../../../time.ts';
import { listing } from './listing.ts';
import type { Logs } from './log.ts';
import type { Location, Return, Server, Settings } from './model.ts';
import { REASONS, statusPage } from './pages.ts';
import { proxy } from './proxy.ts';
import { headerOf, normalize, type Request } from './request.ts';
import type { Balancer } from './upstream.ts';
import { expand } from './variables.ts';

/** What goes back to the client. */
export interface Answer {
  readonly status: number;
  readonly reason?: string;
  readonly type?: string;
  readonly location?: string;
  readonly modified?: string;
  /** Further headers, after Connection. */
  readonly headers: readonly (readonly [string, string])[];
  /** Whole, or handed over piece by piece. */
  readonly body: Uint8Array | { readonly length?: number; pump(sink: (b: Uint8Array) => Promise<void>): Promise<void> };
  /** Settings of the place that gave it: add_header, error_page. */
  readonly settings: Settings;
}

/** What a worker answers with. */
export interface Worker {
  readonly logs: Logs;
  readonly balancer: Balancer;
  /** Counters of stub_status. */
  readonly counts: { accepts: number; requests: number; active: number };
}

/** At most so many internal redirects. */
const REDIRECTS = 10;

export async function answer(w: Worker, r: Request): Promise<Answer> {
  for (const [name, value] of r.server.sets) r.vars.set(name, expand(r, value));
  let got = r.server.result ? resultOf(r, r.server.result, r.server.settings) : await place(w, r, REDIRECTS);
  const page = got.settings.errorPages.find((p) => p.codes.includes(got.status));
  if (page && got.status >= 300) {
    const { status } = got;
    if (/^https?:/.test(page.uri)) return { ...simple(302, got.settings), location: expand(r, page.uri) };
    const second = page.uri.startsWith('@') ? await named(w, r, page.uri) : await redirected(w, r, expand(r, page.uri));
    const failed = second.status >= 400 && !(second.body instanceof Uint8Array && second.body.length === 0);
    got = {
      ...second,
      status: page.status === undefined ? (failed ? second.status : status) : page.status || second.status,
    };
  }
  return got;
}

async function redirected(w: Worker, r: Request, uri: string): Promise<Answer> {
  r.uri = normalize(uri.replace(/\?.*$/, '')) ?? '/';
  Object.assign(r, { method: 'GET' });
  return place(w, r, REDIRECTS - 1, true);
}

async function named(w: Worker, r: Request, name: string): Promise<Answer> {
  const found = r.server.locations.find((l) => l.kind === 'named' && l.pattern === name);
  return found ? at(w, r, found, REDIRECTS - 1) : simple(500, r.server.settings);
}

/** Finds the location and answers there. */
async function place(w: Worker, r: Request, left: number, internal = false): Promise<Answer> {
  if (left === 0) return simple(500, r.server.settings);
  const found = locate(r.server.locations, r.uri, r);
  if (found?.internal && !internal) return fail(r, found.settings, 404);
  if (found) return at(w, r, found, left);
  return files(w, r, r.server.settings, bare(r.server), left);
}

const bare = (s: Server): Location => ({
  kind: 'prefix',
  pattern: '/',
  settings: s.settings,
  sets: [],
  internal: false,
  stubStatus: false,
  locations: [],
  ...(s.tryFiles ? { tryFiles: s.tryFiles } : {}),
});

/** Exact, then the longest prefix unless a regular expression fits. */
export function locate(locations: readonly Location[], uri: string, r?: Request): Location | undefined {
  const exact = locations.find((l) => l.kind === 'exact' && l.pattern === uri);
  if (exact) return exact;
  let best: Location | undefined;
  for (const l of locations)
    if ((l.kind === 'prefix' || l.kind === 'stop') && uri.startsWith(l.pattern))
      if (!best || l.pattern.length > best.pattern.length) best = l;
  const inner = best && locate(best.locations, uri, r);
  if (inner && inner !== best) return inner;
  if (best?.kind === 'stop') return best;
  for (const l of locations) {
    const m = l.regex?.exec(uri);
    if (!m) continue;
    for (const [i, v] of m.entries()) r?.vars.set(String(i), v ?? '');
    for (const [n, v] of Object.entries(m.groups ?? {})) r?.vars.set(n, v ?? '');
    return l;
  }
  return best;
}

async function at(w: Worker, r: Request, l: Location, left: number): Promise<Answer> {
  const { settings } = l;
  r.server = { ...r.server, settings };
  for (const [name, value] of l.sets) r.vars.set(name, expand(r, value));
  if (l.result) return resultOf(r, l.result, settings);
  if (forbidden(settings, r)) {
    await w.logs.about(r, 'error', 'access forbidden by rule');
    return fail(r, settings, 403);
  }
  if (l.stubStatus) return stub(w, settings);
  if (l.tryFiles && !l.proxy) return files(w, r, settings, l, left);
  if (l.proxy) return proxy(w, r, l, l.proxy);
  return files(w, r, settings, l, left);
}

/** The first rule that fits decides. */
function forbidden(s: Settings, r: Request): boolean {
  for (const { allow, net } of s.access) {
    const prefix = net === 'all' ? undefined : parsePrefix(net);
    if (net === 'all' || (prefix && prefix.addr.v === r.peer.ip.v && contains(prefix, r.peer.ip))) return !allow;
  }
  return false;
}

function stub(w: Worker, settings: Settings): Answer {
  const { accepts, requests, active } = w.counts;
  const text = `Active connections: ${active} \nserver accepts handled requests\n ${accepts} ${accepts} ${requests} \nReading: 0 Writing: 1 Waiting: ${Math.max(0, active - 1)} \n`;
  return { ...simple(200, settings), type: 'text/plain', body: utf8(text) };
}

/** An answer without a body of its own. */
export function simple(status: number, settings: Settings): Answer {
  return { status, headers: [], body: new Uint8Array(0), settings };
}

/** One of nginx's own pages. */
export function fail(_r: Request, settings: Settings, status: number): Answer {
  return { ...simple(status, settings), type: 'text/html', body: statusPage(status, settings.tokens) };
}

const REDIRECT = new Set([301, 302, 303, 307, 308]);

function resultOf(r: Request, result: Return, settings: Settings): Answer {
  const { status } = result;
  const text = result.text === undefined ? undefined : expand(r, result.text);
  if (REDIRECT.has(status) && text !== undefined)
    return { ...fail(r, settings, status), location: text.startsWith('/') ? absolute(r, text) : text };
  if (text !== undefined) return { ...simple(status, settings), type: typeOf(r.uri, settings), body: utf8(text) };
  return status < 300 || !REASONS[status] ? simple(status, settings) : fail(r, settings, status);
}

/** The host as the client knows it. */
function absolute(r: Request, path: string): string {
  const host = (headerOf(r, 'host') ?? r.server.names[0] ?? '').replace(/:\d+$/, '');
  return `http://${host}${r.local.port === 80 ? '' : `:${r.local.port}`}${path}`;
}

function typeOf(path: string, s: Settings): string {
  const dot = path.lastIndexOf('.');
  return (dot > path.lastIndexOf('/') ? s.types.get(path.slice(dot + 1).toLowerCase()) : undefined) ?? s.defaultType;
}

/** Where a URI's file lies. */
function filePath(r: Request, l: Location, s: Settings, uri: string): string {
  if (l.alias === undefined) return `${expand(r, s.root).replace(/\/$/, '')}${uri}`;
  const alias = expand(r, l.alias);
  return l.regex ? alias : alias + uri.slice(l.pattern.length);
}

async function files(w: Worker, r: Request, s: Settings, l: Location, left: number): Promise<Answer> {
  if (l.tryFiles) {
    const tried = await tryFiles(w, r, s, l, left);
    if (tried) return tried;
  }
  if (r.method === 'POST' && !r.uri.endsWith('/')) return fail(r, s, 405);
  if (!['GET', 'HEAD', 'POST'].includes(r.method)) return fail(r, s, r.method === 'OPTIONS' ? 405 : 405);
  if (r.uri.endsWith('/')) return directory(w, r, s, l, left);
  return file(w, r, s, filePath(r, l, s, r.uri), r.uri);
}

async function tryFiles(w: Worker, r: Request, s: Settings, l: Location, left: number): Promise<Answer | undefined> {
  const list = l.tryFiles ?? [];
  for (const [i, raw] of list.entries()) {
    const name = expand(r, raw);
    if (i === list.length - 1) {
      if (name.startsWith('=')) return fail(r, s, Number(name.slice(1)));
      if (name.startsWith('@')) return named(w, r, name);
      const query = name.indexOf('?');
      r.uri = query < 0 ? name : name.slice(0, query);
      if (query >= 0) r.args = name.slice(query + 1);
      return place(w, r, left - 1, true);
    }
    const st = r.sys.stat(filePath(r, l, s, name.startsWith('/') ? name : `/${name}`));
    if (isErr(st) || (st.kind === 'dir') !== name.endsWith('/')) continue;
    r.uri = name;
    if (l.proxy) return proxy(w, r, l, l.proxy);
    return undefined;
  }
  return undefined;
}

async function directory(w: Worker, r: Request, s: Settings, l: Location, left: number): Promise<Answer> {
  const dir = filePath(r, l, s, r.uri);
  for (const name of s.index) {
    const st = r.sys.stat(`${dir}${name}`);
    if (isErr(st) || st.kind === 'dir') continue;
    r.uri += name;
    return place(w, r, left - 1, true);
  }
  const st = r.sys.stat(dir);
  if (isErr(st)) {
    const path = `${dir}${s.index.at(-1) ?? ''}`;
    await w.logs.about(r, 'error', `"${path}" is not found (2: No such file or directory)`);
    return fail(r, s, 404);
  }
  if (r.method === 'POST') return fail(r, s, 405);
  if (s.autoindex) return { ...simple(200, s), type: 'text/html', body: utf8(listing(r.sys, dir, r.uri)) };
  await w.logs.about(r, 'error', `directory index of "${dir}" is forbidden`);
  return fail(r, s, 403);
}

async function file(w: Worker, r: Request, s: Settings, path: string, uri: string): Promise<Answer> {
  const st = r.sys.stat(path);
  if (!isErr(st) && st.kind === 'dir') return { ...fail(r, s, 301), location: absolute(r, `${uri}/`) };
  const bytes = isErr(st) ? st : r.sys.readFile(path);
  if (isErr(st) || isErr(bytes)) {
    const e = isErr(st) ? st : bytes;
    const missing = isErr(e) && (e.name === 'ENOENT' || e.name === 'ENOTDIR');
    if (isErr(e)) await w.logs.about(r, 'error', `open() "${path}" failed (${e.code}: ${e.text})`);
    return fail(r, s, missing ? 404 : 403);
  }
  if (r.method === 'POST') return fail(r, s, 405);
  const wall = r.sys.realtime() - BigInt(Math.round(r.sys.now() - st.mtime));
  const modified = httpDate(wall);
  const etag = `"${Math.floor(Number(wall / 1_000_000_000n)).toString(16)}-${bytes.length.toString(16)}"`;
  if (headerOf(r, 'if-none-match') === etag || headerOf(r, 'if-modified-since') === modified)
    return { ...simple(304, s), modified, headers: [['ETag', etag]] };
  const headers = [['ETag', etag] as const, ['Accept-Ranges', 'bytes'] as const];
  return { status: 200, type: typeOf(path, s), modified, headers, body: bytes, settings: s };
}
