/** Trace records of IPv6 packets: their addresses go before them, in records of their own. */
import { TRACE_FRAGMENT, TRACE_IN6, TRACE_L4, TRACE_NEW } from '../../abi';
import { rd16, rd32 } from '../wire/bytes';
import { ETH_IPV6 } from '../wire/ether';
import { PROTO_ICMPV6, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { IP6_HLEN, ip6Dst, ip6Len, ip6Src, ip6Upper, UPPER_CUT, UPPER_LATER } from '../wire/ipv6';
import { tcpFlags, tcpHlen } from '../wire/l4';
import { PF_TRACE, Pkt } from './packet';
import { traceWrite } from './stat';
import { trace, traceMade, traceParent } from './trace';
import { traceFlow, traceFlowKeep, traceFlowKept } from './tracefilter';

/** The next record about a traced packet tells this address. @param at its 16 bytes */
export function traceIn6(p: Pkt, at: usize): void {
  if (p.flags & PF_TRACE) traceWrite(p.id, TRACE_IN6, p.ns, rd32(at), rd32(at + 4), rd32(at + 8), rd32(at + 12));
}

/** Source's and destination's port of a transport header, 0 when it has none. */
function carriedPorts(proto: u32, th: usize, end: usize): u32 {
  return (proto == PROTO_TCP || proto == PROTO_UDP) && th + 4 <= end ? rd32(th) : 0;
}

/** Marks a packet that fits a filter. */
function flow6(p: Pkt, proto: u32, src: usize, dst: usize, ports: u32): void {
  const s1 = load<u64>(src, 8);
  const d1 = load<u64>(dst, 8);
  traceFlow(p, ETH_IPV6, proto, load<u64>(src), s1, load<u64>(dst), d1, ports >> 16, ports & 0xffff);
}

function kept(ns: u32, proto: u32, src: usize, dst: usize, ports: u32): bool {
  return traceFlowKept(ns, proto, load<u64>(src), load<u64>(src, 8), load<u64>(dst), load<u64>(dst, 8), ports);
}

/** Marks the packet at `ip` when it fits a filter. Pre: its header is within `end`. */
export function traceLook6(p: Pkt, ip: usize, end: usize): void {
  const up = ip6Upper(ip, end);
  const th = up & (UPPER_CUT | UPPER_LATER) ? end : ip + ((up >> 16) as usize);
  flow6(p, up & 255, ip6Src(ip), ip6Dst(ip), carriedPorts(up & 255, th, end));
}

/** What answers a traced packet is traced. @param ports of the answer */
export function traceAnswer6(p: Pkt, proto: u32, ports: u32): void {
  const s = ip6Dst(p.nh as usize);
  const d = ip6Src(p.nh as usize);
  traceFlowKeep(p.ns, proto, load<u64>(s), load<u64>(s, 8), load<u64>(d), load<u64>(d, 8), ports);
}

/** Says what a packet carries. @param th its transport header @param sock that sends it, 0: unknown */
function carried(p: Pkt, dev: u32, proto: u32, th: usize, end: usize, sock: u32): void {
  if (th + 8 > end) return;
  const have = (end - th) as u32;
  if (proto == PROTO_TCP && have >= 20) {
    const data = have - min(have, tcpHlen(th));
    traceWrite(p.id, TRACE_L4, p.ns, dev, rd32(th), tcpFlags(th) | (data << 8), sock);
  } else if (proto == PROTO_UDP) traceWrite(p.id, TRACE_L4, p.ns, dev, rd32(th), (have - 8) << 8, sock);
  else if (proto == PROTO_ICMPV6) traceWrite(p.id, TRACE_L4, p.ns, dev, rd32(th + 4), rd16(th), sock);
}

/** Says what the traced packet at `ip` is. @param end of its bytes */
export function traceTell6(p: Pkt, what: u32, dev: u32, ip: usize, end: usize): void {
  if (ip + IP6_HLEN > end) {
    traceWrite(p.id, what, p.ns, dev, 0, 0, 0);
    return;
  }
  traceIn6(p, ip6Src(ip));
  traceIn6(p, ip6Dst(ip));
  const up = ip6Upper(ip, end);
  traceWrite(p.id, what, p.ns, dev, up & 255, 0, 0);
  if (!(up & (UPPER_CUT | UPPER_LATER))) carried(p, dev, up & 255, ip + ((up >> 16) as usize), end, 0);
}

/**
 * An IPv6 packet is being made. Pre: Pkt.ns and th are set.
 * @param dev device it is to go out by, 0: there is none @param src its source, 16 bytes @param dst its destination
 */
export function traceNew6(p: Pkt, dev: u32, proto: u32, src: usize, dst: usize): void {
  if (!traceMade(p)) {
    const ports = carriedPorts(proto, p.th as usize, (p.data + p.len) as usize);
    flow6(p, proto, src, dst, ports);
    if (ports != 0 && kept(p.ns, proto, src, dst, ports)) p.flags |= PF_TRACE;
  }
  if (!(p.flags & PF_TRACE)) return;
  traceIn6(p, src);
  traceIn6(p, dst);
  traceWrite(p.id, TRACE_NEW, p.ns, dev, proto, 0, 0);
  carried(p, dev, proto, p.th as usize, (p.data + p.len) as usize, p.sock);
  traceParent(p, dev);
}

/** A piece of a packet that was cut goes on. Pre: Pkt.th is behind its fragment header. @param mtu the most it may have */
export function tracePiece6(p: Pkt, mtu: u32): void {
  if (!(p.flags & PF_TRACE)) return;
  const from = rd16((p.th - 6) as usize) & 0xfff8;
  trace(p, TRACE_FRAGMENT, from, ip6Len(p.nh as usize), mtu);
}
