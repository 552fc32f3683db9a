/**
 * Neighbours (IPv4 over Ethernet): the states of Linux's neighbour table, packets that wait for an answer, probing.
 *
 *   none/FAILED --packet--> INCOMPLETE --reply--> REACHABLE --30 s--> STALE --packet--> DELAY --5 s--> PROBE
 *   INCOMPLETE, PROBE: 3 requests a second apart, then FAILED: waiting packets answer with host unreachable.
 *
 * Limits: reachable time is not randomised; transport does not confirm neighbours, they are probed.
 * @see Linux net/core/neighbour.c: neigh_timer_handler, __neigh_event_send, neigh_update
 */
import {
  DROP_NEIGH_FAILED,
  DROP_NEIGH_FULL,
  DROP_NEIGH_QUEUE,
  EINVAL,
  ENOENT,
  ENOBUFS,
  NEIGH_X_DEV,
  NEIGH_X_IP,
  NEIGH_X_MAC,
  NEIGH_X_SIZE,
  NEIGH_X_STATE,
  NUD_DELAY,
  NUD_FAILED,
  NUD_INCOMPLETE,
  NUD_PERMANENT,
  NUD_PROBE,
  NUD_REACHABLE,
  NUD_STALE,
  TIMER_NEIGH,
  TRACE_NEIGH,
  TRACE_NEIGH_DONE,
} from '../../abi';
import { Dev } from '../dev/dev';
import { devXmit } from '../dev/xmit';
import { NEIGH_BASE, NEIGH_BUCKETS, NEIGH_CAP, NEIGH_HASH, NEIGH_REC, SLAB_NEIGH } from '../mem';
import { now } from '../sim/clock';
import { drain } from '../sim/loop';
import { Pkt, pktDrop, pktPush } from '../sim/pool';
import { slabAlloc, slabFree } from '../sim/slab';
import { trace, traceBecause, traceCause } from '../sim/trace';
import { timerAdd, timerDel } from '../sim/timer';
import { isMapped, rdMapped, wrMapped } from '../wire/bytes';
import { ETH_HLEN, ethWrite, MAC_BROADCAST } from '../wire/ether';
import { ip4Src } from '../wire/ipv4';
import { addrIsLocal, addrSelect } from './addr';
import { arpAnnounce, arpSend } from './arp';
import { icmpUnreachHost } from './icmp';

const SECOND: u64 = 1_000_000_000;
/** Linux: base_reachable_time, delay_first_probe_time, retrans_time, ucast_solicit and mcast_solicit, gc_stale_time. */
const REACHABLE_TIME: u64 = 30 * SECOND;
const DELAY_TIME: u64 = 5 * SECOND;
const PROBES: u32 = 3;
const STALE_TIME: u64 = 60 * SECOND;
/** Packets that may wait for one neighbour (Linux: unres_qlen 101). */
const QUEUE: u32 = 101;
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
  return i;
}

/** The table is full: frees entries nobody needs. @returns whether there were some */
function forced(): bool {
  let freed = false;
  for (let i: u32 = 1; i < NEIGH_CAP; i++) {
    const n = Neigh.at(i);
    if (n.live && (n.state == NUD_FAILED || (n.state == NUD_STALE && now() - n.used > STALE_TIME))) {
      remove(i);
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
  n.live = 0;
  slabFree(SLAB_NEIGH, i);
}

/** A device goes down or away: its neighbours go. */
export function neighDevGone(dev: u32): void {
  for (let i: u32 = 1; i < NEIGH_CAP; i++) if (Neigh.at(i).live && Neigh.at(i).dev == dev) remove(i);
}

/** A namespace goes; its devices went before, and their neighbours with them. */
export function neighNsDestroy(ns: u32): void {}

function setTimer(i: u32, delay: u64): void {
  const n = Neigh.at(i);
  timerDel(n.timer);
  n.timer = timerAdd(now() + delay, TIMER_NEIGH, i);
}

/** Asks for a neighbour: broadcast while it is unknown, unicast when probing. @see Linux arp.c: arp_solicit */
function solicit(i: u32): void {
  const n = Neigh.at(i);
  const ns = Dev.at(n.dev).ns;
  let src: u32 = 0;
  // arp_announce 0: the source of the packet that waits, when it is an own address.
  if (n.queueHead != 0) {
    const from = ip4Src(Pkt.at(n.queueHead).nh as usize);
    if (addrIsLocal(ns, from)) src = from;
  }
  if (src == 0) src = addrSelect(ns, n.dev, n.ip);
  n.probes++;
  const was = traceCause(0);
  if (n.queueHead != 0) traceBecause(Pkt.at(n.queueHead));
  arpSend(n.dev, 1, n.state == NUD_PROBE ? n.mac : MAC_BROADCAST, src, 0, n.ip);
  traceCause(was);
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
      setTimer(i, DELAY_TIME);
    }
    return send(dev, n.mac, pkt);
  }
  enqueue(n, pkt);
  if (n.state != NUD_INCOMPLETE) {
    n.state = NUD_INCOMPLETE;
    n.probes = 0;
    n.updated = now();
    setTimer(i, SECOND);
    solicit(i);
  }
  return 0;
}

function enqueue(n: Neigh, pkt: u32): void {
  if (n.queued == QUEUE) {
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

/**
 * News of a neighbour from ARP.
 * @param state NUD_REACHABLE (it answered us) or NUD_STALE (it spoke) @param make whether to create an entry
 */
export function neighUpdate(dev: u32, ip: u32, mac: u64, state: u32, make: bool): void {
  let i = neighFind(dev, ip);
  if (i == 0) {
    if (!make) return;
    i = create(dev, ip);
    if (i == 0) return;
  }
  const n = Neigh.at(i);
  if (n.state & NUD_PERMANENT) return;
  // The same address from one that is reachable or on probation changes nothing, unless it confirms.
  if (state == NUD_STALE && n.state & VALID && n.mac == mac) return;
  n.mac = mac;
  n.updated = now();
  n.state = state;
  n.probes = 0;
  if (state == NUD_REACHABLE) {
    n.confirmed = now();
    setTimer(i, REACHABLE_TIME);
  } else {
    timerDel(n.timer);
    n.timer = 0;
  }
  flushQueue(i);
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
  if (n.state == NUD_REACHABLE) {
    if (now() <= n.used + DELAY_TIME) {
      n.state = NUD_DELAY;
      setTimer(i, DELAY_TIME);
    } else n.state = NUD_STALE;
    return;
  }
  if (n.state == NUD_DELAY) {
    n.state = NUD_PROBE;
    n.probes = 0;
  }
  if (n.state != NUD_PROBE && n.state != NUD_INCOMPLETE) return;
  if (n.probes >= PROBES) {
    fail(i);
    return;
  }
  setTimer(i, SECOND);
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
  if (!permanent) setTimer(i, REACHABLE_TIME);
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
  for (let i: u32 = 1; i < NEIGH_CAP && count < room; i++) {
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
