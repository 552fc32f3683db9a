/** Sockets and counters as others see them: `ss`, `nstat`. */
import type { IpAddr } from '../../../base/ip.ts';
import type { CoreTcpInfo, Counters } from '../../core/core.ts';

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

/** Sockets and counters of a namespace. */
export interface SocketAdmin {
  sockets(): SocketInfo[];
  /** Counters of /proc/net/snmp, snmp6 and netstat. */
  counters(): Counters;
  /** Datagrams that wait to be whole, and the bytes that they hold. */
  fragments(family: 4 | 6): { readonly queues: number; readonly memory: number };
}
