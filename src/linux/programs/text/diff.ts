/** diff: lines that differ between two files, plain or unified. @see diffutils src/diff.c, context.c, normal.c */
import { civil, two } from '../../../base/civil.ts';
import { isErr } from '../../kernel/errno.ts';
import { type Context, defineProgram } from '../spec.ts';
import { readAll, readWhole } from '../stdio.ts';

/** Kept (` `), removed (`-`), added (`+`). */
type Edit = readonly [' ' | '-' | '+', string];

/** By the longest common subsequence. */
function edits(a: readonly string[], b: readonly string[]): Edit[] {
  const w = b.length + 1;
  const table = new Uint32Array((a.length + 1) * w);
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      table[i * w + j] =
        a[i] === b[j]
          ? (table[(i + 1) * w + j + 1] as number) + 1
          : Math.max(table[(i + 1) * w + j] as number, table[i * w + j + 1] as number);
  const out: Edit[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
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

async function lines(ctx: Context, file: string): Promise<string[] | undefined> {
  const bytes = file === '-' ? await readAll(ctx.sys, 0) : await readWhole(ctx.sys, file);
  if (isErr(bytes)) {
    await ctx.fail(`${file}: ${bytes.text}`);
    return undefined;
  }
  const text = new TextDecoder().decode(bytes);
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

/** A file's time, as the heads of unified diffs have it. */
function stamp(ctx: Context, file: string): string {
  const st = ctx.sys.stat(file);
  const c = civil(ctx.sys.realtime() - BigInt(Math.round(isErr(st) ? 0 : ctx.sys.now() - st.mtime)));
  return `\t${c.year}-${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)}:${two(c.second)}.${String(c.nanos).padStart(9, '0')} +0000`;
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
    { name: 'unified', short: 'u', help: 'output 3 lines of unified context' },
    { name: 'ignore-all-space', short: 'w', help: 'ignore all white space' },
    { name: 'ignore-case', short: 'i', help: 'ignore case differences' },
  ],
  async run(ctx) {
    const [first, second] = ctx.operands;
    const o = ctx.options;
    if (first === undefined || second === undefined) {
      await ctx.err(
        `diff: missing operand after '${first ?? 'diff'}'\ndiff: Try 'diff --help' for more information.\n`,
      );
      return 2;
    }
    const a = await lines(ctx, first);
    const b = await lines(ctx, second);
    if (!a || !b) return 2;
    const fold = (s: string): string => {
      const t = o.has('ignore-all-space') ? s.replace(/\s+/g, '') : s;
      return o.has('ignore-case') ? t.toLowerCase() : t;
    };
    const same = a.length === b.length && a.every((l, i) => fold(l) === fold(b[i] as string));
    if (same) return 0;
    if (o.has('brief')) await ctx.out(`Files ${first} and ${second} differ\n`);
    else if (o.has('unified'))
      await ctx.out(
        `--- ${first}${stamp(ctx, first)}\n+++ ${second}${stamp(ctx, second)}\n${hunks(edits(a, b), 3).map(unified).join('')}`,
      );
    else await ctx.out(hunks(edits(a, b), 0).map(plain).join(''));
    return 1;
  },
});
