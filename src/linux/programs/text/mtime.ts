/** Times of files: the kernel keeps them on the monotonic clock, people read and write them by the wall clock. */
import type { Stat, Sys } from '../../kernel/sys.ts';

/** Wall-clock time at zero of the monotonic clock, ns since 1970. */
export function epoch(sys: Sys): bigint {
  return sys.realtime() - BigInt(Math.round(sys.now()));
}

/** When a file was last changed, ns since 1970. */
export function changed(sys: Sys, st: Pick<Stat, 'mtime'>): bigint {
  return epoch(sys) + BigInt(Math.round(st.mtime));
}
