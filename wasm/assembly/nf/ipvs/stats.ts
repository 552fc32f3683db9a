/**
 * Counters of a service or a server, and their rates: every two seconds a quarter of the difference goes into the
 * average. Ticks that nobody saw are caught up before the next count, which comes to the same.
 *
 *   u64 connections, packets in, out, bytes in, out | u64 last tick | u32 the same at the last tick, u32 averages
 *
 * @see Linux net/netfilter/ipvs/ip_vs_est.c
 */
import { VS_X_RATES, VS_X_STATS } from '../../../abi';
import { now } from '../../sim/clock';

export const STATS_SIZE: usize = 88;
export const C_CONNS: u32 = 0;
export const C_IN: u32 = 1;
export const C_OUT: u32 = 2;
const TICK: u64 = 2_000_000_000;
const LAST: usize = 40;
const WAS: usize = 48;
const AVERAGE: usize = 68;
/** Ticks after which an average is nothing. */
const FADED: u64 = 200;

/** Shift of a counter's rates: bytes need more room. */
function scale(k: u32): u32 {
  return k < 3 ? 9 : 4;
}

function tick(at: usize): void {
  for (let k: u32 = 0; k < 5; k++) {
    const o = (k as usize) * 4;
    const count = load<u64>(at + (k as usize) * 8) as u32;
    const rate = (count - load<u32>(at + WAS + o)) << scale(k);
    const average = load<u32>(at + AVERAGE + o);
    store<u32>(at + WAS + o, count);
    store<u32>(at + AVERAGE + o, average + (((rate - average) as i32) >> 2));
  }
}

/** Catches up with the ticks that passed. */
function settle(at: usize): void {
  let due = (now() - load<u64>(at + LAST)) / TICK;
  if (due == 0) return;
  store<u64>(at + LAST, load<u64>(at + LAST) + due * TICK);
  for (due = min(due, FADED); due != 0; due--) tick(at);
}

/** Begins counting. */
export function statsInit(at: usize): void {
  memory.fill(at, 0, STATS_SIZE);
  store<u64>(at + LAST, now());
}

/** Sets the counters to zero. */
export function statsZero(at: usize): void {
  settle(at);
  memory.fill(at, 0, 40);
  memory.fill(at + WAS, 0, 40);
}

/** Counts a connection, or a packet and its bytes. @param what C_* */
export function statsCount(at: usize, what: u32, bytes: u32): void {
  settle(at);
  const n = at + (what as usize) * 8;
  store<u64>(n, load<u64>(n) + 1);
  if (what != C_CONNS) store<u64>(n + 16, load<u64>(n + 16) + (bytes as u64));
}

/** Writes counters and rates into a dumped record. */
export function statsDump(at: usize, out: usize): void {
  settle(at);
  for (let k: u32 = 0; k < 5; k++) {
    const shift = scale(k) + 1;
    const average = load<u32>(at + AVERAGE + (k as usize) * 4);
    store<f64>(out + VS_X_STATS + (k as usize) * 8, load<u64>(at + (k as usize) * 8) as f64);
    const up: u32 = k < 3 ? 0x1ff : 0xf;
    store<f64>(out + VS_X_RATES + (k as usize) * 8, ((average + up) >> shift) as f64);
  }
}
