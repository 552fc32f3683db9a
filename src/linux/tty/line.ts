/** The line being edited: characters, cursor, kill ring. Commands of readline's emacs mode. @see readline(3) */

const isWord = (c: string | undefined): boolean => c !== undefined && /[\p{L}\p{N}]/u.test(c);

export class EditedLine {
  chars: string[] = [];
  cursor = 0;
  #kills: string[] = [];
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
  }

  /** Replaces what stands before the cursor. */
  setBefore(text: string): void {
    const head = [...text];
    this.chars.splice(0, this.cursor, ...head);
    this.cursor = head.length;
  }

  insert(text: string): void {
    const list = [...text];
    this.chars.splice(this.cursor, 0, ...list);
    this.cursor += list.length;
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
    this.chars.splice(from, this.cursor - from);
    this.cursor = from;
    return true;
  }
  delete(): boolean {
    if (this.cursor >= this.chars.length) return false;
    this.chars.splice(this.cursor, this.#stepRight(this.cursor) - this.cursor);
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
    const text = this.chars.splice(from, to - from).join('');
    if (this.#lastKill && this.#kills.length > 0) {
      const last = this.#kills.pop() as string;
      this.#kills.push(from < this.cursor ? text + last : last + text);
    } else this.#kills.push(text);
    this.cursor = from;
    this.#lastKill = true;
  }

  /** Any other command ends a row of kills. */
  notKill(): void {
    this.#lastKill = false;
  }

  yank(): void {
    const text = this.#kills.at(-1);
    if (text !== undefined) this.insert(text);
  }

  transpose(): void {
    if (this.cursor === 0 || this.chars.length < 2) return;
    const at = this.cursor === this.chars.length ? this.cursor - 1 : this.cursor;
    const [a, b] = [this.chars[at - 1] as string, this.chars[at] as string];
    this.chars[at - 1] = b;
    this.chars[at] = a;
    this.cursor = at + 1;
  }

  /** Changes the case of the word after the cursor. */
  recase(how: 'upper' | 'lower' | 'capital'): void {
    const end = this.wordRight();
    let first = true;
    for (let i = this.cursor; i < end; i++) {
      const c = this.chars[i] as string;
      if (!isWord(c)) continue;
      this.chars[i] = how === 'upper' || (how === 'capital' && first) ? c.toUpperCase() : c.toLowerCase();
      first = false;
    }
    this.cursor = end;
  }
}
