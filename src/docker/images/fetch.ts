/**
 * What the engine fetches by HTTP over the machine's own network, for imports, ADD and build contexts.
 *
 * Limits: no TLS behind its greeting; no proxies.
 * @see Go net/http/client.go; moby builder/remotecontext/remote.go: GetWithStatusError
 */
import { join } from '../../base/bytes.ts';
import { text, utf8 } from '../../base/http.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { Sys } from '../../linux/kernel/sys.ts';
import { type CurlUrl, hostPort, parseUrl, urlText } from '../../linux/programs/curl/url.ts';
import { header, type ResponseHead, readBody, readHead } from '../../linux/programs/httpclient.ts';
import type { Wire } from '../../linux/programs/wire.ts';
import { Failure } from '../errdefs.ts';
import { parseHttpDate } from '../time.ts';
import { dial, greet } from './dial.ts';

export interface Fetched {
  /** After redirects. */
  readonly url: string;
  /** Last part of the URL's path; empty when that ends in a slash. */
  readonly name: string;
  /** Content-Type, without parameters. */
  readonly type: string;
  /** Last-Modified, ns since 1970; 0 when it is not said. */
  readonly modified: bigint;
  readonly bytes: Uint8Array;
}

const REDIRECTS = 10;

/** Whether a source of ADD, a context or an import is to be fetched. */
export const isUrl = (source: string): boolean => /^https?:\/\//.test(source);

/** @param sys the engine's own */
export async function fetchUrl(sys: Sys, url: string): Promise<Fetched | Failure> {
  let at = parseUrl(url);
  for (let hop = 0; hop < REDIRECTS; hop++) {
    if ('message' in at) return failure(url, 'unsupported protocol scheme ""');
    const got = await exchange(sys, at);
    if (typeof got === 'string') return failure(urlText(at), got);
    const { head, bytes } = got;
    const location = head.status >= 300 && head.status < 400 ? header(head, 'location') : undefined;
    if (location === undefined) return finished(urlText(at), at, head, bytes);
    at = parseUrl(isUrl(location) ? location : beside(at, location));
  }
  return failure(url, `stopped after ${REDIRECTS} redirects`);
}

const failure = (url: string, why: string): Failure => new Failure('system', `Get ${JSON.stringify(url)}: ${why}`);

/** A location on the same host. */
function beside(from: CurlUrl, location: string): string {
  const base = location.startsWith('/') ? '' : from.target.replace(/\?.*$/s, '').replace(/[^/]*$/, '');
  return urlText({ ...from, target: `${base}${location}` });
}

function finished(url: string, at: CurlUrl, head: ResponseHead, bytes: Uint8Array): Fetched | Failure {
  if (head.status >= 400) {
    const said = head.statusLine.replace(/^\S+ /, '');
    const kind = head.status === 404 ? 'notFound' : head.status < 500 ? 'invalid' : 'system';
    return new Failure(kind, `failed to GET ${url} with status ${said}: ${text(bytes)}`);
  }
  const name = at.target.replace(/\?.*$/s, '').split('/').pop() as string;
  const type = (header(head, 'content-type') ?? '').split(';', 1)[0] as string;
  return { url, name, type, modified: parseHttpDate(header(head, 'last-modified') ?? '') ?? 0n, bytes };
}

/** One request and its answer, or what went wrong. */
async function exchange(sys: Sys, to: CurlUrl): Promise<{ head: ResponseHead; bytes: Uint8Array } | string> {
  const wire = await dial(sys, to.host, to.port);
  if (typeof wire === 'string') return wire;
  try {
    return to.scheme === 'https' ? await secured(sys, wire) : await asked(wire, to);
  } finally {
    wire.close();
  }
}

async function secured(sys: Sys, wire: Wire): Promise<string> {
  const answer = await greet(sys, wire);
  if (typeof answer === 'string') return answer;
  return text(answer).startsWith('HTTP/')
    ? 'http: server gave HTTP response to HTTPS client'
    : 'remote error: tls: handshake failure';
}

async function asked(wire: Wire, to: CurlUrl): Promise<{ head: ResponseHead; bytes: Uint8Array } | string> {
  const host = hostPort(to, false);
  await wire.write(
    utf8(`GET ${to.target} HTTP/1.1\r\nHost: ${host}\r\nUser-Agent: Go-http-client/1.1\r\nConnection: close\r\n\r\n`),
  );
  const head = await readHead(wire);
  if (head === 'empty') return 'EOF';
  if (head === 'bad') return 'net/http: HTTP/1.x transport connection broken: malformed HTTP response';
  if (isErr(head)) return `read tcp: ${head.text.toLowerCase()}`;
  const parts: Uint8Array[] = [];
  const end = await readBody(wire, head, true, async (bytes) => void parts.push(bytes));
  if (end === 'partial') return 'unexpected EOF';
  return end === 'complete' ? { head, bytes: join(parts) } : `read tcp: ${end.text.toLowerCase()}`;
}
