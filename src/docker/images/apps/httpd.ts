/**
 * Apache httpd: serves files of its document root.
 *
 * Limits: of httpd.conf only Listen, ServerName, DocumentRoot, DirectoryIndex and LogLevel-free lines are looked at; one process.
 * @see httpd modules/http/http_protocol.c: get_canned_error_string; server/mpm/event/event.c
 */
import { civil, DAY_NAMES, MONTH_NAMES, two } from '../../../base/civil.ts';
import { MS } from '../../../base/clock.ts';
import { text, utf8 } from '../../../base/http.ts';
import { formatIp } from '../../../base/ip.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import { SIGNALS } from '../../../linux/kernel/signal.ts';
import type { Fd, SockAddr, Sys } from '../../../linux/kernel/sys.ts';
import { type FileRequest, mediaType, readRequest } from '../../../linux/programs/webserve.ts';
import { Wire } from '../../../linux/programs/wire.ts';
import { httpDate, logDate } from '../../time.ts';
import { listenDual, print } from './serve.ts';

const SERVER = 'Apache/2.4.65 (Unix)';
const CONF = '/usr/local/apache2/conf/httpd.conf';

interface Settings {
  port: number;
  root: string;
  index: string[];
  name?: string;
}

export const httpd: Program = {
  name: 'apache',
  async main(sys) {
    if (sys.argv.includes('-v')) {
      await print(sys, 1, `Server version: ${SERVER}\nServer built:   Jul 23 2025 00:00:00\n`);
      return 0;
    }
    const s = settingsOf(sys);
    if (sys.argv.includes('-t')) {
      await print(sys, 2, 'Syntax OK\n');
      return 0;
    }
    if (s.name === undefined) {
      const own = sys.net.addrs().find((a) => a.scope === 'global' && a.prefix.addr.v === 4);
      const known = own ? formatIp(own.prefix.addr) : '127.0.0.1';
      const line = `AH00558: httpd: Could not reliably determine the server's fully qualified domain name, using ${known}. Set the 'ServerName' directive globally to suppress this message\n`;
      await print(sys, 2, line + line);
    }
    await sys.cpu(30 * MS);
    const fd = listenDual(sys, s.port, 511);
    if (isErr(fd)) {
      const where = `(${fd.code})${fd.text}: AH00072: make_sock: could not bind to address`;
      await print(
        sys,
        2,
        `${where} [::]:${s.port}\n${where} 0.0.0.0:${s.port}\nno listening sockets available, shutting down\nAH00015: Unable to open logs\n`,
      );
      return 1;
    }
    sys.setTitle([...sys.argv]);
    let stop: string | undefined;
    for (const [signal, said] of [
      [SIGNALS.SIGWINCH, 'AH00492: caught SIGWINCH, shutting down gracefully'],
      [SIGNALS.SIGTERM, 'AH00491: caught SIGTERM, shutting down'],
    ] as const)
      sys.sigaction(signal, () => {
        stop = said;
      });
    await notice(sys, 'mpm_event', `AH00489: ${SERVER} configured -- resuming normal operations`);
    await notice(sys, 'core', `AH00094: Command line: '${sys.argv.join(' ')}'`);
    while (stop === undefined) {
      const got = await sys.accept(fd);
      if (!isErr(got)) void connection(sys, got.fd, got.peer, s);
    }
    await notice(sys, 'mpm_event', stop);
    return 0;
  },
};

function settingsOf(sys: Sys): Settings {
  const bytes = sys.readFile(CONF);
  const s: Settings = { port: 80, root: '/usr/local/apache2/htdocs', index: ['index.html'] };
  for (const line of isErr(bytes) ? [] : text(bytes).split('\n')) {
    const [key, ...args] = line.trim().split(/\s+/);
    const value = args.join(' ').replace(/^"|"$/g, '');
    if (key === 'Listen') s.port = Number(value.replace(/^.*:/, '')) || s.port;
    if (key === 'DocumentRoot') s.root = value;
    if (key === 'ServerName') s.name = value;
    if (key === 'DirectoryIndex') s.index = args;
  }
  return s;
}

async function notice(sys: Sys, module: string, message: string): Promise<void> {
  const c = civil(sys.realtime());
  const day = `${(DAY_NAMES[c.weekday] as string).slice(0, 3)} ${(MONTH_NAMES[c.month - 1] as string).slice(0, 3)} ${two(c.day)}`;
  const at = `${two(c.hour)}:${two(c.minute)}:${two(c.second)}.${String(Math.floor(c.nanos / 1000)).padStart(6, '0')}`;
  await print(sys, 2, `[${day} ${at} ${c.year}] [${module}:notice] [pid ${sys.pid}:tid ${sys.pid}] ${message}\n`);
}

async function connection(sys: Sys, fd: Fd, peer: SockAddr, s: Settings): Promise<void> {
  const wire = new Wire(sys, fd);
  for (;;) {
    wire.deadline = sys.now() + 5e9;
    const r = await readRequest(wire);
    if (!r) break;
    const keep = r.line.endsWith('HTTP/1.1') && r.headers.connection?.toLowerCase() !== 'close';
    await respond(sys, wire, r, peer, s, keep);
    if (!keep) break;
  }
  wire.close();
}

const canned = (title: string, body: string): Uint8Array =>
  utf8(
    `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${title}</title>\n</head><body>\n<h1>${title.slice(4)}</h1>\n<p>${body}</p>\n</body></html>\n`,
  );

interface Found {
  readonly status: string;
  readonly headers: readonly string[];
  readonly body: Uint8Array;
}

async function respond(
  sys: Sys,
  wire: Wire,
  r: FileRequest,
  peer: SockAddr,
  s: Settings,
  keep: boolean,
): Promise<void> {
  const found = find(sys, r, s);
  const own = [
    `Date: ${httpDate(sys.realtime())}`,
    `Server: ${SERVER}`,
    ...found.headers.slice(0, -1),
    `Content-Length: ${found.body.length}`,
  ];
  const head = [`HTTP/1.1 ${found.status}`, ...own, ...(keep ? [] : ['Connection: close']), ...found.headers.slice(-1)];
  await wire.write(utf8(`${head.join('\r\n')}\r\n\r\n`));
  if (r.method !== 'HEAD') await wire.write(found.body);
  const from = peer.ip ? formatIp(peer.ip) : '-';
  const at = `${logDate(sys.realtime(), ':')} +0000`;
  await print(
    sys,
    1,
    `${from.replace(/^::ffff:/, '')} - - [${at}] "${r.line}" ${found.status.slice(0, 3)} ${r.method === 'HEAD' ? '-' : found.body.length}\n`,
  );
}

/** The last header is the content's type. */
function find(sys: Sys, r: FileRequest, s: Settings): Found {
  const html = 'Content-Type: text/html; charset=iso-8859-1';
  if (!['GET', 'HEAD', 'POST'].includes(r.method)) {
    const body = canned('405 Method Not Allowed', `The requested method ${r.method} is not allowed for this URL.`);
    return { status: '405 Method Not Allowed', headers: ['Allow: GET,POST,OPTIONS,HEAD,TRACE', html], body };
  }
  if (r.path.split('/').includes('..'))
    return {
      status: '400 Bad Request',
      headers: [html],
      body: canned('400 Bad Request', 'Your browser sent a request that this server could not understand.<br />'),
    };
  const st = sys.stat(s.root + r.path);
  if (!isErr(st) && st.kind === 'dir') {
    if (!r.path.endsWith('/')) {
      const to = `http://${r.headers.host ?? ''}${r.path}/`;
      return {
        status: '301 Moved Permanently',
        headers: [`Location: ${to}`, html],
        body: canned('301 Moved Permanently', `The document has moved <a href="${to}">here</a>.`),
      };
    }
    const index = s.index.find((i) => !isErr(sys.stat(`${s.root}${r.path}${i}`)));
    if (index !== undefined) return file(sys, `${s.root}${r.path}${index}`);
    const entries = sys.readdir(s.root + r.path);
    const names = isErr(entries) ? [] : entries.map((e) => (e.kind === 'dir' ? `${e.name}/` : e.name)).sort();
    const items = names.map((n) => `<li><a href="${n}"> ${n}</a></li>\n`).join('');
    const up = r.path === '/' ? '' : '<li><a href="../"> Parent Directory</a></li>\n';
    const page = `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of ${r.path.replace(/\/$/, '') || '/'}</title>\n </head>\n <body>\n<h1>Index of ${r.path.replace(/\/$/, '') || '/'}</h1>\n<ul>${up}${items}</ul>\n</body></html>\n`;
    return { status: '200 OK', headers: ['Content-Type: text/html;charset=ISO-8859-1'], body: utf8(page) };
  }
  if (isErr(st))
    return {
      status: '404 Not Found',
      headers: [html],
      body: canned('404 Not Found', 'The requested URL was not found on this server.'),
    };
  return file(sys, s.root + r.path);
}

function file(sys: Sys, path: string): Found {
  const body = sys.readFile(path);
  const st = sys.stat(path);
  if (isErr(body) || isErr(st))
    return {
      status: '403 Forbidden',
      headers: ['Content-Type: text/html; charset=iso-8859-1'],
      body: canned('403 Forbidden', "You don't have permission to access this resource."),
    };
  const wall = sys.realtime() - BigInt(Math.round(sys.now() - st.mtime));
  const etag = `"${body.length.toString(16)}-${(wall / 1000n).toString(16)}"`;
  const type = mediaType(path);
  return {
    status: '200 OK',
    headers: [
      `Last-Modified: ${httpDate(wall)}`,
      `ETag: ${etag}`,
      'Accept-Ranges: bytes',
      ...(type === undefined ? ['Vary: Accept-Encoding'] : [`Content-Type: ${type}`]),
    ],
    body,
  };
}
