/** test and `[`. @see POSIX.1-2024 test; bash test.c: posixtest */
import { COMPARE, fileCompare, unaryTest } from '../execute/condition.ts';
import type { Shell } from '../shell.ts';
import type { Builtin } from './builtin.ts';

const UNARY = /^-[a-hknoprstuvwxzGLNORS]$/;
const BINARY = new Set(['=', '==', '!=', '<', '>', '-nt', '-ot', '-ef', ...Object.keys(COMPARE)]);

/** A wrong expression, in the words of each shell. */
class Wrong extends Error {
  constructor(
    message: string,
    readonly dash = message,
    readonly ash = message,
  ) {
    super(message);
  }
}

class Test {
  #at = 0;
  constructor(
    private readonly sh: Shell,
    private readonly args: readonly string[],
  ) {}

  run(): boolean {
    const n = this.args.length;
    const [a, b, c, d] = this.args as [string, string, string, string];
    if (n === 0) return false;
    if (n === 1) return a !== '';
    if (n === 2) return this.#two(a, b);
    if (n === 3) {
      if (BINARY.has(b)) return this.#binary(a, b, c);
      if (b === '-a') return a !== '' && c !== '';
      if (b === '-o') return a !== '' || c !== '';
      if (a === '!') return !this.#two(b, c);
      if (a === '(' && c === ')') return b !== '';
      throw new Wrong(`${b}: binary operator expected`, `${a}: unexpected operator`, `${b}: unknown operand`);
    }
    if (n === 4) {
      if (a === '!') return !new Test(this.sh, this.args.slice(1)).run();
      if (a === '(' && d === ')') return this.#two(b, c);
    }
    const value = this.#or();
    if (this.#at < n)
      throw new Wrong(
        'too many arguments',
        `${this.args[0]}: unexpected operator`,
        `${this.args[this.#at]}: unknown operand`,
      );
    return value;
  }

  #two(a: string, b: string): boolean {
    if (a === '!') return b === '';
    if (UNARY.test(a)) return this.#unary(a, b);
    if (BINARY.has(b))
      throw new Wrong(`${a}: unary operator expected`, `${b}: argument expected`, `${b}: argument expected`);
    throw new Wrong(`${a}: unary operator expected`, `${a}: unexpected operator`, `${b}: unknown operand`);
  }

  #unary(op: string, operand: string): boolean {
    if (op === '-t' && !/^\d+$/.test(operand)) throw new Wrong(`${operand}: integer expected`);
    return unaryTest(this.sh, op, operand);
  }

  #binary(a: string, op: string, b: string): boolean {
    if (op === '=' || op === '==') return a === b;
    if (op === '!=') return a !== b;
    if (op === '<') return a < b;
    if (op === '>') return a > b;
    const compare = COMPARE[op];
    if (compare) return compare(number(a), number(b));
    return fileCompare(this.sh, op, a, b);
  }

  #or(): boolean {
    let value = this.#and();
    while (this.args[this.#at] === '-o') {
      this.#at++;
      const right = this.#and();
      value = value || right;
    }
    return value;
  }

  #and(): boolean {
    let value = this.#primary();
    while (this.args[this.#at] === '-a') {
      this.#at++;
      const right = this.#primary();
      value = value && right;
    }
    return value;
  }

  #primary(): boolean {
    const a = this.args[this.#at];
    if (a === undefined) throw new Wrong('argument expected');
    if (a === '!') {
      this.#at++;
      return !this.#primary();
    }
    if (a === '(') {
      this.#at++;
      const value = this.#or();
      if (this.args[this.#at++] !== ')') throw new Wrong("`)' expected");
      return value;
    }
    const op = this.args[this.#at + 1];
    const b = this.args[this.#at + 2];
    if (op !== undefined && b !== undefined && BINARY.has(op)) {
      this.#at += 3;
      return this.#binary(a, op, b);
    }
    if (UNARY.test(a) && op !== undefined) {
      this.#at += 2;
      return this.#unary(a, op);
    }
    this.#at++;
    return a !== '';
  }
}

function number(text: string): bigint {
  if (!/^\s*[-+]?\d+\s*$/.test(text))
    throw new Wrong(`${text}: integer expected`, `Illegal number: ${text}`, `${text}: bad number`);
  return BigInt(text.trim().replace(/^\+/, ''));
}

/** The builtin `test`. */
export const test: Builtin = (sh, args, out) => {
  let list = args.slice(1);
  if (args[0] === '[') {
    if (list.at(-1) !== ']') {
      if (sh.setup.flavour === 'bash') return out.error("missing `]'", 2);
      if (sh.setup.flavour === 'dash') return out.error('missing ]', 2);
      out.raw(`${sh.arg0}: missing ]\n`);
      return 2;
    }
    list = list.slice(0, -1);
  }
  try {
    return new Test(sh, list).run() ? 0 : 1;
  } catch (e) {
    if (e instanceof Wrong) {
      if (sh.setup.flavour === 'ash') {
        out.raw(`${sh.arg0}: ${e.ash}\n`);
        return 2;
      }
      return out.error(sh.setup.flavour === 'dash' ? e.dash : e.message, 2);
    }
    throw e;
  }
};
