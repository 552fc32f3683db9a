/**
 * docker-proxy: a process of the host for each published port and address family that accepts (or receives) on the
 * host's port and passes bytes to the container and back. It holds the port, and serves who comes by 127.0.0.1 or from
 * the container's own bridge; others are DNATed before they reach it.
 * @see moby cmd/docker-proxy/{main_linux.go,tcp_proxy_linux.go,udp_proxy_linux.go}
 */
import { SECOND } from '../../../../base/clock.ts';
import { formatIp, type IpAddr } from '../../../../base/ip.ts';
import { type Errno, isErr } from '../../../../linux/kernel/errno.ts';
import type { DaemonSys, Kernel } from '../../../../linux/kernel/machine.ts';
import { SIGNALS } from '../../../../linux/kernel/signal.ts';
import type { Fd, SockAddr, Sys } from '../../../../linux/kernel/sys.ts';
import type { PortBinding } from '../../driver.ts';
import { run, whileAlive } from '../../task.ts';

const PATH = '/usr/sbin/docker-proxy';
const SCTP = 132;
/** A UDP client is forgotten after this long without an answer. */
const UDP_IDLE = 90 * SECOND;
const BACKLOG = 4096;
/** From readiness until a sleeping goroutine reads, ns: at least, and at most that much more. */
const WAKE_MIN = 20_000;
const WAKE_SPREAD = 280_000;
/** From its first read after that until it writes: splice(2) to the pipe and from it, ns. */
const SPLICE = 100_000;

/** One proxy process, from its socket on. */
export class PortProxy {
  readonly #daemon: DaemonSys;
  readonly #target: SockAddr;
  #fd: Fd | undefined;

  /** @param parent dockerd's pid */
  constructor(
    kernel: Kernel,
    readonly binding: PortBinding,
    parent: number,
  ) {
    this.#daemon = kernel.daemon(proxyArgv(binding), { parent });
    this.#daemon.sys.sigaction(SIGNALS.SIGPIPE, 'ignore');
    this.#target = { ip: binding.containerIp, port: binding.port };
  }

  /** Takes the host's port. sctp has no socket here: the proxy itself finds that out in {@link serve}. */
  bind(): Errno | 0 {
    if (this.binding.proto === 'sctp') return 0;
    const fd = bindHostPort(this.#daemon.sys, this.binding);
    if (isErr(fd)) return fd;
    this.#fd = fd;
    return 0;
  }

  /** Begins to accept. */
  serve(): Errno | 0 {
    const sys = this.#daemon.sys;
    if (this.binding.proto === 'sctp') {
      const fd = sys.socket(this.binding.hostIp.v === 4 ? 'inet' : 'inet6', 'stream', SCTP);
      return isErr(fd) ? fd : 0;
    }
    const fd = this.#fd as Fd;
    if (this.binding.proto === 'tcp') {
      const listening = sys.listen(fd, BACKLOG);
      if (isErr(listening)) return listening;
    }
    run(this.binding.proto === 'tcp' ? serveTcp(sys, fd, this.#target) : serveUdp(sys, fd, this.#target));
    return 0;
  }

  stop(): void {
    this.#daemon.end(0);
  }
}

/** Without proxies: dockerd's own socket, which nobody else can have; nothing is accepted. */
export class HeldPort {
  #fd: Fd | undefined;

  constructor(
    readonly sys: Sys,
    readonly binding: PortBinding,
  ) {}

  bind(): Errno | 0 {
    if (this.binding.proto === 'sctp') return 0;
    const fd = bindHostPort(this.sys, this.binding);
    if (isErr(fd)) return fd;
    this.#fd = fd;
    return 0;
  }

  serve(): Errno | 0 {
    return this.binding.proto === 'tcp' ? this.sys.listen(this.#fd as Fd, 0) : 0;
  }

  stop(): void {
    const fd = this.#fd;
    if (fd !== undefined) whileAlive(() => this.sys.close(fd));
    this.#fd = undefined;
  }
}

/** A socket bound to the host's side of a mapping. */
function bindHostPort(sys: Sys, { hostIp, hostPort, proto }: PortBinding): Fd | Errno {
  const fd = sys.socket(hostIp.v === 4 ? 'inet' : 'inet6', proto === 'tcp' ? 'stream' : 'dgram');
  if (isErr(fd)) return fd;
  if (hostIp.v === 6) sys.setsockopt(fd, 'v6only', 1);
  sys.setsockopt(fd, 'reuseaddr', 1);
  const bound = sys.bind(fd, { ip: hostIp, port: hostPort });
  if (!isErr(bound)) return fd;
  sys.close(fd);
  return bound;
}

function proxyArgv(b: PortBinding): string[] {
  return [
    PATH,
    '-proto',
    b.proto,
    '-host-ip',
    formatIp(b.hostIp),
    '-host-port',
    String(b.hostPort),
    '-container-ip',
    formatIp(b.containerIp),
    '-container-port',
    String(b.port),
    '-use-listen-fd',
  ];
}

async function serveTcp(sys: Sys, listener: Fd, target: SockAddr): Promise<void> {
  for (;;) {
    const got = await sys.accept(listener);
    if (!isErr(got)) run(forward(sys, got.fd, target));
    else if (got.name !== 'ECONNABORTED' && got.name !== 'EINTR') return;
  }
}

async function forward(sys: Sys, client: Fd, target: SockAddr): Promise<void> {
  const backend = sys.socket(target.ip?.v === 6 ? 'inet6' : 'inet', 'stream');
  if (isErr(backend)) {
    sys.close(client);
    return;
  }
  if (isErr(await sys.connect(backend, target))) {
    await drain(sys, client);
    sys.close(client);
    sys.close(backend);
    return;
  }
  for (const fd of [client, backend]) keepAlive(sys, fd);
  await Promise.all([pump(sys, client, backend), pump(sys, backend, client)]);
  sys.close(client);
  sys.close(backend);
}

/** What Go does to every connection. @see Go src/net/tcpsock.go: newTCPConn, KeepAliveConfig */
function keepAlive(sys: Sys, fd: Fd): void {
  sys.setsockopt(fd, 'nodelay', 1);
  sys.setsockopt(fd, 'keepalive', 1);
  sys.setsockopt(fd, 'keepidle', 15);
  sys.setsockopt(fd, 'keepintvl', 15);
  sys.setsockopt(fd, 'keepcnt', 9);
}

/** Takes what has come, so that closing sends FIN and not RST. */
async function drain(sys: Sys, fd: Fd): Promise<void> {
  sys.setNonBlocking(fd, true);
  for (;;) {
    const bytes = await sys.read(fd);
    if (isErr(bytes) || bytes.length === 0) return;
  }
}

/**
 * One direction; its end is passed on as half-close. Bytes that arrive while it wakes go out together: whether an
 * answer's head and body are passed on as one segment or as two is a race, here as there.
 */
async function pump(sys: Sys, from: Fd, to: Fd): Promise<void> {
  for (;;) {
    const now = await sys.poll([{ fd: from, in: true }], 0);
    const asleep = !isErr(now) && now.length === 0;
    if (asleep) {
      await sys.poll([{ fd: from, in: true }], Number.POSITIVE_INFINITY);
      await sys.sleep(WAKE_MIN + sys.rng.below(WAKE_SPREAD));
    }
    const bytes = await sys.read(from, 32768);
    if (isErr(bytes) || bytes.length === 0) break;
    if (asleep) await sys.sleep(SPLICE);
    if (isErr(await sys.write(to, bytes))) break;
  }
  sys.shutdown(to, 'write');
  sys.shutdown(from, 'read');
}

async function serveUdp(sys: Sys, listener: Fd, target: SockAddr): Promise<void> {
  const clients = new Map<string, Fd>();
  for (;;) {
    const got = await sys.recvfrom(listener);
    if (isErr(got)) {
      if (got.name === 'EINTR' || got.name === 'ECONNREFUSED') continue;
      return;
    }
    const key = `${formatIp(got.from.ip as IpAddr)} ${got.from.port}`;
    let backend = clients.get(key);
    if (backend === undefined) {
      const fd = sys.socket(target.ip?.v === 6 ? 'inet6' : 'inet', 'dgram');
      if (isErr(fd) || isErr(await sys.connect(fd, target))) continue;
      backend = fd;
      clients.set(key, fd);
      run(answers(sys, fd, listener, got.from).then(() => clients.delete(key)));
    }
    await sys.sendto(backend, got.data);
  }
}

/** The container's answers to one client, until none has come for a while. */
async function answers(sys: Sys, backend: Fd, listener: Fd, client: SockAddr): Promise<void> {
  for (;;) {
    const ready = await sys.poll([{ fd: backend, in: true }], UDP_IDLE);
    if (isErr(ready) || ready.length === 0) break;
    const got = await sys.recvfrom(backend);
    if (isErr(got)) {
      if (got.name === 'ECONNREFUSED') continue;
      break;
    }
    await sys.sendto(listener, got.data, client);
  }
  sys.close(backend);
}
