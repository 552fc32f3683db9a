/** The core: IPVS. */

/** What a service or a server of IPVS has carried, or carries per second. */
export interface CoreVsStats {
  readonly conns: number;
  readonly inPackets: number;
  readonly outPackets: number;
  readonly inBytes: number;
  readonly outBytes: number;
}

/** What services and servers have alike. Addresses are IPv4 numbers. */
interface Counted {
  readonly handle: number;
  readonly addr: number;
  readonly port: number;
  readonly stats: CoreVsStats;
  readonly rates: CoreVsStats;
}

/** A virtual service of IPVS. */
export interface CoreVsService extends Counted {
  /** IP protocol; 0: known by the mark of packets. */
  readonly proto: number;
  readonly fwmark: number;
  /** 0 rr, 1 wrr, 2 lc, 3 wlc, 4 sh */
  readonly sched: number;
  /** Seconds for which a client keeps its server, 0: not. */
  readonly persist: number;
  readonly netmask: number;
}

/** A real server of IPVS. */
export interface CoreVsDest extends Counted {
  readonly service: number;
  readonly weight: number;
  /** 0 masquerading, 1 local, 2 tunnel, 3 route */
  readonly fwd: number;
  readonly upper: number;
  readonly lower: number;
  readonly active: number;
  readonly inactive: number;
  readonly persistent: number;
}

/** A connection of IPVS. */
export interface CoreVsConn {
  readonly proto: number;
  readonly caddr: number;
  readonly cport: number;
  readonly vaddr: number;
  readonly vport: number;
  readonly daddr: number;
  readonly dport: number;
  /** 0 NONE … 10 SYNACK of TCP, 11 UDP. */
  readonly state: number;
  readonly template: boolean;
  readonly timeoutNs: number;
}

/** Services and their servers. */
export interface IpvsCore {
  vsServices(ns: number): CoreVsService[];
  /** Adds or (edit) changes one. @returns its handle or a negative errno */
  vsServiceSet(ns: number, service: Omit<CoreVsService, 'handle' | 'stats' | 'rates'>, edit: boolean): number;
  vsServiceDel(handle: number): number;
  vsDests(service: number): CoreVsDest[];
  vsDestSet(
    service: number,
    dest: Pick<CoreVsDest, 'addr' | 'port' | 'weight' | 'fwd'> & { readonly upper?: number; readonly lower?: number },
    edit: boolean,
  ): number;
  vsDestDel(handle: number): number;
  /** Zeroes the counters of a service, 0: of all. */
  vsZero(ns: number, service: number): void;
  vsConns(ns: number): CoreVsConn[];
  vsConnFlush(ns: number): void;
}
