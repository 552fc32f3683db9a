/**
 * IPv4 output: header, route, OUTPUT hook, POSTROUTING hook, fragmentation, neighbour.
 * @see Linux net/ipv4/ip_output.c: __ip_queue_xmit, ip_output, ip_finish_output2
 */
import {
  DEV_LOOPBACK,
  DROP_BROADCAST,
  DROP_MTU,
  DROP_NO_BUFFER,
  DROP_NO_ROUTE,
  EACCES,
  EINVAL,
  EMSGSIZE,
  ENETUNREACH,
  ENOBUFS,
  EPERM,
  HOOK_OUTPUT,
  HOOK_POSTROUTING,
  MIB_FRAG_CREATES,
  MIB_FRAG_FAILS,
  MIB_FRAG_OKS,
  MIB_OUT_BCAST,
  MIB_OUT_MCAST,
  MIB_OUT_DISCARDS,
  MIB_OUT_NO_ROUTES,
  MIB_OUT_REQUESTS,
  MIB_OUT_TRANSMITS,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  TRACE_NO_ROUTE,
  TRACE_ROUTE,
  VERDICT_ACCEPT,
  VERDICT_DROP,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { recId } from '../flow/record';
import { Sim } from '../mem';
import { nfHook } from '../nf/hook';
import { OWNER_KERNEL } from '../nf/owner';
import { fragKnown, PF_BROADCAST, PF_DF, PF_IGNORE_DF, PF_LOCAL, PF_LOOPED, PF_OWN_GROUP, PF_SRC_CHOSEN, PF_TRACE, Pkt } from '../sim/packet';
import { pktClone, pktDrop, pktFree, pktPush, pktWritable } from '../sim/pool';
import { traceWrite } from '../sim/stat';
import { trace, traceNew, tracePiece } from '../sim/trace';
import { workPush } from '../sim/work';
import { groupLoops } from '../sock/group';
import { sockCountsNoRoute, sockProbes } from '../sock/input';
import { rd16, wr16, wr32 } from '../wire/bytes';
import { csumFold, csumPartial } from '../wire/checksum';
import { ETH_HLEN, ETH_IPV4, ethWrite, MAC_BROADCAST } from '../wire/ether';
import { IP4_DF, ip4Dst, ip4Frag, ip4Hlen, ip4IsFragment, ip4Len, ip4Proto, ip4Src, ip4Tos, ip4Write, PROTO_ICMP, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { dstOutput } from './dst';
import { fibType } from './fib';
import { ip4Fragments, pieceSize } from './fragment';
import { icmpSend } from './icmp';
import { groupHas } from './mcast';
import { mibIcmpOut, mibInc, mibPacket } from './mib';
import { neighGroup, neighOutput } from './neigh';
import { Net4 } from './net4';
import { pmtuForward, pmtuOf } from './pmtu';
import { routeKind, routeMtu } from './route';
import { routeFor } from './routeout';

/** Looks the route of an own packet up and notes it. @param src source, 0: to be chosen @returns 0 or a negative errno */
export function ip4Route(pkt: u32, ns: u32, src: u32, dst: u32, oif: u32, tos: u32): i32 {
  const p = Pkt.at(pkt);
  const err = dstOutput(ns, dst, src, oif, p.mark, tos);
  const s = Sim.at();
  if (err != 0) {
    trace(p, TRACE_NO_ROUTE, dst, -err as u32, 0);
    return err;
  }
  p.rtype = s.r0;
  p.outdev = s.r1;
  p.nexthop = s.r2;
  p.prefsrc = s.r3;
  p.route = s.r4;
  routed(p, dst);
  return 0;
}

/** Tells the route of a packet. */
function routed(p: Pkt, dst: u32): void {
  if (p.flags & PF_TRACE) traceWrite(p.id, TRACE_ROUTE, p.ns, p.outdev, dst, p.nexthop, p.rtype | routeKind(p.route));
}

/** A packet is being made, and has its route: what it is comes first in a trace. */
function found(p: Pkt, proto: u32, src: u32, dst: u32): void {
  traceNew(p, p.outdev, proto, src, dst);
  routed(p, dst);
}

/** A packet that was being made has no way to go. */
function lost(p: Pkt, proto: u32, src: u32, dst: u32, err: i32): void {
  traceNew(p, 0, proto, src, dst);
  trace(p, TRACE_NO_ROUTE, dst, -err as u32, 0);
}

function refuse(pkt: u32, reason: u32, err: i32): i32 {
  pktDrop(pkt, reason);
  return err;
}

/**
 * Sends a transport segment (takes it). Pre: Pkt.data/len span the transport header and its data, checksummed.
 * @param saddr source, 0: the route's
 * @param sends whether that is a datagram's or message's own sending, not a tunnel's
 * @param ttl 0: the namespace's default; 256: of a multicast, not beyond this machine @param oif device to go out by, 0 any
 * @returns 0 or -ENETUNREACH, -EHOSTUNREACH, -EACCES (broadcast, prohibit), -EPERM (a rule), -EMSGSIZE, -ENOBUFS, -EINVAL
 */
export function ip4Output(
  ns: u32,
  pkt: u32,
  saddr: u32,
  daddr: u32,
  proto: u32,
  ttl: u32,
  tos: u32,
  mark: u32,
  oif: u32,
  sends: bool = true,
): i32 {
  const p = Pkt.at(pkt);
  const n = Ns.at(ns);
  p.ns = ns;
  p.mark = mark;
  p.proto = ETH_IPV4;
  p.flags |= PF_LOCAL;
  p.th = p.data;
  const ports = (proto == PROTO_TCP || proto == PROTO_UDP) && p.len >= 4;
  routeFor(proto, ports ? rd16(p.th as usize) : 0, ports ? rd16((p.th + 2) as usize) : 0);
  const err = ip4Route(pkt, ns, p.flags & PF_SRC_CHOSEN ? 0 : saddr, daddr, oif, tos);
  routeFor(0, 0, 0);
  if (err != 0) {
    if (Sim.at().traceOn != 0) lost(p, proto, saddr, daddr, err);
    if (sockCountsNoRoute(p.sock, err)) mibInc(ns, MIB_OUT_NO_ROUTES);
    return refuse(pkt, DROP_NO_ROUTE, err);
  }
  const src = saddr != 0 ? saddr : p.prefsrc;
  if (Sim.at().traceOn != 0) found(p, proto, src, daddr);
  if (p.rtype == RTN_BROADCAST && !(p.flags & PF_BROADCAST)) return refuse(pkt, DROP_BROADCAST, -EACCES);
  if (p.len + 20 > 65535) return refuse(pkt, DROP_MTU, -EMSGSIZE);
  if (!pktWritable(pkt)) return refuse(pkt, DROP_NO_BUFFER, -ENOBUFS);
  const ip = pktPush(pkt, 20);
  p.nh = p.data;
  if (Sim.at().rec != 0) recId(ns);
  const hops = ttl != 0 ? ttl & 255 : p.rtype == RTN_MULTICAST ? (1 as u32) : n.defaultTtl;
  ip4Write(ip, tos, p.len, n.ipid++ & 0xffff, p.flags & PF_DF ? IP4_DF : 0, hops, proto, src, daddr);
  if (p.rtype == RTN_MULTICAST) {
    loopBack(pkt);
    if (ttl > 255) {
      pktFree(pkt);
      return 0;
    }
  }
  // @see Linux ip_send_skb; TCP has it send only what belongs to no connection
  const counts = sends && (proto != PROTO_TCP || p.sock == OWNER_KERNEL);
  const failed = ip4LocalOut(pkt, oif);
  if (failed != 0 && counts) mibInc(ns, MIB_OUT_DISCARDS);
  return failed;
}

/** A member of a group hears its own datagrams, unless it does not want to. @see Linux ip_output.c: ip_mc_output */
function loopBack(pkt: u32): void {
  const p = Pkt.at(pkt);
  const dev = p.outdev;
  const dst = ip4Dst(p.nh as usize);
  if (Dev.at(dev).kind == DEV_LOOPBACK || !groupHas(dev, dst) || !groupLoops(p.sock)) return;
  const copy = pktClone(pkt);
  if (copy == 0 || !pktWritable(copy)) {
    if (copy != 0) pktFree(copy);
    return;
  }
  const q = Pkt.at(copy);
  ethWrite(pktPush(copy, ETH_HLEN), groupMac(dst), Dev.at(dev).mac, ETH_IPV4);
  q.flags |= PF_LOOPED | PF_OWN_GROUP;
  q.dev = dev;
  q.gen = Dev.at(dev).gen;
  workPush(copy);
}

/** The Ethernet address of a group. @see RFC 1112 §6.4 */
function groupMac(group: u32): u64 {
  return 0x01005e000000 | ((group & 0x7fffff) as u64);
}

/** Sends a packet with its IP header (IP_HDRINCL, takes it): length, a zero id, source and checksum are filled in. */
export function ip4OutputRaw(ns: u32, pkt: u32, oif: u32): i32 {
  const p = Pkt.at(pkt);
  const ip = p.data as usize;
  if (p.len < 20 || ip4Hlen(ip) < 20 || ip4Hlen(ip) > p.len) return refuse(pkt, DROP_BROADCAST, -EINVAL);
  p.ns = ns;
  p.proto = ETH_IPV4;
  p.flags |= PF_LOCAL;
  p.th = p.data + ip4Hlen(ip);
  const err = ip4Route(pkt, ns, 0, ip4Dst(ip), oif, ip4Tos(ip));
  if (err != 0) {
    if (Sim.at().traceOn != 0) lost(p, ip4Proto(ip), ip4Src(ip), ip4Dst(ip), err);
    return refuse(pkt, DROP_NO_ROUTE, err);
  }
  if (Sim.at().traceOn != 0) found(p, ip4Proto(ip), ip4Src(ip) != 0 ? ip4Src(ip) : p.prefsrc, ip4Dst(ip));
  if (p.rtype == RTN_BROADCAST && !(p.flags & PF_BROADCAST)) return refuse(pkt, DROP_BROADCAST, -EACCES);
  if (p.len > Dev.at(p.outdev).mtu) return refuse(pkt, DROP_MTU, -EMSGSIZE);
  p.flags |= PF_IGNORE_DF;
  p.nh = p.data;
  wr16(ip + 2, p.len);
  if (load<u16>(ip, 4) == 0) wr16(ip + 4, Ns.at(ns).ipid++ & 0xffff);
  if (ip4Src(ip) == 0) wr32(ip + 12, p.prefsrc);
  store<u16>(ip, 0, 10);
  store<u16>(ip, csumFold(csumPartial(ip, ip4Hlen(ip), 0)), 10);
  const failed = ip4LocalOut(pkt, oif);
  if (failed != 0) mibInc(ns, MIB_OUT_DISCARDS);
  return failed;
}

/** OUTPUT hook, which routes a rewritten destination anew. @see Linux netfilter.c: ip_route_me_harder */
export function ip4LocalOut(pkt: u32, oif: u32): i32 {
  const p = Pkt.at(pkt);
  const s = Sim.at();
  s.rerouted = 0;
  p.oif = oif;
  const ip = p.nh as usize;
  if (ip4Proto(ip) == PROTO_ICMP) mibIcmpOut(p.ns, load<u8>(p.th as usize) as u32);
  mibPacket(p.ns, MIB_OUT_REQUESTS, p.len);
  const verdict = nfHook(HOOK_OUTPUT, pkt, 0, p.outdev);
  if (verdict == VERDICT_ACCEPT) return ip4Finish(pkt);
  const err = s.rerouted;
  s.rerouted = 0;
  return err != 0 ? -(err as i32) : verdict == VERDICT_DROP ? -EPERM : 0;
}

/**
 * NAT gave a packet of our own a new destination: routes it anew, before the filter sees it.
 * @returns 0, or DROP_NO_ROUTE; Sim.rerouted is then the errno
 */
export function ip4Reroute(pkt: u32): u32 {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  // @see ip_route_me_harder: the source counts when it is an own or a host's
  const src = ip4Src(ip);
  const type = fibType(p.ns, src);
  const kept = type == RTN_LOCAL || type == RTN_UNICAST ? src : 0;
  const proto = ip4Proto(ip);
  const ports = (proto == PROTO_TCP || proto == PROTO_UDP) && !ip4IsFragment(ip);
  const th = ip + ip4Hlen(ip);
  if (Net4.at(p.ns).dissects) routeFor(proto, ports ? rd16(th) : 0, ports ? rd16(th + 2) : 0);
  const err = ip4Route(pkt, p.ns, kept, ip4Dst(ip), p.oif, ip4Tos(ip));
  routeFor(0, 0, 0);
  if (err == 0) return 0;
  Sim.at().rerouted = -err as u32;
  return DROP_NO_ROUTE;
}

/** The last part of output, for own and forwarded packets (takes it): size, POSTROUTING, link address. */
export function ip4Finish(pkt: u32): i32 {
  const p = Pkt.at(pkt);
  const dev = p.outdev;
  const d = Dev.at(dev);
  p.dev = dev;
  const verdict = nfHook(HOOK_POSTROUTING, pkt, 0, dev);
  if (verdict != VERDICT_ACCEPT) return verdict == VERDICT_DROP ? -EPERM : 0;
  if (!pktWritable(pkt)) return refuse(pkt, DROP_NO_BUFFER, -ENOBUFS);
  p.data = p.nh;
  p.len = ip4Len(p.nh as usize);
  const df = (ip4Frag(p.nh as usize) & IP4_DF) != 0;
  const mtu = wayMtu(p, df);
  if (p.len <= mtu && fragKnown(p) == 0) return emit(pkt);
  if (df && (!(p.flags & PF_IGNORE_DF) || fragKnown(p) > mtu)) {
    mibInc(p.ns, MIB_FRAG_FAILS);
    icmpSend(pkt, 3, 4, mtu);
    return refuse(pkt, DROP_MTU, -EMSGSIZE);
  }
  const size = pieceSize(p, dev, mtu);
  return p.len <= size ? emit(pkt) : cut(pkt, size);
}

/** What fits on the way of a packet; what carries DF to measure it is held to the device only. @see Linux ip_skb_dst_mtu */
function wayMtu(p: Pkt, df: bool): u32 {
  const dst = ip4Dst(p.nh as usize);
  const own = routeMtu(p.route, p.outdev);
  if (!(p.flags & PF_LOCAL)) return pmtuForward(p.ns, p.route, dst, own);
  const mtu = pmtuOf(p.ns, p.route, dst, own);
  return df && p.len > mtu && sockProbes(p.sock) ? Dev.at(p.outdev).mtu : mtu;
}

/** Sends a packet as fragments (takes it). @returns the first error */
function cut(pkt: u32, mtu: u32): i32 {
  let f = ip4Fragments(pkt, mtu);
  mibInc(Pkt.at(pkt).ns, f == 0 ? MIB_FRAG_FAILS : MIB_FRAG_OKS);
  if (f == 0) return refuse(pkt, DROP_NO_BUFFER, -ENOBUFS);
  pktFree(pkt);
  let err: i32 = 0;
  while (f != 0) {
    const next = Pkt.at(f).next;
    Pkt.at(f).next = 0;
    tracePiece(Pkt.at(f), mtu);
    mibInc(Pkt.at(f).ns, MIB_FRAG_CREATES);
    const e = emit(f);
    if (err == 0) err = e;
    f = next;
  }
  return err;
}

/** Hands a packet that fits to the neighbour it goes to (takes it). */
function emit(pkt: u32): i32 {
  const p = Pkt.at(pkt);
  const dev = p.outdev;
  if (p.rtype == RTN_MULTICAST) mibPacket(p.ns, MIB_OUT_MCAST, p.len);
  else if (p.rtype == RTN_BROADCAST) mibPacket(p.ns, MIB_OUT_BCAST, p.len);
  mibPacket(p.ns, MIB_OUT_TRANSMITS, p.len);
  if (Dev.at(dev).kind == DEV_LOOPBACK) return neighGroup(dev, 0, pkt);
  if (p.rtype == RTN_BROADCAST) return neighGroup(dev, MAC_BROADCAST, pkt);
  if (p.rtype == RTN_MULTICAST) return neighGroup(dev, groupMac(p.nexthop), pkt);
  return neighOutput(dev, p.nexthop, pkt);
}

/** The source address output would choose towards `daddr`; 0 when there is no route: Sim.r0 is then the errno. */
export function ip4RouteSource(ns: u32, daddr: u32, oif: u32, mark: u32 = 0, tos: u32 = 0): u32 {
  const err = dstOutput(ns, daddr, 0, oif, mark, tos);
  const s = Sim.at();
  if (err != 0) {
    s.r0 = -err as u32;
    return 0;
  }
  if (s.r3 == 0) s.r0 = ENETUNREACH;
  return s.r3;
}

/** Whether a connection finds its way with the source it has. @returns 0 or a negative errno @see ip_route_newports */
export function ip4RouteCheck(ns: u32, daddr: u32, saddr: u32, oif: u32, mark: u32, tos: u32): i32 {
  return dstOutput(ns, daddr, saddr, oif, mark, tos);
}

/**
 * MTU of the way of a flow, as far as it is known; 0 when there is none. Sim.r0 to r5 are its route, else r4 is 0.
 * @param saddr source, 0: to be chosen
 */
export function ip4FlowMtu(ns: u32, daddr: u32, saddr: u32, oif: u32, mark: u32, tos: u32): u32 {
  const s = Sim.at();
  if (dstOutput(ns, daddr, saddr, oif, mark, tos) == 0) return pmtuOf(ns, s.r4, daddr, routeMtu(s.r4, s.r1));
  s.r4 = 0;
  return 0;
}
