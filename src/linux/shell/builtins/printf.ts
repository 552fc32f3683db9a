/**
 * printf.
 * Limits: floating point is that of a double; `%a` is not known.
 * @see bash builtins/printf.def
 */
import { strftime } from '../../../base/strftime.ts';
import { backslashQuote, decodeEscapes, singleQuote } from '../expand/quote.ts';
import type { Shell } from '../shell.ts';
import type { Builtin, Output } from './builtin.ts';
import { assignName } from './names.ts';

const SPEC = /^%([-+ #0']*)(\*|-?\d+)?(?:\.(\*|-?\d+)?)?([hlLjzt]*)(\([^)]*\)T|[a-zA-Z%])/;

/** The state of one run over the arguments. */
class Printer {
  out = '';
  status = 0;
  stop = false;
  #at = 0;

  constructor(
    readonly sh: Shell,
    readonly args: readonly string[],
    readonly io: Output,
  ) {}

  get left(): boolean {
    return this.#at < this.args.length;
  }
  get used(): number {
    return this.#at;
  }
  next(): string | undefined {
    return this.args[this.#at++];
  }

  integer(text: string | undefined): bigint {
    if (text === undefined || text === '') return 0n;
    const t = text.trimStart();
    if (/^['"]/.test(t)) return BigInt(t.codePointAt(1) ?? 0);
    const m = /^([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)/.exec(t);
    if (!m || m[0].length !== t.length) {
      this.io.error(`${text}: ${m || !/^\d/.test(t) ? 'invalid number' : 'invalid octal number'}`);
      this.status = 1;
    }
    if (!m) return 0n;
    const digits = m[2] as string;
    const n = /^0[0-7]+$/.test(digits) ? BigInt(`0o${digits.slice(1)}`) : BigInt(digits);
    return m[1] === '-' ? -n : n;
  }

  float(text: string | undefined): number {
    if (text === undefined || text === '') return 0;
    if (/^['"]/.test(text)) return text.codePointAt(1) ?? 0;
    const n = Number(text.trim().replace(/^([+-]?)inf(inity)?$/i, '$1Infinity'));
    if (Number.isNaN(n) && !/^[+-]?nan$/i.test(text)) {
      this.io.error(`${text}: invalid number`);
      this.status = 1;
      return Number.parseFloat(text) || 0;
    }
    return n;
  }
}

interface Spec {
  readonly flags: string;
  readonly width: number;
  readonly precision: number | undefined;
}

function pad(text: string, s: Spec, zero = false): string {
  const length = [...text].length;
  if (length >= s.width) return text;
  const fill = s.width - length;
  if (s.flags.includes('-')) return text + ' '.repeat(fill);
  if (!zero || !s.flags.includes('0')) return ' '.repeat(fill) + text;
  const sign = /^(?:[+\- ]|[+-]?0[xX])/.exec(text)?.[0] ?? '';
  return sign + '0'.repeat(fill) + text.slice(sign.length);
}

const signOf = (negative: boolean, flags: string): string =>
  negative ? '-' : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : '';

function integer(n: bigint, c: string, s: Spec): string {
  const base = c === 'o' ? 8 : c === 'x' || c === 'X' ? 16 : 10;
  const signed = c === 'd' || c === 'i';
  const value = signed ? BigInt.asIntN(64, n) : BigInt.asUintN(64, n);
  let digits = (value < 0n ? -value : value).toString(base);
  if (c === 'X') digits = digits.toUpperCase();
  if (s.precision !== undefined) digits = digits.padStart(s.precision, '0');
  if (s.precision === 0 && value === 0n) digits = '';
  if (s.flags.includes('#') && value !== 0n) digits = (base === 16 ? `0${c}` : base === 8 ? '0' : '') + digits;
  if (s.flags.includes("'") && base === 10) digits = digits.replace(/\B(?=(\d{3})+(?!\d))/g, '');
  return pad((signed ? signOf(value < 0n, s.flags) : '') + digits, s, s.precision === undefined);
}

function exponent(x: number, precision: number): string {
  return x.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2');
}

function general(x: number, precision: number, alternate: boolean): string {
  const p = precision === 0 ? 1 : precision;
  if (x === 0) return '0';
  const e = Number(x.toExponential(p - 1).split('e')[1]);
  const text = e < -4 || e >= p ? exponent(x, p - 1) : x.toFixed(Math.max(0, p - 1 - e));
  if (alternate || !text.includes('.')) return text;
  return text.replace(/\.?0+(?=e|$)/, '');
}

/** As C rounds: an exact tie goes to the even digit. */
function fixed(x: number, precision: number): string {
  const text = x.toFixed(precision);
  if (precision > 70) return text;
  const exact = x.toFixed(Math.min(100, precision + 30));
  const cut = exact.length - (Math.min(100, precision + 30) - precision);
  if (!/^50*$/.test(exact.slice(cut))) return text;
  const down = exact.slice(0, cut).replace(/\.$/, '');
  return Number(down.at(-1)) % 2 === 0 ? down : text;
}

function float(x: number, c: string, s: Spec): string {
  const lower = c.toLowerCase();
  const a = Math.abs(x);
  const p = s.precision ?? 6;
  let body: string;
  if (!Number.isFinite(a)) body = Number.isNaN(a) ? 'nan' : 'inf';
  else if (lower === 'f')
    body = a < 1e21 ? fixed(a, Math.min(p, 100)) : BigInt(a).toString() + (p > 0 ? `.${'0'.repeat(p)}` : '');
  else body = lower === 'e' ? exponent(a, Math.min(p, 100)) : general(a, p, s.flags.includes('#'));
  const negative = x < 0 || Object.is(x, -0);
  const text = signOf(negative, s.flags) + body;
  return pad(c === lower ? text : text.toUpperCase(), s, Number.isFinite(a));
}

function convert(p: Printer, m: RegExpExecArray): void {
  let flags = m[1] as string;
  const star = (t: string | undefined): number | undefined =>
    t === undefined ? undefined : t === '*' ? Number(p.integer(p.next())) : Number(t);
  let width = star(m[2]) ?? 0;
  if (width < 0) {
    flags += '-';
    width = -width;
  }
  const dotted = /\./.test((m[0] as string).slice(0, -1).replace(/\(.*$/, ''));
  const precision = dotted ? (star(m[3]) ?? 0) : undefined;
  const s: Spec = { flags, width, precision: precision !== undefined && precision < 0 ? undefined : precision };
  const c = m[5] as string;
  const cut = (t: string): string => (s.precision === undefined ? t : [...t].slice(0, s.precision).join(''));
  if (c === '%') p.out += '%';
  else if (c === 's') p.out += pad(cut(p.next() ?? ''), s);
  else if (c === 'c') p.out += pad([...(p.next() ?? '')][0] ?? '', s);
  else if (c === 'b') {
    const r = decodeEscapes(p.next() ?? '', { zeroOctal: true, quotes: true });
    p.out += pad(cut(r.text), s);
    p.stop ||= r.stop;
  } else if (c === 'q') p.out += pad(backslashQuote(p.next() ?? ''), s);
  else if (c === 'Q') p.out += pad(singleQuote(cut(p.next() ?? '')), s);
  else if ('diouxX'.includes(c)) p.out += integer(p.integer(p.next()), c, s);
  else if ('eEfFgG'.includes(c)) p.out += float(p.float(p.next()), c, s);
  else if (c.endsWith('T')) p.out += pad(dateText(p, c.slice(1, -2)), s);
  else {
    p.io.error(`\`${c}': invalid format character`);
    p.status = 1;
    p.stop = true;
  }
}

function dateText(p: Printer, format: string): string {
  const arg = p.next();
  const now = p.sh.sys.realtime() / 1_000_000_000n;
  const n = arg === undefined || arg === '' || arg === '-1' || arg === '-2' ? now : p.integer(arg);
  return strftime(format === '' ? '%X' : format, n * 1_000_000_000n);
}

/** One pass over the format. */
function pass(p: Printer, format: string): void {
  for (let i = 0; i < format.length && !p.stop; ) {
    const rest = format.slice(i);
    if (rest[0] === '%') {
      const m = SPEC.exec(rest);
      if (m) {
        convert(p, m);
        i += m[0].length;
        continue;
      }
      p.io.error(`\`${rest[1] ?? '%'}': missing format character`);
      p.status = 1;
      p.stop = true;
      return;
    }
    const plain = /^(?:\\[\s\S]|[^%\\])+|^\\$/.exec(rest) ?? [rest];
    const r = decodeEscapes(plain[0] as string, { zeroOctal: false, quotes: true });
    p.out += r.text;
    p.stop ||= r.stop;
    i += (plain[0] as string).length;
  }
}

/** The builtin `printf`. */
export const printf: Builtin = async (sh, args, io) => {
  let list = args.slice(1);
  let name: string | undefined;
  if (list[0] === '-v') {
    name = list[1];
    list = list.slice(2);
  }
  if (list[0] === '--') list = list.slice(1);
  else if (list[0]?.startsWith('-') && list[0].length > 1 && !list[0].includes('%') && /^-\w$/.test(list[0]))
    return io.usage(list[0], 'printf [-v var] format [arguments]');
  if (list.length === 0) {
    io.raw('printf: usage: printf [-v var] format [arguments]\n');
    return 2;
  }
  const p = new Printer(sh, list.slice(1), io);
  do {
    const before = p.used;
    pass(p, list[0] as string);
    if (p.used === before) break;
  } while (p.left && !p.stop);
  if (name !== undefined) await assignName(sh, name, p.out);
  else io.print(p.out);
  return p.status;
};
