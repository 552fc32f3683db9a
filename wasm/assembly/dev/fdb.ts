/**
 * Forwarding database of the bridges: one hash table for all, by (bridge, MAC). Learned entries age out by the
 * bridge's ageing time; the bridge's own and its ports' MACs are local and permanent; static ones stay, but move when
 * their MAC speaks elsewhere.
 * @see Linux net/bridge/br_fdb.c
 */
import {
  DROP_FDB_FULL,
  EEXIST,
  EINVAL,
  ENOENT,
  ENOSPC,
  FDB_CREATE,
  FDB_EXCL,
  FDB_LOCAL,
  FDB_PERMANENT,
  FDB_STATIC,
  FDB_USER,
  FDB_X_AGE,
  FDB_X_FLAGS,
  FDB_X_MAC,
  FDB_X_PORT,
  FDB_X_SEQ,
  FDB_X_SIZE,
  NEV_FDB,
  NEV_FDB_GONE,
} from '../../abi';
import { flowStale } from '../flow/epoch';
import { recHeard } from '../flow/record';
import { FDB_BASE, FDB_BUCKETS, FDB_HASH, FDB_REC, SLAB_FDB, Sim } from '../mem';
import { now } from '../sim/clock';
import { netTell } from '../sim/netevent';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';
import { dropCount } from '../sim/stat';
import { macIsGroup } from '../wire/ether';
import { Dev } from './dev';

const LOCAL: u32 = FDB_LOCAL;
const PERMANENT: u32 = FDB_PERMANENT;
const STATIC: u32 = FDB_STATIC;
/** Entries looked at for an aged one when the table is full. */
const SEARCH: u32 = 64;

@unmanaged
export class Fdb {
  next: u32;
  /** 0: free record. */
  bridge: u32;
  port: u32;
  flags: u32;
  mac: u64;
  used: u64;
  /** Entries of the same port. */
  portNext: u32;
  portPrev: u32;
  /** Grows with the entries' creation. */
  seq: u32;

  @inline static at(i: u32): Fdb {
    return changetype<Fdb>(FDB_BASE + (i as usize) * FDB_REC);
  }
}

function bucket(bridge: u32, mac: u64): usize {
  const h = (mac ^ (mac >> 23) ^ ((bridge as u64) << 7)) * 0x9e3779b97f4a7c15;
  return FDB_HASH + (((h >> 40) as u32) & (FDB_BUCKETS - 1)) * 4;
}

function aged(f: Fdb): bool {
  return !(f.flags & (PERMANENT | STATIC)) && now() - f.used > Dev.at(f.bridge).ageing;
}

/** The entry of a MAC, or 0. */
export function fdbFind(bridge: u32, mac: u64): u32 {
  let i = load<u32>(bucket(bridge, mac));
  while (i != 0) {
    const f = Fdb.at(i);
    if (f.mac == mac && f.bridge == bridge) return aged(f) ? 0 : i;
    i = f.next;
  }
  return 0;
}

/** Until when a live entry is good if nobody uses it any more, ns. */
export function fdbUntil(i: u32): u64 {
  const f = Fdb.at(i);
  return f.flags & (PERMANENT | STATIC) ? u64.MAX_VALUE : f.used + Dev.at(f.bridge).ageing;
}

/** Whether an entry is the machine's own. */
export function fdbIsLocal(i: u32): bool {
  return (Fdb.at(i).flags & LOCAL) != 0;
}

function linkPort(i: u32, port: u32): void {
  const f = Fdb.at(i);
  const d = Dev.at(port);
  f.port = port;
  f.portPrev = 0;
  f.portNext = d.fdbs;
  if (d.fdbs != 0) Fdb.at(d.fdbs).portPrev = i;
  d.fdbs = i;
}

function unlinkPort(i: u32): void {
  const f = Fdb.at(i);
  if (f.portPrev == 0) Dev.at(f.port).fdbs = f.portNext;
  else Fdb.at(f.portPrev).portNext = f.portNext;
  if (f.portNext != 0) Fdb.at(f.portNext).portPrev = f.portPrev;
}

function movePort(i: u32, port: u32): void {
  if (Fdb.at(i).port == port) return;
  flowStale();
  unlinkPort(i);
  linkPort(i, port);
}

/** Writes the record of an entry (FDB_X_*). */
function record(i: u32, p: usize): void {
  const f = Fdb.at(i);
  store<u64>(p + FDB_X_MAC, f.mac);
  store<u32>(p + FDB_X_PORT, f.port);
  store<u32>(p + FDB_X_FLAGS, f.flags);
  store<f64>(p + FDB_X_AGE, (now() - f.used) as f64);
  store<u32>(p + FDB_X_SEQ, f.seq);
}

/** Tells of an entry those who listen. @param what NEV_FDB, NEV_FDB_GONE */
function tell(i: u32, what: u32): void {
  const at = netTell(what, Dev.at(Fdb.at(i).bridge).ns);
  if (at != 0) record(i, at);
}

function remove(i: u32): void {
  flowStale();
  const f = Fdb.at(i);
  tell(i, NEV_FDB_GONE);
  let at = bucket(f.bridge, f.mac);
  while (load<u32>(at) != i) at = changetype<usize>(Fdb.at(load<u32>(at)));
  store<u32>(at, f.next);
  unlinkPort(i);
  f.bridge = 0;
  slabFree(SLAB_FDB, i);
}

/** The table is full: looks at some entries for aged ones and removes them. @returns whether there were any */
function makeRoom(): bool {
  const s = Sim.at();
  const top = slabTop(SLAB_FDB);
  let freed = false;
  for (let k: u32 = 0; k < SEARCH; k++) {
    s.fdbCursor = s.fdbCursor + 1 < top ? s.fdbCursor + 1 : 1;
    const f = Fdb.at(s.fdbCursor);
    if (f.bridge == 0 || !aged(f)) continue;
    remove(s.fdbCursor);
    freed = true;
  }
  return freed;
}

function insert(bridge: u32, port: u32, mac: u64, flags: u32): void {
  let i = slabAlloc(SLAB_FDB);
  if (i == 0 && makeRoom()) i = slabAlloc(SLAB_FDB);
  if (i == 0) {
    dropCount(DROP_FDB_FULL);
    return;
  }
  const f = Fdb.at(i);
  const at = bucket(bridge, mac);
  f.bridge = bridge;
  linkPort(i, port);
  f.flags = flags;
  f.mac = mac;
  f.used = now();
  f.seq = ++Dev.at(bridge).fdbSeq;
  f.next = load<u32>(at);
  store<u32>(at, i);
  tell(i, NEV_FDB);
}

/** The entry of a destination that a port sends to, or 0. */
export function fdbLookup(bridge: u32, port: u32, mac: u64): u32 {
  const d = Dev.at(port);
  const f = Fdb.at(d.fdbTo);
  if (f.mac == mac && f.bridge == bridge && !aged(f)) return d.fdbTo;
  const i = fdbFind(bridge, mac);
  d.fdbTo = i;
  return i;
}

/** Learns that `mac` is behind `port`. @returns whether that is news @see Linux br_fdb.c: br_fdb_update */
export function fdbLearn(bridge: u32, port: u32, mac: u64): bool {
  const hint = Fdb.at(Dev.at(port).fdbFrom);
  if (hint.mac == mac && hint.port == port && hint.bridge == bridge) {
    hint.used = now();
    if (Sim.at().rec != 0) recHeard(Dev.at(port).fdbFrom);
    return false;
  }
  return learn(bridge, port, mac);
}

function learn(bridge: u32, port: u32, mac: u64): bool {
  let i = load<u32>(bucket(bridge, mac));
  while (i != 0) {
    const f = Fdb.at(i);
    if (f.mac == mac && f.bridge == bridge) {
      if (f.flags & LOCAL) return false;
      const news = f.port != port || aged(f);
      movePort(i, port);
      Dev.at(port).fdbFrom = i;
      f.used = now();
      if (news) tell(i, NEV_FDB);
      if (Sim.at().rec != 0) recHeard(i);
      return news;
    }
    i = f.next;
  }
  insert(bridge, port, mac, 0);
  return true;
}

/** The entry of a MAC whatever its age, or 0. */
function lookup(bridge: u32, mac: u64): u32 {
  let i = load<u32>(bucket(bridge, mac));
  while (i != 0) {
    const f = Fdb.at(i);
    if (f.mac == mac && f.bridge == bridge) return i;
    i = f.next;
  }
  return 0;
}

/** Adds a local entry: `port` 0 for the bridge's own MAC. One that is local already stays. @see fdb_add_local */
export function fdbLocalAdd(bridge: u32, port: u32, mac: u64): void {
  const i = lookup(bridge, mac);
  if (i != 0) {
    if (Fdb.at(i).flags & LOCAL) return;
    remove(i);
  }
  insert(bridge, port != 0 ? port : bridge, mac, LOCAL | PERMANENT);
}

/** A port or (0) the bridge gives up a MAC: its entry goes, unless another has the same MAC. @see fdb_delete_local */
export function fdbLocalDel(bridge: u32, port: u32, mac: u64): void {
  const i = lookup(bridge, mac);
  if (i == 0) return;
  const f = Fdb.at(i);
  if (!(f.flags & LOCAL) || f.flags & FDB_USER || f.port != (port != 0 ? port : bridge)) return;
  const b = Dev.at(bridge);
  let k = b.ports;
  while (k != 0) {
    if (k != port && Dev.at(k).mac == mac) {
      movePort(i, k);
      return;
    }
    k = Dev.at(k).nextPort;
  }
  if (port != 0 && b.mac == mac) movePort(i, bridge);
  else remove(i);
}

/**
 * Sets an entry by hand. Equivalent: bridge fdb add MAC dev PORT master. @param port the bridge itself, or a port of it
 * @param flags 0 (dynamic), FDB_STATIC, FDB_LOCAL | FDB_PERMANENT @param how FDB_CREATE, FDB_EXCL
 * @returns 0, -EEXIST, -ENOENT, -EINVAL (a group's MAC, not a port), -ENOSPC
 * @see Linux fdb_add_entry
 */
export function fdbSet(port: u32, mac: u64, flags: u32, how: u32): i32 {
  const bridge = Dev.at(port).master != 0 ? Dev.at(port).master : port;
  if (mac == 0 || macIsGroup(mac) || (port == bridge && !(flags & LOCAL))) return -EINVAL;
  const i = lookup(bridge, mac);
  if (i == 0) {
    if (!(how & FDB_CREATE)) return -ENOENT;
    insert(bridge, port, mac, flags | FDB_USER);
    return lookup(bridge, mac) != 0 ? 0 : -ENOSPC;
  }
  if (how & FDB_EXCL) return -EEXIST;
  const f = Fdb.at(i);
  flowStale();
  movePort(i, port);
  f.flags = flags | FDB_USER;
  f.used = now();
  tell(i, NEV_FDB);
  return 0;
}

/** Removes an entry by hand, of that port only. @returns 0 or -ENOENT */
export function fdbDel(port: u32, mac: u64): i32 {
  const bridge = Dev.at(port).master != 0 ? Dev.at(port).master : port;
  const i = lookup(bridge, mac);
  if (i == 0 || Fdb.at(i).port != port) return -ENOENT;
  remove(i);
  return 0;
}

/** A port goes down (learned entries go) or leaves (local ones too). */
export function fdbPortGone(port: u32, leaves: bool): void {
  let i = Dev.at(port).fdbs;
  while (i != 0) {
    const next = Fdb.at(i).portNext;
    if (leaves || !(Fdb.at(i).flags & (LOCAL | STATIC))) remove(i);
    i = next;
  }
}

/** Writes the live entries of a bridge as FDB_X_* records, at most `room`. @returns how many */
export function fdbDump(bridge: u32, out: usize, room: u32): u32 {
  let n: u32 = 0;
  const top = slabTop(SLAB_FDB);
  for (let i: u32 = 1; i < top && n < room; i++) {
    const f = Fdb.at(i);
    if (f.bridge != bridge || aged(f)) continue;
    record(i, out + (n as usize) * FDB_X_SIZE);
    n++;
  }
  return n;
}
