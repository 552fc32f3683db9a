/**
 * Messages of neighbour discovery as they leave: solicitations, advertisements, redirects, solicitations for routers.
 * @see Linux net/ipv6/ndisc.c: ndisc_send_ns, ndisc_send_na, ndisc_send_rs; RFC 4861 §4
 */
import { Dev } from '../dev/dev';
import { Pkt } from '../sim/packet';
import { pktAlloc } from '../sim/pool';
import { rng32 } from '../sim/rng';
import { wr16, wr32, wrMac } from '../wire/bytes';
import { csumL4v6 } from '../wire/checksum';
import { PROTO_ICMPV6 } from '../wire/ipv4';
import { ICMP6_NA, ICMP6_NS, ICMP6_REDIRECT, ICMP6_RS, IP6_HLEN, in6Group, in6SolicitedNode, ip6Dst, ip6Write } from '../wire/ipv6';
import { ip6SendBuilt } from './output';
import { AT_ANY, AT_GROUP } from './scratch';

const OPT_SOURCE: u32 = 1;
const OPT_TARGET: u32 = 2;
const OPT_PACKET: u32 = 4;
const OPT_NONCE: u32 = 14;
/** Bits of an advertisement. */
export const NA_ROUTER: u32 = 0x80000000;
export const NA_SOLICITED: u32 = 0x40000000;
export const NA_OVERRIDE: u32 = 0x20000000;

/** A packet with room for a message of `len` bytes after its IPv6 header, or 0. */
function message(len: u32): u32 {
  return pktAlloc(IP6_HLEN + len);
}

function linkOption(at: usize, kind: u32, dev: u32): void {
  wr16(at, (kind << 8) | 1);
  wrMac(at + 2, Dev.at(dev).mac);
}

/** Writes the IPv6 header and the checksum of a message, and sends it (takes it). */
function emit(dev: u32, pkt: u32, len: u32, src: usize, dst: usize): void {
  const ip = Pkt.at(pkt).data as usize;
  ip6Write(ip, 0, 0, len, PROTO_ICMPV6, 255, src, dst);
  const m = ip + IP6_HLEN;
  store<u16>(m, csumL4v6(ip + 8, ip + 24, PROTO_ICMPV6, m, len), 2);
  ip6SendBuilt(Dev.at(dev).ns, pkt, dev, IP6_HLEN);
}

/** Asks who has `target`, of its group or (probing) of itself. @param dst 0: the solicited-node group */
export function ndSendNs(dev: u32, target: usize, src: usize, dst: usize): void {
  const len: u32 = 32;
  const pkt = message(len);
  if (pkt == 0) return;
  const m = (Pkt.at(pkt).data + IP6_HLEN) as usize;
  wr32(m, ICMP6_NS << 24);
  wr32(m + 4, 0);
  memory.copy(m + 8, target, 16);
  linkOption(m + 24, OPT_SOURCE, dev);
  if (dst == 0) in6SolicitedNode(AT_GROUP, target);
  emit(dev, pkt, len, src, dst != 0 ? dst : AT_GROUP);
}

/** Asks from :: whether somebody has `target` already. @see RFC 7527 for the nonce */
export function ndSendDad(dev: u32, target: usize): void {
  const len: u32 = 32;
  const pkt = message(len);
  if (pkt == 0) return;
  const m = (Pkt.at(pkt).data + IP6_HLEN) as usize;
  wr32(m, ICMP6_NS << 24);
  wr32(m + 4, 0);
  memory.copy(m + 8, target, 16);
  wr16(m + 24, (OPT_NONCE << 8) | 1);
  wr32(m + 26, rng32());
  wr16(m + 30, rng32() & 0xffff);
  in6SolicitedNode(AT_GROUP, target);
  emit(dev, pkt, len, AT_ANY, AT_GROUP);
}

/** Tells who has `target`. @param flags NA_* @param option whether to tell the link-layer address */
export function ndSendNa(dev: u32, target: usize, src: usize, dst: usize, flags: u32, option: bool): void {
  const len: u32 = option ? 32 : 24;
  const pkt = message(len);
  if (pkt == 0) return;
  const m = (Pkt.at(pkt).data + IP6_HLEN) as usize;
  wr32(m, ICMP6_NA << 24);
  wr32(m + 4, flags);
  memory.copy(m + 8, target, 16);
  if (option) linkOption(m + 24, OPT_TARGET, dev);
  emit(dev, pkt, len, src, dst);
}

/**
 * Tells `dst` that packets to where the packet at `ip` goes are to be sent to `target`.
 * @param mac of the target, 0: not known @param size of the option with the packet, a multiple of 8
 */
export function ndSendRedirect(dev: u32, src: usize, dst: usize, target: usize, mac: u64, ip: usize, size: u32): void {
  const len: u32 = 40 + (mac != 0 ? 8 : 0) + size;
  const pkt = message(len);
  if (pkt == 0) return;
  const m = (Pkt.at(pkt).data + IP6_HLEN) as usize;
  memory.fill(m, 0, len as usize);
  wr32(m, ICMP6_REDIRECT << 24);
  memory.copy(m + 8, target, 16);
  memory.copy(m + 24, ip6Dst(ip), 16);
  let at = m + 40;
  if (mac != 0) {
    wr16(at, (OPT_TARGET << 8) | 1);
    wrMac(at + 2, mac);
    at += 8;
  }
  wr16(at, (OPT_PACKET << 8) | (size >> 3));
  memory.copy(at + 8, ip, (size - 8) as usize);
  emit(dev, pkt, len, src, dst);
}

/** Asks for routers. */
export function ndSendRs(dev: u32, src: usize): void {
  const len: u32 = 16;
  const pkt = message(len);
  if (pkt == 0) return;
  const m = (Pkt.at(pkt).data + IP6_HLEN) as usize;
  wr32(m, ICMP6_RS << 24);
  wr32(m + 4, 0);
  linkOption(m + 8, OPT_SOURCE, dev);
  in6Group(AT_GROUP, 2);
  emit(dev, pkt, len, src, AT_GROUP);
}
