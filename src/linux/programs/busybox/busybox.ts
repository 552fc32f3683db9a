/** The multi-call binary: the applet is named by argv[0], or by the first argument after `busybox`. */
import { isErr } from '../../kernel/errno.ts';
import { applet, appletNames } from '../applets.ts';
import { BUSYBOX_BANNER, type Context, defineProgram, runSpec } from '../spec.ts';
import { basename } from '../stdio.ts';

function usage(): string {
  const names = appletNames();
  let lines = '';
  let line = '\t';
  for (const [i, n] of names.entries()) {
    const word = `${n}${i + 1 < names.length ? ', ' : ''}`;
    if (line.length + word.length > 72) {
      lines += `${line.trimEnd()}\n`;
      line = '\t';
    }
    line += word;
  }
  return `${BUSYBOX_BANNER}\nBusyBox is copyrighted by many authors between 1998-2015.\nLicensed under GPLv2. See source distribution for detailed\ncopyright notices.\n\nUsage: busybox [function [arguments]...]\n   or: busybox --list[-full]\n   or: function [arguments]...\n\nCurrently defined functions:\n${lines}${line.trimEnd()}\n`;
}

async function run(ctx: Context): Promise<number> {
  let argv = [...ctx.sys.argv];
  if (basename(argv[0] ?? '').startsWith('busybox')) {
    argv = argv.slice(1);
    const first = argv[0];
    if (first === undefined || first === '--help') {
      await ctx.out(usage());
      return 0;
    }
    if (first === '--list' || first === '--list-full') {
      await ctx.out(
        appletNames()
          .map((n) => `${first === '--list-full' ? 'bin/' : ''}${n}\n`)
          .join(''),
      );
      return 0;
    }
  }
  // a login shell's name begins with a dash
  const name = basename(argv[0] ?? '').replace(/^-/, '');
  const load = applet(name);
  if (!load) {
    await ctx.err(`${name}: applet not found\n`);
    return 127;
  }
  const found = await ctx.sys.load(load);
  if (!('main' in found)) return runSpec(found, ctx.sys, argv, 'busybox');
  if (argv.length === ctx.sys.argv.length) return found.main(ctx.sys);
  // `busybox sh`: a program that reads argv itself starts anew under its own name
  const self = ctx.sys.readlink('/proc/self/exe');
  const e = await ctx.sys.exec(isErr(self) ? '/bin/busybox' : self, argv);
  await ctx.err(`${name}: ${e.text}\n`);
  return 127;
}

/** The `busybox` command. */
export const spec = defineProgram({
  name: 'busybox',
  path: '/bin/busybox',
  summary: 'The Swiss Army Knife of Embedded Linux',
  order: 'own',
  options: [],
  run,
});
