/**
 * Network administration of one namespace: what rtnetlink, nfnetlink and the sysctl files do. `ip`, `bridge`,
 * `iptables`, `conntrack`, `ss` read and write it, and so do libnetwork's drivers.
 */

import type { IpAddr, Prefix } from '../../base/ip.ts';
import type { Errno } from './errno.ts';

export type LinkKind = 'loopback' | 'veth' | 'bridge' | 'dummy' | 'vxlan' | 'macvlan' | 'nic';

export interface LinkStats {
  readonly rxPackets: number;
  readonly rxBytes: number;
  readonly rxDropped: number;
  readonly txPackets: number;
  readonly txBytes: number;
  readonly txDropped: number;
}

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
  /** veth and macvlan: ifindex of the peer or parent, in that device's namespace. */
  readonly peerIfindex?: number;
  /** veth whose peer is in another namespace: that namespace's id as this one numbers them (link-netnsid). */
  readonly peerNetnsId?: number;
  /** Bridge port attributes, when it has a master. */
  readonly port?: { readonly hairpin: boolean; readonly isolated: boolean; readonly learning: boolean };
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
  readonly label: string;
}

export interface Route {
  readonly family: 4 | 6;
  readonly type: 'unicast' | 'local' | 'broadcast' | 'unreachable' | 'blackhole' | 'prohibit' | 'multicast';
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
}

export interface Neigh {
  readonly ifindex: number;
  readonly ip: IpAddr;
  readonly mac?: number;
  readonly state: 'INCOMPLETE' | 'REACHABLE' | 'STALE' | 'DELAY' | 'PROBE' | 'FAILED' | 'PERMANENT' | 'NOARP';
}

export interface FdbEntry {
  readonly mac: number;
  /** Port (or the bridge itself). */
  readonly ifindex: number;
  readonly master?: number;
  readonly local: boolean;
  readonly permanent: boolean;
  /** Seconds since last use. */
  readonly age: number;
}

export type NfFamily = 4 | 6;
export type NfTable = 'raw' | 'nat' | 'filter';

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
    }
  | { readonly kind: 'MASQUERADE' | 'REDIRECT'; readonly ports?: PortRange; readonly random?: boolean }
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
        | 'icmp6-port-unreachable';
    }
  | { readonly kind: 'MARK'; readonly value: number; readonly mask: number }
  | { readonly kind: 'LOG'; readonly prefix: string; readonly level: number };

export interface NfRuleState {
  readonly rule: NfRule;
  readonly packets: number;
  readonly bytes: number;
}

export interface NfChain {
  readonly name: string;
  /** Built-in chains have one. */
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly packets: number;
  readonly bytes: number;
  readonly rules: readonly NfRuleState[];
  /** Rules that jump here. */
  readonly references: number;
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
  readonly origPackets: number;
  readonly origBytes: number;
  readonly replyPackets: number;
  readonly replyBytes: number;
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
  /** Who holds it. */
  readonly users: readonly { readonly comm: string; readonly pid: number; readonly fd: number }[];
}

export interface NetAdmin {
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
      hairpin?: boolean;
      isolated?: boolean;
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
    options?: { broadcast?: IpAddr; scope?: Addr['scope']; label?: string },
  ): Errno | 0;
  delAddr(ifname: string, prefix: Prefix): Errno | 0;
  routes(family: 4 | 6, table?: number): Route[];
  addRoute(route: Partial<Route> & { family: 4 | 6 }): Errno | 0;
  delRoute(route: Partial<Route> & { family: 4 | 6 }): Errno | 0;
  /** Equivalent: `ip route get`. */
  lookupRoute(dst: IpAddr, from?: IpAddr, ifname?: string): Route | Errno;
  neighs(): Neigh[];
  setNeigh(ifname: string, ip: IpAddr, mac: number, permanent: boolean): Errno | 0;
  delNeigh(ifname: string, ip: IpAddr): Errno | 0;
  flushNeigh(ifname?: string): void;
  /** Gratuitous ARP for an address of the interface: a request who-has IP tell IP, broadcast. */
  announce(ifname: string, ip: IpAddr): Errno | 0;
  fdb(bridge?: string): FdbEntry[];

  // --- netfilter
  nfTables(family: NfFamily): NfTable[];
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
  nfZero(family: NfFamily, table: NfTable, chain?: string): Errno | 0;
  conntrack(): CtEntry[];
  /** Deletes the entries that match; gives how many. */
  conntrackDelete(match: (e: CtEntry) => boolean): number;

  sockets(): SocketInfo[];
}

/** Names a network namespace inside the lab; opaque. */
export type NetnsKey = number;
