/** One ICMP echo session on a ping socket or a raw one: sending numbered requests, matching what comes back. */
import type { IpAddr } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { echoRequest, type IcmpMessage, parseIcmp } from './icmp.ts';

/** How the session's packets look. */
export interface PingSocket {
  readonly dst: IpAddr;
  /** Bytes of payload. */
  readonly size: number;
  /** Bytes that fill the payload again and again; absent: their own numbers. */
  readonly fill?: Uint8Array;
  /** Whether it may be sent to all machines of a network. */
  readonly broadcast?: boolean;
  readonly ttl?: number;
  readonly tos?: number;
  readonly mark?: number;
  /** IP_MTU_DISCOVER: 0 dont, 1 want, 2 do, 3 probe. */
  readonly pmtudisc?: number;
  /** Which kind of socket is tried first; the other is taken when that one may not be had. */
  readonly first: 'dgram' | 'raw';
  /** Whether the socket has an error queue, which tells of what this machine refuses to send. */
  readonly recverr?: boolean;
  /** Interface or source address. */
  readonly ifname?: string;
  readonly src?: IpAddr;
}

/** Something that came back. */
export type PingEvent =
  | {
      readonly kind: 'reply';
      readonly seq: number;
      readonly ttl: number;
      readonly bytes: number;
      readonly from: IpAddr;
      readonly rttNs: number;
      readonly duplicate: boolean;
    }
  | {
      readonly kind: 'error';
      readonly seq: number;
      readonly type: number;
      readonly code: number;
      readonly mtu: number;
      readonly from: IpAddr;
    }
  | {
      /** This machine refused to send; `mtu` is what the way takes. */
      readonly kind: 'local';
      readonly errno: Errno;
      readonly mtu: number;
    };

/** Counters over round-trip times, in microseconds. */
export class RttStats {
  min = Number.POSITIVE_INFINITY;
  max = 0;
  sum = 0;
  sum2 = 0;
  n = 0;
  /** Exponential average, eighths. */
  ewma = 0;

  add(us: number): void {
    this.min = Math.min(this.min, us);
    this.max = Math.max(this.max, us);
    this.sum += us;
    this.sum2 += us * us;
    this.n++;
    this.ewma = this.ewma === 0 ? us * 8 : this.ewma + us - this.ewma / 8;
  }
  get avg(): number {
    return Math.floor(this.sum / this.n);
  }
  get mdev(): number {
    const avg = this.sum / this.n;
    return Math.floor(Math.sqrt(Math.max(0, this.sum2 / this.n - avg * avg)));
  }
}

export class Pinger {
  readonly #sentAt = new Map<number, number>();
  readonly #answered = new Set<number>();
  readonly id: number;
  readonly v: 4 | 6;

  private constructor(
    readonly sys: Sys,
    readonly fd: Fd,
    readonly to: PingSocket,
    /** A ping socket: the kernel gives the identifier and hands on what belongs to it. */
    readonly dgram: boolean,
  ) {
    this.id = sys.pid & 0xffff;
    this.v = to.dst.v;
  }

  /** Opens the socket. The errno names the call that failed: EPERM for socket(2), ENODEV for the interface. */
  static open(sys: Sys, to: PingSocket): Pinger | Errno {
    const open = (type: 'dgram' | 'raw'): Fd | Errno =>
      sys.socket(to.dst.v === 4 ? 'inet' : 'inet6', type, to.dst.v === 4 ? 1 : 58);
    let dgram = to.first === 'dgram';
    let fd = open(to.first);
    if (isErr(fd) && fd.name === (dgram ? 'EACCES' : 'EPERM')) {
      dgram = !dgram;
      fd = open(dgram ? 'dgram' : 'raw');
    }
    if (isErr(fd)) return fd;
    if (to.ifname !== undefined) {
      const e = sys.bindToDevice(fd, to.ifname);
      if (isErr(e)) return e;
    }
    if (to.src) {
      const e = sys.bind(fd, { ip: to.src });
      if (isErr(e)) return e;
    }
    if (to.broadcast) sys.setsockopt(fd, 'broadcast', 1);
    if (to.ttl !== undefined) sys.setsockopt(fd, 'ttl', to.ttl);
    if (to.tos !== undefined) sys.setsockopt(fd, 'tos', to.tos);
    if (to.mark !== undefined) sys.setsockopt(fd, 'mark', to.mark);
    if (to.pmtudisc !== undefined) sys.setsockopt(fd, 'mtu_discover', to.pmtudisc);
    if (to.recverr) sys.setsockopt(fd, 'recverr', 1);
    return new Pinger(sys, fd, to, dgram);
  }

  /** Sends request number `seq`. */
  async send(seq: number): Promise<0 | Errno> {
    const { fill } = this.to;
    const payload = new Uint8Array(this.to.size);
    for (let i = 0; i < payload.length; i++) payload[i] = fill ? (fill[i % fill.length] as number) : i & 255;
    if (payload.length >= 16) {
      // struct timeval, little-endian, as x86-64 writes it
      const now = this.sys.realtime();
      const view = new DataView(payload.buffer);
      view.setBigUint64(0, now / 1_000_000_000n, true);
      view.setBigUint64(8, (now % 1_000_000_000n) / 1000n, true);
    }
    this.#answered.delete(seq & 0xffff);
    this.#sentAt.set(seq & 0xffff, this.sys.now());
    const n = await this.sys.sendto(this.fd, echoRequest(this.v, this.id, seq, payload), { ip: this.to.dst });
    return isErr(n) ? n : 0;
  }

  /**
   * The next event that belongs to this session.
   * @param until virtual time, ns; Infinity waits for ever
   * @returns undefined when time is up, `signal` when a handler ran, or the socket's error
   */
  async next(until: number): Promise<PingEvent | undefined | 'signal' | Errno> {
    for (;;) {
      const left = Math.max(0, until - this.sys.now());
      const ready = await this.sys.poll([{ fd: this.fd, in: true }], left);
      if (isErr(ready)) return ready.name === 'EINTR' ? 'signal' : ready;
      if (ready.length === 0) return undefined;
      const d = await this.sys.recvfrom(this.fd);
      if (isErr(d)) {
        if (d.name === 'EINTR') return 'signal';
        if (d.name === 'EAGAIN') continue;
        return d;
      }
      if (d.icmpError) {
        // Of ICMP errors a raw socket has the messages themselves, a ping socket the head of what it sent.
        const e = d.icmpError;
        if (e.local) return { kind: 'local', errno: e.errno, mtu: e.mtu };
        if (!this.dgram || d.data.length < 8) continue;
        const seq = ((d.data[6] as number) << 8) | (d.data[7] as number);
        return { kind: 'error', seq, type: e.type, code: e.code, mtu: e.mtu, from: e.from };
      }
      const m = parseIcmp(this.v, d.data, d.ttl ?? 0);
      const event = m && d.from.ip ? this.#event(m, d.from.ip, d.time) : undefined;
      if (event) return event;
    }
  }

  #event(m: IcmpMessage, from: IpAddr, time: number): PingEvent | undefined {
    if (!this.dgram && m.id !== this.id) return undefined;
    const sent = this.#sentAt.get(m.seq);
    if (sent === undefined) return undefined;
    if (m.kind === 'error') return { kind: 'error', seq: m.seq, type: m.type, code: m.code, mtu: m.mtu, from };
    const duplicate = this.#answered.has(m.seq);
    this.#answered.add(m.seq);
    return { kind: 'reply', seq: m.seq, ttl: m.ttl, bytes: m.bytes, from, rttNs: Math.max(0, time - sent), duplicate };
  }

  close(): void {
    this.sys.close(this.fd);
  }
}
