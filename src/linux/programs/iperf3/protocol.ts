/**
 * The control connection: one-byte states, a cookie that names the test, JSON behind a four-byte length.
 * @see iperf src/iperf_api.h (states), iperf_api.c: JSON_write, iperf_exchange_results
 */
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { Wire } from '../wire.ts';

export const State = {
  TEST_START: 1,
  TEST_RUNNING: 2,
  TEST_END: 4,
  PARAM_EXCHANGE: 9,
  CREATE_STREAMS: 10,
  SERVER_TERMINATE: 11,
  CLIENT_TERMINATE: 12,
  EXCHANGE_RESULTS: 13,
  DISPLAY_RESULTS: 14,
  IPERF_DONE: 16,
  SERVER_ERROR: 254,
  ACCESS_DENIED: 255,
} as const;

/** Where servers listen. */
export const PORT = 5201;
/** 36 characters and a NUL. */
export const COOKIE = 37;
/** Longest JSON that is read, bytes. */
const MOST_JSON = 1 << 20;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** What the client wants. Absent means off. @see iperf_api.c: send_parameters */
export interface Params {
  readonly tcp?: boolean;
  readonly udp?: boolean;
  /** Seconds. */
  readonly time?: number;
  /** Bytes instead of a time. */
  readonly num?: number;
  readonly blockcount?: number;
  readonly omit?: number;
  readonly parallel?: number;
  readonly reverse?: boolean;
  readonly bidirectional?: boolean;
  /** Bytes of a block, or of a datagram. */
  readonly len?: number;
  /** Bits a second; 0: no limit. */
  readonly bandwidth?: number;
  readonly udp_counters_64bit?: number;
  readonly client_version?: string;
  readonly pacing_timer?: number;
}

/** One stream's results as they cross. */
export interface StreamResult {
  readonly id: number;
  readonly bytes: number;
  /** -1: this side does not know. */
  readonly retransmits: number;
  /** Seconds. */
  readonly jitter: number;
  readonly errors: number;
  readonly packets: number;
  readonly start_time: number;
  readonly end_time: number;
}

export interface Results {
  readonly sender_has_retransmits: number;
  readonly congestion_used?: string;
  readonly streams: readonly StreamResult[];
}

/** The n-th stream's number: 1, 3, 4, 5 …, as iperf3 counts. */
export const streamId = (n: number): number => (n === 0 ? 1 : n + 2);

/** A name for a test. @see iperf_util.c: make_cookie */
export function makeCookie(sys: Sys): Uint8Array {
  const out = new Uint8Array(COOKIE);
  for (let i = 0; i < COOKIE - 1; i++) out[i] = ALPHABET.charCodeAt(sys.rng.u32() & 31);
  return out;
}

/** The control connection of one test. */
export class Control {
  readonly #wire: Wire;

  constructor(
    readonly sys: Sys,
    readonly fd: Fd,
  ) {
    sys.setsockopt(fd, 'nodelay', 1);
    this.#wire = new Wire(sys, fd);
  }

  /** Exactly `n` bytes; undefined when the stream ends or breaks before. */
  async take(n: number): Promise<Uint8Array | undefined> {
    const out = new Uint8Array(n);
    for (let have = 0; have < n; ) {
      const part = await this.#wire.read();
      if (isErr(part) || part.length === 0) return undefined;
      const use = part.subarray(0, n - have);
      out.set(use, have);
      have += use.length;
      this.#wire.unread(part.subarray(use.length));
    }
    return out;
  }

  /** The next state; undefined when the other side is gone. */
  async state(): Promise<number | undefined> {
    return (await this.take(1))?.[0];
  }

  tell(state: number): Promise<0 | Errno> {
    return this.#wire.write(Uint8Array.of(state));
  }

  write(bytes: Uint8Array): Promise<0 | Errno> {
    return this.#wire.write(bytes);
  }

  tellJson(value: object): Promise<0 | Errno> {
    const body = new TextEncoder().encode(JSON.stringify(value));
    const out = new Uint8Array(4 + body.length);
    new DataView(out.buffer).setUint32(0, body.length);
    out.set(body, 4);
    return this.#wire.write(out);
  }

  /** A JSON object; undefined when the stream ends, or what comes is none. */
  async json<T extends object>(): Promise<T | undefined> {
    const head = await this.take(4);
    const length = head && new DataView(head.buffer).getUint32(0);
    if (length === undefined || length > MOST_JSON) return undefined;
    const body = await this.take(length);
    if (!body) return undefined;
    try {
      const value: unknown = JSON.parse(new TextDecoder().decode(body));
      return typeof value === 'object' && value !== null ? (value as T) : undefined;
    } catch {
      return undefined;
    }
  }

  close(): void {
    this.#wire.close();
  }
}
