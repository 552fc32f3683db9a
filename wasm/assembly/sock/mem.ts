/**
 * Memory of sock/: what follows SOCK_BASE. At its end an arena that grows with the host's memory holds the rings.
 *
 *   SOCK_BASE   segment scratch (256) | table header, hashes, records | 64 KiB align | ring arena …
 */
import { SOCK_BASE, SOCK_STATE, memReach } from '../mem';

/** Where the table's header lies. */
export const TABLE_BASE: usize = SOCK_BASE + 256;
/** Room for header, hash heads and records; border.ts checks that it suffices. */
export const TABLE_ROOM: usize = 0x400000;
/** First byte of the ring arena. */
export const ARENA_BASE: usize = SOCK_BASE + TABLE_ROOM;
/** The arena may grow to this many bytes. */
const ARENA_MAX: usize = 0x8000000;

/** Makes the fixed part addressable. @returns 0, or -1 */
export function sockMemInit(): i32 {
  store<u32>(SOCK_STATE, ARENA_BASE as u32);
  return memReach(ARENA_BASE);
}

/** Takes fresh bytes off the arena. @returns 0 when there are none */
export function carve(bytes: u32): u32 {
  const at = load<u32>(SOCK_STATE);
  const end = (at as usize) + (bytes as usize);
  if (end > ARENA_BASE + ARENA_MAX || memReach(end) != 0) return 0;
  store<u32>(SOCK_STATE, end as u32);
  return at;
}
