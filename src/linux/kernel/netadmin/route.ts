/** Routes and the rules that choose tables: `ip route`, `ip rule`. */
import type { IpAddr, Prefix } from '../../../base/ip.ts';
import type { Errno } from '../errno.ts';
import type { PortRange } from './rule.ts';

export interface Route {
  readonly family: 4 | 6;
  readonly type:
    | 'unicast'
    | 'local'
    | 'broadcast'
    | 'unreachable'
    | 'blackhole'
    | 'prohibit'
    | 'throw'
    | 'multicast'
    | 'anycast';
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
  /** Metrics: `mtu`, `advmss`, `hoplimit`, and which of them are locked. Of IPv6 `advmss` and `hoplimit` are only kept and shown. */
  readonly mtu?: number;
  readonly advmss?: number;
  readonly locks?: readonly ('mtu' | 'advmss')[];
  readonly hoplimit?: number;
  /** IPv6: what a router says it is worth; medium when it says nothing. */
  readonly pref?: 'low' | 'medium' | 'high';
  /** IPv6: of a prefix that a router told of. */
  readonly advertised?: boolean;
  /** Virtual ns at which it expires. */
  readonly expires?: number;
  /** Seconds until then, in a list; below 0: it has expired and is not yet cleared away. */
  readonly expiresIn?: number;
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
  /** MTU of the way: what was learned, over IPv4 else the route's own. */
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

/** Routing of a namespace. */
export interface RouteAdmin {
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
}
