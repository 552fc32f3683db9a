/** which: where commands are. */
import { defineProgram } from '../spec.ts';
import { which } from './xargs.ts';

/** The `which` command. */
export const spec = defineProgram({
  name: 'which',
  path: '/usr/bin/which',
  summary: 'Write the path of each command',
  synopsis: ['[-a] COMMAND...'],
  options: [{ name: 'all', short: 'a', shortOnly: true, help: 'every one in $PATH' }],
  async run(ctx) {
    let exit = 0;
    for (const name of ctx.operands) {
      const path = which(ctx, name);
      if (path === undefined) exit = 1;
      else await ctx.out(`${path}\n`);
    }
    return exit;
  },
});
