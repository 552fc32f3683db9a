/** Runs an awk program: records, fields, variables, statements. */

import type { Context } from '../../spec.ts';
import { compile } from '../regex.ts';
import type { Expr, Program, Rule, Stmt } from './ast.ts';
import { callBuiltin } from './builtins.ts';
import { Streams } from './io.ts';
import { AwkError } from './lex.ts';
import { Records } from './records.ts';
import { compare, num, Strnum, sprintf, str, truth, type Value } from './value.ts';

export type Cell = Value | Map<string, Value>;
type Frame = Map<string, Cell>;

/** How a statement ended. */
type Flow = 'go' | 'break' | 'continue' | 'next' | 'nextfile' | 'exit' | 'return';

export class Interpreter {
  readonly streams: Streams;
  readonly records: Records;
  readonly globals: Frame = new Map();
  exitCode = 0;
  #frame: Frame | undefined;
  #returned: Value;
  #ranges = new Set<number>();
  #regexes = new Map<string, RegExp>();
  #ran = 0;

  constructor(
    readonly ctx: Context,
    readonly program: Program,
    operands: readonly string[],
  ) {
    this.streams = new Streams(ctx);
    const argv = new Map<string, Value>([['0', 'awk']]);
    operands.forEach((o, i) => void argv.set(String(i + 1), new Strnum(o)));
    const environ = new Map<string, Value>(Object.entries(ctx.sys.env).map(([k, v]) => [k, new Strnum(v)]));
    for (const [k, v] of Object.entries({
      FS: ' ',
      OFS: ' ',
      ORS: '\n',
      RS: '\n',
      SUBSEP: '\x1c',
      CONVFMT: '%.6g',
      OFMT: '%.6g',
      NR: 0,
      FNR: 0,
      NF: 0,
      RSTART: 0,
      RLENGTH: -1,
      FILENAME: '',
      ARGC: operands.length + 1,
    }))
      this.globals.set(k, v);
    this.globals.set('ARGV', argv);
    this.globals.set('ENVIRON', environ);
    this.records = new Records(this);
  }

  /** Runs BEGIN, the records, END. @returns the exit code */
  async run(): Promise<number> {
    const of = (kind: Rule['kind']): Rule[] => this.program.rules.filter((r) => r.kind === kind);
    let flow: Flow = 'go';
    for (const r of of('BEGIN')) if (flow === 'go' && r.body) flow = await this.#stmt(r.body);
    const main = of('main');
    if (flow !== 'exit' && (main.length > 0 || of('END').length > 0)) {
      while (await this.records.next()) {
        flow = await this.#record(main);
        if (flow === 'exit') break;
        if (flow === 'nextfile') this.records.skipFile();
      }
    }
    if (flow !== 'exit') for (const r of of('END')) if (r.body && (await this.#stmt(r.body)) === 'exit') break;
    await this.streams.closeAll();
    return this.exitCode;
  }

  async #record(rules: readonly Rule[]): Promise<Flow> {
    for (const r of rules) {
      if (!(await this.#selected(r))) continue;
      if (!r.body) {
        await this.streams.print(this.records.text() + this.text('ORS'));
        continue;
      }
      const flow = await this.#stmt(r.body);
      if (flow === 'next' || flow === 'nextfile' || flow === 'exit') return flow;
    }
    return 'go';
  }

  async #selected(r: Rule): Promise<boolean> {
    if (!r.pattern) return true;
    if (!r.until) return truth(await this.eval(r.pattern));
    if (!this.#ranges.has(r.id)) {
      if (!truth(await this.eval(r.pattern))) return false;
      this.#ranges.add(r.id);
    }
    if (truth(await this.eval(r.until))) this.#ranges.delete(r.id);
    return true;
  }

  /** A variable as text. */
  text(name: string): string {
    return str(this.get(name), '%.6g');
  }

  get(name: string): Value {
    if (name === 'NF') return this.records.count();
    const cell = this.#frame?.has(name) ? this.#frame.get(name) : this.globals.get(name);
    if (cell instanceof Map) throw new AwkError(`can't use array ${name} in scalar context`);
    return cell;
  }

  set(name: string, v: Value): void {
    if (name === 'NF') this.records.setCount(num(v));
    else if (this.#frame?.has(name)) this.#frame.set(name, v);
    else this.globals.set(name, v);
  }

  array(name: string): Map<string, Value> {
    const frame = this.#frame?.has(name) ? this.#frame : this.globals;
    let cell = frame.get(name);
    if (cell === undefined) frame.set(name, (cell = new Map()));
    if (!(cell instanceof Map)) throw new AwkError(`can't use scalar ${name} as array`);
    return cell;
  }

  /** A compiled expression of a string or a /literal/. */
  async regex(e: Expr | string): Promise<RegExp> {
    const source = typeof e === 'string' ? e : e.k === 'regex' ? e.v : str(await this.eval(e));
    let re = this.#regexes.get(source);
    if (!re) {
      const c = compile(source, true, 'g');
      if ('error' in c) throw new AwkError(`illegal regular expression: ${c.error}`);
      re = c.re;
      this.#regexes.set(source, re);
    }
    re.lastIndex = 0;
    return re;
  }

  async key(subs: readonly Expr[]): Promise<string> {
    const parts: string[] = [];
    for (const s of subs) parts.push(str(await this.eval(s), this.text('CONVFMT')));
    return parts.join(this.text('SUBSEP'));
  }

  async assign(to: Expr, v: Value): Promise<void> {
    if (to.k === 'var') this.set(to.name, v);
    else if (to.k === 'field') this.records.setField(num(await this.eval(to.e)), v);
    else if (to.k === 'index') this.array(to.name).set(await this.key(to.subs), v);
    else if (to.k === 'group') await this.assign(to.e, v);
  }

  async #tick(): Promise<void> {
    if (++this.#ran % 2048 === 0) await this.ctx.sys.cpu(100_000);
  }

  async #stmt(s: Stmt): Promise<Flow> {
    await this.#tick();
    switch (s.k) {
      case 'block':
        for (const x of s.list) {
          const flow = await this.#stmt(x);
          if (flow !== 'go') return flow;
        }
        return 'go';
      case 'expr':
        await this.eval(s.e);
        return 'go';
      case 'print':
        return this.#print(s);
      case 'if':
        if (truth(await this.eval(s.c))) return this.#stmt(s.a);
        return s.b ? this.#stmt(s.b) : 'go';
      case 'while':
        return this.#loop(s.first, async () => truth(await this.eval(s.c)), s.body, undefined);
      case 'for':
        if (s.init) await this.#stmt(s.init);
        return this.#loop(false, async () => !s.c || truth(await this.eval(s.c)), s.body, s.step);
      case 'forin':
        for (const k of [...this.array(s.array).keys()]) {
          if (!this.array(s.array).has(k)) continue;
          this.set(s.name, new Strnum(k));
          const flow = await this.#stmt(s.body);
          if (flow === 'break') break;
          if (flow !== 'go' && flow !== 'continue') return flow;
        }
        return 'go';
      case 'delete':
        if (s.subs) this.array(s.name).delete(await this.key(s.subs));
        else this.array(s.name).clear();
        return 'go';
      case 'jump':
        return s.what;
      case 'exit':
        if (s.e) this.exitCode = num(await this.eval(s.e)) & 255;
        return 'exit';
      case 'return':
        this.#returned = s.e ? await this.eval(s.e) : undefined;
        return 'return';
    }
  }

  async #loop(first: boolean, test: () => Promise<boolean>, body: Stmt, step: Stmt | undefined): Promise<Flow> {
    let skip = first;
    while (skip || (await test())) {
      skip = false;
      const flow = await this.#stmt(body);
      if (flow === 'break') break;
      if (flow !== 'go' && flow !== 'continue') return flow;
      if (step) await this.#stmt(step);
    }
    return 'go';
  }

  async #print(s: Extract<Stmt, { k: 'print' }>): Promise<Flow> {
    const values: Value[] = [];
    for (const a of s.args) values.push(await this.eval(a));
    let out: string;
    if (s.format) out = sprintf(str(values[0]), values.slice(1));
    else if (values.length === 0) out = this.records.text() + this.text('ORS');
    else out = values.map((v) => str(v, this.text('OFMT'))).join(this.text('OFS')) + this.text('ORS');
    if (!s.redirect || !s.to) await this.streams.print(out);
    else {
      const failed = await this.streams.write(s.redirect, str(await this.eval(s.to)), out);
      if (failed) throw new AwkError(failed);
    }
    return 'go';
  }

  async eval(e: Expr): Promise<Value> {
    switch (e.k) {
      case 'num':
      case 'str':
        return e.v;
      case 'regex':
        return (await this.regex(e)).test(this.records.text()) ? 1 : 0;
      case 'var':
        return this.get(e.name);
      case 'group':
        return this.eval(e.e);
      case 'field':
        return this.records.field(num(await this.eval(e.e)));
      case 'index': {
        const array = this.array(e.name);
        const key = await this.key(e.subs);
        if (!array.has(key)) array.set(key, undefined);
        return array.get(key);
      }
      case 'in':
        return this.array(e.name).has(await this.key(e.subs)) ? 1 : 0;
      case 'cond':
        return this.eval(truth(await this.eval(e.c)) ? e.a : e.b);
      case 'un': {
        const v = await this.eval(e.e);
        return e.op === '!' ? (truth(v) ? 0 : 1) : e.op === '-' ? -num(v) : num(v);
      }
      case 'bin':
        return this.#binary(e);
      case 'assign': {
        const right = await this.eval(e.e);
        const v = e.op === '' ? right : arithmetic(e.op, num(await this.eval(e.to)), num(right));
        await this.assign(e.to, v);
        return v;
      }
      case 'incr': {
        const old = num(await this.eval(e.to));
        await this.assign(e.to, old + e.by);
        return e.post ? old : old + e.by;
      }
      case 'getline':
        return this.#getline(e);
      case 'call':
        return e.builtin && !this.program.functions.has(e.name)
          ? callBuiltin(this, e.name, e.args)
          : this.#call(e.name, e.args);
    }
  }

  async #binary(e: Extract<Expr, { k: 'bin' }>): Promise<Value> {
    if (e.op === '&&') return truth(await this.eval(e.a)) && truth(await this.eval(e.b)) ? 1 : 0;
    if (e.op === '||') return truth(await this.eval(e.a)) || truth(await this.eval(e.b)) ? 1 : 0;
    if (e.op === '~' || e.op === '!~') {
      const s = str(await this.eval(e.a));
      return (await this.regex(e.b)).test(s) === (e.op === '~') ? 1 : 0;
    }
    const a = await this.eval(e.a);
    const b = await this.eval(e.b);
    switch (e.op) {
      case '':
        return str(a, this.text('CONVFMT')) + str(b, this.text('CONVFMT'));
      case '<':
        return compare(a, b) < 0 ? 1 : 0;
      case '<=':
        return compare(a, b) <= 0 ? 1 : 0;
      case '>':
        return compare(a, b) > 0 ? 1 : 0;
      case '>=':
        return compare(a, b) >= 0 ? 1 : 0;
      case '==':
        return compare(a, b) === 0 ? 1 : 0;
      case '!=':
        return compare(a, b) !== 0 ? 1 : 0;
      default:
        return arithmetic(e.op, num(a), num(b));
    }
  }

  async #getline(e: Extract<Expr, { k: 'getline' }>): Promise<number> {
    if (e.from === 'main') {
      if (!e.to) return (await this.records.next()) ? 1 : 0;
      const line = await this.records.read();
      if (line === undefined) return 0;
      await this.assign(e.to, new Strnum(line));
      return 1;
    }
    const name = str(await this.eval(e.source as Expr));
    const { line, failed } = await this.streams.readLine(e.from, name);
    if (failed) return -1;
    if (line === undefined) return 0;
    if (e.to) await this.assign(e.to, new Strnum(line));
    else this.records.setText(line);
    return 1;
  }

  async #call(name: string, args: readonly Expr[]): Promise<Value> {
    const f = this.program.functions.get(name);
    if (!f) throw new AwkError(`calling undefined function ${name}`);
    const frame: Frame = new Map();
    for (let i = 0; i < f.params.length; i++) {
      const arg = args[i];
      let cell: Cell;
      if (arg?.k === 'var') {
        const holder = this.#frame?.has(arg.name) ? this.#frame : this.globals;
        cell = holder.get(arg.name);
        if (cell === undefined && usesAsArray(f.body, f.params[i] as string)) holder.set(arg.name, (cell = new Map()));
      } else cell = arg ? await this.eval(arg) : undefined;
      frame.set(f.params[i] as string, cell);
    }
    const saved = this.#frame;
    this.#frame = frame;
    this.#returned = undefined;
    const flow = await this.#stmt(f.body);
    this.#frame = saved;
    if (flow === 'exit') throw new AwkExit();
    return this.#returned;
  }
}

/** `exit` inside a function. */
export class AwkExit extends Error {}

function arithmetic(op: string, a: number, b: number): number {
  switch (op) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      if (b === 0) throw new AwkError('division by zero');
      return a / b;
    case '%':
      if (b === 0) throw new AwkError('division by zero in %');
      return a % b;
    default:
      return a ** b;
  }
}

/** Whether a function's body uses a parameter as an array: then an unset variable becomes one. */
function usesAsArray(body: Stmt, name: string): boolean {
  const seen = (x: unknown): boolean => {
    if (typeof x !== 'object' || x === null) return false;
    const node = x as { k?: string; name?: string; array?: string; args?: readonly Expr[] };
    if ((node.k === 'index' || node.k === 'in' || node.k === 'delete') && node.name === name) return true;
    if (node.k === 'forin' && node.array === name) return true;
    if (node.k === 'call' && node.name === 'split' && node.args?.[1]?.k === 'var' && node.args[1].name === name)
      return true;
    return Object.values(x).some((v) => (Array.isArray(v) ? v.some(seen) : seen(v)));
  };
  return seen(body);
}
