/** paste: lines side by side. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { LineReader } from '../stdio.ts';
import { allLines } from './input.ts';

/** The `paste` command. */
export const spec = defineProgram({
  name: 'paste',
  path: '/usr/bin/paste',
  summary: 'Write lines of files side by side',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'paste (GNU coreutils) 9.7',
  options: [
    { name: 'delimiters', short: 'd', arg: 'required', metavar: 'LIST', help: 'characters to part them, in turn' },
    { name: 'serial', short: 's', help: 'each file on one line' },
  ],
  async run(ctx) {
    const marks = [...(ctx.options.value('delimiters') ?? '\t').replaceAll('\\n', '\n').replaceAll('\\t', '\t')];
    const join = (parts: readonly string[]): string =>
      parts.map((p, i) => (i === 0 ? p : (marks[(i - 1) % marks.length] ?? '') + p)).join('');
    const files = ctx.operands.length > 0 ? ctx.operands : ['-'];
    if (ctx.options.has('serial')) {
      for (const file of files) await ctx.out(`${join((await allLines(ctx, [file]))[0])}\n`);
      return 0;
    }
    const stdin = new LineReader(ctx.sys, 0);
    const readers: LineReader[] = [];
    for (const file of files) {
      const fd = file === '-' ? 0 : ctx.sys.open(file, { read: true });
      if (isErr(fd)) return ctx.fail(`${file}: ${fd.text}`);
      readers.push(fd === 0 ? stdin : new LineReader(ctx.sys, fd));
    }
    for (;;) {
      const row: (string | undefined)[] = [];
      for (const r of readers) row.push((await r.next())?.text);
      if (row.every((x) => x === undefined)) return 0;
      await ctx.out(`${join(row.map((x) => x ?? ''))}\n`);
    }
  },
});
