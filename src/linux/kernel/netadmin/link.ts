/** Devices, as rtnetlink has them: `ip link`, `ip -d link`. */
import type { IpAddr } from '../../../base/ip.ts';
import type { Errno } from '../errno.ts';

/** Names a network namespace inside the lab; opaque. */
export type NetnsKey = number;

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
  /** Words of the administrator's. */
  readonly alias?: string;
  /** Number of its group; absent or 0: default. */
  readonly group?: number;
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

/** Devices of a namespace. */
export interface LinkAdmin {
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
      alias?: string;
      group?: number;
    },
  ): Errno | 0;
  /** Moves it to another namespace, where it is down and has lost its addresses. */
  moveLink(name: string, to: NetnsKey): Errno | 0;
}
