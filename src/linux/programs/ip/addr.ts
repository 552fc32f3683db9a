/**
 * `ip address`: show, add, del, flush.
 *
 * Limits: lifetimes cannot be given; those of addresses from routers are shown.
 * @see iproute2 ip/ipaddress.c
 */
import {
  contains,
  formatIp,
  formatPrefix,
  ip4,
  last4,
  network,
  type Prefix,
  type parseIp,
  sameIp,
} from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Addr, Link } from '../../kernel/netadmin.ts';
import { addressArg, garbage, IpError, matches, prefixArg, rtnetlink } from './args.ts';
import { type IpEnv, printEntries, printJson } from './env.ts';
import { hardwareLines, headLine, linkJson, linkName, operState, statsLines } from './linkfmt.ts';
import { type AddrMark, deviceArg, type LinkFilter, readFilter, selectLinks, subcommand } from './show.ts';

export async function ipAddr(env: IpEnv): Promise<number> {
  switch (
    subcommand(env, 'address', ['add', 'change', 'replace', 'delete', 'show', 'lst', 'list', 'flush', 'help'], 'show')
  ) {
    case 'add':
      return modify(env, 'add');
    case 'change':
    case 'replace':
      return modify(env, 'replace');
    case 'delete':
      return modify(env, 'del');
    case 'flush':
      return flush(env);
    case 'help':
      await env.ctx.err(
        'Usage: ip address {add|del} IFADDR dev IFNAME\n       ip address flush dev IFNAME\n       ip address [ show [ dev IFNAME ] [ up ] [ scope SCOPE ] [ master DEVICE ] [ type TYPE ] ]\n',
      );
      return 255;
    default:
      return show(env);
  }
}

/** The addresses of a device that the family and the filter let through. */
function addressesOf(env: IpEnv, all: readonly Addr[], l: Link, f: LinkFilter): Addr[] {
  const to = f.to === undefined ? undefined : prefixArg(f.to, env.family);
  const own = all.filter((a) => a.ifindex === l.ifindex);
  return own
    .filter((a) => env.family === 0 || a.prefix.addr.v === env.family)
    .filter((a) => f.scope === undefined || a.scope === f.scope)
    .filter((a) => !to || contains(to, a.prefix.addr))
    .filter((a) => f.label === undefined || labelled(f.label, a.prefix.addr.v === 4 ? a.label : l.name))
    .filter((a) => f.marks.every((m) => marked(own, a, m)))
    .sort((a, b) => a.prefix.addr.v - b.prefix.addr.v || place(own, a) - place(own, b));
}

/** Whether a label is of a shell's pattern. */
function labelled(pattern: string, label: string): boolean {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${source}$`).test(label);
}

/** @see iproute2 ip/ipaddress.c: get_filter */
function marked(all: readonly Addr[], a: Addr, mark: AddrMark): boolean {
  const flag = { tentative: 0x40, deprecated: 0x20, dadfailed: 0x08 };
  if (mark === 'primary') return !secondary(all, a);
  if (mark === 'secondary') return secondary(all, a);
  if (mark === 'dynamic') return a.left !== undefined;
  return mark === 'permanent' ? a.left === undefined : ((a.flags ?? 0) & flag[mark]) !== 0;
}

/** IPv4: narrower scopes first, secondary addresses last. @see Linux net/ipv4/devinet.c: __inet_insert_ifa */
function place(all: readonly Addr[], a: Addr): number {
  if (a.prefix.addr.v === 6) return 0;
  return secondary(all, a) ? 3 : a.scope === 'host' ? 0 : a.scope === 'link' ? 1 : 2;
}

/** An IPv4 address in the same prefix as an earlier one of the device. */
function secondary(all: readonly Addr[], a: Addr): boolean {
  if (a.prefix.addr.v !== 4) return false;
  const first = all.find((b) => b.prefix.bits === a.prefix.bits && contains(network(b.prefix), a.prefix.addr));
  return first !== undefined && first !== a;
}

/** IFA_F_* in the order and with the names of iproute2. @see ip/ipaddress.c: ifa_flag_data */
const FLAGS: readonly (readonly [number, string])[] = [
  [0x02, 'nodad'],
  [0x08, 'dadfailed'],
  [0x20, 'deprecated'],
  [0x40, 'tentative'],
];

/** The flags of an IPv6 address, each with a space. Busybox knows two by name. */
function flagText(env: IpEnv, a: Addr): string {
  const flags = a.flags ?? 0;
  const known = env.busybox ? FLAGS.slice(2).reverse() : FLAGS;
  const named = known.filter(([bit]) => flags & bit).map(([, name]) => `${name} `);
  if (a.left && !env.busybox) named.push('dynamic mngtmpaddr ');
  const rest = flags & ~0x60;
  return named.join('') + (env.busybox && rest !== 0 ? `flags ${rest.toString(16).padStart(2, '0')} ` : '');
}

function addressLine(env: IpEnv, a: Addr, all: readonly Addr[]): string {
  const v4 = a.prefix.addr.v === 4;
  let s = `${v4 ? 'inet' : 'inet6'} ${formatPrefix(a.prefix)} `;
  if (a.broadcast) s += `brd ${formatIp(a.broadcast)} `;
  s += `scope ${a.scope} `;
  if (secondary(all, a)) s += 'secondary ';
  s += flagText(env, a);
  if (a.proto !== undefined && !env.busybox) s += `proto ${a.proto} `;
  return s + (v4 ? a.label : '');
}

/** How long an address is good, and a good source. */
function lifetimes({ left = { valid: Number.POSITIVE_INFINITY, preferred: Number.POSITIVE_INFINITY } }: Addr): string {
  const text = (s: number): string => (Number.isFinite(s) ? `${s}sec` : 'forever');
  return `       valid_lft ${text(left.valid)} preferred_lft ${text(left.preferred)}`;
}

/** One address on its own, with its device. */
export function addrText(env: IpEnv, a: Addr): string[] {
  const all = env.net.addrs().filter((b) => b.ifindex === a.ifindex);
  const name = env.net.link(a.ifindex)?.name ?? `if${a.ifindex}`;
  return [`${a.ifindex}: ${name}    ${addressLine(env, a, all.includes(a) ? all : [a])}`, lifetimes(a)];
}

/** Whether a device without an address is shown: one that has none at all, and bears the name that labels are asked for. */
function bare(env: IpEnv, l: Link, f: LinkFilter): boolean {
  if (f.label !== undefined && !labelled(f.label, l.name)) return false;
  return !env.net.addrs().some((a) => a.ifindex === l.ifindex);
}

async function show(env: IpEnv): Promise<number> {
  const f = readFilter(env);
  const links = selectLinks(env, f);
  const all = env.net.addrs();
  const rows = links
    .map((l) => ({ l, addrs: addressesOf(env, all, l, f) }))
    .filter(({ l, addrs }) => addrs.length > 0 || (env.family === 0 && f.to === undefined && bare(env, l, f)));
  if (env.json) {
    await printJson(
      env,
      rows.map((r) => ({ ...linkJson(env, r.l), addr_info: r.addrs.map((a) => addressJson(a, r.addrs)) })),
    );
    return 0;
  }
  if (env.brief) {
    await env.ctx.out(
      rows
        .map(({ l, addrs }) => {
          const texts = addrs.map((a) => `${formatPrefix(a.prefix)} `).join('');
          return `${linkName(env, l).name.padEnd(16)} ${operState(l).padEnd(14)} ${texts}\n`;
        })
        .join(''),
    );
    return 0;
  }
  if (env.oneline) {
    const lines = rows.flatMap(({ l, addrs }) =>
      addrs.map((a) => [`${l.ifindex}: ${l.name}    ${addressLine(env, a, addrs)}`, lifetimes(a)]),
    );
    await printEntries(env, lines);
    return 0;
  }
  await printEntries(
    env,
    rows.map(({ l, addrs }) => [
      headLine(env, l, false, true, f.dev !== undefined),
      ...(env.family === 0 && f.to === undefined ? hardwareLines(env, l, false) : []),
      ...addrs.flatMap((a) => [`    ${addressLine(env, a, addrs)}`, lifetimes(a)]),
      ...(env.stats > 0 ? statsLines(env, l) : []),
    ]),
  );
  return 0;
}

/** A lifetime as a number; for ever is the greatest. */
const seconds = (s = Number.POSITIVE_INFINITY): number => (Number.isFinite(s) ? s : 4294967295);

function addressJson(a: Addr, all: readonly Addr[]): Record<string, unknown> {
  const v4 = a.prefix.addr.v === 4;
  return {
    family: v4 ? 'inet' : 'inet6',
    local: formatIp(a.prefix.addr),
    prefixlen: a.prefix.bits,
    ...(a.broadcast ? { broadcast: formatIp(a.broadcast) } : {}),
    scope: a.scope,
    ...(secondary(all, a) ? { secondary: true } : {}),
    ...Object.fromEntries(FLAGS.filter(([bit]) => (a.flags ?? 0) & bit).map(([, name]) => [name, true])),
    ...(a.proto === undefined ? {} : { protocol: a.proto }),
    ...(v4 ? { label: a.label } : {}),
    ...(a.left ? { dynamic: true, mngtmpaddr: true } : {}),
    valid_life_time: seconds(a.left?.valid),
    preferred_life_time: seconds(a.left?.preferred),
  };
}

async function modify(env: IpEnv, verb: 'add' | 'del' | 'replace'): Promise<number> {
  const w = env.words;
  let prefix: Prefix | undefined;
  let dev: string | undefined;
  let scope: Addr['scope'] | undefined;
  let broadcast: ReturnType<typeof parseIp>;
  let label: string | undefined;
  let nodad = false;
  let noprefixroute = false;
  for (let word = w.take(); word !== undefined; word = w.take()) {
    if (word === 'dev') dev = w.need();
    else if (matches(word, 'broadcast') || word === 'brd') {
      const b = w.need();
      if (b === '+') broadcast = prefix?.addr.v === 4 ? ip4(last4(prefix)) : undefined;
      else if (b !== '-') broadcast = addressArg(b, env.family);
    } else if (word === 'scope') scope = w.need() as Addr['scope'];
    else if (word === 'label') label = w.need();
    else if (word === 'nodad') nodad = true;
    else if (word === 'noprefixroute') noprefixroute = true;
    else if (word === 'home') continue;
    else if (word === 'valid_lft' || word === 'preferred_lft' || word === 'metric') w.need();
    else {
      if (word === 'local') word = w.need();
      if (prefix) throw garbage('local', word);
      prefix = prefixArg(word, env.family);
    }
  }
  if (dev === undefined && env.busybox) throw new IpError('ip: need "dev IFACE"', 1);
  if (dev === undefined) throw new IpError('Not enough information: "dev" argument is required.', 1);
  deviceArg(env, dev);
  if (!prefix) throw new IpError('RTNETLINK answers: Invalid argument', 2);
  const v = prefix.addr.v === 4 ? 'ipv4' : 'ipv6';
  if (verb === 'del') {
    const e = env.net.delAddr(dev, prefix);
    if (isErr(e))
      throw env.busybox || e.name !== 'EADDRNOTAVAIL'
        ? rtnetlink(e)
        : new IpError(`Error: ${v}: address not found.`.replace('ipv4: address', 'ipv4: Address'), 2);
    return 0;
  }
  const e = env.net.addAddr(dev, prefix, { broadcast, scope, label, nodad, noprefixroute });
  if (isErr(e)) {
    if (e.name === 'EEXIST' && verb === 'replace') return 0;
    throw env.busybox || e.name !== 'EEXIST'
      ? rtnetlink(e)
      : new IpError(`Error: ${v}: ${v === 'ipv4' ? 'Address' : 'address'} already assigned.`, 2);
  }
  return 0;
}

async function flush(env: IpEnv): Promise<number> {
  if (env.words.done) throw new IpError('"ip addr flush" requires arguments.', 255);
  const f = readFilter(env);
  for (const l of selectLinks(env, f))
    for (const a of addressesOf(env, env.net.addrs(), l, f)) {
      const still = env.net.addrs().some((b) => b.ifindex === l.ifindex && sameIp(b.prefix.addr, a.prefix.addr));
      const e = still ? env.net.delAddr(l.name, a.prefix) : 0;
      if (isErr(e)) throw rtnetlink(e);
    }
  return 0;
}
