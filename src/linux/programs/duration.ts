/** Durations as commands write them: `5`, `0.3`, `2m`. */

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86400 };

/** Nanoseconds; undefined when the text is no duration. @see coreutils src/sleep.c: apply_suffix */
export function parseDuration(s: string): number | undefined {
  if (s === 'infinity' || s === 'inf') return Number.POSITIVE_INFINITY;
  const unit = UNITS[s.at(-1) ?? ''];
  const digits = unit === undefined ? s : s.slice(0, -1);
  if (!/^\d*\.?\d*$/.test(digits) || !/\d/.test(digits)) return undefined;
  return Number(digits) * (unit ?? 1) * 1e9;
}
