/** Names of protocols, ICMP types, connection states as iptables reads and prints them. */
import { CT } from '../../kernel/netadmin.ts';

const PROTOCOLS: Readonly<Record<string, number>> = {
  ip: 0,
  icmp: 1,
  igmp: 2,
  ipip: 4,
  tcp: 6,
  egp: 8,
  udp: 17,
  dccp: 33,
  ipv6: 41,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  icmpv6: 58,
  ospf: 89,
  sctp: 132,
  udplite: 136,
  'ipv6-mh': 135,
  mh: 135,
};

/** Protocols with ports, and the modules that look at them. */
export const PORT_MODULES: Readonly<Record<number, string>> = { 6: 'tcp', 17: 'udp', 33: 'dccp', 132: 'sctp' };

/** `tcp`, `6`, `all` (0); undefined when there is no such protocol. */
export function protocolNumber(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) <= 255 ? Number(text) : undefined;
  if (text === 'all') return 0;
  return PROTOCOLS[text.toLowerCase()];
}

/** What -S and -L print for a protocol number. */
export function protocolName(n: number): string {
  if (n === 0) return 'all';
  if (n === 58) return 'ipv6-icmp';
  return Object.entries(PROTOCOLS).find(([, v]) => v === n)?.[0] ?? String(n);
}

/** ICMP types of iptables' icmp match, by name. @see iptables extensions/libxt_icmp.h */
const ICMP: readonly (readonly [string, number, number?])[] = [
  ['any', 255],
  ['echo-reply', 0],
  ['pong', 0],
  ['destination-unreachable', 3],
  ['network-unreachable', 3, 0],
  ['host-unreachable', 3, 1],
  ['protocol-unreachable', 3, 2],
  ['port-unreachable', 3, 3],
  ['fragmentation-needed', 3, 4],
  ['source-route-failed', 3, 5],
  ['network-unknown', 3, 6],
  ['host-unknown', 3, 7],
  ['network-prohibited', 3, 9],
  ['host-prohibited', 3, 10],
  ['communication-prohibited', 3, 13],
  ['source-quench', 4],
  ['redirect', 5],
  ['network-redirect', 5, 0],
  ['host-redirect', 5, 1],
  ['echo-request', 8],
  ['ping', 8],
  ['router-advertisement', 9],
  ['router-solicitation', 10],
  ['time-exceeded', 11],
  ['ttl-exceeded', 11],
  ['ttl-zero-during-transit', 11, 0],
  ['ttl-zero-during-reassembly', 11, 1],
  ['parameter-problem', 12],
  ['timestamp-request', 13],
  ['timestamp-reply', 14],
];

const ICMP6: readonly (readonly [string, number, number?])[] = [
  ['destination-unreachable', 1],
  ['no-route', 1, 0],
  ['communication-prohibited', 1, 1],
  ['address-unreachable', 1, 3],
  ['port-unreachable', 1, 4],
  ['packet-too-big', 2],
  ['time-exceeded', 3],
  ['parameter-problem', 4],
  ['echo-request', 128],
  ['ping', 128],
  ['echo-reply', 129],
  ['router-solicitation', 133],
  ['router-advertisement', 134],
  ['neighbour-solicitation', 135],
  ['neighbour-advertisement', 136],
];

export function icmpType(v: 4 | 6, text: string): { type: number; code?: number } | undefined {
  const m = /^(\d+)(?:\/(\d+))?$/.exec(text);
  if (m) return { type: Number(m[1]), code: m[2] === undefined ? undefined : Number(m[2]) };
  const found = (v === 4 ? ICMP : ICMP6).filter(([n]) => n.startsWith(text.toLowerCase()));
  const one = found.find(([n]) => n === text.toLowerCase()) ?? (found.length === 1 ? found[0] : undefined);
  return one && { type: one[1], code: one[2] };
}

/** The name -L prints, when there is one. */
export function icmpName(v: 4 | 6, type: number, code: number | undefined): string | undefined {
  return (v === 4 ? ICMP : ICMP6).find(([, t, c]) => t === type && c === code)?.[0];
}

/** In the order in which they are printed. @see extensions/libxt_conntrack.c: print_state */
const STATES: readonly (readonly [string, number])[] = [
  ['INVALID', CT.INVALID],
  ['NEW', CT.NEW],
  ['RELATED', CT.RELATED],
  ['ESTABLISHED', CT.ESTABLISHED],
  ['UNTRACKED', CT.UNTRACKED],
  ['SNAT', CT.SNAT],
  ['DNAT', CT.DNAT],
];

export function ctStateText(bits: number): string {
  return STATES.filter(([, b]) => bits & b)
    .map(([n]) => n)
    .join(',');
}

export function ctStateBits(text: string): number | undefined {
  let bits = 0;
  for (const s of text.split(',')) {
    const found = STATES.find(([n]) => n === s.toUpperCase());
    if (!found) return undefined;
    bits |= found[1];
  }
  return bits;
}

const FLAGS: readonly (readonly [string, number])[] = [
  ['FIN', 1],
  ['SYN', 2],
  ['RST', 4],
  ['PSH', 8],
  ['ACK', 16],
  ['URG', 32],
];

export function tcpFlagsBits(text: string): number | undefined {
  if (text === 'ALL') return 0x3f;
  if (text === 'NONE') return 0;
  let bits = 0;
  for (const f of text.split(',')) {
    const found = FLAGS.find(([n]) => n === f.toUpperCase());
    if (!found) return undefined;
    bits |= found[1];
  }
  return bits;
}

export function tcpFlagsText(bits: number): string {
  if (bits === 0) return 'NONE';
  return FLAGS.filter(([, b]) => bits & b)
    .map(([n]) => n)
    .join(',');
}

/** LOG levels. */
export const LEVELS = ['emerg', 'alert', 'crit', 'error', 'warning', 'notice', 'info', 'debug'] as const;
