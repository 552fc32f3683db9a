/**
 * traefik/whoami: says who answers, from where it was asked, and what was asked.
 *
 * Limits: no TLS, gRPC, websockets (`/echo`) or uploads.
 * @see traefik/whoami app.go; Go net/http: Request.Write
 */
import { civil, two } from '../../../base/civil.ts';
import { utf8 } from '../../../base/http.ts';
import { formatIp } from '../../../base/ip.ts';
import { isErr } from '../../../linux/kernel/errno.ts';
import type { Program } from '../../../linux/kernel/machine.ts';
import type { Sys } from '../../../linux/kernel/sys.ts';
import { Wire } from '../../../linux/programs/wire.ts';
import { httpDate, logDate } from '../../time.ts';
import { listenDual, print } from './serve.ts';

interface Request {
  readonly line: string;
  readonly method: string;
  readonly target: string;
  readonly headers: [string, string][];
  readonly body: Uint8Array;
  readonly from: string;
}

export const whoami: Program = {
  name: 'whoami-server',
  async main(sys) {
    const option = (name: string): string | undefined => {
      const i = sys.argv.findIndex((a) => a === `-${name}` || a === `--${name}`);
      const joined = sys.argv.find((a) => a.startsWith(`--${name}=`) || a.startsWith(`-${name}=`));
      return joined?.slice(joined.indexOf('=') + 1) ?? (i < 0 ? undefined : sys.argv[i + 1]);
    };
    const port = Number(option('port') ?? sys.env.WHOAMI_PORT_NUMBER ?? 80);
    const name = option('name') ?? sys.env.WHOAMI_NAME ?? '';
    const verbose = sys.argv.some((a) => /^--?verbose(=true)?$/.test(a));
    await say(sys, `Starting up on port ${port}`);
    const fd = listenDual(sys, port, 4096);
    if (isErr(fd)) {
      await say(sys, `listen tcp :${port}: bind: ${fd.text.toLowerCase()}`);
      return 1;
    }
    for (;;) {
      const got = await sys.accept(fd);
      if (isErr(got)) continue;
      const ip = got.peer.ip ? formatIp(got.peer.ip) : '';
      const from = `${got.peer.ip?.v === 6 ? `[${ip}]` : ip}:${got.peer.port}`;
      void serve(sys, new Wire(sys, got.fd), from, name, verbose);
    }
  },
};

/** A line of Go's log package. */
function say(sys: Sys, line: string): Promise<void> {
  const c = civil(sys.realtime());
  const day = `${c.year}/${two(c.month)}/${two(c.day)}`;
  return print(sys, 2, `${day} ${two(c.hour)}:${two(c.minute)}:${two(c.second)} ${line}\n`);
}

async function serve(sys: Sys, wire: Wire, from: string, name: string, verbose: boolean): Promise<void> {
  for (;;) {
    const r = await read(wire, from);
    if (!r) break;
    await sys.cpu(200_000);
    if (verbose)
      await say(sys, `${from.replace(/:\d+$/, '')} - - [${logDate(sys.realtime(), ':')} +0000] "${r.line}" - -`);
    const { status, type, body } = answer(sys, r, name);
    const close =
      r.headers.some(([n, v]) => n.toLowerCase() === 'connection' && v.toLowerCase() === 'close') ||
      !r.line.endsWith('1.1');
    const length = utf8(body).length;
    const head = [`HTTP/1.1 ${status}`, `Date: ${httpDate(sys.realtime())}`, `Content-Length: ${length}`];
    if (length > 0) head.push(`Content-Type: ${type}`);
    if (close) head.push('Connection: close');
    await wire.write(utf8(`${head.join('\r\n')}\r\n\r\n${r.method === 'HEAD' ? '' : body}`));
    if (close) break;
  }
  wire.close();
}

async function read(wire: Wire, from: string): Promise<Request | undefined> {
  const line = await wire.line();
  if (line === undefined || isErr(line)) return undefined;
  const [method = '', target = '/'] = line.split(' ');
  const headers: [string, string][] = [];
  for (;;) {
    const h = await wire.line();
    if (h === undefined || isErr(h)) return undefined;
    if (h === '') break;
    const colon = h.indexOf(':');
    headers.push([canonical(h.slice(0, colon)), h.slice(colon + 1).trim()]);
  }
  const length = Number(headers.find(([n]) => n === 'Content-Length')?.[1] ?? 0);
  const parts: number[] = [];
  while (parts.length < length) {
    const more = await wire.read();
    if (isErr(more) || more.length === 0) break;
    parts.push(...more);
  }
  return { line, method, target, headers, body: Uint8Array.from(parts), from };
}

/** @see Go net/textproto: CanonicalMIMEHeaderKey */
const canonical = (name: string): string => name.toLowerCase().replace(/(^|-)[a-z]/g, (s) => s.toUpperCase());

function answer(sys: Sys, r: Request, name: string): { status: string; type: string; body: string } {
  const path = r.target.replace(/\?.*$/, '');
  const query = new URLSearchParams(r.target.replace(/^[^?]*\??/, ''));
  const plain = 'text/plain; charset=utf-8';
  if (path === '/bench') return { status: '200 OK', type: plain, body: '1' };
  if (path === '/health') return { status: '200 OK', type: plain, body: '' };
  if (path === '/data') {
    const unit = { kb: 1024, mb: 1048576, gb: 1073741824 }[query.get('unit')?.toLowerCase() ?? ''] ?? 1;
    const size = Math.min(1 << 24, Number(query.get('size') ?? 1) * unit);
    const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ-';
    const body = size < 2 ? '|' : `|${letters.repeat(Math.ceil(size / letters.length)).slice(0, size - 2)}|`;
    return { status: '200 OK', type: plain, body };
  }
  const ips = addresses(sys);
  if (path === '/api') {
    const headers: Record<string, string[]> = {};
    for (const [n, v] of sorted(r.headers)) if (n !== 'Host') headers[n] = [...(headers[n] ?? []), v];
    const host = r.headers.find(([n]) => n === 'Host')?.[1] ?? '';
    const body = {
      hostname: sys.gethostname(),
      ip: ips,
      headers,
      url: r.target,
      host,
      method: r.method,
      ...(name === '' ? {} : { name }),
      remoteAddr: r.from,
    };
    return { status: '200 OK', type: 'application/json', body: `${JSON.stringify(body)}\n` };
  }
  const lines = [
    ...(name === '' ? [] : [`Name: ${name}`]),
    `Hostname: ${sys.gethostname()}`,
    ...ips.map((ip) => `IP: ${ip}`),
    `RemoteAddr: ${r.from}`,
  ];
  return { status: '200 OK', type: plain, body: `${lines.join('\n')}\n${echoed(r)}` };
}

const sorted = (headers: readonly (readonly [string, string])[]): (readonly [string, string])[] =>
  [...headers].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));

/** The request as Go writes one: Host and User-Agent first, others by name. */
function echoed(r: Request): string {
  const first = (name: string): string[] => r.headers.filter(([n]) => n === name).map(([n, v]) => `${n}: ${v}`);
  const others = sorted(r.headers).filter(([n]) => !['Host', 'User-Agent', 'Connection'].includes(n));
  const lines = [
    `${r.method} ${r.target} HTTP/1.1`,
    ...first('Host'),
    ...first('User-Agent'),
    ...others.map(([n, v]) => `${n}: ${v}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${new TextDecoder().decode(r.body)}`;
}

/** Addresses of all interfaces, in order. */
function addresses(sys: Sys): string[] {
  const all = sys.net.addrs();
  return sys.net.links().flatMap((l) => all.filter((a) => a.ifindex === l.ifindex).map((a) => formatIp(a.prefix.addr)));
}
