/** Keys of a terminal as names: bytes and escape sequences in, `C-a`, `M-b`, `Up`, `Tab`, or a character out. */

/** Gives the next byte, or undefined when reading was interrupted or ended. */
export type ByteSource = () => Promise<number | undefined>;

/** A key: a character to insert, or the name of a special key. */
export type Key = { readonly char: string } | { readonly name: string };

const SEQUENCES: Readonly<Record<string, string>> = {
  '[A': 'Up',
  '[B': 'Down',
  '[C': 'Right',
  '[D': 'Left',
  '[H': 'Home',
  '[F': 'End',
  OA: 'Up',
  OB: 'Down',
  OC: 'Right',
  OD: 'Left',
  OH: 'Home',
  OF: 'End',
  '[1~': 'Home',
  '[7~': 'Home',
  '[4~': 'End',
  '[8~': 'End',
  '[3~': 'Delete',
  '[2~': 'Insert',
  '[5~': 'PageUp',
  '[6~': 'PageDown',
  '[1;5C': 'M-f',
  '[1;5D': 'M-b',
  '[1;3C': 'M-f',
  '[1;3D': 'M-b',
  '[Z': 'BackTab',
  '[200~': 'Paste',
};

async function escapeSequence(next: ByteSource): Promise<Key | undefined> {
  const b = await next();
  if (b === undefined) return undefined;
  const c = String.fromCharCode(b);
  if (c !== '[' && c !== 'O') return { name: b === 127 || b === 8 ? 'M-Backspace' : `M-${c}` };
  let text = c;
  for (;;) {
    const x = await next();
    if (x === undefined) return undefined;
    text += String.fromCharCode(x);
    if (x >= 0x40 && x <= 0x7e && !(text === 'O[')) break;
    if (text.length > 12) break;
  }
  return { name: SEQUENCES[text] ?? 'Unknown' };
}

const PASTE_END = '\x1b[201~';

/** What was pasted, up to the mark that ends it; carriage returns are line ends. */
export async function readPaste(next: ByteSource): Promise<string | undefined> {
  const bytes: number[] = [];
  const end = [...PASTE_END].map((c) => c.charCodeAt(0));
  while (!end.every((b, i) => bytes[bytes.length - end.length + i] === b)) {
    const b = await next();
    if (b === undefined) return undefined;
    bytes.push(b);
  }
  return new TextDecoder().decode(Uint8Array.from(bytes.slice(0, -end.length))).replace(/\r\n?/g, '\n');
}

/**
 * Reads one key; undefined when interrupted.
 * @param follows tells, after ESC, whether it begins a sequence; without it it always does
 */
export async function readKey(next: ByteSource, follows?: () => Promise<boolean>): Promise<Key | undefined> {
  const b = await next();
  if (b === undefined) return undefined;
  if (b === 27) return follows && !(await follows()) ? { name: 'Escape' } : escapeSequence(next);
  if (b === 13 || b === 10) return { name: 'Enter' };
  if (b === 9) return { name: 'Tab' };
  if (b === 127 || b === 8) return { name: 'Backspace' };
  if (b < 32) return { name: `C-${String.fromCharCode(b + 96)}` };
  if (b < 0x80) return { char: String.fromCharCode(b) };
  const length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
  const bytes = [b];
  while (bytes.length < length) {
    const x = await next();
    if (x === undefined) return undefined;
    bytes.push(x);
  }
  return { char: new TextDecoder().decode(Uint8Array.from(bytes)) };
}
