/**
 * Memory of sock/: what follows SOCK_BASE. The arena, which grows with the host's memory, holds the rings.
 *
 *   SOCK_BASE   segment scratch (256) | table header, hashes, records | 64 KiB align | ring arena …
 */
import { SOCK_BASE, SOCK_STATE, Sim, arenaTake, memReach } from '../mem';

/** Where the table's header lies. */
export const TABLE_BASE: usize = SOCK_BASE + 256;
/** Room for header, hash heads and records; border.ts checks that it suffices. */
export const TABLE_ROOM: usize = 0x400000;
/** First byte of the arena. */
export const ARENA_BASE: usize = SOCK_BASE + TABLE_ROOM;
/** Rings may hold this many bytes together. */
const RINGS_MAX: u32 = 0x8000000;

/** Makes the fixed part addressable. @returns 0, or -1 */
export function sockMemInit(): i32 {
  Sim.at().arena = ARENA_BASE as u32;
  return memReach(ARENA_BASE);
}

/** Takes fresh bytes off the arena. @returns 0 when there are none */
export function carve(bytes: u32): u32 {
  const used = SOCK_STATE;
  if (load<u32>(used) + bytes > RINGS_MAX) return 0;
  const at = arenaTake(bytes);
  if (at != 0) store<u32>(used, load<u32>(used) + bytes);
  return at;
}
