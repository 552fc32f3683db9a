import { describe, expect, test } from 'vitest';
import { civil } from '../../src/base/civil.ts';
import { timestamp } from '../../src/docker/gotime.ts';
import {
  fromCivil,
  httpDate,
  humanDuration,
  logDate,
  parseRfc3339,
  parseUnix,
  rfc3339Nano,
} from '../../src/docker/time.ts';

const S = 1e9;
const at = 1795473608n * 1_000_000_000n + 9695610n;

test('times as Go prints them', () => {
  expect(rfc3339Nano(at)).toBe('2026-11-23T22:40:08.00969561Z');
  expect(httpDate(at)).toBe('Mon, 23 Nov 2026 22:40:08 GMT');
  expect(logDate(at)).toBe('23/Nov/2026 22:40:08');
  expect(fromCivil(civil(at))).toBe(1795473608);
  expect(parseRfc3339('2026-11-23T22:40:08.00969561Z')).toBe(at);
  expect(parseRfc3339('2026-11-23T23:40:08+01:00')).toBe(1795473608n * 1_000_000_000n);
  expect(parseUnix('1795473608.009695610')).toBe(at);
  expect(parseUnix('foo')).toBeUndefined();
});

test('leap days', () => {
  expect(
    rfc3339Nano(BigInt(fromCivil({ year: 2028, month: 2, day: 29, hour: 0, minute: 0, second: 0 })) * 1_000_000_000n),
  ).toBe('2028-02-29T00:00:00Z');
});

test.each([
  [0.5 * S, 'Less than a second'],
  [1 * S, '1 second'],
  [59 * S, '59 seconds'],
  [60 * S, 'About a minute'],
  [119 * S, 'About a minute'],
  [120 * S, '2 minutes'],
  [46 * 60 * S, '46 minutes'],
  [60 * 60 * S, 'About an hour'],
  [47 * 3600 * S, '47 hours'],
  [3 * 86400 * S, '3 days'],
  [15 * 86400 * S, '2 weeks'],
  [70 * 86400 * S, '2 months'],
  [800 * 86400 * S, '2 years'],
])('%d ns is %s', (ns, text) => {
  expect(humanDuration(ns)).toBe(text);
});

describe('timestamps as the command takes them', () => {
  // What the real command says of them.
  test.each([
    ['2020-01-01', '1577836800.000000000'],
    ['2020-01-01T10', '1577872800.000000000'],
    ['2020-01-01T1', '1577840400.000000000'],
    ['2020-01-01T10:10:10.5', '1577873410.500000000'],
    ['2020-01-01T10:10:10-07:00', '1577898610.000000000'],
    ['2020-01-01+07:00', '1577811600.000000000'],
    ['123.45', '123.450000000'],
    ['2020-13-45', 'parsing time "2020-13-45": month out of range'],
    ['2021-02-29', 'parsing time "2021-02-29": day out of range'],
    ['2020-1-1', 'parsing time "2020-1-1" as "2006-01-02": cannot parse "1-1" as "01"'],
    ['2020-01-01x', 'parsing time "2020-01-01x": extra text: "x"'],
    ['2020-01-01T10:61', 'parsing time "2020-01-01T10:61": minute out of range'],
    ['2020-01-01 10:10', 'parsing time "2020-01-01 10:10": extra text: " 10:10"'],
    [
      '2020-01-01T10:10:10+0700',
      'parsing time "2020-01-01T10:10:10+0700" as "2006-01-02T15:04Z07:00": cannot parse ":10+0700" as "Z07:00"',
    ],
    ['123.', 'failed to parse value as time or duration: "123."'],
  ])('%s', (text, said) => {
    const found = timestamp(text);
    expect('at' in found ? found.at : found.error).toBe(said);
  });
});
