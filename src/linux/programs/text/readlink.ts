/** readlink: where a symbolic link points. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';

/** The `readlink` command. */
export const spec = defineProgram({
  name: 'readlink',
  path: '/usr/bin/readlink',
  summary: 'Write where symbolic links point',
  synopsis: ['[OPTION]... FILE...'],
  version: 'readlink (GNU coreutils) 9.7',
  options: [
    { name: 'canonicalize', short: 'f', help: 'follow every link of the path' },
    { name: 'canonicalize-existing', short: 'e', help: 'the same; all parts must be there' },
    { name: 'no-newline', short: 'n', help: 'no newline at the end' },
  ],
  async run(ctx) {
    let exit = 0;
    const full = ctx.options.has('canonicalize') || ctx.options.has('canonicalize-existing') || ctx.name === 'realpath';
    for (const path of ctx.operands) {
      const target = full ? ctx.sys.realpath(path) : ctx.sys.readlink(path);
      if (!isErr(target)) await ctx.out(target + (ctx.options.has('no-newline') ? '' : '\n'));
      else exit = ctx.name === 'realpath' ? await ctx.fail(`${path}: ${target.text}`) : 1;
    }
    return exit;
  },
});
