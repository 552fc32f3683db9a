/**
 * Shell patterns: `*`, `?`, bracket expressions with classes, extended patterns, compiled to a regular expression.
 * A quoted character comes escaped by a backslash.
 * Limits: collating symbols and equivalence classes match their one character; ranges are by code point (LC_ALL=C).
 * @see glob(7), bash lib/glob/sm_loop.c
 */

import { CHARACTER_CLASSES } from '../../../base/charclass.ts';

const CLASSES: Readonly<Record<string, string>> = { ...CHARACTER_CLASSES, word: 'A-Za-z0-9_' };

const REGEX_SPECIAL = /[\\^$.*+?()[\]{}|/]/;
const literal = (c: string): string => (REGEX_SPECIAL.test(c) ? `\\${c}` : c);
/** Inside brackets a dash is special too. */
const classLiteral = (c: string): string => (c === '-' ? '\\-' : literal(c));

/** Does the pattern hold anything that is not literal? */
export function hasMagic(pattern: string, extglob: boolean): boolean {
  for (let i = 0; i < pattern.length; i++) {
    const c = pattern[i];
    if (c === '\\') i++;
    else if (c === '*' || c === '?') return true;
    else if (c === '[' && pattern.indexOf(']', i + 1) > 0) return true;
    else if (extglob && pattern[i + 1] === '(' && '@+!'.includes(c as string)) return true;
  }
  return false;
}

/** Removes the backslashes of a pattern: the string it matches when it has no magic. */
export function unescapePattern(pattern: string): string {
  return pattern.replace(/\\([\s\S])/g, '$1');
}

/** Escapes a quoted string so that a pattern takes it literally. */
export function escapePattern(text: string): string {
  return text.replace(/[\\*?[\]@+!()|]/g, '\\$&');
}

/** Source of a bracket expression that begins at `[`; undefined when it is not closed. */
function bracket(p: string, start: number): { source: string; end: number } | undefined {
  let i = start + 1;
  let negate = false;
  if (p[i] === '!' || p[i] === '^') {
    negate = true;
    i++;
  }
  let out = '';
  let first = true;
  while (i < p.length) {
    const c = p[i] as string;
    if (c === ']' && !first) {
      return { source: out === '' ? (negate ? '[\\s\\S]' : '(?!)') : `[${negate ? '^' : ''}${out}]`, end: i + 1 };
    }
    first = false;
    const named = c === '[' && /^\[([:.=])(.*?)\1\]/.exec(p.slice(i));
    if (named) {
      out += named[1] === ':' ? (CLASSES[named[2] as string] ?? '') : classLiteral((named[2] as string)[0] ?? '');
      i += named[0].length;
    } else if (c === '\\' && i + 1 < p.length) {
      out += classLiteral(p[i + 1] as string);
      i += 2;
    } else {
      out += c === '-' ? rangeDash(p, i, out) : classLiteral(c);
      i++;
    }
  }
  return undefined;
}

function rangeDash(p: string, i: number, before: string): string {
  return before === '' || p[i + 1] === ']' ? '\\-' : '-';
}

/** Index after the parenthesis that closes the one at `open`. */
function closing(p: string, open: number): number {
  let depth = 0;
  for (let i = open; i < p.length; i++) {
    if (p[i] === '\\') i++;
    else if (p[i] === '(') depth++;
    else if (p[i] === ')' && --depth === 0) return i;
  }
  return -1;
}

function alternatives(p: string): string[] {
  const out: string[] = [];
  let depth = 0;
  let from = 0;
  for (let i = 0; i < p.length; i++) {
    if (p[i] === '\\') i++;
    else if (p[i] === '(') depth++;
    else if (p[i] === ')') depth--;
    else if (p[i] === '|' && depth === 0) {
      out.push(p.slice(from, i));
      from = i + 1;
    }
  }
  out.push(p.slice(from));
  return out;
}

/** A compiled pattern's source; one that is no expression (`[z-a]`) matches nothing, as in fnmatch. */
export function compilePattern(text: string, flags: string): RegExp {
  try {
    return new RegExp(text, flags);
  } catch {
    return /(?!)/u;
  }
}

/** How to translate: lazy stars (shortest match), extended patterns, stars that stop at a slash. */
export interface PatternOptions {
  readonly lazy?: boolean;
  readonly extglob?: boolean;
  readonly path?: boolean;
}

function extended(p: string, i: number, options: PatternOptions): { source: string; end: number } | undefined {
  const close = closing(p, i + 1);
  if (close < 0) return undefined;
  const inner = alternatives(p.slice(i + 2, close))
    .map((x) => source(x, options))
    .join('|');
  const any = options.path ? '[^/]*' : '[\\s\\S]*';
  const kind = p[i];
  if (kind === '!')
    return { source: `(?:(?!(?:${inner})${source(p.slice(close + 1), options)}$)${any})`, end: close + 1 };
  const repeat = kind === '@' ? '' : (kind as string);
  return { source: `(?:${inner})${repeat}`, end: close + 1 };
}

/** Regular expression source of a pattern. */
export function source(p: string, options: PatternOptions = {}): string {
  const any = options.path ? '[^/]' : '[\\s\\S]';
  let out = '';
  for (let i = 0; i < p.length; ) {
    const c = p[i] as string;
    if (options.extglob && p[i + 1] === '(' && '?*+@!'.includes(c)) {
      const x = extended(p, i, options);
      if (x) {
        out += x.source;
        i = x.end;
        continue;
      }
    }
    if (c === '\\' && i + 1 < p.length) {
      const point = String.fromCodePoint(p.codePointAt(i + 1) as number);
      out += literal(point);
      i += 1 + point.length;
    } else if (c === '*') {
      while (p[i + 1] === '*' && !(options.extglob && p[i + 2] === '(')) i++;
      out += `${any}*${options.lazy ? '?' : ''}`;
      i++;
    } else if (c === '?') {
      out += any;
      i++;
    } else {
      const b = c === '[' ? bracket(p, i) : undefined;
      out += b ? b.source : literal(c);
      i = b ? b.end : i + 1;
    }
  }
  return out;
}

/** Does the whole of `text` match? */
export function matches(pattern: string, text: string, options: { extglob?: boolean; nocase?: boolean } = {}): boolean {
  if (!hasMagic(pattern, true)) {
    const plain = unescapePattern(pattern);
    return options.nocase ? plain.toLowerCase() === text.toLowerCase() : plain === text;
  }
  return compilePattern(`^(?:${source(pattern, options)})$`, options.nocase ? 'iu' : 'u').test(text);
}
