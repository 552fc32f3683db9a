/** DNS messages: header, questions, records with the common kinds of data. @see RFC 1035 §4, RFC 6891 (OPT) */
import { formatIp6 } from '../../base/ip.ts';

export interface DnsQuestion {
  readonly name: string;
  readonly type: number;
  readonly class: number;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: number;
  readonly class: number;
  readonly ttl: number;
  readonly data: Uint8Array;
  /** A name or address in text where the type has one; MX and SRV with their numbers. */
  readonly text: string;
}

export interface Dns {
  readonly id: number;
  readonly response: boolean;
  readonly opcode: number;
  readonly authoritative: boolean;
  readonly truncated: boolean;
  readonly recursionDesired: boolean;
  readonly recursionAvailable: boolean;
  readonly authenticData: boolean;
  readonly checkingDisabled: boolean;
  readonly rcode: number;
  readonly questions: readonly DnsQuestion[];
  readonly answers: readonly DnsRecord[];
  readonly authorities: readonly DnsRecord[];
  readonly additionals: readonly DnsRecord[];
  /** The counts of the header: more than the lists hold when the message is cut. */
  readonly counts: readonly [number, number, number, number];
  readonly length: number;
}

export const DnsType = { A: 1, NS: 2, CNAME: 5, SOA: 6, PTR: 12, MX: 15, TXT: 16, AAAA: 28, SRV: 33, OPT: 41 } as const;

/** Reads a message in order; `bad` once it ran over the end. */
class Reader {
  readonly b: Uint8Array;
  at = 0;
  bad = false;

  constructor(b: Uint8Array) {
    this.b = b;
  }

  u8(): number {
    if (this.at >= this.b.length) this.bad = true;
    return this.b[this.at++] ?? 0;
  }

  u16(): number {
    return this.u8() * 256 + this.u8();
  }

  u32(): number {
    return this.u16() * 65536 + this.u16();
  }

  take(n: number): Uint8Array {
    if (this.at + n > this.b.length) this.bad = true;
    const out = this.b.subarray(this.at, this.at + n);
    this.at += n;
    return out;
  }

  /** A name with its final dot, compression followed. */
  name(): string {
    let out = '';
    let after = -1;
    for (let hops = 0; hops < 64; hops++) {
      const n = this.u8();
      if (this.bad) break;
      if (n >= 0xc0) {
        const to = (n & 0x3f) * 256 + this.u8();
        if (after < 0) after = this.at;
        this.at = to;
      } else if (n === 0) break;
      else out += `${String.fromCharCode(...this.take(n))}.`;
    }
    if (after >= 0) this.at = after;
    return out === '' ? '.' : out;
  }
}

function hex6(data: Uint8Array): bigint {
  let v = 0n;
  for (const byte of data) v = (v << 8n) | BigInt(byte);
  return v;
}

function record(r: Reader): DnsRecord {
  const name = r.name();
  const type = r.u16();
  const cls = r.u16();
  const ttl = r.u32();
  const length = r.u16();
  const from = r.at;
  let text = '';
  if (type === DnsType.A && length === 4) text = [...r.take(4)].join('.');
  else if (type === DnsType.AAAA && length === 16) text = formatIp6(hex6(r.take(16)));
  else if (type === DnsType.CNAME || type === DnsType.NS || type === DnsType.PTR) text = r.name();
  else if (type === DnsType.MX) {
    const preference = r.u16();
    text = `${r.name()} ${preference}`;
  } else if (type === DnsType.SRV) {
    const priority = r.u16();
    const weight = r.u16();
    const port = r.u16();
    text = `${r.name()}:${port} ${priority} ${weight}`;
  } else if (type === DnsType.TXT) {
    const words: string[] = [];
    while (r.at < from + length && !r.bad) words.push(`"${String.fromCharCode(...r.take(r.u8()))}"`);
    text = words.join(' ');
  } else if (type === DnsType.SOA) {
    const names = `${r.name()} ${r.name()}`;
    text = `${names} ${r.u32()} ${r.u32()} ${r.u32()} ${r.u32()} ${r.u32()}`;
  }
  r.at = from;
  return { name, type, class: cls, ttl, data: r.take(length), text };
}

/** @returns undefined when not even the header is there; lists stop where the message is cut */
export function dissectDns(b: Uint8Array): Dns | undefined {
  if (b.length < 12) return undefined;
  const r = new Reader(b);
  const id = r.u16();
  const flags = r.u16();
  const counts = [r.u16(), r.u16(), r.u16(), r.u16()] as const;
  const questions: DnsQuestion[] = [];
  for (let i = 0; i < counts[0]; i++) {
    const q = { name: r.name(), type: r.u16(), class: r.u16() };
    if (r.bad) break;
    questions.push(q);
  }
  const records = (n: number): DnsRecord[] => {
    const out: DnsRecord[] = [];
    for (let i = 0; i < n && !r.bad; i++) {
      const one = record(r);
      if (!r.bad) out.push(one);
    }
    return out;
  };
  return {
    id,
    response: (flags & 0x8000) !== 0,
    opcode: (flags >> 11) & 15,
    authoritative: (flags & 0x0400) !== 0,
    truncated: (flags & 0x0200) !== 0,
    recursionDesired: (flags & 0x0100) !== 0,
    recursionAvailable: (flags & 0x0080) !== 0,
    authenticData: (flags & 0x0020) !== 0,
    checkingDisabled: (flags & 0x0010) !== 0,
    rcode: flags & 15,
    questions,
    answers: records(counts[1]),
    authorities: records(counts[2]),
    additionals: records(counts[3]),
    counts,
    length: b.length,
  };
}
