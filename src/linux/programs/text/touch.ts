/** touch: makes empty files, or sets when they were changed. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { fault } from './wording.ts';

/** The `touch` command. */
export const spec = defineProgram({
  name: 'touch',
  path: '/usr/bin/touch',
  summary: 'Set the time of files; make those that are not there',
  synopsis: ['[OPTION]... FILE...'],
  version: 'touch (GNU coreutils) 9.7',
  options: [
    { name: 'no-create', short: 'c', help: 'make no files' },
    { name: 'a', short: 'a', shortOnly: true, help: 'only the access time' },
    { name: 'm', short: 'm', shortOnly: true, help: 'only the time of change' },
  ],
  async run(ctx) {
    if (ctx.operands.length === 0) {
      await ctx.fail('missing file operand');
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    let exit = 0;
    for (const path of ctx.operands) {
      if (isErr(ctx.sys.stat(path))) {
        if (ctx.options.has('no-create')) continue;
        const fd = ctx.sys.open(path, { write: true, create: true });
        if (isErr(fd)) exit = await fault(ctx, `cannot touch '${path}': ${fd.text}`, `${path}: ${fd.text}`);
        else ctx.sys.close(fd);
      } else ctx.sys.utimes(path, ctx.sys.now());
    }
    return exit;
  },
});
