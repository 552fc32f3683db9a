/** Sizes and durations as compose files write them. @see docker/go-units RAMInBytes, xhit/go-str2duration, Go time */
import { Failure } from '../../cli/failure.ts';

const POWERS = 'kmgtp';

/** `64m`, `1.5gb`, `10MiB` as bytes. */
export function parseBytes(text: string): number | Failure {
  const found = /^(-?\d+(?:\.\d+)?) ?([a-zA-Z]*)$/.exec(text);
  const [, digits = '', suffix = ''] = found ?? [];
  const unit = suffix.toLowerCase().replace(/i?b$/, '');
  if (!found) return new Failure(`invalid size: '${text}'`);
  if (unit !== '' && (unit.length > 1 || !POWERS.includes(unit)))
    return new Failure(`invalid suffix: '${suffix.toLowerCase()}'`);
  return Math.trunc(Number(digits) * 1024 ** (unit === '' ? 0 : POWERS.indexOf(unit) + 1));
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
  d: 86400e9,
  w: 604800e9,
};

/** Nanoseconds. */
export function parseDuration(text: string): number | Failure {
  const bad = new Failure(`time: invalid duration ${JSON.stringify(text)}`);
  const [, sign = '', rest = ''] = /^([-+]?)(.*)$/s.exec(text) ?? [];
  if (rest === '0') return 0;
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h|d|w))+$/.test(rest)) return bad;
  let total = 0;
  for (const [, n, unit] of rest.matchAll(/(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d|w)/g))
    total += Number(n) * (UNITS[unit as string] as number);
  return sign === '-' ? -total : total;
}

const decimals = (n: number): string => String(Number(n.toFixed(9)));

/** time.Duration.String */
export function durationText(ns: number): string {
  if (ns === 0) return '0s';
  const u = Math.abs(ns);
  const sign = ns < 0 ? '-' : '';
  if (u < 1e3) return `${sign}${u}ns`;
  if (u < 1e6) return `${sign}${decimals(u / 1e3)}µs`;
  if (u < 1e9) return `${sign}${decimals(u / 1e6)}ms`;
  const hours = Math.floor(u / 3600e9);
  const minutes = Math.floor((u % 3600e9) / 60e9);
  const seconds = `${decimals((u % 60e9) / 1e9)}s`;
  return `${sign}${hours > 0 ? `${hours}h` : ''}${hours > 0 || minutes > 0 ? `${minutes}m` : ''}${seconds}`;
}
