/** Bytes as lines. @see docker/compose pkg/utils/writer.go */

/** Gives each line as soon as its end has come. What the last of them returned is handed on. */
export class LineCutter<T> {
  readonly #decoder = new TextDecoder();
  #rest = '';

  constructor(readonly line: (line: string) => T) {}

  push(data: Uint8Array): T | undefined {
    let last: T | undefined;
    this.#rest += this.#decoder.decode(data, { stream: true });
    for (let at = this.#rest.indexOf('\n'); at >= 0; at = this.#rest.indexOf('\n')) {
      last = this.line(this.#rest.slice(0, at));
      this.#rest = this.#rest.slice(at + 1);
    }
    return last;
  }

  /** What has no line end is a line too. */
  end(): void {
    if (this.#rest !== '') this.line(this.#rest);
    this.#rest = '';
  }
}
