/**
 * The TypeScript face of the packet core (wasm/): typed calls, integers and short byte strings only. Objects are
 * small indices: a namespace (ns), a device (dev, unique in the core; Linux's ifindex per namespace is kept by the
 * kernel), a chain, a rule, a socket. Errors are negative Linux errno numbers.
 *
 * The core keeps the lab's one clock: `now()`. A call that sends a packet carries it at once through every
 * zero-latency hop (each hop adds a little virtual time), so events may be waiting when the call returns: the
 * kernel drains them with `events()`.
 */

import type { Counters } from './snmp.ts';
import type { CoreTcpInfo } from './tcp-info.ts';
import type { TcpSysctlName } from './tcp-sysctls.ts';

export type { CoreTcpInfo, Counters };

/** Addresses cross as 16 bytes, IPv4 as ::ffff:a.b.c.d. */
export type Addr16 = Uint8Array;

/** Code of a LOG event: a namespace's table of connections is full; b = the namespace. */
export const LOG_CT_FULL = 2;
export const Hook = { PREROUTING: 0, INPUT: 1, FORWARD: 2, OUTPUT: 3, POSTROUTING: 4 } as const;
export const Table = { RAW: 0, NAT: 1, FILTER: 2, MANGLE: 3, SECURITY: 4 } as const;
export const SockType = { TCP: 1, UDP: 2, RAW: 3, PACKET: 4 } as const;

/** Kinds of core events. `a`, `b`, `c` depend on the kind. */
export const EventKind = {
  /** Socket a: readable, writable, error or hang-up; b = bits of {@link Ready}. Edge-triggered: drain, then wait. */
  SOCK: 1,
  /** A capture ring has frames; a = capture. */
  CAPTURE: 2,
  /** Carrier of device a changed to b. */
  CARRIER: 3,
  /** Address conflict or other kernel log line: a = code, b, c. */
  LOG: 4,
} as const;
export const Ready = { IN: 1, OUT: 4, ERR: 8, HUP: 16, RDHUP: 32 } as const;

/** What a rule is in the core; absent matches hold for every packet. Mirrors struct ipt_entry and its matches. */
export interface CoreRule {
  readonly src?: Addr16;
  readonly srcBits?: number;
  readonly srcNot?: boolean;
  readonly dst?: Addr16;
  readonly dstBits?: number;
  readonly dstNot?: boolean;
  /** Interface names; a trailing '+' is a prefix. */
  readonly in?: string;
  readonly inNot?: boolean;
  readonly out?: string;
  readonly outNot?: boolean;
  readonly proto?: number;
  readonly protoNot?: boolean;
  readonly sport?: readonly [number, number];
  readonly sportNot?: boolean;
  readonly dport?: readonly [number, number];
  readonly dportNot?: boolean;
  readonly tcpMask?: number;
  readonly tcpComp?: number;
  readonly tcpNot?: boolean;
  readonly icmpType?: number;
  /** -1: any. */
  readonly icmpCode?: number;
  readonly icmpNot?: boolean;
  /** Bits of CT in netadmin.ts. */
  readonly ctstate?: number;
  readonly ctstateNot?: boolean;
  /** 1 LOCAL, 2 UNICAST, 3 BROADCAST, 4 MULTICAST */
  readonly srcType?: number;
  readonly srcTypeNot?: boolean;
  readonly dstType?: number;
  readonly dstTypeNot?: boolean;
  readonly mark?: number;
  readonly markMask?: number;
  readonly markNot?: boolean;
  /** Average packets a second as nanoseconds per packet, and burst. */
  readonly limitNs?: number;
  readonly limitBurst?: number;
  /** side 1 source, 2 destination, 3 both; up to 15 ranges. */
  readonly multiportSide?: number;
  readonly multiport?: readonly (readonly [number, number])[];
  readonly multiportNot?: boolean;
  /** One of {@link Target}. */
  readonly target: number;
  /** jump, goto: the chain's handle. */
  readonly chain?: number;
  /** DNAT, SNAT: address range; absent keeps the address. REDIRECT, MASQUERADE: ports only. */
  readonly toIp?: Addr16;
  readonly toIp2?: Addr16;
  readonly toPort?: readonly [number, number];
  readonly random?: boolean;
  /** REJECT: ICMP type and code, or type 255 for a TCP reset. MARK: value and mask. LOG: a log handle. */
  readonly value?: number;
  readonly mask?: number;
  /** Targets that rewrite no address: further words. */
  readonly arg?: number;
  readonly arg2?: number;
  /** SNAT, DNAT: an address by the source alone. SNAT, MASQUERADE: never keep the port. */
  readonly persistent?: boolean;
  readonly fully?: boolean;
  /** Matches behind the rule, in order. */
  readonly more?: readonly CoreMatch[];
}

/** What a service or a server of IPVS has carried, or carries per second. */
export interface CoreVsStats {
  readonly conns: number;
  readonly inPackets: number;
  readonly outPackets: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

/** A virtual service of IPVS. Addresses are IPv4 numbers. */
export interface CoreVsService {
  readonly handle: number;
  /** IP protocol; 0: known by the mark of packets. */
  readonly proto: number;
  readonly addr: number;
  readonly port: number;
  readonly fwmark: number;
  /** 0 rr, 1 wrr, 2 lc, 3 wlc, 4 sh */
  readonly sched: number;
  /** Seconds for which a client keeps its server, 0: not. */
  readonly persist: number;
  readonly netmask: number;
  readonly stats: CoreVsStats;
  readonly rates: CoreVsStats;
}

/** A real server of IPVS. */
export interface CoreVsDest {
  readonly handle: number;
  readonly service: number;
  readonly addr: number;
  readonly port: number;
  readonly weight: number;
  /** 0 masquerading, 1 local, 2 tunnel, 3 route */
  readonly fwd: number;
  readonly upper: number;
  readonly lower: number;
  readonly active: number;
  readonly inactive: number;
  readonly persistent: number;
  readonly stats: CoreVsStats;
  readonly rates: CoreVsStats;
}

/** A connection of IPVS. */
export interface CoreVsConn {
  readonly proto: number;
  readonly caddr: number;
  readonly cport: number;
  readonly vaddr: number;
  readonly vport: number;
  readonly daddr: number;
  readonly dport: number;
  /** 0 NONE … 10 SYNACK of TCP, 11 UDP. */
  readonly state: number;
  readonly template: boolean;
  readonly timeoutNs: number;
}

/** Settings of connection tracking in the order of the core's record (seconds, 0 or 1, numbers), then its counters. */
export const NF_KEYS = [
  'tcp_none',
  'tcp_syn_sent',
  'tcp_syn_recv',
  'tcp_established',
  'tcp_fin_wait',
  'tcp_close_wait',
  'tcp_last_ack',
  'tcp_time_wait',
  'tcp_close',
  'tcp_syn_sent2',
  'tcp_retrans',
  'tcp_unack',
  'udp',
  'udp_stream',
  'icmp',
  'icmpv6',
  'generic',
  'tcp_loose',
  'tcp_be_liberal',
  'tcp_ignore_invalid_rst',
  'tcp_max_retrans',
  'max',
  'invalid',
  'insert_failed',
  'drop',
  'early_drop',
  'clash_resolve',
  'vs_conntrack',
  'vs_tcp',
  'vs_tcpfin',
  'vs_udp',
] as const;
export type NfKey = (typeof NF_KEYS)[number];

/** A match behind a rule. @see wasm/abi/match.ts: MX_* */
export interface CoreMatch {
  readonly kind: number;
  readonly not?: boolean;
  /** The kind's two small parameters. */
  readonly p?: number;
  readonly q?: number;
  /** Its words from A on, or bytes in their place. */
  readonly words: readonly number[] | Uint8Array;
}

/** A packet that a LOG target saw. */
export interface CoreLog {
  readonly rule: number;
  readonly ns: number;
  readonly hook: number;
  /** Devices, 0 none. */
  readonly indev: number;
  readonly outdev: number;
  readonly physin: number;
  readonly physout: number;
  readonly mark: number;
  /** Owner of the sending socket; -1: no socket. */
  readonly uid: number;
  readonly gid: number;
  readonly time: number;
  /** Link header, may be empty, and what fits of the packet from its IP header on. */
  readonly link: Uint8Array;
  readonly packet: Uint8Array;
}
export const Target = {
  NONE: 0,
  ACCEPT: 1,
  DROP: 2,
  RETURN: 3,
  JUMP: 4,
  GOTO: 5,
  DNAT: 6,
  SNAT: 7,
  MASQUERADE: 8,
  REDIRECT: 9,
  REJECT: 10,
  MARK: 11,
  LOG: 12,
  NOTRACK: 13,
  CONNMARK: 14,
  TOS: 15,
  TTL: 16,
  TCPMSS: 17,
  NFLOG: 18,
} as const;

export interface CoreRoute {
  readonly table: number;
  readonly dst: Addr16;
  readonly bits: number;
  readonly gw?: Addr16;
  /** 0 none */
  readonly dev: number;
  readonly src?: Addr16;
  readonly scope: number;
  readonly metric: number;
  /** RTN_*: 1 unicast, 2 local, 3 broadcast, 5 multicast, 6 blackhole, 7 unreachable, 8 prohibit, 9 throw */
  readonly type: number;
  /** Next hops after the first. */
  readonly more?: readonly CoreNextHop[];
  /** Of the first next hop when there are several; 1 when absent. */
  readonly weight?: number;
  /** Beside routes of the same destination and metric, not instead of them. */
  readonly append?: boolean;
}

/** One way of a route with several. */
export interface CoreNextHop {
  readonly gw?: Addr16;
  readonly dev: number;
  readonly weight: number;
}

/** What a route is looked up for; devices of the core, 0 or absent: none. */
export interface CoreFlow {
  readonly dst: Addr16;
  readonly src?: Addr16;
  /** It came in by this device: it is routed as a packet received there. */
  readonly iif?: number;
  readonly oif?: number;
  readonly mark?: number;
  readonly tos?: number;
}

/** A route found, with what was learned of the way. */
export interface CoreAnswer extends CoreRoute {
  /** A redirect named this next hop; its sender would be redirected. */
  readonly redirected: boolean;
  readonly redirects: boolean;
  /** Path MTU that was learned, 0 none; seconds until what was learned is forgotten, 0 nothing was. */
  readonly mtu: number;
  readonly expires: number;
}

/** A policy rule; absent selectors fit everything. @see Linux include/uapi/linux/fib_rules.h */
export interface CoreFibRule {
  readonly priority: number;
  readonly not?: boolean;
  /** FIB_* of abi/fib.ts: 1 table, 2 goto, 3 nop, 6 blackhole, 7 unreachable, 8 prohibit */
  readonly action: number;
  readonly table: number;
  /** Priority that goto goes on at. */
  readonly target?: number;
  readonly src?: { readonly addr: number; readonly bits: number };
  readonly dst?: { readonly addr: number; readonly bits: number };
  readonly mark?: number;
  readonly mask?: number;
  readonly tos?: number;
  readonly iif?: string;
  readonly oif?: string;
  readonly proto?: number;
  readonly sport?: readonly [number, number];
  readonly dport?: readonly [number, number];
  readonly suppress?: number;
}

export interface CoreNeigh {
  readonly dev: number;
  readonly ip: Addr16;
  readonly mac: number;
  /** NUD_*: 1 incomplete, 2 reachable, 4 stale, 8 delay, 16 probe, 32 failed, 64 noarp, 128 permanent */
  /** It says that it is a router (IPv6). */
  readonly router: boolean;
  readonly state: number;
}

export interface CoreFdb {
  readonly mac: number;
  readonly port: number;
  readonly local: boolean;
  readonly permanent: boolean;
  /** Does not age, but moves to where its MAC speaks. */
  readonly static: boolean;
  readonly ageNs: number;
  /** Grows with the entries' creation. */
  readonly seq: number;
}

/** Settings of a VXLAN; addresses are IPv4 numbers. See VXLAN_X_* of wasm/abi/vxlan.ts. */
export interface CoreVxlan {
  readonly vni: number;
  /** Where frames go whose MAC has no entry, 0: nowhere. */
  readonly remote: number;
  /** Source address outside, 0: the route's. */
  readonly local: number;
  /** Device to send by, 0: the route's. */
  readonly lower: number;
  readonly port: number;
  /** Range of source ports, 0 0: the namespace's. */
  readonly sport: readonly [number, number];
  /** 0: the namespace's default. */
  readonly ttl: number;
  /** 1: that of the packet inside. */
  readonly tos: number;
  /** 0 unset, 1 set, 2 that of the packet inside */
  readonly df: number;
  /** Bits of VXLAN_*. */
  readonly flags: number;
  /** Most learned entries, 0: any number. */
  readonly max: number;
  readonly ageingNs: number;
}

/** One remote of a MAC in a VXLAN's forwarding table. */
export interface CoreVfdb {
  readonly mac: number;
  /** IPv4 number */
  readonly dst: number;
  /** 0: the device's. */
  readonly port: number;
  readonly vni: number;
  readonly oif: number;
  /** NUD_* */
  readonly state: number;
  /** Grows with the entries' creation. */
  readonly seq: number;
  readonly usedNs: number;
  readonly updatedNs: number;
}

/** Settings of a queueing discipline. Probabilities and correlations are of 2³². See QDISC_X_* of wasm/abi/qdisc.ts. */
export interface CoreQdisc {
  /** QDISC_* */
  readonly kind: number;
  /** Major << 16. */
  readonly handle: number;
  /** Class, or QDISC_ROOT. */
  readonly parent: number;
  /** Packets (netem, pfifo) or bytes (tbf, bfifo). */
  readonly limit: number;
  /** tbf and netem: bytes/s, 0: none. */
  readonly rate?: number;
  readonly peak?: number;
  readonly burst?: number;
  readonly mtu?: number;
  readonly delayNs?: number;
  readonly jitterNs?: number;
  readonly delayCorr?: number;
  /** Probability and correlation. */
  readonly loss?: readonly [number, number];
  readonly duplicate?: readonly [number, number];
  readonly reorder?: readonly [number, number];
  readonly corrupt?: readonly [number, number];
  readonly gap?: number;
  readonly overhead?: number;
  readonly cell?: number;
  readonly cellOverhead?: number;
  /** Slot of a distribution's table, 0: uniform. */
  readonly dist?: number;
  /** LOSS_* and the probabilities of its chain. */
  readonly model?: number;
  readonly chain?: readonly number[];
  /** 0: chosen, and kept by a change. */
  readonly seed?: bigint;
}

/** A discipline with its counters. */
export interface CoreQdiscState extends CoreQdisc {
  readonly bytes: number;
  readonly packets: number;
  readonly drops: number;
  readonly overlimits: number;
  readonly requeues: number;
  readonly backlog: number;
  readonly qlen: number;
}

/** Counters of a device. */
export type CoreDevStats = readonly [
  rxPackets: number,
  rxBytes: number,
  rxDropped: number,
  txPackets: number,
  txBytes: number,
  txDropped: number,
  rxErrors: number,
  txErrors: number,
  txCarrier: number,
];

export interface CoreConn {
  readonly proto: number;
  readonly osrc: Addr16;
  readonly odst: Addr16;
  readonly osport: number;
  readonly odport: number;
  readonly rsrc: Addr16;
  readonly rdst: Addr16;
  readonly rsport: number;
  readonly rdport: number;
  readonly icmpType: number;
  readonly icmpCode: number;
  /** 0 none, 1 SYN_SENT, 2 SYN_RECV, 3 ESTABLISHED, 4 FIN_WAIT, 5 CLOSE_WAIT, 6 LAST_ACK, 7 TIME_WAIT, 8 CLOSE, 9 SYN_SENT2 */
  readonly tcpState: number;
  /** IPS_* bits as Linux has them: 2 seen reply, 4 assured, 8 confirmed, 16 SNAT, 32 DNAT. */
  readonly status: number;
  readonly timeoutNs: number;
  readonly mark: number;
  readonly opackets: number;
  readonly obytes: number;
  readonly rpackets: number;
  readonly rbytes: number;
  readonly handle: number;
}

export interface CoreSock {
  readonly sock: number;
  readonly type: number;
  readonly family: 4 | 6;
  /** TCP: 1 ESTABLISHED, 2 SYN_SENT, 3 SYN_RECV, 4 FIN_WAIT1, 5 FIN_WAIT2, 6 TIME_WAIT, 7 CLOSE, 8 CLOSE_WAIT, 9 LAST_ACK, 10 LISTEN, 11 CLOSING (Linux's numbers). */
  readonly state: number;
  readonly local: Addr16;
  readonly lport: number;
  readonly remote: Addr16;
  readonly rport: number;
  readonly recvQ: number;
  readonly sendQ: number;
  readonly v6only: boolean;
  readonly dev: number;
  /** Number for sockTcpInfo, also of a socket that nobody holds. */
  readonly id: number;
  /** Datagrams, or SYNs, that found no room. */
  readonly drops: number;
}

export interface CoreFrame {
  readonly time: number;
  readonly dev: number;
  /** sll_pkttype: 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing. */
  readonly pkttype: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  /** Identity of the packet, the same along its way through one namespace and across veth pairs. */
  readonly packet: number;
}

/** One record of a packet's journey. `what` is one of abi.ts's TRACE_*. */
export interface TraceRecord {
  readonly time: number;
  readonly packet: number;
  readonly what: number;
  readonly ns: number;
  readonly dev: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Which packets to trace: all that is present must hold. Addresses are IPv4 numbers with their masks. */
export interface TraceFilter {
  readonly ns?: number;
  readonly dev?: number;
  /** 0x0800, 0x0806, … */
  readonly ethertype?: number;
  readonly proto?: number;
  /** Of either end, of the source, of the destination. */
  readonly host?: readonly [address: number, mask: number];
  readonly src?: readonly [address: number, mask: number];
  readonly dst?: readonly [address: number, mask: number];
  readonly port?: number;
  readonly sport?: number;
  readonly dport?: number;
}

export interface CoreDatagram {
  readonly data: Uint8Array;
  /** Address it was sent to (IP_PKTINFO). */
  readonly local: Addr16;
  readonly ip: Addr16;
  readonly port: number;
  readonly ttl: number;
  readonly time: number;
  /** Device it came by. */
  readonly dev: number;
  /** Set when this is an error queue entry: ICMP type and code, errno; the MTU of EMSGSIZE; whether this machine made it. */
  readonly error?: {
    readonly type: number;
    readonly code: number;
    readonly errno: number;
    readonly mtu: number;
    readonly local: boolean;
  };
}

/** A loaded core. One for the whole lab: all machines live in it. */
export interface Core {
  // --- time
  /** Virtual ns since the core was made. */
  now(): number;
  /** When its next timer is due, ns, or Infinity. */
  next(): number;
  /** Fires its timers up to `until` in order, and moves the clock to `until`. */
  run(until: number): void;
  /** Drains the event ring, oldest first. */
  events(each: (kind: number, a: number, b: number, c: number) => void): void;

  // --- namespaces and devices
  nsAdd(): number;
  /** Destroys it with its devices (a veth's peer goes too), sockets, rules, connections. */
  nsDel(ns: number): void;
  /** Sysctl-like integers of a namespace. */
  nsSet(
    ns: number,
    key:
      | 'ip_forward'
      | 'route_localnet'
      | 'icmp_echo_ignore_all'
      | 'ip_default_ttl'
      | 'bridge_nf_call_iptables'
      | 'arp_ignore'
      | 'port_range_lo'
      | 'port_range_hi'
      | TcpSysctlName,
    value: number,
  ): void;
  loopbackAdd(ns: number, name: string): number;
  vethAdd(
    nsA: number,
    nameA: string,
    macA: number,
    nsB: number,
    nameB: string,
    macB: number,
  ): readonly [number, number];
  bridgeAdd(ns: number, name: string, mac: number): number;
  dummyAdd(ns: number, name: string, mac: number): number;
  /** A device whose other end is outside the lab. */
  nicAdd(ns: number, name: string, mac: number): number;
  /** A frame comes in by such a device; the next `run` takes it on. @returns 0, -EMSGSIZE, -ENETDOWN or -ENOBUFS */
  frameReceive(dev: number, frame: Uint8Array): number;
  devDel(dev: number): void;
  devMove(dev: number, ns: number): number;
  devSet(
    dev: number,
    key:
      | 'up'
      | 'mtu'
      | 'mac'
      | 'master'
      | 'promisc'
      | 'hairpin'
      | 'isolated'
      | 'latencyNs'
      | 'learning'
      | 'flood'
      | 'mcast_flood'
      | 'bcast_flood'
      | 'ageingNs'
      | 'group_fwd_mask'
      | 'mode'
      | 'mac_auto',
    value: number,
  ): number;
  devName(dev: number, name: string): number;
  devCarrier(dev: number): boolean;
  devStats(dev: number): CoreDevStats;
  devMac(dev: number): number;
  devMtu(dev: number): number;
  /** A device that stands on `lower`. @param kind DEV_VLAN, DEV_MACVLAN, DEV_IPVLAN @param arg id of the VLAN, or MACVLAN_* */
  upperAdd(ns: number, kind: number, name: string, mac: number, lower: number, arg: number): number;
  /** A VXLAN that sends and receives in `ns`, wherever it is moved. */
  vxlanAdd(ns: number, name: string, mac: number, settings: CoreVxlan): number;
  /** Changes all but VNI and port. */
  vxlanSet(dev: number, settings: CoreVxlan): number;
  vxlan(dev: number): CoreVxlan & { readonly ns: number; readonly l2misses: number; readonly l3misses: number };
  /** @param how FDB_EXCL, FDB_REPLACE, FDB_APPEND, FDB_CREATE, or-ed */
  vfdbSet(dev: number, entry: Partial<CoreVfdb> & { mac: number; state: number }, how: number): number;
  /** Without `dst`: all remotes of the MAC. */
  vfdbDel(dev: number, entry: Partial<CoreVfdb> & { mac: number }): number;
  vfdb(dev: number): CoreVfdb[];

  // --- queueing disciplines
  /** @param fresh a new one in place of what is at its parent; else what is there is changed */
  qdiscSet(dev: number, settings: CoreQdisc, fresh: boolean): number;
  /** @param handle 0: whatever its handle */
  qdiscDel(dev: number, parent: number, handle: number): number;
  /** Root first. */
  qdiscs(dev: number): CoreQdiscState[];
  /** Stores a distribution's table of 4096 numbers (8192 is one sigma). @param slot 1 to 8 */
  netemDist(slot: number, table: Int16Array): void;

  // --- addresses, routes, neighbours
  /** Makes `ip` local in the namespace (accepting it and answering ARP); routes are added apart. @param scope RT_SCOPE_*, 0 */
  addrAdd(dev: number, ip: Addr16, bits: number, scope?: number): number;
  /** A secondary address becomes a primary one. */
  addrPromote(dev: number, ip: Addr16): number;
  addrDel(dev: number, ip: Addr16): number;
  /** Gives an IPv6 address, which is tried out first unless `flags` has IFA_F_NODAD. */
  addr6Add(dev: number, ip: Addr16, bits: number, flags: number): number;
  /** IFA_F_* (abi/ip6.ts) of an IPv6 address as it stands, or a negative errno. */
  addr6Flags(dev: number, ip: Addr16): number;
  /** net.ipv6.conf.DEVICE.*, integers. */
  ip6DevSet(
    dev: number,
    key:
      | 'disable_ipv6'
      | 'forwarding'
      | 'accept_ra'
      | 'accept_dad'
      | 'dad_transmits'
      | 'hop_limit'
      | 'mtu'
      | 'router_solicitations'
      | 'proxy_ndp',
    value: number,
  ): number;
  /** Of a namespace: whether it forwards IPv6 (conf.all.forwarding), and other sysctls that name no device. */
  ip6NsSet(
    ns: number,
    key: 'forwarding' | 'bindv6only' | 'bridge_nf_call_ip6tables' | 'echo_ignore_all' | 'ratelimit',
    value: number,
  ): number;
  routeAdd(ns: number, route: CoreRoute): number;
  routeDel(ns: number, route: CoreRoute): number;
  /** @returns the route chosen with its source address, or a negative errno */
  routeLookup(ns: number, flow: CoreFlow): CoreAnswer | number;
  /** Policy rules. While none was added or deleted, 0 local, 32766 main and 32767 default hold. */
  fibRuleAdd(ns: number, rule: CoreFibRule): number;
  fibRuleDel(ns: number, rule: CoreFibRule): number;
  /** net.ipv4.conf.*: a device of the core, CONF_ALL or CONF_DEFAULT; keys are CONF_* of abi/conf.ts. */
  confSet(ns: number, dev: number, key: number, value: number): number;
  confGet(ns: number, dev: number, key: number): number;
  /** net.ipv4.*: keys are IP4_* of abi/conf.ts; times are ms. */
  ip4Set(ns: number, key: number, value: number): number;
  ip4Get(ns: number, key: number): number;
  /** Multicast groups that a device takes packets of. */
  groupJoin(dev: number, ip: number): number;
  groupLeave(dev: number, ip: number): number;
  /** Addresses that are answered for as a proxy. */
  proxyAdd(dev: number, ip: Addr16): number;
  proxyDel(dev: number, ip: Addr16): number;
  proxies(ns: number): { readonly dev: number; readonly ip: Addr16 }[];
  neighs(ns: number): CoreNeigh[];
  neighSet(dev: number, ip: Addr16, mac: number, permanent: boolean): number;
  neighDel(dev: number, ip: Addr16): number;
  /** Broadcasts a gratuitous ARP request for `ip`. */
  announce(dev: number, ip: Addr16): number;
  fdb(bridge: number): CoreFdb[];
  /** @param port a port, or a bridge itself @param flags FDB_* @param how FDB_CREATE, FDB_EXCL */
  fdbSet(port: number, mac: number, flags: number, how: number): number;
  fdbDel(port: number, mac: number): number;

  // --- netfilter (family 4; 6 holds rules that local IPv6 traffic crosses)
  /** Built-in chains exist from the start: their handles. */
  nfBuiltin(ns: number, family: 4 | 6, table: number, hook: number): number;
  nfChainAdd(ns: number, family: 4 | 6, table: number): number;
  nfChainDel(chain: number): number;
  nfPolicy(chain: number, drop: boolean): void;
  /** @param index position in the chain, -1 appends @returns a rule handle, or a negative errno */
  nfRuleAdd(chain: number, index: number, rule: CoreRule): number;
  nfRuleDel(chain: number, handle: number): number;
  /** packets, bytes */
  nfRuleCounters(handle: number): readonly [number, number];
  nfChainCounters(chain: number): readonly [number, number];
  nfZero(chain: number): void;
  /** Sets a rule's or a built-in chain's counters. */
  nfRuleCount(handle: number, packets: number, bytes: number): void;
  nfChainCount(chain: number, packets: number, bytes: number): void;
  /** A setting or counter of connection tracking. @param key a name of {@link NfKey} @returns 0 or a negative errno */
  nfSet(ns: number, key: NfKey, value: number): number;
  nfGet(ns: number, key: NfKey): number;
  /** Takes what LOG targets saw, oldest first. */
  logs(): CoreLog[];
  /** Whose a socket is, for the owner match. */
  sockOwner(sock: number, uid: number, gid: number): void;
  conns(ns: number): CoreConn[];
  connDel(handle: number): void;
  /** Sets a connection's mark. */
  connMark(handle: number, mark: number): void;

  // --- IPVS
  vsServices(ns: number): CoreVsService[];
  /** Adds or (edit) changes one. @returns its handle or a negative errno */
  vsServiceSet(ns: number, service: Omit<CoreVsService, 'handle' | 'stats' | 'rates'>, edit: boolean): number;
  vsServiceDel(handle: number): number;
  vsDests(service: number): CoreVsDest[];
  vsDestSet(
    service: number,
    dest: Pick<CoreVsDest, 'addr' | 'port' | 'weight' | 'fwd'> & { readonly upper?: number; readonly lower?: number },
    edit: boolean,
  ): number;
  vsDestDel(handle: number): number;
  /** Zeroes the counters of a service, 0: of all. */
  vsZero(ns: number, service: number): void;
  vsConns(ns: number): CoreVsConn[];
  vsConnFlush(ns: number): void;

  // --- sockets
  sockOpen(ns: number, type: number, family: 4 | 6, protocol: number): number;
  /** @param scope device (core index) that an address of one link is given for; so in the calls below */
  sockBind(sock: number, ip: Addr16, port: number, scope?: number): number;
  /** 0 when done (UDP), -EINPROGRESS for TCP: Ready.OUT, or Ready.ERR and the `error` option, tell the end. */
  sockConnect(sock: number, ip: Addr16, port: number, scope?: number): number;
  sockListen(sock: number, backlog: number): number;
  /** A new socket, or -EAGAIN. */
  sockAccept(sock: number): number;
  /** TCP: bytes taken (0 < n), or -EAGAIN, -EPIPE, … UDP and raw: all or an error. `to` absent: the connected peer. */
  sockSend(sock: number, bytes: Uint8Array, ip?: Addr16, port?: number, scope?: number): number;
  /** TCP stream bytes: an empty array at end of stream, -EAGAIN when there are none yet. */
  sockRecv(sock: number, max: number): Uint8Array | number;
  /** UDP and raw: one datagram, or -EAGAIN. */
  sockRecvFrom(sock: number): CoreDatagram | number;
  /** 1 read, 2 write, 3 both */
  sockShutdown(sock: number, how: number): number;
  sockClose(sock: number): void;
  /** Present readiness, bits of {@link Ready}. */
  sockReady(sock: number): number;
  sockSet(
    sock: number,
    key:
      | 'reuseaddr'
      | 'reuseport'
      | 'v6only'
      | 'nodelay'
      | 'keepalive'
      | 'ttl'
      | 'tos'
      | 'mark'
      | 'sndbuf'
      | 'rcvbuf'
      | 'recverr'
      | 'broadcast'
      | 'dev'
      | 'linger'
      | 'hdrincl'
      | 'mtu_discover'
      | 'cork'
      | 'quickack'
      | 'keepidle'
      | 'keepintvl'
      | 'keepcnt'
      | 'syncnt'
      | 'user_timeout'
      | 'linger2'
      | 'maxseg'
      | 'congestion'
      | 'freebind',
    value: number,
  ): number;
  /** `error` reads and clears the pending error (positive errno). */
  sockGet(
    sock: number,
    key:
      | 'mtu_discover'
      | 'error'
      | 'ttl'
      | 'sndbuf'
      | 'rcvbuf'
      | 'acceptconn'
      | 'reuseaddr'
      | 'v6only'
      | 'nodelay'
      | 'keepalive'
      | 'mark'
      | 'tos'
      | 'broadcast'
      | 'drops'
      | 'cork'
      | 'quickack'
      | 'keepidle'
      | 'keepintvl'
      | 'keepcnt'
      | 'syncnt'
      | 'user_timeout'
      | 'linger2'
      | 'maxseg'
      | 'congestion'
      | 'freebind',
  ): number;
  sockInfo(sock: number): CoreSock;
  socks(ns: number): CoreSock[];
  /** struct tcp_info of a TCP socket. */
  sockTcpInfo(sock: number): CoreTcpInfo;
  /** Counters of a namespace, as /proc/net/snmp and /proc/net/netstat name them. */
  snmp(ns: number): Counters;

  // --- seeing
  /** A capture on one device, or on all of a namespace (dev 0), or on all namespaces (ns 0: the map). */
  captureAdd(ns: number, dev: number, snaplen: number): number;
  captureRead(capture: number): CoreFrame | undefined;
  captureDropped(capture: number): number;
  captureDel(capture: number): void;
  /**
   * What is traced from now on: every packet, none, or what fits one of the filters (four at most) and what is made
   * because of it. @throws RangeError for more filters than the core holds
   */
  trace(what: boolean | readonly TraceFilter[]): void;
  /** Takes the waiting records, oldest first. */
  traceRead(each: (r: TraceRecord) => void): void;
  /** Records that were overwritten before they were read. */
  traceLost(): number;
  /** Packets dropped so far by reason (index: Drop in abi.ts). */
  drops(): readonly number[];

  // --- the whole state
  /**
   * An image of all state (image.ts): a few MB at most for a small lab. Two cores of one build whose images are equal are
   * in the same state. @param base an earlier whole image: only what differs from it is kept
   */
  snapshot(base?: Uint8Array): Uint8Array;
  /**
   * Puts an image back, into this core or another of the same build. @param base the one it is told against, when it is
   * @throws RangeError naming what is wrong with the image; the state is then as it was
   */
  restore(image: Uint8Array, base?: Uint8Array): void;
}
