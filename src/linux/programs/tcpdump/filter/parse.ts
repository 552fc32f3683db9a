/**
 * Filter expressions of libpcap: `tcp port 80 and not host 10.0.0.1`, into a tree.
 *
 * Limits: no arithmetic on bytes but `tcp[tcpflags] & FLAGS != 0` and its kin, no mpls, inbound on files.
 * @see pcap-filter(7), libpcap grammar.y
 */
import { type IpAddr, network, type Prefix, parseIp, parseIp4, parseMac } from '../../../../base/ip.ts';
import { servicePort } from '../../services.ts';

/** Which end of a packet. */
export type Direction = 'src' | 'dst' | 'either' | 'both';

/** A filter as a tree. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'not'; readonly of: Filter }
  | { readonly kind: 'proto'; readonly proto: string }
  | { readonly kind: 'ipproto'; readonly v: 0 | 4 | 6; readonly number: number }
  | { readonly kind: 'host'; readonly dir: Direction; readonly addrs: readonly IpAddr[]; readonly proto?: string }
  | { readonly kind: 'net'; readonly dir: Direction; readonly prefix: Prefix; readonly proto?: string }
  | { readonly kind: 'ether'; readonly dir: Direction; readonly mac: number }
  | {
      readonly kind: 'port';
      readonly dir: Direction;
      readonly from: number;
      readonly to: number;
      readonly proto?: string;
    }
  | { readonly kind: 'length'; readonly less: boolean; readonly bytes: number }
  | { readonly kind: 'cast'; readonly what: 'broadcast' | 'multicast'; readonly ether: boolean }
  | { readonly kind: 'way'; readonly out: boolean }
  | { readonly kind: 'vlan'; readonly id: number | undefined }
  | {
      readonly kind: 'bytes';
      readonly base: string;
      readonly offset: number;
      readonly size: 1 | 2 | 4;
      readonly mask: number;
      readonly op: string;
      readonly value: number;
    };

/** Looks a host name up while compiling; undefined when it has no address. */
export type HostLookup = (name: string) => Promise<readonly IpAddr[] | undefined>;

const PROTOS = ['ether', 'ip', 'ip6', 'arp', 'rarp', 'tcp', 'udp', 'icmp', 'icmp6', 'igmp', 'sctp', 'link'];
const FLAGS: Readonly<Record<string, number>> = {
  'tcp-fin': 1,
  'tcp-syn': 2,
  'tcp-rst': 4,
  'tcp-push': 8,
  'tcp-ack': 16,
  'tcp-urg': 32,
  'tcp-ece': 64,
  'tcp-cwr': 128,
};
const ICMP_TYPES: Readonly<Record<string, number>> = {
  'icmp-echoreply': 0,
  'icmp-unreach': 3,
  'icmp-redirect': 5,
  'icmp-echo': 8,
  'icmp-timxceed': 11,
};
const FIELDS: Readonly<Record<string, number>> = { tcpflags: 13, icmptype: 0, icmpcode: 1 };

/** libpcap's complaint, without `tcpdump: `. */
export class FilterError extends Error {}

/** Splits an expression into words and signs. */
export function tokens(text: string): string[] {
  return text.match(/\[|\]|\(|\)|&&|\|\||!=|==|<=|>=|<<|>>|[!&|=<>+*-](?![\w])|[!&|=<>]|[^\s()[\]!&|=<>]+/g) ?? [];
}

class FilterParser {
  #at = 0;
  /** Qualifiers of the last primitive, for `port 80 or 443`. */
  #last: { proto?: string; dir: Direction; type: string } = { dir: 'either', type: 'host' };

  constructor(
    readonly words: readonly string[],
    readonly lookup: HostLookup,
  ) {}

  #peek(): string | undefined {
    return this.words[this.#at];
  }

  async whole(): Promise<Filter> {
    const f = await this.#or();
    if (this.#at < this.words.length) throw new FilterError('syntax error');
    return f;
  }

  // `and` and `or` have the same precedence in libpcap and go from left to right
  async #or(): Promise<Filter> {
    let left = await this.#unary();
    for (;;) {
      const op = this.#peek();
      const kind = op === 'and' || op === '&&' ? 'and' : op === 'or' || op === '||' ? 'or' : undefined;
      if (!kind) return left;
      this.#at++;
      left = { kind, left, right: await this.#unary() };
    }
  }

  async #unary(): Promise<Filter> {
    const w = this.#peek();
    if (w === 'not' || w === '!') {
      this.#at++;
      return { kind: 'not', of: await this.#unary() };
    }
    if (w === '(') {
      this.#at++;
      const f = await this.#or();
      if (this.words[this.#at++] !== ')') throw new FilterError('syntax error');
      return f;
    }
    return this.#primitive();
  }

  async #primitive(): Promise<Filter> {
    const w = this.words[this.#at++];
    if (w === undefined) throw new FilterError('syntax error');
    if (w === 'inbound' || w === 'outbound') return { kind: 'way', out: w === 'outbound' };
    if (w === 'less' || w === 'greater') return { kind: 'length', less: w === 'less', bytes: this.#number() };
    if (w === 'broadcast' || w === 'multicast') return { kind: 'cast', what: w, ether: true };
    if (w === 'vlan') return { kind: 'vlan', id: this.#vlan() };
    if (w === 'gateway') throw new FilterError("'gateway' not supported in this configuration");
    let proto: string | undefined;
    let word: string | undefined = w;
    if (PROTOS.includes(w)) {
      proto = w;
      word = this.#peek();
      if (word === '[') return this.#bytes(w);
      const follows =
        word !== undefined &&
        ['src', 'dst', 'host', 'net', 'port', 'portrange', 'proto', 'broadcast', 'multicast'].includes(word);
      if (!follows) {
        if (proto === 'ether' || proto === 'link') throw new FilterError('syntax error');
        return { kind: 'proto', proto };
      }
      this.#at++;
      if (word === 'broadcast' || word === 'multicast') return { kind: 'cast', what: word, ether: proto === 'ether' };
    }
    return this.#qualified(proto, word as string);
  }

  /** The id behind `vlan`, when there is one. */
  #vlan(): number | undefined {
    const id = Number(this.#peek() ?? '');
    if (this.#peek() === undefined || !Number.isInteger(id)) return undefined;
    this.#at++;
    if (id > 4095) throw new FilterError(`VLAN tag ${id} greater than maximum 4095`);
    return id;
  }

  async #qualified(proto: string | undefined, first: string): Promise<Filter> {
    let word = first;
    let dir: Direction = 'either';
    let explicit = proto !== undefined;
    if (word === 'src' || word === 'dst') {
      explicit = true;
      dir = word;
      const joint = this.#peek();
      const other = this.words[this.#at + 1];
      if ((joint === 'or' || joint === 'and') && (other === 'src' || other === 'dst') && other !== word) {
        dir = joint === 'or' ? 'either' : 'both';
        this.#at += 2;
      }
      word = this.words[this.#at++] ?? '';
    }
    const types = ['host', 'net', 'port', 'portrange', 'proto'];
    if (types.includes(word)) {
      this.#last = { proto, dir, type: word };
      const value = this.words[this.#at++];
      if (value === undefined) throw new FilterError('syntax error');
      return this.#value(value);
    }
    if (explicit) {
      // `src 10.0.0.1`: the type is host, or net when it has a mask
      this.#last = { proto, dir, type: word.includes('/') ? 'net' : 'host' };
      return this.#value(word);
    }
    if (/^[a-z]/i.test(word) && parseIp(word) === undefined && !/^[\w.-]+$/.test(word))
      throw new FilterError('syntax error');
    // a bare value takes the qualifiers of the primitive before it
    return this.#value(word);
  }

  async #value(text: string): Promise<Filter> {
    const { proto, dir, type } = this.#last;
    switch (type) {
      case 'port': {
        const n = this.#port(text);
        return { kind: 'port', dir, from: n, to: n, proto };
      }
      case 'portrange': {
        const [a, b] = text.split('-') as [string, string?];
        if (b === undefined) throw new FilterError(`illegal port range '${text}'`);
        const [from, to] = [this.#port(a), this.#port(b)].sort((x, y) => x - y) as [number, number];
        return { kind: 'port', dir, from, to, proto };
      }
      case 'proto':
        return this.#protoValue(text, proto);
      case 'net':
        return { kind: 'net', dir, prefix: this.#net(text), proto };
      default:
        return this.#host(text, proto, dir);
    }
  }

  #protoValue(text: string, proto: string | undefined): Filter {
    const name = text.replace(/^\\/, '');
    if (proto === 'ether')
      return {
        kind: 'proto',
        proto:
          /^0x0?800$/i.test(name) || name === '2048'
            ? 'ip'
            : /^0x0?806$/i.test(name) || name === '2054'
              ? 'arp'
              : /^0x86dd$/i.test(name)
                ? 'ip6'
                : name,
      };
    const numbers: Readonly<Record<string, number>> = { icmp: 1, igmp: 2, tcp: 6, udp: 17, icmp6: 58, sctp: 132 };
    const n = numbers[name] ?? Number(name);
    if (!Number.isInteger(n)) throw new FilterError(`unknown ip proto '${name}'`);
    return { kind: 'ipproto', v: proto === 'ip' ? 4 : proto === 'ip6' ? 6 : 0, number: n };
  }

  async #host(text: string, proto: string | undefined, dir: Direction): Promise<Filter> {
    if (proto === 'ether') {
      const mac = parseMac(text);
      if (mac === undefined) throw new FilterError(`unknown ether host '${text}'`);
      return { kind: 'ether', dir, mac };
    }
    if (text.includes('/')) return { kind: 'net', dir, prefix: this.#net(text), proto };
    if (parseMac(text) !== undefined) throw new FilterError('ethernet address used in non-ether expression');
    const literal = parseIp(text);
    const addrs = literal ? [literal] : await this.lookup(text);
    if (!addrs || addrs.length === 0) throw new FilterError(`unknown host '${text}'`);
    return { kind: 'host', dir, addrs, proto };
  }

  #net(text: string): Prefix {
    const [host, bitsText] = text.split('/') as [string, string?];
    let mask = bitsText;
    if (mask === undefined && this.#peek() === 'mask') {
      this.#at++;
      mask = this.words[this.#at++];
    }
    const v6 = host.includes(':') ? parseIp(host) : undefined;
    if (v6) return network({ addr: v6, bits: mask === undefined ? 128 : Number(mask) });
    const parts = host.split('.');
    const v4 = parseIp4([...parts, ...new Array<string>(Math.max(0, 4 - parts.length)).fill('0')].join('.'));
    if (v4 === undefined) throw new FilterError(`unknown network '${text}'`);
    const dotted = mask === undefined ? undefined : parseIp4(mask);
    const bits =
      dotted !== undefined
        ? dotted.toString(2).replace(/0+$/, '').length
        : mask === undefined
          ? parts.length * 8
          : Number(mask);
    if (!Number.isInteger(bits) || bits < 0 || bits > 32) throw new FilterError(`mask length must be <= 32`);
    const prefix: Prefix = { addr: { v: 4, value: v4 }, bits };
    if ((network(prefix).addr.value as number) !== v4) throw new FilterError(`non-network bits set in "${text}"`);
    return prefix;
  }

  #port(text: string): number {
    const n = /^\d+$/.test(text) ? Number(text) : servicePort(text);
    if (n === undefined) throw new FilterError(`unknown port '${text}'`);
    if (n > 65535) throw new FilterError(`illegal port number ${n} > 65535`);
    return n;
  }

  #number(): number {
    const w = this.words[this.#at++];
    const n = Number(w);
    if (w === undefined || !Number.isInteger(n)) throw new FilterError('syntax error');
    return n;
  }

  /** `tcp[tcpflags] & (tcp-syn|tcp-ack) = tcp-syn`, `icmp[icmptype] = icmp-echo` */
  #bytes(base: string): Filter {
    this.#at++;
    const inside: string[] = [];
    while (this.#peek() !== undefined && this.#peek() !== ']') inside.push(this.words[this.#at++] as string);
    if (this.words[this.#at++] !== ']') throw new FilterError('syntax error');
    const [field, sizeText] = inside.join('').split(':') as [string, string?];
    const offset = FIELDS[field] ?? Number(field);
    const size = Number(sizeText ?? 1);
    if (!Number.isInteger(offset) || (size !== 1 && size !== 2 && size !== 4)) throw new FilterError('syntax error');
    let mask = 0xffffffff;
    if (this.#peek() === '&') {
      this.#at++;
      mask = this.#sum();
    }
    const op = this.words[this.#at++];
    if (op === undefined || !['=', '==', '!=', '<', '>', '<=', '>='].includes(op))
      throw new FilterError('syntax error');
    return { kind: 'bytes', base, offset, size, mask, op, value: this.#sum() };
  }

  /** Numbers and flag names joined by `|` or `+`, in parentheses or not. */
  #sum(): number {
    let value = 0;
    const open = this.#peek() === '(';
    if (open) this.#at++;
    for (;;) {
      const w = this.words[this.#at++];
      const n = w === undefined ? Number.NaN : (FLAGS[w] ?? ICMP_TYPES[w] ?? Number(w));
      if (Number.isNaN(n)) throw new FilterError('syntax error');
      value |= n;
      if (this.#peek() !== '|' && this.#peek() !== '+') break;
      this.#at++;
    }
    if (open && this.words[this.#at++] !== ')') throw new FilterError('syntax error');
    return value >>> 0;
  }
}

/** @returns undefined for an empty expression; throws {@link FilterError} */
export async function parseFilter(text: string, lookup: HostLookup): Promise<Filter | undefined> {
  const words = tokens(text);
  return words.length === 0 ? undefined : new FilterParser(words, lookup).whole();
}
