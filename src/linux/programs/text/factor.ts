/** factor: prime factors of numbers. @see coreutils src/factor.c */
import { defineProgram } from '../spec.ts';
import { LineReader } from '../stdio.ts';

function factors(n: bigint): bigint[] {
  const out: bigint[] = [];
  let rest = n;
  for (let p = 2n; p * p <= rest; p += p === 2n ? 1n : 2n)
    while (rest % p === 0n) {
      out.push(p);
      rest /= p;
    }
  if (rest > 1n) out.push(rest);
  return out;
}

export const spec = defineProgram({
  name: 'factor',
  path: '/usr/bin/factor',
  summary: 'Print the prime factors of each NUMBER',
  synopsis: ['[NUMBER]...'],
  options: [],
  async run(ctx) {
    const words = [...ctx.operands];
    if (words.length === 0) {
      const lines = new LineReader(ctx.sys, 0);
      for (let l = await lines.next(); l; l = await lines.next()) words.push(...l.text.split(/\s+/).filter((w) => w));
    }
    let code = 0;
    for (const w of words)
      if (/^\+?\d+$/.test(w))
        await ctx.out(
          `${BigInt(w)}:${factors(BigInt(w))
            .map((f) => ` ${f}`)
            .join('')}\n`,
        );
      else code = await ctx.fail(`‘${w}’ is not a valid positive integer`);
    return code;
  },
});
