/** The line being edited: characters, cursor, kill ring, undo list. Commands of readline's emacs mode. @see readline(3) */

/** Is it a letter or a digit? */
export const isWord = (c: string | undefined): boolean => c !== undefined && /[\p{L}\p{N}]/u.test(c);

/** Texts that were cut and are kept. @see GNU readline kill.c: DEFAULT_MAX_KILLS */
const KILLS = 10;

/** A change: where, what went, how many characters came, and the key that did it. */
interface Change {
  readonly at: number;
  readonly gone: readonly string[];
  came: number;
  readonly turn: number;
}

/** A line, the cursor in it, and what was cut from it. */
export class EditedLine {
  chars: string[] = [];
  cursor = 0;
  /** Changes since the line was set, oldest first. */
  past: Change[] = [];
  /** Number of the key that is obeyed: what one key changes is undone at once. */
  turn = 0;
  /** What was cut, the latest last. */
  readonly kills: string[] = [];
  #lastKill = false;

  get text(): string {
    return this.chars.join('');
  }
  get before(): string {
    return this.chars.slice(0, this.cursor).join('');
  }

  set(text: string, cursor = Number.POSITIVE_INFINITY): void {
    this.chars = [...text];
    this.cursor = Math.min(cursor, this.chars.length);
    this.past = [];
  }

  /** Puts text in the place of `count` characters; typed characters in a row are one change. @returns what stood there */
  replace(at: number, count: number, text: string): string {
    const list = [...text];
    const gone = this.chars.splice(at, count, ...list);
    const last = this.past.at(-1);
    const came = list.length;
    if (came === 1 && !count && last && !last.gone.length && last.at + last.came === at && last.came < 20) last.came++;
    else if (came + count > 0) this.past.push({ at, gone, came, turn: this.turn });
    return gone.join('');
  }

  /** Takes the last change back; false when there is none. */
  undo(): boolean {
    const last = this.past.pop();
    if (!last) return false;
    this.chars.splice(last.at, last.came, ...last.gone);
    this.cursor = last.at + last.gone.length;
    if (this.past.at(-1)?.turn === last.turn) this.undo();
    return true;
  }

  /** Replaces what stands before the cursor. */
  setBefore(text: string): void {
    this.replace(0, this.cursor, text);
    this.cursor = [...text].length;
  }

  insert(text: string): void {
    this.replace(this.cursor, 0, text);
    this.cursor += [...text].length;
  }

  /** Combining marks go with their character. */
  #stepLeft(i: number): number {
    let k = i - 1;
    while (k > 0 && /^\p{M}$/u.test(this.chars[k] as string)) k--;
    return Math.max(0, k);
  }
  #stepRight(i: number): number {
    let k = i + 1;
    while (k < this.chars.length && /^\p{M}$/u.test(this.chars[k] as string)) k++;
    return Math.min(this.chars.length, k);
  }

  left(): void {
    this.cursor = this.#stepLeft(this.cursor);
  }
  right(): void {
    if (this.cursor < this.chars.length) this.cursor = this.#stepRight(this.cursor);
  }
  home(): void {
    this.cursor = 0;
  }
  end(): void {
    this.cursor = this.chars.length;
  }

  backspace(): boolean {
    if (this.cursor === 0) return false;
    const from = this.#stepLeft(this.cursor);
    this.replace(from, this.cursor - from, '');
    this.cursor = from;
    return true;
  }
  delete(): boolean {
    if (this.cursor >= this.chars.length) return false;
    this.replace(this.cursor, this.#stepRight(this.cursor) - this.cursor, '');
    return true;
  }

  wordLeft(): number {
    let i = this.cursor;
    while (i > 0 && !isWord(this.chars[i - 1])) i--;
    while (i > 0 && isWord(this.chars[i - 1])) i--;
    return i;
  }
  wordRight(): number {
    let i = this.cursor;
    while (i < this.chars.length && !isWord(this.chars[i])) i++;
    while (i < this.chars.length && isWord(this.chars[i])) i++;
    return i;
  }
  /** Start of the word before the cursor that white space ends (^W). */
  blankLeft(): number {
    let i = this.cursor;
    while (i > 0 && /\s/.test(this.chars[i - 1] as string)) i--;
    while (i > 0 && !/\s/.test(this.chars[i - 1] as string)) i--;
    return i;
  }

  /** Cuts between two places into the kill ring; kills in a row are joined. */
  kill(from: number, to: number): void {
    if (from === to) return;
    const text = this.replace(from, to - from, '');
    if (this.#lastKill && this.kills.length > 0) {
      const last = this.kills.pop() as string;
      this.kills.push(from < this.cursor ? text + last : last + text);
    } else if (this.kills.push(text) > KILLS) this.kills.shift();
    this.cursor = from;
    this.#lastKill = true;
  }

  /** Any other command ends a row of kills. */
  notKill(): void {
    this.#lastKill = false;
  }

  yank(): void {
    const text = this.kills.at(-1);
    if (text !== undefined) this.insert(text);
  }

  transpose(): void {
    if (this.cursor === 0 || this.chars.length < 2) return;
    const at = this.cursor === this.chars.length ? this.cursor - 1 : this.cursor;
    this.replace(at - 1, 2, `${this.chars[at]}${this.chars[at - 1]}`);
    this.cursor = at + 1;
  }
}
