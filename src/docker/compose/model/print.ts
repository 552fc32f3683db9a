/** YAML as Go's library writes it, with two blanks for a step, and JSON as its encoder does. @see go-yaml encode.go, emitterc.go, sorter.go */
import type { Mapping } from './project.ts';
import { isMapping, sortedKeys } from './tree.ts';

/** A mapping whose keys stand in an order of their own (a struct); others are sorted. */
export class Ordered {
  constructor(readonly entries: readonly (readonly [string, Printable])[]) {}
}
/** What can be printed. */
export type Printable =
  | null
  | boolean
  | number
  | bigint
  | string
  | Printable[]
  | Ordered
  | { [key: string]: Printable };

const OLD_BOOL = /^(?:y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$/;
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const INT = /^[-+]?(?:0|[1-9][0-9_]*|0[0-7_]+|0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0[bB][01_]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const SPECIAL = /^(?:~|null|Null|NULL|true|True|TRUE|false|False|FALSE|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)|<<|)$/;
const TIME = /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]|$)/;

/** Whether a plain word would be read as something else than a text. */
function resolves(s: string): boolean {
  const bare = s.replaceAll('_', '');
  return SPECIAL.test(s) || INT.test(s) || FLOAT.test(bare) || (TIME.test(s) && isTimestamp(s));
}

const isTimestamp = (s: string): boolean =>
  /^\d{4}-\d{1,2}-\d{1,2}(?:[Tt ]\d{1,2}:\d{1,2}:\d{1,2}(?:\.\d+)?(?:Z|[-+]\d\d:\d\d)?)?$/.test(s);

const UNPRINTABLE = /[^\n\t\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\u{10000}-\u{10ffff}]/u;

/** Whether a word can stand without quotes in a block. */
function plainAllowed(s: string): boolean {
  if (/^[ \n]|[ \n]$|[\t\n]/.test(s) || UNPRINTABLE.test(s)) return false;
  if (/^(?:---|\.\.\.)/.test(s) || /^[#,[\]{}&*!|>'"%@`]/.test(s)) return false;
  return !/^[?-](?:[ ]|$)|:(?:[ ]|$)|[ ]#/.test(s);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '0',
  '\x07': 'a',
  '\b': 'b',
  '\t': 't',
  '\n': 'n',
  '\v': 'v',
  '\f': 'f',
  '\r': 'r',
  '\x1b': 'e',
  '"': '"',
  '\\': '\\',
  '\u0085': 'N',
  '\u2028': 'L',
  '\u2029': 'P',
};

function doubleQuoted(s: string): string {
  const out = [...s].map((c) => {
    const short = ESCAPES[c];
    if (short !== undefined) return `\\${short}`;
    if (!UNPRINTABLE.test(c)) return c;
    const code = c.codePointAt(0) as number;
    if (code <= 0xff) return `\\x${code.toString(16).toUpperCase().padStart(2, '0')}`;
    if (code <= 0xffff) return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`;
    return `\\U${code.toString(16).toUpperCase().padStart(8, '0')}`;
  });
  return `"${out.join('')}"`;
}

/** Lines under `|`. @param indent of the lines */
function literal(s: string, indent: number): string {
  const hint = /^[ \n]/.test(s) ? '2' : '';
  const chomp = !s.endsWith('\n') ? '-' : s === '\n' || s.endsWith('\n\n') ? '+' : '';
  const body = s.endsWith('\n') ? s.slice(0, -1) : s;
  const lines = body.split('\n').map((l) => (l === '' ? '' : ' '.repeat(indent) + l));
  return `|${hint}${chomp}\n${lines.join('\n')}`;
}

function text(s: string, indent: number, key: boolean): string {
  if (s.includes('\n')) {
    const block = !key && !/ $| \n/.test(s) && !UNPRINTABLE.test(s);
    return block ? literal(s, indent) : doubleQuoted(s);
  }
  if (resolves(s) || BASE_60.test(s) || OLD_BOOL.test(s)) return doubleQuoted(s);
  if (plainAllowed(s)) return s;
  return /\t/.test(s) || UNPRINTABLE.test(s) ? doubleQuoted(s) : `'${s.replaceAll("'", "''")}'`;
}

/** strconv.FormatFloat(f, 'g', -1) */
function floatText(n: number): string {
  if (!Number.isFinite(n)) return Number.isNaN(n) ? '.nan' : n < 0 ? '-.inf' : '.inf';
  const exp = n === 0 ? 0 : Math.floor(Math.log10(Math.abs(n)));
  if (exp >= -4 && exp < 21) return String(n);
  return n.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
}

function scalar(v: Printable, indent: number): string {
  if (v === null) return 'null';
  if (typeof v === 'string') return text(v, indent, false);
  return typeof v === 'number' && !Number.isInteger(v) ? floatText(v) : String(v);
}

const isDigit = (c: string | undefined): boolean => c !== undefined && /\p{Nd}/u.test(c);
const isLetter = (c: string | undefined): boolean => c !== undefined && /\p{L}/u.test(c);

/** Numbers within keys count as numbers. */
function compareKeys(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  let digits = false;
  for (let i = 0; i < x.length && i < y.length; i++) {
    const [c, d] = [x[i] as string, y[i] as string];
    if (c === d) {
      digits = isDigit(c);
      continue;
    }
    const [cl, dl] = [isLetter(c), isLetter(d)];
    if (cl && dl) return c < d ? -1 : 1;
    if (cl || dl) return (digits ? cl : dl) ? -1 : 1;
    let start = 0;
    if (c === '0' || d === '0')
      for (let j = i - 1; j >= 0 && isDigit(x[j]); j--)
        if (x[j] !== '0') {
          start = 1;
          break;
        }
    const run = (s: string[]): [number, number] => {
      let [n, at] = [start, i];
      for (; isDigit(s[at]); at++) n = n * 10 + Number(s[at]);
      return [n, at];
    };
    const [[an, ai], [bn, bi]] = [run(x), run(y)];
    if (an !== bn) return an - bn;
    if (ai !== bi) return ai - bi;
    return c < d ? -1 : 1;
  }
  return x.length - y.length;
}

function entriesOf(v: Ordered | Mapping): [string, Printable][] {
  if (v instanceof Ordered) return v.entries as [string, Printable][];
  return Object.keys(v)
    .sort(compareKeys)
    .map((k) => [k, v[k] as Printable]);
}

/** What follows a key or a dash. @param dash whether it is a dash, behind which a block begins on the same line */
function after(v: Printable, indent: number, dash: boolean): string {
  if (Array.isArray(v))
    return v.length === 0 ? ' []\n' : dash ? ` ${list(v, indent)}` : `\n${pad(list(v, indent), indent)}`;
  if (v instanceof Ordered || isMapping(v)) {
    const entries = entriesOf(v as Ordered);
    if (entries.length === 0) return ' {}\n';
    return dash ? ` ${mapping(entries, indent)}` : `\n${pad(mapping(entries, indent), indent)}`;
  }
  return ` ${scalar(v, indent)}\n`;
}

/** The first line of a block stands where the caller put it, so its blanks are the caller's. */
const pad = (block: string, indent: number): string => ' '.repeat(indent) + block;

function list(v: readonly Printable[], indent: number): string {
  return v.map((x) => `-${after(x, indent + 2, true)}`).join(' '.repeat(indent));
}

function mapping(entries: readonly (readonly [string, Printable])[], indent: number): string {
  return entries.map(([k, x]) => `${text(k, 0, true)}:${after(x, indent + 2, false)}`).join(' '.repeat(indent));
}

/** A document. */
export function printYaml(v: Printable): string {
  if (Array.isArray(v)) return v.length === 0 ? '[]\n' : list(v, 0);
  if (v instanceof Ordered || isMapping(v)) {
    const entries = entriesOf(v as Ordered);
    return entries.length === 0 ? '{}\n' : mapping(entries, 0);
  }
  return `${scalar(v, 0)}\n`;
}

/** JSON as Go's encoder writes it: on one line, or with two blanks for a step. @param indent of the line it stands on; absent: one line */
export function printJson(v: Printable, indent: string | undefined = undefined): string {
  const one = indent === undefined;
  const inner = one ? undefined : `${indent}  `;
  const block = (open: string, items: readonly string[], close: string): string => {
    if (items.length === 0 || one) return `${open}${items.join(',')}${close}`;
    return `${open}\n${items.map((x) => inner + x).join(',\n')}\n${indent}${close}`;
  };
  if (Array.isArray(v))
    return block(
      '[',
      v.map((x) => printJson(x, inner)),
      ']',
    );
  if (!(v instanceof Ordered) && !isMapping(v)) return jsonScalar(v as string);
  const entries = v instanceof Ordered ? v.entries : sortedKeys(v).map((k) => [k, v[k] as Printable] as const);
  return block(
    '{',
    entries.map(([k, x]) => `${jsonScalar(k)}:${one ? '' : ' '}${printJson(x, inner)}`),
    '}',
  );
}

function jsonScalar(v: null | boolean | number | bigint | string): string {
  if (typeof v === 'bigint') return String(v);
  return JSON.stringify(v).replace(/[<>&\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
