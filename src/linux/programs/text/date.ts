/** date: the virtual clock's date. The machine's time zone is UTC. */
import { civil, daysFromCivil } from '../../../base/civil.ts';
import { strftime as plain } from '../../../base/strftime.ts';
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { changed } from './mtime.ts';

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
      ns = changed(ctx.sys, st);
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

/** Formats a time as strftime(3) with GNU date's %N and %:z. @param ns since 1970 */
export function strftime(format: string, ns: bigint): string {
  const nanos = String(civil(ns).nanos).padStart(9, '0');
  const own = format.replace(/%(%|:z|[36]?N)/g, (whole, spec: string) => {
    if (spec === '%') return whole;
    return spec === ':z' ? '+00:00' : nanos.slice(0, Number.parseInt(spec, 10) || 9);
  });
  return plain(own, ns);
}

/** `@SECONDS`, `YYYY-MM-DD[ HH:MM[:SS]]`, `now`, `N unit [ago]`, `yesterday`, `tomorrow`. */
export function parseDate(s: string, now: bigint): bigint | undefined {
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
