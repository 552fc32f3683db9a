/**
 * Compares two sides that differ by little on a machine that has other work: short slices by turns, so that what disturbs
 * one slice disturbs its partner; a ratio for each pair of slices; the median of the ratios and what is known of it.
 */

/** How much more one side costs than the other, percent. */
export interface Paired {
  readonly percent: number;
  /** The median of all pairs that could be lies between, in 95 of 100 such measurements. */
  readonly low: number;
  readonly high: number;
  readonly pairs: number;
}

/** One slice: its cost, in any unit. */
export type Slice = () => number;

/**
 * Median of ratios, with bounds by order statistics: nothing is assumed of how the ratios spread.
 * @see H. A. David, Order Statistics, confidence intervals for quantiles
 */
export function medianOf(ratios: readonly number[]): Paired {
  const xs = [...ratios].sort((x, y) => x - y);
  const half = 0.98 * Math.sqrt(xs.length);
  const at = (k: number): number => xs[Math.min(xs.length - 1, Math.max(0, k))] ?? Number.NaN;
  const percent = (x: number): number => Math.round((x - 1) * 10_000) / 100;
  const middle = (at((xs.length - 1) >> 1) + at(xs.length >> 1)) / 2;
  return {
    percent: percent(middle),
    low: percent(at(Math.floor(xs.length / 2 - half))),
    high: percent(at(Math.ceil(xs.length / 2 + half))),
    pairs: xs.length,
  };
}

/** Ratios a / b of pairs of slices; each pair is a b b a, so that a load that grows or falls hits both alike. */
export function ratios(a: Slice, b: Slice, pairs: number): number[] {
  return Array.from({ length: pairs }, () => {
    const [a1, b1, b2, a2] = [a(), b(), b(), a()];
    return (a1 + a2) / (b1 + b2);
  });
}
