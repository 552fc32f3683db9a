/** seq: numbers in steps. */
import { defineProgram } from '../spec.ts';
import { Output } from './input.ts';

/** The `seq` command. */
export const spec = defineProgram({
  name: 'seq',
  path: '/usr/bin/seq',
  summary: 'Write numbers from FIRST to LAST in steps of INCREMENT',
  synopsis: ['[OPTION]... LAST', '[OPTION]... FIRST LAST', '[OPTION]... FIRST INCREMENT LAST'],
  version: 'seq (GNU coreutils) 9.7',
  order: 'posix',
  rewrite: (args) => (args.some((a) => /^-[\d.]/.test(a)) ? protectNumbers(args) : args),
  options: [
    { name: 'format', short: 'f', arg: 'required', metavar: 'FORMAT', help: 'a printf format such as %03g' },
    { name: 'separator', short: 's', arg: 'required', metavar: 'STRING', help: 'what parts the numbers' },
    { name: 'equal-width', short: 'w', help: 'pad with leading zeros to one width' },
  ],
  async run(ctx) {
    const n = ctx.operands.map(Number);
    const wrong = ctx.operands.find((_, i) => Number.isNaN(n[i] as number));
    if (n.length === 0 || n.length > 3 || wrong !== undefined) {
      await ctx.fail(
        wrong !== undefined
          ? `invalid floating point argument: '${wrong}'`
          : n.length === 0
            ? 'missing operand'
            : `extra operand '${ctx.operands[3]}'`,
      );
      await ctx.err(`Try '${ctx.name} --help' for more information.\n`);
      return 1;
    }
    const [first, step, last] =
      n.length === 1
        ? [1, 1, n[0] as number]
        : n.length === 2
          ? [n[0] as number, 1, n[1] as number]
          : (n as [number, number, number]);
    if (step === 0) return ctx.fail(`invalid Zero increment value: '${ctx.operands[1]}'`);
    const decimals = Math.max(
      ...ctx.operands
        .slice(0, -1)
        .concat(n.length === 1 ? ['1'] : [])
        .map((s) => (s.split('.')[1] ?? '').length),
      0,
    );
    const width = ctx.options.has('equal-width')
      ? Math.max(first.toFixed(decimals).length, last.toFixed(decimals).length)
      : 0;
    const show = (x: number): string => {
      const s = x.toFixed(decimals);
      return s.startsWith('-') ? `-${s.slice(1).padStart(width - 1, '0')}` : s.padStart(width, '0');
    };
    const format = ctx.options.value('format');
    const separator = ctx.options.value('separator') ?? '\n';
    const out = new Output(ctx);
    const count = Math.floor((last - first) / step + 1e-9);
    for (let i = 0; i <= count; i++) {
      const text = format === undefined ? show(first + i * step) : withFormat(format, first + i * step);
      await out.put((i === 0 ? '' : separator) + text);
      if (i % 4096 === 4095) await ctx.sys.cpu(50_000);
    }
    if (count >= 0) await out.put('\n');
    await out.flush();
    return 0;
  },
});

/** Negative numbers are operands: everything from the first on is one. */
function protectNumbers(args: readonly string[]): readonly string[] {
  const at = args.findIndex((a) => !a.startsWith('-') || /^-[\d.]/.test(a));
  return at >= 0 && args[at]?.startsWith('-') ? [...args.slice(0, at), '--', ...args.slice(at)] : args;
}

/** `%[0][width][.precision](g|f|e)` with text around it. */
function withFormat(format: string, x: number): string {
  return format.replace(
    /%(0?)(\d*)(?:\.(\d+))?([gfe])/,
    (_, zero: string, width: string, precision: string | undefined, kind: string) => {
      const p = precision === undefined ? 6 : Number(precision);
      const s = kind === 'f' ? x.toFixed(p) : kind === 'e' ? x.toExponential(p) : String(Number(x.toPrecision(p || 1)));
      return s.padStart(Number(width || 0), zero ? '0' : ' ');
    },
  );
}
