/**
 * `ip route`: show, add, replace, del, get, flush.
 *
 * Limits: one next hop per route; tables by number or by the names main, local, default, all.
 * @see iproute2 ip/iproute.c; busybox networking/libiproute/iproute.c
 */
import { contains, formatIp, formatPrefix, type IpAddr, type Prefix, sameIp } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Route } from '../../kernel/netadmin.ts';
import { addressArg, IpError, matches, number, prefixArg, rtnetlink, wrong } from './args.ts';
import { type IpEnv, printEntries, printJson } from './env.ts';
import { deviceArg, subcommand } from './show.ts';

const TYPES = ['unicast', 'local', 'broadcast', 'unreachable', 'blackhole', 'prohibit', 'multicast'] as const;
const TABLES: Readonly<Record<string, number>> = { main: 254, local: 255, default: 253 };
const VERBS = ['list', 'show', 'lst', 'get', 'add', 'append', 'change', 'replace', 'delete', 'flush', 'help'];

export async function ipRoute(env: IpEnv): Promise<number> {
  const verb = subcommand(env, 'route', VERBS, 'show');
  if (verb === 'get') return get(env);
  if (verb === 'flush') return flush(env);
  if (verb === 'add' || verb === 'append' || verb === 'change' || verb === 'replace') return add(env, verb);
  if (verb === 'delete') return del(env);
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

function tableArg(text: string): number | 'all' {
  if (text === 'all') return 'all';
  const n = TABLES[text] ?? Number(text);
  if (!Number.isInteger(n)) throw wrong('table id value is invalid\n'.trim(), text);
  return n;
}

function readRouteFilter(env: IpEnv): RouteFilter {
  const w = env.words;
  let f: RouteFilter = { table: 254 };
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (matches(word, 'table')) f = { ...f, table: tableArg(w.need()) };
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

function samePrefix(a: Prefix | undefined, b: Prefix | undefined): boolean {
  return a === undefined || b === undefined ? a === b : a.bits === b.bits && sameIp(a.addr, b.addr);
}

function selected(env: IpEnv, f: RouteFilter): Route[] {
  const family = env.family === 6 ? 6 : 4;
  const tables = f.table === 'all' ? [254, 253, 255] : [f.table];
  return tables
    .flatMap((t) => env.net.routes(family, t))
    .filter((r) => f.dev === undefined || r.ifindex === f.dev)
    .filter((r) => f.proto === undefined || r.proto === f.proto)
    .filter((r) => f.scope === undefined || r.scope === f.scope)
    .filter((r) => f.type === undefined || r.type === f.type)
    .filter((r) => !f.via || (r.via !== undefined && sameIp(r.via, f.via)))
    .filter((r) => f.exact === undefined || samePrefix(r.dst, f.exact === 'default' ? undefined : f.exact))
    .filter((r) => !f.match || r.dst === undefined || contains(r.dst, f.match))
    .filter((r) => !f.root || (r.dst !== undefined && r.dst.bits >= f.root.bits && contains(f.root, r.dst.addr)));
}

const host = (p: Prefix): boolean => p.bits === (p.addr.v === 4 ? 32 : 128);

function dstText(r: Route): string {
  return r.dst === undefined ? 'default' : host(r.dst) ? formatIp(r.dst.addr) : formatPrefix(r.dst);
}

function devName(env: IpEnv, r: Route): string {
  return env.net.link(r.ifindex as number)?.name ?? `if${r.ifindex}`;
}

/** One route as iproute2 prints it; every part ends with a space. */
function routeText(env: IpEnv, r: Route, f: RouteFilter): string {
  let s = r.type === 'unicast' ? '' : `${r.type} `;
  s += `${dstText(r)} `;
  if (r.via) s += `via ${formatIp(r.via)} `;
  if (r.ifindex !== undefined && (f.dev === undefined || env.busybox)) s += `dev ${devName(env, r)} `;
  if (f.table === 'all' && r.table !== 254)
    s += `table ${r.table === 255 ? 'local' : r.table === 253 ? 'default' : r.table} `;
  if (env.busybox) {
    if (r.scope !== 'global') s += `scope ${r.scope} `;
    if (r.src) s += ` src ${formatIp(r.src)} `;
    if (r.metric > 0) s += ` metric ${r.metric} `;
    return s;
  }
  if (r.proto !== 'boot' || env.details) s += `proto ${r.proto} `;
  if ((r.scope !== 'global' || env.details) && r.family === 4) s += `scope ${r.scope} `;
  if (r.src) s += `src ${formatIp(r.src)} `;
  if (r.metric > 0 || r.family === 6) s += `metric ${r.metric} `;
  if (r.linkdown) s += 'linkdown ';
  if (r.family === 6) s += 'pref medium';
  return s;
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
    flags: r.linkdown ? ['linkdown'] : [],
  };
}

async function show(env: IpEnv): Promise<number> {
  const f = readRouteFilter(env);
  const routes = selected(env, f);
  if (env.json)
    await printJson(
      env,
      routes.map((r) => routeJson(env, r)),
    );
  else
    await printEntries(
      env,
      routes.map((r) => [routeText(env, r, f)]),
    );
  return 0;
}

type NewRoute = { -readonly [K in keyof Route]?: Route[K] };

function readRoute(env: IpEnv): NewRoute & { family: 4 | 6 } {
  const w = env.words;
  const r: NewRoute = {};
  let family: 4 | 6 | 0 = env.family;
  let given = false;
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'via') {
      let a = w.need();
      if (a === 'inet' || a === 'inet6') a = w.need();
      r.via = addressArg(a, family);
      family = family || r.via.v;
    } else if (word === 'dev' || word === 'oif') r.ifindex = deviceArg(env, w.need()).ifindex;
    else if (word === 'src') r.src = addressArg(w.need(), family);
    else if (matches(word, 'metric') || word === 'priority' || word === 'preference')
      r.metric = number(w.need(), 'metric');
    else if (matches(word, 'protocol')) r.proto = w.need() as Route['proto'];
    else if (matches(word, 'scope')) r.scope = w.need() as Route['scope'];
    else if (matches(word, 'table')) {
      const t = tableArg(w.need());
      r.table = t === 'all' ? 254 : t;
    } else if (word === 'onlink') continue;
    else if (word === 'mtu' || word === 'advmss' || word === 'pref') w.need();
    else if ((TYPES as readonly string[]).includes(word)) r.type = word as Route['type'];
    else {
      if (word === 'to') word = w.need();
      if (given) throw new IpError(`Error: either "to" is duplicate, or "${word}" is a garbage.`, 255);
      given = true;
      if (word !== 'default' && word !== 'any' && word !== '0/0' && word !== '0.0.0.0/0' && word !== '::/0') {
        r.dst = prefixArg(word, family);
        family = family || r.dst.addr.v;
      } else if (word === '::/0') family = 6;
    }
  }
  return { ...r, family: family === 6 ? 6 : 4 };
}

/** What the kernel says with the errno (extended ack). @see Linux net/ipv4/fib_semantics.c */
function routeError(e: Errno, r: NewRoute, env: IpEnv): IpError {
  if (env.busybox) return new IpError(`ip: RTNETLINK answers: ${e.text}`, 2);
  if ((e.name === 'ENETUNREACH' || e.name === 'EINVAL') && r.via)
    return new IpError('Error: Nexthop has invalid gateway.', 2);
  if (e.name === 'ENETDOWN') return new IpError('Error: Device for nexthop is not up.', 2);
  if (e.name === 'EINVAL' && r.src) return new IpError('Error: Invalid prefsrc address.', 2);
  if (e.name === 'EINVAL' && r.dst && !host(r.dst))
    return new IpError('Error: Invalid prefix for given prefix length.', 2);
  if (e.name === 'ENODEV') return new IpError('RTNETLINK answers: No such device', 2);
  return rtnetlink(e);
}

async function add(env: IpEnv, verb: string): Promise<number> {
  const r = readRoute(env);
  const special = r.type === 'unreachable' || r.type === 'blackhole' || r.type === 'prohibit';
  if (r.ifindex === undefined && !r.via && !special)
    throw routeError({ name: 'ENODEV', code: 19, text: 'No such device' } as Errno, r, env);
  let e = env.net.addRoute(r);
  if (isErr(e) && e.name === 'EEXIST' && (verb === 'replace' || verb === 'change')) {
    const old = env.net
      .routes(r.family, r.table ?? 254)
      .find((x) => samePrefix(x.dst, r.dst) && x.metric === (r.metric ?? 0));
    if (old) env.net.delRoute(old);
    e = env.net.addRoute(r);
  }
  if (isErr(e)) throw routeError(e, r, env);
  return 0;
}

async function del(env: IpEnv): Promise<number> {
  const r = readRoute(env);
  const e = env.net.delRoute(r);
  if (isErr(e)) throw env.busybox ? new IpError(`ip: RTNETLINK answers: ${e.text}`, 2) : rtnetlink(e);
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

/** What `ip -6 route get` tells: the route that was chosen, all of it. */
function got6(env: IpEnv, r: Route, dst: IpAddr, from: IpAddr | undefined): string {
  let s = r.type === 'unicast' ? '' : `${r.type} `;
  s += `${formatIp(dst)} from ${from ? formatIp(from) : '::'} `;
  if (r.via) s += `via ${formatIp(r.via)} `;
  if (r.ifindex !== undefined) s += `dev ${devName(env, r)} `;
  if (r.table === 255) s += 'table local ';
  if (r.proto !== 'boot') s += `proto ${r.proto} `;
  if (r.src) s += `src ${formatIp(r.src)} `;
  return `${s}metric ${r.metric} pref medium`;
}

async function get(env: IpEnv): Promise<number> {
  const w = env.words;
  let dst: IpAddr | undefined;
  let from: IpAddr | undefined;
  let oif: string | undefined;
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'from') from = addressArg(w.need(), env.family);
    else if (word === 'oif' || word === 'dev' || word === 'iif') oif = deviceArg(env, w.need()).name;
    else if (word === 'mark' || word === 'uid') w.need();
    else dst = prefixArg(word === 'to' ? w.need() : word, env.family).addr;
  }
  if (!dst) throw new IpError('need at least a destination address', 1);
  const r = env.net.lookupRoute(dst, from, oif);
  if (isErr(r)) throw env.busybox ? new IpError(`ip: RTNETLINK answers: ${r.text}`, 2) : rtnetlink(r);
  if (r.type === 'unreachable' || r.type === 'prohibit' || r.type === 'blackhole')
    throw new IpError(
      `RTNETLINK answers: ${r.type === 'unreachable' ? 'No route to host' : r.type === 'prohibit' ? 'Permission denied' : 'Invalid argument'}`,
      2,
    );
  if (dst.v === 6 && !env.busybox && !env.json) {
    await printEntries(env, [[got6(env, r, dst, from)]]);
    return 0;
  }
  let s = r.type === 'unicast' ? '' : `${r.type} `;
  s += `${formatIp(dst)} `;
  if (from) s += `from ${formatIp(from)} `;
  if (r.via) s += `via ${formatIp(r.via)} `;
  if (r.ifindex !== undefined) s += `dev ${devName(env, r)} `;
  if (r.src) s += env.busybox ? ` src ${formatIp(r.src)} ` : `src ${formatIp(r.src)} `;
  if (!env.busybox) s += `uid ${env.ctx.sys.getuid()} `;
  const cache = r.type === 'local' ? '    cache <local> ' : '    cache ';
  if (env.json)
    await printJson(env, [
      {
        dst: formatIp(dst),
        ...(r.via ? { gateway: formatIp(r.via) } : {}),
        dev: devName(env, r),
        ...(r.src ? { prefsrc: formatIp(r.src) } : {}),
        flags: [],
        uid: env.ctx.sys.getuid(),
        cache: [],
      },
    ]);
  else await printEntries(env, [env.busybox ? [s] : [s, cache]]);
  return 0;
}
