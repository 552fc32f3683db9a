/** An HTTP service of the lab behind Node's HTTP server, with connections that the handler may take over. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Duplex, duplexPair, type HttpRequest, type HttpResponse, type HttpService } from '../base/http.ts';
import type { Pacer } from './pacer.ts';

/** Bytes of a request body at most; larger ones are refused with 413. */
const MAX_BODY = 512 * 1024 * 1024;

export function attachService(server: Server, service: HttpService, pacer: Pacer): void {
  server.on('request', (req, res) => void answer(service, pacer, req, res).catch(() => res.destroy()));
  server.on(
    'upgrade',
    (req: IncomingMessage, socket: Socket, head: Buffer) =>
      void upgrade(service, pacer, req, socket, head).catch(() => socket.destroy()),
  );
}

/** The request target; one that begins with two slashes is a path as well, not another host. */
function targetOf(target: string): URL {
  const path = target.startsWith('/') ? `http://docker${target}` : target;
  return URL.canParse(path) ? new URL(path) : new URL('http://docker/');
}

function requestOf(req: IncomingMessage, body: Uint8Array, extra: Pick<HttpRequest, 'duplex' | 'gone'>): HttpRequest {
  const url = targetOf(req.url ?? '/');
  const headers: Record<string, string> = {};
  for (const [k, v] of Object.entries(req.headers))
    if (v !== undefined) headers[k] = Array.isArray(v) ? v.join(', ') : v;
  return { method: req.method ?? 'GET', path: url.pathname, query: url.searchParams, headers, body, ...extra };
}

async function answer(service: HttpService, pacer: Pacer, req: IncomingMessage, res: ServerResponse): Promise<void> {
  const body: Buffer[] = [];
  let size = 0;
  for await (const chunk of req) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY) return void res.writeHead(413).end();
    body.push(chunk as Buffer);
  }
  const gone = new Promise<void>((resolve) => res.on('close', resolve));
  const response = await pacer.serve(service.handle(requestOf(req, Buffer.concat(body), { gone }))).catch(broken);
  res.writeHead(response.status, response.headers);
  if (response.body instanceof Uint8Array) {
    res.end(req.method === 'HEAD' ? undefined : response.body);
    return;
  }
  res.flushHeaders();
  for await (const chunk of response.body) {
    if (res.destroyed) break;
    if (!res.write(chunk)) await new Promise((resolve) => res.once('drain', resolve).once('close', resolve));
  }
  res.end();
}

/** A handler that throws is a bug of the lab: the client gets a 500 with its text, others go on. */
function broken(e: unknown): HttpResponse {
  const body = Buffer.from(`${JSON.stringify({ message: `drydock: ${(e as Error).message}` })}\n`);
  return { status: 500, headers: { 'content-type': 'application/json' }, body };
}

async function upgrade(
  service: HttpService,
  pacer: Pacer,
  req: IncomingMessage,
  socket: Socket,
  head: Buffer,
): Promise<void> {
  const length = Number(req.headers['content-length'] ?? 0);
  let body = head.subarray(0, length);
  let rest = head.subarray(length);
  while (body.length < length) {
    const chunk = await new Promise<Buffer | undefined>((resolve) => {
      socket.once('data', resolve).once('close', () => resolve(undefined));
    });
    if (!chunk) return;
    const joined = Buffer.concat([body, chunk]);
    body = joined.subarray(0, length);
    rest = joined.subarray(length);
  }
  const [ours, theirs] = duplexPair();
  const gone = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  const response = await pacer.serve(service.handle(requestOf(req, body, { duplex: theirs, gone }))).catch(broken);
  const headers = Object.entries(response.headers).map(([k, v]) => `${k}: ${v}\r\n`);
  socket.write(
    `HTTP/1.1 ${response.status} ${response.status === 101 ? 'UPGRADED' : 'ERROR'}\r\n${headers.join('')}\r\n`,
  );
  if (!response.hijacked) {
    if (response.body instanceof Uint8Array) socket.write(response.body);
    socket.end();
    return;
  }
  if (rest.length > 0) void ours.write(rest);
  socket.on('data', (chunk) => {
    socket.pause();
    void ours.write(chunk).then(() => socket.resume());
  });
  socket.on('end', () => ours.closeWrite());
  socket.on('error', () => ours.close());
  void gone.then(() => ours.close());
  await pump(ours, socket);
}

/** The handler's output to the client, until it ends. */
async function pump(from: Duplex, socket: Socket): Promise<void> {
  for (;;) {
    const chunk = await from.read();
    if (chunk === null) break;
    if (!socket.write(chunk)) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve));
  }
  socket.end();
}
