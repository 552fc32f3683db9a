/** How apt speaks: quietness, progress that is rewritten on a terminal, sizes. @see apt apt-private/acqprogress.cc, strutl.cc */
import type { Context } from '../spec.ts';

export class Console {
  readonly tty: boolean;

  constructor(
    readonly ctx: Context,
    /** 0, 1 (-q, or no terminal), 2 (-qq). */
    readonly quiet: number,
  ) {
    this.tty = quiet === 0;
  }

  /** A step that is soon done. */
  async step(text: string): Promise<void> {
    if (this.quiet >= 2) return;
    await this.ctx.out(this.tty ? `${text}... 0%\r${text}... Done\n` : `${text}...\n`);
  }

  /** Said unless -qq. */
  async say(text: string): Promise<void> {
    if (this.quiet < 2) await this.ctx.out(text);
  }

  /** A line that the next one overwrites. */
  async passing(text: string): Promise<void> {
    if (this.tty) await this.ctx.out(`\r${text}`);
  }

  /** Wipes the passing line. */
  async wipe(): Promise<void> {
    if (this.tty) await this.ctx.out(`\r${' '.repeat(Math.min(79, 60))}\r`);
  }
}

/** `47.1 k`, as in `[47.1 kB]`. @see strutl.cc: SizeToStr */
export function size(bytes: number): string {
  let n = bytes;
  const units = ['', 'k', 'M', 'G', 'T'];
  for (const u of units) {
    if (n < 100 && u !== '') return `${n.toFixed(1)} ${u}`;
    if (n < 10000) return `${Math.floor(n)} ${u}`;
    n /= 1000;
  }
  return `${Math.floor(n)} P`;
}

/** Names wrapped at the width of a terminal, two spaces in. */
export function wrapped(names: readonly string[], width = 80): string {
  let out = '';
  let line = '';
  for (const n of names) {
    if (line !== '' && line.length + n.length + 3 > width) {
      out += `  ${line}\n`;
      line = '';
    }
    line += line === '' ? n : ` ${n}`;
  }
  return line === '' ? out : `${out}  ${line}\n`;
}
