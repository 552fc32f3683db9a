/** What prune requests may ask for: labels, and an age. @see moby daemon/prune.go: getUntilFromPruneFilters, matchLabels */
import { Failure } from '../errdefs.ts';
import { timestamp } from '../gotime.ts';
import { parseUnix } from '../time.ts';
import type { Daemon } from './daemon.ts';
import { errors } from './errors.ts';
import { Filters } from './filters.ts';

/** Tests of what a prune takes away. */
export interface Pruning {
  readonly filters: Filters;
  /** @param created ns since 1970 */
  readonly old: (created: bigint) => boolean;
  readonly labels: (labels: Readonly<Record<string, string>> | null) => boolean;
}

/** @param accepted keys of the filter */
export function parsePruning(daemon: Daemon, text: string | null, accepted: readonly string[]): Pruning | Failure {
  const filters = Filters.parse(text, accepted);
  if (filters instanceof Failure) return filters;
  const given = filters.get('until');
  if (given.length > 1) return errors.manyUntil;
  const until = given[0] === undefined ? undefined : timeOf(daemon, given[0]);
  if (until instanceof Failure) return until;
  return {
    filters,
    old: (created) => until === undefined || created <= until,
    labels: (labels) => filters.labels(labels) && !(filters.has('label!') && filters.labels(labels, 'label!')),
  };
}

/** A time, or how long ago it was. */
export function timeOf(daemon: Daemon, text: string): bigint | Failure {
  const ago = goDuration(text);
  if (ago !== undefined) return daemon.now() - ago;
  const time = timestamp(text);
  return 'error' in time ? new Failure('invalid', time.error) : (parseUnix(time.at) ?? errors.badTime(text));
}

/** `1h30m`, `10s`; undefined when it is none. @see Go time.ParseDuration */
function goDuration(s: string): bigint | undefined {
  const units: Record<string, number> = { h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6, us: 1e3, ns: 1 };
  if (!/^(?:\d+(?:\.\d+)?(?:h|ms|m|us|ns|s))+$/.test(s)) return undefined;
  let total = 0;
  for (const m of s.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|us|ns|s)/g)) total += Number(m[1]) * (units[m[2] as string] ?? 0);
  return BigInt(Math.floor(total));
}
