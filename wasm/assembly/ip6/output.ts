/**
 * IPv6 output: route, source, header, the OUTPUT and POSTROUTING hooks, size, link address.
 * Limits: no extension headers of a sender's own; no traffic shaping.
 * @see Linux net/ipv6/ip6_output.c: ip6_xmit, ip6_finish_output, ip6_finish_output2; output_core.c
 */
import {
  DEV_LOOPBACK,
  DROP_MTU,
  DROP_NO_BUFFER,
  DROP_NO_ROUTE,
  EADDRNOTAVAIL,
  EINVAL,
  EMSGSIZE,
  ENOBUFS,
  EPERM,
  HOOK_OUTPUT,
  HOOK_POSTROUTING,
  ENETUNREACH,
  MIB6_FRAG_CREATES,
  MIB6_FRAG_FAILS,
  MIB6_FRAG_OKS,
  MIB6_OUT_DISCARDS,
  MIB6_OUT_MCAST,
  MIB6_OUT_NO_ROUTES,
  MIB6_OUT_REQUESTS,
  MIB6_OUT_TRANSMITS,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  TRACE_NO_ROUTE,
  TRACE_ROUTE,
  VERDICT_ACCEPT,
  VERDICT_DROP,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Sim } from '../mem';
import { nfHook } from '../nf/hook';
import { OWNER_KERNEL } from '../nf/owner';
import { neigh6Output, neighGroup } from '../ip/neigh';
import { fragKnown, PF_ANSWER, PF_IGNORE_DF, PF_LOCAL, PF_LOOPED, PF_TRACE, Pkt } from '../sim/packet';
import { pktClone, pktDrop, pktFree, pktPush, pktWritable } from '../sim/pool';
import { traceWrite } from '../sim/stat';
import { trace, tracePiece } from '../sim/trace';
import { traceIn6, traceNew6 } from '../sim/trace6';
import { workPush } from '../sim/work';
import { sockBoundDev, sockProbes } from '../sock/input';
import { csumPartial } from '../wire/checksum';
import { ETH_HLEN, ETH_IPV6, ethWrite } from '../wire/ether';
import { PROTO_ICMPV6, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { IP6_HLEN, in6GroupMac, in6IsAny, in6IsMulticast, in6NeedsDev, ip6Dst, ip6Len, ip6Next, ip6Src, ip6Write } from '../wire/ipv6';
import { ip6Fragments } from './fragment';
import { pieceSize } from '../ip/fragment';
import { icmp6Send } from './icmp';
import { Idev, idevMtu } from './idev';
import { groupLoops } from '../sock/group';
import { mc6Member } from './mcast';
import { mib6IcmpOut, mib6Inc, mib6Packet } from './mib6';
import { pmtu6Of } from './pmtu';
import { route6Find, route6Gateway, route6Kind, route6Mtu, route6Source } from './route';
import { AT_SOURCE } from './scratch';
import { src6Select } from './source';

/** Looks the route up and notes it in the packet. @returns 0 or a negative errno */
export function ip6Route(pkt: u32, ns: u32, dst: usize, oif: u32): i32 {
  const err = route6Find(ns, dst, oif);
  const s = Sim.at();
  const p = Pkt.at(pkt);
  if (err != 0) {
    lost(p, dst, err);
    return err;
  }
  p.rtype = s.r0;
  p.outdev = s.r1;
  p.nexthop = s.r2;
  p.prefsrc = s.r4;
  p.route = s.r4;
  routed(p, dst);
  return 0;
}

/** Tells the route of a packet. */
function routed(p: Pkt, dst: usize): void {
  traceIn6(p, dst);
  traceIn6(p, p.nexthop != 0 ? route6Gateway(p.nexthop) : dst);
  if (p.flags & PF_TRACE) traceWrite(p.id, TRACE_ROUTE, p.ns, p.outdev, 0, 0, p.rtype | route6Kind(p.route));
}

/** Tells that a packet has no way to go. */
function lost(p: Pkt, dst: usize, err: i32): void {
  traceIn6(p, dst);
  trace(p, TRACE_NO_ROUTE, 0, -err as u32, 0);
}

/** A packet is being made, and has its route, or none (err): what it is comes first in a trace. */
function made(p: Pkt, proto: u32, src: usize, dst: usize, err: i32): void {
  traceNew6(p, err == 0 ? p.outdev : 0, proto, src, dst);
  if (err == 0) routed(p, dst);
  else lost(p, dst, err);
}

function refuse(pkt: u32, reason: u32, err: i32): i32 {
  pktDrop(pkt, reason);
  return err;
}

/** The flow label of what a socket sends: a digest of the flow (auto_flowlabels). @see RFC 6438, Linux ip6_make_flowlabel */
function flowLabel(src: usize, dst: usize, proto: u32, th: usize, len: u32): u32 {
  let s = csumPartial(src, 16, proto as u64);
  s = s * 31 + csumPartial(dst, 16, 0);
  if ((proto == PROTO_TCP || proto == PROTO_UDP) && len >= 4) s = s * 31 + (load<u32>(th) as u64);
  s *= 0x9e3779b97f4a7c15;
  return ((s >> 40) as u32) & 0xfffff;
}

/**
 * Sends a transport segment (takes it). Pre: Pkt.data/len span the transport header and its data, checksummed for the
 * source that is given.
 * @param saddr 16 bytes, :: is only for what has no checksum over it @param hops 0: the device's default
 * @param oif device to go out by, 0 any
 * @returns 0 or -ENETUNREACH, -EHOSTUNREACH, -EACCES (prohibit), -EPERM (a rule), -EMSGSIZE, -ENOBUFS, -EINVAL
 */
export function ip6Output(
  ns: u32,
  pkt: u32,
  saddr: usize,
  daddr: usize,
  proto: u32,
  hops: u32,
  tclass: u32,
  mark: u32,
  oif: u32,
): i32 {
  const p = Pkt.at(pkt);
  p.ns = ns;
  p.mark = mark;
  p.proto = ETH_IPV6;
  p.flags |= PF_LOCAL;
  p.th = p.data;
  const err = ip6Route(pkt, ns, daddr, oif);
  if (err != 0) {
    if (Sim.at().traceOn != 0) made(p, proto, saddr, daddr, err);
    unrouted(ns, err);
    return refuse(pkt, DROP_NO_ROUTE, err);
  }
  let src = saddr;
  if (in6IsAny(saddr)) {
    src = ip6SourceOn(ns, daddr);
    if (src == 0) return refuse(pkt, DROP_NO_ROUTE, -EADDRNOTAVAIL);
  }
  if (Sim.at().traceOn != 0) made(p, proto, src, daddr, 0);
  if (p.len > 65535) return refuse(pkt, DROP_MTU, -EMSGSIZE);
  if (!pktWritable(pkt)) return refuse(pkt, DROP_NO_BUFFER, -ENOBUFS);
  const len = p.len;
  const ip = pktPush(pkt, IP6_HLEN);
  p.nh = p.data;
  const limit = hops != 0 ? hops & 255 : p.rtype == RTN_MULTICAST ? (1 as u32) : Idev.at(p.outdev).hopLimit;
  ip6Write(ip, tclass, flowLabel(src, daddr, proto, p.th as usize, len), len, proto, limit, src, daddr);
  // A reset that a rule sends is nobody's request. @see Linux nf_send_reset6: ip6_local_out
  if (!(p.flags & PF_ANSWER)) mib6Inc(ns, MIB6_OUT_REQUESTS);
  if (proto == PROTO_ICMPV6) mib6IcmpOut(ns, load<u8>(p.th as usize) as u32);
  if (p.rtype == RTN_MULTICAST) {
    loopBack(pkt);
    if (hops > 255) {
      pktFree(pkt);
      return 0;
    }
  }
  const failed = localOut(pkt, oif);
  // @see Linux ip6_send_skb, which TCP does not use
  if (failed != 0 && proto != PROTO_TCP) mib6Inc(ns, MIB6_OUT_DISCARDS);
  return failed;
}

/** Counts what found no way. @see Linux ip6_output.c: ip6_dst_lookup_tail */
function unrouted(ns: u32, err: i32): void {
  if (err == -ENETUNREACH) mib6Inc(ns, MIB6_OUT_NO_ROUTES);
}

/** The source for `daddr` by the route that was found last (it is in Sim). @returns its 16 bytes, 0: there is none */
function ip6SourceOn(ns: u32, daddr: usize): usize {
  const s = Sim.at();
  const wanted = route6Source(s.r4);
  if (wanted != 0) memory.copy(AT_SOURCE, wanted, 16);
  else if (s.r0 == RTN_LOCAL) memory.copy(AT_SOURCE, daddr, 16);
  else if (!src6Select(ns, s.r1, daddr, AT_SOURCE)) return 0;
  return AT_SOURCE;
}

/** The source output would choose towards `daddr`, to `out`. @returns 0 or a negative errno */
export function ip6RouteSource(ns: u32, daddr: usize, oif: u32, out: usize): i32 {
  const err = route6Find(ns, daddr, oif);
  unrouted(ns, err);
  if (err != 0) return err;
  const src = ip6SourceOn(ns, daddr);
  if (src == 0) return -EADDRNOTAVAIL;
  memory.copy(out, src, 16);
  return 0;
}

/** MTU of the way to `daddr`, as far as it is known; 1500 when there is no route. */
export function ip6Mtu(ns: u32, daddr: usize, oif: u32): u32 {
  return pmtu6Of(ns, daddr, ip6DevMtu(ns, daddr, oif));
}

/** MTU of the route to `daddr`, or of its device; 1500 when there is no route. */
export function ip6DevMtu(ns: u32, daddr: usize, oif: u32): u32 {
  return route6Find(ns, daddr, oif) != 0 ? 1500 : route6Mtu(Sim.at().r4, Sim.at().r1);
}

/**
 * Sends a message of the stack's own that has its whole header, out of a device (takes it; data at the IPv6 header).
 * @param hlen bytes before the ICMPv6 header
 */
export function ip6SendBuilt(ns: u32, pkt: u32, dev: u32, hlen: u32): void {
  const p = Pkt.at(pkt);
  const ip = p.data as usize;
  p.ns = ns;
  p.proto = ETH_IPV6;
  p.flags |= PF_LOCAL;
  p.sock = OWNER_KERNEL;
  p.nh = p.data;
  p.th = p.data + hlen;
  p.outdev = dev;
  p.nexthop = 0;
  p.route = 0;
  p.rtype = in6IsMulticast(ip6Dst(ip)) ? RTN_MULTICAST : RTN_UNICAST;
  if (Sim.at().traceOn != 0) traceNew6(p, dev, PROTO_ICMPV6, ip6Src(ip), ip6Dst(ip));
  const type = load<u8>(p.th as usize) as u32;
  mib6Inc(ns, MIB6_OUT_REQUESTS);
  const err = localOut(pkt, dev);
  // @see Linux ndisc_send_skb, mld_sendpack
  if (err == 0) mib6IcmpOut(ns, type);
  else if (hlen > IP6_HLEN) mib6Inc(ns, MIB6_OUT_DISCARDS);
}

/** Sends a packet with its IPv6 header (IPV6_HDRINCL, takes it). */
export function ip6OutputRaw(ns: u32, pkt: u32, oif: u32): i32 {
  const p = Pkt.at(pkt);
  const ip = p.data as usize;
  if (p.len < IP6_HLEN) return refuse(pkt, DROP_MTU, -EINVAL);
  p.ns = ns;
  p.proto = ETH_IPV6;
  p.flags |= PF_LOCAL;
  p.th = p.data + IP6_HLEN;
  const err = ip6Route(pkt, ns, ip6Dst(ip), oif);
  if (Sim.at().traceOn != 0) made(p, ip6Next(ip), ip6Src(ip), ip6Dst(ip), err);
  unrouted(ns, err);
  if (err != 0) return refuse(pkt, DROP_NO_ROUTE, err);
  if (p.len > idevMtu(p.outdev)) return refuse(pkt, DROP_MTU, -EMSGSIZE);
  p.nh = p.data;
  mib6Inc(ns, MIB6_OUT_REQUESTS);
  const failed = localOut(pkt, oif);
  if (failed != 0) mib6Inc(ns, MIB6_OUT_DISCARDS);
  return failed;
}

/** OUTPUT hook. A rewritten destination was routed anew in it. */
function localOut(pkt: u32, oif: u32): i32 {
  const p = Pkt.at(pkt);
  const s = Sim.at();
  s.rerouted = 0;
  p.oif = oif;
  const verdict = nfHook(HOOK_OUTPUT, pkt, 0, p.outdev);
  if (verdict == VERDICT_ACCEPT) return ip6Finish(pkt);
  const err = s.rerouted;
  s.rerouted = 0;
  return err != 0 ? -(err as i32) : verdict == VERDICT_DROP ? -EPERM : 0;
}

/**
 * NAT gave a packet of our own a new destination: routes it anew.
 * @returns 0, or DROP_NO_ROUTE; Sim.rerouted is then the errno
 */
export function ip6Reroute(pkt: u32): u32 {
  const p = Pkt.at(pkt);
  const dst = ip6Dst(p.nh as usize);
  // An address of a link is looked for on the link the packet was to leave by. @see Linux ip6_route_me_harder
  const bound = sockBoundDev(p.sock);
  const err = ip6Route(pkt, p.ns, dst, bound != 0 ? bound : in6NeedsDev(dst) ? p.outdev : 0);
  if (err == 0) return 0;
  mib6Inc(p.ns, MIB6_OUT_NO_ROUTES);
  Sim.at().rerouted = -err as u32;
  return DROP_NO_ROUTE;
}

/** A member of a group hears its own datagrams. @see Linux ip6_finish_output2: ip6_dev_loopback_xmit */
function loopBack(pkt: u32): void {
  const p = Pkt.at(pkt);
  const dst = ip6Dst(p.nh as usize);
  const dev = p.outdev;
  if (Dev.at(dev).kind == DEV_LOOPBACK || !mc6Member(dev, dst) || !groupLoops(p.sock)) return;
  const copy = pktClone(pkt);
  if (copy == 0 || !pktWritable(copy)) {
    if (copy != 0) pktFree(copy);
    return;
  }
  const q = Pkt.at(copy);
  ethWrite(pktPush(copy, ETH_HLEN), in6GroupMac(dst), Dev.at(dev).mac, ETH_IPV6);
  q.flags |= PF_LOOPED;
  q.dev = dev;
  q.gen = Dev.at(dev).gen;
  q.rtype = 0;
  workPush(copy);
}

/** The last part of output, for own and forwarded packets (takes it): POSTROUTING, size, link address. */
export function ip6Finish(pkt: u32): i32 {
  const p = Pkt.at(pkt);
  const dev = p.outdev;
  p.dev = dev;
  const verdict = nfHook(HOOK_POSTROUTING, pkt, 0, dev);
  if (verdict != VERDICT_ACCEPT) return verdict == VERDICT_DROP ? -EPERM : 0;
  if (!pktWritable(pkt)) return refuse(pkt, DROP_NO_BUFFER, -ENOBUFS);
  const ip = p.nh as usize;
  p.data = p.nh;
  p.len = ip6Len(ip);
  // What is forwarded is held to the path's MTU as well, if this machine has come to know it. @see Linux ip6_skb_dst_mtu
  const mtu = p.flags & PF_LOCAL && sockProbes(p.sock) ? idevMtu(dev) : pmtu6Of(p.ns, ip6Dst(ip), route6Mtu(p.route, dev));
  if (p.len <= mtu && fragKnown(p) == 0) return emit(pkt);
  if (p.len > mtu && (!(p.flags & PF_IGNORE_DF) || fragKnown(p) > mtu)) {
    icmp6Send(pkt, 2, 0, mtu);
    mib6Inc(p.ns, MIB6_FRAG_FAILS);
    return refuse(pkt, DROP_MTU, -EMSGSIZE);
  }
  const size = pieceSize(p, dev, mtu);
  return p.len <= size ? emit(pkt) : cut(pkt, size);
}

/** Sends a packet as fragments (takes it). @returns the first error */
function cut(pkt: u32, mtu: u32): i32 {
  let f = ip6Fragments(pkt, mtu);
  mib6Inc(Pkt.at(pkt).ns, f == 0 ? MIB6_FRAG_FAILS : MIB6_FRAG_OKS);
  if (f == 0) return refuse(pkt, DROP_NO_BUFFER, -ENOBUFS);
  pktFree(pkt);
  let err: i32 = 0;
  while (f != 0) {
    const next = Pkt.at(f).next;
    Pkt.at(f).next = 0;
    tracePiece(Pkt.at(f), mtu);
    mib6Inc(Pkt.at(f).ns, MIB6_FRAG_CREATES);
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
  const dst = ip6Dst(p.nh as usize);
  if (in6IsMulticast(dst)) mib6Packet(p.ns, MIB6_OUT_MCAST, p.len);
  mib6Packet(p.ns, MIB6_OUT_TRANSMITS, p.len);
  if (Dev.at(dev).kind == DEV_LOOPBACK) return neighGroup(dev, 0, pkt);
  if (in6IsMulticast(dst)) return neighGroup(dev, in6GroupMac(dst), pkt);
  return neigh6Output(dev, p.nexthop != 0 ? route6Gateway(p.nexthop) : dst, pkt);
}
