/**
 * tar: archives listed, unpacked and made.
 *
 * Limits: gzip, bzip2 and xz are read, whatever the options say, but only gzip is written; `-C`, `--strip-components` and names are the only filters.
 * @see GNU tar
 */

import { join } from '../../../base/bytes.ts';
import { civil, two } from '../../../base/civil.ts';
import { decompress } from '../../../base/decompress.ts';
import { gzip } from '../../../base/deflate.ts';
import { readTar, type TarEntry, writeTar } from '../../../base/tar.ts';
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';
import { readAll, readWhole } from '../stdio.ts';
import { changed, epoch } from './mtime.ts';
import { fault } from './wording.ts';

/** `tar xvf F` is `tar -xvf F`. */
const dashed = (args: readonly string[]): string[] => {
  const [first, ...rest] = args;
  return first === undefined || first.startsWith('-') ? [...args] : [`-${first}`, ...rest];
};

function longLine(e: TarEntry): string {
  const kind = { file: '-', dir: 'd', symlink: 'l', link: 'h', char: 'c', block: 'b', fifo: 'p' }[e.kind];
  const bits = [...e.mode.toString(8).padStart(4, '0').slice(-3)]
    .map((d) => `${Number(d) & 4 ? 'r' : '-'}${Number(d) & 2 ? 'w' : '-'}${Number(d) & 1 ? 'x' : '-'}`)
    .join('');
  const c = civil(e.mtime);
  const owner = `${e.uid === 0 ? 'root' : e.uid}/${e.gid === 0 ? 'root' : e.gid}`;
  const date = `${c.year}-${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)}`;
  return `${kind}${bits} ${owner} ${String(e.bytes.length).padStart(Math.max(0, 17 - owner.length))} ${date} ${e.name}${e.kind === 'symlink' ? ` -> ${e.target}` : ''}\n`;
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const modes = ['create', 'list', 'extract'].filter((m) => o.has(m));
  if (modes.length !== 1) {
    await ctx.err(
      modes.length === 0
        ? "tar: You must specify one of the '-Acdtrux', '--delete' or '--test-label' options\nTry 'tar --help' or 'tar --usage' for more information.\n"
        : "tar: You may not specify more than one '-Acdtrux', '--delete' or '--test-label' option\n",
    );
    return 2;
  }
  const given = o.value('file') ?? '-';
  const file = given === '-' || given.startsWith('/') ? given : `${sys.cwd()}/${given}`;
  const dir = o.value('directory');
  if (dir !== undefined && isErr(sys.chdir(dir))) return ctx.fail(`${dir}: Cannot open: No such file or directory`, 2);
  if (o.has('create')) return create(ctx, file);
  const bytes = file === '-' ? await readAll(sys, 0) : await readWhole(sys, file);
  if (isErr(bytes)) {
    if (ctx.flavour === 'busybox') return ctx.fail(`can't open '${given}': ${bytes.text}`);
    await ctx.err(`tar: ${given}: Cannot open: ${bytes.text}\ntar: Error is not recoverable: exiting now\n`);
    return 2;
  }
  const plain = decompress(bytes);
  const entries = plain ? readTar(plain) : 'invalid tar header';
  if (typeof entries === 'string') {
    await ctx.err(
      'tar: This does not look like a tar archive\ntar: Exiting with failure status due to previous errors\n',
    );
    return 2;
  }
  const wanted = ctx.operands.map((w) => w.replace(/\/$/, ''));
  const strip = Number(o.value('strip-components') ?? 0);
  for (const e of entries) {
    const name = e.name.replace(/\/$/, '');
    if (wanted.length > 0 && !wanted.some((w) => name === w || name.startsWith(`${w}/`))) continue;
    if (o.has('list')) await ctx.out(o.has('verbose') ? longLine(e) : `${e.name}\n`);
    else {
      if (o.has('verbose')) await ctx.out(`${e.name}\n`);
      await extract(ctx, e, name.split('/').slice(strip).join('/'));
    }
  }
  return 0;
}

async function extract(ctx: Context, e: TarEntry, name: string): Promise<void> {
  const { sys } = ctx;
  const path = name.replace(/^\/+/, '');
  if (path === '' || path === '.' || path.split('/').includes('..')) return;
  if (ctx.options.has('to-stdout')) {
    await sys.write(1, e.bytes);
    return;
  }
  const parts = path.split('/');
  for (let i = 1; i < parts.length; i++) sys.mkdir(parts.slice(0, i).join('/'), 0o755);
  if (e.kind === 'dir') sys.mkdir(path, e.mode);
  else {
    const old = sys.lstat(path);
    if (!isErr(old) && old.kind !== 'dir') sys.unlink(path);
    if (e.kind === 'symlink') sys.symlink(e.target, path);
    else if (e.kind === 'link') sys.link(e.target, path);
    else if (e.kind === 'file') {
      const made = sys.writeFile(path, e.bytes, e.mode);
      if (isErr(made)) await ctx.err(`tar: ${path}: Cannot open: ${made.text}\n`);
      else sys.utimes(path, Number(e.mtime - epoch(sys)));
    }
  }
}

async function create(ctx: Context, file: string): Promise<number> {
  const { sys } = ctx;
  if (ctx.operands.length === 0) {
    await ctx.err(
      "tar: Cowardly refusing to create an empty archive\nTry 'tar --help' or 'tar --usage' for more information.\n",
    );
    return 2;
  }
  const packer = ['bzip2', 'xz'].find((p) => ctx.options.has(p));
  if (packer) return ctx.fail(`(child): ${packer}: this laboratory reads ${packer} but does not write it`, 2);
  const entries: TarEntry[] = [];
  let code = 0;
  for (const path of ctx.operands) {
    if (path.startsWith('/')) await ctx.err("tar: Removing leading `/' from member names\n");
    if (!(await add(ctx, path, entries))) code = 2;
  }
  if (ctx.options.has('verbose'))
    for (const e of entries) await (file === '-' ? ctx.err(`${e.name}\n`) : ctx.out(`${e.name}\n`));
  const plain = [...writeTar(entries)];
  const parts = ctx.options.has('gzip') ? [gzip(join(plain))] : plain;
  if (file === '-') for (const p of parts) await sys.write(1, p);
  else {
    const fd = sys.open(file, { write: true, create: true, truncate: true });
    if (isErr(fd)) return fault(ctx, `${file}: Cannot open: ${fd.text}`, `can't open '${file}': ${fd.text}`, 2);
    for (const p of parts) await sys.write(fd, p);
    sys.close(fd);
  }
  if (code !== 0) await ctx.err('tar: Exiting with failure status due to previous errors\n');
  return code;
}

async function add(ctx: Context, path: string, out: TarEntry[]): Promise<boolean> {
  const { sys } = ctx;
  const st = sys.lstat(path);
  if (isErr(st)) {
    await ctx.err(`tar: ${path}: Cannot stat: ${st.text}\n`);
    return false;
  }
  const name = path.replace(/^\/+/, '') || '.';
  const common = { mode: st.mode, uid: st.uid, gid: st.gid, mtime: changed(ctx.sys, st) };
  const bytes = st.kind === 'file' ? sys.readFile(path) : new Uint8Array(0);
  const target = st.kind === 'symlink' ? sys.readlink(path) : '';
  if (st.kind === 'dir') {
    out.push({ ...common, name: `${name.replace(/\/$/, '')}/`, kind: 'dir', target: '', bytes: new Uint8Array(0) });
    const list = sys.readdir(path);
    for (const e of isErr(list) ? [] : list)
      if (e.name !== '.' && e.name !== '..') await add(ctx, `${path.replace(/\/$/, '')}/${e.name}`, out);
  } else if (st.kind === 'file' || st.kind === 'symlink')
    out.push({
      ...common,
      name,
      kind: st.kind,
      target: isErr(target) ? '' : target,
      bytes: isErr(bytes) ? new Uint8Array(0) : bytes,
    });
  return true;
}

/** The `tar` command. */
export const spec = defineProgram({
  name: 'tar',
  path: '/usr/bin/tar',
  summary: 'Save many files together into a single archive, and restore them from it',
  synopsis: ['[OPTION...] [FILE]...'],
  version: 'tar (GNU tar) 1.35',
  usageExit: 64,
  rewrite: dashed,
  options: [
    { name: 'create', short: 'c', help: 'create a new archive' },
    { name: 'list', short: 't', help: 'list the contents of an archive' },
    { name: 'extract', short: 'x', help: 'extract files from an archive' },
    { name: 'file', short: 'f', arg: 'required', metavar: 'ARCHIVE', help: 'use archive file' },
    { name: 'directory', short: 'C', arg: 'required', metavar: 'DIR', help: 'change to directory DIR' },
    { name: 'to-stdout', short: 'O', help: 'extract files to standard output' },
    { name: 'verbose', short: 'v', help: 'verbosely list files processed' },
    { name: 'gzip', short: 'z', help: 'filter the archive through gzip' },
    { name: 'bzip2', short: 'j', help: 'filter the archive through bzip2' },
    { name: 'xz', short: 'J', help: 'filter the archive through xz' },
    { name: 'preserve-permissions', short: 'p', help: 'extract permissions' },
    { name: 'strip-components', arg: 'required', metavar: 'NUMBER', help: 'strip NUMBER leading components' },
  ],
  run,
});
