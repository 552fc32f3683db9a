/**
 * POSIX regular expressions (basic and extended, with GNU's additions) as JavaScript ones.
 *
 * Limits: alternatives are tried from the left, so the leftmost match is found but not always the longest; collating
 * elements are single characters.
 * @see POSIX.1-2017 XBD chapter 9, glibc regcomp
 */
import { CHARACTER_CLASSES } from '../../../base/charclass.ts';

/** A compiled expression, or glibc's text of what is wrong with it. */
export type Compiled = { readonly re: RegExp } | { readonly error: string };

/** @param flags `g`, `i`, `m` as JavaScript has them */
export function compile(pattern: string, extended: boolean, flags = ''): Compiled {
  const source = translate(pattern, extended);
  if (source.startsWith('\0')) return { error: source.slice(1) };
  try {
    return { re: new RegExp(source, `${flags}u`) };
  } catch {
    return { error: 'Invalid preceding regular expression' };
  }
}

const err = (message: string): string => `\0${message}`;

/** @returns JavaScript source, or `\0` and an error text */
export function translate(p: string, extended: boolean): string {
  let out = '';
  let depth = 0;
  let atStart = true;
  for (let i = 0; i < p.length; ) {
    const c = p.codePointAt(i) as number;
    const ch = String.fromCodePoint(c);
    if (ch === '[') {
      const b = bracket(p, i);
      if (b === undefined) return err('Unmatched [, [^, [:, [., or [=');
      out += b.source;
      i = b.next;
      atStart = false;
      continue;
    }
    const token = operatorAt(p, i, ch, extended);
    i += token.length;
    switch (token.op) {
      case '(':
        depth++;
        out += '(';
        atStart = true;
        continue;
      case ')':
        if (depth === 0) {
          if (!extended) return err('Unmatched ) or \\)');
          out += '\\)';
        } else {
          depth--;
          out += ')';
        }
        break;
      case '|':
        out += '|';
        atStart = true;
        continue;
      case '*':
      case '+':
      case '?':
        if (atStart) out += extended && token.op !== '*' ? '' : `\\${token.op}`;
        else out += token.op;
        continue;
      case '{': {
        const close = p.indexOf(extended ? '}' : '\\}', i);
        const body = close < 0 ? '' : p.slice(i, close);
        if (!/^\d*(,\d*)?$/.test(body) || body === '') {
          if (!extended) return err(close < 0 ? 'Unmatched \\{' : 'Invalid content of \\{\\}');
          out += '\\{';
          break;
        }
        out += `{${body.startsWith(',') ? `0${body}` : body}}`;
        i = close + (extended ? 1 : 2);
        continue;
      }
      case '^':
        out += extended || atStart ? '^' : '\\^';
        continue;
      case '$': {
        const rest = p.slice(i);
        const last = rest === '' || rest.startsWith(extended ? ')' : '\\)') || rest.startsWith(extended ? '|' : '\\|');
        out += extended || last ? '$' : '\\$';
        break;
      }
      default:
        out += token.op;
    }
    atStart = false;
  }
  return depth > 0 ? err('Unmatched ( or \\(') : out;
}

const ESCAPES: Readonly<Record<string, string>> = {
  w: '[A-Za-z0-9_]',
  W: '[^A-Za-z0-9_]',
  s: '[ \\t\\n\\r\\f\\v]',
  S: '[^ \\t\\n\\r\\f\\v]',
  b: '\\b',
  B: '\\B',
  '<': '\\b(?=[A-Za-z0-9_])',
  '>': '\\b(?<=[A-Za-z0-9_])',
  '`': '(?<![\\s\\S])',
  "'": '(?![\\s\\S])',
  n: '\\n',
  t: '\\t',
};

/** The operator or literal at `i`: its JavaScript text (or operator letter) and its length. */
function operatorAt(p: string, i: number, ch: string, extended: boolean): { op: string; length: number } {
  if (ch === '\\') {
    const next = p[i + 1];
    if (next === undefined) return { op: '\\\\', length: 1 };
    if (!extended && '(){}|+?'.includes(next)) return { op: next === '}' ? '\\}' : next, length: 2 };
    if (next >= '1' && next <= '9') return { op: `\\${next}`, length: 2 };
    return { op: ESCAPES[next] ?? literal(next), length: 2 };
  }
  if (extended ? '()|+?{*^$'.includes(ch) : '*^$'.includes(ch)) return { op: ch, length: 1 };
  if (ch === '.') return { op: '[^\\n]', length: 1 };
  return { op: literal(ch), length: ch.length };
}

function literal(ch: string): string {
  return '\\^$.*+?()[]{}|/'.includes(ch) ? `\\${ch}` : ch;
}

/** A bracket expression that begins at `i`. */
function bracket(p: string, i: number): { source: string; next: number } | undefined {
  let j = i + 1;
  let negate = false;
  if (p[j] === '^') {
    negate = true;
    j++;
  }
  let body = '';
  const first = j;
  for (;;) {
    const c = p[j];
    if (c === undefined) return undefined;
    if (c === ']' && j > first) break;
    if (c === '[' && (p[j + 1] === ':' || p[j + 1] === '.' || p[j + 1] === '=')) {
      const kind = p[j + 1] as string;
      const close = p.indexOf(`${kind}]`, j + 2);
      if (close < 0) return undefined;
      const name = p.slice(j + 2, close);
      body += kind === ':' ? (CHARACTER_CLASSES[name] ?? '') : inClass(name);
      j = close + 2;
      continue;
    }
    const point = String.fromCodePoint(p.codePointAt(j) as number);
    body += point === '-' && j > first && p[j + 1] !== ']' ? '-' : inClass(point);
    j += point.length;
  }
  return { source: body === '' ? '[]' : `[${negate ? '^' : ''}${body}]`, next: j + 1 };
}

function inClass(ch: string): string {
  return '\\]^[-/.*+?(){}|$&~'.includes(ch) && '\\]^[-/(){}|'.includes(ch) ? `\\${ch}` : ch;
}

/** A fixed string as an expression. */
export function quote(s: string): string {
  return [...s].map(literal).join('');
}
