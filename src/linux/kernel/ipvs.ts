/** IPVS of a namespace, as its netlink family has it. @see Linux net/netfilter/ipvs/ip_vs_ctl.c: ip_vs_genl_ops */
import type { IpAddr } from '../../base/ip.ts';
import type { CoreVsStats } from '../core/core.ts';
import type { Errno } from './errno.ts';

export const VS_SCHEDULERS = ['rr', 'wrr', 'lc', 'wlc', 'sh'] as const;
export type VsScheduler = (typeof VS_SCHEDULERS)[number];
export type VsMethod = 'Masq' | 'Local' | 'Tunnel' | 'Route';

export type VsStats = CoreVsStats;

/** How a service is known. */
export type VsKey =
  | { readonly proto: 6 | 17; readonly addr: IpAddr; readonly port: number }
  | { readonly fwmark: number };

export interface VsServiceSpec {
  readonly key: VsKey;
  readonly scheduler: VsScheduler;
  /** Seconds for which a client keeps its server. */
  readonly persistent?: number;
  /** Prefix length of what is one client. */
  readonly netmask?: number;
}

export interface VsServerSpec {
  readonly addr: IpAddr;
  readonly port: number;
  readonly weight: number;
  readonly method: VsMethod;
  readonly upper?: number;
  readonly lower?: number;
}

export interface VsServer extends VsServerSpec {
  readonly active: number;
  readonly inactive: number;
  readonly persistentConns: number;
  readonly stats: VsStats;
  /** Per second. */
  readonly rates: VsStats;
}

export interface VsService extends VsServiceSpec {
  readonly stats: VsStats;
  readonly rates: VsStats;
  readonly servers: readonly VsServer[];
}

export interface VsConnection {
  readonly proto: number;
  readonly client: IpAddr;
  readonly clientPort: number;
  readonly virtual: IpAddr;
  readonly virtualPort: number;
  readonly server: IpAddr;
  readonly serverPort: number;
  readonly state: string;
  /** Seconds. */
  readonly expires: number;
}

export interface VsTimeouts {
  readonly tcp: number;
  readonly tcpfin: number;
  readonly udp: number;
}

/** The IPVS part of NetAdmin. */
export interface IpvsAdmin {
  ipvs(): VsService[];
  /** Adds a service, or changes (edit) one. @returns EEXIST, ESRCH (none such), EAFNOSUPPORT (IPv6) */
  ipvsService(service: VsServiceSpec, edit: boolean): Errno | 0;
  ipvsServiceDelete(key: VsKey): Errno | 0;
  /** Adds a server, or changes (edit) one. @returns ESRCH (no such service), EEXIST, ENOENT (no such server), EINVAL */
  ipvsServer(key: VsKey, server: VsServerSpec, edit: boolean): Errno | 0;
  ipvsServerDelete(key: VsKey, addr: VsServerSpec['addr'], port: number): Errno | 0;
  ipvsFlush(): void;
  /** Zeroes counters, of all services without a key. */
  ipvsZero(key?: VsKey): Errno | 0;
  ipvsConnections(): VsConnection[];
  ipvsTimeouts(): VsTimeouts;
  /** 0 leaves a timeout as it is. */
  ipvsSetTimeouts(t: VsTimeouts): void;
}
