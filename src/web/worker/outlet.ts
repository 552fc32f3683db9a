/**
 * A terminal's way out to the page: sends only as much as the page draws. What the lab has written and the page has not
 * taken waits here; when that is too much the lab itself waits (play.ts), so that ^C is never behind megabytes of text.
 */

/** Bytes that may be sent and not yet drawn. */
export const WINDOW = 128 * 1024;
/** Bytes of one terminal in one batch. */
export const CHUNK = 32 * 1024;

export class Outlet {
  #waiting: Uint8Array[] = [];
  #size = 0;
  #flying = 0;

  /** Bytes that wait to be sent. */
  get waiting(): number {
    return this.#size;
  }

  /** Bytes sent and not yet drawn. */
  get flying(): number {
    return this.#flying;
  }

  put(bytes: Uint8Array): void {
    this.#waiting.push(bytes);
    this.#size += bytes.length;
  }

  /** What to send now; empty when there is nothing or the page is behind. */
  next(): Uint8Array {
    const room = Math.min(CHUNK, WINDOW - this.#flying, this.#size);
    if (room <= 0) return new Uint8Array(0);
    const out = new Uint8Array(room);
    for (let at = 0; at < room; ) {
      const first = this.#waiting[0] as Uint8Array;
      const part = first.subarray(0, room - at);
      out.set(part, at);
      at += part.length;
      if (part.length === first.length) this.#waiting.shift();
      else this.#waiting[0] = first.subarray(part.length);
    }
    this.#size -= room;
    this.#flying += room;
    return out;
  }

  drawn(bytes: number): void {
    this.#flying = Math.max(0, this.#flying - bytes);
  }
}
