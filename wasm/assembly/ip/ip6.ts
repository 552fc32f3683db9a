/**
 * IPv6, as far as a machine talks to itself: own addresses over loopback. Frames of other devices are counted and
 * dropped (DROP_IPV6) for now.
 * Limits: no neighbour discovery, forwarding, extension headers or ICMPv6 errors.
 * @see RFC 8200
 */
import {
  DROP_BAD_HEADER,
  DROP_IPV6,
  DROP_NO_BUFFER,
  DROP_NO_ROUTE,
  DROP_NO_SOCKET,
  DROP_SOCK_CHECKSUM,
  EMSGSIZE,
  ENETUNREACH,
  ENOBUFS,
  EPERM,
  HOOK_INPUT,
  HOOK_OUTPUT,
  HOOK_POSTROUTING,
  HOOK_PREROUTING,
  RTN_LOCAL,
  TRACE_NEW,
  VERDICT_ACCEPT,
  VERDICT_DROP,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { Sim } from '../mem';
import { nfHook } from '../nf/hook';
import { PF_LOCAL, Pkt, pktAlloc, pktDrop, pktFree, pktPush, pktWritable } from '../sim/pool';
import { traceBorn } from '../sim/trace';
import { rawInput, tcpInput, udpInput } from '../sock/input';
import { rd16, wr16, wr32 } from '../wire/bytes';
import { csumL4v6 } from '../wire/checksum';
import { ETH_IPV6 } from '../wire/ether';
import { PROTO_ICMPV6, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { addrIsLocal6 } from './addr';
import { neighGroup } from './neigh';
import { routeFind6 } from './lookup';

const IP6_HLEN: u32 = 40;

/**
 * Sends a transport segment over IPv6 (takes it); addresses are 16 bytes in memory.
 * @returns 0, -ENETUNREACH for what is not an own address, -EPERM (a rule), -EMSGSIZE or -ENOBUFS
 */
export function ip6Output(ns: u32, pkt: u32, saddr: usize, daddr: usize, proto: u32, hoplimit: u32): i32 {
  const p = Pkt.at(pkt);
  p.ns = ns;
  if (routeFind6(ns, daddr) != 0) {
    pktDrop(pkt, DROP_NO_ROUTE);
    return -ENETUNREACH;
  }
  const lo = Ns.at(ns).lo;
  if (p.len + IP6_HLEN > Dev.at(lo).mtu) {
    pktDrop(pkt, DROP_BAD_HEADER);
    return -EMSGSIZE;
  }
  if (!pktWritable(pkt)) {
    pktDrop(pkt, DROP_NO_BUFFER);
    return -ENOBUFS;
  }
  const len = p.len;
  p.proto = ETH_IPV6;
  p.flags |= PF_LOCAL;
  p.rtype = RTN_LOCAL;
  p.outdev = lo;
  p.th = p.data;
  const ip = pktPush(pkt, IP6_HLEN);
  p.nh = p.data;
  wr32(ip, 0x60000000);
  wr16(ip + 4, len);
  store<u8>(ip, proto as u8, 6);
  store<u8>(ip, (hoplimit != 0 ? hoplimit : 64) as u8, 7);
  memory.copy(ip + 8, saddr, 16);
  memory.copy(ip + 24, daddr, 16);
  if (Sim.at().traceOn != 0) traceBorn(p, ETH_IPV6, TRACE_NEW, proto, 0, 0);
  let verdict = nfHook(HOOK_OUTPUT, pkt, 0, lo);
  if (verdict == VERDICT_ACCEPT) verdict = nfHook(HOOK_POSTROUTING, pkt, 0, lo);
  if (verdict != VERDICT_ACCEPT) return verdict == VERDICT_DROP ? -EPERM : 0;
  return neighGroup(lo, 0, pkt);
}

/** An IPv6 packet arrived over loopback (takes it; data at the IPv6 header). */
export function ip6Input(pkt: u32): void {
  const p = Pkt.at(pkt);
  const ip = p.data as usize;
  if (p.len < IP6_HLEN || load<u8>(ip) >> 4 != 6 || rd16(ip + 4) + IP6_HLEN > p.len) {
    pktDrop(pkt, DROP_BAD_HEADER);
    return;
  }
  p.len = rd16(ip + 4) + IP6_HLEN;
  p.nh = p.data;
  p.th = p.data + IP6_HLEN;
  p.flags &= ~PF_LOCAL;
  if (!addrIsLocal6(p.ns, ip + 24)) {
    pktDrop(pkt, DROP_IPV6);
    return;
  }
  if (nfHook(HOOK_PREROUTING, pkt, p.dev, 0) != VERDICT_ACCEPT) return;
  if (nfHook(HOOK_INPUT, pkt, p.dev, 0) != VERDICT_ACCEPT) return;
  const proto = load<u8>(ip, 6) as u32;
  const len = p.len - IP6_HLEN;
  const raw = rawInput(p.ns, pkt, proto);
  if (proto == PROTO_ICMPV6) echo(p, ip, len);
  const least: u32 = proto == PROTO_TCP ? 20 : 8;
  if (proto != PROTO_TCP && proto != PROTO_UDP) {
    if (raw != 0 || proto == PROTO_ICMPV6) pktFree(pkt);
    else pktDrop(pkt, DROP_NO_SOCKET);
  } else if (len < least || csumL4v6(ip + 8, ip + 24, proto, p.th as usize, len) != 0) {
    pktDrop(pkt, DROP_SOCK_CHECKSUM);
  } else if (proto == PROTO_TCP) tcpInput(p.ns, pkt);
  else if (udpInput(p.ns, pkt) == 0) pktDrop(pkt, DROP_NO_SOCKET);
}

/** Answers an ICMPv6 echo request. @see RFC 4443 §4.2 */
function echo(p: Pkt, ip: usize, len: u32): void {
  const m = p.th as usize;
  if (len < 8 || load<u8>(m) != 128 || csumL4v6(ip + 8, ip + 24, PROTO_ICMPV6, m, len) != 0) return;
  const reply = pktAlloc(len);
  if (reply == 0) return;
  const r = Pkt.at(reply).data as usize;
  memory.copy(r, m, len as usize);
  store<u8>(r, 129);
  store<u16>(r, 0, 2);
  store<u16>(r, csumL4v6(ip + 24, ip + 8, PROTO_ICMPV6, r, len), 2);
  ip6Output(p.ns, reply, ip + 24, ip + 8, PROTO_ICMPV6, 0);
}
