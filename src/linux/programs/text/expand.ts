/** expand: tabs become blanks. @see coreutils src/expand.c */
import { defineProgram } from '../spec.ts';
import { eachLine } from './input.ts';

/** The `expand` command. */
export const spec = defineProgram({
  name: 'expand',
  path: '/usr/bin/expand',
  summary: 'Write each FILE with blanks in place of tabs',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'expand (GNU coreutils) 9.7',
  options: [
    { name: 'initial', short: 'i', help: 'only the tabs before other characters' },
    { name: 'tabs', short: 't', arg: 'required', metavar: 'N', help: 'tabs N columns apart, not 8' },
  ],
  async run(ctx) {
    const given = ctx.options.value('tabs') ?? '8';
    const every = Number(given);
    if (!Number.isInteger(every)) return ctx.fail(`tab size contains invalid character(s): '${given}'`);
    if (every < 1) return ctx.fail('tab size cannot be 0');
    const initial = ctx.options.has('initial');
    return eachLine(ctx, ctx.operands, async (line, newline) => {
      let out = '';
      let column = 0;
      let leading = true;
      for (const ch of line) {
        leading &&= ch === ' ' || ch === '\t';
        const wide = ch === '\t' ? every - (column % every) : 1;
        out += ch === '\t' && (leading || !initial) ? ' '.repeat(wide) : ch;
        column += wide;
      }
      await ctx.out(`${out}${newline ? '\n' : ''}`);
      return false;
    });
  },
});
