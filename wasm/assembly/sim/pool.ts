/**
 * Packets: a header record that has one owner, and a buffer that several headers may share (floods). Whoever is
 * handed a packet owns it and passes it on or frees it; who writes asks for a private buffer first.
 *
 *   buffer:  | HEADROOM … | data … len | tailroom |
 *
 * Small buffers hold 2 KiB, jumbo ones a loopback frame (MTU 65536).
 * Limits: a full pool drops (DROP_NO_BUFFER), as a full ring of a real device does.
 */
import { DROP_NO_BUFFER } from '../../abi';
import {
  BUF_BASE,
  BUF_CAP,
  BUF_REC,
  HEADROOM,
  JUMBO_BASE,
  JUMBO_REC,
  PKT_REC,
  SLAB_BUF,
  SLAB_JUMBO,
  SLAB_PKT,
  Sim,
} from '../mem';
import { ctGet, ctPut } from '../nf/conn';
import { copy } from '../wire/bytes';
import { PF_TRACE, Pkt } from './packet';
import { slabFree, slabTake } from './slab';
import { dropCount, traceDrop } from './stat';

/** Bits that belong to the packet, not to the machine it is in. */
const PF_KEEP: u32 = PF_TRACE;

const JUMBO_BIT: u32 = 0x80000000;

/** Address of a buffer's record: a word of references, 12 spare bytes, then the bytes. */
function bufAt(buf: u32): usize {
  if (buf & JUMBO_BIT) return JUMBO_BASE + ((buf & ~JUMBO_BIT) as usize) * JUMBO_REC;
  return BUF_BASE + (buf as usize) * BUF_REC;
}

function bufEnd(buf: u32): usize {
  return bufAt(buf) + (buf & JUMBO_BIT ? JUMBO_REC : BUF_REC);
}

function bufAlloc(bytes: u32): u32 {
  let buf: u32 = 0;
  if (bytes + 16 <= (BUF_REC as u32)) {
    buf = slabTake(SLAB_BUF);
    if (buf == 0) {
      const i = coolOne();
      if (i != 0) {
        buf = Sim.at().r0;
        slabFree(SLAB_PKT, i);
      }
    }
  }
  if (bytes + 16 > (JUMBO_REC as u32)) return 0;
  if (buf == 0) {
    buf = slabTake(SLAB_JUMBO);
    if (buf == 0) return 0;
    buf |= JUMBO_BIT;
  }
  store<u32>(bufAt(buf), 1);
  return buf;
}

function bufUnref(buf: u32): void {
  const p = bufAt(buf);
  const refs = load<u32>(p) - 1;
  store<u32>(p, refs);
  if (refs != 0) return;
  if (buf & JUMBO_BIT) slabFree(SLAB_JUMBO, buf & ~JUMBO_BIT);
  else slabFree(SLAB_BUF, buf);
}

/** Zeroes a header but for its buffer. */
function clear(p: Pkt): void {
  const at = changetype<usize>(p);
  store<u64>(at, 0, 16);
  store<u64>(at, 0, 24);
  store<u64>(at, 0, 32);
  store<u64>(at, 0, 40);
  store<u64>(at, 0, 48);
  store<u64>(at, 0, 56);
  scrub(p);
  store<u64>(at, 0, 112);
  store<u64>(at, 0, 120);
}

/** Zeroes the fields that belong to the machine it was in. */
function scrub(p: Pkt): void {
  const at = changetype<usize>(p);
  store<u64>(at, 0, offsetof<Pkt>('mark'));
  store<u64>(at, 0, offsetof<Pkt>('mark') + 8);
  store<u64>(at, 0, offsetof<Pkt>('mark') + 16);
  store<u64>(at, 0, offsetof<Pkt>('mark') + 24);
  store<u64>(at, 0, offsetof<Pkt>('mark') + 32);
  store<u64>(at, 0, offsetof<Pkt>('mark') + 40);
}

/** A packet with a fresh identity and `len` bytes (not cleared) behind HEADROOM. @returns 0 when out of buffers */
export function pktAlloc(len: u32): u32 {
  const s = Sim.at();
  s.rec = 0;
  const i = s.hot;
  if (i == 0 || len + HEADROOM + 16 > (BUF_REC as u32)) return allocSlow(len);
  const p = Pkt.at(i);
  s.hot = p.next;
  s.hotCount--;
  p.next = 0;
  clear(p);
  p.data = (BUF_BASE as u32) + p.buf * (BUF_REC as u32) + 16 + HEADROOM;
  p.len = len;
  p.id = ++s.packet;
  return i;
}

/** Parts a packet that lies ready from its buffer. @returns its header; the buffer's number is in Sim.r0; 0: there is none */
function coolOne(): u32 {
  const s = Sim.at();
  const i = s.hot;
  if (i == 0) return 0;
  s.hot = Pkt.at(i).next;
  s.hotCount--;
  s.r0 = Pkt.at(i).buf;
  return i;
}

/** A header without buffer. @returns 0 when there are none */
function headAlloc(): u32 {
  Sim.at().rec = 0;
  let i = slabTake(SLAB_PKT);
  if (i == 0) {
    i = coolOne();
    if (i != 0) slabFree(SLAB_BUF, Sim.at().r0);
  }
  return i;
}

function allocSlow(len: u32): u32 {
  const buf = bufAlloc(len + HEADROOM);
  if (buf == 0) {
    dropCount(DROP_NO_BUFFER);
    return 0;
  }
  const i = headAlloc();
  if (i == 0) {
    bufUnref(buf);
    dropCount(DROP_NO_BUFFER);
    return 0;
  }
  const p = Pkt.at(i);
  p.next = 0;
  clear(p);
  const s = Sim.at();
  p.buf = buf;
  p.data = (bufAt(buf) as u32) + 16 + HEADROOM;
  p.len = len;
  p.id = ++s.packet;
  return i;
}

/** Frees a packet. */
export function pktFree(i: u32): void {
  const p = Pkt.at(i);
  if (p.ct != 0) ctPut(p.ct);
  const buf = p.buf;
  if (buf < BUF_CAP && load<u32>(BUF_BASE + (buf as usize) * BUF_REC) == 1) {
    const s = Sim.at();
    p.next = s.hot;
    s.hot = i;
    s.hotCount++;
    return;
  }
  bufUnref(buf);
  slabFree(SLAB_PKT, i);
}

/** Gives packet `i` the bytes of packet `from`, which goes. */
export function pktAdopt(i: u32, from: u32): void {
  const p = Pkt.at(i);
  const q = Pkt.at(from);
  const old = p.buf;
  p.buf = q.buf;
  p.data = q.data;
  p.len = q.len;
  q.buf = old;
  pktFree(from);
}

/** Frees a packet and counts (and traces) why. @param reason DROP_* */
export function pktDrop(i: u32, reason: u32): void {
  const p = Pkt.at(i);
  dropCount(reason);
  if (p.flags & PF_TRACE) traceDrop(p.id, p.ns, p.dev, reason);
  pktFree(i);
}

/** A second header on the same bytes, same identity. @returns 0 when out of headers (counted) */
export function pktClone(i: u32): u32 {
  const j = headAlloc();
  if (j == 0) {
    dropCount(DROP_NO_BUFFER);
    return 0;
  }
  const q = Pkt.at(j);
  copy(changetype<usize>(q), changetype<usize>(Pkt.at(i)), PKT_REC as u32);
  const b = bufAt(q.buf);
  store<u32>(b, load<u32>(b) + 1);
  if (q.ct != 0) ctGet(q.ct);
  return j;
}

/** Makes the bytes private to this header. @returns false when out of buffers: the packet is as it was */
export function pktWritable(i: u32): bool {
  return load<u32>(bufAt(Pkt.at(i).buf)) == 1 || copyOut(i);
}

function copyOut(i: u32): bool {
  const p = Pkt.at(i);
  const old = bufAt(p.buf);
  const size = (bufEnd(p.buf) - old) as u32;
  const buf = bufAlloc(size - 16);
  if (buf == 0) {
    dropCount(DROP_NO_BUFFER);
    return false;
  }
  const fresh = bufAt(buf);
  const from = (p.mac != 0 && p.mac < p.data ? p.mac : p.data) as usize;
  const shift = (fresh - old) as u32;
  memory.copy(fresh + (from - old), from, (p.data + p.len - (from as u32)) as usize);
  p.data += shift;
  if (p.mac) p.mac += shift;
  if (p.nh) p.nh += shift;
  if (p.th) p.th += shift;
  bufUnref(p.buf);
  p.buf = buf;
  return true;
}

/** Sees to `n` bytes of room before `data` in a private buffer. @returns false when out of buffers: the packet is as it was */
export function pktRoom(i: u32, n: u32): bool {
  const p = Pkt.at(i);
  const shared = load<u32>(bufAt(p.buf)) != 1;
  if (!shared && pktHeadroom(i) >= n) return true;
  if (pktHeadroom(i) >= n) return pktWritable(i);
  const buf = bufAlloc(p.len + n + HEADROOM);
  if (buf == 0) {
    dropCount(DROP_NO_BUFFER);
    return false;
  }
  const data = (bufAt(buf) as u32) + 16 + n + HEADROOM;
  memory.copy(data as usize, p.data as usize, p.len as usize);
  if (p.mac >= p.data) p.mac += data - p.data;
  else p.mac = 0;
  if (p.nh >= p.data) p.nh += data - p.data;
  if (p.th >= p.data) p.th += data - p.data;
  p.data = data;
  bufUnref(p.buf);
  p.buf = buf;
  return true;
}

/** Bytes free before `data`. */
export function pktHeadroom(i: u32): u32 {
  const p = Pkt.at(i);
  return p.data - ((bufAt(p.buf) as u32) + 16);
}

/** Opens `n` bytes before `data`. Pre: the headroom is there and the buffer is private. @returns new first address */
export function pktPush(i: u32, n: u32): usize {
  const p = Pkt.at(i);
  p.data -= n;
  p.len += n;
  return p.data as usize;
}

/** Takes `n` bytes off the front. Pre: n ≤ len. */
export function pktPull(i: u32, n: u32): void {
  const p = Pkt.at(i);
  p.data += n;
  p.len -= n;
}

/** Leaves the machine: forgets everything but identity, trace and hops. @see Linux skb_scrub_packet */
export function pktScrub(i: u32): void {
  const p = Pkt.at(i);
  p.flags &= PF_KEEP;
  if (p.ct != 0) ctPut(p.ct);
  scrub(p);
}
