/** Finds text in a terminal's scrollback: every match is marked, one of them is selected. */
import type { IDecoration, IMarker, Terminal } from '@xterm/xterm';
import { cellsOf, linesOf } from './lines.ts';

interface Match {
  readonly row: number;
  readonly col: number;
  readonly cells: number;
}

/** Matches that are marked; of more, all are counted. */
const MARKED = 400;

export class Finder {
  #matches: Match[] = [];
  #at = -1;
  #marks: (IDecoration | IMarker)[] = [];

  constructor(readonly term: Terminal) {}

  /** Number of the selected match, from 1; 0 when there is none. */
  get at(): number {
    return this.#at + 1;
  }
  get all(): number {
    return this.#matches.length;
  }

  /** Looks for a text, whatever its case; the last match is selected. @param colour of the marks, `#rrggbb` */
  find(text: string, colour: string): void {
    this.clear();
    if (text === '') return;
    const buffer = this.term.buffer.active;
    const wanted = text.toLowerCase();
    for (const line of linesOf(buffer, 0, buffer.length)) {
      const within = line.text.toLowerCase();
      for (let i = within.indexOf(wanted); i >= 0; i = within.indexOf(wanted, i + wanted.length)) {
        const { start, cells } = cellsOf(buffer, line, i, wanted.length);
        const { cols } = this.term;
        this.#matches.push({ row: line.row + Math.floor(start / cols), col: start % cols, cells });
      }
    }
    for (const match of this.#matches.slice(-MARKED)) this.#mark(match, colour);
    this.#at = this.#matches.length - 1;
    this.#select();
  }

  /** Selects another match. @param by 1: the next one, -1: the one before */
  go(by: 1 | -1): void {
    const all = this.#matches.length;
    if (all === 0) return;
    this.#at = (this.#at + by + all) % all;
    this.#select();
  }

  clear(): void {
    for (const mark of this.#marks) mark.dispose();
    this.#marks = [];
    this.#matches = [];
    this.#at = -1;
    this.term.clearSelection();
  }

  #mark({ row, col, cells }: Match, colour: string): void {
    const buffer = this.term.buffer.active;
    const marker = this.term.registerMarker(row - buffer.baseY - buffer.cursorY);
    const width = Math.min(cells, this.term.cols - col);
    const decoration = this.term.registerDecoration({ marker, x: col, width, backgroundColor: colour });
    this.#marks.push(marker);
    if (decoration) this.#marks.push(decoration);
  }

  #select(): void {
    const match = this.#matches[this.#at];
    if (!match) return;
    this.term.select(match.col, match.row, match.cells);
    this.term.scrollToLine(Math.max(0, match.row - Math.floor(this.term.rows / 2)));
  }
}
