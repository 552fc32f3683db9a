/**
 * The line discipline: what the kernel does with keys on their way to a program, and with output on its way out.
 * Limits: no VEOL, VDISCARD, output column tracking (a tab is erased as one column), no IUTF8 switch (always UTF-8).
 * @see Linux drivers/tty/n_tty.c
 */
import { SIGNALS } from '../kernel/signal.ts';
import type { Termios } from '../kernel/sys.ts';
import { charWidth } from './width.ts';

/** Input that a read can take. In cooked mode one chunk is one line; an empty chunk is the end of file (^D). */
interface Chunk {
  bytes: Uint8Array;
  /** Came in raw mode: chunks of this kind are one stream. */
  readonly raw: boolean;
}

/** What the discipline tells its terminal. */
export interface DisciplineHost {
  echo(bytes: Uint8Array): void;
  /** A signal for the foreground group; pending output is thrown away first. */
  signal(signal: number): void;
  /** ^S and ^Q. */
  flow(stopped: boolean): void;
  /** Input has become readable. */
  readable(): void;
}

const ctrl = (c: string): number => c.charCodeAt(0) & 31;
const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Most bytes of a line, and of input nobody reads. @see N_TTY_BUF_SIZE */
const LIMIT = 4096;

export class Discipline {
  #line: number[] = [];
  #chunks: Chunk[] = [];
  #size = 0;
  #literal = false;
  #stopped = false;

  constructor(private readonly host: DisciplineHost) {}

  /** Is there something to read? */
  get readable(): boolean {
    return this.#chunks.length > 0;
  }

  /** At most `max` bytes, of one line when cooked. Pre: readable. */
  read(max: number): Uint8Array {
    const first = this.#chunks[0] as Chunk;
    const out = first.bytes.subarray(0, max);
    if (out.length === first.bytes.length) this.#chunks.shift();
    else first.bytes = first.bytes.subarray(max);
    this.#size -= out.length;
    return out;
  }

  /** The modes have changed: a line being edited becomes readable when line editing ends. */
  modeChanged(before: Termios, now: Termios): void {
    if (before.icanon && !now.icanon && this.#line.length > 0) {
      this.#push(Uint8Array.from(this.#line), true);
      this.#line = [];
    }
    if (!before.icanon && now.icanon) this.#recook(now.icrnl && !before.icrnl);
    if (before.icanon && !now.icanon) {
      const all = this.#chunks.map((c) => c.bytes);
      this.#chunks = [];
      this.#size = 0;
      for (const b of all) this.#push(b, true);
    }
  }

  /**
   * Line editing begins: what was typed ahead in raw mode becomes lines. Linux leaves its carriage returns as they
   * are, so that a pasted line would never end for the program; here they become newlines.
   */
  #recook(returns: boolean): void {
    const all = this.#chunks.flatMap((c) => [...c.bytes]);
    this.#chunks = [];
    this.#size = 0;
    let line: number[] = [];
    for (const b of all) {
      line.push(returns && b === 13 ? 10 : b);
      if (line.at(-1) !== 10) continue;
      this.#push(Uint8Array.from(line), false);
      line = [];
    }
    this.#line = line;
  }

  /** Bytes from the keyboard. */
  input(bytes: Uint8Array, t: Termios): void {
    if (!t.icanon && !t.isig && !t.ixon && !t.echo && !t.icrnl) {
      if (this.#size < LIMIT * 16) this.#push(bytes.slice(), true);
      return;
    }
    for (const b of bytes) this.#byte(b, t);
  }

  #push(bytes: Uint8Array, raw: boolean): void {
    if (raw && bytes.length === 0) return;
    this.#size += bytes.length;
    const last = this.#chunks.at(-1);
    if (raw && last?.raw) {
      const joined = new Uint8Array(last.bytes.length + bytes.length);
      joined.set(last.bytes);
      joined.set(bytes, last.bytes.length);
      last.bytes = joined;
    } else this.#chunks.push({ bytes, raw });
    this.host.readable();
  }

  #byte(byte: number, t: Termios): void {
    let b = byte;
    if (this.#literal) {
      this.#literal = false;
      this.#take(b, t);
      return;
    }
    if (t.ixon && (b === ctrl('S') || b === ctrl('Q'))) {
      this.#stopped = b === ctrl('S');
      this.host.flow(this.#stopped);
      return;
    }
    if (t.isig && this.#signal(b, t)) return;
    if (b === 13 && t.icrnl) b = 10;
    if (!t.icanon) {
      this.#push(Uint8Array.of(b), true);
      if (t.echo) this.#echoByte(b);
      return;
    }
    this.#cooked(b, t);
  }

  #signal(b: number, t: Termios): boolean {
    const signal =
      b === ctrl('C') ? SIGNALS.SIGINT : b === 28 ? SIGNALS.SIGQUIT : b === ctrl('Z') ? SIGNALS.SIGTSTP : 0;
    if (signal === 0) return false;
    this.#line = [];
    this.#chunks = [];
    this.#size = 0;
    if (this.#stopped) {
      this.#stopped = false;
      this.host.flow(false);
    }
    this.host.signal(signal);
    if (t.echo) this.#echoByte(b);
    return true;
  }

  #cooked(b: number, t: Termios): void {
    switch (b) {
      case 8:
      case 127:
        this.#erase(t);
        return;
      case ctrl('U'):
        while (this.#line.length > 0) this.#erase(t);
        return;
      case ctrl('W'):
        this.#eraseWord(t);
        return;
      case ctrl('V'):
        this.#literal = true;
        if (t.echo) this.host.echo(encode('^\b'));
        return;
      case ctrl('R'):
        if (t.echo) this.host.echo(encode(`^R\n${new TextDecoder().decode(Uint8Array.from(this.#line))}`));
        return;
      case ctrl('D'):
        this.#push(Uint8Array.from(this.#line), false);
        this.#line = [];
        return;
      case 10:
        if (t.echo) this.host.echo(Uint8Array.of(10));
        this.#line.push(10);
        this.#push(Uint8Array.from(this.#line), false);
        this.#line = [];
        return;
      default:
        this.#take(b, t);
    }
  }

  /** An ordinary character of the line. */
  #take(b: number, t: Termios): void {
    if (!t.icanon) {
      this.#push(Uint8Array.of(b), true);
      return;
    }
    if (this.#line.length >= LIMIT - 1) return;
    this.#line.push(b);
    if (t.echo) this.#echoByte(b);
  }

  #echoByte(b: number): void {
    if ((b < 32 && b !== 9 && b !== 10) || b === 127) {
      this.host.echo(encode(`^${String.fromCharCode(b ^ 64)}`));
    } else this.host.echo(Uint8Array.of(b));
  }

  /** Takes the last character back, all of its bytes, and from the screen. */
  #erase(t: Termios): string {
    if (this.#line.length === 0) return '';
    const bytes: number[] = [];
    do bytes.unshift(this.#line.pop() as number);
    while (((bytes[0] as number) & 0xc0) === 0x80 && this.#line.length > 0);
    const text = new TextDecoder().decode(Uint8Array.from(bytes));
    const point = text.codePointAt(0) ?? 0;
    const width = point === 9 ? 1 : point < 32 || point === 127 ? 2 : charWidth(point);
    if (t.echo) this.host.echo(encode('\b \b'.repeat(width)));
    return text;
  }

  #eraseWord(t: Termios): void {
    const last = (): string => {
      const bytes = Uint8Array.from(this.#line.slice(-4));
      return [...new TextDecoder().decode(bytes)].at(-1) ?? '';
    };
    while (this.#line.length > 0 && /\s/.test(last())) this.#erase(t);
    while (this.#line.length > 0 && !/\s/.test(last())) this.#erase(t);
  }
}
