/**
 * Brace expansion, on the text of a word before anything else is expanded: `a{b,c}`, `{1..9..2}`, `{a..e}`.
 * @see bash braces.c
 */

/** Index after a quoted or nested piece that begins at `i`, or `i` when none does. */
function skip(s: string, i: number): number {
  const c = s[i];
  if (c === '\\') return i + 2;
  if (c === "'") return endOf(s, i + 1, "'");
  if (c === '"' || c === '`') {
    for (let j = i + 1; j < s.length; j++) {
      if (s[j] === '\\') j++;
      else if (s[j] === c) return j + 1;
    }
    return s.length;
  }
  if (c === '$' && (s[i + 1] === '{' || s[i + 1] === '(')) return nested(s, i + 1);
  return i;
}

function endOf(s: string, from: number, quote: string): number {
  const at = s.indexOf(quote, from);
  return at < 0 ? s.length : at + 1;
}

function nested(s: string, open: number): number {
  const close = s[open] === '{' ? '}' : ')';
  let depth = 0;
  for (let i = open; i < s.length; ) {
    if (s[i] === s[open]) depth++;
    else if (s[i] === close && --depth === 0) return i + 1;
    const after = i === open ? i : skip(s, i);
    i = after === i ? i + 1 : after;
  }
  return s.length;
}

/** The brace that closes the one at `open`, and the commas between at its level. */
function group(s: string, open: number): { close: number; commas: number[] } | undefined {
  const commas: number[] = [];
  let depth = 0;
  for (let i = open; i < s.length; ) {
    const after = skip(s, i);
    if (after !== i) {
      i = after;
      continue;
    }
    const c = s[i];
    if (c === '{') depth++;
    else if (c === '}' && --depth === 0) return { close: i, commas };
    else if (c === ',' && depth === 1) commas.push(i);
    i++;
  }
  return undefined;
}

const NUMBERS = /^(-?\d+)\.\.(-?\d+)(?:\.\.(-?\d+))?$/;
const LETTERS = /^([A-Za-z])\.\.([A-Za-z])(?:\.\.(-?\d+))?$/;

function sequence(body: string): string[] | undefined {
  const n = NUMBERS.exec(body);
  const l = n ? null : LETTERS.exec(body);
  const m = n ?? l;
  if (!m) return undefined;
  const value = (t: string): number => (n ? Number(t) : t.charCodeAt(0));
  const [from, to] = [value(m[1] as string), value(m[2] as string)];
  const step = Math.abs(Number(m[3] ?? '1')) || 1;
  const padded = n && [m[1], m[2]].some((t) => /^-?0\d/.test(t as string));
  const width = padded ? Math.max((m[1] as string).length, (m[2] as string).length) : 0;
  const out: string[] = [];
  for (let x = from; from <= to ? x <= to : x >= to; x += from <= to ? step : -step) {
    if (!n) out.push(String.fromCharCode(x));
    else out.push(x < 0 ? `-${String(-x).padStart(width - 1, '0')}` : String(x).padStart(width, '0'));
  }
  return out;
}

/** All words that the text of one word stands for; itself when it has no brace expansion. */
export function expandBraces(s: string): string[] {
  for (let i = 0; i < s.length; ) {
    const after = skip(s, i);
    if (after !== i) {
      i = after;
      continue;
    }
    const g = s[i] === '{' ? group(s, i) : undefined;
    if (g) {
      const body = s.slice(i + 1, g.close);
      const cuts = [i, ...g.commas, g.close];
      const pieces =
        g.commas.length > 0
          ? cuts.slice(1).flatMap((end, k) => expandBraces(s.slice((cuts[k] as number) + 1, end)))
          : sequence(body);
      if (pieces) {
        const head = s.slice(0, i);
        const tails = expandBraces(s.slice(g.close + 1));
        return pieces.flatMap((p) => tails.map((t) => head + p + t));
      }
    }
    i++;
  }
  return [s];
}
