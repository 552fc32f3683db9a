/**
 * The TypeScript face of the packet core (wasm/): typed calls, integers and short byte strings only. Objects are
 * small indices: a namespace (ns), a device (dev, unique in the core; Linux's ifindex per namespace is kept by the
 * kernel), a chain, a rule, a socket. Errors are negative Linux errno numbers.
 *
 * The core keeps the lab's one clock: `now()`. A call that sends a packet carries it at once through every
 * zero-latency hop (each hop adds a little virtual time), so events may be waiting when the call returns: the
 * kernel drains them with `events()`.
 */

/** Addresses cross as 16 bytes, IPv4 as ::ffff:a.b.c.d. */
export type Addr16 = Uint8Array;

export const Hook = { PREROUTING: 0, INPUT: 1, FORWARD: 2, OUTPUT: 3, POSTROUTING: 4 } as const;
export const Table = { RAW: 0, NAT: 1, FILTER: 2 } as const;
export const SockType = { TCP: 1, UDP: 2, RAW: 3, PACKET: 4 } as const;

/** Kinds of core events. `a`, `b`, `c` depend on the kind. */
export const EventKind = {
  /** Socket a: readable, writable, error or hang-up; b = bits of {@link Ready}. Edge-triggered: drain, then wait. */
  SOCK: 1,
  /** A capture ring has frames; a = capture. */
  CAPTURE: 2,
  /** Carrier of device a changed to b. */
  CARRIER: 3,
  /** Address conflict or other kernel log line: a = code, b, c. */
  LOG: 4,
} as const;
export const Ready = { IN: 1, OUT: 4, ERR: 8, HUP: 16, RDHUP: 32 } as const;

/** What a rule is in the core; absent matches hold for every packet. Mirrors struct ipt_entry and its matches. */
export interface CoreRule {
  readonly src?: Addr16;
  readonly srcBits?: number;
  readonly srcNot?: boolean;
  readonly dst?: Addr16;
  readonly dstBits?: number;
  readonly dstNot?: boolean;
  /** Interface names; a trailing '+' is a prefix. */
  readonly in?: string;
  readonly inNot?: boolean;
  readonly out?: string;
  readonly outNot?: boolean;
  readonly proto?: number;
  readonly protoNot?: boolean;
  readonly sport?: readonly [number, number];
  readonly sportNot?: boolean;
  readonly dport?: readonly [number, number];
  readonly dportNot?: boolean;
  readonly tcpMask?: number;
  readonly tcpComp?: number;
  readonly tcpNot?: boolean;
  readonly icmpType?: number;
  /** -1: any. */
  readonly icmpCode?: number;
  readonly icmpNot?: boolean;
  /** Bits of CT in netadmin.ts. */
  readonly ctstate?: number;
  readonly ctstateNot?: boolean;
  /** 1 LOCAL, 2 UNICAST, 3 BROADCAST, 4 MULTICAST */
  readonly srcType?: number;
  readonly srcTypeNot?: boolean;
  readonly dstType?: number;
  readonly dstTypeNot?: boolean;
  readonly mark?: number;
  readonly markMask?: number;
  readonly markNot?: boolean;
  /** Average packets a second as nanoseconds per packet, and burst. */
  readonly limitNs?: number;
  readonly limitBurst?: number;
  /** side 1 source, 2 destination, 3 both; up to 15 ranges. */
  readonly multiportSide?: number;
  readonly multiport?: readonly (readonly [number, number])[];
  readonly multiportNot?: boolean;
  /** One of {@link Target}. */
  readonly target: number;
  /** jump, goto: the chain's handle. */
  readonly chain?: number;
  /** DNAT, SNAT: address range; absent keeps the address. REDIRECT, MASQUERADE: ports only. */
  readonly toIp?: Addr16;
  readonly toIp2?: Addr16;
  readonly toPort?: readonly [number, number];
  readonly random?: boolean;
  /** REJECT: ICMP type and code, or type 255 for a TCP reset. MARK: value and mask. LOG: a log handle. */
  readonly value?: number;
  readonly mask?: number;
}
export const Target = {
  NONE: 0,
  ACCEPT: 1,
  DROP: 2,
  RETURN: 3,
  JUMP: 4,
  GOTO: 5,
  DNAT: 6,
  SNAT: 7,
  MASQUERADE: 8,
  REDIRECT: 9,
  REJECT: 10,
  MARK: 11,
  LOG: 12,
  NOTRACK: 13,
} as const;

export interface CoreRoute {
  readonly table: number;
  readonly dst: Addr16;
  readonly bits: number;
  readonly gw?: Addr16;
  /** 0 none */
  readonly dev: number;
  readonly src?: Addr16;
  readonly scope: number;
  readonly metric: number;
  /** RTN_*: 1 unicast, 2 local, 3 broadcast, 5 multicast, 6 blackhole, 7 unreachable, 8 prohibit */
  readonly type: number;
}

export interface CoreNeigh {
  readonly dev: number;
  readonly ip: Addr16;
  readonly mac: number;
  /** NUD_*: 1 incomplete, 2 reachable, 4 stale, 8 delay, 16 probe, 32 failed, 64 noarp, 128 permanent */
  readonly state: number;
}

export interface CoreFdb {
  readonly mac: number;
  readonly port: number;
  readonly local: boolean;
  readonly permanent: boolean;
  readonly ageNs: number;
}

export interface CoreConn {
  readonly proto: number;
  readonly osrc: Addr16;
  readonly odst: Addr16;
  readonly osport: number;
  readonly odport: number;
  readonly rsrc: Addr16;
  readonly rdst: Addr16;
  readonly rsport: number;
  readonly rdport: number;
  readonly icmpType: number;
  readonly icmpCode: number;
  /** 0 none, 1 SYN_SENT, 2 SYN_RECV, 3 ESTABLISHED, 4 FIN_WAIT, 5 CLOSE_WAIT, 6 LAST_ACK, 7 TIME_WAIT, 8 CLOSE, 9 SYN_SENT2 */
  readonly tcpState: number;
  /** IPS_* bits as Linux has them: 2 seen reply, 4 assured, 8 confirmed, 16 SNAT, 32 DNAT. */
  readonly status: number;
  readonly timeoutNs: number;
  readonly mark: number;
  readonly opackets: number;
  readonly obytes: number;
  readonly rpackets: number;
  readonly rbytes: number;
  readonly handle: number;
}

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
}

export interface CoreFrame {
  readonly time: number;
  readonly dev: number;
  /** sll_pkttype: 0 host, 1 broadcast, 2 multicast, 3 other host, 4 outgoing. */
  readonly pkttype: number;
  readonly length: number;
  readonly bytes: Uint8Array;
  /** Identity of the packet, the same along its way through one namespace and across veth pairs. */
  readonly packet: number;
}

/** One record of a packet's journey. `what` is one of abi.ts's TRACE_*. */
export interface TraceRecord {
  readonly time: number;
  readonly packet: number;
  readonly what: number;
  readonly ns: number;
  readonly dev: number;
  readonly a: number;
  readonly b: number;
  readonly c: number;
}

/** Which packets to trace: all that is present must hold. Addresses are IPv4 numbers with their masks. */
export interface TraceFilter {
  readonly ns?: number;
  readonly dev?: number;
  /** 0x0800, 0x0806, … */
  readonly ethertype?: number;
  readonly proto?: number;
  /** Of either end, of the source, of the destination. */
  readonly host?: readonly [address: number, mask: number];
  readonly src?: readonly [address: number, mask: number];
  readonly dst?: readonly [address: number, mask: number];
  readonly port?: number;
  readonly sport?: number;
  readonly dport?: number;
}

export interface CoreDatagram {
  readonly data: Uint8Array;
  readonly ip: Addr16;
  readonly port: number;
  readonly ttl: number;
  readonly time: number;
  /** Set when this is an error queue entry: ICMP type and code, errno; the MTU of EMSGSIZE; whether this machine made it. */
  readonly error?: {
    readonly type: number;
    readonly code: number;
    readonly errno: number;
    readonly mtu: number;
    readonly local: boolean;
  };
}

/** A loaded core. One for the whole lab: all machines live in it. */
export interface Core {
  // --- time
  /** Virtual ns since the core was made. */
  now(): number;
  /** When its next timer is due, ns, or Infinity. */
  next(): number;
  /** Fires its timers up to `until` in order, and moves the clock to `until`. */
  run(until: number): void;
  /** Drains the event ring, oldest first. */
  events(each: (kind: number, a: number, b: number, c: number) => void): void;

  // --- namespaces and devices
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
      | 'port_range_hi',
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
  devDel(dev: number): void;
  devMove(dev: number, ns: number): number;
  devSet(
    dev: number,
    key: 'up' | 'mtu' | 'mac' | 'master' | 'promisc' | 'hairpin' | 'isolated' | 'latencyNs',
    value: number,
  ): number;
  devName(dev: number, name: string): number;
  devCarrier(dev: number): boolean;
  /** rx packets, bytes, dropped, tx packets, bytes, dropped. */
  devStats(dev: number): readonly [number, number, number, number, number, number];

  // --- addresses, routes, neighbours
  /** Makes `ip` local in the namespace (accepting it and answering ARP); routes are added apart. */
  addrAdd(dev: number, ip: Addr16, bits: number): number;
  addrDel(dev: number, ip: Addr16): number;
  routeAdd(ns: number, route: CoreRoute): number;
  routeDel(ns: number, route: CoreRoute): number;
  /** @returns the route chosen with its source address, or a negative errno */
  routeLookup(ns: number, dst: Addr16, src?: Addr16, dev?: number): CoreRoute | number;
  neighs(ns: number): CoreNeigh[];
  neighSet(dev: number, ip: Addr16, mac: number, permanent: boolean): number;
  neighDel(dev: number, ip: Addr16): number;
  /** Broadcasts a gratuitous ARP request for `ip`. */
  announce(dev: number, ip: Addr16): number;
  fdb(bridge: number): CoreFdb[];

  // --- netfilter (family 4; 6 holds rules that local IPv6 traffic crosses)
  /** Built-in chains exist from the start: their handles. */
  nfBuiltin(ns: number, family: 4 | 6, table: number, hook: number): number;
  nfChainAdd(ns: number, family: 4 | 6, table: number): number;
  nfChainDel(chain: number): number;
  nfPolicy(chain: number, drop: boolean): void;
  /** @param index position in the chain, -1 appends @returns a rule handle, or a negative errno */
  nfRuleAdd(chain: number, index: number, rule: CoreRule): number;
  nfRuleDel(chain: number, handle: number): number;
  /** packets, bytes */
  nfRuleCounters(handle: number): readonly [number, number];
  nfChainCounters(chain: number): readonly [number, number];
  nfZero(chain: number): void;
  conns(ns: number): CoreConn[];
  connDel(handle: number): void;

  // --- sockets
  sockOpen(ns: number, type: number, family: 4 | 6, protocol: number): number;
  sockBind(sock: number, ip: Addr16, port: number): number;
  /** 0 when done (UDP), -EINPROGRESS for TCP: Ready.OUT, or Ready.ERR and the `error` option, tell the end. */
  sockConnect(sock: number, ip: Addr16, port: number): number;
  sockListen(sock: number, backlog: number): number;
  /** A new socket, or -EAGAIN. */
  sockAccept(sock: number): number;
  /** TCP: bytes taken (0 < n), or -EAGAIN, -EPIPE, … UDP and raw: all or an error. `to` absent: the connected peer. */
  sockSend(sock: number, bytes: Uint8Array, ip?: Addr16, port?: number): number;
  /** TCP stream bytes: an empty array at end of stream, -EAGAIN when there are none yet. */
  sockRecv(sock: number, max: number): Uint8Array | number;
  /** UDP and raw: one datagram, or -EAGAIN. */
  sockRecvFrom(sock: number): CoreDatagram | number;
  /** 1 read, 2 write, 3 both */
  sockShutdown(sock: number, how: number): number;
  sockClose(sock: number): void;
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
      | 'mtu_discover',
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
      | 'broadcast',
  ): number;
  sockInfo(sock: number): CoreSock;
  socks(ns: number): CoreSock[];

  // --- seeing
  /** A capture on one device, or on all of a namespace (dev 0), or on all namespaces (ns 0: the map). */
  captureAdd(ns: number, dev: number, snaplen: number): number;
  captureRead(capture: number): CoreFrame | undefined;
  captureDropped(capture: number): number;
  captureDel(capture: number): void;
  /**
   * What is traced from now on: every packet, none, or what fits one of the filters (four at most) and what is made
   * because of it. @throws RangeError for more filters than the core holds
   */
  trace(what: boolean | readonly TraceFilter[]): void;
  /** Takes the waiting records, oldest first. */
  traceRead(each: (r: TraceRecord) => void): void;
  /** Records that were overwritten before they were read. */
  traceLost(): number;
  /** Packets dropped so far by reason (index: Drop in abi.ts). */
  drops(): readonly number[];

  // --- the whole state
  /**
   * An image of all state (image.ts): a few MB at most for a small lab. Two cores of one build whose images are equal are
   * in the same state. @param base an earlier whole image: only what differs from it is kept
   */
  snapshot(base?: Uint8Array): Uint8Array;
  /**
   * Puts an image back, into this core or another of the same build. @param base the one it is told against, when it is
   * @throws RangeError naming what is wrong with the image; the state is then as it was
   */
  restore(image: Uint8Array, base?: Uint8Array): void;
}
