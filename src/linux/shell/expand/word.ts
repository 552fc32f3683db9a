/**
 * Word expansion in bash's order: braces, tilde, parameters, commands, arithmetic; then splitting, then path names.
 * @see bash subst.c: expand_word_list_internal
 */

import type * as ast from 'unbash';
import { parse } from 'unbash';
import { isErr } from '../../kernel/errno.ts';
import type { Shell } from '../shell.ts';
import { ArithmeticError, evaluate } from './arithmetic.ts';
import { expandBraces } from './brace.ts';
import {
  type Field,
  joinPattern,
  joinText,
  literal,
  literalPieces,
  quoted,
  type Segment,
  splitFields,
} from './fields.ts';
import { glob } from './glob.ts';
import { arithmeticVariables, expandParameter, expandSimple } from './parameter.ts';
import { hasMagic } from './pattern.ts';
import { commandSubstitution, processSubstitution } from './substitution.ts';

const parsed = new Map<string, ast.Word>();

/** The word that a text is, as if it stood in a command. */
export function wordOf(text: string): ast.Word {
  const known = parsed.get(text);
  if (known) return known;
  const command = parse(`: ${text}`).commands[0]?.command;
  const first = command?.type === 'Command' ? command.suffix[0] : undefined;
  const word: ast.Word =
    first?.type === 'Word' && first.end === text.length + 2
      ? first
      : { type: 'Word', text: escapeAll(text), value: text, pos: 0, end: 0 };
  if (parsed.size > 2000) parsed.clear();
  parsed.set(text, word);
  return word;
}

const escapeAll = (text: string): string => text.replace(/[^\w/.-]/g, '\\$&');

/** The parts of a text expanded as a here-document is: `$` and backquote are special, quotes are not. */
export function hereParts(text: string): { parts: readonly ast.WordPart[]; source: string } {
  let mark = 'EOF';
  while (text.includes(mark)) mark += '_';
  const source = `: <<${mark}\n${text}\n${mark}\n`;
  const command = parse(source).commands[0]?.command;
  const doc = command?.type === 'Command' ? command.redirects[0] : undefined;
  if (doc?.type !== 'HereDoc') return { parts: [], source };
  const parts = doc.body.parts;
  if (!parts) return { parts: [{ type: 'Literal', pos: 0, end: 0, value: `${text}\n`, text }], source };
  return { parts, source };
}

/** Expands text as in double quotes, double quotes themselves being ordinary characters. */
export async function expandHere(sh: Shell, text: string): Promise<string> {
  if (!/[$`\\]/.test(text)) return text;
  const { parts, source } = hereParts(text);
  const frame = sh.frame;
  const pos = sh.pos;
  const line = sh.line;
  sh.frame = { text: source, firstLine: line };
  sh.pos = 0;
  try {
    return joinText(await quotedSegments(sh, parts)).slice(0, -1);
  } finally {
    sh.frame = frame;
    sh.pos = pos;
  }
}

/** All fields that the words of a command expand to. */
export async function expandWords(sh: Shell, words: readonly ast.Word[]): Promise<string[]> {
  const out: string[] = [];
  for (const w of words) out.push(...(await expandWord(sh, w)));
  return out;
}

/** The fields of one word. */
export async function expandWord(sh: Shell, word: ast.Word): Promise<string[]> {
  if (!word.parts && /^[\w/.:,=+%@-]*$/.test(word.text) && !sh.shopt.has('extglob')) return [word.text];
  if (sh.has('braceexpand') && word.parts?.some((p) => p.type === 'BraceExpansion')) {
    const texts = expandBraces(word.text);
    if (texts.length !== 1 || texts[0] !== word.text) {
      const out: string[] = [];
      for (const t of texts) if (t !== '') out.push(...(await expandWord(sh, wordOf(t))));
      return out;
    }
  }
  const ifs = sh.vars.get('IFS') ?? ' \t\n';
  const fields = splitFields(await segments(sh, word, 'argument'), ifs);
  const out: string[] = [];
  for (const f of fields) out.push(...(await pathnames(sh, f)));
  return out;
}

async function pathnames(sh: Shell, field: Field): Promise<string[]> {
  const text = joinText(field);
  if (sh.has('noglob')) return [text];
  const pattern = joinPattern(field);
  const extglob = sh.shopt.has('extglob');
  if (!field.some((p) => !p.quoted) || !hasMagic(pattern, extglob)) return [text];
  const found = glob(sh.sys, pattern, {
    extglob,
    dotglob: sh.shopt.has('dotglob'),
    globstar: sh.shopt.has('globstar'),
    nocaseglob: sh.shopt.has('nocaseglob'),
  });
  if (found.length > 0) return found;
  if (sh.shopt.has('failglob')) return sh.fail(`no match: ${text}`);
  return sh.shopt.has('nullglob') ? [] : [text];
}

/** One string, neither split nor matched against files: assignments, case words, here-strings. */
export async function expandString(sh: Shell, word: ast.Word, mode: WordMode = 'plain'): Promise<string> {
  if (!word.parts && /^[\w/.,:+%@-]*$/.test(word.text)) return word.text;
  return joinText(await segments(sh, word, mode));
}

/** A pattern: what was quoted is escaped. */
export async function expandPattern(sh: Shell, word: ast.Word, inQuotes = false): Promise<string> {
  return joinPattern(await segments(sh, word, inQuotes ? 'pattern' : 'plain'));
}

/** Where a word stands: decides which tildes are expanded. */
export type WordMode = 'argument' | 'assignment' | 'plain' | 'pattern';

/** Expanded pieces of a word. */
export async function segments(sh: Shell, word: ast.Word, mode: WordMode): Promise<Segment[]> {
  const parts = word.parts ?? [
    { type: 'Literal' as const, pos: word.pos, end: word.end, value: word.value, text: word.text },
  ];
  const out: Segment[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as ast.WordPart;
    if (part.type === 'Literal') out.push(...tildePieces(sh, part.text, i === 0, mode, parts.length > i + 1));
    else await partSegments(sh, part, out);
  }
  return out;
}

function tildePieces(sh: Shell, text: string, first: boolean, mode: WordMode, more: boolean): Segment[] {
  if (!text.includes('~') || mode === 'pattern') return literalPieces(text);
  const assign = mode === 'assignment' || (mode === 'argument' && first && /^[A-Za-z_]\w*=/.test(text));
  const out: Segment[] = [];
  const pieces = assign ? text.split(/(?<=[:=])/) : [text];
  pieces.forEach((p, k) => {
    const begins = k > 0 || (first && (mode !== 'argument' || !/^[A-Za-z_]\w*=/.test(text) || !assign));
    const m = begins ? /^~([\w.+-]*)(?=[/:]|$)/.exec(p) : null;
    const home =
      m && !(m[0].length === p.length && more && k === pieces.length - 1) ? tilde(sh, m[1] as string) : undefined;
    if (m && home !== undefined) out.push(quoted(home), ...literalPieces(p.slice(m[0].length)));
    else out.push(...literalPieces(p));
  });
  return out;
}

/** What `~`, `~user`, `~+`, `~-` stands for. */
export function tilde(sh: Shell, name: string): string | undefined {
  if (name === '') return sh.vars.get('HOME') ?? homeOf(sh, 'root');
  if (name === '+') return sh.vars.get('PWD');
  if (name === '-') return sh.vars.get('OLDPWD');
  return homeOf(sh, name);
}

function homeOf(sh: Shell, user: string): string | undefined {
  const passwd = sh.sys.readFile('/etc/passwd');
  if (isErr(passwd)) return undefined;
  for (const line of new TextDecoder().decode(passwd).split('\n')) {
    const f = line.split(':');
    if (f[0] === user) return f[5];
  }
  return undefined;
}

async function partSegments(sh: Shell, part: ast.WordPart, out: Segment[]): Promise<void> {
  switch (part.type) {
    case 'Literal':
      out.push(...literalPieces(part.text));
      return;
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      out.push(quoted(part.value));
      return;
    case 'DoubleQuoted':
    case 'LocaleString': {
      const inner = await quotedSegments(sh, part.parts);
      const onlyLists = part.parts.length > 0 && part.parts.every((p) => isList(p));
      if (inner.length > 0) out.push(...inner);
      else if (!onlyLists) out.push(quoted(''));
      return;
    }
    case 'Glob':
      if (part.kind === 'bracket' && part.parts) {
        out.push(literal('['));
        for (const p of part.parts) await partSegments(sh, p, out);
        out.push(literal(']'));
      } else out.push(literal(part.text));
      return;
    case 'ExtendedGlob': {
      out.push(literal(`${part.operator}(`));
      if (part.parts) for (const p of part.parts) await partSegments(sh, p, out);
      else out.push(...(await extendedPattern(sh, part.pattern)));
      out.push(literal(')'));
      return;
    }
    case 'BraceExpansion':
      out.push(...literalPieces(part.text));
      return;
    case 'ProcessSubstitution':
      out.push(quoted(await processSubstitution(sh, part)));
      return;
    default:
      out.push(...(await expansionSegments(sh, part, false)));
  }
}

async function extendedPattern(sh: Shell, pattern: string): Promise<Segment[]> {
  const out: Segment[] = [];
  for (const piece of pattern.split(/(\||\(|\))/)) {
    if (piece === '|' || piece === '(' || piece === ')') out.push(literal(piece));
    else if (piece !== '') out.push(...(await segments(sh, wordOf(piece), 'pattern')));
  }
  return out;
}

/** Parts inside double quotes or a here-document. */
export async function quotedSegments(sh: Shell, parts: readonly ast.WordPart[]): Promise<Segment[]> {
  const out: Segment[] = [];
  for (const p of parts) {
    if (p.type === 'Literal') out.push(quoted(p.value));
    else if (
      p.type === 'SimpleExpansion' ||
      p.type === 'ParameterExpansion' ||
      p.type === 'CommandExpansion' ||
      p.type === 'ArithmeticExpansion'
    )
      out.push(...(await expansionSegments(sh, p, true)));
    else if (p.type === 'DoubleQuoted') out.push(...(await quotedSegments(sh, p.parts)));
    else if ('text' in p) out.push(quoted(p.text));
  }
  return out;
}

function isList(p: ast.WordPart): boolean {
  if (p.type === 'SimpleExpansion') return p.text === '$@';
  if (p.type !== 'ParameterExpansion') return false;
  return (
    p.prefix !== '#' &&
    (p.parameter === '@' || p.index?.text === '@' || (p.operation?.type === 'Names' && p.operation.operator === '@'))
  );
}

async function expansionSegments(
  sh: Shell,
  part: ast.SimpleExpansionPart | ast.ParameterExpansionPart | ast.CommandExpansionPart | ast.ArithmeticExpansionPart,
  inQuotes: boolean,
): Promise<Segment[]> {
  const one = (text: string): Segment[] => [{ text, quoted: inQuotes, split: !inQuotes }];
  switch (part.type) {
    case 'SimpleExpansion':
      return expandSimple(sh, part.text.slice(1), inQuotes);
    case 'ParameterExpansion':
      return expandParameter(sh, part, inQuotes);
    case 'CommandExpansion':
      return one(await commandSubstitution(sh, part));
    case 'ArithmeticExpansion': {
      const bracket = part.text.startsWith('$[');
      const body = bracket ? part.text.slice(2, -1) : part.text.slice(3, -2);
      return one(String(await arithmetic(sh, body)));
    }
  }
}

/** Evaluates the text of an arithmetic expression; a failure drops the command. */
export async function arithmetic(sh: Shell, text: string): Promise<bigint> {
  const clean = (await expandHere(sh, text)).replace(/"/g, '');
  return evaluateOrFail(sh, clean);
}

/** Evaluates text whose expansions are done. */
export async function evaluateOrFail(sh: Shell, text: string): Promise<bigint> {
  try {
    return evaluate(text, arithmeticVariables(sh));
  } catch (e) {
    if (e instanceof ArithmeticError) return sh.fail(sh.dialect.arithmetic(text, e.why, e.message));
    throw e;
  }
}
