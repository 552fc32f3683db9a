/**
 * Trace records as events with names. A reader keeps, for each packet, what later records of it need: its protocol,
 * and in which direction of its connection it goes.
 */
import { formatIp, formatIp4, formatIp6, formatMac, formatPrefix, ip4, ip6, network, sameIp } from '../../base/ip.ts';
import { Hook, Target, type TraceRecord } from '../../linux/core/core.ts';
import { tcpFlags } from '../../linux/core/summary-tcp.ts';
import * as t from '../../linux/core/trace.ts';
import { errnoOf } from '../../linux/kernel/errno.ts';
import type { Ends, EventOf, JourneyEvent, Rewrite } from './event.ts';
import type { Names } from './names.ts';

const ICMP = [1, 58];
const PROTOCOLS: Readonly<Record<number, string>> = { 1: 'ICMP', 6: 'TCP', 17: 'UDP', 58: 'ICMPv6' };
const HOOKS = Object.keys(Hook);
const TARGETS = Object.keys(Target);
const PKTTYPES = ['us', 'broadcast', 'multicast', 'other', 'out'] as const;
const ROUTE_TYPES: Readonly<Record<number, EventOf<'route'>['type']>> = {
  1: 'unicast',
  2: 'local',
  3: 'broadcast',
  5: 'multicast',
};
const TABLES: Readonly<Record<number, string>> = { 253: 'default', 254: 'main', 255: 'local' };
const STATES: Readonly<Record<number, string>> = {
  0: 'NONE',
  1: 'INCOMPLETE',
  2: 'REACHABLE',
  4: 'STALE',
  8: 'DELAY',
  16: 'PROBE',
  32: 'FAILED',
  64: 'NOARP',
  128: 'PERMANENT',
};
/** States in which an entry has a MAC address that is used. */
const VALID = 2 | 4 | 8 | 16 | 64 | 128;
const CT: Readonly<Record<number, EventOf<'tracked'>['state']>> = { 2: 'NEW', 4: 'ESTABLISHED', 8: 'RELATED' };
const SOCKETS: Readonly<Record<number, EventOf<'socket'>['how']>> = {
  [t.SOCK_TO_CONN]: 'connection',
  [t.SOCK_TO_LISTENER]: 'listener',
  [t.SOCK_TO_DATAGRAM]: 'datagram',
  [t.SOCK_TO_RAW]: 'raw',
  [t.SOCK_TO_NONE]: 'nobody',
};
const ARP_RESULTS = ['ignored', 'answered', 'learned'] as const;
const ICMP_RESULTS = ['ignored', 'answered', 'told', 'reply', 'read'] as const;

/** What later records of a packet need. */
interface Seen {
  proto?: number;
  /** Its connection's answer: rewriting is undone. */
  reply?: boolean;
  /** IPv6 addresses of the record to come, in order. */
  in6?: bigint[];
}

/** The next address of a record: the IPv6 address that went before it, or an IPv4 number. */
function address(n: number, seen: Seen): string {
  const next = seen.in6?.shift();
  return next === undefined ? formatIp4(n) : formatIp6(next);
}

/** Name of a transport protocol. */
const protocol = (n: number): string => PROTOCOLS[n] ?? `protocol ${n}`;
/** A MAC address in two words, the upper half of the first of no concern. */
const mac = (hi: number, lo: number): string => formatMac((hi & 0xffff) * 0x100000000 + lo);

type Reading = (r: TraceRecord, names: Names, seen: Seen) => JourneyEvent;

/** How each kind of record is read. L4 and PARENT add to the packet's title only, see journey.ts. */
const READINGS: Readonly<Record<number, Reading>> = {
  [t.TRACE_NEW]: (r, _, seen) => ({ kind: 'made', ...ends(r, seen) }),
  [t.TRACE_PICKED]: (r, _, seen) => ({ kind: 'picked', ...ends(r, seen) }),
  [t.TRACE_PARENT]: (r) => ({ kind: 'because', cause: r.a }),
  [t.TRACE_DEV_IN]: (r) => ({ kind: 'arrives', to: PKTTYPES[r.a] ?? 'us', bytes: r.b, ethertype: r.c }),
  [t.TRACE_DEV_OUT]: (r) => ({ kind: 'leaves', bytes: r.a, ethertype: r.b }),
  [t.TRACE_HOOK]: (r, names) => {
    const [from, out] = [names.device(r.b), names.device(r.c)];
    return {
      kind: 'hook',
      hook: HOOKS[r.a & 0xff] ?? String(r.a & 0xff),
      bridge: (r.a & 0x100) !== 0,
      ...(from !== undefined && { in: from }),
      ...(out !== undefined && { out }),
    };
  },
  [t.TRACE_RULE]: (r, names) => ({ kind: 'rule', ...names.rule(r.ns, r.a, r.b), target: TARGETS[r.c] ?? String(r.c) }),
  [t.TRACE_POLICY]: (r, names) => {
    const verdict = r.b === 0 ? 'DROP' : 'ACCEPT';
    return { kind: 'policy', policy: { ...names.chain(r.ns, r.a), verdict } };
  },
  [t.TRACE_RETURN]: (r, names) => ({ kind: 'chain-end', ...names.chain(r.ns, r.a) }),
  [t.TRACE_MARK]: (r) => ({ kind: 'mark', from: r.a, to: r.b }),
  [t.TRACE_ENCAP]: (r) => ({
    kind: 'encapsulated',
    vni: r.a,
    to: formatIp4(r.b),
    sport: r.c >>> 16,
    dport: r.c & 0xffff,
  }),
  [t.TRACE_DECAP]: (r) => ({ kind: 'decapsulated', vni: r.a, from: formatIp4(r.b) }),
  [t.TRACE_QUEUE]: (r) => ({ kind: 'queued', qdisc: t.qdiscName(r.a), backlog: r.b, us: r.c }),
  [t.TRACE_IPVS]: (r) => ({ kind: 'ipvs', server: formatIp4(r.b), port: r.c >>> 1, fresh: (r.c & 1) === 1 }),
  [t.TRACE_ROUTE]: (r, names, seen) => route(r, names.device(r.dev), seen),
  [t.TRACE_NO_ROUTE]: (r, _, seen) => ({ kind: 'no-route', dst: address(r.a, seen), errno: errnoOf(-r.b).text }),
  [t.TRACE_FDB]: fdb,
  [t.TRACE_FLOOD]: (r, names) => {
    const port = names.device(r.a) ?? '?';
    return { kind: 'flood', port, ...(r.b !== 0 && { not: r.b === 1 ? 'isolated' : 'down' }) };
  },
  [t.TRACE_LEARN]: (r, names) => ({ kind: 'learned', mac: mac(r.b, r.c), port: names.device(r.a) ?? '?' }),
  [t.TRACE_SNAT]: (r, _, seen) => ({ kind: 'rewritten', rewrite: rewrite(r, 'source', seen) }),
  [t.TRACE_DNAT]: (r, _, seen) => ({ kind: 'rewritten', rewrite: rewrite(r, 'destination', seen) }),
  [t.TRACE_DROP]: (r) => ({ kind: 'dropped', reason: r.a }),
  [t.TRACE_SOCK]: (r, names) => {
    const how = SOCKETS[r.c] ?? 'datagram';
    const by = how === 'raw' ? undefined : names.holder(r.a);
    return { kind: 'socket', how, proto: protocol(r.b), ...(how === 'raw' && { count: r.a }), ...(by && { by }) };
  },
  [t.TRACE_NEIGH]: (r, _, seen) => {
    const state = r.b & 0xffff;
    return {
      kind: 'neighbour',
      ip: address(r.a, seen),
      state: STATES[state] ?? String(state),
      ...((state & VALID) !== 0 && { mac: mac(r.b >>> 16, r.c) }),
    };
  },
  [t.TRACE_NEIGH_DONE]: (r, _, seen) => ({ kind: 'neighbour-found', ip: address(r.a, seen), mac: mac(r.b, r.c) }),
  [t.TRACE_ARP]: (r) => ({ kind: 'arp-made', ...arp(r) }),
  [t.TRACE_ARP_IN]: (r) => ({ kind: 'arp-read', ...arp(r), result: ARP_RESULTS[r.a >> 8] ?? 'ignored' }),
  [t.TRACE_CT]: (r, _, seen) => {
    seen.reply = r.c === 1;
    return { kind: 'tracked', state: CT[r.b] ?? 'NEW', reply: r.c === 1, connection: r.a };
  },
  [t.TRACE_CT_NONE]: (r) => ({ kind: 'untracked', why: r.a === 2 ? 'notrack' : 'invalid' }),
  [t.TRACE_CT_CONFIRM]: (r) => ({ kind: 'confirmed', connection: r.a }),
  [t.TRACE_TTL]: (r) => ({ kind: 'ttl', ttl: r.a }),
  [t.TRACE_FRAG_WAIT]: (r) => ({ kind: 'fragment-waits', offset: r.a, bytes: r.b, local: r.c === 0 }),
  [t.TRACE_FRAG_WHOLE]: (r) => ({ kind: 'reassembled', bytes: r.a }),
  [t.TRACE_MERGED]: (r) => ({ kind: 'merged', into: r.a }),
  [t.TRACE_FRAGMENT]: (r) => ({ kind: 'fragment', offset: r.a, bytes: r.b, mtu: r.c }),
  [t.TRACE_ICMP_IN]: (r) => ({
    kind: 'icmp-read',
    v6: r.c === 6,
    type: r.a >> 8,
    code: r.a & 0xff,
    result: ICMP_RESULTS[r.b] ?? 'ignored',
  }),
  [t.TRACE_VOID]: () => ({ kind: 'void' }),
};

/** What the packet is, as far as IP tells. */
function ends(r: TraceRecord, seen: Seen): Ends {
  seen.proto = r.a;
  const end = (a: number): string => (a === 0 && !seen.in6?.length ? '' : address(a, seen));
  return { proto: r.a === 0 && !seen.in6?.length ? '' : protocol(r.a), src: end(r.b), dst: end(r.c) };
}

function route(r: TraceRecord, out: string | undefined, seen: Seen): JourneyEvent {
  const [dst6, via6] = seen.in6?.splice(0) ?? [];
  const to = dst6 === undefined ? ip4(r.a) : ip6(dst6);
  const via = via6 === undefined ? ip4(r.b) : ip6(via6);
  const type = ROUTE_TYPES[r.c & 0xff] ?? 'other';
  const bits = (r.c >> 8) & 0xff;
  const table = r.c >>> 16;
  return {
    kind: 'route',
    dst: formatIp(to),
    ...(!sameIp(via, to) && { via: formatIp(via) }),
    ...(out !== undefined && { out }),
    type,
    table: TABLES[table] ?? String(table),
    prefix: bits === 0 ? 'default' : formatPrefix(network({ addr: to, bits })),
  };
}

function fdb(r: TraceRecord, names: Names): JourneyEvent {
  const from = r.b >>> 16;
  const port = r.a === 0 || r.a === r.dev ? undefined : names.device(r.a);
  return {
    kind: 'fdb',
    bridge: names.device(r.dev) ?? '?',
    mac: mac(r.b, r.c),
    ...(port !== undefined && { port }),
    group: (r.b & 0x100) !== 0,
    up: r.a === r.dev,
    hairpin: port !== undefined && from === r.a,
  };
}

function rewrite(r: TraceRecord, side: Rewrite['side'], seen: Seen): Rewrite {
  const [was, is] = [r.c >>> 16, r.c & 0xffff];
  const end = (n: number, port: number): string => {
    const text = address(n, seen);
    if (r.c === 0 || seen.proto === undefined) return text;
    if (ICMP.includes(seen.proto)) return was === is ? text : `${text} id ${port}`;
    return text.includes(':') ? `[${text}]:${port}` : `${text}:${port}`;
  };
  return { side, from: end(r.a, was), to: end(r.b, is), undone: seen.reply === true };
}

function arp(r: TraceRecord): { op: 'request' | 'reply'; sender: string; target: string } {
  return { op: (r.a & 0xff) === 1 ? 'request' : 'reply', sender: formatIp4(r.b), target: formatIp4(r.c) };
}

/** What a TRACE_L4 record adds to the packet it is about. */
export function endsOf(of: Ends, r: TraceRecord): Ends {
  const { proto, src, dst } = of;
  const made = { proto, src, dst };
  const [hi, lo] = [r.a >>> 16, r.a & 0xffff];
  if (made.proto.startsWith('ICMP')) return { ...made, type: r.b >> 8, code: r.b & 0xff, id: hi, seq: lo };
  const ports = { ...made, sport: hi, dport: lo, bytes: r.b >>> 8 };
  return made.proto === 'TCP' ? { ...ports, flags: tcpFlags(r.b & 0xff) } : ports;
}

/** Whether a kind of record is known. L4 and IN6 are, although they are no steps of their own. */
export function isKnown(what: number): boolean {
  return what === t.TRACE_L4 || what === t.TRACE_IN6 || READINGS[what] !== undefined;
}

/** Reads the records of one core in order. */
export class Reader {
  /** By packet; the oldest are forgotten. */
  readonly #seen = new Map<number, Seen>();

  /** Keeps an address (TRACE_IN6) for the record that tells it. */
  address(r: TraceRecord): void {
    const bytes = [r.dev, r.a, r.b, r.c].reduce((all, word) => (all << 32n) | BigInt(word), 0n);
    const seen = this.#of(r.packet);
    seen.in6 = [...(seen.in6 ?? []), bytes];
  }

  read(r: TraceRecord, names: Names): JourneyEvent {
    const reading = READINGS[r.what];
    return reading ? reading(r, names, this.#of(r.packet)) : { kind: 'other', what: r.what, a: r.a, b: r.b, c: r.c };
  }

  #of(packet: number): Seen {
    let seen = this.#seen.get(packet);
    if (!seen) {
      seen = {};
      this.#seen.set(packet, seen);
      if (this.#seen.size > 4096) this.#seen.delete(this.#seen.keys().next().value as number);
    }
    return seen;
  }
}
