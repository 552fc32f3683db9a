/**
 * Parameter expansion: `$x`, `${x:-w}`, `${x#p}`, `${x/p/r}`, `${x:o:l}`, `${!x}`, `${x[@]}`, `${x@Q}` …
 * @see bash subst.c: parameter_brace_expand
 */
import type * as ast from 'unbash';
import type { Shell } from '../shell.ts';
import { Unwind } from '../unwind.ts';
import { keysOf } from '../variables.ts';
import type { ArithmeticVariables } from './arithmetic.ts';
import { BREAK, joinText, quoted, type Segment } from './fields.ts';
import { applyCase, removePattern, replacePattern } from './operations.ts';
import { attributes, transform } from './transform.ts';
import { arithmetic, expandHere, expandPattern, expandString, quotedSegments, segments } from './word.ts';

/** A parameter's value: one string, or the list of `$@`, `$*` and arrays. */
export type Value =
  | { readonly list: false; readonly text: string | undefined }
  | {
      readonly list: true;
      readonly items: readonly string[];
      readonly star: boolean;
      readonly keys?: readonly string[];
    };

const scalar = (text: string | undefined): Value => ({ list: false, text });

/** Value of a special or positional parameter or of a variable. */
export function parameterValue(sh: Shell, name: string): Value {
  switch (name) {
    case '@':
    case '*':
      return { list: true, items: sh.params, star: name === '*' };
    case '#':
      return scalar(String(sh.params.length));
    case '?':
      return scalar(String(sh.status));
    case '$':
      return scalar(String(sh.shellPid));
    case '!':
      return scalar(sh.backgroundPid === undefined ? undefined : String(sh.backgroundPid));
    case '-':
      return scalar(sh.flags);
    case '0':
      return scalar(sh.arg0);
  }
  if (/^\d+$/.test(name)) return scalar(sh.params[Number(name) - 1]);
  return scalar(sh.vars.get(name));
}

/** Reads and writes for the arithmetic evaluator. */
export function arithmeticVariables(sh: Shell): ArithmeticVariables {
  return {
    get: (name, index) => {
      if (index === undefined) {
        const v = sh.vars.get(name);
        if (v === undefined && sh.has('nounset')) throw new UnboundInArithmetic(name);
        return v;
      }
      const v = sh.vars.lookup(name);
      return elementOf(sh, name, v?.assoc ? index : plainIndex(sh, index));
    },
    set: (name, index, value) => {
      const v = sh.vars.lookup(name);
      const fault =
        index === undefined
          ? sh.vars.set(name, value)
          : sh.vars.setItem(name, v?.assoc ? index : plainIndex(sh, index), value);
      if (fault) throw new Unwind('discard', 1);
    },
  };
}

/** An unset variable under `set -u` inside an expression. */
export class UnboundInArithmetic extends Error {}

function plainIndex(sh: Shell, text: string): string {
  return /^\d+$/.test(text) ? text : String(sh.evaluateIndex(text));
}

function elementOf(sh: Shell, name: string, key: string): string | undefined {
  const v = sh.vars.lookup(name);
  if (!v) return undefined;
  if (!v.items) return key === '0' ? v.value : undefined;
  return v.items.get(wrapIndex(v.assoc ? undefined : keysOf(v), key));
}

function wrapIndex(keys: readonly string[] | undefined, key: string): string {
  if (!keys || !key.startsWith('-')) return key;
  return String(Number(keys.at(-1) ?? '-1') + 1 + Number(key));
}

/** The key that a subscript means for a variable: text for associative arrays, a number otherwise. */
export async function subscript(sh: Shell, name: string, index: ast.Word): Promise<string> {
  const v = sh.vars.lookup(name);
  if (v?.assoc) return expandString(sh, index);
  const n = await arithmetic(sh, index.text);
  return n < 0n && v ? wrapIndex(keysOf(v), String(n)) : String(n);
}

/** `$name` */
export async function expandSimple(sh: Shell, name: string, inQuotes: boolean): Promise<Segment[]> {
  const value = parameterValue(sh, name);
  if (!value.list && value.text === undefined) await unbound(sh, name);
  return emit(sh, value, inQuotes);
}

async function unbound(sh: Shell, name: string): Promise<void> {
  if (!sh.has('nounset') || name === '@' || name === '*') return;
  await sh.complain(sh.dialect.unset(/^\d+$/.test(name) && sh.setup.flavour === 'bash' ? `$${name}` : name));
  throw sh.fatal();
}

/** Pieces of a value where it stands. */
function emit(sh: Shell, value: Value, inQuotes: boolean): Segment[] {
  const piece = (text: string): Segment => ({ text, quoted: inQuotes, split: !inQuotes });
  if (!value.list) return value.text === undefined && !inQuotes ? [] : [piece(value.text ?? '')];
  if (inQuotes && value.star) {
    const ifs = sh.vars.get('IFS') ?? ' ';
    return [piece(value.items.join(ifs.slice(0, 1)))];
  }
  const out: Segment[] = [];
  value.items.forEach((x, i) => {
    if (i > 0) out.push(BREAK);
    out.push(piece(x));
  });
  return out;
}

/** `${…}` */
export async function expandParameter(sh: Shell, p: ast.ParameterExpansionPart, inQuotes: boolean): Promise<Segment[]> {
  const op = p.operation;
  if (op?.type === 'Unknown' || (p.parameter === '' && !op)) return badSubstitution(sh, p);
  if (sh.setup.flavour !== 'bash' && foreignExpansion(sh, p)) return badSubstitution(sh, p);
  if (p.prefix === '!' && op?.type === 'Names') {
    const items = sh.vars.names().filter((n) => n.startsWith(p.parameter));
    return emit(sh, { list: true, items, star: op.operator === '*' }, inQuotes);
  }
  if (p.prefix === '!' && (p.index?.text === '@' || p.index?.text === '*')) {
    const v = sh.vars.lookup(p.parameter);
    return emit(sh, { list: true, items: v ? keysOf(v) : [], star: p.index.text === '*' }, inQuotes);
  }
  let name = p.parameter;
  let value = await parameterAt(sh, name, p.index);
  if (p.prefix === '!') [name, value] = await indirect(sh, p, value);
  if (p.prefix === '#') return emit(sh, scalar(String(await lengthOf(sh, p, value))), inQuotes);
  if (op?.type === 'Default') return defaulted(sh, p, op, name, value, inQuotes);
  const missing = value.list ? false : value.text === undefined;
  if (missing && !(op?.type === 'Transform')) await unbound(sh, p.index ? `${name}[${p.index.text}]` : name);
  return op ? emit(sh, await operate(sh, name, p, op, value, inQuotes), inQuotes) : emit(sh, value, inQuotes);
}

/** Forms that the smaller shells do not know; ash cuts and replaces as bash does. */
function foreignExpansion(sh: Shell, p: ast.ParameterExpansionPart): boolean {
  const type = p.operation?.type;
  if (p.prefix === '!' || p.index || type === 'CaseModification' || type === 'Transform' || type === 'Names')
    return true;
  return sh.setup.flavour === 'dash' && (type === 'Slice' || type === 'Replace');
}

async function badSubstitution(sh: Shell, p: ast.ParameterExpansionPart): Promise<never> {
  return sh.fail(sh.dialect.badSubstitution(p.text));
}

async function parameterAt(sh: Shell, name: string, index: ast.Word | undefined): Promise<Value> {
  if (!index) return parameterValue(sh, name);
  const v = sh.vars.lookup(name);
  if (index.text === '@' || index.text === '*') {
    const keys = v ? keysOf(v) : [];
    const items = keys.map((k) => (v?.items ? (v.items.get(k) ?? '') : (v?.value ?? '')));
    return { list: true, items, star: index.text === '*', keys };
  }
  return scalar(elementOf(sh, name, await subscript(sh, name, index)));
}

async function indirect(sh: Shell, p: ast.ParameterExpansionPart, value: Value): Promise<[string, Value]> {
  const raw = sh.vars.raw(p.parameter);
  if (raw?.nameref) return [p.parameter, scalar(raw.value)];
  const target = value.list ? value.items.join(' ') : value.text;
  if (target === undefined) {
    await sh.complain(`${p.parameter}: invalid indirect expansion`);
    throw new Unwind('discard', 1);
  }
  const m = /^(\w+|[@*#?$!-])(?:\[(.*)\])?$/.exec(target);
  if (!m) return sh.fail(`${target}: invalid variable name`);
  const index: ast.Word | undefined =
    m[2] === undefined ? undefined : { type: 'Word', text: m[2], value: m[2], pos: 0, end: 0 };
  return [m[1] as string, await parameterAt(sh, m[1] as string, index)];
}

async function lengthOf(sh: Shell, p: ast.ParameterExpansionPart, value: Value): Promise<number> {
  if (value.list) return value.items.length;
  if (value.text === undefined) await unbound(sh, p.parameter);
  return [...(value.text ?? '')].length;
}

async function defaulted(
  sh: Shell,
  p: ast.ParameterExpansionPart,
  op: ast.ParameterDefaultOperation,
  name: string,
  value: Value,
  inQuotes: boolean,
): Promise<Segment[]> {
  const colon = op.operator.startsWith(':');
  const set = value.list ? value.items.length > 0 : value.text !== undefined;
  const empty = value.list ? value.items.join('') === '' && value.items.length <= 1 : value.text === '';
  const present = set && !(colon && empty);
  switch (op.operator.slice(-1)) {
    case '-':
      return present ? emit(sh, value, inQuotes) : operandSegments(sh, op.operand, inQuotes);
    case '+':
      return present ? operandSegments(sh, op.operand, inQuotes) : [];
    case '=': {
      if (present) return emit(sh, value, inQuotes);
      const text = joinText(await operandSegments(sh, op.operand, inQuotes));
      if (!/^[A-Za-z_]\w*$/.test(name)) return sh.fail(`$${name}: cannot assign in this way`);
      if (p.index) sh.vars.setItem(name, await subscript(sh, name, p.index), text);
      else if (sh.vars.set(name, text) === 'readonly') return sh.fail(sh.dialect.readOnly(name));
      return emit(sh, scalar(text), inQuotes);
    }
    default: {
      if (present) return emit(sh, value, inQuotes);
      const text = joinText(await operandSegments(sh, op.operand, inQuotes));
      const why = text !== '' ? text : colon ? sh.dialect.unsetOrNull : 'parameter not set';
      await sh.complain(`${name}: ${why}`);
      throw sh.fatal();
    }
  }
}

/** The word after `:-`: unquoted it is split where it is not quoted itself. */
async function operandSegments(sh: Shell, word: ast.Word, inQuotes: boolean): Promise<Segment[]> {
  if (inQuotes) {
    if (!word.parts) return [quoted(word.text.replace(/\\([$`"\\}])/g, '$1'))];
    return quotedSegments(
      sh,
      word.parts.map((x) => (x.type === 'Literal' ? { ...x, value: x.text.replace(/\\([$`"\\}])/g, '$1') } : x)),
    );
  }
  const parts = await segments(sh, word, 'plain');
  return parts.map((s) => (s !== BREAK && !s.quoted ? { ...s, split: true } : s));
}

async function operate(
  sh: Shell,
  name: string,
  p: ast.ParameterExpansionPart,
  op: ast.ParameterOperation,
  value: Value,
  inQuotes: boolean,
): Promise<Value> {
  switch (op.type) {
    case 'Remove': {
      const pattern = await expandPattern(sh, op.operand);
      return each(value, (x) => removePattern(x, pattern, op.operator, sh.shopt.has('extglob')));
    }
    case 'Replace': {
      const pattern = await expandPattern(sh, op.pattern);
      const r = await segments(sh, op.replacement, inQuotes ? 'pattern' : 'plain');
      return each(value, (x) => replacePattern(x, pattern, r, op.operator, sh.shopt));
    }
    case 'CaseModification': {
      const pattern = op.operand ? await expandPattern(sh, op.operand) : '';
      return each(value, (x) => applyCase(x, op.operator, pattern));
    }
    case 'Slice':
      return slice(sh, p, op, value);
    case 'Transform':
      if (op.operand.text === 'a') return scalar(attributes(sh.vars.raw(name)));
      if (op.operand.text === 'P' && !value.list) return scalar(await expandHere(sh, sh.promptText(value.text ?? '')));
      return transform(sh, name, value, op.operand.text);
    default:
      return value;
  }
}

function each(value: Value, f: (x: string) => string): Value {
  if (value.list) return { ...value, items: value.items.map(f) };
  return value.text === undefined ? value : scalar(f(value.text));
}

async function slice(
  sh: Shell,
  p: ast.ParameterExpansionPart,
  op: ast.ParameterSliceOperation,
  value: Value,
): Promise<Value> {
  let from = Number(await arithmetic(sh, op.offset.text));
  const length = op.length ? Number(await arithmetic(sh, op.length.text)) : undefined;
  if (!value.list) {
    const chars = [...(value.text ?? '')];
    if (from < 0) from += chars.length;
    if (from < 0 || from > chars.length) return scalar('');
    const end = length === undefined ? chars.length : length < 0 ? chars.length + length : from + length;
    if (end < from) return sh.fail(`${op.length?.text}: substring expression < 0`);
    return scalar(chars.slice(from, end).join(''));
  }
  if (length !== undefined && length < 0) return sh.fail(`${op.length?.text}: substring expression < 0`);
  let items = value.items;
  if (p.parameter === '@' || p.parameter === '*') {
    items = [sh.arg0, ...items];
    if (from < 0) from += items.length;
  } else {
    const keys = value.keys ?? [];
    if (from < 0) from += Number(keys.at(-1) ?? -1) + 1;
    const start = from;
    const at = keys.findIndex((k) => Number(k) >= start);
    from = at < 0 ? items.length : at;
  }
  if (from < 0) return { ...value, items: [] };
  const picked = items.slice(from, length === undefined ? undefined : from + length);
  return { ...value, items: picked };
}
