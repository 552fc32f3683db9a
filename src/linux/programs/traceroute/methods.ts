/**
 * How probes are made and recognized: UDP datagrams, echo requests (-I), SYN segments (-T).
 * @see traceroute-2.1 mod-udp.c, mod-icmp.c, mod-tcp.c
 */
import { type IpAddr, ip4, ip6, sameIp } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Fd, SockOption, Sys } from '../../kernel/sys.ts';
import { echoRequest, type IcmpMessage, parseIcmp } from '../ping/icmp.ts';
import { type Answer, answerOf, headersOf, timeExceeded, unreachable } from './answer.ts';
import { isAnswer, synSegment } from './segment.ts';

/** UDP port of the first probe, unless told. */
export const FIRST_PORT = 33434;

/** What all probes have. */
export interface Way {
  readonly dst: IpAddr;
  /** Bytes of a packet. */
  readonly size: number;
  /** UDP: of the first probe, or (`fixed`) of all; TCP: of all. */
  readonly port: number;
  readonly fixed: boolean;
  readonly src?: IpAddr;
  readonly ifname?: string;
}

/** One probe. */
export interface Probe {
  readonly ttl: number;
  /** When it was sent, 0: not yet. */
  sent: number;
  done: boolean;
  answer: Answer | undefined;
  /** By what its answers are known: a descriptor, a sequence number or a port. */
  key: number;
}

/** A way to make probes. */
export interface Method {
  /** Sends one. @returns what is wrong */
  send(p: Probe): Promise<string | undefined>;
  /** Descriptors on which something about these may come. */
  waits(waiting: readonly Probe[]): readonly Fd[];
  /** Takes what has come on one. */
  take(fd: Fd, waiting: readonly Probe[]): Promise<{ readonly probe: Probe; readonly answer: Answer } | undefined>;
  /** A probe is over. */
  over(p: Probe): void;
}

/** A socket as it was asked for. */
function open(sys: Sys, way: Way, type: 'dgram' | 'raw', protocol = 0): Fd | Errno {
  const fd = sys.socket(way.dst.v === 4 ? 'inet' : 'inet6', type, protocol);
  if (isErr(fd)) return fd;
  const bound = way.ifname === undefined ? 0 : sys.bindToDevice(fd, way.ifname);
  const from = isErr(bound) || !way.src ? bound : sys.bind(fd, { ip: way.src });
  if (!isErr(from)) return fd;
  sys.close(fd);
  return from;
}

const room = (way: Way): number => Math.max(0, way.size - headersOf(way.dst));

/** A socket and a port for each, which is told of what became of it by its error queue. */
export class UdpMethod implements Method {
  #port: number;

  constructor(
    readonly sys: Sys,
    readonly way: Way,
  ) {
    this.#port = way.port;
  }

  async send(p: Probe): Promise<string | undefined> {
    const { sys, way } = this;
    const fd = open(sys, way, 'dgram');
    if (isErr(fd)) return `socket: ${fd.text}`;
    for (const [option, value] of [
      ['mtu_discover', 0],
      ['ttl', p.ttl],
    ] as [SockOption, number][])
      sys.setsockopt(fd, option, value);
    const connected = await sys.connect(fd, { ip: way.dst, port: way.fixed ? way.port : this.#port++ });
    if (isErr(connected)) return `connect: ${connected.text}`;
    sys.setsockopt(fd, 'recverr', 1);
    p.sent = sys.now();
    p.key = fd;
    const sent = await sys.sendto(fd, new Uint8Array(room(way)).fill(0x40));
    return isErr(sent) ? `send: ${sent.text}` : undefined;
  }

  waits(waiting: readonly Probe[]): readonly Fd[] {
    return waiting.map((p) => p.key);
  }

  async take(fd: Fd, waiting: readonly Probe[]): ReturnType<Method['take']> {
    const probe = waiting.find((p) => p.key === fd);
    const d = await this.sys.recvfrom(fd);
    if (isErr(d) || !probe) return undefined;
    const ms = (d.time - probe.sent) / 1e6;
    const e = d.icmpError;
    if (e && !e.local) return { probe, answer: answerOf(e.from, e.type, e.code, ms) };
    return d.from.ip && { probe, answer: { from: d.from.ip, ms, mark: '', last: true } };
  }

  over(p: Probe): void {
    if (p.sent > 0) this.sys.close(p.key);
  }
}

/** What both methods on raw sockets share: errors come to a socket of ICMP. */
abstract class RawMethod implements Method {
  constructor(
    readonly sys: Sys,
    readonly way: Way,
    readonly icmp: Fd,
  ) {}

  abstract send(p: Probe): Promise<string | undefined>;
  /** The probe that an error quotes, or an echo answers. */
  protected abstract about(m: IcmpMessage, waiting: readonly Probe[]): Probe | undefined;

  waits(_waiting: readonly Probe[]): readonly Fd[] {
    return [this.icmp];
  }

  async take(fd: Fd, waiting: readonly Probe[]): ReturnType<Method['take']> {
    const { v } = this.way.dst;
    const d = await this.sys.recvfrom(fd);
    const m = isErr(d) || !d.from.ip ? undefined : parseIcmp(v, d.data, d.ttl ?? 0);
    const probe = m && this.about(m, waiting);
    if (isErr(d) || !d.from.ip || !m || !probe) return undefined;
    const ms = (d.time - probe.sent) / 1e6;
    if (m.kind === 'reply') return { probe, answer: { from: d.from.ip, ms, mark: '', last: true } };
    if (m.type !== timeExceeded(v) && m.type !== unreachable(v)) return undefined;
    return { probe, answer: answerOf(d.from.ip, m.type, m.code, ms) };
  }

  over(_p: Probe): void {}
}

/** Echo requests with one identifier, and a number each. */
export class EchoMethod extends RawMethod {
  #seq = 0;

  static open(sys: Sys, way: Way): EchoMethod | string {
    const fd = open(sys, way, 'raw', way.dst.v === 4 ? 1 : 58);
    return isErr(fd) ? `socket: ${fd.text}` : new EchoMethod(sys, way, fd);
  }

  async send(p: Probe): Promise<string | undefined> {
    p.key = ++this.#seq;
    this.sys.setsockopt(this.icmp, 'ttl', p.ttl);
    p.sent = this.sys.now();
    const message = echoRequest(
      this.way.dst.v,
      this.sys.pid & 0xffff,
      p.key,
      new Uint8Array(room(this.way)).fill(0x40),
    );
    const sent = await this.sys.sendto(this.icmp, message, { ip: this.way.dst });
    return isErr(sent) ? `send: ${sent.text}` : undefined;
  }

  protected about(m: IcmpMessage, waiting: readonly Probe[]): Probe | undefined {
    return m.id === (this.sys.pid & 0xffff) ? waiting.find((p) => p.key === m.seq) : undefined;
  }
}

/** SYNs from a port each: who answers with SYN and ACK, or RST, is the end of the way. */
export class TcpMethod extends RawMethod {
  #port: number;

  private constructor(
    sys: Sys,
    way: Way,
    icmp: Fd,
    readonly tcp: Fd,
    readonly from: IpAddr,
  ) {
    super(sys, way, icmp);
    this.#port = 32768 + sys.rng.below(16384);
  }

  static async open(sys: Sys, way: Way): Promise<TcpMethod | string> {
    const icmp = open(sys, way, 'raw', way.dst.v === 4 ? 1 : 58);
    if (isErr(icmp)) return `socket: ${icmp.text}`;
    const tcp = open(sys, way, 'raw', 6);
    if (isErr(tcp)) return `socket: ${tcp.text}`;
    const udp = open(sys, way, 'dgram');
    const e = isErr(udp) ? udp : await sys.connect(udp, { ip: way.dst, port: way.port });
    if (isErr(udp) || isErr(e)) return `connect: ${(isErr(e) ? e : (udp as Errno)).text}`;
    const own = sys.getsockname(udp);
    sys.close(udp);
    const from = isErr(own) ? undefined : own.ip;
    return new TcpMethod(sys, way, icmp, tcp, from ?? (way.dst.v === 4 ? ip4(0) : ip6(0n)));
  }

  async send(p: Probe): Promise<string | undefined> {
    p.key = this.#port++;
    this.sys.setsockopt(this.tcp, 'ttl', p.ttl);
    p.sent = this.sys.now();
    const segment = synSegment(this.from, this.way.dst, p.key, this.way.port, this.sys.rng.u32(), this.sys.pid);
    const sent = await this.sys.sendto(this.tcp, segment, { ip: this.way.dst });
    return isErr(sent) ? `send: ${sent.text}` : undefined;
  }

  override waits(): readonly Fd[] {
    return [this.icmp, this.tcp];
  }

  override async take(fd: Fd, waiting: readonly Probe[]): ReturnType<Method['take']> {
    if (fd !== this.tcp) return super.take(fd, waiting);
    const d = await this.sys.recvfrom(fd);
    if (isErr(d) || !d.from.ip || !sameIp(d.from.ip, this.way.dst)) return undefined;
    const port = isAnswer(d.data, this.way.dst.v, this.way.port);
    const probe = waiting.find((p) => p.key === port);
    const ms = probe ? (d.time - probe.sent) / 1e6 : 0;
    return probe && { probe, answer: { from: d.from.ip, ms, mark: '', last: true } };
  }

  protected about(m: IcmpMessage, waiting: readonly Probe[]): Probe | undefined {
    return m.kind === 'error' ? waiting.find((p) => p.key === m.sport) : undefined;
  }
}
