/** strftime(3) in the C locale and UTC, for `printf '%(…)T'`. */

import { civilOfSeconds, DAY_NAMES, MONTH_NAMES, two } from '../../../base/civil.ts';

/** Formats seconds since 1970. */
export function strftime(format: string, seconds: number): string {
  const c = civilOfSeconds(seconds);
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
        return (DAY_NAMES[c.weekday] as string).slice(0, 3);
      case 'A':
        return DAY_NAMES[c.weekday] as string;
      case 'b':
      case 'h':
        return (MONTH_NAMES[c.month - 1] as string).slice(0, 3);
      case 'B':
        return MONTH_NAMES[c.month - 1] as string;
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
