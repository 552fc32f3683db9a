/** Syntax errors in the words of dash and ash; loaded when the first is made. */
import type * as ast from 'unbash';
import type { Flavour } from './dialect.ts';

const OPENERS: readonly (readonly [RegExp, string])[] = [
  [/'if'/, 'fi'],
  [/'(while|until|for|do)'/, 'done'],
  [/'case'/, 'esac'],
];

/** What an unfinished command still wants, of the parser's message. @see ash.c: raise_error_unexpected_syntax */
function wanted(message: string): string | undefined {
  const word = /^expected '([^']+)'/.exec(message)?.[1];
  if (word !== undefined) return word;
  return OPENERS.find(([open]) => open.test(message))?.[1];
}

/** A syntax error in dash's or ash's words. @see dash src/parser.c: synexpect; busybox ash.c: raise_error_unexpected_syntax */
export function smallerWords(
  flavour: Flavour,
  error: ast.ParseError,
  eof: boolean,
  message: string,
  token: string,
): string {
  const say = (words: string): string =>
    flavour === 'dash' ? `Syntax error: ${words.charAt(0).toUpperCase()}${words.slice(1)}` : `syntax error: ${words}`;
  const unexpected = (what: string): string =>
    flavour === 'dash' ? `Syntax error: ${what} unexpected` : `syntax error: unexpected ${what}`;
  const named = /^foreign (.*)$/.exec(error.message)?.[1];
  if (named !== undefined) return unexpected(named);
  if (error.message === 'bad for loop variable') return say(error.message);
  if (/matching `["']'/.test(message)) return say('unterminated quoted string');
  if (/matching ``'/.test(message)) return say('EOF in backquote substitution');
  if (!message.startsWith('syntax error near') || eof) {
    const open = /matching `(.)'/.exec(message)?.[1] ?? wanted(error.message);
    return `${unexpected('end of file')}${open === undefined ? '' : ` (expecting "${open}")`}`;
  }
  return unexpected(token === 'newline' ? token : `"${token}"`);
}
