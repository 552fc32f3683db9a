/** POST /containers/{id}/attach. @see moby daemon/attach.go */
import type { Duplex, HttpRequest, HttpResponse } from '../../base/http.ts';
import type { Failure } from '../errdefs.ts';
import type { Container } from './container.ts';
import type { Daemon } from './daemon.ts';
import { parseDetachKeys } from './detach.ts';
import { errors } from './errors.ts';
import { hijack, streamType } from './reply.ts';
import { duplexSink, encode, feed, never, type Wanted } from './session.ts';
import type { Streams } from './streams.ts';
import { WebSocketStream } from './websocket.ts';

export interface AttachOptions extends Wanted {
  /** What was written before. */
  readonly logs: boolean;
  /** What is written from now on. */
  readonly stream: boolean;
  readonly detachKeys: string;
}

/**
 * Takes the connection over. A container that has not started yet is attached to when it does.
 * @param socket the answer that makes it a WebSocket
 */
export function attachContainer(
  daemon: Daemon,
  c: Container,
  options: AttachOptions,
  { request, version }: { readonly request: HttpRequest; readonly version: string },
  socket?: HttpResponse,
): HttpResponse | Failure {
  const keys = parseDetachKeys(options.detachKeys);
  if (!keys) return errors.detachKeys(options.detachKeys);
  if (c.status === 'paused') return errors.attachPaused(c.id);
  const duplex = request.duplex && socket ? new WebSocketStream(request.duplex) : request.duplex;
  const raw = c.config.Tty || socket !== undefined;
  daemon.containerEvent(c, 'attach');
  const left = (): void => daemon.containerEvent(c, 'detach');
  if (duplex) void serve(c, { ...options, raw, keys: c.config.Tty ? keys : undefined, left }, duplex);
  return socket ?? hijack(request.headers.upgrade !== undefined, streamType(c.config.Tty, version));
}

interface Session extends AttachOptions {
  /** Both streams as one, without frames. */
  readonly raw: boolean;
  readonly keys: readonly number[] | undefined;
  /** Called when the detach keys came. */
  left(): void;
}

async function serve(c: Container, options: Session, duplex: Duplex): Promise<void> {
  if (options.logs)
    for (const line of c.log.lines) {
      const out = encode(options, options.raw, line.stream, line.bytes);
      if (out) await duplex.write(out);
    }
  if (!options.stream) {
    duplex.closeWrite();
    duplex.close();
    return;
  }
  const cancel = c.whenStreams((streams) => void follow(c, options, duplex, streams));
  // A start that fails ends the attachment, too.
  if (!c.streams) {
    await c.wait('over');
    cancel();
    if (!c.streams) duplex.close();
  }
}

async function follow(c: Container, options: Session, duplex: Duplex, streams: Streams): Promise<void> {
  const remove = streams.add(duplexSink(duplex, options, options.raw));
  const input = options.stdin && c.config.OpenStdin;
  const left = input ? feed(duplex, streams, c.config.StdinOnce, options.keys) : never();
  if (await Promise.race([streams.drained.then(() => false), left.then((keyed) => keyed || never())])) options.left();
  remove();
  duplex.closeWrite();
  duplex.close();
}
