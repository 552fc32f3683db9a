/**
 * Runs a Python program's tree. Names live in one scope for the module and one for each call.
 *
 * Limits: exceptions have no traceback of frames, causes or contexts; a function's assignments are its own.
 * @see The Python Language Reference §4, §7, §8
 */
import type { Expr, Handler, Stmt } from './ast.ts';
import { method } from './methods.ts';
import { binary, compare, unary } from './operators.ts';
import {
  isA,
  iterate,
  type Named,
  type Py,
  PyDict,
  PyException,
  PyFloat,
  PyFunc,
  PyList,
  PyObject,
  PyTuple,
  Raised,
  raise,
  repr,
  str,
  truth,
  typeName,
} from './values.ts';

type Scope = Map<string, Py>;

/** How a block ended. */
type Flow = undefined | 'break' | 'continue' | { readonly value: Py };

/** What a program finds outside itself. */
export interface Surroundings {
  readonly builtins: ReadonlyMap<string, Py>;
  /** undefined: there is no such module */
  module(name: string): PyObject | undefined;
  /** Called between statements: lets other processes run and signals arrive. */
  step(): Promise<void>;
}

/** One run. */
export class Interpreter {
  readonly globals: Scope = new Map([['__name__', '__main__']]);

  constructor(readonly around: Surroundings) {}

  /** @throws Raised */
  async run(program: readonly Stmt[]): Promise<void> {
    await this.#block(program, this.globals);
  }

  async #block(body: readonly Stmt[], scope: Scope): Promise<Flow> {
    for (const s of body) {
      try {
        const flow = await this.#statement(s, scope);
        if (flow !== undefined) return flow;
      } catch (e) {
        if (e instanceof Raised && e.line === 0) e.line = s.line;
        throw e;
      }
    }
    return undefined;
  }

  async #statement(s: Stmt, scope: Scope): Promise<Flow> {
    await this.around.step();
    switch (s.kind) {
      case 'expr':
        await this.#eval(s.value as Expr, scope);
        return undefined;
      case 'return':
        return { value: s.value ? await this.#eval(s.value, scope) : null };
      case 'raise':
        throw await this.#raised(s.value, scope);
      case 'assign': {
        const value = await this.#eval(s.value, scope);
        for (const t of s.targets) await this.#assign(t, value, scope);
        return undefined;
      }
      case 'augment': {
        const old = await this.#eval(s.target, scope);
        await this.#assign(s.target, binary(s.op, old, await this.#eval(s.value, scope)), scope);
        return undefined;
      }
      case 'import':
        scope.set(s.as, this.#import(s.module));
        return undefined;
      case 'from': {
        const module = this.#import(s.module);
        for (const [name, as] of s.names) {
          const value = module.attrs.get(name);
          if (value === undefined)
            throw raise('ImportError', `cannot import name '${name}' from '${s.module}' (unknown location)`);
          scope.set(as, value);
        }
        return undefined;
      }
      case 'pass':
        return undefined;
      case 'break':
      case 'continue':
        return s.kind;
      case 'def':
        scope.set(s.name, await this.#function(s, scope));
        return undefined;
      default:
        return this.#compound(s, scope);
    }
  }

  async #compound(s: Stmt, scope: Scope): Promise<Flow> {
    switch (s.kind) {
      case 'if':
        return this.#block(truth(await this.#eval(s.test, scope)) ? s.body : s.otherwise, scope);
      case 'while':
        while (truth(await this.#eval(s.test, scope))) {
          const flow = await this.#block(s.body, scope);
          if (flow === 'break') break;
          if (typeof flow === 'object') return flow;
        }
        return undefined;
      case 'for':
        for (const item of iterate(await this.#eval(s.over, scope))) {
          await this.#assign(s.target, item, scope);
          const flow = await this.#block(s.body, scope);
          if (flow === 'break') break;
          if (typeof flow === 'object') return flow;
        }
        return undefined;
      case 'with': {
        const value = await this.#eval(s.value, scope);
        if (s.as) await this.#assign(s.as, value, scope);
        try {
          return await this.#block(s.body, scope);
        } finally {
          const close = value instanceof PyObject ? value.attrs.get('close') : undefined;
          if (close instanceof PyFunc) await close.call([], new Map());
        }
      }
      case 'try':
        return this.#try(s, scope);
      default:
        return undefined;
    }
  }

  async #try(s: Stmt & { readonly kind: 'try' }, scope: Scope): Promise<Flow> {
    try {
      const flow = await this.#block(s.body, scope);
      return flow ?? (await this.#block(s.otherwise, scope));
    } catch (e) {
      if (!(e instanceof Raised)) throw e;
      for (const h of s.handlers)
        if (await this.#catches(h, e.value, scope)) {
          if (h.as !== undefined) scope.set(h.as, e.value);
          return await this.#block(h.body, scope);
        }
      throw e;
    } finally {
      await this.#block(s.last, scope);
    }
  }

  async #catches(h: Handler, e: PyException, scope: Scope): Promise<boolean> {
    if (!h.type) return true;
    const type = await this.#eval(h.type, scope);
    const classes = type instanceof PyTuple ? type.items : [type];
    return classes.some((c) => c instanceof PyObject && c.type === 'type' && isA(e.type, c.repr()));
  }

  async #raised(value: Expr | undefined, scope: Scope): Promise<Raised> {
    if (!value) return raise('RuntimeError', 'No active exception to reraise');
    const v = await this.#eval(value, scope);
    if (v instanceof PyException) return new Raised(v);
    if (v instanceof PyObject && v.type === 'type') return raise(v.repr());
    return raise('TypeError', 'exceptions must derive from BaseException');
  }

  #import(name: string): PyObject {
    const module = this.around.module(name);
    if (!module) throw raise('ModuleNotFoundError', `No module named '${name}'`);
    return module;
  }

  async #function(s: Stmt & { readonly kind: 'def' }, scope: Scope): Promise<PyFunc> {
    const fallbacks = new Map<string, Py>();
    for (const p of s.params) if (p.fallback) fallbacks.set(p.name, await this.#eval(p.fallback, scope));
    const call = async (args: readonly Py[], named: Named): Promise<Py> => {
      const local: Scope = new Map();
      const missing: string[] = [];
      s.params.forEach((p, i) => {
        const value = [args[i], named.get(p.name), fallbacks.get(p.name)].find((v) => v !== undefined);
        if (value === undefined) missing.push(`'${p.name}'`);
        else local.set(p.name, value);
      });
      if (args.length > s.params.length)
        throw raise(
          'TypeError',
          `${s.name}() takes ${s.params.length} positional arguments but ${args.length} were given`,
        );
      if (missing.length > 0)
        throw raise(
          'TypeError',
          `${s.name}() missing ${missing.length} required positional argument${missing.length > 1 ? 's' : ''}: ${missing.join(' and ')}`,
        );
      const flow = await this.#block(s.body, local);
      return typeof flow === 'object' ? flow.value : null;
    };
    return new PyFunc(s.name, call);
  }

  async #assign(target: Expr, value: Py, scope: Scope): Promise<void> {
    if (target.kind === 'name') scope.set(target.name, value);
    else if (target.kind === 'tuple' || target.kind === 'list') {
      const items = iterate(value);
      const want = target.items.length;
      if (items.length > want)
        throw raise('ValueError', `too many values to unpack (expected ${want}, got ${items.length})`);
      if (items.length < want)
        throw raise('ValueError', `not enough values to unpack (expected ${want}, got ${items.length})`);
      for (const [i, t] of target.items.entries()) await this.#assign(t, items[i] as Py, scope);
    } else if (target.kind === 'index') {
      const of = await this.#eval(target.of, scope);
      const index = await this.#eval(target.index, scope);
      if (of instanceof PyDict) of.entries.set(repr(index), [index, value]);
      else if (of instanceof PyList && typeof index === 'number')
        of.items[place(of.items, index, 'list assignment')] = value;
      else throw raise('TypeError', `'${typeName(of)}' object does not support item assignment`);
    } else if (target.kind === 'attr') {
      const of = await this.#eval(target.of, scope);
      if (!(of instanceof PyObject))
        throw raise('AttributeError', `'${typeName(of)}' object has no attribute '${target.name}'`);
      of.attrs.set(target.name, value);
    }
  }

  async #eval(e: Expr, scope: Scope): Promise<Py> {
    switch (e.kind) {
      case 'int':
        return e.value;
      case 'float':
        return new PyFloat(e.value);
      case 'str':
        return e.value;
      case 'bytes':
        return Uint8Array.from(e.value, (c) => c.charCodeAt(0));
      case 'const':
        return e.value;
      case 'name':
        return this.#lookup(e.name, scope);
      case 'joined': {
        let out = '';
        for (const p of e.parts)
          out += typeof p === 'string' ? p : (p.repr ? repr : str)(await this.#eval(p.value, scope));
        return out;
      }
      case 'list':
      case 'tuple': {
        const items = await this.#all(e.items, scope);
        return e.kind === 'list' ? new PyList(items) : new PyTuple(items);
      }
      case 'dict': {
        const out = new PyDict();
        for (const [k, v] of e.entries) {
          const key = await this.#eval(k, scope);
          out.entries.set(repr(key), [key, await this.#eval(v, scope)]);
        }
        return out;
      }
      case 'attr':
        return attribute(await this.#eval(e.of, scope), e.name);
      case 'index':
        return this.#index(await this.#eval(e.of, scope), e.index, scope);
      case 'call':
        return this.#call(e, scope);
      default:
        return this.#operator(e, scope);
    }
  }

  async #all(list: readonly Expr[], scope: Scope): Promise<Py[]> {
    const out: Py[] = [];
    for (const x of list) out.push(await this.#eval(x, scope));
    return out;
  }

  #lookup(name: string, scope: Scope): Py {
    for (const s of [scope, this.globals, this.around.builtins]) {
      const value = s.get(name);
      if (value !== undefined) return value;
    }
    throw raise('NameError', `name '${name}' is not defined`);
  }

  async #operator(e: Expr, scope: Scope): Promise<Py> {
    switch (e.kind) {
      case 'unary': {
        const v = await this.#eval(e.value, scope);
        return e.op === 'not' ? !truth(v) : unary(e.op, v);
      }
      case 'binary':
        return binary(e.op, await this.#eval(e.left, scope), await this.#eval(e.right, scope));
      case 'and':
      case 'or': {
        const left = await this.#eval(e.left, scope);
        return truth(left) === (e.kind === 'or') ? left : this.#eval(e.right, scope);
      }
      case 'if':
        return this.#eval(truth(await this.#eval(e.test, scope)) ? e.then : e.otherwise, scope);
      case 'compare': {
        let left = await this.#eval(e.first, scope);
        for (const [op, x] of e.rest) {
          const right = await this.#eval(x, scope);
          if (!compare(op, left, right)) return false;
          left = right;
        }
        return true;
      }
      default:
        throw raise('TypeError', 'slice indices outside of []');
    }
  }

  async #index(of: Py, index: Expr, scope: Scope): Promise<Py> {
    if (index.kind === 'slice') {
      const bound = async (x: Expr | undefined): Promise<number | undefined> => {
        const v = x && (await this.#eval(x, scope));
        return typeof v === 'number' ? v : undefined;
      };
      const [from, to] = [await bound(index.from), await bound(index.to)];
      if (typeof of === 'string' || of instanceof Uint8Array) return of.slice(from, to);
      if (of instanceof PyList) return new PyList(of.items.slice(from, to));
      if (of instanceof PyTuple) return new PyTuple(of.items.slice(from, to));
      throw raise('TypeError', `'${typeName(of)}' object is not subscriptable`);
    }
    const i = await this.#eval(index, scope);
    if (of instanceof PyDict) {
      const found = of.entries.get(repr(i));
      if (!found) throw raise('KeyError', i);
      return found[1];
    }
    if (typeof of !== 'string' && !(of instanceof Uint8Array) && !(of instanceof PyList) && !(of instanceof PyTuple))
      throw raise('TypeError', `'${typeName(of)}' object is not subscriptable`);
    const items = iterate(of);
    if (typeof i !== 'number')
      throw raise('TypeError', `${typeName(of)} indices must be integers or slices, not ${typeName(i)}`);
    return items[place(items, i, typeName(of))] as Py;
  }

  async #call(e: Expr & { readonly kind: 'call' }, scope: Scope): Promise<Py> {
    const callee = await this.#eval(e.callee, scope);
    const args = await this.#all(e.args, scope);
    const named = new Map<string, Py>();
    for (const [name, x] of e.named) named.set(name, await this.#eval(x, scope));
    if (callee instanceof PyFunc) return callee.call(args, named);
    if (callee instanceof PyObject && callee.type === 'type') return new PyException(callee.repr(), args);
    throw raise('TypeError', `'${typeName(callee)}' object is not callable`);
  }
}

function place(items: readonly Py[], index: number, what: string): number {
  const at = index < 0 ? items.length + index : index;
  if (at < 0 || at >= items.length) throw raise('IndexError', `${what} index out of range`);
  return at;
}

function attribute(of: Py, name: string): Py {
  const own = of instanceof PyObject ? of.attrs.get(name) : method(of, name);
  if (own !== undefined) return own;
  if (of instanceof PyObject && of.type === 'module')
    throw raise('AttributeError', `module '${/'(.*?)'/.exec(of.repr())?.[1]}' has no attribute '${name}'`);
  throw raise('AttributeError', `'${typeName(of)}' object has no attribute '${name}'`);
}
