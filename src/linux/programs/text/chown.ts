/** chown: owner and group. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { names } from './ls.ts';
import { fault } from './wording.ts';

/** The `chown` command. */
export const spec = defineProgram({
  name: 'chown',
  path: '/usr/bin/chown',
  summary: 'Change owner and group of files',
  synopsis: ['[OPTION]... [OWNER][:[GROUP]] FILE...'],
  version: 'chown (GNU coreutils) 9.7',
  options: [{ name: 'recursive', short: 'R', help: 'accepted for single files' }],
  async run(ctx) {
    const [who, ...files] = ctx.operands;
    if (who === undefined || files.length === 0) {
      await ctx.fail(who === undefined ? 'missing operand' : `missing operand after '${who}'`);
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    const [user = '', group] = who.split(':');
    const id = (name: string, file: string): number | undefined =>
      /^\d+$/.test(name) ? Number(name) : [...names(ctx, file)].find(([, n]) => n === name)?.[0];
    const uid = user === '' ? -1 : id(user, '/etc/passwd');
    const gid = group === undefined || group === '' ? -1 : id(group, '/etc/group');
    if (uid === undefined || gid === undefined)
      return uid === undefined
        ? fault(ctx, `invalid user: '${who}'`, `unknown user ${user}`)
        : fault(ctx, `invalid group: '${who}'`, `unknown group ${group}`);
    let exit = 0;
    for (const file of files) {
      const st = ctx.sys.stat(file);
      const done = isErr(st) ? st : ctx.sys.chown(file, uid < 0 ? st.uid : uid, gid < 0 ? st.gid : gid);
      if (isErr(done)) exit = await fault(ctx, `cannot access '${file}': ${done.text}`, `${file}: ${done.text}`);
    }
    return exit;
  },
});
