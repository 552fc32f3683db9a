/** Bodies as their headers delimit them. @see RFC 9112 §6, §7 */

import { join } from '../bytes.ts';
import { type Headers, utf8 } from '../http.ts';
import type { Reader } from './reader.ts';

/** The body of a message as its headers delimit it; `whole` when it ends with the connection. */
export async function* body(reader: Reader, headers: Headers, whole: boolean): AsyncGenerator<Uint8Array> {
  if ((headers['transfer-encoding'] ?? '').toLowerCase().includes('chunked')) {
    for (;;) {
      const size = chunkSize(await reader.line());
      if (size === 0) break;
      yield* exactly(reader, size);
      if ((await reader.line()) !== '') throw new MalformedBody('malformed chunked encoding');
    }
    for (let line = await reader.line(); line; line = await reader.line());
    return;
  }
  const length = headers['content-length'];
  if (length !== undefined) yield* exactly(reader, Number(length));
  else if (whole) yield* exactly(reader, Number.POSITIVE_INFINITY);
}

/** A body that breaks off, or whose chunks are none: the connection is of no use after it. */
export class MalformedBody extends Error {
  constructor(why = 'unexpected EOF') {
    super(why);
  }
}

/** Of the size of a chunk. */
const MOST_DIGITS = 16;

/** Size in hexadecimal, before `;` and extensions. */
function chunkSize(line: string | undefined): number {
  if (line === undefined) throw new MalformedBody();
  const digits = line.replace(/\s*(?:;.*)?$/s, '');
  if (digits === '') throw new MalformedBody('empty hex number for chunk length');
  if (!/^[0-9a-fA-F]+$/.test(digits)) throw new MalformedBody('invalid byte in chunk length');
  if (digits.length > MOST_DIGITS) throw new MalformedBody('http chunk length too large');
  return Number.parseInt(digits, 16);
}

async function* exactly(reader: Reader, size: number): AsyncGenerator<Uint8Array> {
  for (let left = size; left > 0; ) {
    const part = await reader.some(left);
    if (part === null) {
      if (size === Number.POSITIVE_INFINITY) return;
      throw new MalformedBody();
    }
    left -= part.length;
    yield part;
  }
}

/** A body that may be iterated once, and that tells when it has been read to its end. */
export class Body implements AsyncIterable<Uint8Array> {
  readonly #source: AsyncGenerator<Uint8Array>;
  #begun = false;
  /** It could not be read to its end. */
  broken = false;
  /** @param invite what to do before the first byte is read: tell the sender to go on */
  constructor(
    source: AsyncGenerator<Uint8Array>,
    readonly invite?: () => Promise<void>,
  ) {
    this.#source = source;
  }
  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    return { next: () => this.#next() };
  }
  async #next(): Promise<IteratorResult<Uint8Array>> {
    if (!this.#begun) {
      this.#begun = true;
      await this.invite?.();
    }
    try {
      const next = await this.#source.next();
      if (next.done) this.#finish();
      return next;
    } catch (e) {
      this.broken = true;
      this.#finish();
      throw e;
    }
  }
  #finish: () => void = () => undefined;
  /** Resolves when all of it has been read, or can be read no more. */
  readonly finished = new Promise<void>((resolve) => {
    this.#finish = resolve;
  });
  /** The next part; null at the end. */
  async next(): Promise<Uint8Array | null> {
    const { done, value } = await this.#next();
    return done ? null : value;
  }
  /** The sender waits to be told to go on, and was not. */
  get unwanted(): boolean {
    return this.invite !== undefined && !this.#begun;
  }
  /** Reads what the handler left, so that the next message can follow. */
  async drain(): Promise<void> {
    for (;;) if ((await this.#next()).done) return;
  }
}

/** A part of a body as a chunk. */
export function frame(part: Uint8Array): Uint8Array {
  return join([utf8(`${part.length.toString(16)}\r\n`), part, utf8('\r\n')]);
}
