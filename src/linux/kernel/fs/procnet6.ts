/** IPv6 of a namespace as text: /proc/net/if_inet6, ipv6_route, igmp6. */
import { staysHere } from '../linkgroups.ts';
import type { NetAdmin, Route } from '../netadmin.ts';
import { hex, hex6 } from './prochex.ts';

const IFA_F_PERMANENT = 0x80;
const SCOPES = { global: 0, host: 0x10, link: 0x20 } as const;

/** @see Linux net/ipv6/addrconf.c: if6_seq_show */
export function ifInet6(net: NetAdmin): string {
  const two = (n: number): string => n.toString(16).padStart(2, '0');
  return net
    .addrs()
    .flatMap((a) => {
      if (a.prefix.addr.v !== 6) return [];
      const flags = (a.good ? 0 : IFA_F_PERMANENT) | ((a.flags ?? 0) & 0xff);
      const name = (net.link(a.ifindex)?.name ?? '').padStart(8);
      return [
        `${hex6(a.prefix.addr)} ${two(a.ifindex)} ${two(a.prefix.bits)} ${two(SCOPES[a.scope])} ${two(flags)} ${name}\n`,
      ];
    })
    .join('');
}

/** The table of own addresses and groups. */
const LOCAL = 255;

/** Bits of a route. @see Linux include/uapi/linux/route.h, ipv6_route.h */
const RTF = {
  UP: 1,
  GATEWAY: 2,
  REJECT: 0x200,
  DEFAULT: 0x10000,
  ADDRCONF: 0x40000,
  ANYCAST: 0x100000,
  NONEXTHOP: 0x200000,
  EXPIRES: 0x400000,
  LOCAL: 0x80000000,
};

function routeFlags(r: Route, via: boolean): number {
  const refuses = !['unicast', 'local', 'multicast', 'anycast'].includes(r.type);
  const told = r.proto === 'ra' ? (r.dst ? RTF.ADDRCONF : RTF.ADDRCONF | RTF.DEFAULT) : r.advertised ? RTF.ADDRCONF : 0;
  if (refuses) return RTF.REJECT | RTF.NONEXTHOP;
  const flags = RTF.UP | (via ? RTF.GATEWAY : 0) | told | (r.expires === undefined ? 0 : RTF.EXPIRES);
  if (r.type === 'anycast') return flags | RTF.ANYCAST | RTF.NONEXTHOP;
  return r.type === 'local' ? (flags | RTF.LOCAL | RTF.NONEXTHOP) >>> 0 : flags;
}

/** The main table, then that of own addresses: destination, source, gateway, metric, references, uses (never counted), flags, device. @see Linux net/ipv6/ip6_fib.c: ipv6_route_native_seq_show */
export function ipv6Route(net: NetAdmin): string {
  const nothing = '0'.repeat(32);
  const low = (n: number): string => n.toString(16).padStart(8, '0');
  const line = (r: Route): string => {
    const ways = r.nexthops ?? [{ via: r.via, ifindex: r.ifindex }];
    return ways
      .map(({ via, ifindex }) => {
        const name = (ifindex !== undefined && net.link(ifindex)?.name) || 'lo';
        const bits = (r.dst?.bits ?? 0).toString(16).padStart(2, '0');
        const metric = r.table === LOCAL && r.type === 'local' ? 0 : r.metric;
        return `${hex6(r.dst?.addr)} ${bits} ${nothing} 00 ${hex6(via)} ${low(metric)} ${low(1)} ${low(0)} ${low(routeFlags(r, via !== undefined))} ${name.padStart(8)}\n`;
      })
      .join('');
  };
  // A table without a default route ends with the entry that refuses.
  const none = `${nothing} 00 ${nothing} 00 ${nothing} ffffffff ${low(1)} ${low(0)} ${low(RTF.REJECT | RTF.NONEXTHOP)} ${'lo'.padStart(8)}\n`;
  return [net.routes(6), net.routes(6, LOCAL)]
    .map((table) => table.map(line).join('') + (table.some((r) => !r.dst) ? '' : none))
    .join('');
}

/** /proc/net/anycast6. @see Linux net/ipv6/anycast.c: ac6_seq_show */
export function anycast6(net: NetAdmin): string {
  return net
    .routes(6, LOCAL)
    .filter((r) => r.type === 'anycast')
    .map(
      ({ ifindex = 0, dst }) =>
        `${String(ifindex).padEnd(4)} ${(net.link(ifindex)?.name ?? '').padEnd(15)} ${hex6(dst?.addr)} ${'1'.padStart(5)}\n`,
    )
    .join('');
}

/** MAF_LAST_REPORTER, which who tells of a group is; MAF_LOADED; MAF_NOREPORT: all nodes, and groups of this node. */
const LAST = 0x4;
const NOT_REPORTED = 0x8;

/** @see Linux net/ipv6/mcast.c: igmp6_mc_seq_show */
export function igmp6(net: NetAdmin): string {
  return net
    .groups()
    .flatMap(({ ifindex, ip, users }) => {
      if (ip.v !== 6) return [];
      const flags = staysHere(ip) ? NOT_REPORTED : ip.value === (0xff02n << 112n) + 1n ? NOT_REPORTED | LAST : LAST;
      const name = (net.link(ifindex)?.name ?? '').padEnd(15);
      const group = hex6(ip);
      return [`${String(ifindex).padEnd(4)} ${name} ${group} ${String(users).padStart(5)} ${hex(flags, 8)} 0\n`];
    })
    .join('');
}
