/**
 * Neighbours (IPv4 and IPv6 over Ethernet): the states of Linux's neighbour table, packets that wait for an answer, probing.
 *
 *   none/FAILED --packet--> INCOMPLETE --reply--> REACHABLE --15 to 45 s--> STALE --packet--> DELAY --5 s--> PROBE
 *   INCOMPLETE, PROBE: 3 requests a second apart, then FAILED: waiting packets answer with host unreachable.
 *
 * The times are those of net.ipv4.neigh.DEV, for IPv6 too. The entries lie in neightab.ts.
 * Limits: transport does not confirm neighbours, they are probed.
 * @see Linux net/core/neighbour.c: neigh_timer_handler, __neigh_event_send, neigh_update
 */
import {
  CONF_ARP_ANNOUNCE, CONF_BASE_REACHABLE_TIME, CONF_DELAY_FIRST_PROBE_TIME, CONF_LOCKTIME, CONF_MCAST_SOLICIT,
  CONF_RETRANS_TIME, CONF_UCAST_SOLICIT, CONF_UNRES_QLEN, DROP_NEIGH_FAILED, DROP_NEIGH_FULL, DROP_NEIGH_QUEUE, ENOBUFS,
  NEV_NEIGH,
  NUD_DELAY, NUD_FAILED, NUD_INCOMPLETE, NUD_NOARP, NUD_PERMANENT, NUD_PROBE, NUD_REACHABLE, NUD_STALE, RT_SCOPE_LINK,
  TIMER_NEIGH, TRACE_NEIGH, TRACE_NEIGH_DONE,
} from '../../abi';
import { Dev } from '../dev/dev';
import { devXmit } from '../dev/xmit';
import { flowStale } from '../flow/epoch';
import { recAbort, recNeighbour } from '../flow/record';
import { icmp6UnreachAddr } from '../ip6/icmp';
import { nd6Solicit } from '../ip6/nd';
import { Sim } from '../mem';
import { now } from '../sim/clock';
import { PF_TRACE, Pkt } from '../sim/packet';
import { pktDrop, pktPush } from '../sim/pool';
import { rngBelow } from '../sim/rng';
import { traceIn6 } from '../sim/trace6';
import { timerAddWheel, timerDel } from '../sim/timer';
import { trace, traceBecause, traceCause } from '../sim/trace';
import { ETH_HLEN, ETH_IPV6, ethWrite, MAC_BROADCAST } from '../wire/ether';
import { ip4Src } from '../wire/ipv4';
import { addrIsLocal, addrOnLink, addrSelect } from './addr';
import { arpSend } from './arp';
import { confMax, confOf, confTime } from './conf';
import { icmpUnreachHost } from './icmp';
import { NEIGH_VALID, Neigh, neigh6Bytes, neigh6Make, neighFind, neighMake, neighTell } from './neightab';

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
  const was = traceCause(0);
  if (n.queueHead != 0) traceBecause(Pkt.at(n.queueHead));
  if (n.v6) nd6Solicit(i);
  else arpSend(n.dev, 1, n.state == NUD_PROBE ? n.mac : MAC_BROADCAST, asker(n), 0, n.ip);
  traceCause(was);
}

/** Whether packets can be sent to a neighbour at once; else it is asked for. */
export function neighKnown(dev: u32, ip: u32): bool {
  let i = neighFind(dev, ip);
  if (i != 0 && Neigh.at(i).state & NEIGH_VALID) return true;
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

/** Tells of a packet and its neighbour. @param b the record's second word */
function tell(pkt: u32, i: u32, what: u32, b: u32): void {
  const n = Neigh.at(i);
  if (n.v6) traceIn6(Pkt.at(pkt), neigh6Bytes(i));
  trace(Pkt.at(pkt), what, n.v6 ? 0 : n.ip, b, n.mac as u32);
}

function outputTo(i: u32, dev: u32, pkt: u32): i32 {
  const n = Neigh.at(i);
  n.used = now();
  if (Pkt.at(pkt).flags & PF_TRACE) tell(pkt, i, TRACE_NEIGH, n.state | (((n.mac >> 32) as u32) << 16));
  if (n.state & NEIGH_VALID) {
    if (n.state == NUD_STALE) {
      n.state = NUD_DELAY;
      n.updated = now();
      neighWait(i, confTime(n.dev, CONF_DELAY_FIRST_PROBE_TIME));
    }
    if (Sim.at().rec != 0) recNeighbour(i);
    return send(dev, n.mac, pkt);
  }
  recAbort();
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
    tell(q, i, TRACE_NEIGH_DONE, (n.mac >> 32) as u32);
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
  if (old & NEIGH_VALID) {
    if (mac != n.mac && !force) return;
    if (mac == n.mac && state == NUD_STALE) state = old;
  }
  if (state != old || mac != n.mac) n.updated = now();
  if (mac != n.mac) flowStale();
  const moved = mac != n.mac;
  n.mac = mac;
  if (state == old) {
    if (moved) neighTell(i, NEV_NEIGH);
    return;
  }
  n.state = state;
  timerDel(n.timer);
  n.timer = 0;
  if (state == NUD_REACHABLE) {
    const base = confTime(n.dev, CONF_BASE_REACHABLE_TIME);
    n.reachable = base / 2 + (rngBelow((base / 1_000_000) as u32) as u64) * 1_000_000;
    neighWait(i, n.reachable);
  }
  if (!(old & NEIGH_VALID)) neighFlush(i);
  neighTell(i, NEV_NEIGH);
}

function fail(i: u32): void {
  const n = Neigh.at(i);
  n.state = NUD_FAILED;
  n.updated = now();
  neighTell(i, NEV_NEIGH);
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
    } else {
      n.state = NUD_STALE;
      neighTell(i, NEV_NEIGH);
    }
    return;
  }
  if (n.state == NUD_DELAY) {
    if (now() < n.confirmed + delay) {
      n.state = NUD_REACHABLE;
      neighWait(i, n.reachable);
      neighTell(i, NEV_NEIGH);
      return;
    }
    n.state = NUD_PROBE;
    n.probes = 0;
    neighTell(i, NEV_NEIGH);
  }
  if (n.state != NUD_PROBE && n.state != NUD_INCOMPLETE) return;
  if (n.probes >= confOf(n.dev, n.state == NUD_PROBE ? CONF_UCAST_SOLICIT : CONF_MCAST_SOLICIT)) {
    fail(i);
    return;
  }
  neighWait(i, confTime(n.dev, CONF_RETRANS_TIME));
  solicit(i);
}
