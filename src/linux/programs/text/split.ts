/** split: pieces of a file, as files of their own. @see coreutils src/split.c */
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';
import { allBytes, eachInput, parseSize } from './input.ts';

/** Where pieces of so many lines, or so many bytes, end. */
function pieces(bytes: Uint8Array, count: number, lines: boolean): Uint8Array[] {
  const out: Uint8Array[] = [];
  for (let from = 0; from < bytes.length; ) {
    let to = from + count;
    if (lines) {
      to = from;
      for (let n = 0; n < count && to < bytes.length; n++) {
        const end = bytes.indexOf(10, to);
        to = end < 0 ? bytes.length : end + 1;
      }
    }
    out.push(bytes.subarray(from, to));
    from = to;
  }
  return out;
}

/** `aa`, `ab`, … or `00`, `01`, …; undefined when so many letters do not suffice. */
function suffix(n: number, length: number, digits: string): string | undefined {
  let rest = n;
  let s = '';
  for (let i = 0; i < length; i++) {
    s = digits[rest % digits.length] + s;
    rest = Math.floor(rest / digits.length);
  }
  return rest > 0 ? undefined : s;
}

/** The `split` command. */
export const spec = defineProgram({
  name: 'split',
  path: '/usr/bin/split',
  summary: 'Write pieces of FILE to PREFIXaa, PREFIXab, ...; 1000 lines each, PREFIX x',
  synopsis: ['[OPTION]... [FILE [PREFIX]]'],
  version: 'split (GNU coreutils) 9.7',
  options: [
    { name: 'suffix-length', short: 'a', arg: 'required', metavar: 'N', help: 'suffixes of N characters, not 2' },
    { name: 'additional-suffix', arg: 'required', metavar: 'SUFFIX', help: 'end names with SUFFIX' },
    { name: 'bytes', short: 'b', arg: 'required', metavar: 'SIZE', help: 'SIZE bytes each' },
    { name: 'digits', short: 'd', shortOnly: true, help: 'numbers as suffixes' },
    { name: 'lines', short: 'l', arg: 'required', metavar: 'NUMBER', help: 'NUMBER lines each' },
    { name: 'verbose', help: 'tell each file before it is written' },
  ],
  async run(ctx) {
    const o = ctx.options;
    const [file = '-', prefix = 'x'] = ctx.operands;
    const lines = !o.has('bytes');
    const given = o.value(lines ? 'lines' : 'bytes') ?? '1000';
    const count = parseSize(given);
    if (!count) return ctx.fail(`invalid number of ${lines ? 'lines' : 'bytes'}: '${given}'`);
    const digits = o.has('digits') ? '0123456789' : 'abcdefghijklmnopqrstuvwxyz';
    let exit = 0;
    const unread = await eachInput(ctx, [file], async (input) => {
      for (const [n, bytes] of pieces(await allBytes(ctx, input), count, lines).entries()) {
        const end = suffix(n, Number(o.value('suffix-length') ?? 2), digits);
        if (end === undefined) exit = await ctx.fail('output file suffixes exhausted');
        if (end === undefined) return true;
        const path = prefix + end + (o.value('additional-suffix') ?? '');
        if (o.has('verbose')) await ctx.out(`creating file '${path}'\n`);
        const made = ctx.sys.writeFile(path, bytes);
        if (isErr(made)) exit = await ctx.fail(`${path}: ${made.text}`);
        if (isErr(made)) return true;
      }
      return false;
    });
    return exit || unread;
  },
});
