/** The core: sockets. */
import type { Counters } from '../snmp.ts';
import type { CoreTcpInfo } from '../tcp-info.ts';
import type { Addr16 } from './base.ts';

export const SockType = { TCP: 1, UDP: 2, RAW: 3, PACKET: 4, PING: 5 } as const;

export interface CoreSock {
  readonly sock: number;
  readonly type: number;
  readonly family: 4 | 6;
  /** TCP: 1 ESTABLISHED, 2 SYN_SENT, 3 SYN_RECV, 4 FIN_WAIT1, 5 FIN_WAIT2, 6 TIME_WAIT, 7 CLOSE, 8 CLOSE_WAIT, 9 LAST_ACK, 10 LISTEN, 11 CLOSING (Linux's numbers). */
  readonly state: number;
  readonly local: Addr16;
  readonly lport: number;
  readonly remote: Addr16;
  readonly rport: number;
  readonly recvQ: number;
  readonly sendQ: number;
  readonly v6only: boolean;
  readonly dev: number;
  /** Number for sockTcpInfo, also of a socket that nobody holds. */
  readonly id: number;
  /** Datagrams, or SYNs, that found no room. */
  readonly drops: number;
}

export interface CoreDatagram {
  readonly data: Uint8Array;
  /** Address it was sent to (IP_PKTINFO). */
  readonly local: Addr16;
  readonly ip: Addr16;
  readonly port: number;
  readonly ttl: number;
  readonly time: number;
  /** Device it came by. */
  readonly dev: number;
  /** Set when this is an error queue entry: ICMP type and code, errno; the MTU of EMSGSIZE; whether this machine made it. */
  readonly error?: {
    readonly type: number;
    readonly code: number;
    readonly errno: number;
    readonly mtu: number;
    readonly local: boolean;
  };
}

/** Options that are set and read alike: TCP's own, IP_FREEBIND, and those of multicasts (the device by core index). */
type TcpOption =
  | 'cork'
  | 'quickack'
  | 'keepidle'
  | 'keepintvl'
  | 'keepcnt'
  | 'syncnt'
  | 'user_timeout'
  | 'linger2'
  | 'maxseg'
  | 'congestion'
  | 'freebind'
  | 'multicast_ttl'
  | 'multicast_if'
  | 'multicast_loop'
  | 'multicast_all';

/** Sockets. */
export interface SocketsCore {
  sockOpen(ns: number, type: number, family: 4 | 6, protocol: number): number;
  /** @param scope device (core index) that an address of one link is given for; so in the calls below */
  sockBind(sock: number, ip: Addr16, port: number, scope?: number): number;
  /** 0 when done (UDP), -EINPROGRESS for TCP: Ready.OUT, or Ready.ERR and the `error` option, tell the end. */
  sockConnect(sock: number, ip: Addr16, port: number, scope?: number): number;
  sockListen(sock: number, backlog: number): number;
  /** A new socket, or -EAGAIN. */
  sockAccept(sock: number): number;
  /** TCP: bytes taken (0 < n), or -EAGAIN, -EPIPE, … UDP and raw: all or an error. `to` absent: the connected peer. */
  sockSend(sock: number, bytes: Uint8Array, ip?: Addr16, port?: number, scope?: number): number;
  /** TCP stream bytes: an empty array at end of stream, -EAGAIN when there are none yet. */
  sockRecv(sock: number, max: number): Uint8Array | number;
  /** UDP and raw: one datagram, or -EAGAIN. */
  sockRecvFrom(sock: number): CoreDatagram | number;
  /** 1 read, 2 write, 3 both */
  sockShutdown(sock: number, how: number): number;
  sockClose(sock: number): void;
  /** Joins a group on a device, or leaves it (dev 0: wherever it was joined). */
  sockGroup(sock: number, dev: number, ip: Addr16, join: boolean): number;
  /** Present readiness, bits of {@link Ready}. */
  sockReady(sock: number): number;
  sockSet(
    sock: number,
    key:
      | 'reuseaddr'
      | 'reuseport'
      | 'v6only'
      | 'nodelay'
      | 'keepalive'
      | 'ttl'
      | 'tos'
      | 'mark'
      | 'sndbuf'
      | 'rcvbuf'
      | 'recverr'
      | 'broadcast'
      | 'dev'
      | 'linger'
      | 'hdrincl'
      | 'mtu_discover'
      | TcpOption,
    value: number,
  ): number;
  /** `error` reads and clears the pending error (positive errno). */
  sockGet(
    sock: number,
    key:
      | 'mtu_discover'
      | 'error'
      | 'ttl'
      | 'sndbuf'
      | 'rcvbuf'
      | 'acceptconn'
      | 'reuseaddr'
      | 'v6only'
      | 'nodelay'
      | 'keepalive'
      | 'mark'
      | 'tos'
      | 'broadcast'
      | 'drops'
      | TcpOption,
  ): number;
  sockInfo(sock: number): CoreSock;
  socks(ns: number): CoreSock[];
  /** struct tcp_info of a TCP socket. */
  sockTcpInfo(sock: number): CoreTcpInfo;
  /** Counters of a namespace, as /proc/net/snmp, snmp6 and netstat name them. */
  snmp(ns: number): Counters;
  /** Datagrams of a namespace that wait to be whole, and the bytes that they hold. */
  fragments(ns: number, family: 4 | 6): { queues: number; memory: number };
}
