/** ln: makes links. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { basename } from '../stdio.ts';
import { fault } from './wording.ts';

/** The `ln` command. */
export const spec = defineProgram({
  name: 'ln',
  path: '/usr/bin/ln',
  summary: 'Make links between files',
  synopsis: ['[OPTION]... TARGET [LINK_NAME]'],
  version: 'ln (GNU coreutils) 9.7',
  options: [
    { name: 'force', short: 'f', help: 'replace what is there' },
    { name: 'no-dereference', short: 'n', help: 'a link to a directory is replaced, not entered' },
    { name: 'symbolic', short: 's', help: 'symbolic links' },
  ],
  async run(ctx) {
    const [target, given] = ctx.operands;
    if (target === undefined) {
      await ctx.fail('missing file operand');
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    let path = given ?? basename(target);
    const st = ctx.options.has('no-dereference') ? ctx.sys.lstat(path) : ctx.sys.stat(path);
    if (!isErr(st) && st.kind === 'dir') path = `${path.replace(/\/$/, '')}/${basename(target)}`;
    if (ctx.options.has('force')) ctx.sys.unlink(path);
    const symbolic = ctx.options.has('symbolic');
    const made = symbolic ? ctx.sys.symlink(target, path) : ctx.sys.link(target, path);
    return isErr(made)
      ? fault(
          ctx,
          `failed to create ${symbolic ? 'symbolic' : 'hard'} link '${path}': ${made.text}`,
          `${made.name === 'ENOENT' && !symbolic ? target : path}: ${made.text}`,
        )
      : 0;
  },
});
