/** What a topology is: plain data from which the lab and real namespaces are built alike. */

export interface Address {
  readonly dev: string;
  readonly ip: string;
  readonly bits: number;
}

export interface RouteSpec {
  readonly type: 'unicast' | 'unreachable' | 'blackhole' | 'prohibit' | 'throw';
  /** `default`, or a prefix. */
  readonly dst: string;
  readonly via?: string;
  readonly dev?: string;
  readonly table?: number;
  readonly metric?: number;
  readonly src?: string;
}

/** One `ip rule`. */
export interface PolicySpec {
  readonly priority: number;
  readonly not: boolean;
  readonly from?: string;
  readonly to?: string;
  readonly iif?: string;
  readonly oif?: string;
  readonly mark?: { readonly value: number; readonly mask: number };
  readonly tos?: number;
  readonly proto?: 'tcp' | 'udp' | 'icmp';
  readonly sport?: number;
  readonly dport?: number;
  readonly action: 'lookup' | 'blackhole' | 'unreachable' | 'prohibit' | 'nop' | 'goto';
  /** Table of lookup, priority of goto. */
  readonly number: number;
}

/** One network namespace. */
export interface HostSpec {
  /** Below /proc/sys/net, set before there are devices. */
  readonly sysctls: readonly (readonly [string, string])[];
  /** Those of single devices, set after. */
  readonly perDevice: readonly (readonly [string, string])[];
  readonly bridges: readonly string[];
  readonly addrs: readonly Address[];
  readonly routes: readonly RouteSpec[];
  readonly policy: readonly PolicySpec[];
  /** Addresses that are answered for as a proxy. */
  readonly proxies: readonly { readonly dev: string; readonly ip: string }[];
  /** Text for iptables-restore; empty: none. */
  readonly rules: string;
  /** The same for ip6tables-restore. */
  readonly rules6: string;
  readonly listeners: readonly Listener[];
}

export interface Listener {
  readonly proto: 'tcp' | 'udp';
  readonly ip: string;
  readonly port: number;
}

/** One end of a veth pair. */
export interface End {
  readonly host: number;
  readonly dev: string;
  /** The bridge it is a port of. */
  readonly master?: string;
  readonly hairpin?: boolean;
  readonly isolated?: boolean;
}

export interface LinkSpec {
  readonly a: End;
  readonly b: End;
  readonly mtu: number;
}

/** A macvlan in bridge mode on a device of `lower`, which belongs to another host. */
export interface MacvlanSpec {
  readonly lower: End;
  readonly upper: End;
}

/** Two hosts with a VXLAN to each other. */
export interface OverlaySpec {
  readonly vni: number;
  readonly learning: boolean;
  readonly ends: readonly {
    readonly host: number;
    readonly dev: string;
    readonly local: string;
    readonly remote: string;
  }[];
}

/** `id` is the source port, and the identifier of an ICMP echo: unique in a topology. */
export interface Probe {
  readonly id: number;
  readonly from: number;
  readonly kind: 'ping' | 'udp' | 'tcp';
  /** A link-local address has its device behind a %. */
  readonly to: string;
  readonly port: number;
  readonly ttl: number;
  /** Bytes of payload. */
  readonly size: number;
  readonly tos: number;
  /** IP_MTU_DISCOVER: 0 never DF, 1 as sockets do by themselves, 2 always DF. */
  readonly discover: 0 | 1 | 2;
}

export interface Topology {
  readonly seed: number;
  readonly hosts: readonly HostSpec[];
  readonly links: readonly LinkSpec[];
  readonly macvlans: readonly MacvlanSpec[];
  readonly overlays: readonly OverlaySpec[];
  readonly probes: readonly Probe[];
}

/** Whether an address, a prefix or a destination is of IPv6. */
export const isSix = (text: string): boolean => text.includes(':');

/** Sysctls below net/ of every host: what depends on real time or chance is off. */
export const SETTINGS: readonly (readonly [string, string])[] = [
  ['ipv6/conf/all/disable_ipv6', '1'],
  ['ipv6/conf/default/disable_ipv6', '1'],
  ['ipv4/icmp_ratemask', '0'],
  ['ipv4/icmp_msgs_per_sec', '1000000'],
  ['ipv4/icmp_msgs_burst', '1000000'],
  // Sequence numbers, which are random, decide nothing.
  ['netfilter/nf_conntrack_tcp_be_liberal', '1'],
  ['netfilter/nf_conntrack_tcp_ignore_invalid_rst', '1'],
  ['ipv4/conf/all/rp_filter', '0'],
  ['ipv4/conf/default/rp_filter', '0'],
  ['ipv4/conf/all/send_redirects', '0'],
  ['ipv4/conf/default/send_redirects', '0'],
];

/**
 * From which port, and below which, tunnels send: always from the same. Else it is a digest of the packet inside, with a key
 * drawn at boot, and now and then two flows are one to netfilter.
 */
export const TUNNEL_PORTS = [40000, 40001] as const;

/** What happened in one of the two worlds, as sorted lines that are compared one by one. */
export interface Outcome {
  /** How the sending or connecting call of each probe ended. */
  readonly calls: readonly string[];
  /** Packets delivered to a host's protocols. */
  readonly delivered: readonly string[];
  /** Packets and bytes of each rule, in the order of the chains' rules. */
  readonly counters: readonly string[];
}
