/**
 * Filter expressions of libpcap: `tcp port 80 and not host 10.0.0.1`, into a tree.
 *
 * Limits: no mpls, pppoe and geneve, no protochain, inbound on files.
 * @see pcap-filter(7), libpcap grammar.y
 */
import { type IpAddr, network, type Prefix, parseIp, parseIp4, parseMac } from '../../../../base/ip.ts';
import { servicePort } from '../../services.ts';
import { type Expression, numberOf } from './arithmetic.ts';
import { possible } from './possible.ts';
import { ETHER_PROTOS, IP_PROTOS } from './proto.ts';
import { FilterError, Reader, tokens } from './reader.ts';

export { FilterError } from './reader.ts';

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
  | { readonly kind: 'cast'; readonly what: 'broadcast' | 'multicast'; readonly ether: boolean; readonly v?: 4 | 6 }
  | { readonly kind: 'way'; readonly out: boolean }
  | { readonly kind: 'vlan'; readonly id: number | undefined }
  | { readonly kind: 'ethertype'; readonly type: number }
  | { readonly kind: 'relation'; readonly op: string; readonly left: Expression; readonly right: Expression };

/** Looks a host name up while compiling; undefined when it has no address. */
export type HostLookup = (name: string) => Promise<readonly IpAddr[] | undefined>;

const PROTOS: ReadonlySet<string> = new Set([
  'ether',
  'link',
  'stp',
  ...Object.keys(ETHER_PROTOS),
  ...Object.keys(IP_PROTOS),
]);
const isProtocol = (word: string): boolean => PROTOS.has(word);
/** More names of /etc/protocols. */
const PROTOCOLS: Readonly<Record<string, number>> = { ipencap: 4, ipv6: 41, gre: 47, 'ipv6-icmp': 58, ospf: 89 };
const RELATIONS: ReadonlySet<string> = new Set(['=', '==', '!=', '<', '>', '<=', '>=']);

class FilterParser {
  readonly #words: Reader;
  /** Qualifiers of the last primitive, for `port 80 or 443`. */
  #last: { proto?: string; dir: Direction; type: string } | undefined;

  constructor(
    words: readonly string[],
    readonly lookup: HostLookup,
  ) {
    this.#words = new Reader(words);
  }

  #peek(): string | undefined {
    return this.#words.peek();
  }

  async whole(): Promise<Filter> {
    const f = await this.#or();
    if (this.#peek() !== undefined) throw new FilterError('syntax error');
    return f;
  }

  // `and` and `or` have the same precedence in libpcap and go from left to right
  async #or(): Promise<Filter> {
    let left = await this.#unary();
    for (;;) {
      const op = this.#peek();
      const kind = op === 'and' || op === '&&' ? 'and' : op === 'or' || op === '||' ? 'or' : undefined;
      if (!kind) return left;
      this.#words.at++;
      left = { kind, left, right: await this.#unary() };
    }
  }

  async #unary(): Promise<Filter> {
    const w = this.#peek();
    if (w === 'not' || w === '!') {
      this.#words.at++;
      return { kind: 'not', of: await this.#unary() };
    }
    const relation = this.#relation(w);
    if (relation) return relation;
    if (w === '(') {
      this.#words.at++;
      const f = await this.#or();
      if (this.#words.next() !== ')') throw new FilterError('syntax error');
      return f;
    }
    return this.#primitive();
  }

  /** `tcp[13] & 2 != 0`; undefined when what stands here is no comparison. */
  #relation(w: string | undefined): Filter | undefined {
    const bytes = w !== undefined && isProtocol(w) && this.#words.words[this.#words.at + 1] === '[';
    if (!bytes && (w === undefined || !(w === '(' || w === '-' || w === 'len' || numberOf(w) !== undefined)))
      return undefined;
    const start = this.#words.at;
    try {
      const left = this.#words.expression(isProtocol);
      const op = this.#words.next();
      if (op !== undefined && RELATIONS.has(op))
        return { kind: 'relation', op, left, right: this.#words.expression(isProtocol) };
      if (bytes) throw new FilterError('syntax error');
    } catch (e) {
      if (bytes || !(e instanceof FilterError)) throw e;
    }
    this.#words.at = start;
    return undefined;
  }

  async #primitive(): Promise<Filter> {
    const w = this.#words.next();
    if (w === undefined) throw new FilterError('syntax error');
    if (w === 'inbound' || w === 'outbound') return { kind: 'way', out: w === 'outbound' };
    if (w === 'less' || w === 'greater') return { kind: 'length', less: w === 'less', bytes: this.#number() };
    if (w === 'broadcast' || w === 'multicast') return { kind: 'cast', what: w, ether: true };
    if (w === 'vlan') return { kind: 'vlan', id: this.#vlan() };
    if (w === 'gateway') throw new FilterError("'gateway' not supported in this configuration");
    let proto: string | undefined;
    let word: string | undefined = w;
    if (w === 'proto') {
      this.#last = { dir: 'either', type: 'proto' };
      return this.#value(this.#words.next() ?? '');
    }
    if (isProtocol(w)) {
      proto = w;
      word = this.#peek();
      const follows =
        word !== undefined &&
        ['src', 'dst', 'host', 'net', 'port', 'portrange', 'proto', 'broadcast', 'multicast'].includes(word);
      if (!follows) {
        if (proto === 'ether' || proto === 'link') throw new FilterError('syntax error');
        return { kind: 'proto', proto };
      }
      this.#words.at++;
      if (word === 'broadcast' || word === 'multicast') {
        const v = proto === 'ip' ? 4 : proto === 'ip6' ? 6 : undefined;
        return { kind: 'cast', what: word, ether: v === undefined, v };
      }
    }
    return this.#qualified(proto, word as string);
  }

  /** The id behind `vlan`, when there is one. */
  #vlan(): number | undefined {
    const id = Number(this.#peek() ?? '');
    if (this.#peek() === undefined || !Number.isInteger(id)) return undefined;
    this.#words.at++;
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
      const other = this.#words.words[this.#words.at + 1];
      if ((joint === 'or' || joint === 'and') && (other === 'src' || other === 'dst') && other !== word) {
        dir = joint === 'or' ? 'either' : 'both';
        this.#words.at += 2;
      }
      word = this.#words.next() ?? '';
    }
    const types = ['host', 'net', 'port', 'portrange', 'proto'];
    if (types.includes(word)) {
      this.#last = { proto, dir, type: word };
      const value = this.#words.next();
      if (value === undefined) throw new FilterError('syntax error');
      return this.#value(value);
    }
    if (explicit) {
      // `src 10.0.0.1`: the type is host, or net when it has a mask
      this.#last = { proto, dir, type: word.includes('/') ? 'net' : 'host' };
      return this.#value(word);
    }
    // a bare value takes the qualifiers of the primitive before it
    if (!/^\w/.test(word)) throw new FilterError('syntax error');
    if (!this.#last) {
      const before = this.#words.words[this.#words.at - 2] ?? '(';
      throw new FilterError(before === '(' ? 'syntax error' : 'syntax error in filter expression');
    }
    return this.#value(word);
  }

  async #value(text: string): Promise<Filter> {
    if (text === '(') {
      // `port (80 or 443)`
      const inner = await this.#or();
      this.#words.expect(')');
      return inner;
    }
    const { proto, dir, type } = this.#last ?? { dir: 'either', type: 'host' };
    switch (type) {
      case 'port': {
        const n = this.#port(text);
        return { kind: 'port', dir, from: n, to: n, proto };
      }
      case 'portrange': {
        const [a, b] = text.split('-') as [string, string?];
        const [from, to] = [this.#port(a), this.#port(b ?? a)].sort((x, y) => x - y) as [number, number];
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
    // what is a word of the language is a name behind a backslash only
    if (name === text && isProtocol(name)) throw new FilterError('syntax error');
    const numeric = numberOf(name);
    if (proto === 'ether') {
      const type = numeric ?? ETHER_PROTOS[name];
      if (type === undefined) throw new FilterError(`unknown ether proto '${name}'`);
      return { kind: 'ethertype', type };
    }
    const n = numeric ?? (name === 'icmp6' ? undefined : IP_PROTOS[name]) ?? PROTOCOLS[name];
    if (n === undefined) throw new FilterError(`unknown ip proto '${name}'`);
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
      this.#words.at++;
      mask = this.#words.next();
    }
    const v6 = host.includes(':') ? parseIp(host) : undefined;
    if (v6) return network({ addr: v6, bits: mask === undefined ? 128 : Number(mask) });
    const parts = host.split('.');
    const v4 = parseIp4([...parts, ...new Array<string>(Math.max(0, 4 - parts.length)).fill('0')].join('.'));
    if (v4 === undefined)
      throw new FilterError(/^[\d.]+$/.test(host) ? `invalid IPv4 address '${host}'` : `unknown network '${host}'`);
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
    const w = this.#words.next();
    const n = Number(w);
    if (w === undefined || !Number.isInteger(n)) throw new FilterError('syntax error');
    return n;
  }
}

/** @returns undefined for an empty expression; throws {@link FilterError} */
export async function parseFilter(text: string, lookup: HostLookup): Promise<Filter | undefined> {
  const words = tokens(text);
  if (words.length === 0) return undefined;
  const filter = await new FilterParser(words, lookup).whole();
  if (!possible(filter)) throw new FilterError('expression rejects all packets');
  return filter;
}
