/** Set-up of the tables of packets, timers and captures. */
import {
  BUF_BASE, BUF_CAP, BUF_REC, CAPTURE_BASE, CAPTURE_CAP, CAPTURE_REC, JUMBO_BASE, JUMBO_CAP, JUMBO_REC, PKT_BASE, PKT_CAP,
  PKT_REC, SLAB_BUF, SLAB_CAPTURE, SLAB_JUMBO, SLAB_PKT, SLAB_TIMER, SOCK_BASE, TIMER_BASE, TIMER_CAP, TIMER_REC, memReach,
} from '../mem';
import { rngSeed } from './rng';
import { slabInit } from './slab';

/** Makes all memory below sock/ addressable, and what the rooms stand on. @returns 0, or -1 without memory */
export function simInit(seed: u64): i32 {
  if (memReach(SOCK_BASE) != 0) return -1;
  rngSeed(seed);
  slabInit(SLAB_PKT, PKT_BASE, PKT_REC, PKT_CAP);
  slabInit(SLAB_BUF, BUF_BASE, BUF_REC, BUF_CAP);
  slabInit(SLAB_JUMBO, JUMBO_BASE, JUMBO_REC, JUMBO_CAP);
  slabInit(SLAB_TIMER, TIMER_BASE, TIMER_REC, TIMER_CAP);
  slabInit(SLAB_CAPTURE, CAPTURE_BASE, CAPTURE_REC, CAPTURE_CAP);
  return 0;
}
