/**
 * A terminal as lines of text, in order, for those who cannot see its screen: a line is told once the cursor has left it.
 * What programs with a screen of their own draw (top, less) is not.
 */
import type { IDisposable, IMarker, Terminal } from '@xterm/xterm';
import { linesOf } from './lines.ts';

/** Lines of one step of the output; of more the newest. */
const MOST = 500;

export class Transcriber {
  #from: IMarker | undefined;
  #listening: IDisposable[];

  /** @param told lines that are over, oldest first */
  constructor(
    readonly term: Terminal,
    readonly told: (lines: readonly string[]) => void,
  ) {
    this.#mark(0);
    this.#tellFrom(0);
    this.#listening = [term.onWriteParsed(() => this.#tell())];
  }

  #row(): number {
    const { baseY, cursorY } = this.term.buffer.normal;
    return baseY + cursorY;
  }

  #mark(offset: number): void {
    this.#from?.dispose();
    this.#from = this.term.registerMarker(offset);
  }

  #tell(): void {
    if (this.term.buffer.active.type !== 'normal') return;
    const from = this.#from?.isDisposed === false ? this.#from.line : 0;
    // a cleared screen: the cursor is above where it was
    if (this.#row() < from) this.#mark(0);
    else if (this.#row() > from) this.#tellFrom(from);
  }

  #tellFrom(from: number): void {
    const buffer = this.term.buffer.normal;
    let end = this.#row();
    // the line with the cursor is not over, nor the rows of it that are above
    while (end > from && buffer.getLine(end)?.isWrapped) end--;
    const lines = [...linesOf(buffer, from, end)].map((l) => l.text);
    this.#mark(end - this.#row());
    if (lines.length > 0) this.told(lines.slice(-MOST));
  }

  dispose(): void {
    for (const l of this.#listening) l.dispose();
    this.#from?.dispose();
  }
}

/** All of a terminal's text. */
export function textOf(term: Terminal): string {
  const buffer = term.buffer.active;
  return [...linesOf(buffer, 0, buffer.length)]
    .map((l) => l.text)
    .join('\n')
    .trimEnd();
}
