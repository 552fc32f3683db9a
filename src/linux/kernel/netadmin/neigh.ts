/** Neighbours and forwarding entries: `ip neigh`, `bridge fdb`. */
import type { IpAddr } from '../../../base/ip.ts';
import type { Errno } from '../errno.ts';

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

/** Neighbours of a namespace, and the forwarding tables of its bridges and VXLANs. */
export interface NeighAdmin {
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
}
