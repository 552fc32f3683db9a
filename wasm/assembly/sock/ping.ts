/**
 * Ping sockets: datagrams of ICMP echo for those who may not have a raw socket. The identifier is the socket's port; what is
 * sent must be a request, what arrives are the replies with that identifier, without their IP header.
 * Limits: who may open one is asked above (net.ipv4.ping_group_range).
 * @see Linux net/ipv4/ping.c, net/ipv6/ping.c
 */
import { SOCK_STATE } from '../mem';
import { csumFold, csumPartial } from '../wire/checksum';
import { PROTO_ICMP, PROTO_ICMPV6 } from '../wire/ipv4';
import { portFree } from './bind';
import { bindFirst, bindInsert, isAny, isV4, mapped, v4Of } from './demux';
import { dgramPut } from './dgram';
import { RDY_ERR, RDY_IN, datagramDf, isBroadcast, l4Alloc, l4At, l4Owner, l4Send, pathLearn, sendDev, sockEvent, sourceFor } from './glue';
import {
  F_BROADCAST, F_CONNECTED, F_NODF, F_RCV_SHUT, F_RECVERR, F_SND_SHUT, Sock, T_PING, sockAt, sockId,
} from './table';

const ECHO: u32 = 8;
export const ECHO_REPLY: u32 = 0;
const ECHO6: u32 = 128;
const ECHO6_REPLY: u32 = 129;

/** The identifier given last: the next is one more. */
function rover(): usize {
  return SOCK_STATE + 24;
}

/** The next free identifier, or 0. @see Linux ping_get_port */
export function pingPort(s: Sock): u32 {
  let id = load<u32>(rover());
  for (let i = 0; i < 65536; i++) {
    id = (id + 1) & 0xffff;
    if (id == 0 || !portFree(s, id)) continue;
    store<u32>(rover(), id);
    return id;
  }
  return 0;
}

/** Gives the socket an identifier when it has none. @returns 0 or -EADDRINUSE */
function autobind(s: Sock): i32 {
  if (s.lport != 0) return 0;
  const id = pingPort(s);
  if (id == 0) return -98;
  s.lport = <u16>id;
  bindInsert(s);
  return 0;
}

/** connect(2): fixes the peer. @returns 0 or a negative errno */
export function pingConnect(s: Sock): i32 {
  if (isAny(s.l0, s.l1)) {
    const err = sourceFor(s);
    if (err != 0) return err;
  }
  const err = autobind(s);
  if (err != 0) return err;
  s.flags |= F_CONNECTED;
  return 0;
}

/** Sends an echo request; identifier and checksum are the kernel's. @returns len or a negative errno */
export function pingSend(s: Sock, r0: u64, r1: u64, at: usize, len: u32): i32 {
  if (s.err != 0) {
    const e = -<i32>s.err;
    s.err = 0;
    return e;
  }
  if (s.flags & F_SND_SHUT) return -32;
  if (len > 0xffff) return -90;
  if (len < 8) return -22;
  const v4 = s.family == 4;
  if ((load<u8>(at) as u32) != (v4 ? ECHO : ECHO6) || load<u8>(at, 1) != 0) return -22;
  const bound = autobind(s);
  if (bound != 0) return bound;
  const d1 = isAny(r0, r1) ? (v4 ? mapped(0x7f000001) : 0x0100000000000000) : r1;
  if (v4 && isBroadcast(s.ns, v4Of(d1)) && !(s.flags & F_BROADCAST)) return -13;
  const df = datagramDf(s, len, r0, d1, 0);
  if (df < 0) {
    if (s.flags & F_RECVERR) dgramPut(s, r0, d1, 0, 0, 90 << 16, at, 0, -df);
    return -90;
  }
  const p = l4Alloc(len);
  if (p == 0) return -105;
  l4Owner(p, sockId(s));
  const h = l4At(p);
  memory.copy(h, at, len);
  store<u16>(h, bswap<u16>(s.lport), 4);
  store<u16>(h, 0, 2);
  if (v4) store<u16>(h, csumFold(csumPartial(h, len, 0)), 2);
  const err = l4Send(
    s.ns, p, len, v4 ? PROTO_ICMP : PROTO_ICMPV6, s.l0, s.l1, r0, d1, s.ttl, s.tos, sendDev(s, r0), s.mark, df as u32,
    (s.flags & F_BROADCAST) != 0,
  );
  return err < 0 && err != -105 ? err : <i32>len;
}

/** The socket with an identifier that talks from l. @see Linux ping_lookup */
function pingFind(ns: i32, v4: bool, id: u32, l0: u64, l1: u64, dev: i32): i32 {
  let i = bindFirst(ns, T_PING, id);
  while (i != 0) {
    const s = sockAt(i);
    if (
      s.ns == ns && s.type == T_PING && s.lport == id && (s.family == 4) == v4 && (s.dev == 0 || dev == 0 || s.dev == dev) &&
      (isAny(s.l0, s.l1) || (s.l0 == l0 && s.l1 == l1))
    ) return i;
    i = s.bindNext;
  }
  return 0;
}

/** An ICMP message for this machine: replies go to the socket that asked. @returns whether one took it */
export function pingDeliver(
  ns: i32, dev: i32, l0: u64, l1: u64, r0: u64, r1: u64, ttl: u32, data: usize, len: u32,
): bool {
  const v4 = isV4(r0, r1);
  if (len < 8 || (load<u8>(data) as u32) != (v4 ? ECHO_REPLY : ECHO6_REPLY)) return false;
  const i = pingFind(ns, v4, bswap<u16>(load<u16>(data, 4)) as u32, l0, l1, dev);
  if (i == 0) return false;
  const s = sockAt(i);
  if (!(s.flags & F_RCV_SHUT)) dgramPut(s, r0, r1, 0, ttl, 0, data, len, <u32>dev);
  return true;
}

/** An ICMP error about a request; `data` is the ICMP header that is quoted. @see Linux ping_err */
export function pingError(
  ns: i32, l0: u64, l1: u64, r0: u64, r1: u64, from0: u64, from1: u64, type: u32, code: u32, errno: u32, hard: bool, data: usize, len: u32, info: u32,
  mark: u32,
): void {
  const v4 = isV4(l0, l1);
  if ((load<u8>(data) as u32) != (v4 ? ECHO : ECHO6)) return;
  const i = pingFind(ns, v4, bswap<u16>(load<u16>(data, 4)) as u32, l0, l1, 0);
  if (i == 0) return;
  const s = sockAt(i);
  if (errno == 90 && v4) pathLearn(s, l1, r0, r1, info, mark, (s.flags & F_CONNECTED) != 0);
  if (errno == 90 && s.flags & F_NODF) return;
  if (s.flags & F_RECVERR) {
    dgramPut(s, from0, from1, 0, 0, type | (code << 8) | (errno << 16), data, len, info);
    return;
  }
  if (!hard || !(s.flags & F_CONNECTED)) return;
  s.err = <u16>errno;
  sockEvent(sockId(s), RDY_ERR | RDY_IN);
}
