/**
 * Assignments: scalars, elements, whole arrays, `+=`.
 * @see bash subst.c: do_assignment_internal; arrayfunc.c: assign_compound_array_list
 */
import type * as ast from 'unbash';
import { subscript } from '../expand/parameter.ts';
import { quoteIfNeeded } from '../expand/quote.ts';
import { evaluateOrFail, expandString, expandWord, wordOf } from '../expand/word.ts';
import type { Shell } from '../shell.ts';
import { keysOf, type Variable } from '../variables.ts';

/** Carries out one assignment. @returns what `set -x` shows */
export async function assign(sh: Shell, a: ast.Assignment, variable?: Variable): Promise<string> {
  const name = a.name;
  if (a.value.type === 'ArrayValue') {
    await assignArray(sh, name, a.value, a.append === true, variable);
    return `${name}=(${a.value.elements.map((e) => e.text).join(' ')})`;
  }
  const text = await expandString(sh, a.value, 'assignment');
  if (a.index) await assignElement(sh, name, a.index, text, a.append === true);
  else await assignScalar(sh, name, text, a.append === true, variable);
  return `${name}${a.index ? `[${a.index.text}]` : ''}${a.append ? '+' : ''}=${text === '' ? '' : quoteIfNeeded(text)}`;
}

async function refuse(sh: Shell, name: string): Promise<never> {
  return sh.fail(sh.dialect.readOnly(name));
}

/** Value after the integer attribute and `+=`. */
async function finalText(
  sh: Shell,
  v: Variable | undefined,
  old: string,
  text: string,
  append: boolean,
): Promise<string> {
  if (v?.integer) {
    const n = await evaluateOrFail(sh, text);
    return String(append ? BigInt.asIntN(64, (await evaluateOrFail(sh, old === '' ? '0' : old)) + n) : n);
  }
  return append ? old + text : text;
}

/** `name=value`, `name+=value`. */
export async function assignScalar(
  sh: Shell,
  name: string,
  text: string,
  append: boolean,
  variable?: Variable,
): Promise<void> {
  const v = variable ?? sh.vars.raw(sh.vars.resolve(name));
  if (v?.readonly) await refuse(sh, name);
  const old = append ? ((v?.items ? v.items.get('0') : v?.value) ?? sh.vars.get(name) ?? '') : '';
  const value = await finalText(sh, v, old, text, append);
  if (variable && !variable.items) {
    variable.value = variable.upper ? value.toUpperCase() : variable.lower ? value.toLowerCase() : value;
  } else sh.vars.set(name, value);
  if (sh.has('allexport')) sh.vars.export(name);
  if (name === 'OPTIND') sh.getoptsAt = 0;
  if (name === 'PATH') sh.hashed.clear();
}

async function assignElement(sh: Shell, name: string, index: ast.Word, text: string, append: boolean): Promise<void> {
  const v = sh.vars.lookup(name);
  if (v?.readonly) await refuse(sh, name);
  const key = await subscript(sh, name, index);
  if (!v?.assoc && key.startsWith('-')) return sh.fail(`${name}[${index.text}]: bad array subscript`);
  const old = append ? ((v?.items ? v.items.get(key) : key === '0' ? v?.value : undefined) ?? '') : '';
  sh.vars.setItem(name, key, await finalText(sh, v, old, text, append));
}

async function assignArray(
  sh: Shell,
  name: string,
  value: ast.ArrayValue,
  append: boolean,
  variable?: Variable,
): Promise<void> {
  const v = variable ?? sh.vars.declare(name);
  if (v.readonly) await refuse(sh, name);
  const items = new Map<string, string>();
  if (append) for (const k of keysOf(v)) items.set(k, (v.items ? v.items.get(k) : v.value) ?? '');
  const target: Variable = { ...v, items };
  let next = append && !v.assoc ? Number(keysOf(target).at(-1) ?? '-1') + 1 : 0;
  const put = async (key: string, text: string, plus: boolean): Promise<void> => {
    items.set(key, await finalText(sh, v, items.get(key) ?? '', text, plus));
  };
  const loose: string[] = [];
  for (const e of value.elements) {
    const keyed = keyedElement(e.text);
    if (keyed) {
      const keyWord = wordOf(keyed.key);
      const key = v.assoc
        ? await expandString(sh, keyWord)
        : String(await evaluateOrFail(sh, await expandString(sh, keyWord)));
      const text = keyed.value === '' ? '' : await expandString(sh, wordOf(keyed.value), 'assignment');
      await put(key, text, keyed.append);
      if (!v.assoc) next = Number(key) + 1;
      continue;
    }
    for (const text of await expandWord(sh, e)) {
      if (v.assoc) loose.push(text);
      else await put(String(next++), text, false);
    }
  }
  for (let i = 0; i < loose.length; i += 2) items.set(loose[i] as string, loose[i + 1] ?? '');
  v.items = items;
  v.value = undefined;
}

/** `[key]=value`, `[key]+=value` of an array's list. */
function keyedElement(text: string): { key: string; value: string; append: boolean } | undefined {
  if (!text.startsWith('[')) return undefined;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '[') depth++;
    else if (text[i] === ']' && --depth === 0) {
      const rest = text.slice(i + 1);
      const m = /^(\+?)=/.exec(rest);
      return m ? { key: text.slice(1, i), value: rest.slice(m[0].length), append: m[1] === '+' } : undefined;
    }
  }
  return undefined;
}
