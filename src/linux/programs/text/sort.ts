/** sort: lines in order, by keys. */

import { utf8 } from '../../../base/http.ts';
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { allLines, Output } from './input.ts';

/** Ordering letters that a key may carry. */
interface Order {
  numeric: boolean;
  general: boolean;
  human: boolean;
  version: boolean;
  month: boolean;
  fold: boolean;
  dictionary: boolean;
  blanks: boolean;
  reverse: boolean;
}

/** `-k F[.C][OPTS][,F[.C][OPTS]]` */
interface Key {
  readonly from: readonly [number, number];
  readonly to: readonly [number, number] | undefined;
  readonly order: Order;
}

const LETTERS: Readonly<Record<string, keyof Order>> = {
  n: 'numeric',
  g: 'general',
  h: 'human',
  V: 'version',
  M: 'month',
  f: 'fold',
  d: 'dictionary',
  b: 'blanks',
  r: 'reverse',
};
const LONG: Readonly<Record<string, string>> = {
  'numeric-sort': 'n',
  'general-numeric-sort': 'g',
  'human-numeric-sort': 'h',
  'version-sort': 'V',
  'month-sort': 'M',
  'ignore-case': 'f',
  'dictionary-order': 'd',
  'ignore-leading-blanks': 'b',
  reverse: 'r',
};

/** The `sort` command. */
export const spec = defineProgram({
  name: 'sort',
  path: '/usr/bin/sort',
  summary: 'Write the lines of all files in order',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'sort (GNU coreutils) 9.7',
  usageExit: 2,
  options: [
    { name: 'ignore-leading-blanks', short: 'b', help: 'blanks at the start do not count' },
    { name: 'check', short: 'c', help: 'only tell whether it is sorted' },
    { name: 'dictionary-order', short: 'd', help: 'only letters, digits and blanks count' },
    { name: 'ignore-case', short: 'f', help: 'small and capital letters are the same' },
    { name: 'general-numeric-sort', short: 'g', help: 'by numbers, exponents too' },
    { name: 'human-numeric-sort', short: 'h', help: 'by numbers such as 2K and 1G' },
    {
      name: 'key',
      short: 'k',
      arg: 'required',
      metavar: 'KEYDEF',
      help: 'sort by this key: F[.C][OPTS][,F[.C][OPTS]]',
    },
    { name: 'month-sort', short: 'M', help: 'by names of months' },
    { name: 'numeric-sort', short: 'n', help: 'by numbers' },
    { name: 'output', short: 'o', arg: 'required', metavar: 'FILE', help: 'write to FILE' },
    { name: 'reverse', short: 'r', help: 'the other way round' },
    { name: 'stable', short: 's', help: 'equal keys keep their order' },
    { name: 'field-separator', short: 't', arg: 'required', metavar: 'SEP', help: 'what parts fields' },
    { name: 'unique', short: 'u', help: 'one of several equal lines' },
    { name: 'version-sort', short: 'V', help: 'by version numbers' },
    { name: 'zero-terminated', short: 'z', help: 'lines end with NUL' },
  ],
  async run(ctx) {
    const o = ctx.options;
    const global = orderOf(o.list.map((x) => LONG[x.name] ?? '').join(''));
    const keys: Key[] = [];
    for (const text of o.values('key')) {
      const key = parseKey(text, global);
      if (!key) return ctx.fail(`invalid number at field start: invalid count at start of '${text}'`, 2);
      keys.push(key);
    }
    const separator = o.value('field-separator');
    const [lines, exit] = await allLines(ctx, ctx.operands, o.has('zero-terminated') ? 0 : 10);
    const end = o.has('zero-terminated') ? '\0' : '\n';
    const byKeys = comparator(keys, global, separator === '\\0' ? '\0' : separator);
    const full = (a: string, b: string): number => {
      const k = byKeys(a, b);
      if (k !== 0 || o.has('stable') || o.has('unique')) return k;
      return global.reverse ? plain(b, a) : plain(a, b);
    };
    if (o.has('check')) {
      const at = lines.findIndex((l, i) => i > 0 && full(lines[i - 1] as string, l) > (o.has('unique') ? -1 : 0));
      return at < 0 ? 0 : ctx.fail(`${ctx.operands[0] ?? '-'}:${at + 1}: disorder: ${lines[at]}`);
    }
    lines.sort(full);
    const kept = o.has('unique') ? lines.filter((l, i) => i === 0 || byKeys(lines[i - 1] as string, l) !== 0) : lines;
    const file = o.value('output');
    if (file !== undefined) {
      const wrote = ctx.sys.writeFile(file, utf8(kept.map((l) => l + end).join('')));
      return isErr(wrote) ? ctx.fail(`open failed: ${file}: ${wrote.text}`, 2) : exit && 2;
    }
    const out = new Output(ctx);
    for (const line of kept) await out.put(line + end);
    await out.flush();
    return exit && 2;
  },
});

function orderOf(letters: string): Order {
  const order: Order = {
    numeric: false,
    general: false,
    human: false,
    version: false,
    month: false,
    fold: false,
    dictionary: false,
    blanks: false,
    reverse: false,
  };
  for (const c of letters) if (LETTERS[c]) order[LETTERS[c]] = true;
  return order;
}

function parseKey(text: string, global: Order): Key | undefined {
  const [start = '', stop] = text.split(',');
  const a = position(start);
  const b = stop === undefined ? undefined : position(stop);
  if (!a || a.field === 0 || (stop !== undefined && !b)) return undefined;
  const letters = a.letters + (b?.letters ?? '');
  return {
    from: [a.field, a.char || 1],
    to: b && [b.field, b.char],
    order: letters === '' ? global : orderOf(letters),
  };
}

function position(s: string): { field: number; char: number; letters: string } | undefined {
  let i = 0;
  const digits = (): number => {
    const from = i;
    while (i < s.length && (s[i] as string) >= '0' && (s[i] as string) <= '9') i++;
    return i > from ? Number(s.slice(from, i)) : Number.NaN;
  };
  const field = digits();
  if (Number.isNaN(field)) return undefined;
  let char = 0;
  if (s[i] === '.') {
    i++;
    char = digits();
  }
  return Number.isNaN(char) ? undefined : { field, char, letters: s.slice(i) };
}

/** Where the fields of a line begin and end. Without a separator a field begins with the blanks before it. */
function fieldsOf(line: string, separator: string | undefined): [number, number][] {
  const out: [number, number][] = [];
  let i = 0;
  if (separator !== undefined) {
    for (;;) {
      const at = line.indexOf(separator, i);
      out.push([i, at < 0 ? line.length : at]);
      if (at < 0) return out;
      i = at + separator.length;
    }
  }
  while (i < line.length) {
    const from = i;
    while (line[i] === ' ' || line[i] === '\t') i++;
    while (i < line.length && line[i] !== ' ' && line[i] !== '\t') i++;
    out.push([from, i]);
  }
  return out;
}

function keyText(line: string, key: Key, separator: string | undefined): string {
  const fields = fieldsOf(line, separator);
  const start = fields[key.from[0] - 1];
  if (!start) return '';
  let from = start[0];
  if (key.order.blanks) while (line[from] === ' ' || line[from] === '\t') from++;
  from += key.from[1] - 1;
  const last = key.to && fields[key.to[0] - 1];
  const to = !key.to || !last ? line.length : key.to[1] === 0 ? last[1] : Math.min(last[0] + key.to[1], last[1]);
  return line.slice(from, Math.max(from, to));
}

function comparator(
  keys: readonly Key[],
  global: Order,
  separator: string | undefined,
): (a: string, b: string) => number {
  if (keys.length === 0) return (a, b) => compare(a, b, global);
  return (a, b) => {
    for (const key of keys) {
      const c = compare(keyText(a, key, separator), keyText(b, key, separator), key.order);
      if (c !== 0) return c;
    }
    return 0;
  };
}

const plain = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

function compare(a: string, b: string, o: Order): number {
  let c: number;
  if (o.numeric || o.general || o.human) c = number(a, o) - number(b, o);
  else if (o.month)
    c = MONTHS.indexOf(a.trim().slice(0, 3).toLowerCase()) - MONTHS.indexOf(b.trim().slice(0, 3).toLowerCase());
  else if (o.version) c = byVersion(a, b);
  else c = plain(textKey(a, o), textKey(b, o));
  if (Number.isNaN(c)) c = 0;
  return o.reverse ? -c : c;
}

function textKey(s: string, o: Order): string {
  let t = o.blanks ? s.trimStart() : s;
  if (o.dictionary) t = [...t].filter((ch) => /[\p{L}\p{N}\s]/u.test(ch)).join('');
  return o.fold ? t.toUpperCase() : t;
}

function number(s: string, o: Order): number {
  const t = s.trimStart();
  const n = Number.parseFloat(o.general ? t : (/^-?\d*\.?\d*/.exec(t)?.[0] ?? ''));
  if (!o.human) return Number.isNaN(n) ? (o.general ? Number.NEGATIVE_INFINITY : 0) : n;
  const suffix = 'KMGTPE'.indexOf((/^-?\d*\.?\d*\s*([KMGTPEk])/.exec(t)?.[1] ?? ' ').toUpperCase());
  return (Number.isNaN(n) ? 0 : n) * 1024 ** (suffix + 1);
}

/** Runs of digits by value, the rest by character. @see coreutils filevercmp (the part without suffixes) */
function byVersion(a: string, b: string): number {
  const parts = (s: string): string[] => s.match(/\d+|\D+/g) ?? [];
  const [x, y] = [parts(a), parts(b)];
  for (let i = 0; i < Math.max(x.length, y.length); i++) {
    const [p, q] = [x[i] ?? '', y[i] ?? ''];
    const both = /^\d/.test(p) && /^\d/.test(q);
    const c = both ? Number(p) - Number(q) : plain(p, q);
    if (c !== 0) return c;
  }
  return 0;
}
