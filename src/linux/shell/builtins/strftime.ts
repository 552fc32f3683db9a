/** strftime(3) in the C locale and UTC, for `printf '%(…)T'`. */

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November',
  'December',
]; // biome-ignore format: names

const two = (n: number): string => String(n).padStart(2, '0');

/** Broken-down UTC. */
export interface Calendar {
  readonly year: number;
  /** 1–12 */
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly yearday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const leap = (y: number): boolean => (y % 4 === 0 && y % 100 !== 0) || y % 400 === 0;

/** Seconds since 1970 as a date. */
export function calendar(seconds: number): Calendar {
  const days = Math.floor(seconds / 86400);
  const rest = seconds - days * 86400;
  let year = 1970;
  let d = days;
  for (; d < 0; year--) d += leap(year - 1) ? 366 : 365;
  for (let n = leap(year) ? 366 : 365; d >= n; n = leap(year) ? 366 : 365) {
    d -= n;
    year++;
  }
  const lengths = [31, leap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  let month = 0;
  let day = d;
  while (day >= (lengths[month] as number)) day -= lengths[month++] as number;
  return {
    year,
    month: month + 1,
    day: day + 1,
    weekday: (((days + 4) % 7) + 7) % 7,
    yearday: d + 1,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
  };
}

/** Formats seconds since 1970. */
export function strftime(format: string, seconds: number): string {
  const c = calendar(seconds);
  return format.replace(/%([a-zA-Z%])/g, (whole, x: string) => {
    switch (x) {
      case 'Y':
        return String(c.year);
      case 'm':
        return two(c.month);
      case 'd':
        return two(c.day);
      case 'e':
        return String(c.day).padStart(2);
      case 'H':
        return two(c.hour);
      case 'I':
        return two(c.hour % 12 || 12);
      case 'M':
        return two(c.minute);
      case 'S':
        return two(c.second);
      case 'p':
        return c.hour < 12 ? 'AM' : 'PM';
      case 'y':
        return two(c.year % 100);
      case 'j':
        return String(c.yearday).padStart(3, '0');
      case 'a':
        return (DAYS[c.weekday] as string).slice(0, 3);
      case 'A':
        return DAYS[c.weekday] as string;
      case 'b':
      case 'h':
        return (MONTHS[c.month - 1] as string).slice(0, 3);
      case 'B':
        return MONTHS[c.month - 1] as string;
      case 'u':
        return String(c.weekday || 7);
      case 'w':
        return String(c.weekday);
      case 's':
        return String(seconds);
      case 'F':
        return strftime('%Y-%m-%d', seconds);
      case 'T':
      case 'X':
        return strftime('%H:%M:%S', seconds);
      case 'R':
        return strftime('%H:%M', seconds);
      case 'D':
      case 'x':
        return strftime('%m/%d/%y', seconds);
      case 'c':
        return strftime('%a %b %e %H:%M:%S %Y', seconds);
      case 'Z':
        return 'UTC';
      case 'z':
        return '+0000';
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '%':
        return '%';
      default:
        return whole;
    }
  });
}
