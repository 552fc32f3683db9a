/**
 * Memory of sock/: what follows SOCK_BASE. A small fixed part, then an arena that grows with the host's memory: chunks of
 * socket records, hash heads, rings, settings of namespaces. What is not used is not there.
 *
 *   SOCK_BASE   segment scratch (512) | header (256) | directory of record chunks | 64 KiB | arena …
 */
import { SOCK_BASE, SOCK_STATE, memReach } from '../mem';

/** Where the table's header lies. */
export const TABLE_BASE: usize = SOCK_BASE + 512;
/** First byte of the arena. */
export const ARENA_BASE: usize = SOCK_BASE + 0x10000;
/** The arena may grow to this many bytes. */
const ARENA_MAX: usize = 0x40000000;
/** Memory is asked of the host in steps of this many bytes. */
const STEP: usize = 0x100000;

/** Makes the fixed part addressable. @returns 0, or -1 */
export function sockMemInit(): i32 {
  store<u32>(SOCK_STATE, ARENA_BASE as u32);
  return memReach(ARENA_BASE);
}

/** Takes fresh (zero) bytes off the arena. @returns 0 when there are none */
export function carve(bytes: u32): u32 {
  const at = load<u32>(SOCK_STATE);
  const end = (at as usize) + (bytes as usize);
  if (end > ARENA_BASE + ARENA_MAX) return 0;
  if (memReach((end + STEP - 1) & ~(STEP - 1)) != 0 && memReach(end) != 0) return 0;
  store<u32>(SOCK_STATE, end as u32);
  return at;
}
