/**
 * Rewriting of addresses and ports in an IPv6 packet, with its checksum, and in the packet that an ICMPv6 error quotes.
 * @see Linux net/netfilter/nf_nat_proto.c: nf_nat_ipv6_manip_pkt, nf_nat_icmpv6_reply_translation
 */
import { DROP_NO_BUFFER, TRACE_DNAT, TRACE_SNAT } from '../../abi';
import { TEMP_BASE } from '../mem';
import { Pkt } from '../sim/packet';
import { pktWritable } from '../sim/pool';
import { trace } from '../sim/trace';
import { traceIn6 } from '../sim/trace6';
import { rd16, same16, wr16 } from '../wire/bytes';
import { csumL4v6, csumReplace16, csumReplace32 } from '../wire/checksum';
import { PROTO_ICMPV6, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { ip6Len, ip6Upper, UPPER_CUT, UPPER_LATER } from '../wire/ipv6';
import { T_DPORT, T_DST, T_SPORT, tupleInvert, tupleOf } from './conn';
import { ctDir } from './conntrack';
import { natTouches } from './nat';

/** Replaces an address; the checksum at `field` (0: none) follows. */
function address(at: usize, fresh: usize, field: usize): void {
  for (let k: usize = 0; k < 16; k += 4) {
    const old = load<u32>(at + k);
    const now = load<u32>(fresh + k);
    store<u32>(at + k, now);
    if (field != 0) csumReplace32(field, old, now);
  }
}

/** Replaces a port or an identifier; the checksum at `field` follows. */
function number(at: usize, fresh: u32, field: usize): void {
  const old = load<u16>(at) as u32;
  wr16(at, fresh);
  csumReplace16(field, old, load<u16>(at) as u32);
}

/** Rewrites one side of the IPv6 packet at `ip`, whose bytes end at `end`. */
function rewrite(ip: usize, end: usize, source: bool, addr: usize, port: u32): void {
  const up = ip6Upper(ip, end);
  const th = ip + ((up >> 16) as usize);
  const proto = up & 255;
  const at = ip + (source ? 8 : 24);
  if (up & (UPPER_CUT | UPPER_LATER)) {
    address(at, addr, 0);
    return;
  }
  if ((proto == PROTO_TCP || proto == PROTO_UDP) && th + 4 <= end) {
    let field = th + (proto == PROTO_TCP ? 16 : 6);
    if (field + 2 > end) field = 0;
    address(at, addr, field);
    const portAt = th + (source ? 0 : 2);
    if (field != 0) number(portAt, port, field);
    else wr16(portAt, port);
    if (proto == PROTO_UDP && field != 0 && load<u16>(field) == 0) store<u16>(field, 0xffff);
    return;
  }
  if (proto == PROTO_ICMPV6 && th + 8 <= end) {
    address(at, addr, th + 2);
    if (load<u8>(th) >= 128) number(th + 4, port, th + 2);
    return;
  }
  address(at, addr, 0);
}

/** Port of a tuple for a side; of ICMPv6 the identifier. */
function portOf(t: usize, source: bool, proto: u32): u32 {
  return load<u16>(t + (source || proto == PROTO_ICMPV6 ? T_SPORT : T_DPORT)) as u32;
}

/** Tells that an address was replaced. Pre: the old one is told (traceIn6). @param ports the old << 16 | the new */
function replaced(p: Pkt, source: bool, fresh: usize, ports: u32): void {
  traceIn6(p, fresh);
  trace(p, source ? TRACE_SNAT : TRACE_DNAT, 0, 0, ports);
}

/** Applies a connection's NAT to a packet. @param source which side this hook rewrites @returns 0 or DROP_NO_BUFFER */
export function natPacket6(pkt: u32, source: bool): u32 {
  const p = Pkt.at(pkt);
  const dir = ctDir(p);
  if (!natTouches(p.ct, source, dir)) return 0;
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  const t = TEMP_BASE;
  tupleInvert(t, tupleOf(p.ct, 1 - dir));
  const ip = p.nh as usize;
  const end = ip + ip6Len(ip);
  const proto = ip6Upper(ip, end) & 255;
  const addr = source ? t : t + T_DST;
  const port = portOf(t, source, proto);
  const at = ip + (source ? 8 : 24);
  const portAt = (p.th as usize) + (proto == PROTO_ICMPV6 ? 4 : source ? 0 : 2);
  if (same16(at, addr) && rd16(portAt) == port) return 0;
  traceIn6(p, at);
  const oldPort = rd16(portAt);
  rewrite(ip, end, source, addr, port);
  replaced(p, source, addr, (oldPort << 16) | port);
  return 0;
}

/** Applies a connection's NAT to an ICMPv6 error: to what it quotes, and to the error's own address. */
export function natIcmpError6(pkt: u32, source: bool): u32 {
  const p = Pkt.at(pkt);
  const dir = ctDir(p);
  if (!natTouches(p.ct, source, dir)) return 0;
  if (!pktWritable(pkt)) return DROP_NO_BUFFER;
  const ip = p.nh as usize;
  const th = p.th as usize;
  const end = ip + ip6Len(ip);
  const inner = th + 8;
  const other = tupleOf(p.ct, 1 - dir);
  const innerProto = ip6Upper(inner, end) & 255;
  rewrite(inner, end, !source, !source ? other : other + T_DST, portOf(other, !source, innerProto));
  const t = TEMP_BASE;
  tupleInvert(t, other);
  const at = ip + (source ? 8 : 24);
  traceIn6(p, at);
  address(at, source ? t : t + T_DST, 0);
  store<u16>(th, 0, 2);
  store<u16>(th, csumL4v6(ip + 8, ip + 24, PROTO_ICMPV6, th, (end - th) as u32), 2);
  replaced(p, source, at, 0);
  return 0;
}
