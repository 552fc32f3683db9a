/**
 * One URL from request to last byte: head, body, redirects.
 *
 * Limits: HTTP/1 only, no TLS, proxies of HTTP only, no cookie store.
 * @see curl lib/http.c, lib/transfer.c
 */
import { base64 } from '../../../base/base64.ts';
import { utf8 } from '../../../base/http.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { header, keepsAlive, type ResponseHead, readBody, readHead } from '../httpclient.ts';
import { eprint } from '../stdio.ts';
import { Wire } from '../wire.ts';
import { type Note, openConnection } from './connection.ts';
import { CURLE, type CurlFailure, type Report, type Transfer } from './options.ts';
import type { Meter } from './progress.ts';
import { connectHead, proxyAuthorization, tunnelAnswer } from './tunnel.ts';
import { type CurlUrl, hostPort, parseUrl, resolveLocation, urlText } from './url.ts';
import { via } from './via.ts';

/** Where the answer goes. */
export interface Sink {
  /** @returns false when it could not be written */
  write(bytes: Uint8Array): Promise<boolean>;
  headers(text: string): Promise<void>;
}

/** A connection that the next URL of the same command may use again. */
export interface Idle {
  fd: Fd | undefined;
  key: string;
}

const encode = (s: string): Uint8Array => new TextEncoder().encode(s);

/** The request's head as bytes. Header order is curl's. */
function requestHead(
  t: Transfer,
  u: CurlUrl,
  method: string,
  body: Uint8Array | undefined,
  proxy: CurlUrl | undefined,
): string {
  const given = t.headers.map((h) => {
    const m = /^([^:;]+)([:;])\s*(.*)$/s.exec(h);
    return m ? { name: m[1] as string, value: m[3] as string, empty: m[2] === ';' } : undefined;
  });
  const named = (name: string): boolean => given.some((g) => g?.name.toLowerCase() === name);
  const lines = [`${method} ${proxy ? urlText(u) : u.target} HTTP/${t.http10 ? '1.0' : '1.1'}`];
  const own = (name: string, value: string | undefined): void => {
    if (value !== undefined && !named(name.toLowerCase())) lines.push(`${name}: ${value}`);
  };
  const host = given.find((g) => g?.name.toLowerCase() === 'host');
  if (host) {
    if (host.value !== '') lines.push(`Host: ${host.value}`);
  } else lines.push(`Host: ${hostPort(u, false)}`);
  const known = proxy ? proxyAuthorization(t, proxy) : '';
  if (known !== '') own('Proxy-Authorization', known);
  const user = t.user ?? (u.user === undefined ? undefined : `${u.user}:${u.password ?? ''}`);
  if (user !== undefined) own('Authorization', `Basic ${base64(utf8(user))}`);
  if (t.userAgent !== '') own('User-Agent', t.userAgent);
  own('Accept', t.json ? 'application/json' : '*/*');
  if (proxy) own('Proxy-Connection', 'Keep-Alive');
  if (t.compressed) own('Accept-Encoding', 'deflate, gzip, br, zstd');
  own('Referer', t.referer);
  own('Cookie', t.cookie);
  for (const g of given) {
    if (!g || g.name.toLowerCase() === 'host') continue;
    if (g.value !== '' || g.empty) lines.push(g.empty ? `${g.name}:` : `${g.name}: ${g.value}`);
  }
  if (body) {
    own('Content-Length', String(body.length));
    if (!t.upload)
      own('Content-Type', t.contentType ?? (t.json ? 'application/json' : 'application/x-www-form-urlencoded'));
  }
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** State that lasts over redirects. */
/** From the end of a transfer until curl closes a connection that is not kept, ns: real ones take as long at least. */
const BEFORE_CLOSE = 300_000;

export class Job {
  readonly start: number;
  readonly end: number;
  constructor(
    readonly sys: Sys,
    readonly t: Transfer,
    readonly r: Report,
    readonly meter: Meter,
    readonly sink: Sink,
    readonly idle: Idle,
  ) {
    this.start = sys.now();
    this.end = this.start + t.maxTime;
  }

  readonly note: Note = async (line) => {
    if (this.t.verbose) await eprint(this.sys, `* ${line}\n`);
  };

  async #lines(prefix: string, head: string): Promise<void> {
    if (!this.t.verbose) return;
    await eprint(
      this.sys,
      head
        .split('\r\n')
        .slice(0, -1)
        .map((l) => `${prefix} ${l}\r\n`)
        .join('')
        .replaceAll('\r\n', '\n'),
    );
  }

  /** Runs the transfer with its redirects. */
  async run(): Promise<CurlFailure | undefined> {
    let url = this.t.url;
    let method = this.t.method ?? (this.t.head ? 'HEAD' : this.t.upload ? 'PUT' : this.t.body ? 'POST' : 'GET');
    let body = this.t.body;
    await this.meter.begin();
    for (;;) {
      const u = parseUrl(url);
      if ('code' in u) return u;
      this.r.effective = urlText(u);
      this.r.scheme = u.scheme;
      this.r.method = method;
      const outcome = await this.#once(u, method, body);
      if (!('head' in outcome)) return outcome;
      const { head } = outcome;
      const location = header(head, 'location');
      if (location === undefined || head.status < 300 || head.status > 399) return this.#finish(head);
      const next = resolveLocation(u, location);
      if (!this.t.follow) {
        this.r.redirectUrl = next;
        return this.#finish(head);
      }
      if (this.r.redirects >= this.t.maxRedirs)
        return { code: CURLE.TOO_MANY_REDIRECTS, message: `Maximum (${this.t.maxRedirs}) redirects followed` };
      this.r.redirects++;
      this.r.redirect = this.sys.now() - this.start;
      await this.note(`Issue another request to this URL: '${next}'`);
      if (this.t.method === undefined && method === 'POST' && head.status < 307) {
        method = 'GET';
        body = undefined;
      }
      url = next;
    }
  }

  #finish(head: ResponseHead): CurlFailure | undefined {
    if (this.t.fail === 'with-body' && head.status >= 400)
      return { code: CURLE.HTTP_RETURNED_ERROR, message: `The requested URL returned error: ${head.status}` };
    return undefined;
  }

  async #once(u: CurlUrl, method: string, body: Uint8Array | undefined): Promise<{ head: ResponseHead } | CurlFailure> {
    const way = via(this.sys, this.t, u);
    if ('code' in way) return way;
    const { to, proxy } = way;
    const tunnels = proxy && (this.t.proxyTunnel || u.scheme === 'https');
    const key = `${u.scheme} ${hostPort(to, true)} ${tunnels ? hostPort(u, true) : ''} ${this.t.unixSocket ?? ''}`;
    let fd = this.idle.key === key ? this.idle.fd : undefined;
    let wire = fd === undefined ? undefined : this.#wire(fd);
    if (fd !== undefined) await this.note(`Reusing existing http: connection with host ${u.host}`);
    else {
      if (this.idle.fd !== undefined) this.sys.close(this.idle.fd);
      const opened = await openConnection(this.sys, this.t, to, this.r, this.start, this.end, this.note);
      if (typeof opened !== 'number') {
        const unknown = proxy && opened.code === CURLE.COULDNT_RESOLVE_HOST;
        return unknown ? { code: CURLE.COULDNT_RESOLVE_PROXY, message: `Could not resolve proxy: ${to.host}` } : opened;
      }
      fd = opened;
      wire = this.#wire(fd);
      const refused = tunnels ? await this.#tunnel(wire, u, to) : undefined;
      if (refused) {
        wire.close();
        return refused;
      }
    }
    this.idle.fd = undefined;
    if (u.scheme === 'https') {
      this.sys.close(fd);
      return {
        code: CURLE.SSL_CONNECT_ERROR,
        message: 'TLS connect error: error:0A00010B:SSL routines::wrong version number',
      };
    }
    return this.#exchange(wire as Wire, u, method, body, key, proxy && !tunnels ? to : undefined);
  }

  #wire(fd: Fd): Wire {
    return new Wire(this.sys, fd, this.end, this.meter.on ? () => this.meter.line() : undefined);
  }

  /** Asks a proxy for a tunnel. */
  async #tunnel(wire: Wire, u: CurlUrl, proxy: CurlUrl): Promise<CurlFailure | undefined> {
    await this.note('CONNECT: no ALPN negotiated');
    await this.note('allocate connect buffer');
    await this.note(`Establish HTTP proxy tunnel to ${hostPort(u, true)}`);
    const request = connectHead(this.t, u, proxy);
    await this.#lines('>', request);
    const sent = await wire.write(encode(request));
    if (isErr(sent)) return { code: CURLE.SEND_ERROR, message: `Send failure: ${sent.text}` };
    const head = await tunnelAnswer(wire);
    if (!('status' in head)) return head;
    await this.#tell(head);
    if (head.status < 200 || head.status > 299)
      return { code: CURLE.RECV_ERROR, message: `CONNECT tunnel failed, response ${head.status}` };
    await this.note('CONNECT phase completed');
    await this.note(`CONNECT tunnel established, response ${head.status}`);
    return undefined;
  }

  /** Shows a head that came. */
  async #tell(head: ResponseHead): Promise<void> {
    const text = `${[head.statusLine, ...head.headers.map(([n, v]) => `${n}: ${v}`)].join('\r\n')}\r\n\r\n`;
    await this.#lines('<', text);
    await this.sink.headers(text);
  }

  async #exchange(
    wire: Wire,
    u: CurlUrl,
    method: string,
    body: Uint8Array | undefined,
    key: string | undefined,
    proxy: CurlUrl | undefined,
  ): Promise<{ head: ResponseHead } | CurlFailure> {
    await this.note('using HTTP/1.x');
    const request = requestHead(this.t, u, method, body, proxy);
    this.r.pretransfer = this.sys.now() - this.start;
    const whole = encode(request);
    const payload = new Uint8Array(whole.length + (body?.length ?? 0));
    payload.set(whole);
    if (body) payload.set(body, whole.length);
    await this.#lines('>', request);
    const sent = await wire.write(payload);
    if (isErr(sent)) {
      wire.close();
      return { code: CURLE.SEND_ERROR, message: `Send failure: ${sent.text}` };
    }
    this.r.requestSize += payload.length;
    this.r.upload = body?.length ?? 0;
    this.meter.uploaded = this.meter.uploadTotal = body?.length ?? 0;
    if (body && this.t.verbose) await eprint(this.sys, `} [${body.length} bytes data]\n`);
    await this.note(body ? `upload completely sent off: ${body.length} bytes` : 'Request completely sent off');
    const head = await this.#head(wire);
    if (!('status' in head)) {
      wire.close();
      return head;
    }
    const bodyResult = await this.#body(wire, head, method);
    if (bodyResult) {
      wire.close();
      return bodyResult;
    }
    if (keepsAlive(head) && key !== undefined) {
      await this.note(`Connection #0 to host ${hostPort(u, true)} left intact`);
      this.idle.fd = wire.fd;
      this.idle.key = key;
    } else {
      await this.note('shutting down connection #0');
      await this.sys.sleep(BEFORE_CLOSE);
      wire.close();
    }
    return { head };
  }

  async #head(wire: Wire): Promise<ResponseHead | CurlFailure> {
    for (;;) {
      const head = await readHead(wire);
      if (head === 'empty') {
        await this.note('Empty reply from server');
        await this.note('shutting down connection #0');
        return { code: CURLE.GOT_NOTHING, message: 'Empty reply from server' };
      }
      if (head === 'bad') return { code: CURLE.UNSUPPORTED_PROTOCOL, message: 'Received HTTP/0.9 when not allowed' };
      if (isErr(head)) return this.#receiveError(head);
      if (this.r.starttransfer === 0) this.r.starttransfer = this.sys.now() - this.start;
      this.r.httpCode = head.status;
      this.r.httpVersion = head.version === '1.1' ? '1.1' : '1';
      this.r.headers = head.headers;
      this.r.headerSize += head.size;
      this.r.contentType = header(head, 'content-type');
      if (head.version === '1.0') await this.note('HTTP 1.0, assume close after body');
      await this.#tell(head);
      if (head.status >= 200 || head.status === 101) return head;
    }
  }

  async #receiveError(e: Errno): Promise<CurlFailure> {
    if (e.name !== 'ETIMEDOUT' || this.sys.now() < this.end)
      return { code: CURLE.RECV_ERROR, message: `Recv failure: ${e.text}` };
    const ms = Math.floor((this.sys.now() - this.start) / 1e6);
    const of = this.meter.total > 0 ? ` out of ${this.meter.total}` : '';
    return {
      code: CURLE.OPERATION_TIMEDOUT,
      message: `Operation timed out after ${ms} milliseconds with ${this.meter.downloaded}${of} bytes received`,
    };
  }

  async #body(wire: Wire, head: ResponseHead, method: string): Promise<CurlFailure | undefined> {
    if (this.t.fail === 'fail' && head.status >= 400)
      return { code: CURLE.HTTP_RETURNED_ERROR, message: `The requested URL returned error: ${head.status}` };
    this.meter.downloaded = 0;
    this.meter.total = Number(header(head, 'content-length') ?? 0);
    const following =
      this.t.follow && head.status >= 300 && head.status < 400 && header(head, 'location') !== undefined;
    let refused: number | undefined;
    const end = await readBody(wire, head, method !== 'HEAD' && !this.t.head, async (bytes) => {
      this.meter.downloaded += bytes.length;
      if (this.t.verbose) await eprint(this.sys, `{ [${bytes.length} bytes data]\n`);
      if (following) return;
      this.r.download += bytes.length;
      if (!(await this.sink.write(bytes))) refused ??= bytes.length;
    });
    if (refused !== undefined)
      return {
        code: CURLE.WRITE_ERROR,
        message: `Failure writing output to destination, passed ${refused} returned 0`,
      };
    if (isErr(end)) return this.#receiveError(end);
    if (end === 'partial') {
      const missing = this.meter.total - this.meter.downloaded;
      return {
        code: CURLE.PARTIAL_FILE,
        message:
          this.meter.total > 0
            ? `end of response with ${missing} bytes missing`
            : 'transfer closed with outstanding read data remaining',
      };
    }
    return undefined;
  }
}
