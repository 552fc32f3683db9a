/** Values as text: compact or indented, plain or coloured. @see jq src/jv_print.c */
import { isObject, type Json } from './value.ts';

export interface Layout {
  /** What stands before each level; undefined: all on one line. */
  readonly indent?: string;
  readonly sort: boolean;
  readonly color: boolean;
}

const RESET = '\x1b[0m';
const COLORS = {
  null: '\x1b[0;90m',
  false: '\x1b[0;39m',
  true: '\x1b[0;39m',
  number: '\x1b[0;39m',
  string: '\x1b[0;32m',
  array: '\x1b[1;39m',
  object: '\x1b[1;39m',
  key: '\x1b[1;34m',
} as const;

export function printed(v: Json, l: Layout, level = 0): string {
  const paint = (kind: keyof typeof COLORS, s: string): string => (l.color ? `${COLORS[kind]}${s}${RESET}` : s);
  const pad = (n: number): string => (l.indent === undefined ? '' : `\n${l.indent.repeat(n)}`);
  if (Array.isArray(v)) {
    if (v.length === 0) return paint('array', '[]');
    const items = v.map((x) => pad(level + 1) + printed(x, l, level + 1));
    return around('array', '[', ']', items);
  }
  if (isObject(v)) {
    const keys = l.sort ? Object.keys(v).sort() : Object.keys(v);
    if (keys.length === 0) return paint('object', '{}');
    const colon = l.indent === undefined ? ':' : ': ';
    const items = keys.map(
      (k) =>
        `${pad(level + 1)}${paint('key', escaped(k))}${l.color ? `${COLORS.object}${colon.trim()}${RESET}${colon.slice(1)}` : colon}${printed(v[k] as Json, l, level + 1)}`,
    );
    return around('object', '{', '}', items);
  }
  if (typeof v === 'string') return paint('string', escaped(v));
  if (typeof v === 'number') return paint('number', number(v));
  return paint(String(v) as 'null' | 'true' | 'false', String(v));

  function around(kind: 'array' | 'object', open: string, close: string, items: readonly string[]): string {
    const comma = paint(kind, ',');
    return (
      paint(kind, open) +
      items.join(comma) +
      (l.color ? COLORS[kind] : '') +
      pad(level) +
      (l.color ? COLORS[kind] : '') +
      close +
      (l.color ? RESET : '')
    );
  }
}

/** As jq does: DEL is escaped too. */
const escaped = (s: string): string => JSON.stringify(s).replaceAll('\x7f', '\\u007f');

function number(n: number): string {
  if (Number.isNaN(n)) return 'null';
  if (n === Number.POSITIVE_INFINITY) return '1.7976931348623157e+308';
  if (n === Number.NEGATIVE_INFINITY) return '-1.7976931348623157e+308';
  return JSON.stringify(n);
}
