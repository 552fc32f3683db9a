/**
 * Variables in a text: `$$`, `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-…}`, `${NAME:?error}`, `${NAME:+other}`, nested.
 * Limits: a text in which more than 500 variables with operators lie in or behind each other is no template.
 * @see compose-spec/compose-go template/template.go
 */
import { goQuote } from '../../cli/flags/gostrconv.ts';
import type { Value } from './project.ts';
import { isMapping, sortedKeys } from './tree.ts';

/** Where values come from. */
export type Lookup = (name: string) => string | undefined;

/** Is told of a variable that has no value. */
type Warn = (name: string) => void;

/** Why a text could not be filled in. */
interface Misfit {
  /** The text is no template. */
  readonly invalid?: string;
  /** A variable that must have a value has none. */
  readonly missing?: string;
}

const VARIABLE = /\$(?:(\$)|([_a-z][_a-z0-9]*)|\{(?:([_a-z][_a-z0-9]*(?::?[-+?](?:[^\n]*))?)\}|))/gi;
/** How often a text is gone into anew. */
const DEEPEST = 500;
const FIRST_VARIABLE = new RegExp(VARIABLE.source, 'i');
const OPERATORS = [':?', '?', ':-', '-', ':+', '+'] as const;

type Result = { readonly text: string } | Misfit;

/** The operator that comes first in a text. */
function operatorIn(text: string): string | undefined {
  let best: string | undefined;
  let at = Number.POSITIVE_INFINITY;
  for (const op of OPERATORS) {
    const i = text.indexOf(op);
    if (i >= 0 && i < at) [best, at] = [op, i];
  }
  return best;
}

/** Where the first variable in braces ends, or -1. */
function closingBrace(s: string): number {
  let open = 0;
  for (let i = 0; i < s.length; i++) {
    if (s[i] === '}' && --open === 0) return i;
    if (s[i] === '{') {
      open++;
      i++;
    }
  }
  return -1;
}

/** `NAME:-rest` and its like. @returns undefined when the operator is not in it */
function withOperator(inside: string, op: string, look: Lookup, warn: Warn, depth: number): Result | undefined {
  const at = inside.indexOf(op);
  if (at < 0) return undefined;
  const name = inside.slice(0, at);
  const rest = substitute(inside.slice(at + op.length), look, warn, depth);
  if (!('text' in rest)) return rest;
  const value = look(name);
  const strict = op.startsWith(':');
  const there = value !== undefined && !(strict && value === '');
  if (op.endsWith('-')) return { text: there ? value : rest.text };
  if (op.endsWith('+')) return { text: there ? rest.text : (value ?? '') };
  if (there) return { text: value };
  return { missing: `required variable ${name} is missing a value${rest.text === '' ? '' : `: ${rest.text}`}` };
}

function replaced(found: string, look: Lookup, warn: Warn, depth: number): Result {
  const op = operatorIn(found);
  const end = closingBrace(found);
  const rest = end < 0 ? '' : found.slice(end + 1);
  const groups = FIRST_VARIABLE.exec(end < 0 ? found : found.slice(0, end + 1));
  const [, escaped, named, braced] = groups ?? [];
  if (escaped) return { text: '$' };
  const inside = named || braced;
  if (!inside) return { invalid: '' };
  if (!named && op !== undefined) {
    const got = withOperator(inside, op, look, warn, depth);
    if (got !== undefined) {
      if (!('text' in got)) return got;
      const more = substitute(rest, look, warn, depth);
      return 'text' in more ? { text: got.text + more.text } : more;
    }
  }
  const value = look(inside);
  if (value === undefined) warn(inside);
  return { text: value ?? '' };
}

/** Puts variables' values in their places. @param depth of texts that this one lies in */
export function substitute(template: string, look: Lookup, warn: Warn, depth = 0): Result {
  if (!template.includes('$')) return { text: template };
  if (depth > DEEPEST) return { invalid: template };
  let bad: Misfit | undefined;
  const text = template.replace(VARIABLE, (found) => {
    const got = replaced(found, look, warn, depth + 1);
    if ('text' in got) return got.text;
    bad ??= got.invalid === '' ? { invalid: template } : got;
    return '';
  });
  return bad ?? { text };
}

/** What is said of a variable that has no value. */
export const notSet = (name: string): string =>
  `The ${goQuote(name)} variable is not set. Defaulting to a blank string.`;

/** A variable that a model names. */
export interface Variable {
  readonly name: string;
  readonly defaultValue: string;
  readonly presenceValue: string;
  readonly required: boolean;
}

/** The variables of one text, and those that stand in their defaults. */
function variablesOf(text: string, depth = 0): Variable[] {
  const out: Variable[] = [];
  if (depth > DEEPEST) return out;
  for (const [all, escaped, named, braced] of text.matchAll(VARIABLE)) {
    if (escaped) continue;
    const end = named ? -1 : closingBrace(all);
    const inside = named || (end > 0 ? all.slice(2, end) : (braced ?? ''));
    if (end > 0) out.push(...variablesOf(all.slice(end + 1), depth + 1));
    const [, name = '', op = '', rest = ''] = /^(\w*)(:?[-?+])?(.*)$/s.exec(inside) ?? [];
    out.push({
      name,
      defaultValue: op.endsWith('-') ? rest : '',
      presenceValue: op.endsWith('+') ? rest : '',
      required: op.endsWith('?'),
    });
    if (op.endsWith('-') || op.endsWith('+')) out.push(...variablesOf(rest, depth + 1));
  }
  return out;
}

/** The variables that a tree names; lists are looked into for texts only. */
export function variablesIn(v: Value, out = new Map<string, Variable>()): Map<string, Variable> {
  const take = (text: string): void => {
    for (const one of variablesOf(text)) out.set(one.name, one);
  };
  if (typeof v === 'string') take(v);
  else if (Array.isArray(v)) for (const x of v) typeof x === 'string' && take(x);
  else if (isMapping(v)) for (const k of sortedKeys(v)) variablesIn(v[k] as Value, out);
  return out;
}
