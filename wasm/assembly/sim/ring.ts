/**
 * The event ring, and captures: one byte ring for each, with counted drops.
 * Events of one socket that wait are merged (bits of Ready are or-ed); so are those of one capture.
 */
import {
  EVENT_CAPTURE,
  EVENT_SOCK,
  FRAME_CAPLEN,
  FRAME_DEV,
  FRAME_HEADER,
  FRAME_LENGTH,
  FRAME_PACKET,
  FRAME_PKTTYPE,
  FRAME_STRIDE,
  FRAME_TIME,
} from '../../abi';
import {
  CAPTURE_BASE,
  CAPTURE_REC,
  CAPTURE_RING,
  CAPTURE_RINGS,
  EVENT_BASE,
  EVENT_CAP,
  EVENT_REC,
  SLAB_CAPTURE,
  Sim,
} from '../mem';
import { slabAlloc, slabFree } from './slab';

/** How many waiting events are looked at to merge with: enough for the sockets of one burst. */
const MERGE_SPAN: u32 = 32;

/** Appends an event; the oldest gives way when the ring is full (counted). */
export function eventPush(kind: u32, a: u32, b: u32, c: u32): void {
  const s = Sim.at();
  s.rec = 0;
  if (kind == EVENT_SOCK || kind == EVENT_CAPTURE) {
    const span = min(s.eventCount, MERGE_SPAN);
    for (let k: u32 = 1; k <= span; k++) {
      const q = EVENT_BASE + (((s.eventHead + s.eventCount - k) % EVENT_CAP) as usize) * EVENT_REC;
      if (load<u32>(q) == kind && load<u32>(q, 4) == a) {
        store<u32>(q, load<u32>(q, 8) | b, 8);
        return;
      }
    }
  }
  if (s.eventCount == EVENT_CAP) {
    s.eventHead = (s.eventHead + 1) % EVENT_CAP;
    s.eventCount--;
    s.eventLost++;
  }
  const p = EVENT_BASE + (((s.eventHead + s.eventCount) % EVENT_CAP) as usize) * EVENT_REC;
  s.eventCount++;
  store<u32>(p, kind);
  store<u32>(p, a, 4);
  store<u32>(p, b, 8);
  store<u32>(p, c, 12);
}

/** Takes the oldest event. @returns address of its four words, valid until the next event; 0 when there is none */
export function eventNext(): usize {
  const s = Sim.at();
  if (s.eventCount == 0) return 0;
  const p = EVENT_BASE + (s.eventHead as usize) * EVENT_REC;
  s.eventHead = (s.eventHead + 1) % EVENT_CAP;
  s.eventCount--;
  return p;
}

/** A capture: what it listens to, and its ring. head and tail are offsets; `wrapped`: tail is behind head. */
@unmanaged
export class Capture {
  live: u32;
  ns: u32;
  dev: u32;
  snaplen: u32;
  head: u32;
  tail: u32;
  wrapped: u32;
  frames: u32;
  dropped: u32;
  /** Bytes wasted at the end of the ring, before the wrap. */
  gap: u32;
  /** Stride of the frame handed out last, released by the next read. */
  lent: u32;

  @inline static at(i: u32): Capture {
    return changetype<Capture>(CAPTURE_BASE + (i as usize) * CAPTURE_REC);
  }
}

/** Opens a capture. @param ns 0: all namespaces @param dev 0: all devices @returns its handle, 0 when too many */
export function captureAdd(ns: u32, dev: u32, snaplen: u32): u32 {
  const i = slabAlloc(SLAB_CAPTURE);
  if (i == 0) return 0;
  const c = Capture.at(i);
  c.live = 1;
  c.ns = ns;
  c.dev = dev;
  c.snaplen = snaplen == 0 ? 262144 : snaplen;
  Sim.at().captures |= (1 as u32) << i;
  return i;
}

/** Closes a capture. */
export function captureDel(i: u32): void {
  const s = Sim.at();
  if (!(s.captures & ((1 as u32) << i))) return;
  s.captures &= ~((1 as u32) << i);
  slabFree(SLAB_CAPTURE, i);
}

/** Frames lost because the ring was full. */
export function captureDropped(i: u32): u32 {
  return Capture.at(i).dropped;
}

function ringOf(i: u32): usize {
  return CAPTURE_RINGS + (i as usize) * CAPTURE_RING;
}

function release(i: u32): void {
  const c = Capture.at(i);
  if (c.lent == 0) return;
  c.head += c.lent;
  c.lent = 0;
}

/** Bytes from the start of a capture's ring that may hold frames. */
export function captureUsed(i: u32): u32 {
  if (!(Sim.at().captures & ((1 as u32) << i))) return 0;
  const c = Capture.at(i);
  return c.wrapped ? (CAPTURE_RING as u32) : c.tail;
}

/** The oldest frame. @returns address of its FRAME_* record, valid until the next call on this capture; 0: none */
export function captureNext(i: u32): usize {
  release(i);
  const c = Capture.at(i);
  if (c.frames == 0) {
    c.head = 0;
    c.tail = 0;
    c.gap = 0;
    c.wrapped = 0;
    return 0;
  }
  if (c.wrapped && c.head == (CAPTURE_RING as u32) - c.gap) {
    c.head = 0;
    c.gap = 0;
    c.wrapped = 0;
  }
  const p = ringOf(i) + (c.head as usize);
  c.frames--;
  c.lent = load<u32>(p, FRAME_STRIDE);
  return p;
}

/** Room for `need` contiguous bytes at the tail. @returns false when there is none */
function reserve(c: Capture, need: u32): bool {
  const size = CAPTURE_RING as u32;
  if (c.wrapped) return c.tail + need <= c.head;
  if (c.tail + need <= size) return true;
  if (need > c.head) return false;
  c.gap = size - c.tail;
  c.tail = 0;
  c.wrapped = 1;
  return true;
}

/** Copies a frame to one capture's ring. */
export function captureFrame(i: u32, ns: u32, dev: u32, pkttype: u32, packet: u32, frame: usize, len: u32): void {
  const c = Capture.at(i);
  if ((c.ns != 0 && c.ns != ns) || (c.dev != 0 && c.dev != dev)) return;
  const cap = min(len, c.snaplen);
  const need = ((FRAME_HEADER as u32) + cap + 7) & ~7;
  if (!reserve(c, need)) {
    c.dropped++;
    return;
  }
  const p = ringOf(i) + (c.tail as usize);
  store<f64>(p + FRAME_TIME, Sim.at().now as f64);
  store<u32>(p + FRAME_DEV, dev);
  store<u32>(p + FRAME_PKTTYPE, pkttype);
  store<u32>(p + FRAME_LENGTH, len);
  store<u32>(p + FRAME_CAPLEN, cap);
  store<u32>(p + FRAME_PACKET, packet);
  store<u32>(p + FRAME_STRIDE, need);
  memory.copy(p + FRAME_HEADER, frame, cap as usize);
  c.tail += need;
  c.frames++;
  eventPush(EVENT_CAPTURE, i, 0, 0);
}
