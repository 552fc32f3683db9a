/** `sleep`: waits. @see coreutils src/sleep.c; busybox coreutils/sleep.c */
import { isErr } from '../kernel/errno.ts';
import type { Sys } from '../kernel/sys.ts';
import { parseDuration } from './duration.ts';
import { defineProgram } from './spec.ts';

/** Sleeps the whole time, whatever handlers run meanwhile. */
export async function sleepFully(sys: Sys, ns: number): Promise<void> {
  const end = sys.now() + ns;
  while (sys.now() < end) {
    const e = await sys.sleep(end - sys.now());
    if (!isErr(e)) return;
  }
}

/** The `sleep` command. */
export const spec = defineProgram({
  name: 'sleep',
  path: '/usr/bin/sleep',
  summary: 'Pause for NUMBER seconds; suffixes s, m, h and d are allowed',
  synopsis: ['NUMBER[SUFFIX]...'],
  version: 'sleep (GNU coreutils) 9.7',
  options: [],
  async run(ctx) {
    if (ctx.operands.length === 0) {
      await ctx.fail('missing operand');
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    let ns = 0;
    let bad = false;
    for (const o of ctx.operands) {
      const d = parseDuration(o);
      if (d === undefined) {
        bad = true;
        if (ctx.flavour === 'busybox') return ctx.fail(`invalid number '${o}'`);
        await ctx.fail(`invalid time interval '${o}'`);
      } else ns += d;
    }
    if (bad) {
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    await sleepFully(ctx.sys, ns);
    return 0;
  },
});
