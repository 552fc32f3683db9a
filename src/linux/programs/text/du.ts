/** du: disk usage of files, in blocks of 1 KiB. @see coreutils src/du.c */
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';
import { fault } from './wording.ts';

const BLOCK = 4096;

function human(kib: number): string {
  let n = kib;
  let unit = 0;
  while (n >= 1024 && unit < 3) {
    n /= 1024;
    unit++;
  }
  const shown = n < 10 && unit > 0 ? (Math.ceil(n * 10) / 10).toFixed(1) : String(Math.ceil(n));
  return `${shown}${'KMGT'[unit]}`;
}

async function walk(ctx: Context, path: string, depth: number, lines: string[]): Promise<number> {
  const { sys, options: o } = ctx;
  const st = sys.lstat(path);
  if (isErr(st)) {
    await fault(ctx, `cannot access '${path}': ${st.text}`, `${path}: ${st.text}`);
    return -1;
  }
  let kib = st.kind === 'dir' ? 4 : (Math.ceil(st.size / BLOCK) * BLOCK) / 1024;
  if (o.has('apparent-size')) kib = Math.ceil(st.size / 1024);
  const entries = st.kind === 'dir' ? sys.readdir(path) : [];
  const max = o.has('summarize') ? 0 : Number(o.value('max-depth') ?? Number.POSITIVE_INFINITY);
  for (const e of isErr(entries) ? [] : entries) {
    if (e.name === '.' || e.name === '..') continue;
    kib += Math.max(0, await walk(ctx, path === '/' ? `/${e.name}` : `${path}/${e.name}`, depth + 1, lines));
  }
  if ((st.kind === 'dir' || o.has('all') || depth === 0) && depth <= max)
    lines.push(`${o.has('human-readable') ? human(kib) : kib}\t${path}\n`);
  return kib;
}

/** The `du` command. */
export const spec = defineProgram({
  name: 'du',
  path: '/usr/bin/du',
  summary: 'Summarize device usage of the set of FILEs, recursively for directories',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'du (GNU coreutils) 9.7',
  options: [
    { name: 'all', short: 'a', help: 'write counts for all files, not just directories' },
    { name: 'apparent-size', help: 'print apparent sizes' },
    { name: 'human-readable', short: 'h', help: 'print sizes in human readable format' },
    { name: 'summarize', short: 's', help: 'display only a total for each argument' },
    { name: 'max-depth', short: 'd', arg: 'required', metavar: 'N', help: 'print totals N or fewer levels down' },
    { name: 'kilobytes', short: 'k', shortOnly: true, help: 'blocks of 1 KiB' },
  ],
  async run(ctx) {
    let code = 0;
    for (const path of ctx.operands.length > 0 ? ctx.operands : ['.']) {
      const lines: string[] = [];
      if ((await walk(ctx, path, 0, lines)) < 0) code = 1;
      await ctx.out(lines.join(''));
    }
    return code;
  },
});
