/** Several JSON texts in a row. @see jq src/jv_parse.c */
import type { Json } from './value.ts';

/** @returns values, and the complaint that ended reading */
export function readValues(text: string): { values: Json[]; lines: number[]; error?: string } {
  const values: Json[] = [];
  /** Line on which each ended. */
  const lines: number[] = [];
  for (let at = 0; ; ) {
    while (/\s/.test(text[at] ?? '')) at++;
    if (at >= text.length) return { values, lines };
    const end = endOf(text, at);
    const piece = text.slice(at, end);
    try {
      values.push(JSON.parse(piece) as Json);
      lines.push(text.slice(0, end).split('\n').length);
    } catch {
      const before = text.slice(0, end);
      const line = before.split('\n').length;
      const column = end - (before.lastIndexOf('\n') + 1);
      const unfinished = end >= text.length && /^[[{"]/.test(piece);
      const what = unfinished ? 'Unfinished JSON term' : 'Invalid literal';
      return { values, lines, error: `${what} at ${unfinished ? 'EOF at ' : ''}line ${line}, column ${column}` };
    }
    at = end;
  }
}

function endOf(s: string, from: number): number {
  const c = s[from];
  if (c === '"') return stringEnd(s, from);
  if (c !== '{' && c !== '[') {
    let i = from;
    while (i < s.length && !/[\s,[\]{}":]/.test(s[i] as string)) i++;
    return Math.max(i, from + 1);
  }
  let depth = 0;
  for (let i = from; i < s.length; i++) {
    if (s[i] === '"') i = stringEnd(s, i) - 1;
    else if (s[i] === '{' || s[i] === '[') depth++;
    else if (s[i] === '}' || s[i] === ']') if (--depth === 0) return i + 1;
  }
  return s.length;
}

function stringEnd(s: string, from: number): number {
  for (let i = from + 1; i < s.length; i++) {
    if (s[i] === '\\') i++;
    else if (s[i] === '"') return i + 1;
  }
  return s.length;
}
