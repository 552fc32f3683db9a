/** `ip route add`, `append`, `prepend`, `change`, `replace`, `del`. @see iproute2 ip/iproute.c: iproute_modify */
import { type IpAddr, network, sameIp } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { NextHop, Route } from '../../kernel/netadmin.ts';
import { addressArg, IpError, matches, number, prefixArg, rtnetlink, wrong } from './args.ts';
import type { IpEnv } from './env.ts';
import { deviceArg } from './show.ts';
import { tableNumber } from './tables.ts';

const TYPES = ['unicast', 'local', 'broadcast', 'unreachable', 'blackhole', 'prohibit', 'throw', 'multicast'] as const;

type NewRoute = { -readonly [K in keyof Route]?: Route[K] };

function table(env: IpEnv, word: string): number {
  const n = tableNumber(env, word);
  if (n === undefined) throw wrong('"table" value is invalid\n', word);
  return n;
}

/** `nexthop [ via ADDRESS ] [ dev STRING ] [ weight NUMBER ] [ onlink ]` */
function nextHop(env: IpEnv, family: 4 | 6 | 0): NextHop {
  const w = env.words;
  const h: { via?: IpAddr; ifindex?: number; weight: number; onlink?: boolean } = { weight: 1 };
  for (let word = w.peek(); word !== undefined && word !== 'nexthop'; word = w.peek()) {
    w.take();
    if (word === 'via') {
      let a = w.need();
      if (a === 'inet' || a === 'inet6') a = w.need();
      h.via = addressArg(a, family);
    } else if (word === 'dev') h.ifindex = deviceArg(env, w.need()).ifindex;
    else if (word === 'weight') h.weight = number(w.need(), 'weight', 256);
    else if (word === 'onlink') h.onlink = true;
    else throw new IpError('Error: cannot parse nexthop', 255);
  }
  return h as NextHop;
}

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
    else if (matches(word, 'table')) r.table = table(env, w.need());
    else if (word === 'onlink') r.onlink = true;
    else if (word === 'mtu' || word === 'advmss') {
      let value = w.need();
      if (value === 'lock') {
        r.locks = [...(r.locks ?? []), word];
        value = w.need();
      }
      const n = Number(value);
      if (value === '' || !Number.isInteger(n) || n < 0 || n > 0xffffffff)
        throw wrong(`"${word}" value is invalid\n`, value);
      r[word] = n;
    } else if (word === 'pref') w.need();
    else if (word === 'nexthop') {
      r.nexthops = [...(r.nexthops ?? []), nextHop(env, family)];
    } else if ((TYPES as readonly string[]).includes(word)) r.type = word as Route['type'];
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
  if (e.name === 'EINVAL' && r.dst && !sameIp(network(r.dst).addr, r.dst.addr))
    return new IpError('Error: Invalid prefix for given prefix length.', 2);
  if (e.name === 'EINVAL' && r.src && !r.via) return new IpError('Error: Invalid prefsrc address.', 2);
  if ((e.name === 'ENETUNREACH' || e.name === 'EINVAL') && (r.via || r.nexthops))
    return new IpError('Error: Nexthop has invalid gateway.', 2);
  if (e.name === 'ENETDOWN') return new IpError('Error: Device for nexthop is not up.', 2);
  if (e.name === 'ENODEV') return new IpError('RTNETLINK answers: No such device', 2);
  return rtnetlink(e);
}

export async function addRoute(env: IpEnv, verb: string): Promise<number> {
  const r = readRoute(env);
  const special = ['unreachable', 'blackhole', 'prohibit', 'throw'].includes(r.type ?? '');
  if (r.ifindex === undefined && !r.via && !r.nexthops && !special)
    throw routeError({ name: 'ENODEV', code: 19, text: 'No such device' } as Errno, r, env);
  const e = env.net.addRoute(r, verb as Parameters<IpEnv['net']['addRoute']>[1]);
  if (isErr(e)) throw routeError(e, r, env);
  return 0;
}

export async function delRoute(env: IpEnv): Promise<number> {
  const r = readRoute(env);
  const e = env.net.delRoute(r);
  if (isErr(e)) throw env.busybox ? new IpError(`ip: RTNETLINK answers: ${e.text}`, 2) : rtnetlink(e);
  return 0;
}
