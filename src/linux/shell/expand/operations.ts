/**
 * Operations of `${…}` on one string: removal of a prefix or suffix, replacement, change of case.
 * @see bash subst.c: parameter_brace_remove_pattern, pat_subst; lib/sh/casemod.c
 */
import { BREAK, type Segment } from './fields.ts';
import { compilePattern, matches, source } from './pattern.ts';

/** `${x#p}` `${x##p}` `${x%p}` `${x%%p}` */
export function removePattern(
  text: string,
  pattern: string,
  operator: '#' | '##' | '%' | '%%',
  extglob: boolean,
): string {
  if (operator.startsWith('#')) {
    const re = compilePattern(`^(?:${source(pattern, { lazy: operator === '#', extglob })})`, 'u');
    const m = re.exec(text);
    return m ? text.slice(m[0].length) : text;
  }
  const re = compilePattern(`^(?:${source(pattern, { extglob })})$`, 'u');
  const chars = [...text];
  let at = operator === '%' ? text.length : 0;
  const steps = operator === '%' ? [...chars].reverse() : chars;
  if (re.test(text.slice(at))) return text.slice(0, at);
  for (const c of steps) {
    at += operator === '%' ? -c.length : c.length;
    if (re.test(text.slice(at))) return text.slice(0, at);
  }
  return text;
}

/** `${x/p/r}` and its forms; an unquoted `&` in the replacement is what matched. */
export function replacePattern(
  text: string,
  pattern: string,
  replacement: readonly Segment[],
  operator: '/' | '//' | '/#' | '/%',
  shopt: ReadonlySet<string>,
): string {
  const amp = shopt.has('patsub_replacement');
  const put = (m: string): string =>
    replacement
      .map((s) =>
        s === BREAK ? ' ' : amp && !s.quoted ? s.text.replace(/\\&|&/g, (x) => (x === '&' ? m : '&')) : s.text,
      )
      .join('');
  const body = source(pattern, { extglob: shopt.has('extglob') });
  if (pattern === '') {
    if (operator === '/#') return put('') + text;
    return operator === '/%' ? text + put('') : text;
  }
  if (operator === '/#') return text.replace(compilePattern(`^(?:${body})`, 'u'), put);
  if (operator === '/%') return suffix(text, compilePattern(`^(?:${body})$`, 'u'), put);
  const re = compilePattern(body, operator === '//' ? 'gu' : 'u');
  return text.replace(re, (m) => (m === '' && text !== '' ? '' : put(m)));
}

function suffix(text: string, re: RegExp, put: (m: string) => string): string {
  for (let i = 0; i <= text.length; i++) {
    const tail = text.slice(i);
    if (re.test(tail)) return text.slice(0, i) + put(tail);
  }
  return text;
}

/** `${x^p}` `${x^^p}` `${x,p}` `${x,,p}` */
export function applyCase(text: string, operator: '^' | '^^' | ',' | ',,', pattern: string): string {
  const change = (c: string): string => {
    if (pattern !== '' && !matches(pattern, c)) return c;
    return operator.startsWith('^') ? c.toUpperCase() : c.toLowerCase();
  };
  const chars = [...text];
  if (operator.length === 2) return chars.map(change).join('');
  return chars.map((c, i) => (i === 0 ? change(c) : c)).join('');
}
