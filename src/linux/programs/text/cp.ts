/** cp: copies files and trees. */
import { isErr } from '../../kernel/errno.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';
import { basename } from '../stdio.ts';
import { fault } from './wording.ts';

/** The `cp` command. */
export const spec = defineProgram({
  name: 'cp',
  path: '/usr/bin/cp',
  summary: 'Copy files and directories',
  synopsis: ['[OPTION]... SOURCE DEST', '[OPTION]... SOURCE... DIRECTORY'],
  version: 'cp (GNU coreutils) 9.7',
  options: [
    { name: 'archive', short: 'a', help: 'directories, links and modes too' },
    { name: 'force', short: 'f', help: 'accepted' },
    { name: 'interactive', short: 'i', help: 'accepted; nothing is asked' },
    { name: 'preserve', short: 'p', arg: 'none', help: 'keep mode and times' },
    { name: 'recursive', short: 'r', also: 'R', help: 'directories and all in them' },
    { name: 'verbose', short: 'v', help: 'tell what was copied' },
  ],
  async run(ctx) {
    const pair = await destination(ctx);
    if (typeof pair === 'number') return pair;
    let exit = 0;
    for (const [from, to] of pair) exit = Math.max(exit, await copy(ctx, from, to));
    return exit;
  },
});

/** Pairs of source and target as cp and mv read their operands; an exit code on a usage error. */
export async function destination(ctx: Context): Promise<[string, string][] | number> {
  const sources = ctx.operands.slice(0, -1);
  const last = ctx.operands.at(-1);
  if (last === undefined || sources.length === 0) {
    await ctx.fail(last === undefined ? 'missing file operand' : `missing destination file operand after '${last}'`);
    await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
    return 1;
  }
  const st = ctx.sys.stat(last);
  const dir = !isErr(st) && st.kind === 'dir';
  if (sources.length > 1 && !dir) return ctx.fail(`target '${last}': ${isErr(st) ? st.text : 'Not a directory'}`);
  return sources.map((s) => [s, dir ? `${last.replace(/\/$/, '')}/${basename(s.replace(/\/+$/, ''))}` : last]);
}

/** Copies one file or tree. @returns an exit code */
export async function copy(ctx: Context, from: string, to: string): Promise<number> {
  const deep = ctx.options.has('recursive') || ctx.options.has('archive') || ctx.name === 'mv';
  const st = deep ? ctx.sys.lstat(from) : ctx.sys.stat(from);
  if (isErr(st)) return fault(ctx, `cannot stat '${from}': ${st.text}`, `can't stat '${from}': ${st.text}`);
  let exit = 0;
  if (st.kind === 'dir') {
    if (!deep) return fault(ctx, `-r not specified; omitting directory '${from}'`, `omitting directory '${from}'`);
    const there = ctx.sys.stat(to);
    if (isErr(there)) {
      const made = ctx.sys.mkdir(to, st.mode);
      if (isErr(made))
        return fault(
          ctx,
          `cannot create directory '${to}': ${made.text}`,
          `can't create directory '${to}': ${made.text}`,
        );
    }
    const entries = ctx.sys.readdir(from);
    if (!isErr(entries))
      for (const e of entries)
        if (e.name !== '.' && e.name !== '..')
          exit = Math.max(exit, await copy(ctx, `${from}/${e.name}`, `${to}/${e.name}`));
  } else if (st.kind === 'symlink') {
    const target = ctx.sys.readlink(from);
    if (typeof target === 'string') ctx.sys.symlink(target, to);
  } else {
    const same = ctx.sys.stat(to);
    if (!isErr(same) && same.ino === st.ino) return ctx.fail(`'${from}' and '${to}' are the same file`);
    const bytes = ctx.sys.readFile(from);
    if (isErr(bytes))
      return fault(ctx, `cannot open '${from}' for reading: ${bytes.text}`, `can't open '${from}': ${bytes.text}`);
    const wrote = ctx.sys.writeFile(to, bytes, st.mode);
    if (isErr(wrote))
      return fault(ctx, `cannot create regular file '${to}': ${wrote.text}`, `can't create '${to}': ${wrote.text}`);
  }
  if (ctx.options.has('verbose')) await ctx.out(`'${from}' -> '${to}'\n`);
  return exit;
}
