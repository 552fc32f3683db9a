/**
 * The host of the package mirrors and of the image registry: what deb.debian.org, archive.ubuntu.com,
 * dl-cdn.alpinelinux.org and registry-1.docker.io lead to.
 */
import { text, utf8 } from '../../base/http.ts';
import { httpDate } from '../../docker/time.ts';
import { isErr } from '../../linux/kernel/errno.ts';
import type { Fd, Sys } from '../../linux/kernel/sys.ts';
import { addressOf } from '../outside.ts';

/** Address of the mirrors. */
export const MIRROR = '203.0.113.20';

/** Names that lead there. */
export const MIRROR_NAMES = [
  'deb.debian.org',
  'security.debian.org',
  'ftp.debian.org',
  'archive.ubuntu.com',
  'security.ubuntu.com',
  'dl-cdn.alpinelinux.org',
  'registry-1.docker.io',
  'index.docker.io',
  'auth.docker.io',
];

/** Listens on ports 80 (packages) and 443 (the registry's greeting). */
export async function serveMirror(sys: Sys): Promise<void> {
  void listen(sys, 443, greet);
  await listen(sys, 80, serve);
}

async function listen(sys: Sys, port: number, handle: (sys: Sys, fd: Fd) => Promise<void>): Promise<void> {
  const fd = sys.socket('inet', 'stream');
  if (isErr(fd)) return;
  const at = { ip: { v: 4, value: addressOf(MIRROR) }, port } as const;
  if (isErr(sys.bind(fd, at)) || isErr(sys.listen(fd, 64))) return;
  for (;;) {
    const got = await sys.accept(fd);
    if (!isErr(got)) void handle(sys, got.fd);
  }
}

/** A handshake record back. */
async function greet(sys: Sys, fd: Fd): Promise<void> {
  const hello = await sys.read(fd);
  if (!isErr(hello) && hello.length > 0) {
    const reply = new Uint8Array(1200).map((_, i) => (i < 5 ? ([22, 3, 3, 4, 171][i] as number) : sys.rng.below(256)));
    await sys.write(fd, reply);
    await sys.read(fd);
  }
  sys.close(fd);
}

/** Requests of one connection, one after the other. */
async function serve(sys: Sys, fd: Fd): Promise<void> {
  let buffer = '';
  for (;;) {
    const end = buffer.indexOf('\r\n\r\n');
    if (end < 0) {
      const part = await sys.read(fd);
      if (isErr(part) || part.length === 0 || buffer.length > 65536) break;
      buffer += text(part);
      continue;
    }
    const [method = '', target = ''] = buffer.slice(0, buffer.indexOf('\r\n')).split(' ');
    const close = /^connection: *close/im.test(buffer.slice(0, end));
    buffer = buffer.slice(end + 4);
    const { find } = await sys.load(() => import('./files.ts'));
    const body = find(decodeURIComponent(target.replace(/^http:\/\/[^/]*/, '')));
    const status = body ? '200 OK' : '404 Not Found';
    const bytes = body ?? utf8('Not Found\n');
    const head = [
      `HTTP/1.1 ${status}`,
      'Server: Apache',
      `Date: ${httpDate(sys.realtime())}`,
      `Content-Length: ${bytes.length}`,
      'Content-Type: application/octet-stream',
      `Connection: ${close ? 'close' : 'keep-alive'}`,
    ];
    await sys.write(fd, utf8(`${head.join('\r\n')}\r\n\r\n`));
    if (method !== 'HEAD') await sys.write(fd, bytes);
    if (close) break;
  }
  sys.close(fd);
}
