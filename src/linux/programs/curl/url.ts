/** URLs as curl takes them: scheme optional, host may be bracketed IPv6. @see curl lib/urlapi.c */

export interface CurlUrl {
  readonly scheme: string;
  readonly user?: string;
  readonly password?: string;
  /** Without brackets. */
  readonly host: string;
  readonly bracketed: boolean;
  readonly port: number;
  /** True when the port is the scheme's own, so the Host header omits it. */
  readonly defaultPort: boolean;
  /** With the query, without the fragment; begins with a slash. */
  readonly target: string;
}

const PORTS: Readonly<Record<string, number>> = { http: 80, https: 443, ftp: 21 };

/** @returns curl's message (exit code 3 or 1) when the URL is refused */
export function parseUrl(text: string): CurlUrl | { readonly code: number; readonly message: string } {
  const m = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text);
  const scheme = (m?.[1] ?? 'http').toLowerCase();
  const rest = m ? (m[2] as string) : text;
  if (/[\s]/.test(rest)) return { code: 3, message: 'URL rejected: Malformed input to a URL function' };
  if (scheme !== 'http' && scheme !== 'https') return { code: 1, message: `Protocol "${scheme}" not supported` };
  const end = rest.search(/[/?#]/);
  const authority = end < 0 ? rest : rest.slice(0, end);
  const path = (end < 0 ? '/' : rest.slice(end)).replace(/#.*$/s, '');
  const at = authority.lastIndexOf('@');
  const userinfo = at < 0 ? undefined : authority.slice(0, at).split(/:(.*)/s);
  const hostport = at < 0 ? authority : authority.slice(at + 1);
  const hp = /^(\[([0-9A-Fa-f:.%a-z]+)\]|[^:]*)(?::(.*))?$/.exec(hostport);
  if (!hp) return { code: 3, message: 'URL rejected: Port number was not a decimal number between 0 and 65535' };
  const port = hp[3] === undefined || hp[3] === '' ? (PORTS[scheme] as number) : Number(hp[3]);
  if (!Number.isInteger(port) || port < 0 || port > 65535 || !/^\d*$/.test(hp[3] ?? ''))
    return { code: 3, message: 'URL rejected: Port number was not a decimal number between 0 and 65535' };
  const host = hp[2] ?? (hp[1] as string);
  if (host === '') return { code: 3, message: 'URL rejected: No host part in the URL' };
  return {
    scheme,
    user: userinfo?.[0],
    password: userinfo?.[1],
    host,
    bracketed: hp[2] !== undefined,
    port,
    defaultPort: port === PORTS[scheme],
    target: path.startsWith('/') ? path : `/${path}`,
  };
}

/** `host:port` for messages and the Host header. */
export function hostPort(u: CurlUrl, always: boolean): string {
  const host = u.bracketed ? `[${u.host}]` : u.host;
  return always || !u.defaultPort ? `${host}:${u.port}` : host;
}

/** The URL again. */
export function urlText(u: CurlUrl): string {
  return `${u.scheme}://${hostPort(u, false)}${u.target}`;
}

/** Where a Location header leads. */
export function resolveLocation(base: CurlUrl, location: string): string {
  if (/^[A-Za-z][A-Za-z0-9+.-]*:\/\//.test(location)) return location;
  if (location.startsWith('//')) return `${base.scheme}:${location}`;
  const origin = `${base.scheme}://${hostPort(base, false)}`;
  if (location.startsWith('/')) return origin + location;
  const path = base.target.replace(/\?.*$/s, '');
  const segments = (path.slice(0, path.lastIndexOf('/') + 1) + location).split('/');
  const out: string[] = [];
  for (const s of segments) {
    if (s === '..') {
      if (out.length > 1) out.pop();
    } else if (s !== '.') out.push(s);
  }
  return origin + out.join('/');
}
