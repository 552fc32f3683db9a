/** Messages of the frontend/backend protocol, version 3. @see postgresql.org/docs/current/protocol-message-formats.html */
import { text, utf8 } from '../../../../base/http.ts';
import { isErr } from '../../../../linux/kernel/errno.ts';
import type { Fd, Sys } from '../../../../linux/kernel/sys.ts';

/** Version 3.0 in a startup message. */
export const PROTOCOL = 196608;
export const SSL_REQUEST = 80877103;
export const CANCEL_REQUEST = 80877102;

/** One message. The startup message has no type: ''. */
export interface Message {
  readonly type: string;
  readonly body: Uint8Array;
}

/** Builds a message's body. */
export class Body {
  readonly #parts: Uint8Array[] = [];

  int32(n: number): this {
    return this.bytes(Uint8Array.of((n >>> 24) & 255, (n >>> 16) & 255, (n >>> 8) & 255, n & 255));
  }
  int16(n: number): this {
    return this.bytes(Uint8Array.of((n >>> 8) & 255, n & 255));
  }
  string(s: string): this {
    return this.bytes(utf8(`${s}\0`));
  }
  bytes(b: Uint8Array): this {
    this.#parts.push(b);
    return this;
  }
  done(): Uint8Array {
    const out = new Uint8Array(this.#parts.reduce((n, p) => n + p.length, 0));
    let at = 0;
    for (const p of this.#parts) {
      out.set(p, at);
      at += p.length;
    }
    return out;
  }
}

/** A message as bytes. */
export function message(type: string, body: Body | Uint8Array = new Uint8Array(0)): Uint8Array {
  const b = body instanceof Body ? body.done() : body;
  return new Body()
    .bytes(utf8(type))
    .int32(b.length + 4)
    .bytes(b)
    .done();
}

/** Reads the fields of a body. */
export class Fields {
  #at = 0;
  constructor(readonly body: Uint8Array) {}

  get left(): number {
    return this.body.length - this.#at;
  }
  int32(): number {
    const v = new DataView(this.body.buffer, this.body.byteOffset).getInt32(this.#at);
    this.#at += 4;
    return v;
  }
  int16(): number {
    const v = new DataView(this.body.buffer, this.body.byteOffset).getInt16(this.#at);
    this.#at += 2;
    return v;
  }
  string(): string {
    const end = this.body.indexOf(0, this.#at);
    const s = text(this.body.subarray(this.#at, end < 0 ? undefined : end));
    this.#at = end < 0 ? this.body.length : end + 1;
    return s;
  }
  take(n: number): Uint8Array {
    this.#at += n;
    return this.body.subarray(this.#at - n, this.#at);
  }
}

/** Cuts messages from the bytes of a connection. */
export class MessageReader {
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(
    readonly sys: Sys,
    readonly fd: Fd,
  ) {}

  /** The next message, undefined at the end or after what is none. @param typed false for the first message of a client */
  async read(typed = true): Promise<Message | undefined> {
    for (;;) {
      const m = this.#next(typed);
      if (m === 'bad') return undefined;
      if (m) return m;
      const bytes = await this.sys.read(this.fd);
      if (isErr(bytes) && bytes.name === 'EINTR') continue;
      if (isErr(bytes) || bytes.length === 0) return undefined;
      this.#push(bytes);
    }
  }

  #push(more: Uint8Array): void {
    const joined = new Uint8Array(this.#bytes.length + more.length);
    joined.set(this.#bytes);
    joined.set(more, this.#bytes.length);
    this.#bytes = joined;
  }

  #next(typed: boolean): Message | undefined | 'bad' {
    const head = typed ? 1 : 0;
    if (this.#bytes.length < head + 4) return undefined;
    const size = new DataView(this.#bytes.buffer, this.#bytes.byteOffset).getUint32(head);
    if (size < 4 || size > 1 << 24) return 'bad';
    if (this.#bytes.length < head + size) return undefined;
    const type = typed ? String.fromCharCode(this.#bytes[0] as number) : '';
    const body = this.#bytes.slice(head + 4, head + size);
    this.#bytes = this.#bytes.subarray(head + size);
    return { type, body };
  }
}

/** The fields of an ErrorResponse or NoticeResponse. */
export interface Notice {
  /** ERROR, FATAL, NOTICE */
  readonly severity: string;
  /** SQLSTATE */
  readonly code: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** From 1, in the query. */
  readonly position?: number;
}

export function notice(type: 'E' | 'N', n: Notice): Uint8Array {
  const body = new Body();
  const field = (letter: string, value: string | undefined): void => {
    if (value !== undefined) body.bytes(utf8(letter)).string(value);
  };
  field('S', n.severity);
  field('V', n.severity);
  field('C', n.code);
  field('M', n.message);
  field('D', n.detail);
  field('H', n.hint);
  field('P', n.position === undefined ? undefined : String(n.position));
  return message(type, body.bytes(Uint8Array.of(0)));
}

export function readNotice(body: Uint8Array): Notice {
  const f = new Fields(body);
  const got: Record<string, string> = {};
  while (f.left > 1) {
    const letter = String.fromCharCode(f.take(1)[0] as number);
    got[letter] = f.string();
  }
  return {
    severity: got.S ?? 'ERROR',
    code: got.C ?? '',
    message: got.M ?? '',
    ...(got.D === undefined ? {} : { detail: got.D }),
    ...(got.H === undefined ? {} : { hint: got.H }),
    ...(got.P === undefined ? {} : { position: Number(got.P) }),
  };
}
