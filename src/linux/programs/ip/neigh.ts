/** `ip neigh`: the neighbour table, and the addresses that are answered for as a proxy. @see iproute2 ip/ipneigh.c */
import { formatIp, formatMac, type IpAddr, parseMac } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Neigh } from '../../kernel/netadmin.ts';
import { addressArg, IpError, prefixArg, rtnetlink } from './args.ts';
import { type IpEnv, printEntries, printJson } from './env.ts';
import { deviceArg, subcommand } from './show.ts';

export async function ipNeigh(env: IpEnv): Promise<number> {
  const verb = subcommand(
    env,
    'neigh',
    ['add', 'change', 'replace', 'delete', 'get', 'show', 'lst', 'list', 'flush', 'help'],
    'show',
  );
  if (verb === 'add' || verb === 'change' || verb === 'replace' || verb === 'delete') return modify(env, verb);
  if (verb === 'flush') return flush(env);
  if (verb === 'help') {
    await env.ctx.err(
      'Usage: ip neigh { add | del | change | replace } ADDR [ lladdr LLADDR ] [ nud STATE ] dev DEV\n       ip neigh { show | flush } [ to PREFIX ] [ dev DEV ] [ nud STATE ]\n',
    );
    return 255;
  }
  return show(env);
}

interface NeighFilter {
  dev?: string;
  nud?: string;
  to?: IpAddr;
  proxy?: boolean;
}

function readNeigh(env: IpEnv): NeighFilter {
  const f: NeighFilter = {};
  const w = env.words;
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'dev') f.dev = deviceArg(env, w.need()).name;
    else if (word === 'nud') f.nud = w.need().toUpperCase();
    else if (word === 'all') continue;
    else if (word === 'proxy') f.proxy = true;
    else f.to = prefixArg(word === 'to' ? w.need() : word, env.family).addr;
  }
  return f;
}

function list(env: IpEnv, f: NeighFilter): Neigh[] {
  const dev = f.dev === undefined ? undefined : env.net.link(f.dev)?.ifindex;
  return env.net
    .neighs()
    .filter((n) => dev === undefined || n.ifindex === dev)
    .filter((n) => env.family === 0 || n.ip.v === env.family)
    .filter((n) => (f.nud === undefined ? n.state !== 'NOARP' : f.nud === 'ALL' || n.state === f.nud))
    .filter((n) => !f.to || formatIp(n.ip) === formatIp(f.to));
}

async function showProxies(env: IpEnv, f: NeighFilter): Promise<number> {
  const dev = (ifindex: number): string => env.net.link(ifindex)?.name ?? `if${ifindex}`;
  const rows = env.net
    .proxies()
    .map((p) => ({ dst: formatIp(p.ip), dev: dev(p.ifindex) }))
    .filter((p) => (f.dev === undefined || p.dev === f.dev) && (!f.to || p.dst === formatIp(f.to)));
  if (env.json)
    await printJson(
      env,
      rows.map((p) => ({ ...p, proxy: null })),
    );
  else
    await printEntries(
      env,
      rows.map((p) => [`${p.dst} ${f.dev === undefined ? `dev ${p.dev} ` : ''}proxy `]),
    );
  return 0;
}

const deviceOf = (env: IpEnv, n: Neigh): string => env.net.link(n.ifindex)?.name ?? `if${n.ifindex}`;

/** One neighbour. @param named whether its device is named */
export function neighText(env: IpEnv, n: Neigh, named = true): string {
  let s = `${formatIp(n.ip)} `;
  if (named) s += `dev ${deviceOf(env, n)} `;
  if (n.mac !== undefined) s += `lladdr ${formatMac(n.mac)} `;
  if (env.busybox) return `${s}ref 1 used 0/0/0 probes 1 ${n.state}`;
  return `${s}${n.router ? 'router ' : ''}${n.state} `;
}

async function show(env: IpEnv): Promise<number> {
  const f = readNeigh(env);
  if (f.proxy) return showProxies(env, f);
  const rows = list(env, f);
  if (env.json) {
    await printJson(
      env,
      rows.map((n) => ({
        dst: formatIp(n.ip),
        dev: deviceOf(env, n),
        ...(n.mac === undefined ? {} : { lladdr: formatMac(n.mac) }),
        ...(n.router ? { router: null } : {}),
        state: [n.state],
      })),
    );
    return 0;
  }
  if (env.brief) {
    const line = (n: Neigh): string =>
      `${formatIp(n.ip).padEnd(39)} ${f.dev === undefined ? `${deviceOf(env, n).padEnd(16)} ` : ''}${n.mac === undefined ? '' : formatMac(n.mac)}\n`;
    await env.ctx.out(rows.map(line).join(''));
    return 0;
  }
  await printEntries(
    env,
    rows.map((n) => [neighText(env, n, f.dev === undefined)]),
  );
  return 0;
}

async function modify(env: IpEnv, verb: string): Promise<number> {
  const w = env.words;
  let dev: string | undefined;
  let ip: IpAddr | undefined;
  let mac: number | undefined;
  let permanent = true;
  let proxy = false;
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'dev') dev = deviceArg(env, w.need()).name;
    else if (word === 'lladdr') {
      const text = w.need();
      mac = parseMac(text);
      if (mac === undefined) throw new IpError(`"${text}" is invalid lladdr.`, 1);
    } else if (word === 'nud') permanent = w.need() === 'permanent';
    else if (word === 'proxy') {
      proxy = true;
      ip = addressArg(w.need(), env.family);
    } else ip = addressArg(word === 'to' ? w.need() : word, env.family);
  }
  if (dev === undefined || !ip) throw new IpError('Device and destination are required arguments.', 255);
  if (proxy) {
    const e = verb === 'delete' ? env.net.delProxy(dev, ip) : env.net.addProxy(dev, ip);
    if (isErr(e)) throw rtnetlink(e);
    return 0;
  }
  const known = env.net
    .neighs()
    .some((n) => n.ifindex === env.net.link(dev)?.ifindex && formatIp(n.ip) === formatIp(ip));
  if (verb === 'add' && known) throw new IpError('RTNETLINK answers: File exists', 2);
  if (verb === 'change' && !known) throw new IpError('RTNETLINK answers: No such file or directory', 2);
  if (verb !== 'delete' && mac === undefined) throw new IpError('RTNETLINK answers: Invalid argument', 2);
  const e = verb === 'delete' ? env.net.delNeigh(dev, ip) : env.net.setNeigh(dev, ip, mac as number, permanent);
  if (isErr(e)) throw rtnetlink(e);
  return 0;
}

async function flush(env: IpEnv): Promise<number> {
  if (env.words.done) throw new IpError('Flush requires arguments.', 255);
  const f = readNeigh(env);
  if (f.to === undefined && f.nud === undefined) {
    env.net.flushNeigh(f.dev);
    return 0;
  }
  for (const n of list(env, f)) {
    const name = env.net.link(n.ifindex)?.name;
    if (name !== undefined) env.net.delNeigh(name, n.ip);
  }
  return 0;
}
