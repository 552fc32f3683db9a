/** A command in one string as words, by the quotes of a shell and nothing else of it. @see github.com/google/shlex */
export function shellWords(text: string): string[] {
  const out: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i++) {
    const c = text[i] as string;
    if (c === '\\' && quote !== "'") word = (word ?? '') + (text[++i] ?? '');
    else if (quote !== '' && c === quote) quote = '';
    else if (quote !== '') word += c;
    else if (c === '"' || c === "'") {
      quote = c;
      word ??= '';
    } else if (/\s/.test(c)) {
      if (word !== undefined) out.push(word);
      word = undefined;
    } else word = (word ?? '') + c;
  }
  return word === undefined ? out : [...out, word];
}
