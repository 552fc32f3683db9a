/** What M-^ and M-^E make of the line that is typed: history, aliases and words of it expanded. @see bash bashline.c */
import { parse } from 'unbash';
import { expandAliases } from './alias.ts';
import { expandWords } from './expand/word.ts';
import type { Shell } from './shell.ts';

/** The line with its history references expanded; with `all`, also aliases, parameters, commands. */
export async function expandLine(sh: Shell, line: string, all: boolean): Promise<string> {
  const { expansion } = await sh.sys.load(() => import('./histexpand.ts'));
  const x = expansion(sh.history, line);
  const text = x.kind === 'expanded' ? x.text : line;
  if (!all) return text;
  try {
    const script = parse(`true ${sh.aliases.size > 0 ? expandAliases(sh, text) : text}\n`);
    const command = script.commands[0]?.command;
    if (script.commands.length !== 1 || command?.type !== 'Command') return text;
    return (
      await expandWords(
        sh,
        command.suffix.filter((w) => w.type === 'Word'),
      )
    ).join(' ');
  } catch {
    return text;
  }
}
