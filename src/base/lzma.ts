/**
 * LZMA: literals and matches under an adaptive binary range coder.
 * @see LZMA SDK lzma-specification.txt (Igor Pavlov, public domain): names of states and tables are its own
 */

const TOP = 2 ** 24;
const HALF = 1 << 10;
const STATES = 12;
const POS_BITS = 4;
const LENGTH_STATES = 4;
const MIN_MATCH = 2;
const END_POS_MODEL = 14;
const FULL_DISTANCES = 1 << (END_POS_MODEL >> 1);
const ALIGN_BITS = 4;
/** LZMA2 holds lc + lp to this, so that what is learned stays small. */
const MAX_LITERAL_BITS = 4;

const probabilities = (n: number): Uint16Array => new Uint16Array(n).fill(HALF);

/** One chunk's bits. */
class RangeDecoder {
  #range = 0xffffffff;
  #code = 0;
  #at = 5;

  constructor(readonly bytes: Uint8Array) {
    for (let i = 1; i < 5; i++) this.#code = (this.#code * 256 + this.#byte(i)) >>> 0;
  }

  #byte(at: number): number {
    const byte = this.bytes[at];
    if (byte === undefined) throw new RangeError('lzma: unexpected end');
    return byte;
  }

  #normalize(): void {
    if (this.#range >= TOP) return;
    this.#range = (this.#range << 8) >>> 0;
    this.#code = ((this.#code << 8) | this.#byte(this.#at++)) >>> 0;
  }

  bit(table: Uint16Array, index: number): number {
    const p = table[index] as number;
    const bound = (this.#range >>> 11) * p;
    const is = this.#code >= bound;
    if (is) {
      table[index] = p - (p >> 5);
      this.#code -= bound;
      this.#range -= bound;
    } else {
      table[index] = p + ((2048 - p) >> 5);
      this.#range = bound;
    }
    this.#normalize();
    return is ? 1 : 0;
  }

  direct(n: number): number {
    let out = 0;
    for (let i = 0; i < n; i++) {
      this.#range >>>= 1;
      const is = this.#code >= this.#range;
      if (is) this.#code -= this.#range;
      out = out * 2 + (is ? 1 : 0);
      this.#normalize();
    }
    return out;
  }

  /** The highest bit first. @param from where the tree begins in the table */
  tree(table: Uint16Array, from: number, bits: number): number {
    let m = 1;
    for (let i = 0; i < bits; i++) m = m * 2 + this.bit(table, from + m);
    return m - (1 << bits);
  }

  /** The lowest bit first. */
  reverse(table: Uint16Array, from: number, bits: number): number {
    let m = 1;
    let out = 0;
    for (let i = 0; i < bits; i++) {
      const bit = this.bit(table, from + m);
      m = m * 2 + bit;
      out |= bit << i;
    }
    return out;
  }
}

/** Lengths of matches, 0 for the shortest. */
class LengthDecoder {
  readonly #choice = probabilities(2);
  readonly #low = probabilities(8 << POS_BITS);
  readonly #mid = probabilities(8 << POS_BITS);
  readonly #high = probabilities(256);

  read(rc: RangeDecoder, posState: number): number {
    if (rc.bit(this.#choice, 0) === 0) return rc.tree(this.#low, posState * 8, 3);
    if (rc.bit(this.#choice, 1) === 0) return 8 + rc.tree(this.#mid, posState * 8, 3);
    return 16 + rc.tree(this.#high, 0, 8);
  }
}

/** What has been learned of a stream. */
class Model {
  state = 0;
  /** The last four distances, the newest first. */
  readonly reps = [0, 0, 0, 0];
  readonly literals: Uint16Array;
  readonly isMatch = probabilities(STATES << POS_BITS);
  readonly isRep = probabilities(STATES);
  readonly isRepG0 = probabilities(STATES);
  readonly isRepG1 = probabilities(STATES);
  readonly isRepG2 = probabilities(STATES);
  readonly isRep0Long = probabilities(STATES << POS_BITS);
  readonly slots = probabilities(64 * LENGTH_STATES);
  readonly positions = probabilities(1 + FULL_DISTANCES - END_POS_MODEL);
  readonly align = probabilities(1 << ALIGN_BITS);
  readonly lengths = new LengthDecoder();
  readonly repLengths = new LengthDecoder();

  constructor(lc: number, lp: number) {
    this.literals = probabilities(0x300 << (lc + lp));
  }
}

/** A decoder that is fed chunk by chunk, and remembers all that came out. */
export class LzmaDecoder {
  #lc = 3;
  #lp = 0;
  #pb = 2;
  #model = new Model(3, 0);
  #out = new Uint8Array(1 << 16);
  #length = 0;
  /** Where what matches may reach back to begins. */
  #base = 0;

  output(): Uint8Array {
    return this.#out.slice(0, this.#length);
  }

  /** What came before is no longer reached. */
  forget(): void {
    this.#base = this.#length;
  }

  /** @param byte lc + 9 · (lp + 5 · pb) */
  properties(byte: number): void {
    if (byte >= 9 * 5 * 5) throw new RangeError('lzma: wrong properties');
    this.#lc = byte % 9;
    this.#lp = Math.floor(byte / 9) % 5;
    this.#pb = Math.floor(byte / 45);
    if (this.#lc + this.#lp > MAX_LITERAL_BITS) throw new RangeError('lzma: wrong properties');
  }

  reset(): void {
    this.#model = new Model(this.#lc, this.#lp);
  }

  #room(n: number): void {
    if (this.#length + n <= this.#out.length) return;
    const grown = new Uint8Array(Math.max(this.#out.length * 2, this.#length + n));
    grown.set(this.#out.subarray(0, this.#length));
    this.#out = grown;
  }

  /** Bytes that are not compressed. */
  copy(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#out.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** @param size bytes that come out */
  decode(packed: Uint8Array, size: number): void {
    this.#room(size);
    const rc = new RangeDecoder(packed);
    const end = this.#length + size;
    while (this.#length < end) this.#step(rc, end);
  }

  #step(rc: RangeDecoder, end: number): void {
    const m = this.#model;
    const posState = (this.#length - this.#base) & ((1 << this.#pb) - 1);
    const at = (m.state << POS_BITS) + posState;
    if (rc.bit(m.isMatch, at) === 0) {
      this.#literal(rc);
      return;
    }
    let length: number;
    if (rc.bit(m.isRep, m.state) === 0) {
      m.reps.pop();
      length = m.lengths.read(rc, posState);
      m.state = m.state < 7 ? 7 : 10;
      m.reps.unshift(this.#distance(rc, length));
    } else {
      if (this.#choose(rc, at)) {
        this.#match(1, end);
        return;
      }
      length = m.repLengths.read(rc, posState);
      m.state = m.state < 7 ? 8 : 11;
    }
    this.#match(length + MIN_MATCH, end);
  }

  /** One of the last four distances comes first. @returns whether one byte is meant */
  #choose(rc: RangeDecoder, at: number): boolean {
    const m = this.#model;
    if (rc.bit(m.isRepG0, m.state) === 0) {
      if (rc.bit(m.isRep0Long, at) === 1) return false;
      m.state = m.state < 7 ? 9 : 11;
      return true;
    }
    const index = rc.bit(m.isRepG1, m.state) === 0 ? 1 : rc.bit(m.isRepG2, m.state) === 0 ? 2 : 3;
    const [chosen = 0] = m.reps.splice(index, 1);
    m.reps.unshift(chosen);
    return false;
  }

  #literal(rc: RangeDecoder): void {
    const m = this.#model;
    const position = this.#length - this.#base;
    const before = position > 0 ? (this.#out[this.#length - 1] as number) : 0;
    const from = 0x300 * (((position & ((1 << this.#lp) - 1)) << this.#lc) + (before >> (8 - this.#lc)));
    let symbol = 1;
    if (m.state >= 7) {
      let matched = this.#back(m.reps[0] as number);
      while (symbol < 0x100) {
        const expected = (matched >> 7) & 1;
        matched <<= 1;
        const bit = rc.bit(m.literals, from + ((1 + expected) << 8) + symbol);
        symbol = symbol * 2 + bit;
        if (bit !== expected) break;
      }
    }
    while (symbol < 0x100) symbol = symbol * 2 + rc.bit(m.literals, from + symbol);
    this.#out[this.#length++] = symbol & 0xff;
    m.state = m.state < 4 ? 0 : m.state < 10 ? m.state - 3 : m.state - 6;
  }

  #distance(rc: RangeDecoder, length: number): number {
    const m = this.#model;
    const slot = rc.tree(m.slots, Math.min(length, LENGTH_STATES - 1) * 64, 6);
    if (slot < 4) return slot;
    const bits = (slot >> 1) - 1;
    const base = (2 | (slot & 1)) * 2 ** bits;
    if (slot < END_POS_MODEL) return base + rc.reverse(m.positions, base - slot, bits);
    return base + rc.direct(bits - ALIGN_BITS) * 2 ** ALIGN_BITS + rc.reverse(m.align, 0, ALIGN_BITS);
  }

  #back(distance: number): number {
    const at = this.#length - distance - 1;
    if (at < this.#base) throw new RangeError('lzma: distance too far');
    return this.#out[at] as number;
  }

  #match(length: number, end: number): void {
    const distance = this.#model.reps[0] as number;
    if (this.#length + length > end) throw new RangeError('lzma: match too long');
    for (let i = 0; i < length; i++) {
      this.#out[this.#length] = this.#back(distance);
      this.#length++;
    }
  }
}
