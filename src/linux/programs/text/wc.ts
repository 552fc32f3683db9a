/** wc: lines, words, characters and bytes. */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { allBytes, eachInput } from './input.ts';

const COLUMNS = ['lines', 'words', 'chars', 'bytes', 'max-line-length'] as const;
type Counts = Record<(typeof COLUMNS)[number], number>;

/** The `wc` command. */
export const spec = defineProgram({
  name: 'wc',
  path: '/usr/bin/wc',
  summary: 'Count lines, words and bytes of each file',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'wc (GNU coreutils) 9.7',
  options: [
    { name: 'bytes', short: 'c', help: 'count bytes' },
    { name: 'chars', short: 'm', help: 'count characters' },
    { name: 'lines', short: 'l', help: 'count newlines' },
    { name: 'max-line-length', short: 'L', help: 'the longest line' },
    { name: 'words', short: 'w', help: 'count words' },
  ],
  async run(ctx) {
    const asked = COLUMNS.filter((c) => ctx.options.has(c));
    const columns = asked.length > 0 ? asked : (['lines', 'words', 'bytes'] as const);
    const rows: { counts: Counts; name: string }[] = [];
    const exit = await eachInput(ctx, ctx.operands, async (input) => {
      rows.push({ counts: count(await allBytes(ctx, input)), name: ctx.operands.length === 0 ? '' : input.name });
      return false;
    });
    if (ctx.operands.length > 1) rows.push({ counts: total(rows.map((r) => r.counts)), name: 'total' });
    const plain = ctx.operands.length > 0 && ctx.operands.every((f) => isRegular(f));
    const widest = Math.max(
      1,
      ...rows.flatMap((r) => (plain ? [r.counts.bytes] : columns.map((c) => r.counts[c]))).map((n) => String(n).length),
    );
    const width = columns.length === 1 && rows.length === 1 ? 1 : plain ? widest : Math.max(7, widest);
    for (const { counts, name } of rows)
      await ctx.out(`${columns.map((c) => String(counts[c]).padStart(width)).join(' ')}${name && ` ${name}`}\n`);
    return exit;

    function isRegular(file: string): boolean {
      const st = ctx.sys.stat(file);
      return !isErr(st) && st.kind === 'file';
    }
  },
});

function count(bytes: Uint8Array): Counts {
  let lines = 0;
  let words = 0;
  let chars = 0;
  let longest = 0;
  let lineStart = 0;
  let inWord = false;
  for (const b of bytes) {
    if ((b & 0xc0) !== 0x80) chars++;
    const space = b === 32 || (b >= 9 && b <= 13);
    if (!space && !inWord) words++;
    inWord = !space;
    if (b !== 10) continue;
    lines++;
    longest = Math.max(longest, chars - 1 - lineStart);
    lineStart = chars;
  }
  longest = Math.max(longest, chars - lineStart);
  return { lines, words, chars, bytes: bytes.length, 'max-line-length': longest };
}

function total(all: readonly Counts[]): Counts {
  const sum = (c: keyof Counts): number => all.reduce((n, x) => n + x[c], 0);
  return {
    lines: sum('lines'),
    words: sum('words'),
    chars: sum('chars'),
    bytes: sum('bytes'),
    'max-line-length': Math.max(0, ...all.map((x) => x['max-line-length'])),
  };
}
