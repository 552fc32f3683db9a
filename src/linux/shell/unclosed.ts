/** The compound command that a text leaves open. @see bash parse.y: compoundcmd_stack */

const CLOSERS: Readonly<Record<string, string>> = {
  for: 'done', select: 'done', while: 'done', until: 'done', if: 'fi', case: 'esac', '{': '}', '(': ')', '[[': ']]',
}; // biome-ignore format: a table

/** A quoted text, a comment, an operator, a line's end or a word. */
const TOKEN = /\\[\s\S]|'[^']*'|"(?:\\[\s\S]|[^"\\])*"|(?<=^|\s)#[^\n]*|[;&|\n]+|[()]|(?:\\[\s\S]|[^\s;&|()'"\\])+/g;
const LEADING = new Set(['do', 'then', 'else', 'elif', 'if', 'while', 'until', '!', 'time', '{', '(']);

/** The innermost command that is not closed, and where it begins. */
export function unclosed(text: string): { word: string; pos: number } | undefined {
  const stack: { word: string; pos: number }[] = [];
  let command = true;
  for (const m of text.matchAll(TOKEN)) {
    const word = m[0];
    const top = stack.at(-1);
    if (word.startsWith('#')) continue;
    if (/^[;&|\n]/.test(word)) command = true;
    else if (word === ')' && top?.word === 'case') command = true;
    else if (top && word === CLOSERS[top.word] && (command || word === ')' || word === ']]')) {
      stack.pop();
      command = false;
    } else if ((command || word === '(') && Object.hasOwn(CLOSERS, word)) {
      stack.push({ word, pos: m.index });
      command = LEADING.has(word);
    } else command = command && LEADING.has(word);
  }
  return stack.at(-1);
}
