/** awk: pattern scanning and processing, as mawk (Debian's) behaves. */
import { isErr } from '../../../kernel/errno.ts';
import { defineProgram } from '../../spec.ts';
import { readText } from '../../stdio.ts';
import { AwkError } from './lex.ts';
import { parseAwk } from './parse.ts';
import { AwkExit, Interpreter } from './run.ts';
import { Strnum } from './value.ts';

/** The `awk` command. */
export const spec = defineProgram({
  name: 'awk',
  path: '/usr/bin/awk',
  summary: 'Scan lines for patterns and act on them',
  synopsis: [
    "[-F value] [-v var=value] [--] 'program text' [file ...]",
    '[-F value] [-v var=value] [-f program-file] [--] [file ...]',
  ],
  version: 'mawk 1.3.4 20250131',
  order: 'posix',
  usageExit: 2,
  options: [
    { name: 'field-separator', short: 'F', arg: 'required', metavar: 'VALUE', help: 'what parts fields' },
    { name: 'file', short: 'f', arg: 'required', metavar: 'FILE', help: 'the program is in FILE' },
    { name: 'assign', short: 'v', arg: 'required', metavar: 'VAR=VALUE', help: 'set a variable first' },
  ],
  async run(ctx) {
    const operands = [...ctx.operands];
    const files = ctx.options.values('file');
    let source = files.length === 0 ? operands.shift() : '';
    if (source === undefined) {
      await ctx.err(`usage: ${ctx.name} [-F value] [-v var=value] 'program text' [file ...]\n`);
      return 2;
    }
    for (const file of files) {
      const text = readText(ctx.sys, file);
      if (isErr(text)) return ctx.fail(`cannot open ${file} (${text.text})`, 2);
      source += `${text}\n`;
    }
    const plain = (s: string): string =>
      s.replace(/\\([ntr\\])/g, (_, c: string) => ({ n: '\n', t: '\t', r: '\r', '\\': '\\' })[c] as string);
    let awk: Interpreter | undefined;
    try {
      awk = new Interpreter(ctx, parseAwk(source), operands);
      const fs = ctx.options.value('field-separator');
      if (fs !== undefined) awk.set('FS', fs === 't' ? '\t' : plain(fs));
      for (const given of ctx.options.values('assign')) {
        const eq = given.indexOf('=');
        if (eq < 1) return ctx.fail(`improper assignment: -v ${given}`, 2);
        awk.set(given.slice(0, eq), new Strnum(plain(given.slice(eq + 1))));
      }
      return await awk.run();
    } catch (e) {
      if (e instanceof AwkExit) {
        await awk?.streams.closeAll();
        return awk?.exitCode ?? 0;
      }
      if (!(e instanceof AwkError)) throw e;
      await awk?.streams.flush();
      return ctx.fail(e.message, 2);
    }
  },
});
