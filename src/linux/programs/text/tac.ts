/** tac: the last line first. */
import { defineProgram } from '../spec.ts';
import { allLines } from './input.ts';

/** The `tac` command. */
export const spec = defineProgram({
  name: 'tac',
  path: '/usr/bin/tac',
  summary: 'Write the lines of each file from the last to the first',
  synopsis: ['[FILE]...'],
  version: 'tac (GNU coreutils) 9.7',
  options: [],
  async run(ctx) {
    let exit = 0;
    for (const file of ctx.operands.length > 0 ? ctx.operands : ['-']) {
      const [lines, failed] = await allLines(ctx, [file]);
      exit = Math.max(exit, failed);
      await ctx.out(
        lines
          .reverse()
          .map((l) => `${l}\n`)
          .join(''),
      );
    }
    return exit;
  },
});
