/**
 * Neighbours (IPv4 and IPv6 over Ethernet): the states of Linux's neighbour table, packets that wait for an answer, probing.
 *
 *   none/FAILED --packet--> INCOMPLETE --reply--> REACHABLE --15 to 45 s--> STALE --packet--> DELAY --5 s--> PROBE
 *   INCOMPLETE, PROBE: 3 requests a second apart, then FAILED: waiting packets answer with host unreachable.
 *
 * The times are those of net.ipv4.neigh.DEV, for IPv6 too.
 * Limits: transport does not confirm neighbours, they are probed.
 * @see Linux net/core/neighbour.c: neigh_timer_handler, __neigh_event_send, neigh_update
 */
import {
  CONF_ARP_ANNOUNCE, CONF_BASE_REACHABLE_TIME, CONF_DELAY_FIRST_PROBE_TIME, CONF_LOCKTIME, CONF_MCAST_SOLICIT,
  CONF_RETRANS_TIME, CONF_UCAST_SOLICIT, CONF_UNRES_QLEN, DROP_NEIGH_FAILED, DROP_NEIGH_FULL, DROP_NEIGH_QUEUE, ENOBUFS,
  NUD_DELAY, NUD_FAILED, NUD_INCOMPLETE, NUD_NOARP, NUD_PERMANENT, NUD_PROBE, NUD_REACHABLE, NUD_STALE, RT_SCOPE_LINK,
  TIMER_NEIGH, TRACE_NEIGH,
} from '../../abi';
import { Dev } from '../dev/dev';
import { devXmit } from '../dev/xmit';
import { NEIGH_BASE, NEIGH_BUCKETS, NEIGH_HASH, NEIGH_REC, SLAB_NEIGH, Sim } from '../mem';
import { now } from '../sim/clock';
import { PF_TRACE, Pkt, pktDrop, pktPush } from '../sim/pool';
import { rngBelow } from '../sim/rng';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';
import { traceWrite } from '../sim/stat';
import { timerAddWheel, timerDel } from '../sim/timer';
import { same16 } from '../wire/bytes';
import { ETH_HLEN, ETH_IPV6, ethWrite, MAC_BROADCAST } from '../wire/ether';
import { ip4Src } from '../wire/ipv4';
import { icmp6UnreachAddr } from '../ip6/icmp';
import { nd6Solicit } from '../ip6/nd';
import { addrIsLocal, addrOnLink, addrSelect } from './addr';
import { arpSend } from './arp';
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
  return (Neigh.at(i).state & VALID) != 0;
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
  while (Dev.at(dev).neighs != 0) neighRemove(Dev.at(dev).neighs);
}

/** A namespace goes; its devices went before, and their neighbours with them. */
export function neighNsDestroy(ns: u32): void {}

/** Sets an entry's timer. */
export function neighWait(i: u32, delay: u64): void {
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
  if (n.v6) nd6Solicit(i);
  else arpSend(n.dev, 1, n.state == NUD_PROBE ? n.mac : MAC_BROADCAST, asker(n), 0, n.ip);
}

/** Whether packets can be sent to a neighbour at once; else it is asked for. */
export function neighKnown(dev: u32, ip: u32): bool {
  let i = neighFind(dev, ip);
  if (i != 0 && Neigh.at(i).state & VALID) return true;
  if (i == 0) i = neighMake(dev, ip);
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
  neighWait(i, confTime(n.dev, CONF_RETRANS_TIME));
  solicit(i);
}

/** Sends an IP packet to a neighbour (takes it); it waits when the neighbour is not known yet. */
export function neighOutput(dev: u32, ip: u32, pkt: u32): i32 {
  let i = neighFind(dev, ip);
  if (i == 0) {
    i = neighMake(dev, ip);
    if (i == 0) {
      pktDrop(pkt, DROP_NEIGH_FULL);
      return -ENOBUFS;
    }
  }
  return outputTo(i, dev, pkt);
}

/** The same for an IPv6 neighbour. @param ip16 16 bytes */
export function neigh6Output(dev: u32, ip16: usize, pkt: u32): i32 {
  const i = neigh6Make(dev, ip16);
  if (i != 0) return outputTo(i, dev, pkt);
  pktDrop(pkt, DROP_NEIGH_FULL);
  return -ENOBUFS;
}

function outputTo(i: u32, dev: u32, pkt: u32): i32 {
  const n = Neigh.at(i);
  n.used = now();
  const p = Pkt.at(pkt);
  const told = n.v6 ? bswap<u32>((n.a1 >> 32) as u32) : n.ip;
  if (p.flags & PF_TRACE) traceWrite(p.id, TRACE_NEIGH, p.ns, dev, told, n.state, 0);
  if (n.state & VALID) {
    if (n.state == NUD_STALE) {
      n.state = NUD_DELAY;
      n.updated = now();
      neighWait(i, confTime(n.dev, CONF_DELAY_FIRST_PROBE_TIME));
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

/** Sends what waits for a neighbour. */
export function neighFlush(i: u32): void {
  const n = Neigh.at(i);
  let q = n.queueHead;
  n.queueHead = 0;
  n.queueTail = 0;
  n.queued = 0;
  while (q != 0) {
    const next = Pkt.at(q).next;
    send(n.dev, n.mac, q);
    q = next;
  }
}

/** News of a neighbour that asked us: it is noted whether it was known or not. @see Linux neigh_event_ns */
export function neighHeard(dev: u32, ip: u32, mac: u64): bool {
  let i = neighFind(dev, ip);
  if (i == 0) i = neighMake(dev, ip);
  if (i != 0) neighUpdate(i, mac, NUD_STALE, true);
  return i != 0;
}

/**
 * News of a neighbour from ARP; it gets an entry when it has none.
 * @param state NUD_REACHABLE (it answered us) or NUD_STALE (it spoke)
 * @param gratuitous whether it announced itself: then also a fresh entry is overwritten (else not within locktime)
 */
export function neighLearn(dev: u32, ip: u32, mac: u64, state: u32, gratuitous: bool): void {
  let i = neighFind(dev, ip);
  if (i == 0) i = neighMake(dev, ip);
  if (i == 0) return;
  const n = Neigh.at(i);
  neighUpdate(i, mac, state, gratuitous || now() > n.updated + confTime(n.dev, CONF_LOCKTIME));
}

/**
 * News of an entry. @param force whether another MAC than the one known counts
 * @see Linux neighbour.c: __neigh_update
 */
export function neighUpdate(i: u32, mac: u64, news: u32, force: bool): void {
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
    neighWait(i, n.reachable);
  }
  if (!(old & VALID)) neighFlush(i);
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
    if (Pkt.at(q).proto == ETH_IPV6) icmp6UnreachAddr(q);
    else icmpUnreachHost(q);
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
    if (now() < n.confirmed + n.reachable) neighWait(i, n.confirmed + n.reachable - now());
    else if (now() <= n.used + delay) {
      n.state = NUD_DELAY;
      n.updated = now();
      neighWait(i, delay);
    } else n.state = NUD_STALE;
    return;
  }
  if (n.state == NUD_DELAY) {
    if (now() < n.confirmed + delay) {
      n.state = NUD_REACHABLE;
      neighWait(i, n.reachable);
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
  neighWait(i, confTime(n.dev, CONF_RETRANS_TIME));
  solicit(i);
}
