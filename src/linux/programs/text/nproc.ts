/** nproc: how many processors there are. The lab's machines have two, as docker info says. */
import { defineProgram } from '../spec.ts';

export const spec = defineProgram({
  name: 'nproc',
  path: '/usr/bin/nproc',
  summary: 'Print the number of processors',
  version: 'nproc (GNU coreutils) 9.7',
  options: [{ name: 'all', help: 'the installed ones' }],
  async run(ctx) {
    await ctx.out('2\n');
    return 0;
  },
});
