/** Serving files over HTTP/1.0 from a process: what busybox httpd and python's http.server share. */
import { isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import type { Fd, SockAddr, Sys } from '../kernel/sys.ts';
import { Wire } from './wire.ts';

/** One request, as far as a file server cares. */
export interface FileRequest {
  readonly line: string;
  readonly method: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Reads a request's head; undefined when the client closed or sent nonsense. */
export async function readRequest(wire: Wire): Promise<FileRequest | undefined> {
  const line = await wire.line();
  if (line === undefined || isErr(line)) return undefined;
  const [method, target] = line.split(' ');
  const headers: Record<string, string> = {};
  for (;;) {
    const h = await wire.line();
    if (h === undefined || isErr(h) || h === '') break;
    const colon = h.indexOf(':');
    if (colon > 0) headers[h.slice(0, colon).toLowerCase()] = h.slice(colon + 1).trim();
  }
  if (method === undefined || target === undefined) return undefined;
  const raw = target.replace(/[?#].*$/s, '');
  let path = raw;
  try {
    path = decodePercent(raw);
  } catch {
    path = raw;
  }
  return { line, method, path, target, headers };
}

function decodePercent(s: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < s.length; i++) {
    const h = s.slice(i + 1, i + 3);
    if (s[i] === '%' && /^[0-9A-Fa-f]{2}$/.test(h)) {
      bytes.push(Number.parseInt(h, 16));
      i += 2;
    } else bytes.push(...new TextEncoder().encode(s.charAt(i)));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html',
  htm: 'text/html',
  txt: 'text/plain',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  pdf: 'application/pdf',
};

/** A file name's media type; undefined when it has none. */
export function mediaType(path: string): string | undefined {
  const dot = path.lastIndexOf('.');
  return dot < 0 ? undefined : TYPES[path.slice(dot + 1).toLowerCase()];
}

/**
 * Accepts connections for ever; each is served by a child process, as the real ones fork (or start a thread).
 * @param serve answers on the descriptor it is given, in the child
 */
export async function acceptLoop(
  sys: Sys,
  fd: Fd,
  serve: (sys: Sys, wire: Wire, peer: SockAddr) => Promise<void>,
): Promise<never> {
  sys.sigaction(SIGNALS.SIGCHLD, 'ignore');
  for (;;) {
    const c = await sys.accept(fd);
    if (isErr(c)) {
      if (c.name !== 'EINTR') await sys.sleep(1e6);
      continue;
    }
    sys.fork({ fds: { 0: c.fd, 1: 1, 2: 2 } }, async (child) => {
      const wire = new Wire(child, 0, child.now() + 60e9);
      await serve(child, wire, c.peer);
      child.shutdown(0, 'write');
      child.close(0);
      return 0;
    });
    sys.close(c.fd);
  }
}
