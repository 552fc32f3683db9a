/** tr: characters for characters. */
import { ESCAPES } from '../../../base/escapes.ts';
import { text as decode } from '../../../base/http.ts';
import { isErr } from '../../kernel/errno.ts';
import { defineProgram } from '../spec.ts';

/** The `tr` command. */
export const spec = defineProgram({
  name: 'tr',
  path: '/usr/bin/tr',
  summary: 'Translate, squeeze or delete characters of standard input',
  synopsis: ['[OPTION]... STRING1 [STRING2]'],
  version: 'tr (GNU coreutils) 9.7',
  order: 'posix',
  options: [
    { name: 'complement', short: 'c', also: 'C', help: 'all characters that STRING1 does not hold' },
    { name: 'delete', short: 'd', help: 'delete them' },
    { name: 'squeeze-repeats', short: 's', help: 'one of several that follow each other' },
    { name: 'truncate-set1', short: 't', help: 'cut STRING1 to the length of STRING2' },
  ],
  async run(ctx) {
    const o = ctx.options;
    const [first, second] = ctx.operands;
    const wants = o.has('delete') && !o.has('squeeze-repeats') ? 1 : o.has('squeeze-repeats') ? 1 : 2;
    if (first === undefined || (wants === 2 && second === undefined)) {
      await ctx.fail(first === undefined ? 'missing operand' : `missing operand after '${first}'`);
      if (first !== undefined) await ctx.err('Two strings must be given when translating.\n');
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    let set1 = expand(first);
    const set2 = second === undefined ? [] : expand(second);
    if (o.has('truncate-set1')) set1 = set1.slice(0, set2.length);
    const has1 = new Set(set1);
    const in1 = (c: string): boolean => has1.has(c) !== o.has('complement');
    const map = new Map(set1.map((c, i) => [c, set2[i] ?? set2.at(-1) ?? c]));
    const translate = !o.has('delete') && set2.length > 0;
    const squeezed = new Set(set2.length > 0 ? set2 : set1);
    const squeeze = (c: string): boolean =>
      o.has('squeeze-repeats') && (set2.length === 0 && o.has('complement') ? in1(c) : squeezed.has(c));
    const change = (c: string): string => {
      if (!translate || !in1(c)) return c;
      return o.has('complement') ? (set2.at(-1) as string) : (map.get(c) as string);
    };
    let last = '';
    for (;;) {
      const part = await ctx.sys.read(0);
      if (isErr(part) || part.length === 0) return 0;
      let out = '';
      for (const c of decode(part)) {
        if (o.has('delete') && in1(c)) continue;
        const to = change(c);
        if (to === last && squeeze(to)) continue;
        out += to;
        last = to;
      }
      await ctx.out(out);
    }
  },
});

const CLASS: Readonly<Record<string, (c: number) => boolean>> = {
  lower: (c) => c >= 97 && c <= 122,
  upper: (c) => c >= 65 && c <= 90,
  digit: (c) => c >= 48 && c <= 57,
  alpha: (c) => (c | 32) >= 97 && (c | 32) <= 122,
  alnum: (c) => ((c | 32) >= 97 && (c | 32) <= 122) || (c >= 48 && c <= 57),
  space: (c) => c === 32 || (c >= 9 && c <= 13),
  blank: (c) => c === 32 || c === 9,
  punct: (c) => c > 32 && c < 127 && !((c | 32) >= 97 && (c | 32) <= 122) && !(c >= 48 && c <= 57),
  print: (c) => c >= 32 && c < 127,
  graph: (c) => c > 32 && c < 127,
  cntrl: (c) => c < 32 || c === 127,
  xdigit: (c) => (c >= 48 && c <= 57) || ((c | 32) >= 97 && (c | 32) <= 102),
};

/** Ranges, classes and escapes of a set, as its characters in order. */
function expand(set: string): string[] {
  const out: string[] = [];
  const chars = [...set];
  for (let i = 0; i < chars.length; i++) {
    const c = chars[i] as string;
    if (c === '[' && chars[i + 1] === ':') {
      const close = chars.indexOf(']', i + 2);
      const test = CLASS[chars.slice(i + 2, close - 1).join('')];
      if (close > 0 && test) {
        for (let k = 0; k < 128; k++) if (test(k)) out.push(String.fromCharCode(k));
        i = close;
        continue;
      }
    }
    let one = c;
    if (c === '\\' && i + 1 < chars.length) {
      const octal = /^[0-7]{1,3}/.exec(chars.slice(i + 1, i + 4).join(''))?.[0];
      one = octal
        ? String.fromCharCode(Number.parseInt(octal, 8))
        : (ESCAPES[chars[i + 1] as string] ?? (chars[i + 1] as string));
      i += octal ? octal.length : 1;
    }
    if (chars[i + 1] === '-' && i + 2 < chars.length) {
      const to = (chars[i + 2] as string).codePointAt(0) as number;
      for (let k = one.codePointAt(0) as number; k <= to; k++) out.push(String.fromCodePoint(k));
      i += 2;
    } else out.push(one);
  }
  return out;
}
