/**
 * Neighbour discovery as it arrives: solicitations are answered and teach who asks; advertisements move the neighbour
 * on; either may show that an address under trial is taken. Its neighbours lie in the table of ip/neightab.ts.
 * Limits: of router advertisements only hop limit and MTU are heeded; no proxying.
 * @see Linux net/ipv6/ndisc.c: ndisc_recv_ns, ndisc_recv_na, ndisc_solicit; RFC 4861 §7.2
 */
import { IFA_F_ANYCAST, IFA_F_TENTATIVE, NUD_FAILED, NUD_PROBE, NUD_REACHABLE, NUD_STALE } from '../../abi';
import { neighUpdate } from '../ip/neigh';
import { Neigh, neigh6Bytes, neigh6Find, neigh6Make, neighValid } from '../ip/neightab';
import { Dev } from '../dev/dev';
import { Pkt } from '../sim/packet';
import { rd32, rdMac } from '../wire/bytes';
import { ETH_IPV6 } from '../wire/ether';
import { in6Group, in6IsAny, in6IsMulticast, ip6Dst, ip6Hops, ip6Src } from '../wire/ipv6';
import { Addr6, addr6Find, addr6IsLocal, addr6LinkLocal, dadFail } from './addr';
import { Idev } from './idev';
import { NA_OVERRIDE, NA_ROUTER, NA_SOLICITED, ndSendNa, ndSendNs } from './ndsend';
import { AT_ASKER, AT_GROUP, AT_TARGET } from './scratch';

export const OPT_SOURCE: u32 = 1;
export const OPT_TARGET: u32 = 2;

/** The link-layer address of an option, 0 when it is not there; Pkt's options begin at m + from. */
export function linkOption(m: usize, from: u32, len: u32, kind: u32): u64 {
  let at = from;
  while (at + 8 <= len) {
    const size = (load<u8>(m + at, 1) as u32) << 3;
    if (size == 0 || at + size > len) return 0;
    if (load<u8>(m + at) == kind) return rdMac(m + at + 2);
    at += size;
  }
  return 0;
}

/** Whether the options of a message are well-formed; one that is not is ignored as a whole. */
export function optionsHold(m: usize, from: u32, len: u32): bool {
  let at = from;
  while (at < len) {
    if (at + 2 > len) return false;
    const size = (load<u8>(m + at, 1) as u32) << 3;
    if (size == 0 || at + size > len) return false;
    at += size;
  }
  return true;
}

/** What RFC 4861 §7.1 asks of every message: it has not been forwarded, and its code is 0. */
export function genuine(p: Pkt, m: usize): bool {
  return ip6Hops(p.nh as usize) == 255 && load<u8>(m, 1) == 0;
}

/** A neighbour solicitation. */
export function ns6Input(p: Pkt, m: usize, len: u32): void {
  const ip = p.nh as usize;
  if (len < 24 || !genuine(p, m) || in6IsMulticast(m + 8) || !optionsHold(m, 24, len)) return;
  const trial = in6IsAny(ip6Src(ip));
  const group = in6IsMulticast(ip6Dst(ip));
  const lladdr = linkOption(m, 24, len, OPT_SOURCE);
  if (trial && (!group || lladdr != 0)) return;
  const i = addr6Find(p.dev, m + 8);
  if (i == 0) return;
  if (Addr6.at(i).flags & IFA_F_TENTATIVE) {
    if (trial) dadFail(i);
    return;
  }
  memory.copy(AT_TARGET, m + 8, 16);
  const dev = p.dev;
  const router: u32 = Idev.at(dev).forwarding ? NA_ROUTER : 0;
  if (trial) {
    in6Group(AT_GROUP, 1);
    memory.copy(AT_ASKER, AT_GROUP, 16);
    ndSendNa(dev, AT_TARGET, AT_TARGET, AT_ASKER, router | NA_OVERRIDE, true);
    return;
  }
  memory.copy(AT_ASKER, ip6Src(ip), 16);
  if (addr6IsLocal(p.ns, AT_ASKER, dev)) return;
  const n = !group || lladdr != 0 ? neigh6Make(dev, AT_ASKER) : neigh6Find(dev, AT_ASKER);
  if (n == 0) return;
  if (lladdr != 0) neighUpdate(n, lladdr, NUD_STALE, true);
  const over: u32 = group && !(Addr6.at(i).flags & IFA_F_ANYCAST) ? NA_OVERRIDE : 0;
  ndSendNa(dev, AT_TARGET, AT_TARGET, AT_ASKER, router | NA_SOLICITED | over, group);
}

/** A neighbour advertisement. */
export function na6Input(p: Pkt, m: usize, len: u32): void {
  if (len < 24 || !genuine(p, m) || in6IsMulticast(m + 8) || !optionsHold(m, 24, len)) return;
  const flags = rd32(m + 4);
  if (in6IsMulticast(ip6Dst(p.nh as usize)) && flags & NA_SOLICITED) return;
  const i = addr6Find(p.dev, m + 8);
  if (i != 0) {
    // Somebody claims an address of ours: that decides a trial, and is ignored after it.
    if (Addr6.at(i).flags & IFA_F_TENTATIVE) dadFail(i);
    return;
  }
  const k = neigh6Find(p.dev, m + 8);
  if (k == 0 || Neigh.at(k).state == NUD_FAILED) return;
  advertised(k, linkOption(m, 24, len, OPT_TARGET), flags);
}

/** @see Linux net/core/neighbour.c: __neigh_update with NEIGH_UPDATE_F_WEAK_OVERRIDE */
function advertised(k: u32, lladdr: u64, flags: u32): void {
  const n = Neigh.at(k);
  n.router = flags & NA_ROUTER ? 1 : 0;
  const valid = neighValid(k);
  const mac = lladdr != 0 ? lladdr : n.mac;
  if (!valid && lladdr == 0) return;
  if (valid && mac != n.mac && !(flags & NA_OVERRIDE)) {
    // A second answer with another address does not replace the first; it makes it doubtful.
    if (n.state == NUD_REACHABLE) n.state = NUD_STALE;
    return;
  }
  neighUpdate(k, mac, flags & NA_SOLICITED ? NUD_REACHABLE : NUD_STALE, true);
}

/**
 * Asks for a neighbour: of its group while it is unknown, of itself when probing; from the source of the packet that
 * waits, when that is ours.
 */
export function nd6Solicit(k: u32): void {
  const n = Neigh.at(k);
  const ns = Dev.at(n.dev).ns;
  let src: usize = 0;
  if (n.queueHead != 0) {
    const q = Pkt.at(n.queueHead);
    const from = ip6Src(q.nh as usize);
    if (q.proto == ETH_IPV6 && addr6IsLocal(ns, from, n.dev)) src = from;
  }
  if (src == 0) src = addr6LinkLocal(n.dev);
  if (src == 0) return;
  memory.copy(AT_ASKER, src, 16);
  memory.copy(AT_TARGET, neigh6Bytes(k), 16);
  ndSendNs(n.dev, AT_TARGET, AT_ASKER, n.state == NUD_PROBE ? AT_TARGET : 0);
}

/** Tells everybody on a link of an address of a device: an unsolicited advertisement. @returns false when it has none */
export function nd6Announce(dev: u32, ip16: usize): bool {
  const i = addr6Find(dev, ip16);
  if (i == 0) return false;
  memory.copy(AT_TARGET, ip16, 16);
  in6Group(AT_GROUP, 1);
  memory.copy(AT_ASKER, AT_GROUP, 16);
  const router: u32 = Idev.at(dev).forwarding ? NA_ROUTER : 0;
  ndSendNa(dev, AT_TARGET, AT_TARGET, AT_ASKER, router | NA_OVERRIDE, true);
  return true;
}
