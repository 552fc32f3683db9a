/** nproc: how many processors there are. */
import { processors } from '../proc.ts';
import { defineProgram } from '../spec.ts';

export const spec = defineProgram({
  name: 'nproc',
  path: '/usr/bin/nproc',
  summary: 'Print the number of processors',
  version: 'nproc (GNU coreutils) 9.7',
  options: [{ name: 'all', help: 'the installed ones' }],
  async run(ctx) {
    await ctx.out(`${processors(ctx.sys)}\n`);
    return 0;
  },
});
