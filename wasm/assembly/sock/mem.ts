/**
 * Memory of sock/: what follows SOCK_BASE. A small fixed part, then the core's arena, of which chunks of socket records,
 * hash heads, rings and settings of namespaces are cut. What is not used is not there.
 *
 *   SOCK_BASE   segment scratch (512) | header (256) | directory of record chunks | 64 KiB | arena …
 */
import { SOCK_BASE, SOCK_STATE, Sim, arenaTake, memReach } from '../mem';

/** Where the table's header lies. */
export const TABLE_BASE: usize = SOCK_BASE + 512;
/** First byte of the arena. */
export const ARENA_BASE: usize = SOCK_BASE + 0x10000;
/** What is asked of the arena at once: small blocks are cut of it. */
const STEP: u32 = 0x40000;

/** Makes the fixed part addressable. @returns 0, or -1 */
export function sockMemInit(): i32 {
  Sim.at().arena = ARENA_BASE as u32;
  return memReach(ARENA_BASE);
}

/** Takes fresh (zero) bytes. @param bytes a multiple of 64 @returns 0 when there are none */
export function carve(bytes: u32): u32 {
  const next = SOCK_STATE;
  const end = SOCK_STATE + 12;
  if (load<u32>(next) + bytes > load<u32>(end)) {
    const step = max(STEP, bytes);
    const at = arenaTake(step);
    if (at == 0) return 0;
    // What was left of the last step joins when nobody took from the arena since.
    if (at != load<u32>(end)) store<u32>(next, at);
    store<u32>(end, at + step);
  }
  const at = load<u32>(next);
  store<u32>(next, at + bytes);
  return at;
}
