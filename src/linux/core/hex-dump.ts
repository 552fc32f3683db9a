/** Hex and text dumps of tcpdump's -x, -xx, -X, -XX and -A. @see tcpdump 4.99 print-ascii.c */

const hex2 = (n: number): string => n.toString(16).padStart(2, '0');
const isGraph = (c: number): boolean => c > 32 && c < 127;

function words(b: Uint8Array, at: number): string[] {
  const out: string[] = [];
  for (let i = at; i < Math.min(at + 16, b.length); i += 2)
    out.push(hex2(b[i] as number) + (i + 1 < b.length ? hex2(b[i + 1] as number) : ''));
  return out;
}

/** Lines of sixteen bytes in hex, each after `indent`. -x */
export function hexLines(b: Uint8Array, indent = '\n\t'): string {
  let text = '';
  for (let at = 0; at < b.length; at += 16)
    text += `${indent}0x${at.toString(16).padStart(4, '0')}:  ${words(b, at).join(' ')}`;
  return text;
}

/** Hex and printable characters side by side. -X */
export function hexAndText(b: Uint8Array, indent = '\n\t'): string {
  let text = '';
  for (let at = 0; at < b.length; at += 16) {
    const chars = [...b.subarray(at, at + 16)].map((c) => (isGraph(c) ? String.fromCharCode(c) : '.')).join('');
    const hex = words(b, at).map((w) => ` ${w.padEnd(4)}`);
    text += `${indent}0x${at.toString(16).padStart(4, '0')}: ${hex.join('').padEnd(40)}  ${chars}`;
  }
  return text;
}

/** Characters only, as -A prints them after the line. */
export function asciiText(b: Uint8Array): string {
  let text = '\n';
  for (let i = 0; i < b.length; i++) {
    const c = b[i] as number;
    if (c === 13) {
      // A carriage return before a line feed, or at the end, is not printed.
      if (i + 1 < b.length && b[i + 1] !== 10) text += '.';
    } else text += isGraph(c) || c === 9 || c === 32 || c === 10 ? String.fromCharCode(c) : '.';
  }
  return text;
}
