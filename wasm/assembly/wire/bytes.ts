/** Big-endian numbers at an address, and 16-byte addresses. */

/** u16 be. */
export function rd16(p: usize): u32 {
  return bswap<u16>(load<u16>(p)) as u32;
}

/** u32 be. */
export function rd32(p: usize): u32 {
  return bswap<u32>(load<u32>(p));
}

/** Writes u16 be. */
export function wr16(p: usize, v: u32): void {
  store<u16>(p, bswap<u16>(v as u16));
}

/** Writes u32 be. */
export function wr32(p: usize, v: u32): void {
  store<u32>(p, bswap<u32>(v));
}

/** A 48-bit MAC as a number. */
export function rdMac(p: usize): u64 {
  return ((rd16(p) as u64) << 32) | (rd32(p + 2) as u64);
}

/** Writes a MAC. */
export function wrMac(p: usize, mac: u64): void {
  wr16(p, (mac >> 32) as u32);
  wr32(p + 2, mac as u32);
}

/** Whether 16 bytes are an IPv4-mapped address. */
export function isMapped(p: usize): bool {
  return load<u64>(p) == 0 && load<u32>(p, 8) == 0xffff0000;
}

/** Writes an IPv4 number as ::ffff:a.b.c.d. */
export function wrMapped(p: usize, ip: u32): void {
  store<u64>(p, 0);
  store<u32>(p, 0xffff0000, 8);
  wr32(p + 12, ip);
}

/** The IPv4 number of a mapped address. */
export function rdMapped(p: usize): u32 {
  return rd32(p + 12);
}

/** Whether two 16-byte addresses are equal. */
export function same16(a: usize, b: usize): bool {
  return load<u64>(a) == load<u64>(b) && load<u64>(a, 8) == load<u64>(b, 8);
}

/** Whether the first `bits` of two 16-byte addresses are equal. */
export function prefix16(a: usize, b: usize, bits: u32): bool {
  const x0 = bswap<u64>(load<u64>(a) ^ load<u64>(b));
  if (bits <= 64) return bits == 0 || x0 >> (64 - bits) == 0;
  if (x0 != 0) return false;
  const x1 = bswap<u64>(load<u64>(a, 8) ^ load<u64>(b, 8));
  return x1 >> (128 - bits) == 0;
}

/** Copies bytes that do not overlap. Short ones by words: memory.copy leaves compiled code for the engine's. */
export function copy(to: usize, from: usize, n: u32): void {
  if (n - 8 > 120) {
    memory.copy(to, from, n as usize);
    return;
  }
  const last = (n - 8) as usize;
  let i: usize = 0;
  for (; i + 24 <= last; i += 32) {
    store<u64>(to + i, load<u64>(from + i));
    store<u64>(to + i, load<u64>(from + i, 8), 8);
    store<u64>(to + i, load<u64>(from + i, 16), 16);
    store<u64>(to + i, load<u64>(from + i, 24), 24);
  }
  for (; i < last; i += 8) store<u64>(to + i, load<u64>(from + i));
  store<u64>(to + last, load<u64>(from + last));
}

/** Netmask of an IPv4 prefix length. */
export function mask4(bits: u32): u32 {
  return bits == 0 ? 0 : (0xffffffff as u32) << (32 - bits);
}
