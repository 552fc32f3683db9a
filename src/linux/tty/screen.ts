/**
 * Draws a prompt and a line that may wrap over several rows of a terminal, and keeps the cursor where it belongs.
 * @see GNU readline display.c: rl_redisplay
 */
import { charWidth } from './width.ts';

/** Row and column after some text, from the start of the prompt. */
interface Place {
  row: number;
  col: number;
}

/** Moves over one character; a wide one that does not fit in the row goes to the next. */
function advance(p: Place, width: number, cols: number): void {
  if (p.col + width > cols) {
    p.row++;
    p.col = 0;
  }
  p.col += width;
}

/** First character and the one after the last. */
type Region = readonly [from: number, to: number] | undefined;

/** How a character of the line is shown: control characters as ^X. */
function shownChar(c: string): string {
  const n = c.codePointAt(0) as number;
  if (n < 32 || n === 127) return `^${String.fromCharCode(n ^ 64)}`;
  return c;
}

const tabWidth = (col: number): number => 8 - (col % 8);

/** Text of a prompt without the marks of invisible parts, and its visible part. */
function promptParts(prompt: string): { text: string; visible: string } {
  const text = prompt.replace(/[\x01\x02]/g, '');
  const visible = prompt.replace(/\x01[^\x02]*\x02/g, '').replace(/\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07/g, '');
  return { text, visible };
}

/** What of prompt and line is on the terminal, and the bytes that make it so. */
export class Screen {
  #cursor: Place = { row: 0, col: 0 };
  #end: Place = { row: 0, col: 0 };
  /** Nothing is drawn yet. */
  #fresh = true;

  constructor(private cols: number) {}

  get columns(): number {
    return this.cols;
  }

  /** A fresh prompt is going to be drawn on an empty row. */
  reset(cols: number): void {
    this.cols = Math.max(2, cols);
    this.#cursor = { row: 0, col: 0 };
    this.#end = { row: 0, col: 0 };
    this.#fresh = true;
  }

  /** Places after the prompt, before the cursor's character, and at the end. */
  #layout(visible: string, line: readonly string[], cursor: number): { cursor: Place; end: Place } {
    const p: Place = { row: 0, col: 0 };
    for (const c of visible) {
      if (c === '\n') {
        p.row++;
        p.col = 0;
      } else if (c === '\r') p.col = 0;
      else advance(p, charWidth(c.codePointAt(0) as number), this.cols);
    }
    let at: Place | undefined;
    line.forEach((c, i) => {
      if (i === cursor) at = this.#next(p, c);
      if (c === '\n') {
        p.row++;
        p.col = 0;
        return;
      }
      if (c === '\t') {
        p.col += tabWidth(p.col);
        return;
      }
      for (const x of shownChar(c)) advance(p, charWidth(x.codePointAt(0) as number), this.cols);
    });
    return { cursor: at ?? this.#wrapped(p), end: { ...p } };
  }

  /** Where the character that comes next stands. */
  #next(p: Place, c: string): Place {
    const first = [...shownChar(c)][0] as string;
    const q = { ...p };
    if (c === '\n') return this.#wrapped(q);
    const w = charWidth(first.codePointAt(0) as number);
    if (q.col + w > this.cols) return { row: q.row + 1, col: 0 };
    return q;
  }

  #wrapped(p: Place): Place {
    return p.col >= this.cols ? { row: p.row + 1, col: 0 } : { ...p };
  }

  /** The line as it is sent: rows of their own for its lines, a marked region in reverse. */
  #shown(visible: string, line: readonly string[], marked: Region): string {
    let out = '';
    line.forEach((c, i) => {
      if (i === marked?.[0]) out += '\x1b[7m';
      if (i === marked?.[1]) out += '\x1b[27m';
      // a full row has nothing to erase, and erasing there would take its last character
      if (c === '\n') out += this.#layout(visible, line.slice(0, i), i).end.col < this.cols ? '\x1b[K\n' : '\n';
      else if (c === '\t') out += ' '.repeat(tabWidth(this.#layout(visible, line.slice(0, i), i).end.col));
      else out += shownChar(c);
    });
    return marked && marked[1] >= line.length ? `${out}\x1b[27m` : out;
  }

  /** Bytes that redraw everything. @param marked characters of the line shown in reverse: the first, and after the last */
  draw(prompt: string, line: readonly string[], cursor: number, marked?: Region): string {
    const { text, visible } = promptParts(prompt);
    let out = this.#cursor.row > 0 ? `\x1b[${this.#cursor.row}A` : '';
    if (!this.#fresh) out += '\r';
    const { cursor: at, end } = this.#layout(visible, line, cursor);
    out += text + this.#shown(visible, line, marked);
    let bottom = end;
    if (end.col >= this.cols) {
      out += ' \r';
      bottom = { row: end.row + 1, col: 0 };
    }
    if (!this.#fresh) out += '\x1b[J';
    this.#fresh = false;
    if (bottom.row > at.row) out += `\x1b[${bottom.row - at.row}A`;
    if (bottom.row !== at.row || bottom.col !== at.col) out += at.col > 0 ? `\r\x1b[${at.col}C` : '\r';
    this.#cursor = at;
    this.#end = bottom;
    return out;
  }

  /** Bytes for a character put at the end of the line; undefined when a redraw is needed. */
  append(c: string): string | undefined {
    const { row, col } = this.#cursor;
    if (c < ' ' || row !== this.#end.row || col !== this.#end.col) return undefined;
    const shown = shownChar(c);
    let width = 0;
    for (const x of shown) width += charWidth(x.codePointAt(0) as number);
    if (width === 0 || col + width >= this.cols) return undefined;
    this.#cursor = { row, col: col + width };
    this.#end = { ...this.#cursor };
    return shown;
  }

  /** Bytes that put the cursor in the last row. */
  below(): string {
    const down = this.#end.row - this.#cursor.row;
    return down > 0 ? `\x1b[${down}B` : '';
  }

  /** Bytes that put the cursor after the last row, for output below the line. */
  leave(): string {
    const down = this.#end.row - this.#cursor.row;
    const out =
      this.below() + (this.#end.col === 0 && this.#end.row > 0 && down === 0 && this.#cursor.col === 0 ? '' : '\n');
    this.reset(this.cols);
    return out;
  }

  /** Is the cursor at the end of what is drawn? */
  get atEnd(): boolean {
    return this.#cursor.row === this.#end.row && this.#cursor.col === this.#end.col;
  }

  /** The terminal has a new width: where the cursor stands now that the rows were wrapped anew. */
  resize(cols: number, prompt: string, line: readonly string[], cursor: number): void {
    this.cols = Math.max(2, cols);
    const { cursor: at, end } = this.#layout(promptParts(prompt).visible, line, cursor);
    this.#cursor = at;
    this.#end = end;
  }
}
