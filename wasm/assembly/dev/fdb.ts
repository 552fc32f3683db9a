/**
 * Forwarding database of the bridges: one hash table for all, by (bridge, MAC). Learned entries age out after 300 s;
 * the bridge's own and its ports' MACs are local and permanent.
 */
import { DROP_FDB_FULL, FDB_X_AGE, FDB_X_FLAGS, FDB_X_MAC, FDB_X_PORT, FDB_X_SIZE } from '../../abi';
import { FDB_BASE, FDB_BUCKETS, FDB_HASH, FDB_REC, SLAB_FDB, Sim } from '../mem';
import { now } from '../sim/clock';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';
import { dropCount } from '../sim/stat';
import { Dev } from './dev';

const AGEING: u64 = 300_000_000_000;
const LOCAL: u32 = 1;
const PERMANENT: u32 = 2;
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

  @inline static at(i: u32): Fdb {
    return changetype<Fdb>(FDB_BASE + (i as usize) * FDB_REC);
  }
}

function bucket(bridge: u32, mac: u64): usize {
  const h = (mac ^ (mac >> 23) ^ ((bridge as u64) << 7)) * 0x9e3779b97f4a7c15;
  return FDB_HASH + (((h >> 40) as u32) & (FDB_BUCKETS - 1)) * 4;
}

function aged(f: Fdb): bool {
  return !(f.flags & PERMANENT) && now() - f.used > AGEING;
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

function remove(i: u32): void {
  const f = Fdb.at(i);
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
  f.next = load<u32>(at);
  store<u32>(at, i);
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

/** Learns that `mac` is behind `port`. @see Linux br_fdb.c: br_fdb_update */
export function fdbLearn(bridge: u32, port: u32, mac: u64): void {
  const hint = Fdb.at(Dev.at(port).fdbFrom);
  if (hint.mac == mac && hint.port == port && hint.bridge == bridge) {
    hint.used = now();
    return;
  }
  learn(bridge, port, mac);
}

function learn(bridge: u32, port: u32, mac: u64): void {
  let i = load<u32>(bucket(bridge, mac));
  while (i != 0) {
    const f = Fdb.at(i);
    if (f.mac == mac && f.bridge == bridge) {
      if (!(f.flags & LOCAL)) {
        if (f.port != port) {
          unlinkPort(i);
          linkPort(i, port);
        }
        Dev.at(port).fdbFrom = i;
        f.used = now();
      }
      return;
    }
    i = f.next;
  }
  insert(bridge, port, mac, 0);
}

/** Adds a local entry: `port` is the bridge itself for the bridge's own MAC. */
export function fdbLocalAdd(bridge: u32, port: u32, mac: u64): void {
  fdbLocalDel(bridge, 0, mac);
  insert(bridge, port, mac, LOCAL | PERMANENT);
}

/** Removes the entry of a MAC; `port` 0: whatever port. */
export function fdbLocalDel(bridge: u32, port: u32, mac: u64): void {
  let i = load<u32>(bucket(bridge, mac));
  while (i != 0) {
    const f = Fdb.at(i);
    if (f.mac == mac && f.bridge == bridge && (port == 0 || f.port == port)) {
      remove(i);
      return;
    }
    i = f.next;
  }
}

/** A port goes down (learned entries go) or leaves (local ones too). */
export function fdbPortGone(port: u32, leaves: bool): void {
  let i = Dev.at(port).fdbs;
  while (i != 0) {
    const next = Fdb.at(i).portNext;
    if (leaves || !fdbIsLocal(i)) remove(i);
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
    const p = out + (n as usize) * FDB_X_SIZE;
    store<u64>(p + FDB_X_MAC, f.mac);
    store<u32>(p + FDB_X_PORT, f.port);
    store<u32>(p + FDB_X_FLAGS, f.flags);
    store<f64>(p + FDB_X_AGE, (now() - f.used) as f64);
    n++;
  }
  return n;
}
