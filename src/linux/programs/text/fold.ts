/** fold: lines no longer than a width. @see coreutils src/fold.c */
import { defineProgram } from '../spec.ts';
import { eachLine } from './input.ts';

function folded(text: string, width: number, atSpaces: boolean): string[] {
  const out: string[] = [];
  let rest = text;
  while (rest.length > width) {
    const blank = atSpaces ? rest.lastIndexOf(' ', width - 1) : -1;
    const cut = blank >= 0 ? blank + 1 : width;
    out.push(rest.slice(0, cut));
    rest = rest.slice(cut);
  }
  return [...out, rest];
}

export const spec = defineProgram({
  name: 'fold',
  path: '/usr/bin/fold',
  summary: 'Wrap input lines in each FILE',
  synopsis: ['[OPTION]... [FILE]...'],
  options: [
    { name: 'width', short: 'w', arg: 'required', metavar: 'WIDTH', help: 'use WIDTH columns instead of 80' },
    { name: 'spaces', short: 's', help: 'break at spaces' },
    { name: 'bytes', short: 'b', help: 'count bytes' },
  ],
  async run(ctx) {
    const width = Number(ctx.options.value('width') ?? 80);
    if (!(width > 0)) return ctx.fail(`invalid number of columns: ‘${ctx.options.value('width')}’`);
    return eachLine(ctx, ctx.operands, async (line, newline) => {
      await ctx.out(`${folded(line, width, ctx.options.has('spaces')).join('\n')}${newline ? '\n' : ''}`);
      return false;
    });
  },
});
