/** Where keys lead: places in the text, and whether an operator takes whole lines up to there. */
import type { Buffer } from './buffer.ts';

export interface Place {
  readonly row: number;
  readonly col: number;
  /** An operator takes whole lines. */
  readonly lines?: boolean;
  /** An operator takes the character at the place too. */
  readonly through?: boolean;
}

/** 0 blank, 1 of a word, 2 other. */
const kind = (c: string | undefined): number => (c === undefined || /\s/.test(c) ? 0 : /\w/.test(c) ? 1 : 2);

function nextWord(b: Buffer, at: Place): Place {
  let { row, col } = at;
  let line = b.lines[row] as string;
  const here = kind(line[col]);
  while (col < line.length && kind(line[col]) === here && here !== 0) col++;
  for (;;) {
    while (col < line.length && kind(line[col]) === 0) col++;
    if (col < line.length || row + 1 >= b.lines.length) return { row, col };
    line = b.lines[++row] as string;
    col = 0;
    if (line === '') return { row, col };
  }
}

function wordBefore(b: Buffer, at: Place): Place {
  let { row, col } = at;
  for (;;) {
    const line = b.lines[row] as string;
    col--;
    while (col >= 0 && kind(line[col]) === 0) col--;
    if (col >= 0) {
      while (col > 0 && kind(line[col - 1]) === kind(line[col])) col--;
      return { row, col };
    }
    if (row === 0) return { row, col: 0 };
    col = (b.lines[--row] as string).length;
  }
}

function wordEnd(b: Buffer, at: Place): Place {
  let { row, col } = at;
  col++;
  for (;;) {
    const line = b.lines[row] as string;
    while (col < line.length && kind(line[col]) === 0) col++;
    if (col < line.length) {
      while (kind(line[col + 1]) === kind(line[col])) col++;
      return { row, col, through: true };
    }
    if (row + 1 >= b.lines.length) return { row, col: Math.max(0, line.length - 1), through: true };
    row++;
    col = 0;
  }
}

const indent = (line: string): number => Math.max(0, line.search(/\S/));

/** The place that a key leads to, `count` times. @param given whether a count was typed @returns undefined: no such motion */
export function motion(b: Buffer, key: string, count: number, given: boolean): Place | undefined {
  const { row, col } = b;
  const last = b.lines.length - 1;
  const repeat = (step: (b: Buffer, at: Place) => Place): Place => {
    let at: Place = { row, col };
    for (let k = 0; k < count; k++) at = step(b, at);
    return at;
  };
  switch (key) {
    case 'h':
    case '\x1b[D':
    case '\x7f':
    case '\b':
      return { row, col: Math.max(0, col - count) };
    case 'l':
    case ' ':
    case '\x1b[C':
      return { row, col: Math.min(b.line.length, col + count) };
    case 'j':
    case '\x1b[B':
    case '\x0e':
      return { row: Math.min(last, row + count), col, lines: true };
    case 'k':
    case '\x1b[A':
    case '\x10':
      return { row: Math.max(0, row - count), col, lines: true };
    case '+':
    case '\r':
    case '\n': {
      const to = Math.min(last, row + count);
      return { row: to, col: indent(b.lines[to] as string), lines: true };
    }
    case '-': {
      const to = Math.max(0, row - count);
      return { row: to, col: indent(b.lines[to] as string), lines: true };
    }
    case 'w':
      return repeat(nextWord);
    case 'b':
      return repeat(wordBefore);
    case 'e':
      return repeat(wordEnd);
    case '0':
    case '\x1b[H':
    case '\x1b[1~':
      return { row, col: 0 };
    case '^':
      return { row, col: indent(b.line) };
    case '$':
    case '\x1b[F':
    case '\x1b[4~':
      return { row, col: b.line.length };
    case 'G':
      return { row: given ? Math.min(last, count - 1) : last, col: 0, lines: true };
    case 'gg':
      return { row: given ? Math.min(last, count - 1) : 0, col: 0, lines: true };
    default:
      return undefined;
  }
}

/** The next place of a pattern, going round the text. */
export function find(b: Buffer, re: RegExp, forward: boolean): Place | undefined {
  const n = b.lines.length;
  for (let k = 0; k <= n; k++) {
    const row = (b.row + (forward ? k : n - (k % n))) % n;
    const hits = [...(b.lines[row] as string).matchAll(re)].map((m) => m.index);
    const fits = hits.filter((at) => (k > 0 ? true : forward ? at > b.col : at < b.col));
    const col = forward ? fits[0] : fits.at(-1);
    if (col !== undefined) return { row, col };
  }
  return undefined;
}
