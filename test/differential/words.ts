/** What the same rule is called in iptables and in ip6tables. */

export interface Words {
  readonly icmp: string;
  readonly icmpMatch: string;
  /** Types, and types with codes, of ICMP. */
  readonly icmpTypes: readonly string[];
  readonly icmpNumber: number;
  readonly rejects: readonly string[];
  readonly ttl: readonly string[];
  readonly setTtl: readonly string[];
  readonly addrTypes: readonly string[];
  readonly loopback: string;
  /** An address that nobody has. */
  readonly nobody: string;
  /** Length of a whole address. */
  readonly bits: number;
  /** An address with a port behind it. */
  place(ip: string, port: number): string;
  /** Rules that stand first in every chain of a table that sees all packets. */
  readonly first: readonly string[];
}

/**
 * Ports of listeners. All are below 1024: NAT that has to choose another port keeps to the side of that it was on, so a
 * listener, who answers nobody below, is never set on another or on itself for ever.
 */
export const PORTS = [53, 80, 443, 500, 808];

export const FOUR: Words = {
  icmp: 'icmp',
  icmpMatch: '-m icmp',
  icmpTypes: ['8', '0', '3', '3/3', '3/1', '11', '11/0'],
  icmpNumber: 1,
  rejects: [
    'icmp-port-unreachable',
    'icmp-host-unreachable',
    'icmp-net-unreachable',
    'icmp-proto-unreachable',
    'icmp-host-prohibited',
    'icmp-net-prohibited',
    'icmp-admin-prohibited',
  ],
  ttl: ['--ttl-eq 64', '--ttl-eq 63', '--ttl-lt 64', '--ttl-gt 62'].map((x) => `-m ttl ${x}`),
  setTtl: ['TTL --ttl-dec 1', 'TTL --ttl-set 33'],
  addrTypes: ['LOCAL', 'LOCAL', 'UNICAST', 'BROADCAST', 'MULTICAST'],
  loopback: '127.0.0.0/8',
  nobody: '203.0.113.250',
  bits: 32,
  place: (ip, port) => `${ip}:${port}`,
  first: [],
};

/** Reports of group membership and redirects are sent when chance or real time wills: let through, not counted. */
export const BY_CHANCE = [137, 143];

/** The option of a rule for such messages. */
export const chanceOption = (type: number): string => `--icmpv6-type ${type}`;

export const SIX: Words = {
  icmp: 'ipv6-icmp',
  icmpMatch: '-m icmp6',
  icmpTypes: ['128', '129', '1', '1/4', '1/0', '1/3', '3', '3/0', '2', '135', '136'],
  icmpNumber: 58,
  rejects: [
    'icmp6-port-unreachable',
    'icmp6-no-route',
    'icmp6-adm-prohibited',
    'icmp6-addr-unreachable',
    'icmp6-policy-fail',
    'icmp6-reject-route',
  ],
  ttl: [],
  setTtl: ['DROP'],
  addrTypes: ['LOCAL', 'LOCAL', 'UNICAST', 'MULTICAST'],
  loopback: '::1/128',
  nobody: '2001:db8:ffff::250',
  bits: 128,
  place: (ip, port) => `[${ip}]:${port}`,
  first: BY_CHANCE.map((type) => `-p ipv6-icmp -m icmp6 ${chanceOption(type)} -j ACCEPT`),
};
