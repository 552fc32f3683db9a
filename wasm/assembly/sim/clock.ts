/**
 * The lab's one clock: virtual nanoseconds since the core was made. Work costs time: crossing a link or being seen
 * by a tap moves the clock a few microseconds with seeded jitter, so stamps of captures strictly increase. Packets that
 * come in a burst share most of the cost, as they do where a driver polls.
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

/** Cost of one step inside a machine, 1 to 4 µs; a tenth of it while other packets wait: they are taken in one go. */
export function clockStep(): void {
  const s = Sim.at();
  s.recSteps++;
  s.now += s.workHead == 0 ? 1000 + ((jitter() * 3000) >> 31) : 100 + ((jitter() * 300) >> 31);
}

/**
 * Cost of crossing a veth pair: a soft interrupt on the other side, 9 to 25 µs; what waits behind the first is polled
 * without another. @see Linux net/core/dev.c: net_rx_action
 */
export function clockCross(): void {
  const s = Sim.at();
  s.now += s.workHead == 0 ? 9000 + ((jitter() * 16000) >> 31) : 200 + ((jitter() * 400) >> 31);
}
