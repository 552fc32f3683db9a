/**
 * What is traced, and the records that tell more than one number. A packet is traced because all are, because it fits
 * a filter where it is made, where it meets a device or where it gets its connection, or because it is made while a
 * traced one is handled (an answer, an error, an ARP request), or is sent by a socket that a traced one has reached.
 * The bit then goes with it and its copies to the end.
 * Limits: filters look at Ethernet, ARP and IPv4; of IPv6 at the ethertype and the place only. Records of IPv6: trace6.ts.
 */
import {
  TF_DEV,
  TF_DPORT,
  TF_DST,
  TF_ETHER,
  TF_HAS_DEV,
  TF_HAS_DPORT,
  TF_HAS_DST,
  TF_HAS_ETHER,
  TF_HAS_HOST,
  TF_HAS_NS,
  TF_HAS_PORT,
  TF_HAS_PROTO,
  TF_HAS_SPORT,
  TF_HAS_SRC,
  TF_HOST,
  TF_NS,
  TF_PORT,
  TF_PROTO,
  TF_SIZE,
  TF_SPORT,
  TF_SRC,
  TF_WHAT,
  TRACE_ALL,
  TRACE_FILTERS,
  TRACE_FRAGMENT,
  TRACE_L4,
  TRACE_NEW,
  TRACE_PARENT,
  TRACE_PICKED,
} from '../../abi';
import { Sim, TRACE_FILTER_BASE, TRACE_FLOW_BASE, TRACE_FLOWS } from '../mem';
import { arpSpa, arpTpa } from '../wire/arp';
import { rd16, rd32 } from '../wire/bytes';
import { ETH_ARP, ETH_HLEN, ETH_IPV4, ETH_IPV6, ethType } from '../wire/ether';
import { ip4Dst, ip4Frag, ip4Hlen, ip4Len, ip4Proto, ip4Src, PROTO_ICMP, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { tcpFlags, tcpHlen } from '../wire/l4';
import { senderOf } from '../sock/trace';
import { PF_TRACE, Pkt } from './pool';
import { traceWrite } from './stat';
import { tracePiece6, traceTell6 } from './trace6';

/** Sets the filters: TRACE_FILTERS records of TF_SIZE bytes at most. @returns how many are set */
export function traceFilter(at: usize, count: u32): u32 {
  const n = min(count, TRACE_FILTERS);
  memory.copy(TRACE_FILTER_BASE, at, (n * TF_SIZE) as usize);
  memory.fill(TRACE_FLOW_BASE, 0, (TRACE_FLOWS * 8) as usize);
  Sim.at().traceFilters = n;
  return n;
}

/** Writes a record about a packet, if it is traced. */
export function trace(p: Pkt, what: u32, a: u32, b: u32, c: u32): void {
  if (p.flags & PF_TRACE) traceWrite(p.id, what, p.ns, p.dev, a, b, c);
}

/** What is made from here on is made because of a packet, when that is traced. @returns the cause so far */
export function traceBecause(p: Pkt): u32 {
  return traceCause(p.flags & PF_TRACE ? p.id : 0);
}

/** Sets the cause, 0: none. @returns the one so far */
export function traceCause(cause: u32): u32 {
  const s = Sim.at();
  const was = s.cause;
  s.cause = cause;
  return was;
}

function hostFits(src: u32, dst: u32, f: usize): bool {
  const mask = load<u32>(f, TF_HOST + 4);
  const want = load<u32>(f, TF_HOST);
  return ((src ^ want) & mask) == 0 || ((dst ^ want) & mask) == 0;
}

/** Whether two ends fit a filter. Ports are 0 where there are none. */
function endsFit(f: usize, w: u32, src: u32, dst: u32, sport: u32, dport: u32): bool {
  if (w & TF_HAS_HOST && !hostFits(src, dst, f)) return false;
  if (w & TF_HAS_SRC && ((src ^ load<u32>(f, TF_SRC)) & load<u32>(f, TF_SRC + 4)) != 0) return false;
  if (w & TF_HAS_DST && ((dst ^ load<u32>(f, TF_DST)) & load<u32>(f, TF_DST + 4)) != 0) return false;
  if (w & TF_HAS_PORT && sport != load<u32>(f, TF_PORT) && dport != load<u32>(f, TF_PORT)) return false;
  if (w & TF_HAS_SPORT && sport != load<u32>(f, TF_SPORT)) return false;
  return !(w & TF_HAS_DPORT) || dport == load<u32>(f, TF_DPORT);
}

/** Marks a packet that fits a filter. @param proto 0 when it is not IPv4 */
export function traceFlow(p: Pkt, ether: u32, proto: u32, src: u32, dst: u32, sport: u32, dport: u32): void {
  const n = Sim.at().traceFilters;
  for (let i: u32 = 0; i < n; i++) {
    const f = TRACE_FILTER_BASE + ((i * TF_SIZE) as usize);
    const w = load<u32>(f, TF_WHAT);
    if (w & TF_HAS_NS && p.ns != load<u32>(f, TF_NS)) continue;
    if (w & TF_HAS_DEV && p.dev != load<u32>(f, TF_DEV)) continue;
    if (w & TF_HAS_ETHER && ether != load<u32>(f, TF_ETHER)) continue;
    if (w & TF_HAS_PROTO && proto != load<u32>(f, TF_PROTO)) continue;
    if (!endsFit(f, w, src, dst, sport, dport)) continue;
    p.flags |= PF_TRACE;
    return;
  }
}

/** Where the key of a flow belongs. */
function flowSlot(key: u64): usize {
  return TRACE_FLOW_BASE + (((key >> 40) as u32) & (TRACE_FLOWS - 1)) * 8;
}

function flowKey(ns: u32, proto: u32, src: u32, dst: u32, ports: u32): u64 {
  const h = ((((src as u64) << 32) | (dst as u64)) ^ ((ns as u64) << 17) ^ ((proto as u64) << 9)) * 0x9e3779b97f4a7c15;
  return ((h ^ (h >> 29) ^ (ports as u64)) * 0xbf58476d1ce4e5b9) | 1;
}

/** A traced packet reached a socket: what that sends back is traced. Pre: IPv4; TCP or UDP. */
export function traceAnswer(p: Pkt, proto: u32): void {
  if (p.proto != ETH_IPV4) return;
  const ip = p.nh as usize;
  const key = flowKey(p.ns, proto, ip4Dst(ip), ip4Src(ip), rotl<u32>(rd32(p.th as usize), 16));
  store<u64>(flowSlot(key), key);
}

function look(p: Pkt, ether: u32, at: usize, end: usize): void {
  if (ether == ETH_ARP && at + 28 <= end) traceFlow(p, ether, 0, arpSpa(at), arpTpa(at), 0, 0);
  else if (ether != ETH_IPV4 || at + 20 > end) traceFlow(p, ether, 0, 0, 0, 0, 0);
  else if (ip4Frag(at) & 0x1fff) traceFlow(p, ether, ip4Proto(at), ip4Src(at), ip4Dst(at), 0, 0);
  else flow4(p, ip4Proto(at), ip4Src(at), ip4Dst(at), at + ip4Hlen(at), end);
}

function flow4(p: Pkt, proto: u32, src: u32, dst: u32, th: usize, end: usize): void {
  const ports = (proto == PROTO_TCP || proto == PROTO_UDP) && th + 4 <= end;
  traceFlow(p, ETH_IPV4, proto, src, dst, ports ? rd16(th) : 0, ports ? rd16(th + 2) : 0);
}

/** A frame meets a device (Pkt.dev): it is traced from here on when it fits. Pre: data at the Ethernet header. */
export function traceFrame(p: Pkt): void {
  if (p.flags & PF_TRACE || p.len < ETH_HLEN) return;
  const at = (p.data + ETH_HLEN) as usize;
  const end = (p.data + p.len) as usize;
  const ether = ethType(p.data as usize);
  if (Sim.at().traceOn == TRACE_ALL) p.flags |= PF_TRACE;
  else look(p, ether, at, end);
  if (p.flags & PF_TRACE) tell(p, TRACE_PICKED, p.dev, ether, at, end);
}

/** An IPv4 packet inside IP is traced from here on. Pre: Pkt.nh is set. */
export function tracePicked(p: Pkt): void {
  tell(p, TRACE_PICKED, p.dev, ETH_IPV4, p.nh as usize, (p.data + p.len) as usize);
}

/** Says what a packet is. @param at its network header @param end of its bytes */
function tell(p: Pkt, what: u32, dev: u32, ether: u32, at: usize, end: usize): void {
  if (ether == ETH_IPV6) {
    traceTell6(p, what, dev, at, end);
    return;
  }
  if (ether != ETH_IPV4 || at + 20 > end || at + ip4Hlen(at) > end) {
    traceWrite(p.id, what, p.ns, dev, 0, 0, 0);
    return;
  }
  const proto = ip4Proto(at);
  traceWrite(p.id, what, p.ns, dev, proto, ip4Src(at), ip4Dst(at));
  if (!(ip4Frag(at) & 0x1fff)) tell4(p, dev, proto, at + ip4Hlen(at), end, 0);
}

/** Says what IPv4 carries. @param sock that sends it, 0: unknown */
function tell4(p: Pkt, dev: u32, proto: u32, th: usize, end: usize, sock: i32): void {
  const have = (end - th) as u32;
  if (have < 8) return;
  if (proto == PROTO_TCP && have >= 20) {
    const data = have - min(have, tcpHlen(th));
    traceWrite(p.id, TRACE_L4, p.ns, dev, rd32(th), tcpFlags(th) | (data << 8), sock);
  } else if (proto == PROTO_UDP) traceWrite(p.id, TRACE_L4, p.ns, dev, rd32(th), (have - 8) << 8, sock);
  else if (proto == PROTO_ICMP) traceWrite(p.id, TRACE_L4, p.ns, dev, rd32(th + 4), rd16(th), sock);
}

/** Whether a packet that is being made is traced for a reason that does not lie in it. */
export function traceMade(p: Pkt): bool {
  const s = Sim.at();
  if (s.cause == 0 && s.traceOn != TRACE_ALL) return false;
  p.flags |= PF_TRACE;
  return true;
}

/** Tells because of what a packet is made. */
export function traceParent(p: Pkt, dev: u32): void {
  const cause = Sim.at().cause;
  if (cause != 0 && cause != p.id) traceWrite(p.id, TRACE_PARENT, p.ns, dev, cause, 0, 0);
}

/** A packet that is not IPv4 was made. Pre: Pkt.ns, dev and nh are set. @param what record that tells what it is */
export function traceBorn(p: Pkt, ether: u32, what: u32, a: u32, b: u32, c: u32): void {
  if (!traceMade(p)) look(p, ether, p.nh as usize, (p.data + p.len) as usize);
  if (!(p.flags & PF_TRACE)) return;
  traceWrite(p.id, what, p.ns, p.dev, a, b, c);
  traceParent(p, p.dev);
}

/**
 * An IPv4 packet is being made. Pre: Pkt.ns and th are set.
 * @param dev device it is to go out by, 0: there is none @param src its source, 0: not chosen yet
 */
export function traceNew(p: Pkt, dev: u32, proto: u32, src: u32, dst: u32): void {
  const th = p.th as usize;
  const end = (p.data + p.len) as usize;
  if (!traceMade(p)) {
    flow4(p, proto, src, dst, th, end);
    if ((proto == PROTO_TCP || proto == PROTO_UDP) && th + 4 <= end) {
      const key = flowKey(p.ns, proto, src, dst, rd32(th));
      if (load<u64>(flowSlot(key)) == key) p.flags |= PF_TRACE;
    }
  }
  if (!(p.flags & PF_TRACE)) return;
  traceWrite(p.id, TRACE_NEW, p.ns, dev, proto, src, dst);
  tell4(p, dev, proto, th, end, th + 8 <= end ? senderOf(p.ns, proto, src, dst, th) : 0);
  traceParent(p, dev);
}

/** A piece of a packet that was cut goes on. @param mtu the most it may have */
export function tracePiece(p: Pkt, mtu: u32): void {
  if (p.proto == ETH_IPV6) {
    tracePiece6(p, mtu);
    return;
  }
  const ip = p.nh as usize;
  if (p.flags & PF_TRACE) traceWrite(p.id, TRACE_FRAGMENT, p.ns, p.dev, (ip4Frag(ip) & 0x1fff) << 3, ip4Len(ip), mtu);
}
