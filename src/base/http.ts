/**
 * HTTP messages as values, and the byte stream that a hijacked connection becomes. The Engine API router, the
 * docker command, curl and the little web servers of the lab share these; the codec (bytes on a socket) is
 * `http1/`.
 */

/** A byte stream with two ends and half-close. `read` gives null at the end of the other side's stream. */
export interface Duplex {
  read(): Promise<Uint8Array | null>;
  write(bytes: Uint8Array): Promise<void>;
  /** Half-close: no more writes; reads go on. */
  closeWrite(): void;
  /** Both directions end; pending reads give null. */
  close(): void;
  /**
   * Resolves when the peer has most likely read what was written: clients that read the head of an answer by a buffer of
   * their own lose what comes in one piece with it. Absent where pieces stay apart.
   */
  settle?(): Promise<void>;
  /** True once the other end closed or this end did. */
  readonly closed: boolean;
}

/** Header names are lower case. */
export type Headers = Readonly<Record<string, string>>;

export interface HttpRequest {
  readonly method: string;
  /** Path without the query, percent-decoded segments not yet applied: `/v1.51/containers/json`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The query as it was sent, where it was. */
  readonly search?: string;
  readonly headers: Headers;
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** Present when the client offers its connection to be taken over (attach, exec start). */
  readonly duplex?: Duplex;
  /** Resolves when the client goes away before the answer has ended (logs -f, wait, events). */
  readonly gone?: Promise<void>;
}

export interface HttpResponse {
  readonly status: number;
  /** Where it is not the usual one of the status. */
  readonly reason?: string;
  readonly headers: Headers;
  /** Whole, or in chunks as they come. Empty when the request's duplex was taken over (status 101 or a hijacked 200). */
  readonly body: Uint8Array | AsyncIterable<Uint8Array>;
  /** What a JSON body says, for a reader in the same process, who leaves it as it is. */
  readonly value?: unknown;
  /** Set when the handler has taken `request.duplex` and goes on writing to it. */
  readonly hijacked?: boolean;
}

/** What listens behind a unix socket or a TCP port: one request in, one answer out. */
export interface HttpService {
  handle(request: HttpRequest): Promise<HttpResponse>;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** Text as UTF-8 bytes. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text);
/** UTF-8 bytes as text. */
export const text = (bytes: Uint8Array): string => decoder.decode(bytes);

/** Collects a body. */
export async function collect(body: Uint8Array | AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  if (body instanceof Uint8Array) return body;
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of body) {
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

/** One direction of a duplex: a queue of chunks with a high-water mark, so that a fast writer waits. */
class Pipe {
  #chunks: Uint8Array[] = [];
  #size = 0;
  #ended = false;
  #wakeReader: (() => void) | undefined;
  #wakeWriter: (() => void) | undefined;
  constructor(readonly highWater: number) {}

  async read(): Promise<Uint8Array | null> {
    while (this.#chunks.length === 0) {
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wakeReader = resolve;
      });
    }
    const chunk = this.#chunks.shift() as Uint8Array;
    this.#size -= chunk.length;
    this.#wakeWriter?.();
    this.#wakeWriter = undefined;
    return chunk;
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (this.#ended || bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#size += bytes.length;
    this.#wakeReader?.();
    this.#wakeReader = undefined;
    while (this.#size > this.highWater && !this.#ended)
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve;
      });
  }

  end(): void {
    this.#ended = true;
    this.#wakeReader?.();
    this.#wakeWriter?.();
  }

  get ended(): boolean {
    return this.#ended;
  }
}

/** Two ends of one in-memory connection. @param highWater bytes that may wait before `write` does */
export function duplexPair(highWater = 65536): [Duplex, Duplex] {
  const ab = new Pipe(highWater);
  const ba = new Pipe(highWater);
  const end = (rx: Pipe, tx: Pipe): Duplex => ({
    read: () => rx.read(),
    write: (bytes) => tx.write(bytes),
    closeWrite: () => tx.end(),
    close: () => {
      tx.end();
      rx.end();
    },
    get closed() {
      return tx.ended && rx.ended;
    },
  });
  return [end(ba, ab), end(ab, ba)];
}
