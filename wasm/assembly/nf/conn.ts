/**
 * Connections and their tuples: the records and the hash table that holds each confirmed connection twice, once for
 * each direction. A connection lives while it is in the table or a packet refers to it.
 *
 *   tuple, 40 bytes: src 16, dst 16, sport 2, dport 2, proto 1, family 1, namespace 2 (or a zone of one: zone.ts)
 *
 * Ports are numbers in host order; of ICMP, sport is the identifier and dport is type << 8 | code.
 * @see Linux include/net/netfilter/nf_conntrack.h, nf_conntrack_tuple.h
 */
import { CTEV_DESTROY, IPS_ASSURED, IPS_CONFIRMED, IPS_DYING, IPS_SRC_NAT } from '../../abi';
import { Ns } from '../dev/ns';
import { arenaTake, CONN_BUCKETS_MAX, CONN_CHUNK, CONN_HASH, CONN_REC, SLAB_CONN, Sim } from '../mem';
import { now } from '../sim/clock';
import { Slab } from '../sim/slab';
import { copy } from '../wire/bytes';
import { PROTO_ICMP, PROTO_ICMPV6 } from '../wire/ipv4';
import { sourceDel } from './bysource';
import { ctEvent } from './ctevent';
import { wheelAdd, wheelDel } from './wheel';

/** Buckets looked at for a connection to give up. @see Linux NF_CT_EVICTION_RANGE */
const EVICTION_RANGE: u32 = 8;

export const TUPLE: usize = 40;
export const T_DST: usize = 16;
export const T_SPORT: usize = 32;
export const T_DPORT: usize = 34;
export const T_PROTO: usize = 36;
export const T_FAMILY: usize = 37;
export const T_NS: usize = 38;

/** Where the tuple of the original direction lies in a record; the other is TUPLE_STEP behind it. */
const TUPLE_AT: usize = 24;
const TUPLE_STEP: usize = 112;
/** Where context.ts keeps its part. */
export const CONN_CONTEXT: usize = 176;

/**
 * A connection, 256 bytes, four lines of cache: what a lookup of the original direction touches is the first, what
 * each packet counts the second.
 *
 *   0 links of the hash, expiry, status | 24 tuple of the original direction | 64 counters | 136 tuple of the reply |
 *   176 what context.ts keeps
 *
 * Its handle is its address / 64.
 */
@unmanaged
export class Conn {
  next0: u32;
  next1: u32;
  /** Absolute ns. */
  expires: u64;
  status: u32;
  /** Packets that refer to it. */
  refs: u32;
  tuple0: u64;
  tuple1: u64;
  tuple2: u64;
  tuple3: u64;
  tuple4: u64;
  packets0: u64;
  bytes0: u64;
  packets1: u64;
  bytes1: u64;
  mark: u32;
  /** 0: free record. */
  ns: u32;
  tcpState: u16;
  /** Slot of the gc's wheel. */
  slot: u16;
  /** Number of the connection, of which no other has had the same. */
  serial: u32;
  /** UDP: from when on an answered flow counts as a stream. */
  streamAt: u64;
  /** Neighbours in the list of its namespace and of its slot. */
  nsNext: u32;
  nsPrev: u32;
  gcNext: u32;
  gcPrev: u32;

  @inline static at(i: u32): Conn {
    return changetype<Conn>((i as usize) << 6);
  }
}

/** Tuple of a direction (0 original, 1 reply) of a connection. */
export function tupleOf(ct: u32, dir: u32): usize {
  return ((ct as usize) << 6) + TUPLE_AT + (dir as usize) * TUPLE_STEP;
}

function hash(t: usize): u32 {
  // Of IPv4 the upper words are zero.
  if ((load<u64>(t) | load<u64>(t, 16)) == 0) {
    const k = (load<u64>(t, 8) ^ (load<u64>(t, 32) * 0x9e3779b97f4a7c15)) * 0xbf58476d1ce4e5b9;
    return (((k ^ (k >> 32) ^ load<u64>(t, 24)) * 0x94d049bb133111eb) >> 33) as u32;
  }
  let h = load<u64>(t) * 0x9e3779b97f4a7c15;
  h = (h ^ (h >> 29) ^ load<u64>(t, 8)) * 0xbf58476d1ce4e5b9;
  h = (h ^ (h >> 29) ^ load<u64>(t, 16)) * 0x9e3779b97f4a7c15;
  h = (h ^ (h >> 29) ^ load<u64>(t, 24)) * 0xbf58476d1ce4e5b9;
  h = (h ^ (h >> 29) ^ load<u64>(t, 32)) * 0x94d049bb133111eb;
  return (h >> 33) as u32;
}

/** Head of the bucket of a hash. The buckets grow one by one. @see Litwin: Linear Hashing */
function bucket(h: u32): usize {
  const s = Sim.at();
  let b = h & s.ctMask;
  if (b < s.ctSplit) b = h & (s.ctMask * 2 + 1);
  return CONN_HASH + (b as usize) * 4;
}

/** Splits the next bucket in two. */
function split(): void {
  const s = Sim.at();
  const size = s.ctMask + 1;
  const from = CONN_HASH + (s.ctSplit as usize) * 4;
  let node = load<u32>(from);
  let low: u32 = 0;
  let high: u32 = 0;
  while (node != 0) {
    const next = load<u32>(linkOf(node));
    if (hash(tupleOf(node >> 1, node & 1)) & size) {
      store<u32>(linkOf(node), high);
      high = node;
    } else {
      store<u32>(linkOf(node), low);
      low = node;
    }
    node = next;
  }
  store<u32>(from, low);
  store<u32>(from + (size as usize) * 4, high);
  if (++s.ctSplit < size) return;
  s.ctMask = size * 2 - 1;
  s.ctSplit = 0;
}

function sameTuple(a: usize, b: usize): bool {
  return (
    load<u64>(a, 8) == load<u64>(b, 8) &&
    load<u64>(a, 32) == load<u64>(b, 32) &&
    load<u64>(a, 24) == load<u64>(b, 24) &&
    load<u64>(a) == load<u64>(b) &&
    load<u64>(a, 16) == load<u64>(b, 16)
  );
}

function linkOf(node: u32): usize {
  return (((node >> 1) as usize) << 6) + ((node & 1) as usize) * 4;
}

/** The confirmed, unexpired connection one of whose tuples this is. @returns connection * 2 + direction, or 0 */
export function connFind(t: usize): u32 {
  let node = load<u32>(bucket(hash(t)));
  while (node != 0) {
    const next = load<u32>(linkOf(node));
    const ct = node >> 1;
    if (sameTuple(tupleOf(ct, node & 1), t)) {
      if (Conn.at(ct).expires > now()) return node;
      connKill(ct);
      return 0;
    }
    node = next;
  }
  return 0;
}

function push(node: u32): void {
  const at = bucket(hash(tupleOf(node >> 1, node & 1)));
  store<u32>(linkOf(node), load<u32>(at));
  store<u32>(at, node);
}

function pull(node: u32): void {
  let at = bucket(hash(tupleOf(node >> 1, node & 1)));
  let k = load<u32>(at);
  while (k != 0) {
    if (k == node) {
      store<u32>(at, load<u32>(linkOf(node)));
      return;
    }
    at = linkOf(k);
    k = load<u32>(at);
  }
}

/** Type of the answer to an ICMP message, 255 when it has none. */
function inverseIcmp(proto: u32, type: u32): u32 {
  if (proto == PROTO_ICMPV6) return type == 128 ? 129 : type == 129 ? 128 : 255;
  switch (type) {
    case 8:
      return 0;
    case 0:
      return 8;
    case 13:
      return 14;
    case 14:
      return 13;
    case 17:
      return 18;
    case 18:
      return 17;
  }
  return 255;
}

/** Writes the tuple of the other direction. `out` and `t` differ. */
export function tupleInvert(out: usize, t: usize): void {
  copy(out, t + T_DST, 16);
  copy(out + T_DST, t, 16);
  store<u64>(out, load<u64>(t, 32), 32);
  const proto = load<u8>(t + T_PROTO) as u32;
  if (proto == PROTO_ICMP || proto == PROTO_ICMPV6) {
    const type = (load<u16>(t + T_DPORT) >> 8) as u32;
    store<u16>(out + T_DPORT, (inverseIcmp(proto, type) << 8) as u16);
  } else {
    store<u16>(out + T_SPORT, load<u16>(t + T_DPORT));
    store<u16>(out + T_DPORT, load<u16>(t + T_SPORT));
  }
}

/** Whether an ICMP message may begin a connection. */
export function icmpOpens(proto: u32, type: u32): bool {
  return proto == PROTO_ICMPV6 ? type == 128 : type == 8 || type == 13 || type == 17;
}

/** A record of the table of connections, which grows by chunks of the arena. @returns 0 when it is full */
function take(): u32 {
  const s = Sim.at();
  s.rec = 0;
  const slab = Slab.at(SLAB_CONN);
  let i = slab.free;
  if (i != 0) slab.free = Conn.at(i).next0;
  else {
    if (s.ctBump == s.ctEnd) {
      const chunk = slab.used < slab.cap ? arenaTake(CONN_CHUNK) : 0;
      if (chunk == 0) {
        slab.failed++;
        return 0;
      }
      s.ctBump = chunk;
      s.ctEnd = chunk + CONN_CHUNK - (CONN_CHUNK % (CONN_REC as u32));
    }
    i = s.ctBump >> 6;
    s.ctBump += CONN_REC as u32;
  }
  slab.used++;
  slab.peak = max(slab.peak, slab.used);
  memory.fill(changetype<usize>(Conn.at(i)), 0, CONN_REC);
  Conn.at(i).serial = ++s.ctSerial;
  return i;
}

/** A connection that is not in the table yet, with both tuples. @returns 0 when the table is full */
export function connNew(ns: u32, t: usize): u32 {
  const ct = take();
  if (ct == 0) return 0;
  Conn.at(ct).ns = ns;
  copy(tupleOf(ct, 0), t, TUPLE as u32);
  tupleInvert(tupleOf(ct, 1), t);
  return ct;
}

/** Puts a connection in the table. Pre: neither tuple is in it. */
export function connInsert(ct: u32): void {
  const s = Sim.at();
  const c = Conn.at(ct);
  c.status |= IPS_CONFIRMED;
  push(ct * 2);
  push(ct * 2 + 1);
  const n = Ns.at(c.ns);
  c.nsPrev = n.connTail;
  if (n.connTail == 0) n.connHead = ct;
  else Conn.at(n.connTail).nsNext = ct;
  n.connTail = ct;
  n.conns++;
  s.conns++;
  if (s.conns * 2 > s.ctMask + s.ctSplit && s.ctMask + 1 < CONN_BUCKETS_MAX) split();
  wheelAdd(ct);
}

function leave(ct: u32): void {
  const c = Conn.at(ct);
  const n = Ns.at(c.ns);
  if (c.nsPrev == 0) n.connHead = c.nsNext;
  else Conn.at(c.nsPrev).nsNext = c.nsNext;
  if (c.nsNext == 0) n.connTail = c.nsPrev;
  else Conn.at(c.nsNext).nsPrev = c.nsPrev;
  n.conns--;
  Sim.at().conns--;
}

/** Whether a connection is in the table: it was confirmed, and has not been taken out since. */
export function connInTable(c: Conn): bool {
  return (c.status & (IPS_CONFIRMED | IPS_DYING)) == IPS_CONFIRMED;
}

/** Takes a connection out of the table; it goes when no packet refers to it. */
export function connKill(ct: u32): void {
  Sim.at().rec = 0;
  const c = Conn.at(ct);
  if (connInTable(c)) {
    ctEvent(ct, CTEV_DESTROY);
    pull(ct * 2);
    pull(ct * 2 + 1);
    leave(ct);
    wheelDel(ct);
  }
  c.status |= IPS_DYING;
  if (c.refs == 0) release(ct);
}

/** Frees an expired or unassured connection near a tuple's place. @param ns of this namespace only, 0: any
 * @see Linux nf_conntrack_core.c: early_drop */
export function connEvict(ns: u32, t: usize): bool {
  const h = hash(t);
  for (let k: u32 = 0; k < EVICTION_RANGE; k++) {
    let node = load<u32>(bucket(h + k));
    while (node != 0) {
      const c = Conn.at(node >> 1);
      if ((ns == 0 || c.ns == ns) && c.refs == 0 && (!(c.status & IPS_ASSURED) || c.expires <= now())) {
        connKill(node >> 1);
        return true;
      }
      node = load<u32>(linkOf(node));
    }
  }
  return false;
}

function release(ct: u32): void {
  const slab = Slab.at(SLAB_CONN);
  const c = Conn.at(ct);
  if (c.status & IPS_SRC_NAT) sourceDel(ct);
  c.ns = 0;
  c.next0 = slab.free;
  slab.free = ct;
  slab.used--;
}

/** One more packet refers to a connection. */
export function ctGet(ct: u32): void {
  Conn.at(ct).refs++;
}

/** One packet less; an unconfirmed connection goes with its last packet. */
export function ctPut(ct: u32): void {
  const c = Conn.at(ct);
  c.refs--;
  if (c.refs == 0 && !connInTable(c)) release(ct);
}
