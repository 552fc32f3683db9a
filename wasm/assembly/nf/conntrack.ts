/**
 * Connection tracking: finds or begins the connection of each packet, relates ICMP errors to the one they quote,
 * confirms it when its first packet has passed, forgets it when its time is over.
 * Limits: no helpers or expectations.
 * @see Linux net/netfilter/nf_conntrack_core.c: nf_conntrack_in, __nf_conntrack_confirm
 */
import {
  CONN_X_SIZE,
  CTEV_NEW,
  CTEV_UPDATE,
  CT_ESTABLISHED,
  CT_NEW,
  CT_RELATED,
  DROP_CT_CLASH,
  DROP_CT_FULL,
  EVENT_LOG,
  IPS_ASSURED,
  IPS_CONFIRMED,
  IPS_DYING,
  IPS_SEEN_REPLY,
  LOG_CT_FULL,
  TRACE_CT,
  TRACE_CT_CONFIRM,
  TRACE_CT_NONE,
  TRACE_SOME,
} from '../../abi';
import { Ns } from '../dev/ns';
import { recAbort, recTracked } from '../flow/record';
import { Sim, TEMP_BASE } from '../mem';
import { now } from '../sim/clock';
import { PF_NOTRACK, PF_TRACE, Pkt } from '../sim/packet';
import { eventPush } from '../sim/ring';
import { trace, tracePicked } from '../sim/trace';
import { traceFlow } from '../sim/tracefilter';
import { rd16, wrMapped } from '../wire/bytes';
import { ETH_IPV4 } from '../wire/ether';
import { ip4Frag, ip4Hlen, ip4IsFragment, ip4Len, ip4Proto, PROTO_ICMP, PROTO_ICMPV6, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { ip6Upper, UPPER_CUT, UPPER_LATER } from '../wire/ipv6';
import { icmpIsError, l4MinLen } from '../wire/l4';
import {
  Conn,
  connEvict,
  connFind,
  connInTable,
  connInsert,
  connKill,
  connNew,
  ctGet,
  ctPut,
  icmpOpens,
  T_DPORT,
  T_DST,
  T_FAMILY,
  T_NS,
  T_PROTO,
  T_SPORT,
  TUPLE,
  tupleInvert,
  tupleOf,
} from './conn';
import { connRecord, ctEvent, ctPhase } from './ctevent';
import { NfNs } from './settings';
import { zoneClash, zoneFor } from './zone';
import { ctTcp, ctTcpCalm, TCP_IGNORE, TCP_INVALID, TCP_REOPEN } from './tcp';

/** Values of Pkt.ctinfo; 3 more in the reply direction. */
export const CTINFO_ESTABLISHED: u32 = 0;
export const CTINFO_RELATED: u32 = 1;
export const CTINFO_NEW: u32 = 2;
export const CTINFO_REPLY: u32 = 3;

const SECOND: u64 = 1_000_000_000;

/** Direction of a packet in its connection: 0 original, 1 reply. */
export function ctDir(p: Pkt): u32 {
  return p.ctinfo >= CTINFO_REPLY ? 1 : 0;
}

/** CT_* bit of a packet that has a connection. */
export function ctBit(p: Pkt): u32 {
  const k = p.ctinfo >= CTINFO_REPLY ? p.ctinfo - CTINFO_REPLY : p.ctinfo;
  return k == CTINFO_NEW ? CT_NEW : k == CTINFO_RELATED ? CT_RELATED : CT_ESTABLISHED;
}

/** End of the transport data of a packet. */
function endOf(p: Pkt): usize {
  const all = (p.data + p.len) as usize;
  if (p.proto != ETH_IPV4) return all;
  const ip = (p.nh + ip4Len(p.nh as usize)) as usize;
  return min(all, ip);
}

/** Writes the tuple of an IPv4 header at `ip` whose bytes end at `end`. @returns false when it has none */
function tuple4(t: usize, ns: u32, ip: usize, end: usize): bool {
  if (end < ip + 20 || ip4Frag(ip) & 0x1fff) return false;
  const proto = ip4Proto(ip);
  const th = ip + ip4Hlen(ip);
  // In whole words: they are read as such at once.
  store<u64>(t, 0);
  store<u64>(t, 0xffff0000 | ((load<u32>(ip, 12) as u64) << 32), 8);
  store<u64>(t, 0, 16);
  store<u64>(t, 0xffff0000 | ((load<u32>(ip, 16) as u64) << 32), 24);
  let last = ((proto as u64) << 32) | (4 << 40) | ((ns as u64) << 48);
  if (proto == PROTO_TCP || proto == PROTO_UDP) {
    if (th + 4 > end) return false;
    last |= (rd16(th) as u64) | ((rd16(th + 2) as u64) << 16);
  } else if (proto == PROTO_ICMP) {
    if (th + 8 > end) return false;
    last |= (rd16(th + 4) as u64) | ((rd16(th) as u64) << 16);
  }
  store<u64>(t, last, 32);
  return true;
}

function ports(t: usize, proto: u32, th: usize, end: usize): bool {
  if (proto == PROTO_TCP || proto == PROTO_UDP) {
    if (th + 4 > end) return false;
    store<u16>(t + T_SPORT, rd16(th) as u16);
    store<u16>(t + T_DPORT, rd16(th + 2) as u16);
  } else if (proto == PROTO_ICMP || proto == PROTO_ICMPV6) {
    if (th + 8 > end) return false;
    store<u16>(t + T_SPORT, rd16(th + 4) as u16);
    store<u16>(t + T_DPORT, rd16(th) as u16);
  }
  return true;
}

/** Writes the tuple of an IPv6 header at `ip` whose bytes end at `end`. @returns false when it has none */
function tuple6(t: usize, ns: u32, ip: usize, end: usize): bool {
  if (end < ip + 40) return false;
  const up = ip6Upper(ip, end);
  if (up & (UPPER_LATER | UPPER_CUT)) return false;
  const proto = up & 255;
  memory.copy(t, ip + 8, 32);
  memory.fill(t + 32, 0, 8);
  store<u8>(t + T_PROTO, proto as u8);
  store<u8>(t + T_FAMILY, 6);
  store<u16>(t + T_NS, ns as u16);
  return ports(t, proto, ip + ((up >> 16) as usize), end);
}

/** Messages that are never tracked: neighbour discovery, group reports. @see Linux nf_conntrack_proto_icmpv6.c: noct_valid_new */
function untracked6(type: u32): bool {
  return (type >= 130 && type <= 136) || type == 143;
}

function attach(p: Pkt, ct: u32, info: u32): void {
  ctGet(ct);
  hold(p, ct, info);
}

/** The packet takes over a reference. */
function hold(p: Pkt, ct: u32, info: u32): void {
  p.ct = ct;
  p.ctinfo = info;
  if (Sim.at().traceOn == TRACE_SOME && !(p.flags & PF_TRACE)) traceConn(p, ct);
  if (p.flags & PF_TRACE) trace(p, TRACE_CT, ct, ctBit(p), ctDir(p));
}

/** A packet is traced when the connection it belongs to fits a filter as it began. */
function traceConn(p: Pkt, ct: u32): void {
  const t = tupleOf(ct, 0);
  const proto = load<u8>(t + T_PROTO) as u32;
  const ports = proto == PROTO_TCP || proto == PROTO_UDP;
  const sport = ports ? (load<u16>(t + T_SPORT) as u32) : 0;
  const dport = ports ? (load<u16>(t + T_DPORT) as u32) : 0;
  const s1 = load<u64>(t, 8);
  const d1 = load<u64>(t, T_DST + 8);
  traceFlow(p, p.proto, proto, load<u64>(t), s1, load<u64>(t, T_DST), d1, sport, dport);
  if (p.flags & PF_TRACE) tracePicked(p);
}

/** A packet has reached its transport: its connection is of no more interest. @see Linux nf_reset_ct */
export function ctReset(p: Pkt): void {
  if (p.ct != 0) ctPut(p.ct);
  p.ct = 0;
  p.ctinfo = 0;
}

/** Gives `pkt` the connection of the packet it answers, in the other direction. @see Linux nf_ct_attach */
export function ctAttachReply(pkt: u32, to: u32): void {
  const q = Pkt.at(to);
  if (q.ct != 0) attach(Pkt.at(pkt), q.ct, ctDir(q) == 0 ? CTINFO_RELATED + CTINFO_REPLY : CTINFO_RELATED);
}

/** The connection of a tuple in the zone of a packet. @see Linux nf_conntrack_core.c: nf_conntrack_find_get */
function zoned(p: Pkt, t: usize): u32 {
  const there = zoneFor(p, 0);
  const back = zoneFor(p, 1);
  store<u16>(t + T_NS, there as u16);
  let node = connFind(t);
  if (there == back || (node != 0 && !(node & 1))) return node;
  store<u16>(t + T_NS, back as u16);
  node = connFind(t);
  return node & 1 ? node : 0;
}

/** An ICMP error belongs to the connection of the packet it quotes. */
function related(p: Pkt): void {
  const inner = (p.th + 8) as usize;
  const t = TEMP_BASE;
  const back = TEMP_BASE + TUPLE;
  const v4 = p.proto == ETH_IPV4;
  if (!(v4 ? tuple4(t, p.ns, inner, endOf(p)) : tuple6(t, p.ns, inner, endOf(p)))) return;
  tupleInvert(back, t);
  const node = zoned(p, back);
  if (node != 0) attach(p, node >> 1, node & 1 ? CTINFO_RELATED + CTINFO_REPLY : CTINFO_RELATED);
}

/** Tracks a packet that enters the machine or is sent by it. @returns 0, or DROP_CT_FULL */
export function ctIn(pkt: u32): u32 {
  const p = Pkt.at(pkt);
  const bad = track(p);
  if (p.ct != 0) return bad;
  p.ctinfo = 0;
  if (bad == 0) trace(p, TRACE_CT_NONE, p.flags & PF_NOTRACK ? 2 : 1, 0, 0);
  return bad;
}

function track(p: Pkt): u32 {
  if (p.ct != 0 || p.flags & PF_NOTRACK) return 0;
  const t = TEMP_BASE;
  const v4 = p.proto == ETH_IPV4;
  if (v4) {
    if (ip4IsFragment(p.nh as usize) || !tuple4(t, p.ns, p.nh as usize, endOf(p))) return 0;
  } else if (!tuple6(t, p.ns, p.nh as usize, endOf(p))) return 0;
  const proto = load<u8>(t + T_PROTO) as u32;
  const th = p.th as usize;
  if (th + l4MinLen(proto) > endOf(p)) return 0;
  if (v4 ? proto == PROTO_ICMP && icmpIsError(load<u8>(th) as u32) : proto == PROTO_ICMPV6 && load<u8>(th) < 128) {
    related(p);
    return 0;
  }
  if (proto == PROTO_ICMPV6 && untracked6(load<u8>(th) as u32)) {
    p.flags |= PF_NOTRACK;
    return 0;
  }
  for (let round = 0; round < 2; round++) {
    let node = p.ctinfo == 0 ? connFind(t) : zoned(p, t);
    if (node == 0) {
      const icmp = proto == PROTO_ICMP || proto == PROTO_ICMPV6;
      if (icmp && !icmpOpens(proto, load<u8>(th) as u32)) return 0;
      store<u16>(t + T_NS, zoneFor(p, 0) as u16);
      node = begin(p.ns, t) * 2;
      if (node == 0) return DROP_CT_FULL;
      store<u16>(tupleOf(node >> 1, 1) + T_NS, zoneFor(p, 1) as u16);
    }
    const ct = node >> 1;
    const dir = node & 1;
    ctGet(ct);
    const seen = ctPhase(ct);
    const result = update(ct, dir, proto, th, endOf(p));
    if (result == TCP_REOPEN || result == TCP_INVALID) {
      ctPut(ct);
      recAbort();
      if (result == TCP_REOPEN) continue;
      NfNs.at(p.ns).invalid++;
      return 0;
    }
    if (result == TCP_IGNORE) recAbort();
    else account(p, ct, dir);
    const c = Conn.at(ct);
    const info =
      dir == 1 ? CTINFO_ESTABLISHED + CTINFO_REPLY : c.status & IPS_SEEN_REPLY ? CTINFO_ESTABLISHED : CTINFO_NEW;
    if (dir == 1) c.status |= IPS_SEEN_REPLY;
    if (ctPhase(ct) != seen) ctEvent(ct, CTEV_UPDATE);
    hold(p, ct, info);
    if (Sim.at().rec != 0) recTracked(ct, dir);
    return 0;
  }
  return 0;
}

/** Begins a connection; a full table first gives up one that was never answered. */
function begin(ns: u32, t: usize): u32 {
  const n = NfNs.at(ns);
  const full = n.max != 0 && Ns.at(ns).conns >= n.max;
  let ct = full ? 0 : connNew(ns, t);
  if (ct == 0 && connEvict(full ? ns : 0, t)) {
    n.earlyDrop++;
    ct = connNew(ns, t);
  }
  if (ct == 0) {
    n.refused++;
    eventPush(EVENT_LOG, LOG_CT_FULL, ns, 0);
  } else Conn.at(ct).streamAt = now() + 2 * SECOND;
  return ct;
}

/** Protocol's part: state and timeout. */
function update(ct: u32, dir: u32, proto: u32, th: usize, end: usize): i32 {
  if (proto == PROTO_TCP) return ctTcp(ct, dir, th, end);
  const c = Conn.at(ct);
  const n = NfNs.at(c.ns);
  if (proto == PROTO_UDP) {
    const stream = (c.status & IPS_SEEN_REPLY) != 0 && now() > c.streamAt;
    if (stream) c.status |= IPS_ASSURED;
    c.expires = now() + (((stream ? n.udpStream : n.udp) as u64) * SECOND);
  } else {
    const seconds = proto == PROTO_ICMP ? n.icmp : proto == PROTO_ICMPV6 ? n.icmp6 : n.generic;
    c.expires = now() + (seconds as u64) * SECOND;
  }
  return 0;
}

/**
 * Whether a packet would leave a connection's status as it is and be believed.
 * @param th its UDP header, or TCP's, of a segment with ACK and perhaps PSH @param when as late as it may come, ns
 */
export function ctCalm(ct: u32, dir: u32, proto: u32, th: usize, end: usize, when: u64): bool {
  const c = Conn.at(ct);
  if (proto == PROTO_TCP) return ctTcpCalm(ct, dir, th, end);
  return (c.status & (IPS_SEEN_REPLY | IPS_ASSURED)) != IPS_SEEN_REPLY || when <= c.streamAt;
}

/** One more packet of a connection. Pre: ctCalm. @param bytes of the IP packet */
export function ctSeen(ct: u32, dir: u32, proto: u32, th: usize, end: usize, bytes: u32): void {
  update(ct, dir, proto, th, end);
  count(ct, dir, bytes as u64);
}

function account(p: Pkt, ct: u32, dir: u32): void {
  count(ct, dir, (endOf(p) - (p.nh as usize)) as u64);
}

function count(ct: u32, dir: u32, bytes: u64): void {
  const c = Conn.at(ct);
  if (dir == 0) {
    c.packets0++;
    c.bytes0 += bytes;
  } else {
    c.packets1++;
    c.bytes1 += bytes;
  }
}

/** The packet has passed: its new connection enters the table. @returns 0, or DROP_CT_CLASH */
export function ctConfirm(pkt: u32): u32 {
  const p = Pkt.at(pkt);
  if (p.ct == 0 || ctDir(p) != 0) return 0;
  const ct = p.ct;
  const c = Conn.at(ct);
  if (c.status & (IPS_CONFIRMED | IPS_DYING)) return 0;
  recAbort();
  let original = connFind(tupleOf(ct, 0));
  let reply = connFind(tupleOf(ct, 1));
  if (original != 0 && !zoneClash(ct, original, 0)) original = 0;
  if (reply != 0 && !zoneClash(ct, reply, 1)) reply = 0;
  if (original != 0 || reply != 0) {
    // Two first datagrams of one flow that raced: the second joins. @see Linux nf_ct_resolve_clash
    const same = original != 0 && original >> 1 == reply >> 1 && !(original & 1);
    if (!same || load<u8>(tupleOf(ct, 0) + T_PROTO) != PROTO_UDP) {
      NfNs.at(c.ns).insertFailed++;
      return DROP_CT_CLASH;
    }
    NfNs.at(c.ns).clashResolve++;
    ctPut(ct);
    p.ct = original >> 1;
    ctGet(p.ct);
    return 0;
  }
  connInsert(ct);
  ctEvent(ct, CTEV_NEW);
  trace(p, TRACE_CT_CONFIRM, ct, 0, 0);
  return 0;
}

/** Forgets a connection by its handle. */
export function connDel(ct: u32): void {
  if (connInTable(Conn.at(ct))) connKill(ct);
}

/** Sets a connection's mark. */
export function connMark(ct: u32, mark: u32): void {
  const c = Conn.at(ct);
  if (!connInTable(c) || c.mark == mark) return;
  c.mark = mark;
  ctEvent(ct, CTEV_UPDATE);
}

/** A namespace goes: its connections go. */
export function ctNsDestroy(ns: u32): void {
  while (Ns.at(ns).connHead != 0) connKill(Ns.at(ns).connHead);
}

/** Writes a namespace's live connections as CONN_X_* records, at most `room`. @returns how many */
export function ctDump(ns: u32, out: usize, room: u32): u32 {
  let n: u32 = 0;
  for (let i = Ns.at(ns).connHead; i != 0 && n < room; i = Conn.at(i).nsNext) {
    if (Conn.at(i).expires <= now()) continue;
    connRecord(i, out + (n as usize) * CONN_X_SIZE);
    n++;
  }
  return n;
}
