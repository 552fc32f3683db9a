/** printf: arguments by a format, which is used again while arguments are left. */
import { ESCAPES as C_ESCAPES } from '../../../base/escapes.ts';
import { utf8 } from '../../../base/http.ts';
import { defineProgram } from '../spec.ts';
import { sprintf } from './awk/value.ts';

const ESCAPES: Readonly<Record<string, string>> = { ...C_ESCAPES, '"': '"', e: '\x1b' };

/** The `printf` command. */
export const spec = defineProgram({
  name: 'printf',
  path: '/usr/bin/printf',
  summary: 'Write arguments by a format',
  synopsis: ['FORMAT [ARGUMENT]...'],
  order: 'own',
  options: [],
  async run(ctx) {
    const [format, ...args] = ctx.args;
    if (format === undefined) {
      await ctx.fail('missing operand');
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    const text = escapes(format);
    const conversions = [...text.matchAll(/%[-+ #0]*(\*|\d+)?(?:\.(\*|\d+)?)?([a-zA-Z%])/g)].filter(
      (m) => m[3] !== '%',
    );
    const per = conversions.reduce((n, m) => n + 1 + (m[1] === '*' ? 1 : 0) + (m[2] === '*' ? 1 : 0), 0);
    let exit = 0;
    let out = '';
    do {
      const some = args.splice(0, per);
      for (const [i, m] of conversions.entries())
        if ('diouxXeEfgG'.includes(m[3] as string) && some[i] !== undefined && Number.isNaN(number(some[i] as string)))
          exit = await ctx.fail(`'${some[i]}': expected a numeric value`);
      const bound = conversions.map((m, i) =>
        'sbcq'.includes(m[3] as string)
          ? m[3] === 'b'
            ? escapes(some[i] ?? '')
            : (some[i] ?? '')
          : number(some[i] ?? '0') || 0,
      );
      out += sprintf(text.replace(/(%[-+ #0]*\d*(?:\.\d*)?)[bq]/g, '$1s'), bound);
    } while (per > 0 && args.length > 0);
    await ctx.sys.write(1, utf8(out));
    return exit;
  },
});

/** `12`, `0x1f`, `017`, `'A` */
function number(s: string): number {
  if (s[0] === "'" || s[0] === '"') return s.codePointAt(1) ?? 0;
  return /^0[0-7]+$/.test(s) ? Number.parseInt(s, 8) : s === '' ? 0 : Number(s);
}

function escapes(s: string): string {
  return s.replace(/\\([0-7]{1,3}|x[0-9a-fA-F]{1,2}|[\\"abefnrtv])/g, (_, e: string) => {
    if (e[0] === 'x') return String.fromCharCode(Number.parseInt(e.slice(1), 16));
    return ESCAPES[e] ?? String.fromCharCode(Number.parseInt(e, 8) & 255);
  });
}
