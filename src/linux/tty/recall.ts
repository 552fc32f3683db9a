/** Getting lines and words back from the history while a line is edited. @see GNU readline misc.c */
import type { History } from '../shell/history.ts';
import type { EditedLine } from './line.ts';

/** Words of a line of the history, quotes and all. */
export const wordsOf = (line: string): string[] =>
  line.match(/[<>&|;]+|[()]|(?:\\.|"(?:\\.|[^"])*"|'[^']*'|`[^`]*`|[^\s;&|()<>])+/g) ?? [];

/** Which line of the history is being edited, and the way to the others. */
export class Recall {
  /** Place in the history: its length is the line being typed. */
  place = 0;
  /** The line being typed, while another is shown. */
  #typed: string | undefined;
  #argument = 0;
  #argumentLength = 0;

  constructor(
    private readonly history: History,
    private readonly line: EditedLine,
  ) {}

  /** A new line begins. */
  reset(): void {
    this.place = this.history.lines.length;
    this.#typed = undefined;
  }

  /** Shows a line of the history, or the typed one; false when there is none. What was changed in the one before is kept there. */
  to(place: number): boolean {
    const { line, history } = this;
    const { lines, changed } = history;
    if (place < 0 || place > lines.length || place === this.place) return false;
    if (this.place === lines.length) this.#typed = line.text;
    else if (line.past.length > 0) {
      const n = history.base + this.place;
      changed.set(n, { was: changed.get(n)?.was ?? (lines[this.place] as string), past: line.past });
      lines[this.place] = line.text;
    }
    this.place = place;
    line.set(lines[place] ?? this.#typed ?? '');
    line.past = changed.get(history.base + place)?.past ?? [];
    return true;
  }

  /** The line is done with: if it is one of the history, it is there as it was. */
  leave(): void {
    const { lines, changed, base } = this.history;
    const n = base + this.place;
    const was = changed.get(n)?.was;
    if (was === undefined) return;
    lines[this.place] = was;
    changed.delete(n);
  }

  /** Inserts the last word of the line before; again: of the one before that. @param last the key before */
  yankLastArgument(last: string): boolean {
    const { lines } = this.history;
    const again = last === 'M-.' || last === 'M-_';
    if (!again) this.#argument = 0;
    const from = lines[lines.length - 1 - this.#argument];
    if (from === undefined) return false;
    const word = wordsOf(from).at(-1) ?? '';
    const l = this.line;
    if (again) {
      l.cursor -= this.#argumentLength;
      l.replace(l.cursor, this.#argumentLength, '');
    }
    l.insert(word);
    this.#argumentLength = [...word].length;
    this.#argument++;
    return true;
  }
}
