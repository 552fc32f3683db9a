/** Which values a template's parts accept: what `range` walks over, what a function's parameter takes. @see Go src/text/template/exec.go */
import { type Arg, argText } from './ast.ts';
import { type GoFunc, type GoValue, indirect, int, sortedEntries, typeName } from './value.ts';

/**
 * Keys and elements that `range` goes through: of a slice, an array, a map in the order of its keys, or the numbers below n.
 * @returns none for a missing value, undefined for a value that has no elements
 * @see Go src/text/template/exec.go: walkRange
 */
export function iterate(value: GoValue | undefined): readonly (readonly [GoValue, GoValue])[] | undefined {
  if (value === undefined) return [];
  const v = indirect(value).value;
  switch (v.t.k) {
    case 'slice':
    case 'array':
      return ((v.v ?? []) as GoValue[]).map((e, i) => [int(i), e] as const);
    case 'map':
      return sortedEntries(v);
    case 'int':
    case 'uint':
      return Array.from(
        { length: Number(v.v) },
        (_, i) =>
          [
            { t: v.t, v: i },
            { t: v.t, v: i },
          ] as const,
      );
    default:
      return undefined;
  }
}

/**
 * What is wrong with an argument of a function.
 * @param want the parameter's type: any, string, int or []string
 * @param arg the argument as written, for the text
 * @see Go src/text/template/exec.go: validateType
 */
export function argumentFault(want: string, v: GoValue, arg: Arg): string | undefined {
  const k = v.t.k;
  if (want === 'any') return undefined;
  if (want === 'string' && k === 'string') return undefined;
  if (want === 'int' && (k === 'int' || k === 'uint')) return undefined;
  if (want !== 'string' && want !== 'int' && v.t.k === 'slice' && v.t.elem.k === 'string') return undefined;
  if (k === 'any') return `invalid value; expected ${want}`;
  if (arg.n === 'number' && want === 'string') return `expected string; found ${argText(arg)}`;
  return `wrong type for value; expected ${want}; got ${typeName(v.t)}`;
}

/** What is wrong with the number of arguments a function gets. @see Go src/text/template/exec.go: evalCall */
export function arityFault(fn: GoFunc, name: string, got: number): string | undefined {
  const arity = (fn as { arity?: readonly [number, number] }).arity;
  if (!arity || (got >= arity[0] && got <= arity[1])) return undefined;
  const want = arity[1] === Number.POSITIVE_INFINITY ? `at least ${arity[0]}` : String(arity[0]);
  return `wrong number of args for ${name}: want ${want} got ${got}`;
}
