/** File descriptors of a process. Open files are counted: the last descriptor that goes releases the file. */
import { EBADF, EMFILE, type Errno } from './errno.ts';
import type { OpenFile } from './machine.ts';

interface Description {
  refs: number;
  nonBlocking: boolean;
}

/** Open file descriptions (flags and counts), shared by duplicated descriptors. */
const descriptions = new WeakMap<OpenFile, Description>();

function description(file: OpenFile): Description {
  let d = descriptions.get(file);
  if (!d) {
    d = { refs: 0, nonBlocking: false };
    descriptions.set(file, d);
  }
  return d;
}

export const isNonBlocking = (file: OpenFile): boolean => description(file).nonBlocking;

export function setNonBlocking(file: OpenFile, on: boolean): void {
  description(file).nonBlocking = on;
}

/** Counts one more holder that is no descriptor (a message in flight, the kernel's owner). */
export function hold(file: OpenFile): void {
  description(file).refs++;
}

/** Lets one holder go; the last releases the file. */
export function letGo(file: OpenFile): void {
  const d = description(file);
  if (--d.refs === 0) file.release();
}

/** The descriptor table of one process. */
export class FdTable {
  readonly #slots: (OpenFile | undefined)[] = [];
  /** One more than the highest number that may be given out (RLIMIT_NOFILE). */
  limit = Number.POSITIVE_INFINITY;

  get(fd: number): OpenFile | undefined {
    return this.#slots[fd];
  }

  get #free(): number {
    const fd = this.#slots.indexOf(undefined);
    return fd < 0 ? this.#slots.length : fd;
  }

  /** Puts it at the lowest free number; EMFILE when there is none, and then it is released. */
  add(file: OpenFile): number | Errno {
    if (this.#free < this.limit) return this.take(file);
    hold(file);
    letGo(file);
    return EMFILE;
  }

  /** The same without a limit. */
  take(file: OpenFile): number {
    const fd = this.#free;
    hold(file);
    this.#slots[fd] = file;
    return fd;
  }

  set(fd: number, file: OpenFile): void {
    const old = this.#slots[fd];
    if (old === file) return;
    while (this.#slots.length < fd) this.#slots.push(undefined);
    hold(file);
    this.#slots[fd] = file;
    if (old) letGo(old);
  }

  close(fd: number): Errno | 0 {
    const file = this.#slots[fd];
    if (!file) return EBADF;
    this.#slots[fd] = undefined;
    letGo(file);
    return 0;
  }

  closeAll(): void {
    for (let fd = 0; fd < this.#slots.length; fd++) this.close(fd);
    this.#slots.length = 0;
  }

  /** Open numbers, ascending. */
  list(): number[] {
    const out: number[] = [];
    this.#slots.forEach((f, fd) => {
      if (f) out.push(fd);
    });
    return out;
  }
}
