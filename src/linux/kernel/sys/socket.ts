/** Sockets of all families. */
import type { HttpService } from '../../../base/http.ts';
import type { IpAddr } from '../../../base/ip.ts';
import type { Errno } from '../errno.ts';
import type { CtEvent, NetEvent } from '../netadmin.ts';
import type { Fd } from './file.ts';

export type SocketFamily = 'inet' | 'inet6' | 'unix' | 'packet';
export type SocketType = 'stream' | 'dgram' | 'raw';

/** inet and inet6 addresses, or the path of a unix socket, or the interface of a packet socket (0 is all). */
export interface SockAddr {
  readonly ip?: IpAddr;
  readonly port?: number;
  readonly path?: string;
  readonly ifindex?: number;
}

export interface Datagram {
  readonly data: Uint8Array;
  readonly from: SockAddr;
  /** raw IP sockets: TTL (hop limit) of the datagram that came; `data` begins with its IP header. */
  readonly ttl?: number;
  /** Virtual time at which it came, ns. */
  readonly time: number;
  /**
   * An error that an ICMP message reported (IP_RECVERR), or this machine (`local`); `data` is then the offending
   * datagram's head. `mtu`: of EMSGSIZE, what the way takes.
   */
  readonly icmpError?: {
    readonly type: number;
    readonly code: number;
    readonly errno: Errno;
    readonly from: IpAddr;
    readonly mtu: number;
    readonly local: boolean;
  };
}

export type SockOption =
  | 'reuseaddr'
  | 'reuseport'
  | 'v6only'
  | 'nodelay'
  | 'keepalive'
  | 'broadcast'
  | 'ttl'
  | 'tos'
  | 'mark'
  | 'sndbuf'
  | 'rcvbuf'
  | 'recverr'
  | 'mtu_discover'
  | 'linger'
  | 'cork'
  | 'quickack'
  | 'keepidle'
  | 'keepintvl'
  | 'keepcnt'
  | 'syncnt'
  | 'user_timeout'
  | 'linger2'
  | 'maxseg'
  /** An index of {@link CONGESTION_CONTROLS}. */
  | 'congestion'
  | 'freebind'
  | 'multicast_ttl'
  | 'multicast_loop'
  | 'multicast_all';

/** The interface that a call about a group means: by index, by an IPv4 address of its own, else that of the group's route. */
export interface GroupInterface {
  readonly ifindex?: number;
  readonly address?: IpAddr;
}

/** What TCP_CONGESTION may be, by number. */
export const CONGESTION_CONTROLS = ['reno', 'cubic'] as const;

/** A frame as a packet socket sees it. */
export interface CapturedFrame {
  /** Virtual time, ns since the lab was made. */
  readonly time: number;
  readonly ifindex: number;
  readonly ifname: string;
  /** As sll_pkttype: to us, broadcast, multicast, to another host (seen in promiscuous mode), or outgoing. */
  readonly direction: 'In' | 'B' | 'M' | 'P' | 'Out';
  /** Ethernet (1) or loopback (772) hardware. */
  readonly arphrd: number;
  /** Length on the wire, before the snapshot length cut it. */
  readonly length: number;
  /** From the Ethernet header on. */
  readonly bytes: Uint8Array;
}

export interface Capture {
  /** The next frame; EINTR on a signal. */
  read(): Promise<CapturedFrame | Errno>;
  /** Frames that the ring had no room for. */
  dropped(): number;
  /** Sends a whole frame out of the interface; ENXIO: it listens to all. */
  send(frame: Uint8Array): Errno | 0;
  close(): void;
}

/** What happens to the connections of a namespace, from when it was opened on. */
export interface CtEvents {
  /** The next event; EINTR on a signal. */
  read(): Promise<CtEvent | Errno>;
  close(): void;
}

/** What changes in a namespace, from when it was opened on. */
export interface NetEvents {
  /** The next event; EINTR on a signal. */
  read(): Promise<NetEvent | Errno>;
  close(): void;
}

/** Calls on sockets. */
export interface SocketCalls {
  socket(family: SocketFamily, type: SocketType, protocol?: number): Fd | Errno;
  bind(fd: Fd, addr: SockAddr): Errno | 0;
  listen(fd: Fd, backlog: number): Errno | 0;
  accept(fd: Fd): Promise<{ readonly fd: Fd; readonly peer: SockAddr } | Errno>;
  connect(fd: Fd, addr: SockAddr): Promise<0 | Errno>;
  sendto(fd: Fd, bytes: Uint8Array, to?: SockAddr): Promise<number | Errno>;
  recvfrom(fd: Fd): Promise<Datagram | Errno>;
  shutdown(fd: Fd, how: 'read' | 'write' | 'both'): Errno | 0;
  getsockname(fd: Fd): SockAddr | Errno;
  getpeername(fd: Fd): SockAddr | Errno;
  setsockopt(fd: Fd, option: SockOption, value: number): Errno | 0;
  getsockopt(fd: Fd, option: SockOption | 'error' | 'acceptconn'): number | Errno;
  /** IP_ADD_MEMBERSHIP, IPV6_JOIN_GROUP. EADDRINUSE: it has it; ENODEV: no such interface. */
  joinGroup(fd: Fd, group: IpAddr, on: GroupInterface): Errno | 0;
  /** IP_DROP_MEMBERSHIP, IPV6_LEAVE_GROUP. EADDRNOTAVAIL: it is in no such group. */
  leaveGroup(fd: Fd, group: IpAddr, on: GroupInterface): Errno | 0;
  /** IP_MULTICAST_IF, IPV6_MULTICAST_IF: by what its multicasts leave; nothing named: as their route says. */
  multicastInterface(fd: Fd, on: GroupInterface): Errno | 0;
  /** Binds a socket to one interface (SO_BINDTODEVICE). */
  bindToDevice(fd: Fd, ifname: string): Errno | 0;
  /** A packet socket on one interface, or on all (undefined), in promiscuous mode when asked. */
  capture(ifname: string | undefined, snaplen: number, promisc: boolean): Capture | Errno;
  /** Listens to connection tracking, as a netlink socket of its groups does. */
  conntrackEvents(): CtEvents | Errno;
  /** Listens to devices, addresses, routes, neighbours, rules and forwarding entries, as a socket of rtnetlink's groups does. */
  networkEvents(): NetEvents | Errno;
  /**
   * The HTTP service that listens on a unix socket, for a client of the same machine that talks messages rather than
   * bytes (the docker command). ENOENT no such path, ECONNREFUSED nobody listens.
   */
  service(path: string): HttpService | Errno;
}
