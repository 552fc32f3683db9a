/** alias, unalias. @see bash builtins/alias.def */
import { singleQuote } from '../expand/quote.ts';
import type { Builtin } from './builtin.ts';

/** The builtin `alias`. */
export const alias: Builtin = (sh, args, out) => {
  const show = (n: string, v: string): void =>
    out.print(sh.setup.flavour === 'bash' ? `alias ${n}=${singleQuote(v)}\n` : `${n}=${singleQuote(v)}\n`);
  const list = args.slice(1).filter((a, i) => !(i === 0 && a === '-p'));
  if (list.length === 0) for (const n of [...sh.aliases.keys()].sort()) show(n, sh.aliases.get(n) as string);
  let status = 0;
  for (const a of list) {
    const eq = a.indexOf('=', 1);
    if (eq > 0) sh.aliases.set(a.slice(0, eq), a.slice(eq + 1));
    else {
      const v = sh.aliases.get(a);
      if (v === undefined) status = out.error(`${a}: not found`);
      else show(a, v);
    }
  }
  return status;
};

/** The builtin `unalias`. */
export const unalias: Builtin = (sh, args, out) => {
  if (args.length === 1) {
    out.raw('unalias: usage: unalias [-a] name [name ...]\n');
    return 2;
  }
  let status = 0;
  for (const a of args.slice(1)) {
    if (a === '-a') sh.aliases.clear();
    else if (!sh.aliases.delete(a)) status = out.error(`${a}: not found`);
  }
  return status;
};
