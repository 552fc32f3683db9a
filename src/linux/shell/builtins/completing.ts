/** compgen (words from -W, -b, -c, -v, -f, -d, -A), and complete, which keeps nothing. */
import { commandNames, fileNames } from '../completion.ts';
import type { Builtin } from './builtin.ts';
import { builtinNames } from './table.ts';

/** The builtin `compgen`. */
export const compgen: Builtin = (sh, args, out) => {
  const words: string[] = [];
  let prefix = '';
  for (let i = 1; i < args.length; i++) {
    const a = args[i] as string;
    if (a === '-W') words.push(...(args[++i] ?? '').split(/\s+/).filter((w) => w !== ''));
    else if (a === '-b') words.push(...builtinNames(sh));
    else if (a === '-c') words.push(...commandNames(sh));
    else if (a === '-v') words.push(...sh.vars.names());
    else if (a === '-a') words.push(...sh.aliases.keys());
    else if (a === '-f')
      words.push(
        ...fileNames(sh, args.at(-1)?.startsWith('-') ? '' : (args.at(-1) ?? '')).map((f) => f.replace(/\/$/, '')),
      );
    else if (a === '-A') {
      const what = args[++i];
      if (what === 'function') words.push(...sh.functions.keys());
      else if (what === 'variable') words.push(...sh.vars.names());
      else if (what === 'builtin') words.push(...builtinNames(sh));
    } else if (a !== '--') prefix = a;
  }
  const found = words.filter((w) => w.startsWith(prefix));
  for (const w of found) out.print(`${w}\n`);
  return found.length > 0 ? 0 : 1;
};

/** The builtin `complete`. */
export const complete: Builtin = () => 0;
