/** test and [: conditions on files, strings and numbers. */
import { isErr } from '../../kernel/errno.ts';
import type { FileKind } from '../../kernel/sys.ts';
import type { Context } from '../spec.ts';
import { defineProgram } from '../spec.ts';

/** The `test` command. */
export const spec = defineProgram({
  name: 'test',
  path: '/usr/bin/test',
  summary: 'Tell by the exit status whether a condition holds',
  synopsis: ['EXPRESSION'],
  order: 'own',
  options: [],
  async run(ctx) {
    const args = [...ctx.args];
    if ((ctx.name === '[' || ctx.name === '[[') && args.pop() !== ']') return ctx.fail("missing ']'", 2);
    const result = new Condition(ctx, args).all();
    return typeof result === 'string' ? ctx.fail(result, 2) : result ? 0 : 1;
  },
});

const KINDS: Readonly<Record<string, FileKind>> = {
  f: 'file',
  d: 'dir',
  c: 'char',
  b: 'block',
  p: 'fifo',
  S: 'socket',
};

/** @see POSIX.1-2017 test: the number of arguments tells how they are read */
class Condition {
  #i = 0;

  constructor(
    readonly ctx: Context,
    readonly args: readonly string[],
  ) {}

  /** @returns a message when the expression is wrong */
  all(): boolean | string {
    if (this.args.length === 0) return false;
    const value = this.#or();
    if (typeof value === 'string' || this.#i === this.args.length) return value;
    return `extra argument '${this.args[this.#i]}'`;
  }

  #or(): boolean | string {
    let a = this.#and();
    while (typeof a === 'boolean' && this.args[this.#i] === '-o') {
      this.#i++;
      const b = this.#and();
      a = typeof b === 'string' ? b : a || b;
    }
    return a;
  }

  #and(): boolean | string {
    let a = this.#not();
    while (typeof a === 'boolean' && this.args[this.#i] === '-a') {
      this.#i++;
      const b = this.#not();
      a = typeof b === 'string' ? b : a && b;
    }
    return a;
  }

  #not(): boolean | string {
    if (this.args[this.#i] !== '!' || this.args.length - this.#i === 1) return this.#primary();
    this.#i++;
    const v = this.#not();
    return typeof v === 'string' ? v : !v;
  }

  #primary(): boolean | string {
    const [a = '', op, b] = this.args.slice(this.#i, this.#i + 3);
    if (op !== undefined && b !== undefined) {
      const v = binary(this.ctx, a, op, b);
      if (v !== undefined) {
        this.#i += 3;
        return v;
      }
    }
    if (a.length === 2 && a[0] === '-' && op !== undefined && op !== '-a' && op !== '-o') {
      this.#i += 2;
      return unary(this.ctx, a[1] as string, op) ?? `'${a}': unary operator expected`;
    }
    this.#i++;
    return a !== '';
  }
}

function unary(ctx: Context, op: string, arg: string): boolean | undefined {
  if (op === 'n') return arg !== '';
  if (op === 'z') return arg === '';
  if (op === 't') return ctx.sys.isatty(Number(arg));
  if (op === 'L' || op === 'h') {
    const st = ctx.sys.lstat(arg);
    return !isErr(st) && st.kind === 'symlink';
  }
  const st = ctx.sys.stat(arg);
  if (op === 'e') return !isErr(st);
  if (op === 's') return !isErr(st) && st.size > 0;
  if (op === 'r' || op === 'w' || op === 'x')
    return !isErr(ctx.sys.access(arg, { read: op === 'r', write: op === 'w', exec: op === 'x' }));
  return KINDS[op] ? !isErr(st) && st.kind === KINDS[op] : undefined;
}

function binary(ctx: Context, a: string, op: string, b: string): boolean | string | undefined {
  if (op === '=' || op === '==') return a === b;
  if (op === '!=') return a !== b;
  const numbers = ['-eq', '-ne', '-lt', '-le', '-gt', '-ge'].indexOf(op);
  if (numbers >= 0) {
    const wrong = [a, b].find((s) => !/^\s*[-+]?\d+\s*$/.test(s));
    if (wrong !== undefined) return `invalid integer '${wrong}'`;
    const d = Number(a) - Number(b);
    return [d === 0, d !== 0, d < 0, d <= 0, d > 0, d >= 0][numbers] as boolean;
  }
  if (op !== '-nt' && op !== '-ot' && op !== '-ef') return undefined;
  const [x, y] = [ctx.sys.stat(a), ctx.sys.stat(b)];
  if (op === '-ef') return !isErr(x) && !isErr(y) && x.ino === y.ino;
  const [m, n] = [isErr(x) ? Number.NEGATIVE_INFINITY : x.mtime, isErr(y) ? Number.NEGATIVE_INFINITY : y.mtime];
  return op === '-nt' ? m > n : m < n;
}
