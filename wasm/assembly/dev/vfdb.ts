/**
 * Forwarding tables of the VXLANs: one hash table for all, by (device, MAC). A MAC may have several remotes, each a
 * record of its own behind the first: a frame is sent to all of them (head-end replication, mostly of the all-zero MAC,
 * which stands for every MAC without an entry). Learned entries age by when they were last heard.
 * @see Linux drivers/net/vxlan/vxlan_core.c: vxlan_fdb_update, vxlan_fdb_delete, vxlan_snoop
 */
import {
  DROP_VXLAN_FULL,
  EEXIST,
  EINVAL,
  ENOENT,
  ENOSPC,
  EOPNOTSUPP,
  FDB_APPEND,
  FDB_CREATE,
  FDB_EXCL,
  FDB_REPLACE,
  NUD_NOARP,
  NUD_PERMANENT,
  NUD_REACHABLE,
  VFDB_X_DST,
  VFDB_X_MAC,
  VFDB_X_OIF,
  VFDB_X_PORT,
  VFDB_X_SEQ,
  VFDB_X_SIZE,
  VFDB_X_STATE,
  VFDB_X_UPDATED,
  VFDB_X_USED,
  VFDB_X_VNI,
} from '../../abi';
import { SLAB_VFDB, VFDB_BASE, VFDB_BUCKETS, VFDB_HASH, VFDB_REC } from '../mem';
import { now } from '../sim/clock';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';
import { dropCount } from '../sim/stat';
import { macIsGroup } from '../wire/ether';
import { Dev } from './dev';
import { Vxlan } from './vxlantab';

const FIXED: u32 = NUD_PERMANENT | NUD_NOARP;

@unmanaged
export class Vfdb {
  next: u32;
  /** 0: free. */
  dev: u32;
  /** 1: a further remote of the MAC before it. */
  more: u32;
  /** NUD_* */
  state: u32;
  dst: u32;
  port: u32;
  vni: u32;
  oif: u32;
  seq: u32;
  spare: u32;
  mac: u64;
  used: u64;
  updated: u64;

  @inline static at(i: u32): Vfdb {
    return changetype<Vfdb>(VFDB_BASE + (i as usize) * VFDB_REC);
  }
}

function bucket(dev: u32, mac: u64): usize {
  const h = (mac ^ (mac >> 23) ^ ((dev as u64) << 9)) * 0x9e3779b97f4a7c15;
  return VFDB_HASH + (((h >> 40) as u32) & (VFDB_BUCKETS - 1)) * 4;
}

function aged(f: Vfdb): bool {
  const age = Vxlan.at(Dev.at(f.dev).side).ageing;
  return age != 0 && !(f.state & FIXED) && now() - f.updated > age;
}

/** The first record of a MAC, or 0; aged ones are gone. */
export function vfdbFind(dev: u32, mac: u64): u32 {
  let i = load<u32>(bucket(dev, mac));
  while (i != 0) {
    const f = Vfdb.at(i);
    if (f.mac == mac && f.dev == dev) {
      if (!aged(f)) return i;
      remove(i);
      return 0;
    }
    i = f.next;
  }
  return 0;
}

/** The next remote of the same MAC, or 0. */
export function vfdbMore(i: u32): u32 {
  const next = Vfdb.at(i).next;
  return next != 0 && Vfdb.at(next).more ? next : 0;
}

/** Takes one record out of its chain. */
function unlink(i: u32): void {
  const f = Vfdb.at(i);
  let at = bucket(f.dev, f.mac);
  while (load<u32>(at) != i) at = changetype<usize>(Vfdb.at(load<u32>(at)));
  store<u32>(at, f.next);
  if (f.next != 0 && !f.more && Vfdb.at(f.next).more) Vfdb.at(f.next).more = 0;
  f.dev = 0;
  slabFree(SLAB_VFDB, i);
}

/** Removes a MAC with all its remotes. */
function remove(i: u32): void {
  const v = Vxlan.at(Dev.at(Vfdb.at(i).dev).side);
  v.entries--;
  let k = vfdbMore(i);
  while (k != 0) {
    unlink(k);
    k = vfdbMore(i);
  }
  unlink(i);
}

/** Room in a full table: aged entries of all devices go. @returns whether there were some */
function sweep(): bool {
  let freed = false;
  for (let i: u32 = 1; i < slabTop(SLAB_VFDB); i++) {
    const f = Vfdb.at(i);
    if (f.dev == 0 || f.more || !aged(f)) continue;
    remove(i);
    freed = true;
  }
  return freed;
}

/** A record behind `after` (0: first in its chain, a new MAC). @returns 0 when the table is full (counted) */
function insert(dev: u32, mac: u64, state: u32, dst: u32, port: u32, vni: u32, oif: u32, after: u32): u32 {
  let i = slabAlloc(SLAB_VFDB);
  if (i == 0 && after == 0 && sweep()) i = slabAlloc(SLAB_VFDB);
  if (i == 0) {
    dropCount(DROP_VXLAN_FULL);
    return 0;
  }
  const f = Vfdb.at(i);
  const v = Vxlan.at(Dev.at(dev).side);
  f.dev = dev;
  f.mac = mac;
  f.state = state;
  f.dst = dst;
  f.port = port;
  f.vni = vni;
  f.oif = oif;
  f.used = now();
  f.updated = now();
  f.more = after != 0 ? 1 : 0;
  const at = after != 0 ? changetype<usize>(Vfdb.at(after)) : bucket(dev, mac);
  f.next = load<u32>(at);
  store<u32>(at, i);
  if (after == 0) {
    v.entries++;
    f.seq = ++v.seq;
  } else f.seq = Vfdb.at(after).seq;
  return i;
}

function same(f: Vfdb, dst: u32, port: u32, vni: u32, oif: u32): bool {
  return f.dst == dst && f.port == port && f.vni == vni && f.oif == oif;
}

/** The remote of a MAC that fits, or 0. */
function remoteOf(i: u32, dst: u32, port: u32, vni: u32, oif: u32): u32 {
  let k = i;
  while (k != 0) {
    if (same(Vfdb.at(k), dst, port, vni, oif)) return k;
    k = vfdbMore(k);
  }
  return 0;
}

/** Whether a MAC may have several remotes. */
function isGroup(mac: u64): bool {
  return mac == 0 || macIsGroup(mac);
}

/**
 * Adds or changes an entry. @param how FDB_EXCL, FDB_REPLACE, FDB_APPEND, FDB_CREATE, or-ed
 * @returns 0, -EEXIST, -ENOENT, -EOPNOTSUPP (replacing a group), -ENOSPC
 */
export function vfdbUpdate(dev: u32, mac: u64, state: u32, dst: u32, port: u32, vni: u32, oif: u32, how: u32): i32 {
  const i = vfdbFind(dev, mac);
  if (i == 0) {
    if (!(how & FDB_CREATE)) return -ENOENT;
    if (how & FDB_REPLACE && isGroup(mac)) return -EOPNOTSUPP;
    return insert(dev, mac, state, dst, port, vni, oif, 0) == 0 ? -ENOSPC : 0;
  }
  if (how & FDB_EXCL) return -EEXIST;
  const f = Vfdb.at(i);
  if (how & FDB_REPLACE && isGroup(mac)) return -EOPNOTSUPP;
  if (f.state != state) {
    f.state = state;
    f.updated = now();
  }
  if (how & FDB_REPLACE) {
    f.dst = dst;
    f.port = port;
    f.vni = vni;
    f.oif = oif;
    f.updated = now();
  } else if (how & FDB_APPEND && isGroup(mac) && remoteOf(i, dst, port, vni, oif) == 0) {
    let last = i;
    let k = vfdbMore(i);
    while (k != 0) {
      last = k;
      k = vfdbMore(k);
    }
    if (insert(dev, mac, state, dst, port, vni, oif, last) == 0) return -ENOSPC;
  }
  return 0;
}

/** Removes a remote of a MAC, or (dst 0) all of it. @returns 0 or -ENOENT */
export function vfdbRemove(dev: u32, mac: u64, dst: u32, port: u32, vni: u32, oif: u32): i32 {
  const i = vfdbFind(dev, mac);
  if (i == 0) return -ENOENT;
  if (dst == 0) {
    remove(i);
    return 0;
  }
  const k = remoteOf(i, dst, port, vni, oif);
  if (k == 0) return -ENOENT;
  if (vfdbMore(i) == 0) remove(i);
  else unlink(k);
  return 0;
}

/**
 * A frame from `mac` came from `src`: learns it, or sees that it moved.
 * @returns false: the MAC is fixed elsewhere, the frame must go
 */
export function vfdbLearn(dev: u32, mac: u64, src: u32, max: u32): bool {
  const i = vfdbFind(dev, mac);
  if (i == 0) {
    if (max != 0 && Vxlan.at(Dev.at(dev).side).entries >= max) dropCount(DROP_VXLAN_FULL);
    else insert(dev, mac, NUD_REACHABLE, src, 0, 0, 0, 0);
    return true;
  }
  const f = Vfdb.at(i);
  f.updated = now();
  if (f.dst == src) return true;
  if (f.state & FIXED) return false;
  f.dst = src;
  return true;
}

/** Forgets the learned entries (`all`: every one) of a device. @see Linux vxlan_flush */
export function vfdbFlush(dev: u32, all: bool): void {
  for (let i: u32 = 1; i < slabTop(SLAB_VFDB); i++) {
    const f = Vfdb.at(i);
    if (f.dev == dev && !f.more && (all || !(f.state & FIXED))) remove(i);
  }
}

/** Sets an entry by hand. @param rec VFDB_X_* record @returns as vfdbUpdate, -EINVAL: no destination, or not a VXLAN */
export function vfdbSet(dev: u32, rec: usize, how: u32): i32 {
  if (Dev.at(dev).side == 0) return -EINVAL;
  const state = load<u32>(rec + VFDB_X_STATE);
  if (!(state & (NUD_PERMANENT | NUD_REACHABLE))) return -EINVAL;
  return vfdbUpdate(
    dev, load<u64>(rec + VFDB_X_MAC), state, load<u32>(rec + VFDB_X_DST), load<u32>(rec + VFDB_X_PORT),
    load<u32>(rec + VFDB_X_VNI), load<u32>(rec + VFDB_X_OIF), how,
  );
}

/** Removes an entry by hand. @returns 0 or -ENOENT */
export function vfdbDel(dev: u32, rec: usize): i32 {
  if (Dev.at(dev).side == 0) return -EINVAL;
  return vfdbRemove(
    dev, load<u64>(rec + VFDB_X_MAC), load<u32>(rec + VFDB_X_DST), load<u32>(rec + VFDB_X_PORT),
    load<u32>(rec + VFDB_X_VNI), load<u32>(rec + VFDB_X_OIF),
  );
}

/** Writes the entries of a device as VFDB_X_* records, at most `room`; remotes of one MAC in their order. @returns how many */
export function vfdbDump(dev: u32, out: usize, room: u32): u32 {
  let n: u32 = 0;
  for (let i: u32 = 1; i < slabTop(SLAB_VFDB); i++) {
    if (Vfdb.at(i).dev != dev || Vfdb.at(i).more || aged(Vfdb.at(i))) continue;
    let k = i;
    while (k != 0 && n < room) {
      const f = Vfdb.at(k);
      const p = out + (n as usize) * VFDB_X_SIZE;
      store<u64>(p + VFDB_X_MAC, f.mac);
      store<u32>(p + VFDB_X_DST, f.dst);
      store<u32>(p + VFDB_X_PORT, f.port);
      store<u32>(p + VFDB_X_VNI, f.vni);
      store<u32>(p + VFDB_X_OIF, f.oif);
      store<u32>(p + VFDB_X_STATE, f.state);
      store<u32>(p + VFDB_X_SEQ, f.seq);
      store<f64>(p + VFDB_X_USED, (now() - f.used) as f64);
      store<f64>(p + VFDB_X_UPDATED, (now() - f.updated) as f64);
      n++;
      k = vfdbMore(k);
    }
  }
  return n;
}
