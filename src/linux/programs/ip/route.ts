/**
 * `ip route`: show and flush; routeadd.ts adds and deletes, routeget.ts asks.
 * @see iproute2 ip/iproute.c; busybox networking/libiproute/iproute.c
 */
import { contains, formatIp, formatPrefix, type IpAddr, type Prefix, sameIp } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { NextHop, Route } from '../../kernel/netadmin.ts';
import { addressArg, IpError, matches, prefixArg, rtnetlink, wrong } from './args.ts';
import { type IpEnv, printEntries, printJson } from './env.ts';
import { addRoute, delRoute } from './routeadd.ts';
import { getRoute } from './routeget.ts';
import { deviceArg, subcommand } from './show.ts';
import { tableName, tableNumber } from './tables.ts';

const VERBS = [
  'list',
  'show',
  'lst',
  'get',
  'add',
  'append',
  'prepend',
  'change',
  'replace',
  'delete',
  'flush',
  'help',
];

export async function ipRoute(env: IpEnv): Promise<number> {
  const verb = subcommand(env, 'route', VERBS, 'show');
  if (verb === 'get') return getRoute(env);
  if (verb === 'flush') return flush(env);
  if (['add', 'append', 'prepend', 'change', 'replace'].includes(verb)) return addRoute(env, verb);
  if (verb === 'delete') return delRoute(env);
  if (verb === 'help') {
    await env.ctx.err(
      'Usage: ip route { show | flush } SELECTOR\n       ip route get ADDRESS [ from ADDRESS ] [ oif DEV ]\n       ip route { add | del | change | replace } ROUTE\n',
    );
    return 255;
  }
  return show(env);
}

/** What `ip route show` lists. */
interface RouteFilter {
  readonly table: number | 'all';
  readonly dev?: number;
  readonly proto?: string;
  readonly scope?: string;
  readonly type?: string;
  readonly via?: IpAddr;
  readonly exact?: Prefix | 'default';
  readonly root?: Prefix;
  readonly match?: IpAddr;
}

function tableArg(env: IpEnv, text: string): number | 'all' {
  if (text === 'all') return 'all';
  const n = tableNumber(env, text);
  if (n === undefined) throw wrong('table id value is invalid\n', text);
  return n;
}

function readRouteFilter(env: IpEnv): RouteFilter {
  const w = env.words;
  let f: RouteFilter = { table: 254 };
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (matches(word, 'table')) f = { ...f, table: tableArg(env, w.need()) };
    else if (word === 'dev' || word === 'oif') f = { ...f, dev: deviceArg(env, w.need()).ifindex };
    else if (matches(word, 'protocol')) f = { ...f, proto: w.need() };
    else if (matches(word, 'scope')) f = { ...f, scope: w.need() };
    else if (matches(word, 'type')) f = { ...f, type: w.need() };
    else if (word === 'via') f = { ...f, via: addressArg(w.need(), env.family) };
    else if (word === 'root') f = { ...f, root: prefixArg(w.need(), env.family) };
    else if (word === 'match') f = { ...f, match: addressArg(w.need(), env.family) };
    else {
      if (word === 'to' || word === 'exact') word = w.need();
      f = { ...f, exact: word === 'default' ? 'default' : prefixArg(word, env.family) };
    }
  }
  return f;
}

export function samePrefix(a: Prefix | undefined, b: Prefix | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.bits === b.bits && sameIp(a.addr, b.addr);
}

function selected(env: IpEnv, f: RouteFilter): Route[] {
  // of all tables, and no family named: those of both
  if (f.table === 'all' && env.family === 0) return [...selectedOf(env, f, 4), ...selectedOf(env, f, 6)];
  return selectedOf(env, f, env.family === 6 ? 6 : 4);
}

function selectedOf(env: IpEnv, f: RouteFilter, family: 4 | 6): Route[] {
  // As the kernel lists them: by the low byte of their numbers.
  const tables = f.table === 'all' ? [...env.net.routeTables(family), 253, 254, 255] : [f.table];
  return tables
    .flatMap((t) => env.net.routes(family, t))
    .filter((r) => f.dev === undefined || r.ifindex === f.dev || r.nexthops?.some((h) => h.ifindex === f.dev))
    .filter((r) => f.proto === undefined || r.proto === f.proto)
    .filter((r) => f.scope === undefined || r.scope === f.scope)
    .filter((r) => f.type === undefined || r.type === f.type)
    .filter((r) => !f.via || (r.via !== undefined && sameIp(r.via, f.via)))
    .filter((r) => f.exact === undefined || samePrefix(r.dst, f.exact === 'default' ? undefined : f.exact))
    .filter((r) => !f.match || r.dst === undefined || contains(r.dst, f.match))
    .filter((r) => !f.root || (r.dst !== undefined && r.dst.bits >= f.root.bits && contains(f.root, r.dst.addr)));
}

export const host = (p: Prefix): boolean => p.bits === (p.addr.v === 4 ? 32 : 128);

export function dstText(r: Route): string {
  return r.dst === undefined ? 'default' : host(r.dst) ? formatIp(r.dst.addr) : formatPrefix(r.dst);
}

export function devName(env: IpEnv, r: { readonly ifindex?: number }): string {
  return env.net.link(r.ifindex as number)?.name ?? `if${r.ifindex}`;
}

/** Ways of a route with several, one a line. */
function hopLines(env: IpEnv, r: Route): string[] {
  return (r.nexthops ?? []).map((h) => {
    const via = h.via ? `via ${formatIp(h.via)} ` : '';
    return `\tnexthop ${via}dev ${devName(env, h)} weight ${h.weight} ${h.onlink ? 'onlink ' : ''}`;
  });
}

/** One route as iproute2 prints it; every part ends with a space. */
function routeText(env: IpEnv, r: Route, f: RouteFilter): string {
  let s = r.type === 'unicast' && !env.details ? '' : `${r.type} `;
  s += `${dstText(r)} `;
  // what was asked for is not told
  if (r.via && !f.via) s += `via ${formatIp(r.via)} `;
  if (r.ifindex !== undefined && (f.dev === undefined || env.busybox)) s += `dev ${devName(env, r)} `;
  if (f.table === 'all' && r.table !== 254) s += `table ${tableName(env, r.table)} `;
  if (env.busybox) {
    if (r.scope !== 'global') s += `scope ${r.scope} `;
    if (r.src) s += ` src ${formatIp(r.src)} `;
    if (r.metric > 0) s += ` metric ${r.metric} `;
    return s;
  }
  if ((r.proto !== 'boot' || env.details) && f.proto === undefined) s += `proto ${r.proto} `;
  if ((r.scope !== 'global' || env.details) && r.family === 4 && f.scope === undefined) s += `scope ${r.scope} `;
  if (r.src) s += `src ${formatIp(r.src)} `;
  if (r.metric > 0 || r.family === 6) s += `metric ${r.metric} `;
  if (r.onlink) s += 'onlink ';
  if (r.linkdown) s += 'linkdown ';
  if (r.expiresIn !== undefined) s += `expires ${r.expiresIn}sec `;
  if (r.mtu !== undefined) s += `mtu ${lockWord(r, 'mtu')}${r.mtu} `;
  if (r.advmss !== undefined) s += `advmss ${lockWord(r, 'advmss')}${r.advmss} `;
  if (r.hoplimit !== undefined) s += `hoplimit ${r.hoplimit} `;
  if (r.family === 6) s += `pref ${r.pref ?? 'medium'}`;
  return s;
}

/** `lock ` before the value of a metric that is. */
export const lockWord = (r: Route, metric: 'mtu' | 'advmss'): string => (r.locks?.includes(metric) ? 'lock ' : '');

/** One route on its own. */
export function routeLines(env: IpEnv, r: Route): string[] {
  return [routeText(env, r, { table: 'all' }), ...hopLines(env, r)];
}

function metrics(r: Route): Record<string, number> {
  return {
    ...(r.mtu === undefined ? {} : { mtu: r.mtu }),
    ...(r.advmss === undefined ? {} : { advmss: r.advmss }),
    ...(r.hoplimit === undefined ? {} : { hoplimit: r.hoplimit }),
  };
}

function hopJson(env: IpEnv, h: NextHop): Record<string, unknown> {
  return {
    ...(h.via ? { gateway: formatIp(h.via) } : {}),
    dev: devName(env, h),
    weight: h.weight,
    flags: h.onlink ? ['onlink'] : [],
  };
}

function routeJson(env: IpEnv, r: Route): Record<string, unknown> {
  return {
    ...(r.type === 'unicast' ? {} : { type: r.type }),
    dst: dstText(r),
    ...(r.via ? { gateway: formatIp(r.via) } : {}),
    ...(r.ifindex === undefined ? {} : { dev: devName(env, r) }),
    ...(r.proto === 'boot' ? {} : { protocol: r.proto }),
    ...(r.scope === 'global' ? {} : { scope: r.scope }),
    ...(r.src ? { prefsrc: formatIp(r.src) } : {}),
    ...(r.metric > 0 ? { metric: r.metric } : {}),
    flags: [...(r.onlink ? ['onlink'] : []), ...(r.linkdown ? ['linkdown'] : [])],
    ...(r.expiresIn === undefined ? {} : { expires: r.expiresIn }),
    ...(Object.keys(metrics(r)).length === 0 ? {} : { metrics: [metrics(r)] }),
    ...(r.pref === undefined ? {} : { pref: r.pref }),
    ...(r.nexthops ? { nexthops: r.nexthops.map((h) => hopJson(env, h)) } : {}),
  };
}

async function show(env: IpEnv): Promise<number> {
  const f = readRouteFilter(env);
  const family = env.family === 6 ? 6 : 4;
  if (typeof f.table === 'number' && !env.busybox && f.table < 253 && !env.net.routeTables(family).includes(f.table))
    throw new IpError(`Error: ipv${family}: FIB table does not exist.\nDump terminated`, 2);
  const routes = selected(env, f);
  if (env.json)
    await printJson(
      env,
      routes.map((r) => routeJson(env, r)),
    );
  else
    await printEntries(
      env,
      routes.map((r) => [routeText(env, r, f), ...hopLines(env, r)]),
    );
  return 0;
}

async function flush(env: IpEnv): Promise<number> {
  if (env.words.done) throw new IpError('"ip route flush" requires arguments.', 255);
  const first = env.words.peek();
  if (first === 'cache') return 0;
  for (const r of selected(env, readRouteFilter(env))) {
    const e = env.net.delRoute(r);
    if (isErr(e) && e.name !== 'ESRCH') throw rtnetlink(e);
  }
  return 0;
}
