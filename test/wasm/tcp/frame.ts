/** TCP segments as frames: built with right checksums, and read. */
import { sum16 } from '../world.ts';

export const FIN = 1;
export const SYN = 2;
export const RST = 4;
export const PSH = 8;
export const ACK = 16;

export interface Tcp {
  readonly sport: number;
  readonly dport: number;
  readonly seq: number;
  readonly ack: number;
  readonly flags: number;
  readonly win: number;
  readonly options: Uint8Array;
  readonly data: Uint8Array;
}

/** The segment of an Ethernet frame, or undefined when it is none. */
export function readTcp(f: Uint8Array): Tcp | undefined {
  if (f[12] !== 8 || f[13] !== 0 || f[23] !== 6) return undefined;
  const v = new DataView(f.buffer, f.byteOffset, f.byteLength);
  const at = 14 + ((f[14] as number) & 15) * 4;
  const head = at + (v.getUint8(at + 12) >> 4) * 4;
  return {
    sport: v.getUint16(at),
    dport: v.getUint16(at + 2),
    seq: v.getUint32(at + 4),
    ack: v.getUint32(at + 8),
    flags: v.getUint8(at + 13),
    win: v.getUint16(at + 14),
    options: f.slice(at + 20, head),
    data: f.slice(head, 14 + v.getUint16(16)),
  };
}

/** Puts right checksums into a frame of IPv4 and TCP. */
export function fixSums(f: Uint8Array): Uint8Array {
  const v = new DataView(f.buffer, f.byteOffset, f.byteLength);
  v.setUint16(24, 0);
  v.setUint16(24, ~sum16(f, 14, 34) & 0xffff);
  v.setUint16(50, 0);
  v.setUint16(50, ~sum16(f, 34, f.length, sum16(f, 26, 34, 6 + f.length - 34)) & 0xffff);
  return f;
}

/** A frame from machine `from` to machine `to` of a {@link Wire} (their last address bytes). */
export function tcpFrame(from: number, to: number, t: Partial<Tcp> & { sport: number; dport: number }): Uint8Array {
  const options = t.options ?? new Uint8Array(0);
  const data = t.data ?? new Uint8Array(0);
  const f = new Uint8Array(54 + options.length + data.length);
  const v = new DataView(f.buffer);
  f.set([2, 0, 0, 0, 0, to, 2, 0, 0, 0, 0, from, 8, 0, 0x45, 0]);
  v.setUint16(16, f.length - 14);
  f.set([0, 1, 0x40, 0, 64, 6, 0, 0, 192, 0, 2, from, 192, 0, 2, to], 18);
  v.setUint16(34, t.sport);
  v.setUint16(36, t.dport);
  v.setUint32(38, (t.seq ?? 0) >>> 0);
  v.setUint32(42, (t.ack ?? 0) >>> 0);
  v.setUint8(46, (5 + options.length / 4) << 4);
  v.setUint8(47, t.flags ?? ACK);
  v.setUint16(48, t.win ?? 65535);
  f.set(options, 54);
  f.set(data, 54 + options.length);
  return fixSums(f);
}
