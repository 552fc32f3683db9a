/** mktemp: a file or directory that nobody else has. @see coreutils src/mktemp.c */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The `mktemp` command. */
export const spec = defineProgram({
  name: 'mktemp',
  path: '/usr/bin/mktemp',
  summary: 'Create a temporary file or directory, safely, and print its name',
  synopsis: ['[OPTION]... [TEMPLATE]'],
  version: 'mktemp (GNU coreutils) 9.7',
  options: [
    { name: 'directory', short: 'd', help: 'create a directory, not a file' },
    { name: 'dry-run', short: 'u', help: 'do not create anything; merely print a name' },
    { name: 'quiet', short: 'q', help: 'suppress diagnostics' },
    { name: 'tmpdir', short: 'p', arg: 'optional', metavar: 'DIR', help: 'interpret TEMPLATE relative to DIR' },
    { name: 't', short: 't', shortOnly: true, help: 'TEMPLATE is a file name, in $TMPDIR' },
  ],
  async run(ctx) {
    const { sys, options: o } = ctx;
    const template = ctx.operands[0] ?? 'tmp.XXXXXXXXXX';
    const x = /X{3,}(?!.*X{3,})/.exec(template);
    if (!x) return ctx.fail(`too few X's in template '${template}'`);
    const given = o.value('tmpdir');
    const inTmp = ctx.operands.length === 0 || o.has('t') || o.has('tmpdir');
    const dir = inTmp ? `${given || sys.env.TMPDIR || '/tmp'}/` : '';
    for (let turn = 0; turn < 100; turn++) {
      const random = Array.from({ length: x[0].length }, () => LETTERS.charAt(sys.rng.below(LETTERS.length))).join('');
      const path = dir + template.slice(0, x.index) + random + template.slice(x.index + x[0].length);
      if (!isErr(sys.lstat(path))) continue;
      const e = o.has('dry-run')
        ? 0
        : o.has('directory')
          ? sys.mkdir(path, 0o700)
          : sys.open(path, { write: true, create: true, exclusive: true, mode: 0o600 });
      if (isErr(e))
        return ctx.fail(
          `failed to create ${o.has('directory') ? 'directory' : 'file'} via template '${dir}${template}': ${e.text}`,
        );
      return ctx.out(`${path}\n`).then(() => 0);
    }
    return 1;
  },
});
