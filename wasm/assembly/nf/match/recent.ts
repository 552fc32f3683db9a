/**
 * `recent`: tables of addresses that were seen, with when. A table belongs to a namespace and lives as long as a rule
 * names it; an address keeps the times of its latest packets in a ring, as many as the rule with the most hits asks for.
 *
 *   table: namespace, name, mask, the addresses in the order in which they were seen
 *   address, 64 bytes and RECENT_STAMPS times in ticks of RECENT_TICK ns
 *
 * Limits: SEEN_CAP addresses in all tables; a packet whose address finds no room is dropped, and the slab counts it.
 * @see Linux net/netfilter/xt_recent.c
 */
import {
  EINVAL,
  ENOENT,
  ENOSPC,
  MATCH_X_A,
  MATCH_X_B,
  MATCH_X_C,
  MATCH_X_D,
  MATCH_X_E,
  MATCH_X_NOT,
  MATCH_X_P,
  MATCH_X_Q,
  MATCH_X_STATE,
  RECENT_CHECK,
  RECENT_REAP,
  RECENT_REMOVE,
  RECENT_SET,
  RECENT_STAMPS,
  RECENT_TICK,
  RECENT_TTL,
  RECENT_UPDATE,
  RECENT_X_ADDR,
  RECENT_X_COUNT,
  RECENT_X_INDEX,
  RECENT_X_ROOM,
  RECENT_X_SIZE,
  RECENT_X_STAMPS,
  RECENT_X_TTL,
} from '../../../abi';
import { RECENT_BASE, RECENT_REC, SEEN_BASE, SEEN_REC, SLAB_RECENT, SLAB_SEEN } from '../../mem';
import { now } from '../../sim/clock';
import { Pkt } from '../../sim/packet';
import { slabAlloc, slabFree, slabTop } from '../../sim/slab';
import { ETH_IPV4 } from '../../wire/ether';

/** Addresses that a table holds; one more takes the place of the one seen least lately. */
const TABLE_ROOM: u32 = 100;
/** Stamps that a table keeps of an address when no rule asks for hits. */
const DEFAULT_STAMPS: u32 = 32;
const STAMPS_AT: usize = 64;
const TICKS_PER_SECOND: u32 = 250;
const MAPPED: u64 = 0xffff0000;

@unmanaged
class Table {
  link: u32;
  /** 0: free record. */
  ns: u32;
  name: u64;
  mask0: u64;
  mask1: u64;
  /** Rules that name it, addresses in it, how many stamps each keeps (a power of two). */
  refs: u32;
  entries: u32;
  room: u32;
  /** Least and most lately seen. */
  head: u32;
  tail: u32;

  @inline static at(i: u32): Table {
    return changetype<Table>(RECENT_BASE + (i as usize) * RECENT_REC);
  }
}

@unmanaged
class Seen {
  next: u32;
  prev: u32;
  addr0: u64;
  addr1: u64;
  ttl: u32;
  /** Where the next stamp goes, and how many there are. */
  index: u32;
  count: u32;

  @inline static at(i: u32): Seen {
    return changetype<Seen>(SEEN_BASE + (i as usize) * SEEN_REC);
  }
}

function stampAt(i: u32, k: u32): usize {
  return changetype<usize>(Seen.at(i)) + STAMPS_AT + (k as usize) * 4;
}

function ticks(): u32 {
  return (now() / RECENT_TICK) as u32;
}

function nameOf(m: usize): u64 {
  return (load<u32>(m, MATCH_X_A) as u64) | ((load<u32>(m, MATCH_X_D) as u64) << 32);
}

/** @returns the table, 0: there is none */
function find(ns: u32, name: u64): u32 {
  const top = slabTop(SLAB_RECENT);
  for (let i: u32 = 1; i < top; i++) if (Table.at(i).ns == ns && Table.at(i).name == name) return i;
  return 0;
}

function powerOfTwo(n: u32): u32 {
  let k: u32 = 1;
  while (k < n) k <<= 1;
  return k;
}

/** A rule begins to name a table. @param m its match's record @returns 0, -EINVAL (too many hits) or -ENOSPC */
export function recentHold(ns: u32, m: usize): i32 {
  const hits = load<u32>(m, MATCH_X_C);
  if (hits >= (RECENT_STAMPS as u32)) return -EINVAL;
  const room = hits == 0 ? DEFAULT_STAMPS : powerOfTwo(hits);
  let i = find(ns, nameOf(m));
  if (i == 0) {
    i = slabAlloc(SLAB_RECENT);
    if (i == 0) return -ENOSPC;
    const t = Table.at(i);
    t.ns = ns;
    t.name = nameOf(m);
    t.mask0 = load<u64>(m, MATCH_X_E);
    t.mask1 = load<u64>(m, MATCH_X_E + 8);
    t.room = room;
  } else if (room > Table.at(i).room) {
    flush(i);
    Table.at(i).room = room;
  }
  Table.at(i).refs++;
  store<u32>(m, i, MATCH_X_STATE);
  return 0;
}

/** A rule goes. */
export function recentRelease(m: usize): void {
  const i = load<u32>(m, MATCH_X_STATE);
  const t = Table.at(i);
  if (--t.refs != 0) return;
  flush(i);
  t.ns = 0;
  slabFree(SLAB_RECENT, i);
}

function unlink(i: u32, k: u32): void {
  const t = Table.at(i);
  const e = Seen.at(k);
  if (e.prev == 0) t.head = e.next;
  else Seen.at(e.prev).next = e.next;
  if (e.next == 0) t.tail = e.prev;
  else Seen.at(e.next).prev = e.prev;
}

function append(i: u32, k: u32): void {
  const t = Table.at(i);
  const e = Seen.at(k);
  e.prev = t.tail;
  e.next = 0;
  if (t.tail == 0) t.head = k;
  else Seen.at(t.tail).next = k;
  t.tail = k;
}

function remove(i: u32, k: u32): void {
  unlink(i, k);
  Table.at(i).entries--;
  slabFree(SLAB_SEEN, k);
}

function flush(i: u32): void {
  while (Table.at(i).head != 0) remove(i, Table.at(i).head);
}

function lookup(i: u32, a0: u64, a1: u64): u32 {
  let k = Table.at(i).head;
  while (k != 0 && (Seen.at(k).addr0 != a0 || Seen.at(k).addr1 != a1)) k = Seen.at(k).next;
  return k;
}

/** @returns the new address, 0: no room */
function add(i: u32, a0: u64, a1: u64, ttl: u32): u32 {
  const t = Table.at(i);
  if (t.entries >= TABLE_ROOM) remove(i, t.head);
  const k = slabAlloc(SLAB_SEEN);
  if (k == 0) return 0;
  const e = Seen.at(k);
  e.addr0 = a0;
  e.addr1 = a1;
  e.ttl = ttl;
  e.index = 1;
  e.count = 1;
  store<u32>(stampAt(k, 0), ticks());
  append(i, k);
  t.entries++;
  return k;
}

function stamp(i: u32, k: u32): void {
  const e = Seen.at(k);
  e.index &= Table.at(i).room - 1;
  store<u32>(stampAt(k, e.index), ticks());
  e.index++;
  if (e.index > e.count) e.count = e.index;
  unlink(i, k);
  append(i, k);
}

/** Whether an address was seen often enough of late. @param oldest tick, when there is one */
function often(k: u32, timed: bool, oldest: i64, hits: u32): bool {
  const count = Seen.at(k).count;
  let n: u32 = 0;
  for (let j: u32 = 0; j < count; j++) {
    if (timed && (load<u32>(stampAt(k, j)) as i64) < oldest) continue;
    if (hits == 0 || ++n >= hits) return true;
  }
  return false;
}

/** The address seen least lately goes when it is too old, unless it is `k`, which is about to be stamped. */
function reap(i: u32, k: u32, oldest: i64, working: bool): void {
  const first = Table.at(i).head;
  if (first == 0 || (first == k && working)) return;
  const last = (Seen.at(first).index - 1) & (Table.at(i).room - 1);
  if ((load<u32>(stampAt(first, last)) as i64) < oldest) remove(i, first);
}

/** A packet's address and the bits of a table's mask. */
function word(p: Pkt, source: bool, half: u32): u64 {
  if (p.proto != ETH_IPV4) return load<u64>((p.nh as usize) + (source ? 8 : 24) + (half as usize) * 8);
  if (half == 0) return 0;
  return MAPPED | ((load<u32>((p.nh as usize) + (source ? 12 : 16)) as u64) << 32);
}

/** There was no room for a packet's address: it is dropped. */
export const RECENT_FULL: i32 = -1;

/** @param m the match's record @param outdev device it goes out by @returns 1: it fits, before it is negated; 0; RECENT_FULL */
export function recentFits(m: usize, p: Pkt, outdev: u32): i32 {
  const i = load<u32>(m, MATCH_X_STATE);
  const t = Table.at(i);
  const how = load<u8>(m, MATCH_X_P) as u32;
  const not = load<u8>(m, MATCH_X_NOT) != 0;
  const source = load<u8>(m, MATCH_X_Q) == 1;
  let ttl = load<u8>((p.nh as usize) + (p.proto == ETH_IPV4 ? 8 : 7)) as u32;
  // As it was before it was forwarded.
  if (outdev != 0 && p.sock == 0) ttl++;
  const a0 = word(p, source, 0) & t.mask0;
  const a1 = word(p, source, 1) & t.mask1;
  let k = lookup(i, a0, a1);
  if (k != 0 && how & RECENT_TTL && Seen.at(k).ttl != ttl) k = 0;
  if (k == 0) {
    if (!(how & RECENT_SET)) return 0;
    return add(i, a0, a1, ttl) == 0 ? RECENT_FULL : 1;
  }
  let fits = false;
  const seconds = load<u32>(m, MATCH_X_B);
  if (how & RECENT_SET) fits = true;
  else if (how & RECENT_REMOVE) {
    remove(i, k);
    return 1;
  } else if (how & (RECENT_CHECK | RECENT_UPDATE)) {
    const oldest = (ticks() as i64) - (seconds as i64) * TICKS_PER_SECOND;
    fits = often(k, seconds != 0, oldest, load<u32>(m, MATCH_X_C));
    const stamping = (how & RECENT_UPDATE) != 0 && fits != not;
    if (how & RECENT_REAP) reap(i, k, oldest, stamping);
    if (!stamping) return fits ? 1 : 0;
  }
  stamp(i, k);
  Seen.at(k).ttl = ttl;
  return fits ? 1 : 0;
}

/** Writes the addresses of a table (RECENT_X_*), at most `room`. @returns how many, -ENOENT: no such table */
export function recentDump(ns: u32, name: u64, out: usize, room: u32): i32 {
  const i = find(ns, name);
  if (i == 0) return -ENOENT;
  let n: u32 = 0;
  for (let k = Table.at(i).head; k != 0 && n < room; k = Seen.at(k).next) {
    const e = Seen.at(k);
    const at = out + (n as usize) * RECENT_X_SIZE;
    store<u64>(at, e.addr0, RECENT_X_ADDR);
    store<u64>(at, e.addr1, RECENT_X_ADDR + 8);
    store<u32>(at, e.ttl, RECENT_X_TTL);
    store<u32>(at, e.index, RECENT_X_INDEX);
    store<u32>(at, e.count, RECENT_X_COUNT);
    store<u32>(at, Table.at(i).room, RECENT_X_ROOM);
    memory.copy(at + RECENT_X_STAMPS, stampAt(k, 0), 4 * RECENT_STAMPS);
    n++;
  }
  return n as i32;
}

/**
 * Changes a table by hand. @param how 0 empty it, 1 add or stamp an address, 2 remove it @param ip its 16 bytes
 * @returns 0, -ENOENT (no such table) or -ENOSPC
 */
export function recentSet(ns: u32, name: u64, how: u32, ip: usize): i32 {
  const i = find(ns, name);
  if (i == 0) return -ENOENT;
  if (how == 0) {
    flush(i);
    return 0;
  }
  const a0 = load<u64>(ip) & Table.at(i).mask0;
  const a1 = load<u64>(ip, 8) & Table.at(i).mask1;
  const k = lookup(i, a0, a1);
  if (how == 2) {
    if (k != 0) remove(i, k);
    return 0;
  }
  if (k != 0) stamp(i, k);
  else if (add(i, a0, a1, 0) == 0) return -ENOSPC;
  return 0;
}
