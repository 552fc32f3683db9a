/** The terminals' output on its way to the page. */
import type { Batch, Happening } from './api.ts';
import { Outlet } from './outlet.ts';

/** Bytes of one terminal that may wait here while the lab goes on. */
const MOST = 64 * 1024;

export class Terminals {
  readonly #outlets = new Map<number, Outlet>();
  #ear: Happening[] | null = null;
  #ended: { terminal: number; status: number }[] = [];

  #of(terminal: number): Outlet {
    let outlet = this.#outlets.get(terminal);
    if (!outlet) {
      outlet = new Outlet();
      this.#outlets.set(terminal, outlet);
    }
    return outlet;
  }

  put(terminal: number, bytes: Uint8Array): void {
    this.#of(terminal).put(bytes);
    this.#ear?.push({ kind: 'output', terminal, text: new TextDecoder().decode(bytes) });
  }

  /** From now on output is gathered here, too; null: no longer. */
  listen(ear: Happening[] | null): void {
    this.#ear = ear;
  }

  /** A log made the terminal this large: told in its place in the output, as xterm's control sequence says it. */
  size({ terminal, cols, rows }: { terminal: number; cols: number; rows: number }): void {
    this.#of(terminal).put(new TextEncoder().encode(`\x1b[8;${rows};${cols}t`));
  }

  end(terminal: number, status: number): void {
    this.#ended.push({ terminal, status });
  }

  drawn(terminal: number, bytes: number): void {
    this.#outlets.get(terminal)?.drawn(bytes);
  }

  /** The page draws slower than the lab writes. */
  get behind(): boolean {
    for (const outlet of this.#outlets.values()) if (outlet.waiting > MOST) return true;
    return false;
  }

  /** Output of this terminal waits to be sent. */
  waits(terminal: number): boolean {
    return (this.#outlets.get(terminal)?.waiting ?? 0) > 0;
  }

  /** Nothing waits here or is being drawn. */
  get clear(): boolean {
    for (const outlet of this.#outlets.values()) if (outlet.waiting + outlet.flying > 0) return false;
    return true;
  }

  /** What to send now. */
  take(): Pick<Batch, 'output' | 'ended'> {
    const output = [...this.#outlets].flatMap(([terminal, outlet]) => {
      const bytes = outlet.next();
      return bytes.length > 0 ? [{ terminal, bytes }] : [];
    });
    // what a shell wrote last comes before the news that it has ended
    const ended = this.#ended.filter(({ terminal }) => this.#of(terminal).waiting === 0);
    this.#ended = this.#ended.filter((e) => !ended.includes(e));
    return { output, ended };
  }
}
