/**
 * Standard streams of a program: text out to a descriptor, lines and whole streams in from one.
 *
 * Limits: nothing is buffered between calls of `print`; a program that writes many lines joins them first.
 */
import { text, utf8 } from '../../base/http.ts';
import type { Errno } from '../kernel/errno.ts';
import { isErr } from '../kernel/errno.ts';
import type { Fd, Sys, WinSize } from '../kernel/sys.ts';

/** Standard input, output, error. @see unistd.h */
export const STDIN = 0;
/** Descriptor of standard output. */
export const STDOUT = 1;
/** Descriptor of standard error. */
export const STDERR = 2;

/** Writes text to a descriptor. @returns 0, or the errno of write(2) (EPIPE only when SIGPIPE is ignored) */
export async function fdprint(sys: Sys, fd: Fd, s: string): Promise<0 | Errno> {
  if (s === '') return 0;
  const n = await sys.write(fd, utf8(s));
  return isErr(n) ? n : 0;
}

/** Writes text to standard output. */
export function print(sys: Sys, s: string): Promise<0 | Errno> {
  return fdprint(sys, STDOUT, s);
}

/** Writes text to standard error. */
export function eprint(sys: Sys, s: string): Promise<0 | Errno> {
  return fdprint(sys, STDERR, s);
}

/** Size of the screen behind a descriptor, the usual one where the terminal does not know its own; undefined when it is none. */
export function screenOf(sys: Sys, fd: Fd): WinSize | undefined {
  const size = sys.isatty(fd) ? sys.winsize(fd) : undefined;
  if (!size || isErr(size)) return undefined;
  return { cols: size.cols || 80, rows: size.rows || 24 };
}

/** A line as it was read: its text without the newline, and whether there was one (the last line may lack it). */
export interface Line {
  readonly text: string;
  readonly newline: boolean;
}

/** Reads a descriptor line by line. The separator is `\n` unless told otherwise (`\0` for -z tools). */
export class LineReader {
  #rest: Uint8Array = new Uint8Array(0);
  #eof = false;
  /** Why reading stopped, when it was not the end of file (EINTR is retried). */
  error: Errno | undefined;

  constructor(
    readonly sys: Sys,
    readonly fd: Fd,
    readonly separator = 10,
  ) {}

  /** The next line; undefined at the end of file or on an error (see {@link error}). */
  async next(): Promise<Line | undefined> {
    let from = 0;
    for (;;) {
      const at = this.#rest.indexOf(this.separator, from);
      if (at >= 0) {
        const line = { text: text(this.#rest.subarray(0, at)), newline: true };
        this.#rest = this.#rest.subarray(at + 1);
        return line;
      }
      if (this.#eof) {
        if (this.#rest.length === 0) return undefined;
        const line = { text: text(this.#rest), newline: false };
        this.#rest = new Uint8Array(0);
        return line;
      }
      from = this.#rest.length;
      await this.#fill();
    }
  }

  async #fill(): Promise<void> {
    const more = await this.sys.read(this.fd);
    if (isErr(more)) {
      if (more.name === 'EINTR') return;
      this.error = more;
      this.#eof = true;
    } else if (more.length === 0) this.#eof = true;
    else if (this.#rest.length === 0) this.#rest = more;
    else {
      const joined = new Uint8Array(this.#rest.length + more.length);
      joined.set(this.#rest);
      joined.set(more, this.#rest.length);
      this.#rest = joined;
    }
  }
}

/** Reads a descriptor to its end. */
export async function readAll(sys: Sys, fd: Fd): Promise<Uint8Array | Errno> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = await sys.read(fd);
    if (isErr(part)) {
      if (part.name === 'EINTR') continue;
      return part;
    }
    if (part.length === 0) break;
    parts.push(part);
    size += part.length;
  }
  const out = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

/** All bytes of a file by its path: what has no length of its own (a pipe of `<(…)`) is read to its end. */
export async function readWhole(sys: Sys, path: string): Promise<Uint8Array | Errno> {
  const bytes = sys.readFile(path);
  if (!isErr(bytes) || bytes.name !== 'EINVAL') return bytes;
  const fd = sys.open(path, { read: true });
  if (isErr(fd)) return fd;
  const all = await readAll(sys, fd);
  sys.close(fd);
  return all;
}

/** A whole file as text; the errno when it cannot be read. */
export function readText(sys: Sys, path: string): string | Errno {
  const bytes = sys.readFile(path);
  return isErr(bytes) ? bytes : text(bytes);
}

/** The last part of a path: what a program calls itself in messages. */
export function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
