/**
 * Forwarding database of the bridges: one hash table for all, by (bridge, MAC). Learned entries age out after 300 s;
 * the bridge's own and its ports' MACs are local and permanent.
 */
import { DROP_FDB_FULL, FDB_X_AGE, FDB_X_FLAGS, FDB_X_MAC, FDB_X_PORT, FDB_X_SIZE } from '../../abi';
import { FDB_BASE, FDB_BUCKETS, FDB_CAP, FDB_HASH, FDB_REC, SLAB_FDB } from '../mem';
import { now } from '../sim/clock';
import { slabAlloc, slabFree } from '../sim/slab';
import { dropCount } from '../sim/stat';

const AGEING: u64 = 300_000_000_000;
const LOCAL: u32 = 1;
const PERMANENT: u32 = 2;

@unmanaged
export class Fdb {
  next: u32;
  bridge: u32;
  port: u32;
  flags: u32;
  mac: u64;
  used: u64;

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

/** Removes the entries for which (bridge, port) fit; 0 fits all. `keepLocal` spares local ones; `old`: aged only. */
function sweep(bridge: u32, port: u32, keepLocal: bool, old: bool): u32 {
  let count: u32 = 0;
  for (let b: u32 = 0; b < FDB_BUCKETS; b++) {
    let at = FDB_HASH + (b as usize) * 4;
    let i = load<u32>(at);
    while (i != 0) {
      const f = Fdb.at(i);
      const next = f.next;
      const fits = (bridge == 0 || f.bridge == bridge) && (port == 0 || f.port == port);
      if (fits && !(keepLocal && f.flags & LOCAL) && (!old || aged(f))) {
        store<u32>(at, next);
        slabFree(SLAB_FDB, i);
        count++;
      } else at = changetype<usize>(f);
      i = next;
    }
  }
  return count;
}

function insert(bridge: u32, port: u32, mac: u64, flags: u32): void {
  let i = slabAlloc(SLAB_FDB);
  if (i == 0 && sweep(0, 0, true, true) != 0) i = slabAlloc(SLAB_FDB);
  if (i == 0) {
    dropCount(DROP_FDB_FULL);
    return;
  }
  const f = Fdb.at(i);
  const at = bucket(bridge, mac);
  f.bridge = bridge;
  f.port = port;
  f.flags = flags;
  f.mac = mac;
  f.used = now();
  f.next = load<u32>(at);
  store<u32>(at, i);
}

/** Learns that `mac` is behind `port`. @returns whether that is news @see Linux br_fdb.c: br_fdb_update */
export function fdbLearn(bridge: u32, port: u32, mac: u64): bool {
  let i = load<u32>(bucket(bridge, mac));
  while (i != 0) {
    const f = Fdb.at(i);
    if (f.mac == mac && f.bridge == bridge) {
      if (f.flags & LOCAL) return false;
      const news = f.port != port || aged(f);
      f.port = port;
      f.used = now();
      return news;
    }
    i = f.next;
  }
  insert(bridge, port, mac, 0);
  return true;
}

/** Adds a local entry: `port` is the bridge itself for the bridge's own MAC. */
export function fdbLocalAdd(bridge: u32, port: u32, mac: u64): void {
  fdbLocalDel(bridge, 0, mac);
  insert(bridge, port, mac, LOCAL | PERMANENT);
}

/** Removes the entry of a MAC; `port` 0: whatever port. */
export function fdbLocalDel(bridge: u32, port: u32, mac: u64): void {
  let at = bucket(bridge, mac);
  let i = load<u32>(at);
  while (i != 0) {
    const f = Fdb.at(i);
    if (f.mac == mac && f.bridge == bridge && (port == 0 || f.port == port)) {
      store<u32>(at, f.next);
      slabFree(SLAB_FDB, i);
      return;
    }
    at = changetype<usize>(f);
    i = f.next;
  }
}

/** A port goes down (learned entries go) or leaves (local ones too). */
export function fdbPortGone(port: u32, leaves: bool): void {
  sweep(0, port, !leaves, false);
}

/** A bridge is removed. */
export function fdbBridgeGone(bridge: u32): void {
  sweep(bridge, 0, false, false);
}

/** Writes the live entries of a bridge as FDB_X_* records, at most `room`. @returns how many */
export function fdbDump(bridge: u32, out: usize, room: u32): u32 {
  let n: u32 = 0;
  for (let i: u32 = 1; i < FDB_CAP && n < room; i++) {
    const f = Fdb.at(i);
    if (f.bridge != bridge || !isLinked(i) || aged(f)) continue;
    const p = out + (n as usize) * FDB_X_SIZE;
    store<u64>(p + FDB_X_MAC, f.mac);
    store<u32>(p + FDB_X_PORT, f.port);
    store<u32>(p + FDB_X_FLAGS, f.flags);
    store<f64>(p + FDB_X_AGE, (now() - f.used) as f64);
    n++;
  }
  return n;
}

/** Whether a record is in the table (a freed one keeps its fields but the first). */
function isLinked(i: u32): bool {
  const f = Fdb.at(i);
  let k = load<u32>(bucket(f.bridge, f.mac));
  while (k != 0) {
    if (k == i) return true;
    k = Fdb.at(k).next;
  }
  return false;
}
