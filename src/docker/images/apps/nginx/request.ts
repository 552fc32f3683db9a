/** One request as nginx reads it, and what is known of it while it is answered. */
import { formatIp, type IpAddr } from '../../../../base/ip.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Sys } from '../../../../linux/kernel/sys.ts';
import type { Wire } from '../../../../linux/programs/wire.ts';
import type { Server } from './model.ts';

/** Where a request came in. */
export interface Arrival {
  readonly peer: { readonly ip: IpAddr; readonly port: number };
  readonly local: { readonly ip: IpAddr; readonly port: number };
  /** Number of the connection, `*N` in the error log. */
  readonly connection: number;
}

/** A request while it is answered. */
export interface Request extends Arrival {
  readonly sys: Sys;
  server: Server;
  /** `GET / HTTP/1.1` as it came. */
  readonly line: string;
  readonly method: string;
  readonly protocol: string;
  /** With the query, as it came. */
  readonly target: string;
  /** Names as they came, in order. */
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Uint8Array;
  /** Virtual time at which it was read, ns. */
  readonly start: number;
  /** Decoded path; internal redirects change it. */
  uri: string;
  args: string;
  /** What `set` gave. */
  readonly vars: Map<string, string>;
  status: number;
  /** Bytes of the body that went out. */
  sent: number;
  /** Set while an upstream is asked, for the error log and `$upstream_addr`. */
  upstream?: { url: string; addr: string; status: number };
  proxyHost: string;
}

/** First value of a header. @param name in lower case */
export const headerOf = (r: Pick<Request, 'headers'>, name: string): string | undefined =>
  r.headers.find(([n]) => n.toLowerCase() === name)?.[1];

/** What is read of a connection. `bad` is answered with 400. */
export type Read = Omit<Request, keyof Arrival | 'sys' | 'server'> | { readonly bad: string } | undefined;

/** Reads a request. @returns undefined when the client is done */
export async function readRequest(sys: Sys, wire: Wire): Promise<Read> {
  let line = await wire.line();
  if (line === '') line = await wire.line();
  if (line === undefined || isErr(line)) return undefined;
  const m = /^([A-Z]+) (\S+)(?: (HTTP\/1\.[01]))?$/.exec(line);
  if (!m) return { bad: line };
  const [, method = '', target = '', protocol = 'HTTP/0.9'] = m;
  const headers: [string, string][] = [];
  for (;;) {
    const h = await wire.line();
    if (h === undefined || isErr(h)) return undefined;
    if (h === '') break;
    const colon = h.indexOf(':');
    if (colon <= 0) return { bad: line };
    headers.push([h.slice(0, colon), h.slice(colon + 1).trim()]);
  }
  const found = { headers };
  if (protocol === 'HTTP/1.1' && headerOf(found, 'host') === undefined) return { bad: line };
  const length = Number(headerOf(found, 'content-length') ?? 0);
  const body = await readBytes(wire, length);
  if (!body) return undefined;
  const path = target.replace(/^http:\/\/[^/]*/, '');
  const query = path.indexOf('?');
  const uri = normalize(query < 0 ? path : path.slice(0, query));
  if (uri === undefined) return { bad: line };
  const args = query < 0 ? '' : path.slice(query + 1);
  const start = sys.now();
  const state = { vars: new Map<string, string>(), status: 0, sent: 0, proxyHost: '' };
  return { line, method, protocol, target: path, headers, body, start, uri, args, ...state };
}

async function readBytes(wire: Wire, length: number): Promise<Uint8Array | undefined> {
  const out = new Uint8Array(length);
  for (let at = 0; at < length; ) {
    const part = await wire.read();
    if (isErr(part) || part.length === 0) return undefined;
    const take = part.subarray(0, length - at);
    out.set(take, at);
    at += take.length;
    wire.unread(part.subarray(take.length));
  }
  return out;
}

/** Percent signs decoded, double slashes merged, dots resolved. @returns undefined when it leads above the root */
export function normalize(path: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    return undefined;
  }
  if (!decoded.startsWith('/')) return undefined;
  const out: string[] = [];
  for (const part of decoded.split('/').slice(1)) {
    if (part === '..' && out.pop() === undefined) return undefined;
    if (part !== '.' && part !== '..' && part !== '') out.push(part);
  }
  const tail = /\/(\.{0,2})?$/.test(decoded) && out.length > 0 ? '/' : '';
  return `/${out.join('/')}${tail}`;
}

/** The server that answers for a name: exact, `*.x`, `x.*`, `~regex`, else the default one. */
export function serverFor(
  servers: readonly Server[],
  key: (s: Server) => 'default' | 'yes' | 'no',
  host: string,
): Server {
  const here = servers.filter((s) => key(s) !== 'no');
  const name = host.toLowerCase();
  const by = (test: (n: string) => boolean): Server | undefined => here.find((s) => s.names.some(test));
  return (
    by((n) => n.toLowerCase() === name) ??
    by((n) => n.startsWith('*.') && name.endsWith(n.slice(1).toLowerCase())) ??
    by((n) => n.startsWith('.') && (name.endsWith(n) || name === n.slice(1))) ??
    by((n) => n.endsWith('.*') && name.startsWith(n.slice(0, -1).toLowerCase())) ??
    by((n) => n.startsWith('~') && matches(n.slice(1), name)) ??
    here.find((s) => key(s) === 'default') ??
    (here[0] as Server)
  );
}

function matches(pattern: string, name: string): boolean {
  try {
    return new RegExp(pattern).test(name);
  } catch {
    return false;
  }
}

/** The host a request is for: of its target, its Host header, or the server's first name; without port. */
export function hostOf(r: Pick<Request, 'headers' | 'server'>): string {
  const given = headerOf(r, 'host');
  return (given?.replace(/:\d+$/, '') ?? r.server.names[0] ?? '').toLowerCase();
}

export const ipText = (ip: IpAddr): string => formatIp(ip);
