/**
 * The API's router: version prefix, route table, errors; a pure function from request to answer.
 * @see moby api/server/server.go, api/server/middleware/version.go
 */
import type { HttpRequest, HttpResponse, HttpService } from '../../base/http.ts';
import { Failure } from '../errdefs.ts';
import { compareVersions } from './apiversion.ts';
import { API_VERSION, COST, type Daemon, MIN_API_VERSION } from './daemon.ts';
import { errors } from './errors.ts';
import { bare, failure, moved, plain, versionError } from './reply.ts';

/** One request with what the route's pattern took from its path. */
export interface Call {
  readonly daemon: Daemon;
  readonly request: HttpRequest;
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  /** The API version the client speaks: `1.51`. */
  readonly version: string;
}

export type Handler = (call: Call) => Promise<HttpResponse | Failure> | HttpResponse | Failure;

/** `{id}` takes one segment, `{name*}` one or more. */
export interface Route {
  readonly method: string;
  readonly pattern: string;
  readonly handler: Handler;
}

/** The parameters, when a path fits a pattern. */
export function matchPath(pattern: string, path: string): Record<string, string> | undefined {
  return matchSegments(pattern.split('/').slice(1), path.split('/').slice(1));
}

function matchSegments(want: readonly string[], have: readonly string[]): Record<string, string> | undefined {
  if (!want[0]?.startsWith('{') && want[0] !== have[0]) return undefined;
  const params: Record<string, string> = {};
  let h = 0;
  for (let w = 0; w < want.length; w++) {
    const segment = want[w] as string;
    if (!segment.startsWith('{')) {
      if (have[h++] !== segment) return undefined;
      continue;
    }
    const greedy = segment.endsWith('*}');
    const take = greedy ? have.length - h - (want.length - w - 1) : 1;
    if (take < 1 || h + take > have.length) return undefined;
    const value = take === 1 ? (have[h] as string) : have.slice(h, h + take).join('/');
    if (value === '') return undefined;
    params[segment.slice(1, greedy ? -2 : -1)] = value;
    h += take;
  }
  return h === have.length ? params : undefined;
}

/** Percent signs undone; bytes that are no UTF-8 stay as they are. */
function unescaped(s: string): string {
  try {
    return decodeURIComponent(s);
  } catch {
    return s;
  }
}

/** dockerd's API. @param load gives the routes, whose code arrives with the first request */
export function createRouter(daemon: Daemon, load: () => Promise<readonly Route[]>): HttpService {
  let routes: Table | undefined;
  return {
    async handle(request) {
      routes ??= tableOf(await load());
      if (request.method === 'OPTIONS' && request.path === '*') return plain(daemon);
      const whole = unescaped(request.path);
      const clean = cleanPath(whole);
      if (clean !== whole) return moved(daemon, encodeURI(clean), request.query);
      const versioned = /^\/v(\d+\.\d+)(\/.*)$/.exec(whole);
      const path = versioned ? (versioned[2] as string) : whole;
      const found = find(routes, request.method, path);
      if (!found) return bare(daemon, 404, errors.pageNotFound.message);
      const version = versioned?.[1];
      const refused = version === undefined || version === API_VERSION ? undefined : versionFault(daemon, version);
      if (refused) return refused;
      const form = /[;%]/.test(request.search ?? '') || request.headers['content-type']?.includes('form');
      const query = form
        ? await (await daemon.kernel.world.hold(import('./form.ts'))).readForm(request)
        : request.query;
      if (query instanceof Failure) return failure(daemon, query);
      await daemon.sleep(COST.request);
      const call = { daemon, request, query, params: found.params, version: version ?? API_VERSION };
      const answer = await found.route.handler(call);
      return answer instanceof Failure ? failure(daemon, answer) : answer;
    },
  };
}

function versionFault(daemon: Daemon, version: string): HttpResponse | undefined {
  if (compareVersions(version, API_VERSION) > 0)
    return versionError(
      daemon,
      `client version ${version} is too new. Maximum supported API version is ${API_VERSION}`,
      false,
    );
  if (compareVersions(version, MIN_API_VERSION) < 0)
    return versionError(
      daemon,
      `client version ${version} is too old. Minimum supported API version is ${MIN_API_VERSION}, ` +
        'please upgrade your client to a newer version',
      true,
    );
  return undefined;
}

/** Without empty segments, `.` and `..`; a slash at the end stays. @see gorilla/mux: cleanPath */
function cleanPath(path: string): string {
  if (!/\/[/.]|^[^/]|^$/.test(path)) return path;
  const out: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') out.pop();
    else if (segment !== '' && segment !== '.') out.push(segment);
  }
  return `/${out.join('/')}${path.endsWith('/') && out.length > 0 ? '/' : ''}`;
}

/** Routes with their patterns in segments, by method and what the paths begin with. */
type Table = ReadonlyMap<string, readonly (Route & { readonly segments: readonly string[] })[]>;

/** The first segment of patterns that fit every path. */
const ANY = '{any*}';

const keyOf = (method: string, segment: string | undefined): string => `${method} ${segment}`;

function tableOf(routes: readonly Route[]): Table {
  const table = new Map<string, (Route & { readonly segments: readonly string[] })[]>();
  for (const r of routes) {
    const segments = r.pattern.split('/').slice(1);
    const key = keyOf(r.method, segments[0]);
    table.set(key, [...(table.get(key) ?? []), { ...r, segments }]);
  }
  return table;
}

function find(
  table: Table,
  method: string,
  path: string,
): { route: Route; params: Record<string, string> } | undefined {
  const have = path.split('/').slice(1);
  const known = table.get(keyOf(method, have[0])) ?? table.get(keyOf(method, ANY)) ?? [];
  for (const route of known) {
    const params = matchSegments(route.segments, have);
    if (params) return { route, params };
  }
  return undefined;
}

/** Go's strconv-like truth of a query parameter. @see moby api/server/httputils/form.go: BoolValue */
export function flag(query: URLSearchParams, name: string): boolean {
  const s = (query.get(name) ?? '').trim().toLowerCase();
  return !(s === '' || s === '0' || s === 'no' || s === 'false' || s === 'none');
}

/** Like {@link flag}, but an absent parameter is `fallback`. */
export function flagOr(query: URLSearchParams, name: string, fallback: boolean): boolean {
  return query.has(name) ? flag(query, name) : fallback;
}
