/** Durations as Go prints them. @see Go src/time/time.go: Duration.String */

const decimals = (n: number): string => String(Number(n.toFixed(9)));

/** @param ns nanoseconds */
export function durationText(ns: number): string {
  if (ns === 0) return '0s';
  const u = Math.abs(ns);
  const sign = ns < 0 ? '-' : '';
  if (u < 1e3) return `${sign}${u}ns`;
  if (u < 1e6) return `${sign}${decimals(u / 1e3)}µs`;
  if (u < 1e9) return `${sign}${decimals(u / 1e6)}ms`;
  const hours = Math.floor(u / 3600e9);
  const minutes = Math.floor((u % 3600e9) / 60e9);
  const seconds = `${decimals((u % 60e9) / 1e9)}s`;
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}`;
}
