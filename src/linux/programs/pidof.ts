/** `pidof`: processes by the name of their program. @see sysvinit-utils pidof(8) */
import { defineProgram } from './spec.ts';
import { basename } from './stdio.ts';

/** The `pidof` command. */
export const spec = defineProgram({
  name: 'pidof',
  path: '/usr/bin/pidof',
  summary: 'Find the process ID of a running program',
  synopsis: ['[-s] [-x] [-o omitpid[,omitpid...]]... program...'],
  options: [
    { name: 'single', short: 's', help: 'one process only' },
    { name: 'scripts', short: 'x', help: 'shells that run the named scripts too' },
    { name: 'omit', short: 'o', arg: 'required', metavar: 'omitpid', help: 'not this process' },
  ],
  async run(ctx) {
    const { sys, options: o } = ctx;
    const omitted = (o.value('omit') ?? '').split(/[,;]/).map((w) => (w === '%PPID' ? sys.ppid : Number(w)));
    const found = sys
      .processes()
      .filter((p) => p.state !== 'Z' && p.pid !== sys.pid && !omitted.includes(p.pid))
      .filter((p) => {
        const argv0 = basename((p.argv[0] ?? '').replace(/:$/, '').replace(/^-/, ''));
        const script = o.has('scripts') ? basename(p.argv[1] ?? '') : undefined;
        return ctx.operands.some((w) => [p.comm, argv0, script].includes(basename(w)) || p.argv[0] === w);
      })
      .map((p) => p.pid)
      .sort((a, b) => b - a);
    const shown = o.has('single') ? found.slice(0, 1) : found;
    if (shown.length === 0) return 1;
    await ctx.out(`${shown.join(' ')}\n`);
    return 0;
  },
});
