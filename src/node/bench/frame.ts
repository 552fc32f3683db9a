/** Addresses and frames of the benchmarks. */
import type { Addr16 } from '../../linux/core/core.ts';

/** Bytes of the headers of a datagram: Ethernet, IPv4, UDP. */
export const HEADERS = 42;

/** An IPv4 address as the core takes it. */
export function address(text: string): Addr16 {
  const out = new Uint8Array(16);
  out[10] = out[11] = 0xff;
  out.set(text.split('.').map(Number), 12);
  return out;
}

/** One end of a frame. */
export interface End {
  readonly mac: number;
  readonly ip: string;
}

/** Ones' complement sum of 16-bit words. */
function sum(bytes: Uint8Array, from: number, start = 0): number {
  let s = start;
  for (let i = from; i < bytes.length; i += 2) s += ((bytes[i] as number) << 8) | (bytes[i + 1] ?? 0);
  while (s > 0xffff) s = (s & 0xffff) + (s >>> 16);
  return s;
}

/** A datagram on Ethernet with right checksums. @param bytes of the whole frame */
export function datagram(from: End, to: End, sport: number, dport: number, bytes: number): Uint8Array {
  const f = Uint8Array.from({ length: bytes }, (_, i) => (i * 7 + 3) & 255);
  const v = new DataView(f.buffer);
  const mac = (at: number, m: number): void => {
    v.setUint16(at, Math.floor(m / 2 ** 32));
    v.setUint32(at + 2, m >>> 0);
  };
  mac(0, to.mac);
  mac(6, from.mac);
  v.setUint16(12, 0x0800);
  v.setUint32(14, 0x45000000 | (bytes - 14));
  v.setUint32(18, 0x00010000);
  v.setUint32(22, 0x40110000);
  f.set(from.ip.split('.').map(Number), 26);
  f.set(to.ip.split('.').map(Number), 30);
  v.setUint16(24, ~sum(f.subarray(14, 34), 0) & 0xffff);
  v.setUint16(34, sport);
  v.setUint16(36, dport);
  v.setUint32(38, (bytes - 34) << 16);
  v.setUint16(40, ~udpSum(f) & 0xffff || 0xffff);
  return f;
}

function udpSum(f: Uint8Array): number {
  const length = f.length - 34;
  return sum(f, 34, sum(f.subarray(26, 34), 0, 17 + length));
}

/** Whether all checksums of a datagram are right. */
export function sumsRight(f: Uint8Array): boolean {
  return sum(f.subarray(14, 34), 0) === 0xffff && udpSum(f) === 0xffff;
}
