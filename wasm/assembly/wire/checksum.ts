/**
 * The Internet checksum. Sums are kept in memory order: what csumFold gives is stored with `store<u16>` as it is.
 * @see RFC 1071, RFC 1624 (incremental update)
 */

/** Adds `len` bytes to a sum. Only the last piece may be odd. */
export function csumPartial(p: usize, len: u32, sum: u64): u64 {
  let at = p;
  let n = len;
  let s = sum;
  if (n >= 32) {
    // Four sums, none of which waits for another.
    let s1: u64 = 0;
    let s2: u64 = 0;
    let s3: u64 = 0;
    do {
      const a = load<u64>(at);
      const b = load<u64>(at, 8);
      const c = load<u64>(at, 16);
      const d = load<u64>(at, 24);
      s += (a & 0xffffffff) + (a >> 32);
      s1 += (b & 0xffffffff) + (b >> 32);
      s2 += (c & 0xffffffff) + (c >> 32);
      s3 += (d & 0xffffffff) + (d >> 32);
      at += 32;
      n -= 32;
    } while (n >= 32);
    s += s1 + s2 + s3;
  }
  if (n >= 16) {
    const a = load<u64>(at);
    const b = load<u64>(at, 8);
    s += (a & 0xffffffff) + (a >> 32) + (b & 0xffffffff) + (b >> 32);
    at += 16;
    n -= 16;
  }
  while (n >= 4) {
    s += load<u32>(at) as u64;
    at += 4;
    n -= 4;
  }
  if (n >= 2) {
    s += load<u16>(at) as u64;
    at += 2;
    n -= 2;
  }
  if (n != 0) s += load<u8>(at) as u64;
  return s;
}

/** Folds a sum to 16 bits, not complemented. */
export function csumFold16(sum: u64): u32 {
  let s = (sum & 0xffffffff) + (sum >> 32);
  s = (s & 0xffff) + (s >> 16);
  s = (s & 0xffff) + (s >> 16);
  s = (s & 0xffff) + (s >> 16);
  return s as u32;
}

/** The checksum of a sum, as it is stored. */
export function csumFold(sum: u64): u16 {
  return ~(csumFold16(sum) as u16);
}

/** Whether the sum of an IPv4 header without options is right. */
export function csumRight20(p: usize): bool {
  const a = load<u64>(p);
  const b = load<u64>(p, 8);
  const sum = (a & 0xffffffff) + (a >> 32) + (b & 0xffffffff) + (b >> 32) + (load<u32>(p, 16) as u64);
  return csumFold(sum) == 0;
}

/** Sum of the IPv4 pseudo header. */
export function csumPseudo(saddr: u32, daddr: u32, proto: u32, len: u32): u64 {
  return (
    (bswap<u32>(saddr) as u64) +
    (bswap<u32>(daddr) as u64) +
    (bswap<u16>(proto as u16) as u64) +
    (bswap<u16>(len as u16) as u64)
  );
}

/** Checksum of a TCP or UDP segment over IPv4 whose checksum field is zero. To verify: 0 when the field is right. */
export function csumL4(saddr: u32, daddr: u32, proto: u32, p: usize, len: u32): u16 {
  return csumFold(csumPartial(p, len, csumPseudo(saddr, daddr, proto, len)));
}

/** The same over IPv6; addresses are 16 bytes. */
export function csumL4v6(saddr: usize, daddr: usize, proto: u32, p: usize, len: u32): u16 {
  let s = csumPartial(saddr, 16, 0);
  s = csumPartial(daddr, 16, s);
  s += (bswap<u32>(len) as u64) + (bswap<u32>(proto) as u64);
  return csumFold(csumPartial(p, len, s));
}

/** Patches the checksum at `field` after a 16-bit word changed (words in memory order). @see RFC 1624 */
export function csumReplace16(field: usize, old: u32, fresh: u32): void {
  const hc = (~load<u16>(field) & 0xffff) as u64;
  store<u16>(field, csumFold(hc + ((~old & 0xffff) as u64) + ((fresh & 0xffff) as u64)));
}

/** Patches the checksum at `field` after a 32-bit word changed (words in memory order). */
export function csumReplace32(field: usize, old: u32, fresh: u32): void {
  const hc = (~load<u16>(field) & 0xffff) as u64;
  store<u16>(field, csumFold(hc + (~old as u64) + (fresh as u64)));
}
