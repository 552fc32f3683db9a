/**
 * Classic capture files: writing (Ethernet and Linux cooked v2, micro- or nanoseconds) and reading either byte order.
 * Limits: of link types only those two are written, any is read.
 * @see draft-ietf-opsawg-pcap, tcpdump.org LINKTYPE_LINUX_SLL2
 */
import { join } from '../../base/bytes.ts';
import type { CoreFrame } from './core.ts';

export const LinkType = { EN10MB: 1, LINUX_SLL2: 276 } as const;

/** tcpdump's default snapshot length. */
export const SNAPLEN = 262144;

/** One captured packet. */
export interface PcapPacket {
  /** Nanoseconds since the epoch: more than a double holds exactly, so in two parts. */
  readonly seconds: number;
  readonly nanos: number;
  /** Bytes on the wire; `bytes` may hold fewer. */
  readonly length: number;
  readonly bytes: Uint8Array;
}

export interface PcapFile {
  readonly linkType: number;
  readonly snaplen: number;
  /** Whether stamps carry nanoseconds. */
  readonly nano: boolean;
  readonly packets: readonly PcapPacket[];
}

const MAGIC_MICRO = 0xa1b2c3d4;
const MAGIC_NANO = 0xa1b23c4d;

/** The 24 bytes a file starts with. */
export function pcapHeader(linkType: number, options: { nano?: boolean; snaplen?: number } = {}): Uint8Array {
  const v = new DataView(new ArrayBuffer(24));
  v.setUint32(0, options.nano ? MAGIC_NANO : MAGIC_MICRO, true);
  v.setUint16(4, 2, true);
  v.setUint16(6, 4, true);
  v.setUint32(16, options.snaplen ?? SNAPLEN, true);
  v.setUint32(20, linkType, true);
  return new Uint8Array(v.buffer);
}

/** One packet's record: 16 bytes and its data. */
export function pcapRecord(p: PcapPacket, nano = false): Uint8Array {
  const out = new Uint8Array(16 + p.bytes.length);
  const v = new DataView(out.buffer);
  v.setUint32(0, p.seconds, true);
  v.setUint32(4, nano ? p.nanos : Math.floor(p.nanos / 1000), true);
  v.setUint32(8, p.bytes.length, true);
  v.setUint32(12, p.length, true);
  out.set(p.bytes, 16);
  return out;
}

/** A whole file. */
export function writePcap(file: Omit<PcapFile, 'snaplen'> & { readonly snaplen?: number }): Uint8Array {
  const parts = [pcapHeader(file.linkType, file), ...file.packets.map((p) => pcapRecord(p, file.nano))];
  return join(parts);
}

/** @returns undefined when the bytes are no capture file; a packet cut off at the end is left out */
export function readPcap(bytes: Uint8Array): PcapFile | undefined {
  if (bytes.length < 24) return undefined;
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const order = [true, false].find((le) => [MAGIC_MICRO, MAGIC_NANO].includes(v.getUint32(0, le)));
  if (order === undefined) return undefined;
  const nano = v.getUint32(0, order) === MAGIC_NANO;
  const packets: PcapPacket[] = [];
  for (let at = 24; at + 16 <= bytes.length; ) {
    const captured = v.getUint32(at + 8, order);
    if (at + 16 + captured > bytes.length) break;
    packets.push({
      seconds: v.getUint32(at, order),
      nanos: v.getUint32(at + 4, order) * (nano ? 1 : 1000),
      length: v.getUint32(at + 12, order),
      bytes: bytes.subarray(at + 16, at + 16 + captured),
    });
    at += 16 + captured;
  }
  return { linkType: v.getUint32(20, order) & 0xffff, snaplen: v.getUint32(16, order), nano, packets };
}

/** The header of Linux cooked capture v2, 20 bytes. */
export interface Sll2 {
  readonly protocol: number;
  readonly ifindex: number;
  /** ARPHRD_*: 1 Ethernet, 772 loopback. */
  readonly arphrd: number;
  readonly pkttype: number;
  /** The sender's link address; 48 bits. */
  readonly mac: number;
}

export const SLL2_LENGTH = 20;

/**
 * A frame as `-i any` captures it: the Ethernet header replaced by a cooked one.
 * @param ifindex the device's number in its namespace
 */
export function toSll2(frame: Pick<CoreFrame, 'bytes' | 'pkttype'>, ifindex: number, loopback: boolean): Uint8Array {
  const b = frame.bytes;
  const out = new Uint8Array(SLL2_LENGTH + Math.max(0, b.length - 14));
  const v = new DataView(out.buffer);
  v.setUint16(0, ((b[12] ?? 0) << 8) | (b[13] ?? 0));
  v.setUint32(4, ifindex);
  v.setUint16(8, loopback ? 772 : 1);
  v.setUint8(10, frame.pkttype);
  v.setUint8(11, 6);
  out.set(b.subarray(6, 12), 12);
  out.set(b.subarray(14), SLL2_LENGTH);
  return out;
}

/** @returns undefined when the header is cut short */
export function readSll2(b: Uint8Array): Sll2 | undefined {
  if (b.length < SLL2_LENGTH) return undefined;
  const v = new DataView(b.buffer, b.byteOffset, b.byteLength);
  return {
    protocol: v.getUint16(0),
    ifindex: v.getUint32(4),
    arphrd: v.getUint16(8),
    pkttype: v.getUint8(10),
    mac: v.getUint32(12) * 65536 + v.getUint16(16),
  };
}
