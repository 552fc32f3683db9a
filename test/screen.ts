/**
 * A screen for tests: draws what a terminal was sent, so that a test reads what a person sees.
 * Knows what xterm knows of: cursor movement, erasing, wrapping (pending at the last column), scrolling, wide
 * characters, save/restore, the alternate screen. Colours are dropped. An unknown sequence is kept in `unknown`.
 */
import { charWidth } from '../src/linux/tty/width.ts';

type Row = string[];

/** A cell that the right half of a wide character covers. */
const COVERED = '';

export class Screen {
  row = 0;
  col = 0;
  /** Sequences that were not understood. */
  readonly unknown: string[] = [];
  /** Lines that have scrolled off. */
  readonly scrolled: string[] = [];
  bells = 0;
  #rows: Row[];
  #wrap = false;
  #saved = { row: 0, col: 0 };
  #other: { rows: Row[]; row: number; col: number } | undefined;
  #text = '';
  readonly #decoder = new TextDecoder();

  constructor(
    public cols = 80,
    public rows = 24,
  ) {
    this.#rows = Array.from({ length: rows }, () => this.#blank());
  }

  /** All lines, spaces at their ends cut. */
  get lines(): string[] {
    return this.#rows.map(textOf);
  }
  /** The screen as text, empty lines at its end cut. */
  get text(): string {
    return this.lines.join('\n').replace(/\n+$/, '');
  }
  /** What has scrolled off and the screen. */
  get all(): string {
    return [...this.scrolled, this.text].join('\n');
  }
  /** The line the cursor is on. */
  get line(): string {
    return textOf(this.#rows[this.row] as Row);
  }
  get alternate(): boolean {
    return this.#other !== undefined;
  }

  /** A new size; lines are cut or filled, as a terminal without reflow does. */
  resize(cols: number, rows: number): void {
    this.cols = cols;
    for (const r of this.#rows) {
      while (r.length < cols) r.push(' ');
      r.length = cols;
    }
    while (this.#rows.length < rows) this.#rows.push(this.#blank());
    while (this.#rows.length > rows) {
      if (this.row < this.#rows.length - 1) this.#rows.pop();
      else {
        this.scrolled.push(textOf(this.#rows.shift() as Row));
        this.row--;
      }
    }
    this.rows = rows;
    this.col = Math.min(this.col, cols - 1);
    this.#wrap = false;
  }

  feed(bytes: Uint8Array): void {
    this.#text += this.#decoder.decode(bytes, { stream: true });
    while (this.#text !== '') {
      const used = this.#one(this.#text);
      if (used === 0) return;
      this.#text = this.#text.slice(used);
    }
  }

  /** Draws what stands first; 0 when it is incomplete. */
  #one(text: string): number {
    const point = text.codePointAt(0) as number;
    if (point === 27) return this.#escape(text);
    if (point < 32 || point === 127) {
      this.#control(point);
      return 1;
    }
    const char = String.fromCodePoint(point);
    this.#put(char, charWidth(point));
    return char.length;
  }

  #control(point: number): void {
    if (point === 7) this.bells++;
    else if (point === 8) this.col = Math.max(0, this.col - 1);
    else if (point === 9) this.col = Math.min(this.cols - 1, (Math.floor(this.col / 8) + 1) * 8);
    else if (point === 10) this.#down();
    else if (point === 13) this.col = 0;
    if (point !== 7) this.#wrap = false;
  }

  #put(char: string, width: number): void {
    if (width === 0) return;
    if (this.#wrap || this.col + width > this.cols) {
      this.col = 0;
      this.#down();
      this.#wrap = false;
    }
    const row = this.#rows[this.row] as Row;
    row[this.col] = char;
    if (width === 2) row[this.col + 1] = COVERED;
    this.col += width;
    if (this.col >= this.cols) {
      this.col = this.cols - 1;
      this.#wrap = true;
    }
  }

  #down(): void {
    if (this.row < this.rows - 1) {
      this.row++;
      return;
    }
    const gone = this.#rows.shift() as Row;
    if (!this.#other) this.scrolled.push(textOf(gone));
    this.#rows.push(gone.fill(' '));
  }

  #blank(): Row {
    return new Array<string>(this.cols).fill(' ');
  }

  #escape(text: string): number {
    const csi = /^\x1b\[([?>=]?)([\d;]*)([@-~])/.exec(text);
    if (csi) {
      this.#csi(csi[1] as string, (csi[2] as string).split(';').map(Number), csi[3] as string, csi[0]);
      return csi[0].length;
    }
    const osc = /^\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/.exec(text);
    if (osc) return osc[0].length;
    if (/^\x1b(\[[?>=]?[\d;]*|\][^\x07]*)?$/.test(text)) return 0;
    if (text[1] === '7') this.#saved = { row: this.row, col: this.col };
    else if (text[1] === '8') Object.assign(this, this.#saved);
    else if (text[1] === 'M') this.row = Math.max(0, this.row - 1);
    else if (text[1] === '(') return 3;
    else if (!'=>'.includes(text[1] as string)) this.unknown.push(text.slice(0, 2));
    return 2;
  }

  #csi(mark: string, numbers: number[], final: string, whole: string): void {
    const n = numbers[0] || 1;
    if (final === 'm') return;
    if (mark !== '') {
      if (mark === '?' && (final === 'h' || final === 'l')) this.#mode(numbers, final === 'h');
      else this.unknown.push(whole);
      return;
    }
    this.#wrap = false;
    if (final === 'A') this.row = Math.max(0, this.row - n);
    else if (final === 'B') this.row = Math.min(this.rows - 1, this.row + n);
    else if (final === 'C') this.col = Math.min(this.cols - 1, this.col + n);
    else if (final === 'D') this.col = Math.max(0, this.col - n);
    else if (final === 'G') this.col = Math.min(this.cols, n) - 1;
    else if (final === 'd') this.row = Math.min(this.rows, n) - 1;
    else if (final === 'H') {
      this.row = Math.min(this.rows, n) - 1;
      this.col = Math.min(this.cols, numbers[1] || 1) - 1;
    } else if (final === 'J') this.#eraseScreen(numbers[0] as number);
    else if (final === 'K') this.#eraseLine(numbers[0] as number);
    else if (final === 'P') (this.#rows[this.row] as Row).splice(this.col, n, ...[]);
    else if (final === '@') (this.#rows[this.row] as Row).splice(this.col, 0, ...this.#blank().slice(0, n));
    else this.unknown.push(whole);
    const row = this.#rows[this.row] as Row;
    while (row.length < this.cols) row.push(' ');
    row.length = this.cols;
  }

  #mode(numbers: number[], on: boolean): void {
    for (const n of numbers) {
      if (n !== 1049 && n !== 47 && n !== 1047) continue;
      if (on && !this.#other) {
        this.#other = { rows: this.#rows, row: this.row, col: this.col };
        this.#rows = Array.from({ length: this.rows }, () => this.#blank());
      } else if (!on && this.#other) {
        this.#rows = this.#other.rows;
        this.row = this.#other.row;
        this.col = this.#other.col;
        this.#other = undefined;
      }
    }
  }

  #eraseScreen(how: number): void {
    if (how === 3) {
      this.scrolled.length = 0;
      return;
    }
    this.#eraseLine(how);
    for (let r = 0; r < this.rows; r++)
      if (how === 2 || (how === 0 ? r > this.row : r < this.row)) this.#rows[r] = this.#blank();
  }

  #eraseLine(how: number): void {
    const row = this.#rows[this.row] as Row;
    const [from, to] = how === 0 ? [this.col, this.cols] : how === 1 ? [0, this.col + 1] : [0, this.cols];
    row.fill(' ', from, to);
  }
}

function textOf(row: Row): string {
  let end = row.length;
  while (end > 0 && row[end - 1] === ' ') end--;
  return row.slice(0, end).join('');
}
