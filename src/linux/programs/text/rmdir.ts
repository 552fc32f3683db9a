/** rmdir: removes empty directories. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { fault } from './wording.ts';

/** The `rmdir` command. */
export const spec = defineProgram({
  name: 'rmdir',
  path: '/usr/bin/rmdir',
  summary: 'Remove empty directories',
  synopsis: ['[OPTION]... DIRECTORY...'],
  version: 'rmdir (GNU coreutils) 9.7',
  options: [{ name: 'parents', short: 'p', help: 'the directories above too' }],
  async run(ctx) {
    let exit = 0;
    for (const dir of ctx.operands)
      for (
        let path = dir.replace(/\/+$/, '');
        path !== '';
        path = ctx.options.has('parents') ? path.slice(0, Math.max(0, path.lastIndexOf('/'))) : ''
      ) {
        const removed = ctx.sys.rmdir(path);
        if (!isErr(removed)) continue;
        exit = await fault(ctx, `failed to remove '${path}': ${removed.text}`, `'${path}': ${removed.text}`);
        break;
      }
    return exit;
  },
});
