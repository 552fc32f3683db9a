/**
 * Matches on the packet itself and on where it comes from: addresses, options, sizes, link header, owner, bridge port.
 * @see Linux net/netfilter/xt_iprange.c, xt_addrtype.c, xt_tcpudp.c, xt_mac.c, xt_owner.c, xt_pkttype.c, xt_length.c,
 * xt_hl.c, xt_dscp.c, xt_physdev.c, xt_ipvs.c
 */
import {
  MATCH_X_A,
  MATCH_X_B,
  MATCH_X_E,
  MATCH_X_P,
  MATCH_X_Q,
  MX_ADDRTYPE,
  MX_FRAGMENT,
  MX_IPRANGE,
  MX_IPVS,
  MX_LENGTH,
  MX_MAC,
  MX_OWNER,
  MX_PHYSDEV,
  MX_PKTTYPE,
  MX_TCPOPTION,
  MX_TOS,
  MX_TTL,
  RTN_BROADCAST,
  RTN_LOCAL,
  RTN_MULTICAST,
  RTN_UNICAST,
  RTN_UNREACHABLE,
} from '../../../abi';
import { Dev } from '../../dev/dev';
import { addrLocal, addrOnDev, addrType } from '../../ip/addr';
import { addr6IsLocal } from '../../ip6/addr';
import { route6Find } from '../../ip6/route';
import { PF_ANSWER, PF_BRIDGE_OUT, PF_BRIDGED, PF_IPVS, Pkt } from '../../sim/packet';
import { ETH_IPV4, ethSrc } from '../../wire/ether';
import { ip4Dst, ip4Frag, ip4Len, ip4Proto, ip4Src, PROTO_TCP } from '../../wire/ipv4';
import { in6IsAny, in6IsMulticast } from '../../wire/ipv6';
import { tcpHlen } from '../../wire/l4';
import { vsMatch } from '../ipvs/match';
import { ownerFits } from '../owner';

/** Lexical order of two 16-byte addresses: negative, 0, positive. */
function compare16(a: usize, b: usize): i32 {
  return memory.compare(a, b, 16);
}

function rangeFits(m: usize, p: Pkt): bool {
  const source = load<u8>(m, MATCH_X_P) == 1;
  if (p.proto == ETH_IPV4) {
    const ip = source ? ip4Src(p.nh as usize) : ip4Dst(p.nh as usize);
    const lo = bswap<u32>(load<u32>(m, MATCH_X_A + 12));
    const hi = bswap<u32>(load<u32>(m, MATCH_X_E + 12));
    return ip >= lo && ip <= hi;
  }
  const at = (p.nh as usize) + (source ? 8 : 24);
  return compare16(at, m + MATCH_X_A) >= 0 && compare16(at, m + MATCH_X_E) <= 0;
}

/** What an address is, perhaps as one device sees it. @returns RTN_* */
function typeOf(p: Pkt, source: bool, dev: u32, limited: bool): u32 {
  const ip = source ? ip4Src(p.nh as usize) : ip4Dst(p.nh as usize);
  const type = addrType(p.ns, ip);
  if (!limited) return type;
  // All of 127.0.0.0/8 is loopback's. @see Linux fib_frontend.c: inet_dev_addr_type
  if (type == RTN_LOCAL && addrLocal(p.ns, ip, dev) == 0) return RTN_UNICAST;
  return type == RTN_BROADCAST && !addrOnDev(dev, ip) ? RTN_UNICAST : type;
}

const HAS_UNICAST: u32 = (1 as u32) << RTN_UNICAST;
const HAS_MULTICAST: u32 = (1 as u32) << RTN_MULTICAST;
const HAS_LOCAL: u32 = (1 as u32) << RTN_LOCAL;
const HAS_UNREACHABLE: u32 = (1 as u32) << RTN_UNREACHABLE;

/** Over IPv6 several types are asked for together: all of these must hold. @see Linux xt_addrtype.c: match_type6 */
function typesFit6(p: Pkt, at: usize, want: u32, dev: u32): bool {
  const group = in6IsMulticast(at);
  if (want & HAS_MULTICAST && !group) return false;
  if (want & HAS_UNICAST && (group || in6IsAny(at))) return false;
  if (!(want & (HAS_LOCAL | HAS_UNREACHABLE))) return true;
  if (route6Find(p.ns, at, dev) != 0) return (want & HAS_UNREACHABLE) != 0;
  return (want & HAS_LOCAL) != 0 && addr6IsLocal(p.ns, at, dev);
}

function addrtypeFits(m: usize, p: Pkt, indev: u32, outdev: u32): bool {
  const limit = load<u8>(m, MATCH_X_Q) as u32;
  if (p.proto != ETH_IPV4) {
    const at = (p.nh as usize) + (load<u8>(m, MATCH_X_P) == 1 ? 8 : 24);
    return typesFit6(p, at, load<u32>(m, MATCH_X_A), limit == 0 ? 0 : limit == 2 ? outdev : indev);
  }
  const type = typeOf(p, load<u8>(m, MATCH_X_P) == 1, limit == 2 ? outdev : indev, limit != 0);
  return (load<u32>(m, MATCH_X_A) & ((1 as u32) << type)) != 0;
}

function hasTcpOption(p: Pkt, kind: u32): bool {
  const th = p.th as usize;
  if (p.proto != ETH_IPV4 || ip4Proto(p.nh as usize) != PROTO_TCP || ip4Frag(p.nh as usize) & 0x1fff) return false;
  const end = min(th + tcpHlen(th), (p.data + p.len) as usize);
  let at = th + 20;
  while (at < end) {
    const k = load<u8>(at) as u32;
    if (k == kind) return true;
    if (k == 0) return false;
    if (k == 1) at++;
    else if (at + 1 >= end || load<u8>(at, 1) < 2) return false;
    else at += load<u8>(at, 1) as usize;
  }
  return false;
}

function macFits(m: usize, p: Pkt): bool {
  if (p.mac == 0) return false;
  return ethSrc(p.mac as usize) == (((load<u32>(m, MATCH_X_A) as u64) << 32) | (load<u32>(m, MATCH_X_B) as u64));
}

function nameFits(dev: u32, m: usize): bool {
  const n0: u64 = dev != 0 ? Dev.at(dev).name0 : 0;
  const n1: u64 = dev != 0 ? Dev.at(dev).name1 : 0;
  return (
    ((n0 ^ load<u64>(m, MATCH_X_A)) & load<u64>(m, MATCH_X_E)) == 0 &&
    ((n1 ^ load<u64>(m, MATCH_X_A + 8)) & load<u64>(m, MATCH_X_E + 8)) == 0
  );
}

/** Bridge port a packet came in by, 0 none. */
export function physIn(p: Pkt): u32 {
  return p.flags & PF_BRIDGED ? p.port : 0;
}

/** Bridge port it goes out by, 0: not bridged, or not known. */
export function physOut(p: Pkt): u32 {
  return p.flags & PF_BRIDGE_OUT ? p.outdev : 0;
}

function physdevFits(m: usize, p: Pkt): bool {
  const what = load<u8>(m, MATCH_X_P) as u32;
  if (what == 0) return nameFits(physIn(p), m);
  if (what == 1) return nameFits(physOut(p), m);
  if (what == 2) return physIn(p) != 0;
  return physOut(p) != 0;
}

function ttlFits(ttl: u32, how: u32, want: u32): bool {
  return how == 0 ? ttl == want : how == 1 ? ttl < want : ttl > want;
}

/** Whether a packet fits. @param kind MX_* @param m the record */
export function packetFits(kind: u32, m: usize, p: Pkt, indev: u32, outdev: u32): bool {
  const ip = p.nh as usize;
  const v4 = p.proto == ETH_IPV4;
  const a = load<u32>(m, MATCH_X_A);
  switch (kind) {
    case MX_ADDRTYPE:
      return addrtypeFits(m, p, indev, outdev);
    case MX_IPRANGE:
      return rangeFits(m, p);
    case MX_TCPOPTION:
      return hasTcpOption(p, a);
    case MX_MAC:
      return macFits(m, p);
    case MX_OWNER:
      return ownerFits(p.flags & PF_ANSWER ? 0 : p.sock, load<u8>(m, MATCH_X_P) as u32, a, load<u32>(m, MATCH_X_B));
    case MX_PKTTYPE:
      return p.pkttype == a;
    case MX_LENGTH: {
      const len: u32 = v4 ? ip4Len(ip) : p.data + p.len - p.nh;
      return len >= a && len <= load<u32>(m, MATCH_X_B);
    }
    case MX_TTL:
      return ttlFits(load<u8>(ip + (v4 ? 8 : 7)) as u32, load<u8>(m, MATCH_X_P) as u32, a);
    case MX_TOS: {
      const tos: u32 = v4 ? (load<u8>(ip, 1) as u32) : ((bswap<u16>(load<u16>(ip)) >> 4) & 0xff) as u32;
      return (tos & load<u32>(m, MATCH_X_B)) == a;
    }
    case MX_PHYSDEV:
      return physdevFits(m, p);
    case MX_IPVS:
      return (p.flags & PF_IPVS) != 0 && vsMatch(m, p);
    case MX_FRAGMENT:
      return v4 && (ip4Frag(ip) & 0x1fff) != 0;
  }
  return false;
}
