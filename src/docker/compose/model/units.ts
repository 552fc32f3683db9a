/** Sizes and durations as compose files write them. @see docker/go-units RAMInBytes, xhit/go-str2duration, Go time */
import { Failure } from '../../cli/failure.ts';
import { ramInBytes } from '../../cli/flags/values.ts';

/** `64m`, `1.5gb`, `10MiB` as bytes. */
export function parseBytes(text: string): number | Failure {
  const minus = text.startsWith('-');
  const parsed = ramInBytes(minus ? text.slice(1) : text);
  if ('error' in parsed) return new Failure(`invalid size: '${text}'`);
  return minus ? -parsed.value : parsed.value;
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

/** Nanoseconds; days and weeks count too. */
export function parseDuration(text: string): number | Failure {
  const q = JSON.stringify(text);
  let rest = text.replace(/^[-+]/, '');
  if (rest === '0') return 0;
  let total = 0;
  do {
    const [all, digits, unit] = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest) ?? [];
    if (all === undefined || unit === undefined) return new Failure(`time: invalid duration ${q}`);
    if (unit === '') return new Failure(`time: missing unit in duration ${q}`);
    const scale = UNITS[unit];
    if (scale === undefined) return new Failure(`time: unknown unit ${JSON.stringify(unit)} in duration ${q}`);
    total += Number(digits) * scale;
    rest = rest.slice(all.length);
  } while (rest !== '');
  return text.startsWith('-') ? -total : total;
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
