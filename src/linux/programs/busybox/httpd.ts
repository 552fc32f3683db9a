/** busybox `httpd`. @see busybox networking/httpd.c */
import { ip6, parseIp } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Sys } from '../../kernel/sys.ts';
import { httpDate } from '../httpdate.ts';
import { type Context, defineProgram } from '../spec.ts';
import { acceptLoop, mediaType, readRequest } from '../webserve.ts';
import type { Wire } from '../wire.ts';

const encode = (s: string): Uint8Array => new TextEncoder().encode(s);

const REASONS: Readonly<Record<number, readonly [string, string]>> = {
  200: ['OK', ''],
  302: ['Found', ''],
  400: ['Bad Request', 'Unsupported method'],
  404: ['Not Found', 'The requested URL was not found'],
  501: ['Not Implemented', 'The requested method is not recognized'],
};

async function answer(sys: Sys, wire: Wire): Promise<void> {
  const r = await readRequest(wire);
  if (!r) return;
  const send = async (code: number, headers: string, body: Uint8Array): Promise<void> => {
    const [reason] = REASONS[code] as readonly [string, string];
    await wire.write(
      encode(`HTTP/1.1 ${code} ${reason}\r\nDate: ${httpDate(sys.realtime())}\r\nConnection: close\r\n${headers}\r\n`),
    );
    if (r.method !== 'HEAD') await wire.write(body);
  };
  const page = (code: number): Promise<void> => {
    const [reason, info] = REASONS[code] as readonly [string, string];
    const body = `<HTML><HEAD><TITLE>${code} ${reason}</TITLE></HEAD>\n<BODY><H1>${code} ${reason}</H1>\n${info}\n</BODY></HTML>\n`;
    return send(code, 'Content-type: text/html\r\n', encode(body));
  };
  if (r.method !== 'GET' && r.method !== 'HEAD') return page(501);
  if (!r.path.startsWith('/')) return page(400);
  if (r.path.split('/').includes('..')) return page(404);
  let path = `.${r.path}`;
  let st = sys.stat(path);
  if (!isErr(st) && st.kind === 'dir') {
    if (!path.endsWith('/')) return send(302, `Location: ${r.path}/\r\n`, new Uint8Array(0));
    path += 'index.html';
    st = sys.stat(path);
  }
  if (isErr(st) || st.kind === 'dir') return page(404);
  const bytes = sys.readFile(path);
  if (isErr(bytes)) return page(404);
  const modified = httpDate(sys.realtime() - BigInt(Math.floor(sys.now())) + BigInt(Math.floor(st.mtime)));
  await send(
    200,
    `Content-type: ${mediaType(path) ?? 'application/octet-stream'}\r\nLast-Modified: ${modified}\r\nAccept-Ranges: bytes\r\nContent-length: ${bytes.length}\r\n`,
    bytes,
  );
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const home = o.value('home');
  if (home !== undefined) {
    const e = sys.chdir(home);
    if (isErr(e)) return ctx.fail(`can't change directory to '${home}': ${e.text}`);
  }
  const where = o.value('port') ?? '80';
  const m = /^(?:(.*):)?(\d+)$/.exec(where);
  const ip = m?.[1] === undefined ? ip6(0n) : parseIp(m[1].replace(/^\[|\]$/g, ''));
  const port = Number(m?.[2]);
  if (!m || !ip || port > 65535) return ctx.fail(`bad port '${where}'`);
  let fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream');
  let at = ip;
  if (isErr(fd) && m[1] === undefined) {
    at = { v: 4, value: 0 };
    fd = sys.socket('inet', 'stream');
  }
  if (isErr(fd)) return ctx.fail(`socket: ${fd.text}`);
  const server = fd;
  sys.setsockopt(server, 'reuseaddr', 1);
  const e = sys.bind(server, { ip: at, port });
  if (isErr(e)) return ctx.fail(`bind: ${e.text}`);
  sys.listen(server, 9);
  if (o.has('foreground')) return acceptLoop(sys, server, (child, wire) => answer(child, wire));
  sys.fork({ fds: { 3: server }, session: true }, (child) =>
    acceptLoop(child, 3, (grand, wire) => answer(grand, wire)),
  );
  return 0;
}

/** The `httpd` command. */
export const spec = defineProgram({
  name: 'httpd',
  path: '/bin/httpd',
  summary: 'Listen for incoming HTTP requests',
  synopsis: ['[-ifv[v]] [-p [IP:]PORT] [-h HOME]'],
  options: [
    { name: 'foreground', short: 'f', shortOnly: true, help: 'Run in foreground' },
    { name: 'verbose', short: 'v', shortOnly: true, help: 'Verbose' },
    {
      name: 'port',
      short: 'p',
      shortOnly: true,
      arg: 'required',
      metavar: '[IP:]PORT',
      help: 'Bind to IP:PORT (default *:80)',
    },
    { name: 'home', short: 'h', shortOnly: true, arg: 'required', metavar: 'HOME', help: 'Home directory (default .)' },
    {
      name: 'user',
      short: 'u',
      shortOnly: true,
      arg: 'required',
      metavar: 'USER',
      help: 'Set uid/gid after binding to port',
    },
    { name: 'config', short: 'c', shortOnly: true, arg: 'required', metavar: 'FILE', help: 'Configuration file' },
  ],
  run,
});
