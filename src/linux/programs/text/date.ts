/** date: the virtual clock's date. The machine's time zone is UTC. */
import { civil, DAY_NAMES, daysFromCivil, MONTH_NAMES, two } from '../../../base/civil.ts';
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';

/** The `date` command. */
export const spec = defineProgram({
  name: 'date',
  path: '/usr/bin/date',
  summary: 'Write the date and time',
  synopsis: ['[OPTION]... [+FORMAT]'],
  version: 'date (GNU coreutils) 9.7',
  options: [
    { name: 'date', short: 'd', arg: 'required', metavar: 'STRING', help: 'the time STRING tells, not now' },
    {
      name: 'iso-8601',
      short: 'I',
      arg: 'optional',
      metavar: 'FMT',
      help: 'ISO 8601: date, hours, minutes, seconds or ns',
    },
    { name: 'reference', short: 'r', arg: 'required', metavar: 'FILE', help: 'when FILE was last changed' },
    { name: 'rfc-email', short: 'R', help: 'as in mail headers' },
    { name: 'utc', short: 'u', help: 'in UTC' },
  ],
  async run(ctx) {
    const o = ctx.options;
    let ns = ctx.sys.realtime();
    const given = o.value('date');
    if (given !== undefined) {
      const t = parseDate(given, ns);
      if (t === undefined) return ctx.fail(`invalid date '${given}'`);
      ns = t;
    }
    const file = o.value('reference');
    if (file !== undefined) {
      const st = ctx.sys.stat(file);
      if (isErr(st)) return ctx.fail(`${file}: ${st.text}`);
      ns = ctx.sys.realtime() - BigInt(Math.round(ctx.sys.now() - st.mtime));
    }
    const format = ctx.operands[0];
    if (format !== undefined && !format.startsWith('+')) return ctx.fail(`invalid date '${format}'`);
    const iso = {
      '': '%Y-%m-%d',
      date: '%Y-%m-%d',
      hours: '%Y-%m-%dT%H%:z',
      minutes: '%Y-%m-%dT%H:%M%:z',
      seconds: '%Y-%m-%dT%H:%M:%S%:z',
      ns: '%Y-%m-%dT%H:%M:%S,%N%:z',
    }[o.value('iso-8601') ?? ''];
    const chosen = o.has('iso-8601') ? iso : o.has('rfc-email') ? '%a, %d %b %Y %H:%M:%S %z' : format?.slice(1);
    await ctx.out(`${strftime(chosen ?? '%a %b %e %H:%M:%S UTC %Y', ns)}\n`);
    return 0;
  },
});

/** Formats a time as strftime(3) with GNU date's %N, %s and %:z. */
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
      case 'N':
        return String(t.nanos).padStart(9, '0');
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
      case ':z':
        return '+00:00';
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
  return format.replace(/%(-?)(:z|3N|6N|.)/g, (_, dash: string, spec: string) => {
    if (spec === '3N' || spec === '6N') return one('N').slice(0, Number(spec[0]));
    const s = one(spec);
    return dash ? s.replace(/^[0 ]+(?=\d)/, '') : s;
  });
}

/** `@SECONDS`, `YYYY-MM-DD[ HH:MM[:SS]]`, `now`, `N unit [ago]`, `yesterday`, `tomorrow`. */
function parseDate(s: string, now: bigint): bigint | undefined {
  const at = /^@(-?\d+)(?:\.(\d{1,9}))?$/.exec(s);
  if (at) return BigInt(at[1] as string) * 1_000_000_000n + BigInt((at[2] ?? '').padEnd(9, '0'));
  const day = /^(\d{4})-(\d\d?)-(\d\d?)(?:[T ](\d\d?):(\d\d)(?::(\d\d))?)?(?: ?(?:Z|UTC))?$/.exec(s.trim());
  if (day) {
    const [y, m, d, h, min, sec] = day.slice(1).map((x) => Number(x ?? 0)) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    return BigInt(daysFromCivil(y, m, d) * 86400 + h * 3600 + min * 60 + sec) * 1_000_000_000n;
  }
  const words: Readonly<Record<string, number>> = { now: 0, today: 0, yesterday: -86400, tomorrow: 86400, '': 0 };
  const word = words[s.trim()];
  if (word !== undefined) return now + BigInt(word) * 1_000_000_000n;
  const units: Readonly<Record<string, number>> = {
    second: 1,
    sec: 1,
    minute: 60,
    min: 60,
    hour: 3600,
    day: 86400,
    week: 604800,
  };
  const rel = /^([+-]?\d+) ?([a-z]+?)s?( ago)?$/.exec(s.trim());
  const unit = rel && units[rel[2] as string];
  if (!rel || !unit) return undefined;
  return now + BigInt(Number(rel[1]) * unit * (rel[3] ? -1 : 1)) * 1_000_000_000n;
}
