/**
 * The TCP segment being received: one scratch record that the input code fills and the state machine reads. Segments
 * are handled one after another, never nested, so one is enough.
 * @see RFC 9293 §3.1, RFC 7323 (window scale, timestamps), RFC 2018 (SACK)
 */
import { SOCK_HEAD } from './table';

export const TH_FIN: u32 = 1;
export const TH_SYN: u32 = 2;
export const TH_RST: u32 = 4;
export const TH_PSH: u32 = 8;
export const TH_ACK: u32 = 16;

/** A parsed segment, its local side first. */
@unmanaged
export class Segment {
  ns: i32;
  dev: i32;
  l0: u64;
  l1: u64;
  r0: u64;
  r1: u64;
  lport: u32;
  rport: u32;
  seq: u32;
  ack: u32;
  flags: u32;
  /** As in the header: not scaled. */
  wnd: u32;
  data: u32;
  /** Payload bytes. */
  len: u32;
  tsVal: u32;
  tsEcr: u32;
  hasTs: u32;
  /** Options of a SYN: 0 when absent; scale plus one. */
  mss: u32;
  scale: u32;
  sack: u32;
}

/** The one record. */
export function segment(): Segment {
  return changetype<Segment>(SOCK_HEAD() - 256);
}

/** The sequence space the segment takes: data, SYN and FIN. */
export function segLength(g: Segment): u32 {
  return g.len + ((g.flags & TH_SYN) >> 1) + (g.flags & TH_FIN);
}

/** Parses header and options at `at` with `len` bytes. @returns false when the header is cut short or malformed */
export function segmentParse(g: Segment, at: usize, len: u32): bool {
  if (len < 20) return false;
  const head = (<u32>load<u8>(at + 12) >> 4) << 2;
  if (head < 20 || head > len) return false;
  g.rport = <u32>bswap<u16>(load<u16>(at));
  g.lport = <u32>bswap<u16>(load<u16>(at + 2));
  g.seq = bswap<u32>(load<u32>(at + 4));
  g.ack = bswap<u32>(load<u32>(at + 8));
  g.flags = <u32>load<u8>(at + 13);
  g.wnd = <u32>bswap<u16>(load<u16>(at + 14));
  g.data = <u32>at + head;
  g.len = len - head;
  g.hasTs = 0;
  g.mss = 0;
  g.scale = 0;
  g.sack = 0;
  parseOptions(g, at + 20, at + head);
  return true;
}

function parseOptions(g: Segment, from: usize, end: usize): void {
  let p = from;
  while (p < end) {
    const kind = <u32>load<u8>(p);
    if (kind == 0) return;
    if (kind == 1) {
      p++;
      continue;
    }
    if (p + 2 > end) return;
    const n = <u32>load<u8>(p + 1);
    if (n < 2 || p + n > end) return;
    if (kind == 2 && n == 4) g.mss = <u32>bswap<u16>(load<u16>(p + 2));
    else if (kind == 3 && n == 3) g.scale = min<u32>(<u32>load<u8>(p + 2), 14) + 1;
    else if (kind == 4 && n == 2) g.sack = 1;
    else if (kind == 8 && n == 10) {
      g.hasTs = 1;
      g.tsVal = bswap<u32>(load<u32>(p + 2));
      g.tsEcr = bswap<u32>(load<u32>(p + 6));
    }
    p += n;
  }
}
