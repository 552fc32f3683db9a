/**
 * Reading pcapng: either byte order, any resolution of stamps, several sections; blocks and options that are not known
 * are skipped.
 * Limits: of the older kinds of packet blocks only simple ones are read.
 * @see draft-ietf-opsawg-pcapng
 */
import {
  COMMENT,
  DIRECTION,
  ENHANCED,
  EPB,
  IF,
  INTERFACE,
  ISB,
  MAGIC,
  type PcapngFile,
  type PcapngInterface,
  type PcapngPacket,
  type PcapngSection,
  type PcapngStatistics,
  pad4,
  RECEPTION,
  SECTION,
  SHB,
  STATISTICS,
} from './pcapng.ts';

const SIMPLE = 3;
const GIGA = 1_000_000_000n;

/** An interface as it was read: how its stamps count. */
interface Clocked {
  /** Units a second. */
  readonly resolution: bigint;
  /** Seconds to add. */
  readonly offset: bigint;
}

/** The body of a block. */
interface Body {
  readonly bytes: Uint8Array;
  readonly v: DataView;
  readonly le: boolean;
}

function options(b: Body, from: number): Map<number, Uint8Array> {
  const out = new Map<number, Uint8Array>();
  for (let at = from; at + 4 <= b.bytes.length; ) {
    const code = b.v.getUint16(at, b.le);
    const length = b.v.getUint16(at + 2, b.le);
    if (code === 0 || at + 4 + length > b.bytes.length) break;
    if (!out.has(code)) out.set(code, b.bytes.subarray(at + 4, at + 4 + length));
    at += 4 + pad4(length);
  }
  return out;
}

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

function number64(bytes: Uint8Array | undefined, le: boolean): bigint | undefined {
  if (bytes?.length !== 8) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, le);
}

/** Without the fields that are undefined. */
function present<T extends object>(o: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined)) as never;
}

/** Reads one file; state is what the blocks so far have said. */
class Reader {
  section: PcapngSection = {};
  readonly interfaces: PcapngInterface[] = [];
  readonly packets: PcapngPacket[] = [];
  readonly statistics: PcapngStatistics[] = [];
  readonly #clocks: Clocked[] = [];
  /** Interfaces of the sections before. */
  #base = 0;

  take(type: number, b: Body): boolean {
    if (type === SECTION) return this.#sectionBegins(b);
    if (type === INTERFACE) return this.#interface(b);
    if (type === ENHANCED) return this.#enhanced(b);
    if (type === SIMPLE) return this.#simple(b);
    if (type === STATISTICS) return this.#counted(b);
    return true;
  }

  #sectionBegins(b: Body): boolean {
    if (b.bytes.length < 16 || b.v.getUint16(4, b.le) !== 1) return false;
    const o = options(b, 16);
    this.#base = this.interfaces.length;
    this.section = present({
      comment: text(o.get(COMMENT)),
      hardware: text(o.get(SHB.hardware)),
      os: text(o.get(SHB.os)),
      userappl: text(o.get(SHB.userappl)),
    }) as PcapngSection;
    return true;
  }

  #interface(b: Body): boolean {
    if (b.bytes.length < 8) return false;
    const o = options(b, 8);
    const resol = o.get(IF.tsresol)?.[0] ?? 6;
    const offset = number64(o.get(IF.tsoffset), b.le) ?? 0n;
    this.#clocks.push({
      resolution: resol & 0x80 ? 1n << BigInt(resol & 0x7f) : 10n ** BigInt(resol),
      offset: BigInt.asIntN(64, offset),
    });
    this.interfaces.push({
      linkType: b.v.getUint16(0, b.le),
      snaplen: b.v.getUint32(4, b.le),
      ...present({
        name: text(o.get(IF.name)),
        description: text(o.get(IF.description)),
        mac: o.get(IF.mac)?.reduce((n, byte) => n * 256 + byte, 0),
        hardware: text(o.get(IF.hardware)),
      }),
    });
    return true;
  }

  /** Stamp of an interface at `at`, ns. */
  #time(index: number, b: Body, at: number): bigint {
    const units = (BigInt(b.v.getUint32(at, b.le)) << 32n) | BigInt(b.v.getUint32(at + 4, b.le));
    return this.#nanos(index, units);
  }

  #nanos(index: number, units: bigint): bigint {
    const { resolution, offset } = this.#clocks[index] as Clocked;
    return (units * GIGA) / resolution + offset * GIGA;
  }

  #enhanced(b: Body): boolean {
    if (b.bytes.length < 20) return false;
    const index = this.#base + b.v.getUint32(0, b.le);
    const captured = b.v.getUint32(12, b.le);
    if (index >= this.interfaces.length || 20 + captured > b.bytes.length) return false;
    const o = options(b, 20 + pad4(captured));
    const flags = o.get(EPB.flags);
    const bits = flags?.length === 4 ? new DataView(flags.buffer, flags.byteOffset, 4).getUint32(0, b.le) : 0;
    const id = number64(o.get(EPB.packetid), b.le);
    this.packets.push({
      interface: index,
      time: this.#time(index, b, 4),
      length: b.v.getUint32(16, b.le),
      bytes: b.bytes.slice(20, 20 + captured),
      ...present({
        direction: DIRECTION[bits & 3],
        reception: RECEPTION[(bits >> 2) & 7],
        id: id === undefined ? undefined : Number(id),
        comment: text(o.get(COMMENT)),
      }),
    });
    return true;
  }

  /** A packet of the first interface, without a stamp. */
  #simple(b: Body): boolean {
    const first = this.interfaces[this.#base];
    if (b.bytes.length < 4 || !first) return false;
    const length = b.v.getUint32(0, b.le);
    const captured = Math.min(length, first.snaplen === 0 ? length : first.snaplen, b.bytes.length - 4);
    this.packets.push({ interface: this.#base, time: 0n, length, bytes: b.bytes.slice(4, 4 + captured) });
    return true;
  }

  #counted(b: Body): boolean {
    const index = b.bytes.length < 12 ? this.interfaces.length : this.#base + b.v.getUint32(0, b.le);
    if (index >= this.interfaces.length) return false;
    const o = options(b, 12);
    const when = (bytes: Uint8Array | undefined): bigint | undefined =>
      bytes?.length === 8
        ? this.#time(index, { ...b, v: new DataView(bytes.buffer, bytes.byteOffset, 8) }, 0)
        : undefined;
    const count = (bytes: Uint8Array | undefined): number | undefined => {
      const n = number64(bytes, b.le);
      return n === undefined ? undefined : Number(n);
    };
    this.statistics.push({
      interface: index,
      time: this.#time(index, b, 4),
      ...present({
        start: when(o.get(ISB.starttime)),
        end: when(o.get(ISB.endtime)),
        received: count(o.get(ISB.ifrecv)),
        dropped: count(o.get(ISB.ifdrop)),
      }),
    });
    return true;
  }
}

/** @returns undefined when the bytes are no pcapng file; what follows a damaged block is left out */
export function readPcapng(bytes: Uint8Array): PcapngFile | undefined {
  const v = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 28 || v.getUint32(0) !== SECTION) return undefined;
  const reader = new Reader();
  let le = true;
  for (let at = 0; at + 12 <= bytes.length; ) {
    if (v.getUint32(at) === SECTION) {
      if (v.getUint32(at + 8, true) === MAGIC) le = true;
      else if (v.getUint32(at + 8) === MAGIC) le = false;
      else return at === 0 ? undefined : reader;
    }
    const total = v.getUint32(at + 4, le);
    if (total < 12 || total % 4 !== 0 || at + total > bytes.length) break;
    const body = bytes.subarray(at + 8, at + total - 4);
    const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
    if (!reader.take(v.getUint32(at, le), { bytes: body, v: view, le })) break;
    at += total;
  }
  return reader;
}
