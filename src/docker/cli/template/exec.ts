/**
 * Runs a parsed template over a Go value.
 * @see Go src/text/template/exec.go
 */
import { goQuote } from '../flags/gostrconv.ts';
import { argumentFault, arityFault, iterate } from './accept.ts';
import { type Arg, argText, type Command, commandText, type Node, type Pipe, pipeText, templateText } from './ast.ts';
import type { Template } from './parse.ts';
import { goPrint } from './print.ts';
import {
  bool,
  embeddedField,
  FLOAT64,
  GoError,
  type GoFunc,
  type GoObject,
  type GoType,
  type GoValue,
  INT,
  indirect,
  NIL,
  str,
  truth,
  typeName,
} from './value.ts';

/** Internal: unwinds with a message; never leaves this file. */
class Stop {
  constructor(readonly message: string) {}
}
class LoopControl {
  constructor(readonly kind: 'break' | 'continue') {}
}

type Variable = { readonly name: string; value: GoValue | undefined };
type Place = { readonly pos: number };

/** What a template runs with. */
export interface ExecOptions {
  readonly functions: Readonly<Record<string, GoFunc>>;
  /** Option("missingkey=error") */
  readonly missingKeyError?: boolean;
}

class Run {
  out = '';
  #vars: Variable[] = [];
  #depth = 0;
  #last: Arg | undefined;
  #current: string;
  constructor(
    readonly template: Template,
    readonly options: ExecOptions,
  ) {
    this.#current = template.name;
  }

  #fail(at: Place | undefined, context: string, message: string): never {
    if (!at) throw new Stop(`template: ${this.template.name}: ${message}`);
    const before = this.template.source.slice(0, at.pos);
    const newline = before.lastIndexOf('\n');
    const line = before.split('\n').length;
    const column = new TextEncoder().encode(before.slice(newline + 1)).length;
    throw new Stop(
      `template: ${this.template.name}:${line}:${column}: executing ${goQuote(this.#current)} at <${context}>: ${message}`,
    );
  }

  run(data: GoValue): void {
    this.#vars = [{ name: '$', value: data }];
    this.#walkList(this.template.root, data);
  }

  #walkList(list: readonly Node[], dot: GoValue | undefined): void {
    for (const node of list) this.#walk(node, dot);
  }

  #walk(node: Node, dot: GoValue | undefined): void {
    switch (node.n) {
      case 'text':
        this.out += node.text;
        return;
      case 'action': {
        const value = this.#pipe(node.pipe, dot);
        if (node.pipe.decl.length === 0) this.out += this.#printed(value, node.pipe);
        return;
      }
      case 'if':
      case 'with': {
        const mark = this.#vars.length;
        const value = this.#pipe(node.pipe, dot);
        if (truth(value)) this.#walkList(node.list, node.n === 'with' ? value : dot);
        else if (node.otherwise) this.#walkList(node.otherwise, dot);
        this.#vars.length = mark;
        return;
      }
      case 'range':
        this.#range(node.pipe, node.list, node.otherwise, dot);
        return;
      case 'template':
        this.#call(node.name, node.pipe, dot, node);
        return;
      default:
        throw new LoopControl(node.n);
    }
  }

  #printed(value: GoValue | undefined, pipe: Pipe): string {
    const v = value && indirect(value).value;
    if (v === undefined || (v.t.k === 'any' && v.v === null)) return '<no value>';
    if (v.t.k === 'func') this.#fail(pipe, pipeText(pipe), `can't print ${pipeText(pipe)} of type ${typeName(v.t)}`);
    return goPrint(v);
  }

  #call(name: string, pipe: Pipe | undefined, dot: GoValue | undefined, at: Place): void {
    const body = this.template.defined.get(name);
    if (!body) this.#fail(at, templateText(name, pipe), `template ${goQuote(name)} not defined`);
    if (this.#depth > 1000) this.#fail(at, templateText(name, pipe), 'exceeded maximum template depth (100000)');
    const value = pipe ? this.#pipe(pipe, dot) : undefined;
    const outer = this.#vars;
    const current = this.#current;
    this.#vars = [{ name: '$', value }];
    this.#current = name;
    this.#depth++;
    this.#walkList(body, value);
    this.#depth--;
    this.#current = current;
    this.#vars = outer;
  }

  #range(pipe: Pipe, list: readonly Node[], otherwise: readonly Node[] | undefined, dot: GoValue | undefined): void {
    const mark = this.#vars.length;
    const value = this.#pipe(pipe, dot);
    const items =
      iterate(value) ??
      this.#fail(pipe, pipeText(pipe), `range can't iterate over ${goPrint(value ? indirect(value).value : NIL)}`);
    const inner = this.#vars.length;
    for (const [key, item] of items) {
      const names = pipe.decl;
      const only = pipe.decl.length === 1;
      if (names.length > 0) {
        const set = (i: number, v: GoValue): void => {
          if (pipe.assign) this.#assign(names[i] as string, v);
          else this.#vars[mark + i] = { name: names[i] as string, value: v };
        };
        if (only) set(0, item);
        else {
          set(0, key);
          set(1, item);
        }
      }
      const scope = pipe.assign ? inner : mark + names.length;
      this.#vars.length = Math.max(scope, mark);
      try {
        this.#walkList(list, item);
      } catch (control) {
        if (!(control instanceof LoopControl)) throw control;
        if (control.kind === 'break') break;
      }
    }
    this.#vars.length = mark;
    if (items.length === 0 && otherwise) this.#walkList(otherwise, dot);
  }

  #assign(name: string, value: GoValue | undefined): void {
    for (let i = this.#vars.length - 1; i >= 0; i--) {
      const v = this.#vars[i] as Variable;
      if (v.name === name) {
        v.value = value;
        return;
      }
    }
  }

  #pipe(pipe: Pipe, dot: GoValue | undefined): GoValue | undefined {
    let value: GoValue | undefined;
    let have = false;
    for (const cmd of pipe.cmds) {
      value = this.#command(cmd, dot, have ? [value ?? NIL] : []);
      have = true;
    }
    for (const name of pipe.decl) {
      if (pipe.assign) this.#assign(name, value);
      else this.#vars.push({ name, value });
    }
    return value;
  }

  #command(cmd: Command, dot: GoValue | undefined, final: readonly GoValue[]): GoValue | undefined {
    const [first, ...rest] = cmd.args as readonly [Arg, ...Arg[]];
    switch (first.n) {
      case 'field':
        return this.#fields(first, dot, first.idents, dot, rest, final);
      case 'chain':
        return this.#chain(first, dot, rest, final);
      case 'identifier':
        return this.#function(first, rest, cmd, dot, final);
      case 'pipe':
        if (rest.length > 0 || final.length > 0)
          this.#fail(first, argText(first), `can't give argument to non-function ${argText(first)}`);
        return this.#pipe(first.pipe, dot);
      case 'variable':
        return this.#fields(first, this.#variable(first.idents[0] as string), first.idents.slice(1), dot, rest, final);
      default:
        break;
    }
    if (rest.length > 0 || final.length > 0)
      this.#fail(first, argText(first), `can't give argument to non-function ${argText(first)}`);
    if (first.n === 'nil') return this.#fail(first, 'nil', 'nil is not a command');
    return this.#arg(first, dot);
  }

  #variable(name: string): GoValue | undefined {
    for (let i = this.#vars.length - 1; i >= 0; i--) if (this.#vars[i]?.name === name) return this.#vars[i]?.value;
    throw new Stop(`template: ${this.template.name}: undefined variable: ${name}`);
  }

  #fields(
    at: Arg,
    receiver: GoValue | undefined,
    idents: readonly string[],
    dot: GoValue | undefined,
    args: readonly Arg[],
    final: readonly GoValue[],
  ): GoValue | undefined {
    if (idents.length === 0) {
      if (args.length > 0 || final.length > 0)
        this.#fail(at, argText(at), `can't give argument to non-function ${argText(at)}`);
      return receiver;
    }
    let value = receiver;
    for (const [i, name] of idents.entries()) {
      const last = i === idents.length - 1;
      value = this.#field(at, value, name, dot, last ? args : [], last ? final : []);
    }
    return value;
  }

  #field(
    at: Arg,
    receiver: GoValue | undefined,
    name: string,
    dot: GoValue | undefined,
    args: readonly Arg[],
    final: readonly GoValue[],
  ): GoValue | undefined {
    if (receiver === undefined) {
      if (this.options.missingKeyError) this.#fail(at, argText(at), `nil data; no entry for key ${goQuote(name)}`);
      return undefined;
    }
    const { value, nil } = indirect(receiver);
    if (value.t.k === 'any' && value.v === null)
      return this.#fail(at, argText(at), `nil pointer evaluating interface {}.${name}`);
    const method = value.t.k === 'object' ? (value.v as GoObject).method(name) : value.methods?.[name];
    if (method) return this.#apply(at, name, method, args, dot, final);
    const context = argText(at);
    const type = receiver.iface ? 'interface {}' : typeName(receiver.t);
    if (nil) this.#fail(at, context, `nil pointer evaluating ${type}.${name}`);
    const extra = args.length > 0 || final.length > 0;
    if (value.t.k === 'struct') {
      const embedded = embeddedField(value, name);
      if (embedded) return embedded;
      const i = value.t.fields.findIndex((f) => f.name === name);
      if (i >= 0) {
        if (extra) this.#fail(at, context, `${name} has arguments but cannot be invoked as function`);
        return (value.v as GoValue[])[i];
      }
    }
    if (value.t.k === 'map' && value.t.key.k === 'string') {
      if (extra) this.#fail(at, context, `${name} is not a method but has arguments`);
      const found = (value.v as Map<string, GoValue> | null)?.get(name);
      if (found) return found;
      if (this.options.missingKeyError) this.#fail(at, context, `map has no entry for key ${goQuote(name)}`);
      return undefined;
    }
    return this.#fail(
      at,
      context,
      `can't evaluate field ${name} in type ${value.t.k === 'object' ? `*${value.t.name}` : type}`,
    );
  }

  #function(
    at: Arg,
    rest: readonly Arg[],
    cmd: Command,
    dot: GoValue | undefined,
    final: readonly GoValue[],
  ): GoValue | undefined {
    const name = (at as { name: string }).name;
    if (name === 'and' || name === 'or') {
      let last: GoValue | undefined;
      for (const arg of rest) {
        last = this.#arg(arg, dot);
        if (truth(last) === (name === 'or')) return last;
      }
      if (final[0]) last = final[0];
      if (rest.length === 0 && final.length === 0)
        this.#fail(at, name, `wrong number of args for ${name}: want at least 1 got 0`);
      return last;
    }
    const callee = name === 'call' ? rest[0] : undefined;
    if (callee) {
      const value = this.#arg(callee, dot);
      const why =
        value && value.t.k !== 'any' ? `non-function ${argText(callee)} of type ${typeName(value.t)}` : 'call of nil';
      this.#fail(at, commandText(cmd), `error calling call: ${why}`);
    }
    const fn = this.options.functions[name];
    if (!fn) return this.#fail(at, name, `${goQuote(name)} is not a defined function`);
    return this.#apply(at, name, fn, rest, dot, final, cmd);
  }

  #apply(
    at: Arg,
    name: string,
    fn: GoFunc,
    args: readonly Arg[],
    dot: GoValue | undefined,
    final: readonly GoValue[],
    cmd?: Command,
  ): GoValue {
    const values = [...args.map((a) => this.#arg(a, dot) ?? NIL), ...final];
    const fault = arityFault(fn, name, values.length);
    if (fault !== undefined) this.#fail(at, argText(at), fault);
    const types = (fn as { types?: readonly string[] }).types;
    if (types) this.#checkTypes(types, values, args, at);
    const result = fn(...values);
    if (result instanceof GoError)
      this.#fail(at, cmd ? commandText(cmd) : argText(at), `error calling ${name}: ${result.text}`);
    return result;
  }

  #checkTypes(types: readonly string[], values: readonly GoValue[], args: readonly Arg[], at: Arg): void {
    for (const [i, v] of values.entries()) {
      const arg = args[i] ?? at;
      const fault = argumentFault(types[Math.min(i, types.length - 1)] as string, v, arg);
      if (fault !== undefined) this.#fail(arg, argText(arg), fault);
    }
  }

  /** Fields of a parenthesis. As in Go, errors point at what was looked at last. */
  #chain(
    at: Arg & { n: 'chain' },
    dot: GoValue | undefined,
    args: readonly Arg[],
    final: readonly GoValue[],
  ): GoValue | undefined {
    const receiver = this.#arg(at.node, dot);
    return this.#fields(this.#last ?? at, receiver, at.fields, dot, args, final);
  }

  #arg(arg: Arg, dot: GoValue | undefined): GoValue | undefined {
    this.#last = arg;
    switch (arg.n) {
      case 'dot':
        return dot;
      case 'nil':
        return NIL;
      case 'bool':
        return bool(arg.value);
      case 'number':
        return arg.isInt && !/[.eE]/.test(arg.text.replace(/^0[xX].*/, ''))
          ? { t: INT, v: arg.value }
          : { t: FLOAT64 as GoType, v: arg.value };
      case 'string':
        return str(arg.value);
      case 'field':
        return this.#fields(arg, dot, arg.idents, dot, [], []);
      case 'variable':
        return this.#fields(arg, this.#variable(arg.idents[0] as string), arg.idents.slice(1), dot, [], []);
      case 'identifier':
        return this.#function(arg, [], { args: [arg], pos: arg.pos, line: arg.line }, dot, []);
      case 'chain':
        return this.#chain(arg, dot, [], []);
      default:
        return this.#pipe(arg.pipe, dot);
    }
  }
}

/** @returns the text, and Go's message when it failed (what was printed before stays) */
export function execTemplate(
  template: Template,
  data: GoValue,
  options: ExecOptions,
): { readonly text: string; readonly error?: string } {
  const run = new Run(template, options);
  try {
    run.run(data);
    return { text: run.out };
  } catch (stop) {
    if (stop instanceof Stop) return { text: run.out, error: stop.message };
    throw stop;
  }
}
