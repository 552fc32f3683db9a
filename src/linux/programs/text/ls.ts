/** ls: what directories hold. */
import { isErr } from '../../kernel/errno.ts';
import type { FileKind, Stat } from '../../kernel/sys.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';
import { strftime } from './date.ts';
import { changed } from './mtime.ts';
import { fault } from './wording.ts';

/** One name to show. */
interface Entry {
  readonly name: string;
  readonly path: string;
  readonly st: Stat;
}

/** The `ls` command. */
export const spec = defineProgram({
  name: 'ls',
  path: '/usr/bin/ls',
  summary: 'List files, or what is in directories',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'ls (GNU coreutils) 9.7',
  usageExit: 2,
  options: [
    { name: 'all', short: 'a', help: 'names that begin with . too' },
    { name: 'almost-all', short: 'A', help: 'the same without . and ..' },
    { name: 'columns', short: 'C', shortOnly: true, help: 'in columns' },
    { name: 'color', arg: 'optional', metavar: 'WHEN', help: 'colour names: always, never or auto' },
    { name: 'directory', short: 'd', help: 'directories themselves, not what is in them' },
    { name: 'classify', short: 'F', help: 'add / to directories, * to programs, @ to links' },
    { name: 'indicator-style-slash', short: 'p', shortOnly: true, help: 'add / to directories' },
    { name: 'full-time', help: 'like -l with the whole time' },
    { name: 'group-directories-first', help: 'directories before files' },
    { name: 'human-readable', short: 'h', help: 'sizes such as 1K and 2M' },
    { name: 'inode', short: 'i', help: 'inode numbers' },
    { name: 'literal', short: 'N', help: 'names as they are' },
    { name: 'long', short: 'l', shortOnly: true, help: 'one a line with mode, owner, size and date' },
    { name: 'commas', short: 'm', shortOnly: true, help: 'names on lines, with commas between' },
    { name: 'numeric-uid-gid', short: 'n', help: 'like -l with numbers for owners' },
    { name: 'reverse', short: 'r', help: 'the other way round' },
    { name: 'recursive', short: 'R', help: 'directories below too' },
    { name: 'sort-size', short: 'S', shortOnly: true, help: 'largest first' },
    { name: 'sort-time', short: 't', shortOnly: true, help: 'newest first' },
    { name: 'time-style', arg: 'required', metavar: 'STYLE', help: 'full-iso, long-iso, iso, locale or +FORMAT' },
    { name: 'one', short: '1', shortOnly: true, help: 'one a line' },
  ],
  async run(ctx) {
    const o = ctx.options;
    const long = isLong(ctx);
    if (long && timeFormats(ctx) === undefined) {
      const style = o.value('time-style') ?? '';
      await ctx.fail(`invalid argument '${style}' for 'time style'`);
      await ctx.err(
        `Valid arguments are:\n${['full-iso', 'long-iso', 'iso', 'locale'].map((t) => `  - [posix-]${t}\n`).join('')}  - +FORMAT (e.g., +%H:%M) for a 'date'-style format\nTry '${ctx.name} --help' for more information.\n`,
      );
      return 2;
    }
    const operands = ctx.operands.length > 0 ? ctx.operands : ['.'];
    const files: Entry[] = [];
    const dirs: Entry[] = [];
    let exit = 0;
    for (const path of operands) {
      const follow = !long && !o.has('classify') ? ctx.sys.stat(path) : ctx.sys.lstat(path);
      let st = isErr(follow) ? ctx.sys.lstat(path) : follow;
      if (!isErr(st) && st.kind === 'symlink' && path.endsWith('/')) st = ctx.sys.stat(path);
      if (isErr(st)) {
        exit = await fault(ctx, `cannot access '${path}': ${st.text}`, `${path}: ${st.text}`, 2);
      } else (st.kind === 'dir' && !o.has('directory') ? dirs : files).push({ name: path, path, st });
    }
    order(ctx, files);
    order(ctx, dirs);
    if (files.length > 0) await show(ctx, files);
    let first = files.length === 0;
    for (const dir of dirs) {
      exit = Math.max(exit, await listDir(ctx, dir, operands.length > 1 || o.has('recursive'), first));
      first = false;
    }
    return exit;
  },
});

/** Whether the long form is asked for: the last form given counts. */
function isLong(ctx: Context): boolean {
  const form = ctx.options.last('long', 'numeric-uid-gid', 'full-time', 'commas', 'columns');
  return form !== undefined && form !== 'commas' && form !== 'columns';
}

/** A directory of /proc is held open as it is read: /proc/self/fd has it, too. */
async function listDir(ctx: Context, dir: Entry, header: boolean, first: boolean): Promise<number> {
  const fd = dir.path.startsWith('/proc/') ? ctx.sys.open(dir.path, { directory: true }) : undefined;
  const code = await listNames(ctx, dir, header, first);
  if (fd !== undefined && !isErr(fd)) ctx.sys.close(fd);
  return code;
}

async function listNames(ctx: Context, dir: Entry, header: boolean, first: boolean): Promise<number> {
  const o = ctx.options;
  const found = ctx.sys.readdir(dir.path);
  if (isErr(found)) {
    const opening = `'${dir.path}': ${found.text}`;
    return fault(ctx, `cannot open directory ${opening}`, `can't open ${opening}`, 2);
  }
  const dots = o.has('all');
  const names = found
    .map((e) => e.name)
    .filter((n) => n !== '.' && n !== '..' && (dots || o.has('almost-all') || !n.startsWith('.')));
  const base = dir.path.endsWith('/') ? dir.path : `${dir.path}/`;
  const entries: Entry[] = [];
  for (const name of [...(dots ? ['.', '..'] : []), ...names]) {
    const st = ctx.sys.lstat(base + name);
    if (!isErr(st)) entries.push({ name, path: base + name, st });
  }
  order(ctx, entries);
  if (header) await ctx.out(`${first ? '' : '\n'}${dir.name}:\n`);
  if (isLong(ctx))
    await ctx.out(
      `total ${entries.reduce((n, e) => n + (e.st.kind === 'file' ? Math.ceil(e.st.size / 4096) * 4 : e.st.kind === 'dir' ? Math.floor(e.st.size / 4096) * 4 : 0), 0)}\n`,
    );
  if (entries.length > 0) await show(ctx, entries);
  let exit = 0;
  if (o.has('recursive'))
    for (const e of entries)
      if (e.st.kind === 'dir' && e.name !== '.' && e.name !== '..')
        exit = Math.max(exit, await listDir(ctx, { ...e, name: e.path }, true, false));
  return exit;
}

function order(ctx: Context, entries: Entry[]): void {
  const o = ctx.options;
  const by = o.last('sort-size', 'sort-time');
  const key = (n: string): string => n.replace(/^\.+/, '').toLowerCase();
  const byName = (a: Entry, b: Entry): number => cmp(key(a.name), key(b.name)) || cmp(a.name, b.name);
  entries.sort(
    (a, b) =>
      (by === 'sort-size' ? b.st.size - a.st.size : by === 'sort-time' ? b.st.mtime - a.st.mtime : 0) || byName(a, b),
  );
  if (o.has('reverse')) entries.reverse();
  if (!o.has('group-directories-first')) return;
  const rank = ({ path, st }: Entry): number => {
    const led = st.kind === 'symlink' ? ctx.sys.stat(path) : st;
    return !isErr(led) && led.kind === 'dir' ? 0 : 1;
  };
  entries.sort((a, b) => rank(a) - rank(b));
}

const cmp = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const COLOURS: Partial<Record<FileKind, string>> = {
  dir: '01;34',
  symlink: '01;36',
  char: '40;33;01',
  block: '40;33;01',
  fifo: '40;33',
  socket: '01;35',
};

/** Characters that make the shell do something. @see gnulib lib/quotearg.c: quotearg_buffer_restyled */
const SPECIAL = /[\s!"$&'()*;<=>[\\\]^`{|}~#?]/;

/** A name as it is shown on a terminal: quoted when a shell would not read it as it stands. */
function quoted(ctx: Context, name: string): string {
  if (ctx.flavour === 'busybox' || ctx.options.has('literal') || !ctx.sys.isatty(1)) return name;
  const odd = /[\x00-\x1f\x7f]/.test(name);
  if (!odd && !SPECIAL.test(name.replace(/^[^~#]|(?<=.)[~#]/g, (c) => (/[~#]/.test(c) ? 'x' : c)))) return name;
  if (name.includes("'") && !/["$`\\!]/.test(name) && !odd) return `"${name}"`;
  const plain = name.replace(/'/g, "'\\''");
  return odd ? `'${plain.replace(/[\x00-\x1f\x7f]+/g, (c) => `'$'${[...c].map(octal).join('')}''`)}'` : `'${plain}'`;
}

const octal = (c: string): string =>
  ({ '\n': '\\n', '\t': '\\t', '\r': '\\r' })[c] ?? `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`;

function decorate(ctx: Context, e: Entry, pad = ''): string {
  const o = ctx.options;
  const shown = pad && quoted(ctx, e.name) === e.name ? pad + e.name : quoted(ctx, e.name);
  const when = o.has('color') ? o.value('color') || 'always' : 'never';
  const executable = e.st.kind === 'file' && (e.st.mode & 0o111) !== 0;
  const code = COLOURS[e.st.kind] ?? (executable ? '01;32' : undefined);
  const name =
    code && (when === 'always' || (when === 'auto' && ctx.sys.isatty(1)))
      ? `\x1b[0m\x1b[${code}m${shown}\x1b[0m`
      : shown;
  if (!o.has('classify')) return name + (o.has('indicator-style-slash') && e.st.kind === 'dir' ? '/' : '');
  const mark = { dir: '/', symlink: '@', fifo: '|', socket: '=' }[e.st.kind as string] ?? (executable ? '*' : '');
  return name + (o.has('long') && e.st.kind === 'symlink' ? '' : mark);
}

async function show(ctx: Context, entries: readonly Entry[]): Promise<void> {
  const o = ctx.options;
  if (isLong(ctx)) return showLong(ctx, entries);
  const prefix = (e: Entry): string => (o.has('inode') ? `${e.st.ino} ` : '');
  const size = ctx.sys.winsize(1);
  const form = o.last('commas', 'columns', 'one');
  const commas = form === 'commas';
  if (form === 'one' || (isErr(size) && form === undefined)) {
    await ctx.out(entries.map((e) => `${prefix(e)}${decorate(ctx, e)}\n`).join(''));
    return;
  }
  // names that are not quoted stand a column further right, so that names are below each other
  const pad = form !== 'commas' && entries.some((e) => quoted(ctx, e.name) !== e.name) ? ' ' : '';
  const cells = entries.map((e) => ({
    text: prefix(e) + decorate(ctx, e, pad),
    width: width(
      prefix(e) +
        (quoted(ctx, e.name) === e.name ? pad : '') +
        quoted(ctx, e.name) +
        (o.has('classify') || o.has('indicator-style-slash') ? ' ' : ''),
    ),
  }));
  const cols = isErr(size) ? 80 : size.cols || 80;
  await ctx.out(commas ? commaLines(cells, cols) : columns(cells, cols));
}

/** Cells a string takes on a terminal: two for East Asian wide characters. */
function width(s: string): number {
  let n = 0;
  for (const ch of s)
    n += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(ch)
      ? 2
      : 1;
  return n;
}

/** Names one after the other with commas between, as many on a line as fit. */
function commaLines(cells: readonly { text: string; width: number }[], cols: number): string {
  let out = '';
  let at = 0;
  for (const [i, cell] of cells.entries()) {
    const fits = at + cell.width + 2 < cols;
    if (i > 0) out += fits ? ', ' : ',\n';
    at = (i === 0 ? 0 : fits ? at + 2 : 0) + cell.width;
    out += cell.text;
  }
  return `${out}\n`;
}

/** Fills columns downwards, as few rows as fit. */
function columns(cells: readonly { text: string; width: number }[], cols: number): string {
  for (let rows = 1; ; rows++) {
    const per = Math.ceil(cells.length / rows);
    const widths = Array.from(
      { length: per },
      (_, c) => Math.max(0, ...cells.slice(c * rows, (c + 1) * rows).map((x) => x.width)) + 2,
    );
    if (rows < cells.length && widths.reduce((a, b) => a + b, -2) > cols) continue;
    let out = '';
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < per; c++) {
        const cell = cells[c * rows + r];
        if (!cell) continue;
        const last = cells[(c + 1) * rows + r] === undefined;
        out += cell.text + (last ? '' : ' '.repeat((widths[c] as number) - cell.width));
      }
      out += '\n';
    }
    return out;
  }
}

const KIND: Readonly<Record<FileKind, string>> = {
  file: '-',
  dir: 'd',
  symlink: 'l',
  char: 'c',
  block: 'b',
  fifo: 'p',
  socket: 's',
};

/** `drwxr-xr-x` */
export function modeText(st: Stat): string {
  const bits = 'rwxrwxrwx';
  const m = [...bits].map((c, i) => ((st.mode >> (8 - i)) & 1 ? c : '-'));
  const special = (bit: number, at: number, set: string): void => {
    if (st.mode & bit) m[at] = m[at] === 'x' ? set : set.toUpperCase();
  };
  special(0o4000, 2, 's');
  special(0o2000, 5, 's');
  special(0o1000, 8, 't');
  return KIND[st.kind] + m.join('');
}

async function showLong(ctx: Context, entries: readonly Entry[]): Promise<void> {
  const o = ctx.options;
  const users = names(ctx, '/etc/passwd');
  const groups = names(ctx, '/etc/group');
  const numeric = o.has('numeric-uid-gid');
  const formats = timeFormats(ctx) ?? ['', ''];
  const pad = entries.some((e) => quoted(ctx, e.name) !== e.name) ? ' ' : '';
  const rows = entries.map((e) => {
    const size =
      e.st.kind === 'char' || e.st.kind === 'block'
        ? e.st.rdev.join(', ')
        : o.has('human-readable')
          ? human(e.st.size)
          : String(e.st.size);
    const target = e.st.kind === 'symlink' ? ctx.sys.readlink(e.path) : '';
    return {
      inode: o.has('inode') ? String(e.st.ino) : '',
      mode: modeText(e.st),
      nlink: String(e.st.nlink),
      user: (numeric ? undefined : users.get(e.st.uid)) ?? String(e.st.uid),
      group: (numeric ? undefined : groups.get(e.st.gid)) ?? String(e.st.gid),
      size,
      date: dateText(ctx, e.st, formats),
      name: decorate(ctx, e, pad) + (typeof target === 'string' && target !== '' ? ` -> ${quoted(ctx, target)}` : ''),
    };
  });
  const w = (k: 'inode' | 'nlink' | 'user' | 'group' | 'size'): number => Math.max(...rows.map((r) => r[k].length));
  for (const r of rows)
    await ctx.out(
      `${r.inode && `${r.inode.padStart(w('inode'))} `}${r.mode} ${r.nlink.padStart(w('nlink'))} ${r.user.padEnd(w('user'))} ${r.group.padEnd(w('group'))} ${r.size.padStart(w('size'))} ${r.date} ${r.name}\n`,
    );
}

/** How times are written: of more than six months ago, and since. Undefined when the style is none. */
function timeFormats(ctx: Context): readonly [string, string] | undefined {
  const last = ctx.options.last('full-time', 'time-style');
  const style = last === 'full-time' ? 'full-iso' : (ctx.options.value('time-style') ?? 'locale');
  if (style.startsWith('+')) {
    const [old = '', recent = old] = style.slice(1).split('\n');
    return [old, recent];
  }
  const named: Readonly<Record<string, readonly [string, string]>> = {
    'full-iso': ['%Y-%m-%d %H:%M:%S.%N %z', '%Y-%m-%d %H:%M:%S.%N %z'],
    'long-iso': ['%Y-%m-%d %H:%M', '%Y-%m-%d %H:%M'],
    iso: ['%Y-%m-%d ', '%m-%d %H:%M'],
    locale: ['%b %e  %Y', '%b %e %H:%M'],
  };
  return named[style.replace(/^posix-/, '')];
}

function dateText(ctx: Context, st: Stat, [old, recent]: readonly [string, string]): string {
  const age = ctx.sys.now() - st.mtime;
  return strftime(age > 15778476e9 || age < -3600e9 ? old : recent, changed(ctx.sys, st));
}

/** Names by number of a file such as /etc/passwd. */
export function names(ctx: Context, file: string): Map<number, string> {
  const bytes = ctx.sys.readFile(file);
  const rows = isErr(bytes)
    ? []
    : new TextDecoder()
        .decode(bytes)
        .split('\n')
        .map((l) => l.split(':'));
  return new Map(rows.filter((r) => r.length > 2).map((r) => [Number(r[2]), r[0] as string]));
}

/** 1024-based with one digit below 10, rounded up, as -h shows. */
export function human(size: number): string {
  if (size < 1024) return String(size);
  let n = size;
  let unit = -1;
  while (n >= 1024) {
    n /= 1024;
    unit++;
  }
  return `${n < 10 ? (Math.ceil(n * 10) / 10).toFixed(1) : Math.ceil(n)}${'KMGTP'[unit]}`;
}
