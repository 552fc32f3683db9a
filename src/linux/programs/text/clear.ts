/** clear: an empty screen. */
import { defineProgram } from '../spec.ts';

/** The `clear` command. */
export const spec = defineProgram({
  name: 'clear',
  path: '/usr/bin/clear',
  summary: 'Clear the terminal',
  options: [],
  async run(ctx) {
    await ctx.out('\x1b[H\x1b[2J\x1b[3J');
    return 0;
  },
});
