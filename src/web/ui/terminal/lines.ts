/** Text of a terminal's buffer by logical lines: what the terminal has wrapped is one line. */
import type { IBuffer } from '@xterm/xterm';

/** A logical line and the rows of the buffer that it fills. */
export interface Line {
  readonly text: string;
  /** First row, from the top of the scrollback. */
  readonly row: number;
  readonly rows: number;
}

/** The logical line that a row belongs to. */
export function lineAt(buffer: IBuffer, row: number): Line {
  let first = row;
  while (first > 0 && buffer.getLine(first)?.isWrapped) first--;
  let text = '';
  let rows = 0;
  do {
    const wraps = buffer.getLine(first + rows + 1)?.isWrapped ?? false;
    text += buffer.getLine(first + rows)?.translateToString(!wraps) ?? '';
    rows++;
  } while (buffer.getLine(first + rows)?.isWrapped);
  return { text, row: first, rows };
}

/** Logical lines that begin in rows `from` … `to - 1`. */
export function* linesOf(buffer: IBuffer, from: number, to: number): Generator<Line> {
  for (let row = from; row < to; ) {
    const line = lineAt(buffer, row);
    if (line.row >= from) yield line;
    row = line.row + line.rows;
  }
}

/** Where a text lies in a line, in cells: a wide character fills two. */
export function cellsOf(buffer: IBuffer, line: Line, index: number, length: number): { start: number; cells: number } {
  const cols = buffer.getLine(line.row)?.length ?? 80;
  let [chars, start, end] = [0, -1, -1];
  for (let cell = 0; cell < line.rows * cols && end < 0; cell++) {
    if (chars === index && start < 0) start = cell;
    const c = buffer.getLine(line.row + Math.floor(cell / cols))?.getCell(cell % cols);
    if (c && c.getWidth() > 0) chars += c.getChars().length || 1;
    if (chars >= index + length && start >= 0) end = cell + (c?.getWidth() || 1);
  }
  return { start: Math.max(0, start), cells: Math.max(1, end - start) };
}
