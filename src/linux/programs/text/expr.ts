/** expr: evaluates its words. @see coreutils src/expr.c */
import { type Context, defineProgram } from '../spec.ts';
import { translate } from './regex.ts';

/** What cannot be evaluated. */
class Bad extends Error {}

const isNumber = (s: string): boolean => /^-?\d+$/.test(s);
const truth = (s: string): boolean => s !== '' && !/^-?0+$/.test(s);

function number(s: string): bigint {
  if (!isNumber(s)) throw new Bad('non-integer argument');
  return BigInt(s);
}

type Operator = (a: string, b: string) => string;
const compare =
  (fits: (order: number) => boolean): Operator =>
  (a, b) => {
    const order = isNumber(a) && isNumber(b) ? Number(BigInt(a) - BigInt(b)) : a < b ? -1 : a > b ? 1 : 0;
    return fits(order) ? '1' : '0';
  };

function divide(a: string, b: string, use: (x: bigint, y: bigint) => bigint): string {
  const y = number(b);
  if (y === 0n) throw new Bad('division by zero');
  return String(use(number(a), y));
}

/** A pattern is anchored at the beginning; it gives its first group, or how many characters fit. */
function match(text: string, pattern: string): string {
  const found = new RegExp(`^(?:${translate(pattern, false)})`).exec(text);
  const groups = pattern.includes('\\(');
  return groups ? (found?.[1] ?? '') : String(found ? [...found[0]].length : 0);
}

/** By precedence, weakest first. */
const LEVELS: readonly Readonly<Record<string, Operator>>[] = [
  { '|': (a, b) => (truth(a) ? a : truth(b) ? b : '0') },
  { '&': (a, b) => (truth(a) && truth(b) ? a : '0') },
  {
    '<': compare((o) => o < 0),
    '<=': compare((o) => o <= 0),
    '=': compare((o) => o === 0),
    '==': compare((o) => o === 0),
    '!=': compare((o) => o !== 0),
    '>=': compare((o) => o >= 0),
    '>': compare((o) => o > 0),
  },
  { '+': (a, b) => String(number(a) + number(b)), '-': (a, b) => String(number(a) - number(b)) },
  {
    '*': (a, b) => String(number(a) * number(b)),
    '/': (a, b) => divide(a, b, (x, y) => x / y),
    '%': (a, b) => divide(a, b, (x, y) => x % y),
  },
  { ':': match },
];

class Expression {
  #at = 0;
  constructor(readonly words: readonly string[]) {}

  whole(): string {
    const value = this.#level(0);
    if (this.#at < this.words.length) throw new Bad(`syntax error: unexpected argument ‘${this.words[this.#at]}’`);
    return value;
  }

  #level(n: number): string {
    const operators = LEVELS[n];
    if (!operators) return this.#primary();
    let left = this.#level(n + 1);
    for (;;) {
      const use = operators[this.words[this.#at] ?? ''];
      if (!use) return left;
      this.#at++;
      left = use(left, this.#level(n + 1));
    }
  }

  #take(): string {
    const word = this.words[this.#at++];
    if (word === undefined) throw new Bad(`syntax error: missing argument after ‘${this.words.at(-1)}’`);
    return word;
  }

  #primary(): string {
    const word = this.#take();
    switch (word) {
      case '(': {
        const value = this.#level(0);
        if (this.words[this.#at++] !== ')') throw new Bad(`syntax error: expecting ')' after ‘${this.words.at(-1)}’`);
        return value;
      }
      case 'length':
        return String([...this.#primary()].length);
      case 'index': {
        const [text, chars] = [this.#primary(), this.#primary()];
        return String([...text].findIndex((c) => chars.includes(c)) + 1);
      }
      case 'substr': {
        const [text, from, count] = [this.#primary(), Number(this.#primary()), Number(this.#primary())];
        return from > 0 && count > 0 ? [...text].slice(from - 1, from - 1 + count).join('') : '';
      }
      case 'match':
        return match(this.#primary(), this.#primary());
      default:
        return word;
    }
  }
}

async function run(ctx: Context): Promise<number> {
  if (ctx.args.length === 0) {
    await ctx.err("expr: missing operand\nTry 'expr --help' for more information.\n");
    return 2;
  }
  try {
    const value = new Expression(ctx.args[0] === '--' ? ctx.args.slice(1) : ctx.args).whole();
    await ctx.out(`${value}\n`);
    return truth(value) ? 0 : 1;
  } catch (e) {
    if (!(e instanceof Bad)) throw e;
    return ctx.fail(e.message, 2);
  }
}

export const spec = defineProgram({
  name: 'expr',
  path: '/usr/bin/expr',
  summary: 'Print the value of EXPRESSION',
  synopsis: ['EXPRESSION'],
  order: 'own',
  options: [],
  run,
});
