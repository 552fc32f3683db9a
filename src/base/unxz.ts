/**
 * Decompression of xz files: blocks of LZMA2 chunks behind headers of variable-length integers.
 * @see tukaani.org/xz "The .xz File Format" 1.1.0; LZMA SDK lzma-specification.txt, Lzma2Dec.c
 *
 * Limits: of filters only LZMA2 is known; checks (CRC32, CRC64, SHA-256) are skipped, not compared.
 */
import { join } from './bytes.ts';
import { LzmaDecoder } from './lzma.ts';

const MAGIC = [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00];
/** Bytes of a check, by its type. */
const CHECKS = [0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64];
const LZMA2 = 0x21;
const FOOTER = 12;

/** Whether bytes begin as an xz file does. */
export const isXz = (bytes: Uint8Array): boolean => MAGIC.every((b, i) => bytes[i] === b);

/** All streams of a file, one after the other. @returns undefined when it is broken, or has a filter that is not known */
export function unxz(bytes: Uint8Array): Uint8Array | undefined {
  const out: Uint8Array[] = [];
  try {
    let at = 0;
    while (at < bytes.length) {
      const end = readStream(bytes, at, out);
      if (end === undefined) return undefined;
      at = end;
      while (at + 4 <= bytes.length && bytes.subarray(at, at + 4).every((b) => b === 0)) at += 4;
    }
    return join(out);
  } catch (e) {
    if (e instanceof RangeError) return undefined;
    throw e;
  }
}

/** @returns where it ends */
function readStream(bytes: Uint8Array, start: number, out: Uint8Array[]): number | undefined {
  if (!isXz(bytes.subarray(start))) return undefined;
  const check = CHECKS[(bytes[start + 7] ?? 0) & 15] ?? 0;
  let at = start + FOOTER;
  let blocks = 0;
  while (bytes[at] !== 0) {
    const head = ((bytes[at] ?? throwEnd()) + 1) * 4;
    if (!isLzma2(bytes.subarray(at, at + head))) return undefined;
    const chunks = readChunks(bytes, at + head, out);
    at = pad(chunks, at) + check;
    blocks++;
  }
  return skipIndex(bytes, at, blocks);
}

const throwEnd = (): never => {
  throw new RangeError('unxz: unexpected end');
};

/** The next place that is a multiple of four from the beginning of a part. */
const pad = (at: number, from: number): number => at + ((4 - ((at - from) & 3)) & 3);

/** The only filter of a block is LZMA2. */
function isLzma2(header: Uint8Array): boolean {
  const flags = header[1] ?? 0;
  let at = 2;
  for (const there of [flags & 0x40, flags & 0x80]) if (there) at = integer(header, at).end;
  return (flags & 3) === 0 && integer(header, at).value === LZMA2;
}

/** Seven bits a byte, the lowest first. */
function integer(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let i = 0; i < 9; i++) {
    const byte = bytes[start + i] ?? throwEnd();
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  throw new RangeError('unxz: integer too long');
}

/** @returns where the chunks end */
function readChunks(bytes: Uint8Array, start: number, out: Uint8Array[]): number {
  const decoder = new LzmaDecoder();
  let at = start;
  for (;;) {
    const control = bytes[at++] ?? throwEnd();
    if (control === 0) break;
    if (control === 1 || control >= 0xe0) decoder.forget();
    const two = (i: number): number => ((bytes[at + i] ?? throwEnd()) << 8) | (bytes[at + i + 1] ?? throwEnd());
    if (control > 2 && control < 0x80) throw new RangeError('unxz: no such chunk');
    if (control < 0x80) {
      const size = two(0) + 1;
      at += 2;
      if (at + size > bytes.length) throwEnd();
      decoder.copy(bytes.subarray(at, at + size));
      at += size;
      continue;
    }
    const size = ((control & 0x1f) << 16) + two(0) + 1;
    const packed = two(2) + 1;
    at += 4;
    if (control >= 0xc0) decoder.properties(bytes[at++] ?? throwEnd());
    if (control >= 0xa0) decoder.reset();
    if (at + packed > bytes.length) throwEnd();
    decoder.decode(bytes.subarray(at, at + packed), size);
    at += packed;
  }
  out.push(decoder.output());
  return at;
}

/** Past the list of blocks and the stream's end. */
function skipIndex(bytes: Uint8Array, start: number, blocks: number): number | undefined {
  let { value, end } = integer(bytes, start + 1);
  if (value !== blocks) return undefined;
  for (let i = 0; i < 2 * blocks; i++) ({ value, end } = integer(bytes, end));
  const at = pad(end, start) + 4 + FOOTER;
  return at <= bytes.length ? at : undefined;
}
