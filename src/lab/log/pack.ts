/**
 * A log as few bytes, to be put into a link. What is alike lies together (times, kinds, lengths, keys), so that a
 * compressor finds it. Numbers are unsigned LEB128, texts UTF-8 with their length before them:
 *
 *     version | lesson | lesson's version | seed | print | end, µs | entries | bytes of each column, the columns
 *
 * Columns: time since the entry before (µs); kind + 8 × terminal; numbers (sizes, lengths); bytes of input; texts.
 */
import type { Act, Entry, Log } from './entry.ts';

/** A log and what it is a log of. */
export interface Packed {
  readonly lesson: string;
  /** Of the lesson. */
  readonly version: number;
  readonly seed: number;
  /** Of the lab at the log's end (print.ts); 0: nobody looked. */
  readonly print: number;
  readonly log: Log;
}

const FORMAT = 1;
const MICRO = 1000;
const KINDS = ['open', 'close', 'input', 'resize', 'exec', 'note'] as const;
/** The greatest terminal number that a log may hold. */
const TERMINALS = 1000;

class Writer {
  readonly bytes: number[] = [];

  number(n: number): void {
    let rest = n;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.bytes.push((rest % 128) | 128);
    this.bytes.push(rest);
  }
  raw(bytes: Iterable<number>): void {
    for (const b of bytes) this.bytes.push(b);
  }
  text(text: string): void {
    const bytes = new TextEncoder().encode(text);
    this.number(bytes.length);
    this.raw(bytes);
  }
}

class Reader {
  #at = 0;

  constructor(readonly bytes: Uint8Array) {}

  number(): number {
    let n = 0;
    for (let unit = 1; ; unit *= 128) {
      const b = this.bytes[this.#at++];
      if (b === undefined || unit > 2 ** 49) throw new RangeError('the log is cut off');
      n += (b & 127) * unit;
      if (b < 128) return n;
    }
  }
  raw(length: number): Uint8Array {
    if (length > this.bytes.length - this.#at) throw new RangeError('the log is cut off');
    this.#at += length;
    return this.bytes.slice(this.#at - length, this.#at);
  }
  text(): string {
    return new TextDecoder().decode(this.raw(this.number()));
  }
}

export function pack({ lesson, version, seed, print, log }: Packed): Uint8Array {
  const [times, kinds, numbers, keys, texts] = [new Writer(), new Writer(), new Writer(), new Writer(), new Writer()];
  let last = 0;
  for (const entry of log.entries) {
    const at = Math.round(entry.at / MICRO);
    times.number(at - last);
    last = at;
    kinds.number(KINDS.indexOf(entry.kind) + 8 * ('terminal' in entry ? entry.terminal : 0));
    if (entry.kind === 'input') {
      numbers.number(entry.bytes.length);
      keys.raw(entry.bytes);
    }
    if (entry.kind === 'open' || entry.kind === 'resize') {
      numbers.number(entry.cols);
      numbers.number(entry.rows);
    }
    if (entry.kind === 'open' || entry.kind === 'exec') texts.text(entry.machine);
    if (entry.kind === 'open') texts.text(entry.title);
    if (entry.kind === 'exec') texts.text(entry.command);
    if (entry.kind === 'note') texts.text(entry.text);
  }
  const out = new Writer();
  out.number(FORMAT);
  out.text(lesson);
  for (const n of [version, seed, print, Math.round(log.end / MICRO), log.entries.length]) out.number(n);
  for (const column of [times, kinds, numbers, keys, texts]) {
    out.number(column.bytes.length);
    out.raw(column.bytes);
  }
  return Uint8Array.from(out.bytes);
}

/** @throws RangeError when these are not the bytes of a log */
export function unpack(bytes: Uint8Array): Packed {
  const head = new Reader(bytes);
  if (head.number() !== FORMAT) throw new RangeError('the log is of another format');
  const lesson = head.text();
  const [version, seed, print, end, count] = [0, 0, 0, 0, 0].map(() => head.number()) as [
    number,
    number,
    number,
    number,
    number,
  ];
  const column = (): Reader => new Reader(head.raw(head.number()));
  const [times, kinds, numbers, keys, texts] = [column(), column(), column(), column(), column()];
  const entries: Entry[] = [];
  let at = 0;
  const act = (): Act => {
    const which = kinds.number();
    const kind = KINDS[which % 8];
    const terminal = Math.floor(which / 8);
    if (terminal > TERMINALS) throw new RangeError('the log has a terminal of no number');
    switch (kind) {
      case 'open':
        return {
          kind,
          terminal,
          machine: texts.text(),
          title: texts.text(),
          cols: numbers.number(),
          rows: numbers.number(),
        };
      case 'resize':
        return { kind, terminal, cols: numbers.number(), rows: numbers.number() };
      case 'input':
        return { kind, terminal, bytes: keys.raw(numbers.number()) };
      case 'close':
        return { kind, terminal };
      case 'exec':
        return { kind, machine: texts.text(), command: texts.text() };
      case 'note':
        return { kind, text: texts.text() };
      default:
        throw new RangeError('the log has an entry of no known kind');
    }
  };
  for (let i = 0; i < count; i++) {
    at += times.number() * MICRO;
    entries.push({ ...act(), at });
  }
  return { lesson, version, seed, print, log: { entries, end: Math.max(end * MICRO, at) } };
}
