/** Incremental search through the history: ^R and ^S. @see GNU readline isearch.c: _rl_isearch_dispatch */
import { isErr } from '../kernel/errno.ts';
import type { LineEditor, Step } from './editor.ts';
import { type Key, readKey } from './keys.ts';
import { isWord } from './line.ts';

/** Virtual nanoseconds in which the rest of a key's sequence follows ESC. */
const SEQUENCE = 5e6;

/** What was looked for last, by editor. */
const before = new WeakMap<LineEditor, string>();

class Search {
  needle = '';
  found = false;
  failed = true;
  /** Where the search stands: the line, its text, and a place in it; and the line that was found last. */
  place: number;
  text: string;
  at: number;
  last: number;
  /** Text of the line that was found last: copies of it are passed over. */
  shown: string | undefined;

  constructor(
    private readonly e: LineEditor,
    public back: boolean,
  ) {
    this.place = e.recall.place;
    this.last = this.place;
    this.text = e.line.text;
    this.at = e.line.before.length;
  }

  /** Looks from where it stands; rings when there is nothing. */
  async run(): Promise<void> {
    const { e, needle } = this;
    const lines = e.o.history.lines;
    const step = this.back ? -1 : 1;
    this.failed = false;
    for (;;) {
      if (needle === '') break;
      const at = this.back
        ? this.at < 0 ? -1 : this.text.lastIndexOf(needle, this.at)
        : this.text.indexOf(needle, this.at); // biome-ignore format: two ways
      if (at >= 0) {
        this.at = at;
        this.shown = this.text;
        this.last = this.place;
        e.line.set(this.text, [...this.text.slice(0, at)].length);
        e.recall.place = this.place;
        return;
      }
      do {
        this.place += step;
        if (this.place < 0 || this.place >= lines.length) break;
        this.text = lines[this.place] as string;
      } while (this.text === this.shown || needle.length > this.text.length);
      if (this.place < 0 || this.place >= lines.length) break;
      this.at = this.back ? this.text.length - needle.length : 0;
    }
    this.failed = true;
    this.place = this.last;
    await e.bell();
  }

  /** ^R or ^S again. @returns false when there is nothing to repeat */
  again(back: boolean): boolean {
    if (this.needle === '') {
      this.needle = before.get(this.e) ?? '';
      return this.needle !== '';
    }
    this.back = back;
    this.at += back ? -1 : 1;
    return true;
  }

  /** ^W: the word after what was found is looked for, too. */
  async word(): Promise<void> {
    const rest = [...this.e.line.text.slice(this.at + this.needle.length)];
    if (!isWord(rest[0])) return this.e.bell();
    let n = 1;
    while (n < rest.length && isWord(rest[n])) n++;
    this.needle += rest.slice(0, n).join('');
  }

  label(): string {
    return `(${this.failed ? 'failed ' : ''}${this.back ? 'reverse-' : ''}i-search)\`${this.needle}': `;
  }
}

/** Searches until a key does something else, which is then obeyed. */
export async function search(e: LineEditor, back: boolean): Promise<Step> {
  const saved = { text: e.line.text, cursor: e.line.cursor, past: e.line.past, place: e.recall.place };
  const s = new Search(e, back);
  s.failed = false;
  for (;;) {
    await e.redraw(s.label());
    const key =
      e.held.shift() ??
      (await readKey(
        () => e.byte(),
        () => follows(e),
      ));
    if (key && 'char' in key) s.needle += key.char;
    else if (key?.name === 'C-r' || key?.name === 'C-s') {
      if (!s.again(key.name === 'C-r')) {
        await e.bell();
        continue;
      }
    } else if (key?.name === 'C-w') await s.word();
    else if (key?.name === 'C-y') s.needle = e.line.text.slice(s.at);
    else if (key?.name === 'Backspace') {
      if (s.needle === '') await e.bell();
      s.needle = [...s.needle].slice(0, -1).join('');
    } else {
      before.set(e, s.needle || (before.get(e) ?? ''));
      return end(e, key, saved);
    }
    await s.run();
  }
}

async function end(
  e: LineEditor,
  key: Exclude<Key, { char: string }> | undefined,
  saved: { text: string; cursor: number; past: LineEditor['line']['past']; place: number },
): Promise<Step> {
  if (key?.name === 'C-g') {
    e.line.set(saved.text, saved.cursor);
    e.line.past = saved.past;
    e.recall.place = saved.place;
  }
  await e.redraw();
  if (!key) return e.obey(undefined);
  if (key.name !== 'C-g' && key.name !== 'Escape') e.held.unshift(key);
  return undefined;
}

/** Does more of a sequence follow ESC at once? */
async function follows(e: LineEditor): Promise<boolean> {
  const ready = await e.o.sys.poll([{ fd: e.o.input, in: true }], SEQUENCE);
  return isErr(ready) || ready.length > 0;
}
