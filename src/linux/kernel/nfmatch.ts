/** Matches of rules beside the common ones, by the module of `-m`. @see Linux include/uapi/linux/netfilter/xt_*.h */
import type { IpAddr, Prefix } from '../../base/ip.ts';
import type { Not, PortRange } from './netadmin.ts';

/** Numbers from `from` to `to`. */
export type Span = PortRange;

export const ADDR_TYPES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
] as const;
export type AddrType = (typeof ADDR_TYPES)[number];

/** The ends of a connection's two directions. */
type CtEnd = 'origsrc' | 'origdst' | 'replsrc' | 'repldst';

export interface ConntrackMatch
  extends Readonly<Partial<Record<CtEnd, Not<Prefix>> & Record<`${CtEnd}port`, Not<Span>>>> {
  readonly module: 'conntrack';
  readonly proto?: Not<number>;
  readonly status?: Not<readonly string[]>;
  readonly expire?: Not<Span>;
  readonly dir?: 'ORIGINAL' | 'REPLY';
}

export interface ConnmarkMatch {
  readonly module: 'connmark';
  readonly mark: Not<{ readonly value: number; readonly mask: number }>;
}

export interface IprangeMatch {
  readonly module: 'iprange';
  readonly src?: Not<readonly [IpAddr, IpAddr]>;
  readonly dst?: Not<readonly [IpAddr, IpAddr]>;
}

/** Several types, or limited to one device; single ones are fields of the rule. */
export interface AddrtypeMatch {
  readonly module: 'addrtype';
  readonly src?: Not<readonly AddrType[]>;
  readonly dst?: Not<readonly AddrType[]>;
  readonly limit?: 'in' | 'out';
}

export interface StatisticMatch {
  readonly module: 'statistic';
  readonly mode: 'random' | 'nth';
  readonly not: boolean;
  /** random: in 2^-31. */
  readonly probability?: number;
  readonly every?: number;
  readonly packet?: number;
}

export interface MacMatch {
  readonly module: 'mac';
  readonly source: Not<number>;
}

export interface OwnerMatch {
  readonly module: 'owner';
  readonly uid?: Not<Span>;
  readonly gid?: Not<Span>;
  /** --socket-exists */
  readonly socket?: Not<true>;
}

export interface PkttypeMatch {
  readonly module: 'pkttype';
  readonly type: Not<'unicast' | 'broadcast' | 'multicast'>;
}

export interface LengthMatch {
  readonly module: 'length';
  readonly length: Not<Span>;
}

export interface TtlMatch {
  readonly module: 'ttl';
  readonly how: 'eq' | 'lt' | 'gt';
  readonly ttl: Not<number>;
}

export interface TosMatch {
  readonly module: 'tos';
  readonly tos: Not<{ readonly value: number; readonly mask: number }>;
}

export interface DscpMatch {
  readonly module: 'dscp';
  readonly dscp: Not<number>;
}

export interface PhysdevMatch {
  readonly module: 'physdev';
  readonly in?: Not<string>;
  readonly out?: Not<string>;
  readonly isIn?: Not<true>;
  readonly isOut?: Not<true>;
  readonly isBridged?: Not<true>;
}

export interface IpvsMatch {
  readonly module: 'ipvs';
  readonly ipvs?: Not<true>;
  readonly proto?: Not<number>;
  readonly addr?: Not<Prefix>;
  readonly port?: Not<number>;
  readonly dir?: Not<'ORIGINAL' | 'REPLY'>;
  readonly method?: Not<'GATE' | 'IPIP' | 'MASQ'>;
}

export interface HashlimitMatch {
  readonly module: 'hashlimit';
  readonly above: boolean;
  readonly count: number;
  readonly per: 1 | 60 | 3600 | 86400;
  readonly burst: number;
  readonly name: string;
  /** srcip, srcport, dstip, dstport in the order in which they are printed. */
  readonly mode: readonly string[];
  readonly srcmask: number;
  readonly dstmask: number;
  /** ms of idleness after which a key is forgotten, when given. */
  readonly expire?: number;
}

export interface QuotaMatch {
  readonly module: 'quota';
  readonly bytes: Not<number>;
}

export interface ConnbytesMatch {
  readonly module: 'connbytes';
  readonly count: Not<{ readonly from: number; readonly to: number | undefined }>;
  readonly mode: 'packets' | 'bytes' | 'avgpkt';
  readonly dir: 'original' | 'reply' | 'both';
}

export interface RecentMatch {
  readonly module: 'recent';
  readonly how: 'set' | 'rcheck' | 'update' | 'remove';
  readonly not: boolean;
  readonly seconds?: number;
  readonly reap?: boolean;
  readonly hitcount?: number;
  /** The TTL must be as it was. */
  readonly rttl?: boolean;
  /** The table. */
  readonly name: string;
  readonly mask: IpAddr;
  readonly side: 'source' | 'dest';
}

export interface ConnlimitMatch {
  readonly module: 'connlimit';
  /** Above this many, or with `upto` at most. */
  readonly limit: number;
  readonly upto: boolean;
  readonly net: Prefix;
  readonly side: 'src' | 'dst';
}

export interface StringMatch {
  readonly module: 'string';
  readonly not: boolean;
  readonly pattern: Uint8Array;
  readonly algo: string;
  readonly from: number;
  readonly to: number;
  readonly icase?: boolean;
}

export interface TimeMatch {
  readonly module: 'time';
  /** First and last second since 1970, UTC. */
  readonly dateStart: number;
  readonly dateStop: number;
  /** First and last second of the day. */
  readonly dayStart: number;
  readonly dayStop: number;
  /** Bits of the days of the month, from 1, and of the week, from Monday, 1. */
  readonly monthDays: number;
  readonly weekDays: number;
  /** A span over midnight is one of the day it begins. */
  readonly contiguous?: boolean;
  /** --kerneltz; this kernel's zone is UTC. */
  readonly local?: boolean;
}

export interface TcpmssMatch {
  readonly module: 'tcpmss';
  readonly mss: Not<Span>;
}

export interface EcnMatch {
  readonly module: 'ecn';
  readonly ect?: Not<number>;
  readonly ece?: Not<true>;
  readonly cwr?: Not<true>;
}

/** One test of u32: where the word is, what is done to it, which values it may have. */
export interface U32Test {
  readonly offset: number;
  readonly steps: readonly (readonly ['&' | '<<' | '>>' | '@', number])[];
  readonly values: readonly Span[];
}

export interface U32Match {
  readonly module: 'u32';
  readonly not: boolean;
  readonly tests: readonly U32Test[];
}

export interface RpfilterMatch {
  readonly module: 'rpfilter';
  readonly loose?: boolean;
  readonly validmark?: boolean;
  readonly acceptLocal?: boolean;
  readonly invert?: boolean;
}

/** One transformation of IPsec. */
export interface PolicyElement {
  readonly reqid?: Not<number>;
  readonly spi?: Not<number>;
  readonly proto?: Not<number>;
  readonly mode?: Not<'transport' | 'tunnel'>;
  readonly dst?: Not<Prefix>;
  readonly src?: Not<Prefix>;
}

export interface PolicyMatch {
  readonly module: 'policy';
  readonly dir: 'in' | 'out';
  readonly pol: 'none' | 'ipsec';
  readonly strict?: boolean;
  readonly elements: readonly PolicyElement[];
}

export interface SocketMatch {
  readonly module: 'socket';
  readonly transparent?: boolean;
  readonly nowildcard?: boolean;
  readonly restore?: boolean;
}

export interface HelperMatch {
  readonly module: 'helper';
  readonly helper: Not<string>;
}

export interface HlMatch {
  readonly module: 'hl';
  readonly how: 'eq' | 'lt' | 'gt';
  readonly hl: Not<number>;
}

/** A match beside the common ones. */
export type NfMatch =
  | ConntrackMatch
  | ConnmarkMatch
  | IprangeMatch
  | AddrtypeMatch
  | StatisticMatch
  | MacMatch
  | OwnerMatch
  | PkttypeMatch
  | LengthMatch
  | TtlMatch
  | TosMatch
  | DscpMatch
  | PhysdevMatch
  | IpvsMatch
  | HashlimitMatch
  | QuotaMatch
  | ConnbytesMatch
  | RecentMatch
  | ConnlimitMatch
  | StringMatch
  | TimeMatch
  | TcpmssMatch
  | EcnMatch
  | U32Match
  | RpfilterMatch
  | PolicyMatch
  | SocketMatch
  | HelperMatch
  | HlMatch;
