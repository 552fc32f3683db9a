/**
 * Asking an upstream: connect, pass the request on, read the answer's head; the next server when one fails.
 * @see nginx src/http/ngx_http_upstream.c, modules/ngx_http_proxy_module.c
 */

import { RR } from '../../../../base/dns.ts';
import { utf8 } from '../../../../base/http.ts';
import { formatIp, parseIp } from '../../../../base/ip.ts';
import { type Errno, isErr } from '../../../../linux/kernel/errno.ts';
import { header, type ResponseHead, readBody, readHead } from '../../../../linux/programs/httpclient.ts';
import { exchange } from '../../../../linux/programs/resolve.ts';
import { connectBy, Wire } from '../../../../linux/programs/wire.ts';
import { type Answer, fail, type Worker } from './answer.ts';
import { hostPort } from './buildproxy.ts';
import type { Location, ProxyPass, Upstream } from './model.ts';
import type { Request } from './request.ts';
import type { PeerState } from './upstream.ts';
import { expand } from './variables.ts';

/** Headers of the upstream's answer that are not passed on. */
const HIDDEN = new Set([
  'date',
  'server',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'content-type',
  'last-modified',
  'location',
  'x-pad',
  'trailer',
  'upgrade',
]);

/** Why one server did not answer. */
interface Failed {
  readonly status: 502 | 504;
  readonly message: string;
  readonly kind: 'error' | 'timeout';
}

export async function proxy(w: Worker, r: Request, l: Location, pass: ProxyPass): Promise<Answer> {
  const { settings } = l;
  const target = expand(r, pass.target);
  r.proxyHost = pass.upstream ? pass.host : (target.replace(/^http:\/\//, '').split('/')[0] as string);
  const up = pass.upstream ?? (await resolved(w, r, l, r.proxyHost));
  if (!up) return fail(r, settings, 502);
  const path = pathFor(r, l, pass);
  const tried = new Set<PeerState>();
  let last: Failed | undefined;
  for (;;) {
    const state = w.balancer.pick(up, tried, r.sys.now(), r.peer.ip);
    if (!state) {
      if (last) return fail(r, settings, last.status);
      r.upstream = { url: `http://${up.name}${path}`, addr: up.name, status: 0 };
      await w.logs.about(r, 'error', 'no live upstreams while connecting to upstream');
      w.balancer.revive(up);
      return fail(r, settings, 502);
    }
    tried.add(state);
    const { ip, port } = state.peer;
    const addr = `${ip.v === 6 ? `[${formatIp(ip)}]` : formatIp(ip)}:${port}`;
    const before = r.upstream && last ? `${r.upstream.addr}, ` : '';
    r.upstream = { url: `http://${addr}${path}`, addr: before + addr, status: 0 };
    const got = await ask(r, l, state, path);
    if ('answer' in got) {
      w.balancer.worked(state);
      return got.answer;
    }
    await w.logs.about(r, 'error', got.message);
    if (w.balancer.failed(up, state, r.sys.now()))
      await w.logs.about(r, 'warn', 'upstream server temporarily disabled while connecting to upstream');
    last = got;
    if (!settings.nextUpstream.includes(got.kind)) return fail(r, settings, got.status);
  }
}

/** A name that stands in a variable is looked up when it is used. */
async function resolved(w: Worker, r: Request, l: Location, host: string): Promise<Upstream | undefined> {
  const to = hostPort(host);
  if (!to || to.host === '') {
    await w.logs.about(r, 'error', `invalid URL prefix in "${host}"`);
    return undefined;
  }
  const peer = { port: to.port, weight: 1, maxFails: 1, failTimeout: 10e9, backup: false, down: false };
  const literal = parseIp(to.host);
  if (literal) return { name: host, peers: [{ ip: literal, ...peer }], balance: 'round-robin' };
  const { resolver } = l.settings;
  if (!resolver) {
    await w.logs.about(r, 'error', `no resolver defined to resolve ${to.host}`);
    return undefined;
  }
  for (const server of resolver.servers) {
    const got = await exchange(r.sys, server, [{ name: to.host, type: RR.A }], resolver.timeout);
    const message = got === 'refused' ? undefined : got[0]?.message;
    const ips = message?.answers.flatMap((a) => (a.ip ? [a.ip] : [])) ?? [];
    if (ips.length > 0) return { name: host, peers: ips.map((ip) => ({ ip, ...peer })), balance: 'round-robin' };
    const why =
      message === undefined
        ? '110: Operation timed out'
        : message.rcode === 2
          ? '2: Server failure'
          : '3: Host not found';
    await w.logs.about(r, 'error', `${to.host} could not be resolved (${why})`);
  }
  return undefined;
}

/** What the upstream is asked for. */
function pathFor(r: Request, l: Location, pass: ProxyPass): string {
  const query = r.args === '' ? '' : `?${r.args}`;
  if (pass.uri === undefined) return r.uri === r.target.split('?')[0] ? r.target : encodeURI(r.uri) + query;
  const uri = expand(r, pass.uri);
  if (!pass.upstream) return uri;
  return encodeURI(uri + r.uri.slice(l.pattern.length)) + query;
}

async function ask(r: Request, l: Location, s: PeerState, path: string): Promise<{ answer: Answer } | Failed> {
  const { settings } = l;
  const fd = r.sys.socket(s.peer.ip.v === 4 ? 'inet' : 'inet6', 'stream');
  if (isErr(fd)) return refused(fd);
  s.connections++;
  const e = await connectBy(r.sys, fd, { ip: s.peer.ip, port: s.peer.port }, r.sys.now() + settings.connectTimeout);
  const over = (f: Failed): Failed => {
    s.connections--;
    r.sys.close(fd);
    return f;
  };
  if (isErr(e)) return over(refused(e));
  const wire = new Wire(r.sys, fd, r.sys.now() + settings.readTimeout);
  await wire.write(utf8(headText(r, l, path)));
  if (r.body.length > 0) await wire.write(r.body);
  const head = await readHead(wire);
  const reading = 'while reading response header from upstream';
  if (head === 'empty')
    return over({ status: 502, kind: 'error', message: `upstream prematurely closed connection ${reading}` });
  if (head === 'bad')
    return over({ status: 502, kind: 'error', message: `upstream sent no valid HTTP/1.0 header ${reading}` });
  if (isErr(head)) {
    const timeout = head.name === 'ETIMEDOUT';
    const message = timeout
      ? `upstream timed out (110: Connection timed out) ${reading}`
      : `recv() failed (${head.code}: ${head.text}) ${reading}`;
    return over({ status: timeout ? 504 : 502, kind: timeout ? 'timeout' : 'error', message });
  }
  if (r.upstream) r.upstream.status = head.status;
  return { answer: passOn(r, l, s, wire, head) };
}

function refused(e: Errno): Failed {
  const connecting = 'while connecting to upstream';
  if (e.name === 'ETIMEDOUT')
    return { status: 504, kind: 'timeout', message: `upstream timed out (110: Connection timed out) ${connecting}` };
  return { status: 502, kind: 'error', message: `connect() failed (${e.code}: ${e.text}) ${connecting}` };
}

/** The head of the request to the upstream: Host and Connection are set, the client's other headers follow. */
function headText(r: Request, l: Location, path: string): string {
  const { settings } = l;
  const set = new Map(settings.proxyHeaders.map(([n, v]) => [n.toLowerCase(), [n, expand(r, v)] as const]));
  const lines = [`${r.method} ${path} HTTP/${settings.proxyVersion}`];
  if (!set.has('host')) set.set('host', ['Host', r.proxyHost]);
  if (!set.has('connection')) set.set('connection', ['Connection', 'close']);
  for (const [name, value] of set.values()) if (value !== '') lines.push(`${name}: ${value}`);
  for (const [name, value] of r.headers) {
    const key = name.toLowerCase();
    if (
      set.has(key) ||
      ['host', 'connection', 'keep-alive', 'te', 'transfer-encoding', 'expect', 'upgrade'].includes(key)
    )
      continue;
    lines.push(`${name}: ${value}`);
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** The upstream's answer as nginx's own. */
function passOn(r: Request, l: Location, s: PeerState, wire: Wire, head: ResponseHead): Answer {
  const length = header(head, 'content-length');
  const hasBody = r.method !== 'HEAD';
  const optional = (name: string): string | undefined => header(head, name);
  return {
    status: head.status,
    reason: head.statusLine.split(' ').slice(2).join(' '),
    type: optional('content-type'),
    modified: optional('last-modified'),
    location: rewritten(r, l, optional('location')),
    headers: head.headers.filter(([n]) => !HIDDEN.has(n.toLowerCase())),
    settings: l.settings,
    body: {
      ...(length === undefined ? {} : { length: Number(length) }),
      async pump(sink) {
        await readBody(wire, head, hasBody, sink);
        s.connections--;
        wire.close();
      },
    },
  };
}

/** proxy_redirect default: a Location below proxy_pass's URL becomes one below the location's. */
function rewritten(r: Request, l: Location, location: string | undefined): string | undefined {
  if (location === undefined || !l.proxy) return location;
  const from = `http://${l.proxy.target}`;
  if (!location.startsWith(from) || !l.proxy.upstream) return location;
  const to = l.proxy.uri === undefined ? '' : l.pattern;
  const path = `${to}${location.slice(from.length)}` || '/';
  const host = r.headers.find(([n]) => n.toLowerCase() === 'host')?.[1] ?? '';
  return `http://${host}${path.startsWith('/') ? '' : '/'}${path}`;
}
