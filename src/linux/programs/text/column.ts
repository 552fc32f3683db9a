/** column: input in columns, or as a table. @see util-linux text-utils/column.c */
import { defineProgram } from '../spec.ts';
import { allLines } from './input.ts';

/** The `column` command. */
export const spec = defineProgram({
  name: 'column',
  path: '/usr/bin/column',
  summary: 'Columnate lists',
  synopsis: ['[options] [<file>...]'],
  version: 'column from util-linux 2.41.2',
  options: [
    { name: 'table', short: 't', help: 'create a table' },
    { name: 'separator', short: 's', arg: 'required', metavar: 'STRING', help: 'possible table delimiters' },
    {
      name: 'output-separator',
      short: 'o',
      arg: 'required',
      metavar: 'STRING',
      help: 'columns separator for table output',
    },
    {
      name: 'output-width',
      short: 'c',
      arg: 'required',
      metavar: 'WIDTH',
      help: 'width of output in number of characters',
    },
  ],
  async run(ctx) {
    const [lines, code] = await allLines(ctx, ctx.operands);
    const o = ctx.options;
    const list = lines.filter((l) => l.trim() !== '');
    if (!o.has('table')) {
      const width = Number(o.value('output-width') ?? 80);
      const cell = Math.ceil((Math.max(0, ...list.map((l) => l.length)) + 1) / 8) * 8;
      const columns = Math.max(1, Math.floor(width / cell));
      const rows = Math.ceil(list.length / columns);
      for (let r = 0; r < rows; r++)
        await ctx.out(
          `${Array.from({ length: columns }, (_, c) => list[c * rows + r])
            .filter((x) => x !== undefined)
            .map((x, i, all) => (i < all.length - 1 ? `${x}${'\t'.repeat(Math.ceil((cell - x.length) / 8))}` : x))
            .join('')}\n`,
        );
      return code;
    }
    const separator = o.value('separator');
    const split = (l: string): string[] =>
      separator === undefined
        ? l.trim().split(/\s+/)
        : l.split(new RegExp(`[${separator.replace(/[\]\\^-]/g, '\\$&')}]`));
    const table = list.map(split);
    const widths: number[] = [];
    for (const row of table) for (const [i, c] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, c.length);
    const gap = o.value('output-separator') ?? '  ';
    await ctx.out(
      table
        .map((row) => `${row.map((c, i) => (i === row.length - 1 ? c : c.padEnd(widths[i] as number))).join(gap)}\n`)
        .join(''),
    );
    return code;
  },
});
