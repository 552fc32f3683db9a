/**
 * What sock/ asks of the layers below, in sock/'s own terms: addresses as two words, packets with a transport header.
 */
import {
  CROSS_SCOPE, DEV_LOOPBACK, DROP_NO_ROUTE, ENETUNREACH, EVENT_SOCK, MIB_OUT_NO_ROUTES, READY_ERR, READY_HUP, READY_IN,
  READY_OUT, READY_RDHUP, RTN_BROADCAST, RTN_LOCAL, TIMER_SOCK,
} from '../../abi';
import { addrIsLocal as ip4IsLocal, addrIsLocal6, addrType } from '../ip/addr';
import { ip6DevMtu, ip6Mtu, ip6Output, ip6OutputRaw, ip6RouteSource } from '../ip6/output';
import { route6Find, route6Locked } from '../ip6/route';
import { addr6Dev } from '../ip6/addr';
import { idevMtu, Ns6 } from '../ip6/idev';
import { pmtu6Update } from '../ip6/pmtu';
import { mibInc } from '../ip/mib';
import { ip4FlowMtu, ip4Output, ip4OutputRaw, ip4RouteCheck, ip4RouteSource } from '../ip/output';
import { Route, routeLocked } from '../ip/route';
import { routeFor } from '../ip/routeout';
import { pmtuLocked, pmtuUpdate } from '../ip/pmtu';
import { fibType } from '../ip/fib';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { NS_CAP, SCRATCH_BASE, SOCK_STATE, Sim } from '../mem';
import { OWNER_KERNEL } from '../nf/owner';
import { PF_BROADCAST, PF_DF, PF_IGNORE_DF, PF_SRC_CHOSEN, Pkt } from '../sim/packet';
import { pktAlloc, pktDrop } from '../sim/pool';
import { eventPush } from '../sim/ring';
import { rng32 } from '../sim/rng';
import { timerAdd, timerDel as simTimerDel } from '../sim/timer';
import { rd16 } from '../wire/bytes';
import { csumL4, csumL4v6 } from '../wire/checksum';
import { PROTO_ICMPV6 } from '../wire/ipv4';
import { isAny, isV4, mapped, v4Of } from './demux';
import { F_BROADCAST, F_NODF, F_PMTU_DO, F_PMTU_PROBE, M_MTU_LOCK, Sock } from './table';

export const L4_TCP: u32 = 6;
export const L4_UDP: u32 = 17;
export const TM_RTX: u32 = TIMER_SOCK;
export const TM_ACK: u32 = TIMER_SOCK + 1;
export const TM_KEEP: u32 = TIMER_SOCK + 2;
export const RDY_IN: u32 = READY_IN;
export const RDY_OUT: u32 = READY_OUT;
export const RDY_ERR: u32 = READY_ERR;
export const RDY_HUP: u32 = READY_HUP;
export const RDY_RDHUP: u32 = READY_RDHUP;

/** Virtual ns. */
export function nowNs(): i64 {
  return Sim.at().now as i64;
}

/** Key of the hashes that choose ports and sequence numbers; drawn once. */
export function hashSeed(): u32 {
  const at = SOCK_STATE + 4;
  let v = load<u32>(at);
  if (v == 0) {
    v = rng32() | 1;
    store<u32>(at, v);
  }
  return v;
}

export function random32(): u32 {
  return rng32();
}

export function timerSet(kind: u32, id: i32, at: i64): u32 {
  return timerAdd(at as u64, kind, id as u32);
}

export function timerDel(handle: u32): void {
  simTimerDel(handle);
}

/** Tells the kernel that socket `id` became ready. @param bits RDY_* */
export function sockEvent(id: i32, bits: u32): void {
  eventPush(EVENT_SOCK, id as u32, bits, 0);
}

/** A packet with room for `len` bytes of transport header and data, or 0. */
export function l4Alloc(len: u32): u32 {
  return pktAlloc(len);
}

/** Notes the sender of a packet, for netfilter's owner match. */
export function l4Owner(p: u32, id: i32): void {
  Pkt.at(p).sock = id as u32;
}

/** Notes that the kernel itself sends a packet. */
export function l4OwnerKernel(p: u32): void {
  Pkt.at(p).sock = OWNER_KERNEL;
}

/** Where its transport header goes. */
export function l4At(p: u32): usize {
  return Pkt.at(p).data as usize;
}

/** Two scratch addresses of 16 bytes, for calls that take addresses in memory. */
function pair(l0: u64, l1: u64, r0: u64, r1: u64): usize {
  const at = SOCK_STATE + 64;
  store<u64>(at, l0);
  store<u64>(at + 8, l1);
  store<u64>(at + 16, r0);
  store<u64>(at + 24, r1);
  return at;
}

/**
 * Fills the transport checksum of TCP and UDP and hands the packet to IP. Takes it.
 * @param id the sender, 0 none
 * @returns 0 or a negative errno
 */
export function l4Send(
  ns: i32, p: u32, len: u32, proto: u32, l0: u64, l1: u64, r0: u64, r1: u64,
  ttl: u32, tos: u32, dev: i32, mark: u32, df: u32, broadcast: bool,
): i32 {
  const pkt = Pkt.at(p);
  pkt.len = len;
  if (df != 0) pkt.flags |= PF_DF;
  if (df != 1) pkt.flags |= PF_IGNORE_DF;
  if (broadcast) pkt.flags |= PF_BROADCAST;
  const at = pkt.data as usize;
  const sumAt = proto == L4_TCP ? at + 16 : at + 6;
  if (isV4(r0, r1)) {
    let src = isV4(l0, l1) ? v4Of(l1) : 0;
    const dst = v4Of(r1);
    if (src == 0) {
      const ports = proto == L4_TCP || proto == L4_UDP;
      routeFor(proto, ports ? rd16(at) : 0, ports ? rd16(at + 2) : 0);
      src = ip4RouteSource(ns as u32, dst, dev as u32, mark, tos);
      routeFor(0, 0, 0);
      pkt.flags |= PF_SRC_CHOSEN;
    }
    if (proto == L4_TCP || proto == L4_UDP) {
      store<u16>(sumAt, 0);
      let sum = csumL4(src, dst, proto, at, len) as u32;
      if (sum == 0 && proto == L4_UDP) sum = 0xffff;
      store<u16>(sumAt, sum as u16);
    }
    return ip4Output(ns as u32, p, src, dst, proto, ttl, tos, mark, dev as u32);
  }
  const both = pair(l0, l1, r0, r1);
  if (isAny(l0, l1)) {
    const err = ip6RouteSource(ns as u32, both + 16, dev as u32, both);
    if (err != 0) {
      pktDrop(p, DROP_NO_ROUTE);
      return err;
    }
  }
  const at6 = proto == PROTO_ICMPV6 ? at + 2 : sumAt;
  if (proto == L4_TCP || proto == L4_UDP || (proto == PROTO_ICMPV6 && len >= 4)) {
    store<u16>(at6, 0);
    let sum = csumL4v6(both, both + 16, proto, at, len) as u32;
    if (sum == 0 && proto == L4_UDP) sum = 0xffff;
    store<u16>(at6, sum as u16);
  }
  return ip6Output(ns as u32, p, both, both + 16, proto, ttl, tos, mark, dev as u32);
}

/** Sends a packet that has its IP header. Takes it. */
export function rawSendHeader(ns: i32, p: u32, dev: i32, mark: u32): i32 {
  Pkt.at(p).mark = mark;
  if (load<u8>(Pkt.at(p).data as usize) >> 4 == 6) return ip6OutputRaw(ns as u32, p, dev as u32);
  return ip4OutputRaw(ns as u32, p, dev as u32);
}

/** Whether an address may be bound: one of this machine. */
export function addrIsLocal(ns: i32, a0: u64, a1: u64): bool {
  if (isV4(a0, a1)) return ip4IsLocal(ns as u32, v4Of(a1));
  return addrIsLocal6(ns as u32, pair(a0, a1, 0, 0));
}

/** Whether an IPv4 address is a broadcast address here. */
export function isBroadcast(ns: i32, ip: u32): bool {
  return ip == 0xffffffff || addrType(ns as u32, ip) == RTN_BROADCAST;
}

/** Whether an IPv4 address is a broadcast or multicast address here: TCP connects to neither. */
export function isGroup(ns: i32, ip: u32): bool {
  return ip >> 28 == 14 || isBroadcast(ns, ip);
}

/** Sets the local address to the one that packets to the remote would carry. @returns 0 or -ENETUNREACH … */
export function sourceFor(s: Sock): i32 {
  if (isV4(s.r0, s.r1)) {
    routeFor(s.proto as u32, s.lport as u32, s.rport as u32);
    const src = ip4RouteSource(s.ns as u32, v4Of(s.r1), s.dev as u32, s.mark, s.tos);
    const none = Sim.at().r0;
    const err = src == 0 ? 0 : ip4RouteCheck(s.ns as u32, v4Of(s.r1), src, s.dev as u32, s.mark, s.tos);
    routeFor(0, 0, 0);
    if (src == 0 && (none == 0 || none == ENETUNREACH)) mibInc(s.ns as u32, MIB_OUT_NO_ROUTES);
    if (src == 0) return none != 0 ? -(none as i32) : -ENETUNREACH;
    if (err == -ENETUNREACH) mibInc(s.ns as u32, MIB_OUT_NO_ROUTES);
    if (err != 0) return err;
    s.l0 = 0;
    s.l1 = mapped(src);
    return 0;
  }
  const both = pair(0, 0, s.r0, s.r1);
  const err = ip6RouteSource(s.ns as u32, both + 16, s.dev as u32, both);
  if (err != 0) return err;
  s.l0 = load<u64>(both);
  s.l1 = load<u64>(both, 8);
  return 0;
}

/** ip4FlowMtu of what a socket sends from `src` (0: to be chosen) to a host's port. */
function flowMtu(s: Sock, src: u32, dst: u32, rport: u32): u32 {
  const proto = s.proto as u32;
  routeFor(proto, proto == L4_TCP || proto == L4_UDP ? (s.lport as u32) : 0, rport);
  const mtu = ip4FlowMtu(s.ns as u32, dst, src, s.dev as u32, s.mark, s.tos as u32);
  routeFor(0, 0, 0);
  return mtu;
}

/** MTU of the way to the remote, bytes; 1500 when there is none. Notes whether it is locked, and the MSS the route is to offer. */
export function pathMtu(s: Sock): u32 {
  s.more &= ~M_MTU_LOCK;
  s.routeMss = 0;
  if (isV4(s.r0, s.r1)) {
    const mtu = flowMtu(s, isV4(s.l0, s.l1) ? v4Of(s.l1) : 0, v4Of(s.r1), s.rport as u32);
    const route = Sim.at().r4;
    if (routeLocked(route)) s.more |= M_MTU_LOCK;
    if (route != 0) s.routeMss = Route.at(route).advMss;
    return mtu != 0 ? mtu : 1500;
  }
  return ip6Mtu(s.ns as u32, pair(s.r0, s.r1, 0, 0), s.dev as u32);
}

/**
 * What IP_MTU_DISCOVER makes of a datagram of `len` bytes after its IPv4 header.
 * @returns 0: no DF; 1: DF; 2: DF, but it may be fragmented where that was not foreseen; else it is too long: -MTU
 * @see Linux ip_output.c: ip_setup_cork, __ip_append_data, __ip_make_skb
 */
export function datagramDf(s: Sock, len: u32, r0: u64, r1: u64, rport: u32): i32 {
  if (s.flags & F_NODF) return 0;
  if (!isV4(r0, r1)) return datagramDf6(s, len, r0, r1);
  const dst = v4Of(r1);
  const probe = (s.flags & F_PMTU_PROBE) != 0;
  const way = flowMtu(s, isV4(s.l0, s.l1) ? v4Of(s.l1) : 0, dst, rport);
  // Without a way there is nothing to be too long for: sending tells.
  if (way == 0) return 0;
  const route = Sim.at().r4;
  const mtu = probe ? Dev.at(Sim.at().r1).mtu : way;
  if (len + 20 > mtu && Sim.at().r0 == RTN_BROADCAST && !(s.flags & F_BROADCAST)) return 0;
  if (len + 20 > mtu) return s.flags & (F_PMTU_DO | F_PMTU_PROBE) ? -(mtu as i32) : 0;
  if (s.flags & (F_PMTU_DO | F_PMTU_PROBE)) return 1;
  return routeLocked(route) || pmtuLocked(s.ns as u32, route, dst) ? 0 : 2;
}

/** Whether segments of a connection carry DF. @see Linux include/net/ip.h: ip_dont_fragment */
export function segmentDf(s: Sock): bool {
  if (s.flags & F_NODF) return false;
  if (s.flags & (F_PMTU_DO | F_PMTU_PROBE) || !isV4(s.r0, s.r1)) return true;
  return !(s.more & M_MTU_LOCK) && !lockedByIcmp(s);
}

/** Whether what was learned of the way to the remote forbids DF. */
function lockedByIcmp(s: Sock): bool {
  if (Sim.at().pmtus == 0 || flowMtu(s, v4Of(s.l1), v4Of(s.r1), s.rport as u32) == 0) return false;
  return pmtuLocked(s.ns as u32, Sim.at().r4, v4Of(s.r1));
}

/** The same over IPv6, where only a sender that forbids it (DO, PROBE) is refused. @see Linux ip6_output.c: __ip6_append_data */
function datagramDf6(s: Sock, len: u32, r0: u64, r1: u64): i32 {
  if (!(s.flags & (F_PMTU_DO | F_PMTU_PROBE))) return 0;
  const dst = pair(r0, r1, 0, 0);
  const dev = sendDev(s, r0);
  const mtu = s.flags & F_PMTU_PROBE ? ip6DevMtu(s.ns as u32, dst, dev as u32) : ip6Mtu(s.ns as u32, dst, dev as u32);
  // Without a way there is nothing to be too long for: sending tells.
  if (len + 40 > mtu && route6Find(s.ns as u32, dst, dev as u32) != 0) return 0;
  return len + 40 > mtu ? -(mtu as i32) : 1;
}

/** Whether the first half of an IPv6 address tells that it means something on one link only. */
export function needsDev(a0: u64): bool {
  if ((a0 & 0xff) == 0xff) return ((a0 >> 8) & 15) <= 2;
  return (a0 & 0xc0ff) == 0x80fe;
}

/** Whether an address is ::1. */
export function isLoopback6(a0: u64, a1: u64): bool {
  return a0 == 0 && a1 == 0x0100000000000000;
}

/** The device that the address in the scratch area is given for (sin6_scope_id), 0 none. */
export function scopeDev(a0: u64): i32 {
  return needsDev(a0) ? load<i32>(SCRATCH_BASE + CROSS_SCOPE) : 0;
}

/** The device a datagram must leave by: the socket's, or that of the destination's scope; 0 any. */
export function sendDev(s: Sock, r0: u64): i32 {
  return s.dev != 0 ? s.dev : scopeDev(r0);
}

/**
 * ICMP 3/4 or ICMPv6 2 says that the way of a socket's packets from `l` to `r` takes `mtu` bytes at most.
 * @param mark of the error, where marks are reflected: without a route kept, one without a mark asks for its way with that
 * @param kept a socket keeps its route; else it is looked up as one out of lo when the destination is an own address, and
 * those of other devices are not found so. @see Linux net/ipv4/route.c: __ipv4_sk_update_pmtu
 */
export function pathLearn(s: Sock, l1: u64, r0: u64, r1: u64, mtu: u32, mark: u32, kept: bool): void {
  const as = kept || s.mark != 0 ? s.mark : mark;
  wayLearn(s.ns, l1, r0, r1, mtu, s.dev as u32, as, s.tos as u32, s.proto as u32, kept);
}

/** The same of a packet that may have had no socket. A way that those words do not find learns nothing. @see Linux ipv4_update_pmtu */
export function wayLearn(
  ns: i32, l1: u64, r0: u64, r1: u64, mtu: u32, dev: u32, mark: u32, tos: u32, proto: u32, kept: bool,
): void {
  if (!isV4(r0, r1)) {
    const to = pair(r0, r1, 0, 0);
    // Of an own address only what is less than its device's counts. @see Linux rt6_insert_exception: fib6_mtu
    const own = addr6Dev(ns as u32, to);
    if (own != 0 && mtu >= idevMtu(own)) return;
    const old = ip6Mtu(ns as u32, to, 0);
    if (!route6Locked(Sim.at().r4)) pmtu6Update(ns as u32, to, mtu, old);
    return;
  }
  const dst = v4Of(r1);
  if (!kept && fibType(ns as u32, dst) == RTN_LOCAL && Dev.at(Sim.at().r1).kind != DEV_LOOPBACK) return;
  routeFor(proto, 0, 0);
  const old = ip4FlowMtu(ns as u32, dst, v4Of(l1), dev, mark, tos);
  routeFor(0, 0, 0);
  const route = Sim.at().r4;
  if (old != 0 && !routeLocked(route)) pmtuUpdate(ns as u32, route, dst, mtu, old);
}

/** Whether a namespace exists. */
export function nsAlive(ns: i32): bool {
  return ns > 0 && (ns as u32) < NS_CAP && Ns.at(ns as u32).live != 0;
}

/** net.ipv6.bindv6only of a namespace. */
export function nsV6Only(ns: i32): bool {
  return Ns6.at(ns as u32).bindV6Only != 0;
}

/** net.ipv4.ip_default_ttl of a namespace. */
export function nsTtl(ns: i32): i32 {
  return Ns.at(ns as u32).defaultTtl as i32;
}

/** net.ipv4.ip_local_port_range: low in the low half, high in the upper. */
export function portRange(ns: i32): u32 {
  const n = Ns.at(ns as u32);
  return n.portLo | (n.portHi << 16);
}
