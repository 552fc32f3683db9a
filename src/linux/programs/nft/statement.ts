/** The statements of a rule, as far as the packet core holds them. @see nftables src/parser_bison.y: stmt, match_stmt */
import { network, type Prefix, parseIp, parsePrefix } from '../../../base/ip.ts';
import type { NfRule, NfTarget, NftStatement, Not, PortRange } from '../../kernel/netadmin.ts';
import { ctStateBits, protocolNumber } from '../iptables/names.ts';
import { servicePort } from '../services.ts';
import { CommandError, type Line, type Word } from './line.ts';

type Draft = { -readonly [K in keyof NfRule]: NfRule[K] } & { nft: NftStatement[] };

/** Beginnings of statements that nftables knows and that are not carried out. */
const LACKING = new Set(
  'icmp icmpv6 igmp sctp dccp udplite th ether vlan arp fib rt socket osf limit quota log set snat dnat masquerade redirect notrack queue dup fwd meter counter numgen jhash symhash tproxy synproxy flow mark iif oif iiftype oiftype skuid skgid pkttype cpu vmap continue comment esp ah comp index'.split(
    ' ',
  ),
);

function lacking(l: Line, at: Word, text = at.text): never {
  if (at.kind === 'newline' || at.kind === 'semicolon') l.unexpected();
  throw new CommandError(`Error: ${text} is not carried out here`, l.line, at);
}

function prefix(l: Line, at: Word, v: 4 | 6): Prefix {
  const [host, bits] = at.text.split('/') as [string, string?];
  const all = v === 4 ? 32 : 128;
  const ip = parseIp(host);
  if (ip?.v !== v)
    throw new CommandError('Error: an address is wanted here: names, ranges and sets are not carried out', l.line, at);
  if (Number(bits ?? 0) > all)
    throw new CommandError(`Error: Prefix length ${bits} is invalid for type of ${all} bits width`, l.line, at);
  const p = parsePrefix(bits === undefined ? `${host}/${all}` : at.text);
  return p ? network(p) : lacking(l, at);
}

function port(l: Line, at: Word, text: string): number {
  const n = /^\d+$/.test(text) ? Number(text) : servicePort(text);
  if (n === undefined)
    throw new CommandError('Error: Could not resolve service: Servname not supported for ai_socktype', l.line, at);
  if (n > 65535) throw new CommandError('Error: Service out of range', l.line, at);
  return n;
}

function ports(l: Line, at: Word): PortRange {
  if (/[{},@$]/.test(at.text)) lacking(l, at, 'a set of ports');
  const [a, b] = servicePort(at.text) === undefined ? (at.text.split('-') as [string, string?]) : [at.text];
  const from = port(l, at, a);
  const to = b === undefined ? from : port(l, at, b);
  if (to < from) throw new CommandError('Error: Range has zero or negative size', l.line, at);
  return { from, to };
}

/** Operator and value. */
function operand<T>(l: Line, read: (at: Word) => T): Not<T> {
  const not = l.word.text === '!=';
  if (not || l.word.text === '==') l.next();
  return { not, value: read(l.value()) };
}

function iface(at: Word): string {
  const name = at.text.replaceAll('"', '');
  return name.endsWith('*') ? `${name.slice(0, -1)}+` : name;
}

function states(l: Line, at: Word): number {
  const bits = /^[a-z,]+$/.test(at.text) && !/nat/.test(at.text) ? ctStateBits(at.text) : undefined;
  if (bits === undefined) throw new CommandError('Error: Could not parse conntrack state', l.line, at);
  return bits;
}

function protocol(l: Line, at: Word): number {
  const n = protocolNumber(at.text);
  if (n === undefined) throw new CommandError('Error: Could not resolve protocol name', l.line, at);
  return n;
}

class Rule {
  readonly draft: Draft = { modules: [], nft: [] };
  target: Word | undefined;

  constructor(
    readonly l: Line,
    readonly v: 4 | 6,
    readonly table: string,
  ) {}

  /** Each statement once: a rule holds one value of each kind, and counts what all of them match. */
  #note(what: NftStatement, at: Word): void {
    const { nft } = this.draft;
    if (nft.includes(what)) lacking(this.l, at, `a second ${at.text} in a rule`);
    if (nft.includes('counter')) lacking(this.l, at, 'a match behind the counter');
    nft.push(what);
  }

  #header(at: Word): void {
    const { l, draft, v } = this;
    if (at.text !== (v === 4 ? 'ip' : 'ip6'))
      throw new CommandError(
        `Error: conflicting protocols specified: ${v === 4 ? 'ip' : 'ip6'} vs. ${at.text}`,
        l.line,
        at,
      );
    const field = l.next();
    if (field.text === 'saddr' || field.text === 'daddr') {
      this.#note(field.text, field);
      draft[field.text === 'saddr' ? 'src' : 'dst'] = operand(l, (w) => prefix(l, w, v));
    } else if (field.text === 'protocol' && v === 4) this.#protocol('protocol', field);
    else lacking(l, field, `${at.text} ${field.text}`);
  }

  #protocol(what: 'protocol' | 'l4proto', at: Word): void {
    if (this.draft.proto) lacking(this.l, at, 'a second protocol in a rule');
    this.#note(what, at);
    this.draft.proto = operand(this.l, (w) => protocol(this.l, w));
  }

  #ports(at: Word): void {
    const { l, draft } = this;
    const number = at.text === 'tcp' ? 6 : 17;
    const field = l.next();
    if (field.text !== 'sport' && field.text !== 'dport') lacking(l, field, `${at.text} ${field.text}`);
    const p = draft.proto;
    if (p && (p.not || p.value !== number)) {
      const was = p.value === 6 ? 'tcp' : p.value === 17 ? 'udp' : String(p.value);
      throw new CommandError(`Error: conflicting protocols specified: ${was} vs. ${at.text}`, l.line, at);
    }
    draft.proto = { value: number, not: false };
    // the ports tell the protocol
    draft.nft = draft.nft.filter((s) => s !== 'protocol' && s !== 'l4proto');
    this.#note(field.text as 'sport' | 'dport', field);
    draft[field.text as 'sport' | 'dport'] = operand(l, (w) => ports(l, w));
  }

  #verdict(at: Word): NfTarget | undefined {
    const { l } = this;
    switch (at.text) {
      case 'accept':
      case 'drop':
      case 'return':
        return { kind: at.text.toUpperCase() as 'ACCEPT' | 'DROP' | 'RETURN' };
      case 'jump':
      case 'goto':
        this.target = l.name('');
        return { kind: at.text, chain: this.target.text };
      case 'reject':
        if (this.table !== 'filter') lacking(l, at, `reject in table ${this.table}`);
        if (!l.over) lacking(l, l.word, `reject ${l.word.text}`);
        return { kind: 'REJECT', with: this.v === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable' };
      default:
        return undefined;
    }
  }

  #meta(): void {
    const key = this.l.next();
    if (key.text === 'l4proto') this.#protocol('l4proto', key);
    else if (key.text === 'iifname' || key.text === 'oifname') this.#match(key);
    else lacking(this.l, key, `meta ${key.text}`);
  }

  #state(at: Word): void {
    const key = this.l.next();
    if (key.text !== 'state') lacking(this.l, key, `ct ${key.text}`);
    this.#note('state', at);
    this.draft.ctstate = operand(this.l, (w) => states(this.l, w));
  }

  #match(at: Word): void {
    const { l, draft } = this;
    if (at.text === 'ip' || at.text === 'ip6') this.#header(at);
    else if (at.text === 'tcp' || at.text === 'udp') this.#ports(at);
    else if (at.text === 'iifname' || at.text === 'oifname') {
      this.#note(at.text, at);
      draft[at.text === 'iifname' ? 'in' : 'out'] = operand(l, iface);
    } else if (at.text === 'meta') this.#meta();
    else if (at.text === 'ct') this.#state(at);
    else if (at.text === 'counter') {
      this.#note('counter', at);
      if (l.word.text === 'packets') lacking(l, l.word, 'a counter that begins with a number');
    } else if (LACKING.has(at.text)) lacking(l, at);
    else throw new CommandError(`Error: syntax error, unexpected ${at.kind}`, l.line, at);
  }

  read(): void {
    const { l, draft } = this;
    if (l.over) l.unexpected();
    let verdict: Word | undefined;
    while (!l.over) {
      const at = l.next();
      if (verdict) {
        const [from, to] = [verdict.from, at.from];
        const both = `${' '.repeat(from)}${'~'.repeat(verdict.to - from).padEnd(to - from)}${'^'.repeat(at.to - to)}`;
        throw new CommandError('Error: Statement after terminal statement has no effect', l.line, at, both);
      }
      const target = this.#verdict(at);
      if (target) {
        draft.target = target;
        verdict = at;
      } else this.#match(at);
    }
  }
}

/** Reads a rule to the end of its command. @throws CommandError for what nft refuses, and for what is lacking here */
export function statements(l: Line, family: 'ip' | 'ip6', table: string): { rule: NfRule; target?: Word } {
  const r = new Rule(l, family === 'ip' ? 4 : 6, table);
  r.read();
  return { rule: r.draft, ...(r.target && { target: r.target }) };
}
