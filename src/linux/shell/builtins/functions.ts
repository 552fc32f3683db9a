/** Text of a function as `type` and `declare -f` print it. Limits: bodies are laid out by the parser's printer. */

import type * as ast from 'unbash';
import { print } from 'unbash/printer';
import type { ShellFunction } from '../shell.ts';

function indent(text: string): string {
  return text
    .split('\n')
    .map((l) => (l === '' ? l : `    ${l.replace(/^(?: {2})+/, (s) => s + s)}`))
    .join('\n');
}

/** `f () \n{ \n    body\n}` */
export function functionText(f: ShellFunction): string {
  const { body } = f;
  if (body.type === 'BraceGroup') {
    const script: ast.Script = {
      type: 'Script',
      pos: body.pos,
      end: body.end,
      shebang: undefined,
      commands: body.body.commands,
    };
    const lines = print(script).trimEnd().split('\n');
    const text = lines.join('\n');
    return `${f.name} () \n{ \n${indent(text)}\n}`;
  }
  return `${f.name} () \n${f.text.slice(body.pos, body.end)}`;
}
