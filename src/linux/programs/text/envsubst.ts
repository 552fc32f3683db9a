/** envsubst: `$NAME` and `${NAME}` in a text become the values of the environment. @see gettext src/envsubst.c */
import { defineProgram } from '../spec.ts';
import { LineReader } from '../stdio.ts';

const VARIABLE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g;
const names = (format: string): string[] => [...format.matchAll(VARIABLE)].map((m) => (m[1] ?? m[2]) as string);

export const spec = defineProgram({
  name: 'envsubst',
  path: '/usr/bin/envsubst',
  summary: 'Substitute the values of environment variables',
  synopsis: ['[OPTION] [SHELL-FORMAT]'],
  options: [{ name: 'variables', short: 'v', help: 'only list the variables of SHELL-FORMAT' }],
  async run(ctx) {
    const format = ctx.operands[0];
    if (ctx.options.has('variables')) {
      if (format === undefined) return ctx.fail('missing arguments');
      await ctx.out(
        names(format)
          .map((n) => `${n}\n`)
          .join(''),
      );
      return 0;
    }
    const only = format === undefined ? undefined : names(format);
    const lines = new LineReader(ctx.sys, 0);
    for (let line = await lines.next(); line; line = await lines.next()) {
      const text = line.text.replace(VARIABLE, (all, braced?: string, plain?: string) => {
        const name = (braced ?? plain) as string;
        return only && !only.includes(name) ? all : (ctx.sys.env[name] ?? '');
      });
      await ctx.out(`${text}${line.newline ? '\n' : ''}`);
    }
    return 0;
  },
});
