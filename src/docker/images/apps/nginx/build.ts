/**
 * From directives to the model: values are read, names of upstream servers are looked up.
 * @see nginx src/http/ngx_http_core_module.c, ngx_http_upstream_round_robin.c: ngx_http_upstream_init_round_robin
 */
import { formatIp, type IpAddr, ip4, parseIp } from '../../../../base/ip.ts';
import { buildProxy, type Lookup, upstreamOf } from './buildproxy.ts';
import type { Config, ErrorLog, Listen, Location, Return, Server, Settings, Upstream } from './model.ts';
import { at, type Directive, Emerg } from './parse.ts';
import { inherit, LEVELS } from './settings.ts';

export const keyOf = (l: { ip: IpAddr; port: number }): string =>
  `${l.ip.v === 6 ? `[${formatIp(l.ip)}]` : formatIp(l.ip)}:${l.port}`;

const COMBINED =
  '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"';

const DEFAULTS: Settings = {
  root: '/usr/share/nginx/html',
  index: ['index.html'],
  autoindex: false,
  defaultType: 'text/plain',
  types: new Map([
    ['html', 'text/html'],
    ['gif', 'image/gif'],
    ['jpg', 'image/jpeg'],
  ]),
  tokens: true,
  errorPages: [],
  accessLogs: [{ path: '/var/log/nginx/access.log', format: COMBINED }],
  errorLog: { path: '/var/log/nginx/error.log', level: LEVELS.indexOf('error') },
  addHeaders: [],
  access: [],
  proxyHeaders: [],
  proxyVersion: '1.0',
  connectTimeout: 60e9,
  readTimeout: 60e9,
  nextUpstream: ['error', 'timeout'],
};

/** Carries what building needs, so that helpers take one argument. */
export interface Build {
  readonly lookup: Lookup;
  readonly upstreams: Map<string, Upstream>;
  readonly formats: Map<string, string>;
  readonly processors: number;
}

/** @param lookup a name's addresses; undefined when it has none */
export async function buildConfig(main: readonly Directive[], lookup: Lookup, processors = 2): Promise<Config | Emerg> {
  const b: Build = { lookup, upstreams: new Map(), formats: new Map([['combined', COMBINED]]), processors };
  let settings = inherit(DEFAULTS, main, b);
  if (settings instanceof Emerg) return settings;
  const errorLog: ErrorLog = settings.errorLog;
  const servers: Server[] = [];
  const warnings: string[] = [];
  if (!main.some((d) => d.name === 'events')) return new Emerg('no "events" section in configuration');
  for (const block of main.filter((d) => d.name === 'http')) {
    const inside = block.block ?? [];
    for (const d of inside) if (d.name === 'log_format') b.formats.set(d.args[0] as string, d.args.slice(1).join(''));
    settings = inherit(settings, inside, b);
    if (settings instanceof Emerg) return settings;
    for (const d of inside.filter((x) => x.name === 'upstream')) {
      const up = await upstreamOf(d, b.lookup);
      if (up instanceof Emerg) return up;
      b.upstreams.set(up.name, up);
    }
    for (const d of inside.filter((x) => x.name === 'server')) {
      const server = await serverOf(d, settings, b);
      if (server instanceof Emerg) return server;
      servers.push(server);
    }
  }
  const clash = conflicts(servers, warnings);
  if (clash) return clash;
  const last = (name: string): string | undefined => main.findLast((d) => d.name === name)?.args[0];
  const workers = last('worker_processes') ?? '1';
  return {
    daemon: last('daemon') !== 'off',
    workers: workers === 'auto' ? b.processors : Math.max(1, Number(workers) || 1),
    user: last('user') ?? 'www-data',
    pid: last('pid') ?? '/run/nginx.pid',
    errorLog,
    servers,
    warnings,
  };
}

/** Two default servers of one address are an error, two equal names a warning. */
function conflicts(servers: readonly Server[], warnings: string[]): Emerg | undefined {
  const defaults = new Set<string>();
  const names = new Set<string>();
  for (const s of servers)
    for (const l of s.listens) {
      const key = keyOf(l);
      if (l.isDefault && defaults.has(key)) return new Emerg(`a duplicate default server for ${key}${at(s)}`);
      if (l.isDefault) defaults.add(key);
      for (const name of s.names) {
        if (names.has(`${name} ${key}`)) warnings.push(`conflicting server name "${name}" on ${key}, ignored`);
        names.add(`${name} ${key}`);
      }
    }
  return undefined;
}

async function serverOf(d: Directive, outer: Settings, b: Build): Promise<Server | Emerg> {
  const inside = d.block ?? [];
  const settings = inherit(outer, inside, b);
  if (settings instanceof Emerg) return settings;
  const listens: Listen[] = [];
  for (const l of inside.filter((x) => x.name === 'listen')) {
    const made = await listenOf(l, b.lookup);
    if (made instanceof Emerg) return made;
    if (listens.some((o) => keyOf(o) === keyOf(made))) return new Emerg(`a duplicate listen ${l.args[0]}${at(l)}`);
    listens.push(made);
  }
  if (listens.length === 0) listens.push({ ip: ip4(0), port: 80, isDefault: false });
  const locations = await locationsOf(inside, settings, b);
  if (locations instanceof Emerg) return locations;
  const result = returnOf(inside);
  if (result instanceof Emerg) return result;
  return {
    file: d.file,
    line: d.line,
    listens,
    names: inside.filter((x) => x.name === 'server_name').flatMap((x) => x.args),
    settings,
    ...(result ? { result } : {}),
    ...tryFiles(inside),
    sets: setsOf(inside),
    locations,
  };
}

const tryFiles = (inside: readonly Directive[]): { tryFiles?: readonly string[] } => {
  const d = inside.find((x) => x.name === 'try_files');
  return d ? { tryFiles: d.args } : {};
};
const setsOf = (inside: readonly Directive[]): [string, string][] =>
  inside.filter((x) => x.name === 'set').map((x) => [(x.args[0] as string).replace(/^\$/, ''), x.args[1] as string]);

async function locationsOf(inside: readonly Directive[], outer: Settings, b: Build): Promise<Location[] | Emerg> {
  const out: Location[] = [];
  for (const d of inside.filter((x) => x.name === 'location')) {
    const made = await locationOf(d, outer, b);
    if (made instanceof Emerg) return made;
    if (out.some((o) => o.pattern === made.pattern && (o.kind === 'exact') === (made.kind === 'exact') && !o.regex))
      if (!made.regex) return new Emerg(`duplicate location "${made.pattern}"${at(d)}`);
    out.push(made);
  }
  return out;
}

const KINDS: Readonly<Record<string, Location['kind']>> = { '=': 'exact', '^~': 'stop', '~': 'regex', '~*': 'regex' };

async function locationOf(d: Directive, outer: Settings, b: Build): Promise<Location | Emerg> {
  const [first = '', second] = d.args;
  const kind = second === undefined ? (first.startsWith('@') ? 'named' : 'prefix') : KINDS[first];
  if (!kind) return new Emerg(`invalid location modifier "${first}"${at(d)}`);
  const pattern = second ?? first;
  let regex: RegExp | undefined;
  try {
    if (kind === 'regex') regex = new RegExp(pattern, first === '~*' ? 'i' : '');
  } catch {
    return new Emerg(`pcre2_compile() failed: syntax error in "${pattern}"${at(d)}`);
  }
  const inside = d.block ?? [];
  const settings = inherit(outer, inside, b);
  if (settings instanceof Emerg) return settings;
  const result = returnOf(inside);
  if (result instanceof Emerg) return result;
  const pass = inside.find((x) => x.name === 'proxy_pass');
  const proxy = pass && (await buildProxy(pass, b, kind === 'regex' || kind === 'named'));
  if (proxy instanceof Emerg) return proxy;
  const locations = await locationsOf(inside, settings, b);
  if (locations instanceof Emerg) return locations;
  const alias = inside.find((x) => x.name === 'alias')?.args[0];
  return {
    kind,
    pattern,
    ...(regex ? { regex } : {}),
    settings,
    ...(alias === undefined ? {} : { alias }),
    ...(result ? { result } : {}),
    ...(proxy ? { proxy } : {}),
    ...tryFiles(inside),
    sets: setsOf(inside),
    internal: inside.some((x) => x.name === 'internal'),
    stubStatus: inside.some((x) => x.name === 'stub_status'),
    locations,
  };
}

function returnOf(inside: readonly Directive[]): Return | undefined | Emerg {
  const d = inside.find((x) => x.name === 'return');
  if (!d) return undefined;
  const [first = '', text] = d.args;
  if (text === undefined && /^https?:\/\/|^\$scheme/.test(first)) return { status: 302, text: first };
  if (!/^\d{1,3}$/.test(first)) return new Emerg(`invalid return code "${first}"${at(d)}`);
  return text === undefined ? { status: Number(first) } : { status: Number(first), text };
}

/** `80`, `*:80`, `127.0.0.1:80`, `[::]:80`, `localhost:80`. @see ngx_http_core_listen */
async function listenOf(d: Directive, lookup: Lookup): Promise<Listen | Emerg> {
  const [where = '', ...flags] = d.args;
  const wrong = (what: string): Emerg => new Emerg(`${what} of the "listen" directive${at(d)}`);
  for (const f of flags) {
    if (f === 'ssl') return new Emerg(`the "ssl" parameter needs TLS, which this laboratory does not have${at(d)}`);
    if (
      !/^(default_server|default|reuseport|http2|deferred|bind|backlog=\d+|ipv6only=(on|off)|proxy_protocol)$/.test(f)
    )
      return new Emerg(`invalid parameter "${f}"${at(d)}`);
  }
  const isDefault = flags.includes('default_server') || flags.includes('default');
  const v6 = /^\[([^\]]*)\](?::(.*))?$/.exec(where);
  const split = where.lastIndexOf(':');
  const bare = !v6 && split < 0;
  const host = v6 ? (v6[1] as string) : bare ? (/^\d+$/.test(where) ? '*' : where) : where.slice(0, split);
  const port = v6 ? (v6[2] ?? '80') : bare ? (/^\d+$/.test(where) ? where : '80') : where.slice(split + 1);
  const n = Number(port);
  if (!/^\d+$/.test(port) || n < 1 || n > 65535) return wrong(`invalid port in "${where}"`);
  if (v6) {
    const ip = parseIp(host);
    return ip?.v === 6 ? { ip, port: n, isDefault } : wrong(`invalid IPv6 address in "${where}"`);
  }
  if (host === '*') return { ip: ip4(0), port: n, isDefault };
  const ip = parseIp(host) ?? (await lookup(host))?.[0];
  return ip ? { ip, port: n, isDefault } : wrong(`host not found in "${where}"`);
}
