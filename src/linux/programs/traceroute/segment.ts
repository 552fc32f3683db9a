/** The SYN that a TCP probe is, and its answers. @see traceroute-2.1 mod-tcp.c; RFC 9293 §3.1 */
import type { IpAddr } from '../../../base/ip.ts';
import { internetChecksum } from '../ping/icmp.ts';

const SYN = 2;
const RST = 4;
const ACK = 16;
/** Bytes of the header with its options. */
const SIZE = 40;
const MSS = 1460;

/** The bytes of an address. */
function bytesOf(ip: IpAddr): number[] {
  if (ip.v === 4) return [24, 16, 8, 0].map((s) => (ip.value >>> s) & 255);
  return Array.from({ length: 16 }, (_, i) => Number((ip.value >> BigInt(120 - 8 * i)) & 255n));
}

/** A SYN with the options that Linux sends; the sum is filled in. */
export function synSegment(
  from: IpAddr,
  to: IpAddr,
  sport: number,
  dport: number,
  seq: number,
  stamp: number,
): Uint8Array {
  const b = new Uint8Array(SIZE);
  const v = new DataView(b.buffer);
  v.setUint16(0, sport);
  v.setUint16(2, dport);
  v.setUint32(4, seq);
  b[12] = (SIZE / 4) << 4;
  b[13] = SYN;
  v.setUint16(14, MSS * 4);
  b.set([2, 4, MSS >> 8, MSS & 255, 4, 2, 8, 10], 20);
  v.setUint32(28, stamp);
  b.set([1, 3, 3, 2], 36);
  v.setUint16(16, internetChecksum(Uint8Array.from([...bytesOf(from), ...bytesOf(to), 0, 6, 0, SIZE, ...b])));
  return b;
}

/** The port that an answer of a port goes to; undefined: it is none, or of another connection. */
export function isAnswer(data: Uint8Array, v: 4 | 6, from: number): number | undefined {
  const at = v === 4 ? ((data[0] ?? 0x45) & 15) * 4 : 0;
  if (data.length < at + 20) return undefined;
  const view = new DataView(data.buffer, data.byteOffset + at);
  const flags = view.getUint8(13);
  const ends = (flags & RST) !== 0 || (flags & (SYN | ACK)) === (SYN | ACK);
  return view.getUint16(0) === from && ends ? view.getUint16(2) : undefined;
}
