/**
 * ICMP: answers requests, tells senders of errors and of better ways, and sockets of errors about their packets.
 * Limits: no address masks; the options of what an error is about are not repeated in it.
 * @see Linux net/ipv4/icmp.c: __icmp_send, icmp_reply, icmp_rcv; RFC 792, RFC 1122 §3.2.2
 */
import {
  DEV_LOOPBACK, DROP_BAD_CHECKSUM, DROP_BAD_HEADER, ICMP_ANSWERED, ICMP_IGNORED, ICMP_REPLY, ICMP_TOLD,
  IP4_ECHO_IGNORE_BROADCASTS, IP4_ERRORS_USE_INBOUND_IFADDR,
  IP4_MSGS_BURST, IP4_MSGS_PER_SEC, IP4_RATEMASK, MIB_ICMP_IN_CSUM_ERRORS, MIB_ICMP_IN_ERRORS, MIB_ICMP_IN_MSGS, MIB_ICMP_RATE_GLOBAL, MIB_ICMP_RATE_HOST, PKT_HOST, RT_SCOPE_LINK, RTN_BROADCAST, RTN_LOCAL,
  RTN_MULTICAST, TRACE_ICMP_IN,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { Sim } from '../mem';
import { ctAttachReply } from '../nf/conntrack';
import { OWNER_KERNEL } from '../nf/owner';
import { now } from '../sim/clock';
import { PF_ICMP_ERROR, PF_LOCAL, Pkt } from '../sim/packet';
import { pktAlloc, pktDrop, pktFree } from '../sim/pool';
import { rngBelow } from '../sim/rng';
import { trace, traceBecause, traceCause } from '../sim/trace';
import { icmpErrorToSock } from '../sock/input';
import { wr32 } from '../wire/bytes';
import { csumFold, csumPartial } from '../wire/checksum';
import { ETH_IPV4 } from '../wire/ether';
import { ip4Dst, ip4Frag, ip4Hlen, ip4Len, ip4Proto, ip4Src, ip4Tos, PROTO_ICMP } from '../wire/ipv4';
import { ICMP_ECHO, ICMP_ECHOREPLY, icmpIsError } from '../wire/l4';
import { addrSelect } from './addr';
import { fibLookup, fibSource, flowSet } from './fib';
import { mibIcmpIn, mibInc } from './mib';
import { ip4Get, Net4, replyMark } from './net4';
import { ip4FlowMtu, ip4Output } from './output';
import { peerRateAllows } from './peer';
import { redirectInput } from './redirect';
import { routeFor, routeOutput } from './routeout';

/** The host that ICMP errors quote at most: 576 bytes of IP packet. @see RFC 1812 §4.3.2.3 */
const ERROR_MAX: u32 = 576;
const ICMP_TIMESTAMP: u32 = 13;
const ICMP_TIMESTAMPREPLY: u32 = 14;
/** The highest type that is known. */
const NR_ICMP_TYPES: u32 = 18;
const DAY_MS: u64 = 86_400_000;

/** Whether a message of ICMP is an error; types that are not known are taken for one. */
function isError(type: u32): bool {
  return type > NR_ICMP_TYPES || type == 5 || icmpIsError(type);
}

/** Whether an error may be sent about a packet. @see RFC 1122 §3.2.2 */
function mayAnswer(p: Pkt): bool {
  if (p.proto != ETH_IPV4 || p.nh == 0) return false;
  const ip = p.nh as usize;
  if (p.pkttype != PKT_HOST || p.rtype == RTN_BROADCAST || p.rtype == RTN_MULTICAST) return false;
  if (ip4Frag(ip) & 0x1fff || p.flags & PF_ICMP_ERROR) return false;
  const src = ip4Src(ip);
  if (src == 0 || src >> 28 >= 14) return false;
  return ip4Proto(ip) != PROTO_ICMP || !isError(load<u8>(ip + ip4Hlen(ip)) as u32);
}

/** Whether icmp_ratemask limits a message. */
function limited(ns: u32, type: u32, code: u32): bool {
  if (type > NR_ICMP_TYPES || (type == 3 && code == 4)) return false;
  return ((1 << type) & ip4Get(ns, IP4_RATEMASK)) != 0;
}

/** Whether icmp_msgs_per_sec leaves something. @see Linux icmp.c: icmp_global_allow */
function globalAllows(ns: u32): bool {
  const n = Net4.at(ns);
  if (n.credit > 0) return true;
  const delta = min(now() - n.stamp, 1_000_000_000 as u64);
  if (delta < 20_000_000) return false;
  const more = ((ip4Get(ns, IP4_MSGS_PER_SEC) as u64) * delta) / 1_000_000_000;
  if (more != 0) n.stamp = now();
  n.credit = min(n.credit + (more as i32), ip4Get(ns, IP4_MSGS_BURST) as i32);
  return n.credit > 0;
}

/**
 * Whether a message that is limited may go to a host; it counts. Nothing is limited that leaves by loopback.
 * Spends 0 to 2 of the common credit, so that nobody learns it by asking. @see Linux icmp.c: icmpv4_xrlim_allow
 */
function rateAllows(ns: u32, dst: u32, tos: u32): bool {
  if (routeOutput(ns, dst, 0, 0, 0, tos) == 0 && Dev.at(Sim.at().r1).kind == DEV_LOOPBACK) return true;
  if (!peerRateAllows(ns, dst)) return false;
  Net4.at(ns).credit -= rngBelow(3) as i32;
  return true;
}

/** The source of an error about a packet: what it was sent to when that is this machine; 0: the route's choice. */
function errorSource(p: Pkt): u32 {
  const ip = p.nh as usize;
  if (p.rtype == RTN_LOCAL) return ip4Dst(ip);
  if (p.flags & PF_LOCAL || !ip4Get(p.ns, IP4_ERRORS_USE_INBOUND_IFADDR) || p.indev == 0) return 0;
  return addrSelect(p.indev, ip4Src(ip), RT_SCOPE_LINK);
}

/** Tells the sender of a packet of an error; the packet stays the caller's. @param info second word: MTU for 3/4 */
export function icmpSend(pkt: u32, type: u32, code: u32, info: u32): void {
  const p = Pkt.at(pkt);
  if (!mayAnswer(p) || Sim.at().icmpBusy) return;
  const ip = p.nh as usize;
  const ns = p.ns;
  const tos = (ip4Tos(ip) & 0x1e) | 0xc0;
  const arrived = p.flags & PF_LOCAL ? p.dev : p.indev;
  const limits = limited(ns, type, code);
  if (limits) {
    const inside = arrived != 0 && Dev.at(arrived).kind == DEV_LOOPBACK;
    if (!inside && !globalAllows(ns)) {
      mibInc(ns, MIB_ICMP_RATE_GLOBAL);
      return;
    }
    if (!inside && !rateAllows(ns, ip4Src(ip), tos)) {
      mibInc(ns, MIB_ICMP_RATE_HOST);
      return;
    }
  }
  const src = errorSource(p);
  const mark = replyMark(ns, p.mark);
  routeFor(PROTO_ICMP, 0, 0);
  const room = min(ip4FlowMtu(ns, ip4Src(ip), src, 0, mark, tos), ERROR_MAX);
  routeFor(0, 0, 0);
  if (room == 0) return;
  const quote = min(min(ip4Len(ip), p.data + p.len - p.nh), room - 28);
  const err = pktAlloc(8 + quote);
  if (err == 0) return;
  const e = Pkt.at(err);
  const m = e.data as usize;
  store<u8>(m, type as u8);
  store<u8>(m, code as u8, 1);
  store<u16>(m, 0, 2);
  wr32(m + 4, info);
  memory.copy(m + 8, ip, quote as usize);
  store<u16>(m, csumFold(csumPartial(m, 8 + quote, 0)), 2);
  e.flags |= PF_ICMP_ERROR;
  // It belongs to the connection of what it answers. @see Linux icmp.c: icmp_glue_bits
  ctAttachReply(err, pkt);
  const was = traceBecause(p);
  output(ns, err, src, ip4Src(ip), tos, mark);
  traceCause(was);
}

/** Sends a message of ICMP's own; a rule that rejects it is not answered. @see Linux icmp.c: icmp_xmit_lock */
function output(ns: u32, pkt: u32, src: u32, dst: u32, tos: u32, mark: u32): void {
  const s = Sim.at();
  s.icmpBusy = 1;
  Pkt.at(pkt).sock = OWNER_KERNEL;
  ip4Output(ns, pkt, src, dst, PROTO_ICMP, 0, tos, mark, 0);
  s.icmpBusy = 0;
}

/** Host unreachable, when ARP gave up; the packet stays the caller's. */
export function icmpUnreachHost(pkt: u32): void {
  icmpSend(pkt, 3, 1, 0);
}

/** An ICMP message for this machine (takes it; Pkt.th is its header). Raw sockets have their copies already. */
export function icmpInput(pkt: u32): void {
  const p = Pkt.at(pkt);
  const len = p.data + p.len - p.th;
  const m = p.th as usize;
  mibInc(p.ns, MIB_ICMP_IN_MSGS);
  if (len < 8) {
    mibInc(p.ns, MIB_ICMP_IN_ERRORS);
    pktDrop(pkt, DROP_BAD_HEADER);
    return;
  }
  if (csumFold(csumPartial(m, len, 0)) != 0) {
    mibInc(p.ns, MIB_ICMP_IN_CSUM_ERRORS);
    mibInc(p.ns, MIB_ICMP_IN_ERRORS);
    pktDrop(pkt, DROP_BAD_CHECKSUM);
    return;
  }
  const type = load<u8>(m) as u32;
  mibIcmpIn(p.ns, type);
  const group = p.rtype == RTN_BROADCAST || p.rtype == RTN_MULTICAST;
  const asks = type == ICMP_ECHO || type == ICMP_TIMESTAMP;
  if (group && (!asks || ip4Get(p.ns, IP4_ECHO_IGNORE_BROADCASTS))) {
    trace(p, TRACE_ICMP_IN, (type << 8) | (load<u8>(m, 1) as u32), ICMP_IGNORED, 0);
    mibInc(p.ns, MIB_ICMP_IN_ERRORS);
    pktFree(pkt);
    return;
  }
  trace(p, TRACE_ICMP_IN, (type << 8) | (load<u8>(m, 1) as u32), fate(p, type), 0);
  if (type == ICMP_ECHO) {
    if (!Ns.at(p.ns).echoIgnoreAll) answer(p, m, len, ICMP_ECHOREPLY, len);
  } else if (type == ICMP_TIMESTAMP) answer(p, m, len, ICMP_TIMESTAMPREPLY, 20);
  else if (type == 5) redirectInput(pkt);
  else if (type != ICMP_ECHOREPLY && icmpIsError(type)) {
    const inner = m + 8;
    const whole = len >= 8 + 20 && len >= 8 + ip4Hlen(inner) + 8;
    if (!whole || !icmpErrorToSock(p.ns, pkt, type, load<u8>(m, 1) as u32)) mibInc(p.ns, MIB_ICMP_IN_ERRORS);
  }
  pktFree(pkt);
}

/** What comes of a message, for the trace. */
function fate(p: Pkt, type: u32): u32 {
  if (type == ICMP_ECHO) return Ns.at(p.ns).echoIgnoreAll ? ICMP_IGNORED : ICMP_ANSWERED;
  if (type == ICMP_TIMESTAMP) return ICMP_ANSWERED;
  if (type == ICMP_ECHOREPLY) return ICMP_REPLY;
  return icmpIsError(type) ? ICMP_TOLD : ICMP_IGNORED;
}

/** The address that answers to a packet come from. @see Linux fib_frontend.c: fib_compute_spec_dst */
export function specificDst(p: Pkt): u32 {
  const ip = p.nh as usize;
  if (p.rtype == RTN_LOCAL) return ip4Dst(ip);
  const src = ip4Src(ip);
  if (src >> 24 == 0) return addrSelect(p.dev, src, 0);
  flowSet(src, 0, 0, 0);
  return fibLookup(p.ns) == 0 ? fibSource() : 0;
}

/** Answers a request of `len` bytes with its first `size`; a timestamp reply gets the time of day, UTC, ms. */
function answer(p: Pkt, m: usize, len: u32, type: u32, size: u32): void {
  if (len < size) return;
  const ip = p.nh as usize;
  const reply = pktAlloc(size);
  if (reply == 0) return;
  const r = Pkt.at(reply).data as usize;
  memory.copy(r, m, size as usize);
  store<u8>(r, type as u8);
  if (type == ICMP_TIMESTAMPREPLY) {
    const ms = ((now() / 1_000_000) % DAY_MS) as u32;
    store<u8>(r, 0, 1);
    wr32(r + 12, ms);
    wr32(r + 16, ms);
  }
  store<u16>(r, 0, 2);
  store<u16>(r, csumFold(csumPartial(r, size, 0)), 2);
  output(p.ns, reply, specificDst(p), ip4Src(ip), ip4Tos(ip), replyMark(p.ns, p.mark));
}
