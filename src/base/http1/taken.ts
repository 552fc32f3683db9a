/** Connections taken over by what answers (Upgrade, hijack). */
import type { Duplex } from '../http.ts';
import { type Body, MalformedBody } from './body.ts';
import type { Reader } from './reader.ts';

/** The rest of a connection whose head has been read; writes, and its end, wait in a queue until `open`. */
export class Taken implements Duplex {
  #queued: Uint8Array[] | undefined = [];
  #ending: 'no' | 'half' | 'whole' = 'no';
  /**
   * @param body the request's: what is left of it comes first and counts for nothing
   * @param framed the body has no end, and is what is to be read
   */
  constructor(
    readonly reader: Reader,
    readonly duplex: Duplex,
    readonly body?: Body,
    readonly framed = false,
  ) {}
  async open(): Promise<void> {
    const queued = this.#queued ?? [];
    this.#queued = undefined;
    for (const bytes of queued) await this.duplex.write(bytes);
    if (this.#ending === 'half') this.duplex.closeWrite();
    if (this.#ending === 'whole') this.duplex.close();
  }
  async read(): Promise<Uint8Array | null> {
    try {
      if (this.framed && this.body) return await this.body.next();
      await this.body?.drain();
      return await this.reader.some(Number.POSITIVE_INFINITY);
    } catch (e) {
      if (e instanceof MalformedBody) return null;
      throw e;
    }
  }
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#queued) this.#queued.push(bytes.slice());
    else await this.duplex.write(bytes);
  }
  closeWrite(): void {
    if (!this.#queued) this.duplex.closeWrite();
    else if (this.#ending === 'no') this.#ending = 'half';
  }
  close(): void {
    if (!this.#queued) this.duplex.close();
    else this.#ending = 'whole';
  }
  get closed(): boolean {
    return this.duplex.closed;
  }
}
