/**
 * Go values as text: fmt's verbs and json.Marshal.
 * Limits: %x %o %b of floats and %p are not there; widths count runes.
 * @see Go src/fmt/print.go: printValue, src/encoding/json/encode.go
 */
import { goQuote } from '../flags/gostrconv.ts';
import { timeString } from '../formatter/time.ts';
import { goString } from '../gojson.ts';
import { type GoObject, type GoType, type GoValue, indirect, sortedEntries, typeName } from './value.ts';

/** `%v`. @param depth 0 at the top: pointers to structs print as &{…} there only */
export function goPrint(x: GoValue | undefined, depth = 0, plus = false): string {
  if (!x) return '<no value>';
  switch (x.t.k) {
    case 'bool':
    case 'string':
    case 'number':
      return String(x.v);
    case 'int':
    case 'uint':
      return typeof x.v === 'number' && Number.isInteger(x.v) ? BigInt(x.v).toString() : String(x.v);
    case 'float':
      return floatG(Number(x.v));
    case 'time':
      return timeString(x.v as string);
    case 'slice':
    case 'array':
      return `[${((x.v ?? []) as GoValue[]).map((e) => goPrint(e, depth + 1, plus)).join(' ')}]`;
    case 'map':
      return `map[${sortedEntries(x)
        .map(([k, v]) => `${goPrint(k, depth + 1, plus)}:${goPrint(v, depth + 1, plus)}`)
        .join(' ')}]`;
    case 'ptr': {
      if (x.v === null) return '<nil>';
      const inner = x.v as GoValue;
      if (inner.t.k === 'time') return goPrint(inner, depth, plus);
      if (depth === 0 && ['struct', 'slice', 'array', 'map'].includes(inner.t.k))
        return `&${goPrint(inner, depth + 1, plus)}`;
      return '0xc000010000';
    }
    case 'struct': {
      const { fields, embedded = [] } = x.t;
      const opened = (i: number): string => '{'.repeat(embedded.filter((e) => e.from === i).length);
      const closed = (i: number): string => '}'.repeat(embedded.filter((e) => e.to === i + 1).length);
      return `{${(x.v as GoValue[]).map((f, i) => `${opened(i)}${plus ? `${fields[i]?.name}:` : ''}${goPrint(f, depth + 1, plus)}${closed(i)}`).join(' ')}}`;
    }
    case 'object':
      return '0xc000010000';
    default:
      return x.v === null ? '<nil>' : '0xc000010000';
  }
}

/** `%v` of a float64: shortest form, exponents from 1e21. */
export function floatG(n: number): string {
  if (Number.isNaN(n)) return 'NaN';
  if (!Number.isFinite(n)) return n > 0 ? '+Inf' : '-Inf';
  const abs = Math.abs(n);
  if (n !== 0 && (abs < 1e-4 || abs >= 1e21)) return exponent(n.toExponential());
  return String(n);
}

const exponent = (s: string): string => s.replace(/e([+-])(\d)$/, 'e$10$2');

/** json.Encoder with or without HTML escapes. */
export function goJson(x: GoValue | undefined, html = false): string {
  if (!x) return 'null';
  switch (x.t.k) {
    case 'string':
    case 'time':
      return goString(String(x.v), html);
    case 'bool':
    case 'int':
    case 'uint':
      return goPrint(x);
    case 'number':
      return x.v === '' ? '0' : String(x.v);
    case 'float':
      return String(x.v);
    case 'slice':
      return x.v === null ? 'null' : `[${(x.v as GoValue[]).map((e) => goJson(e, html)).join(',')}]`;
    case 'array':
      return `[${(x.v as GoValue[]).map((e) => goJson(e, html)).join(',')}]`;
    case 'map':
      if (x.v === null) return 'null';
      return `{${sortedEntries(x)
        .map(([k, v]) => `${goString(String(k.v), html)}:${goJson(v, html)}`)
        .join(',')}}`;
    case 'ptr':
      return x.v === null ? 'null' : goJson(x.v as GoValue, html);
    case 'struct':
      return structJson(x, html);
    case 'object':
      return (x.v as GoObject).json();
    default:
      return 'null';
  }
}

function structJson(x: GoValue, html: boolean): string {
  const t = x.t as Extract<GoType, { k: 'struct' }>;
  const parts: string[] = [];
  for (const [i, f] of t.fields.entries()) {
    const v = (x.v as GoValue[])[i] as GoValue;
    if (f.json === '-') continue;
    if (f.omitEmpty && isEmpty(v)) continue;
    parts.push(`${goString(f.json ?? f.name)}:${goJson(v, html)}`);
  }
  return `{${parts.join(',')}}`;
}

function isEmpty(x: GoValue): boolean {
  if (x.t.k === 'struct' || x.t.k === 'time') return false;
  if (x.t.k === 'slice' || x.t.k === 'array') return ((x.v as unknown[] | null)?.length ?? 0) === 0;
  if (x.t.k === 'map') return ((x.v as Map<unknown, unknown> | null)?.size ?? 0) === 0;
  return x.v === null || x.v === '' || x.v === 0 || x.v === false;
}

function pad(s: string, width: number, left: boolean, zeros: boolean): string {
  const length = [...s].length;
  if (length >= width) return s;
  const fill = (zeros && !left ? '0' : ' ').repeat(width - length);
  if (left) return s + fill;
  return zeros && /^[+-]/.test(s) ? s[0] + fill + s.slice(1) : fill + s;
}

const isNumber = (x: GoValue): boolean => x.t.k === 'int' || x.t.k === 'uint';

function verb(letter: string, arg: GoValue, flags: string, precision: number | undefined): string {
  const bad = `%!${letter}(${typeName(arg.t)}=${goPrint(arg)})`;
  const { value } = indirect(arg);
  switch (letter) {
    case 'v':
      return goPrint(arg, 0, flags.includes('+'));
    case 's': {
      if (isNumber(arg) || arg.t.k === 'bool' || arg.t.k === 'float') return bad;
      const s = goPrint(arg);
      return precision === undefined ? s : [...s].slice(0, precision).join('');
    }
    case 'q':
      return isNumber(arg)
        ? `'${String.fromCodePoint(Number(arg.v))}'`
        : arg.t.k === 'slice'
          ? `[${((arg.v ?? []) as GoValue[]).map((e) => goQuote(goPrint(e))).join(' ')}]`
          : goQuote(goPrint(arg));
    case 'd':
      if (!isNumber(value)) return bad;
      return (flags.includes('+') && Number(value.v) >= 0 ? '+' : '') + goPrint(value);
    case 'x':
    case 'X': {
      const hex = isNumber(arg)
        ? BigInt(Number(arg.v)).toString(16)
        : [...new TextEncoder().encode(goPrint(arg))].map((b) => b.toString(16).padStart(2, '0')).join('');
      return letter === 'X' ? hex.toUpperCase() : hex;
    }
    case 'o':
    case 'b':
      return isNumber(arg) ? BigInt(Number(arg.v)).toString(letter === 'o' ? 8 : 2) : bad;
    case 'c':
      return isNumber(arg) ? String.fromCodePoint(Number(arg.v)) : bad;
    case 'U':
      return isNumber(arg) ? `U+${Number(arg.v).toString(16).toUpperCase().padStart(4, '0')}` : bad;
    case 't':
      return arg.t.k === 'bool' ? String(arg.v) : bad;
    case 'f':
    case 'F':
      return arg.t.k === 'float' ? Number(arg.v).toFixed(precision ?? 6) : bad;
    case 'e':
      return arg.t.k === 'float' ? exponent(Number(arg.v).toExponential(precision ?? 6)) : bad;
    case 'g':
      return arg.t.k === 'float' ? floatG(Number(arg.v)) : bad;
    case 'T':
      return typeName(arg.t);
    default:
      return bad;
  }
}

/** fmt.Sprintf */
export function goSprintf(format: string, args: readonly GoValue[]): string {
  let out = '';
  let next = 0;
  const re = /%([-+# 0]*)(\*|\d+)?(?:\.(\*|\d+)?)?(.)?/gsu;
  let last = 0;
  const star = (s: string | undefined): number | undefined =>
    s === undefined ? undefined : s === '*' ? Number(args[next++]?.v) : Number(s);
  for (let m = re.exec(format); m; m = re.exec(format)) {
    out += format.slice(last, m.index);
    last = m.index + m[0].length;
    const [whole, flags = '', w, p, letter] = m;
    if (letter === '%') {
      out += '%';
      continue;
    }
    if (letter === undefined) {
      out += '%!(NOVERB)';
      continue;
    }
    const width = star(w);
    const precision = whole.includes('.') ? (star(p) ?? 0) : undefined;
    const arg = args[next++];
    if (!arg) {
      out += `%!${letter}(MISSING)`;
      continue;
    }
    out += pad(
      verb(letter, arg, flags, precision),
      width ?? 0,
      flags.includes('-'),
      flags.includes('0') && isNumber(arg),
    );
  }
  out += format.slice(last);
  if (next < args.length)
    out += `%!(EXTRA ${args
      .slice(next)
      .map((a) => `${typeName(a.t)}=${goPrint(a)}`)
      .join(', ')})`;
  return out;
}

/** fmt.Sprint: blanks between operands when neither is a string. */
export function goSprint(args: readonly GoValue[]): string {
  let out = '';
  for (const [i, a] of args.entries()) {
    const before = args[i - 1];
    if (before && before.t.k !== 'string' && a.t.k !== 'string') out += ' ';
    out += goPrint(a);
  }
  return out;
}

/** fmt.Sprintln */
export const goSprintln = (args: readonly GoValue[]): string => `${args.map((a) => goPrint(a)).join(' ')}\n`;
