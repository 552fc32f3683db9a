/**
 * A client attached to a process's streams: its bytes go in, output comes out framed or raw.
 * @see moby daemon/attach.go, container/stream/attach.go
 */
import type { Duplex } from '../../base/http.ts';
import { DetachScanner } from './detach.ts';
import { frame, STDERR, STDOUT, type StreamId } from './stdcopy.ts';
import type { Sink, Streams } from './streams.ts';

export interface Wanted {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
}

/** What is written to the client for output of a stream; undefined when it did not ask for it. */
export function encode(want: Wanted, tty: boolean, stream: StreamId, bytes: Uint8Array): Uint8Array | undefined {
  if (tty) return want.stdout || want.stderr ? bytes : undefined;
  if ((stream === STDOUT && !want.stdout) || (stream === STDERR && !want.stderr)) return undefined;
  return frame(stream, bytes);
}

/** Output as the chunks of a body, for clients that do not offer their connection. */
export class OutputQueue {
  readonly #chunks: Uint8Array[] = [];
  #wake: () => void = () => undefined;
  #ended = false;

  push(bytes: Uint8Array | undefined): void {
    if (bytes) this.#chunks.push(bytes);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *body(): AsyncGenerator<Uint8Array> {
    while (!this.#ended || this.#chunks.length > 0) {
      const chunk = this.#chunks.shift();
      if (chunk) yield chunk;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

/** A sink that writes to a connection until it is closed. */
export function duplexSink(duplex: Duplex, want: Wanted, tty: boolean): Sink {
  return async (stream, bytes) => {
    if (duplex.closed) return;
    const out = encode(want, tty, stream, bytes);
    if (out) await duplex.write(out);
  };
}

/**
 * Passes the client's bytes to the process, until the client's stream ends or the detach keys come.
 * @param once end of the client's stream is end of the process's input
 * @param keys detach keys; none without a terminal
 * @returns whether the keys came
 */
export async function feed(
  duplex: Duplex,
  streams: Streams,
  once: boolean,
  keys: readonly number[] | undefined,
): Promise<boolean> {
  const scanner = keys && new DetachScanner(keys);
  for (let bytes = await duplex.read(); bytes; bytes = await duplex.read()) {
    const { pass, detached } = scanner?.scan(bytes) ?? { pass: bytes, detached: false };
    if (pass.length > 0) await streams.write(pass);
    if (detached) return true;
  }
  if (once) streams.closeInput();
  return false;
}

/** Does not come. A promise of its own each time: one for all would keep every session that ever raced it. */
export const never = (): Promise<never> => new Promise(() => {});
