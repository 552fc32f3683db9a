/** Keys in their modes: commands, insertion, and lines typed at the foot of the screen. */

import type { Context } from '../spec.ts';
import { translate } from '../text/regex.ts';
import { Buffer } from './buffer.ts';
import { colon, type File } from './colon.ts';
import { begin, flipCase, joinLines, overwrite } from './edits.ts';
import { find, motion, type Place } from './motion.ts';
import { Screen } from './screen.ts';

const ESC = '\x1b';
const DELETE = '\x1b[3~';
const before = (a: Place, b: Place): boolean => a.row < b.row || (a.row === b.row && a.col <= b.col);

export class Editor {
  readonly buffer = new Buffer();
  readonly screen: Screen;
  #say = '';
  #quit = false;
  #mode: 'command' | 'insert' | 'replace' = 'command';
  #pattern: { re: RegExp; forward: boolean } | undefined;

  /** @param key reads one key, '' at the end */
  constructor(
    readonly ctx: Context,
    readonly file: File,
    readonly key: () => Promise<string>,
  ) {
    this.screen = new Screen(ctx);
  }

  async run(say: string): Promise<void> {
    this.#say = say;
    while (!this.#quit) {
      await this.draw();
      const key = await this.key();
      if (key === '') return;
      if (key === 'RESIZE') continue;
      this.#say = '';
      if (this.#mode === 'command') await this.#command(key);
      else this.#insertKey(key);
      this.buffer.clamp(this.#mode !== 'command');
    }
  }

  async draw(): Promise<void> {
    const b = this.buffer;
    const mode = { command: '-', insert: 'I', replace: 'R' }[this.#mode];
    const percent = Math.floor((100 * (b.row + 1)) / b.lines.length);
    const name = this.file.name ?? 'No file';
    const foot = `${mode} ${name}${b.modified ? ' [modified]' : ''} ${b.row + 1}/${b.lines.length} ${percent}%`;
    await this.screen.draw(b, this.#say === '' ? foot : this.#say);
  }

  /** A line typed behind a mark; undefined when it was given up. */
  async #ask(mark: string): Promise<string | undefined> {
    let typed = '';
    for (;;) {
      await this.screen.draw(this.buffer, mark + typed, true);
      const key = await this.key();
      if (key === 'RESIZE') continue;
      if (key === '\r' || key === '\n') return typed;
      if (key === ESC || key === '' || key === '\x03') return undefined;
      if (key === '\x7f' || key === '\b') {
        if (typed === '') return undefined;
        typed = typed.slice(0, -1);
      } else if (!key.startsWith(ESC)) typed += key;
    }
  }

  #insertKey(key: string): void {
    const b = this.buffer;
    if (key === ESC || key === '\x03') {
      this.#mode = 'command';
      b.col = Math.max(0, b.col - 1);
      return;
    }
    if (key === '\r' || key === '\n') b.split();
    else if (key === '\x7f' || key === '\b') b.backspace();
    else if (key === DELETE) {
      if (b.col < b.line.length) b.deletePart({ row: b.row, col: b.col }, { row: b.row, col: b.col + 1 });
    } else if (key.startsWith(ESC)) {
      const to = motion(b, key, 1, false);
      if (to) [b.row, b.col] = [to.row, to.col];
    } else {
      if (this.#mode === 'replace' && b.col < b.line.length)
        b.lines[b.row] = b.line.slice(0, b.col) + b.line.slice(b.col + 1);
      b.insert(key);
    }
  }

  /** A count, and the key behind it. */
  async #counted(first: string): Promise<[string, number, boolean]> {
    let key = first;
    let digits = '';
    while (/^\d$/.test(key) && !(key === '0' && digits === '')) {
      digits += key;
      key = await this.key();
    }
    if (key === 'g') key += await this.key();
    return [key, digits === '' ? 1 : Number(digits), digits !== ''];
  }

  async #command(first: string): Promise<void> {
    const b = this.buffer;
    const [key, count, given] = await this.#counted(first);
    const to = motion(b, key, count, given);
    if (to) {
      [b.row, b.col] = [to.row, to.col];
      return;
    }
    const mode = begin(b, key);
    if (mode) this.#mode = mode;
    else if (key === 'd' || key === 'c' || key === 'y') await this.#operator(key, count, given);
    else if (!this.#shorthand(key, count) && !(await this.#change(key, count))) await this.#other(key, count);
  }

  /** Keys that are an operator and its motion in one. @returns whether this is one of them */
  #shorthand(key: string, count: number): boolean {
    const { row, col, line } = this.buffer;
    const right = { row, col: Math.min(line.length, col + count) };
    switch (key) {
      case 'x':
      case DELETE:
        this.#operate('d', right);
        return true;
      case 'X':
        this.#operate('d', { row, col: Math.max(0, col - count) });
        return true;
      case 's':
        this.#operate('c', right);
        return true;
      case 'D':
      case 'C':
        this.#operate(key === 'D' ? 'd' : 'c', { row, col: line.length });
        return true;
      case 'S':
      case 'Y':
        this.#lines(key === 'S' ? 'c' : 'y', count);
        return true;
      default:
        return false;
    }
  }

  /** Keys that change the text without a motion. @returns whether this is one of them */
  async #change(key: string, count: number): Promise<boolean> {
    const b = this.buffer;
    switch (key) {
      case 'p':
      case 'P':
        b.save();
        b.put(key === 'p', count);
        return true;
      case 'J':
        joinLines(b, count);
        return true;
      case 'r': {
        const by = await this.key();
        if (by !== ESC) overwrite(b, by, count);
        return true;
      }
      case '~':
        flipCase(b);
        return true;
      case 'u':
        this.#say = b.undo() ? '' : 'Already at oldest change';
        return true;
      default:
        return false;
    }
  }

  /** Keys that scroll, search and leave. */
  async #other(key: string, count: number): Promise<void> {
    const b = this.buffer;
    const page = this.screen.page;
    const scroll: Readonly<Record<string, number>> = {
      '\x06': page - 2,
      '\x1b[6~': page - 2,
      '\x02': 2 - page,
      '\x1b[5~': 2 - page,
      '\x04': page >> 1,
      '\x15': -(page >> 1),
    };
    const by = scroll[key];
    if (by !== undefined) {
      b.row += by * count;
      this.screen.top = Math.max(0, Math.min(b.lines.length - 1, this.screen.top + by * count));
      return;
    }
    switch (key) {
      case 'H':
        b.row = this.screen.top + count - 1;
        return;
      case 'L':
        b.row = this.screen.top + page - count;
        return;
      case 'M':
        b.row = this.screen.top + ((Math.min(page, b.lines.length - this.screen.top) - 1) >> 1);
        return;
      case '/':
      case '?':
        return this.#search(key);
      case 'n':
        return this.#again(true);
      case 'N':
        return this.#again(false);
      case 'Z': {
        const second = await this.key();
        if (second === 'Z') return this.#colon('x');
        if (second === 'Q') this.#quit = true;
        return;
      }
      case ':': {
        const line = await this.#ask(':');
        return line === undefined ? undefined : this.#colon(line);
      }
      case '\x0c':
      case ESC:
      case '\x03':
        return;
      case '\x07':
        return;
      default:
        await this.screen.bell();
    }
  }

  #colon(line: string): void {
    const done = colon(this.ctx.sys, this.buffer, this.file, line);
    this.#say = done.say ?? '';
    this.#quit = done.quit ?? false;
  }

  async #search(mark: '/' | '?'): Promise<void> {
    const typed = await this.#ask(mark);
    if (typed === undefined) return;
    if (typed !== '') {
      try {
        this.#pattern = { re: new RegExp(translate(typed, false), 'g'), forward: mark === '/' };
      } catch {
        this.#say = `bad search pattern '${typed}'`;
        return;
      }
    } else if (this.#pattern) this.#pattern = { ...this.#pattern, forward: mark === '/' };
    this.#again(true);
  }

  #again(same: boolean): void {
    const p = this.#pattern;
    const to = p && find(this.buffer, p.re, p.forward === same);
    if (to) [this.buffer.row, this.buffer.col] = [to.row, to.col];
    else this.#say = p ? 'Pattern not found' : 'No previous search';
  }

  /** d, c or y with the motion that follows. */
  async #operator(name: 'd' | 'c' | 'y', count: number, given: boolean): Promise<void> {
    const [key, more, also] = await this.#counted(await this.key());
    if (key === name) return this.#lines(name, count * more);
    const n = count * more;
    // A change of a word leaves the blanks behind it.
    const to = motion(this.buffer, name === 'c' && key === 'w' ? 'e' : key, n, given || also);
    if (!to) return void (await this.screen.bell());
    if (to.lines) {
      const from = Math.min(this.buffer.row, to.row);
      const size = Math.abs(to.row - this.buffer.row) + 1;
      this.buffer.row = from;
      return this.#lines(name, size);
    }
    const next = key === 'w' && to.row > this.buffer.row ? { row: this.buffer.row, col: this.buffer.line.length } : to;
    this.#operate(name, to.through ? { row: next.row, col: next.col + 1 } : next);
  }

  #lines(name: 'd' | 'c' | 'y', count: number): void {
    const b = this.buffer;
    const n = Math.min(count, b.lines.length - b.row);
    if (name !== 'y') b.save();
    if (name === 'd') {
      b.deleteLines(b.row, n);
      return;
    }
    b.yankLines(b.row, n);
    if (name === 'y') return;
    b.lines.splice(b.row, n, '');
    b.col = 0;
    this.#mode = 'insert';
  }

  #operate(name: 'd' | 'c' | 'y', to: Place): void {
    const b = this.buffer;
    const here = { row: b.row, col: b.col };
    const [from, end] = before(here, to) ? [here, to] : [to, here];
    if (name === 'y') {
      b.register = { text: b.part(from, end), whole: false };
      [b.row, b.col] = [from.row, from.col];
      return;
    }
    b.save();
    b.deletePart(from, end);
    if (name === 'c') this.#mode = 'insert';
  }
}
