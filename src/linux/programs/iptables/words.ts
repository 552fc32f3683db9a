/** The words of iptables' command line: options, commands, matches and targets by name. @see iptables iptables/xshared.h, iptables(8) */
import type { NfRule } from '../../kernel/netadmin.ts';

/** What is to be done. */
export interface Command {
  verb:
    | 'append'
    | 'check'
    | 'delete'
    | 'insert'
    | 'replace'
    | 'list'
    | 'list-rules'
    | 'flush'
    | 'zero'
    | 'new'
    | 'delete-chain'
    | 'policy'
    | 'rename'
    | undefined;
  table: string;
  chain: string | undefined;
  /** Rule number from 1, for -I -D -R -L -S -Z. */
  number: number | undefined;
  /** -P's policy, -E's new name. */
  value: string | undefined;
  numeric: boolean;
  verbose: number;
  exact: boolean;
  lineNumbers: boolean;
  /** One for each combination of -s and -d addresses. */
  rules: NfRule[];
  /** Packets and bytes that a new rule begins with. */
  counters: readonly [number, number] | undefined;
  /** Matches and targets that the kernel has not. */
  readonly lacking: string[];
  help: boolean;
  version: boolean;
}

/** Letters of the long options. */
export const LONG: Readonly<Record<string, string>> = {
  append: 'A',
  check: 'C',
  delete: 'D',
  insert: 'I',
  replace: 'R',
  list: 'L',
  'list-rules': 'S',
  flush: 'F',
  zero: 'Z',
  'new-chain': 'N',
  new: 'N',
  'delete-chain': 'X',
  policy: 'P',
  'rename-chain': 'E',
  table: 't',
  protocol: 'p',
  source: 's',
  src: 's',
  destination: 'd',
  dst: 'd',
  'in-interface': 'i',
  'out-interface': 'o',
  jump: 'j',
  goto: 'g',
  match: 'm',
  numeric: 'n',
  verbose: 'v',
  exact: 'x',
  'set-counters': 'c',
  wait: 'w',
  'wait-interval': 'W',
  version: 'V',
  help: 'h',
  ipv4: '4',
  ipv6: '6',
  fragments: 'f',
  'line-numbers': '0',
  modprobe: 'M',
};

/** What the commands' letters ask for. */
export const VERBS: Readonly<Record<string, Command['verb']>> = {
  A: 'append',
  C: 'check',
  D: 'delete',
  I: 'insert',
  R: 'replace',
  L: 'list',
  S: 'list-rules',
  F: 'flush',
  Z: 'zero',
  N: 'new',
  X: 'delete-chain',
  P: 'policy',
  E: 'rename',
};

/** Matches that -m may name. */
export const MATCHES = [
  'tcp',
  'udp',
  'sctp',
  'dccp',
  'icmp',
  'icmp6',
  'state',
  'mark',
  'limit',
  'multiport',
  'comment',
];
/** Targets that are not chains of a user. */
export const TARGETS = [
  'ACCEPT',
  'DROP',
  'RETURN',
  'REJECT',
  'DNAT',
  'SNAT',
  'MASQUERADE',
  'NETMAP',
  'REDIRECT',
  'MARK',
  'LOG',
  'CONNMARK',
  'TOS',
  'DSCP',
  'TTL',
  'HL',
  'NFQUEUE',
  'TEE',
  'TPROXY',
  'CLASSIFY',
  'CHECKSUM',
  'AUDIT',
  'TCPMSS',
  'NFLOG',
  'CT',
  'NOTRACK',
  'TRACE',
];
