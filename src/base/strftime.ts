/** strftime(3) in the C locale and UTC. `%-d` is without padding. @see glibc time/strftime_l.c */
import { civil, DAY_NAMES, MONTH_NAMES, two } from './civil.ts';

/** @param ns since 1970 @returns the text; what it does not know stays as it is */
export function strftime(format: string, ns: bigint): string {
  const t = civil(ns);
  const one = (spec: string): string => {
    switch (spec) {
      case 'Y':
        return String(t.year);
      case 'y':
        return two(t.year % 100);
      case 'C':
        return two(Math.floor(t.year / 100));
      case 'm':
        return two(t.month);
      case 'd':
        return two(t.day);
      case 'e':
        return String(t.day).padStart(2);
      case 'H':
        return two(t.hour);
      case 'k':
        return String(t.hour).padStart(2);
      case 'I':
        return two(t.hour % 12 || 12);
      case 'M':
        return two(t.minute);
      case 'S':
        return two(t.second);
      case 's':
        return String(t.epoch);
      case 'j':
        return String(t.yearday).padStart(3, '0');
      case 'a':
        return (DAY_NAMES[t.weekday] as string).slice(0, 3);
      case 'A':
        return DAY_NAMES[t.weekday] as string;
      case 'b':
      case 'h':
        return (MONTH_NAMES[t.month - 1] as string).slice(0, 3);
      case 'B':
        return MONTH_NAMES[t.month - 1] as string;
      case 'p':
        return t.hour < 12 ? 'AM' : 'PM';
      case 'u':
        return String(t.weekday || 7);
      case 'w':
        return String(t.weekday);
      case 'F':
        return `${t.year}-${two(t.month)}-${two(t.day)}`;
      case 'T':
        return `${two(t.hour)}:${two(t.minute)}:${two(t.second)}`;
      case 'R':
        return `${two(t.hour)}:${two(t.minute)}`;
      case 'D':
        return `${two(t.month)}/${two(t.day)}/${two(t.year % 100)}`;
      case 'c':
        return strftime('%a %b %e %H:%M:%S %Y', ns);
      case 'x':
        return strftime('%m/%d/%y', ns);
      case 'X':
        return strftime('%H:%M:%S', ns);
      case 'z':
        return '+0000';
      case 'Z':
        return 'UTC';
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '%':
        return '%';
      default:
        return `%${spec}`;
    }
  };
  return format.replace(/%(-?)(.)/g, (_, dash: string, spec: string) => {
    const s = one(spec);
    return dash ? s.replace(/^[0 ]+(?=\d)/, '') : s;
  });
}
