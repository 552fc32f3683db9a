/**
 * A tunnel through a proxy of HTTP: CONNECT, then the bytes are the server's.
 * @see curl lib/cf-h1-proxy.c; RFC 9110 §9.3.6
 */
import { base64 } from '../../../base/base64.ts';
import { utf8 } from '../../../base/http.ts';
import { isErr } from '../../kernel/errno.ts';
import { type ResponseHead, readHead } from '../httpclient.ts';
import type { Wire } from '../wire.ts';
import { CURLE, type CurlFailure, type Transfer } from './options.ts';
import { type CurlUrl, hostPort } from './url.ts';

/** What a proxy is told of who asks, '' when nothing. */
export function proxyAuthorization(t: Transfer, proxy: CurlUrl): string {
  const user = t.proxyUser ?? (proxy.user === undefined ? undefined : `${proxy.user}:${proxy.password ?? ''}`);
  return user === undefined ? '' : `Basic ${base64(utf8(user))}`;
}

/** The request for a tunnel to a URL's host. */
export function connectHead(t: Transfer, u: CurlUrl, proxy: CurlUrl): string {
  const to = hostPort(u, true);
  const who = proxyAuthorization(t, proxy);
  const lines = [`CONNECT ${to} HTTP/1.1`, `Host: ${to}`];
  if (who !== '') lines.push(`Proxy-Authorization: ${who}`);
  if (t.userAgent !== '') lines.push(`User-Agent: ${t.userAgent}`);
  lines.push('Proxy-Connection: Keep-Alive');
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** Reads what the proxy says of it. */
export async function tunnelAnswer(wire: Wire): Promise<ResponseHead | CurlFailure> {
  const head = await readHead(wire);
  if (head === 'empty') return { code: CURLE.RECV_ERROR, message: 'Proxy CONNECT aborted' };
  if (head === 'bad') return { code: CURLE.RECV_ERROR, message: 'Invalid response header from proxy' };
  if (isErr(head))
    return head.name === 'ETIMEDOUT'
      ? { code: CURLE.OPERATION_TIMEDOUT, message: 'Proxy CONNECT aborted due to timeout' }
      : { code: CURLE.RECV_ERROR, message: `Recv failure: ${head.text}` };
  return head;
}
