/**
 * nginx: a master process and two workers that serve files of /usr/share/nginx/html with keep-alive.
 *
 * Limits: GET and HEAD, no configuration file is read.
 */
import { MS } from '../../../base/clock.ts';
import { formatIp } from '../../../base/ip.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import { SIGNALS } from '../../../linux/kernel/signal.ts';
import type { Fd, SockAddr, Sys } from '../../../linux/kernel/sys.ts';
import { httpDate, logDate } from '../../time.ts';
import { listenTcp, print, type RequestHead, RequestReader } from './serve.ts';

const ROOT = '/usr/share/nginx/html';
const WORKERS = 2;
const TYPES: Record<string, string> = { html: 'text/html', css: 'text/css', txt: 'text/plain', js: 'text/javascript' };

export const nginx: Program = {
  name: 'nginx',
  async main(sys) {
    await sys.cpu(20 * MS);
    const listener = listenTcp(sys, 80, 511);
    if (isErr(listener)) {
      await print(sys, 2, `nginx: [emerg] bind() to 0.0.0.0:80 failed (${listener.code}: ${listener.text})\n`);
      return 1;
    }
    sys.setTitle([`nginx: master process ${sys.argv.join(' ')}`]);
    let stopping = false;
    for (const signal of [SIGNALS.SIGQUIT, SIGNALS.SIGTERM, SIGNALS.SIGINT])
      sys.sigaction(signal, () => {
        stopping = true;
      });
    const workers: number[] = [];
    for (let i = 0; i < WORKERS; i++) {
      const pid = sys.fork({ fds: { 0: 0, 1: 1, 2: 2, 3: listener } }, (child) => work(child, 3));
      if (!isErr(pid)) workers.push(pid);
    }
    while (!stopping) {
      const status = await sys.wait(-1);
      if (status !== 0 && !isErr(status)) return 1;
    }
    for (const pid of workers) sys.kill(pid, SIGNALS.SIGTERM);
    return 0;
  },
};

async function work(sys: Sys, listener: Fd): Promise<number> {
  sys.setTitle(['nginx: worker process']);
  for (const signal of [SIGNALS.SIGQUIT, SIGNALS.SIGTERM, SIGNALS.SIGINT]) sys.sigaction(signal, 'default');
  for (;;) {
    const got = await sys.accept(listener);
    if (!isErr(got)) void connection(sys, got.fd, got.peer).catch(() => undefined);
  }
}

async function connection(sys: Sys, fd: Fd, peer: SockAddr): Promise<void> {
  const reader = new RequestReader(sys, fd);
  for (;;) {
    const request = await reader.next();
    if (!request) break;
    const keep = request.line.endsWith('HTTP/1.1') && request.headers.connection?.toLowerCase() !== 'close';
    await answer(sys, fd, peer, request, keep);
    if (!keep) break;
  }
  sys.close(fd);
}

async function answer(sys: Sys, fd: Fd, peer: SockAddr, request: RequestHead, keep: boolean): Promise<void> {
  const { status, type, body } = page(sys, request);
  const head = [
    `HTTP/1.1 ${status}`,
    'Server: nginx/1.30.0',
    `Date: ${httpDate(sys.realtime())}`,
    `Content-Type: ${type}`,
    `Content-Length: ${body.length}`,
    `Connection: ${keep ? 'keep-alive' : 'close'}`,
  ];
  await print(sys, fd, `${head.join('\r\n')}\r\n\r\n`);
  if (request.method !== 'HEAD') await sys.write(fd, body);
  const from = peer.ip ? formatIp(peer.ip) : '-';
  const at = logDate(sys.realtime(), ':');
  const agent = request.headers['user-agent'] ?? '-';
  const size = request.method === 'HEAD' ? 0 : body.length;
  await print(sys, 1, `${from} - - [${at} +0000] "${request.line}" ${status.slice(0, 3)} ${size} "-" "${agent}"\n`);
}

function page(sys: Sys, request: RequestHead): { status: string; type: string; body: Uint8Array } {
  const error = (status: string): { status: string; type: string; body: Uint8Array } => ({
    status,
    type: 'text/html',
    body: new TextEncoder().encode(
      `<html>\r\n<head><title>${status}</title></head>\r\n<body>\r\n<center><h1>${status}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`,
    ),
  });
  if (request.method !== 'GET' && request.method !== 'HEAD') return error('405 Not Allowed');
  const path = (request.path.split('?')[0] ?? '/').replace(/\/$/, '/index.html');
  if (path.includes('/../') || !path.startsWith('/')) return error('400 Bad Request');
  const body = sys.readFile(`${ROOT}${path}`);
  if (isErr(body)) return error(body.name === 'EISDIR' || body.name === 'EACCES' ? '403 Forbidden' : '404 Not Found');
  return { status: '200 OK', type: TYPES[path.slice(path.lastIndexOf('.') + 1)] ?? 'application/octet-stream', body };
}
