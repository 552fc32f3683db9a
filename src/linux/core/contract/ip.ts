/** The core: addresses, routes, neighbours. */
import type { Addr16 } from './base.ts';
import type { CoreFdb } from './dev.ts';

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
  /** IPv6: of packets that it takes; absent or 0: the device's. */
  readonly mtu?: number;
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

/** Something that happened to a neighbour or a forwarding entry: its state then. */
export interface CoreNetEvent {
  readonly ns: number;
  /** It is gone. */
  readonly gone: boolean;
  /** Virtual ns. */
  readonly time: number;
  readonly neigh?: CoreNeigh;
  readonly fdb?: CoreFdb;
}

/** A router advertisement: the ICMPv6 message that a device received, and from whom. */
export interface CoreRouterAdvert {
  readonly dev: number;
  readonly from: Addr16;
  readonly message: Uint8Array;
}

/** Addresses, routes, neighbours. */
export interface IpCore {
  /** Makes `ip` local in the namespace (accepting it and answering ARP); routes are added apart. @param scope RT_SCOPE_*, 0 */
  addrAdd(dev: number, ip: Addr16, bits: number, scope?: number): number;
  /** A secondary address becomes a primary one. */
  addrPromote(dev: number, ip: Addr16): number;
  addrDel(dev: number, ip: Addr16): number;
  /** Gives an IPv6 address, which is tried out first unless `flags` has IFA_F_NODAD. */
  addr6Add(dev: number, ip: Addr16, bits: number, flags: number): number;
  /** IFA_F_* (abi/ip6.ts) of an IPv6 address as it stands, or a negative errno. */
  addr6Flags(dev: number, ip: Addr16): number;
  /** An IPv6 address is no longer preferred as a source (1), or is again (0). */
  addr6Deprecate(dev: number, ip: Addr16, on: 0 | 1): number;
  /** Takes the router advertisements that devices have accepted, oldest first. */
  routerAdverts(): CoreRouterAdvert[];
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
      | 'accept_redirects'
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
  /** Multicast groups that a device listens to, newest first, and how many want each; 224.0.0.1, which all do, apart. */
  groups(dev: number): { readonly ip: Addr16; readonly users: number }[];
  groupJoin(dev: number, ip: number): number;
  groupLeave(dev: number, ip: number): number;
  /** Addresses that are answered for as a proxy. */
  proxyAdd(dev: number, ip: Addr16): number;
  proxyDel(dev: number, ip: Addr16): number;
  proxies(ns: number): { readonly dev: number; readonly ip: Addr16 }[];
  neighs(ns: number): CoreNeigh[];
  neighSet(dev: number, ip: Addr16, mac: number, permanent: boolean): number;
  neighDel(dev: number, ip: Addr16): number;
  /** Somebody listens to neighbours, forwarding entries and trials of addresses: one more, one less. */
  netWatch(by: 1 | -1): void;
  /** Takes what happened to neighbours and forwarding entries while somebody listened, oldest first. */
  netEvents(): CoreNetEvent[];
  /** Broadcasts a gratuitous ARP request for `ip`. */
  announce(dev: number, ip: Addr16): number;
  fdb(bridge: number): CoreFdb[];
  /** @param port a port, or a bridge itself @param flags FDB_* @param how FDB_CREATE, FDB_EXCL */
  fdbSet(port: number, mac: number, flags: number, how: number): number;
  fdbDel(port: number, mac: number): number;
}
