/**
 * training/webapp's app.py: Python's http.server on port 5000, one connection at a time.
 * @see CPython Lib/http/server.py, Lib/socketserver.py (request_queue_size = 5)
 */
import { MS, SECOND } from '../../../base/clock.ts';
import { formatIp } from '../../../base/ip.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import { SIGNALS } from '../../../linux/kernel/signal.ts';
import type { Fd, SockAddr, Sys } from '../../../linux/kernel/sys.ts';
import { httpDate, logDate } from '../../time.ts';
import { WEBAPP_SOURCE } from '../scripts.ts';
import { listenTcp, print, RequestReader } from './serve.ts';

const SERVER = 'webapp/1.0 Python/3.14.8';
const BACKLOG = 5;
/** Virtual time from execve to the listening socket. */
const STARTUP = 100 * MS;

/** Between the two writes of an answer. */
const STEP = 0.14 * MS;
/**
 * What a path through the code costs more when it is taken for the first time, and with each time a quarter of that:
 * pages are read, the interpreter specializes.
 */
const COLD = 6 * MS;
/** After so long without a request, what it needs is no longer at hand: an answer, and its end, take so much longer. */
const IDLE = 60 * SECOND;
const IDLE_COST = 8 * MS;

/** What the steps of one answer take, ns. */
interface Pace {
  readonly begin: number;
  /** @param kind the path through the code */
  body(kind: string): number;
  readonly close: number;
}

/** What Python says when SIGINT finds it waiting. */
const TRACEBACK = `Traceback (most recent call last):
  File "/opt/webapp/app.py", line ${WEBAPP_SOURCE.split('\n').length - 1}, in <module>
    HTTPServer(("0.0.0.0", 5000), App).serve_forever()
    ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~^^
  File "/usr/lib/python3.14/socketserver.py", line 235, in serve_forever
    ready = selector.select(poll_interval)
  File "/usr/lib/python3.14/selectors.py", line 398, in select
    fd_event_list = self._selector.poll(timeout)
KeyboardInterrupt
`;

/** The program behind the script: python executes it in its own process. */
export const webapp: Program = { name: 'webapp', main };

async function main(sys: Sys): Promise<number> {
  let interrupted = false;
  sys.sigaction(SIGNALS.SIGINT, () => {
    interrupted = true;
  });
  await sys.cpu(STARTUP);
  const listener = listenTcp(sys, 5000, BACKLOG);
  if (isErr(listener)) {
    await print(sys, 2, `OSError: [Errno ${listener.code}] ${listener.text}\n`);
    return 1;
  }
  const served = new Map<string, number>();
  let last = sys.now();
  await print(sys, 1, ' * Running on http://0.0.0.0:5000/ (Press CTRL+C to quit)\n');
  while (!interrupted) {
    const got = await sys.accept(listener);
    if (isErr(got)) continue;
    const idle = sys.now() - last > IDLE ? IDLE_COST : 0;
    const body = (kind: string): number => {
      const times = served.get(kind) ?? 0;
      served.set(kind, times + 1);
      return STEP + COLD / 4 ** times;
    };
    await serve(sys, got.fd, got.peer, { begin: MS / 2 + idle, body, close: idle });
    last = sys.now();
    sys.close(got.fd);
  }
  await print(sys, 2, TRACEBACK);
  return 130;
}

async function serve(sys: Sys, fd: Fd, peer: SockAddr, pace: Pace): Promise<void> {
  const request = await new RequestReader(sys, fd).next();
  if (!request) return;
  const from = peer.ip ? formatIp(peer.ip) : '-';
  const log = (text: string): Promise<void> => print(sys, 2, `${from} - - [${logDate(sys.realtime())}] ${text}\n`);
  await sys.cpu(pace.begin);
  if (request.method !== 'GET') {
    await log(`code 501, message Unsupported method ('${request.method}')`);
    await log(`"${request.line}" 501 -`);
    const body = `<!DOCTYPE HTML>\n<html lang="en">\n<body>\n<h1>Error response</h1>\n<p>Error code: 501</p>\n</body>\n</html>\n`;
    await reply(sys, fd, `501 Unsupported method ('${request.method}')`, body, pace);
    return;
  }
  const found = request.path === '/';
  await log(`"${request.line}" ${found ? 200 : 404} -`);
  const body = found ? `Hello ${sys.env.PROVIDER ?? 'world'}!` : 'Not Found\n';
  await reply(sys, fd, found ? '200 OK' : '404 Not Found', body, pace);
}

async function reply(sys: Sys, fd: Fd, status: string, body: string, pace: Pace): Promise<void> {
  const length = new TextEncoder().encode(body).length;
  const head = [
    `HTTP/1.0 ${status}`,
    `Server: ${SERVER}`,
    `Date: ${httpDate(sys.realtime())}`,
    'Content-Type: text/html; charset=utf-8',
    `Content-Length: ${length}`,
  ];
  await print(sys, fd, `${head.join('\r\n')}\r\n\r\n`);
  await sys.sleep(pace.body(status));
  await print(sys, fd, body);
  if (pace.close > 0) await sys.sleep(pace.close);
  sys.shutdown(fd, 'write');
}
