/** Rules of netfilter: `iptables`, `ip6tables`. */
import type { IpAddr, Prefix } from '../../../base/ip.ts';
import type { Errno } from '../errno.ts';
import type { NfMatch } from '../nfmatch.ts';

export type NfFamily = 4 | 6;
export type NfTable = 'raw' | 'nat' | 'filter' | 'mangle' | 'security';

export interface PortRange {
  readonly from: number;
  readonly to: number;
}

/** A match that may be negated. */
export interface Not<T> {
  readonly value: T;
  readonly not: boolean;
}

export const CT = { INVALID: 1, NEW: 2, ESTABLISHED: 4, RELATED: 8, UNTRACKED: 16, SNAT: 32, DNAT: 64 } as const;

/** One rule: all matches that are present must hold. The order of `explicit` is that in which they are printed. */
export interface NfRule {
  readonly src?: Not<Prefix>;
  readonly dst?: Not<Prefix>;
  /** Interface name; a trailing `+` matches any name that begins so. */
  readonly in?: Not<string>;
  readonly out?: Not<string>;
  /** IP protocol number. */
  readonly proto?: Not<number>;
  /** `-m tcp` or `-m udp` */
  readonly sport?: Not<PortRange>;
  readonly dport?: Not<PortRange>;
  /** `-m tcp --tcp-flags MASK COMP`, bits as in the header. */
  readonly tcpFlags?: Not<{ readonly mask: number; readonly comp: number }>;
  /** `-m icmp --icmp-type` */
  readonly icmp?: Not<{ readonly type: number; readonly code?: number }>;
  /** `-m conntrack --ctstate`, bits of {@link CT}. */
  readonly ctstate?: Not<number>;
  readonly ctstateModule?: 'conntrack' | 'state';
  /** `-m addrtype` */
  readonly srcType?: Not<'LOCAL' | 'UNICAST' | 'BROADCAST' | 'MULTICAST'>;
  readonly dstType?: Not<'LOCAL' | 'UNICAST' | 'BROADCAST' | 'MULTICAST'>;
  /** `-m mark` */
  readonly mark?: Not<{ readonly value: number; readonly mask: number }>;
  /** `-m limit`: average packets per second as [count, unit seconds], and burst. */
  readonly limit?: { readonly count: number; readonly per: 1 | 60 | 3600 | 86400; readonly burst: number };
  readonly multiport?: Not<{ readonly side: 'source' | 'destination' | 'both'; readonly ports: readonly PortRange[] }>;
  readonly comment?: string;
  /** `-m tcp --tcp-option` */
  readonly tcpOption?: Not<number>;
  /** `-f`: later fragments only. */
  readonly fragment?: Not<true>;
  /** Matches of other modules. */
  readonly more?: readonly NfMatch[];
  /** Names of the modules given with -m, in order: `tcp`, `addrtype`, `conntrack`. */
  readonly modules: readonly string[];
  /** Absent: the rule only counts. */
  readonly target?: NfTarget;
  /** Of a rule that nft made: its statements before the verdict, in their order. Without `counter` nothing is counted. */
  readonly nft?: readonly NftStatement[];
}

export type NftStatement =
  | 'saddr'
  | 'daddr'
  | 'iifname'
  | 'oifname'
  | 'protocol'
  | 'l4proto'
  | 'sport'
  | 'dport'
  | 'state'
  | 'counter';

/** Whether iptables cannot read a rule: nft's own `ct` and `reject`. @see iptables iptables/nft.c: nft_is_expr_compatible */
export const onlyNft = (r: NfRule): boolean =>
  r.nft !== undefined && (r.nft.includes('state') || r.target?.kind === 'REJECT');

export type NfTarget =
  | { readonly kind: 'ACCEPT' | 'DROP' | 'RETURN' }
  /** `ct`: given as `CT --notrack`. */
  | { readonly kind: 'NOTRACK'; readonly ct?: boolean }
  /** `CT` with a zone: a number, or the packet's mark; 0 without one. */
  | { readonly kind: 'CT'; readonly zone: number | 'mark'; readonly side: 'both' | 'orig' | 'reply' }
  /** Counts: what nft would be told of is in the packet trace. */
  | { readonly kind: 'TRACE' }
  | { readonly kind: 'jump' | 'goto'; readonly chain: string }
  | {
      readonly kind: 'DNAT' | 'SNAT';
      readonly ip?: IpAddr;
      readonly ipTo?: IpAddr;
      readonly ports?: PortRange;
      readonly random?: boolean;
      /** --random-fully, --persistent */
      readonly fully?: boolean;
      readonly persistent?: boolean;
    }
  /** IPv4: the network of the address becomes this one. */
  | { readonly kind: 'NETMAP'; readonly to: Prefix }
  | {
      readonly kind: 'MASQUERADE' | 'REDIRECT';
      readonly ports?: PortRange;
      readonly random?: boolean;
      readonly fully?: boolean;
    }
  | {
      readonly kind: 'REJECT';
      readonly with:
        | 'icmp-port-unreachable'
        | 'icmp-host-unreachable'
        | 'icmp-net-unreachable'
        | 'icmp-proto-unreachable'
        | 'icmp-net-prohibited'
        | 'icmp-host-prohibited'
        | 'icmp-admin-prohibited'
        | 'tcp-reset'
        | 'icmp6-no-route'
        | 'icmp6-adm-prohibited'
        | 'icmp6-addr-unreachable'
        | 'icmp6-port-unreachable'
        | 'icmp6-policy-fail'
        | 'icmp6-reject-route';
    }
  | { readonly kind: 'MARK'; readonly value: number; readonly mask: number }
  | {
      readonly kind: 'CONNMARK';
      readonly how: 'set' | 'save' | 'restore';
      readonly value: number;
      readonly mask: number;
      readonly nfmask: number;
    }
  | { readonly kind: 'TOS'; readonly value: number; readonly mask: number }
  | { readonly kind: 'DSCP'; readonly value: number }
  | { readonly kind: 'TTL' | 'HL'; readonly how: 'set' | 'inc' | 'dec'; readonly value: number }
  /** `mss` absent: as the path takes. */
  | { readonly kind: 'TCPMSS'; readonly mss?: number }
  /** Queues `first` to `last`; nobody listens to one, so the packet is dropped, or goes on with `bypass`. */
  | {
      readonly kind: 'NFQUEUE';
      readonly first: number;
      readonly last: number;
      readonly bypass?: boolean;
      readonly fanout?: boolean;
    }
  /** A copy goes to the gateway. */
  | { readonly kind: 'TEE'; readonly gateway: IpAddr; readonly oif?: string }
  /** Of a queueing discipline with classes: major << 16 | minor. */
  | { readonly kind: 'CLASSIFY'; readonly value: number }
  /** Checksums are always full here. */
  | { readonly kind: 'CHECKSUM' }
  | { readonly kind: 'AUDIT'; readonly type: 'accept' | 'drop' | 'reject' }
  /** No socket here is transparent: the packet is dropped, as Linux does then. */
  | {
      readonly kind: 'TPROXY';
      readonly port: number;
      readonly ip: IpAddr;
      readonly value: number;
      readonly mask: number;
    }
  | { readonly kind: 'NFLOG'; readonly prefix: string; readonly group: number }
  /** `flags`: 1 tcp-sequence, 2 tcp-options, 4 ip-options, 8 uid, 32 macdecode. */
  | { readonly kind: 'LOG'; readonly prefix: string; readonly level: number; readonly flags?: number };

export interface NfRuleState {
  readonly rule: NfRule;
  /** Its number in the table, in the order in which things were made. */
  readonly handle: number;
  readonly packets: number;
  readonly bytes: number;
}

export interface NfChain {
  readonly name: string;
  /** As a rule's; 0: a built-in chain that nobody has put anything into. */
  readonly handle: number;
  /** Built-in chains have one. */
  readonly policy?: 'ACCEPT' | 'DROP';
  readonly packets: number;
  readonly bytes: number;
  readonly rules: readonly NfRuleState[];
  /** Rules that jump here. */
  readonly references: number;
}

/** A table as nf_tables keeps it: chains in the order in which they were made. */
export interface NfTableState {
  readonly family: NfFamily;
  readonly table: NfTable;
  readonly handle: number;
  readonly chains: readonly NfChain[];
}

/** An address that a table of `recent` holds. */
export interface RecentEntry {
  readonly ip: IpAddr;
  readonly ttl: number;
  /** Where the next stamp goes, and how many the table keeps. */
  readonly index: number;
  readonly room: number;
  /** Virtual ns. */
  readonly stamps: readonly number[];
}

/** Tables, chains and rules of a namespace. */
export interface RuleAdmin {
  /** Tables of `recent` that rules name. */
  recentTables(): string[];
  recentEntries(table: string): RecentEntry[];
  /** Empties a table, stamps or removes an address. */
  recentSet(table: string, how: 'flush' | 'add' | 'del', ip?: IpAddr): Errno | 0;
  nfTables(family: NfFamily): NfTable[];
  /** Everything that was made, oldest table first. Equivalent: `nft list ruleset` */
  nfRuleset(): NfTableState[];
  /** Chains in the kernel's order: built-in ones in hook order, then the others sorted by name. */
  nfChains(family: NfFamily, table: NfTable): NfChain[];
  nfNewChain(family: NfFamily, table: NfTable, chain: string): Errno | 0;
  /** ENOTEMPTY with rules in it, EBUSY while referenced. */
  nfDelChain(family: NfFamily, table: NfTable, chain: string): Errno | 0;
  nfRenameChain(family: NfFamily, table: NfTable, chain: string, to: string): Errno | 0;
  nfPolicy(family: NfFamily, table: NfTable, chain: string, policy: 'ACCEPT' | 'DROP'): Errno | 0;
  /** @param index 0 is the head; undefined appends. ENOENT: no such chain (or no such target chain) */
  nfInsert(family: NfFamily, table: NfTable, chain: string, rule: NfRule, index?: number): Errno | 0;
  nfReplace(family: NfFamily, table: NfTable, chain: string, index: number, rule: NfRule): Errno | 0;
  nfDelete(family: NfFamily, table: NfTable, chain: string, index: number): Errno | 0;
  /** The first rule equal to this one, or -1. */
  nfFind(family: NfFamily, table: NfTable, chain: string, rule: NfRule): number;
  nfFlush(family: NfFamily, table: NfTable, chain?: string): Errno | 0;
  /** Removes all tables with what is in them; built-in chains are as new. Equivalent: `nft flush ruleset [ip|ip6]` */
  nfClear(family?: NfFamily): Errno | 0;
  nfZero(family: NfFamily, table: NfTable, chain?: string, index?: number): Errno | 0;
  /** Sets the counters of a built-in chain, or of its `index`th rule. */
  nfCount(
    family: NfFamily,
    table: NfTable,
    chain: string,
    index: number | undefined,
    packets: number,
    bytes: number,
  ): Errno | 0;
}
