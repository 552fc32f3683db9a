/** Values of awk: numbers, strings, and strings from outside that look like numbers. */

/** A string that came from input, a field or an environment: it compares as a number when it looks like one. */
export class Strnum {
  constructor(readonly s: string) {}
}

/** undefined is the uninitialised value. */
export type Value = number | string | Strnum | undefined;

const NUMBER = /^\s*[+-]?(?:\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)/;

export function looksNumeric(s: string): boolean {
  const m = NUMBER.exec(s);
  return m !== null && s.slice(m[0].length).trim() === '';
}

export function num(v: Value): number {
  if (typeof v === 'number') return v;
  if (v === undefined) return 0;
  const m = NUMBER.exec(typeof v === 'string' ? v : v.s);
  return m ? Number(m[0]) : 0;
}

/** @param format CONVFMT or OFMT, for numbers that are not whole */
export function str(v: Value, format = '%.6g'): string {
  if (typeof v === 'string') return v;
  if (typeof v === 'number') {
    if (Number.isInteger(v) && Math.abs(v) < 1e16) return Object.is(v, -0) ? '0' : String(v);
    if (Number.isNaN(v)) return 'nan';
    if (!Number.isFinite(v)) return v > 0 ? 'inf' : '-inf';
    return sprintf(format, [v]);
  }
  return v === undefined ? '' : v.s;
}

export function truth(v: Value): boolean {
  if (typeof v === 'number') return v !== 0;
  if (v === undefined) return false;
  if (typeof v === 'string') return v !== '';
  return looksNumeric(v.s) ? num(v) !== 0 : v.s !== '';
}

const numeric = (v: Value): boolean =>
  typeof v === 'number' || v === undefined || (v instanceof Strnum && looksNumeric(v.s));

/** -1, 0 or 1: as numbers when both are or look so, else as strings. */
export function compare(a: Value, b: Value): number {
  if (numeric(a) && numeric(b)) {
    const d = num(a) - num(b);
    return d < 0 ? -1 : d > 0 ? 1 : 0;
  }
  const [x, y] = [str(a), str(b)];
  return x < y ? -1 : x > y ? 1 : 0;
}

/** printf of awk. A conversion without an argument takes the empty value. */
export function sprintf(format: string, args: readonly Value[]): string {
  let at = 0;
  const next = (): Value => args[at++];
  return format.replace(
    /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z%])/g,
    (all, flags: string, w: string | undefined, p: string | undefined, conv: string) => {
      if (conv === '%') return '%';
      let width = w === '*' ? num(next()) : Number(w ?? 0);
      let left = flags.includes('-');
      if (width < 0) {
        left = true;
        width = -width;
      }
      const hasPoint = /\.[*\d]*[a-zA-Z]$/.test(all);
      const precision = p === '*' ? num(next()) : p === undefined ? (hasPoint ? 0 : undefined) : Number(p);
      let body = convert(conv, next(), precision, flags);
      const zero =
        flags.includes('0') && !left && !'sc'.includes(conv) && !('dixXou'.includes(conv) && precision !== undefined);
      if (zero) {
        const sign = /^[-+ ]/.test(body) ? (body[0] as string) : '';
        body = sign + body.slice(sign.length).padStart(width - sign.length, '0');
      }
      return left ? body.padEnd(width) : body.padStart(width);
    },
  );
}

function convert(conv: string, v: Value, precision: number | undefined, flags: string): string {
  const signed = (n: number, s: string): string =>
    n < 0 || Object.is(n, -0) ? `-${s}` : flags.includes('+') ? `+${s}` : flags.includes(' ') ? ` ${s}` : s;
  switch (conv) {
    case 's':
      return precision === undefined ? str(v) : str(v).slice(0, precision);
    case 'c':
      return typeof v === 'number' ? String.fromCodePoint(Math.max(0, Math.trunc(v))) : ([...str(v)][0] ?? '');
    case 'd':
    case 'i': {
      const n = Math.trunc(num(v)) || 0;
      return signed(
        n,
        Math.abs(n)
          .toFixed(0)
          .padStart(precision ?? 1, '0'),
      );
    }
    case 'u':
      return Math.trunc(Math.abs(num(v))).toFixed(0);
    case 'o':
    case 'x':
    case 'X': {
      const s = Math.trunc(num(v))
        .toString(conv === 'o' ? 8 : 16)
        .padStart(precision ?? 1, '0');
      const full = flags.includes('#') && conv !== 'o' ? `0x${s}` : s;
      return conv === 'X' ? full.toUpperCase() : full;
    }
    case 'f':
    case 'F':
      return signed(num(v), Math.abs(num(v)).toFixed(precision ?? 6));
    case 'e':
    case 'E': {
      const s = Math.abs(num(v))
        .toExponential(precision ?? 6)
        .replace(/e([+-])(\d)$/, 'e$10$2');
      return signed(num(v), conv === 'E' ? s.toUpperCase() : s);
    }
    case 'g':
    case 'G': {
      const s = general(Math.abs(num(v)), precision ?? 6, flags.includes('#'));
      return signed(num(v), conv === 'G' ? s.toUpperCase() : s);
    }
    default:
      return `%${conv}`;
  }
}

/** %g: the shorter of %e and %f without trailing zeros. @see ISO C §7.23.6.1 */
function general(n: number, precision: number, keep: boolean): string {
  const p = precision || 1;
  if (n === 0) return '0';
  const exponent = Number(n.toExponential(p - 1).split('e')[1]);
  const trim = (s: string): string => (keep || !s.includes('.') ? s : s.replace(/\.?0+$/, ''));
  if (exponent < -4 || exponent >= p) {
    const [m, e] = n.toExponential(p - 1).split('e') as [string, string];
    const digits = e.slice(1).padStart(2, '0');
    return `${trim(m)}e${e[0]}${digits}`;
  }
  return trim(n.toFixed(Math.max(0, p - 1 - exponent)));
}
