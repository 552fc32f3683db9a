/**
 * Times and spans as docker prints them.
 * @see docker/go-units duration.go: HumanDuration, Go src/time/format.go
 */
import { civilOfSeconds, daysFromCivil, two } from '../../../base/civil.ts';
import { humanDuration as ofNanoseconds } from '../../time.ts';

/** RFC 3339 → whole unix seconds and the text of the fraction (without dot, no trailing zeros). */
export function parseTime(s: string): { seconds: number; fraction: string } | undefined {
  const m = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:?\d\d)?$/.exec(s);
  if (!m) return undefined;
  const [, y, mo, d, h, mi, sec, fraction = '', zone = 'Z'] = m;
  const days = daysFromCivil(Number(y), Number(mo), Number(d));
  let seconds = days * 86400 + Number(h) * 3600 + Number(mi) * 60 + Number(sec);
  const z = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (z) seconds -= (z[1] === '-' ? -1 : 1) * (Number(z[2]) * 3600 + Number(z[3]) * 60);
  return { seconds, fraction: fraction.replace(/0+$/, '') };
}

/** `2026-11-23 22:33:13` */
export function dateTime(seconds: number): string {
  const c = civilOfSeconds(seconds);
  return `${String(c.year).padStart(4, '0')}-${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}`;
}

/** time.Time.String of UTC: `2026-11-23 22:33:13.123 +0000 UTC`. */
export function timeString(rfc3339: string): string {
  const t = parseTime(rfc3339);
  if (!t) return rfc3339;
  return `${dateTime(t.seconds)}${t.fraction ? `.${t.fraction}` : ''} +0000 UTC`;
}

/** time.ANSIC: `Tue Sep 15 11:02:57 2026`. */
export function ansic(rfc3339: string): string {
  const t = parseTime(rfc3339);
  if (!t) return rfc3339;
  const c = civilOfSeconds(t.seconds);
  const day = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')[c.weekday];
  const month = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')[c.month - 1];
  return `${day} ${month} ${String(c.day).padStart(2)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)} ${c.year}`;
}

/** units.HumanDuration of whole seconds. */
export function humanDuration(seconds: number): string {
  return ofNanoseconds(seconds * 1e9);
}
