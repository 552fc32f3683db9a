/**
 * pcapng capture files: sections, interfaces with names, packets with direction, identity and comment, statistics.
 * What is written is little-endian with nanosecond stamps; pcapng-read.ts reads.
 * Limits: no name resolution or decryption blocks.
 * @see draft-ietf-opsawg-pcapng
 */
import { join } from '../../base/bytes.ts';

/** Types of blocks, the byte-order mark, and codes of options. */
export const SECTION = 0x0a0d0d0a;
export const INTERFACE = 1;
export const STATISTICS = 5;
export const ENHANCED = 6;
export const MAGIC = 0x1a2b3c4d;
export const COMMENT = 1;
export const SHB = { hardware: 2, os: 3, userappl: 4 } as const;
export const IF = { name: 2, description: 3, mac: 6, tsresol: 9, os: 12, hardware: 15, tsoffset: 14 } as const;
export const EPB = { flags: 2, dropcount: 4, packetid: 5 } as const;
export const ISB = { starttime: 2, endtime: 3, ifrecv: 4, ifdrop: 5 } as const;

/** What a file says of where it was made. */
export interface PcapngSection {
  readonly hardware?: string;
  readonly os?: string;
  readonly userappl?: string;
  readonly comment?: string;
}

/** An interface that packets were captured on. */
export interface PcapngInterface {
  readonly linkType: number;
  /** 0: no limit. */
  readonly snaplen: number;
  readonly name?: string;
  readonly description?: string;
  /** 48 bits. */
  readonly mac?: number;
  readonly hardware?: string;
}

export type PcapngDirection = 'inbound' | 'outbound';
/** How a frame was addressed; `promiscuous`: to another machine. */
export type PcapngReception = 'unicast' | 'multicast' | 'broadcast' | 'promiscuous';

/** One packet on one interface. */
export interface PcapngPacket {
  /** Index of its interface in the file. */
  readonly interface: number;
  /** ns since 1970. */
  readonly time: bigint;
  /** Bytes on the wire; `bytes` may hold fewer. */
  readonly length: number;
  readonly bytes: Uint8Array;
  readonly direction?: PcapngDirection;
  readonly reception?: PcapngReception;
  /** The same for one packet on several interfaces. */
  readonly id?: number;
  readonly comment?: string;
}

/** Counts of one interface, told at the end. */
export interface PcapngStatistics {
  readonly interface: number;
  readonly time: bigint;
  readonly start?: bigint;
  readonly end?: bigint;
  readonly received?: number;
  readonly dropped?: number;
}

export interface PcapngFile {
  readonly section: PcapngSection;
  readonly interfaces: readonly PcapngInterface[];
  readonly packets: readonly PcapngPacket[];
  readonly statistics: readonly PcapngStatistics[];
}

/** Bits 2 to 4, and 0 to 1, of a packet's flags. */
export const RECEPTION: readonly (PcapngReception | undefined)[] = [
  undefined,
  'unicast',
  'multicast',
  'broadcast',
  'promiscuous',
];
export const DIRECTION: readonly (PcapngDirection | undefined)[] = [undefined, 'inbound', 'outbound'];

/** Blocks, options and packets take whole words. */
export const pad4 = (n: number): number => (n + 3) & ~3;

/** A block being written. */
class Block {
  #parts: Uint8Array[] = [];
  #length = 0;

  put(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    const rest = pad4(bytes.length) - bytes.length;
    if (rest > 0) this.#parts.push(new Uint8Array(rest));
    this.#length += pad4(bytes.length);
    return this;
  }

  words(...values: number[]): this {
    const v = new DataView(new ArrayBuffer(4 * values.length));
    values.forEach((value, i) => {
      v.setUint32(4 * i, value, true);
    });
    return this.put(new Uint8Array(v.buffer));
  }

  option(code: number, value: Uint8Array | string | bigint | undefined): this {
    if (value === undefined) return this;
    const bytes =
      typeof value === 'string' ? new TextEncoder().encode(value) : typeof value === 'bigint' ? u64(value) : value;
    return this.words(code | (bytes.length << 16)).put(bytes);
  }

  /** The whole block. Options end with opt_endofopt, when there were any. */
  finish(type: number, fixed: number): Uint8Array {
    if (this.#length > pad4(fixed)) this.words(0);
    const total = 12 + this.#length;
    const out = new Uint8Array(total);
    const v = new DataView(out.buffer);
    v.setUint32(0, type, true);
    v.setUint32(4, total, true);
    let at = 8;
    for (const part of this.#parts) {
      out.set(part, at);
      at += part.length;
    }
    v.setUint32(at, total, true);
    return out;
  }
}

/** Eight bytes, low ones first. */
function u64(n: bigint): Uint8Array {
  const v = new DataView(new ArrayBuffer(8));
  v.setBigUint64(0, n, true);
  return new Uint8Array(v.buffer);
}

/** High and low word of a stamp. */
const stamp = (t: bigint): [number, number] => [Number(t >> 32n), Number(t & 0xffffffffn)];
/** As options of statistics have it. */
const stampBytes = (t: bigint | undefined): bigint | undefined =>
  t === undefined ? undefined : (t >> 32n) | ((t & 0xffffffffn) << 32n);

/** The block a file begins with. Its length is left open. */
export function pcapngSection(s: PcapngSection = {}): Uint8Array {
  const block = new Block().words(MAGIC, 1, 0xffffffff, 0xffffffff);
  block.option(COMMENT, s.comment).option(SHB.hardware, s.hardware).option(SHB.os, s.os);
  return block.option(SHB.userappl, s.userappl).finish(SECTION, 16);
}

/** An interface; those of a file are numbered from 0 in order. */
export function pcapngInterface(i: PcapngInterface): Uint8Array {
  const block = new Block().words(i.linkType, i.snaplen).option(IF.name, i.name).option(IF.description, i.description);
  if (i.mac !== undefined) {
    const mac = i.mac;
    block.option(
      IF.mac,
      Uint8Array.from({ length: 6 }, (_, k) => Math.floor(mac / 2 ** (8 * (5 - k))) & 255),
    );
  }
  return block.option(IF.tsresol, Uint8Array.of(9)).option(IF.hardware, i.hardware).finish(INTERFACE, 8);
}

/** A packet. */
export function pcapngPacket(p: PcapngPacket): Uint8Array {
  const block = new Block().words(p.interface, ...stamp(p.time), p.bytes.length, p.length).put(p.bytes);
  const flags = Math.max(0, DIRECTION.indexOf(p.direction)) | (Math.max(0, RECEPTION.indexOf(p.reception)) << 2);
  const flagBytes = flags === 0 ? undefined : Uint8Array.of(flags, 0, 0, 0);
  block.option(COMMENT, p.comment).option(EPB.flags, flagBytes);
  return block
    .option(EPB.packetid, p.id === undefined ? undefined : BigInt(p.id))
    .finish(ENHANCED, 20 + p.bytes.length);
}

/** What an interface counted. */
export function pcapngStatistics(s: PcapngStatistics): Uint8Array {
  const count = (n: number | undefined): bigint | undefined => (n === undefined ? undefined : BigInt(n));
  const block = new Block().words(s.interface, ...stamp(s.time));
  block.option(ISB.starttime, stampBytes(s.start)).option(ISB.endtime, stampBytes(s.end));
  return block.option(ISB.ifrecv, count(s.received)).option(ISB.ifdrop, count(s.dropped)).finish(STATISTICS, 12);
}

/** A whole file. */
export function writePcapng(file: Partial<PcapngFile>): Uint8Array {
  const blocks = [
    pcapngSection(file.section),
    ...(file.interfaces ?? []).map(pcapngInterface),
    ...(file.packets ?? []).map(pcapngPacket),
    ...(file.statistics ?? []).map(pcapngStatistics),
  ];
  return join(blocks);
}
