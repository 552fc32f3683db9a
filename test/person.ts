/** A person at a terminal of a lab: types keys, looks at the screen, waits. */
import type { Lab, Terminal } from '../src/lab/lab.ts';
import { Screen } from './screen.ts';

/** Keys as a terminal sends them. */
export const UP = '\x1b[A';
export const DOWN = '\x1b[B';
export const LEFT = '\x1b[D';
export const HOME = '\x1b[H';
export const END = '\x1b[F';
export const ESC = '\x1b';
export const ctrl = (letter: string): string => String.fromCharCode(letter.charCodeAt(0) & 31);

/** Virtual nanoseconds between two looks at the screen. */
const GLANCE = 2e7;
/** Virtual nanoseconds after which a person gives up. */
const PATIENCE = 30e9;

/** The prompt of a login shell of node1 in the home directory, at the end of the screen. */
export const PROMPT = 'root@node1:~# ';

export class Person {
  readonly screen: Screen;
  /** Everything that came, as text. */
  raw = '';
  exit: number | undefined;
  readonly terminal: Terminal;
  readonly #decoder = new TextDecoder();

  constructor(
    readonly lab: Lab,
    host = 'node1',
    size = { cols: 80, rows: 24 },
  ) {
    this.screen = new Screen(size.cols, size.rows);
    this.terminal = lab.terminal(host, size);
    this.terminal.pty.onOutput(() => this.#look());
    void this.terminal.exited.then((code) => {
      this.exit = code;
    });
    this.#look();
  }

  /** A person who has seen the first prompt. */
  static async at(lab: Lab, host = 'node1', size = { cols: 80, rows: 24 }): Promise<Person> {
    const p = new Person(lab, host, size);
    await p.sees(/root@\w+:~# $/);
    return p;
  }

  #look(): void {
    for (;;) {
      const bytes = this.terminal.pty.take(65536);
      if (bytes.length === 0) return;
      this.screen.feed(bytes);
      this.raw += this.#decoder.decode(bytes, { stream: true });
    }
  }

  /** Presses keys; nothing happens until time passes. */
  press(keys: string): void {
    this.terminal.pty.input(new TextEncoder().encode(keys));
  }

  /** Presses keys and lets a moment pass. @returns the screen's text */
  async types(keys: string, ns = GLANCE): Promise<string> {
    this.press(keys);
    await this.lab.pass(ns);
    return this.screen.text;
  }

  /** Lets time pass until the screen shows this (a text: anywhere; a pattern: on the text up to the cursor). */
  async sees(what: string | RegExp): Promise<string> {
    const found = (): boolean =>
      typeof what === 'string' ? this.screen.all.includes(what) : what.test(this.toCursor());
    for (let t = 0; !found(); t += GLANCE) {
      if (t > PATIENCE) throw new Error(`never saw ${what}; the screen shows\n${this.screen.text}`);
      await this.lab.pass(GLANCE);
    }
    return this.screen.text;
  }

  /** The screen up to the cursor, spaces before it kept. */
  toCursor(): string {
    const { screen } = this;
    const above = screen.lines.slice(0, screen.row);
    const line = screen.line;
    const width = (text: string): string => [...text].slice(0, screen.col).join('');
    return [...above, width(line.padEnd(screen.cols))].join('\n');
  }

  /**
   * Types a command and Enter, and waits for the next prompt.
   * @returns what was printed between them, lines ended by `\n`
   */
  async runs(command: string, prompt: RegExp = /root@\w+:[^\n]*# $/): Promise<string> {
    const from = this.raw.length;
    this.press(`${command}\r`);
    await this.lab.pass(GLANCE);
    await this.sees(prompt);
    const text = this.raw.slice(from).replace(/\x1b\[\?2004[hl]\r?/g, '');
    const begin = text.indexOf('\n') + 1;
    return text.slice(begin, Math.max(begin, text.lastIndexOf('\n') + 1)).replaceAll('\r\n', '\n');
  }

  /** The line the cursor is on, without spaces at its end. */
  get line(): string {
    return this.screen.line;
  }
}
