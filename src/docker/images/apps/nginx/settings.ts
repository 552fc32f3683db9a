/** Settings of one block over those of the block around it. */
import { type IpAddr, parseIp } from '../../../../base/ip.ts';
import type { Build } from './build.ts';
import type { AccessLog, ErrorPage, Settings } from './model.ts';
import { at, type Directive, Emerg } from './parse.ts';

/** Severities of the error log, most severe first. @see ngx_log.c: err_levels */
export const LEVELS = ['stderr', 'emerg', 'alert', 'crit', 'error', 'warn', 'notice', 'info', 'debug'];

/** `60`, `60s`, `500ms`, `1m` → ns; undefined when it is none. */
export function duration(s: string): number | undefined {
  const m = /^(\d+)(ms|s|m|h|d)?$/.exec(s);
  const unit = { ms: 1e6, s: 1e9, m: 60e9, h: 3600e9, d: 86400e9 }[m?.[2] ?? 's'] as number;
  return m ? Number(m[1]) * unit : undefined;
}

/** @returns the complaint about the first value that cannot be */
export function inherit(outer: Settings, inside: readonly Directive[], b: Build): Settings | Emerg {
  let s: Settings = outer;
  for (const d of inside) {
    const changed = change(s, outer, d, b);
    if (changed instanceof Emerg) return changed;
    if (changed) s = { ...s, ...changed };
  }
  return s;
}

function change(s: Settings, outer: Settings, d: Directive, b: Build): Partial<Settings> | Emerg | undefined {
  const [first = ''] = d.args;
  /** A list that begins anew in the block which gives it. */
  const add = <T>(have: readonly T[], inherited: readonly T[], one: T): T[] =>
    have === inherited ? [one] : [...have, one];
  switch (d.name) {
    case 'root':
      return { root: first };
    case 'index':
      return { index: d.args };
    case 'autoindex':
      return { autoindex: first === 'on' };
    case 'default_type':
      return { defaultType: first };
    case 'types':
      return { types: new Map((d.block ?? []).flatMap((t) => t.args.map((ext) => [ext, t.name] as const))) };
    case 'server_tokens':
      return { tokens: first !== 'off' };
    case 'error_page':
      return { errorPages: add(s.errorPages, outer.errorPages, errorPage(d.args)) };
    case 'access_log':
      return accessLog(s, outer, d, b);
    case 'error_log': {
      const level = d.args[1] ?? 'error';
      if (!LEVELS.includes(level)) return new Emerg(`invalid log level "${level}"${at(d)}`);
      return { errorLog: { path: first, level: LEVELS.indexOf(level) } };
    }
    case 'add_header': {
      const one = { name: first, value: d.args[1] as string, always: d.args[2] === 'always' };
      return { addHeaders: add(s.addHeaders, outer.addHeaders, one) };
    }
    case 'allow':
    case 'deny':
      return { access: add(s.access, outer.access, { allow: d.name === 'allow', net: first }) };
    case 'proxy_set_header':
      return { proxyHeaders: add(s.proxyHeaders, outer.proxyHeaders, [first, d.args[1] as string] as const) };
    case 'proxy_http_version':
      return /^1\.[01]$/.test(first) ? { proxyVersion: first } : new Emerg(`invalid value "${first}"${at(d)}`);
    case 'proxy_next_upstream':
      return { nextUpstream: d.args };
    case 'proxy_connect_timeout':
    case 'proxy_read_timeout': {
      const ns = duration(first);
      if (ns === undefined) return new Emerg(`"${d.name}" directive invalid value${at(d)}`);
      return d.name === 'proxy_read_timeout' ? { readTimeout: ns } : { connectTimeout: ns };
    }
    case 'resolver':
      return resolver(d);
    default:
      return undefined;
  }
}

function accessLog(s: Settings, outer: Settings, d: Directive, b: Build): Partial<Settings> | Emerg {
  const [path = '', name = 'combined'] = d.args;
  if (path === 'off') return { accessLogs: [] };
  const format = b.formats.get(name);
  if (format === undefined) return new Emerg(`unknown log format "${name}"${at(d)}`);
  const one: AccessLog = { path, format };
  return { accessLogs: s.accessLogs === outer.accessLogs ? [one] : [...s.accessLogs, one] };
}

function errorPage(args: readonly string[]): ErrorPage {
  const uri = args.at(-1) as string;
  const given = args.find((a) => a.startsWith('='));
  const codes = args
    .slice(0, -1)
    .filter((a) => /^\d+$/.test(a))
    .map(Number);
  return { codes, uri, ...(given === undefined ? {} : { status: Number(given.slice(1)) || 0 }) };
}

function resolver(d: Directive): Partial<Settings> | Emerg {
  const servers: IpAddr[] = [];
  let valid: number | undefined;
  for (const a of d.args) {
    if (a.startsWith('valid=')) valid = duration(a.slice(6));
    else if (/^(ipv6|ipv4|status_zone)=/.test(a)) continue;
    else {
      const ip = parseIp(a.replace(/:\d+$/, ''));
      if (!ip) return new Emerg(`host not found in resolver "${a}"${at(d)}`);
      servers.push(ip);
    }
  }
  return { resolver: { servers, timeout: 30e9, ...(valid === undefined ? {} : { valid }) } };
}
