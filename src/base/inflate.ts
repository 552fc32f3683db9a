/**
 * Decompression of gzip members: DEFLATE with stored, fixed and dynamic blocks.
 * @see RFC 1951, RFC 1952
 *
 * Limits: checksums are not verified; nothing is compressed here.
 */

const LENGTH_BASE = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115];
LENGTH_BASE.push(131, 163, 195, 227, 258);
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Codes of a Huffman tree by length: how many there are, and their symbols in order. */
interface Huffman {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

function huffman(lengths: readonly number[]): Huffman {
  const counts = new Uint16Array(16);
  for (const l of lengths) counts[l] = (counts[l] ?? 0) + 1;
  const offsets = new Uint16Array(16);
  for (let l = 1; l < 15; l++) offsets[l + 1] = (offsets[l] as number) + (counts[l] as number);
  const symbols = new Uint16Array(lengths.length);
  for (const [symbol, l] of lengths.entries()) {
    if (l === 0) continue;
    symbols[offsets[l] ?? 0] = symbol;
    offsets[l] = (offsets[l] ?? 0) + 1;
  }
  counts[0] = 0;
  return { counts, symbols };
}

const FIXED = huffman(Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8)));
const FIXED_DISTANCE = huffman(new Array<number>(30).fill(5));

class Malformed extends Error {}

class Inflater {
  #bits = 0;
  #held = 0;
  #out = new Uint8Array(65536);
  #length = 0;
  constructor(
    readonly input: Uint8Array,
    public at: number,
  ) {}

  run(): Uint8Array {
    for (let last = 0; last === 0; ) {
      last = this.#take(1);
      const type = this.#take(2);
      if (type === 0) this.#stored();
      else if (type === 1) this.#codes(FIXED, FIXED_DISTANCE);
      else if (type === 2) this.#dynamic();
      else throw new Malformed();
    }
    return this.#out.subarray(0, this.#length);
  }

  #take(n: number): number {
    while (this.#held < n) {
      const byte = this.input[this.at++];
      if (byte === undefined) throw new Malformed();
      this.#bits |= byte << this.#held;
      this.#held += 8;
    }
    const value = this.#bits & ((1 << n) - 1);
    this.#bits >>>= n;
    this.#held -= n;
    return value;
  }

  #put(byte: number): void {
    if (this.#length === this.#out.length) {
      const more = new Uint8Array(this.#out.length * 2);
      more.set(this.#out);
      this.#out = more;
    }
    this.#out[this.#length++] = byte;
  }

  #stored(): void {
    this.#bits = 0;
    this.#held = 0;
    const size = (this.input[this.at] ?? 0) | ((this.input[this.at + 1] ?? 0) << 8);
    this.at += 4;
    if (this.at + size > this.input.length) throw new Malformed();
    for (let i = 0; i < size; i++) this.#put(this.input[this.at++] as number);
  }

  #symbol(h: Huffman): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length < 16; length++) {
      code |= this.#take(1);
      const count = h.counts[length] as number;
      if (code - count < first) return h.symbols[index + code - first] as number;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Malformed();
  }

  #codes(literals: Huffman, distances: Huffman): void {
    for (;;) {
      const symbol = this.#symbol(literals);
      if (symbol === 256) return;
      if (symbol < 256) {
        this.#put(symbol);
        continue;
      }
      const length = (LENGTH_BASE[symbol - 257] ?? 0) + this.#take(LENGTH_EXTRA[symbol - 257] ?? 0);
      const d = this.#symbol(distances);
      const extra = d < 2 ? 0 : (d >> 1) - 1;
      const back = (d < 2 ? d + 1 : ((2 + (d & 1)) << extra) + 1) + this.#take(extra);
      if (back > this.#length) throw new Malformed();
      for (let i = 0; i < length; i++) this.#put(this.#out[this.#length - back] as number);
    }
  }

  #dynamic(): void {
    const [nLit, nDist, nCode] = [this.#take(5) + 257, this.#take(5) + 1, this.#take(4) + 4];
    const lengths = new Array<number>(19).fill(0);
    for (let i = 0; i < nCode; i++) lengths[ORDER[i] as number] = this.#take(3);
    const codes = huffman(lengths);
    const all: number[] = [];
    while (all.length < nLit + nDist) {
      const symbol = this.#symbol(codes);
      if (symbol < 16) all.push(symbol);
      else {
        const [value, times] =
          symbol === 16
            ? [all.at(-1) ?? 0, 3 + this.#take(2)]
            : [0, symbol === 17 ? 3 + this.#take(3) : 11 + this.#take(7)];
        for (let i = 0; i < times; i++) all.push(value);
      }
    }
    this.#codes(huffman(all.slice(0, nLit)), huffman(all.slice(nLit, nLit + nDist)));
  }
}

/** Whether bytes begin as a gzip file does. */
export const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The content of a gzip file with one member; undefined when it is malformed. */
export function gunzip(bytes: Uint8Array): Uint8Array | undefined {
  if (!isGzip(bytes) || bytes[2] !== 8) return undefined;
  const flags = bytes[3] ?? 0;
  let at = 10;
  if (flags & 4) at += 2 + (bytes[at] ?? 0) + ((bytes[at + 1] ?? 0) << 8);
  const skip = (): void => {
    while (at < bytes.length && bytes[at] !== 0) at++;
    at++;
  };
  if (flags & 8) skip();
  if (flags & 16) skip();
  if (flags & 2) at += 2;
  try {
    return new Inflater(bytes, at).run();
  } catch (e) {
    if (e instanceof Malformed) return undefined;
    throw e;
  }
}
