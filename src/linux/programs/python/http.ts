/** `python -m http.server`. @see CPython Lib/http/server.py */
import { civil } from '../../../base/civil.ts';
import { formatIp, ip4, parseIp } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { SockAddr, Sys } from '../../kernel/sys.ts';
import { httpDate } from '../httpdate.ts';
import { MONTHS } from '../proc.ts';
import type { Context } from '../spec.ts';
import { eprint } from '../stdio.ts';
import { acceptLoop, type FileRequest, mediaType, readRequest } from '../webserve.ts';
import type { Wire } from '../wire.ts';

const encode = (s: string): Uint8Array => new TextEncoder().encode(s);

async function log(sys: Sys, peer: SockAddr, text: string): Promise<void> {
  const t = civil(sys.realtime());
  const two = (n: number): string => String(n).padStart(2, '0');
  const stamp = `${two(t.day)}/${MONTHS[t.month - 1]}/${t.year} ${two(t.hour)}:${two(t.minute)}:${two(t.second)}`;
  await eprint(sys, `${peer.ip ? formatIp(peer.ip) : '-'} - - [${stamp}] ${text}\n`);
}

async function answer(sys: Sys, wire: Wire, peer: SockAddr, root: string): Promise<void> {
  const r = await readRequest(wire);
  if (!r) return;
  const head = (status: string, extra: string): string =>
    `HTTP/1.0 ${status}\r\nServer: SimpleHTTP/0.6 Python/3.14.8\r\nDate: ${httpDate(sys.realtime())}\r\n${extra}\r\n`;
  const fail = async (code: number, why: string, explain: string): Promise<void> => {
    await log(sys, peer, `code ${code}, message ${why}`);
    await log(sys, peer, `"${r.line}" ${code} -`);
    const body = `<!DOCTYPE HTML>\n<html lang="en">\n    <head>\n        <meta charset="utf-8">\n        <title>Error response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n        <p>Error code: ${code}</p>\n        <p>Message: ${why}.</p>\n        <p>Error code explanation: ${code} - ${explain}.</p>\n    </body>\n</html>\n`;
    await wire.write(
      encode(
        `${head(`${code} ${why}`, `Connection: close\r\nContent-Type: text/html;charset=utf-8\r\nContent-Length: ${body.length}\r\n`)}${r.method === 'HEAD' ? '' : body}`,
      ),
    );
  };
  if (r.method !== 'GET' && r.method !== 'HEAD')
    return fail(501, `Unsupported method ('${r.method}')`, 'Server does not support this operation');
  const body = content(sys, root, r);
  if (!body) return fail(404, 'File not found', 'Nothing matches the given URI');
  await log(sys, peer, `"${r.line}" 200 -`);
  await wire.write(
    encode(head('200 OK', `Content-type: ${body.type}\r\nContent-Length: ${body.bytes.length}\r\n${body.mtime}`)),
  );
  if (r.method === 'GET') await wire.write(body.bytes);
}

function content(
  sys: Sys,
  root: string,
  r: FileRequest,
): { type: string; bytes: Uint8Array; mtime: string } | undefined {
  const clean = r.path
    .split('/')
    .filter((x) => x !== '' && x !== '.' && x !== '..')
    .join('/');
  let path = `${root}/${clean}`;
  let st = sys.stat(path);
  if (isErr(st)) return undefined;
  if (st.kind === 'dir') {
    const index = sys.stat(`${path}/index.html`);
    if (isErr(index)) return { type: 'text/html; charset=utf-8', bytes: encode(listing(sys, path, r.path)), mtime: '' };
    path = `${path}/index.html`;
    st = index;
  }
  const bytes = sys.readFile(path);
  if (isErr(bytes)) return undefined;
  const modified = httpDate(sys.realtime() - BigInt(Math.floor(sys.now())) + BigInt(Math.floor(st.mtime)));
  return { type: mediaType(path) ?? 'application/octet-stream', bytes, mtime: `Last-Modified: ${modified}\r\n` };
}

function listing(sys: Sys, dir: string, shown: string): string {
  const entries = sys.readdir(dir);
  const names = isErr(entries) ? [] : entries.filter((e) => e.name !== '.' && e.name !== '..');
  const rows = names
    .sort((a, b) => (a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1))
    .map(
      (e) =>
        `<li><a href="${e.name}${e.kind === 'dir' ? '/' : ''}">${e.name}${e.kind === 'dir' ? '/' : e.kind === 'symlink' ? '@' : ''}</a></li>`,
    );
  const title = `Directory listing for ${shown}`;
  return `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>${title}</title>\n</head>\n<body>\n<h1>${title}</h1>\n<hr>\n<ul>\n${rows.join('\n')}\n</ul>\n<hr>\n</body>\n</html>\n`;
}

/** Serves the working directory. @param args `[port] [--bind ADDR] [--directory DIR]` */
export async function serveDirectory(ctx: Context, args: readonly string[]): Promise<number> {
  const { sys } = ctx;
  let port = 8000;
  let bind = ip4(0);
  let root = sys.cwd();
  for (let i = 0; i < args.length; i++) {
    const a = args[i] as string;
    if (a === '-b' || a === '--bind') bind = parseIp(args[++i] ?? '') ?? bind;
    else if (a === '-d' || a === '--directory') root = args[++i] ?? root;
    else if (/^\d+$/.test(a)) port = Number(a);
  }
  const fd = sys.socket(bind.v === 4 ? 'inet' : 'inet6', 'stream');
  if (isErr(fd)) return 1;
  sys.setsockopt(fd, 'reuseaddr', 1);
  const e = sys.bind(fd, { ip: bind, port });
  if (isErr(e)) {
    await ctx.err(`OSError: [Errno ${e.code}] ${e.text}\n`);
    return 1;
  }
  sys.listen(fd, 5);
  await ctx.out(`Serving HTTP on ${formatIp(bind)} port ${port} (http://${formatIp(bind)}:${port}/) ...\n`);
  return acceptLoop(sys, fd, (child, wire, peer) => answer(child, wire, peer, root));
}
