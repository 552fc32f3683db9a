/** cut: chosen fields, characters or bytes of each line. */
import { defineProgram } from '../spec.ts';
import { eachLine } from './input.ts';

/** Inclusive, counted from 1. */
type Range = readonly [number, number];

/** The `cut` command. */
export const spec = defineProgram({
  name: 'cut',
  path: '/usr/bin/cut',
  summary: 'Write chosen parts of each line',
  synopsis: ['OPTION... [FILE]...'],
  version: 'cut (GNU coreutils) 9.7',
  options: [
    { name: 'bytes', short: 'b', arg: 'required', metavar: 'LIST', help: 'these bytes' },
    { name: 'characters', short: 'c', arg: 'required', metavar: 'LIST', help: 'these characters' },
    { name: 'complement', help: 'all but what is chosen' },
    { name: 'delimiter', short: 'd', arg: 'required', metavar: 'DELIM', help: 'what parts fields, instead of TAB' },
    { name: 'fields', short: 'f', arg: 'required', metavar: 'LIST', help: 'these fields' },
    { name: 'only-delimited', short: 's', help: 'no lines without a delimiter' },
    { name: 'output-delimiter', arg: 'required', metavar: 'STRING', help: 'what parts the fields written' },
  ],
  async run(ctx) {
    const o = ctx.options;
    const tryHelp = `Try '${ctx.name} --help' for more information.\n`;
    const usage = async (message: string): Promise<number> => {
      await ctx.fail(message);
      await ctx.err(tryHelp);
      return 1;
    };
    const mode = o.last('bytes', 'characters', 'fields');
    if (!mode) return usage('you must specify a list of bytes, characters, or fields');
    const ranges = parseList(o.value(mode) as string);
    if (typeof ranges === 'string')
      return usage(mode === 'fields' ? ranges : ranges.replace('fields are', 'byte/character positions are'));
    const delimiter = o.value('delimiter') ?? '\t';
    if ([...delimiter].length > 1) return usage('the delimiter must be a single character');
    const chosen = (i: number): boolean => ranges.some(([a, b]) => i >= a && i <= b) !== o.has('complement');
    return eachLine(ctx, ctx.operands, async (line) => {
      const parts = mode === 'fields' ? line.split(delimiter || '\0') : [...line];
      if (mode === 'fields' && parts.length === 1) {
        if (!o.has('only-delimited')) await ctx.out(`${line}\n`);
        return undefined;
      }
      const glue = o.value('output-delimiter') ?? (mode === 'fields' ? delimiter : '');
      await ctx.out(`${parts.filter((_, i) => chosen(i + 1)).join(glue)}\n`);
      return undefined;
    });
  },
});

/** `1,3-5,7-` @returns the message when it is wrong */
function parseList(list: string): Range[] | string {
  const ranges: Range[] = [];
  for (const part of list.split(/[, ]/)) {
    const dash = part.indexOf('-');
    const from = dash < 0 ? part : part.slice(0, dash);
    const to = dash < 0 ? part : part.slice(dash + 1);
    if (part === '-') return 'invalid range with no endpoint: -';
    const a = from === '' ? 1 : Number(from);
    const b = to === '' ? Number.POSITIVE_INFINITY : Number(to);
    if (Number.isNaN(a) || Number.isNaN(b) || part === '') return `invalid field value '${part}'`;
    if (a === 0 || b === 0) return 'fields are numbered from 1';
    if (b < a) return 'invalid decreasing range';
    ranges.push([a, b]);
  }
  return ranges;
}
