/**
 * The line editor of an interactive shell: emacs keys, history, incremental search, completion. It runs in the
 * shell's process on a terminal in raw mode and reads byte by byte, so that what was typed ahead stays for the program.
 * Limits: no vi mode, no undo, no keyboard macros, no inputrc.
 * @see GNU readline
 */
import { isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import type { Fd, Sys, Termios } from '../kernel/sys.ts';
import type { Candidates } from '../shell/completion.ts';
import type { History } from '../shell/history.ts';
import { edit } from './bindings.ts';
import { insertion, listing } from './completion.ts';
import { type Key, readKey, readPaste } from './keys.ts';
import { EditedLine } from './line.ts';
import { Recall } from './recall.ts';
import { Screen } from './screen.ts';

/** What the editor is given. */
export interface EditorOptions {
  readonly sys: Sys;
  readonly input: Fd;
  readonly output: Fd;
  readonly history: History;
  /** ^R searches. */
  readonly search: boolean;
  /** Asks the terminal to mark what is pasted, so that lines of it do not run by themselves. */
  readonly bracketedPaste: boolean;
  /** Candidates for the end of the text before the cursor. */
  complete(before: string): Promise<Candidates>;
  /** Has ^C come? Asking clears it. */
  interrupted(): boolean;
}

export type EditResult =
  | { readonly kind: 'line'; readonly text: string }
  | { readonly kind: 'eof' }
  | { readonly kind: 'interrupt' };

type Step = EditResult | undefined;

/** DECSET 2004 and its end. @see xterm control sequences, Bracketed Paste Mode */
const PASTE_ON = '\x1b[?2004h';
const PASTE_OFF = '\x1b[?2004l\r';

export class LineEditor {
  #line = new EditedLine();
  #screen = new Screen(80);
  #prompt = '';
  readonly #recall: Recall;
  #tabs = 0;
  #resized = false;
  #held: Key | undefined;
  /** What was pasted is shown in reverse. */
  #marked = false;

  constructor(private readonly o: EditorOptions) {
    this.#recall = new Recall(o.history, this.#line);
  }

  /** Reads one line. Pre: the input is a terminal. */
  async readLine(prompt: string): Promise<EditResult> {
    const { sys } = this.o;
    const before = sys.tcgetattr(this.o.input);
    const modes: Termios | undefined = isErr(before) ? undefined : before;
    if (modes) sys.tcsetattr(this.o.input, { ...modes, icanon: false, echo: false, icrnl: false, ixon: false });
    const winch = sys.sigaction(SIGNALS.SIGWINCH, () => {
      this.#resized = true;
    });
    const lines = prompt.split('\n');
    this.#prompt = lines.pop() as string;
    try {
      if (this.o.bracketedPaste) await this.#print(PASTE_ON);
      if (lines.length > 0) await this.#print(`${lines.join('\n').replace(/[\x01\x02]/g, '')}\n`);
      this.#begin();
      await this.#redraw();
      const result = await this.#loop();
      if (this.o.bracketedPaste) await this.#print(result.kind === 'eof' ? `${PASTE_OFF}\n` : PASTE_OFF);
      return result;
    } finally {
      sys.sigaction(SIGNALS.SIGWINCH, winch);
      if (modes) sys.tcsetattr(this.o.input, modes);
    }
  }

  #begin(): void {
    this.#line.set('');
    this.#recall.reset();
    this.#tabs = 0;
    this.#screen.reset(this.#columns());
  }

  #columns(): number {
    const size = this.o.sys.winsize(this.o.output);
    return isErr(size) || size.cols < 2 ? 80 : size.cols;
  }

  async #print(text: string): Promise<void> {
    if (text !== '') await this.o.sys.write(this.o.output, new TextEncoder().encode(text));
  }

  async #redraw(prompt = this.#prompt): Promise<void> {
    await this.#print(this.#screen.draw(prompt, this.#line.chars, this.#line.cursor));
  }

  #eof = false;

  /** The next byte; undefined after ^C or at the end of the input. */
  async #byte(): Promise<number | undefined> {
    for (;;) {
      if (this.o.interrupted()) return undefined;
      const r = await this.o.sys.read(this.o.input, 1);
      if (!isErr(r)) {
        if (r.length === 0) {
          this.#eof = true;
          return undefined;
        }
        return r[0];
      }
      if (r.name !== 'EINTR') {
        this.#eof = true;
        return undefined;
      }
      if (this.o.interrupted()) return undefined;
      if (this.#resized) {
        this.#resized = false;
        this.#screen.resize(this.#columns(), this.#prompt, this.#line.chars, this.#line.cursor);
        await this.#redraw();
      }
    }
  }

  async #key(): Promise<Key | undefined> {
    const held = this.#held;
    this.#held = undefined;
    return held ?? readKey(() => this.#byte());
  }

  async #loop(): Promise<EditResult> {
    this.#eof = false;
    for (;;) {
      const key = await this.#key();
      if (!key) {
        if (this.#eof) return { kind: 'eof' };
        return this.#cancel();
      }
      if (this.#marked) {
        this.#marked = false;
        await this.#redraw();
      }
      const step = 'char' in key ? await this.#insert(key.char) : await this.#command(key.name);
      if (!('name' in key && key.name === 'Tab')) this.#tabs = 0;
      if (!('name' in key && (key.name === 'M-.' || key.name === 'M-_'))) this.#recall.otherCommand();
      if (step) return step;
    }
  }

  async #cancel(): Promise<EditResult> {
    await this.#toEnd();
    await this.#print('^C\n');
    return { kind: 'interrupt' };
  }

  async #insert(char: string): Promise<Step> {
    const atEnd = this.#line.cursor === this.#line.chars.length;
    this.#line.insert(char);
    this.#line.notKill();
    const quick = atEnd ? this.#screen.append(char) : undefined;
    if (quick === undefined) await this.#redraw();
    else await this.#print(quick);
    return undefined;
  }

  /** Puts the cursor after the line. */
  async #toEnd(): Promise<void> {
    this.#line.end();
    if (!this.#screen.atEnd) await this.#redraw();
  }

  async #accept(): Promise<EditResult> {
    await this.#toEnd();
    await this.#print(this.#screen.leave());
    return { kind: 'line', text: this.#line.text };
  }

  async #command(name: string): Promise<Step> {
    switch (name) {
      case 'Enter':
      case 'C-j':
        return this.#accept();
      case 'C-o':
        return this.#accept();
      case 'C-d':
        if (this.#line.chars.length === 0) return { kind: 'eof' };
        break;
      case 'Tab':
        await this.#complete();
        return undefined;
      case 'C-r':
      case 'C-s':
        if (this.o.search) return this.#search(name === 'C-r');
        return undefined;
      case 'C-l':
        await this.#print('\x1b[H\x1b[2J');
        this.#screen.reset(this.#columns());
        break;
      case 'C-v':
        await this.#quoted();
        return undefined;
      case 'Paste':
        return this.#paste();
    }
    if (edit(this.#line, this.#recall, name)) await this.#redraw();
    else await this.#print('\x07');
    return undefined;
  }

  /** Text pasted as one piece: shown in reverse until the next key. */
  async #paste(): Promise<Step> {
    const text = await readPaste(() => this.#byte());
    if (text === undefined) return this.#eof ? { kind: 'eof' } : this.#cancel();
    const l = this.#line;
    l.notKill();
    const from = l.cursor;
    l.insert(text);
    await this.#print(this.#screen.draw(this.#prompt, l.chars, l.cursor, [from, l.cursor]));
    this.#marked = true;
    return undefined;
  }

  /** ^V: the next byte as it is. */
  async #quoted(): Promise<void> {
    const b = await this.#byte();
    if (b !== undefined) await this.#insert(String.fromCharCode(b));
  }

  async #complete(): Promise<void> {
    const c = await this.o.complete(this.#line.before);
    const r = insertion(this.#line.before, c);
    if (r.changed) {
      this.#line.setBefore(r.text);
      this.#tabs = r.complete ? 0 : 1;
      await this.#redraw();
      if (!r.complete) await this.#print('\x07');
      return;
    }
    this.#tabs++;
    if (c.words.length < 2 || this.#tabs < 2) {
      await this.#print('\x07');
      return;
    }
    await this.#list(c);
  }

  async #list(c: Candidates): Promise<void> {
    const l = this.#line;
    const cursor = l.cursor;
    await this.#toEnd();
    await this.#print(this.#screen.leave());
    if (c.words.length <= 100 || (await this.#confirm(c.words.length)))
      await this.#print(listing(c.shown, this.#columns()));
    l.cursor = cursor;
    this.#screen.reset(this.#columns());
    await this.#redraw();
  }

  async #confirm(count: number): Promise<boolean> {
    await this.#print(`Display all ${count} possibilities? (y or n)`);
    for (;;) {
      const k = await this.#key();
      const yes = k && 'char' in k && 'yY '.includes(k.char);
      const no = !k || ('char' in k ? 'nN'.includes(k.char) : k.name === 'Backspace' || k.name === 'C-g');
      if (!yes && !no) continue;
      await this.#print('\n');
      return yes === true;
    }
  }

  /** Incremental search. */
  async #search(backward: boolean): Promise<Step> {
    const saved = { text: this.#line.text, cursor: this.#line.cursor, place: this.#recall.place };
    let needle = '';
    let at = this.#recall.place;
    let found = true;
    let back = backward;
    for (;;) {
      const label = `(${found ? '' : 'failed '}${back ? 'reverse-' : ''}i-search)\`${needle}': `;
      await this.#redraw(label);
      const key = await this.#key();
      if (!key) {
        if (this.#eof) return { kind: 'eof' };
        return this.#cancel();
      }
      if ('char' in key) {
        needle += key.char;
        found = this.#recall.find(needle, at, back, true, (n) => (at = n));
      } else if (key.name === 'C-r' || key.name === 'C-s') {
        back = key.name === 'C-r';
        if (needle === '') needle = this.#lastNeedle;
        found = this.#recall.find(needle, at, back, false, (n) => (at = n));
      } else if (key.name === 'Backspace') {
        needle = [...needle].slice(0, -1).join('');
        at = saved.place;
        found = needle === '' || this.#recall.find(needle, at, back, true, (n) => (at = n));
      } else {
        this.#lastNeedle = needle;
        if (key.name === 'C-g') {
          this.#line.set(saved.text, saved.cursor);
          this.#recall.place = saved.place;
          await this.#redraw();
          return undefined;
        }
        if (key.name !== 'M-\x1b') this.#held = key;
        await this.#redraw();
        return undefined;
      }
    }
  }

  #lastNeedle = '';
}
