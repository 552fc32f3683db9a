/** Sequence number arithmetic modulo 2^32. @see RFC 9293 §3.4 */

/** a < b */
export function before(a: u32, b: u32): bool {
  return <i32>(a - b) < 0;
}

/** a > b */
export function after(a: u32, b: u32): bool {
  return <i32>(b - a) < 0;
}

/** The later of two sequence numbers. */
export function seqMax(a: u32, b: u32): u32 {
  return before(a, b) ? b : a;
}
