/** diff: lines that differ between two files or trees. @see diffutils src/diff.c, dir.c, context.c, normal.c */
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Stat } from '../../kernel/sys.ts';
import { type Context, defineProgram } from '../spec.ts';
import { basename, readAll, readWhole } from '../stdio.ts';
import { strftime } from './date.ts';
import { changed } from './mtime.ts';

/** Kept (` `), removed (`-`), added (`+`). */
type Edit = readonly [' ' | '-' | '+', string];

/** By the longest common subsequence. @param fold what is compared of a line */
function edits(a: readonly string[], b: readonly string[], fold: (line: string) => string): Edit[] {
  const [ka, kb] = [a.map(fold), b.map(fold)];
  const w = b.length + 1;
  const table = new Uint32Array((a.length + 1) * w);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i * w + j] =
        ka[i] === kb[j]
          ? (table[(i + 1) * w + j + 1] as number) + 1
          : Math.max(table[(i + 1) * w + j] as number, table[i * w + j + 1] as number);
  const out: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && ka[i] === kb[j]) {
      out.push([' ', a[i++] as string]);
      j++;
    } else if (
      i < a.length &&
      (j === b.length || (table[(i + 1) * w + j] as number) >= (table[i * w + j + 1] as number))
    )
      out.push(['-', a[i++] as string]);
    else out.push(['+', b[j++] as string]);
  }
  return out;
}

interface Hunk {
  readonly a: number;
  readonly b: number;
  readonly lines: Edit[];
}

/** Changes with so many lines around them. @param context 0 for the plain form */
function hunks(all: readonly Edit[], context: number): Hunk[] {
  const changed = all.flatMap(([k], i) => (k === ' ' ? [] : [i]));
  const out: Hunk[] = [];
  for (let n = 0; n < changed.length; ) {
    const from = Math.max(0, (changed[n] as number) - context);
    let last = changed[n] as number;
    while (n < changed.length && (changed[n] as number) - last <= Math.max(1, 2 * context))
      last = changed[n++] as number;
    const before = all.slice(0, from);
    out.push({
      a: before.filter(([k]) => k !== '+').length,
      b: before.filter(([k]) => k !== '-').length,
      lines: all.slice(from, last + context + 1),
    });
  }
  return out;
}

const span = (start: number, count: number, comma: string): string =>
  count === 1
    ? `${start + 1}`
    : count === 0
      ? `${start}`
      : comma === ','
        ? `${start + 1},${start + count}`
        : `${start + 1},${count}`;

function plain(h: Hunk): string {
  const gone = h.lines.filter(([k]) => k === '-');
  const come = h.lines.filter(([k]) => k === '+');
  const letter = gone.length === 0 ? 'a' : come.length === 0 ? 'd' : 'c';
  const lines = [
    ...gone.map(([, s]) => `< ${s}`),
    ...(letter === 'c' ? ['---'] : []),
    ...come.map(([, s]) => `> ${s}`),
  ];
  return `${span(h.a, gone.length, ',')}${letter}${span(h.b, come.length, ',')}\n${lines.join('\n')}\n`;
}

function unified(h: Hunk): string {
  const na = h.lines.filter(([k]) => k !== '+').length;
  const nb = h.lines.filter(([k]) => k !== '-').length;
  return `@@ -${na === 0 ? `${h.a},0` : span(h.a, na, '.')} +${nb === 0 ? `${h.b},0` : span(h.b, nb, '.')} @@\n${h.lines.map(([k, s]) => `${k}${s}\n`).join('')}`;
}

/** The old lines and the new ones, each only when something of theirs changed; `!` where lines took others' place. */
function contextual(h: Hunk): string {
  const marked = h.lines.map(([k, s], i): Edit | readonly ['!', string, ' ' | '-' | '+'] => {
    if (k === ' ') return [k, s];
    const run = (step: number): boolean => {
      for (let n = i + step; h.lines[n] && h.lines[n]?.[0] !== ' '; n += step) if (h.lines[n]?.[0] !== k) return true;
      return false;
    };
    return run(1) || run(-1) ? ['!', s, k] : [k, s];
  });
  const side = (own: '-' | '+'): string[] => {
    const rows = marked.filter(([k, , was = k]) => was === ' ' || was === own);
    return rows.some(([k]) => k !== ' ') ? rows.map(([k, s]) => `${k} ${s}\n`) : [];
  };
  const range = (at: number, other: '-' | '+'): string => span(at, h.lines.filter(([k]) => k !== other).length, ',');
  return `***************\n*** ${range(h.a, '+')} ****\n${side('-').join('')}--- ${range(h.b, '-')} ----\n${side('+').join('')}`;
}

/** Both files beside each other, in so many columns. @see diffutils src/side.c: print_1sdiff_line */
function sideBySide(all: readonly Edit[], width: number, common: boolean): string {
  const near = (width >> 1) + 5 + (width & 11 & 1);
  const off = near - (near % 8);
  const half = Math.max(0, Math.min(off - 3, width - off));
  const second = half > 0 ? off : width;
  const row = (left: string | undefined, mark: string, right: string | undefined): string => {
    let [out, col] = clipped(left ?? '', 0, half);
    if (mark !== ' ') {
      const at = (half + second - 1) >> 1;
      out += tabs(col, at) + mark;
      col = at + 1;
    }
    if (right === undefined || (right === '' && mark === ' ')) return `${out}\n`;
    return `${out}${tabs(col, second)}${clipped(right, 0, half)[0]}\n`;
  };
  let out = '';
  for (let i = 0; i < all.length; ) {
    const [kind, text] = all[i] as Edit;
    if (kind === ' ') {
      if (common) out += row(text, ' ', text);
      i++;
      continue;
    }
    const run: Edit[] = [];
    while (all[i] && all[i]?.[0] !== ' ') run.push(all[i++] as Edit);
    const gone = run.filter(([k]) => k === '-');
    const come = run.filter(([k]) => k === '+');
    for (let n = 0; n < Math.max(gone.length, come.length); n++)
      out += row(gone[n]?.[1], !gone[n] ? '>' : !come[n] ? '<' : '|', come[n]?.[1]);
  }
  return out;
}

/** What of a line fits into so many columns, and the column it ends at. */
function clipped(text: string, from: number, most: number): [string, number] {
  let out = '';
  let col = from;
  for (const c of text) {
    const next = c === '\t' ? col + 8 - (col % 8) : col + 1;
    if (next > most) break;
    out += c;
    col = next;
  }
  return [out, col];
}

/** Tabs and blanks from a column to another. */
function tabs(from: number, to: number): string {
  let out = '';
  let at = from;
  for (let tab = at + 8 - (at % 8); tab <= to; tab += 8) {
    out += '\t';
    at = tab;
  }
  return out + ' '.repeat(Math.max(0, to - at));
}

/** One side of a comparison; `st` is undefined for a file that counts as empty (-N) or is standard input. */
interface Side {
  readonly path: string;
  readonly st: Stat | undefined;
  readonly absent: boolean;
}

function sideOf(ctx: Context, path: string): Side | Errno {
  if (path === '-') return { path, st: undefined, absent: false };
  const st = ctx.sys.stat(path);
  if (!isErr(st)) return { path, st, absent: false };
  return st.name === 'ENOENT' && ctx.options.has('new-file') ? { path, st: undefined, absent: true } : st;
}

async function lines(ctx: Context, side: Side): Promise<string[] | undefined> {
  if (side.absent) return [];
  const bytes = side.path === '-' ? await readAll(ctx.sys, 0) : await readWhole(ctx.sys, side.path);
  if (isErr(bytes)) {
    await ctx.fail(`${side.path}: ${bytes.text}`);
    return undefined;
  }
  const text = new TextDecoder().decode(bytes);
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** A file's time, as the heads of unified diffs have it. */
function stamp(ctx: Context, { st, absent }: Side): string {
  const ns = absent ? 0n : st ? changed(ctx.sys, st) : ctx.sys.realtime();
  return `\t${strftime('%Y-%m-%d %H:%M:%S.%N %z', ns)}`;
}

/** The `diff` command. */
export const spec = defineProgram({
  name: 'diff',
  path: '/usr/bin/diff',
  summary: 'Compare FILES line by line',
  synopsis: ['[OPTION]... FILES'],
  version: 'diff (GNU diffutils) 3.12',
  usageExit: 2,
  options: [
    { name: 'brief', short: 'q', help: 'report only when files differ' },
    { name: 'report-identical-files', short: 's', help: 'report when files are the same' },
    { name: 'context', short: 'c', help: 'output 3 lines of copied context' },
    { name: 'context-lines', short: 'C', shortOnly: true, arg: 'required', metavar: 'NUM', help: 'NUM lines of it' },
    { name: 'unified', short: 'u', help: 'output 3 lines of unified context' },
    { name: 'unified-lines', short: 'U', shortOnly: true, arg: 'required', metavar: 'NUM', help: 'NUM lines of it' },
    { name: 'side-by-side', short: 'y', help: 'output in two columns' },
    { name: 'width', short: 'W', arg: 'required', metavar: 'NUM', help: 'at most NUM columns' },
    { name: 'suppress-common-lines', help: 'leave out lines that are the same' },
    { name: 'recursive', short: 'r', help: 'compare directories below too' },
    { name: 'new-file', short: 'N', help: 'a file that is not there is an empty one' },
    { name: 'ignore-all-space', short: 'w', help: 'ignore all white space' },
    { name: 'ignore-case', short: 'i', help: 'ignore case differences' },
  ],
  async run(ctx) {
    const number = wrongNumber(ctx);
    if (number !== undefined) {
      await ctx.err(`diff: invalid ${number}\ndiff: Try 'diff --help' for more information.\n`);
      return 2;
    }
    const [first, second] = ctx.operands;
    if (first === undefined || second === undefined) {
      await ctx.err(
        `diff: missing operand after '${first ?? 'diff'}'\ndiff: Try 'diff --help' for more information.\n`,
      );
      return 2;
    }
    const isDir = (path: string): boolean => {
      const st = ctx.sys.stat(path);
      return path !== '-' && !isErr(st) && st.kind === 'dir';
    };
    const inside = (dir: string, file: string): string =>
      isDir(dir) && !isDir(file) ? join(dir, basename(file)) : dir;
    return compare(ctx, inside(first, second), inside(second, first), false);
  },
});

/** What is wrong with the numbers of the options, if something is. */
function wrongNumber(ctx: Context): string | undefined {
  const wrong = (name: string, least: RegExp): string | undefined => {
    const value = ctx.options.value(name);
    return value === undefined || least.test(value) ? undefined : value;
  };
  const width = wrong('width', /^0*[1-9]\d*$/);
  if (width !== undefined) return `width '${width}'`;
  const lines = wrong('unified-lines', /^\d+$/) ?? wrong('context-lines', /^\d+$/);
  return lines === undefined ? undefined : `context length '${lines}'`;
}

const join = (dir: string, name: string): string => `${dir.replace(/\/$/, '')}/${name}`;

/** Compares two paths. @param found in directories, not named by the user. @returns 0 same, 1 different, 2 trouble */
async function compare(ctx: Context, first: string, second: string, found: boolean): Promise<number> {
  const [a, b] = [sideOf(ctx, first), sideOf(ctx, second)];
  for (const [side, path] of [[a, first] as const, [b, second] as const])
    if (isErr(side)) await ctx.fail(`${path}: ${side.text}`);
  if (isErr(a) || isErr(b)) return 2;
  const [kindA, kindB] = [kind(a) ?? kind(b), kind(b) ?? kind(a)];
  if (kindA === 'directory' && kindB === 'directory') {
    if (!found || ctx.options.has('recursive')) return trees(ctx, a, b);
    await ctx.out(`Common subdirectories: ${first} and ${second}\n`);
    return 0;
  }
  if (kindA === 'directory' || kindB === 'directory') {
    await ctx.out(`File ${first} is a ${kindA} while file ${second} is a ${kindB}\n`);
    return 1;
  }
  return files(ctx, a, b, found);
}

function kind({ st }: Side): string | undefined {
  if (!st) return undefined;
  return st.kind === 'dir' ? 'directory' : `regular ${st.size === 0 ? 'empty ' : ''}file`;
}

/** What two directories hold, by name. */
async function trees(ctx: Context, a: Side, b: Side): Promise<number> {
  const held: Set<string>[] = [];
  for (const { path, absent } of [a, b]) {
    const entries = absent ? [] : ctx.sys.readdir(path);
    if (isErr(entries)) {
      await ctx.fail(`${path}: ${entries.text}`);
      return 2;
    }
    held.push(new Set(entries.map((e) => e.name).filter((n) => n !== '.' && n !== '..')));
  }
  const [inA, inB] = held as [Set<string>, Set<string>];
  let exit = 0;
  for (const name of [...new Set([...inA, ...inB])].sort((x, y) => (x < y ? -1 : 1))) {
    const both = inA.has(name) && inB.has(name);
    if (both || ctx.options.has('new-file'))
      exit = Math.max(exit, await compare(ctx, join(a.path, name), join(b.path, name), true));
    else {
      await ctx.out(`Only in ${inA.has(name) ? a.path : b.path}: ${name}\n`);
      exit = Math.max(exit, 1);
    }
  }
  return exit;
}

async function files(ctx: Context, first: Side, second: Side, found: boolean): Promise<number> {
  const o = ctx.options;
  const a = await lines(ctx, first);
  const b = await lines(ctx, second);
  if (!a || !b) return 2;
  const fold = (s: string): string => {
    const t = o.has('ignore-all-space') ? s.replace(/\s+/g, '') : s;
    return o.has('ignore-case') ? t.toLowerCase() : t;
  };
  const columns = (): string =>
    sideBySide(edits(a, b, fold), Number(o.value('width') ?? 130), !o.has('suppress-common-lines'));
  if (a.length === b.length && a.every((l, i) => fold(l) === fold(b[i] as string))) {
    if (o.has('side-by-side') && !o.has('suppress-common-lines')) await ctx.out(columns());
    if (o.has('report-identical-files')) await ctx.out(`Files ${first.path} and ${second.path} are identical\n`);
    return 0;
  }
  if (o.has('brief')) {
    await ctx.out(`Files ${first.path} and ${second.path} differ\n`);
    return 1;
  }
  if ([...a, ...b].some((l) => l.includes('\0'))) {
    await ctx.out(`Binary files ${first.path} and ${second.path} differ\n`);
    return 1;
  }
  if (found) {
    const given = ctx.args.filter((x) => !ctx.operands.includes(x));
    await ctx.out(`${['diff', ...given, first.path, second.path].join(' ')}\n`);
  }
  if (o.has('side-by-side')) {
    await ctx.out(columns());
    return 1;
  }
  const style = o.last('unified', 'unified-lines', 'context', 'context-lines');
  const around = Number(o.value('unified-lines') ?? o.value('context-lines') ?? 3);
  const parts = hunks(edits(a, b, fold), style === undefined ? 0 : around);
  if (style === undefined) await ctx.out(parts.map(plain).join(''));
  else {
    const [old, now, write] = style.startsWith('u') ? ['---', '+++', unified] : ['***', '---', contextual];
    const head = `${old} ${first.path}${stamp(ctx, first)}\n${now} ${second.path}${stamp(ctx, second)}\n`;
    await ctx.out(head + parts.map(write).join(''));
  }
  return 1;
}
