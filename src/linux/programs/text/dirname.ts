/** dirname: a path without its last part. */
import { defineProgram } from '../spec.ts';

/** The `dirname` command. */
export const spec = defineProgram({
  name: 'dirname',
  path: '/usr/bin/dirname',
  summary: 'Write each path without its last part',
  synopsis: ['NAME...'],
  version: 'dirname (GNU coreutils) 9.7',
  options: [],
  async run(ctx) {
    if (ctx.operands.length === 0) {
      await ctx.fail('missing operand');
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    for (const path of ctx.operands) {
      const trimmed = path.replace(/(?<=.)\/+$/, '');
      const at = trimmed.lastIndexOf('/');
      await ctx.out(`${at < 0 ? '.' : trimmed.slice(0, at).replace(/\/+$/, '') || '/'}\n`);
    }
    return 0;
  },
});
