/** `upstream` and `proxy_pass`: which servers they mean. Names are looked up here, once, as nginx does at start. */
import { type IpAddr, parseIp } from '../../../../base/ip.ts';
import type { Build } from './build.ts';
import type { Peer, ProxyPass, Upstream } from './model.ts';
import { at, type Directive, Emerg } from './parse.ts';
import { duration } from './settings.ts';

/** A name's addresses; undefined when it has none. */
export type Lookup = (name: string) => Promise<readonly IpAddr[] | undefined>;

/** `web:8080` → name and port; undefined when the port is none. */
export function hostPort(text: string, port = 80): { host: string; port: number } | undefined {
  const m = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(text);
  if (!m) return undefined;
  const n = m[2] === undefined ? port : Number(m[2]);
  if (!Number.isInteger(n) || n < 1 || n > 65535) return undefined;
  return { host: (m[1] as string).replace(/^\[|\]$/g, ''), port: n };
}

/** The block `upstream NAME { server …; }`. */
export async function upstreamOf(d: Directive, lookup: Lookup): Promise<Upstream | Emerg> {
  const inside = d.block ?? [];
  const servers = inside.filter((x) => x.name === 'server');
  if (servers.length === 0) return new Emerg(`no servers are inside upstream${at(d)}`);
  const peers: Peer[] = [];
  for (const s of servers) {
    const made = await peersOf(s, lookup);
    if (made instanceof Emerg) return made;
    peers.push(...made);
  }
  const has = (name: string): boolean => inside.some((x) => x.name === name);
  const balance = has('ip_hash') ? 'ip-hash' : has('least_conn') ? 'least-conn' : 'round-robin';
  return { name: d.args[0] as string, peers, balance };
}

async function peersOf(d: Directive, lookup: Lookup): Promise<Peer[] | Emerg> {
  const [where = '', ...flags] = d.args;
  const to = hostPort(where);
  if (!to) return new Emerg(`invalid port in upstream "${where}"${at(d)}`);
  const peer = { weight: 1, maxFails: 1, failTimeout: 10e9, backup: false, down: false };
  for (const f of flags) {
    const [key = '', value = ''] = f.split('=');
    if (key === 'weight' && Number(value) > 0) peer.weight = Number(value);
    else if (key === 'max_fails' && /^\d+$/.test(value)) peer.maxFails = Number(value);
    else if (key === 'fail_timeout' && duration(value) !== undefined) peer.failTimeout = duration(value) as number;
    else if (f === 'backup') peer.backup = true;
    else if (f === 'down') peer.down = true;
    else if (key !== 'max_conns') return new Emerg(`invalid parameter "${f}"${at(d)}`);
  }
  const ips = await addresses(to.host, lookup);
  if (!ips) return new Emerg(`host not found in upstream "${where}"${at(d)}`);
  return ips.map((ip) => ({ ip, port: to.port, ...peer }));
}

async function addresses(host: string, lookup: Lookup): Promise<readonly IpAddr[] | undefined> {
  const literal = parseIp(host);
  return literal ? [literal] : lookup(host);
}

/** @param noUri in a location by regular expression a URI cannot be replaced */
export async function buildProxy(d: Directive, b: Build, noUri: boolean): Promise<ProxyPass | Emerg> {
  const [url = ''] = d.args;
  if (url.startsWith('https://'))
    return new Emerg(`https protocol requires SSL support, which this laboratory does not have${at(d)}`);
  const isVariable = /^\$/.test(url);
  if (!isVariable && !url.startsWith('http://')) return new Emerg(`invalid URL prefix${at(d)}`);
  const target = url.replace(/^http:\/\//, '');
  const slash = target.indexOf('/');
  const host = slash < 0 ? target : target.slice(0, slash);
  const uri = slash < 0 ? undefined : target.slice(slash);
  const rest = uri === undefined ? {} : { uri };
  if (url.includes('$')) return { target, host, ...rest };
  if (uri !== undefined && noUri)
    return new Emerg(
      '"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, ' +
        `or inside "if" statement, or inside "limit_except" block${at(d)}`,
    );
  const known = b.upstreams.get(host);
  if (known) return { target, host, ...rest, upstream: known };
  const to = hostPort(host);
  if (!to) return new Emerg(`invalid port in upstream "${target}"${at(d)}`);
  const ips = await addresses(to.host, b.lookup);
  if (!ips) return new Emerg(`host not found in upstream "${to.host}"${at(d)}`);
  const peers = ips.map((ip) => ({
    ip,
    port: to.port,
    weight: 1,
    maxFails: 1,
    failTimeout: 10e9,
    backup: false,
    down: false,
  }));
  return { target, host, ...rest, upstream: { name: host, peers, balance: 'round-robin' } };
}
