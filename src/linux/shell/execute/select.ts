/**
 * `select`: a menu on standard error, answers from standard input.
 * @see bash execute_cmd.c: select_query
 */
import type * as ast from 'unbash';
import { readLine } from '../builtins/readline.ts';
import { expandWords } from '../expand/word.ts';
import type { Shell } from '../shell.ts';

function menu(words: readonly string[], columns: number): string {
  const digits = String(words.length).length;
  const width = Math.max(...words.map((w) => [...w].length)) + digits + 4;
  let perLine = Math.max(1, Math.floor(columns / width));
  let rows = Math.ceil(words.length / perLine);
  perLine = Math.ceil(words.length / rows);
  if (rows === 1) rows = perLine;
  const first = String(rows).length;
  const lines: string[] = [];
  for (let r = 0; r < rows; r++) {
    let line = '';
    for (let i = r; i < words.length; i += rows)
      line = `${line.padEnd(Math.floor(i / rows) * width)}${String(i + 1).padStart(i === r ? first : digits)}) ${words[i]}`;
    lines.push(line);
  }
  return `${lines.join('\n')}\n`;
}

/** Asks until the input ends or the body breaks out. */
export async function selectLoop(
  sh: Shell,
  node: ast.Select,
  iteration: (body: ast.CompoundList) => Promise<number>,
): Promise<number> {
  const words = node.wordlist ? await expandWords(sh, node.wordlist) : [...sh.params];
  if (words.length === 0) return 0;
  let show = true;
  let _status = 0;
  for (;;) {
    if (show) await sh.write(2, menu(words, Number(sh.vars.get('COLUMNS') ?? '80')));
    await sh.write(2, sh.vars.get('PS3') ?? '#? ');
    const line = await readLine(sh, 0);
    if (line === undefined) {
      await sh.write(1, '\n');
      return 1;
    }
    sh.vars.set('REPLY', line);
    show = line.trim() === '';
    if (show) continue;
    const n = Number(line.trim());
    sh.vars.set(node.name.value, Number.isInteger(n) ? (words[n - 1] ?? '') : '');
    _status = await iteration(node.body);
  }
}
