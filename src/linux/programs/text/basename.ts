/** basename: the last part of a path. */
import { defineProgram } from '../spec.ts';

/** The `basename` command. */
export const spec = defineProgram({
  name: 'basename',
  path: '/usr/bin/basename',
  summary: 'Write a path without its directories, and without a suffix',
  synopsis: ['NAME [SUFFIX]', 'OPTION... NAME...'],
  version: 'basename (GNU coreutils) 9.7',
  options: [
    { name: 'multiple', short: 'a', help: 'every operand is a NAME' },
    { name: 'suffix', short: 's', arg: 'required', metavar: 'SUFFIX', help: 'take SUFFIX away' },
  ],
  async run(ctx) {
    if (ctx.operands.length === 0) {
      await ctx.fail('missing operand');
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    const many = ctx.options.has('multiple') || ctx.options.has('suffix');
    const suffix = ctx.options.value('suffix') ?? (many ? '' : (ctx.operands[1] ?? ''));
    for (const path of many ? ctx.operands : ctx.operands.slice(0, 1)) {
      const trimmed = path.replace(/(?<=.)\/+$/, '');
      const base = trimmed === '/' ? '/' : trimmed.slice(trimmed.lastIndexOf('/') + 1);
      await ctx.out(
        `${suffix !== '' && base !== suffix && base.endsWith(suffix) ? base.slice(0, -suffix.length) : base}\n`,
      );
    }
    return 0;
  },
});
