/**
 * A container's log: lines with their stream and time, as the json-file driver keeps them, and readers that follow.
 *
 * Limits: kept in memory, at most {@link MAX_LINES} lines; the file at LogPath is not written.
 * @see moby daemon/logger/copier.go, loggerutils/logfile.go
 */
import { join } from '../../base/bytes.ts';
import type { StreamId } from './stdcopy.ts';

const MAX_LINES = 100_000;
/** A line longer than this is cut (16 KiB, as the copier's buffer). */
const MAX_LINE = 16384;

export interface LogLine {
  readonly stream: StreamId;
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  /** With its newline, but for the last line of a stream that has none. */
  readonly bytes: Uint8Array;
}

export class ContainerLog {
  readonly lines: LogLine[] = [];
  /** Lines dropped at the front. */
  #dropped = 0;
  readonly #partial = new Map<StreamId, Uint8Array>();
  #wake: (() => void)[] = [];
  /** No process writes now. */
  #idle = true;

  /** Index after the last line. */
  get end(): number {
    return this.#dropped + this.lines.length;
  }

  get writing(): boolean {
    return !this.#idle;
  }

  open(): void {
    this.#idle = false;
  }

  append(stream: StreamId, time: bigint, bytes: Uint8Array): void {
    const before = this.#partial.get(stream);
    let rest = before ? join([before, bytes]) : bytes;
    for (;;) {
      const nl = rest.indexOf(10);
      const cut = nl >= 0 && nl < MAX_LINE ? nl + 1 : rest.length >= MAX_LINE ? MAX_LINE : 0;
      if (cut === 0) break;
      this.#push({ stream, time, bytes: rest.slice(0, cut) });
      rest = rest.subarray(cut);
    }
    if (rest.length > 0) this.#partial.set(stream, rest.slice());
    else this.#partial.delete(stream);
    this.#notify();
  }

  /** The process has ended: what has no newline becomes a line; followers end. */
  close(time: bigint): void {
    for (const [stream, bytes] of this.#partial) this.#push({ stream, time, bytes });
    this.#partial.clear();
    this.#idle = true;
    this.#notify();
  }

  /** The line at an index, or undefined when it is not there (yet, or any more). */
  at(index: number): LogLine | undefined {
    return this.lines[index - this.#dropped];
  }

  get start(): number {
    return this.#dropped;
  }

  /** Resolves when something was added or the log was closed. */
  changed(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake.push(resolve);
    });
  }

  #push(line: LogLine): void {
    this.lines.push(line);
    if (this.lines.length > MAX_LINES) {
      this.lines.shift();
      this.#dropped++;
    }
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = [];
    for (const w of wake) w();
  }
}
