/** Sockets as open files: what every family answers. Calls that a family does not know give EOPNOTSUPP. */
import type { IpAddr } from '../../base/ip.ts';
import { ENOTCONN, EOPNOTSUPP, type Errno } from './errno.ts';
import { makeStat } from './fs/inode.ts';
import type { OpenFile, Waiter } from './machine.ts';
import type { Datagram, GroupInterface, SockAddr, SockOption, Stat } from './sys.ts';

/** What accept gives. */
export interface Accepted {
  readonly file: SocketFile;
  readonly peer: SockAddr;
}

export abstract class SocketFile implements OpenFile {
  readonly kind = 'socket';
  constructor(
    /** Number in `socket:[N]`. */
    readonly inode: number,
  ) {}
  get path(): string {
    return `socket:[${this.inode}]`;
  }
  abstract read(max: number, wait: Waiter): Promise<Uint8Array | Errno>;
  abstract write(bytes: Uint8Array, wait: Waiter): Promise<number | Errno>;
  abstract ready(): { in: boolean; out: boolean; hup: boolean; err: boolean };
  abstract onReady(callback: () => void): () => void;
  abstract release(): void;
  stat(): Stat {
    return makeStat({ kind: 'socket', ino: this.inode, mode: 0o777 });
  }
  bind(_addr: SockAddr): Errno | 0 {
    return EOPNOTSUPP;
  }
  listen(_backlog: number): Errno | 0 {
    return EOPNOTSUPP;
  }
  accept(_wait: Waiter): Promise<Accepted | Errno> {
    return Promise.resolve(EOPNOTSUPP);
  }
  connect(_addr: SockAddr, _wait: Waiter): Promise<0 | Errno> {
    return Promise.resolve(EOPNOTSUPP);
  }
  /** Streams: what write does. */
  sendto(bytes: Uint8Array, _to: SockAddr | undefined, wait: Waiter): Promise<number | Errno> {
    return this.write(bytes, wait);
  }
  recvfrom(_wait: Waiter): Promise<Datagram | Errno> {
    return Promise.resolve(EOPNOTSUPP);
  }
  shutdown(_how: 'read' | 'write' | 'both'): Errno | 0 {
    return ENOTCONN;
  }
  local(): SockAddr | Errno {
    return {};
  }
  remote(): SockAddr | Errno {
    return ENOTCONN;
  }
  setOption(_option: SockOption, _value: number): Errno | 0 {
    return 0;
  }
  getOption(_option: SockOption | 'error' | 'acceptconn'): number | Errno {
    return 0;
  }
  membership(_group: IpAddr, _on: GroupInterface, _join: boolean): Errno | 0 {
    return EOPNOTSUPP;
  }
  multicastInterface(_on: GroupInterface): Errno | 0 {
    return EOPNOTSUPP;
  }
  bindToDevice(_ifname: string): Errno | 0 {
    return EOPNOTSUPP;
  }
}
