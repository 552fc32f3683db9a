/** What the page and the lesson checks see of a lab: immutable snapshots of its objects and of what crossed it. */

import type { EventOf, Step } from './journey/event.ts';

export type { Field, FieldKey, Layer } from './anatomy/layer.ts';
export type { Journey, Step } from './journey/event.ts';

/** A traced packet that was dropped: where, and by which rule or for which reason. */
export interface ViewDrop {
  /** Counts up by one for each drop of the lab. */
  readonly seq: number;
  /** What the packet is, `TCP 172.18.0.2.41712 > 172.17.0.2.80 [S]`. */
  readonly title: string;
  /** It was sent to a group: nobody misses it. */
  readonly group: boolean;
  readonly step: Step & EventOf<'dropped'>;
}

/** One interface as the map draws it. `id` is stable while the interface lives. */
export interface ViewLink {
  readonly id: number;
  readonly name: string;
  readonly kind: string;
  readonly mac: string;
  readonly up: boolean;
  readonly carrier: boolean;
  readonly addrs: readonly string[];
  /** Bridge it is a port of. */
  readonly master?: string;
  /** `id` of the other end of a veth. */
  readonly peer?: number;
  /** `id` of the device that a macvlan, ipvlan or VLAN device stands on. */
  readonly over?: number;
}

export interface ViewPort {
  /** `tcp` or `udp` */
  readonly proto: string;
  readonly hostIp: string;
  readonly hostPort: number;
  readonly containerPort: number;
}

/** A network of a machine's engine. */
export interface ViewNetwork {
  readonly id: string;
  readonly name: string;
  /** `bridge`, `host`, `null`, `macvlan`, `ipvlan`. */
  readonly driver: string;
  readonly subnets: readonly string[];
  /** No way out of it. */
  readonly internal: boolean;
  /** The bridge that it is, or the device that its containers' stand on. */
  readonly device?: string;
  /** The chain of the filter table that drops what comes to it from other bridges, when one does. */
  readonly isolatedBy?: string;
}

export interface ViewContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  readonly state: string;
  readonly links: readonly ViewLink[];
  readonly ports: readonly ViewPort[];
  readonly networks: readonly { readonly name: string; readonly ip: string; readonly mac?: string }[];
  /** Names of the networks that it is on when it runs. */
  readonly attachments: readonly string[];
  /** Whose network it has: its own when absent, `host`, `none`, or that of another container by name. */
  readonly shares?: string;
  /** Ports that something listens on inside, `tcp/0.0.0.0:5000`. */
  readonly listening: readonly string[];
}

export interface ViewMachine {
  readonly name: string;
  readonly links: readonly ViewLink[];
  readonly containers: readonly ViewContainer[];
  readonly networks: readonly ViewNetwork[];
  readonly listening: readonly string[];
}

export interface LabView {
  /** Virtual ns. */
  readonly time: number;
  readonly machines: readonly ViewMachine[];
  /** The LAN as a prefix, and the router's address on it; absent while no machine is plugged in. */
  readonly lan?: { readonly prefix: string; readonly router: string };
}

/** A DNS message's question, and the answer when it is one. */
export interface ViewDns {
  /** Without the dot at its end. */
  readonly name: string;
  /** `A`, `AAAA`, `PTR`, … */
  readonly type: string;
  /** Answers only: 0 is good, 3 is NXDOMAIN. @see RFC 1035 §4.1.1 */
  readonly rcode?: number;
  /** Addresses and names of the answer's records. */
  readonly answers?: readonly string[];
}

/** What a frame says of itself. */
export interface FrameContent {
  /** Outermost protocol worth a name: `ARP`, `ICMP`, `TCP`, `UDP`, `DNS`, `HTTP`, `ICMPv6`, `VXLAN`. */
  readonly proto: string;
  readonly src: string;
  readonly dst: string;
  readonly sport?: number;
  readonly dport?: number;
  /** TCP flags as tcpdump writes them: `S`, `S.`, `P.`, `F.`, `R`. */
  readonly flags?: string;
  /** An interface's IPv6 sets itself up: it looks for routers, reports its groups, tries out an address. */
  readonly housekeeping?: boolean;
  readonly arp?: 'request' | 'reply';
  /** Numbers of either family's protocol. */
  readonly icmp?: { readonly type: number; readonly code: number };
  readonly dns?: ViewDns;
  /** Number of the outer 802.1Q tag. */
  readonly vlan?: number;
  /** VXLAN: its network, and the frame within. */
  readonly vni?: number;
  readonly inner?: FrameContent;
}

/** A frame as it crossed one interface, decoded for people. */
export interface ViewFrame extends FrameContent {
  /** Counts up by one for each frame of the lab. */
  readonly seq: number;
  readonly time: number;
  readonly machine: string;
  /** Container name when the interface is inside one. */
  readonly container?: string;
  readonly ifname: string;
  /** `id` of the ViewLink. */
  readonly link: number;
  readonly direction: 'In' | 'B' | 'M' | 'P' | 'Out';
  readonly length: number;
  /** One line as tcpdump prints it, without the time. */
  readonly summary: string;
  /** The same for every crossing of one packet. */
  readonly packet: number;
}

/** A request that reached a machine's dockerd by its socket: the traffic that leaves no frame. */
export interface ViewCall {
  /** Counts up by one for each request of the lab. */
  readonly seq: number;
  readonly time: number;
  readonly machine: string;
  readonly method: string;
  /** Without the version: `/containers/json`. */
  readonly path: string;
  /** As it came, without `?`. */
  readonly query: string;
  /** 0 until it is answered. */
  readonly status: number;
  /** The answer is still flowing (`logs -f`, `events`, an attached terminal). */
  readonly open: boolean;
}
