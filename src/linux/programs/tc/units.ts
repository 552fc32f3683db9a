/**
 * Numbers with units as tc reads and prints them: times, rates, sizes, percentages.
 * @see iproute2 lib/utils_math.c, lib/utils.c: get_time64, print_rate, tc/tc_util.c: get_percent, print_size
 */

/** `1.5ms` cut into its number and what follows; undefined: it begins with no number. @see strtod */
function split(text: string): { value: number; unit: string } | undefined {
  let end = 0;
  let digits = 0;
  for (; end < text.length; end++) {
    const c = text[end] as string;
    if (c >= '0' && c <= '9') digits++;
    else if (c === 'e' || c === 'E') {
      const next = text[end + 1] ?? '';
      if (digits === 0 || !((next >= '0' && next <= '9') || next === '-' || next === '+')) break;
      end++;
    } else if (c !== '.' && !(end === 0 && (c === '-' || c === '+'))) break;
  }
  const value = Number(text.slice(0, end));
  return digits === 0 || Number.isNaN(value) ? undefined : { value, unit: text.slice(end) };
}

const TIMES: Readonly<Record<string, number>> = {
  '': 1e3,
  s: 1e9,
  sec: 1e9,
  secs: 1e9,
  ms: 1e6,
  msec: 1e6,
  msecs: 1e6,
  us: 1e3,
  usec: 1e3,
  usecs: 1e3,
  ns: 1,
  nsec: 1,
  nsecs: 1,
};

/** ns; a bare number is µs. */
export function parseTime(text: string): number | undefined {
  const t = split(text);
  const unit = t && TIMES[t.unit.toLowerCase()];
  return t === undefined || unit === undefined ? undefined : Math.round(t.value * unit);
}

/** Of a %, as a part of 2³² - 1. */
export function parsePercent(text: string): number | undefined {
  const t = split(text);
  if (!t || (t.unit !== '' && t.unit !== '%') || t.value < 0 || t.value > 100) return undefined;
  return Math.round((t.value / 100) * 0xffffffff);
}

const PREFIXES: Readonly<Record<string, readonly [decimal: number, binary: number]>> = {
  '': [1, 1],
  k: [1e3, 2 ** 10],
  m: [1e6, 2 ** 20],
  g: [1e9, 2 ** 30],
  t: [1e12, 2 ** 40],
};

/** Bytes a second; a bare number is bits a second, `bps` bytes. */
export function parseRate(text: string): number | undefined {
  const t = split(text);
  if (!t || t.value < 0) return undefined;
  let unit = t.unit.toLowerCase();
  let bits = 1;
  if (unit.endsWith('bit')) unit = unit.slice(0, -3);
  else if (unit.endsWith('bps')) {
    unit = unit.slice(0, -3);
    bits = 8;
  } else if (unit !== '') return undefined;
  const binary = unit.endsWith('i');
  const prefix = PREFIXES[binary ? unit.slice(0, -1) : unit];
  return prefix && Math.floor((t.value * bits * prefix[binary ? 1 : 0]) / 8);
}

/** Bytes; k, m, g are binary, `kbit` an eighth. */
export function parseSize(text: string): number | undefined {
  const t = split(text);
  if (!t || t.value < 0) return undefined;
  const unit = t.unit.toLowerCase();
  if (unit === 'b') return Math.floor(t.value);
  const eighth = unit.endsWith('bit');
  const letter = eighth ? unit.slice(0, -3) : unit.endsWith('b') ? unit.slice(0, -1) : unit;
  const prefix = PREFIXES[letter];
  return prefix && Math.floor((t.value * prefix[1]) / (eighth ? 8 : 1));
}

/** C's %.3g. */
function g3(x: number): string {
  if (x === 0) return '0';
  const exponent = Math.floor(Math.log10(Number(x.toPrecision(3))));
  if (exponent < -4 || exponent >= 3) {
    const [mantissa, e] = x.toExponential(2).split('e') as [string, string];
    const n = Number(e);
    return `${Number(mantissa)}e${n < 0 ? '-' : '+'}${String(Math.abs(n)).padStart(2, '0')}`;
  }
  return String(Number(x.toPrecision(3)));
}

/** `100ms`, from ns. @param least the smallest unit that is told: tbf counts µs */
export function timeText(ns: number, least: 'us' | 'ns' = 'ns'): string {
  if (ns >= 1e9) return `${g3(ns / 1e9)}s`;
  if (ns >= 1e6) return `${g3(ns / 1e6)}ms`;
  if (least === 'us') return `${Math.trunc(ns / 1e3)}us`;
  return ns >= 1e3 ? `${g3(ns / 1e3)}us` : `${ns}ns`;
}

/** `1Mbit`, from bytes a second. */
export function rateText(bytes: number): string {
  let rate = bytes * 8;
  let i = 0;
  for (; i < 4; i++) {
    if (rate < 1000 || (rate % 1000 !== 0 && rate < 1000 * 1000)) break;
    rate = Math.floor(rate / 1000);
  }
  return `${rate}${['', 'K', 'M', 'G', 'T'][i]}bit`;
}

/** `4Kb`, `5000b`. */
export function sizeText(bytes: number): string {
  const m = Math.round(bytes / 2 ** 20);
  if (bytes >= 2 ** 20 && Math.abs(m * 2 ** 20 - bytes) < 1024) return `${m}Mb`;
  const k = Math.round(bytes / 1024);
  if (bytes >= 1024 && Math.abs(k * 1024 - bytes) < 16) return `${k}Kb`;
  return `${bytes}b`;
}

/** `25%`, from a part of 2³² - 1. */
export function percentText(part: number): string {
  return `${Number(((100 * part) / 0xffffffff).toPrecision(6))}%`;
}
