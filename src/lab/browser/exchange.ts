/**
 * One HTTP exchange as a browser makes it: names, connection, request, answer, body; failures by the names that browsers
 * give them.
 *
 * Limits: a connection carries one exchange; no TLS, no cookies, no compression.
 * @see Chromium net/base/net_error_list.h
 */
import { join } from '../../base/bytes.ts';
import { formatIp } from '../../base/ip.ts';
import { type Errno, isErr } from '../../linux/kernel/errno.ts';
import type { Sys } from '../../linux/kernel/sys.ts';
import { type CurlUrl, hostPort, urlText } from '../../linux/programs/curl/url.ts';
import { type ResponseHead, readBody, readHead } from '../../linux/programs/httpclient.ts';
import { getaddrinfo } from '../../linux/programs/resolve.ts';
import { connectBy, Wire } from '../../linux/programs/wire.ts';

/** Why a page did not come. */
export type NetError =
  | 'NAME_NOT_RESOLVED'
  | 'CONNECTION_REFUSED'
  | 'CONNECTION_RESET'
  | 'CONNECTION_TIMED_OUT'
  | 'TIMED_OUT'
  | 'ADDRESS_UNREACHABLE'
  | 'INTERNET_DISCONNECTED'
  | 'EMPTY_RESPONSE'
  | 'INVALID_HTTP_RESPONSE'
  | 'SSL_PROTOCOL_ERROR'
  | 'INVALID_URL'
  | 'UNSAFE_PORT'
  | 'TOO_MANY_REDIRECTS'
  | 'ABORTED';

/** What is asked for. */
export interface Ask {
  readonly method: 'GET' | 'POST';
  /** Content-Type and bytes of a POST. */
  readonly body?: { readonly type: string; readonly bytes: Uint8Array };
  /** Accept header. */
  readonly accept: string;
  readonly referer?: string;
}

/** What came, or why nothing did. */
export interface Answer {
  readonly url: string;
  /** Address and port that were connected to. */
  readonly remote?: string;
  readonly error?: NetError;
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly bytes: Uint8Array;
  /** Virtual ns from the request for the page to the last byte. */
  readonly time: number;
}

/** How long a connection may take before the browser gives up, ns (Chromium: four minutes). */
const CONNECT_FOR = 240e9;
/** Longest silence while an answer is read, ns. */
const ANSWER_FOR = 300e9;
/** The most that is kept of a body. */
const LIMIT = 8 << 20;

const USER_AGENT = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

/** Makes one exchange. */
export async function exchange(sys: Sys, u: CurlUrl, ask: Ask): Promise<Answer> {
  const start = sys.now();
  const none = { url: urlText(u), status: 0, reason: '', headers: [], bytes: new Uint8Array(0) };
  const failed = (error: NetError, remote?: string): Answer => ({ ...none, error, remote, time: sys.now() - start });
  const found = await getaddrinfo(sys, u.host);
  if (typeof found === 'string') return failed('NAME_NOT_RESOLVED');
  let last: { error: NetError; remote: string } | undefined;
  for (const ip of found.addrs) {
    const remote = ip.v === 6 ? `[${formatIp(ip)}]:${u.port}` : `${formatIp(ip)}:${u.port}`;
    const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream');
    if (isErr(fd)) return failed(named(fd), remote);
    const e = await connectBy(sys, fd, { ip, port: u.port }, start + CONNECT_FOR);
    if (isErr(e)) {
      sys.close(fd);
      last = { error: named(e), remote };
      continue;
    }
    const wire = new Wire(sys, fd, sys.now() + ANSWER_FOR);
    const got = u.scheme === 'https' ? ('SSL_PROTOCOL_ERROR' as const) : await transfer(wire, u, ask);
    wire.close();
    return typeof got === 'string' ? failed(got, remote) : { ...none, ...got, remote, time: sys.now() - start };
  }
  return failed(last?.error ?? 'NAME_NOT_RESOLVED', last?.remote);
}

type Got = Pick<Answer, 'status' | 'reason' | 'headers' | 'bytes'>;

async function transfer(wire: Wire, u: CurlUrl, ask: Ask): Promise<Got | NetError> {
  const sent = await wire.write(requestBytes(u, ask));
  if (isErr(sent)) return named(sent);
  const head = await readHead(wire);
  if (head === 'empty') return 'EMPTY_RESPONSE';
  if (head === 'bad') return 'INVALID_HTTP_RESPONSE';
  if (isErr(head)) return head.name === 'ETIMEDOUT' ? 'TIMED_OUT' : named(head);
  const parts: Uint8Array[] = [];
  let size = 0;
  const end = await readBody(wire, head, true, async (part) => {
    if (size >= LIMIT) return;
    parts.push(part.slice(0, LIMIT - size));
    size += part.length;
  });
  if (isErr(end)) return named(end);
  return { ...statusOf(head), headers: head.headers, bytes: join(parts) };
}

function statusOf(head: ResponseHead): { status: number; reason: string } {
  return { status: head.status, reason: head.statusLine.split(' ').slice(2).join(' ') };
}

function requestBytes(u: CurlUrl, ask: Ask): Uint8Array {
  const lines = [
    `${ask.method} ${u.target} HTTP/1.1`,
    `Host: ${hostPort(u, false)}`,
    `User-Agent: ${USER_AGENT}`,
    `Accept: ${ask.accept}`,
    'Accept-Language: en-US,en;q=0.5',
    ...(ask.referer === undefined ? [] : [`Referer: ${ask.referer}`]),
    ...(ask.body ? [`Content-Type: ${ask.body.type}`, `Content-Length: ${ask.body.bytes.length}`] : []),
    'Connection: close',
  ];
  const head = new TextEncoder().encode(`${lines.join('\r\n')}\r\n\r\n`);
  return ask.body ? join([head, ask.body.bytes]) : head;
}

function named(e: Errno): NetError {
  switch (e.name) {
    case 'ECONNREFUSED':
      return 'CONNECTION_REFUSED';
    case 'ETIMEDOUT':
      return 'CONNECTION_TIMED_OUT';
    case 'EHOSTUNREACH':
      return 'ADDRESS_UNREACHABLE';
    case 'ENETUNREACH':
      return 'INTERNET_DISCONNECTED';
    default:
      return 'CONNECTION_RESET';
  }
}
