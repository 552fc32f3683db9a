/**
 * The attached side of a container: standard streams over a hijacked connection.
 * @see docker/cli cli/command/container/hijack.go, tty.go, moby pkg/stdcopy, moby/term proxy.go
 */

import { isErr } from '../../linux/kernel/errno.ts';
import { SIGNALS } from '../../linux/kernel/signal.ts';
import { RAW, type Termios } from '../../linux/kernel/sys.ts';
import type { Client, Hijacked, Query } from './client.ts';
import type { Ctx } from './context.ts';
import { Failure } from './failure.ts';

/** How an attached session ended. */
export type Ended = 'ended' | 'detached';

/** Cuts a stdcopy stream into its frames: 1 stdout, 2 stderr. */
export class Demux {
  #rest = new Uint8Array();

  /** @returns whole and partial payloads that the bytes complete */
  *push(bytes: Uint8Array): Generator<readonly [stream: number, data: Uint8Array]> {
    let buffer = bytes;
    if (this.#rest.length > 0) {
      buffer = new Uint8Array(this.#rest.length + bytes.length);
      buffer.set(this.#rest);
      buffer.set(bytes, this.#rest.length);
    }
    let at = 0;
    while (buffer.length - at >= 8) {
      const size = new DataView(buffer.buffer, buffer.byteOffset + at + 4, 4).getUint32(0);
      if (buffer.length - at - 8 < size) break;
      yield [buffer[at] as number, buffer.subarray(at + 8, at + 8 + size)];
      at += 8 + size;
    }
    this.#rest = buffer.slice(at);
  }
}

/** Writes a stream to stdout and stderr. */
export async function copyOut(ctx: Ctx, chunks: AsyncIterable<Uint8Array>, multiplexed: boolean): Promise<void> {
  const demux = new Demux();
  for await (const chunk of chunks) {
    if (!multiplexed) await ctx.bytes(1, chunk);
    else for (const [stream, data] of demux.push(chunk)) await ctx.bytes(stream === 2 ? 2 : 1, data);
  }
}

const KEY_NAMES: Record<string, number> = { '@': 0, '[': 27, '\\': 28, ']': 29, '^': 30, _: 31 };

/** `ctrl-p,ctrl-q` → bytes; undefined when it is not well formed. */
export function detachKeys(text: string): Uint8Array | undefined {
  const out: number[] = [];
  for (const key of text.split(',')) {
    if (key.length === 1) out.push(key.charCodeAt(0));
    else {
      const m = /^ctrl-(.)$/.exec(key);
      const letter = m?.[1] ?? '';
      const code = /^[a-z]$/.test(letter) ? letter.charCodeAt(0) - 96 : KEY_NAMES[letter];
      if (code === undefined) return undefined;
      out.push(code);
    }
  }
  return new Uint8Array(out);
}

/** Holds back keys that may begin the detach sequence. */
class EscapeProxy {
  #matched = 0;
  constructor(readonly keys: Uint8Array) {}

  filter(bytes: Uint8Array): { pass: Uint8Array; detach: boolean } {
    const out: number[] = [];
    for (const b of bytes) {
      if (b === this.keys[this.#matched]) {
        this.#matched++;
        if (this.#matched === this.keys.length) return { pass: new Uint8Array(out), detach: true };
        continue;
      }
      out.push(...this.keys.subarray(0, this.#matched));
      this.#matched = b === this.keys[0] ? 1 : 0;
      if (this.#matched === 0) out.push(b);
    }
    return { pass: new Uint8Array(out), detach: false };
  }
}

export interface AttachOptions {
  readonly stdin: boolean;
  readonly tty: boolean;
  /** No output is asked for: it is over when the input is. */
  readonly silent?: boolean;
  /** '' for ctrl-p,ctrl-q. */
  readonly detachKeys?: string;
}

/** stdin → connection, until end of file or the detach keys. */
async function input(ctx: Ctx, link: Hijacked, options: AttachOptions): Promise<Ended> {
  const keys = options.tty ? detachKeys(options.detachKeys || 'ctrl-p,ctrl-q') : undefined;
  const proxy = keys && keys.length > 0 ? new EscapeProxy(keys) : undefined;
  for (;;) {
    const bytes = await ctx.sys.read(0);
    if (isErr(bytes)) {
      if (bytes.name === 'EINTR') continue;
      break;
    }
    if (bytes.length === 0) break;
    const { pass, detach } = proxy ? proxy.filter(bytes) : { pass: bytes, detach: false };
    await link.stream.write(pass);
    if (detach) return 'detached';
  }
  link.stream.closeWrite();
  return 'ended';
}

async function* received(ctx: Ctx, link: Hijacked): AsyncGenerator<Uint8Array, void, void> {
  for (;;) {
    const chunk = await ctx.client.until(link.stream.read());
    if (chunk === null) return;
    yield chunk;
  }
}

/** Puts the terminal in raw mode; the result puts it back. */
function rawTerminal(ctx: Ctx): () => void {
  const before = ctx.sys.tcgetattr(0);
  if (isErr(before)) return () => {};
  const old: Termios = before;
  ctx.sys.tcsetattr(0, RAW);
  return () => {
    ctx.sys.tcsetattr(0, old);
  };
}

/** Carries both directions until the output ends or the person detaches. The terminal is as before afterwards. */
export async function carry(ctx: Ctx, link: Hijacked, options: AttachOptions): Promise<Ended> {
  const restore = options.stdin && options.tty && ctx.sys.isatty(0) ? rawTerminal(ctx) : () => {};
  try {
    const output = copyOut(ctx, received(ctx, link), link.multiplexed && !options.tty).then((): Ended => 'ended');
    if (!options.stdin) {
      link.stream.closeWrite();
      return await output;
    }
    const keys = input(ctx, link, options).then((how) => (how === 'detached' || options.silent ? how : output));
    keys.catch(() => {});
    const how = await ctx.client.until(Promise.race([output, keys]));
    if (how === 'detached') link.stream.close();
    return how;
  } finally {
    restore();
  }
}

/** Tells the daemon the terminal's size now and whenever it changes. @param path `/containers/ID/resize` */
export async function followSize(ctx: Ctx, path: string): Promise<void> {
  const send = async (): Promise<void> => {
    const size = ctx.sys.winsize(1);
    if (isErr(size) || (size.cols === 0 && size.rows === 0)) return;
    await ctx.client.call('POST', path, { query: { h: String(size.rows), w: String(size.cols) } });
  };
  await send();
  ctx.sys.sigaction(SIGNALS.SIGWINCH, () => {
    void send();
  });
}

const FORWARDED = [
  'SIGHUP',
  'SIGINT',
  'SIGQUIT',
  'SIGUSR1',
  'SIGUSR2',
  'SIGALRM',
  'SIGTERM',
  'SIGCONT',
  'SIGTSTP',
  'SIGTTIN',
  'SIGTTOU',
] as const;

/** Times somebody may ask the client to end before it does so without the container. @see cmd/docker/docker.go */
const PATIENCE = 3;

/** Passes the client's signals on to the container; the result stops that. */
export function proxySignals(ctx: Ctx, client: Client, container: string): () => void {
  let asked = 0;
  for (const name of FORWARDED) {
    ctx.sys.sigaction(SIGNALS[name], () => {
      if ((name === 'SIGINT' || name === 'SIGTERM') && ++asked === PATIENCE) {
        void ctx.err('\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n');
        ctx.sys.exit(1);
      }
      void client.call('POST', `/containers/${container}/kill`, { query: { signal: name.slice(3) } });
    });
  }
  return () => {
    for (const name of FORWARDED) ctx.sys.sigaction(SIGNALS[name], 'default');
  };
}

/** Query of POST /containers/ID/attach. */
export function attachQuery(streams: { stdin: boolean; stdout: boolean; stderr: boolean; detachKeys?: string }): Query {
  const on = (b: boolean): string | undefined => (b ? '1' : undefined);
  return {
    detachKeys: streams.detachKeys || undefined,
    stderr: on(streams.stderr),
    stdin: on(streams.stdin),
    stdout: on(streams.stdout),
    stream: '1',
  };
}

/** Refuses a terminal session without a terminal. */
export function checkTty(ctx: Ctx, attachStdin: boolean, tty: boolean): Failure | undefined {
  return attachStdin && tty && !ctx.sys.isatty(0) ? new Failure('the input device is not a TTY') : undefined;
}
