/** Netfilter of the core: rules as records, counters, connections. */
import * as abi from '../../../wasm/abi.ts';
import {
  type Addr16,
  type Core,
  type CoreConn,
  type CoreConnEvent,
  type CoreLog,
  type CoreMatch,
  type CoreRecent,
  type CoreRule,
  NF_KEYS,
  Target,
} from './core.ts';
import type { Memory } from './memory.ts';
import type { Wasm } from './wasm.ts';

type NfFace =
  | 'nfBuiltin'
  | 'nfChainAdd'
  | 'nfChainDel'
  | 'nfPolicy'
  | 'nfRuleAdd'
  | 'nfRuleDel'
  | 'nfRuleCounters'
  | 'nfChainCounters'
  | 'nfZero'
  | 'nfRuleCount'
  | 'nfChainCount'
  | 'nfSet'
  | 'nfGet'
  | 'logs'
  | 'recent'
  | 'recentSet'
  | 'connWatch'
  | 'connEvents'
  | 'sockOwner'
  | 'connMark'
  | 'conns'
  | 'connDel';

/** A rule's record being written. */
class RuleRecord {
  readonly #m: Memory;
  readonly at: number;
  #match = 0;
  #invert = 0;

  constructor(m: Memory) {
    this.#m = m;
    this.at = m.data;
    m.bytes.fill(0, this.at, this.at + abi.RULE_SIZE);
  }

  /** Notes that match `bit` is present. @returns whether it is */
  has(bit: number, value: unknown, not: boolean | undefined): boolean {
    if (value === undefined) return false;
    this.#match |= bit;
    if (not) this.#invert |= bit;
    return true;
  }

  u8(off: number, v: number): void {
    this.#m.view.setUint8(this.at + off, v);
  }

  u16(off: number, v: number): void {
    this.#m.view.setUint16(this.at + off, v, true);
  }

  u32(off: number, v: number): void {
    this.#m.view.setUint32(this.at + off, v >>> 0, true);
  }

  u64(off: number, v: number): void {
    this.#m.view.setBigUint64(this.at + off, BigInt(v), true);
  }

  range(off: number, [lo, hi]: readonly [number, number]): void {
    this.u16(off, lo);
    this.u16(off + 2, hi);
  }

  /** 16 bytes of address. */
  addr(off: number, ip: Addr16): void {
    this.#m.bytes.set(ip, this.at + off);
  }

  /** A mask of `bits` ones; IPv4 prefixes count from the mapped part. */
  mask(off: number, ip: Addr16, bits: number | undefined): void {
    const v4 = isMapped(ip);
    const ones = v4 ? 96 + (bits ?? 32) : (bits ?? 128);
    for (let i = 0; i < 16; i++) {
      const left = Math.min(8, Math.max(0, ones - 8 * i));
      this.u8(off + i, (0xff00 >> left) & 0xff);
    }
  }

  /** Name and mask of an interface match; a trailing + leaves the rest open. */
  iface(off: number, maskOff: number, name: string): void {
    const prefix = name.endsWith('+');
    const text = prefix ? name.slice(0, -1) : name;
    for (let i = 0; i < text.length && i < 15; i++) this.u8(off + i, text.charCodeAt(i));
    const significant = prefix ? text.length : Math.min(text.length + 1, 16);
    for (let i = 0; i < significant; i++) this.u8(maskOff + i, 0xff);
  }

  finish(): number {
    this.u32(abi.RULE_MATCH, this.#match);
    this.u32(abi.RULE_INVERT, this.#invert);
    return this.at;
  }
}

function isMapped(ip: Addr16): boolean {
  for (let i = 0; i < 10; i++) if (ip[i] !== 0) return false;
  return ip[10] === 0xff && ip[11] === 0xff;
}

function putIpMatches(o: RuleRecord, r: CoreRule): void {
  if (r.src && o.has(abi.M_SRC, r.src, r.srcNot)) {
    o.addr(abi.RULE_SRC, r.src);
    o.mask(abi.RULE_SRC_MASK, r.src, r.srcBits);
  }
  if (r.dst && o.has(abi.M_DST, r.dst, r.dstNot)) {
    o.addr(abi.RULE_DST, r.dst);
    o.mask(abi.RULE_DST_MASK, r.dst, r.dstBits);
  }
  if (r.in !== undefined && o.has(abi.M_IN, r.in, r.inNot)) o.iface(abi.RULE_IN, abi.RULE_IN_MASK, r.in);
  if (r.out !== undefined && o.has(abi.M_OUT, r.out, r.outNot)) o.iface(abi.RULE_OUT, abi.RULE_OUT_MASK, r.out);
  if (r.proto !== undefined && o.has(abi.M_PROTO, r.proto, r.protoNot)) o.u8(abi.RULE_PROTO, r.proto);
}

function putTransportMatches(o: RuleRecord, r: CoreRule): void {
  if (r.sport && o.has(abi.M_SPORT, r.sport, r.sportNot)) o.range(abi.RULE_SPORT, r.sport);
  if (r.dport && o.has(abi.M_DPORT, r.dport, r.dportNot)) o.range(abi.RULE_DPORT, r.dport);
  if (r.tcpMask !== undefined && o.has(abi.M_TCPFLAGS, r.tcpMask, r.tcpNot)) {
    o.u8(abi.RULE_TCP_MASK, r.tcpMask);
    o.u8(abi.RULE_TCP_COMP, r.tcpComp ?? 0);
  }
  if (r.icmpType !== undefined && o.has(abi.M_ICMP, r.icmpType, r.icmpNot)) {
    o.u8(abi.RULE_ICMP_TYPE, r.icmpType);
    o.u8(abi.RULE_ICMP_CODE, r.icmpCode === undefined || r.icmpCode < 0 ? 255 : r.icmpCode);
  }
  if (r.multiport && o.has(abi.M_MULTIPORT, r.multiport, r.multiportNot)) {
    o.u8(abi.RULE_MULTI_SIDE, r.multiportSide ?? 2);
    o.u8(abi.RULE_MULTI_COUNT, r.multiport.length);
    r.multiport.forEach((ports, i) => {
      o.range(abi.RULE_MULTI + 4 * i, ports);
    });
  }
}

function putStateMatches(o: RuleRecord, r: CoreRule): void {
  if (r.ctstate !== undefined && o.has(abi.M_CTSTATE, r.ctstate, r.ctstateNot)) o.u32(abi.RULE_CTSTATE, r.ctstate);
  if (r.srcType !== undefined && o.has(abi.M_SRCTYPE, r.srcType, r.srcTypeNot)) o.u8(abi.RULE_SRC_TYPE, r.srcType);
  if (r.dstType !== undefined && o.has(abi.M_DSTTYPE, r.dstType, r.dstTypeNot)) o.u8(abi.RULE_DST_TYPE, r.dstType);
  if (r.mark !== undefined && o.has(abi.M_MARK, r.mark, r.markNot)) {
    o.u32(abi.RULE_MARK, r.mark);
    o.u32(abi.RULE_MARK_MASK, r.markMask ?? 0xffffffff);
  }
  if (r.limitNs !== undefined && o.has(abi.M_LIMIT, r.limitNs, false)) {
    o.u64(abi.RULE_LIMIT_NS, r.limitNs);
    o.u32(abi.RULE_LIMIT_BURST, r.limitBurst ?? 5);
  }
}

/** Records of the matches behind the rule, after its own. */
function putMore(o: RuleRecord, m: Memory, more: readonly CoreMatch[]): void {
  if (more.length === 0) return;
  o.has(abi.M_MORE, more, false);
  o.u32(abi.RULE_MORE, more.length);
  more.forEach((x, i) => {
    const at = abi.RULE_SIZE + i * abi.MATCH_X_SIZE;
    m.bytes.fill(0, o.at + at, o.at + at + abi.MATCH_X_SIZE);
    o.u8(at + abi.MATCH_X_KIND, x.kind);
    o.u8(at + abi.MATCH_X_NOT, x.not ? 1 : 0);
    o.u8(at + abi.MATCH_X_P, x.p ?? 0);
    o.u8(at + abi.MATCH_X_Q, x.q ?? 0);
    if (x.words instanceof Uint8Array) m.bytes.set(x.words, o.at + at + abi.MATCH_X_A);
    else
      x.words.forEach((v, k) => {
        o.u32(at + abi.MATCH_X_A + 4 * k, v);
      });
  });
}

function putTarget(o: RuleRecord, r: CoreRule): void {
  o.u32(abi.RULE_TARGET, r.target);
  o.u32(abi.RULE_CHAIN, r.chain ?? 0);
  let flags = (r.random ? abi.NAT_RANDOM : 0) | (r.fully ? abi.NAT_RANDOM_FULLY : 0);
  if (r.persistent) flags |= abi.NAT_PERSISTENT;
  if (r.netmap) flags |= abi.NAT_NETMAP;
  if (r.toIp) {
    flags |= abi.NAT_HAS_IP;
    o.addr(abi.RULE_TO_IP, r.toIp);
    o.addr(abi.RULE_TO_IP2, r.toIp2 ?? r.toIp);
  }
  if (r.toPort) {
    flags |= abi.NAT_HAS_PORT;
    o.range(abi.RULE_TO_PORT, r.toPort);
  }
  if (r.arg !== undefined) o.u32(abi.RULE_ARG, r.arg);
  if (r.arg2 !== undefined) o.u32(abi.RULE_ARG2, r.arg2);
  o.u32(abi.RULE_NAT_FLAGS, flags);
  o.u32(abi.RULE_VALUE, r.value ?? 0);
  o.u32(abi.RULE_VALUE_MASK, r.mask ?? (r.target === Target.MARK ? 0xffffffff : 0));
}

function putRule(m: Memory, r: CoreRule): number {
  const o = new RuleRecord(m);
  putIpMatches(o, r);
  putTransportMatches(o, r);
  putStateMatches(o, r);
  putTarget(o, r);
  putMore(o, m, r.more ?? []);
  return o.finish();
}

function readConn(m: Memory, at: number): CoreConn {
  const v = m.view;
  const u16 = (off: number): number => v.getUint16(at + off, true);
  const f64 = (off: number): number => v.getFloat64(at + off, true);
  return {
    proto: v.getUint8(at + abi.CONN_X_PROTO),
    osrc: m.addrAt(at + abi.CONN_X_OSRC),
    odst: m.addrAt(at + abi.CONN_X_ODST),
    osport: u16(abi.CONN_X_OSPORT),
    odport: u16(abi.CONN_X_ODPORT),
    rsrc: m.addrAt(at + abi.CONN_X_RSRC),
    rdst: m.addrAt(at + abi.CONN_X_RDST),
    rsport: u16(abi.CONN_X_RSPORT),
    rdport: u16(abi.CONN_X_RDPORT),
    icmpType: v.getUint8(at + abi.CONN_X_ICMP_TYPE),
    icmpCode: v.getUint8(at + abi.CONN_X_ICMP_CODE),
    tcpState: v.getUint8(at + abi.CONN_X_TCP_STATE),
    status: v.getUint32(at + abi.CONN_X_STATUS, true),
    timeoutNs: f64(abi.CONN_X_TIMEOUT),
    mark: v.getUint32(at + abi.CONN_X_MARK, true),
    opackets: f64(abi.CONN_X_OPACKETS),
    obytes: f64(abi.CONN_X_OBYTES),
    rpackets: f64(abi.CONN_X_RPACKETS),
    rbytes: f64(abi.CONN_X_RBYTES),
    handle: v.getUint32(at + abi.CONN_X_HANDLE, true),
    ozone: u16(abi.CONN_X_OZONE),
    rzone: u16(abi.CONN_X_RZONE),
  };
}

function readRecent(m: Memory, at: number): CoreRecent {
  const u32 = (off: number): number => m.view.getUint32(at + off, true);
  return {
    addr: m.addrAt(at + abi.RECENT_X_ADDR),
    ttl: u32(abi.RECENT_X_TTL),
    index: u32(abi.RECENT_X_INDEX),
    room: u32(abi.RECENT_X_ROOM),
    stamps: Array.from(
      { length: u32(abi.RECENT_X_COUNT) },
      (_, k) => u32(abi.RECENT_X_STAMPS + 4 * k) * abi.RECENT_TICK,
    ),
  };
}

const CONN_EVENTS: Readonly<Record<number, CoreConnEvent['type']>> = {
  [abi.CTEV_NEW]: 'NEW',
  [abi.CTEV_UPDATE]: 'UPDATE',
  [abi.CTEV_DESTROY]: 'DESTROY',
};

function readLog(m: Memory, at: number): CoreLog {
  const u32 = (off: number): number => m.view.getUint32(at + off, true);
  const bytes = (off: number, len: number): Uint8Array => m.bytes.slice(at + off, at + off + len);
  return {
    rule: u32(abi.NFLOG_X_RULE),
    ns: u32(abi.NFLOG_X_NS),
    hook: u32(abi.NFLOG_X_HOOK),
    indev: u32(abi.NFLOG_X_IN),
    outdev: u32(abi.NFLOG_X_OUT),
    physin: u32(abi.NFLOG_X_PHYSIN),
    physout: u32(abi.NFLOG_X_PHYSOUT),
    mark: u32(abi.NFLOG_X_MARK),
    uid: u32(abi.NFLOG_X_UID) | 0,
    gid: u32(abi.NFLOG_X_GID) | 0,
    time: m.view.getFloat64(at + abi.NFLOG_X_TIME, true),
    link: bytes(abi.NFLOG_X_MAC, u32(abi.NFLOG_X_MACLEN)),
    packet: bytes(abi.NFLOG_X_DATA, u32(abi.NFLOG_X_LEN)),
  };
}

export function nfFace(w: Wasm, m: Memory): Pick<Core, NfFace> {
  const two = (): readonly [number, number] => [m.view.getFloat64(m.data, true), m.view.getFloat64(m.data + 8, true)];
  return {
    nfBuiltin: (ns, family, table, hook) => w.nfBuiltin(ns, family, table, hook),
    nfChainAdd: (ns, family, table) => w.nfChainAdd(ns, family, table),
    nfChainDel: (chain) => w.nfChainDel(chain),
    nfPolicy: (chain, drop) => w.nfPolicy(chain, drop ? 1 : 0),
    nfRuleAdd: (chain, index, rule) => w.nfRuleAdd(chain, index, putRule(m, rule)),
    nfRuleDel: (chain, handle) => w.nfRuleDel(chain, handle),
    nfRuleCounters(handle) {
      w.nfRuleCounters(handle, m.data);
      return two();
    },
    nfChainCounters(chain) {
      w.nfChainCounters(chain, m.data);
      return two();
    },
    nfZero: (chain) => w.nfZero(chain),
    nfRuleCount: (handle, packets, bytes) => w.nfRuleCount(handle, packets, bytes),
    nfChainCount: (chain, packets, bytes) => w.nfChainCount(chain, packets, bytes),
    nfSet: (ns, key, value) => w.nfSet(ns, NF_KEYS.indexOf(key), value),
    nfGet: (ns, key) => w.nfGet(ns, NF_KEYS.indexOf(key)),
    logs() {
      const out: CoreLog[] = [];
      for (let at = w.nfLogNext(); at !== 0; at = w.nfLogNext()) out.push(readLog(m, at));
      return out;
    },
    sockOwner: (sock, uid, gid) => w.sockOwner(sock, uid, gid),
    connMark: (handle, mark) => w.connMark(handle, mark),
    conns(ns) {
      const out: CoreConn[] = [];
      const n = w.ctDump(ns, m.data, Math.floor(m.room / abi.CONN_X_SIZE));
      for (let i = 0; i < n; i++) out.push(readConn(m, m.data + i * abi.CONN_X_SIZE));
      return out;
    },
    recent(ns, table) {
      const n = w.recentDump(ns, table, m.data, Math.floor(m.room / abi.RECENT_X_SIZE));
      return n < 0 ? n : Array.from({ length: n }, (_, i) => readRecent(m, m.data + i * abi.RECENT_X_SIZE));
    },
    recentSet(ns, table, how, addr) {
      if (addr) m.bytes.set(addr, m.data);
      return w.recentSet(ns, table, ['flush', 'add', 'del'].indexOf(how), m.data);
    },
    connDel: (handle) => w.connDel(handle),
    connWatch: (ns, by) => w.ctWatch(ns, by),
    connEvents() {
      const out: CoreConnEvent[] = [];
      for (let at = w.ctEventNext(); at !== 0; at = w.ctEventNext())
        out.push({
          type: CONN_EVENTS[m.view.getUint32(at + abi.CTEV_X_TYPE, true)] ?? 'UPDATE',
          ns: m.view.getUint32(at + abi.CTEV_X_NS, true),
          time: m.view.getFloat64(at + abi.CTEV_X_TIME, true),
          conn: readConn(m, at + abi.CTEV_X_CONN),
        });
      return out;
    },
  };
}
