/**
 * Times as Go prints and reads them: nanoseconds since 1970 as bigint, UTC only.
 * @see Go time package (RFC3339Nano), docker/go-units duration.go
 */

import { type Civil, civil, daysFromCivil, two } from '../base/civil.ts';

const NS = 1_000_000_000n;
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Go's zero time.Time as JSON. */
export const ZERO_TIME = '0001-01-01T00:00:00Z';

/** Seconds since 1970 of a date. */
export function fromCivil(c: Pick<Civil, 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second'>): number {
  return daysFromCivil(c.year, c.month, c.day) * 86400 + c.hour * 3600 + c.minute * 60 + c.second;
}

/** `2026-11-23T22:41:47.00969561Z`: trailing zeros of the fraction are left out. */
export function rfc3339Nano(ns: bigint): string {
  const c = civil(ns);
  const fraction = String(c.nanos).padStart(9, '0').replace(/0+$/, '');
  return `${date(c)}T${clock(c)}${fraction === '' ? '' : `.${fraction}`}Z`;
}

/** With all nine digits, as the log reader and the event stream print it. */
export function rfc3339NanoFixed(ns: bigint): string {
  const c = civil(ns);
  return `${date(c)}T${clock(c)}.${String(c.nanos).padStart(9, '0')}Z`;
}

const date = (c: Civil): string => `${c.year}-${two(c.month)}-${two(c.day)}`;
const clock = (c: Civil): string => `${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;

/** The last second that was written: many answers bear the same. */
let stamp = { second: -1n, text: '' };

/** `Mon, 23 Nov 2026 22:40:08 GMT` @see RFC 9110 §5.6.7 */
export function httpDate(ns: bigint): string {
  const second = ns / NS;
  if (second !== stamp.second) {
    const c = civil(ns);
    stamp = { second, text: `${DAYS[c.weekday]}, ${two(c.day)} ${MONTHS[c.month - 1]} ${c.year} ${clock(c)} GMT` };
  }
  return stamp.text;
}

/** The instant of an HTTP date; undefined when it is none. @see RFC 9110 §5.6.7 */
export function parseHttpDate(s: string): bigint | undefined {
  const m = /^\w{3}, (\d{2}) (\w{3}) (\d{4}) (\d{2}):(\d{2}):(\d{2}) GMT$/.exec(s);
  const month = MONTHS.indexOf(m?.[2] ?? '') + 1;
  if (!m || month === 0) return undefined;
  const [day = 0, , year = 0, hour = 0, minute = 0, second = 0] = m.slice(1).map(Number);
  return BigInt(fromCivil({ year, month, day, hour, minute, second })) * NS;
}

/** `23/Nov/2026 22:31:44`, the stamp of access logs. */
export function logDate(ns: bigint, separator = ' '): string {
  const c = civil(ns);
  return `${two(c.day)}/${MONTHS[c.month - 1]}/${c.year}${separator}${clock(c)}`;
}

/** @see docker/go-units duration.go: HumanDuration @param ns a duration, not negative */
export function humanDuration(ns: number): string {
  const seconds = Math.floor(ns / 1e9);
  if (seconds < 1) return 'Less than a second';
  if (seconds === 1) return '1 second';
  if (seconds < 60) return `${seconds} seconds`;
  const minutes = Math.floor(seconds / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.floor(ns / 3.6e12 + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(ns / 3.6e12 / 24 / 365)} years`;
}

/** `seconds[.fraction]` since 1970 → nanoseconds; undefined when it is no number. */
export function parseUnix(s: string): bigint | undefined {
  const m = /^(-?\d+)(?:\.(\d{1,9}))?$/.exec(s);
  if (!m) return undefined;
  return BigInt(m[1] as string) * NS + BigInt((m[2] ?? '').padEnd(9, '0'));
}

/** RFC 3339 with or without fraction and zone, or a bare date; undefined when it is none. */
export function parseRfc3339(s: string): bigint | undefined {
  const m = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(s);
  if (!m) return undefined;
  const n = (i: number): number => Number(m[i] ?? 0);
  const zone =
    m[8] && m[8] !== 'Z' ? (m[8][0] === '-' ? -1 : 1) * (Number(m[8].slice(1, 3)) * 60 + Number(m[8].slice(4))) : 0;
  const at = fromCivil({ year: n(1), month: n(2), day: n(3), hour: n(4), minute: n(5), second: n(6) }) - zone * 60;
  return BigInt(at) * NS + BigInt((m[7] ?? '').padEnd(9, '0'));
}
