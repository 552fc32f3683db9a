/** Modules that count: statistic, quota, hashlimit. @see iptables extensions/libxt_statistic.c, libxt_quota.c, libxt_hashlimit.c */
import type { HashlimitMatch, QuotaMatch, StatisticMatch } from '../../../kernel/nfmatch.ts';
import { limitRate, UsageError } from '../values.ts';
import { bang, type Draft, extension, integer, must, type Words } from './spec.ts';

/** @param dash `--` in -S, nothing in -L */
function statisticWords(m: StatisticMatch, dash: string): string {
  const not = m.not ? ' !' : '';
  if (m.mode === 'random')
    return ` ${dash}mode random${not} ${dash}probability ${((m.probability ?? 0) / 2 ** 31).toFixed(11)}`;
  const packet = m.packet || dash !== '' ? ` ${dash}packet ${m.packet ?? 0}` : '';
  return ` ${dash}mode nth${not} ${dash}every ${m.every}${packet}`;
}

export const statistic = extension<StatisticMatch>({
  module: 'statistic',
  options: {
    mode: (d, w) => {
      const text = w.take();
      if (text !== 'random' && text !== 'nth') throw new UsageError(`Bad mode "${text}"`);
      d.mode = text;
    },
    probability: (d, w) => {
      const n = Number(w.take());
      if (!(n >= 0 && n <= 1))
        throw new UsageError('statistic: bad value for option "--probability", or out of range (0-1).\n');
      d.probability = Math.round(n * 2 ** 31);
      d.not = w.not;
    },
    every: (d, w) => {
      d.every = integer('statistic', 'every', w.take(), 1, 2 ** 32 - 1);
      d.not = w.not;
    },
    packet: (d, w) => {
      d.packet = integer('statistic', 'packet', w.take(), 0, 2 ** 32 - 1);
    },
  },
  check(d) {
    if (d.mode === 'nth') {
      if (d.every === undefined && d.packet === undefined)
        throw new UsageError('--every and --packet must be specified when using nth mode');
      if (d.packet === undefined) throw new UsageError('statistic: option "--every" also requires "--packet".\n');
      if (d.every === undefined) throw new UsageError('statistic: option "--packet" also requires "--every".\n');
      if (d.packet >= d.every) throw new UsageError('the --packet p must be 0 <= p <= n-1');
      return;
    }
    if (d.probability === undefined) throw new UsageError('--probability must be specified when using random mode');
    d.mode = 'random';
  },
  save: (m) => statisticWords(m, '--'),
  list: (m) => `statistic${statisticWords(m, '')}`,
});

export const quota = extension<QuotaMatch>({
  module: 'quota',
  options: {
    quota: (d, w) => {
      d.bytes = { value: integer('quota', 'quota', w.take(), 0, Number.MAX_SAFE_INTEGER), not: w.not };
    },
  },
  check(d) {
    if (!d.bytes) must('quota', 'quota');
  },
  save: (m) => `${bang(m.bytes)} --quota ${m.bytes.value}`,
  list: (m) => `quota: ${m.bytes.value} bytes`,
});

const MODES = ['srcip', 'srcport', 'dstip', 'dstport'];
const UNITS = { 1: 'sec', 60: 'min', 3600: 'hour', 86400: 'day' } as const;
const rateText = (m: HashlimitMatch): string => `${m.count}/${UNITS[m.per]}`;

function rate(above: boolean) {
  return (d: Draft<HashlimitMatch>, w: Words): void => {
    const r = limitRate(w.take());
    d.above = above !== w.not;
    d.count = r.count;
    d.per = r.per;
  };
}

export const hashlimit = extension<HashlimitMatch>({
  module: 'hashlimit',
  options: {
    'hashlimit-upto': rate(false),
    hashlimit: rate(false),
    'hashlimit-above': rate(true),
    'hashlimit-burst': (d, w) => {
      d.burst = integer('hashlimit', 'hashlimit-burst', w.take(), 1, 1000000);
    },
    'hashlimit-mode': (d, w) => {
      const text = w.take();
      const names = text.split(',');
      if (names.some((n) => !MODES.includes(n)))
        throw new UsageError(`hashlimit: Bad value for "--hashlimit-mode" option: "${text}"`);
      d.mode = MODES.filter((n) => names.includes(n));
    },
    'hashlimit-name': (d, w) => {
      d.name = w.take();
    },
    'hashlimit-srcmask': (d, w) => {
      d.srcmask = integer('hashlimit', 'hashlimit-srcmask', w.take(), 0, w.family === 4 ? 32 : 128);
    },
    'hashlimit-dstmask': (d, w) => {
      d.dstmask = integer('hashlimit', 'hashlimit-dstmask', w.take(), 0, w.family === 4 ? 32 : 128);
    },
    'hashlimit-htable-expire': (d, w) => {
      d.expire = integer('hashlimit', 'hashlimit-htable-expire', w.take(), 1, 2 ** 32 - 1);
    },
  },
  check(d) {
    if (d.count === undefined) throw new UsageError('You have to specify --hashlimit');
    if (d.name === undefined) must('hashlimit', 'hashlimit-name');
    d.burst ??= 5;
    d.mode ??= [];
    d.srcmask ??= 32;
    d.dstmask ??= 32;
  },
  save: (m) =>
    ` --hashlimit-${m.above ? 'above' : 'upto'} ${rateText(m)} --hashlimit-burst ${m.burst}` +
    (m.mode.length > 0 ? ` --hashlimit-mode ${m.mode.join(',')}` : '') +
    ` --hashlimit-name ${m.name}` +
    (m.expire === undefined ? '' : ` --hashlimit-htable-expire ${m.expire}`) +
    (m.srcmask === 32 ? '' : ` --hashlimit-srcmask ${m.srcmask}`) +
    (m.dstmask === 32 ? '' : ` --hashlimit-dstmask ${m.dstmask}`),
  list: (m) =>
    `limit: ${m.above ? 'above' : 'up to'} ${rateText(m)} burst ${m.burst}` +
    (m.mode.length > 0 ? ` mode ${m.mode.join('-')}` : '') +
    (m.expire === undefined ? '' : ` htable-expire ${m.expire}`) +
    (m.srcmask === 32 ? '' : ` srcmask ${m.srcmask}`) +
    (m.dstmask === 32 ? '' : ` dstmask ${m.dstmask}`),
});
