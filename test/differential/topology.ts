/** What a topology is: plain data from which the lab and real namespaces are built alike. */

export interface Address {
  readonly dev: string;
  readonly ip: string;
  readonly bits: number;
}

export interface RouteSpec {
  readonly type: 'unicast' | 'unreachable' | 'blackhole' | 'prohibit';
  /** `default`, or a prefix. */
  readonly dst: string;
  readonly via?: string;
  readonly dev?: string;
}

/** One network namespace. */
export interface HostSpec {
  readonly forward: boolean;
  readonly routeLocalnet: boolean;
  readonly bridges: readonly string[];
  readonly addrs: readonly Address[];
  readonly routes: readonly RouteSpec[];
  /** Text for iptables-restore; empty: none. */
  readonly rules: string;
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
  readonly to: string;
  readonly port: number;
  readonly ttl: number;
  /** Bytes of payload. */
  readonly size: number;
}

export interface Topology {
  readonly seed: number;
  readonly hosts: readonly HostSpec[];
  readonly links: readonly LinkSpec[];
  readonly macvlans: readonly MacvlanSpec[];
  readonly overlays: readonly OverlaySpec[];
  readonly probes: readonly Probe[];
}

/** What happened in one of the two worlds, as sorted lines that are compared one by one. */
export interface Outcome {
  /** How the sending or connecting call of each probe ended. */
  readonly calls: readonly string[];
  /** Packets delivered to a host's protocols. */
  readonly delivered: readonly string[];
  /** Packets and bytes of each rule, in the order of the chains' rules. */
  readonly counters: readonly string[];
}
