/** Getting lines and words back from the history while a line is edited. @see GNU readline misc.c, isearch.c */
import type { History } from '../shell/history.ts';
import type { EditedLine } from './line.ts';

export class Recall {
  /** Place in the history: its length is the line being typed. */
  place = 0;
  /** Lines changed while walking through the history. */
  #edited = new Map<number, string>();
  #argument = 0;
  #argumentLength = 0;

  constructor(
    private readonly history: History,
    private readonly line: EditedLine,
  ) {}

  /** A new line begins. */
  reset(): void {
    this.place = this.history.lines.length;
    this.#edited.clear();
    this.#argument = 0;
  }

  /** A key other than M-. came. */
  otherCommand(): void {
    this.#argument = 0;
  }

  /** Shows a line so many places away, at most the first or the last; false when there is none. */
  walk(by: number): boolean {
    const { lines } = this.history;
    const to = Number.isFinite(by) ? this.place + by : by < 0 ? 0 : lines.length;
    if (to < 0 || to > lines.length || to === this.place) return false;
    this.#edited.set(this.place, this.line.text);
    this.place = to;
    this.line.set(this.#edited.get(to) ?? lines[to] ?? '');
    return true;
  }

  /** Inserts the last word of the line before; again: of the one before that. */
  yankLastArgument(): boolean {
    const { lines } = this.history;
    const from = lines[lines.length - 1 - this.#argument];
    if (from === undefined) return false;
    const word = (from.match(/(?:\\.|"(?:\\.|[^"])*"|'[^']*'|[^\s"'\\])+/g) ?? ['']).at(-1) as string;
    const l = this.line;
    if (this.#argument > 0) l.kill(l.cursor - this.#argumentLength, l.cursor);
    l.insert(word);
    this.#argumentLength = [...word].length;
    this.#argument++;
    return true;
  }

  /** Shows the nearest line that holds `needle`, from place `from` on (itself too when `here`). */
  find(needle: string, from: number, back: boolean, here: boolean, move: (n: number) => void): boolean {
    const { lines } = this.history;
    const step = back ? -1 : 1;
    for (let i = here ? from : from + step; i >= 0 && i <= lines.length; i += step) {
      const text = lines[i];
      const col = text === undefined ? -1 : back ? text.lastIndexOf(needle) : text.indexOf(needle);
      if (text === undefined || col < 0 || needle === '') continue;
      this.line.set(text, [...text.slice(0, col)].length);
      this.place = i;
      move(i);
      return true;
    }
    return false;
  }
}
