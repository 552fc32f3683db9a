/**
 * Arithmetic of filters: `ip[2:2] - ((ip[0] & 0xf) << 2)`, as a tree and its value for a packet. Unsigned, 32 bits.
 * @see pcap-filter(7) "expr1 relop expr2", libpcap grammar.y: arth
 */
import type { Subject } from './match.ts';
import { isProto } from './proto.ts';

/** A number, bytes of a packet, or an operation on two of them. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'len' }
  | { readonly kind: 'load'; readonly base: string; readonly at: Expression; readonly size: 1 | 2 | 4 }
  | { readonly kind: 'operation'; readonly op: string; readonly left: Expression; readonly right: Expression };

/** Thrown where a packet is too short for what is asked: it is not taken, whatever the rest of the filter says. */
export class OutOfPacket extends Error {}

const NAMES: Readonly<Record<string, number>> = {
  tcpflags: 13,
  'tcp-fin': 1,
  'tcp-syn': 2,
  'tcp-rst': 4,
  'tcp-push': 8,
  'tcp-ack': 16,
  'tcp-urg': 32,
  'tcp-ece': 64,
  'tcp-cwr': 128,
  icmptype: 0,
  icmpcode: 1,
  'icmp-echoreply': 0,
  'icmp-unreach': 3,
  'icmp-sourcequench': 4,
  'icmp-redirect': 5,
  'icmp-echo': 8,
  'icmp-routeradvert': 9,
  'icmp-routersolicit': 10,
  'icmp-timxceed': 11,
  'icmp-paramprob': 12,
  'icmp-tstamp': 13,
  'icmp-tstampreply': 14,
  'icmp-ireq': 15,
  'icmp-ireqreply': 16,
  'icmp-maskreq': 17,
  'icmp-maskreply': 18,
  icmp6type: 0,
  icmp6code: 1,
  'icmp6-destinationunreach': 1,
  'icmp6-packettoobig': 2,
  'icmp6-timeexceeded': 3,
  'icmp6-parameterproblem': 4,
  'icmp6-echo': 128,
  'icmp6-echoreply': 129,
  'icmp6-multicastlistenerquery': 130,
  'icmp6-multicastlistenerreportv1': 131,
  'icmp6-multicastlistenerdone': 132,
  'icmp6-routersolicit': 133,
  'icmp6-routeradvert': 134,
  'icmp6-neighborsolicit': 135,
  'icmp6-neighboradvert': 136,
  'icmp6-redirect': 137,
  'icmp6-multicastlistenerreportv2': 143,
};

/** The value of a word of arithmetic: a number as C writes it, or a name of a field or flag. */
export function numberOf(word: string): number | undefined {
  if (Object.hasOwn(NAMES, word)) return NAMES[word];
  if (/^0x[\da-f]+$/i.test(word)) return Number(word) >>> 0;
  if (/^0[0-7]*$/.test(word)) return Number.parseInt(word, 8);
  return /^\d+$/.test(word) ? Number(word) >>> 0 : undefined;
}

/** Where the bytes of `base` begin; undefined when the packet is of another protocol. */
function layer(s: Subject, base: string): Uint8Array | undefined {
  if (base === 'ether' || base === 'link') return s.frame;
  if (!isProto(s.packet, base)) return undefined;
  if (base === 'ip' || base === 'ip6' || base === 'arp' || base === 'rarp') return s.network;
  const ip = s.packet.ip;
  // a later fragment has no transport header, and of IPv6 libpcap looks into ICMP only
  if (!ip || (ip.h4?.offset ?? 0) !== 0 || (ip.v === 6 && base !== 'icmp6')) return undefined;
  return ip.body;
}

function apply(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return (a + b) >>> 0;
    case '-':
      return (a - b) >>> 0;
    case '*':
      return Math.imul(a, b) >>> 0;
    case '&':
      return (a & b) >>> 0;
    case '|':
      return (a | b) >>> 0;
    case '^':
      return (a ^ b) >>> 0;
    case '<<':
      return b > 31 ? 0 : (a << b) >>> 0;
    case '>>':
      return b > 31 ? 0 : a >>> b;
    default:
      if (b === 0) throw new OutOfPacket();
      return op === '/' ? Math.floor(a / b) : a % b;
  }
}

/** @returns undefined when the packet is not of a protocol that the expression names; throws {@link OutOfPacket} */
export function evaluate(e: Expression, s: Subject): number | undefined {
  if (e.kind === 'number') return e.value;
  if (e.kind === 'len') return s.length;
  if (e.kind === 'operation') {
    const a = evaluate(e.left, s);
    const b = a === undefined ? undefined : evaluate(e.right, s);
    return a === undefined || b === undefined ? undefined : apply(e.op, a, b);
  }
  const bytes = layer(s, e.base);
  const at = bytes && evaluate(e.at, s);
  if (bytes === undefined || at === undefined) return undefined;
  if (at + e.size > bytes.length) throw new OutOfPacket();
  let v = 0;
  for (let i = 0; i < e.size; i++) v = v * 256 + (bytes[at + i] as number);
  return v;
}
