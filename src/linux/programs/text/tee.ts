/** tee: standard input to standard output and to files. */
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import { defineProgram } from '../spec.ts';

/** The `tee` command. */
export const spec = defineProgram({
  name: 'tee',
  path: '/usr/bin/tee',
  summary: 'Copy standard input to standard output and to each FILE',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'tee (GNU coreutils) 9.7',
  options: [
    { name: 'append', short: 'a', help: 'add to the files' },
    { name: 'ignore-interrupts', short: 'i', help: 'ignore ^C' },
  ],
  async run(ctx) {
    if (ctx.options.has('ignore-interrupts')) ctx.sys.sigaction(SIGNALS.SIGINT, 'ignore');
    const append = ctx.options.has('append');
    const fds = [1];
    let exit = 0;
    for (const file of ctx.operands) {
      const fd = ctx.sys.open(file, { write: true, create: true, append, truncate: !append });
      if (isErr(fd)) exit = await ctx.fail(`${file}: ${fd.text}`);
      else fds.push(fd);
    }
    for (;;) {
      const part = await ctx.sys.read(0);
      if (isErr(part) || part.length === 0) return exit;
      for (const fd of fds) await ctx.sys.write(fd, part);
    }
  },
});
