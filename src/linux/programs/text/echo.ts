/** echo: its arguments. */
import { ESCAPES as C_ESCAPES } from '../../../base/escapes.ts';
import { utf8 } from '../../../base/http.ts';
import { defineProgram } from '../spec.ts';

const ESCAPES: Readonly<Record<string, string>> = { ...C_ESCAPES, e: '\x1b' };

/** The `echo` command. */
export const spec = defineProgram({
  name: 'echo',
  path: '/usr/bin/echo',
  summary: 'Write the arguments',
  synopsis: ['[SHORT-OPTION]... [STRING]...'],
  order: 'own',
  options: [
    { name: 'n', short: 'n', shortOnly: true, help: 'no newline at the end' },
    { name: 'e', short: 'e', shortOnly: true, help: 'understand escapes such as \\n' },
    { name: 'E', short: 'E', shortOnly: true, help: 'do not understand escapes' },
  ],
  async run(ctx) {
    const args = [...ctx.args];
    let newline = true;
    let escapes = false;
    while (/^-[neE]+$/.test(args[0] ?? '')) {
      for (const c of (args.shift() as string).slice(1)) {
        if (c === 'n') newline = false;
        else escapes = c === 'e';
      }
    }
    const text = args.join(' ');
    const end = escapes ? text.indexOf('\\c') : -1;
    const shown = escapes ? unescapeText(end < 0 ? text : text.slice(0, end)) : text;
    await ctx.sys.write(1, utf8(shown + (newline && end < 0 ? '\n' : '')));
    return 0;
  },
});

function unescapeText(s: string): string {
  return s.replace(/\\(0[0-7]{0,3}|x[0-9a-fA-F]{1,2}|[\\abefnrtv])/g, (_, e: string) => {
    if (e[0] === '0') return String.fromCharCode(Number.parseInt(e.slice(1) || '0', 8) & 255);
    if (e[0] === 'x') return String.fromCharCode(Number.parseInt(e.slice(1), 16));
    return ESCAPES[e] as string;
  });
}
