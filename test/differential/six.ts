/**
 * The IPv6 half of a topology: every network of IPv4 has one of IPv6 beside it, with the same hosts, and every host's
 * routes lead the same ways, some of them by link-local addresses. Links too narrow for IPv6 stay without it.
 */
import type { Dice, Draft } from './generate.ts';
import type { Address, End, HostSpec, Listener, Probe, RouteSpec, Topology } from './topology.ts';
import { PORTS } from './words.ts';

const NETS = ['192.0.2.', '198.51.100.', '203.0.113.'];
/** How often bridges hand their frames of IPv6 to netfilter. */
const BRIDGE_NF = 0.5;
/** The least MTU of IPv6. */
const LEAST = 1280;

/** What IPv6 adds to a host. */
export interface Half {
  readonly draft: Draft;
  readonly addrs: readonly Address[];
  readonly routes: readonly RouteSpec[];
  readonly listeners: readonly Listener[];
  readonly sysctls: readonly (readonly [string, string])[];
  readonly perDevice: readonly (readonly [string, string])[];
}

/** The IPv6 address that stands beside an IPv4 one; undefined for those of no network of the topology. */
function beside(ip: string): string | undefined {
  const n = NETS.findIndex((net) => ip.startsWith(net));
  if (n < 0) return undefined;
  const last = Number(ip.slice((NETS[n] as string).length));
  return `2001:db8:${(n * 8 + (last >> 5) + 1).toString(16)}::${last.toString(16)}`;
}

function network(dst: string, bits: number): string {
  if (dst === 'default') return 'default';
  const [ip, length] = dst.split('/') as [string, string];
  const six = beside(ip) as string;
  return length === '32' ? `${six}/128` : `${six.replace(/::.*/, '::')}/${bits}`;
}

const linkLocal = (host: number, dev: number): string => `fe80::${host + 1}:${dev + 1}`;

/** Addresses of all hosts: one beside each of IPv4, and a link-local one on every device that has such. */
function addresses(hosts: readonly Draft[], { links, macvlans }: Topology, bits: number): Address[][] {
  const name = (end: End): string => `${end.host} ${end.dev}`;
  const narrow = new Set(links.filter((l) => l.mtu < LEAST).flatMap((l) => [name(l.a), name(l.b)]));
  for (const m of macvlans) if (narrow.has(name(m.lower))) narrow.add(name(m.upper));
  return hosts.map((h, i) => {
    const wide = h.addrs.filter((a) => !narrow.has(`${i} ${a.dev}`) && a.dev !== 'vx0');
    const global = wide.map((a) => ({ dev: a.dev, ip: beside(a.ip) as string, bits }));
    const local = [...new Set(wide.map((a) => a.dev))].map((dev) => ({
      dev,
      ip: linkLocal(i, h.devices.indexOf(dev)),
      bits: 64,
    }));
    return [...local, ...global];
  });
}

/** The same routes over IPv6, as far as their gateways have it. */
function routes(dice: Dice, h: Draft, addrs: readonly (readonly Address[])[], bits: number): RouteSpec[] {
  const out: RouteSpec[] = [];
  for (const r of h.routes) {
    if (r.table !== undefined || r.metric !== undefined || dice.chance(0.06)) continue;
    const dst = network(r.dst, bits);
    if (r.via === undefined || r.dev === undefined) {
      out.push({ type: r.type, dst });
      continue;
    }
    const via = beside(r.via);
    const owner = addrs.findIndex((list) => list.some((a) => a.ip === via));
    const near = addrs[owner]?.find((a) => a.ip === via);
    if (!near) continue;
    const local = addrs[owner]?.find((a) => a.dev === near.dev && a.ip.startsWith('fe80:')) as Address;
    out.push({ type: r.type, dst, via: dice.chance(0.3) ? local.ip : near.ip, dev: r.dev });
  }
  return out;
}

/** Sysctls of one host: what takes time or chance is off. */
function settings(dice: Dice, h: Draft, router: boolean): [string, string][] {
  const out: [string, string][] = [
    ['ipv6/conf/all/disable_ipv6', '0'],
    ['ipv6/conf/default/disable_ipv6', '0'],
    ['ipv6/conf/default/addr_gen_mode', '1'],
    ['ipv6/conf/default/accept_dad', '0'],
    ['ipv6/conf/default/router_solicitations', '0'],
    ['ipv6/conf/all/accept_redirects', '0'],
    ['ipv6/conf/default/accept_redirects', '0'],
    ['ipv6/icmp/ratelimit', '0'],
    ['ipv6/conf/all/forwarding', dice.chance(router ? 0.95 : 0.2) ? '1' : '0'],
  ];
  if (h.bridges.length > 0) out.push(['bridge/bridge-nf-call-ip6tables', dice.chance(BRIDGE_NF) ? '1' : '0']);
  if (dice.chance(0.08)) out.push(['ipv6/icmp/echo_ignore_all', '1']);
  if (dice.chance(0.1)) out.push(['ipv6/conf/default/hop_limit', dice.pick(['32', '128'])]);
  return out;
}

function listeners(dice: Dice, addrs: readonly Address[], of: readonly Listener[]): Listener[] {
  const out: Listener[] = [];
  for (const l of of) {
    if (dice.chance(0.1)) continue;
    const ip = l.ip === '0.0.0.0' ? '::' : l.ip === '127.0.0.1' ? '::1' : beside(l.ip);
    if (ip === '::' || ip === '::1' || addrs.some((a) => a.ip === ip)) out.push({ ...l, ip: ip as string });
  }
  return out;
}

/** IPv6 for all hosts of a topology. */
export function sixes(dice: Dice, hosts: readonly Draft[], t: Topology): Half[] {
  const bits = dice.pick([64, 64, 112]);
  const addrs = addresses(hosts, t, bits);
  return hosts.map((h, i): Half => {
    const own = addrs[i] as Address[];
    const router = i === 0 || hosts.some((c) => c.parent === i);
    const subnets = h.subnets.map((s) => network(s, bits));
    return {
      draft: { ...h, addrs: own.filter((a) => !a.ip.startsWith('fe80:')), subnets },
      addrs: own,
      routes: routes(dice, h, addrs, bits),
      listeners: listeners(dice, own, h.listeners),
      // Reports of groups would cross the tunnel, at random times.
      perDevice: h.devices.includes('vx0') ? [['ipv6/conf/vx0/disable_ipv6', '1']] : [],
      sysctls: settings(dice, h, router),
    };
  });
}

/** A host with its IPv6 half. */
export function joined(h: HostSpec, half: Half, rules6: string): HostSpec {
  return {
    ...h,
    sysctls: [...h.sysctls, ...half.sysctls],
    addrs: [...h.addrs, ...half.addrs],
    perDevice: [...h.perDevice, ...half.perDevice],
    routes: [...h.routes, ...half.routes],
    listeners: [...h.listeners, ...half.listeners],
    rules6,
  };
}

const HOPS = [64, 64, 64, 64, 64, 255, 1, 2, 3];

/** Probes over IPv6, from every host that has it to every address. @param first their first id */
export function probes6(dice: Dice, halves: readonly Half[], first: number): Probe[] {
  const out: Probe[] = [];
  const known = halves.flatMap((h) => h.draft.addrs.map((a) => a.ip));
  for (const [from, h] of halves.entries()) {
    if (h.draft.addrs.length === 0) continue;
    const near = h.addrs.filter((a) => a.ip.startsWith('fe80:'));
    const there = known[0]?.replace(/::.*/, '::fffe') ?? '::1';
    for (const to of [...known, there, '2001:db8:ffff::1', '::1', ...near.map((a) => `${a.ip}%${a.dev}`)]) {
      const add = (kind: Probe['kind'], size: number): void => {
        out.push({
          id: first + out.length,
          from,
          kind,
          to,
          port: dice.pick([...PORTS, 9]),
          ttl: dice.pick(HOPS),
          size,
          tos: dice.chance(0.2) ? dice.pick([0x10, 0x08, 0xb8, 2]) : 0,
          discover: dice.chance(0.7) ? 1 : dice.pick([0, 2] as const),
        });
      };
      add('ping', dice.pick([0, 8, 56, 600, 1000, 1232, 1233, 1452, 1453, 3000]));
      add('udp', dice.pick([0, 1, 17, 512, 1200, 1452, 1453, 2000, 4000]));
      add('tcp', 0);
    }
  }
  return out;
}
