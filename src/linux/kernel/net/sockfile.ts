/** inet and inet6 sockets as open files, over sockets of the core. */
import { type IpAddr, needsZone } from '../../../base/ip.ts';
import { Ready, SockType } from '../../core/core.ts';
import {
  EADDRNOTAVAIL,
  EAFNOSUPPORT,
  EAGAIN,
  EDESTADDRREQ,
  EINPROGRESS,
  EINVAL,
  ENODEV,
  ENOTCONN,
  EPROTONOSUPPORT,
  type Errno,
  errnoOf,
  isErr,
} from '../errno.ts';
import type { Waiter } from '../machine.ts';
import { type Accepted, SocketFile } from '../socket.ts';
import type { Datagram, GroupInterface, SockAddr, SocketType, SockOption } from '../sys.ts';
import { WaitQueue, waitFor } from '../waitqueue.ts';
import { ANY4, ANY6, fromAddr16, toAddr16 } from './addr16.ts';
import { groupDevice } from './groups.ts';
import type { Netns } from './netns.ts';
import { isPing, mayBind } from './privilege.ts';
import type { NetWorld } from './world.ts';

const TCP = 6;
const UDP = 17;
const ESTABLISHED = 1;
const TYPES: Readonly<Record<SocketType, number>> = { stream: SockType.TCP, dgram: SockType.UDP, raw: SockType.RAW };

/** A process by its name and its number on its machine. */
export interface SocketOpener {
  readonly comm: string;
  readonly pid: number;
}

export class InetSocket extends SocketFile {
  readonly changed = new WaitQueue();
  uid = 0;
  gid = 0;
  /** The process that opened it, for what is told when it is over. */
  opener: SocketOpener | undefined;
  #connecting = false;

  private constructor(
    readonly world: NetWorld,
    readonly ns: Netns,
    /** Index in the core. */
    readonly sock: number,
    readonly family: 4 | 6,
    readonly type: SocketType,
    readonly protocol: number,
    readonly inodes: () => number,
  ) {
    super(inodes());
    world.sockets.set(sock, this);
  }

  /** socket(2). @param inodes gives the number of an anonymous inode */
  static open(
    world: NetWorld,
    ns: Netns,
    family: 'inet' | 'inet6',
    type: SocketType,
    protocol: number,
    inodes: () => number,
  ): InetSocket | Errno {
    const ping = isPing(type, protocol);
    if (ping && (protocol === 1) !== (family === 'inet')) return EPROTONOSUPPORT;
    const wanted = ping ? protocol : type === 'stream' ? TCP : type === 'dgram' ? UDP : protocol;
    if (type !== 'raw' && protocol !== 0 && protocol !== wanted) return EPROTONOSUPPORT;
    if (type === 'raw' && protocol === 0) return EPROTONOSUPPORT;
    const v = family === 'inet' ? 4 : 6;
    const sock = world.core.sockOpen(ns.core, ping ? SockType.PING : TYPES[type], v, wanted);
    return sock < 0 ? errnoOf(sock) : new InetSocket(world, ns, sock, v, type, wanted, inodes);
  }

  /** What the core's events say: readiness may have changed. */
  event(): void {
    this.changed.wake();
  }

  override bind(addr: SockAddr): Errno | 0 {
    const ip = this.#ip(addr.ip);
    if (isErr(ip)) return ip;
    if (this.type !== 'raw' && !isPing(this.type, this.protocol)) {
      const refused = mayBind(this.world, this.ns, this, addr.port ?? 0);
      if (isErr(refused)) return refused;
    }
    const err = this.world.core.sockBind(this.sock, toAddr16(ip), addr.port ?? 0, this.#scope(ip));
    return err < 0 ? errnoOf(err) : 0;
  }

  override listen(backlog: number): Errno | 0 {
    const err = this.world.core.sockListen(this.sock, backlog);
    return err < 0 ? errnoOf(err) : 0;
  }

  override accept(wait: Waiter): Promise<Accepted | Errno> {
    return waitFor(this.changed, wait, (): Accepted | Errno | undefined => {
      const sock = this.world.core.sockAccept(this.sock);
      if (sock === -EAGAIN.code) return undefined;
      if (sock < 0) return errnoOf(sock);
      const file = new InetSocket(this.world, this.ns, sock, this.family, this.type, this.protocol, this.inodes);
      file.opener = this.opener;
      file.uid = this.uid;
      file.gid = this.gid;
      return { file, peer: file.peer() ?? {} };
    });
  }

  override async connect(addr: SockAddr, wait: Waiter): Promise<0 | Errno> {
    const ip = this.#ip(addr.ip);
    if (isErr(ip)) return ip;
    if (!this.#connecting) {
      const err = this.world.core.sockConnect(this.sock, toAddr16(ip), addr.port ?? 0, this.#scope(ip));
      if (err === 0) return 0;
      if (err !== -EINPROGRESS.code) return errnoOf(err);
      this.#connecting = true;
    }
    if (wait.nonBlocking) return EINPROGRESS;
    const result = await waitFor(this.changed, wait, (): 0 | Errno | undefined => {
      const bits = this.world.core.sockReady(this.sock);
      if ((bits & (Ready.ERR | Ready.OUT | Ready.HUP)) === 0) return undefined;
      this.#connecting = false;
      const error = this.world.core.sockGet(this.sock, 'error');
      return error > 0 ? errnoOf(error) : 0;
    });
    return result;
  }

  /** An address of this socket's family: IPv4 may be given to a v6 socket only as v4-mapped. */
  #ip(ip: IpAddr | undefined): IpAddr | Errno {
    if (ip === undefined) return this.family === 4 ? ANY4 : ANY6;
    if (this.family === 4 && ip.v === 6) return EAFNOSUPPORT;
    return ip;
  }

  /** The device (core index) that an address with a zone is given for, 0 none (sin6_scope_id). */
  #scope(ip: IpAddr): number {
    if (ip.v === 4 || ip.zone === undefined) return 0;
    return (this.ns.find(ip.zone) ?? this.ns.find(Number(ip.zone)))?.dev ?? 0;
  }

  /** An address of one link with the name of the link it is of. */
  #zoned(ip: IpAddr, dev: number): IpAddr {
    const d = this.world.devices.get(dev);
    return ip.v === 6 && needsZone(ip) && d ? { ...ip, zone: d.name } : ip;
  }

  read(max: number, wait: Waiter): Promise<Uint8Array | Errno> {
    if (this.type !== 'stream') return this.recvfrom(wait).then((d) => (isErr(d) ? d : d.data));
    return waitFor(this.changed, wait, () => {
      const got = this.world.core.sockRecv(this.sock, max);
      if (typeof got !== 'number') return got;
      return got === -EAGAIN.code ? undefined : errnoOf(got);
    });
  }

  override recvfrom(wait: Waiter): Promise<Datagram | Errno> {
    if (this.type === 'stream')
      return this.read(65536, wait).then((data) =>
        isErr(data) ? data : { data, from: this.peer() ?? {}, time: this.world.clock.now },
      );
    return waitFor(this.changed, wait, (): Datagram | Errno | undefined => {
      const got = this.world.core.sockRecvFrom(this.sock);
      if (typeof got === 'number') return got === -EAGAIN.code ? undefined : errnoOf(got);
      const from = { ip: this.#zoned(fromAddr16(got.ip), got.dev), port: got.port };
      const error = got.error && {
        icmpError: { ...got.error, errno: errnoOf(got.error.errno), from: from.ip },
      };
      return { data: got.data, from, ttl: got.ttl, time: got.time, ...error };
    });
  }

  async write(bytes: Uint8Array, wait: Waiter): Promise<number | Errno> {
    return this.sendto(bytes, undefined, wait);
  }

  /** Sends all of it; a stream waits for room. EPIPE leaves SIGPIPE to the caller. */
  override async sendto(bytes: Uint8Array, to: SockAddr | undefined, wait: Waiter): Promise<number | Errno> {
    const ip = to?.ip && toAddr16(to.ip);
    const scope = to?.ip ? this.#scope(to.ip) : 0;
    if (this.type !== 'stream' && !ip && this.peer() === undefined) return EDESTADDRREQ;
    let done = 0;
    for (;;) {
      const n = await waitFor(this.changed, wait, () => {
        const sent = this.world.core.sockSend(
          this.sock,
          done === 0 ? bytes : bytes.subarray(done),
          ip,
          to?.port,
          scope,
        );
        return sent === -EAGAIN.code ? undefined : sent;
      });
      if (isErr(n)) return done > 0 ? done : n;
      if (n < 0) return done > 0 ? done : errnoOf(n);
      done += n;
      if (done >= bytes.length || this.type !== 'stream') return done;
    }
  }

  override shutdown(how: 'read' | 'write' | 'both'): Errno | 0 {
    const err = this.world.core.sockShutdown(this.sock, how === 'read' ? 1 : how === 'write' ? 2 : 3);
    return err < 0 ? errnoOf(err) : 0;
  }

  override local(): SockAddr {
    const info = this.world.core.sockInfo(this.sock);
    return { ip: this.#zoned(fromAddr16(info.local), info.dev), port: info.lport };
  }

  override remote(): SockAddr | Errno {
    return this.peer() ?? ENOTCONN;
  }

  /** Whom it is connected to. */
  peer(): SockAddr | undefined {
    const info = this.world.core.sockInfo(this.sock);
    return info.rport === 0 && info.type !== SockType.RAW && info.state !== ESTABLISHED
      ? undefined
      : { ip: this.#zoned(fromAddr16(info.remote), info.dev), port: info.rport };
  }

  override setOption(option: SockOption, value: number): Errno | 0 {
    const err = this.world.core.sockSet(this.sock, option, value);
    return err < 0 ? errnoOf(err) : 0;
  }

  override getOption(option: SockOption | 'error' | 'acceptconn'): number | Errno {
    switch (option) {
      case 'reuseport':
      case 'recverr':
      case 'linger':
        return EINVAL;
      default: {
        const value = this.world.core.sockGet(this.sock, option);
        return value < 0 ? errnoOf(value) : value;
      }
    }
  }

  override membership(group: IpAddr, on: GroupInterface, join: boolean): Errno | 0 {
    const dev = groupDevice(this.world, this.ns, group, on, !join);
    if (isErr(dev)) return dev;
    const err = this.world.core.sockGroup(this.sock, dev, toAddr16(group), join);
    return err < 0 ? errnoOf(err) : 0;
  }

  override multicastInterface(on: GroupInterface): Errno | 0 {
    const dev = groupDevice(this.world, this.ns, ANY4, on, true);
    if (isErr(dev)) return dev === ENODEV ? EADDRNOTAVAIL : dev;
    const err = this.world.core.sockSet(this.sock, 'multicast_if', dev);
    return err < 0 ? errnoOf(err) : 0;
  }

  override bindToDevice(ifname: string): Errno | 0 {
    const d = this.ns.named(ifname);
    return isErr(d) ? d : this.#toDevice(d.dev);
  }

  #toDevice(dev: number): Errno | 0 {
    const err = this.world.core.sockSet(this.sock, 'dev', dev);
    return err < 0 ? errnoOf(err) : 0;
  }

  ready(): { in: boolean; out: boolean; hup: boolean; err: boolean } {
    const bits = this.world.core.sockReady(this.sock);
    return {
      in: (bits & (Ready.IN | Ready.RDHUP)) !== 0,
      out: (bits & Ready.OUT) !== 0,
      hup: (bits & Ready.HUP) !== 0,
      err: (bits & Ready.ERR) !== 0,
    };
  }

  onReady(callback: () => void): () => void {
    return this.changed.add(callback);
  }

  release(): void {
    this.world.sockets.delete(this.sock);
    this.world.closed.set(this.sock, this);
    this.world.core.sockClose(this.sock);
    this.changed.wake();
  }
}
