/** A command in one text as words. @see mattn/go-shellwords */
import { Failure } from '../../cli/failure.ts';

/** Quotes and backslashes part and join as in a shell; nothing is put in the place of variables. */
export function words(text: string): string[] | Failure {
  const out: string[] = [];
  let word = '';
  let some = false;
  let quote = '';
  let escaped = false;
  for (const c of text) {
    if (escaped) {
      word += c;
      escaped = false;
      some = true;
    } else if (c === '\\') {
      if (quote === "'") word += c;
      else escaped = true;
    } else if (quote === '' && /[ \t\r\n]/.test(c)) {
      if (some) out.push(word);
      [word, some] = ['', false];
    } else if (c === quote) quote = '';
    else if (quote === '' && (c === '"' || c === "'")) {
      quote = c;
      some = true;
    } else {
      word += c;
      some = true;
    }
  }
  if (quote !== '' || escaped) return new Failure('invalid command line string');
  if (some) out.push(word);
  return out;
}
