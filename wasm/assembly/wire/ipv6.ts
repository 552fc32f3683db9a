/** IPv6 header, extension headers, kinds of addresses, ICMPv6 types. @see RFC 8200, RFC 4291, RFC 4443, RFC 4861 */
import { rd16, wr16, wr32 } from './bytes';

export const IP6_HLEN: u32 = 40;
/** The least MTU of a link. @see RFC 8200 §5 */
export const IP6_MIN_MTU: u32 = 1280;

export const NEXT_HOP: u32 = 0;
export const NEXT_ROUTING: u32 = 43;
export const NEXT_FRAGMENT: u32 = 44;
export const NEXT_AUTH: u32 = 51;
export const NEXT_NONE: u32 = 59;
export const NEXT_DEST: u32 = 60;

export const ICMP6_UNREACH: u32 = 1;
export const ICMP6_TOOBIG: u32 = 2;
export const ICMP6_TIME: u32 = 3;
export const ICMP6_PARAM: u32 = 4;
export const ICMP6_ECHO: u32 = 128;
export const ICMP6_ECHOREPLY: u32 = 129;
export const ICMP6_MLD_QUERY: u32 = 130;
export const ICMP6_RS: u32 = 133;
export const ICMP6_RA: u32 = 134;
export const ICMP6_NS: u32 = 135;
export const ICMP6_NA: u32 = 136;
export const ICMP6_REDIRECT: u32 = 137;
export const ICMP6_MLD2_REPORT: u32 = 143;
export const UNREACH6_NOROUTE: u32 = 0;
export const UNREACH6_PROHIBITED: u32 = 1;
export const UNREACH6_SCOPE: u32 = 2;
export const UNREACH6_ADDR: u32 = 3;
export const UNREACH6_PORT: u32 = 4;
export const PARAM6_FIELD: u32 = 0;
export const PARAM6_NEXT: u32 = 1;
export const PARAM6_OPTION: u32 = 2;
export const PARAM6_INCOMPLETE: u32 = 3;

/** Bits of ip6Upper's answer: a fragment, one that is not the first, headers that end before they are complete. */
export const UPPER_FRAGMENT: u32 = 256;
export const UPPER_LATER: u32 = 512;
export const UPPER_CUT: u32 = 1024;

/** Source, 16 bytes. */
export function ip6Src(p: usize): usize {
  return p + 8;
}

/** Destination, 16 bytes. */
export function ip6Dst(p: usize): usize {
  return p + 24;
}

/** The whole packet. */
export function ip6Len(p: usize): u32 {
  return rd16(p + 4) + IP6_HLEN;
}

/** Protocol of the first header after this one. */
export function ip6Next(p: usize): u32 {
  return load<u8>(p, 6) as u32;
}

/** Hop limit. */
export function ip6Hops(p: usize): u32 {
  return load<u8>(p, 7) as u32;
}

/** Traffic class. */
export function ip6Class(p: usize): u32 {
  return (rd16(p) >> 4) & 255;
}

/** Writes a header. @param flow label of 20 bits @param len bytes after the header */
export function ip6Write(p: usize, tclass: u32, flow: u32, len: u32, next: u32, hops: u32, src: usize, dst: usize): void {
  wr32(p, 0x60000000 | (tclass << 20) | flow);
  wr16(p + 4, len);
  store<u8>(p, next as u8, 6);
  store<u8>(p, hops as u8, 7);
  memory.copy(p + 8, src, 16);
  memory.copy(p + 24, dst, 16);
}

/**
 * Walks the extension headers of a packet whose bytes end at `end`.
 * @returns offset of the upper-layer header << 16 | UPPER_* | its protocol
 * @see Linux net/ipv6/exthdrs_core.c: ipv6_find_hdr
 */
export function ip6Upper(ip: usize, end: usize): u32 {
  let next = ip6Next(ip);
  let at = ip + IP6_HLEN;
  let bits: u32 = 0;
  while (next == NEXT_HOP || next == NEXT_ROUTING || next == NEXT_DEST || next == NEXT_FRAGMENT || next == NEXT_AUTH) {
    if (at + 8 > end) return (((at - ip) as u32) << 16) | UPPER_CUT | bits | next;
    let len = ((load<u8>(at, 1) as u32) + 1) << 3;
    if (next == NEXT_AUTH) len = ((load<u8>(at, 1) as u32) + 2) << 2;
    else if (next == NEXT_FRAGMENT) {
      len = 8;
      bits |= UPPER_FRAGMENT;
      if (rd16(at + 2) & 0xfff8) bits |= UPPER_LATER;
    }
    next = load<u8>(at) as u32;
    at += len;
    if (at > end) return (((end - ip) as u32) << 16) | UPPER_CUT | bits | next;
    if (bits & UPPER_LATER) break;
  }
  return (((at - ip) as u32) << 16) | bits | next;
}

/** ::. */
export function in6IsAny(p: usize): bool {
  return (load<u64>(p) | load<u64>(p, 8)) == 0;
}

/** ::1. */
export function in6IsLoopback(p: usize): bool {
  return load<u64>(p) == 0 && load<u64>(p, 8) == 0x0100000000000000;
}

/** ff00::/8. */
export function in6IsMulticast(p: usize): bool {
  return load<u8>(p) == 0xff;
}

/** fe80::/10. */
export function in6IsLinkLocal(p: usize): bool {
  return load<u8>(p) == 0xfe && (load<u8>(p, 1) & 0xc0) == 0x80;
}

/** Whether an address means something on one link only: link-local ones, and groups of that scope and less. */
export function in6NeedsDev(p: usize): bool {
  if (in6IsMulticast(p)) return (load<u8>(p, 1) & 15) <= 2;
  return in6IsLinkLocal(p);
}

/** Scope: 1 interface, 2 link, 5 site, 14 global. @see RFC 4291 §2.7 */
export function in6Scope(p: usize): u32 {
  if (in6IsMulticast(p)) return (load<u8>(p, 1) & 15) as u32;
  if (in6IsLoopback(p) || in6IsLinkLocal(p)) return 2;
  if (load<u8>(p) == 0xfe && (load<u8>(p, 1) & 0xc0) == 0xc0) return 5;
  return 14;
}

/** Writes the solicited-node group of an address. @see RFC 4291 §2.7.1 */
export function in6SolicitedNode(out: usize, p: usize): void {
  store<u64>(out, 0x02ff);
  store<u64>(out, ((load<u64>(p, 8) >> 40) << 40) | 0xff01000000, 8);
}

/** Writes the group ff02::n. */
export function in6Group(out: usize, n: u32): void {
  store<u64>(out, 0x02ff);
  store<u64>(out, (bswap<u32>(n) as u64) << 32, 8);
}

/** The Ethernet address of a group: 33:33 and its last 32 bits. @see RFC 2464 §7 */
export function in6GroupMac(p: usize): u64 {
  return 0x333300000000 | (bswap<u32>(load<u32>(p, 12)) as u64);
}
