/** Reading one connection: heads, lines, bytes. */
import { join } from '../bytes.ts';
import { type Duplex, text } from '../http.ts';

/** Bytes of a head, as Go's server takes them. @see Go net/http: DefaultMaxHeaderBytes, initialReadLimitSize */
const MAX_HEAD = (1 << 20) + 4096;
/** Bytes of a line, and those that are looked through for the end of the other side's stream. */
const MAX_LINE = 65536;
const EMPTY = new Uint8Array(0);

/** Buffered reading of one connection, shared by heads, bodies and whoever takes the connection over. */
export class Reader {
  #buffer: Uint8Array = EMPTY;
  #ended = false;
  #pulling: Promise<boolean> | undefined;
  constructor(readonly duplex: Duplex) {}

  /** Waits for more bytes. @returns false at the end of the stream */
  pull(): Promise<boolean> {
    if (this.#ended) return Promise.resolve(false);
    this.#pulling ??= this.duplex.read().then((bytes) => {
      this.#pulling = undefined;
      if (bytes === null) {
        this.#ended = true;
        return false;
      }
      this.#buffer = this.#buffer.length === 0 ? bytes : join([this.#buffer, bytes]);
      return true;
    });
    return this.#pulling;
  }

  /** Resolves at the end of the other side's stream; never while more comes. */
  async ending(): Promise<void> {
    while (!this.#ended) {
      const had = this.#buffer.length;
      if (!(await this.pull())) return;
      if (this.#buffer.length > had + MAX_LINE) return new Promise(() => {});
    }
  }

  /**
   * Everything up to the blank line, lines ending in LF or CR LF; undefined at end of stream, 'bad' when it breaks off.
   * @param hopeless a line that makes it bad before the rest has come; `n` counts from 0
   */
  async head(hopeless?: (line: string, n: number) => boolean): Promise<string[] | 'bad' | 'long' | undefined> {
    for (let seen = 0, at = 0, n = 0; ; ) {
      const end = blankLine(this.#buffer, Math.max(0, seen - 3));
      if (end >= 0) {
        const lines = text(this.#take(end))
          .replace(/\r?\n\r?\n$/, '')
          .split(/\r?\n/);
        if (lines.length > 1 || lines[0] !== '') return lines;
        seen = at = n = 0;
        continue;
      }
      for (let lf = this.#buffer.indexOf(10, at); hopeless && lf >= 0; lf = this.#buffer.indexOf(10, at)) {
        const line = text(this.#buffer.subarray(at, lf)).replace(/\r$/, '');
        at = lf + 1;
        if ((line !== '' || n > 0) && hopeless(line, n++)) return 'bad';
      }
      seen = this.#buffer.length;
      if (seen > MAX_HEAD) return 'long';
      if (!(await this.pull())) return this.#buffer.length > 0 ? 'bad' : undefined;
    }
  }

  async line(): Promise<string | undefined> {
    for (;;) {
      const end = find(this.#buffer, '\r\n');
      if (end >= 0) return text(this.#take(end + 2)).slice(0, -2);
      if (this.#buffer.length > MAX_LINE || !(await this.pull())) return undefined;
    }
  }

  /** 1 … max bytes as they come; null at the end. */
  async some(max: number): Promise<Uint8Array | null> {
    while (this.#buffer.length === 0) if (!(await this.pull())) return null;
    return this.#take(Math.min(max, this.#buffer.length));
  }

  #take(n: number): Uint8Array {
    const out = this.#buffer.subarray(0, n);
    this.#buffer = this.#buffer.subarray(n);
    return out;
  }
}

/** Where the first blank line ends; -1 when there is none. */
function blankLine(bytes: Uint8Array, from: number): number {
  for (let i = bytes.indexOf(10, from); i >= 0; i = bytes.indexOf(10, i + 1)) {
    if (bytes[i + 1] === 10) return i + 2;
    if (bytes[i + 1] === 13 && bytes[i + 2] === 10) return i + 3;
  }
  return -1;
}

function find(bytes: Uint8Array, what: string, from = 0): number {
  outer: for (let i = from; i + what.length <= bytes.length; i++) {
    for (let j = 0; j < what.length; j++) if (bytes[i + j] !== what.charCodeAt(j)) continue outer;
    return i;
  }
  return -1;
}
