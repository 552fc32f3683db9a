/**
 * Quoting and its inverse: `$'…'` escapes, the quoting of `printf %q`, `${x@Q}`, `declare -p` and `set -x`.
 * @see bash lib/sh/strtrans.c: ansicstr; lib/sh/shquote.c
 */
import { ESCAPES } from '../../../base/escapes.ts';

const SIMPLE: Readonly<Record<string, string>> = { ...ESCAPES, e: '\x1b', E: '\x1b' };

/** Which escapes are known: those of `echo -e` and `printf %b` (`\0nnn`, `\c`), or of a printf format (`\nnn`). */
export interface EscapeRules {
  readonly zeroOctal: boolean;
  /** `\"`, `\'` and `\?` lose their backslash. */
  readonly quotes?: boolean;
}

/** Decodes backslash escapes. `stop` tells that `\c` asked to end all output. Bytes of \x and octal are UTF-8. */
export function decodeEscapes(s: string, rules: EscapeRules): { text: string; stop: boolean } {
  if (!s.includes('\\')) return { text: s, stop: false };
  let out = '';
  let bytes: number[] = [];
  const flush = (): void => {
    if (bytes.length > 0) out += new TextDecoder().decode(Uint8Array.from(bytes));
    bytes = [];
  };
  for (let i = 0; i < s.length; ) {
    const c = s[i] as string;
    const n = s[i + 1];
    if (c !== '\\' || n === undefined) {
      flush();
      out += c;
      i++;
      continue;
    }
    const number = numeric(s.slice(i + 1), rules);
    if (number) {
      if (number.byte) bytes.push(number.value & 255);
      else {
        flush();
        out += String.fromCodePoint(number.value);
      }
      i += 1 + number.length;
      continue;
    }
    flush();
    if (n === 'c') return { text: out, stop: true };
    const simple = SIMPLE[n] ?? (rules.quotes && '"\'?'.includes(n) ? n : undefined);
    out += simple ?? `\\${n}`;
    i += 2;
  }
  flush();
  return { text: out, stop: false };
}

function numeric(s: string, rules: EscapeRules): { value: number; length: number; byte: boolean } | undefined {
  const octal = rules.zeroOctal ? /^0[0-7]{0,3}|^[1-7][0-7]{0,2}/ : /^[0-7]{1,3}/;
  let m = octal.exec(s);
  if (m) return { value: Number.parseInt(m[0], 8), length: m[0].length, byte: true };
  m = /^x([0-9a-fA-F]{1,2})/.exec(s);
  if (m) return { value: Number.parseInt(m[1] as string, 16), length: m[0].length, byte: true };
  m = /^u([0-9a-fA-F]{1,4})|^U([0-9a-fA-F]{1,8})/.exec(s);
  if (m) return { value: Number.parseInt((m[1] ?? m[2]) as string, 16), length: m[0].length, byte: false };
  return undefined;
}

const SAFE = /^[A-Za-z0-9_@%+=:,./~^-]+$/;

function hasControl(s: string): boolean {
  return /[\x00-\x1f\x7f]/.test(s);
}

/** `$'…'` form. */
export function ansiQuote(s: string): string {
  const names: Record<string, string> = {
    '\x07': 'a',
    '\b': 'b',
    '\x1b': 'E',
    '\f': 'f',
    '\n': 'n',
    '\r': 'r',
    '\t': 't',
    '\v': 'v',
  };
  const body = s.replace(/[\x00-\x1f\x7f'\\]/g, (c) =>
    names[c]
      ? `\\${names[c]}`
      : c === "'" || c === '\\'
        ? `\\${c}`
        : `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `$'${body}'`;
}

/** As `printf %q`: backslashes before special characters. */
export function backslashQuote(s: string): string {
  if (s === '') return "''";
  if (hasControl(s)) return ansiQuote(s);
  return s.replace(/[^A-Za-z0-9_@%+=:./\-\u0080-\u{10ffff}]/gu, (c, at: number) =>
    c === '~' || c === '#' ? (at === 0 ? `\\${c}` : c) : `\\${c}`,
  );
}

/** As `${x@Q}` and `set`: single quotes always. */
export function singleQuote(s: string): string {
  return hasControl(s) ? ansiQuote(s) : `'${s.replace(/'/g, "'\\''")}'`;
}

/** As `declare -p`: double quotes always. */
export function doubleQuote(s: string): string {
  return hasControl(s) ? ansiQuote(s) : `"${s.replace(/[\\"$`]/g, '\\$&')}"`;
}

/** As `set -x` and `set`: quotes only when needed. */
export function quoteIfNeeded(s: string): string {
  return SAFE.test(s) && !/^[~^]/.test(s) ? s : singleQuote(s);
}
