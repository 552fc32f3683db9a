/** The core: time and events. */

/** Kinds of core events. `a`, `b`, `c` depend on the kind. */
export const EventKind = {
  /** Socket a: readable, writable, error or hang-up; b = bits of {@link Ready}. Edge-triggered: drain, then wait. */
  SOCK: 1,
  /** A capture ring has frames; a = capture. */
  CAPTURE: 2,
  /** Carrier of device a changed to b. */
  CARRIER: 3,
  /** Address conflict or other kernel log line: a = code, b, c. */
  LOG: 4,
  /** A router advertisement waits; a = device. */
  RA: 5,
  /** Something happened to a neighbour or a forwarding entry of namespace a (netEvents). */
  NET: 6,
  /** The trial of an IPv6 address of device a is over, while somebody listens (netWatch). */
  ADDR6: 7,
} as const;

export const Ready = { IN: 1, OUT: 4, ERR: 8, HUP: 16, RDHUP: 32 } as const;

/** The one clock, and what happened. */
export interface TimeCore {
  /** Virtual ns since the core was made. */
  now(): number;
  /** When its next timer is due, ns, or Infinity. */
  next(): number;
  /** Fires its timers up to `until` in order, and moves the clock to `until`. */
  run(until: number): void;
  /** Drains the event ring, oldest first. */
  events(each: (kind: number, a: number, b: number, c: number) => void): void;
}
