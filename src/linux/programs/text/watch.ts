/** watch: a command again and again on a clear screen. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { strftime } from './date.ts';

/** The `watch` command. */
export const spec = defineProgram({
  name: 'watch',
  path: '/usr/bin/watch',
  summary: 'Run a command every two seconds, full screen',
  synopsis: ['[-n SECONDS] [-t] COMMAND'],
  order: 'posix',
  options: [
    { name: 'interval', short: 'n', arg: 'required', metavar: 'SECONDS', help: 'how long to wait between runs' },
    { name: 'no-title', short: 't', help: 'no header' },
  ],
  async run(ctx) {
    if (ctx.operands.length === 0) {
      await ctx.err('Usage:\n watch [options] command\n');
      return 1;
    }
    const seconds = Math.max(0.1, Number(ctx.options.value('interval') ?? 2) || 2);
    const command = ctx.operands.join(' ');
    for (;;) {
      await ctx.out('\x1b[H\x1b[2J');
      const size = ctx.sys.winsize(1);
      const left = `Every ${seconds.toFixed(1)}s: ${command}`;
      const right = `${ctx.sys.gethostname()}: ${strftime('%a %b %e %H:%M:%S %Y', ctx.sys.realtime())}`;
      const cols = isErr(size) ? 80 : size.cols;
      if (!ctx.options.has('no-title')) await ctx.out(`${left}${right.padStart(Math.max(1, cols - left.length))}\n\n`);
      const pid = ctx.sys.spawn('/bin/sh', { argv: ['sh', '-c', command] });
      if (!isErr(pid)) await ctx.sys.wait(pid);
      await ctx.sys.sleep(seconds * 1e9);
    }
  },
});
