/** printenv: the environment. */
import { defineProgram } from '../spec.ts';

/** The `printenv` command. */
export const spec = defineProgram({
  name: 'printenv',
  path: '/usr/bin/printenv',
  summary: 'Write the values of variables of the environment, or all of it',
  synopsis: ['[VARIABLE]...'],
  version: 'printenv (GNU coreutils) 9.7',
  options: [],
  async run(ctx) {
    const names = ctx.operands;
    if (names.length === 0)
      await ctx.out(
        Object.entries(ctx.sys.env)
          .map(([k, v]) => `${k}=${v}\n`)
          .join(''),
      );
    for (const name of names) if (ctx.sys.env[name] !== undefined) await ctx.out(`${ctx.sys.env[name]}\n`);
    return names.every((n) => ctx.sys.env[n] !== undefined) ? 0 : 1;
  },
});
