/**
 * The lab's one clock: virtual nanoseconds since the core was made. Work costs time: crossing a link or being seen
 * by a tap moves the clock a few microseconds with seeded jitter, so stamps of captures strictly increase. Packets that
 * come in a burst share most of the cost, as they do where a driver polls.
 *
 * What a step costs is drawn when a link is crossed and holds until the next: a machine that was just woken is as slow
 * all the way as it finds its caches.
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

/** What one step inside a machine costs now, 1 to 4 µs; a tenth of it while other packets wait: they are taken in one go. */
export function clockCost(): u64 {
  const s = Sim.at();
  return s.workHead == 0 ? s.step : (s.step * 13) >> 7;
}

/** One step inside a machine. */
export function clockStep(): void {
  const s = Sim.at();
  s.recSteps++;
  s.now += clockCost();
}

/**
 * Cost of crossing a veth pair: a soft interrupt on the other side, 9 to 25 µs; what waits behind the first is polled
 * without another. Its jitter is a linear congruence of its own.
 * @see Linux net/core/dev.c: net_rx_action, Knuth: MMIX
 */
export function clockCross(): void {
  const s = Sim.at();
  const j = s.jitter * 6364136223846793005 + 1442695040888963407;
  s.jitter = j;
  s.step = 1000 + ((((j >> 20) & 0xfff) * 3000) >> 12);
  s.now += s.workHead == 0 ? 9000 + (((j >> 33) * 16000) >> 31) : 200 + (((j >> 33) * 400) >> 31);
}
