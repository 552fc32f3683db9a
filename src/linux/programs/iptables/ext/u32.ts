/** The module u32: a small language of offsets, masks, shifts and values. @see iptables extensions/libxt_u32.c */
import type { U32Match, U32Test } from '../../../kernel/nfmatch.ts';
import { UsageError } from '../values.ts';
import { extension, hex, must } from './spec.ts';

type Step = U32Test['steps'][number];

const OPERATORS = ['&', '<<', '>>', '@', '='] as const;

/** Reads a program word by word; errors tell the place. */
class Reader {
  #at = 0;

  constructor(readonly text: string) {}

  #skip(): void {
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at++;
  }

  get done(): boolean {
    this.#skip();
    return this.#at >= this.text.length;
  }

  get at(): number {
    return this.#at;
  }

  number(): number {
    this.#skip();
    const m = /^(0[xX][0-9a-fA-F]+|\d+)/.exec(this.text.slice(this.#at));
    const n = m ? (/^0\d/.test(m[0]) ? Number.parseInt(m[0], 8) : Number(m[0])) : Number.NaN;
    if (!(n < 2 ** 32)) throw new UsageError(`u32: at char ${this.#at}: not a number or out of range`);
    this.#at += m?.[0].length ?? 0;
    return n;
  }

  /** One of some words, when it comes next. */
  maybe<W extends string>(words: readonly W[]): W | undefined {
    this.#skip();
    const found = words.find((w) => this.text.startsWith(w, this.#at));
    this.#at += found?.length ?? 0;
    return found;
  }
}

function location(r: Reader): Pick<U32Test, 'offset' | 'steps'> {
  if (r.done) throw new UsageError('u32: abrupt end of input after location specifier');
  const offset = r.number();
  const steps: Step[] = [];
  for (;;) {
    if (r.done) throw new UsageError('u32: abrupt end of input after location specifier');
    const op = r.maybe(OPERATORS);
    if (op === '=') return { offset, steps };
    if (op === undefined) throw new UsageError(`u32: at char ${r.at}: operator expected`);
    if (steps.length === 10) throw new UsageError(`u32: at char ${r.at}: too many operators`);
    steps.push([op, r.number()]);
  }
}

function values(r: Reader): U32Test['values'] {
  const out: { from: number; to: number }[] = [];
  do {
    if (out.length === 10) throw new UsageError(`u32: at char ${r.at}: too many values`);
    const from = r.number();
    out.push({ from, to: r.maybe([':']) ? r.number() : from });
  } while (r.maybe([',']));
  return out;
}

function program(text: string): U32Test[] {
  const r = new Reader(text);
  const tests: U32Test[] = [];
  for (;;) {
    tests.push({ ...location(r), values: values(r) });
    if (r.done) return tests;
    if (!r.maybe(['&&'])) throw new UsageError(`u32: at char ${r.at}: && expected`);
    if (tests.length === 10) throw new UsageError(`u32: at char ${r.at}: too many "&&"s`);
  }
}

const testText = (t: U32Test): string =>
  `${hex(t.offset)}${t.steps.map(([op, n]) => `${op}${hex(n)}`).join('')}=` +
  t.values.map((v) => (v.from === v.to ? hex(v.from) : `${hex(v.from)}:${hex(v.to)}`)).join(',');
const text = (m: U32Match): string => `"${m.tests.map(testText).join('&&')}"`;

export const u32 = extension<U32Match>({
  module: 'u32',
  options: {
    u32: (d, w) => {
      d.tests = program(w.take());
      d.not = w.not;
    },
  },
  check(d) {
    if (!d.tests) must('u32', 'u32');
  },
  save: (m) => `${m.not ? ' !' : ''} --u32 ${text(m)}`,
  list: (m) => `u32 ${m.not ? '! ' : ''}${text(m)}`,
});
