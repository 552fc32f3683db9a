/**
 * The lab's one clock: virtual nanoseconds since the core was made. Work costs time: crossing a link or being seen
 * by a tap moves the clock a few microseconds with seeded jitter, so stamps of captures strictly increase.
 */
import { Sim } from '../mem';

/** Virtual ns. */
export function now(): u64 {
  return Sim.at().now;
}

/** Moves the clock forward to `t`; never back. */
export function clockAdvance(t: u64): void {
  const s = Sim.at();
  if (t > s.now) s.now = t;
}

/** 31 bits of jitter: a linear congruence of its own, for several are drawn for each packet. @see Knuth: MMIX */
function jitter(): u64 {
  const s = Sim.at();
  const j = s.jitter * 6364136223846793005 + 1442695040888963407;
  s.jitter = j;
  return j >> 33;
}

/** Cost of one step inside a machine, 1 to 4 µs. */
export function clockStep(): void {
  Sim.at().now += 1000 + ((jitter() * 3000) >> 31);
}

/** Cost of crossing a veth pair: a soft interrupt on the other side, 9 to 25 µs. */
export function clockCross(): void {
  Sim.at().now += 9000 + ((jitter() * 16000) >> 31);
}
