/** What single keys do to the text at the cursor. @see busybox editors/vi.c: do_cmd */
import type { Buffer } from './buffer.ts';

/** Puts the cursor where a key begins an insertion. @returns the mode that follows; undefined when the key begins none */
export function begin(b: Buffer, key: string): 'insert' | 'replace' | undefined {
  switch (key) {
    case 'i':
    case 'R':
      break;
    case 'a':
      if (b.line !== '') b.col++;
      break;
    case 'I':
      b.col = Math.max(0, b.line.search(/\S/));
      break;
    case 'A':
      b.col = b.line.length;
      break;
    case 'o':
    case 'O':
      b.save();
      if (key === 'o') b.row++;
      b.lines.splice(b.row, 0, '');
      b.col = 0;
      return 'insert';
    default:
      return undefined;
  }
  b.save();
  return key === 'R' ? 'replace' : 'insert';
}

/** `J`: joins `count` lines, at least two. */
export function joinLines(b: Buffer, count: number): void {
  b.save();
  for (let k = Math.max(1, count - 1); k > 0 && b.join(); k--);
}

/** `r`: writes a character over `count` others, when there are as many. */
export function overwrite(b: Buffer, by: string, count: number): void {
  if (b.col + count > b.line.length) return;
  b.save();
  b.lines[b.row] = b.line.slice(0, b.col) + by.repeat(count) + b.line.slice(b.col + count);
}

/** `~`: a small letter for a capital one and the other way round. */
export function flipCase(b: Buffer): void {
  const c = b.line[b.col];
  if (c === undefined) return;
  b.save();
  const flipped = c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase();
  b.lines[b.row] = b.line.slice(0, b.col) + flipped + b.line.slice(b.col + 1);
  b.col++;
}
