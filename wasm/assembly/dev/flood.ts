/**
 * Floods: a copy of a frame for each port of a bridge, newest first, as Linux lists them.
 *
 * A request of ARP concerns one machine in a thousand. Its copies leave one by one, but then wait under one header (PF_FLOOD)
 * as "the next N ports of the bridge", and one that means nothing where it arrives is counted, seen by the taps and gone
 * without ever having had a header of its own. Any other is made then, and goes the way of all packets. The clock, the
 * counters and the taps cannot tell.
 *
 *   PF_FLOOD: user = the first port whose copy waits, user2 = how many do, port = where the frame came in (0: the machine)
 *
 * @see Linux net/bridge/br_forward.c: br_flood
 */
import { DEV_VETH, PKT_OUTGOING, TRACE_FLOOD } from '../../abi';
import { flowArrive } from '../flow/replay';
import { arpIsIdle, arpIsRequest } from '../ip/arp';
import { Sim } from '../mem';
import { clockCross } from '../sim/clock';
import { PF_FLOOD, PF_TRACE, Pkt } from '../sim/packet';
import { pktClone, pktFree, pktScrub } from '../sim/pool';
import { trace } from '../sim/trace';
import { workBack, workPop, workPush } from '../sim/work';
import { ETH_ARP, ethDst, MAC_BROADCAST, macIsGroup } from '../wire/ether';
import { forward } from './bridge';
import { Dev } from './dev';
import { PORT_NO_BCAST, PORT_NO_FLOOD, PORT_NO_MCAST } from './port';
import { classify, fitsDev, MAX_HOPS, tap } from './xmit';

/** Which ability a port needs to get a flooded frame; the machine's own groups go everywhere. */
function floodNeeds(from: u32, dst: u64): u32 {
  if (!macIsGroup(dst)) return PORT_NO_FLOOD;
  if (from == 0) return 0;
  return dst == MAC_BROADCAST ? PORT_NO_BCAST : PORT_NO_MCAST;
}

/** Whether two ports are kept from one another. */
function isApart(from: u32, o: Dev): bool {
  return from != 0 && o.isolated != 0 && Dev.at(from).isolated != 0;
}

/** Whether a port gets a copy. */
function takes(k: u32, from: u32, needs: u32): bool {
  const o = Dev.at(k);
  return o.up && o.carrier && !isApart(from, o) && !(o.off & needs) && (k != from || o.hairpin);
}

/** Sends copies out of every port but the one it came in by; the frame stays the caller's. */
export function flood(bridge: u32, from: u32, pkt: u32): void {
  const p = Pkt.at(pkt);
  const needs = floodNeeds(from, ethDst(p.data as usize));
  const shared = p.proto == ETH_ARP && Sim.at().traceOn == 0 && !(p.flags & PF_TRACE) && arpIsRequest(p);
  let crowd: u32 = 0;
  let next: u32 = 0;
  for (let k = Dev.at(bridge).ports; k != 0; k = next) {
    next = Dev.at(k).nextPort;
    if (takes(k, from, needs)) {
      if (shared && isPlain(k, pkt)) crowd = leave(crowd, k, from, pkt);
      else {
        crowd = 0;
        const copy = pktClone(pkt);
        if (copy != 0) {
          trace(Pkt.at(copy), TRACE_FLOOD, k, 0, 0);
          forward(bridge, from, k, copy);
        }
      }
    } else if (k != from) trace(p, TRACE_FLOOD, k, isApart(from, Dev.at(k)) ? 1 : 2, 0);
  }
}

/** Whether what leaves by a port is at the other end at once, whatever it is. */
function isPlain(k: u32, pkt: u32): bool {
  const o = Dev.at(k);
  if (o.kind != DEV_VETH || o.qdisc != 0 || o.latency != 0 || o.peer == 0) return false;
  return Dev.at(o.peer).up && fitsDev(pkt, k) && fitsDev(pkt, o.peer);
}

/** A copy leaves by a port, and joins those that wait. @param crowd their header, 0: it is the first @returns it, 0: out of headers */
function leave(crowd: u32, k: u32, from: u32, pkt: u32): u32 {
  let i = crowd;
  if (i == 0) {
    i = pktClone(pkt);
    if (i == 0) return 0;
    pktScrub(i);
  }
  const q = Pkt.at(i);
  const o = Dev.at(k);
  q.dev = k;
  q.ns = o.ns;
  tap(i, PKT_OUTGOING);
  o.txPackets++;
  o.txBytes += q.len as u64;
  if (crowd != 0) {
    q.user2++;
    return i;
  }
  q.flags |= PF_FLOOD;
  q.port = from;
  q.user = k;
  q.user2 = 1;
  workPush(i);
  return i;
}

/** The copies that wait under one header arrive one by one, before all that came to wait after them (takes it). */
export function floodArrive(pkt: u32): void {
  const p = Pkt.at(pkt);
  const from = p.port;
  const needs = floodNeeds(from, ethDst(p.data as usize));
  let k = p.user;
  let left = p.user2;
  if (left > 1) {
    workBack(pkt);
    while (left > 1) {
      clockCross();
      if (!pass(pkt, Dev.at(k).peer)) {
        const copy = pktClone(pkt);
        if (copy != 0) arrive(copy, Dev.at(k).peer);
      }
      do k = Dev.at(k).nextPort;
      while (!takes(k, from, needs));
      left--;
    }
    workPop();
  }
  clockCross();
  if (pass(pkt, Dev.at(k).peer)) pktFree(pkt);
  else arrive(pkt, Dev.at(k).peer);
}

/** A copy arrives at a machine that it means nothing to. @returns false: it is not so, and nothing was done */
function pass(pkt: u32, dev: u32): bool {
  const p = Pkt.at(pkt);
  const d = Dev.at(dev);
  if ((d.uppers | d.master) != 0 || p.hops >= MAX_HOPS || !arpIsIdle(p, dev)) return false;
  p.dev = dev;
  p.ns = d.ns;
  d.rxPackets++;
  d.rxBytes += p.len as u64;
  tap(pkt, classify(d, ethDst(p.data as usize)));
  return true;
}

/** A copy with a header of its own arrives (takes it). */
function arrive(pkt: u32, dev: u32): void {
  const p = Pkt.at(pkt);
  const d = Dev.at(dev);
  p.flags &= ~PF_FLOOD;
  p.port = 0;
  p.user = 0;
  p.user2 = 0;
  p.dev = dev;
  p.ns = d.ns;
  p.gen = d.gen;
  flowArrive(pkt);
}
