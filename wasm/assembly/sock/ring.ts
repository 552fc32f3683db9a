/**
 * Byte rings of sockets: queues in linear memory that grow by powers of two (4 KiB … 256 KiB) and go back to a free
 * list of their size when the socket closes. Nothing is held while a ring has never been written.
 * Limits: a ring never shrinks before it is freed.
 */
import { carve } from './mem';
import { SOCK_HEAD } from './table';

const MIN_SHIFT: u32 = 12;
const MAX_SHIFT: u32 = 18;
/** The most a ring can hold, bytes. */
export const RING_MAX: u32 = 1 << MAX_SHIFT;

/** Four words inside a socket record: where the bytes lie, how many fit, first byte, how many there are. */
@unmanaged
export class Ring {
  at: u32;
  cap: u32;
  head: u32;
  len: u32;
}

/** Free lists of blocks, one word per size, in the socket table's header. */
function freeHead(shift: u32): usize {
  return SOCK_HEAD() + 64 + ((shift - MIN_SHIFT) << 2);
}

function blockAlloc(shift: u32): u32 {
  const head = freeHead(shift);
  const at = load<u32>(head);
  if (at != 0) {
    store<u32>(head, load<u32>(at));
    return at;
  }
  return <u32>carve(1 << shift);
}

/** Gives the ring room for `need` bytes. @returns false when that is more than a ring can be or memory is out */
export function ringReserve(r: Ring, need: u32): bool {
  if (need <= r.cap) return true;
  if (need > RING_MAX) return false;
  let shift = MIN_SHIFT;
  while (<u32>(1 << shift) < need) shift++;
  const at = blockAlloc(shift);
  if (at == 0) return false;
  // The whole old block moves (in order), for bytes beyond `len` may hold segments that came early.
  const first = r.cap - r.head;
  if (r.cap != 0) {
    memory.copy(at, r.at + r.head, first);
    memory.copy(at + first, r.at, r.head);
    blockFree(r);
  }
  r.at = at;
  r.cap = 1 << shift;
  r.head = 0;
  return true;
}

function blockFree(r: Ring): void {
  let shift = MIN_SHIFT;
  while (<u32>(1 << shift) < r.cap) shift++;
  const head = freeHead(shift);
  store<u32>(r.at, load<u32>(head));
  store<u32>(head, r.at);
}

/** Gives the ring's block back. */
export function ringFree(r: Ring): void {
  if (r.cap != 0) blockFree(r);
  r.at = 0;
  r.cap = 0;
  r.head = 0;
  r.len = 0;
}

/** Writes n bytes at `off` from the head without changing the length. Pre: off + n ≤ cap. */
export function ringWrite(r: Ring, off: u32, src: usize, n: u32): void {
  const mask = r.cap - 1;
  const at = (r.head + off) & mask;
  const first = min(n, r.cap - at);
  memory.copy(r.at + at, src, first);
  if (first < n) memory.copy(r.at, src + first, n - first);
}

/** Copies n bytes at `off` from the head to dst. Pre: off + n ≤ cap. */
export function ringRead(r: Ring, off: u32, dst: usize, n: u32): void {
  const mask = r.cap - 1;
  const at = (r.head + off) & mask;
  const first = min(n, r.cap - at);
  memory.copy(dst, r.at + at, first);
  if (first < n) memory.copy(dst + first, r.at, n - first);
}

/** Appends n bytes. @returns false when they do not fit in the largest ring */
export function ringPut(r: Ring, src: usize, n: u32): bool {
  if (!ringReserve(r, r.len + n)) return false;
  ringWrite(r, r.len, src, n);
  r.len += n;
  return true;
}

/** Drops n bytes at the head. Pre: n ≤ len. */
export function ringDrop(r: Ring, n: u32): void {
  r.head = (r.head + n) & (r.cap - 1);
  r.len -= n;
}
