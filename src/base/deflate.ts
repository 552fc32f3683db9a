/**
 * Compression into gzip members: LZ77 over 32 KiB with hash chains, fixed Huffman codes; stored where that is shorter.
 * Limits: no dynamic codes, so files come out some larger than gzip's own.
 * @see RFC 1951, RFC 1952
 */

const WINDOW = 32768;
const LONGEST = 258;
/** How many earlier places a match is looked for at. */
const TRIES = 32;

/** Base and extra bits of length and distance codes. */
function ladder(steps: readonly (readonly [count: number, extra: number])[], first: number): [number, number][] {
  const out: [number, number][] = [];
  let base = first;
  for (const [count, extra] of steps)
    for (let i = 0; i < count; i++) {
      out.push([base, extra]);
      base += 1 << extra;
    }
  return out;
}
const LENGTHS = ladder([[8, 0], [4, 1], [4, 2], [4, 3], [4, 4], [4, 5]], 3); // biome-ignore format: a table
const DISTANCES = ladder([[4, 0], ...Array.from({ length: 13 }, (_, i) => [2, i + 1] as const)], 1);

/** CRC-32 as gzip and zip have it. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const b of bytes) {
    crc ^= b;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

class BitWriter {
  readonly out: number[] = [];
  #held = 0;
  #bits = 0;

  /** Low bit first. */
  put(value: number, bits: number): void {
    this.#held |= value << this.#bits;
    this.#bits += bits;
    while (this.#bits >= 8) {
      this.out.push(this.#held & 255);
      this.#held >>>= 8;
      this.#bits -= 8;
    }
  }

  /** High bit first, as Huffman codes stand. */
  code(value: number, bits: number): void {
    for (let i = bits - 1; i >= 0; i--) this.put((value >> i) & 1, 1);
  }

  end(): void {
    if (this.#bits > 0) this.put(0, 8 - this.#bits);
  }
}

/** A literal, a length or the end in the fixed code. */
function symbol(w: BitWriter, s: number): void {
  if (s < 144) w.code(0x30 + s, 8);
  else if (s < 256) w.code(0x190 + s - 144, 9);
  else if (s < 280) w.code(s - 256, 7);
  else w.code(0xc0 + s - 280, 8);
}

function pair(w: BitWriter, length: number, distance: number): void {
  const l = length === LONGEST ? 28 : LENGTHS.findLastIndex(([base]) => base <= length);
  symbol(w, 257 + l);
  if (l < 28) w.put(length - (LENGTHS[l] as [number, number])[0], (LENGTHS[l] as [number, number])[1]);
  const d = DISTANCES.findLastIndex(([base]) => base <= distance);
  w.code(d, 5);
  w.put(distance - (DISTANCES[d] as [number, number])[0], (DISTANCES[d] as [number, number])[1]);
}

function compressed(input: Uint8Array): number[] {
  const w = new BitWriter();
  w.put(3, 3);
  const head = new Int32Array(WINDOW).fill(-1);
  const before = new Int32Array(input.length);
  const hash = (i: number): number =>
    (((input[i] as number) << 10) ^ ((input[i + 1] as number) << 5) ^ (input[i + 2] as number)) & (WINDOW - 1);
  const note = (i: number): void => {
    if (i + 2 >= input.length) return;
    before[i] = head[hash(i)] as number;
    head[hash(i)] = i;
  };
  for (let i = 0; i < input.length; ) {
    let length = 0;
    let from = 0;
    let at = i + 2 < input.length ? (head[hash(i)] as number) : -1;
    for (let n = 0; n < TRIES && at >= 0 && i - at <= WINDOW; n++, at = before[at] as number) {
      let k = 0;
      while (k < LONGEST && i + k < input.length && input[at + k] === input[i + k]) k++;
      if (k > length) [length, from] = [k, at];
    }
    if (length >= 3) pair(w, length, i - from);
    else symbol(w, input[i] as number);
    for (const end = i + (length < 3 ? 1 : length); i < end; i++) note(i);
  }
  symbol(w, 256);
  w.end();
  return w.out;
}

function stored(input: Uint8Array): number[] {
  const out: number[] = [];
  for (let i = 0; i === 0 || i < input.length; i += 65535) {
    const part = input.subarray(i, i + 65535);
    const n = part.length;
    out.push(i + 65535 >= input.length ? 1 : 0, n & 255, n >> 8, ~n & 255, (~n >> 8) & 255, ...part);
  }
  return out;
}

/** What the head of a member tells. */
interface GzipHead {
  readonly name?: string;
  /** Seconds since 1970. */
  readonly mtime?: number;
}

/** A gzip file with one member. */
export function gzip(input: Uint8Array, head: GzipHead = {}): Uint8Array {
  const body = compressed(input);
  const best = body.length <= input.length + 5 * Math.ceil(input.length / 65535 || 1) ? body : stored(input);
  const name = head.name === undefined ? [] : [...new TextEncoder().encode(head.name), 0];
  const word = (n: number): number[] => [n & 255, (n >>> 8) & 255, (n >>> 16) & 255, n >>> 24];
  const first = [31, 139, 8, name.length > 0 ? 8 : 0, ...word(head.mtime ?? 0), 0, 3, ...name];
  const last = [...word(crc32(input)), ...word(input.length)];
  const out = new Uint8Array(first.length + best.length + last.length);
  out.set(first);
  out.set(best, first.length);
  out.set(last, first.length + best.length);
  return out;
}
