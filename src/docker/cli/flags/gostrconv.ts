/**
 * Numbers and durations as Go's strconv and time read them, with their error texts.
 * @see Go src/strconv/atoi.go, src/time/format.go: ParseDuration
 */

/** A value or the text of an error. */
export type Parsed<T> = { readonly value: T } | { readonly error: string };

const bad = (fn: string, s: string, why: string): { error: string } => ({
  error: `strconv.${fn}: parsing ${goQuote(s)}: ${why}`,
});

/** A Go string literal (strconv.Quote). */
export function goQuote(s: string): string {
  if (/^[ !#-[\]-~]*$/.test(s)) return `"${s}"`;
  let out = '"';
  for (const ch of s) {
    const c = ch.codePointAt(0) as number;
    if (ch === '"' || ch === '\\') out += `\\${ch}`;
    else if (ch === '\n') out += '\\n';
    else if (ch === '\t') out += '\\t';
    else if (ch === '\r') out += '\\r';
    else if (c === 7) out += '\\a';
    else if (c === 8) out += '\\b';
    else if (c === 12) out += '\\f';
    else if (c === 11) out += '\\v';
    else if (c < 0x20 || c === 0x7f) out += `\\x${c.toString(16).padStart(2, '0')}`;
    else out += ch;
  }
  return `${out}"`;
}

/** strconv.ParseBool */
export function parseBool(s: string): Parsed<boolean> {
  if (['1', 't', 'T', 'TRUE', 'true', 'True'].includes(s)) return { value: true };
  if (['0', 'f', 'F', 'FALSE', 'false', 'False'].includes(s)) return { value: false };
  return bad('ParseBool', s, 'invalid syntax');
}

function digits(s: string, base: number): { text: string; base: number } | undefined {
  let text = s;
  let b = base;
  if (base === 0) {
    b = 10;
    const low = text.toLowerCase();
    if (low.startsWith('0x')) [b, text] = [16, text.slice(2)];
    else if (low.startsWith('0b')) [b, text] = [2, text.slice(2)];
    else if (low.startsWith('0o')) [b, text] = [8, text.slice(2)];
    else if (low.startsWith('0') && low.length > 1) [b, text] = [8, text.slice(1)];
    text = text.replace(/(?<=.)_(?=.)/g, '');
  }
  const ok = { 2: /^[01]+$/, 8: /^[0-7]+$/, 10: /^[0-9]+$/, 16: /^[0-9a-fA-F]+$/ }[b];
  return ok?.test(text) ? { text, base: b } : undefined;
}

function big(d: { text: string; base: number }): bigint {
  const prefix = { 2: '0b', 8: '0o', 10: '', 16: '0x' }[d.base] as string;
  return BigInt(prefix + d.text);
}

/** strconv.ParseUint(s, base, bits) */
export function parseUint(s: string, base = 10, bits = 64, fn = 'ParseUint'): Parsed<number> {
  const d = digits(s, base);
  if (!d) return bad(fn, s, 'invalid syntax');
  const n = big(d);
  if (n >= 1n << BigInt(bits)) return bad(fn, s, 'value out of range');
  return { value: Number(n) };
}

/** strconv.ParseInt(s, base, bits) */
export function parseInt64(s: string, base = 0, bits = 64, fn = 'ParseInt'): Parsed<number> {
  const sign = s.startsWith('-') ? -1n : 1n;
  const d = digits(s.replace(/^[+-]/, ''), base);
  if (!d) return bad(fn, s, 'invalid syntax');
  const n = big(d) * sign;
  const limit = 1n << BigInt(bits - 1);
  if (n >= limit || n < -limit) return bad(fn, s, 'value out of range');
  return { value: Number(n) };
}

/** strconv.Atoi */
export const atoi = (s: string): Parsed<number> => parseInt64(s, 10, 64, 'Atoi');

/** Nanoseconds of the units that Go knows. */
export const UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** time.ParseDuration, in nanoseconds. @param units where more of them are known than Go's */
export function parseDuration(s: string, units = UNITS): Parsed<number> {
  const invalid = { error: `time: invalid duration ${goQuote(s)}` };
  let rest = s.replace(/^[+-]/, '');
  if (rest === '0') return { value: 0 };
  if (rest === '') return invalid;
  let total = 0;
  while (rest !== '') {
    const m = /^(\d+\.?\d*|\.\d+)([^\d.]*)/.exec(rest);
    if (!m) return invalid;
    const unit = m[2] as string;
    if (unit === '') return { error: `time: missing unit in duration ${goQuote(s)}` };
    const scale = units[unit];
    if (scale === undefined) return { error: `time: unknown unit ${goQuote(unit)} in duration ${goQuote(s)}` };
    total += Number(m[1]) * scale;
    rest = rest.slice(m[0].length);
  }
  return { value: s.startsWith('-') ? -total : Math.round(total) };
}
