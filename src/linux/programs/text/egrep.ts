/** egrep and fgrep: grep with -E and -F, and since grep 3.8 a word about that. */
import { defineProgram, type ProgramSpec } from '../spec.ts';
import { spec as grep } from './grep.ts';

const alias = (name: string, flag: '-E' | '-F'): ProgramSpec =>
  defineProgram({
    ...grep,
    name,
    path: `/usr/bin/${name}`,
    rewrite: (args) => [flag, ...(grep.rewrite ? grep.rewrite(args) : args)],
    async run(ctx) {
      if (ctx.flavour === 'gnu') await ctx.err(`${name}: warning: ${name} is obsolescent; using grep ${flag}\n`);
      return grep.run(ctx);
    },
  });

export const egrep = alias('egrep', '-E');
export const fgrep = alias('fgrep', '-F');
