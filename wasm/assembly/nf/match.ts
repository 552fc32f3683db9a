/**
 * The matches of a rule. All that are present must hold; each may be negated.
 * @see Linux net/ipv4/netfilter/ip_tables.c: ip_packet_match; net/netfilter/xt_*.c
 */
import {
  CT_DNAT,
  CT_INVALID,
  CT_SNAT,
  CT_UNTRACKED,
  IPS_DST_NAT,
  IPS_SRC_NAT,
  M_CTSTATE,
  M_DPORT,
  M_DST,
  M_DSTTYPE,
  M_ICMP,
  M_LIMIT,
  M_MARK,
  M_MORE,
  M_MULTIPORT,
  M_PROTO,
  M_SPORT,
  M_SRC,
  M_SRCTYPE,
  M_TCPFLAGS,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RULE_CTSTATE,
  RULE_DPORT,
  RULE_DST,
  RULE_DST_MASK,
  RULE_DST_TYPE,
  RULE_ICMP_CODE,
  RULE_ICMP_TYPE,
  RULE_INVERT,
  RULE_LIMIT_BURST,
  RULE_LIMIT_NS,
  RULE_MARK,
  RULE_MARK_MASK,
  RULE_MATCH,
  RULE_MULTI,
  RULE_MULTI_COUNT,
  RULE_MULTI_SIDE,
  RULE_PROTO,
  RULE_SPORT,
  RULE_SRC,
  RULE_SRC_MASK,
  RULE_SRC_TYPE,
  RULE_TCP_COMP,
  RULE_TCP_MASK,
} from '../../abi';
import { recAbort } from '../flow/record';
import { addrIsLocal6, addrType } from '../ip/addr';
import { now } from '../sim/clock';
import { PF_NOTRACK, Pkt } from '../sim/packet';
import { rd16 } from '../wire/bytes';
import { ETH_IPV4 } from '../wire/ether';
import { ip4Dst, ip4Frag, ip4Proto, ip4Src } from '../wire/ipv4';
import { in6IsAny, in6IsMulticast, ip6Upper, UPPER_CUT, UPPER_LATER } from '../wire/ipv6';
import { Conn } from './conn';
import { ctBit } from './conntrack';
import { moreFits } from './match/more';
import { Rule } from './table';

/** The address in a packet against an address and mask of a rule. */
function addrFits(p: Pkt, source: bool, want: usize, mask: usize): bool {
  if (p.proto == ETH_IPV4) {
    const raw = load<u32>((p.nh as usize) + (source ? 12 : 16));
    return ((raw ^ load<u32>(want, 12)) & load<u32>(mask, 12)) == 0;
  }
  const at = (p.nh as usize) + (source ? 8 : 24);
  return (
    ((load<u64>(at) ^ load<u64>(want)) & load<u64>(mask)) == 0 &&
    ((load<u64>(at, 8) ^ load<u64>(want, 8)) & load<u64>(mask, 8)) == 0
  );
}

/** Transport protocol of a packet. */
export function protoOf(p: Pkt): u32 {
  if (p.proto == ETH_IPV4) return ip4Proto(p.nh as usize);
  return ip6Upper(p.nh as usize, (p.data + p.len) as usize) & 255;
}

function portIn(port: u32, range: usize): bool {
  return port >= (load<u16>(range) as u32) && port <= (load<u16>(range, 2) as u32);
}

/** addrtype: 1 LOCAL, 2 UNICAST, 3 BROADCAST, 4 MULTICAST. */
function typeFits(p: Pkt, source: bool, want: u32): bool {
  if (p.proto != ETH_IPV4) {
    const at = (p.nh as usize) + (source ? 8 : 24);
    if (want == 1) return addrIsLocal6(p.ns, at);
    return want == 4 ? in6IsMulticast(at) : want == 2 && !in6IsMulticast(at) && !in6IsAny(at);
  }
  const ip = p.nh as usize;
  const type = addrType(p.ns, source ? ip4Src(ip) : ip4Dst(ip));
  const is: u32 = type == RTN_LOCAL ? 1 : type == RTN_BROADCAST ? 3 : type == RTN_MULTICAST ? 4 : 2;
  return is == want;
}

function stateFits(p: Pkt, want: u32): bool {
  if (p.ct == 0) return (want & (p.flags & PF_NOTRACK ? CT_UNTRACKED : CT_INVALID)) != 0;
  const status = Conn.at(p.ct).status;
  let has = ctBit(p);
  if (status & IPS_SRC_NAT) has |= CT_SNAT;
  if (status & IPS_DST_NAT) has |= CT_DNAT;
  return (want & has) != 0;
}

/** Spends a packet's worth of credit, if there is one. @see Linux xt_limit.c */
function limitFits(i: u32, r: usize): bool {
  recAbort();
  const rule = Rule.at(i);
  const cost = load<u64>(r + RULE_LIMIT_NS);
  const cap = cost * (load<u32>(r + RULE_LIMIT_BURST) as u64);
  rule.credit = min(rule.credit + (now() - rule.last), cap);
  rule.last = now();
  if (rule.credit < cost) return false;
  rule.credit -= cost;
  return true;
}

function multiFits(th: usize, r: usize): bool {
  const side = load<u8>(r + RULE_MULTI_SIDE) as u32;
  const count = load<u8>(r + RULE_MULTI_COUNT) as u32;
  for (let k: u32 = 0; k < count; k++) {
    const range = r + RULE_MULTI + (k as usize) * 4;
    if (side & 1 && portIn(rd16(th), range)) return true;
    if (side & 2 && portIn(rd16(th + 2), range)) return true;
  }
  return false;
}

/** Matches that look into the transport header. @returns whether all hold */
function portsFit(p: Pkt, r: usize, m: u32, v: u32): bool {
  const th = p.th as usize;
  const have = p.data + p.len - p.th;
  if (th == 0 || have < 8) return false;
  // Ports are in the first fragment only. @see Linux xt_tcpudp.c
  if (p.proto == ETH_IPV4 && ip4Frag(p.nh as usize) & 0x1fff) return false;
  if (p.proto != ETH_IPV4 && ip6Upper(p.nh as usize, (p.data + p.len) as usize) & (UPPER_LATER | UPPER_CUT)) return false;
  if (m & M_SPORT && portIn(rd16(th), r + RULE_SPORT) == ((v & M_SPORT) != 0)) return false;
  if (m & M_DPORT && portIn(rd16(th + 2), r + RULE_DPORT) == ((v & M_DPORT) != 0)) return false;
  if (m & M_MULTIPORT && multiFits(th, r) == ((v & M_MULTIPORT) != 0)) return false;
  if (m & M_TCPFLAGS) {
    if (have < 20) return false;
    const fits = (load<u8>(th, 13) & load<u8>(r + RULE_TCP_MASK)) == load<u8>(r + RULE_TCP_COMP);
    if (fits == ((v & M_TCPFLAGS) != 0)) return false;
  }
  if (m & M_ICMP) {
    const code = load<u8>(r + RULE_ICMP_CODE);
    const type = load<u8>(r + RULE_ICMP_TYPE);
    const fits = type == 255 || (load<u8>(th) == type && (code == 255 || load<u8>(th, 1) == code));
    if (fits == ((v & M_ICMP) != 0)) return false;
  }
  return true;
}

/** Whether a packet fits a rule but for the names of its devices, which chain.ts looks at first. @param i rule handle @param r its record */
export function ruleFits(i: u32, r: usize, p: Pkt, indev: u32, outdev: u32): bool {
  const m = load<u32>(r + RULE_MATCH);
  if (m == 0) return true;
  const v = load<u32>(r + RULE_INVERT);
  if (m & M_SRC && addrFits(p, true, r + RULE_SRC, r + RULE_SRC_MASK) == ((v & M_SRC) != 0)) return false;
  if (m & M_DST && addrFits(p, false, r + RULE_DST, r + RULE_DST_MASK) == ((v & M_DST) != 0)) return false;
  if (m & M_PROTO && (protoOf(p) == load<u32>(r + RULE_PROTO)) == ((v & M_PROTO) != 0)) return false;
  if (m & (M_SPORT | M_DPORT | M_MULTIPORT | M_TCPFLAGS | M_ICMP) && !portsFit(p, r, m, v)) return false;
  if (m & M_CTSTATE && stateFits(p, load<u32>(r + RULE_CTSTATE)) == ((v & M_CTSTATE) != 0)) return false;
  if (m & M_SRCTYPE && typeFits(p, true, load<u8>(r + RULE_SRC_TYPE) as u32) == ((v & M_SRCTYPE) != 0)) return false;
  if (m & M_DSTTYPE && typeFits(p, false, load<u8>(r + RULE_DST_TYPE) as u32) == ((v & M_DSTTYPE) != 0)) return false;
  if (m & M_MARK) {
    const fits = (p.mark & load<u32>(r + RULE_MARK_MASK)) == load<u32>(r + RULE_MARK);
    if (fits == ((v & M_MARK) != 0)) return false;
  }
  if (m & M_MORE && !moreFits(Rule.at(i).more, p, indev, outdev)) return false;
  return !(m & M_LIMIT) || limitFits(i, r);
}
