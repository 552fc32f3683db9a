/** Time since a packet was made, as people read it: what happens inside a machine takes microseconds. @param ns virtual */
export const since = (ns: number): string =>
  ns < 1e6 ? `+${(ns / 1e3).toFixed(1)} µs` : `+${(ns / 1e6).toFixed(3)} ms`;
