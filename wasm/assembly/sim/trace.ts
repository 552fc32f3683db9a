/**
 * What is traced, and the records that tell more than one number. A packet is traced because all are, because it fits
 * a filter where it is made, where it meets a device or where it gets its connection, or because it is made while a
 * traced one is handled (an answer, an error, an ARP request), or is sent by a socket that a traced one has reached.
 * The bit then goes with it and its copies to the end.
 * Filters: tracefilter.ts. Records of IPv6: trace6.ts.
 */
import { TRACE_ALL, TRACE_FRAGMENT, TRACE_L4, TRACE_NEW, TRACE_PARENT, TRACE_PICKED } from '../../abi';
import { Sim } from '../mem';
import { arpSpa, arpTpa } from '../wire/arp';
import { rd16, rd32 } from '../wire/bytes';
import { ETH_ARP, ETH_HLEN, ETH_IPV4, ETH_IPV6, ethType } from '../wire/ether';
import { ip4Dst, ip4Frag, ip4Hlen, ip4Len, ip4Proto, ip4Src, PROTO_ICMP, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { IP6_HLEN } from '../wire/ipv6';
import { tcpFlags, tcpHlen } from '../wire/l4';
import { mapped } from '../sock/demux';
import { senderOf } from '../sock/trace';
import { PF_TRACE, Pkt } from './packet';
import { traceWrite } from './stat';
import { traceAnswer6, traceLook6, tracePiece6, traceTell6 } from './trace6';
import { traceFlow, traceFlowKeep, traceFlowKept } from './tracefilter';

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

/** A traced packet reached a socket: what that sends back is traced. Pre: TCP or UDP. */
export function traceAnswer(p: Pkt, proto: u32): void {
  const ip = p.nh as usize;
  const ports = rotl<u32>(rd32(p.th as usize), 16);
  if (p.proto != ETH_IPV4) traceAnswer6(p, proto, ports);
  else traceFlowKeep(p.ns, proto, 0, mapped(ip4Dst(ip)), 0, mapped(ip4Src(ip)), ports);
}

function look(p: Pkt, ether: u32, at: usize, end: usize): void {
  if (ether == ETH_ARP && at + 28 <= end) traceFlow(p, ether, 0, 0, mapped(arpSpa(at)), 0, mapped(arpTpa(at)), 0, 0);
  else if (ether == ETH_IPV6 && at + IP6_HLEN <= end) traceLook6(p, at, end);
  else if (ether != ETH_IPV4 || at + 20 > end) traceFlow(p, ether, 0, 0, 0, 0, 0, 0, 0);
  else flow4(p, ip4Proto(at), ip4Src(at), ip4Dst(at), ip4Frag(at) & 0x1fff ? end : at + ip4Hlen(at), end);
}

/** Marks an IPv4 packet that fits a filter. @param th its transport header, `end` when it has none */
function flow4(p: Pkt, proto: u32, src: u32, dst: u32, th: usize, end: usize): void {
  const ports: u32 = (proto == PROTO_TCP || proto == PROTO_UDP) && th + 4 <= end ? rd32(th) : 0;
  traceFlow(p, ETH_IPV4, proto, 0, mapped(src), 0, mapped(dst), ports >> 16, ports & 0xffff);
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

/** A packet inside IP is traced from here on. Pre: Pkt.nh is set. */
export function tracePicked(p: Pkt): void {
  tell(p, TRACE_PICKED, p.dev, p.proto, p.nh as usize, (p.data + p.len) as usize);
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
  trace(p, what, a, b, c);
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
    const ports = (proto == PROTO_TCP || proto == PROTO_UDP) && th + 4 <= end;
    if (ports && traceFlowKept(p.ns, proto, 0, mapped(src), 0, mapped(dst), rd32(th))) p.flags |= PF_TRACE;
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
  if (p.flags & PF_TRACE) trace(p, TRACE_FRAGMENT, (ip4Frag(ip) & 0x1fff) << 3, ip4Len(ip), mtu);
}
