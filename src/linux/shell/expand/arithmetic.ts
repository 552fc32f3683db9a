/**
 * Arithmetic: 64-bit signed integers, C's operators, assignment, `,`, `?:`, `**`, bases `16#ff`, variables without `$`.
 * The text comes with its `$` expansions done.
 * @see bash expr.c
 */
import type { ArithmeticFault } from '../dialect.ts';

/** What the evaluator needs of the shell. */
export interface ArithmeticVariables {
  /** Value of a variable or of an element (`index` is the text between the brackets); undefined when unset. */
  get(name: string, index: string | undefined): string | undefined;
  set(name: string, index: string | undefined, value: string): void;
}

/** A failed evaluation; the text is bash's message without prefix. */
export class ArithmeticError extends Error {
  constructor(
    message: string,
    readonly why: ArithmeticFault = 'operand',
  ) {
    super(message);
  }
}

const BINARY: Readonly<Record<string, number>> = {
  '||': 3,
  '&&': 4,
  '|': 5,
  '^': 6,
  '&': 7,
  '==': 8,
  '!=': 8,
  '<': 9,
  '>': 9,
  '<=': 9,
  '>=': 9,
  '<<': 10,
  '>>': 10,
  '+': 11,
  '-': 11,
  '*': 12,
  '/': 12,
  '%': 12,
  '**': 13,
};
const ASSIGN = new Set(['=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '^=', '|=']);
const OPERATORS = [
  '<<=', '>>=', '**', '++', '--', '<<', '>>', '<=', '>=', '==', '!=', '&&', '||', '+=', '-=', '*=', '/=', '%=', '&=',
  '^=', '|=', '+', '-', '*', '/', '%', '<', '>', '=', '!', '~', '&', '|', '^', '?', ':', ',', '(', ')',
]; // biome-ignore format: a table

interface Token {
  readonly kind: 'number' | 'name' | 'op' | 'end';
  readonly text: string;
  readonly at: number;
  readonly index?: string;
}

const wrap = (n: bigint): bigint => BigInt.asIntN(64, n);

/** Evaluates an expression; the empty one is 0. @throws ArithmeticError */
export function evaluate(text: string, vars: ArithmeticVariables, depth = 0): bigint {
  if (depth > 1024)
    throw new ArithmeticError(`${text}: expression recursion level exceeded (error token is "${text}")`);
  return new Evaluation(text, vars, depth).run();
}

class Evaluation {
  #at = 0;
  #token: Token;
  /** Above 0 in a branch that is only parsed. */
  #dry = 0;

  constructor(
    private readonly text: string,
    private readonly vars: ArithmeticVariables,
    private readonly depth: number,
  ) {
    this.#token = { kind: 'end', text: '', at: 0 };
    this.#next();
  }

  run(): bigint {
    if ((this.#token as Token).kind === 'end') return 0n;
    const value = this.#comma();
    const left: Token = this.#token;
    if (left.kind !== 'end') {
      throw this.#fail(
        left.kind === 'op' ? 'arithmetic syntax error: operand expected' : 'arithmetic syntax error in expression',
      );
    }
    return value;
  }

  #fail(why: string, at = this.#token.at): ArithmeticError {
    const fault = /^division/.test(why) ? 'zero' : /in expression$/.test(why) ? 'rest' : 'operand';
    return new ArithmeticError(`${this.text.trimStart()}: ${why} (error token is "${this.text.slice(at)}")`, fault);
  }

  #next(): Token {
    const was = this.#token;
    while (/\s/.test(this.text[this.#at] ?? '')) this.#at++;
    const at = this.#at;
    const rest = this.text.slice(at);
    if (rest === '') return this.#set({ kind: 'end', text: '', at }, was);
    const number = /^[0-9][0-9A-Za-z_#@]*/.exec(rest);
    if (number) return this.#set({ kind: 'number', text: number[0], at }, was);
    const name = /^[A-Za-z_][A-Za-z0-9_]*/.exec(rest);
    if (name) {
      const end = at + name[0].length;
      const index = this.text[end] === '[' ? this.#index(end) : undefined;
      return this.#set({ kind: 'name', text: name[0], at, index }, was, index === undefined ? 0 : index.length + 2);
    }
    const op = OPERATORS.find((o) => rest.startsWith(o));
    if (!op) {
      this.#token = { kind: 'op', text: rest, at };
      throw this.#fail('arithmetic syntax error: operand expected');
    }
    return this.#set({ kind: 'op', text: op, at }, was);
  }

  #set(t: Token, was: Token, extra = 0): Token {
    this.#token = t;
    this.#at = t.at + t.text.length + extra;
    return was;
  }

  #index(open: number): string {
    let depth = 0;
    for (let i = open; i < this.text.length; i++) {
      if (this.text[i] === '[') depth++;
      else if (this.text[i] === ']' && --depth === 0) return this.text.slice(open + 1, i);
    }
    throw new ArithmeticError(`${this.text}: bad array subscript (error token is "${this.text}")`);
  }

  #is(op: string): boolean {
    return this.#token.kind === 'op' && this.#token.text === op;
  }

  #comma(): bigint {
    let value = this.#assignment();
    while (this.#is(',')) {
      this.#next();
      value = this.#assignment();
    }
    return value;
  }

  #assignment(): bigint {
    const start = this.#token;
    const startAt = this.#at;
    if (start.kind === 'name') {
      this.#next();
      const op = this.#token;
      if (op.kind === 'op' && ASSIGN.has(op.text)) {
        this.#next();
        const right = this.#assignment();
        const value =
          op.text === '=' ? right : this.#apply(op.text.slice(0, -1), this.#load(start), right, this.#token.at);
        this.#store(start, value);
        return value;
      }
      this.#token = start;
      this.#at = startAt;
    }
    return this.#ternary();
  }

  #ternary(): bigint {
    const test = this.#binary(3);
    if (!this.#is('?')) return test;
    this.#next();
    if (test === 0n) this.#dry++;
    const yes = this.#comma();
    if (test === 0n) this.#dry--;
    if (!this.#is(':')) throw this.#fail("`:' expected for conditional expression");
    this.#next();
    if (test !== 0n) this.#dry++;
    const no = this.#assignmentOrTernary();
    if (test !== 0n) this.#dry--;
    return test !== 0n ? yes : no;
  }

  #assignmentOrTernary(): bigint {
    return this.#assignment();
  }

  #binary(min: number): bigint {
    let left = this.#unary();
    for (;;) {
      const op = this.#token;
      const level = op.kind === 'op' ? BINARY[op.text] : undefined;
      if (level === undefined || level < min) return left;
      this.#next();
      const skip = (op.text === '&&' && left === 0n) || (op.text === '||' && left !== 0n);
      if (skip) this.#dry++;
      const at = this.#token.at;
      const right = this.#binary(op.text === '**' ? level : level + 1);
      if (skip) this.#dry--;
      left = this.#apply(op.text, left, right, at);
    }
  }

  #apply(op: string, a: bigint, b: bigint, at: number): bigint {
    const bool = (x: boolean): bigint => (x ? 1n : 0n);
    switch (op) {
      case '||':
        return bool(a !== 0n || b !== 0n);
      case '&&':
        return bool(a !== 0n && b !== 0n);
      case '|':
        return a | b;
      case '^':
        return a ^ b;
      case '&':
        return a & b;
      case '==':
        return bool(a === b);
      case '!=':
        return bool(a !== b);
      case '<':
        return bool(a < b);
      case '>':
        return bool(a > b);
      case '<=':
        return bool(a <= b);
      case '>=':
        return bool(a >= b);
      case '<<':
        return wrap(a << (b & 63n));
      case '>>':
        return a >> (b & 63n);
      case '+':
        return wrap(a + b);
      case '-':
        return wrap(a - b);
      case '*':
        return wrap(a * b);
      case '**':
        return this.#power(a, b, at);
      default:
        return this.#divide(op, a, b, at);
    }
  }

  #power(a: bigint, b: bigint, at: number): bigint {
    if (b < 0n) {
      if (this.#dry > 0) return 1n;
      throw this.#fail('exponent less than 0', at);
    }
    let out = 1n;
    for (let base = a; b > 0n; b >>= 1n) {
      if (b & 1n) out = wrap(out * base);
      base = wrap(base * base);
    }
    return out;
  }

  #divide(op: string, a: bigint, b: bigint, at: number): bigint {
    if (b === 0n) {
      if (this.#dry > 0) return 0n;
      throw this.#fail('division by 0', at);
    }
    return wrap(op === '/' ? a / b : a % b);
  }

  #unary(): bigint {
    const t = this.#token;
    if (t.kind === 'op') {
      switch (t.text) {
        case '!':
          this.#next();
          return this.#unary() === 0n ? 1n : 0n;
        case '~':
          this.#next();
          return ~this.#unary();
        case '-':
          this.#next();
          return wrap(-this.#unary());
        case '+':
          this.#next();
          return this.#unary();
        case '++':
        case '--':
          return this.#prefix(t.text === '++' ? 1n : -1n);
      }
    }
    return this.#postfix();
  }

  #prefix(step: bigint): bigint {
    this.#next();
    const target = this.#token;
    if (target.kind !== 'name') return step === 1n ? this.#unary() : this.#unary();
    this.#next();
    const value = wrap(this.#load(target) + step);
    this.#store(target, value);
    return value;
  }

  #postfix(): bigint {
    const t = this.#token;
    if (t.kind === 'op' && t.text === '(') {
      this.#next();
      const value = this.#comma();
      if (!this.#is(')')) throw this.#fail("missing `)'");
      this.#next();
      return value;
    }
    if (t.kind === 'number') {
      this.#next();
      return this.#number(t);
    }
    if (t.kind !== 'name') throw this.#fail('arithmetic syntax error: operand expected', this.#errorAt(t));
    this.#next();
    const value = this.#load(t);
    if (this.#is('++') || this.#is('--')) {
      const step = this.#next().text === '++' ? 1n : -1n;
      this.#store(t, wrap(value + step));
    }
    return value;
  }

  /** At the end of the text bash names the operator that wanted an operand. */
  #errorAt(t: Token): number {
    if (t.kind !== 'end') return t.at;
    const m = /[^\s\w]+\s*$/.exec(this.text);
    return m ? m.index : t.at;
  }

  #number(t: Token): bigint {
    const m = /^(\d+)#([0-9A-Za-z_@]*)$/.exec(t.text);
    if (m) return this.#based(t, Number(m[1]), m[2] as string);
    if (/^0[xX][0-9a-fA-F]*$/.test(t.text)) return wrap(BigInt(t.text === '0x' || t.text === '0X' ? '0' : t.text));
    if (/^0[0-9]+$/.test(t.text)) {
      if (/[89]/.test(t.text)) throw this.#fail('value too great for base', t.at);
      return wrap(BigInt(`0o${t.text.slice(1)}`));
    }
    if (!/^\d+$/.test(t.text)) throw this.#fail('value too great for base', t.at);
    return wrap(BigInt(t.text));
  }

  #based(t: Token, base: number, digits: string): bigint {
    if (base < 2 || base > 64) throw this.#fail('invalid arithmetic base', t.at);
    if (digits === '') throw this.#fail('invalid integer constant', t.at);
    let value = 0n;
    for (const c of digits) {
      let d: number;
      if (c >= '0' && c <= '9') d = c.charCodeAt(0) - 48;
      else if (c >= 'a' && c <= 'z') d = c.charCodeAt(0) - 87;
      else if (c >= 'A' && c <= 'Z') d = c.charCodeAt(0) - (base <= 36 ? 55 : 29);
      else d = c === '@' ? 62 : 63;
      if (d >= base) throw this.#fail('value too great for base', t.at);
      value = value * BigInt(base) + BigInt(d);
    }
    return wrap(value);
  }

  #load(t: Token): bigint {
    if (this.#dry > 0) return 0n;
    const value = this.vars.get(t.text, t.index);
    if (value === undefined || value.trim() === '') return 0n;
    if (/^-?[1-9]\d*$|^0$/.test(value)) return wrap(BigInt(value));
    return evaluate(value, this.vars, this.depth + 1);
  }

  #store(t: Token, value: bigint): void {
    if (this.#dry === 0) this.vars.set(t.text, t.index, String(value));
  }
}
