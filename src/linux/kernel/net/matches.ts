/** Matches beside the common ones as records of the core. @see wasm/abi/match.ts */

import type { IpAddr, Prefix } from '../../../base/ip.ts';
import type { CoreMatch } from '../../core/core.ts';
import * as abi from '../../core/match.ts';
import type { NfRule, Not } from '../netadmin.ts';
import type {
  AddrType,
  ConnlimitMatch,
  ConntrackMatch,
  HashlimitMatch,
  IpvsMatch,
  NfMatch,
  PhysdevMatch,
  RecentMatch,
  Span,
  StringMatch,
  TimeMatch,
  U32Match,
} from '../nfmatch.ts';
import { toAddr16 } from './addr16.ts';

/** RTN_* of the names of addrtype. */
const TYPE: Readonly<Record<AddrType, number>> = {
  UNSPEC: 0,
  UNICAST: 1,
  LOCAL: 2,
  BROADCAST: 3,
  ANYCAST: 4,
  MULTICAST: 5,
  BLACKHOLE: 6,
  UNREACHABLE: 7,
  PROHIBIT: 8,
};
const STATUS: Readonly<Record<string, number>> = {
  NONE: 0x80000000,
  EXPECTED: 1,
  SEEN_REPLY: 2,
  ASSURED: 4,
  CONFIRMED: 8,
};
const PKTTYPE = { unicast: abi.PKT_HOST, broadcast: abi.PKT_BROADCAST, multicast: abi.PKT_MULTICAST } as const;

/** 32 bytes: an address and its mask, or two addresses. */
function twoAddresses(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(32);
  out.set(a);
  out.set(b, 16);
  return out;
}

function prefixBytes(p: Prefix): Uint8Array {
  const ones = p.addr.v === 4 ? 96 + p.bits : p.bits;
  const mask = Uint8Array.from({ length: 16 }, (_, i) => (0xff00 >> Math.min(8, Math.max(0, ones - 8 * i))) & 0xff);
  return twoAddresses(toAddr16(p.addr), mask);
}

const rangeBytes = ([lo, hi]: readonly [IpAddr, IpAddr]): Uint8Array => twoAddresses(toAddr16(lo), toAddr16(hi));

/** Name and mask of a bridge port; a trailing + leaves the rest open. */
function nameBytes(name: string): Uint8Array {
  const prefix = name.endsWith('+');
  const text = prefix ? name.slice(0, -1) : name;
  const out = new Uint8Array(32);
  for (let i = 0; i < Math.min(text.length, 15); i++) out[i] = text.charCodeAt(i);
  out.fill(0xff, 16, 16 + (prefix ? text.length : Math.min(text.length + 1, 16)));
  return out;
}

const span = (s: Span): number[] => [s.from, s.to];
const u64 = (n: number): [number, number] => [n % 2 ** 32, Math.floor(n / 2 ** 32)];

class Records {
  readonly out: CoreMatch[] = [];

  /** @param epochNs ns since 1970 at virtual time 0 */
  constructor(readonly epochNs: bigint) {}

  add<T>(
    kind: number,
    value: Not<T> | undefined,
    words: (v: T) => readonly number[] | Uint8Array,
    more: { readonly p?: number; readonly q?: number } = {},
  ): void {
    if (value) this.out.push({ kind, not: value.not, words: words(value.value), ...more });
  }
}

function conntrack(o: Records, m: ConntrackMatch): void {
  o.add(abi.MX_CTPROTO, m.proto, (v) => [v]);
  [m.origsrc, m.origdst, m.replsrc, m.repldst].forEach((a, p) => {
    o.add(abi.MX_CTADDR, a, prefixBytes, { p });
  });
  [m.origsrcport, m.origdstport, m.replsrcport, m.repldstport].forEach((a, p) => {
    o.add(abi.MX_CTPORT, a, span, { p });
  });
  o.add(abi.MX_CTSTATUS, m.status, (names) => [names.reduce((n, s) => n | (STATUS[s] ?? 0), 0) >>> 0]);
  o.add(abi.MX_CTEXPIRE, m.expire, span);
  if (m.dir) o.add(abi.MX_CTDIR, { value: m.dir, not: false }, (d) => [d === 'REPLY' ? 1 : 0]);
}

function physdev(o: Records, m: PhysdevMatch): void {
  o.add(abi.MX_PHYSDEV, m.isIn, () => [], { p: 2 });
  o.add(abi.MX_PHYSDEV, m.in, nameBytes, { p: 0 });
  o.add(abi.MX_PHYSDEV, m.isOut, () => [], { p: 3 });
  o.add(abi.MX_PHYSDEV, m.out, nameBytes, { p: 1 });
  o.add(abi.MX_PHYSDEV, m.isBridged, () => [], { p: 4 });
}

function ipvs(o: Records, m: IpvsMatch): void {
  o.add(abi.MX_IPVS, m.ipvs, () => [], { p: 0 });
  o.add(abi.MX_IPVS, m.proto, (v) => [v], { p: 1 });
  o.add(
    abi.MX_IPVS,
    m.addr,
    (p) => [p.addr.v === 4 ? p.addr.value : 0, p.bits === 0 ? 0 : (0xffffffff << (32 - p.bits)) >>> 0],
    { p: 2 },
  );
  o.add(abi.MX_IPVS, m.port, (v) => [v], { p: 3 });
  o.add(abi.MX_IPVS, m.dir, (d) => [d === 'REPLY' ? 1 : 0], { p: 4 });
  o.add(abi.MX_IPVS, m.method, (x) => [{ MASQ: abi.VS_FWD_MASQ, IPIP: abi.VS_FWD_TUNNEL, GATE: abi.VS_FWD_ROUTE }[x]], {
    p: 5,
  });
}

/** Two rules that name the same table share its buckets. */
const tableOf = (name: string): number => [...name].reduce((h, c) => (h * 31 + c.charCodeAt(0)) >>> 0, 7) || 1;

function hashlimit(o: Records, m: HashlimitMatch): void {
  const has = (x: string, bit: number): number => (m.mode.includes(x) ? bit : 0);
  o.out.push({
    kind: abi.MX_HASHLIMIT,
    p: has('srcip', 1) | has('dstip', 2) | has('srcport', 4) | has('dstport', 8),
    q: m.above ? 1 : 0,
    words: [
      ...u64(Math.floor((m.per * 1e9) / m.count)),
      m.burst,
      tableOf(m.name),
      m.expire ?? m.per * 1000,
      0,
      0,
      0,
      m.srcmask | (m.dstmask << 16),
    ],
  });
}

/** What the core knows a table of `recent` by: FNV-1a of its name, 64 bits. */
export function recentTable(name: string): bigint {
  let h = 0xcbf29ce484222325n;
  for (const c of new TextEncoder().encode(name)) h = ((h ^ BigInt(c)) * 0x100000001b3n) & 0xffffffffffffffffn;
  return h;
}

/** A record with an address's mask at E. */
function withMask(words: readonly number[], mask: Uint8Array): Uint8Array {
  const out = new Uint8Array(32);
  const view = new DataView(out.buffer);
  words.forEach((w, i) => {
    view.setUint32(4 * i, w, true);
  });
  out.set(mask, 16);
  return out;
}

/** Of IPv4 the mapped part is the same for all. */
function maskOf(mask: IpAddr): Uint8Array {
  const out = toAddr16(mask);
  if (mask.v === 4) out.fill(0xff, 0, 12);
  return out;
}

function recent(o: Records, m: RecentMatch): void {
  const how = { set: abi.RECENT_SET, rcheck: abi.RECENT_CHECK, update: abi.RECENT_UPDATE, remove: abi.RECENT_REMOVE };
  const name = recentTable(m.name);
  o.out.push({
    kind: abi.MX_RECENT,
    not: m.not,
    p: how[m.how] | (m.rttl ? abi.RECENT_TTL : 0) | (m.reap ? abi.RECENT_REAP : 0),
    q: m.side === 'source' ? 1 : 2,
    words: withMask([Number(name & 0xffffffffn), m.seconds ?? 0, m.hitcount ?? 0, Number(name >> 32n)], maskOf(m.mask)),
  });
}

function connlimit(o: Records, m: ConnlimitMatch): void {
  o.out.push({
    kind: abi.MX_CONNLIMIT,
    not: m.upto,
    p: m.side === 'src' ? 1 : 2,
    words: withMask([m.limit], prefixBytes(m.net).subarray(16)),
  });
}

function time(o: Records, m: TimeMatch): void {
  o.out.push({
    kind: abi.MX_TIME,
    p: m.contiguous ? 1 : 0,
    words: [
      m.dateStart,
      m.dateStop,
      m.dayStart,
      m.dayStop,
      m.monthDays,
      m.weekDays,
      Number(o.epochNs & 0xffffffffn),
      Number(o.epochNs >> 32n),
    ],
  });
}

const STEP = { '&': abi.U32_AND, '<<': abi.U32_LEFT, '>>': abi.U32_RIGHT, '@': abi.U32_AT } as const;
/** Instructions in one record, two words each. */
const INSTRUCTIONS = 5;

function u32(o: Records, m: U32Match): void {
  const program = m.tests.flatMap((t) => [
    [abi.U32_LOAD, t.offset],
    ...t.steps.map(([op, n]) => [STEP[op], n]),
    ...t.values.flatMap((v) => [
      [abi.U32_MIN, v.from],
      [abi.U32_MAX, v.to],
    ]),
    [abi.U32_END, 0],
  ]);
  o.out.push({ kind: abi.MX_U32, not: m.not, words: [program.length] });
  for (let i = 0; i < program.length; i += INSTRUCTIONS)
    o.out.push({ kind: abi.MX_BYTES, words: program.slice(i, i + INSTRUCTIONS).flat() });
}

/** The sum of the bits that are meant. */
const bits = (...of: readonly (readonly [boolean | undefined, number])[]): number =>
  of.reduce((n, [set, bit]) => (set ? n | bit : n), 0);

/** Bytes of a pattern in one record. */
const PIECE = 40;

function string(o: Records, m: StringMatch): void {
  o.out.push({
    kind: abi.MX_STRING,
    not: m.not,
    p: m.icase ? 1 : 0,
    words: [m.pattern.length, m.from, m.to],
  });
  for (let i = 0; i < m.pattern.length; i += PIECE)
    o.out.push({ kind: abi.MX_BYTES, words: m.pattern.subarray(i, i + PIECE) });
}

/** What a module's match is in records. */
const WRITERS: { readonly [K in NfMatch['module']]: (o: Records, m: Extract<NfMatch, { module: K }>) => void } = {
  conntrack,
  connmark: (o, m) => o.add(abi.MX_CONNMARK, m.mark, (v) => [v.value, v.mask]),
  iprange: (o, m) => {
    o.add(abi.MX_IPRANGE, m.src, rangeBytes, { p: 1 });
    o.add(abi.MX_IPRANGE, m.dst, rangeBytes, { p: 2 });
  },
  addrtype: (o, m) => {
    const bits = (t: readonly AddrType[]): number[] => [t.reduce((n, x) => n | (1 << TYPE[x]), 0)];
    const q = m.limit === 'in' ? 1 : m.limit === 'out' ? 2 : 0;
    o.add(abi.MX_ADDRTYPE, m.src, bits, { p: 1, q });
    o.add(abi.MX_ADDRTYPE, m.dst, bits, { p: 2, q });
  },
  statistic: (o, m) => {
    const not = m.not;
    if (m.mode === 'random') o.add(abi.MX_RANDOM, { value: m.probability ?? 0, not }, (v) => [v]);
    else o.add(abi.MX_NTH, { value: m.every ?? 1, not }, (v) => [v, m.packet ?? 0]);
  },
  mac: (o, m) => o.add(abi.MX_MAC, m.source, (v) => [Math.floor(v / 2 ** 32), v % 2 ** 32]),
  owner: (o, m) => {
    o.add(abi.MX_OWNER, m.uid, span, { p: 1 });
    o.add(abi.MX_OWNER, m.gid, span, { p: 2 });
    o.add(abi.MX_OWNER, m.socket, () => [], { p: 4 });
  },
  pkttype: (o, m) => o.add(abi.MX_PKTTYPE, m.type, (t) => [PKTTYPE[t]]),
  length: (o, m) => o.add(abi.MX_LENGTH, m.length, span),
  ttl: (o, m) => o.add(abi.MX_TTL, m.ttl, (v) => [v], { p: m.how === 'eq' ? 0 : m.how === 'lt' ? 1 : 2 }),
  tos: (o, m) => o.add(abi.MX_TOS, m.tos, (v) => [v.value, v.mask]),
  dscp: (o, m) => o.add(abi.MX_TOS, m.dscp, (v) => [v << 2, 0xfc]),
  physdev,
  ipvs,
  hashlimit,
  quota: (o, m) => o.add(abi.MX_QUOTA, m.bytes, u64),
  recent,
  connlimit,
  string,
  time,
  tcpmss: (o, m) => o.add(abi.MX_TCPMSS, m.mss, span),
  ecn: (o, m) => {
    o.add(abi.MX_ECN, m.ect, (v) => [v], { p: 0 });
    o.add(abi.MX_ECN, m.ece, () => [0x40], { p: 1 });
    o.add(abi.MX_ECN, m.cwr, () => [0x80], { p: 1 });
  },
  u32,
  rpfilter: (o, m) => {
    const p = bits([m.loose, abi.RPF_LOOSE], [m.validmark, abi.RPF_VALIDMARK], [m.acceptLocal, abi.RPF_ACCEPT_LOCAL]);
    o.out.push({ kind: abi.MX_RPFILTER, not: m.invert ?? false, p, words: [] });
  },
  // Nothing here is IPsec's, and no connection is another's.
  policy: (o, m) => o.out.push({ kind: abi.MX_FIXED, words: [m.pol === 'none' ? 1 : 0] }),
  helper: (o, m) => o.add(abi.MX_FIXED, m.helper, () => [0], { p: 1 }),
  socket: (o, m) =>
    o.out.push({
      kind: abi.MX_SOCKET,
      p: bits(
        [m.transparent, abi.SOCKET_TRANSPARENT],
        [m.nowildcard, abi.SOCKET_NOWILDCARD],
        [m.restore, abi.SOCKET_RESTORE],
      ),
      words: [],
    }),
  hl: (o, m) => o.add(abi.MX_TTL, m.hl, (v) => [v], { p: m.how === 'eq' ? 0 : m.how === 'lt' ? 1 : 2 }),
  connbytes: (o, m) =>
    o.add(abi.MX_CONNBYTES, m.count, (c) => [...u64(c.from), ...(c.to === undefined ? [-1, -1] : u64(c.to))], {
      p: ['packets', 'bytes', 'avgpkt'].indexOf(m.mode),
      q: ['original', 'reply', 'both'].indexOf(m.dir),
    }),
};

function write(o: Records, m: NfMatch): void {
  (WRITERS[m.module] as (o: Records, m: NfMatch) => void)(o, m);
}

/** The records behind a rule, in the order of its modules. */
export function toCoreMatches(r: NfRule, epochNs: bigint): CoreMatch[] {
  const o = new Records(epochNs);
  o.add(abi.MX_FRAGMENT, r.fragment, () => []);
  o.add(abi.MX_TCPOPTION, r.tcpOption, (v) => [v]);
  for (const m of r.more ?? []) write(o, m);
  return o.out;
}
