/**
 * Extension headers of a packet for this machine, and the hop-by-hop options every node looks at.
 * Limits: no source routing of any kind (accept_source_route 0), no jumbograms, no mobility.
 * @see Linux net/ipv6/exthdrs.c: ip6_parse_tlv, ipv6_rthdr_rcv; RFC 8200 §4
 */
import { DROP_BAD_HEADER, MIB6_IN_ADDR_ERRORS, MIB6_IN_HDR_ERRORS, PKT_HOST } from '../../abi';
import { Pkt } from '../sim/packet';
import { pktDrop } from '../sim/pool';
import { ICMP6_PARAM, in6IsMulticast, ip6Dst, PARAM6_FIELD, PARAM6_OPTION } from '../wire/ipv6';
import { icmp6Send } from './icmp';
import { mib6Inc } from './mib6';

const OPT_PAD1: u32 = 0;
const OPT_PADN: u32 = 1;
const OPT_ROUTER_ALERT: u32 = 5;
/** max_hbh_opts_number, max_dst_opts_number. */
const MOST: u32 = 8;

/** Length of an extension header, 0 when it does not end inside the packet. */
export function extLen(at: usize, end: usize): u32 {
  if (at + 8 > end) return 0;
  const len = ((load<u8>(at, 1) as u32) + 1) << 3;
  return at + len > end ? 0 : len;
}

/** An option nobody here knows: its type says what is to be done. @returns true: skip it; false: the packet is freed */
function unknown(pkt: u32, at: usize): bool {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const action: u32 = (load<u8>(at) as u32) >> 6;
  if (action == 0) return true;
  const told = action == 2 || (action == 3 && !in6IsMulticast(ip6Dst(ip)));
  if (told) icmp6Send(pkt, ICMP6_PARAM, PARAM6_OPTION, (at - ip) as u32);
  pktDrop(pkt, DROP_BAD_HEADER);
  return false;
}

function bad(pkt: u32): bool {
  pktDrop(pkt, DROP_BAD_HEADER);
  return false;
}

/** Looks through the options of a header at `h` of `len` bytes. @returns false: the packet is freed */
export function extOptions(pkt: u32, h: usize, len: u32, hop: bool): bool {
  let at = h + 2;
  let left = len - 2;
  let padding: u32 = 0;
  let count: u32 = 0;
  while (left != 0) {
    const type = load<u8>(at) as u32;
    if (type == OPT_PAD1) {
      if (++padding > 7) return bad(pkt);
      at++;
      left--;
      continue;
    }
    if (left < 2) return bad(pkt);
    const size = (load<u8>(at, 1) as u32) + 2;
    if (size > left) return bad(pkt);
    if (type == OPT_PADN) {
      padding += size;
      if (padding > 7) return bad(pkt);
      for (let k: u32 = 2; k < size; k++) if (load<u8>(at + k) != 0) return bad(pkt);
    } else {
      if (++count > MOST) return bad(pkt);
      padding = 0;
      if (hop && type == OPT_ROUTER_ALERT) {
        if (size != 4) return bad(pkt);
      } else if (!unknown(pkt, at)) return false;
    }
    at += size;
    left -= size;
  }
  return true;
}

/** A routing header at `h`. @returns false: the packet is freed */
export function extRouting(pkt: u32, h: usize): bool {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const type = load<u8>(h, 2);
  // Segment routing and RPL are off: such packets are dropped without a word.
  if (type == 4 || type == 3) return bad(pkt);
  if (in6IsMulticast(ip6Dst(ip)) || p.pkttype != PKT_HOST) {
    mib6Inc(p.ns, MIB6_IN_ADDR_ERRORS);
    return bad(pkt);
  }
  if (load<u8>(h, 3) == 0) return true;
  mib6Inc(p.ns, MIB6_IN_HDR_ERRORS);
  icmp6Send(pkt, ICMP6_PARAM, PARAM6_FIELD, ((h - ip) as u32) + 2);
  return bad(pkt);
}
