/**
 * Elastic tab stops: columns as wide as their widest cell among neighbouring lines.
 * A cell ends at a tab; the last cell of a line belongs to no column. Widths count runes.
 * @see Go src/text/tabwriter/tabwriter.go
 */

/** @returns the text laid out with blanks */
export function tabwrite(text: string, minWidth = 10, padding = 3): string {
  const endsWithNewline = text.endsWith('\n');
  const lines = (endsWithNewline ? text.slice(0, -1) : text).split('\n').map((l) => l.split('\t'));
  const width = (s: string): number => [...s].length;
  const widths: number[][] = lines.map(() => []);
  const columns = (from: number, to: number, column: number): void => {
    for (let i = from; i < to; ) {
      if ((lines[i] as string[]).length - 1 <= column) {
        i++;
        continue;
      }
      let end = i;
      let w = minWidth;
      while (end < to && (lines[end] as string[]).length - 1 > column) {
        w = Math.max(w, width((lines[end] as string[])[column] as string) + padding);
        end++;
      }
      for (let j = i; j < end; j++) (widths[j] as number[])[column] = w;
      columns(i, end, column + 1);
      i = end;
    }
  };
  columns(0, lines.length, 0);
  const out = lines.map((cells, row) =>
    cells
      .map((cell, i) => (i === cells.length - 1 ? cell : cell + ' '.repeat((widths[row]?.[i] ?? 0) - width(cell))))
      .join(''),
  );
  return out.join('\n') + (endsWithNewline ? '\n' : '');
}
