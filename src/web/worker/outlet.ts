/**
 * A terminal's way out to the page: takes output from the pty only while the page keeps up, so that a program that
 * never stops writing waits (as it would on a real terminal) and ^C is never behind megabytes of text.
 */

/** Bytes that may be sent and not yet drawn. */
export const WINDOW = 128 * 1024;
/** Bytes of one terminal in one batch. */
export const CHUNK = 32 * 1024;

/** What an outlet needs of a pty. */
export interface Source {
  take(max: number): Uint8Array;
}

export class Outlet {
  #flying = 0;

  constructor(readonly source: Source) {}

  /** Bytes sent and not yet drawn. */
  get flying(): number {
    return this.#flying;
  }

  /** What to send now; empty when there is nothing or the page is behind. */
  next(): Uint8Array {
    const room = Math.min(CHUNK, WINDOW - this.#flying);
    if (room <= 0) return new Uint8Array(0);
    const bytes = this.source.take(room);
    this.#flying += bytes.length;
    return bytes;
  }

  drawn(bytes: number): void {
    this.#flying = Math.max(0, this.#flying - bytes);
  }
}
