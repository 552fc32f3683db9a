/**
 * A process's standard streams: pipes (or a terminal) on its side; on ours, output that goes to the log and to whoever
 * is attached, and input from them.
 * @see moby container/stream, daemon/attach.go
 */

import { isErr } from '../../linux/kernel/errno.ts';
import type { Kernel, OpenFile, Waiter } from '../../linux/kernel/machine.ts';
import type { WinSize } from '../../linux/kernel/sys.ts';
import type { PtyPair } from '../../linux/tty/pair.ts';
import { STDERR, STDOUT, type StreamId } from './stdcopy.ts';

/** Makes a terminal; given to the daemon by who wires the machine. */
export type OpenPty = (size: WinSize, taken: Set<number>) => PtyPair;

/** Takes output in order. A sink that waits makes the process wait. */
export type Sink = (stream: StreamId, bytes: Uint8Array) => Promise<void> | void;

const WAITER: Waiter = { onInterrupt: () => () => undefined, nonBlocking: false };
const CHUNK = 32768;

interface StreamOptions {
  readonly tty?: OpenPty;
  readonly size?: WinSize;
  /** Numbers in use in the container's /dev/pts. */
  readonly terminals: Set<number>;
  readonly stdin: boolean;
  readonly onOutput?: Sink;
}

/** The standard streams of one run of a process. */
export class Streams {
  /** For SpawnRequest. */
  readonly fds: (OpenFile | undefined)[];
  readonly pty: PtyPair | undefined;
  readonly #sinks = new Set<Sink>();
  readonly #stdin: OpenFile | undefined;
  readonly #outputs: { stream: StreamId; file: OpenFile }[] = [];
  readonly #childEnds: OpenFile[] = [];
  /** All output has been read and passed on. */
  readonly drained: Promise<void>;
  #finish: () => void = () => undefined;

  constructor(kernel: Kernel, options: StreamOptions) {
    if (options.onOutput) this.#sinks.add(options.onOutput);
    this.drained = new Promise((resolve) => {
      this.#finish = resolve;
    });
    if (options.tty) {
      this.pty = options.tty(options.size ?? { cols: 0, rows: 0 }, options.terminals);
      this.fds = [this.pty.slave, this.pty.slave, this.pty.slave];
      return;
    }
    let input: OpenFile | undefined;
    if (options.stdin) [input, this.#stdin] = kernel.pipe();
    const [outR, outW] = kernel.pipe();
    const [errR, errW] = kernel.pipe();
    this.fds = [input, outW, errW];
    this.#outputs.push({ stream: STDOUT, file: outR }, { stream: STDERR, file: errR });
    this.#childEnds.push(...(input ? [input] : []), outW, errW);
  }

  /** Begins to pass output on; call it once the process runs. */
  pump(): void {
    const all = this.pty ? [this.#pumpPty(this.pty)] : this.#outputs.map((o) => this.#pumpPipe(o.stream, o.file));
    void Promise.all(all).then(() => this.#finish());
  }

  /** The process could not be started: nothing will come. */
  abandon(): void {
    for (const f of this.#childEnds) f.release();
    for (const o of this.#outputs) o.file.release();
    this.closeInput();
    this.pty?.close();
    this.#finish();
  }

  add(sink: Sink): () => void {
    this.#sinks.add(sink);
    return () => {
      this.#sinks.delete(sink);
    };
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.pty) this.pty.input(bytes);
    else if (this.#stdin) await this.#stdin.write(bytes, WAITER);
  }

  #inputClosed = false;

  /** End of file on the process's standard input. */
  closeInput(): void {
    if (this.#inputClosed || !this.#stdin) return;
    this.#inputClosed = true;
    this.#stdin.release();
  }

  /** The process is gone: its terminal too. */
  end(): void {
    this.closeInput();
    this.pty?.close();
  }

  async #pumpPipe(stream: StreamId, file: OpenFile): Promise<void> {
    for (;;) {
      const bytes = await file.read(CHUNK, WAITER);
      if (isErr(bytes) || bytes.length === 0) break;
      await this.#deliver(stream, bytes);
    }
    file.release();
  }

  async #pumpPty(pty: PtyPair): Promise<void> {
    for (let bytes = await pty.output(); bytes; bytes = await pty.output()) await this.#deliver(STDOUT, bytes);
  }

  async #deliver(stream: StreamId, bytes: Uint8Array): Promise<void> {
    for (const sink of [...this.#sinks]) await sink(stream, bytes);
  }
}
