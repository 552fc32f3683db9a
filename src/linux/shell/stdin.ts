/**
 * A script on standard input that is no terminal: read byte by byte, so that commands can read the rest.
 * @see bash input.c: b_fill_buffer (unbuffered for pipes)
 */

import { parse } from 'unbash';
import { readUntil } from './builtins/readline.ts';
import { runScript } from './execute/list.ts';
import type { Shell } from './shell.ts';
import { explainError, readText } from './source.ts';

/** Reads commands and runs each before the next is read. */
export async function inputText(sh: Shell): Promise<number> {
  let buffer = '';
  let line = 1;
  let read = 0;
  for (;;) {
    const a = await readUntil(sh, sh.io.get(0) ?? 0, {});
    const end = a.end === 'eof';
    buffer += a.text + (end ? '' : '\n');
    if (!end) read++;
    if (end && buffer === '') return sh.status;
    const reading = readText(buffer, sh.setup.flavour);
    if (reading.kind === 'incomplete' && !end) continue;
    sh.frame = { text: buffer, firstLine: line };
    sh.pos = 0;
    if (reading.kind === 'commands') await runScript(sh, reading.script);
    else if (reading.kind === 'incomplete' && (!reading.error || reading.error.message === 'here-document'))
      await runScript(sh, parse(buffer));
    else {
      if (reading.error) await explainError(sh, buffer, reading.error);
      return 2;
    }
    if (end) return sh.status;
    buffer = '';
    line = read + 1;
  }
}
