/** Tracked connections: `conntrack`. */
import type { IpAddr } from '../../../base/ip.ts';

export interface CtTuple {
  readonly src: IpAddr;
  readonly dst: IpAddr;
  readonly proto: number;
  /** Ports, or ICMP id for both. */
  readonly sport: number;
  readonly dport: number;
  readonly icmpType?: number;
  readonly icmpCode?: number;
}

export interface CtEntry {
  readonly original: CtTuple;
  readonly reply: CtTuple;
  /** TCP: `SYN_SENT` … `TIME_WAIT`. */
  readonly tcpState?: string;
  readonly assured: boolean;
  readonly seenReply: boolean;
  /** Seconds until it is forgotten. */
  readonly timeout: number;
  readonly mark: number;
  /** Zones of the original direction and of the reply, 0 the usual one. */
  readonly zone: number;
  readonly replyZone: number;
  /** Of this connection alone while it lives. */
  readonly id: number;
  readonly origPackets: number;
  readonly origBytes: number;
  readonly replyPackets: number;
  readonly replyBytes: number;
}

/** Something that happened to a connection, and how it was then. */
export interface CtEvent {
  readonly type: 'NEW' | 'UPDATE' | 'DESTROY';
  /** Virtual ns. */
  readonly time: number;
  readonly entry: CtEntry;
  /** Whether its time was not over. */
  readonly left: boolean;
  /** The process that did it by hand. */
  readonly user?: { readonly pid: number; readonly comm: string };
}

/** What `conntrack -S` counts. */
export interface CtStats {
  readonly invalid: number;
  readonly insertFailed: number;
  readonly drop: number;
  readonly earlyDrop: number;
  readonly clashResolve: number;
}

/** Connections of a namespace. */
export interface ConntrackAdmin {
  conntrack(): CtEntry[];
  /** Deletes the entries that match; gives how many. */
  conntrackDelete(match: (e: CtEntry) => boolean, user?: CtEvent['user']): number;
  /** Gives the entries that match a new mark. @returns those, as they were */
  conntrackMark(match: (e: CtEntry) => boolean, mark: (old: number) => number, user?: CtEvent['user']): CtEntry[];
  /** Counters of connection tracking since the namespace began. */
  conntrackStats(): CtStats;
}
