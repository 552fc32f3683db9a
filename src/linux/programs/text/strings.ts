/** strings: runs of characters that print. @see binutils/strings.c */
import { defineProgram } from '../spec.ts';
import { readAll } from '../stdio.ts';
import { eachInput } from './input.ts';

export const spec = defineProgram({
  name: 'strings',
  path: '/usr/bin/strings',
  summary: 'Print the sequences of printable characters in files',
  synopsis: ['[OPTION]... [FILE]...'],
  options: [{ name: 'bytes', short: 'n', arg: 'required', metavar: 'NUMBER', help: 'at least NUMBER characters, 4' }],
  run(ctx) {
    const least = Number(ctx.options.value('bytes') ?? 4);
    return eachInput(ctx, ctx.operands, async ({ fd }) => {
      const bytes = await readAll(ctx.sys, fd);
      let run = '';
      const out: string[] = [];
      for (const b of [...(bytes instanceof Uint8Array ? bytes : []), 0]) {
        if (b === 9 || (b >= 32 && b < 127)) run += String.fromCharCode(b);
        else {
          if (run.length >= least) out.push(`${run}\n`);
          run = '';
        }
      }
      await ctx.out(out.join(''));
      return false;
    });
  },
});
