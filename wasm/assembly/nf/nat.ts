/**
 * NAT: decided for the first packet of a connection, applied to all by rewriting what the connection's tuples say.
 * Checksums are patched, not recomputed. A source port that would clash with another connection is replaced.
 * @see Linux net/netfilter/nf_nat_core.c: nf_nat_setup_info, get_unique_tuple, nf_nat_packet
 */
import {
  DROP_NAT_NO_PORT,
  HOOK_INPUT,
  HOOK_OUTPUT,
  HOOK_POSTROUTING,
  IPS_DST_NAT,
  IPS_DST_NAT_DONE,
  IPS_SRC_NAT,
  IPS_SRC_NAT_DONE,
  NAT_HAS_IP,
  NAT_NETMAP,
  NAT_HAS_PORT,
  NAT_PERSISTENT,
  NAT_RANDOM,
  NAT_RANDOM_FULLY,
  RULE_NAT_FLAGS,
  RULE_TO_IP,
  RULE_TO_IP2,
  RULE_TO_PORT,
  TARGET_DNAT,
  TARGET_MASQUERADE,
  TARGET_REDIRECT,
  TARGET_SNAT,
} from '../../abi';
import { addrFirst, addrGlobal } from '../ip/addr';
import { addr6OfScope } from '../ip6/addr';
import { AT_NAT } from '../ip6/scratch';
import { src6Select } from '../ip6/source';
import { TEMP_BASE } from '../mem';
import { Pkt } from '../sim/packet';
import { rng32 } from '../sim/rng';
import { rd32, rdMapped, wr32, wrMapped } from '../wire/bytes';
import { ETH_IPV6 } from '../wire/ether';
import { in6Scope, ip6Dst } from '../wire/ipv6';
import { ip4Dst, ip4Src, PROTO_ICMP, PROTO_ICMPV6, PROTO_TCP, PROTO_UDP } from '../wire/ipv4';
import { TcpLast } from './context';
import { sourceAdd, sourceLike, sourceNext } from './bysource';
import { Conn, connFind, T_DPORT, T_DST, T_PROTO, T_SPORT, TUPLE, tupleInvert, tupleOf } from './conn';
import { zoneClash } from './zone';

/** Ports tried before a source is given up. */
const ATTEMPTS: u32 = 4096;
/** What the connection is before; the tuple being chosen, and its inverse. */
const WAS: usize = TEMP_BASE + 80;
const WANT: usize = TEMP_BASE + 128;
const BACK: usize = TEMP_BASE + 176;

/** Whether a hook rewrites sources (POSTROUTING, INPUT) or destinations. */
export function natIsSource(hook: u32): bool {
  return hook == HOOK_POSTROUTING || hook == HOOK_INPUT;
}

/** Whether this half of the connection's NAT has been decided. */
export function natDone(ct: u32, source: bool): bool {
  return (Conn.at(ct).status & (source ? IPS_SRC_NAT_DONE : IPS_DST_NAT_DONE)) != 0;
}

function taken(ct: u32): bool {
  tupleInvert(BACK, WANT);
  const node = connFind(BACK);
  return node != 0 && node >> 1 != ct && zoneClash(ct, node, 1);
}

/** Offset in a tuple of the port that the rewrite may change: ICMP's identifier is its sport in both. */
function portAt(source: bool): usize {
  const proto = load<u8>(WANT + T_PROTO) as u32;
  const icmp = proto == PROTO_ICMP || proto == PROTO_ICMPV6;
  return WANT + (source || icmp ? T_SPORT : T_DPORT);
}

/** Seeks a free port in [lo, hi]; of sources beginning somewhere random. @returns false when there is none */
function seek(ct: u32, source: bool, lo: u32, hi: u32, anywhere: bool): bool {
  const at = portAt(source);
  const size: u32 = hi - lo + 1;
  const start = anywhere ? rng32() % size : 0;
  const tries = min(size, ATTEMPTS);
  for (let k: u32 = 0; k < tries; k++) {
    store<u16>(at, (lo + ((start + k) % size)) as u16);
    if (!taken(ct)) return true;
  }
  return false;
}

/** Picks the port of WANT. @returns 0 or DROP_NAT_NO_PORT */
function choosePort(ct: u32, source: bool, flags: u32, lo: u32, hi: u32): u32 {
  const proto = load<u8>(WANT + T_PROTO) as u32;
  const icmp = proto == PROTO_ICMP || proto == PROTO_ICMPV6;
  if (proto != PROTO_TCP && proto != PROTO_UDP && !icmp) return 0;
  const at = portAt(source);
  const port = load<u16>(at) as u32;
  const random = (flags & (NAT_RANDOM | NAT_RANDOM_FULLY)) != 0;
  if (flags & NAT_HAS_PORT) {
    if (!random && port >= lo && port <= hi && (lo == hi || !taken(ct))) return 0;
    if (lo == hi) {
      store<u16>(at, lo as u16);
      return source && taken(ct) ? DROP_NAT_NO_PORT : 0;
    }
    return seek(ct, source, lo, hi, source || random) ? 0 : DROP_NAT_NO_PORT;
  }
  if (!random && !taken(ct)) return 0;
  if (!source) return 0;
  if (icmp) return seek(ct, source, 0, 65535, true) ? 0 : DROP_NAT_NO_PORT;
  const low: u32 = port < 512 ? 1 : port < 1024 ? 600 : 1024;
  const high: u32 = port < 512 ? 511 : port < 1024 ? 1023 : 65535;
  return seek(ct, source, low, high, true) ? 0 : DROP_NAT_NO_PORT;
}

/** Whether the source of WANT is one of a range. @see Linux nf_in_range */
function within(first: usize, last: usize, flags: u32, lo: u32, hi: u32): bool {
  if (first != 0 && (memory.compare(WANT, first, 16) < 0 || memory.compare(WANT, last, 16) > 0)) return false;
  const port = load<u16>(WANT + T_SPORT) as u32;
  return !(flags & NAT_HAS_PORT) || (port >= lo && port <= hi);
}

/** Leaves in WANT the source that it has, or that an earlier connection of this source was given, if it will do. */
function asBefore(ct: u32, first: usize, last: usize, flags: u32, lo: u32, hi: u32): bool {
  memory.copy(WANT, WAS, TUPLE);
  if (within(first, last, flags, lo, hi)) return !taken(ct);
  for (let k = sourceNext(0, WAS); k != 0; k = sourceNext(k, WAS)) {
    sourceLike(WANT, k, WAS);
    if (within(first, last, flags, lo, hi)) return !taken(ct);
  }
  return false;
}

/**
 * Decides one half of a connection's NAT.
 * @param ip its new address, 16 bytes, 0: keep @param first the range that it is of, to `last` @returns 0 or DROP_NAT_NO_PORT
 */
function setup(ct: u32, source: bool, ip: usize, first: usize, last: usize, flags: u32, lo: u32, hi: u32): u32 {
  const c = Conn.at(ct);
  // Of ICMP the inverse loses the code; types are restored from the original.
  tupleInvert(WAS, tupleOf(ct, 1));
  if (!source || flags & (NAT_RANDOM | NAT_RANDOM_FULLY) || !asBefore(ct, first, last, flags, lo, hi)) {
    memory.copy(WANT, WAS, TUPLE);
    if (ip != 0) memory.copy(source ? WANT : WANT + T_DST, ip, 16);
    const bad = choosePort(ct, source, flags, lo, hi);
    if (bad != 0) return bad;
  }
  if (memory.compare(WANT, WAS, TUPLE) != 0) {
    tupleInvert(tupleOf(ct, 1), WANT);
    c.status |= source ? IPS_SRC_NAT : IPS_DST_NAT;
    if (source) sourceAdd(ct);
  }
  c.status |= source ? IPS_SRC_NAT_DONE : IPS_DST_NAT_DONE;
  return 0;
}

/** No rule matched: the connection keeps its addresses, but not a source port that clashes. */
export function natNull(ct: u32, source: bool): u32 {
  return setup(ct, source, 0, 0, 0, 0, 0, 0);
}

/** The address of a range that a connection gets: always the same for one pair of ends, or (persistent) for one source. */
function pick(ct: u32, lo: u32, hi: u32, persistent: bool): u32 {
  if (hi <= lo) return lo;
  const t = tupleOf(ct, 0);
  const h: u32 = (rdMapped(t) * 0x9e3779b1) ^ (persistent ? 0 : rdMapped(t + T_DST) * 0x85ebca6b);
  return lo + ((h >> 7) % (hi - lo + 1));
}

/** The address of a network from `lo` to `hi` that stands where the packet's does in its own. @see Linux xt_NETMAP.c */
function mapped(p: Pkt, source: bool, lo: u32, hi: u32): u32 {
  const rest = lo ^ hi;
  const old = source ? ip4Src(p.nh as usize) : ip4Dst(p.nh as usize);
  return (lo & ~rest) | (old & rest);
}

/**
 * A NAT target was hit. @param r the rule record @returns 0, or the reason to drop
 * @see Linux nf_nat_masquerade.c, nf_nat_redirect.c
 */
export function natTarget(pkt: u32, target: u32, r: usize, hook: u32, indev: u32, outdev: u32): u32 {
  const p = Pkt.at(pkt);
  const source = natIsSource(hook);
  if (p.ct == 0 || natDone(p.ct, source)) return 0;
  const flags = load<u32>(r + RULE_NAT_FLAGS);
  const lo = load<u16>(r + RULE_TO_PORT) as u32;
  const hi = load<u16>(r + RULE_TO_PORT + 2) as u32;
  if (p.proto == ETH_IPV6) {
    const at = address6(p, target, r, hook, indev, outdev);
    if (at == NO_ADDRESS) return DROP_NAT_NO_PORT;
    return set(p.ct, source, at, r, flags, lo, hi);
  }
  let ip: u32 = 0;
  if (target == TARGET_DNAT || target == TARGET_SNAT) {
    if (flags & NAT_NETMAP) ip = mapped(p, source, rdMapped(r + RULE_TO_IP), rdMapped(r + RULE_TO_IP2));
    else if (flags & NAT_HAS_IP) ip = pick(p.ct, rdMapped(r + RULE_TO_IP), rdMapped(r + RULE_TO_IP2), (flags & NAT_PERSISTENT) != 0);
  } else if (target == TARGET_MASQUERADE) {
    ip = addrGlobal(outdev, p.nexthop);
    if (ip == 0) return DROP_NAT_NO_PORT;
    TcpLast.at(p.ct).masquerade = outdev;
  } else if (target == TARGET_REDIRECT) {
    ip = hook == HOOK_OUTPUT ? 0x7f000001 : addrFirst(indev);
    if (ip == 0) return DROP_NAT_NO_PORT;
  }
  if (ip != 0) wrMapped(AT_NAT, ip);
  if (flags & NAT_NETMAP) return setup(p.ct, source, AT_NAT, AT_NAT, AT_NAT, flags, lo, hi);
  return set(p.ct, source, ip != 0 ? AT_NAT : 0, r, flags, lo, hi);
}

/** The range is the rule's, or the one address that was found. */
function set(ct: u32, source: bool, ip: usize, r: usize, flags: u32, lo: u32, hi: u32): u32 {
  const ruled = ip != 0 && (flags & NAT_HAS_IP) != 0;
  return setup(ct, source, ip, ruled ? r + RULE_TO_IP : ip, ruled ? r + RULE_TO_IP2 : ip, flags, lo, hi);
}

/** No address can be had. */
const NO_ADDRESS: usize = 1;

/** The address a target gives an IPv6 connection, at AT_NAT. @returns AT_NAT, 0: it keeps its own, or NO_ADDRESS */
function address6(p: Pkt, target: u32, r: usize, hook: u32, indev: u32, outdev: u32): usize {
  if (target == TARGET_DNAT || target == TARGET_SNAT) {
    const flags = load<u32>(r + RULE_NAT_FLAGS);
    if (!(flags & NAT_HAS_IP)) return 0;
    const lo = r + RULE_TO_IP;
    memory.copy(AT_NAT, lo, 16);
    // A range is of one /96: the last word is chosen.
    const last = pick6(p.ct, rd32(lo + 12), rd32(r + RULE_TO_IP2 + 12), (flags & NAT_PERSISTENT) != 0);
    wr32(AT_NAT + 12, last);
    return AT_NAT;
  }
  const dst = ip6Dst(p.nh as usize);
  if (target == TARGET_MASQUERADE) {
    if (!src6Select(p.ns, outdev, dst, AT_NAT)) return NO_ADDRESS;
    TcpLast.at(p.ct).masquerade = outdev;
    return AT_NAT;
  }
  if (hook == HOOK_OUTPUT) {
    store<u64>(AT_NAT, 0);
    store<u64>(AT_NAT, 0x0100000000000000, 8);
    return AT_NAT;
  }
  const own = addr6OfScope(indev, in6Scope(dst));
  if (own == 0) return NO_ADDRESS;
  memory.copy(AT_NAT, own, 16);
  return AT_NAT;
}

/** The last word of an address of a range, chosen as pick does. */
function pick6(ct: u32, lo: u32, hi: u32, persistent: bool): u32 {
  if (hi <= lo) return lo;
  const t = tupleOf(ct, 0);
  const h: u32 = (rd32(t + 12) * 0x9e3779b1) ^ (persistent ? 0 : rd32(t + T_DST + 12) * 0x85ebca6b);
  return lo + ((h >> 7) % (hi - lo + 1));
}

/** Whether the connection's NAT touches packets of a direction at a kind of hook. */
export function natTouches(ct: u32, source: bool, dir: u32): bool {
  const bit = source != (dir == 1) ? IPS_SRC_NAT : IPS_DST_NAT;
  return (Conn.at(ct).status & bit) != 0;
}
