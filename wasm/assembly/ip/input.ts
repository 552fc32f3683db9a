/**
 * IPv4 input: checks, PREROUTING, the way up or through. Forwarding decrements the TTL in a private copy.
 * @see Linux net/ipv4/ip_input.c: ip_rcv, ip_rcv_finish_core, ip_local_deliver; ip_forward.c: ip_forward
 */
import {
  CONF_DROP_UNICAST_IN_L2_MULTICAST,
  CONF_FORWARDING,
  DEV_LOOPBACK,
  DROP_BAD_CHECKSUM,
  DROP_BAD_HEADER,
  DROP_BLACKHOLE,
  DROP_BROADCAST,
  DROP_MTU,
  DROP_NO_BUFFER,
  DROP_NO_FORWARDING,
  DROP_NO_ROUTE,
  DROP_NO_SOCKET,
  DROP_OTHERHOST,
  DROP_SOCK_CHECKSUM,
  DROP_TTL,
  EACCES,
  EHOSTUNREACH,
  EINVAL,
  ENETUNREACH,
  HOOK_FORWARD,
  HOOK_INPUT,
  HOOK_PREROUTING,
  MIB_FORW_DATAGRAMS,
  MIB_FRAG_FAILS,
  MIB_IN_ADDR_ERRORS,
  MIB_IN_BCAST,
  MIB_IN_CSUM_ERRORS,
  MIB_IN_DELIVERS,
  MIB_IN_HDR_ERRORS,
  MIB_IN_MCAST,
  MIB_IN_NO_ECT,
  MIB_IN_NO_ROUTES,
  MIB_IN_RECEIVES,
  MIB_IN_UNKNOWN_PROTOS,
  PKT_BROADCAST,
  PKT_HOST,
  PKT_OTHERHOST,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTN_UNREACHABLE,
  TRACE_NO_ROUTE,
  TRACE_ROUTE,
  TRACE_TTL,
  VERDICT_ACCEPT,
} from '../../abi';
import { Dev } from '../dev/dev';
import { recAbort, recChecked, recDeliver } from '../flow/record';
import { Sim } from '../mem';
import { nfHook } from '../nf/hook';
import { clockStep } from '../sim/clock';
import { ctReset } from '../nf/conntrack';
import { fragKnown, PF_FRAG_FORGOT, PF_OWN_GROUP, PF_IGNORE_DF, PF_LOCAL, PF_OPT_RR, PF_OPT_TS, PF_PREROUTED, PF_REDIRECT, PF_TRACE, Pkt } from '../sim/packet';
import { pktDrop, pktFree, pktWritable } from '../sim/pool';
import { traceWrite } from '../sim/stat';
import { trace } from '../sim/trace';
import { l4Bad, rawInput, tcpInput, udpInput, udpInputTo } from '../sock/input';
import { csumFold, csumL4, csumPartial } from '../wire/checksum';
import {
  IP4_DF,
  ip4DecTtl,
  ip4Dst,
  ip4Frag,
  ip4Hlen,
  ip4IsFragment,
  ip4Len,
  ip4Proto,
  ip4Src,
  ip4Tos,
  ip4Ttl,
  PROTO_ICMP,
  PROTO_TCP,
  PROTO_UDP,
} from '../wire/ipv4';
import { confOf, confOr } from './conf';
import { dstInput } from './dst';
import { icmpInput, icmpSend } from './icmp';
import { optionsForward, optionsInput } from './options';
import { mibInc, mibPacket } from './mib';
import { ip4Finish } from './output';
import { peerMayTell } from './peer';
import { pmtuForward } from './pmtu';
import { DEFRAG_LOCAL, fragInput } from './reassembly';
import { redirectSend } from './redirect';
import { routeKind, routeMtu } from './route';
import { FIBR_REDIRECT } from './routein';

/** Validates an IPv4 header at Pkt.data, trims the packet and notes its headers. @returns 0 or DROP_* */
export function ip4Validate(pkt: u32): u32 {
  const p = Pkt.at(pkt);
  const ip = p.data as usize;
  if (p.len < 20 || load<u8>(ip) >> 4 != 4) return DROP_BAD_HEADER;
  const hlen = ip4Hlen(ip);
  const total = ip4Len(ip);
  if (hlen < 20 || total < hlen || total > p.len) return DROP_BAD_HEADER;
  if (csumFold(csumPartial(ip, hlen, 0)) != 0) return DROP_BAD_CHECKSUM;
  if (Sim.at().rec != 0) recChecked();
  p.len = total;
  p.nh = p.data;
  p.th = p.data + hlen;
  return 0;
}

/** An IPv4 packet was received (takes it; data at the IP header). */
export function ip4Input(pkt: u32): void {
  const p = Pkt.at(pkt);
  if (p.pkttype == PKT_OTHERHOST) {
    pktDrop(pkt, DROP_OTHERHOST);
    return;
  }
  mibPacket(p.ns, MIB_IN_RECEIVES, p.len);
  const bad = ip4Validate(pkt);
  if (bad != 0) {
    mibInc(p.ns, MIB_IN_HDR_ERRORS);
    if (bad == DROP_BAD_CHECKSUM) mibInc(p.ns, MIB_IN_CSUM_ERRORS);
    pktDrop(pkt, bad);
    return;
  }
  mibPacket(p.ns, MIB_IN_NO_ECT + 2 * (ip4Tos(p.nh as usize) & 3), p.len);
  p.flags &= ~PF_LOCAL;
  // What a bridge or a sender of this machine knew of its fragments is forgotten. @see Linux ip_rcv_core
  if (p.fragMax != 0) p.flags |= PF_FRAG_FORGOT;
  if (!(p.flags & PF_PREROUTED)) {
    const before = ip4Dst(p.nh as usize);
    if (nfHook(HOOK_PREROUTING, pkt, p.dev, 0) != VERDICT_ACCEPT) return;
    if (ip4Dst(p.nh as usize) != before) p.rtype = 0;
  }
  p.flags &= ~PF_PREROUTED;
  // What came over loopback keeps the route it was sent with.
  if (p.flags & PF_OWN_GROUP || (p.rtype == RTN_LOCAL && Dev.at(p.dev).kind == DEV_LOOPBACK)) deliver(pkt);
  else route(pkt);
}

/** Looks up the route of what came in by a device, and notes it in the packet. @returns as routeInput */
export function ip4RouteIn(pkt: u32, dev: u32): i32 {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const dst = ip4Dst(ip);
  const s = Sim.at();
  s.asking = pkt;
  const err = dstInput(p.ns, dev, ip4Src(ip), dst, p.mark, ip4Tos(ip), ip4Proto(ip));
  s.asking = 0;
  if (err > 0) return err;
  p.rtype = err == 0 ? s.r0 : RTN_UNREACHABLE;
  if (err == 0) {
    p.outdev = s.r1;
    p.nexthop = s.r2;
    p.route = p.rtype == RTN_UNICAST ? s.r4 : 0;
    p.flags = s.r5 & FIBR_REDIRECT ? p.flags | PF_REDIRECT : p.flags & ~PF_REDIRECT;
    if (p.flags & PF_TRACE)
      traceWrite(p.id, TRACE_ROUTE, p.ns, p.outdev, dst, p.nexthop, p.rtype | routeKind(p.route));
  } else trace(p, TRACE_NO_ROUTE, dst, -err as u32, 0);
  return err;
}

function route(pkt: u32): void {
  const p = Pkt.at(pkt);
  const err = ip4RouteIn(pkt, p.dev);
  if (err > 0) {
    pktDrop(pkt, err as u32);
    return;
  }
  if (ip4Hlen(p.nh as usize) > 20 && !optionsInput(pkt)) return;
  if (p.rtype == RTN_MULTICAST) mibPacket(p.ns, MIB_IN_MCAST, p.len);
  else if (p.rtype == RTN_BROADCAST || p.pkttype == PKT_BROADCAST) mibPacket(p.ns, MIB_IN_BCAST, p.len);
  if (err != 0) unroutable(pkt, err);
  else if (p.rtype != RTN_UNICAST) {
    if (p.rtype == RTN_LOCAL && p.pkttype != PKT_HOST && confOr(p.dev, CONF_DROP_UNICAST_IN_L2_MULTICAST))
      pktDrop(pkt, DROP_BROADCAST);
    else deliver(pkt);
  } else if (p.pkttype != PKT_HOST) pktDrop(pkt, DROP_NO_ROUTE);
  else forward(pkt);
}

/** @see Linux route.c: ip_error */
function unroutable(pkt: u32, err: i32): void {
  const p = Pkt.at(pkt);
  const forwards = confOf(p.dev, CONF_FORWARDING) != 0;
  if (err == -ENETUNREACH) mibInc(p.ns, MIB_IN_NO_ROUTES);
  else if (err == -EHOSTUNREACH && !forwards) mibInc(p.ns, MIB_IN_ADDR_ERRORS);
  if (!forwards) {
    pktDrop(pkt, DROP_NO_FORWARDING);
    return;
  }
  if (err == -EINVAL) {
    pktDrop(pkt, DROP_BLACKHOLE);
    return;
  }
  if (peerMayTell(p.ns, ip4Src(p.nh as usize)))
    icmpSend(pkt, 3, err == -EHOSTUNREACH ? 1 : err == -EACCES ? 13 : 0, 0);
  pktDrop(pkt, DROP_NO_ROUTE);
}

function forward(pkt: u32): void {
  const p = Pkt.at(pkt);
  clockStep();
  if (ip4Ttl(p.nh as usize) <= 1) {
    mibInc(p.ns, MIB_IN_HDR_ERRORS);
    icmpSend(pkt, 11, 0, 0);
    pktDrop(pkt, DROP_TTL);
    return;
  }
  mibPacket(p.ns, MIB_FORW_DATAGRAMS, p.len);
  const mtu = pmtuForward(p.ns, p.route, ip4Dst(p.nh as usize), routeMtu(p.route, p.outdev));
  // Fragments that conntrack put together go on as fragments, unless one of them was too big. @see ip_exceeds_mtu
  const exceeds = p.len > mtu && ip4Frag(p.nh as usize) & IP4_DF;
  if (exceeds && (fragKnown(p) > mtu || !(p.flags & PF_IGNORE_DF))) {
    mibInc(p.ns, MIB_FRAG_FAILS);
    icmpSend(pkt, 3, 4, mtu);
    pktDrop(pkt, DROP_MTU);
    return;
  }
  if (!pktWritable(pkt)) {
    pktDrop(pkt, DROP_NO_BUFFER);
    return;
  }
  ip4DecTtl(p.nh as usize);
  if (p.flags & PF_TRACE) trace(p, TRACE_TTL, ip4Ttl(p.nh as usize), 0, 0);
  if (p.flags & PF_REDIRECT) {
    recAbort();
    redirectSend(pkt);
  }
  if (nfHook(HOOK_FORWARD, pkt, p.dev, p.outdev) != VERDICT_ACCEPT) return;
  if (p.flags & (PF_OPT_RR | PF_OPT_TS)) optionsForward(pkt);
  ip4Finish(pkt);
}

const PROTO_IGMP: u32 = 2;

/** Whether the kernel itself takes packets of a protocol: ICMP, IGMP, TCP, UDP. */
function known(proto: u32): bool {
  return proto == PROTO_UDP || proto == PROTO_TCP || proto == PROTO_ICMP || proto == PROTO_IGMP;
}

/** The packet is for this machine: INPUT hook, then the protocol. */
function deliver(pkt: u32): void {
  const p = Pkt.at(pkt);
  if (ip4IsFragment(p.nh as usize) && !fragInput(pkt, DEFRAG_LOCAL)) return;
  if (nfHook(HOOK_INPUT, pkt, p.dev, 0) != VERDICT_ACCEPT) return;
  if (known(ip4Proto(p.nh as usize))) mibPacket(p.ns, MIB_IN_DELIVERS, p.len);
  // A group's datagram is for as many sockets as there are.
  if (p.rtype != RTN_LOCAL) recAbort();
  else if (Sim.at().rec != 0) recDeliver(pkt);
  ip4ToTransport(pkt);
}

/** The same of a UDP datagram whose socket is known (sock/input.ts: udpSocket). Pre: no raw sockets, a whole header. */
export function ip4ToSocket(pkt: u32, sock: i32): void {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const th = p.th as usize;
  if (load<u16>(th, 6) != 0 && csumL4(ip4Src(ip), ip4Dst(ip), PROTO_UDP, th, p.data + p.len - p.th) != 0) {
    l4Bad(p.ns, PROTO_UDP, false, false);
    pktDrop(pkt, DROP_SOCK_CHECKSUM);
    return;
  }
  if (udpInputTo(p.ns, pkt, sock) == 0) noPort(pkt);
}

/** Nobody listens at a datagram's port (takes it). */
function noPort(pkt: u32): void {
  // What answers finds the connection by what it quotes. @see Linux udp.c: __udp4_lib_rcv
  ctReset(Pkt.at(pkt));
  icmpSend(pkt, 3, 3, 0);
  pktDrop(pkt, DROP_NO_SOCKET);
}

/** A whole packet for this machine has passed INPUT: to the sockets and protocols that want it (takes it; nh, th are set). */
export function ip4ToTransport(pkt: u32): void {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const proto = ip4Proto(ip);
  const ns = p.ns;
  const raw = rawInput(ns, pkt, proto);
  if (proto == PROTO_ICMP) icmpInput(pkt);
  else if (proto == PROTO_TCP || proto == PROTO_UDP) transport(pkt, proto);
  else if (raw != 0) {
    if (!known(proto)) mibInc(ns, MIB_IN_DELIVERS);
    pktFree(pkt);
  } else {
    if (!known(proto)) mibInc(ns, MIB_IN_UNKNOWN_PROTOS);
    icmpSend(pkt, 3, 2, 0);
    pktDrop(pkt, DROP_NO_SOCKET);
  }
}

function transport(pkt: u32, proto: u32): void {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const len = p.data + p.len - p.th;
  const none = proto == PROTO_UDP && len >= 8 && load<u16>(p.th as usize, 6) == 0;
  const short = len < (proto == PROTO_TCP ? 20 : 8);
  if (short || (!none && csumL4(ip4Src(ip), ip4Dst(ip), proto, p.th as usize, len) != 0)) {
    l4Bad(p.ns, proto, false, short);
    pktDrop(pkt, DROP_SOCK_CHECKSUM);
    return;
  }
  if (proto == PROTO_TCP) {
    if (p.rtype == RTN_BROADCAST || p.rtype == RTN_MULTICAST || p.pkttype != PKT_HOST) pktDrop(pkt, DROP_NO_SOCKET);
    else tcpInput(p.ns, pkt);
    return;
  }
  if (udpInput(p.ns, pkt) == 0) noPort(pkt);
}
