/**
 * Network administration of one namespace: what rtnetlink, nfnetlink and the sysctl files do. `ip`, `bridge`,
 * `iptables`, `conntrack`, `ss` read and write it, and so do libnetwork's drivers.
 */

import type { IpAddr, Prefix } from '../../base/ip.ts';
import type { CoreTcpInfo, Counters } from '../core/core.ts';
import type { Errno } from './errno.ts';
import type { IpvsAdmin } from './ipvs.ts';
import type { NfMatch } from './nfmatch.ts';

export type LinkKind = 'loopback' | 'veth' | 'bridge' | 'dummy' | 'vxlan' | 'macvlan' | 'ipvlan' | 'vlan' | 'nic';

export interface LinkStats {
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly rxDropped: number;
  readonly txPackets: number;
  readonly txBytes: number;
  readonly txDropped: number;
  readonly rxErrors: number;
  readonly txErrors: number;
  readonly txCarrier: number;
}

/** What a bridge port does. */
export interface PortFlags {
  readonly hairpin: boolean;
  readonly isolated: boolean;
  readonly learning: boolean;
  /** Gets frames to MACs that the bridge does not know; to groups; to everybody. */
  readonly flood: boolean;
  readonly mcastFlood: boolean;
  readonly bcastFlood: boolean;
}

/** Settings of a bridge. */
export interface BridgeSettings {
  /** Hundredths of a second. */
  readonly ageingTime: number;
  readonly groupFwdMask: number;
}

/** Settings of a VXLAN as `ip link add … type vxlan` takes them. */
export interface VxlanSettings {
  readonly vni: number;
  readonly remote?: IpAddr;
  readonly local?: IpAddr;
  /** Device of the link namespace. */
  readonly dev?: string;
  /** 8472 when absent, as Linux has it; Docker uses 4789. */
  readonly dstport?: number;
  readonly srcport?: readonly [number, number];
  readonly ttl?: number | 'inherit';
  readonly tos?: number | 'inherit';
  readonly df?: 'unset' | 'set' | 'inherit';
  readonly learning?: boolean;
  readonly proxy?: boolean;
  readonly l2miss?: boolean;
  readonly l3miss?: boolean;
  readonly udpcsum?: boolean;
  /** Seconds, 0: never. */
  readonly ageing?: number;
  readonly maxaddress?: number;
}

export type MacvlanMode = 'private' | 'vepa' | 'bridge' | 'passthru';

/** What a new device stands on, and how. */
export type UpperSettings =
  | { readonly kind: 'macvlan'; readonly mode: MacvlanMode }
  | { readonly kind: 'ipvlan' }
  | { readonly kind: 'vlan'; readonly id: number };

/** Equivalent: one entry of `ip -d link`. */
export interface Link {
  readonly ifindex: number;
  readonly name: string;
  readonly kind: LinkKind;
  /** 48 bits. */
  readonly mac: number;
  readonly mtu: number;
  readonly txqlen: number;
  /** IFF_UP. */
  readonly up: boolean;
  /** IFF_LOWER_UP: there is a carrier. */
  readonly carrier: boolean;
  readonly promisc: boolean;
  /** ifindex of the bridge it is a port of. */
  readonly master?: number;
  /** IFLA_LINK. veth, macvlan, ipvlan, vlan: ifindex of the peer or parent, in that device's namespace. */
  readonly peerIfindex?: number;
  /** The peer, parent or link namespace is another one: its id as this one numbers them (link-netnsid). */
  readonly peerNetnsId?: number;
  /** Bridge port attributes, when it has a master. */
  readonly port?: PortFlags;
  /** `noqueue`, `noop`, or its root discipline. */
  readonly qdisc: string;
  readonly bridge?: BridgeSettings & {
    /** MAC part of the bridge's id: 0 until a MAC was set or a port came. */
    readonly id: number;
    /** Learned entries of its forwarding table. */
    readonly learned: number;
  };
  readonly vxlan?: VxlanSettings & { readonly l2misses: number; readonly l3misses: number };
  readonly macvlan?: { readonly mode: MacvlanMode };
  readonly vlan?: { readonly id: number };
  readonly stats: LinkStats;
}

export interface Addr {
  readonly ifindex: number;
  /** Address with its prefix length. */
  readonly prefix: Prefix;
  readonly broadcast?: IpAddr;
  readonly scope: 'global' | 'link' | 'host';
  /** `kernel_lo`, `kernel_ll`, or undefined. */
  readonly proto?: string;
  /** IPv6: IFA_F_* as it stands: 0x02 nodad, 0x08 dadfailed, 0x20 deprecated, 0x40 tentative. */
  readonly flags?: number;
  readonly label: string;
}

export interface Route {
  readonly family: 4 | 6;
  readonly type: 'unicast' | 'local' | 'broadcast' | 'unreachable' | 'blackhole' | 'prohibit' | 'throw' | 'multicast';
  /** Undefined is the default route. */
  readonly dst?: Prefix;
  readonly via?: IpAddr;
  readonly ifindex?: number;
  readonly src?: IpAddr;
  readonly scope: 'global' | 'link' | 'host';
  readonly proto: 'kernel' | 'boot' | 'static' | 'ra';
  readonly metric: number;
  /** 254 main, 255 local, 253 default. */
  readonly table: number;
  /** The device has no carrier. */
  readonly linkdown?: boolean;
  /** The gateway is taken to be on the link, whatever addresses say. */
  readonly onlink?: boolean;
  /** Ways among which flows are spread, instead of `via` and `ifindex`. */
  readonly nexthops?: readonly NextHop[];
  /** Attributes that are kept and shown: `mtu`, `advmss`. */
  readonly mtu?: number;
  readonly advmss?: number;
}

export interface NextHop {
  readonly via?: IpAddr;
  readonly ifindex: number;
  readonly weight: number;
  readonly onlink?: boolean;
}

/** What `ip route get` asks for. */
export interface RouteQuery {
  readonly dst: IpAddr;
  readonly from?: IpAddr;
  /** Names of devices. */
  readonly iif?: string;
  readonly oif?: string;
  readonly mark?: number;
  readonly tos?: number;
}

/** What `ip route get` tells. */
export interface RouteAnswer extends Route {
  /** A redirect named this next hop; the sender would be redirected. */
  readonly redirected?: boolean;
  readonly redirects?: boolean;
  /** Path MTU that was learned. */
  readonly pathMtu?: number;
  /** Seconds until what was learned is forgotten. */
  readonly expires?: number;
  /** Prefix of the route that was found. */
  readonly match?: Prefix;
}

/** One line of `ip rule`: which table answers for which packets. */
export interface PolicyRule {
  readonly family: 4 | 6;
  readonly priority: number;
  readonly not?: boolean;
  readonly src?: Prefix;
  readonly dst?: Prefix;
  readonly tos?: number;
  readonly mark?: { readonly value: number; readonly mask: number };
  readonly iif?: string;
  readonly oif?: string;
  readonly proto?: number;
  readonly sport?: PortRange;
  readonly dport?: PortRange;
  readonly action: 'lookup' | 'goto' | 'nop' | 'blackhole' | 'unreachable' | 'prohibit';
  /** lookup */
  readonly table?: number;
  /** goto */
  readonly target?: number;
  readonly suppress?: number;
}

export interface Neigh {
  readonly ifindex: number;
  readonly ip: IpAddr;
  readonly mac?: number;
  /** IPv6: it says that it is a router. */
  readonly router?: boolean;
  readonly state: 'INCOMPLETE' | 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE' | 'FAILED' | 'PERMANENT' | 'NOARP';
}

export interface FdbEntry {
  readonly mac: number;
  /** Port (or the bridge itself). */
  readonly ifindex: number;
  readonly master?: number;
  readonly local: boolean;
  readonly permanent: boolean;
  /** Does not age. */
  readonly static: boolean;
  /** Seconds since last use. */
  readonly age: number;
  /** It is of the device's own list (VXLAN, filters of a device), not of its bridge's. */
  readonly self: boolean;
  /** VXLAN: where the MAC is, and what differs from the device's settings. */
  readonly dst?: IpAddr;
  readonly port?: number;
  readonly vni?: number;
  /** ifindex, in the link namespace. */
  readonly via?: number;
  readonly linkNetnsId?: number;
}

/** A change to a forwarding table. Equivalent: `bridge fdb add MAC dev DEV …` */
export interface FdbChange {
  readonly mac: number;
  readonly dev: string;
  readonly self: boolean;
  readonly master: boolean;
  readonly state: 'permanent' | 'static' | 'dynamic';
  readonly dst?: IpAddr;
  readonly port?: number;
  readonly vni?: number;
  readonly via?: string;
}

export type Distribution = 'uniform' | 'normal' | 'pareto' | 'paretonormal';

/** Settings of a queueing discipline. Probabilities and correlations are of 2³² - 1, times ns, rates bytes/s. */
export type QdiscSettings =
  | {
      readonly kind: 'netem';
      /** packets */
      readonly limit: number;
      readonly delay?: number;
      readonly jitter?: number;
      readonly delayCorrelation?: number;
      readonly distribution?: Distribution;
      readonly loss?: readonly [probability: number, correlation: number];
      /** Four-state chain: p13, p31, p32, p23, p14. */
      readonly lossState?: readonly number[];
      /** Gilbert-Elliott: p, r, h, 1-k. */
      readonly lossGemodel?: readonly number[];
      readonly duplicate?: readonly [probability: number, correlation: number];
      readonly reorder?: readonly [probability: number, correlation: number];
      readonly corrupt?: readonly [probability: number, correlation: number];
      readonly gap?: number;
      readonly rate?: number;
      readonly overhead?: number;
      readonly cell?: number;
      readonly cellOverhead?: number;
      readonly seed?: bigint;
    }
  | {
      readonly kind: 'tbf';
      readonly rate: number;
      /** bytes */
      readonly burst: number;
      readonly limit: number;
      readonly peakrate?: number;
      readonly mtu?: number;
    }
  | { readonly kind: 'pfifo' | 'bfifo'; readonly limit: number };

/** One line of `tc -s qdisc show`. `noqueue` stands for a device that has none. */
export interface Qdisc {
  readonly ifindex: number;
  /** Major number, 0 for noqueue. */
  readonly handle: number;
  /** Class it hangs on as [major, minor]; absent: the root. */
  readonly parent?: readonly [number, number];
  readonly refcnt: number;
  /** Absent: noqueue. */
  readonly settings?: QdiscSettings;
  readonly bytes: number;
  readonly packets: number;
  readonly drops: number;
  readonly overlimits: number;
  readonly requeues: number;
  readonly backlog: number;
  readonly qlen: number;
}

/** A request for a discipline: where, which handle, and how it treats what is there. */
export interface QdiscRequest {
  readonly dev: string;
  /** Absent: the root. */
  readonly parent?: readonly [number, number];
  /** 0 or absent: chosen. */
  readonly handle?: number;
  readonly how: 'add' | 'change' | 'replace';
  readonly settings: QdiscSettings;
}

export type NfFamily = 4 | 6;
export type NfTable = 'raw' | 'nat' | 'filter' | 'mangle' | 'security';

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** A match that may be negated. */
export interface Not<T> {
  readonly value: T;
  readonly not: boolean;
}

export const CT = { INVALID: 1, NEW: 2, ESTABLISHED: 4, RELATED: 8, UNTRACKED: 16, SNAT: 32, DNAT: 64 } as const;

/** One rule: all matches that are present must hold. The order of `explicit` is that in which they are printed. */
export interface NfRule {
  readonly src?: Not<Prefix>;
  readonly dst?: Not<Prefix>;
  /** Interface name; a trailing `+` matches any name that begins so. */
  readonly in?: Not<string>;
  readonly out?: Not<string>;
  /** IP protocol number. */
  readonly proto?: Not<number>;
  /** `-m tcp` or `-m udp` */
  readonly sport?: Not<PortRange>;
  readonly dport?: Not<PortRange>;
  /** `-m tcp --tcp-flags MASK COMP`, bits as in the header. */
  readonly tcpFlags?: Not<{ readonly mask: number; readonly comp: number }>;
  /** `-m icmp --icmp-type` */
  readonly icmp?: Not<{ readonly type: number; readonly code?: number }>;
  /** `-m conntrack --ctstate`, bits of {@link CT}. */
  readonly ctstate?: Not<number>;
  readonly ctstateModule?: 'conntrack' | 'state';
  /** `-m addrtype` */
  readonly srcType?: Not<'LOCAL' | 'UNICAST' | 'BROADCAST' | 'MULTICAST'>;
  readonly dstType?: Not<'LOCAL' | 'UNICAST' | 'BROADCAST' | 'MULTICAST'>;
  /** `-m mark` */
  readonly mark?: Not<{ readonly value: number; readonly mask: number }>;
  /** `-m limit`: average packets per second as [count, unit seconds], and burst. */
  readonly limit?: { readonly count: number; readonly per: 1 | 60 | 3600 | 86400; readonly burst: number };
  readonly multiport?: Not<{ readonly side: 'source' | 'destination' | 'both'; readonly ports: readonly PortRange[] }>;
  readonly comment?: string;
  /** `-m tcp --tcp-option` */
  readonly tcpOption?: Not<number>;
  /** `-f`: later fragments only. */
  readonly fragment?: Not<true>;
  /** Matches of other modules. */
  readonly more?: readonly NfMatch[];
  /** Names of the modules given with -m, in order: `tcp`, `addrtype`, `conntrack`. */
  readonly modules: readonly string[];
  /** Absent: the rule only counts. */
  readonly target?: NfTarget;
}

export type NfTarget =
  | { readonly kind: 'ACCEPT' | 'DROP' | 'RETURN' | 'NOTRACK' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | {
      readonly kind: 'DNAT' | 'SNAT';
      readonly ip?: IpAddr;
      readonly ipTo?: IpAddr;
      readonly ports?: PortRange;
      readonly random?: boolean;
      /** --random-fully, --persistent */
      readonly fully?: boolean;
      readonly persistent?: boolean;
    }
  | {
      readonly kind: 'MASQUERADE' | 'REDIRECT';
      readonly ports?: PortRange;
      readonly random?: boolean;
      readonly fully?: boolean;
    }
  | {
      readonly kind: 'REJECT';
      readonly with:
        | 'icmp-port-unreachable'
        | 'icmp-host-unreachable'
        | 'icmp-net-unreachable'
        | 'icmp-proto-unreachable'
        | 'icmp-net-prohibited'
        | 'icmp-host-prohibited'
        | 'icmp-admin-prohibited'
        | 'tcp-reset'
        | 'icmp6-no-route'
        | 'icmp6-adm-prohibited'
        | 'icmp6-addr-unreachable'
        | 'icmp6-port-unreachable'
        | 'icmp6-policy-fail'
        | 'icmp6-reject-route';
    }
  | { readonly kind: 'MARK'; readonly value: number; readonly mask: number }
  | {
      readonly kind: 'CONNMARK';
      readonly how: 'set' | 'save' | 'restore';
      readonly value: number;
      readonly mask: number;
      readonly nfmask: number;
    }
  | { readonly kind: 'TOS'; readonly value: number; readonly mask: number }
  | { readonly kind: 'DSCP'; readonly value: number }
  | { readonly kind: 'TTL'; readonly how: 'set' | 'inc' | 'dec'; readonly value: number }
  /** `mss` absent: as the path takes. */
  | { readonly kind: 'TCPMSS'; readonly mss?: number }
  | { readonly kind: 'NFLOG'; readonly prefix: string; readonly group: number }
  /** `flags`: 1 tcp-sequence, 2 tcp-options, 4 ip-options, 8 uid, 32 macdecode. */
  | { readonly kind: 'LOG'; readonly prefix: string; readonly level: number; readonly flags?: number };

export interface NfRuleState {
  readonly rule: NfRule;
  /** Its number in the table, in the order in which things were made. */
  readonly handle: number;
  readonly packets: number;
  readonly bytes: number;
}

export interface NfChain {
  readonly name: string;
  /** As a rule's; 0: a built-in chain that nobody has put anything into. */
  readonly handle: number;
  /** Built-in chains have one. */
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly packets: number;
  readonly bytes: number;
  readonly rules: readonly NfRuleState[];
  /** Rules that jump here. */
  readonly references: number;
}

/** A table as nf_tables keeps it: chains in the order in which they were made. */
export interface NfTableState {
  readonly family: NfFamily;
  readonly table: NfTable;
  readonly handle: number;
  readonly chains: readonly NfChain[];
}

export interface CtTuple {
  readonly src: IpAddr;
  readonly dst: IpAddr;
  readonly proto: number;
  /** Ports, or ICMP id for both. */
  readonly sport: number;
  readonly dport: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
}

export interface CtEntry {
  readonly original: CtTuple;
  readonly reply: CtTuple;
  /** TCP: `SYN_SENT` … `TIME_WAIT`. */
  readonly tcpState?: string;
  readonly assured: boolean;
  readonly seenReply: boolean;
  /** Seconds until it is forgotten. */
  readonly timeout: number;
  readonly mark: number;
  /** Of this connection alone while it lives. */
  readonly id: number;
  readonly origPackets: number;
  readonly origBytes: number;
  readonly replyPackets: number;
  readonly replyBytes: number;
}

/** Something that happened to a connection, and how it was then. */
export interface CtEvent {
  readonly type: 'NEW' | 'UPDATE' | 'DESTROY';
  /** Virtual ns. */
  readonly time: number;
  readonly entry: CtEntry;
  /** Whether its time was not over. */
  readonly left: boolean;
  /** The process that did it by hand. */
  readonly user?: { readonly pid: number; readonly comm: string };
}

/** What `conntrack -S` counts. */
export interface CtStats {
  readonly invalid: number;
  readonly insertFailed: number;
  readonly drop: number;
  readonly earlyDrop: number;
  readonly clashResolve: number;
}

/** One line of `ss`. */
export interface SocketInfo {
  readonly netid: 'tcp' | 'udp' | 'raw' | 'icmp' | 'unix' | 'packet';
  readonly family: 4 | 6 | 1 | 17;
  /** `LISTEN`, `ESTAB`, `UNCONN`, `TIME-WAIT`, … as ss names them. */
  readonly state: string;
  readonly recvQ: number;
  readonly sendQ: number;
  readonly local: { readonly ip?: IpAddr; readonly port: number; readonly path?: string };
  readonly peer: { readonly ip?: IpAddr; readonly port: number; readonly path?: string };
  /** v6 listening sockets without IPV6_V6ONLY print as `*`. */
  readonly v6only?: boolean;
  readonly ifname?: string;
  readonly inode: number;
  readonly uid: number;
  /** Datagrams, or SYNs, that found no room. */
  readonly drops?: number;
  /** TCP: struct tcp_info as it is now. */
  readonly info?: () => CoreTcpInfo;
  /** Who holds it. */
  readonly users: readonly { readonly comm: string; readonly pid: number; readonly fd: number }[];
}

export interface NetAdmin extends IpvsAdmin {
  // --- links
  links(): Link[];
  link(nameOrIndex: string | number): Link | undefined;
  /** Equivalent: `ip link add NAME type bridge`. EEXIST when the name is taken. */
  addBridge(name: string, options?: { mac?: number; mtu?: number }): number | Errno;
  addDummy(name: string, options?: { mac?: number; mtu?: number }): number | Errno;
  /** A device whose other end is outside the lab. */
  addNic(name: string, options?: { mac?: number; mtu?: number }): number | Errno;
  /** Equivalent: `ip link add NAME type veth peer name PEER netns NS`. @param peerNetns a netns key, own when absent */
  addVeth(
    name: string,
    peer: { name: string; netns?: NetnsKey; mac?: number; ifindex?: number },
    options?: { mac?: number; mtu?: number },
  ): number | Errno;
  /** Equivalent: `ip link add NAME type vxlan …`. This namespace is the one it sends in, wherever it is moved. */
  addVxlan(name: string, settings: VxlanSettings, options?: { mac?: number; mtu?: number }): number | Errno;
  /** Equivalent: `ip link add link LOWER name NAME type macvlan mode bridge`, ipvlan, vlan. */
  addUpper(
    name: string,
    lower: string,
    settings: UpperSettings,
    options?: { mac?: number; mtu?: number },
  ): number | Errno;
  delLink(name: string): Errno | 0;
  setLink(
    name: string,
    change: {
      up?: boolean;
      mtu?: number;
      mac?: number;
      master?: string | null;
      name?: string;
      promisc?: boolean;
      /** Of a bridge port; EOPNOTSUPP when it is none. */
      port?: Partial<PortFlags>;
      /** Of a bridge. */
      bridge?: Partial<BridgeSettings>;
      /** Of a VXLAN: all but VNI and dstport. */
      vxlan?: Partial<VxlanSettings>;
      macvlan?: MacvlanMode;
      txqlen?: number;
    },
  ): Errno | 0;
  /** Moves it to another namespace, where it is down and has lost its addresses. */
  moveLink(name: string, to: NetnsKey): Errno | 0;

  // --- addresses, routes, neighbours
  addrs(): Addr[];
  /** Adds local, broadcast and connected routes as Linux does. */
  addAddr(
    ifname: string,
    prefix: Prefix,
    options?: { broadcast?: IpAddr; scope?: Addr['scope']; label?: string; nodad?: boolean; noprefixroute?: boolean },
  ): Errno | 0;
  delAddr(ifname: string, prefix: Prefix): Errno | 0;
  routes(family: 4 | 6, table?: number): Route[];
  /** @param how `add` fails when there is one, `replace` takes its place or adds, `change` needs one, `append` and `prepend` stand beside */
  addRoute(
    route: Partial<Route> & { family: 4 | 6 },
    how?: 'add' | 'replace' | 'change' | 'append' | 'prepend',
  ): Errno | 0;
  delRoute(route: Partial<Route> & { family: 4 | 6 }): Errno | 0;
  /** Equivalent: `ip route get`. @param ifname the device it goes out by */
  lookupRoute(dst: IpAddr, from?: IpAddr, ifname?: string): Route | Errno;
  /** As lookupRoute, with all that may be asked. */
  routeGet(query: RouteQuery): RouteAnswer | Errno;
  /** Tables that hold routes, besides main, local and default. */
  routeTables(family: 4 | 6): number[];
  /** Policy rules, lowest priority first. */
  policyRules(family: 4 | 6): PolicyRule[];
  /** @param rule without a priority it goes before the second one; EEXIST: there is one like it */
  addPolicyRule(rule: Omit<PolicyRule, 'priority'> & { priority?: number }): Errno | 0;
  /** Deletes the first rule that has what is given; ENOENT: there is none. */
  delPolicyRule(rule: Partial<PolicyRule> & { family: 4 | 6 }): Errno | 0;
  neighs(): Neigh[];
  setNeigh(ifname: string, ip: IpAddr, mac: number, permanent: boolean): Errno | 0;
  delNeigh(ifname: string, ip: IpAddr): Errno | 0;
  flushNeigh(ifname?: string): void;
  /** Addresses that are answered for as a proxy. */
  proxies(): { readonly ifindex: number; readonly ip: IpAddr }[];
  addProxy(ifname: string, ip: IpAddr): Errno | 0;
  /** ENOENT: it is not there. */
  delProxy(ifname: string, ip: IpAddr): Errno | 0;
  /** Gratuitous ARP for an address of the interface: a request who-has IP tell IP, broadcast. */
  announce(ifname: string, ip: IpAddr): Errno | 0;
  /** All entries, newest first; without those of multicast lists. */
  fdb(bridge?: string): FdbEntry[];
  setFdb(change: FdbChange, how: 'add' | 'append' | 'replace'): Errno | 0;
  delFdb(change: FdbChange): Errno | 0;

  // --- queueing disciplines
  /** Of one device, or of all that are up or have one. */
  qdiscs(ifname?: string): Qdisc[];
  setQdisc(request: QdiscRequest): Errno | 0;
  delQdisc(ifname: string, parent: readonly [number, number] | undefined, handle?: number): Errno | 0;

  // --- netfilter
  nfTables(family: NfFamily): NfTable[];
  /** Everything that was made, oldest table first. Equivalent: `nft list ruleset` */
  nfRuleset(): NfTableState[];
  /** Chains in the kernel's order: built-in ones in hook order, then the others sorted by name. */
  nfChains(family: NfFamily, table: NfTable): NfChain[];
  nfNewChain(family: NfFamily, table: NfTable, chain: string): Errno | 0;
  /** ENOTEMPTY with rules in it, EBUSY while referenced. */
  nfDelChain(family: NfFamily, table: NfTable, chain: string): Errno | 0;
  nfRenameChain(family: NfFamily, table: NfTable, chain: string, to: string): Errno | 0;
  nfPolicy(family: NfFamily, table: NfTable, chain: string, policy: 'ACCEPT' | 'DROP'): Errno | 0;
  /** @param index 0 is the head; undefined appends. ENOENT: no such chain (or no such target chain) */
  nfInsert(family: NfFamily, table: NfTable, chain: string, rule: NfRule, index?: number): Errno | 0;
  nfReplace(family: NfFamily, table: NfTable, chain: string, index: number, rule: NfRule): Errno | 0;
  nfDelete(family: NfFamily, table: NfTable, chain: string, index: number): Errno | 0;
  /** The first rule equal to this one, or -1. */
  nfFind(family: NfFamily, table: NfTable, chain: string, rule: NfRule): number;
  nfFlush(family: NfFamily, table: NfTable, chain?: string): Errno | 0;
  nfZero(family: NfFamily, table: NfTable, chain?: string, index?: number): Errno | 0;
  /** Sets the counters of a built-in chain, or of its `index`th rule. */
  nfCount(
    family: NfFamily,
    table: NfTable,
    chain: string,
    index: number | undefined,
    packets: number,
    bytes: number,
  ): Errno | 0;
  conntrack(): CtEntry[];
  /** Deletes the entries that match; gives how many. */
  conntrackDelete(match: (e: CtEntry) => boolean, user?: CtEvent['user']): number;
  /** Gives the entries that match a new mark. @returns those, as they were */
  conntrackMark(match: (e: CtEntry) => boolean, mark: (old: number) => number, user?: CtEvent['user']): CtEntry[];
  /** Counters of connection tracking since the namespace began. */
  conntrackStats(): CtStats;

  sockets(): SocketInfo[];
  /** Counters of /proc/net/snmp and /proc/net/netstat. */
  counters(): Counters;
}

/** Names a network namespace inside the lab; opaque. */
export type NetnsKey = number;
