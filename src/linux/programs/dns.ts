/**
 * DNS messages: names, questions, resource records; to bytes and back.
 * @see RFC 1035 §4; RFC 3596 (AAAA)
 */
import { formatIp4, formatIp6, type IpAddr, ip4, ip6 } from '../../base/ip.ts';

/** Types of records that have a text form here. */
export const RR = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  OPT: 41,
  ANY: 255,
} as const;

/** Response codes. */
export const RCODE = ['NOERROR', 'FORMERR', 'SERVFAIL', 'NXDOMAIN', 'NOTIMP', 'REFUSED'] as const;

/** What is asked. */
export interface Question {
  /** Without the dot at its end. */
  readonly name: string;
  readonly type: number;
}

/** One resource record of class IN. */
export interface ResourceRecord {
  readonly name: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** A, AAAA: the address. */
  readonly ip?: IpAddr;
  /** As dig prints the data: `172.18.0.2`, `rose.app.`, `10 mail.lab.`. */
  readonly text: string;
}

/** One message. */
export interface DnsMessage {
  readonly id: number;
  readonly response: boolean;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly rcode: number;
  readonly questions: readonly Question[];
  readonly answers: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A name as labels. A label longer than 63 octets, or a name longer than 255, gives undefined. */
export function encodeName(name: string): Uint8Array | undefined {
  const out: number[] = [];
  const bare = name.endsWith('.') ? name.slice(0, -1) : name;
  if (bare !== '')
    for (const label of bare.split('.')) {
      const bytes = encoder.encode(label);
      if (bytes.length === 0 || bytes.length > 63) return undefined;
      out.push(bytes.length, ...bytes);
    }
  out.push(0);
  return out.length > 255 ? undefined : Uint8Array.from(out);
}

/** A standard query with recursion desired. @returns undefined when the name cannot be asked for */
export function encodeQuery(id: number, q: Question, recursion = true): Uint8Array | undefined {
  const name = encodeName(q.name);
  if (!name) return undefined;
  const out = new Uint8Array(12 + name.length + 4);
  out.set([id >> 8, id & 255, recursion ? 1 : 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  out.set(name, 12);
  out.set([q.type >> 8, q.type & 255, 0, 1], 12 + name.length);
  return out;
}

/** Reads a message; undefined when it is cut short or its names loop. */
export function decodeMessage(b: Uint8Array): DnsMessage | undefined {
  if (b.length < 12) return undefined;
  const reader = new MessageReader(b);
  const u16 = (at: number): number => ((b[at] as number) << 8) | (b[at + 1] as number);
  const flags = u16(2);
  const questions: Question[] = [];
  const sections: ResourceRecord[][] = [[], [], []];
  try {
    for (let i = 0; i < u16(4); i++) {
      const name = reader.name();
      const type = reader.u16();
      reader.u16();
      questions.push({ name, type });
    }
    for (let s = 0; s < 3; s++)
      for (let i = 0; i < u16(6 + 2 * s); i++) (sections[s] as ResourceRecord[]).push(reader.record());
  } catch (e) {
    if (e instanceof RangeError) return undefined;
    throw e;
  }
  return {
    id: u16(0),
    response: (flags & 0x8000) !== 0,
    authoritative: (flags & 0x400) !== 0,
    truncated: (flags & 0x200) !== 0,
    recursionDesired: (flags & 0x100) !== 0,
    recursionAvailable: (flags & 0x80) !== 0,
    rcode: flags & 15,
    questions,
    answers: sections[0] as ResourceRecord[],
    authority: sections[1] as ResourceRecord[],
    additional: sections[2] as ResourceRecord[],
  };
}

/** A cursor; throws RangeError past the end (a malformed message), which `decodeMessage` turns into a value. */
class MessageReader {
  #at = 12;
  constructor(readonly b: Uint8Array) {}

  u8(): number {
    const v = this.b[this.#at++];
    if (v === undefined) throw new RangeError('short DNS message');
    return v;
  }
  u16(): number {
    return (this.u8() << 8) | this.u8();
  }
  u32(): number {
    return this.u16() * 65536 + this.u16();
  }

  name(): string {
    const labels: string[] = [];
    let back = -1;
    for (let jumps = 0; ; ) {
      const n = this.u8();
      if (n === 0) break;
      if (n >= 0xc0) {
        const to = ((n & 0x3f) << 8) | this.u8();
        if (back < 0) back = this.#at;
        if (++jumps > 64) throw new RangeError('DNS name loops');
        this.#at = to;
        continue;
      }
      labels.push(decoder.decode(this.b.subarray(this.#at, this.#at + n)));
      this.#at += n;
    }
    if (back >= 0) this.#at = back;
    return labels.join('.');
  }

  record(): ResourceRecord {
    const name = this.name();
    const type = this.u16();
    this.u16();
    const ttl = this.u32();
    const length = this.u16();
    const end = this.#at + length;
    if (end > this.b.length) throw new RangeError('short DNS message');
    const data = this.#data(type, end);
    this.#at = end;
    return { name, type, ttl, ...data };
  }

  #data(type: number, end: number): { ip?: IpAddr; text: string } {
    switch (type) {
      case RR.A: {
        const value = this.u32();
        return { ip: ip4(value), text: formatIp4(value) };
      }
      case RR.AAAA: {
        let value = 0n;
        for (let i = 0; i < 16; i++) value = (value << 8n) | BigInt(this.u8());
        return { ip: ip6(value), text: formatIp6(value) };
      }
      case RR.CNAME:
      case RR.NS:
      case RR.PTR:
        return { text: `${this.name()}.` };
      case RR.MX:
        return { text: `${this.u16()} ${this.name()}.` };
      case RR.SRV:
        return { text: `${this.u16()} ${this.u16()} ${this.u16()} ${this.name()}.` };
      case RR.SOA:
        return {
          text: `${this.name()}. ${this.name()}. ${this.u32()} ${this.u32()} ${this.u32()} ${this.u32()} ${this.u32()}`,
        };
      case RR.TXT: {
        const strings: string[] = [];
        while (this.#at < end) {
          const n = this.u8();
          strings.push(`"${decoder.decode(this.b.subarray(this.#at, this.#at + n))}"`);
          this.#at += n;
        }
        return { text: strings.join(' ') };
      }
      default:
        return { text: `\\# ${end - this.#at}` };
    }
  }
}

/** The name under which an address is looked up: `2.0.18.172.in-addr.arpa`. @see RFC 1035 §3.5, RFC 3596 §2.5 */
export function reverseName(ip: IpAddr): string {
  if (ip.v === 4) return `${formatIp4(ip.value).split('.').reverse().join('.')}.in-addr.arpa`;
  return `${[...ip.value.toString(16).padStart(32, '0')].reverse().join('.')}.ip6.arpa`;
}
