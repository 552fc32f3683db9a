/** rm: removes files and trees. */
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';
import { fault } from './wording.ts';

/** The `rm` command. */
export const spec = defineProgram({
  name: 'rm',
  path: '/usr/bin/rm',
  summary: 'Remove files',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'rm (GNU coreutils) 9.7',
  options: [
    { name: 'force', short: 'f', help: 'no error for files that are not there' },
    { name: 'interactive', short: 'i', help: 'accepted; nothing is asked' },
    { name: 'recursive', short: 'r', also: 'R', help: 'directories and all in them' },
    { name: 'dir', short: 'd', help: 'empty directories' },
    { name: 'verbose', short: 'v', help: 'tell what was removed' },
  ],
  async run(ctx) {
    const force = ctx.options.has('force');
    if (ctx.operands.length === 0 && !force) {
      await ctx.fail('missing operand');
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    let exit = 0;
    for (const path of ctx.operands) {
      if (path === '/' && ctx.options.has('recursive')) {
        await ctx.fail("it is dangerous to operate recursively on '/'");
        exit = await ctx.fail('use --no-preserve-root to override this failsafe');
        continue;
      }
      exit = Math.max(exit, await remove(ctx, path, force));
    }
    return exit;
  },
});

async function remove(ctx: Context, path: string, force: boolean): Promise<number> {
  const refuse = (e: Errno): Promise<number> =>
    fault(ctx, `cannot remove '${path}': ${e.text}`, `can't remove '${path}': ${e.text}`);
  const st = ctx.sys.lstat(path);
  if (isErr(st)) return st.name === 'ENOENT' && force ? 0 : refuse(st);
  let exit = 0;
  if (st.kind === 'dir') {
    if (!ctx.options.has('recursive') && !ctx.options.has('dir'))
      return fault(ctx, `cannot remove '${path}': Is a directory`, `'${path}' is a directory`);
    if (ctx.options.has('recursive')) {
      const entries = ctx.sys.readdir(path);
      if (!isErr(entries))
        for (const e of entries)
          if (e.name !== '.' && e.name !== '..') exit = Math.max(exit, await remove(ctx, `${path}/${e.name}`, force));
    }
  }
  const done = st.kind === 'dir' ? ctx.sys.rmdir(path) : ctx.sys.unlink(path);
  if (isErr(done)) return refuse(done);
  if (ctx.options.has('verbose')) await ctx.out(`removed ${st.kind === 'dir' ? 'directory ' : ''}'${path}'\n`);
  return exit;
}
