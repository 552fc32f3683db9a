/** `$variables` in values. @see nginx.org/en/docs/varindex.html */
import { civil, MONTH_NAMES, two } from '../../../../base/civil.ts';
import { logDate, rfc3339Nano } from '../../../time.ts';
import { headerOf, hostOf, ipText, type Request } from './request.ts';

/** What is sent in `Server:`. */
export const VERSION = '1.30.0';

const PLAIN: Readonly<Record<string, (r: Request) => string>> = {
  arg: () => '',
  args: (r) => r.args,
  query_string: (r) => r.args,
  is_args: (r) => (r.args === '' ? '' : '?'),
  binary_remote_addr: (r) => ipText(r.peer.ip),
  body_bytes_sent: (r) => String(r.sent),
  bytes_sent: (r) => String(r.sent),
  connection: (r) => String(r.connection),
  content_length: (r) => headerOf(r, 'content-length') ?? '',
  content_type: (r) => headerOf(r, 'content-type') ?? '',
  document_root: (r) => r.server.settings.root,
  document_uri: (r) => r.uri,
  uri: (r) => r.uri,
  host: hostOf,
  hostname: (r) => r.sys.gethostname(),
  https: () => '',
  msec: (r) => (Number(r.sys.realtime()) / 1e9).toFixed(3),
  nginx_version: () => VERSION,
  pid: (r) => String(r.sys.pid),
  pipe: () => '.',
  proxy_add_x_forwarded_for: (r) => {
    const given = headerOf(r, 'x-forwarded-for');
    return given === undefined ? ipText(r.peer.ip) : `${given}, ${ipText(r.peer.ip)}`;
  },
  proxy_host: (r) => r.proxyHost,
  proxy_port: (r) => /:(\d+)$/.exec(r.proxyHost)?.[1] ?? '80',
  remote_addr: (r) => ipText(r.peer.ip),
  remote_port: (r) => String(r.peer.port),
  remote_user: () => '',
  request: (r) => r.line,
  request_body: (r) => new TextDecoder().decode(r.body),
  request_length: (r) => String(r.line.length + r.headers.reduce((n, [k, v]) => n + k.length + v.length + 4, 4)),
  request_id: (r) => {
    const id = r.vars.get('request_id') ?? r.sys.rng.hex(32);
    r.vars.set('request_id', id);
    return id;
  },
  request_method: (r) => r.method,
  request_time: (r) => ((r.sys.now() - r.start) / 1e9).toFixed(3),
  request_uri: (r) => r.target,
  scheme: () => 'http',
  server_addr: (r) => ipText(r.local.ip),
  server_name: (r) => r.server.names[0] ?? '',
  server_port: (r) => String(r.local.port),
  server_protocol: (r) => r.protocol,
  status: (r) => String(r.status),
  time_iso8601: (r) => `${rfc3339Nano(r.sys.realtime()).slice(0, 19)}+00:00`,
  time_local: (r) => `${logDate(r.sys.realtime(), ':')} +0000`,
  upstream_addr: (r) => r.upstream?.addr ?? '',
  upstream_status: (r) => (r.upstream && r.upstream.status > 0 ? String(r.upstream.status) : ''),
  upstream_response_time: (r) => (r.upstream ? ((r.sys.now() - r.start) / 1e9).toFixed(3) : ''),
};

/** A variable's value; undefined when there is none of that name. */
function value(r: Request, name: string): string | undefined {
  const given = r.vars.get(name);
  if (given !== undefined) return given;
  const plain = PLAIN[name];
  if (plain) return plain(r);
  if (name.startsWith('http_')) return headerOf(r, name.slice(5).replaceAll('_', '-')) ?? '';
  if (name.startsWith('arg_')) return new URLSearchParams(r.args).get(name.slice(4)) ?? '';
  if (name.startsWith('cookie_'))
    return new RegExp(`(?:^|; )${name.slice(7)}=([^;]*)`).exec(headerOf(r, 'cookie') ?? '')?.[1] ?? '';
  return undefined;
}

const VARIABLE = /\$(?:\{(\w+)\}|(\w+))/g;

/** Puts values in. @param empty what stands for an empty value (`-` in logs) */
export function expand(r: Request, text: string, empty = ''): string {
  if (!text.includes('$')) return text;
  return text.replace(
    VARIABLE,
    (_all, braced?: string, bare?: string) => value(r, (braced ?? bare) as string) || empty,
  );
}

/** Names of variables that nothing defines, for the check at start. @param set names that `set` and captures define */
export function unknownVariable(text: string, set: ReadonlySet<string>): string | undefined {
  for (const m of text.matchAll(VARIABLE)) {
    const name = (m[1] ?? m[2]) as string;
    if (name in PLAIN || set.has(name) || /^(http|arg|cookie|sent_http|upstream)_|^\d$/.test(name)) continue;
    return name;
  }
  return undefined;
}

/** `26-Nov-2026 01:37`, as directory listings have it. */
export function listingDate(ns: bigint): string {
  const c = civil(ns);

  return `${two(c.day)}-${(MONTH_NAMES[c.month - 1] as string).slice(0, 3)}-${c.year} ${two(c.hour)}:${two(c.minute)}`;
}
