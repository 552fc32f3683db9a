/** Tokens of an awk program. @see POSIX.1-2017 awk, grammar */
import { ESCAPES as C_ESCAPES } from '../../../../base/escapes.ts';

export type TokenKind =
  | 'number'
  | 'string'
  | 'regex'
  | 'name'
  | 'func'
  | 'builtin'
  | 'keyword'
  | 'op'
  | 'newline'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  /** Line of the program, from 1. */
  readonly line: number;
}

export class AwkError extends Error {}

const KEYWORDS = new Set([
  'BEGIN',
  'END',
  'function',
  'func',
  'if',
  'else',
  'while',
  'for',
  'do',
  'break',
  'continue',
  'next',
  'nextfile',
  'exit',
  'return',
  'delete',
  'in',
  'getline',
  'print',
  'printf',
]);
export const BUILTINS = new Set([
  'length',
  'substr',
  'index',
  'split',
  'sub',
  'gsub',
  'match',
  'sprintf',
  'sin',
  'cos',
  'atan2',
  'exp',
  'log',
  'sqrt',
  'int',
  'rand',
  'srand',
  'tolower',
  'toupper',
  'system',
  'close',
  'fflush',
  'gensub',
  'strftime',
  'systime',
  'and',
  'or',
  'xor',
  'lshift',
  'rshift',
  'compl',
]);
const OPS = [
  '**=',
  '&&',
  '||',
  '==',
  '!=',
  '<=',
  '>=',
  '++',
  '--',
  '+=',
  '-=',
  '*=',
  '/=',
  '%=',
  '^=',
  '**',
  '>>',
  '!~',
  '{',
  '}',
  '(',
  ')',
  '[',
  ']',
  ';',
  ',',
  '+',
  '-',
  '*',
  '/',
  '%',
  '^',
  '!',
  '<',
  '>',
  '|',
  '?',
  ':',
  '~',
  '$',
  '=',
];
const ESCAPES: Readonly<Record<string, string>> = { ...C_ESCAPES, '"': '"', '/': '/' };

/** Splits a program. @throws AwkError */
export function lex(s: string): Token[] {
  const out: Token[] = [];
  let line = 1;
  let i = 0;
  const push = (kind: TokenKind, text: string): void => void out.push({ kind, text, line });
  while (i < s.length) {
    const c = s[i] as string;
    if (c === '\n') {
      push('newline', '\n');
      line++;
      i++;
    } else if (c === ' ' || c === '\t' || c === '\r') i++;
    else if (c === '\\' && s[i + 1] === '\n') {
      line++;
      i += 2;
    } else if (c === '#') while (i < s.length && s[i] !== '\n') i++;
    else if (c === '"') {
      const [text, next] = string(s, i + 1);
      push('string', text);
      i = next;
    } else if (
      /[\d.]/.test(c) &&
      /^(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)/.test(s.slice(i, i + 40))
    ) {
      const m = /^(?:0[xX][0-9a-fA-F]+|\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)/.exec(
        s.slice(i),
      ) as RegExpExecArray;
      push('number', m[0]);
      i += m[0].length;
    } else if (/[A-Za-z_]/.test(c)) {
      const name = (/^\w+/.exec(s.slice(i)) as RegExpExecArray)[0];
      i += name.length;
      push(KEYWORDS.has(name) ? 'keyword' : BUILTINS.has(name) ? 'builtin' : s[i] === '(' ? 'func' : 'name', name);
    } else if (c === '/' && regexMayStart(out.at(-1))) {
      const [text, next] = regex(s, i + 1);
      push('regex', text);
      i = next;
    } else {
      const op = OPS.find((o) => s.startsWith(o, i));
      if (!op) throw new AwkError(`syntax error at source line ${line}`);
      push('op', op === '**' ? '^' : op === '**=' ? '^=' : op);
      i += op.length;
    }
  }
  push('end', '');
  return out;
}

function regexMayStart(last: Token | undefined): boolean {
  if (!last) return true;
  if (last.kind === 'op') return !')]$'.includes(last.text) && last.text !== '++' && last.text !== '--';
  return last.kind === 'newline' || last.kind === 'keyword';
}

function string(s: string, from: number): [string, number] {
  let out = '';
  for (let i = from; i < s.length; i++) {
    const c = s[i] as string;
    if (c === '"') return [out, i + 1];
    if (c === '\n') break;
    if (c !== '\\') {
      out += c;
      continue;
    }
    const next = s[++i] ?? '';
    const octal = /^[0-7]{1,3}/.exec(s.slice(i, i + 3))?.[0];
    if (octal) {
      out += String.fromCharCode(Number.parseInt(octal, 8));
      i += octal.length - 1;
    } else if (next === '\n') continue;
    else out += ESCAPES[next] ?? `\\${next}`;
  }
  throw new AwkError('unterminated string');
}

function regex(s: string, from: number): [string, number] {
  let out = '';
  let bracket = false;
  for (let i = from; i < s.length; i++) {
    const c = s[i] as string;
    if (c === '\n') break;
    if (c === '\\') {
      const next = s[++i] ?? '';
      out += next === '/' ? '/' : `\\${next}`;
      continue;
    }
    if (c === '[') bracket = true;
    if (c === ']') bracket = false;
    if (c === '/' && !bracket) return [out, i + 1];
    out += c;
  }
  throw new AwkError('unterminated regexp');
}
