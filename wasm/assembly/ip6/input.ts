/**
 * IPv6 input: checks, PREROUTING, the way up or through.
 * @see Linux net/ipv6/ip6_input.c: ip6_rcv_core, ip6_protocol_deliver_rcu; ip6_output.c: ip6_forward; route.c: ip6_pkt_drop
 */
import {
  DEV_LOOPBACK,
  DROP_BAD_HEADER,
  DROP_BLACKHOLE,
  DROP_IPV6,
  DROP_MARTIAN_DST,
  DROP_MARTIAN_SRC,
  DROP_MTU,
  DROP_NO_BUFFER,
  DROP_NO_FORWARDING,
  DROP_NO_ROUTE,
  DROP_NO_SOCKET,
  DROP_OTHERHOST,
  DROP_SOCK_CHECKSUM,
  DROP_TTL,
  EACCES,
  HOOK_FORWARD,
  HOOK_INPUT,
  HOOK_PREROUTING,
  MIB6_FRAG_FAILS,
  MIB6_IN_ADDR_ERRORS,
  MIB6_IN_DELIVERS,
  MIB6_IN_DISCARDS,
  MIB6_IN_HDR_ERRORS,
  MIB6_IN_MCAST,
  MIB6_IN_NO_ECT,
  MIB6_IN_NO_ROUTES,
  MIB6_IN_RECEIVES,
  MIB6_IN_TOO_BIG,
  MIB6_IN_TRUNCATED,
  MIB6_IN_UNKNOWN_PROTOS,
  MIB6_OUT_DISCARDS,
  MIB6_OUT_FORWARDED,
  MIB6_REASM_OKS,
  MIB6_REASM_REQDS,
  PKT_HOST,
  PKT_OTHERHOST,
  RTN_LOCAL,
  RTN_MULTICAST,
  TRACE_ROUTE,
  TRACE_TTL,
  VERDICT_ACCEPT,
} from '../../abi';
import { Dev } from '../dev/dev';
import { nfHook } from '../nf/hook';
import { DEFRAG_LOCAL } from '../ip/reassembly';
import { clockStep } from '../sim/clock';
import { ctReset } from '../nf/conntrack';
import { fragKnown, PF_FRAG_FORGOT, PF_IGNORE_DF, PF_LOCAL, PF_PREROUTED, Pkt } from '../sim/packet';
import { pktDrop, pktFree, pktWritable } from '../sim/pool';
import { trace } from '../sim/trace';
import { traceIn6 } from '../sim/trace6';
import { l4Bad, rawInput, tcpInput, udpInput } from '../sock/input';
import { csumL4v6 } from '../wire/checksum';
import { PROTO_ICMPV6, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import {
  ICMP6_PARAM,
  ICMP6_TIME,
  ICMP6_TOOBIG,
  ICMP6_UNREACH,
  IP6_HLEN,
  IP6_MIN_MTU,
  in6IsAny,
  in6IsLinkLocal,
  in6IsLoopback,
  in6IsMulticast,
  in6NeedsDev,
  ip6Class,
  ip6Dst,
  ip6Hops,
  ip6Len,
  ip6Next,
  ip6Src,
  ip6Upper,
  NEXT_DEST,
  NEXT_FRAGMENT,
  NEXT_HOP,
  NEXT_NONE,
  NEXT_ROUTING,
  PARAM6_FIELD,
  PARAM6_INCOMPLETE,
  PARAM6_NEXT,
  UNREACH6_NOROUTE,
  UNREACH6_PORT,
  UNREACH6_PROHIBITED,
  UNREACH6_SCOPE,
} from '../wire/ipv6';
import { addr6Dev } from './addr';
import { extLen, extOptions, extRouting } from './exthdr';
import { icmp6Input, icmp6Send } from './icmp';
import { Idev, idevMtu, Ns6 } from './idev';
import { mc6Member } from './mcast';
import { mib6Inc, mib6Packet } from './mib6';
import { ip6Finish, ip6Route } from './output';
import { frag6Input, frag6IsPiece, frag6Truncated } from './reassembly';
import { redirect6 } from './redirect';
import { route6Kind } from './route';

/** Validates an IPv6 header at Pkt.data, trims the packet and notes its headers. @returns 0 or DROP_* */
export function ip6Validate(pkt: u32): u32 {
  const p = Pkt.at(pkt);
  const ip = p.data as usize;
  if (p.len < IP6_HLEN || load<u8>(ip) >> 4 != 6 || ip6Len(ip) > p.len) return DROP_BAD_HEADER;
  p.len = ip6Len(ip);
  p.nh = p.data;
  p.th = p.data + (ip6Upper(ip, ip + p.len) >> 16);
  return 0;
}

/** Whether a packet's addresses pretend. @returns 0 or DROP_MARTIAN_* */
function martian(p: Pkt): u32 {
  const ip = p.nh as usize;
  const src = ip6Src(ip);
  const dst = ip6Dst(ip);
  if (in6IsMulticast(src)) return DROP_MARTIAN_SRC;
  const lo = Dev.at(p.dev).kind == DEV_LOOPBACK;
  if (!lo && in6IsLoopback(src)) return DROP_MARTIAN_SRC;
  if (!lo && in6IsLoopback(dst)) return DROP_MARTIAN_DST;
  if (!in6IsMulticast(dst)) return 0;
  const scope = load<u8>(dst, 1) & 15;
  return scope == 0 || (scope == 1 && !lo) ? DROP_MARTIAN_DST : 0;
}

/** Whether what is wrong with a packet is that its end is missing. */
function truncated(p: Pkt): bool {
  return p.len >= IP6_HLEN && load<u8>(p.data as usize) >> 4 == 6;
}

/** An IPv6 packet was received (takes it; data at the IPv6 header). */
export function ip6Input(pkt: u32): void {
  const p = Pkt.at(pkt);
  if (p.pkttype == PKT_OTHERHOST) {
    pktDrop(pkt, DROP_OTHERHOST);
    return;
  }
  mib6Packet(p.ns, MIB6_IN_RECEIVES, p.len);
  if (Idev.at(p.dev).disabled) {
    mib6Inc(p.ns, MIB6_IN_DISCARDS);
    pktDrop(pkt, DROP_IPV6);
    return;
  }
  let wrong = ip6Validate(pkt);
  if (wrong == 0) {
    mib6Inc(p.ns, MIB6_IN_NO_ECT + (ip6Class(p.nh as usize) & 3));
    wrong = martian(p);
  }
  if (wrong != 0) {
    mib6Inc(p.ns, wrong == DROP_BAD_HEADER && truncated(p) ? MIB6_IN_TRUNCATED : MIB6_IN_HDR_ERRORS);
    pktDrop(pkt, wrong);
    return;
  }
  p.flags &= ~PF_LOCAL;
  // What a bridge or a sender of this machine knew of its fragments is forgotten. @see Linux ip6_rcv_core
  if (p.fragMax != 0) p.flags |= PF_FRAG_FORGOT;
  const ip = p.nh as usize;
  // What we say to ourselves counts as having come by the device that has the address. @see Linux ip6_rcv_core: iif
  if (Dev.at(p.dev).kind == DEV_LOOPBACK) {
    const owner = addr6Dev(p.ns, ip6Dst(ip));
    if (owner != 0) p.indev = owner;
  }
  if (ip6Next(ip) == NEXT_HOP) {
    const len = extLen(ip + IP6_HLEN, ip + p.len);
    const ns = p.ns;
    if (len == 0) pktDrop(pkt, DROP_BAD_HEADER);
    if (len == 0 || !extOptions(pkt, ip + IP6_HLEN, len, true)) {
      mib6Inc(ns, MIB6_IN_HDR_ERRORS);
      return;
    }
  }
  if (!(p.flags & PF_PREROUTED)) {
    const d0 = load<u64>(ip6Dst(p.nh as usize));
    const d1 = load<u64>(ip6Dst(p.nh as usize) + 8);
    if (nfHook(HOOK_PREROUTING, pkt, p.dev, 0) != VERDICT_ACCEPT) return;
    const dst = ip6Dst(p.nh as usize);
    if (load<u64>(dst) != d0 || load<u64>(dst + 8) != d1) p.rtype = 0;
  }
  p.flags &= ~PF_PREROUTED;
  // What came over loopback keeps the route it was sent with.
  if (p.rtype == RTN_LOCAL && Dev.at(p.dev).kind == DEV_LOOPBACK) deliver(pkt);
  else route(pkt);
}

function route(pkt: u32): void {
  const p = Pkt.at(pkt);
  const dst = ip6Dst(p.nh as usize);
  if (in6IsMulticast(dst)) {
    mib6Packet(p.ns, MIB6_IN_MCAST, p.len);
    if (!mc6Member(p.dev, dst)) {
      pktDrop(pkt, DROP_NO_SOCKET);
      return;
    }
    p.rtype = RTN_MULTICAST;
    traceIn6(p, dst);
    traceIn6(p, dst);
    trace(p, TRACE_ROUTE, 0, 0, RTN_MULTICAST | route6Kind(0));
    deliver(pkt);
    return;
  }
  // @see Linux rt6_need_strict
  const err = ip6Route(pkt, p.ns, dst, in6NeedsDev(dst) || in6IsLoopback(dst) ? p.dev : 0);
  if (err != 0) unroutable(pkt, err);
  else if (p.rtype == RTN_LOCAL) deliver(pkt);
  else forward(pkt);
}

function unroutable(pkt: u32, err: i32): void {
  if (err == -22) {
    pktDrop(pkt, DROP_BLACKHOLE);
    return;
  }
  // @see Linux route.c: ip6_pkt_drop
  const p = Pkt.at(pkt);
  mib6Inc(p.ns, in6IsAny(ip6Dst(p.nh as usize)) ? MIB6_IN_ADDR_ERRORS : MIB6_IN_NO_ROUTES);
  icmp6Send(pkt, ICMP6_UNREACH, err == -EACCES ? UNREACH6_PROHIBITED : UNREACH6_NOROUTE, 0);
  pktDrop(pkt, DROP_NO_ROUTE);
}

function forward(pkt: u32): void {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  if (!Ns6.at(p.ns).forwarding || p.pkttype != PKT_HOST) {
    if (!Ns6.at(p.ns).forwarding) mib6Inc(p.ns, MIB6_IN_ADDR_ERRORS);
    pktDrop(pkt, DROP_NO_FORWARDING);
    return;
  }
  clockStep();
  if (ip6Hops(ip) <= 1) {
    icmp6Send(pkt, ICMP6_TIME, 0, 0);
    mib6Inc(p.ns, MIB6_IN_HDR_ERRORS);
    pktDrop(pkt, DROP_TTL);
    return;
  }
  const src = ip6Src(ip);
  if (in6IsAny(src) || (p.outdev != p.dev && in6IsLinkLocal(src))) {
    if (!in6IsAny(src)) icmp6Send(pkt, ICMP6_UNREACH, UNREACH6_SCOPE, 0);
    mib6Inc(p.ns, MIB6_IN_ADDR_ERRORS);
    pktDrop(pkt, DROP_MARTIAN_SRC);
    return;
  }
  if (p.outdev == p.indev) redirect6(pkt);
  mib6Inc(p.ns, MIB6_OUT_FORWARDED);
  const mtu = max(idevMtu(p.outdev), IP6_MIN_MTU);
  // Fragments that conntrack put together go on as fragments, unless one of them was too big. @see ip6_pkt_too_big
  const exceeds = p.len > mtu && (fragKnown(p) > mtu || !(p.flags & PF_IGNORE_DF));
  if (exceeds) {
    icmp6Send(pkt, ICMP6_TOOBIG, 0, mtu);
    mib6Inc(p.ns, MIB6_IN_TOO_BIG);
    mib6Inc(p.ns, MIB6_FRAG_FAILS);
    pktDrop(pkt, DROP_MTU);
    return;
  }
  if (!pktWritable(pkt)) {
    mib6Inc(p.ns, MIB6_OUT_DISCARDS);
    pktDrop(pkt, DROP_NO_BUFFER);
    return;
  }
  store<u8>(p.nh as usize, load<u8>(p.nh as usize, 7) - 1, 7);
  trace(p, TRACE_TTL, ip6Hops(p.nh as usize), 0, 0);
  if (nfHook(HOOK_FORWARD, pkt, p.dev, p.outdev) != VERDICT_ACCEPT) return;
  ip6Finish(pkt);
}

/** The packet is for this machine: INPUT hook, the extension headers one by one, then the protocol. */
function deliver(pkt: u32): void {
  if (nfHook(HOOK_INPUT, pkt, Pkt.at(pkt).dev, 0) != VERDICT_ACCEPT) return;
  const p = Pkt.at(pkt);
  const ns = p.ns;
  let told: u32 = 6;
  let at = IP6_HLEN;
  if (ip6Next(p.nh as usize) == NEXT_HOP) {
    told = at;
    at += extLen((p.nh + at) as usize, (p.data + p.len) as usize);
  }
  for (;;) {
    const ip = p.nh as usize;
    const end = (p.data + p.len) as usize;
    const next = load<u8>(ip + told) as u32;
    p.th = (ip as u32) + at;
    if (next == NEXT_DEST || next == NEXT_ROUTING) {
      const len = extLen(ip + at, end);
      if (len == 0) {
        mib6Inc(p.ns, MIB6_IN_HDR_ERRORS);
        pktDrop(pkt, DROP_BAD_HEADER);
        return;
      }
      const good = next == NEXT_DEST ? extOptions(pkt, ip + at, len, false) : extRouting(pkt, ip + at);
      if (!good) {
        if (next == NEXT_DEST) mib6Inc(ns, MIB6_IN_HDR_ERRORS);
        return;
      }
      told = at;
      at += len;
    } else if (next == NEXT_FRAGMENT) {
      const skip = whole(pkt, at, told);
      if (skip < 0) return;
      if (skip != 0) {
        told = at;
        at += skip;
      }
    } else {
      protocol(pkt, next, told);
      return;
    }
  }
}

/** A fragment header at offset `at`. @returns bytes of it to skip; 0: it is gone, put together; -1: the packet is held or freed */
function whole(pkt: u32, at: u32, told: u32): i32 {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  mib6Inc(p.ns, MIB6_REASM_REQDS);
  if (ip + at + 8 > ((p.data + p.len) as usize)) {
    mib6Inc(p.ns, MIB6_IN_HDR_ERRORS);
    icmp6Send(pkt, ICMP6_PARAM, PARAM6_FIELD, at);
    pktDrop(pkt, DROP_BAD_HEADER);
    return -1;
  }
  // A fragment of which there is no other part: its header is skipped. @see RFC 6946
  if (!frag6IsPiece(ip + at)) {
    mib6Inc(p.ns, MIB6_REASM_OKS);
    return 8;
  }
  if (frag6Truncated(ip, at)) {
    mib6Inc(p.ns, MIB6_IN_HDR_ERRORS);
    icmp6Send(pkt, ICMP6_PARAM, PARAM6_INCOMPLETE, 0);
    pktDrop(pkt, DROP_BAD_HEADER);
    return -1;
  }
  return frag6Input(pkt, DEFRAG_LOCAL, at, told) ? 0 : -1;
}

/** The upper layer. Pkt.th is its header. @param told offset of the field that names it */
function protocol(pkt: u32, proto: u32, told: u32): void {
  const p = Pkt.at(pkt);
  const raw = proto == NEXT_NONE ? 0 : rawInput(p.ns, pkt, proto);
  const known = proto == PROTO_ICMPV6 || proto == PROTO_TCP || proto == PROTO_UDP || proto == NEXT_NONE;
  mib6Inc(p.ns, known || raw != 0 ? MIB6_IN_DELIVERS : MIB6_IN_UNKNOWN_PROTOS);
  if (proto == PROTO_ICMPV6) icmp6Input(pkt);
  else if (proto == PROTO_TCP || proto == PROTO_UDP) transport(pkt, proto);
  else if (raw != 0 || proto == NEXT_NONE) pktFree(pkt);
  else {
    icmp6Send(pkt, ICMP6_PARAM, PARAM6_NEXT, told);
    pktDrop(pkt, DROP_NO_SOCKET);
  }
}

function transport(pkt: u32, proto: u32): void {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const len = p.data + p.len - p.th;
  const least: u32 = proto == PROTO_TCP ? 20 : 8;
  // A UDP checksum of 0 is not allowed over IPv6. @see RFC 8200 §8.1
  const none = proto == PROTO_UDP && len >= 8 && load<u16>(p.th as usize, 6) == 0;
  const short = len < least;
  if (short || none || csumL4v6(ip + 8, ip + 24, proto, p.th as usize, len) != 0) {
    l4Bad(p.ns, proto, true, short);
    pktDrop(pkt, DROP_SOCK_CHECKSUM);
    return;
  }
  if (proto == PROTO_TCP) {
    if (p.rtype == RTN_MULTICAST || p.pkttype != PKT_HOST) pktDrop(pkt, DROP_NO_SOCKET);
    else tcpInput(p.ns, pkt);
    return;
  }
  if (udpInput(p.ns, pkt) != 0) return;
  ctReset(Pkt.at(pkt));
  icmp6Send(pkt, ICMP6_UNREACH, UNREACH6_PORT, 0);
  pktDrop(pkt, DROP_NO_SOCKET);
}
