/** tty: the terminal's name. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';

/** The `tty` command. */
export const spec = defineProgram({
  name: 'tty',
  path: '/usr/bin/tty',
  summary: 'Write the name of the terminal on standard input',
  options: [{ name: 'silent', short: 's', help: 'write nothing' }],
  async run(ctx) {
    const path = ctx.sys.isatty(0) ? ctx.sys.fdPath(0) : undefined;
    const there = path !== undefined && !isErr(path);
    if (!ctx.options.has('silent')) await ctx.out(there ? `${path}\n` : 'not a tty\n');
    return there ? 0 : 1;
  },
});
