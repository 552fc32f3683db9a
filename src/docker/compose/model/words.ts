/** A command in one text as words. @see mattn/go-shellwords shellwords.go */
import { Failure } from '../../cli/failure.ts';

const BAD = new Failure('invalid command line string');
const ESCAPED: Readonly<Record<string, string>> = { t: '\t', n: '\n' };

/** What a shell would do more with, it is in: quotes that protect their content, `$(…)` and backquotes. */
type State = '' | '"' | "'" | '`' | '$(';

/**
 * Quotes and backslashes part and join as in a shell. Nothing is put in the place of variables or of commands within `$()` and
 * backquotes; `;`, `&`, `|`, `<` and `>` end the command, and what follows them is lost.
 */
export function words(text: string): string[] | Failure {
  const out: string[] = [];
  let word = '';
  let some = false;
  let state: State = '';
  let escaped = false;
  for (const c of text) {
    if (escaped) {
      word += ESCAPED[c] ?? c;
      escaped = false;
    } else if (c === '\\' && state !== "'") {
      escaped = true;
      continue;
    } else if (/[ \t\r\n]/.test(c) && state === '') {
      if (some) out.push(word);
      [word, some] = ['', false];
      continue;
    } else if ((c === '"' || c === "'") && (state === '' || state === c)) {
      some ||= state === c;
      state = state === c ? '' : c;
      continue;
    } else if (/[;&|<>]/.test(c) && state === '') {
      if (c === '>' && /^[0-9]/.test(word)) some = false;
      break;
    } else {
      const next = stateAfter(c, state, word);
      if (next === undefined) return BAD;
      state = next;
      word += c;
    }
    some = true;
  }
  if (state !== '' || escaped) return BAD;
  if (some) out.push(word);
  return out;
}

/** @returns undefined where a parenthesis may not stand */
function stateAfter(c: string, state: State, word: string): State | undefined {
  if (c === '`' && (state === '' || state === '`')) return state === '`' ? '' : '`';
  if (c === '(' && state === '') return word.endsWith('$') ? '$(' : undefined;
  if (c === '(' && state === '$(') return undefined;
  if (c === ')' && state === '') return undefined;
  return c === ')' && state === '$(' ? '' : state;
}
