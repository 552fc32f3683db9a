/** nl: numbers lines. */
import { defineProgram } from '../spec.ts';
import { eachLine } from './input.ts';

/** The `nl` command. */
export const spec = defineProgram({
  name: 'nl',
  path: '/usr/bin/nl',
  summary: 'Write lines with their numbers',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'nl (GNU coreutils) 9.7',
  options: [
    {
      name: 'body-numbering',
      short: 'b',
      arg: 'required',
      metavar: 'STYLE',
      help: 'a: all lines, t: those that are not empty',
    },
    { name: 'number-width', short: 'w', arg: 'required', metavar: 'N', help: 'width of the numbers' },
    { name: 'number-separator', short: 's', arg: 'required', metavar: 'STRING', help: 'what stands after them' },
  ],
  async run(ctx) {
    const all = ctx.options.value('body-numbering') === 'a';
    const width = Number(ctx.options.value('number-width') ?? 6);
    const separator = ctx.options.value('number-separator') ?? '\t';
    let n = 0;
    return eachLine(ctx, ctx.operands, async (line) => {
      const numbered = all || line !== '';
      await ctx.out(`${numbered ? String(++n).padStart(width) + separator : ' '.repeat(width + 1)}${line}\n`);
      return undefined;
    });
  },
});
