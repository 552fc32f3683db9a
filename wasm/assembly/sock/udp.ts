/**
 * UDP sockets.
 * Limits: no UDP-Lite, no GRO/GSO.
 * @see RFC 768, Linux net/ipv4/udp.c
 */
import {
  SNMP_UDP_IN_DATAGRAMS, SNMP_UDP_IN_ERRORS, SNMP_UDP_OUT_DATAGRAMS, SNMP_UDP_RCVBUF_ERRORS, SNMP_UDP_SNDBUF_ERRORS, SNMP_UDP_V6,
} from '../../abi';
import { Sim } from '../mem';
import { autobind } from './bind';
import { isAny, isV4, mapped, udpFind, v4Of } from './demux';
import { dgramPut } from './dgram';
import { L4_UDP, RDY_ERR, RDY_IN, RDY_OUT, datagramDf, isBroadcast, l4Alloc, l4At, l4Owner, l4Send, pathLearn, sockEvent, sourceFor } from './glue';
import { hopsOf, outDev } from './group';
import { F_BROADCAST, F_CONNECTED, F_NODF, F_RCV_SHUT, F_RECVERR, F_SND_SHUT, S_KERNEL, Sock, sockAt, sockId } from './table';
import { snmpInc } from './tcpnet';

/** Largest UDP payload over IPv4. */
const MAX: u32 = 65507;

/** connect(2): fixes the peer, chooses local address and port. @returns 0 or a negative errno */
export function udpConnect(s: Sock): i32 {
  if (isAny(s.l0, s.l1)) {
    const err = sourceFor(s);
    if (err != 0) return err;
  }
  const err = autobind(s);
  if (err != 0) return err;
  s.flags |= F_CONNECTED;
  return 0;
}

/** Sends one datagram to (r, rport). @returns len or a negative errno */
export function udpSend(s: Sock, r0: u64, r1: u64, rport: u32, at: usize, len: u32): i32 {
  if (s.err != 0) {
    const e = -<i32>s.err;
    s.err = 0;
    return e;
  }
  if (s.flags & F_SND_SHUT) return -32;
  if (len > MAX) return -90;
  if (rport == 0) return -22;
  const bound = autobind(s);
  if (bound != 0) return bound;
  let d0 = r0;
  let d1 = r1;
  // 0.0.0.0 and :: mean this host.
  if (isAny(r0, r1)) d1 = s.family == 4 || isV4(r0, r1) ? mapped(0x7f000001) : 0x0100000000000000;
  if (isV4(d0, d1) && isBroadcast(s.ns, v4Of(d1)) && !(s.flags & F_BROADCAST)) return -13;
  const df = datagramDf(s, 8 + len, d0, d1, rport as u32);
  if (df < 0) {
    if (s.flags & F_RECVERR) dgramPut(s, d0, d1, rport, 0, 90 << 16, at, 0, -df);
    return -90;
  }
  const p = l4Alloc(8 + len);
  if (p == 0) return -105;
  l4Owner(p, sockId(s));
  const h = l4At(p);
  store<u16>(h, bswap<u16>(s.lport));
  store<u16>(h + 2, bswap<u16>(<u16>rport));
  store<u16>(h + 4, bswap<u16>(<u16>(8 + len)));
  store<u16>(h + 6, 0);
  memory.copy(h + 8, at, len);
  const err = l4Send(
    s.ns, p, 8 + len, L4_UDP, s.l0, s.l1, d0, d1, hopsOf(s, d0, d1), s.tos, outDev(s, d0, d1), s.mark, df as u32, (s.flags & F_BROADCAST) != 0,
  );
  if (err == 0) snmpInc(s.ns, SNMP_UDP_OUT_DATAGRAMS + udpFamily(d0, d1));
  else if (err == -105) snmpInc(s.ns, SNMP_UDP_SNDBUF_ERRORS + udpFamily(d0, d1));
  return err < 0 && err != -105 ? err : <i32>len;
}

/** What to add to a counter of UDP for the family of a peer. */
function udpFamily(r0: u64, r1: u64): u32 {
  return isV4(r0, r1) ? 0 : SNMP_UDP_V6;
}

/** A datagram from (r, rport) to (l, its port) for a socket. */
export function udpDeliver(
  s: Sock, dev: u32, l0: u64, l1: u64, r0: u64, r1: u64, rport: u32, ttl: u32, data: usize, len: u32,
): void {
  if (s.flags & F_RCV_SHUT) return;
  if (dgramPut(s, r0, r1, rport, ttl, 0, data, len, dev, l0, l1)) return;
  snmpInc(s.ns, SNMP_UDP_IN_ERRORS + udpFamily(r0, r1));
  snmpInc(s.ns, SNMP_UDP_RCVBUF_ERRORS + udpFamily(r0, r1));
}

/** A datagram was read: only then it counts as received. @param at its record */
export function udpRead(s: Sock, at: usize): void {
  if (load<u8>(at, 7) == 0) snmpInc(s.ns, SNMP_UDP_IN_DATAGRAMS + udpFamily(load<u64>(at, 8), load<u64>(at, 16)));
}

/** Whether a datagram is of a tunnel: those send from many ports, and listen at the one they send to. @see Linux __udp4_lib_err_encap */
function tunnelled(ns: i32, l0: u64, l1: u64, port: u32, r0: u64, r1: u64, rport: u32): bool {
  if (Sim.at().tunnels == 0) return false;
  const id = udpFind(ns, l0, l1, port, r0, r1, rport, 0);
  return id != 0 && sockAt(id).state == S_KERNEL;
}

/**
 * An ICMP error about a datagram we sent from (l, lport) to (r, rport).
 * @param hard whether the error ends the flow (port unreachable …)
 * @returns whether a socket sent it @see Linux __udp4_lib_err
 */
export function udpError(
  ns: i32, l0: u64, l1: u64, lport: u32, r0: u64, r1: u64, rport: u32,
  from0: u64, from1: u64, type: u32, code: u32, errno: u32, hard: bool, data: usize, len: u32, info: u32, mark: u32,
): bool {
  const id = udpFind(ns, l0, l1, lport, r0, r1, rport, 0);
  if (id == 0) return tunnelled(ns, l0, l1, rport, r0, r1, lport);
  const s = sockAt(id);
  if (errno == 90) {
    pathLearn(s, l1, r0, r1, info, mark, (s.flags & F_CONNECTED) != 0);
    if (s.flags & F_NODF) return true;
  }
  if (s.flags & F_RECVERR) {
    dgramPut(s, from0, from1, rport, 0, type | (code << 8) | (errno << 16), data, len, info);
    return true;
  }
  if (!hard || !(s.flags & F_CONNECTED)) return true;
  s.err = <u16>errno;
  sockEvent(sockId(s), RDY_ERR | RDY_IN | RDY_OUT);
  return true;
}
