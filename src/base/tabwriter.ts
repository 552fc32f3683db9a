/**
 * Columns aligned as Go's text/tabwriter does it, which is how the docker command prints its tables: a cell is text
 * ended by a tab, a column is a block of consecutive lines that have the cell, and its width is that of its widest
 * cell plus padding. The text after a line's last tab belongs to no column.
 *
 * Limits: the flags Drydock needs (none, AlignRight, TabIndent and Debug are left out); no escapes; widths count code
 * points, as Go does.
 * @see Go text/tabwriter/tabwriter.go: format, writeLines
 */

export interface TabOptions {
  /** Least width of a cell, padding included. */
  readonly minWidth: number;
  /** Width of a tab when the padding character is a tab. */
  readonly tabWidth: number;
  /** Added to the widest cell of a column. */
  readonly padding: number;
  readonly padChar: ' ' | '\t';
  /** Empty columns vanish (a column whose cells are all empty gets no padding). */
  readonly discardEmpty?: boolean;
}

/** `docker ps` and other tables: tabwriter.NewWriter(out, 10, 1, 3, ' ', 0). @see docker/cli cli/command/formatter */
export const DOCKER_TABLE: TabOptions = { minWidth: 10, tabWidth: 1, padding: 3, padChar: ' ' };

/** Code points of a text. */
function width(s: string): number {
  let n = s.length;
  for (let i = 1; i < s.length; i++) if ((s.charCodeAt(i) & 0xfc00) === 0xdc00) n--;
  return n;
}

/**
 * Aligns a whole text. Pre: lines end with `\n`; the last one may not.
 * @returns the text with its tabs replaced
 */
export function tabwrite(text: string, options: TabOptions = DOCKER_TABLE): string {
  const lines = text.split('\n').map((line) => line.split('\t'));
  const out: string[] = [];
  new Layout(lines, options, out).format(0, lines.length, []);
  return out.join('\n');
}

class Layout {
  constructor(
    readonly lines: readonly (readonly string[])[],
    readonly o: TabOptions,
    readonly out: string[],
  ) {}

  /** Lays lines [from, to) out, whose first `widths.length` columns are settled. */
  format(from: number, to: number, widths: readonly number[]): void {
    const column = widths.length;
    let done = from;
    for (let at = from; at < to; at++) {
      if (column >= (this.lines[at] as readonly string[]).length - 1) continue;
      this.#write(done, at, widths);
      let end = at;
      let wide = this.o.minWidth;
      let empty = true;
      for (; end < to; end++) {
        const line = this.lines[end] as readonly string[];
        if (column >= line.length - 1) break;
        const cell = line[column] as string;
        const w = width(cell) + this.o.padding;
        if (w > wide) wide = w;
        if (cell !== '') empty = false;
      }
      if (empty && this.o.discardEmpty) wide = 0;
      this.format(at, end, [...widths, wide]);
      done = end;
      at = end - 1;
    }
    this.#write(done, to, widths);
  }

  #write(from: number, to: number, widths: readonly number[]): void {
    for (let i = from; i < to; i++) {
      const cells = this.lines[i] as readonly string[];
      let line = '';
      cells.forEach((cell, column) => {
        line += cell;
        const wide = widths[column];
        if (column < cells.length - 1 && wide !== undefined) line += this.#pad(width(cell), wide);
      });
      this.out.push(line);
    }
  }

  #pad(cell: number, wide: number): string {
    const { padChar, tabWidth } = this.o;
    if (padChar === ' ') return ' '.repeat(Math.max(0, wide - cell));
    if (tabWidth === 0) return '';
    const rounded = Math.ceil(wide / tabWidth) * tabWidth;
    return '\t'.repeat(Math.ceil((rounded - cell) / tabWidth));
  }
}
