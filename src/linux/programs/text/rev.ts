/** rev: lines backwards. */
import { defineProgram } from '../spec.ts';
import { eachLine } from './input.ts';

/** The `rev` command. */
export const spec = defineProgram({
  name: 'rev',
  path: '/usr/bin/rev',
  summary: 'Write each line backwards',
  synopsis: ['[FILE]...'],
  options: [],
  run: (ctx) =>
    eachLine(ctx, ctx.operands, async (line, newline) => {
      await ctx.out([...line].reverse().join('') + (newline ? '\n' : ''));
      return undefined;
    }),
});
