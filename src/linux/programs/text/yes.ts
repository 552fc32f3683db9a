/** yes: a line again and again. */
import { defineProgram } from '../spec.ts';

/** The `yes` command. */
export const spec = defineProgram({
  name: 'yes',
  path: '/usr/bin/yes',
  summary: 'Write a line until it is stopped',
  synopsis: ['[STRING]...'],
  version: 'yes (GNU coreutils) 9.7',
  options: [],
  async run(ctx) {
    const line = `${ctx.operands.join(' ') || 'y'}\n`;
    const block = line.repeat(Math.max(1, Math.floor(8192 / line.length)));
    for (;;) {
      await ctx.out(block);
      await ctx.sys.cpu(100_000);
    }
  },
});
