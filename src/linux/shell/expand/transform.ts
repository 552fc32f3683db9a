/**
 * `${x@Q}` and its kin, and the text of `declare -p`.
 * @see bash subst.c: parameter_brace_transform; builtins/declare.def
 */
import type { Shell } from '../shell.ts';
import { keysOf, type Variable } from '../variables.ts';
import type { Value } from './parameter.ts';
import { decodeEscapes, doubleQuote, singleQuote } from './quote.ts';

/** Attribute letters of a variable, in bash's order. */
export function attributes(v: Variable | undefined): string {
  if (!v) return '';
  return [
    v.items && !v.assoc && 'a',
    v.assoc && 'A',
    v.integer && 'i',
    v.nameref && 'n',
    v.readonly && 'r',
    v.exported && 'x',
    v.lower && 'l',
    v.upper && 'u',
  ]
    .filter((x) => x)
    .join('');
}

/** `declare -x NAME="value"` */
export function declaration(name: string, v: Variable): string {
  const flags = attributes(v);
  const head = `declare -${flags === '' ? '-' : flags} ${name}`;
  if (v.items) {
    const items = keysOf(v).map((k) => `[${v.assoc ? keyText(k) : k}]=${doubleQuote(v.items?.get(k) ?? '')}`);
    return `${head}=(${items.join(' ')}${v.assoc && items.length > 0 ? ' ' : ''})`;
  }
  return v.value === undefined ? head : `${head}=${doubleQuote(v.value)}`;
}

const keyText = (k: string): string => (/^[\w.+-]+$/.test(k) ? k : doubleQuote(k));

/** Applies `@op` to each value. */
export function transform(sh: Shell, name: string, value: Value, op: string): Value {
  if (op === 'A') {
    const v = sh.vars.raw(name);
    if (!v) return { list: false, text: value.list ? `set -- ${value.items.map(singleQuote).join(' ')}` : undefined };
    const plain = attributes(v) === '' && v.value !== undefined;
    return { list: false, text: plain ? `${name}=${singleQuote(v.value ?? '')}` : declaration(name, v) };
  }
  if ((op === 'K' || op === 'k') && value.list && value.keys) {
    const keys = value.keys;
    const items = value.items.flatMap((x, i) =>
      op === 'K' ? [`${keys[i]} ${doubleQuote(x)}`] : [keys[i] as string, x],
    );
    return op === 'K' ? { list: false, text: items.join(' ') } : { list: true, items, star: false };
  }
  const f = (x: string): string => {
    switch (op) {
      case 'Q':
      case 'K':
      case 'k':
        return singleQuote(x);
      case 'U':
        return x.toUpperCase();
      case 'u':
        return x.slice(0, 1).toUpperCase() + x.slice(1);
      case 'L':
        return x.toLowerCase();
      case 'E':
        return decodeEscapes(x, { zeroOctal: false, quotes: true }).text;
      default:
        return x;
    }
  };
  if (value.list) return { ...value, items: value.items.map(f) };
  return { list: false, text: value.text === undefined ? undefined : f(value.text) };
}
