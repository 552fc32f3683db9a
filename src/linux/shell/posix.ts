/**
 * What dash and the ash of busybox do not take of bash's grammar, though the parser reads it: here-strings, arrays,
 * process substitution, `for ((…))` and functions by keyword.
 * @see dash src/parser.c; busybox shell/ash.c (bash's ways that it takes: BASH_REDIR_OUTPUT, BASH_FUNCTION, BASH_PROCESS_SUBST)
 */
import type * as ast from 'unbash';
import { forEachChild } from 'unbash';
import type { Flavour } from './dialect.ts';

/** A part of a text that the shell has no grammar for: what its message names. */
export interface Foreign {
  readonly pos: number;
  /** The token that it did not expect, or words of their own. */
  readonly token?: string;
  readonly words?: string;
}

function refusal(node: ast.SyntaxNode, flavour: Flavour, source: string): Foreign | undefined {
  const pos = 'pos' in node ? (node.pos as number) : 0;
  switch (node.type) {
    case 'HereString':
      return { pos, token: 'redirection' };
    case 'ArrayValue':
      return { pos, token: '"("' };
    case 'ProcessSubstitution':
      return flavour === 'dash' ? { pos, token: '"("' } : undefined;
    case 'ArithmeticFor':
      return { pos, words: 'bad for loop variable' };
    case 'Function':
      return flavour === 'dash' && /^function\b/.test(source.slice(pos)) ? { pos, token: '"}"' } : undefined;
    default:
      return undefined;
  }
}

/** The first such part of a script that is right for bash. */
export function foreign(script: ast.ParsedScript, text: string, flavour: Flavour): Foreign | undefined {
  if (flavour === 'bash') return undefined;
  let found: Foreign | undefined;
  const visit = (node: ast.SyntaxNode): void => {
    found ??= refusal(node, flavour, text);
    if (!found) forEachChild(node, visit);
  };
  forEachChild(script, visit);
  return found;
}

const OPENERS: readonly (readonly [RegExp, string])[] = [
  [/'if'/, 'fi'],
  [/'(while|until|for|do)'/, 'done'],
  [/'case'/, 'esac'],
];

/** What an unfinished command still wants, of the parser's message. @see ash.c: raise_error_unexpected_syntax */
export function wanted(message: string): string | undefined {
  const word = /^expected '([^']+)'/.exec(message)?.[1];
  if (word !== undefined) return word;
  return OPENERS.find(([open]) => open.test(message))?.[1];
}
