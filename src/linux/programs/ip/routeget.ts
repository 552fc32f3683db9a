/** `ip route get`: which way a packet would take. @see iproute2 ip/iproute.c: iproute_get, print_route */
import { formatIp, formatPrefix, type IpAddr } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { RouteAnswer, RouteQuery } from '../../kernel/netadmin.ts';
import { addressArg, IpError, matches, prefixArg, rtnetlink, wrong } from './args.ts';
import { type IpEnv, printEntries, printJson } from './env.ts';
import { devName, lockWord, routeLines, samePrefix } from './route.ts';
import { tosArg } from './rule.ts';
import { deviceArg } from './show.ts';
import { tableName } from './tables.ts';

type Draft = { -readonly [K in keyof RouteQuery]?: RouteQuery[K] } & { fibmatch?: boolean };

function numberOf(word: string, message: string): number {
  const n = Number(word);
  if (word === '' || !Number.isInteger(n)) throw wrong(message, word);
  return n;
}

function readQuery(env: IpEnv): Draft & { dst: IpAddr } {
  const w = env.words;
  const q: Draft = {};
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'from') q.from = addressArg(w.need(), env.family);
    else if (word === 'iif') q.iif = deviceArg(env, w.need()).name;
    else if (word === 'oif' || word === 'dev') q.oif = deviceArg(env, w.need()).name;
    else if (word === 'mark') q.mark = numberOf(w.need(), 'invalid "mark" value\n');
    else if (word === 'tos' || matches(word, 'dsfield')) q.tos = tosArg(w.need());
    else if (matches(word, 'fibmatch')) q.fibmatch = true;
    else if (word === 'uid' || word === 'ipproto' || word === 'sport' || word === 'dport') w.need();
    else q.dst = prefixArg(word === 'to' ? w.need() : word, env.family).addr;
  }
  const { dst } = q;
  if (!dst) throw new IpError('need at least a destination address', 1);
  return { ...q, dst };
}

/** Flags of the cache line. */
function flags(r: RouteAnswer): string[] {
  const local = r.type === 'local' || r.type === 'broadcast';
  return [
    ...(local ? ['local'] : []),
    ...(r.type === 'broadcast' ? ['brd'] : r.type === 'multicast' ? ['mc'] : []),
    ...(r.redirects ? ['redirect'] : []),
    ...(r.redirected ? ['redirected'] : []),
  ];
}

/** What `ip -6 route get` tells: the route that was chosen, all of it. */
function lines6(env: IpEnv, q: Draft, r: RouteAnswer): string[] {
  let s = r.type === 'unicast' && !env.details ? '' : `${r.type} `;
  s += `${formatIp(q.dst as IpAddr)} from ${q.from ? formatIp(q.from) : '::'} `;
  if (r.via) s += `via ${formatIp(r.via)} `;
  if (r.ifindex !== undefined) s += `dev ${devName(env, r)} `;
  if (r.table !== 254) s += `table ${tableName(env, r.table)} `;
  if (r.proto !== 'boot') s += `proto ${r.proto} `;
  if (r.src) s += `src ${formatIp(r.src)} `;
  s += `metric ${r.metric} `;
  const learned = r.pathMtu === undefined ? '' : `    cache expires ${r.expires ?? 0}sec `;
  const mtu = r.pathMtu ?? r.mtu;
  const rest =
    (mtu === undefined ? '' : `mtu ${mtu} `) +
    (r.advmss === undefined ? '' : `advmss ${r.advmss} `) +
    (r.hoplimit === undefined ? '' : `hoplimit ${r.hoplimit} `) +
    `pref ${r.pref ?? 'medium'}`;
  return learned === '' ? [s + rest] : [s, learned + rest];
}

function lines(env: IpEnv, q: Draft, r: RouteAnswer): string[] {
  if (r.family === 6 && !env.busybox) return lines6(env, q, r);
  const dst = formatIp(q.dst as IpAddr);
  let s = r.type === 'unicast' && !env.details ? '' : `${r.type} `;
  s += `${q.fibmatch && r.match ? formatPrefix(r.match) : dst} `;
  if (q.from && !q.fibmatch) s += `from ${formatIp(q.from)} `;
  if (r.via) s += `via ${formatIp(r.via)} `;
  if (r.ifindex !== undefined) s += `dev ${devName(env, r)} `;
  const usual = r.type !== 'unicast' || r.table === 254;
  if (r.family === 4 && (!usual || (env.details && r.type === 'unicast'))) s += `table ${tableName(env, r.table)} `;
  if (q.fibmatch) {
    const whole = env.net.routes(4, r.table).find((x) => samePrefix(x.dst, r.match));
    return whole ? routeLines(env, whole) : [s];
  }
  if (r.src && !q.from) s += env.busybox ? ` src ${formatIp(r.src)} ` : `src ${formatIp(r.src)} `;
  if (env.busybox) return [s, '    cache '];
  if (q.mark) s += `mark ${q.mark} `;
  if (q.iif === undefined) s += `uid ${env.ctx.sys.getuid()} `;
  const f = flags(r);
  let cache = `    cache ${f.length > 0 ? `<${f.join(',')}> ` : ''}`;
  if (r.expires !== undefined) cache += `expires ${r.expires}sec `;
  if (r.pathMtu !== undefined) cache += `mtu ${lockWord(r, 'mtu')}${r.pathMtu} `;
  if (r.advmss !== undefined) cache += `advmss ${lockWord(r, 'advmss')}${r.advmss} `;
  if (q.iif !== undefined) cache += `iif ${q.iif} `;
  return [s, cache];
}

export async function getRoute(env: IpEnv): Promise<number> {
  const q = readQuery(env);
  const r = env.net.routeGet(q);
  if (isErr(r)) throw env.busybox ? new IpError(`ip: RTNETLINK answers: ${r.text}`, 2) : rtnetlink(r);
  if (!env.json) {
    await printEntries(env, [lines(env, q, r)]);
    return 0;
  }
  await printJson(env, [
    {
      ...(r.type === 'unicast' ? {} : { type: r.type }),
      dst: formatIp(q.dst),
      ...(q.from ? { from: formatIp(q.from) } : {}),
      ...(r.via ? { gateway: formatIp(r.via) } : {}),
      dev: devName(env, r),
      ...(r.src && !q.from ? { prefsrc: formatIp(r.src) } : {}),
      ...(q.mark ? { mark: q.mark } : {}),
      flags: [],
      ...(q.iif === undefined ? { uid: env.ctx.sys.getuid() } : {}),
      cache: flags(r),
      ...(q.iif === undefined ? {} : { iif: q.iif }),
    },
  ]);
  return 0;
}
