/** POST /containers/{id}/attach. @see moby daemon/attach.go */
import type { Duplex, HttpRequest, HttpResponse } from '../../base/http.ts';
import type { Failure } from '../errdefs.ts';
import type { Container } from './container.ts';
import { errors } from './errors.ts';
import { hijack } from './reply.ts';
import { duplexSink, encode, feed, type Wanted } from './session.ts';
import type { Streams } from './streams.ts';

export interface AttachOptions extends Wanted {
  /** What was written before. */
  readonly logs: boolean;
  /** What is written from now on. */
  readonly stream: boolean;
}

/** Takes the connection over. A container that has not started yet is attached to when it does. */
export function attachContainer(c: Container, options: AttachOptions, request: HttpRequest): HttpResponse | Failure {
  if (c.status === 'paused') return errors.attachPaused(c.id);
  const duplex = request.duplex;
  if (duplex) void serve(c, options, duplex);
  return hijack(request.headers.upgrade !== undefined, c.config.Tty);
}

async function serve(c: Container, options: AttachOptions, duplex: Duplex): Promise<void> {
  if (options.logs)
    for (const line of c.log.lines) {
      const out = encode(options, c.config.Tty, line.stream, line.bytes);
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
    await c.wait('next-exit');
    cancel();
    if (!c.streams) duplex.close();
  }
}

async function follow(c: Container, options: AttachOptions, duplex: Duplex, streams: Streams): Promise<void> {
  const remove = streams.add(duplexSink(duplex, options, c.config.Tty));
  if (options.stdin && c.config.OpenStdin) void feed(duplex, streams, c.config.StdinOnce);
  await streams.drained;
  remove();
  duplex.closeWrite();
  duplex.close();
}
