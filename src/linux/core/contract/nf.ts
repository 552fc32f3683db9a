/** The core: netfilter and connection tracking. */
import type { Addr16 } from './base.ts';

export const Hook = { PREROUTING: 0, INPUT: 1, FORWARD: 2, OUTPUT: 3, POSTROUTING: 4 } as const;

export const Table = { RAW: 0, NAT: 1, FILTER: 2, MANGLE: 3, SECURITY: 4 } as const;

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
  /** Targets that rewrite no address: further words. */
  readonly arg?: number;
  readonly arg2?: number;
  /** SNAT, DNAT: an address by the source alone. SNAT, MASQUERADE: never keep the port. */
  readonly persistent?: boolean;
  /** toIp to toIp2 is a network that takes the place of the old one. */
  readonly netmap?: boolean;
  readonly fully?: boolean;
  /** Matches behind the rule, in order. */
  readonly more?: readonly CoreMatch[];
}

/** Settings of connection tracking in the order of the core's record (seconds, 0 or 1, numbers), then its counters. */
export const NF_KEYS = [
  'tcp_none',
  'tcp_syn_sent',
  'tcp_syn_recv',
  'tcp_established',
  'tcp_fin_wait',
  'tcp_close_wait',
  'tcp_last_ack',
  'tcp_time_wait',
  'tcp_close',
  'tcp_syn_sent2',
  'tcp_retrans',
  'tcp_unack',
  'udp',
  'udp_stream',
  'icmp',
  'icmpv6',
  'generic',
  'tcp_loose',
  'tcp_be_liberal',
  'tcp_ignore_invalid_rst',
  'tcp_max_retrans',
  'max',
  'invalid',
  'insert_failed',
  'drop',
  'early_drop',
  'clash_resolve',
  'vs_conntrack',
  'vs_tcp',
  'vs_tcpfin',
  'vs_udp',
] as const;

export type NfKey = (typeof NF_KEYS)[number];

/** A match behind a rule. @see wasm/abi/match.ts: MX_* */
export interface CoreMatch {
  readonly kind: number;
  readonly not?: boolean;
  /** The kind's two small parameters. */
  readonly p?: number;
  readonly q?: number;
  /** Its words from A on, or bytes in their place. */
  readonly words: readonly number[] | Uint8Array;
}

/** A packet that a LOG target saw. */
export interface CoreLog {
  /** 0: no rule; a martian, whose source and destination are `packet`, and `hook` LOG_MARTIAN_* */
  readonly rule: number;
  readonly ns: number;
  readonly hook: number;
  /** Devices, 0 none. */
  readonly indev: number;
  readonly outdev: number;
  readonly physin: number;
  readonly physout: number;
  readonly mark: number;
  /** Owner of the sending socket; -1: no socket. */
  readonly uid: number;
  readonly gid: number;
  readonly time: number;
  /** Link header, may be empty, and what fits of the packet from its IP header on. */
  readonly link: Uint8Array;
  readonly packet: Uint8Array;
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
  CONNMARK: 14,
  TOS: 15,
  TTL: 16,
  TCPMSS: 17,
  NFLOG: 18,
  ZONE: 19,
  TEE: 20,
} as const;

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
  /** Zones of the original direction and of the reply, 0 the usual one. */
  readonly ozone: number;
  readonly rzone: number;
}

/** An address in a table of `recent`. */
export interface CoreRecent {
  readonly addr: Addr16;
  readonly ttl: number;
  /** Where the next stamp goes, and how many a table keeps. */
  readonly index: number;
  readonly room: number;
  /** Virtual ns. */
  readonly stamps: readonly number[];
}

/** Something that happened to a connection, and how it was then. */
export interface CoreConnEvent {
  readonly type: 'NEW' | 'UPDATE' | 'DESTROY';
  readonly ns: number;
  readonly time: number;
  readonly conn: CoreConn;
}

/** Chains, rules, connections. Family 6 holds the rules of IPv6. */
export interface NetfilterCore {
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
  /** Sets a rule's or a built-in chain's counters. */
  nfRuleCount(handle: number, packets: number, bytes: number): void;
  nfChainCount(chain: number, packets: number, bytes: number): void;
  /** A setting or counter of connection tracking. @param key a name of {@link NfKey} @returns 0 or a negative errno */
  nfSet(ns: number, key: NfKey, value: number): number;
  nfGet(ns: number, key: NfKey): number;
  /** Takes what LOG targets saw, oldest first. */
  logs(): CoreLog[];
  /** Whose a socket is, for the owner match. */
  sockOwner(sock: number, uid: number, gid: number): void;
  conns(ns: number): CoreConn[];
  connDel(handle: number): void;
  /** Begins (1) or ends (-1) to note what happens to a namespace's connections. */
  connWatch(ns: number, by: 1 | -1): void;
  /** Takes what was noted, oldest first. */
  connEvents(): CoreConnEvent[];
  /** Addresses of a table of `recent` by the hash of its name; ENOENT. */
  recent(ns: number, table: bigint): CoreRecent[] | number;
  /** Empties a table, stamps or removes an address. @returns 0 or a negative errno */
  recentSet(ns: number, table: bigint, how: 'flush' | 'add' | 'del', addr?: Addr16): number;
  /** Sets a connection's mark. */
  connMark(handle: number, mark: number): void;
}
