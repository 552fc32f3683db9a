/**
 * Rewriting of addresses and ports in a packet, with their checksums, and in the packet that an ICMP error quotes.
 * @see Linux net/netfilter/nf_nat_proto.c: nf_nat_ipv4_manip_pkt, nf_nat_icmp_reply_translation
 */
import { DROP_NO_BUFFER, TRACE_DNAT, TRACE_SNAT } from '../../abi';
import { TEMP_BASE } from '../mem';
import { PF_TRACE, Pkt } from '../sim/packet';
import { pktWritable } from '../sim/pool';
import { trace } from '../sim/trace';
import { rd16, rd32, rdMapped, wr16, wr32 } from '../wire/bytes';
import { csumFold, csumPartial, csumReplace16, csumReplace32 } from '../wire/checksum';
import { ip4Hlen, ip4Len, ip4Proto, PROTO_ICMP, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { icmpIsError } from '../wire/l4';
import { T_DPORT, T_DST, T_SPORT, tupleInvert, tupleOf } from './conn';
import { ctDir } from './conntrack';
import { natTouches } from './nat';

/** Rewrites one side of an IPv4 packet at `ip`. @param end of its bytes @param withPort whether ports go along */
export function rewrite(ip: usize, end: usize, source: bool, addr: u32, port: u32, withPort: bool): void {
  const at = ip + (source ? 12 : 16);
  const old = load<u32>(at);
  const proto = ip4Proto(ip);
  const th = ip + ip4Hlen(ip);
  wr32(at, addr);
  const fresh = load<u32>(at);
  csumReplace32(ip + 10, old, fresh);
  if (!withPort) return;
  if (proto == PROTO_TCP || proto == PROTO_UDP) {
    const field = th + (proto == PROTO_TCP ? 16 : 6);
    const portAt = th + (source ? 0 : 2);
    if (portAt + 2 > end) return;
    const was = load<u16>(portAt) as u32;
    wr16(portAt, port);
    if (field + 2 > end || (proto == PROTO_UDP && load<u16>(field) == 0)) return;
    csumReplace32(field, old, fresh);
    csumReplace16(field, was, load<u16>(portAt) as u32);
    if (proto == PROTO_UDP && load<u16>(field) == 0) store<u16>(field, 0xffff);
  } else if (proto == PROTO_ICMP && th + 8 <= end && !icmpIsError(load<u8>(th) as u32)) {
    const was = load<u16>(th, 4) as u32;
    wr16(th + 4, port);
    csumReplace16(th + 2, was, load<u16>(th, 4) as u32);
  }
}

/** Port of a tuple for a side; of ICMP the identifier. */
function portOf(t: usize, source: bool, proto: u32): u32 {
  return load<u16>(t + (source || proto == PROTO_ICMP ? T_SPORT : T_DPORT)) as u32;
}

/** Writes the checksum of an ICMP message anew. @param end of its bytes */
export function icmpSum(th: usize, end: usize): void {
  store<u16>(th, 0, 2);
  store<u16>(th, csumFold(csumPartial(th, (end - th) as u32, 0)), 2);
}

/** Applies a connection's NAT to a packet. @param source which side this hook rewrites @returns 0 or DROP_NO_BUFFER */
export function natPacket(pkt: u32, source: bool): u32 {
  const p = Pkt.at(pkt);
  const dir = ctDir(p);
  if (!natTouches(p.ct, source, dir)) return 0;
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  // What the other direction's packets are sent to is what this one's come from.
  const other = tupleOf(p.ct, 1 - dir);
  const ip = p.nh as usize;
  const proto = ip4Proto(ip);
  const addr = rdMapped(source ? other + T_DST : other);
  const port = portOf(other, !source, proto);
  const at = ip + (source ? 12 : 16);
  const oldAddr = rd32(at);
  const portAt = proto == PROTO_ICMP ? 4 : source ? 0 : 2;
  const oldPort = rd16((p.th as usize) + portAt);
  if (oldAddr == addr && oldPort == port) return 0;
  rewrite(ip, ip + ip4Len(ip), source, addr, port, true);
  if (p.flags & PF_TRACE)
    trace(p, source ? TRACE_SNAT : TRACE_DNAT, oldAddr, addr, (oldPort << 16) | port);
  return 0;
}

/** Applies a connection's NAT to an ICMP error: to what it quotes, and to the error's own address. */
export function natIcmpError(pkt: u32, source: bool): u32 {
  const p = Pkt.at(pkt);
  const dir = ctDir(p);
  if (!natTouches(p.ct, source, dir)) return 0;
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  const ip = p.nh as usize;
  const th = p.th as usize;
  const end = ip + ip4Len(ip);
  const inner = th + 8;
  const other = tupleOf(p.ct, 1 - dir);
  const innerProto = ip4Proto(inner);
  rewrite(inner, end, !source, rdMapped(!source ? other : other + T_DST), portOf(other, !source, innerProto), true);
  icmpSum(th, end);
  const t = TEMP_BASE;
  tupleInvert(t, other);
  const old = rd32(ip + (source ? 12 : 16));
  const addr = rdMapped(source ? t : t + T_DST);
  rewrite(ip, end, source, addr, 0, false);
  if (p.flags & PF_TRACE) trace(p, source ? TRACE_SNAT : TRACE_DNAT, old, addr, 0);
  return 0;
}
