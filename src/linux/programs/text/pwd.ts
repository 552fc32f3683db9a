/** pwd: the working directory. */
import { defineProgram } from '../spec.ts';

/** The `pwd` command. */
export const spec = defineProgram({
  name: 'pwd',
  path: '/usr/bin/pwd',
  summary: 'Write the working directory',
  version: 'pwd (GNU coreutils) 9.7',
  options: [
    { name: 'logical', short: 'L', help: 'as the shell got there' },
    { name: 'physical', short: 'P', help: 'without symbolic links' },
  ],
  async run(ctx) {
    await ctx.out(`${ctx.sys.cwd()}\n`);
    return 0;
  },
});
