/** mkdir: makes directories. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { fault } from './wording.ts';

/** The `mkdir` command. */
export const spec = defineProgram({
  name: 'mkdir',
  path: '/usr/bin/mkdir',
  summary: 'Make directories',
  synopsis: ['[OPTION]... DIRECTORY...'],
  version: 'mkdir (GNU coreutils) 9.7',
  options: [
    { name: 'mode', short: 'm', arg: 'required', metavar: 'MODE', help: 'permission bits in octal' },
    { name: 'parents', short: 'p', help: 'make the directories above too; no error when there' },
    { name: 'verbose', short: 'v', help: 'tell what was made' },
  ],
  async run(ctx) {
    let exit = 0;
    if (ctx.operands.length === 0) {
      await ctx.fail('missing operand');
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    const mode = Number.parseInt(ctx.options.value('mode') ?? '777', 8);
    for (const dir of ctx.operands) {
      const parts = dir.split('/');
      const paths = ctx.options.has('parents')
        ? parts.map((_, i) => parts.slice(0, i + 1).join('/')).filter((p) => p !== '' && p !== '.')
        : [dir];
      for (const path of paths) {
        const st = ctx.sys.stat(path);
        if (ctx.options.has('parents') && !isErr(st) && st.kind === 'dir') continue;
        const made = ctx.sys.mkdir(path, mode);
        if (isErr(made)) {
          exit = await fault(
            ctx,
            `cannot create directory '${path}': ${made.text}`,
            `can't create directory '${path}': ${made.text}`,
          );
          break;
        }
        if (ctx.options.has('verbose')) await ctx.out(`${ctx.name}: created directory '${path}'\n`);
      }
    }
    return exit;
  },
});
