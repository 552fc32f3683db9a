/**
 * An HTTP service of the lab on a socket of this computer: each connection is a byte stream for the same codec that
 * serves /var/run/docker.sock inside the lab, so that both answer alike.
 *
 * A peer that is slow makes the handler wait (writes resolve when the socket has drained); one that half-closes is
 * still answered; one that vanishes ends what was done for it.
 */
import { createServer, type Server, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import type { Duplex, HttpRequest, HttpResponse, HttpService } from '../base/http.ts';
import { serveConnection } from '../base/http1/server.ts';
import type { Pacer } from './pacer.ts';
import { tlsServer } from './tls.ts';

/** Bytes that may wait unread before the peer is made to wait. */
const HIGH_WATER = 1 << 18;

/**
 * Milliseconds in which a peer reads a head, also on a busy computer: a peer's thread that has been woken waits its turn.
 * A real engine's first output comes no sooner, since a process has to be made for it.
 */
const SETTLE = 50;

/** A server whose connections speak HTTP with the service, perhaps over TLS; it does not listen yet. */
export function httpServer(
  service: HttpService,
  pacer: Pacer,
  tls?: TlsOptions,
): Server & { readonly connections: Set<Socket> } {
  const connections = new Set<Socket>();
  const guarded: HttpService = { handle: (request) => pacer.serve(handle(service, patient(request, pacer))) };
  const converse = (socket: Socket): void => {
    connections.add(socket);
    socket.once('close', () => connections.delete(socket));
    serveConnection(socketDuplex(socket), guarded).catch(() => socket.destroy());
  };
  const server = tls ? tlsServer(tls, converse) : createServer({ allowHalfOpen: true, noDelay: true }, converse);
  return Object.assign(server, { connections });
}

/** A request whose body may take the client a while. */
function patient(request: HttpRequest, pacer: Pacer): HttpRequest {
  const { body } = request;
  if (body instanceof Uint8Array) return request;
  const source = body[Symbol.asyncIterator]();
  const slow = { [Symbol.asyncIterator]: () => ({ next: () => pacer.idle(source.next()) }) };
  return Object.create(request, { body: { value: slow } }) as HttpRequest;
}

/** A handler that throws is a bug of the lab: the client gets a 500 with its text, others go on. */
async function handle(service: HttpService, request: HttpRequest): Promise<HttpResponse> {
  try {
    return await service.handle(request);
  } catch (e) {
    const body = Buffer.from(`${JSON.stringify({ message: `drydock: ${(e as Error).message}` })}\n`);
    return { status: 500, headers: { 'content-type': 'application/json' }, body };
  }
}

/** A socket as a byte stream. */
export function socketDuplex(socket: Socket): Duplex {
  const chunks: Uint8Array[] = [];
  let waiting = 0;
  let ended = false;
  let wake: () => void = () => undefined;
  const end = (): void => {
    ended = true;
    wake();
  };
  socket.on('data', (chunk) => {
    chunks.push(chunk as Buffer);
    waiting += chunk.length;
    if (waiting > HIGH_WATER) socket.pause();
    wake();
  });
  socket.on('end', end).on('close', end).on('error', end);
  return {
    async read() {
      while (chunks.length === 0) {
        if (ended) return null;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const chunk = chunks.shift() as Uint8Array;
      waiting -= chunk.length;
      if (socket.isPaused() && waiting < HIGH_WATER) socket.resume();
      return chunk;
    },
    async write(bytes) {
      if (socket.destroyed || socket.writableEnded || socket.write(bytes)) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          socket.off('drain', done).off('close', done);
          resolve();
        };
        socket.on('drain', done).on('close', done);
      });
    },
    settle: () => new Promise((resolve) => setTimeout(resolve, SETTLE)),
    closeWrite: () => void socket.end(),
    close: () => socket.destroySoon(),
    get closed() {
      return socket.destroyed || socket.writableEnded;
    },
  };
}
