/**
 * Blocks and byte rings of sockets. Blocks are powers of two (1 KiB … 1 MiB) with a free list for each size; a ring is a
 * queue of bytes in one block, which doubles as it fills and goes back as soon as the ring is empty: an idle socket
 * holds none.
 * Limits: a ring holds 1 MiB (Linux: tcp_wmem[2], tcp_rmem[2] are 4 MiB and 6 MiB or more).
 */
import { copy } from '../wire/bytes';
import { carve } from './mem';
import { SOCK_HEAD } from './table';

const MIN_SHIFT: u32 = 10;
const MAX_SHIFT: u32 = 20;
/** The most a ring can hold, bytes. */
export const RING_MAX: u32 = 1 << MAX_SHIFT;

/** Five words inside a socket record: where the bytes lie, how many fit, first byte, how many there are, last size. */
@unmanaged
export class Ring {
  at: u32;
  cap: u32;
  head: u32;
  len: u32;
  /** Size of the block it had when it last was empty: it starts with that again. */
  hint: u32;
}

/** The least shift whose block holds `bytes`. */
function shiftOf(bytes: u32): u32 {
  return bytes <= 1 << MIN_SHIFT ? MIN_SHIFT : 32 - <u32>clz<u32>(bytes - 1);
}

/** Free lists of blocks, one word per size, in the socket table's header. */
function freeHead(shift: u32): usize {
  return SOCK_HEAD() + 64 + ((shift - MIN_SHIFT) << 2);
}

/** A block of at least `bytes` (its content is whatever it was), or 0. Pre: bytes ≤ RING_MAX. */
export function blockAlloc(bytes: u32): u32 {
  const shift = shiftOf(bytes);
  const head = freeHead(shift);
  const at = load<u32>(head);
  if (at != 0) {
    store<u32>(head, load<u32>(at));
    return at;
  }
  return carve(1 << shift);
}

/** Gives a block of `bytes` (a power of two) back. */
export function blockFree(at: u32, bytes: u32): void {
  const head = freeHead(shiftOf(bytes));
  store<u32>(at, load<u32>(head));
  store<u32>(head, at);
}

/** Gives the ring room for `need` bytes. @returns false when that is more than a ring can be or memory is out */
export function ringReserve(r: Ring, need: u32): bool {
  if (need <= r.cap) return true;
  if (need > RING_MAX) return false;
  const want = r.cap == 0 ? max(need, r.hint) : max(need, r.cap << 1);
  const size: u32 = 1 << shiftOf(min(want, RING_MAX));
  const at = blockAlloc(size);
  if (at == 0) return false;
  // The whole old block moves (in order), for bytes beyond `len` may hold segments that came early.
  const first = r.cap - r.head;
  if (r.cap != 0) {
    memory.copy(at, r.at + r.head, first);
    memory.copy(at + first, r.at, r.head);
    blockFree(r.at, r.cap);
  }
  r.at = at;
  r.cap = size;
  r.head = 0;
  return true;
}

/** Gives the ring's block back; what it held is gone. */
export function ringFree(r: Ring): void {
  if (r.cap != 0) {
    r.hint = r.cap;
    blockFree(r.at, r.cap);
  }
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
  copy(r.at + at, src, first);
  if (first < n) memory.copy(r.at, src + first, n - first);
}

/** Copies n bytes at `off` from the head to dst. Pre: off + n ≤ cap. */
export function ringRead(r: Ring, off: u32, dst: usize, n: u32): void {
  const mask = r.cap - 1;
  const at = (r.head + off) & mask;
  const first = min(n, r.cap - at);
  copy(dst, r.at + at, first);
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
