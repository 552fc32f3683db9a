/** chmod: permission bits. */
import { isErr } from '../../kernel/errno.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';
import { fault } from './wording.ts';

/** The `chmod` command. */
export const spec = defineProgram({
  name: 'chmod',
  path: '/usr/bin/chmod',
  summary: 'Change permission bits',
  synopsis: ['[OPTION]... MODE[,MODE]... FILE...'],
  version: 'chmod (GNU coreutils) 9.7',
  order: 'posix',
  rewrite: (args) =>
    args[0] !== undefined && /^-[rwxXst]+/.test(args[0]) && args[0] !== '-R' ? ['--', ...args] : args,
  options: [
    { name: 'recursive', short: 'R', help: 'all files in directories too' },
    { name: 'verbose', short: 'v', help: 'accepted' },
  ],
  async run(ctx) {
    const [mode, ...files] = ctx.operands;
    if (mode === undefined || files.length === 0) {
      await ctx.fail(mode === undefined ? 'missing operand' : `missing operand after '${mode}'`);
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    if (newMode(mode, 0, false) === undefined) {
      await ctx.fail(`invalid mode: '${mode}'`);
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    let exit = 0;
    for (const file of files) exit = Math.max(exit, await change(ctx, file, mode));
    return exit;
  },
});

async function change(ctx: Context, path: string, mode: string): Promise<number> {
  const st = ctx.sys.stat(path);
  if (isErr(st)) return fault(ctx, `cannot access '${path}': ${st.text}`, `${path}: ${st.text}`);
  const done = ctx.sys.chmod(path, newMode(mode, st.mode, st.kind === 'dir') ?? st.mode);
  if (isErr(done)) return fault(ctx, `changing permissions of '${path}': ${done.text}`, `${path}: ${done.text}`);
  if (!ctx.options.has('recursive') || st.kind !== 'dir') return 0;
  const entries = ctx.sys.readdir(path);
  let exit = 0;
  if (!isErr(entries))
    for (const e of entries)
      if (e.name !== '.' && e.name !== '..') exit = Math.max(exit, await change(ctx, `${path}/${e.name}`, mode));
  return exit;
}

/** Octal or symbolic (`u+x,go-w`) mode. @returns undefined when it is neither */
function newMode(text: string, old: number, dir: boolean): number | undefined {
  if (/^[0-7]{1,4}$/.test(text)) return Number.parseInt(text, 8);
  let mode = old;
  for (const clause of text.split(',')) {
    const m = /^([ugoa]*)([+=-])([rwxXst]*)$/.exec(clause);
    if (!m) return undefined;
    const who = m[1] === '' || m[1]?.includes('a') ? 'ugo' : (m[1] as string);
    let bits = 0;
    for (const [i, w] of ['o', 'g', 'u'].entries()) {
      if (!who.includes(w)) continue;
      let b = 0;
      for (const p of m[3] as string)
        b |= p === 'r' ? 4 : p === 'w' ? 2 : p === 'x' || (p === 'X' && (dir || (old & 0o111) !== 0)) ? 1 : 0;
      bits |= b << (3 * i);
      if (m[2] === '=') mode &= ~(7 << (3 * i));
    }
    if (m[3]?.includes('s')) bits |= (who.includes('u') ? 0o4000 : 0) | (who.includes('g') ? 0o2000 : 0);
    if (m[3]?.includes('t')) bits |= 0o1000;
    mode = m[2] === '-' ? mode & ~bits : mode | bits;
  }
  return mode;
}
