/**
 * GET /containers/{id}/attach/ws: a connection that becomes a WebSocket, seen as a byte stream.
 * @see RFC 6455; golang.org/x/net/websocket (hybi.go, server.go); moby api/server/router/container: wsContainersAttach
 *
 * Limits: what comes in fragments comes as its pieces; no extensions, no subprotocols.
 */
import { base64 } from '../../base/base64.ts';
import { type Duplex, type Headers, type HttpResponse, utf8 } from '../../base/http.ts';
import { sha1 } from '../../base/sha1.ts';

const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
const OP = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

const plain = (status: number): HttpResponse => ({
  status,
  headers: { 'content-length': '0' },
  body: new Uint8Array(0),
});

/** The answer to a client that asks for a WebSocket: a connection taken over, or a refusal. */
export function handshake(headers: Headers): HttpResponse {
  const key = headers['sec-websocket-key'] ?? '';
  const asked =
    (headers.upgrade ?? '').toLowerCase() === 'websocket' &&
    (headers.connection ?? '').toLowerCase().includes('upgrade');
  if (!asked || key === '' || headers['sec-websocket-version'] !== '13') return plain(400);
  if (headers.origin === undefined) return plain(403);
  return {
    status: 101,
    reason: 'Switching Protocols',
    headers: { upgrade: 'websocket', connection: 'Upgrade', 'sec-websocket-accept': base64(sha1(utf8(key + GUID))) },
    body: new Uint8Array(0),
    hijacked: true,
  };
}

/** The payload of frames as bytes, and bytes as binary frames. */
export class WebSocketStream implements Duplex {
  #held: Uint8Array = new Uint8Array(0);
  #closing = false;

  constructor(readonly under: Duplex) {}

  async read(): Promise<Uint8Array | null> {
    for (;;) {
      const head = await this.#take(2);
      if (!head) return null;
      const [first = 0, second = 0] = head;
      const size = await this.#size(second & 0x7f);
      const mask = (second & 0x80) !== 0 ? await this.#take(4) : new Uint8Array(4);
      const payload = size === undefined || !mask ? undefined : await this.#take(size);
      if (!payload || !mask) return null;
      const clear = payload.map((b, i) => b ^ (mask[i & 3] as number));
      const op = first & 0x0f;
      if (op === OP.close) {
        await this.#send(OP.close, clear);
        this.#closing = true;
        return null;
      }
      if (op === OP.ping) await this.#send(OP.pong, clear);
      else if (op !== OP.pong && clear.length > 0) return clear;
    }
  }

  write(bytes: Uint8Array): Promise<void> {
    return this.#send(OP.binary, bytes);
  }

  /** There is no half of a WebSocket. */
  closeWrite(): void {}

  close(): void {
    if (this.#closing) return;
    // 1000: over, as agreed
    void this.#send(OP.close, Uint8Array.of(0x03, 0xe8)).then(() => this.under.close());
    this.#closing = true;
  }

  get closed(): boolean {
    return this.#closing || this.under.closed;
  }

  async #send(op: number, payload: Uint8Array): Promise<void> {
    if (this.closed) return;
    const n = payload.length;
    const size =
      n < 126
        ? [n]
        : n < 65536
          ? [126, n >> 8, n & 255]
          : [127, 0, 0, 0, 0, n >>> 24, (n >> 16) & 255, (n >> 8) & 255, n & 255];
    const out = new Uint8Array(1 + size.length + n);
    out.set([0x80 | op, ...size]);
    out.set(payload, 1 + size.length);
    await this.under.write(out);
  }

  async #size(short: number): Promise<number | undefined> {
    if (short < 126) return short;
    const bytes = await this.#take(short === 126 ? 2 : 8);
    const size = bytes?.reduce((n, b) => n * 256 + b, 0);
    return size === undefined || size > 1 << 25 ? undefined : size;
  }

  /** @returns undefined when the connection ends before */
  async #take(n: number): Promise<Uint8Array | undefined> {
    while (this.#held.length < n) {
      const more = await this.under.read();
      if (!more) return undefined;
      const joined = new Uint8Array(this.#held.length + more.length);
      joined.set(this.#held);
      joined.set(more, this.#held.length);
      this.#held = joined;
    }
    const out = this.#held.slice(0, n);
    this.#held = this.#held.subarray(n);
    return out;
  }
}
