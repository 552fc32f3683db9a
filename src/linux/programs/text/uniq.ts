/** uniq: one of several equal lines that follow each other. */
import { defineProgram } from '../spec.ts';
import { eachLine } from './input.ts';

/** The `uniq` command. */
export const spec = defineProgram({
  name: 'uniq',
  path: '/usr/bin/uniq',
  summary: 'Leave out lines that equal the one before',
  synopsis: ['[OPTION]... [INPUT]'],
  version: 'uniq (GNU coreutils) 9.7',
  options: [
    { name: 'count', short: 'c', help: 'write how often each came' },
    { name: 'repeated', short: 'd', help: 'only lines that came more than once' },
    { name: 'skip-fields', short: 'f', arg: 'required', metavar: 'N', help: 'the first N fields do not count' },
    { name: 'ignore-case', short: 'i', help: 'small and capital letters are the same' },
    { name: 'skip-chars', short: 's', arg: 'required', metavar: 'N', help: 'the first N characters do not count' },
    { name: 'unique', short: 'u', help: 'only lines that came once' },
    { name: 'check-chars', short: 'w', arg: 'required', metavar: 'N', help: 'only N characters count' },
  ],
  async run(ctx) {
    const o = ctx.options;
    const key = (line: string): string => {
      let s = line;
      for (let n = Number(o.value('skip-fields') ?? 0); n > 0; n--) s = s.replace(/^\s*\S*/, '');
      s = s.slice(Number(o.value('skip-chars') ?? 0));
      if (o.has('check-chars')) s = s.slice(0, Number(o.value('check-chars')));
      return o.has('ignore-case') ? s.toLowerCase() : s;
    };
    let last: string | undefined;
    let count = 0;
    const flush = async (): Promise<void> => {
      if (last === undefined || (o.has('repeated') && count < 2) || (o.has('unique') && count > 1)) return;
      await ctx.out(`${o.has('count') ? `${String(count).padStart(7)} ` : ''}${last}\n`);
    };
    const exit = await eachLine(ctx, ctx.operands.slice(0, 1), async (line) => {
      if (last !== undefined && key(line) === key(last)) {
        count++;
        return undefined;
      }
      await flush();
      last = line;
      count = 1;
      return undefined;
    });
    await flush();
    return exit;
  },
});
