/** Names as nft prints them. @see nftables src/datatype.c, src/proto.c */

/** /etc/protocols. */
const PROTOCOLS: Readonly<Record<number, string>> = {
  0: 'ip',
  1: 'icmp',
  2: 'igmp',
  3: 'ggp',
  4: 'ipencap',
  5: 'st',
  6: 'tcp',
  8: 'egp',
  9: 'igp',
  12: 'pup',
  17: 'udp',
  20: 'hmp',
  27: 'rdp',
  33: 'dccp',
  41: 'ipv6',
  43: 'ipv6-route',
  44: 'ipv6-frag',
  46: 'rsvp',
  47: 'gre',
  50: 'esp',
  51: 'ah',
  58: 'ipv6-icmp',
  59: 'ipv6-nonxt',
  60: 'ipv6-opts',
  88: 'eigrp',
  89: 'ospf',
  103: 'pim',
  108: 'ipcomp',
  112: 'vrrp',
  115: 'l2tp',
  132: 'sctp',
  136: 'udplite',
};

export const protocolWord = (n: number, numeric: boolean): string => (numeric ? undefined : PROTOCOLS[n]) ?? String(n);

const ICMP: Readonly<Record<number, string>> = {
  0: 'echo-reply',
  3: 'destination-unreachable',
  4: 'source-quench',
  5: 'redirect',
  8: 'echo-request',
  9: 'router-advertisement',
  10: 'router-solicitation',
  11: 'time-exceeded',
  12: 'parameter-problem',
  13: 'timestamp-request',
  14: 'timestamp-reply',
  17: 'address-mask-request',
  18: 'address-mask-reply',
};

const ICMP6: Readonly<Record<number, string>> = {
  1: 'destination-unreachable',
  2: 'packet-too-big',
  3: 'time-exceeded',
  4: 'parameter-problem',
  128: 'echo-request',
  129: 'echo-reply',
  130: 'mld-listener-query',
  131: 'mld-listener-report',
  132: 'mld-listener-done',
  133: 'nd-router-solicit',
  134: 'nd-router-advert',
  135: 'nd-neighbor-solicit',
  136: 'nd-neighbor-advert',
  137: 'nd-redirect',
};

/** The type's name when the translation knows it. @see iptables extensions/libxt_icmp.c: type_xlate_print */
export const icmpWord = (family: 4 | 6, type: number): string | undefined => (family === 4 ? ICMP : ICMP6)[type];

const FLAGS = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg'];

/** Names of the TCP flags that are set. */
export const tcpFlagWords = (bits: number): string[] => FLAGS.filter((_, i) => bits & (1 << i));

export const hexWord = (n: number): string => `0x${(n >>> 0).toString(16)}`;
/** With all its zeros, as a mark is printed. */
export const hexFull = (n: number): string => `0x${(n >>> 0).toString(16).padStart(8, '0')}`;
export const hexByte = (n: number): string => `0x${n.toString(16).padStart(2, '0')}`;

export const UNIT_WORDS: Readonly<Record<number, string>> = { 1: 'second', 60: 'minute', 3600: 'hour', 86400: 'day' };
