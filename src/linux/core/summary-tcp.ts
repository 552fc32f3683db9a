/** TCP as tcpdump prints it, with the relative sequence numbers of each conversation. @see tcpdump 4.99 print-tcp.c */
import { formatIp } from '../../base/ip.ts';
import type { Ip } from './dissect.ts';
import type { Tcp, TcpOption } from './dissect-tcp.ts';
import { hostText, portText, type SummaryOptions, sum16 } from './summary.ts';
import { linesProtocol } from './summary-lines.ts';
import { dnsText } from './summary-udp.ts';

/** Conversations that are remembered. */
const REMEMBERED = 4096;

/** First sequence numbers of the conversations met so far, by both ends; of too many, the oldest are forgotten. */
export class Conversations {
  readonly #first = new Map<string, { seq: number; ack: number }>();

  /**
   * The numbers to print for a segment with ACK.
   * @returns seq and ack relative to the first segment seen, and the bases for SACK blocks
   */
  relative(ip: Ip, t: Tcp): { seq: number; ack: number; seqBase: number; ackBase: number; reverse: boolean } {
    const reverse = ip.src.value > ip.dst.value || (ip.src.value === ip.dst.value && t.sport > t.dport);
    const a = `${formatIp(ip.src)} ${t.sport}`;
    const b = `${formatIp(ip.dst)} ${t.dport}`;
    const key = reverse ? `${b} ${a}` : `${a} ${b}`;
    const known = this.#first.get(key);
    let { seq, ack } = t;
    if (!known || t.flags & SYN) {
      const first = reverse ? { ack: seq, seq: (ack - 1) >>> 0 } : { seq, ack: (ack - 1) >>> 0 };
      this.#first.set(key, first);
      if (this.#first.size > REMEMBERED) this.#first.delete(this.#first.keys().next().value as string);
      return { seq, ack, seqBase: first.seq, ackBase: first.ack, reverse };
    }
    seq = (seq - (reverse ? known.ack : known.seq)) >>> 0;
    ack = (ack - (reverse ? known.seq : known.ack)) >>> 0;
    return { seq, ack, seqBase: known.seq, ackBase: known.ack, reverse };
  }
}

const FIN = 1;
const SYN = 2;
const RST = 4;
const ACK = 16;
const URG = 32;
const LETTERS: readonly (readonly [number, string])[] = [
  [FIN, 'F'],
  [SYN, 'S'],
  [RST, 'R'],
  [8, 'P'],
  [ACK, '.'],
  [URG, 'U'],
  [64, 'E'],
  [128, 'W'],
];

/** `S.`, `P.`, `none` … */
export function tcpFlags(flags: number): string {
  const text = LETTERS.filter(([bit]) => flags & bit)
    .map(([, letter]) => letter)
    .join('');
  return text === '' ? 'none' : text;
}

type Relative = ReturnType<Conversations['relative']>;

function optionText(o: TcpOption, r: Relative | undefined): string {
  switch (o.kind) {
    case 'mss':
    case 'wscale':
      return `${o.kind} ${o.value}`;
    case 'TS':
      return `TS val ${o.val} ecr ${o.ecr}`;
    case 'sack': {
      const base = r ? (r.reverse ? r.seqBase : r.ackBase) : 0;
      const blocks = o.blocks.map(([from, to]) => `{${(from - base) >>> 0}:${(to - base) >>> 0}}`);
      return `sack ${blocks.length} ${blocks.join('')}`;
    }
    case 'unknown':
      return `unknown-${o.code}`;
    default:
      return o.kind;
  }
}

/** The pseudo header's sum of a transport segment. @see RFC 9293 §3.1, RFC 8200 §8.1 */
export function pseudoSum(ip: Ip, length: number): number {
  const words = ip.v === 4 ? 2 : 8;
  let s = ip.proto + (length & 0xffff) + Math.floor(length / 65536);
  for (const a of [ip.src, ip.dst])
    for (let i = 0; i < words; i++) s += Number((BigInt(a.value) >> BigInt(16 * i)) & 0xffffn);
  return s;
}

/** What the checksum field should hold. */
export function rightChecksum(ip: Ip, field: number): number {
  const s = sum16(ip.body, pseudoSum(ip, ip.bodyLength)) - field;
  return ~sum16(new Uint8Array(0), s < 0 ? s + 0xffff : s) & 0xffff;
}

const hex4 = (n: number): string => n.toString(16).padStart(4, '0');

function checksumText(ip: Ip, t: Tcp): string {
  if (ip.body.length < ip.bodyLength) return '';
  const right = rightChecksum(ip, t.checksum);
  const verdict = right === t.checksum ? 'correct' : `incorrect -> 0x${hex4(right)}`;
  return `, cksum 0x${hex4(t.checksum)} (${verdict})`;
}

/** A segment with its addresses. */
export function tcpText(t: Tcp, ip: Ip, o: SummaryOptions): string {
  const src = `${hostText(ip.src, o)}.${portText(t.sport, 'tcp', o)}`;
  const dst = `${hostText(ip.dst, o)}.${portText(t.dport, 'tcp', o)}`;
  if (o.quiet) return `${src} > ${dst}: tcp ${t.length}`;
  const r = !o.absolute && t.flags & ACK ? o.seen.relative(ip, t) : undefined;
  const seq = r?.seq ?? t.seq;
  let text = `${src} > ${dst}: Flags [${tcpFlags(t.flags)}]`;
  if (o.verbose && !o.unchecked) text += checksumText(ip, t);
  if ((o.verbose ?? 0) > 1 || t.length > 0 || t.flags & (SYN | FIN | RST)) {
    text += `, seq ${seq}`;
    if (t.length > 0) text += `:${(seq + t.length) >>> 0}`;
  }
  if (t.flags & ACK) text += `, ack ${r?.ack ?? t.ack}`;
  text += `, win ${t.window}`;
  if (t.flags & URG) text += `, urg ${t.urgent}`;
  if (t.options.length > 0) text += `, options [${t.options.map((x) => optionText(x, r)).join(',')}]`;
  text += `, length ${t.length}`;
  return text + applicationText(t, o);
}

function applicationText(t: Tcp, o: SummaryOptions): string {
  if (t.length === 0) return '';
  if (t.flags & RST) return o.verbose ? ` [RST ${printable(t.payload)}]` : '';
  if ((t.sport === 53 || t.dport === 53) && t.payload.length > 14) return ` ${dnsText(t.payload.subarray(2), o)}`;
  return linesProtocol(t, o);
}

function printable(b: Uint8Array): string {
  return [...b].map((c) => (c >= 32 && c < 127 ? String.fromCharCode(c) : '.')).join('');
}
