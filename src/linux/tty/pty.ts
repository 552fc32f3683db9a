/**
 * A pseudo-terminal: the line discipline, the output queue with back-pressure, and hang-up.
 * Limits: SIGTTIN and SIGTTOU are the kernel's (a file does not know who reads it).
 * @see pty(7), Linux drivers/tty/pty.c
 */
import { join } from '../../base/bytes.ts';
import { EAGAIN, EINTR, EIO, type Errno } from '../kernel/errno.ts';
import type { Kernel, OpenFile, TtyDevice, Waiter } from '../kernel/machine.ts';
import { SIGNALS } from '../kernel/signal.ts';
import { COOKED, type Stat, type Termios, type WinSize } from '../kernel/sys.ts';
import { Discipline } from './discipline.ts';
import type { PtyPair } from './pair.ts';

/** Unread output, in bytes, above which writers wait. */
const HIGH_WATER = 16384;

/** What of the kernel a terminal needs. */
export type TerminalKernel = Pick<Kernel, 'addTty' | 'ptsNumber' | 'killGroup'>;

/**
 * Opens a pair and registers its slave as /dev/pts/N.
 * @param taken numbers in use in another devpts than the machine's (a container's): the lowest free one is added
 */
export function openPty(kernel: TerminalKernel, size: WinSize, taken?: Set<number>): PtyPair {
  const pty = new Pty(kernel, taken ? lowestFree(taken) : kernel.ptsNumber(), size);
  const remove = kernel.addTty(pty.slave, taken !== undefined);
  taken?.add(pty.number);
  pty.remove = () => {
    pty.remove = () => {};
    remove();
    taken?.delete(pty.number);
  };
  return pty;
}

function lowestFree(taken: ReadonlySet<number>): number {
  let n = 0;
  while (taken.has(n)) n++;
  return n;
}

class Device implements TtyDevice {
  foreground = 0;
  session = 0;
  winsize: WinSize;
  #termios: Termios = COOKED;

  constructor(
    readonly name: string,
    size: WinSize,
    private readonly changed: (before: Termios, now: Termios) => void,
  ) {
    this.winsize = size;
  }

  get termios(): Termios {
    return this.#termios;
  }
  set termios(t: Termios) {
    const before = this.#termios;
    this.#termios = { ...t };
    this.changed(before, t);
  }
}

class Pty implements PtyPair {
  readonly slave: OpenFile & { readonly tty: TtyDevice };
  readonly device: Device;
  /** Takes the terminal out of /dev/pts. */
  remove: () => void = () => {};
  readonly #discipline: Discipline;
  #out: Uint8Array[] = [];
  #pending = 0;
  #stopped = false;
  #hungUp = false;
  #released = false;
  #readers = new Set<() => void>();
  #writers = new Set<() => void>();
  #listeners = new Set<() => void>();
  #takers: (() => void)[] = [];
  #onOutput: (() => void)[] = [];

  constructor(
    private readonly kernel: TerminalKernel,
    readonly number: number,
    size: WinSize,
  ) {
    this.#discipline = new Discipline({
      echo: (bytes) => this.#emit(this.#process(bytes)),
      signal: (s) => this.#signal(s),
      flow: (stopped) => {
        this.#stopped = stopped;
        if (!stopped) this.#outputReady();
      },
      readable: () => this.#wake(this.#readers),
    });
    this.device = new Device(`pts/${number}`, size, (before, now) => {
      this.#discipline.modeChanged(before, now);
      this.#wake(this.#readers);
    });
    this.slave = this.#file();
  }

  get pending(): number {
    return this.#pending;
  }

  input(bytes: Uint8Array): void {
    if (!this.#hungUp) this.#discipline.input(bytes, this.device.termios);
  }

  async output(): Promise<Uint8Array | null> {
    for (;;) {
      const bytes = this.take(65536);
      if (bytes.length > 0) return bytes;
      if (this.#released || this.#hungUp) return null;
      await new Promise<void>((resolve) => this.#takers.push(resolve));
    }
  }

  take(max: number): Uint8Array {
    if (this.#stopped) return new Uint8Array(0);
    const parts: Uint8Array[] = [];
    let size = 0;
    while (size < max && this.#out.length > 0) {
      const first = this.#out[0] as Uint8Array;
      const part = first.subarray(0, max - size);
      if (part.length === first.length) this.#out.shift();
      else this.#out[0] = first.subarray(part.length);
      parts.push(part);
      size += part.length;
    }
    this.#pending -= size;
    if (size > 0 && this.#pending <= HIGH_WATER) this.#wake(this.#writers);
    return join(parts);
  }

  onOutput(callback: () => void): void {
    this.#onOutput.push(callback);
  }

  resize(size: WinSize): void {
    const old = this.device.winsize;
    if (old.cols === size.cols && old.rows === size.rows) return;
    this.device.winsize = size;
    if (this.device.foreground > 0) this.kernel.killGroup(this.device.foreground, SIGNALS.SIGWINCH);
  }

  close(): void {
    if (this.#hungUp) return;
    this.#hungUp = true;
    this.remove();
    const { session, foreground } = this.device;
    if (session > 0) this.kernel.killGroup(session, SIGNALS.SIGHUP);
    if (foreground > 0 && foreground !== session) {
      this.kernel.killGroup(foreground, SIGNALS.SIGHUP);
      this.kernel.killGroup(foreground, SIGNALS.SIGCONT);
    }
    this.#out = [];
    this.#pending = 0;
    this.#wake(this.#readers);
    this.#wake(this.#writers);
    this.#outputReady();
  }

  /** A key that makes a signal: queued output is dropped, as the kernel flushes its queues. */
  #signal(signal: number): void {
    this.#out = [];
    this.#pending = 0;
    if (this.device.foreground > 0) this.kernel.killGroup(this.device.foreground, signal);
    this.#wake(this.#writers);
  }

  /** Output processing: `\n` becomes `\r\n`. */
  #process(bytes: Uint8Array): Uint8Array {
    if (!this.device.termios.opost || !bytes.includes(10)) return bytes.slice();
    const out = new Uint8Array(2 * bytes.length);
    let n = 0;
    for (let i = 0; i < bytes.length; i++) {
      const b = bytes[i] as number;
      if (b === 10) out[n++] = 13;
      out[n++] = b;
    }
    return out.slice(0, n);
  }

  #emit(bytes: Uint8Array): void {
    if (bytes.length === 0 || this.#hungUp) return;
    this.#out.push(bytes);
    this.#pending += bytes.length;
    this.#outputReady();
  }

  #outputReady(): void {
    const takers = this.#takers;
    this.#takers = [];
    for (const t of takers) t();
    for (const f of this.#onOutput) f();
  }

  #wake(waiting: Set<() => void>): void {
    const all = [...waiting];
    waiting.clear();
    for (const f of all) f();
    for (const f of [...this.#listeners]) f();
  }

  /** Waits to be woken; false when a signal ended the wait. */
  #wait(queue: Set<() => void>, wait: Waiter): Promise<boolean> {
    return new Promise((resolve) => {
      const woken = (): void => {
        stop();
        resolve(true);
      };
      queue.add(woken);
      const stop = wait.onInterrupt(() => {
        queue.delete(woken);
        resolve(false);
      });
    });
  }

  async #read(max: number, wait: Waiter): Promise<Uint8Array | Errno> {
    // a signal counts from here on: ^C may come between a key that wakes the reader and the reader
    let interrupted = false;
    let wake = (): void => {};
    const stop = wait.onInterrupt(() => {
      interrupted = true;
      wake();
    });
    try {
      for (;;) {
        if (interrupted) return EINTR;
        if (this.#discipline.readable) return this.#discipline.read(max);
        if (this.#hungUp) return new Uint8Array(0);
        if (wait.nonBlocking) return EAGAIN;
        await new Promise<void>((resolve) => {
          wake = resolve;
          this.#readers.add(wake);
        });
        this.#readers.delete(wake);
      }
    } finally {
      stop();
    }
  }

  async #write(bytes: Uint8Array, wait: Waiter): Promise<number | Errno> {
    let done = 0;
    while (done < bytes.length || bytes.length === 0) {
      if (this.#hungUp) return EIO;
      if (this.#pending > HIGH_WATER) {
        if (wait.nonBlocking) return done > 0 ? done : EAGAIN;
        if (!(await this.#wait(this.#writers, wait))) return done > 0 ? done : EINTR;
        continue;
      }
      const part = bytes.subarray(done, done + HIGH_WATER);
      this.#emit(this.#process(part));
      done += part.length;
      if (bytes.length === 0) break;
    }
    return done;
  }

  #file(): OpenFile & { readonly tty: TtyDevice } {
    const stat: Stat = {
      kind: 'char',
      ino: 3 + this.number,
      mode: 0o620,
      nlink: 1,
      uid: 0,
      gid: 5,
      size: 0,
      mtime: 0,
      rdev: [136, this.number],
    };
    return {
      kind: 'char',
      path: `/dev/pts/${this.number}`,
      tty: this.device,
      read: (max, wait) => this.#read(max, wait),
      write: (bytes, wait) => this.#write(bytes, wait),
      ready: () => ({
        in: this.#discipline.readable || this.#hungUp,
        out: this.#pending <= HIGH_WATER,
        hup: this.#hungUp,
        err: false,
      }),
      onReady: (callback) => {
        this.#listeners.add(callback);
        return () => void this.#listeners.delete(callback);
      },
      stat: () => stat,
      release: () => {
        this.#released = true;
        this.remove();
        this.#outputReady();
      },
    };
  }
}
