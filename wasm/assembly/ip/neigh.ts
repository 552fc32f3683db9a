/**
 * Neighbours (IPv4 over Ethernet): the states of Linux's neighbour table, packets that wait for an answer, probing.
 *
 *   none/FAILED --packet--> INCOMPLETE --reply--> REACHABLE --15 to 45 s--> STALE --packet--> DELAY --5 s--> PROBE
 *   INCOMPLETE, PROBE: 3 requests a second apart, then FAILED: waiting packets answer with host unreachable.
 *
 * The times are those of net.ipv4.neigh.DEV.
 * Limits: transport does not confirm neighbours, they are probed.
 * @see Linux net/core/neighbour.c: neigh_timer_handler, __neigh_event_send, neigh_update
 */
import {
  CONF_ARP_ANNOUNCE, CONF_BASE_REACHABLE_TIME, CONF_DELAY_FIRST_PROBE_TIME, CONF_LOCKTIME, CONF_MCAST_SOLICIT,
  CONF_RETRANS_TIME, CONF_UCAST_SOLICIT, CONF_UNRES_QLEN, DROP_NEIGH_FAILED, DROP_NEIGH_FULL, DROP_NEIGH_QUEUE, EINVAL,
  ENOBUFS, ENOENT, NEIGH_X_DEV, NEIGH_X_IP, NEIGH_X_MAC, NEIGH_X_SIZE, NEIGH_X_STATE, NUD_DELAY, NUD_FAILED,
  NUD_INCOMPLETE, NUD_NOARP, NUD_PERMANENT, NUD_PROBE, NUD_REACHABLE, NUD_STALE, RT_SCOPE_LINK, TIMER_NEIGH, TRACE_NEIGH,
  TRACE_NEIGH_DONE,
} from '../../abi';
import { Dev } from '../dev/dev';
import { devXmit } from '../dev/xmit';
import { NEIGH_BASE, NEIGH_BUCKETS, NEIGH_HASH, NEIGH_REC, SLAB_NEIGH, Sim } from '../mem';
import { now } from '../sim/clock';
import { drain } from '../sim/loop';
import { Pkt, pktDrop, pktPush } from '../sim/pool';
import { rngBelow } from '../sim/rng';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';
import { trace, traceBecause, traceCause } from '../sim/trace';
import { timerAddWheel, timerDel } from '../sim/timer';
import { isMapped, rdMapped, wrMapped } from '../wire/bytes';
import { ETH_HLEN, ethWrite, MAC_BROADCAST } from '../wire/ether';
import { ip4Src } from '../wire/ipv4';
import { addrIsLocal, addrOnLink, addrSelect } from './addr';
import { arpAnnounce, arpSend } from './arp';
import { confMax, confOf, confTime } from './conf';
import { icmpUnreachHost } from './icmp';

/** Linux: gc_stale_time. */
const STALE_TIME: u64 = 60_000_000_000;
/** Entries looked at for one to give up when the table is full. */
const SEARCH: u32 = 256;
const VALID: u32 = NUD_PERMANENT | NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PROBE;

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
  mac: u64;
  confirmed: u64;
  used: u64;
  updated: u64;
  /** How long an answer holds, ns: between half and three halves of base_reachable_time. @see neigh_rand_reach_time */
  reachable: u64;
  /** Entries of the same device. */
  devNext: u32;
  devPrev: u32;

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
    if (n.ip == ip && n.dev == dev) return i;
    i = n.next;
  }
  return 0;
}

/** The MAC of a neighbour that is known for certain (permanent, or confirmed), 0: none such. */
export function neighMac(dev: u32, ip: u32): u64 {
  const i = neighFind(dev, ip);
  return i != 0 && Neigh.at(i).state & (NUD_PERMANENT | NUD_NOARP | NUD_REACHABLE) ? Neigh.at(i).mac : 0;
}

function create(dev: u32, ip: u32): u32 {
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
      remove(s.neighCursor);
      freed = true;
    }
  }
  return freed;
}

function remove(i: u32): void {
  const n = Neigh.at(i);
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

/** A device goes down or away: its neighbours go. */
export function neighDevGone(dev: u32): void {
  while (Dev.at(dev).neighs != 0) remove(Dev.at(dev).neighs);
}

/** A namespace goes; its devices went before, and their neighbours with them. */
export function neighNsDestroy(ns: u32): void {}

function setTimer(i: u32, delay: u64): void {
  const n = Neigh.at(i);
  timerDel(n.timer);
  n.timer = timerAddWheel(delay, TIMER_NEIGH, i);
}

/** The source a question is asked with, by arp_announce: the waiting packet's, or the device's own. */
function asker(n: Neigh): u32 {
  const ns = Dev.at(n.dev).ns;
  const level = confMax(n.dev, CONF_ARP_ANNOUNCE);
  if (n.queueHead != 0 && level < 2) {
    const from = ip4Src(Pkt.at(n.queueHead).nh as usize);
    if (addrIsLocal(ns, from) && (level == 0 || addrOnLink(n.dev, n.ip, from))) return from;
  }
  return addrSelect(n.dev, n.ip, RT_SCOPE_LINK);
}

/** Asks for a neighbour: broadcast while it is unknown, unicast when probing. @see Linux arp.c: arp_solicit */
function solicit(i: u32): void {
  const n = Neigh.at(i);
  n.probes++;
  const was = traceCause(0);
  if (n.queueHead != 0) traceBecause(Pkt.at(n.queueHead));
  arpSend(n.dev, 1, n.state == NUD_PROBE ? n.mac : MAC_BROADCAST, asker(n), 0, n.ip);
  traceCause(was);
}

/** Whether packets can be sent to a neighbour at once; else it is asked for. */
export function neighKnown(dev: u32, ip: u32): bool {
  let i = neighFind(dev, ip);
  if (i != 0 && Neigh.at(i).state & VALID) return true;
  if (i == 0) i = create(dev, ip);
  if (i != 0) wanted(i);
  return false;
}

/** An unknown neighbour is asked for, unless it is already. */
function wanted(i: u32): void {
  const n = Neigh.at(i);
  if (n.state == NUD_INCOMPLETE) return;
  n.state = NUD_INCOMPLETE;
  n.probes = 0;
  n.updated = now();
  setTimer(i, confTime(n.dev, CONF_RETRANS_TIME));
  solicit(i);
}

/** Sends an IP packet to a neighbour (takes it); it waits when the neighbour is not known yet. */
export function neighOutput(dev: u32, ip: u32, pkt: u32): i32 {
  let i = neighFind(dev, ip);
  if (i == 0) {
    i = create(dev, ip);
    if (i == 0) {
      pktDrop(pkt, DROP_NEIGH_FULL);
      return -ENOBUFS;
    }
  }
  const n = Neigh.at(i);
  n.used = now();
  trace(Pkt.at(pkt), TRACE_NEIGH, ip, n.state | (((n.mac >> 32) as u32) << 16), n.mac as u32);
  if (n.state & VALID) {
    if (n.state == NUD_STALE) {
      n.state = NUD_DELAY;
      n.updated = now();
      setTimer(i, confTime(n.dev, CONF_DELAY_FIRST_PROBE_TIME));
    }
    return send(dev, n.mac, pkt);
  }
  enqueue(n, pkt);
  wanted(i);
  return 0;
}

function enqueue(n: Neigh, pkt: u32): void {
  const room = confOf(n.dev, CONF_UNRES_QLEN);
  if (room == 0) {
    pktDrop(pkt, DROP_NEIGH_QUEUE);
    return;
  }
  if (n.queued >= room) {
    const old = n.queueHead;
    n.queueHead = Pkt.at(old).next;
    n.queued--;
    pktDrop(old, DROP_NEIGH_QUEUE);
  }
  Pkt.at(pkt).next = 0;
  if (n.queued == 0) n.queueHead = pkt;
  else Pkt.at(n.queueTail).next = pkt;
  n.queueTail = pkt;
  n.queued++;
}

function send(dev: u32, mac: u64, pkt: u32): i32 {
  const p = Pkt.at(pkt);
  ethWrite(pktPush(pkt, ETH_HLEN), mac, Dev.at(dev).mac, p.proto);
  return devXmit(dev, pkt);
}

/** An IP packet to everybody on a link, or a group (takes it). */
export function neighGroup(dev: u32, mac: u64, pkt: u32): i32 {
  return send(dev, mac, pkt);
}

function flushQueue(i: u32): void {
  const n = Neigh.at(i);
  let q = n.queueHead;
  n.queueHead = 0;
  n.queueTail = 0;
  n.queued = 0;
  while (q != 0) {
    const next = Pkt.at(q).next;
    trace(Pkt.at(q), TRACE_NEIGH_DONE, n.ip, (n.mac >> 32) as u32, n.mac as u32);
    send(n.dev, n.mac, q);
    q = next;
  }
}

/** News of a neighbour that asked us: it is noted whether it was known or not. @see Linux neigh_event_ns */
export function neighHeard(dev: u32, ip: u32, mac: u64): bool {
  let i = neighFind(dev, ip);
  if (i == 0) i = create(dev, ip);
  if (i != 0) update(i, mac, NUD_STALE, true);
  return i != 0;
}

/**
 * News of a neighbour from ARP; it gets an entry when it has none.
 * @param state NUD_REACHABLE (it answered us) or NUD_STALE (it spoke)
 * @param gratuitous whether it announced itself: then also a fresh entry is overwritten (else not within locktime)
 */
export function neighLearn(dev: u32, ip: u32, mac: u64, state: u32, gratuitous: bool): void {
  let i = neighFind(dev, ip);
  if (i == 0) i = create(dev, ip);
  if (i == 0) return;
  const n = Neigh.at(i);
  update(i, mac, state, gratuitous || now() > n.updated + confTime(n.dev, CONF_LOCKTIME));
}

/** @see Linux neighbour.c: __neigh_update */
function update(i: u32, mac: u64, news: u32, force: bool): void {
  const n = Neigh.at(i);
  const old = n.state;
  let state = news;
  if (old & (NUD_PERMANENT | NUD_NOARP)) return;
  if (state == NUD_REACHABLE) n.confirmed = now();
  if (old & VALID) {
    if (mac != n.mac && !force) return;
    if (mac == n.mac && state == NUD_STALE) state = old;
  }
  if (state != old || mac != n.mac) n.updated = now();
  n.mac = mac;
  if (state == old) return;
  n.state = state;
  timerDel(n.timer);
  n.timer = 0;
  if (state == NUD_REACHABLE) {
    const base = confTime(n.dev, CONF_BASE_REACHABLE_TIME);
    n.reachable = base / 2 + (rngBelow((base / 1_000_000) as u32) as u64) * 1_000_000;
    setTimer(i, n.reachable);
  }
  if (!(old & VALID)) flushQueue(i);
}

function fail(i: u32): void {
  const n = Neigh.at(i);
  n.state = NUD_FAILED;
  n.updated = now();
  let q = n.queueHead;
  n.queueHead = 0;
  n.queueTail = 0;
  n.queued = 0;
  while (q != 0) {
    const next = Pkt.at(q).next;
    Pkt.at(q).next = 0;
    icmpUnreachHost(q);
    pktDrop(q, DROP_NEIGH_FAILED);
    q = next;
  }
}

/** A neighbour's timer fired. */
export function neighTimer(i: u32): void {
  const n = Neigh.at(i);
  n.timer = 0;
  const delay = confTime(n.dev, CONF_DELAY_FIRST_PROBE_TIME);
  if (n.state == NUD_REACHABLE) {
    if (now() < n.confirmed + n.reachable) setTimer(i, n.confirmed + n.reachable - now());
    else if (now() <= n.used + delay) {
      n.state = NUD_DELAY;
      n.updated = now();
      setTimer(i, delay);
    } else n.state = NUD_STALE;
    return;
  }
  if (n.state == NUD_DELAY) {
    if (now() < n.confirmed + delay) {
      n.state = NUD_REACHABLE;
      setTimer(i, n.reachable);
      return;
    }
    n.state = NUD_PROBE;
    n.probes = 0;
  }
  if (n.state != NUD_PROBE && n.state != NUD_INCOMPLETE) return;
  if (n.probes >= confOf(n.dev, n.state == NUD_PROBE ? CONF_UCAST_SOLICIT : CONF_MCAST_SOLICIT)) {
    fail(i);
    return;
  }
  setTimer(i, confTime(n.dev, CONF_RETRANS_TIME));
  solicit(i);
}

/** Sets an entry by hand. Equivalent: ip neigh replace IP lladdr MAC. @param ip16 16 bytes @returns 0, -EINVAL or -ENOBUFS */
export function neighSet(dev: u32, ip16: usize, mac: u64, permanent: bool): i32 {
  if (!isMapped(ip16)) return -EINVAL;
  const ip = rdMapped(ip16);
  let i = neighFind(dev, ip);
  if (i == 0) i = create(dev, ip);
  if (i == 0) return -ENOBUFS;
  const n = Neigh.at(i);
  timerDel(n.timer);
  n.timer = 0;
  n.mac = mac;
  n.updated = now();
  n.confirmed = now();
  n.state = permanent ? NUD_PERMANENT : NUD_REACHABLE;
  n.reachable = confTime(n.dev, CONF_BASE_REACHABLE_TIME);
  if (!permanent) setTimer(i, n.reachable);
  flushQueue(i);
  drain();
  return 0;
}

/** Deletes an entry. @param ip16 16 bytes @returns 0 or -ENOENT */
export function neighDel(dev: u32, ip16: usize): i32 {
  const i = isMapped(ip16) ? neighFind(dev, rdMapped(ip16)) : 0;
  if (i == 0) return -ENOENT;
  remove(i);
  return 0;
}

/** Broadcasts a gratuitous ARP request for an address of a device. @param ip16 16 bytes @returns 0 or -EINVAL */
export function announce(dev: u32, ip16: usize): i32 {
  if (!isMapped(ip16)) return -EINVAL;
  arpAnnounce(dev, rdMapped(ip16));
  drain();
  return 0;
}

/** Writes the entries of a namespace as NEIGH_X_* records, at most `room`. @returns how many */
export function neighDump(ns: u32, out: usize, room: u32): u32 {
  let count: u32 = 0;
  const top = slabTop(SLAB_NEIGH);
  for (let i: u32 = 1; i < top && count < room; i++) {
    const n = Neigh.at(i);
    if (!n.live || Dev.at(n.dev).ns != ns) continue;
    const p = out + (count as usize) * NEIGH_X_SIZE;
    wrMapped(p + NEIGH_X_IP, n.ip);
    store<u32>(p + NEIGH_X_DEV, n.dev);
    store<u32>(p + NEIGH_X_STATE, n.state);
    store<u64>(p + NEIGH_X_MAC, n.mac);
    count++;
  }
  return count;
}
