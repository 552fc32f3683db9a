/** Lines of text as rows of a screen. */

/** Columns of a code point: East Asian wide ones take two. */
function width(c: string): number {
  return /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(c)
    ? 2
    : c < ' '
      ? 0
      : 1;
}

/** Control characters as ^X in reverse; colours stay when `raw`. */
export function visible(line: string, raw: boolean): string {
  return line.replace(/\x1b\[[\d;]*m|[\x00-\x1f\x7f]/g, (c) => {
    if (raw && c.length > 1) return c;
    if (c.startsWith('\x1b')) return `\x1b[7mESC\x1b[27m${c.slice(1)}`;
    return `\x1b[7m^${String.fromCharCode(c.charCodeAt(0) ^ 64)}\x1b[27m`;
  });
}

/** The rows a line takes, or its first one when it is cut. An empty line takes one. */
export function foldLine(line: string, cols: number, cut: boolean): string[] {
  const rows: string[] = [];
  let row = '';
  let used = 0;
  for (const [part] of line.matchAll(/\x1b\[[\d;]*m|[\s\S]/gu)) {
    const w = part.length > 1 && part.startsWith('\x1b') ? 0 : width(part);
    if (used + w > cols) {
      if (cut) return [row];
      rows.push(row);
      row = '';
      used = 0;
    }
    row += part;
    used += w;
  }
  rows.push(row);
  return rows;
}
