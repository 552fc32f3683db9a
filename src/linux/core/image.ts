/**
 * Images of the core's memory: the pages that hold anything, and which they are. An image can be told against another
 * one, and then holds the pages that differ. Linear memory is the whole state, so an image is a snapshot.
 *
 *     u32: magic | version | build (2 words) | memory, in 64 KiB | check of the base, 0 none | runs | check of the rest
 *     runs: first page, count (top bit: the pages are zero) | … | bytes of the pages that are not
 *
 * Limits: a base is a whole image, not told against another one; memory that has grown does not shrink again.
 */
import type { Wasm } from './wasm.ts';

const MAGIC = 0x49434444;
const VERSION = 1;
const HEADER = 32;
const PAGE = 4096;
const WASM_PAGE = 65536;
const ZERO = 0x80000000;

/** Some pages after another: in an image (`at` is where), or zero. */
interface Run {
  readonly first: number;
  readonly count: number;
  /** Offset of their bytes in the image, -1: they are zero. */
  readonly at: number;
}

/** What an image says of itself. */
interface Image {
  readonly words: Int32Array;
  readonly bytes: Uint8Array;
  /** In 64 KiB. */
  readonly size: number;
  readonly base: number;
  readonly check: number;
  readonly runs: readonly Run[];
}

/** A 32-bit hash of words. @see MurmurHash3 */
function hash(words: Int32Array, from: number, seed: number): number {
  let h = seed;
  for (let i = from; i < words.length; i++) {
    let k = Math.imul(words[i] as number, 0xcc9e2d51);
    k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
    h ^= k;
    h = Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
  }
  h ^= words.length;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** What tells one build of the core from others. @param wasm its code */
export function buildOf(wasm: BufferSource): readonly [number, number] {
  const from =
    wasm instanceof ArrayBuffer ? new Uint8Array(wasm) : new Uint8Array(wasm.buffer, wasm.byteOffset, wasm.byteLength);
  const padded = new Uint8Array((from.length + 3) & ~3);
  padded.set(from);
  const words = new Int32Array(padded.buffer);
  return [hash(words, 0, 1), hash(words, 0, 2)];
}

/** Words of an image, wherever it lies. */
function wordsOf(image: Uint8Array): Int32Array {
  const aligned = image.byteOffset % 4 === 0 ? image : image.slice();
  return new Int32Array(aligned.buffer, aligned.byteOffset, image.length >> 2);
}

export class Imager {
  readonly #memory: WebAssembly.Memory;
  readonly #next: Wasm['pageNext'];
  readonly #build: readonly [number, number];

  constructor(wasm: Wasm, build: readonly [number, number]) {
    this.#memory = wasm.memory;
    this.#next = (from, zero) => wasm.pageNext(from, zero);
    this.#build = build;
  }

  /** @param base an earlier image of the same build: only what differs from it is kept */
  snapshot(base?: Uint8Array): Uint8Array {
    const runs = this.#used();
    if (!base) return this.#write(runs, 0);
    const old = this.#read(base);
    if (old.base !== 0) throw new RangeError('the base of an image must be a whole one');
    return this.#write(this.#changed(runs, old), old.check);
  }

  /** @throws RangeError naming what is wrong: no image, damaged, of another build, or told against another base */
  restore(image: Uint8Array, base?: Uint8Array): void {
    const now = this.#read(image);
    const old = now.base === 0 ? undefined : base && this.#read(base);
    if (now.base !== 0 && old?.check !== now.base) throw new RangeError('the image is told against another one');
    const missing = Math.max(now.size, old?.size ?? 0) * WASM_PAGE - this.#memory.buffer.byteLength;
    if (missing > 0) this.#memory.grow(missing / WASM_PAGE);
    const memory = new Uint8Array(this.#memory.buffer);
    // Of what is there, only pages that neither image writes need to be cleared.
    this.#clear(memory, old ?? now);
    if (old) put(memory, old);
    put(memory, now);
  }

  /** Runs of pages that hold anything. */
  #used(): Run[] {
    const end = this.#memory.buffer.byteLength / PAGE;
    const runs: Run[] = [];
    for (let first = this.#next(0, 0); first < end; ) {
      const after = this.#next(first, 1);
      runs.push({ first, count: after - first, at: 0 });
      first = this.#next(after, 0);
    }
    return runs;
  }

  #clear(memory: Uint8Array, image: Image): void {
    const written = new Set<number>();
    for (const r of image.runs) for (let i = 0; i < r.count; i++) written.add(r.first + i);
    for (const r of this.#used())
      for (let p = r.first; p < r.first + r.count; p++) if (!written.has(p)) memory.fill(0, p * PAGE, (p + 1) * PAGE);
  }

  /** What differs from an older image. */
  #changed(runs: readonly Run[], old: Image): Run[] {
    const was = new Map<number, number>();
    for (const r of old.runs) for (let i = 0; i < r.count; i++) was.set(r.first + i, r.at + i * PAGE);
    const memory = new Int32Array(this.#memory.buffer);
    const out: Run[] = [];
    const add = (page: number, at: number): void => {
      const last = out.at(-1);
      if (last && last.at === at && last.first + last.count === page)
        out[out.length - 1] = { ...last, count: last.count + 1 };
      else out.push({ first: page, count: 1, at });
    };
    for (const r of runs)
      for (let p = r.first; p < r.first + r.count; p++) {
        const at = was.get(p);
        was.delete(p);
        if (at === undefined || !samePage(memory, p * (PAGE / 4), old.words, at / 4)) add(p, 0);
      }
    for (const p of [...was.keys()].sort((a, b) => a - b)) add(p, -1);
    return out;
  }

  #write(runs: readonly Run[], base: number): Uint8Array {
    const pages = runs.reduce((n, r) => n + (r.at < 0 ? 0 : r.count), 0);
    const out = new Uint8Array(HEADER + 8 * runs.length + pages * PAGE);
    const words = new Int32Array(out.buffer);
    const memory = new Uint8Array(this.#memory.buffer);
    words.set([MAGIC, VERSION, ...this.#build, memory.length / WASM_PAGE, base, runs.length]);
    let at = HEADER + 8 * runs.length;
    for (const [i, r] of runs.entries()) {
      words[8 + 2 * i] = r.first;
      words[9 + 2 * i] = r.at < 0 ? r.count | ZERO : r.count;
      if (r.at < 0) continue;
      out.set(memory.subarray(r.first * PAGE, (r.first + r.count) * PAGE), at);
      at += r.count * PAGE;
    }
    words[7] = hash(words, 8, 0) || 1;
    return out;
  }

  #read(bytes: Uint8Array): Image {
    const words = wordsOf(bytes);
    const [magic, version, b0, b1, size, base, count, check] = [...words.subarray(0, 8)].map((w) => w >>> 0);
    if (magic !== MAGIC || check === undefined || bytes.length % 4 !== 0)
      throw new RangeError('not an image of the core');
    if (version !== VERSION) throw new RangeError(`an image of version ${version}, not ${VERSION}`);
    if (b0 !== this.#build[0] >>> 0 || b1 !== this.#build[1] >>> 0)
      throw new RangeError('the image is of another build of the core');
    if (check !== (hash(words, 8, 0) || 1)) throw new RangeError('the image is damaged');
    const runs: Run[] = [];
    let at = HEADER + 8 * (count as number);
    for (let i = 0; i < (count as number); i++) {
      const n = (words[9 + 2 * i] as number) >>> 0;
      const zero = n >= ZERO;
      runs.push({ first: words[8 + 2 * i] as number, count: zero ? n - ZERO : n, at: zero ? -1 : at });
      if (!zero) at += n * PAGE;
    }
    if (at !== bytes.length) throw new RangeError('the image is damaged');
    return { words, bytes, size: size as number, base: base as number, check, runs };
  }
}

function samePage(a: Int32Array, i: number, b: Int32Array, j: number): boolean {
  for (let k = 0; k < PAGE / 4; k++) if (a[i + k] !== b[j + k]) return false;
  return true;
}

function put(memory: Uint8Array, image: Image): void {
  for (const r of image.runs) {
    const to = r.first * PAGE;
    if (r.at < 0) memory.fill(0, to, to + r.count * PAGE);
    else memory.set(image.bytes.subarray(r.at, r.at + r.count * PAGE), to);
  }
}
