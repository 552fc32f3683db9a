/** cat: files one after the other to standard output. */
import { text as decode } from '../../../base/http.ts';
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { eachInput, eachLine } from './input.ts';

/** The `cat` command. */
export const spec = defineProgram({
  name: 'cat',
  path: '/usr/bin/cat',
  summary: 'Write files, or standard input, to standard output',
  synopsis: ['[OPTION]... [FILE]...'],
  version: 'cat (GNU coreutils) 9.7',
  options: [
    { name: 'show-all', short: 'A', help: 'same as -vET' },
    { name: 'number-nonblank', short: 'b', help: 'number lines that are not empty' },
    { name: 'vE', short: 'e', shortOnly: true, help: 'same as -vE' },
    { name: 'show-ends', short: 'E', help: 'show $ at the end of each line' },
    { name: 'number', short: 'n', help: 'number all lines' },
    { name: 'squeeze-blank', short: 's', help: 'show one of several empty lines' },
    { name: 'vT', short: 't', shortOnly: true, help: 'same as -vT' },
    { name: 'show-tabs', short: 'T', help: 'show tabs as ^I' },
    { name: 'u', short: 'u', shortOnly: true, help: 'ignored' },
    { name: 'show-nonprinting', short: 'v', help: 'show control characters as ^X' },
  ],
  async run(ctx) {
    const o = ctx.options;
    const ends = o.has('show-ends') || o.has('show-all') || o.has('vE');
    const tabs = o.has('show-tabs') || o.has('show-all') || o.has('vT');
    const control = o.has('show-nonprinting') || o.has('show-all') || o.has('vE') || o.has('vT');
    const number = o.has('number') && !o.has('number-nonblank');
    if (o.list.every((x) => x.name === 'u')) {
      return eachInput(ctx, ctx.operands, async ({ fd }) => {
        for (;;) {
          const part = await ctx.sys.read(fd);
          if (isErr(part) || part.length === 0) return false;
          await ctx.sys.write(1, part);
        }
      });
    }
    let count = 0;
    let blanks = 0;
    return eachLine(ctx, ctx.operands, async (line, newline) => {
      blanks = line === '' ? blanks + 1 : 0;
      if (o.has('squeeze-blank') && blanks > 1) return undefined;
      const numbered = number || (o.has('number-nonblank') && line !== '');
      let shown = control ? nonPrinting(line) : line;
      if (tabs) shown = shown.replaceAll('\t', '^I');
      await ctx.out(
        (numbered ? `${String(++count).padStart(6)}\t` : '') + shown + (newline ? (ends ? '$\n' : '\n') : ''),
      );
      return undefined;
    });
  },
});

/** Control characters as ^X, bytes above 127 as M-…; tabs stay. */
function nonPrinting(line: string): string {
  let out = '';
  for (const byte of new TextEncoder().encode(line)) {
    const low = byte & 127;
    const shown =
      low === 127 ? '^?' : low < 32 && byte !== 9 ? `^${String.fromCharCode(low + 64)}` : decode(Uint8Array.of(low));
    out += byte > 127 ? `M-${shown}` : shown;
  }
  return out;
}
