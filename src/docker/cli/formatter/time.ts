/**
 * Times and spans as docker prints them.
 * @see docker/go-units duration.go: HumanDuration, Go src/time/format.go
 */

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

/** Days since 1970 of a date (Howard Hinnant's algorithm). */
export function daysFromCivil(y: number, m: number, d: number): number {
  const year = m <= 2 ? y - 1 : y;
  const era = Math.floor(year / 400);
  const yoe = year - era * 400;
  const doy = Math.floor((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + d - 1;
  return era * 146097 + yoe * 365 + Math.floor(yoe / 4) - Math.floor(yoe / 100) + doy - 719468;
}

/** Date and time of day in UTC. */
export interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  /** 0 is Sunday. */
  readonly weekday: number;
}

export function civil(seconds: number): Civil {
  const days = Math.floor(seconds / 86400);
  const rest = seconds - days * 86400;
  const z = days + 719468;
  const era = Math.floor(z / 146097);
  const doe = z - era * 146097;
  const yoe = Math.floor((doe - Math.floor(doe / 1460) + Math.floor(doe / 36524) - Math.floor(doe / 146096)) / 365);
  const doy = doe - (365 * yoe + Math.floor(yoe / 4) - Math.floor(yoe / 100));
  const mp = Math.floor((5 * doy + 2) / 153);
  const month = mp < 10 ? mp + 3 : mp - 9;
  return {
    year: yoe + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: doy - Math.floor((153 * mp + 2) / 5) + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    weekday: (((days + 4) % 7) + 7) % 7,
  };
}

const two = (n: number): string => String(n).padStart(2, '0');

/** `2026-11-23 22:33:13` */
export function dateTime(seconds: number): string {
  const c = civil(seconds);
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
  const c = civil(t.seconds);
  const day = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')[c.weekday];
  const month = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')[c.month - 1];
  return `${day} ${month} ${String(c.day).padStart(2)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)} ${c.year}`;
}

/** units.HumanDuration of whole seconds. */
export function humanDuration(seconds: number): string {
  const s = Math.trunc(seconds);
  if (s < 1) return 'Less than a second';
  if (s === 1) return '1 second';
  if (s < 60) return `${s} seconds`;
  const minutes = Math.floor(s / 60);
  if (minutes === 1) return 'About a minute';
  if (minutes < 60) return `${minutes} minutes`;
  const hours = Math.floor(s / 3600 + 0.5);
  if (hours === 1) return 'About an hour';
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 7 * 2) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 30 * 2) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 365 * 2) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(s / 3600 / 24 / 365)} years`;
}
