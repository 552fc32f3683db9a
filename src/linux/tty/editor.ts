/**
 * The line editor of an interactive shell: emacs keys, history, incremental search, completion. It runs in the
 * shell's process on a terminal in raw mode and reads byte by byte, so that what was typed ahead stays for the program.
 * What few people press is in `seldom.ts`, `search.ts` and `tab.ts`, which arrive with the first key that needs them.
 * Limits: no vi mode, no inputrc.
 * @see GNU readline
 */
import { isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import type { Fd, Sys, Termios } from '../kernel/sys.ts';
import type { Candidates } from '../shell/completion.ts';
import type { History } from '../shell/history.ts';
import { edit } from './bindings.ts';
import { type Key, readKey } from './keys.ts';
import { EditedLine } from './line.ts';
import { Recall } from './recall.ts';
import { Screen } from './screen.ts';

/** What the editor is given. */
export interface EditorOptions {
  readonly sys: Sys;
  readonly input: Fd;
  readonly output: Fd;
  readonly history: History;
  /** Keys of bash: ^R searches, and others that ash does not know. */
  readonly search: boolean;
  /** Asks the terminal to mark what is pasted, so that lines of it do not run by themselves. */
  readonly bracketedPaste: boolean;
  /** Keys that were bound to something else: by name, what they do now. */
  readonly keys?: ReadonlyMap<string, string>;
  /** Variables of an inputrc. */
  readonly variables?: ReadonlyMap<string, string>;
  /** Candidates for the end of the text before the cursor. */
  complete(before: string): Promise<Candidates>;
  /** A line with history, aliases, parameters and commands of it expanded. */
  expand?(line: string, all: boolean): Promise<string>;
  /** Has ^C come? Asking clears it. */
  interrupted(): boolean;
}

/** How the editing of a line ended; a hidden line does not go into the history. */
export type EditResult =
  | { readonly kind: 'line'; readonly text: string; readonly hidden?: boolean }
  | { readonly kind: 'eof' }
  | { readonly kind: 'interrupt' };

/** What a key ended the line with, if it did. */
export type Step = EditResult | undefined;

/** DECSET 2004 and its end. @see xterm control sequences, Bracketed Paste Mode */
const PASTE_ON = '\x1b[?2004h';
const PASTE_OFF = '\x1b[?2004l\r';

/** Edits one line after the other at a terminal. */
export class LineEditor {
  readonly line = new EditedLine();
  readonly screen = new Screen(80);
  readonly recall: Recall;
  /** Keys to be obeyed before those of the terminal. */
  held: Key[] = [];
  /** The key before this one. */
  last = '';
  /** The other end of the region. */
  mark = 0;
  /** What was pasted is shown in reverse. */
  marked = false;
  /** The line of the history to begin with, after ^O. */
  start: number | undefined;
  /** Text to begin with. */
  text = '';
  prompt = '';
  /** The prompt's lines but the last. */
  #above = '';
  /** The terminal's echo was off: what is typed is not shown. */
  #silent = false;
  #eof = false;
  #resized = false;

  constructor(readonly o: EditorOptions) {
    this.recall = new Recall(o.history, this.line);
  }

  /** Reads one line. Pre: the input is a terminal. */
  async readLine(prompt: string): Promise<EditResult> {
    const { sys } = this.o;
    const before = sys.tcgetattr(this.o.input);
    const modes: Termios | undefined = isErr(before) ? undefined : before;
    // ash reads ^C as a key
    if (modes) sys.tcsetattr(this.o.input, { ...modes, icanon: false, echo: false, icrnl: false, isig: this.o.search });
    const winch = sys.sigaction(SIGNALS.SIGWINCH, () => {
      this.#resized = true;
    });
    this.#silent = modes?.echo === false;
    const at = prompt.lastIndexOf('\n') + 1;
    this.prompt = prompt.slice(at);
    this.#above = prompt.slice(0, at).replace(/[\x01\x02]/g, '');
    try {
      if (this.o.bracketedPaste) await this.print(PASTE_ON);
      this.#begin();
      await this.fresh();
      const result = await this.#loop();
      this.recall.leave();
      if (this.o.bracketedPaste) await this.print(result.kind === 'eof' ? `${PASTE_OFF}\n` : PASTE_OFF);
      return result;
    } finally {
      sys.sigaction(SIGNALS.SIGWINCH, winch);
      if (modes) sys.tcsetattr(this.o.input, modes);
    }
  }

  #begin(): void {
    this.line.set(this.text);
    this.text = '';
    this.recall.reset();
    if (this.start) this.recall.to(this.start);
    this.start = undefined;
    this.last = '';
    this.mark = 0;
  }

  get columns(): number {
    const size = this.o.sys.winsize(this.o.output);
    return isErr(size) || size.cols < 2 ? 80 : size.cols;
  }

  async print(text: string): Promise<void> {
    if (text !== '') await this.o.sys.write(this.o.output, new TextEncoder().encode(text));
  }

  async redraw(prompt = this.prompt): Promise<void> {
    await this.print(
      this.screen.draw(prompt, this.#silent ? [] : this.line.chars, this.#silent ? 0 : this.line.cursor),
    );
  }

  /** Draws prompt and line on empty rows. */
  async fresh(): Promise<void> {
    this.screen.reset(this.columns);
    await this.print(this.#above);
    await this.redraw();
  }

  async bell(): Promise<void> {
    await this.print('\x07');
  }

  /** The next byte; undefined after ^C or at the end of the input. */
  async byte(): Promise<number | undefined> {
    for (;;) {
      if (this.o.interrupted()) return undefined;
      const r = await this.o.sys.read(this.o.input, 1);
      if (!isErr(r)) {
        if (r.length > 0) return r[0];
        this.#eof = true;
        return undefined;
      }
      if (r.name !== 'EINTR') {
        this.#eof = true;
        return undefined;
      }
      if (this.o.interrupted()) return undefined;
      if (this.#resized) {
        this.#resized = false;
        this.screen.resize(this.columns, this.prompt, this.line.chars, this.line.cursor);
        await this.redraw();
      }
    }
  }

  /** The next key; undefined after ^C or at the end of the input. */
  async key(): Promise<Key | undefined> {
    return this.held.shift() ?? readKey(() => this.byte());
  }

  async #loop(): Promise<EditResult> {
    this.#eof = false;
    for (;;) {
      const step = await this.obey(await this.key());
      if (step) return step;
    }
  }

  /** Does what a key says; none came at the end of the input or after ^C. */
  async obey(key: Key | undefined): Promise<Step> {
    if (!key) return this.#eof ? { kind: 'eof' } : this.#cancel();
    if (this.marked) {
      this.marked = false;
      await this.redraw();
    }
    this.line.turn++;
    const name = 'char' in key ? '' : (this.o.keys?.get(key.name) ?? key.name);
    const step = 'char' in key ? await this.#insert(key.char) : await this.command(name);
    this.last = name;
    return step;
  }

  async #cancel(): Promise<EditResult> {
    this.held = [];
    await this.print(`^C${this.screen.below()}${this.o.search ? '' : '\n'}`);
    return { kind: 'interrupt' };
  }

  async #insert(char: string): Promise<Step> {
    const atEnd = this.line.cursor === this.line.chars.length;
    this.line.insert(char);
    this.line.notKill();
    const quick = this.#silent ? '' : atEnd ? this.screen.append(char) : undefined;
    if (quick === undefined) await this.redraw();
    else await this.print(quick);
    return undefined;
  }

  /** Puts the cursor on a row below the line. */
  async below(): Promise<void> {
    this.line.end();
    if (!this.screen.atEnd) await this.redraw();
    await this.print(this.screen.leave());
  }

  async accept(): Promise<EditResult> {
    await this.below();
    return { kind: 'line', text: this.line.text };
  }

  /** Does what a key of this name does. */
  async command(name: string): Promise<Step> {
    const { sys, search } = this.o;
    if (!search && /^(?:C-[rsty]|M-[._])$/.test(name)) return undefined;
    switch (name) {
      case 'C-c':
        if (!search) return this.#cancel();
        break;
      case 'Enter':
        return this.accept();
      case 'C-d':
        if (this.line.chars.length === 0) return { kind: 'eof' };
        break;
      case 'Tab':
        await (await sys.load(() => import('./tab.ts'))).complete(this);
        return undefined;
      case 'C-r':
      case 'C-s':
        return (await sys.load(() => import('./search.ts'))).search(this, name === 'C-r');
      case 'C-l':
        await this.print('\x1b[H\x1b[2J');
        await this.fresh();
        return undefined;
    }
    const done = edit(this.line, this.recall, name, this.last);
    if (done === undefined && search) return (await sys.load(() => import('./seldom.ts'))).seldom(this, name);
    if (done) await this.redraw();
    else await this.bell();
    return undefined;
  }
}
