/**
 * Raw sockets: copies of packets of one protocol (with their IPv4 header), and packets whose header the kernel or the
 * sender writes.
 * Limits: no ICMP_FILTER; IPV6_CHECKSUM for ICMPv6 only, where it is always on.
 * @see Linux net/ipv4/raw.c
 */
import { bindFirst, isAny, isV4, mapped } from './demux';
import { dgramPut } from './dgram';
import { RDY_ERR, RDY_IN, datagramDf, l4Alloc, l4At, l4Owner, l4Send, pathLearn, rawSendHeader, sendDev, sockEvent, sourceFor } from './glue';
import { F_BROADCAST, F_CONNECTED, F_HDRINCL, F_NODF, F_RCV_SHUT, F_RECVERR, F_SND_SHUT, Sock, T_RAW, sockAt, sockId } from './table';

/** connect(2): fixes the peer. */
export function rawConnect(s: Sock): i32 {
  if (isAny(s.l0, s.l1)) {
    const err = sourceFor(s);
    if (err != 0) return err;
  }
  s.flags |= F_CONNECTED;
  return 0;
}

/** Sends payload (or, with IP_HDRINCL, a whole packet). @returns len or a negative errno */
export function rawSend(s: Sock, r0: u64, r1: u64, at: usize, len: u32): i32 {
  if (s.err != 0) {
    const e = -<i32>s.err;
    s.err = 0;
    return e;
  }
  if (s.flags & F_SND_SHUT) return -32;
  if (len > 65515) return -90;
  const d1 = isAny(r0, r1) ? (s.family == 4 ? mapped(0x7f000001) : 0x0100000000000000) : r1;
  const df = s.flags & F_HDRINCL ? 0 : datagramDf(s, len, r0, d1, 0);
  if (df < 0) {
    if (s.flags & F_RECVERR) dgramPut(s, r0, d1, 0, 0, 90 << 16, at, 0, -df);
    return -90;
  }
  const p = l4Alloc(len);
  if (p == 0) return -105;
  l4Owner(p, sockId(s));
  memory.copy(l4At(p), at, len);
  const err = s.flags & F_HDRINCL
    ? rawSendHeader(s.ns, p, s.dev, s.mark)
    : l4Send(
        s.ns, p, len, s.proto, s.l0, s.l1, r0, d1, s.ttl, s.tos, sendDev(s, r0), s.mark, df as u32, (s.flags & F_BROADCAST) != 0,
      );
  return err < 0 && err != -105 ? err : <i32>len;
}

function wants(s: Sock, ns: i32, proto: u32, v4: bool, l0: u64, l1: u64, r0: u64, r1: u64, dev: i32): bool {
  if (s.ns != ns || s.type != T_RAW || s.lport != proto || (s.family == 4) != v4) return false;
  if (!isAny(s.l0, s.l1) && (s.l0 != l0 || s.l1 != l1)) return false;
  if (s.flags & F_CONNECTED && (s.r0 != r0 || s.r1 != r1)) return false;
  return s.dev == 0 || s.dev == dev;
}

/** Copies a packet to the raw sockets of its protocol. @returns how many took it */
export function rawDeliver(
  ns: i32, dev: i32, proto: u32, l0: u64, l1: u64, r0: u64, r1: u64, ttl: u32, data: usize, len: u32,
): i32 {
  let n = 0;
  const v4 = isV4(r0, r1);
  let i = bindFirst(ns, T_RAW, proto);
  while (i != 0) {
    const s = sockAt(i);
    const next = s.bindNext;
    if (wants(s, ns, proto, v4, l0, l1, r0, r1, dev)) {
      if (!(s.flags & F_RCV_SHUT)) {
        dgramPut(s, r0, r1, 0, ttl, 0, data, len, <u32>dev, l0, l1);
      }
      n++;
    }
    i = next;
  }
  return n;
}

/** An ICMP error about a packet of the protocol we sent to r. @see Linux raw_err */
export function rawError(
  ns: i32, proto: u32, l0: u64, l1: u64, r0: u64, r1: u64,
  from0: u64, from1: u64, type: u32, code: u32, errno: u32, hard: bool, data: usize, len: u32, info: u32, mark: u32,
): void {
  let i = bindFirst(ns, T_RAW, proto);
  while (i != 0) {
    const s = sockAt(i);
    const next = s.bindNext;
    if (wants(s, ns, proto, isV4(r0, r1), l0, l1, r0, r1, s.dev)) {
      if (errno == 90 && isV4(r0, r1)) pathLearn(s, l1, r0, r1, info, mark, (s.flags & F_CONNECTED) != 0);
      if (s.flags & F_RECVERR) dgramPut(s, from0, from1, 0, 0, type | (code << 8) | (errno << 16), data, len, info);
      else if (hard && s.flags & F_CONNECTED && (errno != 90 || !(s.flags & F_NODF))) {
        s.err = <u16>errno;
        sockEvent(sockId(s), RDY_ERR | RDY_IN);
      }
    }
    i = next;
  }
}
