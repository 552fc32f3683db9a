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
  /** Initial sequence number a connection made of it must take; 0 any. */
  isn: u32;
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
  /** SACK blocks: how many, then up to four pairs of first and end. */
  blocks: u32;
  block0: u64;
  block1: u64;
  block2: u64;
  block3: u64;
  /** Type of service of its packet without ECN: a reset answers with it. */
  tos: u32;
  /** Netfilter's mark of its packet. */
  mark: u32;
}

/** Address of SACK block i of a segment: first and end. */
export function blockAt(g: Segment, i: u32): usize {
  return changetype<usize>(g) + offsetof<Segment>('block0') + ((i as usize) << 3);
}

/** The one record. */
export function segment(): Segment {
  return changetype<Segment>(SOCK_HEAD() - 512);
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
  g.blocks = 0;
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
    } else if (kind == 5 && n >= 10 && ((n - 2) & 7) == 0) sackParse(g, p + 2, (n - 2) >> 3);
    p += n;
  }
}

function sackParse(g: Segment, at: usize, n: u32): void {
  g.blocks = min<u32>(n, 4);
  for (let i: u32 = 0; i < g.blocks; i++) {
    store<u32>(blockAt(g, i), bswap<u32>(load<u32>(at + (i << 3))));
    store<u32>(blockAt(g, i), bswap<u32>(load<u32>(at + (i << 3) + 4)), 4);
  }
}

/** What one acknowledgement does, as it is worked out; one record, for segments are handled one after another. */
@unmanaged
export class Acking {
  /** ACK_* */
  flags: u32;
  priorUna: u32;
  /** Highest selectively acknowledged sequence number before. */
  priorFack: u32;
  priorDelivered: u32;
  priorLost: u32;
  /** Lowest sequence number that arrived late. */
  reord: u32;
  /** 1: retransmit what is lost, 2: send new data (F-RTO). */
  rexmit: u32;
  dupAcks: u32;
  priorRetrans: u32;
  priorSacked: u32;
  /** When the first and the last of what was acknowledged, and selectively acknowledged, for the first time left; 0 none. */
  firstAcked: i64;
  lastAcked: i64;
  firstSacked: i64;
  lastSacked: i64;
}

export const ACK_DATA: u32 = 1;
export const ACK_WIN_UPDATE: u32 = 2;
export const ACK_DATA_ACKED: u32 = 4;
export const ACK_RETRANS_ACKED: u32 = 8;
export const ACK_DATA_SACKED: u32 = 0x20;
export const ACK_LOST_RETRANS: u32 = 0x80;
export const ACK_ORIG_SACKED: u32 = 0x200;
export const ACK_UNA_ADVANCED: u32 = 0x400;
export const ACK_DSACKING: u32 = 0x800;
export const ACK_SET_TIMER: u32 = 0x1000;
export const ACK_RENEGING: u32 = 0x2000;
export const ACK_DSACK_TLP: u32 = 0x4000;
export const ACK_NOT_DUP: u32 = ACK_DATA | ACK_WIN_UPDATE | ACK_DATA_ACKED;

/** The one record. */
export function acking(): Acking {
  return changetype<Acking>(SOCK_HEAD() - 320);
}
