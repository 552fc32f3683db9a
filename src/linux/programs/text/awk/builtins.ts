/** Built-in functions of awk. */
import { strftime } from '../date.ts';
import type { Expr } from './ast.ts';
import { AwkError } from './lex.ts';
import { splitFields } from './records.ts';
import type { Interpreter } from './run.ts';
import { num, Strnum, sprintf, str, type Value } from './value.ts';

type Builtin = (awk: Interpreter, args: readonly Expr[]) => Promise<Value>;

/** A function of numbers. */
const math =
  (f: (...n: number[]) => number): Builtin =>
  async (awk, args) => {
    const n: number[] = [];
    for (const a of args) n.push(num(await awk.eval(a)));
    return f(...n);
  };

const text = async (awk: Interpreter, e: Expr | undefined): Promise<string> => (e ? str(await awk.eval(e)) : '');

const BUILTINS: Readonly<Record<string, Builtin>> = {
  sin: math(Math.sin),
  cos: math(Math.cos),
  atan2: math(Math.atan2),
  exp: math(Math.exp),
  log: math(Math.log),
  sqrt: math(Math.sqrt),
  int: math(Math.trunc),
  and: math((a, b) => Number(BigInt(a ?? 0) & BigInt(b ?? 0))),
  or: math((a, b) => Number(BigInt(a ?? 0) | BigInt(b ?? 0))),
  xor: math((a, b) => Number(BigInt(a ?? 0) ^ BigInt(b ?? 0))),
  lshift: math((a, b) => (a ?? 0) * 2 ** (b ?? 0)),
  rshift: math((a, b) => Math.floor((a ?? 0) / 2 ** (b ?? 0))),
  async rand(awk) {
    return awk.ctx.sys.rng.u32() / 0x1_0000_0000;
  },
  async srand() {
    return 0;
  },
  async length(awk, [e]) {
    if (!e) return [...awk.records.text()].length;
    if (e.k === 'var' && awk.globals.get(e.name) instanceof Map) return awk.array(e.name).size;
    return [...(await text(awk, e))].length;
  },
  async substr(awk, [s, m, n]) {
    const chars = [...(await text(awk, s))];
    const from = Math.round(num(await awk.eval(m as Expr)));
    const count = n ? Math.round(num(await awk.eval(n))) : Number.POSITIVE_INFINITY;
    return chars.slice(Math.max(0, from - 1), Math.max(0, from - 1 + count)).join('');
  },
  async index(awk, [s, t]) {
    return (await text(awk, s)).indexOf(await text(awk, t)) + 1;
  },
  async tolower(awk, [s]) {
    return (await text(awk, s)).toLowerCase();
  },
  async toupper(awk, [s]) {
    return (await text(awk, s)).toUpperCase();
  },
  async sprintf(awk, args) {
    const v: Value[] = [];
    for (const a of args) v.push(await awk.eval(a));
    return sprintf(str(v[0]), v.slice(1));
  },
  async split(awk, [s, array, sep]) {
    if (array?.k !== 'var') throw new AwkError('split: second argument must be an array');
    const fs = sep && sep.k !== 'regex' ? await text(awk, sep) : awk.text('FS');
    const re = sep?.k === 'regex' ? await awk.regex(sep) : undefined;
    const parts = splitFields(await text(awk, s), fs, false, re);
    const target = awk.array(array.name);
    target.clear();
    parts.forEach((p, i) => void target.set(String(i + 1), new Strnum(p)));
    return parts.length;
  },
  async match(awk, [s, r]) {
    const re = await awk.regex(r as Expr);
    const m = re.exec(await text(awk, s));
    awk.set('RSTART', m ? m.index + 1 : 0);
    awk.set('RLENGTH', m ? m[0].length : -1);
    return m ? m.index + 1 : 0;
  },
  sub: (awk, args) => substitute(awk, args, false),
  gsub: (awk, args) => substitute(awk, args, true),
  async gensub(awk, [r, to, how, target]) {
    const re = await awk.regex(r as Expr);
    const replacement = await text(awk, to);
    const which = await text(awk, how);
    let n = 0;
    const s = target ? await text(awk, target) : awk.records.text();
    return s.replace(re, (...m: unknown[]) => {
      n++;
      if (!/^[gG]/.test(which) && n !== Math.max(1, Number(which) || 1)) return m[0] as string;
      return replacement.replace(/\\(.)|&/g, (all, c: string | undefined) =>
        all === '&' ? String(m[0]) : c !== undefined && c >= '0' && c <= '9' ? String(m[Number(c)] ?? '') : (c ?? ''),
      );
    });
  },
  async system(awk, [c]) {
    return awk.streams.system(await text(awk, c));
  },
  async close(awk, [n]) {
    return awk.streams.close(await text(awk, n));
  },
  async fflush(awk) {
    await awk.streams.flush();
    return 0;
  },
  async systime(awk) {
    return Number(awk.ctx.sys.realtime() / 1_000_000_000n);
  },
  async strftime(awk, [format, when]) {
    const t = when ? BigInt(Math.trunc(num(await awk.eval(when)))) * 1_000_000_000n : awk.ctx.sys.realtime();
    return strftime(format ? await text(awk, format) : '%a %b %e %H:%M:%S %Z %Y', t);
  },
};

async function substitute(awk: Interpreter, args: readonly Expr[], all: boolean): Promise<number> {
  const re = await awk.regex(args[0] as Expr);
  const to = await text(awk, args[1]);
  const target: Expr = args[2] ?? { k: 'field', e: { k: 'num', v: 0 } };
  let n = 0;
  const result = str(await awk.eval(target)).replace(re, (m) => {
    if (n > 0 && !all) return m;
    n++;
    return to.replace(/\\\\|\\&|&/g, (x) => (x === '&' ? m : x === '\\&' ? '&' : '\\'));
  });
  if (n > 0) await awk.assign(target, result);
  return n;
}

export function callBuiltin(awk: Interpreter, name: string, args: readonly Expr[]): Promise<Value> {
  const f = BUILTINS[name];
  if (!f) throw new AwkError(`calling undefined function ${name}`);
  return f(awk, args);
}
