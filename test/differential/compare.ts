/** What two outcomes do not agree on. */
import type { Outcome } from './topology.ts';

/** Lines of `a` that `b` has not, and the other way round; as often as they are there too often. */
function lines(a: readonly string[], b: readonly string[]): string[] {
  const left = new Map<string, number>();
  for (const x of a) left.set(x, (left.get(x) ?? 0) + 1);
  for (const x of b) left.set(x, (left.get(x) ?? 0) - 1);
  return [...left].filter(([, n]) => n !== 0).map(([x, n]) => `${n > 0 ? 'kernel' : 'lab   '} ${x}`);
}

/** @returns one line for each difference; `kernel` has what the lab has not */
export function differences(real: Outcome, lab: Outcome): string[] {
  return [
    ...lines(real.calls, lab.calls),
    ...lines(real.delivered, lab.delivered),
    ...lines(real.counters, lab.counters),
  ];
}
