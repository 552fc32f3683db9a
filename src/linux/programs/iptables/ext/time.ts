/** The module time. @see iptables extensions/libxt_time.c */
import { civilOfSeconds, daysFromCivil, two } from '../../../../base/civil.ts';
import type { TimeMatch } from '../../../kernel/nfmatch.ts';
import { UsageError } from '../values.ts';
import { type Draft, extension } from './spec.ts';

const DAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const ALL_MONTH = 0xfffffffe;
const ALL_WEEK = 0xfe;
const LAST_SECOND = 86399;
/** The end of time for a kernel that counts in 31 bits. */
const FOREVER = 2 ** 31 - 1;

function clock(text: string): number {
  const m = /^(\d+):(\d+)(?::(\d+))?$/.exec(text);
  const [h, min, s] = [1, 2, 3].map((k) => Number(m?.[k] ?? 0)) as [number, number, number];
  if (!m || h > 23 || min > 59 || s > 59)
    throw new UsageError(`invalid time "${text}" specified, should be hh:mm[:ss] format and within the boundaries`);
  return h * 3600 + min * 60 + s;
}

function moment(text: string): number {
  const m = /^(\d+)(?:-(\d+)(?:-(\d+)(?:T(\d+)(?::(\d+)(?::(\d+))?)?)?)?)?$/.exec(text);
  const part = (k: number, none: number): number => Number(m?.[k] ?? none);
  const [y, mo, d, h, min, s] = [part(1, 0), part(2, 1), part(3, 1), part(4, 0), part(5, 0), part(6, 0)] as const;
  const fits = y >= 1970 && y <= 2038 && mo >= 1 && mo <= 12 && d >= 1 && d <= 31 && h <= 23 && min <= 59 && s <= 59;
  if (!m || !fits) throw new UsageError(`Invalid date "${text}" specified. Should be YYYY[-MM[-DD[Thh[:mm[:ss]]]]]`);
  return Math.min(daysFromCivil(y, mo, d) * 86400 + h * 3600 + min * 60 + s, FOREVER);
}

/** Names of days may be cut to two letters and more. */
function weekDay(word: string): number {
  const at = /^[1-7]$/.test(word)
    ? Number(word) - 1
    : DAYS.findIndex((d) => word.length >= 2 && d.slice(0, 2).toLowerCase() === word.slice(0, 2).toLowerCase());
  if (at < 0) throw new UsageError(`${word} is not a valid day specifier`);
  return at + 1;
}

function monthDay(word: string): number {
  const n = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!(n <= 31)) throw new UsageError(`${word} is not a valid day for --monthdays`);
  return n;
}

const days = (text: string, of: (word: string) => number): number =>
  text.split(',').reduce((bits, word) => (bits | (1 << of(word))) >>> 0, 0);

const listed = (bits: number, from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((d) => (bits >>> d) & 1);
const weekText = (bits: number): string =>
  listed(bits, 1, 7)
    .map((d) => DAYS[d - 1])
    .join(',');
const clockText = (s: number): string => `${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;

function dateText(seconds: number, between: string): string {
  const { year, month, day } = civilOfSeconds(seconds);
  return `${year}-${two(month)}-${two(day)}${between}${clockText(seconds % 86400)}`;
}

/** `1st`, `2nd`; of others iptables takes the last digit, 11st too. */
const nth = (d: number): string => `${d}${['th', 'st', 'nd', 'rd'][d % 10] ?? 'th'}`;

const allDay = (m: TimeMatch): boolean => m.dayStart === 0 && m.dayStop === LAST_SECOND;

export const time = extension<TimeMatch>({
  module: 'time',
  options: {
    timestart: (d, w) => {
      d.dayStart = clock(w.take());
    },
    timestop: (d, w) => {
      d.dayStop = clock(w.take());
    },
    datestart: (d, w) => {
      d.dateStart = moment(w.take());
    },
    datestop: (d, w) => {
      d.dateStop = moment(w.take());
    },
    monthdays: (d, w) => {
      d.monthDays = negated(days(w.take(), monthDay), w.not, ALL_MONTH);
    },
    weekdays: (d, w) => {
      d.weekDays = negated(days(w.take(), weekDay), w.not, ALL_WEEK);
    },
    contiguous: (d) => {
      d.contiguous = true;
    },
    kerneltz: (d) => {
      d.local = true;
    },
    localtz: (d) => {
      d.local = true;
    },
    utc: () => {},
  },
  check(d: Draft<TimeMatch>) {
    d.dateStart ??= 0;
    d.dateStop ??= FOREVER;
    d.dayStart ??= 0;
    d.dayStop ??= LAST_SECOND;
    d.monthDays ??= ALL_MONTH;
    d.weekDays ??= ALL_WEEK;
    if (d.contiguous && d.dayStart < d.dayStop)
      throw new UsageError('time: --contiguous only makes sense when stoptime is smaller than starttime');
  },
  save: (m) =>
    (allDay(m) ? '' : ` --timestart ${clockText(m.dayStart)} --timestop ${clockText(m.dayStop)}`) +
    (m.monthDays === ALL_MONTH ? '' : ` --monthdays ${listed(m.monthDays, 1, 31).join(',')}`) +
    (m.weekDays === ALL_WEEK ? '' : ` --weekdays ${weekText(m.weekDays)}`) +
    (m.dateStart === 0 ? '' : ` --datestart ${dateText(m.dateStart, 'T')}`) +
    ` --datestop ${dateText(m.dateStop, 'T')}` +
    (m.local ? ' --kerneltz' : '') +
    (m.contiguous ? ' --contiguous' : ''),
  list: (m) =>
    'TIME' +
    (allDay(m) ? '' : ` from ${clockText(m.dayStart)} to ${clockText(m.dayStop)}`) +
    (m.weekDays === ALL_WEEK ? '' : ` on ${weekText(m.weekDays)}`) +
    (m.monthDays === ALL_MONTH ? '' : ` on ${listed(m.monthDays, 1, 31).map(nth).join(',')}`) +
    (m.dateStart === 0 ? '' : ` starting from ${dateText(m.dateStart, ' ')}`) +
    (m.dateStop === FOREVER ? '' : ` until date ${dateText(m.dateStop, ' ')}`) +
    (m.local ? '' : ' UTC') +
    (m.contiguous ? ' contiguous' : ''),
});

function negated(bits: number, not: boolean, all: number): number {
  return not ? (all & ~bits) >>> 0 : bits;
}
