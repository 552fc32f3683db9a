/**
 * Decompression of bzip2 streams: Huffman tables per fifty symbols, move-to-front, run lengths, Burrows-Wheeler.
 * @see https://sourceware.org/bzip2/ bzip2 1.0 decompress.c, huffman.c; Julian Seward's format in prose: Joe Tsai, "bzip2 Format Specification"
 *
 * Limits: checksums are not compared; randomised blocks (before 0.9.5) are not read.
 */

import { join } from './bytes.ts';

const BLOCK = 0x314159265359;
const END = 0x177245385090;
const RUN_A = 0;
const RUN_B = 1;
const GROUP = 50;
const MAX_LENGTH = 20;

/** Bits of a stream, from the highest of each byte on. */
class Bits {
  #at: number;
  #bit = 0;

  constructor(
    readonly bytes: Uint8Array,
    start: number,
  ) {
    this.#at = start;
  }

  /** @param n ≤ 48 @throws RangeError after the end */
  read(n: number): number {
    let out = 0;
    for (let left = n; left > 0; ) {
      const byte = this.bytes[this.#at];
      if (byte === undefined) throw new RangeError('bunzip2: unexpected end');
      const take = Math.min(left, 8 - this.#bit);
      const piece = (byte >> (8 - this.#bit - take)) & ((1 << take) - 1);
      out = out * 2 ** take + piece;
      this.#bit += take;
      left -= take;
      if (this.#bit === 8) {
        this.#bit = 0;
        this.#at++;
      }
    }
    return out;
  }

  /** To the next whole byte. @returns where that is */
  align(): number {
    if (this.#bit > 0) {
      this.#bit = 0;
      this.#at++;
    }
    return this.#at;
  }
}

/** A canonical Huffman code: symbols by length, then by number. */
class Code {
  readonly #first: number[] = [];
  readonly #offset: number[] = [];
  readonly #count: number[] = new Array(MAX_LENGTH + 1).fill(0);
  readonly #symbols: number[] = [];

  constructor(lengths: readonly number[]) {
    for (let n = 1; n <= MAX_LENGTH; n++)
      for (const [symbol, length] of lengths.entries())
        if (length === n) {
          this.#symbols.push(symbol);
          this.#count[n] = (this.#count[n] ?? 0) + 1;
        }
    let code = 0;
    let offset = 0;
    for (let n = 1; n <= MAX_LENGTH; n++) {
      this.#first[n] = code;
      this.#offset[n] = offset;
      offset += this.#count[n] ?? 0;
      code = (code + (this.#count[n] ?? 0)) * 2;
    }
  }

  read(bits: Bits): number {
    let code = 0;
    for (let n = 1; n <= MAX_LENGTH; n++) {
      code = code * 2 + bits.read(1);
      const index = code - (this.#first[n] ?? 0);
      if (index >= 0 && index < (this.#count[n] ?? 0)) return this.#symbols[(this.#offset[n] ?? 0) + index] ?? 0;
    }
    throw new RangeError('bunzip2: no such code');
  }
}

/** Whether bytes begin as a bzip2 file does. */
export const isBzip2 = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x42 && bytes[1] === 0x5a && bytes[2] === 0x68 && (bytes[3] ?? 0) >= 0x31 && (bytes[3] ?? 0) <= 0x39;

/** All streams of a file, one after the other. @returns undefined when it is broken */
export function bunzip2(bytes: Uint8Array): Uint8Array | undefined {
  const out: Uint8Array[] = [];
  try {
    for (let at = 0; at < bytes.length && isBzip2(bytes.subarray(at)); ) {
      const most = ((bytes[at + 3] ?? 0) - 0x30) * 100_000;
      const bits = new Bits(bytes, at + 4);
      const block = new Uint8Array(most);
      for (;;) {
        const magic = bits.read(48);
        bits.read(32);
        if (magic === END) break;
        if (magic !== BLOCK || bits.read(1) === 1) return undefined;
        out.push(readBlock(bits, block));
      }
      at = bits.align();
    }
  } catch (e) {
    if (e instanceof RangeError) return undefined;
    throw e;
  }
  return join(out);
}

/** @param block where its bytes before the last run lengths are put together; as long as they may be */
function readBlock(bits: Bits, block: Uint8Array): Uint8Array {
  const origin = bits.read(24);
  const symbols = readMap(bits);
  const size = symbols.length + 2;
  const groups = bits.read(3);
  const selectors = readSelectors(bits, groups);
  const codes = Array.from({ length: groups }, () => new Code(readLengths(bits, size)));
  let filled = 0;
  let run = 0;
  let weight = 1;
  const put = (byte: number, times: number): void => {
    if (filled + times > block.length) throw new RangeError('bunzip2: block too long');
    block.fill(byte, filled, filled + times);
    filled += times;
  };
  for (let n = 0; ; n++) {
    const code = codes[selectors[Math.floor(n / GROUP)] ?? 0];
    if (!code) throw new RangeError('bunzip2: no such table');
    const symbol = code.read(bits);
    if (symbol === RUN_A || symbol === RUN_B) {
      run += weight * (symbol + 1);
      weight *= 2;
      continue;
    }
    if (run > 0) put(symbols[0] ?? 0, run);
    run = 0;
    weight = 1;
    if (symbol === size - 1) break;
    const [byte = 0] = symbols.splice(symbol - 1, 1);
    symbols.unshift(byte);
    put(byte, 1);
  }
  if (origin >= filled) throw new RangeError('bunzip2: no such row');
  return expand(untransformed(block.subarray(0, filled), origin));
}

/** Bytes that occur, in order. */
function readMap(bits: Bits): number[] {
  const used = bits.read(16);
  const out: number[] = [];
  for (let i = 0; i < 16; i++) {
    if (((used >> (15 - i)) & 1) === 0) continue;
    const row = bits.read(16);
    for (let j = 0; j < 16; j++) if (((row >> (15 - j)) & 1) === 1) out.push(i * 16 + j);
  }
  return out;
}

function readSelectors(bits: Bits, groups: number): number[] {
  const order = Array.from({ length: groups }, (_, i) => i);
  return Array.from({ length: bits.read(15) }, () => {
    let at = 0;
    while (bits.read(1) === 1) at++;
    const [chosen] = order.splice(at, 1);
    if (chosen === undefined) throw new RangeError('bunzip2: no such table');
    order.unshift(chosen);
    return chosen;
  });
}

function readLengths(bits: Bits, size: number): number[] {
  let length = bits.read(5);
  return Array.from({ length: size }, () => {
    while (bits.read(1) === 1) length += bits.read(1) === 0 ? 1 : -1;
    if (length < 1 || length > MAX_LENGTH) throw new RangeError('bunzip2: wrong length');
    return length;
  });
}

/** The Burrows-Wheeler transform backwards. @param origin row of the text itself */
function untransformed(last: Uint8Array, origin: number): Uint8Array {
  const starts = new Uint32Array(257);
  for (const byte of last) starts[byte + 1] = (starts[byte + 1] ?? 0) + 1;
  for (let b = 1; b <= 256; b++) starts[b] = (starts[b] ?? 0) + (starts[b - 1] ?? 0);
  const next = new Uint32Array(last.length);
  for (const [i, byte] of last.entries()) {
    next[starts[byte] ?? 0] = i;
    starts[byte] = (starts[byte] ?? 0) + 1;
  }
  const out = new Uint8Array(last.length);
  let at = next[origin] ?? 0;
  for (let i = 0; i < out.length; i++) {
    out[i] = last[at] ?? 0;
    at = next[at] ?? 0;
  }
  return out;
}

/** Four equal bytes are followed by how many more there are. */
function expand(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(eachRun(bytes, () => {}));
  eachRun(bytes, (byte, from, to) => out.fill(byte, from, to));
  return out;
}

/** Hands on what comes out, piece by piece. @returns how many bytes that is */
function eachRun(bytes: Uint8Array, put: (byte: number, from: number, to: number) => void): number {
  let length = 0;
  let same = 0;
  let before = -1;
  for (const byte of bytes) {
    const again = same === 4;
    const times = again ? byte : 1;
    put(again ? before : byte, length, length + times);
    length += times;
    same = again ? 0 : same > 0 && byte === before ? same + 1 : 1;
    if (!again) before = byte;
  }
  return length;
}
