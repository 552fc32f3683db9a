/** mv: renames files; across file systems it copies and removes. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { copy, destination } from './cp.ts';
import { fault } from './wording.ts';

/** The `mv` command. */
export const spec = defineProgram({
  name: 'mv',
  path: '/usr/bin/mv',
  summary: 'Rename or move files',
  synopsis: ['[OPTION]... SOURCE DEST', '[OPTION]... SOURCE... DIRECTORY'],
  version: 'mv (GNU coreutils) 9.7',
  options: [
    { name: 'force', short: 'f', help: 'accepted' },
    { name: 'interactive', short: 'i', help: 'accepted; nothing is asked' },
    { name: 'no-clobber', short: 'n', help: 'keep files that are there' },
    { name: 'verbose', short: 'v', help: 'tell what was renamed' },
  ],
  async run(ctx) {
    const pairs = await destination(ctx);
    if (typeof pairs === 'number') return pairs;
    let exit = 0;
    for (const [from, to] of pairs) {
      if (ctx.options.has('no-clobber') && !isErr(ctx.sys.lstat(to))) continue;
      const st = ctx.sys.lstat(from);
      if (isErr(st)) {
        exit = await fault(ctx, `cannot stat '${from}': ${st.text}`, `can't rename '${from}': ${st.text}`);
        continue;
      }
      const moved = ctx.sys.rename(from, to);
      if (isErr(moved) && moved.name === 'EXDEV') {
        exit = Math.max(exit, await copy(ctx, from, to));
        if (exit === 0 && st.kind !== 'dir') ctx.sys.unlink(from);
      } else if (isErr(moved))
        exit = await fault(
          ctx,
          `cannot move '${from}' to '${to}': ${moved.text}`,
          `can't rename '${from}': ${moved.text}`,
        );
      else if (ctx.options.has('verbose')) await ctx.out(`renamed '${from}' -> '${to}'\n`);
    }
    return exit;
  },
});
