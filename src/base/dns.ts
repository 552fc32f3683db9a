/**
 * DNS messages: names, questions, resource records; to bytes and back.
 *
 * Limits: class IN only; of EDNS the size for UDP and the cookie that is sent.
 * @see RFC 1035 §4; RFC 3596 (AAAA); RFC 6891 (EDNS)
 */
import { formatIp4, formatIp6, type IpAddr, ip4, ip6, parseIp } from './ip.ts';

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
  readonly checkingDisabled: boolean;
  /** Octets that the asker takes over UDP: 512, or what its OPT record says. */
  readonly udpSize: number;
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

/** What a query says of itself in an OPT record. @see RFC 6891 §6.1, RFC 7873 §4 (cookies) */
export interface Edns {
  /** Octets of an answer that the asker takes over UDP. */
  readonly udpSize: number;
  /** Eight octets of the asker's choice. */
  readonly cookie?: Uint8Array;
}

/** What a query asks for beside its question. */
export interface QueryFlags {
  /** RD; asked for when absent. */
  readonly recursion?: boolean;
  /** AD: the asker understands it. @see RFC 6840 §5.7 */
  readonly authenticData?: boolean;
  readonly edns?: Edns;
}

/** A standard query with recursion desired. @returns undefined when the name cannot be asked for */
export function encodeQuery(id: number, q: Question, flags: QueryFlags = {}): Uint8Array | undefined {
  const name = encodeName(q.name);
  if (!name) return undefined;
  const { recursion = true, authenticData = false, edns } = flags;
  const low = authenticData ? 0x20 : 0;
  const head = [id >> 8, id & 255, recursion ? 1 : 0, low, 0, 1, 0, 0, 0, 0, 0, edns ? 1 : 0];
  return Uint8Array.from([...head, ...name, q.type >> 8, q.type & 255, 0, 1, ...(edns ? optRecord(edns) : [])]);
}

function optRecord({ udpSize, cookie }: Edns): number[] {
  const options = cookie ? [0, EDNS_COOKIE, 0, cookie.length, ...cookie] : [];
  return [0, 0, RR.OPT, udpSize >> 8, udpSize & 255, 0, 0, 0, 0, 0, options.length, ...options];
}

/** Option code of cookies. */
const EDNS_COOKIE = 10;

/** A record that is to be sent. */
export interface NewRecord {
  readonly name: string;
  readonly type: number;
  /** Seconds. */
  readonly ttl: number;
  /** RDATA; names in it are not compressed. */
  readonly data: Uint8Array;
}

/** What a response says beside its records. */
export interface ResponseFlags {
  readonly authoritative?: boolean;
  readonly recursionAvailable?: boolean;
  readonly rcode?: number;
  /** Owners that equal the question point to it, also where there is room. */
  readonly compress?: boolean;
}

/**
 * The response to a query: its id, its first question, and records. Owners are written in full while everything fits;
 * else those that equal the question point to it, and what still does not fit is left out, with TC set.
 * @param limit octets
 * @see RFC 1035 §4.1.4 (compression), §4.2.1 (truncation)
 */
export function encodeResponse(
  query: DnsMessage,
  answers: readonly NewRecord[],
  flags: ResponseFlags = {},
  limit = 65535,
): Uint8Array {
  const question = query.questions[0];
  const asked = question ? [...(encodeName(question.name) ?? [0]), question.type >> 8, question.type & 255, 0, 1] : [];
  const room = limit - 12 - asked.length;
  const plain = answers.map((r) => [...(encodeName(r.name) ?? [0]), ...recordTail(r)]);
  const size = (records: readonly number[][]): number => records.reduce((n, r) => n + r.length, 0);
  let sent = plain;
  if (flags.compress || size(plain) > room) {
    sent = answers.map((r, i) => (r.name === question?.name ? [0xc0, 12, ...recordTail(r)] : (plain[i] as number[])));
    while (size(sent) > room) sent.pop();
  }
  const cut = sent.length < answers.length;
  const high = 0x80 | (flags.authoritative ? 4 : 0) | (cut ? 2 : 0) | (query.recursionDesired ? 1 : 0);
  const low = (flags.recursionAvailable ? 0x80 : 0) | (query.checkingDisabled ? 0x10 : 0) | (flags.rcode ?? 0);
  const counts = [0, question ? 1 : 0, sent.length >> 8, sent.length & 255, 0, 0, 0, 0];
  return Uint8Array.from([query.id >> 8, query.id & 255, high, low, ...counts, ...asked, ...sent.flat()]);
}

/** A message with its length before it, as TCP carries it. @see RFC 1035 §4.2.2 */
export function framed(message: Uint8Array): Uint8Array {
  return Uint8Array.from([message.length >> 8, message.length & 255, ...message]);
}

/** The first message of bytes that TCP carried; undefined while some are missing. */
export function unframed(bytes: Uint8Array): Uint8Array | undefined {
  const [high, low] = bytes;
  if (high === undefined || low === undefined) return undefined;
  const end = 2 + high * 256 + low;
  return bytes.length < end ? undefined : bytes.slice(2, end);
}

/** A record after its owner's name. */
function recordTail(r: NewRecord): number[] {
  const { ttl, data } = r;
  const seconds = [(ttl >>> 24) & 255, (ttl >> 16) & 255, (ttl >> 8) & 255, ttl & 255];
  return [r.type >> 8, r.type & 255, 0, 1, ...seconds, data.length >> 8, data.length & 255, ...data];
}

/** RDATA of A or AAAA. */
export function addressData(ip: IpAddr): Uint8Array {
  if (ip.v === 4) return Uint8Array.from([24, 16, 8, 0], (n) => (ip.value >>> n) & 255);
  return Uint8Array.from({ length: 16 }, (_, i) => Number((ip.value >> BigInt(8 * (15 - i))) & 255n));
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
    checkingDisabled: (flags & 0x10) !== 0,
    udpSize: Math.max(512, reader.udpSize),
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
  /** As an OPT record said. */
  udpSize = 0;
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
    const klass = this.u16();
    if (type === RR.OPT) this.udpSize = klass;
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

/** The address that a name of the reverse zones stands for. */
export function reverseAddress(name: string): IpAddr | undefined {
  const lower = name.toLowerCase();
  const labels = (zone: string): string[] => lower.slice(0, -zone.length).split('.').reverse();
  if (lower.endsWith(V4_ZONE)) return parseIp(labels(V4_ZONE).join('.'));
  if (!lower.endsWith(V6_ZONE)) return undefined;
  const nibbles = labels(V6_ZONE);
  if (nibbles.length !== 32 || nibbles.some((n) => n.length !== 1)) return undefined;
  return parseIp(nibbles.join('').replace(/(.{4})(?=.)/g, '$1:'));
}

const V4_ZONE = '.in-addr.arpa';
const V6_ZONE = '.ip6.arpa';

/** The name under which an address is looked up: `2.0.18.172.in-addr.arpa`. @see RFC 1035 §3.5, RFC 3596 §2.5 */
export function reverseName(ip: IpAddr): string {
  if (ip.v === 4) return `${formatIp4(ip.value).split('.').reverse().join('.')}.in-addr.arpa`;
  return `${[...ip.value.toString(16).padStart(32, '0')].reverse().join('.')}.ip6.arpa`;
}
