/**
 * The way to a daemon: the service behind a unix socket of this machine, or HTTP over TCP to any other.
 * Limits: a TCP connection carries one request; a daemon of this laboratory does not speak TLS, and no machine has ssh.
 * @see moby client/request.go: doRequest; docker/go-connections sockets/sockets.go; docker/cli cli/connhelper
 */
import type { Duplex, HttpRequest, HttpResponse } from '../../base/http.ts';
import { exchange } from '../../base/http1/client.ts';
import { formatIp, type IpAddr } from '../../base/ip.ts';
import { type Errno, isErr } from '../../linux/kernel/errno.ts';
import { SocketStream } from '../../linux/kernel/socketstream.ts';
import type { Fd, Sys } from '../../linux/kernel/sys.ts';
import { getaddrinfo, resolvConf } from '../../linux/programs/resolve.ts';
import { connectBy } from '../../linux/programs/wire.ts';
import { Failure } from './failure.ts';

/** Answers a request, or says why it could not be sent. */
export interface Transport {
  handle(request: HttpRequest): Promise<HttpResponse | Failure>;
}

/** ns until a connection is given up. */
const DIAL_TIMEOUT = 10e9;
/** The same for the first question, whether a daemon is there. */
const PING_TIMEOUT = 2e9;

/** What one reads when nobody answers there. */
export const unreachable = (host: string): Failure =>
  new Failure(`Cannot connect to the Docker daemon at ${host}. Is the docker daemon running?`);

/** @param host `unix:///var/run/docker.sock`, `tcp://HOST:PORT` */
export function transport(sys: Sys, host: string): Transport | Failure {
  const at = host.indexOf('://');
  const [scheme, rest] = [host.slice(0, at), host.slice(at + 3)];
  if (scheme === 'npipe') return new Failure('Failed to initialize: protocol not available');
  if (scheme !== 'unix') return new Tcp(sys, scheme, host, rest);
  const service = sys.service(rest);
  if (!isErr(service)) return service;
  return service.name === 'EACCES'
    ? new Failure(`permission denied while trying to connect to the Docker daemon socket at ${host}`)
    : unreachable(host);
}

class Tcp implements Transport {
  readonly #authority: string;
  /** Stands before every path. */
  readonly #base: string;

  constructor(
    readonly sys: Sys,
    readonly scheme: string,
    readonly host: string,
    rest: string,
  ) {
    const slash = rest.indexOf('/');
    this.#authority = slash < 0 ? rest : rest.slice(0, slash);
    this.#base = slash < 0 ? '' : rest.slice(slash).replace(/\/$/, '');
  }

  async handle(request: HttpRequest): Promise<HttpResponse | Failure> {
    const secure = this.scheme === 'https';
    const query = request.query.toString();
    const target = `${this.#base}${request.path}${query === '' ? '' : `?${query}`}`;
    const authority = this.scheme === 'ssh' ? 'docker.example.com' : this.#authority;
    const failed = (why: string): Failure => {
      const verb = request.method[0] + request.method.slice(1).toLowerCase();
      return new Failure(`error during connect: ${verb} "http${secure ? 's' : ''}://${authority}${target}": ${why}`);
    };
    if (this.scheme === 'ssh') return failed('exec: "ssh": executable file not found in $PATH');
    const dialled = await this.#dial(request.path === '/_ping' ? PING_TIMEOUT : DIAL_TIMEOUT);
    if (dialled === 'nobody') return unreachable(this.host);
    if (typeof dialled === 'string') return failed(dialled);
    if (secure) {
      this.sys.close(dialled);
      return failed('http: server gave HTTP response to HTTPS client');
    }
    const duplex = new SocketStream(this.sys, dialled);
    const headers = { ...request.headers, host: authority };
    const body = request.body instanceof Uint8Array && request.body.length === 0 ? undefined : request.body;
    const answer = await exchange(duplex, { method: request.method, target, headers, body });
    if (answer === 'empty') return failed('EOF');
    if (answer === 'bad') return failed('net/http: HTTP/1.x transport connection broken: malformed HTTP response');
    void request.gone?.then(() => duplex.close());
    if (request.duplex && answer.status === 101) pump(request.duplex, answer.rest);
    return answer;
  }

  /** @returns a connected socket; `nobody`, or another reason in Go's words */
  async #dial(timeout: number): Promise<Fd | string> {
    const colon = this.#authority.lastIndexOf(':');
    const hasPort = colon > this.#authority.lastIndexOf(']');
    const name = (hasPort ? this.#authority.slice(0, colon) : this.#authority).replace(/^\[|\]$/g, '') || 'localhost';
    const port = hasPort ? Number(this.#authority.slice(colon + 1)) : this.scheme === 'https' ? 443 : 80;
    if (port > 65535) return `dial tcp: address ${port}: invalid port`;
    const found = await getaddrinfo(this.sys, name);
    if (typeof found === 'string') {
      const server = resolvConf(this.sys).nameservers[0];
      const why = found === 'EAI_AGAIN' ? 'server misbehaving' : 'no such host';
      return `dial tcp: lookup ${name}${server ? ` on ${formatIp(server)}:53` : ''}: ${why}`;
    }
    let reason = 'nobody';
    for (const ip of found.addrs) {
      const fd = await this.#connect(ip, port, timeout);
      if (!isErr(fd)) return fd;
      const shown = ip.v === 6 ? `[${formatIp(ip)}]` : formatIp(ip);
      const silent = fd.name === 'ECONNREFUSED' || fd.name === 'ETIMEDOUT';
      reason = silent ? 'nobody' : `dial tcp ${shown}:${port}: connect: ${fd.text.toLowerCase()}`;
    }
    return reason;
  }

  async #connect(ip: IpAddr, port: number, timeout: number): Promise<Fd | Errno> {
    const fd = this.sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream');
    if (isErr(fd)) return fd;
    const e = await connectBy(this.sys, fd, { ip, port }, this.sys.now() + timeout);
    if (!isErr(e)) return fd;
    this.sys.close(fd);
    return e;
  }
}

/** Copies both ways until both have ended. */
function pump(a: Duplex, b: Duplex): void {
  void copy(a, b);
  void copy(b, a);
}

async function copy(from: Duplex, to: Duplex): Promise<void> {
  for (let part = await from.read(); part !== null; part = await from.read()) await to.write(part);
  to.closeWrite();
}
