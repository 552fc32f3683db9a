/** Bytes as lines. @see docker/compose pkg/utils/writer.go */

/** Gives each line as soon as its end has come. */
export class LineCutter {
  readonly #decoder = new TextDecoder();
  #rest = '';

  constructor(readonly line: (line: string) => void) {}

  push(data: Uint8Array): void {
    this.#rest += this.#decoder.decode(data, { stream: true });
    for (let at = this.#rest.indexOf('\n'); at >= 0; at = this.#rest.indexOf('\n')) {
      this.line(this.#rest.slice(0, at));
      this.#rest = this.#rest.slice(at + 1);
    }
  }

  /** What has no line end is a line too. */
  end(): void {
    if (this.#rest !== '') this.line(this.#rest);
    this.#rest = '';
  }
}
