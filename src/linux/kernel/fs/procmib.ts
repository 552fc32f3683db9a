/** Counters of protocols: /proc/net/snmp, snmp6, netstat. */
import type { Counters } from '../../core/core.ts';
import type { NetAdmin } from '../netadmin.ts';

/** What RFC 4022 has besides counters: algorithm (1 other), least and greatest timeout, connections at most (no limit). */
const TCP_HEAD: Readonly<Record<string, number>> = { RtoAlgorithm: 1, RtoMin: 200, RtoMax: 120000, MaxConn: -1 };

/** Groups of counters, a line of names and a line of numbers each. @see Linux net/ipv4/proc.c: snmp_seq_show */
export function counters(net: NetAdmin, groups: readonly (keyof Counters)[]): string {
  const all = net.counters();
  return groups
    .filter((g) => Object.keys(all[g]).length > 0)
    .map((g) => {
      const row = g === 'Tcp' ? { ...TCP_HEAD, ...all.Tcp } : all[g];
      return `${g}: ${Object.keys(row).join(' ')}\n${g}: ${Object.values(row).join(' ')}\n`;
    })
    .join('');
}

/** Of IPv6 a line each. @see Linux net/ipv6/proc.c: snmp6_seq_show */
export function snmp6(net: NetAdmin): string {
  const all = net.counters();
  return (['Ip6', 'Icmp6', 'Udp6', 'UdpLite6'] as const)
    .flatMap((g) => Object.entries(all[g]).map(([name, n]) => `${`${g}${name}`.padEnd(32)}\t${n}\n`))
    .join('');
}
