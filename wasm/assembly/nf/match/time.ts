/** `time`: the clock on the wall, UTC. @see Linux net/netfilter/xt_time.c */
import { MATCH_X_A, MATCH_X_B, MATCH_X_C, MATCH_X_D, MATCH_X_E, MATCH_X_P } from '../../../abi';
import { now } from '../../sim/clock';

const DAY: u32 = 86400;

/** Day of the month, from 1. @param days since 1970 */
function monthday(days: u32): u32 {
  // Days of an era of 400 years that begins in March. @see howardhinnant.github.io/date_algorithms.html: civil_from_days
  const doe = (days + 719468) % 146097;
  const year = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const day = doe - (365 * year + year / 4 - year / 100);
  return day - (153 * ((5 * day + 2) / 153) + 2) / 5 + 1;
}

/** @param m the match's record */
export function timeFits(m: usize): bool {
  let at = ((load<u64>(m, MATCH_X_E + 8) + now()) / 1_000_000_000) as u32;
  if (at < load<u32>(m, MATCH_X_A) || at > load<u32>(m, MATCH_X_B)) return false;
  const second = at % DAY;
  const start = load<u32>(m, MATCH_X_C);
  const stop = load<u32>(m, MATCH_X_D);
  if (start < stop) {
    if (second < start || second > stop) return false;
  } else {
    if (second < start && second > stop) return false;
    // What is after midnight belongs to the day before.
    if (load<u8>(m, MATCH_X_P) & 1 && second <= stop) at -= DAY;
  }
  const days = at / DAY;
  if (((load<u32>(m, MATCH_X_E + 4) >> ((3 + days) % 7 + 1)) & 1) == 0) return false;
  return ((load<u32>(m, MATCH_X_E) >> monthday(days)) & 1) != 0;
}
