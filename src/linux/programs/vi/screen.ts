/** What is on the screen: a window of the text, and the line at the foot. */
import type { Context } from '../spec.ts';
import { screenOf } from '../stdio.ts';
import type { Buffer } from './buffer.ts';

const TAB = 8;

/** A line as it is shown, and the column of each of its characters. */
function shown(line: string): { text: string; columns: number[] } {
  let text = '';
  const columns: number[] = [];
  for (const c of line) {
    columns.push(text.length);
    if (c === '\t') text += ' '.repeat(TAB - (text.length % TAB));
    else text += c < ' ' ? `^${String.fromCharCode(c.charCodeAt(0) + 64)}` : c;
  }
  columns.push(text.length);
  return { text, columns };
}

export class Screen {
  cols = 80;
  rows = 24;
  top = 0;
  #left = 0;

  constructor(readonly ctx: Context) {
    this.measure();
  }

  measure(): void {
    const size = screenOf(this.ctx.sys, 1);
    if (!size) return;
    this.cols = size.cols;
    this.rows = size.rows;
  }

  /** Lines of text that fit. */
  get page(): number {
    return Math.max(1, this.rows - 1);
  }

  /** Draws all. @param foot the last line @param typing the cursor stands at its end */
  async draw(b: Buffer, foot: string, typing = false): Promise<void> {
    if (b.row < this.top) this.top = b.row;
    if (b.row >= this.top + this.page) this.top = b.row - this.page + 1;
    const at = shown(b.line).columns[b.col] ?? 0;
    if (at < this.#left) this.#left = at;
    if (at >= this.#left + this.cols) this.#left = at - this.cols + 1;
    let out = '\x1b[?25l\x1b[H';
    for (let k = 0; k < this.page; k++) {
      const line = b.lines[this.top + k];
      out += `${line === undefined ? '~' : shown(line).text.slice(this.#left, this.#left + this.cols)}\x1b[K\r\n`;
    }
    const last = foot.slice(0, this.cols - 1);
    out += `${last}\x1b[K`;
    out += typing ? '' : `\x1b[${b.row - this.top + 1};${at - this.#left + 1}H`;
    await this.ctx.out(`${out}\x1b[?25h`);
  }

  async begin(): Promise<void> {
    await this.ctx.out('\x1b[?1049h\x1b[H\x1b[J');
  }

  async end(): Promise<void> {
    await this.ctx.out(`\x1b[${this.rows};1H\x1b[K\x1b[?1049l`);
  }

  bell(): Promise<unknown> {
    return this.ctx.out('\x07');
  }
}
