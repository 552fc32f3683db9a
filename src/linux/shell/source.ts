/**
 * Reading commands: a text is parsed whole; when it has a mistake it is read line by line, as bash does, so that the
 * commands before the mistake run. Also: which text is incomplete, and bash's words for a syntax error.
 * @see bash parse.y: report_syntax_error
 */

import type * as ast from 'unbash';
import { forEachChild, parse } from 'unbash';
import type { Flavour } from './dialect.ts';
import { foreign } from './posix.ts';
import type { Shell } from './shell.ts';

/** What a text is: complete commands, the beginning of one, or wrong. */
export type Reading =
  | { readonly kind: 'commands'; readonly script: ast.ParsedScript }
  | { readonly kind: 'incomplete'; readonly error: ast.ParseError | undefined }
  | { readonly kind: 'error'; readonly error: ast.ParseError };

/** Bash's reserved words. */
export const RESERVED = [
  'if', 'then', 'else', 'elif', 'fi', 'case', 'esac', 'for', 'select', 'while', 'until', 'do', 'done', 'in',
  'function', 'time', '{', '}', '!', '[[', ']]', 'coproc',
]; // biome-ignore format: words

const blank = (text: string): boolean => /^(?:\s|#[^\n]*|\\\n)*$/.test(text);

/** Parses a text that may be only the beginning of a command. */
export function readText(text: string, flavour: Flavour = 'bash'): Reading {
  const script = parse(text);
  const all = [...(script.errors ?? [])].sort((a, b) => a.pos - b.pos);
  // a group that is empty because the text ends is only unfinished
  const errors = all.filter((e, i) => i === all.length - 1 || !e.message.startsWith('expected command in'));
  const first = errors[0];
  if (first) {
    const open = first.message.startsWith('unterminated');
    const wanting = first.message.startsWith('expected') && !/redirect target|^expected word after/.test(first.message);
    if (open || (wanting && blank(text.slice(first.pos)))) return { kind: 'incomplete', error: first };
    return { kind: 'error', error: first };
  }
  if (/(?:^|[^\\])(?:\\\\)*\\$/.test(text.replace(/\n$/, '')) && !endsInComment(text)) {
    if (!text.endsWith('\n') || text.endsWith('\\\n')) return { kind: 'incomplete', error: undefined };
  }
  if (openHereDoc(script)) return { kind: 'incomplete', error: { message: 'here-document', pos: text.length } };
  const odd = foreign(script, text, flavour);
  if (odd) return { kind: 'error', error: { message: odd.words ?? `foreign ${odd.token}`, pos: odd.pos } };
  return { kind: 'commands', script };
}

function endsInComment(text: string): boolean {
  return /(?:^|\s)#[^\n]*$/.test(text.replace(/\n$/, ''));
}

function openHereDoc(script: ast.ParsedScript): boolean {
  let open = false;
  const visit = (node: ast.SyntaxNode): void => {
    if (open) return;
    if (node.type === 'HereDoc') {
      if (!node.closing) open = true;
      return;
    }
    if (node.type === 'CommandExpansion' || node.type === 'ProcessSubstitution') return;
    forEachChild(node, visit);
  };
  if (/<</.test(script.source ?? '') || script.end > 0) forEachChild(script, visit);
  return open;
}

/** Commands of a text in the order they run. A wrong command comes as the last. */
export function* readCommands(
  text: string,
  firstLine = 1,
  rewrite?: (text: string) => string,
  flavour: Flavour = 'bash',
): Generator<{ reading: Reading; text: string; line: number }> {
  const whole = rewrite ? undefined : readText(text, flavour);
  if (whole?.kind === 'commands') {
    yield { reading: whole, text, line: firstLine };
    return;
  }
  const lines = text.split('\n');
  let buffer = '';
  let line = firstLine;
  for (let i = 0; i < lines.length; i++) {
    buffer += lines[i];
    const last = i === lines.length - 1;
    if (!last) buffer += '\n';
    const raw = buffer;
    if (rewrite) buffer = rewrite(raw);
    const reading = readText(buffer, flavour);
    if (rewrite && reading.kind === 'incomplete' && !last) buffer = raw;
    if (reading.kind === 'incomplete' && !last) continue;
    if (reading.kind === 'incomplete' && reading.error?.message === 'here-document') {
      yield { reading: { kind: 'commands', script: parse(buffer) }, text: buffer, line };
      return;
    }
    if (reading.kind === 'incomplete' && !reading.error) {
      yield { reading: { kind: 'commands', script: parse(buffer.replace(/\\\n?$/, '')) }, text: buffer, line };
      return;
    }
    yield { reading, text: buffer, line };
    if (reading.kind !== 'commands') return;
    line = firstLine + i + 1;
    buffer = '';
  }
}

/** The token at a position, as an error message names it. */
function tokenAt(text: string, pos: number): string {
  const rest = text.slice(pos).replace(/^(?:[ \t]|\\\n)+/, '');
  if (rest === '' || rest[0] === '\n' || rest[0] === '#') return 'newline';
  const m = /^(?:&&|\|\||;;&|;&|;;|\|&|&>>|&>|<<<|<<-|<<|>>|<&|>&|>\||<>|[;&|<>()])/.exec(rest);
  if (m) return m[0];
  return (/^[^\s;&|<>()]+/.exec(rest) ?? [rest[0] as string])[0];
}

const lineAt = (text: string, pos: number): number => text.slice(0, pos).split('\n').length;

const CLOSING: Readonly<Record<string, string>> = {
  'double quote': '"',
  'single quote': "'",
  'parameter expansion': '}',
  'command substitution': ')',
  'process substitution': ')',
  'arithmetic expansion': ')',
  subshell: ')',
  backtick: '`',
};

/** Bash's message for a syntax error, without prefix. `eof`: the text ended too early. */
function syntaxMessage(text: string, error: ast.ParseError, eof: boolean): { message: string; pos: number } {
  const m = /^unterminated (.*)$/.exec(error.message);
  if (m) {
    const what = m[1] as string;
    const close = Object.keys(CLOSING).find((k) => what.includes(k));
    const char = close ? CLOSING[close] : text[error.pos] === '`' ? '`' : ')';
    return { message: `unexpected EOF while looking for matching \`${char}'`, pos: error.pos };
  }
  if (eof) return { message: 'syntax error: unexpected end of file', pos: text.length };
  let pos = error.pos;
  if (/^expected/.test(error.message)) pos += (/^(?:[ \t]|\\\n)*/.exec(text.slice(pos)) ?? [''])[0].length;
  return { message: `syntax error near unexpected token \`${tokenAt(text, pos)}'`, pos };
}

/** Prints a syntax error as the shell does; sets the line that messages name. */
export async function explainError(sh: Shell, text: string, error: ast.ParseError, where = ''): Promise<void> {
  const eof = /^expected/.test(error.message) && blank(text.slice(error.pos)) && !error.message.includes('redirect');
  const { message, pos } = syntaxMessage(text, error, eof);
  const firstLine = sh.frame.firstLine;
  const lines = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  const line = firstLine - 1 + (eof ? lines + 1 : lineAt(text, pos));
  if (sh.dialect.flavour !== 'bash') {
    // a text without a last newline ends on its last line
    const at = eof ? firstLine - 1 + text.split('\n').length : line;
    const { smallerWords } = await sh.sys.load(() => import('./smaller.ts'));
    const said = smallerWords(sh.dialect.flavour, error, eof, message, tokenAt(text, pos));
    await sh.write(2, `${sh.dialect.prefix(sh.arg0, at, sh.messageInteractive)}${said}\n`);
    return;
  }
  const source = sh.calls.at(-1)?.source || sh.arg0;
  const dashC = where === 'eval' ? 'eval: ' : sh.commandString !== undefined && sh.calls.length === 0 ? '-c: ' : '';
  const head = sh.messageInteractive ? `${sh.arg0}: ` : `${source}: ${dashC}line ${line}: `;
  const from = eof ? (await sh.sys.load(() => import('./unclosed.ts'))).unclosed(text) : undefined;
  const since = from ? ` from \`${from.word}' command on line ${firstLine - 1 + lineAt(text, from.pos)}` : '';
  let out = `${head}${message}${since}\n`;
  if (message.startsWith('syntax error near') && !sh.messageInteractive) {
    out += `${head}\`${text.split('\n')[lineAt(text, pos) - 1]}'\n`;
  }
  await sh.write(2, out);
}
