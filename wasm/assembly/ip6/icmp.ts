/**
 * ICMPv6: answers echo requests, tells senders of errors, and sockets of errors about their packets.
 * @see Linux net/ipv6/icmp.c: icmp6_send, icmpv6_echo_reply, icmpv6_rcv; RFC 4443
 */
import {
  DEV_LOOPBACK,
  DROP_BAD_CHECKSUM,
  DROP_BAD_HEADER,
  ICMP_ANSWERED,
  ICMP_IGNORED,
  ICMP_READ,
  ICMP_REPLY,
  ICMP_TOLD,
  MIB6_ICMP_IN_CSUM_ERRORS,
  MIB6_ICMP_IN_ERRORS,
  MIB6_ICMP_RATE_HOST,
  MIB6_OUT_NO_ROUTES,
  PKT_HOST,
  TRACE_ICMP_IN,
  IFA_F_ANYCAST,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Sim } from '../mem';
import { ctAttachReply } from '../nf/conntrack';
import { OWNER_KERNEL } from '../nf/owner';
import { PF_ICMP_ERROR, PF_IGNORE_DF, Pkt } from '../sim/packet';
import { pktAlloc, pktDrop, pktFree } from '../sim/pool';
import { trace, traceBecause, traceCause } from '../sim/trace';
import { icmpErrorToSock } from '../sock/input';
import { wr32 } from '../wire/bytes';
import { csumL4v6 } from '../wire/checksum';
import { ETH_IPV6 } from '../wire/ether';
import { PROTO_ICMPV6 } from '../wire/ipv4';
import {
  ICMP6_ECHO,
  ICMP6_NA,
  ICMP6_NS,
  ICMP6_PARAM,
  ICMP6_RA,
  ICMP6_REDIRECT,
  ICMP6_TOOBIG,
  IP6_HLEN,
  in6IsAny,
  in6IsLinkLocal,
  in6IsMulticast,
  in6NeedsDev,
  ip6Class,
  ip6Dst,
  ip6Len,
  ip6Src,
  ip6Upper,
  PARAM6_OPTION,
  UPPER_CUT,
  UPPER_LATER,
} from '../wire/ipv6';
import { Addr6, addr6Dev, addr6Find, addr6IsLocal } from './addr';
import { Ns6 } from './idev';
import { tell6 } from './limit';
import { mib6IcmpCame, mib6IcmpIn, mib6Inc } from './mib6';
import { na6Input, ns6Input } from './nd';
import { ip6Output, ip6RouteSource } from './output';
import { ra6Input } from './ra';
import { redirect6Input } from './redirect';
import { Route6, route6Find, route6Source } from './route';
import { src6Select } from './source';
import { AT_ICMP_DST, AT_ICMP_SRC } from './scratch';

/** What an error quotes at most: so much that it fits the least MTU. @see RFC 4443 §2.4 (c) */
const ERROR_MAX: u32 = 1280 - 40 - 8;

/** Whether an error may be sent about a packet. @see RFC 4443 §2.4 (e) */
function mayAnswer(p: Pkt, type: u32, code: u32): bool {
  if (p.proto != ETH_IPV6 || p.nh == 0 || p.flags & PF_ICMP_ERROR) return false;
  const ip = p.nh as usize;
  const src = ip6Src(ip);
  if (in6IsAny(src) || in6IsMulticast(src)) return false;
  const group = in6IsMulticast(ip6Dst(ip)) || p.pkttype != PKT_HOST;
  if (group && type != ICMP6_TOOBIG && !(type == ICMP6_PARAM && code == PARAM6_OPTION)) return false;
  const end = (p.data + p.len) as usize;
  const up = ip6Upper(ip, end);
  if ((up & 255) != PROTO_ICMPV6 || up & (UPPER_CUT | UPPER_LATER)) return true;
  const th = ip + ((up >> 16) as usize);
  // Of an error, or one that is too short to tell, nobody is told.
  return th < end && load<u8>(th) >= 128;
}

/** Whether the rate allows an error; too big is never held back, nor what goes to this machine. */
function allowed(p: Pkt, type: u32, dst: usize, oif: u32): bool {
  if (type == ICMP6_TOOBIG) return true;
  const s = Sim.at();
  const lost = route6Find(p.ns, dst, oif) != 0;
  if (lost) mib6Inc(p.ns, MIB6_OUT_NO_ROUTES);
  else if (Dev.at(s.r1).kind == DEV_LOOPBACK || tell6(p.ns, dst, s.r4 != 0 ? Route6.at(s.r4).bits : 128)) return true;
  mib6Inc(p.ns, MIB6_ICMP_RATE_HOST);
  return false;
}

/** The device a packet counts as having come by; one that leaves, as leaving by. @see Linux net/ipv6/icmp.c: icmp6_iif */
function cameBy(p: Pkt): u32 {
  if (p.indev != 0) return p.indev;
  const owner = Dev.at(p.outdev).kind == DEV_LOOPBACK ? addr6Dev(p.ns, ip6Dst(p.nh as usize)) : 0;
  return owner != 0 ? owner : p.outdev;
}

/** Tells the sender of a packet of an error; the packet stays the caller's. @param info second word: MTU, pointer */
export function icmp6Send(pkt: u32, type: u32, code: u32, info: u32): void {
  const p = Pkt.at(pkt);
  if (Sim.at().icmpBusy || !mayAnswer(p, type, code)) return;
  const ip = p.nh as usize;
  const oif = in6NeedsDev(ip6Src(ip)) ? cameBy(p) : 0;
  memory.copy(AT_ICMP_DST, ip6Src(ip), 16);
  if (!allowed(p, type, AT_ICMP_DST, oif)) return;
  // Of one link only where it came by that link: not over loopback. @see Linux ipv6_chk_addr in icmp6_send
  if (addr6IsLocal(p.ns, ip6Dst(ip), in6IsLinkLocal(ip6Dst(ip)) ? p.dev : 0)) memory.copy(AT_ICMP_SRC, ip6Dst(ip), 16);
  else {
    if (ip6RouteSource(p.ns, AT_ICMP_DST, oif, AT_ICMP_SRC) != 0) return;
    // Where the packet came in means more than where the error goes out. @see Linux icmp6_send: icmpv6_rt_has_prefsrc
    if (p.indev != 0 && route6Source(Sim.at().r4) == 0) src6Select(p.ns, p.indev, AT_ICMP_DST, AT_ICMP_SRC);
  }
  // The way back is asked for by the packet's device once more, in vain where that is loopback. @see Linux icmpv6_route_lookup
  if (in6IsLinkLocal(AT_ICMP_DST) && p.indev != 0 && Dev.at(p.dev).kind == DEV_LOOPBACK) mib6Inc(p.ns, MIB6_OUT_NO_ROUTES);
  const quote = min(min(ip6Len(ip), p.data + p.len - p.nh), ERROR_MAX);
  const err = pktAlloc(8 + quote);
  if (err == 0) return;
  const e = Pkt.at(err);
  const m = e.data as usize;
  wr32(m, (type << 24) | (code << 16));
  wr32(m + 4, info);
  memory.copy(m + 8, ip, quote as usize);
  store<u16>(m, csumL4v6(AT_ICMP_SRC, AT_ICMP_DST, PROTO_ICMPV6, m, 8 + quote), 2);
  e.flags |= PF_ICMP_ERROR;
  ctAttachReply(err, pkt);
  const was = traceBecause(p);
  output(p.ns, err, 0, oif);
  traceCause(was);
}

/** Sends a message of ICMP's own between AT_ICMP_*; a rule that rejects it is not answered. */
function output(ns: u32, pkt: u32, tclass: u32, oif: u32): void {
  const s = Sim.at();
  s.icmpBusy = 1;
  Pkt.at(pkt).flags |= PF_IGNORE_DF;
  Pkt.at(pkt).sock = OWNER_KERNEL;
  ip6Output(ns, pkt, AT_ICMP_SRC, AT_ICMP_DST, PROTO_ICMPV6, 0, tclass, 0, oif);
  s.icmpBusy = 0;
}

/** Address unreachable, when neighbour discovery gave up; the packet stays the caller's. */
export function icmp6UnreachAddr(pkt: u32): void {
  icmp6Send(pkt, 1, 3, 0);
}

/** An ICMPv6 message for this machine (takes it; Pkt.th is its header). Raw sockets have their copies already. */
export function icmp6Input(pkt: u32): void {
  const p = Pkt.at(pkt);
  const len = p.data + p.len - p.th;
  const m = p.th as usize;
  const ip = p.nh as usize;
  mib6IcmpCame(p.ns);
  if (csumL4v6(ip + 8, ip + 24, PROTO_ICMPV6, m, len) != 0) {
    mib6Inc(p.ns, MIB6_ICMP_IN_CSUM_ERRORS);
    mib6Inc(p.ns, MIB6_ICMP_IN_ERRORS);
    pktDrop(pkt, DROP_BAD_CHECKSUM);
    return;
  }
  if (len < 8) {
    mib6Inc(p.ns, MIB6_ICMP_IN_ERRORS);
    pktDrop(pkt, DROP_BAD_HEADER);
    return;
  }
  const type = load<u8>(m) as u32;
  mib6IcmpIn(p.ns, type);
  trace(p, TRACE_ICMP_IN, (type << 8) | (load<u8>(m, 1) as u32), fate(p, type), 6);
  if (type == ICMP6_ECHO) echo(p, m, len);
  else if (type == ICMP6_NS) ns6Input(p, m, len);
  else if (type == ICMP6_NA) na6Input(p, m, len);
  else if (type == ICMP6_RA) ra6Input(p, m, len);
  else if (type == ICMP6_REDIRECT) redirect6Input(p, m, len);
  else if (type >= 1 && type <= 4 && !icmpErrorToSock(p.ns, pkt, type, load<u8>(m, 1) as u32)) mib6Inc(p.ns, MIB6_ICMP_IN_ERRORS);
  pktFree(pkt);
}

/** What comes of a message, for the trace: neighbour discovery answers or is ignored, its own records tell. */
function fate(p: Pkt, type: u32): u32 {
  if (type == ICMP6_ECHO) return Ns6.at(p.ns).echoIgnoreAll ? ICMP_IGNORED : ICMP_ANSWERED;
  if (type == ICMP6_ECHO + 1) return ICMP_REPLY;
  if (type < 5) return ICMP_TOLD;
  return type == ICMP6_NS || type == ICMP6_NA || type == ICMP6_RA || type == ICMP6_REDIRECT ? ICMP_READ : ICMP_IGNORED;
}

function echo(p: Pkt, m: usize, len: u32): void {
  if (Ns6.at(p.ns).echoIgnoreAll) return;
  const ip = p.nh as usize;
  const oif = in6NeedsDev(ip6Src(ip)) ? cameBy(p) : 0;
  memory.copy(AT_ICMP_DST, ip6Src(ip), 16);
  const asked = addr6Find(p.dev, ip6Dst(ip));
  const one = !in6IsMulticast(ip6Dst(ip)) && (asked == 0 || !(Addr6.at(asked).flags & IFA_F_ANYCAST));
  if (one) memory.copy(AT_ICMP_SRC, ip6Dst(ip), 16);
  else if (ip6RouteSource(p.ns, AT_ICMP_DST, oif, AT_ICMP_SRC) != 0) return;
  const reply = pktAlloc(len);
  if (reply == 0) return;
  const r = Pkt.at(reply).data as usize;
  memory.copy(r, m, len as usize);
  wr32(r, 129 << 24);
  store<u16>(r, csumL4v6(AT_ICMP_SRC, AT_ICMP_DST, PROTO_ICMPV6, r, len), 2);
  output(p.ns, reply, ip6Class(ip), oif);
}
