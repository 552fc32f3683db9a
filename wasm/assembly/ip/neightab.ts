/**
 * The table of neighbours, of IPv4 and IPv6: entries by device and address, and those of a device. A full table gives
 * up what failed or has not been used for long.
 * @see Linux net/core/neighbour.c: neigh_lookup, ___neigh_create, neigh_forced_gc, neigh_ifdown
 */
import {
  DROP_NEIGH_FAILED, NEIGH_X_DEV, NEIGH_X_IP, NEIGH_X_MAC, NEIGH_X_ROUTER, NEIGH_X_STATE, NEV_NEIGH_GONE, NUD_DELAY, NUD_FAILED, NUD_NOARP, NUD_PERMANENT, NUD_PROBE, NUD_REACHABLE, NUD_STALE,
} from '../../abi';
import { Dev } from '../dev/dev';
import { flowStale } from '../flow/epoch';
import { NEIGH_BASE, NEIGH_BUCKETS, NEIGH_HASH, NEIGH_REC, SLAB_NEIGH, Sim } from '../mem';
import { now } from '../sim/clock';
import { Pkt } from '../sim/packet';
import { pktDrop } from '../sim/pool';
import { netTell } from '../sim/netevent';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';
import { timerDel } from '../sim/timer';
import { same16, wrMapped } from '../wire/bytes';

/** Linux: gc_stale_time. */
const STALE_TIME: u64 = 60_000_000_000;
/** Entries looked at for one to give up when the table is full. */
const SEARCH: u32 = 256;
/** States in which an entry has a MAC that is used. */
export const NEIGH_VALID: u32 = NUD_PERMANENT | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;

/** Of these, those that a packet does not change. */
export const NEIGH_STEADY: u32 = NEIGH_VALID & ~(NUD_STALE as u32);

@unmanaged
export class Neigh {
  next: u32;
  live: u32;
  dev: u32;
  ip: u32;
  state: u32;
  probes: u32;
  timer: u32;
  queueHead: u32;
  queueTail: u32;
  queued: u32;
  /** 1: an IPv6 neighbour; its address is in a0 and a1, and `ip` a digest of it. */
  v6: u32;
  /** 1: it says that it is a router. */
  router: u32;
  mac: u64;
  confirmed: u64;
  used: u64;
  updated: u64;
  /** How long an answer holds, ns: between half and three halves of base_reachable_time. @see neigh_rand_reach_time */
  reachable: u64;
  /** Entries of the same device. */
  devNext: u32;
  devPrev: u32;
  a0: u64;
  a1: u64;

  @inline static at(i: u32): Neigh {
    return changetype<Neigh>(NEIGH_BASE + (i as usize) * NEIGH_REC);
  }
}

function bucket(dev: u32, ip: u32): usize {
  const h: u32 = (ip ^ (dev * 0x9e3779b1)) * 0x85ebca6b;
  return NEIGH_HASH + ((((h >> 15) & (NEIGH_BUCKETS - 1)) as usize) << 2);
}

/** The entry for an address on a device, or 0. */
export function neighFind(dev: u32, ip: u32): u32 {
  let i = load<u32>(bucket(dev, ip));
  while (i != 0) {
    const n = Neigh.at(i);
    if (n.ip == ip && n.dev == dev && !n.v6) return i;
    i = n.next;
  }
  return 0;
}

/** The MAC of a neighbour that is known for certain (permanent, or confirmed), 0: none such. */
export function neighMac(dev: u32, ip: u32): u64 {
  const i = neighFind(dev, ip);
  return i != 0 && Neigh.at(i).state & (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE) ? Neigh.at(i).mac : 0;
}

/** Address of the 16 bytes of an IPv6 neighbour. */
export function neigh6Bytes(i: u32): usize {
  return changetype<usize>(Neigh.at(i)) + offsetof<Neigh>('a0');
}

function digest(ip16: usize): u32 {
  const w = (load<u64>(ip16) * 0x9e3779b97f4a7c15) ^ load<u64>(ip16, 8);
  return ((w >> 32) as u32) ^ (w as u32);
}

/** The entry for an IPv6 address on a device, or 0. */
export function neigh6Find(dev: u32, ip16: usize): u32 {
  const ip = digest(ip16);
  let i = load<u32>(bucket(dev, ip));
  while (i != 0) {
    const n = Neigh.at(i);
    if (n.ip == ip && n.dev == dev && n.v6 && same16(neigh6Bytes(i), ip16)) return i;
    i = n.next;
  }
  return 0;
}

/** The entry for an IPv6 address on a device, made when there is none; 0 when the table is full. */
export function neigh6Make(dev: u32, ip16: usize): u32 {
  let i = neigh6Find(dev, ip16);
  if (i != 0) return i;
  i = neighMake(dev, digest(ip16));
  if (i == 0) return 0;
  Neigh.at(i).v6 = 1;
  memory.copy(neigh6Bytes(i), ip16, 16);
  return i;
}

/** Whether frames can be sent to a neighbour. */
export function neighValid(i: u32): bool {
  return (Neigh.at(i).state & NEIGH_VALID) != 0;
}

/** A new entry, 0 when the table is full. */
export function neighMake(dev: u32, ip: u32): u32 {
  let i = slabAlloc(SLAB_NEIGH);
  if (i == 0 && forced()) i = slabAlloc(SLAB_NEIGH);
  if (i == 0) return 0;
  const n = Neigh.at(i);
  const at = bucket(dev, ip);
  n.live = 1;
  n.dev = dev;
  n.ip = ip;
  n.used = now();
  n.next = load<u32>(at);
  store<u32>(at, i);
  const d = Dev.at(dev);
  n.devNext = d.neighs;
  if (d.neighs != 0) Neigh.at(d.neighs).devPrev = i;
  d.neighs = i;
  return i;
}

/** The table is full: looks at some entries and frees those nobody needs. @returns whether there were any */
function forced(): bool {
  const s = Sim.at();
  const top = slabTop(SLAB_NEIGH);
  let freed = false;
  for (let k: u32 = 0; k < SEARCH; k++) {
    s.neighCursor = s.neighCursor + 1 < top ? s.neighCursor + 1 : 1;
    const n = Neigh.at(s.neighCursor);
    if (n.live && (n.state == NUD_FAILED || (n.state == NUD_STALE && now() - n.used > STALE_TIME))) {
      neighRemove(s.neighCursor);
      freed = true;
    }
  }
  return freed;
}

/** Frees an entry with what waits for it. */
export function neighRemove(i: u32): void {
  flowStale();
  const n = Neigh.at(i);
  if (n.state != 0) neighTell(i, NEV_NEIGH_GONE);
  timerDel(n.timer);
  n.timer = 0;
  let q = n.queueHead;
  while (q != 0) {
    const next = Pkt.at(q).next;
    pktDrop(q, DROP_NEIGH_FAILED);
    q = next;
  }
  const at = bucket(n.dev, n.ip);
  let k = load<u32>(at);
  if (k == i) store<u32>(at, n.next);
  else {
    while (Neigh.at(k).next != i) k = Neigh.at(k).next;
    Neigh.at(k).next = n.next;
  }
  if (n.devPrev == 0) Dev.at(n.dev).neighs = n.devNext;
  else Neigh.at(n.devPrev).devNext = n.devNext;
  if (n.devNext != 0) Neigh.at(n.devNext).devPrev = n.devPrev;
  n.live = 0;
  slabFree(SLAB_NEIGH, i);
}

/** Writes the record of an entry (NEIGH_X_*). */
export function neighRecord(i: u32, p: usize): void {
  const n = Neigh.at(i);
  if (n.v6) memory.copy(p + NEIGH_X_IP, neigh6Bytes(i), 16);
  else wrMapped(p + NEIGH_X_IP, n.ip);
  store<u32>(p + NEIGH_X_DEV, n.dev);
  store<u32>(p + NEIGH_X_STATE, n.router ? n.state | NEIGH_X_ROUTER : n.state);
  store<u64>(p + NEIGH_X_MAC, n.mac);
}

/** Tells of an entry those who listen. @param what NEV_NEIGH, NEV_NEIGH_GONE */
export function neighTell(i: u32, what: u32): void {
  const at = netTell(what, Dev.at(Neigh.at(i).dev).ns);
  if (at != 0) neighRecord(i, at);
}

/** A device goes down or away: its neighbours go. */
export function neighDevGone(dev: u32): void {
  while (Dev.at(dev).neighs != 0) neighRemove(Dev.at(dev).neighs);
}

/** A namespace goes; its devices went before, and their neighbours with them. */
export function neighNsDestroy(ns: u32): void {}
