/**
 * What ip/ hands to sock/: segments, datagrams, copies for raw sockets, ICMP errors, timers, the end of a namespace.
 * A packet's `nh` is its IP header (IPv4, or IPv6 when proto is 0x86dd), `th` its transport header.
 */
import { EACCES, ECONNREFUSED, EHOSTUNREACH, EMSGSIZE, ENETUNREACH, ENOPROTOOPT, EOPNOTSUPP, EPROTO, RTN_BROADCAST, RTN_MULTICAST, SNMP_TCP_IN_CSUM_ERRORS, SNMP_TCP_IN_ERRS, SNMP_TCP_IN_SEGS, SNMP_UDP_IGNORED_MULTI, SNMP_UDP_IN_CSUM_ERRORS, SNMP_UDP_IN_ERRORS, SNMP_UDP_NO_PORTS, SNMP_UDP_V6 } from '../../abi';
import { replyMark } from '../ip/net4';
import { Sim } from '../mem';
import { OWNER_KERNEL } from '../nf/owner';
import { PF_TRACE, Pkt } from '../sim/packet';
import { pktFree } from '../sim/pool';
import { csumFold, csumL4v6, csumPartial } from '../wire/checksum';
import { PROTO_ICMP, PROTO_ICMPV6, PROTO_UDP } from '../wire/ipv4';
import { UPPER_CUT, UPPER_LATER, ip6Class, ip6Upper } from '../wire/ipv6';
import { vxlanInput } from '../dev/vxlan';
import { bindRemove, connFind, isV4, listenerFind, mapped, mappedAt, rawAny, udpFind } from './demux';
import { pathLearn, wayLearn } from './glue';
import { groupDeliver, groupsDrop } from './group';
import { ECHO_REPLY, pingDeliver, pingError } from './ping';
import { rawDeliver, rawError } from './raw';
import { after, before } from './seq';
import {
  F_ORPHAN, F_PMTU_PROBE, S_CLOSE, S_KERNEL, S_LISTEN, S_SYN_RECV, S_SYN_SENT, S_TIME_WAIT, Sock, T_RAW, T_TCP, sockAt, sockFirst, sockId, sockRelease, sockValid,
} from './table';
import { tcpAbort, tcpDone } from './tcp_close';
import { segment } from './segment';
import { tcpSegment } from './tcp_input';
import { effectiveMss, mtuSync } from './tcp_output';
import { snmpInc } from './tcpnet';
import { lossByMtu } from './tcp_recovery';
import { retransmitLost } from './tcp_write';
import { traceRaw, traceTcp, traceUdp } from './trace';
import { udpDeliver, udpError } from './udp';

const IPV6: u32 = 0x86dd;

/** First word of the source (which = 0) or destination (1) of a packet. */
function word0(p: Pkt, which: usize): u64 {
  return p.proto == IPV6 ? load<u64>((p.nh as usize) + 8 + which * 16) : 0;
}

function word1(p: Pkt, which: usize): u64 {
  if (p.proto == IPV6) return load<u64>((p.nh as usize) + 16 + which * 16);
  return mapped(bswap<u32>(load<u32>((p.nh as usize) + 12 + which * 4)));
}

function ttlOf(p: Pkt): u32 {
  return load<u8>((p.nh as usize) + (p.proto == IPV6 ? 7 : 8)) as u32;
}

function l4Length(p: Pkt): u32 {
  return p.data + p.len - p.th;
}

/** Bytes of data of a datagram. */
function dataLength(p: Pkt): u32 {
  const n = l4Length(p);
  const len = bswap<u16>(load<u16>((p.th as usize) + 4)) as u32;
  return len >= 8 && len <= n ? len - 8 : n - 8;
}

/** A TCP segment for this machine. Takes the packet. */
export function tcpInput(ns: u32, pkt: u32): void {
  const p = Pkt.at(pkt);
  if (p.flags & PF_TRACE) traceTcp(p);
  segment().tos = (p.proto == IPV6 ? ip6Class(p.nh as usize) : (load<u8>(p.nh as usize, 1) as u32)) & 0xfc;
  segment().mark = p.mark;
  tcpSegment(
    ns as i32, p.indev as i32, word0(p, 1), word1(p, 1), word0(p, 0), word1(p, 0), p.th as usize, l4Length(p),
  );
  pktFree(pkt);
}

/** Counts a segment or datagram that is too short, or whose sum is wrong. */
export function l4Bad(ns: u32, proto: u32, six: bool, short: bool): void {
  if (proto == PROTO_UDP) {
    const more: u32 = six ? SNMP_UDP_V6 : 0;
    if (!short) snmpInc(ns as i32, SNMP_UDP_IN_CSUM_ERRORS + more);
    snmpInc(ns as i32, SNMP_UDP_IN_ERRORS + more);
    return;
  }
  snmpInc(ns as i32, SNMP_TCP_IN_SEGS);
  if (!short) snmpInc(ns as i32, SNMP_TCP_IN_CSUM_ERRORS);
  snmpInc(ns as i32, SNMP_TCP_IN_ERRS);
}

/** The socket that a datagram is for, 0: none. That of a tunnel goes first. Pre: it has a whole header. */
export function udpSocket(ns: u32, p: Pkt): i32 {
  const h = p.th as usize;
  const sport = bswap<u16>(load<u16>(h)) as u32;
  const dport = bswap<u16>(load<u16>(h + 2)) as u32;
  if (Sim.at().tunnels != 0 && p.proto != IPV6) {
    const id = udpFind(ns as i32, word0(p, 1), word1(p, 1), dport, word0(p, 0), word1(p, 0), sport, 0);
    if (id != 0 && sockAt(id).state == S_KERNEL) return id;
  }
  return udpFind(ns as i32, word0(p, 1), word1(p, 1), dport, word0(p, 0), word1(p, 0), sport, p.indev as i32);
}

/**
 * The socket that would take a segment or datagram, 0: none.
 * @param dev device it came in by
 * @param own address to take in place of its destination, 0: that @param port the port there
 */
export function sockTaker(p: Pkt, dev: u32, tcp: bool, own: usize, port: u32): i32 {
  const ns = p.ns as i32;
  const l0 = own != 0 ? load<u64>(own) : word0(p, 1);
  const l1 = own != 0 ? load<u64>(own, 8) : word1(p, 1);
  const r0 = word0(p, 0);
  const r1 = word1(p, 0);
  const sport = bswap<u16>(load<u16>(p.th as usize)) as u32;
  if (!tcp) return udpFind(ns, l0, l1, port, r0, r1, sport, dev as i32);
  const id = connFind(ns, l0, l1, port, r0, r1, sport);
  return id != 0 ? id : listenerFind(ns, l0, l1, port, r0, r1, sport, dev as i32);
}

/** A UDP datagram. @returns 1 taken, 0 no socket (the caller still owns it) */
export function udpInput(ns: u32, pkt: u32): i32 {
  const p = Pkt.at(pkt);
  if (l4Length(p) < 8) {
    pktFree(pkt);
    return 1;
  }
  const to = udpSocket(ns, p);
  const many = p.rtype == RTN_MULTICAST || p.rtype == RTN_BROADCAST;
  return many && (to == 0 || sockAt(to).state != S_KERNEL) ? groupInput(ns, pkt) : udpInputTo(ns, pkt, to);
}

/** A multicast or broadcast: all that fit have a copy; that none does is nobody's fault. @returns 1 */
function groupInput(ns: u32, pkt: u32): i32 {
  const p = Pkt.at(pkt);
  const h = p.th as usize;
  const took = groupDeliver(
    ns as i32, p.indev, word0(p, 1), word1(p, 1), bswap<u16>(load<u16>(h + 2)) as u32, word0(p, 0), word1(p, 0),
    bswap<u16>(load<u16>(h)) as u32, ttlOf(p), h + 8, dataLength(p),
  );
  if (took == 0) snmpInc(ns as i32, SNMP_UDP_IGNORED_MULTI + (p.proto == IPV6 ? SNMP_UDP_V6 : 0));
  else if (p.flags & PF_TRACE) traceUdp(p);
  pktFree(pkt);
  return 1;
}

/** The same of one whose socket is known: udpSocket. */
export function udpInputTo(ns: u32, pkt: u32, id: i32): i32 {
  const p = Pkt.at(pkt);
  const h = p.th as usize;
  if (id == 0) {
    snmpInc(ns as i32, SNMP_UDP_NO_PORTS + (p.proto == IPV6 ? SNMP_UDP_V6 : 0));
    return 0;
  }
  const s = sockAt(id);
  if (s.state == S_KERNEL) {
    vxlanInput(ns, pkt, bswap<u16>(load<u16>(h + 2)) as u32);
    return 1;
  }
  udpDeliver(
    s, p.indev, word0(p, 1), word1(p, 1), word0(p, 0), word1(p, 0), bswap<u16>(load<u16>(h)) as u32, ttlOf(p), h + 8, dataLength(p),
  );
  if (p.flags & PF_TRACE) traceUdp(p);
  pktFree(pkt);
  return 1;
}

/**
 * Queues a datagram over IPv4 that has nothing to it but its bytes. What is not for a socket, but for a tunnel, and what is
 * to be dropped for its sum is left to udpInputTo.
 * @param ip its header, without options @param len bytes from there @returns whether the socket had it
 */
export function udpQueue(id: i32, dev: u32, ip: usize, len: u32): bool {
  if (id == 0) return false;
  const s = sockAt(id);
  if (s.state == S_KERNEL) return false;
  const h = ip + 20;
  const n = len - 20;
  // The addresses lie before the datagram: one sum for both.
  const pseudo = ((PROTO_UDP << 8) as u64) + (bswap<u16>(n as u16) as u64);
  if (load<u16>(h, 6) != 0 && csumFold(csumPartial(ip + 12, n + 8, pseudo)) != 0) return false;
  const size = bswap<u16>(load<u16>(h, 4)) as u32;
  udpDeliver(
    s, dev, 0, mappedAt(ip + 16), 0, mappedAt(ip + 12), bswap<u16>(load<u16>(h)) as u32, load<u8>(ip, 8) as u32, h + 8,
    (size >= 8 && size <= n ? size : n) - 8,
  );
  return true;
}

/** Whether the sender of a packet measures the way itself: what is known of it does not count. @param sock Pkt.sock @see Linux ip_sk_use_pmtu */
export function sockProbes(sock: u32): bool {
  return sock != 0 && sock != OWNER_KERNEL && sockValid(sock as i32) && (sockAt(sock as i32).flags & F_PMTU_PROBE) != 0;
}

/**
 * Whether a sender counts (OutNoRoutes) that it found no way: those of raw packets do not, nor what has no socket.
 * @param sock Pkt.sock @see Linux udp_sendmsg, __ip_queue_xmit
 */
export function sockCountsNoRoute(sock: u32, err: i32): bool {
  if (sock == 0 || sock == OWNER_KERNEL || !sockValid(sock as i32)) return false;
  const type = sockAt(sock as i32).type;
  return type == T_TCP || (err == -ENETUNREACH && type != T_RAW);
}

/** The device that the sender of a packet is bound to, 0 none: of a SYN-ACK it is the listener. @param sock Pkt.sock */
export function sockBoundDev(sock: u32): u32 {
  if (sock == 0 || sock == OWNER_KERNEL || !sockValid(sock as i32)) return 0;
  const s = sockAt(sock as i32);
  return (s.state == S_SYN_RECV && s.parent != 0 ? sockAt(s.parent).dev : s.dev) as u32;
}

/** Copies to raw sockets of the protocol, and to the ping socket that asked. @returns how many took it */
export function rawInput(ns: u32, pkt: u32, proto: u32): i32 {
  if (!rawAny()) return 0;
  const p = Pkt.at(pkt);
  const from = p.proto == IPV6 ? p.th : p.nh;
  const took = rawDeliver(
    ns as i32, p.indev as i32, proto, word0(p, 1), word1(p, 1), word0(p, 0), word1(p, 0), ttlOf(p), from as usize,
    p.data + p.len - from,
  );
  const ping: i32 = (proto == PROTO_ICMP || proto == PROTO_ICMPV6) && pingInput(ns as i32, p, proto) ? 1 : 0;
  if (took + ping != 0 && p.flags & PF_TRACE) traceRaw(p, proto, took + ping);
  return took;
}

/** An ICMP message, when its checksum is right. @returns whether a ping socket took it */
function pingInput(ns: i32, p: Pkt, proto: u32): bool {
  const h = p.th as usize;
  const len = l4Length(p);
  const sum = proto == PROTO_ICMP ? csumFold(csumPartial(h, len, 0)) : csumL4v6((p.nh as usize) + 8, (p.nh as usize) + 24, proto, h, len);
  return sum == 0 && pingDeliver(ns, p.indev as i32, word0(p, 1), word1(p, 1), word0(p, 0), word1(p, 0), ttlOf(p), h, len);
}

/** Errno of an ICMP destination unreachable, with 0x10000 when it ends the flow. @see Linux icmp_err_convert */
function unreachable(code: u32): u32 {
  if (code == 1 || code == 8 || code == 11 || code == 12) return EHOSTUNREACH | (code == 8 ? 0x10000 : 0);
  if (code == 2) return ENOPROTOOPT | 0x10000;
  if (code == 3) return ECONNREFUSED | 0x10000;
  if (code == 4) return EMSGSIZE | 0x10000;
  if (code == 5) return EOPNOTSUPP;
  if (code == 6 || code == 9) return ENETUNREACH | 0x10000;
  if (code == 7) return 112 | 0x10000;
  if (code == 10 || code == 13 || code == 14 || code == 15) return EHOSTUNREACH | 0x10000;
  return ENETUNREACH;
}

/** The same of ICMPv6. @see Linux net/ipv6/icmp.c: icmpv6_err_convert */
function errno6(type: u32, code: u32): u32 {
  if (type == 2) return EMSGSIZE;
  if (type == 3) return EHOSTUNREACH;
  if (type == 4) return EPROTO | 0x10000;
  if (code == 0) return ENETUNREACH;
  if (code == 4) return ECONNREFUSED | 0x10000;
  if (code == 1 || code == 5 || code == 6) return EACCES | 0x10000;
  return code < 7 ? EHOSTUNREACH : EPROTO | 0x10000;
}

/**
 * An ICMP error that quotes one of our packets; the packet stays the caller's. pkt.th is the ICMP header.
 * @returns false: it quotes too little, or of TCP or UDP what no socket sent (it counts as an error of ICMP)
 */
export function icmpErrorToSock(ns: u32, pkt: u32, type: u32, code: u32): bool {
  const p = Pkt.at(pkt);
  const from0 = word0(p, 0);
  const from1 = word1(p, 0);
  const q = (p.th as usize) + 8;
  const end = (p.data + p.len) as usize;
  const v6 = p.proto == IPV6;
  let l0: u64 = 0;
  let l1: u64 = 0;
  let r0: u64 = 0;
  let r1: u64 = 0;
  let proto: u32 = 0;
  let h: usize = 0;
  let errno: u32 = EHOSTUNREACH;
  if (v6) {
    if (q + 48 > end) return false;
    l0 = load<u64>(q + 8);
    l1 = load<u64>(q + 16);
    r0 = load<u64>(q + 24);
    r1 = load<u64>(q + 32);
    const up = ip6Upper(q, end);
    if (up & (UPPER_CUT | UPPER_LATER)) return !(up & UPPER_CUT);
    proto = up & 255;
    h = q + ((up >> 16) as usize);
    errno = errno6(type, code);
  } else {
    if (q + 28 > end) return false;
    l1 = mapped(bswap<u32>(load<u32>(q + 12)));
    r1 = mapped(bswap<u32>(load<u32>(q + 16)));
    proto = load<u8>(q + 9) as u32;
    h = q + (((load<u8>(q) as u32) & 15) << 2);
    if (type == 3) errno = unreachable(code);
    else if (type == 12) errno = EPROTO | 0x10000;
    else if (type != 11) return true;
  }
  if (h + 8 > end) return false;
  const hard = (errno & 0x10000) != 0;
  errno &= 0xffff;
  const lport = bswap<u16>(load<u16>(h)) as u32;
  const rport = bswap<u16>(load<u16>(h + 2)) as u32;
  const len = (end - h) as u32;
  let info: u32 = 0;
  if (errno == EMSGSIZE) info = v6 ? bswap<u32>(load<u32>((p.th as usize) + 4)) : (bswap<u16>(load<u16>((p.th as usize) + 6)) as u32);
  // Without an MTU it says nothing. @see Linux icmp_unreach
  if (errno == EMSGSIZE && info == 0) return true;
  const mark = replyMark(ns, p.mark);
  // What no socket sent learns here, the others in their handlers. @see Linux icmp_err, icmpv6_err
  if (errno == EMSGSIZE && (v6 ? proto != 17 && proto != 6 : proto == PROTO_ICMP && load<u8>(h) == ECHO_REPLY))
    wayLearn(ns as i32, l1, r0, r1, info, 0, mark, v6 ? 0 : (load<u8>(q, 1) as u32), proto, false);
  let known = true;
  if (proto == 17)
    known = udpError(ns as i32, l0, l1, lport, r0, r1, rport, from0, from1, type, code, errno, hard, h + 8, len - 8, info, mark);
  else if (proto == 6) known = connError(ns as i32, p, l0, l1, lport, r0, r1, rport, errno, code, h, info);
  if (proto == PROTO_ICMP || proto == PROTO_ICMPV6)
    pingError(ns as i32, l0, l1, r0, r1, from0, from1, type, code, errno, hard, h, len, info, mark);
  rawError(ns as i32, proto, l0, l1, r0, r1, from0, from1, type, code, errno, hard, h, len, info, mark);
  return known;
}

/** An error about a segment, whose header is at `h`. @returns whether a connection sent it */
function connError(
  ns: i32, p: Pkt, l0: u64, l1: u64, lport: u32, r0: u64, r1: u64, rport: u32, errno: u32, code: u32, h: usize, mtu: u32,
): bool {
  const id = connFind(ns, l0, l1, lport, r0, r1, rport);
  if (id == 0) return false;
  const s = sockAt(id);
  // What came over loopback is not for a connection of one link. @see Linux tcp_v6_err: skb->dev
  if (p.proto == IPV6 && s.dev != 0 && s.dev != (p.dev as i32)) return false;
  tcpError(s, errno, code, bswap<u32>(load<u32>(h + 4)), mtu);
  return true;
}

/** Errors end a connection only while it opens; later they are soft. @see Linux tcp_v4_err, RFC 5461 */
function tcpError(s: Sock, errno: u32, code: u32, seq: u32, mtu: u32): void {
  if (s.state == S_TIME_WAIT || s.state == S_CLOSE || before(seq, s.sndUna) || after(seq, s.sndNxt)) return;
  if (errno == EMSGSIZE) {
    // Path MTU discovery: smaller pieces from here on, and what was too long again. @see RFC 1191, Linux tcp_v4_mtu_reduced
    if (s.state == S_LISTEN) return;
    pathLearn(s, s.l1, s.r0, s.r1, mtu, 0, true);
    if (s.state == S_SYN_SENT || s.state == S_SYN_RECV) return;
    const old = s.pmtu;
    mtuSync(s);
    if (s.pmtu < old && lossByMtu(s, effectiveMss(s))) retransmitLost(s);
  } else if (s.state == S_SYN_SENT) {
    // Over IPv6 what comes back before connect(2) has returned finds the socket locked: only the next SYN tells.
    // @see Linux tcp_v6_err: sock_owned_by_user
    if (!isV4(s.r0, s.r1) && Sim.at().opening == (sockId(s) as u32)) s.errSoft = errno as u16;
    else tcpAbort(s, errno as u16);
  } else if (s.state == S_SYN_RECV) {
    // A half-open child goes only when its peer cannot be reached. @see Linux tcp_req_err
    if (s.parent == 0 || (code <= 1 && seq == s.iss)) tcpAbort(s, errno as u16);
  } else s.errSoft = errno as u16;
}

/** The namespace goes: its sockets end without a word on the wire. */
export function sockNsDestroy(ns: u32): void {
  for (let pass = 0; pass < 2; pass++) {
    let i = sockFirst(ns as i32);
    while (i != 0) {
      const s = sockAt(i);
      i = s.nsNext;
      // Children first: they leave their listeners' queues.
      if ((pass == 0) == (s.state == S_LISTEN)) continue;
      if (s.type == T_TCP && s.state != S_LISTEN) {
        s.flags |= F_ORPHAN;
        tcpDone(s);
      } else {
        groupsDrop(s);
        bindRemove(s);
        sockRelease(s);
      }
    }
  }
}

export { sockTimer } from './tcp_timer';
