/** IPv4 header. @see RFC 791 */
import { rd16, rd32, wr16, wr32 } from './bytes';
import { csumFold, csumPartial, csumReplace16 } from './checksum';

export const PROTO_ICMP: u32 = 1;
export const PROTO_TCP: u32 = 6;
export const PROTO_UDP: u32 = 17;
export const PROTO_ICMPV6: u32 = 58;
export const IP4_DF: u32 = 0x4000;
export const IP4_MF: u32 = 0x2000;

/** Header length, bytes. */
export function ip4Hlen(p: usize): u32 {
  return ((load<u8>(p) & 15) as u32) * 4;
}

/** Type of service. */
export function ip4Tos(p: usize): u32 {
  return load<u8>(p, 1) as u32;
}

/** Total length. */
export function ip4Len(p: usize): u32 {
  return rd16(p + 2);
}

/** Flags and fragment offset. */
export function ip4Frag(p: usize): u32 {
  return rd16(p + 6);
}

/** Whether it is a fragment other than a whole packet. */
export function ip4IsFragment(p: usize): bool {
  return (rd16(p + 6) & 0x3fff) != 0;
}

/** Time to live. */
export function ip4Ttl(p: usize): u32 {
  return load<u8>(p, 8) as u32;
}

/** Protocol. */
export function ip4Proto(p: usize): u32 {
  return load<u8>(p, 9) as u32;
}

/** Source. */
export function ip4Src(p: usize): u32 {
  return rd32(p + 12);
}

/** Destination. */
export function ip4Dst(p: usize): u32 {
  return rd32(p + 16);
}

/** Writes a header of 20 bytes with its checksum. */
export function ip4Write(
  p: usize,
  tos: u32,
  len: u32,
  id: u32,
  frag: u32,
  ttl: u32,
  proto: u32,
  src: u32,
  dst: u32,
): void {
  store<u8>(p, 0x45);
  store<u8>(p, tos as u8, 1);
  wr16(p + 2, len);
  wr16(p + 4, id);
  wr16(p + 6, frag);
  store<u8>(p, ttl as u8, 8);
  store<u8>(p, proto as u8, 9);
  store<u16>(p, 0, 10);
  wr32(p + 12, src);
  wr32(p + 16, dst);
  store<u16>(p, csumFold(csumPartial(p, 20, 0)), 10);
}

/**
 * Decrements the TTL and patches the checksum.
 * Pre: TTL > 0, private buffer.
 * @see Linux include/net/ip.h: ip_decrease_ttl
 */
export function ip4DecTtl(p: usize): void {
  const old = load<u16>(p, 8) as u32;
  store<u8>(p, load<u8>(p, 8) - 1, 8);
  csumReplace16(p + 10, old, load<u16>(p, 8) as u32);
}
