/**
 * What Tab does: the longest common beginning is inserted, a second Tab lists the candidates.
 * @see GNU readline complete.c: rl_complete_internal
 */
import type { Candidates } from '../shell/completion.ts';
import { textWidth } from './width.ts';

/** Longest beginning that all words share. */
function commonPrefix(words: readonly string[]): string {
  const first = [...(words[0] ?? '')];
  let n = first.length;
  for (const w of words) {
    const chars = [...w];
    let i = 0;
    while (i < n && chars[i] === first[i]) i++;
    n = i;
  }
  return first.slice(0, n).join('');
}

/** A word as it must be typed: quoted as the open quote wants, or with backslashes. */
function typedForm(word: string, quote: string, are?: Candidates['are']): string {
  if (are === 'parameters') return word;
  if (quote === "'") return word.replace(/'/g, "'\\''");
  if (quote === '"') return word.replace(/["\\$`]/g, '\\$&');
  const begin = /^(?:~[^/]*|\$\w+|\$\{\w+\})\//.exec(word)?.[0] ?? '';
  const special = are === 'files' ? /[\s'"\\$`&|;<>()*?[\]#!{},^:=@]/g : /[\s'"\\$`&|;<>()*?[\]#!{}]/g;
  return begin + word.slice(begin.length).replace(special, '\\$&');
}

/** The line's text before the cursor after a Tab. @param after what stands behind the cursor */
export function insertion(
  before: string,
  c: Candidates,
  after = '',
): { text: string; changed: boolean; complete: boolean } {
  if (c.words.length === 0) return { text: before, changed: false, complete: false };
  const single = c.words.length === 1;
  const word = single ? (c.words[0] as string) : commonPrefix(c.words);
  const quote = c.are === 'parameters' ? '' : c.quote;
  let text = quote + typedForm(word, c.quote, c.are);
  if (single && !/[/=:]$/.test(word)) text += c.quote + (after === '' ? c.suffix : '');
  const out = before.slice(0, c.from) + text;
  // what only a pattern fits does not begin the candidates
  const typed = before.slice(c.from).replace(/^["']|\\(?=.)/g, '');
  const shorter = !single && (out.length < before.length || !word.toLowerCase().startsWith(typed.toLowerCase()));
  return { text: shorter ? before : out, changed: !shorter && out !== before, complete: single };
}

/** A listing in columns, as ls prints one. */
export function listing(words: readonly string[], columns: number): string {
  // the slash of a directory is not counted
  const width = Math.max(...words.map((w) => textWidth(w.replace(/(.)\/$/, '$1')))) + 2;
  const perRow = Math.max(1, Math.floor(columns / width));
  const rows = Math.ceil(words.length / perRow);
  let out = '';
  for (let r = 0; r < rows; r++) {
    let row = '';
    for (let i = r; i < words.length; i += rows) {
      const w = words[i] as string;
      row += i + rows < words.length ? w + ' '.repeat(width - textWidth(w)) : w;
    }
    out += `${row}\n`;
  }
  return out;
}
