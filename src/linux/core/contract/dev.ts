/** The core: namespaces, devices, bridges, tunnels, queueing disciplines. */
import type { TcpSysctlName } from '../tcp-sysctls.ts';

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

/** Namespaces and devices. */
export interface DevicesCore {
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
  /** Sends a whole frame out of a device. @returns 0, -EMSGSIZE, -ENETDOWN or -ENOBUFS */
  frameSend(dev: number, frame: Uint8Array): number;
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

  /** @param fresh a new one in place of what is at its parent; else what is there is changed */
  qdiscSet(dev: number, settings: CoreQdisc, fresh: boolean): number;
  /** @param handle 0: whatever its handle */
  qdiscDel(dev: number, parent: number, handle: number): number;
  /** Root first. */
  qdiscs(dev: number): CoreQdiscState[];
  /** Stores a distribution's table of 4096 numbers (8192 is one sigma). @param slot 1 to 8 */
  netemDist(slot: number, table: Int16Array): void;
}
