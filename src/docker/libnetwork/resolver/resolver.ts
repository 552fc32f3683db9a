/**
 * The resolver of one sandbox: a UDP and a TCP socket of dockerd in the container's namespace, behind nat rules.
 *
 * Limits: how long dockerd takes to wake is a constant.
 * @see moby daemon/libnetwork/resolver.go: Start, serveDNS
 */
import { MS, SECOND } from '../../../base/clock.ts';
import { type DnsMessage, decodeMessage, framed } from '../../../base/dns.ts';
import type { Rng } from '../../../base/rng.ts';
import { type Errno, isErr } from '../../../linux/kernel/errno.ts';
import type { DaemonSys, Kernel } from '../../../linux/kernel/machine.ts';
import type { NetnsKey } from '../../../linux/kernel/netadmin.ts';
import type { Fd, SockAddr, Sys } from '../../../linux/kernel/sys.ts';
import { run, whileAlive } from '../task.ts';
import { answer, type Backend, servfail } from './answer.ts';
import { forward, readFramed } from './forward.ts';
import { RESOLVER, setupNat } from './rules.ts';

/** From the datagram's arrival until dockerd reads it. */
const WAKE = 0.4 * MS;
const BACKLOG = 4096;
/** A client's TCP connection without a query is closed after this long. */
const IDLE = 8 * SECOND;

export class Resolver {
  readonly #sys: Sys;
  #fds: Fd[] = [];
  #stopped = false;

  /** @param daemon dockerd's own process, in the host's namespace */
  constructor(
    readonly kernel: Kernel,
    readonly daemon: DaemonSys,
    readonly netns: NetnsKey,
    readonly rng: Rng,
    readonly backend: Backend,
  ) {
    this.#sys = daemon.inNetns(netns);
  }

  /** Opens the sockets, programs the rules, begins to answer. */
  start(): Errno | 0 {
    const udp = this.#open('dgram');
    if (isErr(udp)) return udp;
    const tcp = this.#open('stream');
    if (isErr(tcp)) return tcp;
    const port = (fd: Fd): number => (this.#sys.getsockname(fd) as SockAddr).port as number;
    setupNat(this.kernel.net(this.netns), port(udp), port(tcp));
    run(this.#serveUdp(udp));
    run(this.#serveTcp(tcp));
    return 0;
  }

  stop(): void {
    this.#stopped = true;
    for (const fd of this.#fds) whileAlive(() => this.#sys.close(fd));
    this.#fds = [];
  }

  #open(type: 'dgram' | 'stream'): Fd | Errno {
    const sys = this.#sys;
    const fd = sys.socket('inet', type);
    if (isErr(fd)) return fd;
    this.#fds.push(fd);
    const bound = sys.bind(fd, { ip: RESOLVER, port: 0 });
    if (isErr(bound)) return bound;
    const listening = type === 'stream' ? sys.listen(fd, BACKLOG) : 0;
    return isErr(listening) ? listening : fd;
  }

  /**
   * Each query is a goroutine of its own. All that have come are read before the reader sleeps again; then the newest
   * goroutine runs first, the others in order.
   * @see Go runtime/proc.go: runqput (runnext)
   */
  async #serveUdp(fd: Fd): Promise<void> {
    const sys = this.#sys;
    const reply = (to: SockAddr) => (bytes: Uint8Array) => sys.sendto(fd, bytes, to);
    for (;;) {
      const ready = await sys.poll([{ fd, in: true }], Number.POSITIVE_INFINITY);
      if (this.#stopped) return;
      if (isErr(ready)) continue;
      await sys.sleep(WAKE);
      const work: (() => Promise<void>)[] = [];
      for (;;) {
        const now = this.#stopped ? [] : await sys.poll([{ fd, in: true }], 0);
        if (this.#stopped || isErr(now) || now.length === 0) break;
        const got = await sys.recvfrom(fd);
        if (!isErr(got)) work.push(() => this.#handle('udp', got.data, reply(got.from)));
      }
      const newest = work.pop();
      if (newest) run(newest());
      for (const other of work) run(other());
    }
  }

  async #serveTcp(fd: Fd): Promise<void> {
    for (;;) {
      const got = await this.#sys.accept(fd);
      if (this.#stopped) return;
      if (!isErr(got)) run(this.#serveStream(got.fd));
    }
  }

  async #serveStream(fd: Fd): Promise<void> {
    const sys = this.#sys;
    this.#fds.push(fd);
    for (;;) {
      const query = await readFramed(sys, fd, IDLE);
      if (this.#stopped) return;
      if (!query) break;
      await this.#handle('tcp', query, (bytes) => sys.write(fd, framed(bytes)));
    }
    this.#fds = this.#fds.filter((f) => f !== fd);
    sys.close(fd);
  }

  async #handle(proto: 'udp' | 'tcp', bytes: Uint8Array, reply: (bytes: Uint8Array) => unknown): Promise<void> {
    const query = decodeMessage(bytes);
    if (!query || query.response || query.questions.length === 0) return;
    const limit = proto === 'tcp' ? 65535 : query.udpSize;
    const own = answer(this.backend, query, this.rng, limit);
    const got = own ?? (this.backend.external ? await this.#forward(proto, query, bytes) : undefined);
    if (!this.#stopped) await reply(got ?? servfail(query));
  }

  #forward(proto: 'udp' | 'tcp', query: DnsMessage, bytes: Uint8Array): Promise<Uint8Array | undefined> {
    return forward(this.backend.servers, (s) => (s.host ? this.daemon.sys : this.#sys), proto, query, bytes);
  }
}
