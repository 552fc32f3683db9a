/** The text that is edited: lines, the cursor, one register, and what it was before each change. @see busybox editors/vi.c */

/** What was yanked or deleted: whole lines, or a part of one. */
export interface Register {
  readonly text: readonly string[];
  readonly whole: boolean;
}

interface State {
  readonly lines: readonly string[];
  readonly row: number;
  readonly col: number;
}

/** Changes that can be undone. */
const UNDO = 256;

export class Buffer {
  lines: string[] = [''];
  row = 0;
  col = 0;
  modified = false;
  register: Register = { text: [], whole: false };
  readonly #undo: State[] = [];

  get line(): string {
    return this.lines[this.row] as string;
  }

  load(text: string): void {
    this.lines = text === '' ? [''] : text.replace(/\n$/, '').split('\n');
    this.row = Math.min(this.row, this.lines.length - 1);
    this.col = 0;
    this.modified = false;
    this.#undo.length = 0;
  }

  /** As it is written: each line ends with a newline. */
  text(): string {
    return this.lines.length === 1 && this.lines[0] === '' ? '' : `${this.lines.join('\n')}\n`;
  }

  /** Remembers the text before a change. */
  save(): void {
    this.#undo.push({ lines: [...this.lines], row: this.row, col: this.col });
    if (this.#undo.length > UNDO) this.#undo.shift();
    this.modified = true;
  }

  /** @returns whether there was something to undo */
  undo(): boolean {
    const was = this.#undo.pop();
    if (!was) return false;
    this.lines = [...was.lines];
    this.row = was.row;
    this.col = was.col;
    return true;
  }

  /** Keeps the cursor in the text. @param insert it may stand behind the last character */
  clamp(insert = false): void {
    this.row = Math.max(0, Math.min(this.row, this.lines.length - 1));
    this.col = Math.max(0, Math.min(this.col, this.line.length - (insert ? 0 : 1)));
  }

  insert(text: string): void {
    this.lines[this.row] = this.line.slice(0, this.col) + text + this.line.slice(this.col);
    this.col += text.length;
  }

  split(): void {
    const rest = this.line.slice(this.col);
    this.lines[this.row] = this.line.slice(0, this.col);
    this.lines.splice(++this.row, 0, rest);
    this.col = 0;
  }

  /** Takes the character before the cursor, or the end of the line before. */
  backspace(): void {
    if (this.col > 0) {
      this.lines[this.row] = this.line.slice(0, this.col - 1) + this.line.slice(this.col);
      this.col--;
    } else if (this.row > 0) {
      const rest = this.line;
      this.lines.splice(this.row--, 1);
      this.col = this.line.length;
      this.lines[this.row] += rest;
    }
  }

  yankLines(from: number, count: number): void {
    this.register = { text: this.lines.slice(from, from + count), whole: true };
  }

  deleteLines(from: number, count: number): void {
    this.yankLines(from, count);
    this.lines.splice(from, count);
    if (this.lines.length === 0) this.lines = [''];
    this.row = Math.min(from, this.lines.length - 1);
    this.col = 0;
  }

  /** A part between two places, the second not included; perhaps over several lines. */
  part(from: { row: number; col: number }, to: { row: number; col: number }): string[] {
    if (from.row === to.row) return [(this.lines[from.row] as string).slice(from.col, to.col)];
    const first = (this.lines[from.row] as string).slice(from.col);
    const last = (this.lines[to.row] as string).slice(0, to.col);
    return [first, ...this.lines.slice(from.row + 1, to.row), last];
  }

  deletePart(from: { row: number; col: number }, to: { row: number; col: number }): void {
    this.register = { text: this.part(from, to), whole: false };
    const joined = (this.lines[from.row] as string).slice(0, from.col) + (this.lines[to.row] as string).slice(to.col);
    this.lines.splice(from.row, to.row - from.row + 1, joined);
    this.row = from.row;
    this.col = from.col;
  }

  /** Puts the register behind (p) or before (P) the cursor. */
  put(behind: boolean, count: number): void {
    const { text, whole } = this.register;
    if (text.length === 0) return;
    if (whole) {
      const all = Array.from({ length: count }, () => text).flat();
      this.row += behind ? 1 : 0;
      this.lines.splice(this.row, 0, ...all);
      this.col = 0;
      return;
    }
    if (behind && this.line !== '') this.col++;
    for (let k = 0; k < count; k++)
      text.forEach((piece, i) => {
        if (i > 0) this.split();
        this.insert(piece);
      });
    this.col = Math.max(0, this.col - 1);
  }

  /** Joins the next line to this one, with a blank between. */
  join(): boolean {
    const next = this.lines[this.row + 1];
    if (next === undefined) return false;
    this.col = this.line.length;
    this.lines[this.row] = `${this.line} ${next.trimStart()}`.trimEnd();
    this.lines.splice(this.row + 1, 1);
    return true;
  }
}
