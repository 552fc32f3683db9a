/** declare, typeset, local, export, readonly, unset. @see bash builtins/declare.def, setattr.def */

import type * as ast from 'unbash';
import { parse } from 'unbash';
import { assign } from '../execute/assign.ts';
import { quoteIfNeeded, singleQuote } from '../expand/quote.ts';
import { declaration } from '../expand/transform.ts';
import { evaluateOrFail, expandString, wordOf } from '../expand/word.ts';
import type { Shell } from '../shell.ts';
import { keysOf, type Variable } from '../variables.ts';
import type { Builtin, Output } from './builtin.ts';
import { assignName, NAME } from './names.ts';

const ATTRIBUTE: Readonly<Record<string, keyof Variable>> = {
  i: 'integer',
  l: 'lower',
  u: 'upper',
  n: 'nameref',
  r: 'readonly',
  x: 'exported',
};

interface Request {
  readonly on: Set<string>;
  readonly off: Set<string>;
  readonly rest: { text: string; at: number }[];
}

function parseRequest(args: readonly string[], known: string, out: Output): Request | number {
  const r: Request = { on: new Set(), off: new Set(), rest: [] };
  let i = 1;
  for (; i < args.length; i++) {
    const a = args[i] as string;
    if (a === '--') {
      i++;
      break;
    }
    if (!/^[-+][a-zA-Z]+$/.test(a)) break;
    for (const c of a.slice(1)) {
      if (!known.includes(c))
        return out.usage(
          `${a[0]}${c}`,
          `${args[0]} [-aAfFgiIlnrtux] [name[=value] ...] or ${args[0]} -p [-aAfFilnrtux] [name ...]`,
        );
      (a[0] === '-' ? r.on : r.off).add(c);
    }
  }
  for (; i < args.length; i++) r.rest.push({ text: args[i] as string, at: i });
  return r;
}

/** Applies attributes and the value of one operand. */
async function declareOne(
  sh: Shell,
  out: Output,
  operand: { text: string; at: number },
  r: Request,
  local: boolean,
): Promise<number> {
  const node: ast.Assignment | undefined = out.arrays.get(operand.at);
  const m = node ? undefined : /^([A-Za-z_]\w*)(?:\[(.*?)\])?(\+?)(?:=([\s\S]*))?$/.exec(operand.text);
  const name = node?.name ?? m?.[1];
  if (name === undefined || !NAME.test(name)) return out.error(`\`${operand.text}': not a valid identifier`);
  const before = sh.vars.raw(name);
  if (before?.readonly && local === false && (node || m?.[4] !== undefined))
    return out.error(`${name}: readonly variable`);
  const fresh = local && !sh.vars.localNames().includes(name);
  const v = r.on.has('g')
    ? sh.vars.declareGlobal(name)
    : r.on.has('n')
      ? rawDeclare(sh, name, local)
      : sh.vars.declare(name, local);
  if (fresh && before?.exported) v.exported = true;
  for (const c of r.on) {
    const key = ATTRIBUTE[c];
    if (key && c !== 'r') (v as unknown as Record<string, unknown>)[key] = true;
    if (c === 'l') v.upper = undefined;
    if (c === 'u') v.lower = undefined;
  }
  if ((r.on.has('a') || r.on.has('A')) && !v.items) {
    if (r.on.has('A') || v.value === undefined) v.items = new Map();
    else v.items = new Map([['0', v.value]]);
    if (!node && v.value === undefined && m?.[4] === undefined) v.unsetArray = true;
    v.value = undefined;
    if (r.on.has('A')) v.assoc = true;
  }
  for (const c of r.off) {
    const key = ATTRIBUTE[c];
    if (key && c !== 'r') (v as unknown as Record<string, unknown>)[key] = undefined;
  }
  if (node) await assignNode(sh, node, v);
  else if (m?.[4] !== undefined) await assignText(sh, name, m, v);
  if (r.on.has('r')) v.readonly = true;
  return 0;
}

function rawDeclare(sh: Shell, name: string, local: boolean): Variable {
  const v = local ? undefined : sh.vars.raw(name);
  return v ?? sh.vars.declare(name, local);
}

async function assignNode(sh: Shell, node: ast.Assignment, v: Variable): Promise<void> {
  await assign(sh, node, node.index ? undefined : v);
}

async function assignText(sh: Shell, name: string, m: RegExpExecArray, v: Variable): Promise<void> {
  const text = m[4] as string;
  if (m[2] !== undefined) {
    await assignName(sh, `${name}[${m[2]}]`, text);
    return;
  }
  if (text.startsWith('(') && text.endsWith(')') && v.items) {
    const c = parse(`${name}=${text}`).commands[0]?.command;
    const a = c?.type === 'Command' ? c.prefix[0] : undefined;
    if (a?.type === 'Assignment') await assign(sh, a, v);
    return;
  }
  const old = m[3] === '+' ? ((v.items ? v.items.get('0') : v.value) ?? '') : '';
  const value = v.integer ? String(await evaluateOrFail(sh, m[3] ? `${old || 0}+(${text})` : text)) : old + text;
  const folded = v.upper ? value.toUpperCase() : v.lower ? value.toLowerCase() : value;
  if (v.items) v.items.set('0', folded);
  else v.value = folded;
}

/** Names with an attribute, as `declare -p` prints them. */
function printAll(sh: Shell, out: Output, test: (v: Variable) => boolean): void {
  for (const n of sh.vars.names()) {
    const v = sh.vars.raw(n);
    if (v && test(v)) out.print(`${declaration(n, v)}\n`);
  }
}

function printNames(sh: Shell, out: Output, names: readonly string[]): number {
  let status = 0;
  for (const n of names) {
    const v = sh.vars.raw(n) ?? dynamicVariable(sh, n);
    if (v) out.print(`${declaration(n, v)}\n`);
    else status = out.error(`${n}: not found`);
  }
  return status;
}

function dynamicVariable(sh: Shell, name: string): Variable | undefined {
  return sh.vars.dynamic.has(name) ? sh.vars.lookup(name) : undefined;
}

async function printFunctions(sh: Shell, out: Output, names: readonly string[], namesOnly: boolean): Promise<number> {
  const { functionText } = await sh.sys.load(() => import('./functions.ts'));
  let status = 0;
  const list = names.length > 0 ? names : [...sh.functions.keys()].sort();
  for (const n of list) {
    const f = sh.functions.get(n);
    if (!f) status = 1;
    else if (namesOnly) out.print(names.length > 0 ? `${n}\n` : `declare -f ${n}\n`);
    else out.print(`${functionText(f)}\n`);
  }
  return status;
}

/** The builtin `declare`. */
export const declare: Builtin = async (sh, args, out) => {
  const r = parseRequest(args, 'aAfFgiIlnprtuxB', out);
  if (typeof r === 'number') return r;
  const names = r.rest.map((x) => x.text);
  if (r.on.has('f') || r.on.has('F')) return printFunctions(sh, out, names, r.on.has('F'));
  if (r.on.has('p') && names.length > 0) return printNames(sh, out, names);
  if (names.length === 0) {
    const wanted = [...r.on].filter((c) => ATTRIBUTE[c] || c === 'a' || c === 'A');
    if (wanted.length === 0 && !r.on.has('p')) return showVariables(sh, out);
    printAll(sh, out, (v) =>
      wanted.every(
        (c) =>
          (c === 'a' ? v.items && !v.assoc : c === 'A' ? v.assoc : v[ATTRIBUTE[c] as keyof Variable]) === true ||
          (c === 'a' && v.items !== undefined && !v.assoc),
      ),
    );
    return 0;
  }
  const local = args[0] === 'local' || (sh.vars.depth > 0 && !r.on.has('g'));
  let status = 0;
  for (const x of r.rest) status = (await declareOne(sh, out, x, r, local)) || status;
  return status;
};

/** The builtin `local`. */
export const local: Builtin = async (sh, args, out) => {
  if (sh.vars.depth === 0) {
    if (sh.setup.flavour === 'bash') return out.error('can only be used in a function');
    return out.fatal('not in a function');
  }
  if (args.length === 1) {
    for (const n of sh.vars.localNames()) {
      const v = sh.vars.raw(n);
      if (v?.value !== undefined) out.print(`${n}=${quoteIfNeeded(v.value)}\n`);
    }
    return 0;
  }
  return declare(sh, args, out);
};

/** All variables, as `set` shows them. */
export function showVariables(sh: Shell, out: Output): number {
  for (const n of sh.vars.names()) {
    const v = sh.vars.raw(n) ?? dynamicVariable(sh, n);
    if (!v) continue;
    if (v.items) out.print(`${n}=${declaration(n, v).replace(/^declare \S+ [^=]*=?/, '')}\n`);
    else if (v.value !== undefined) out.print(`${n}=${v.value === '' ? '' : quoteIfNeeded(v.value)}\n`);
  }
  return 0;
}

const attribute =
  (letter: 'x' | 'r'): Builtin =>
  async (sh, args, out) => {
    const r = parseRequest(args, letter === 'x' ? 'fnp' : 'aAfp', out);
    if (typeof r === 'number') return r;
    if (r.rest.length === 0) {
      if (sh.setup.flavour === 'bash')
        printAll(sh, out, (v) => (letter === 'x' ? v.exported === true : v.readonly === true));
      else for (const n of sh.vars.names()) plainExport(sh, out, n, args[0] as string, letter);
      return 0;
    }
    let status = 0;
    for (const x of r.rest) {
      if (r.on.has('f')) {
        const f = sh.functions.get(x.text);
        if (!f) status = out.error(`${x.text}: not a function`);
        else f.exported = true;
        continue;
      }
      const on = new Set<string>([...r.on].filter((c) => c === 'a' || c === 'A'));
      if (!(letter === 'x' && r.on.has('n'))) on.add(letter);
      const off = new Set(letter === 'x' && r.on.has('n') ? ['x'] : []);
      status = (await declareOne(sh, out, x, { on, off, rest: [] }, false)) || status;
    }
    return status;
  };

function plainExport(sh: Shell, out: Output, name: string, verb: string, letter: 'x' | 'r'): void {
  const v = sh.vars.raw(name);
  if (v && (letter === 'x' ? v.exported : v.readonly)) out.print(`${verb} ${name}=${singleQuote(v.value ?? '')}\n`);
}

/** The builtin `export`. */
export const exportBuiltin = attribute('x');
export const readonly = attribute('r');

/** The builtin `unset`. */
export const unset: Builtin = async (sh, args, out) => {
  let mode = '';
  let i = 1;
  for (; /^-[fvn]+$/.test(args[i] ?? ''); i++) mode = (args[i] as string).slice(1);
  if (args[i] === '--') i++;
  let status = 0;
  for (const a of args.slice(i)) {
    const m = /^([A-Za-z_]\w*)\[(.+)\]$/.exec(a);
    if (m && mode !== 'f') status = (await unsetElement(sh, m[1] as string, m[2] as string)) || status;
    else if (mode === 'f') sh.functions.delete(a);
    else if (!NAME.test(a)) status = out.error(`\`${a}': not a valid identifier`);
    else if (mode === 'n') sh.vars.forget(a);
    else if (mode === '' && !sh.vars.raw(a) && !sh.vars.dynamic.has(a) && sh.functions.has(a)) sh.functions.delete(a);
    else if (!sh.vars.unset(a)) status = out.error(`${a}: cannot unset: readonly variable`);
  }
  return status;
};

async function unsetElement(sh: Shell, name: string, index: string): Promise<number> {
  const v = sh.vars.lookup(name);
  if (!v?.items) return 0;
  if ((index === '@' || index === '*') && !v.assoc) v.items.clear();
  else {
    const text = await expandString(sh, wordOf(index));
    let key = v.assoc ? text : String(await evaluateOrFail(sh, text));
    if (!v.assoc && key.startsWith('-')) key = String(Number(keysOf(v).at(-1)) + 1 + Number(key));
    v.items.delete(key);
  }
  return 0;
}
