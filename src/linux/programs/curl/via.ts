/** Whom a transfer connects to: the URL's host, what --connect-to says instead, or a proxy. @see curl lib/url.c */
import type { Sys } from '../../kernel/sys.ts';
import { CURLE, type CurlFailure, type Transfer } from './options.ts';
import { type CurlUrl, hostPort, parseUrl } from './url.ts';

/** Where a proxy listens when nothing is said. */
const PROXY_PORT = 1080;

/** A host that a list of names and domains excepts from proxies. */
function excepted(list: string, host: string): boolean {
  return list
    .split(/[\s,]+/)
    .filter((w) => w !== '')
    .some((w) => {
      const name = w.replace(/^\./, '').toLowerCase();
      return w === '*' || host.toLowerCase() === name || host.toLowerCase().endsWith(`.${name}`);
    });
}

/** The proxy that a URL is asked for through, '' none: -x, or the environment. */
function proxyOf(sys: Sys, t: Transfer, u: CurlUrl): string {
  const { env } = sys;
  const text = t.proxy ?? env[`${u.scheme}_proxy`] ?? env.all_proxy ?? env.ALL_PROXY ?? '';
  return excepted(t.noproxy ?? env.no_proxy ?? env.NO_PROXY ?? '', u.host) ? '' : text;
}

/** `HOST1:PORT1:HOST2:PORT2`: parts that are empty fit, or stay. */
function connectTo(entries: readonly string[], u: CurlUrl): CurlUrl {
  for (const entry of entries) {
    const m = /^(\[[^\]]*\]|[^:]*):(\d*):(\[[^\]]*\]|[^:]*):(\d*)$/.exec(entry);
    if (!m || (m[1] !== '' && m[1] !== hostPort({ ...u, defaultPort: true }, false))) continue;
    if (m[2] !== '' && Number(m[2]) !== u.port) continue;
    const host = (m[3] as string) === '' ? u.host : (m[3] as string).replace(/^\[|\]$/g, '');
    return { ...u, host, bracketed: host.includes(':'), port: m[4] === '' ? u.port : Number(m[4]) };
  }
  return u;
}

/** Whom to connect to, and whether that is a proxy. */
export function via(
  sys: Sys,
  t: Transfer,
  u: CurlUrl,
): { readonly to: CurlUrl; readonly proxy: boolean } | CurlFailure {
  const text = proxyOf(sys, t, u);
  if (text === '') return { to: connectTo(t.connectTo, u), proxy: false };
  const parsed = parseUrl(text.includes('://') ? text : `http://${text}`);
  if ('code' in parsed)
    return parsed.code === CURLE.UNSUPPORTED_PROTOCOL
      ? { code: CURLE.COULDNT_RESOLVE_PROXY, message: `Unsupported proxy scheme for '${text}'` }
      : { code: CURLE.COULDNT_RESOLVE_PROXY, message: `Unsupported proxy syntax in '${text}': ${parsed.message}` };
  const named = /:\d+\/?$/.test(text);
  return { to: named ? parsed : { ...parsed, port: PROXY_PORT, defaultPort: false }, proxy: true };
}
