/** stat: what the file system knows of a file. */
import { isErr } from '../../kernel/errno.ts';
import type { FileKind, Stat } from '../../kernel/sys.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';
import { strftime } from './date.ts';
import { modeText, names } from './ls.ts';
import { changed } from './mtime.ts';
import { fault } from './wording.ts';

const KINDS: Readonly<Record<FileKind, string>> = {
  file: 'regular file',
  dir: 'directory',
  symlink: 'symbolic link',
  char: 'character special file',
  block: 'block special file',
  fifo: 'fifo',
  socket: 'socket',
};

/** The `stat` command. */
export const spec = defineProgram({
  name: 'stat',
  path: '/usr/bin/stat',
  summary: 'Show the state of files',
  synopsis: ['[OPTION]... FILE...'],
  version: 'stat (GNU coreutils) 9.7',
  options: [
    { name: 'dereference', short: 'L', help: 'follow links' },
    {
      name: 'format',
      short: 'c',
      arg: 'required',
      metavar: 'FORMAT',
      help: 'only what FORMAT asks for: %n %s %a %A %u %U %g %G %i %h %F %Y %y',
    },
  ],
  async run(ctx) {
    let exit = 0;
    const format = ctx.options.value('format');
    for (const path of ctx.operands) {
      const st = ctx.options.has('dereference') ? ctx.sys.stat(path) : ctx.sys.lstat(path);
      if (isErr(st)) exit = await fault(ctx, `cannot statx '${path}': ${st.text}`, `can't stat '${path}': ${st.text}`);
      else if (format !== undefined)
        await ctx.out(`${format.replace(/%([a-zA-Z%])/g, (_, c: string) => field(ctx, path, st, c))}\n`);
      else await ctx.out(full(ctx, path, st));
    }
    return exit;
  },
});

function when(ctx: Context, st: Stat): bigint {
  return changed(ctx.sys, st);
}

function field(ctx: Context, path: string, st: Stat, c: string): string {
  const fields: Readonly<Record<string, () => string>> = {
    n: () => path,
    s: () => String(st.size),
    a: () => (st.mode & 0o7777).toString(8),
    A: () => modeText(st),
    u: () => String(st.uid),
    g: () => String(st.gid),
    U: () => names(ctx, '/etc/passwd').get(st.uid) ?? 'UNKNOWN',
    G: () => names(ctx, '/etc/group').get(st.gid) ?? 'UNKNOWN',
    i: () => String(st.ino),
    h: () => String(st.nlink),
    F: () => (st.kind === 'file' && st.size === 0 ? 'regular empty file' : KINDS[st.kind]),
    Y: () => String(when(ctx, st) / 1_000_000_000n),
    y: () => strftime('%F %T.%N %z', when(ctx, st)),
    '%': () => '%',
  };
  return fields[c]?.() ?? '?';
}

function full(ctx: Context, path: string, st: Stat): string {
  const f = (c: string): string => field(ctx, path, st, c);
  const link = st.kind === 'symlink' ? ctx.sys.readlink(path) : '';
  return [
    `  File: ${path}${typeof link === 'string' && link !== '' ? ` -> ${link}` : ''}`,
    `  Size: ${f('s').padEnd(10)}\tBlocks: ${String(Math.ceil(st.size / 4096) * 8).padEnd(10)} IO Block: 4096   ${f('F')}`,
    `Device: 0,47\tInode: ${f('i').padEnd(11)} Links: ${f('h')}`,
    `Access: (${f('a').padStart(4, '0')}/${f('A')})  Uid: (${f('u').padStart(5)}/${f('U').padStart(8)})   Gid: (${f('g').padStart(5)}/${f('G').padStart(8)})`,
    `Access: ${f('y')}`,
    `Modify: ${f('y')}`,
    `Change: ${f('y')}`,
    ' Birth: -',
    '',
  ].join('\n');
}
