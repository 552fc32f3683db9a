/** System calls on sockets, and what belongs to a network namespace. */
import type { HttpService } from '../../../base/http.ts';
import type { IpAddr } from '../../../base/ip.ts';
import {
  EADDRINUSE,
  EAFNOSUPPORT,
  EBADF,
  ECONNREFUSED,
  EEXIST,
  EINVAL,
  ENOTSOCK,
  EPERM,
  EPIPE,
  EPROTONOSUPPORT,
  type Errno,
  isErr,
} from '../errno.ts';
import { isNonBlocking } from '../fdtable.ts';
import { TreeInode } from '../fs/tree.ts';
import { find, makeAt } from '../fs/vfs.ts';
import { captureOf, conntrackEvents, networkEvents, openSocket } from '../net/opening.ts';
import { instead, type NetAdmin, type NetnsKey } from '../netadmin.ts';
import type { Proc } from '../process.ts';
import { SIGNALS } from '../signal.ts';
import { send } from '../signals.ts';
import { SocketFile } from '../socket.ts';
import type {
  Capture,
  CtEvents,
  Datagram,
  Fd,
  GroupInterface,
  NetEvents,
  SockAddr,
  SocketFamily,
  SocketType,
  SockOption,
} from '../sys.ts';
import { UnixListener, UnixSocket } from '../unix.ts';
import { SysFiles } from './files.ts';

/** The service as one process has it: when the process ends, its connections do. */
function ofProcess(service: HttpService, p: Proc): HttpService {
  return {
    handle(request) {
      const ended = p.exited.then(() => request.duplex?.close());
      return service.handle({ ...request, gone: request.gone ? Promise.race([request.gone, ended]) : ended });
    },
  };
}

/** What changes a namespace: netlink asks for CAP_NET_ADMIN. */
const CHANGES = [
  'addAddr addBridge addDummy addNic addPolicyRule addProxy addRoute addUpper addVeth addVxlan',
  'conntrackDelete conntrackMark delAddr delFdb delLink delNeigh delPolicyRule delProxy delQdisc delRoute flushNeigh',
  'ipvsFlush ipvsServer ipvsServerDelete ipvsService ipvsServiceDelete ipvsSetTimeouts ipvsZero moveLink',
  'nfClear nfDelChain nfDelete nfFlush nfInsert nfNewChain nfPolicy nfRenameChain nfReplace nfZero setFdb setLink setNeigh setQdisc',
].flatMap((line) => line.split(' '));

/** What a process without CAP_NET_ADMIN has: it sees everything and changes nothing. */
function readOnly(admin: NetAdmin): NetAdmin {
  const refused = (): Errno => EPERM;
  return instead(admin, Object.fromEntries(CHANGES.map((name) => [name, refused])));
}

export class SysSockets extends SysFiles {
  #sock(fd: Fd): SocketFile | Errno {
    const file = this.file(fd);
    return file ? (file instanceof SocketFile ? file : ENOTSOCK) : EBADF;
  }

  socket(family: SocketFamily, type: SocketType, protocol = 0): Fd | Errno {
    if (family === 'unix')
      return type === 'stream' ? this.p.fds.add(new UnixSocket(this.m, this.netns)) : EPROTONOSUPPORT;
    if (family === 'packet') return EAFNOSUPPORT;
    const sock = openSocket(this.m, this.netns, this.p, family, type, protocol);
    return isErr(sock) ? sock : this.p.fds.add(sock);
  }

  bind(fd: Fd, addr: SockAddr): Errno | 0 {
    const sock = this.#sock(fd);
    if (isErr(sock)) return sock;
    if (!(sock instanceof UnixSocket)) return sock.bind(addr);
    if (addr.path === undefined || sock.name.path !== undefined) return EINVAL;
    const inode = makeAt(this.tree, this.p.cwd, addr.path, { kind: 'socket', mode: 0o777 & ~this.p.umask });
    if (isErr(inode)) return inode.name === 'EEXIST' ? EADDRINUSE : inode;
    sock.bindTo(inode as TreeInode, addr.path);
    return 0;
  }

  listen(fd: Fd, backlog: number): Errno | 0 {
    const sock = this.#sock(fd);
    return isErr(sock) ? sock : sock.listen(backlog);
  }

  async accept(fd: Fd): Promise<{ readonly fd: Fd; readonly peer: SockAddr } | Errno> {
    if (this.proc.status) await this.alive();
    const sock = this.#sock(fd);
    if (isErr(sock)) return sock;
    const made = await this.proc.blocking((wait) => sock.accept(wait), isNonBlocking(sock));
    if (isErr(made)) return made;
    const taken = this.p.fds.add(made.file);
    return isErr(taken) ? taken : { fd: taken, peer: made.peer };
  }

  async connect(fd: Fd, addr: SockAddr): Promise<0 | Errno> {
    if (this.proc.status) await this.alive();
    const sock = this.#sock(fd);
    if (isErr(sock)) return sock;
    if (sock instanceof UnixSocket) {
      const listener = this.#listener(addr.path ?? '');
      return isErr(listener) ? listener : sock.connectTo(listener, addr.path ?? '');
    }
    return this.proc.blocking((wait) => sock.connect(addr, wait), isNonBlocking(sock));
  }

  #listener(path: string): UnixListener | Errno {
    const place = find(this.tree, this.p.cwd, path);
    if (isErr(place)) return place;
    const { inode } = place;
    const listener = inode instanceof TreeInode ? inode.special : undefined;
    return listener instanceof UnixListener && listener.open ? listener : ECONNREFUSED;
  }

  service(path: string): HttpService | Errno {
    const listener = this.#listener(path);
    if (isErr(listener)) return listener;
    return listener.service ? ofProcess(listener.service, this.proc) : ECONNREFUSED;
  }

  async sendto(fd: Fd, bytes: Uint8Array, to?: SockAddr): Promise<number | Errno> {
    if (this.proc.status) await this.alive();
    const sock = this.#sock(fd);
    if (isErr(sock)) return sock;
    const n = await this.proc.blocking((wait) => sock.sendto(bytes, to, wait), isNonBlocking(sock));
    if (n === EPIPE) send(this.m.signals, this.proc, SIGNALS.SIGPIPE, this.proc);
    if (this.proc.status) await this.proc.runnable();
    return n;
  }

  async recvfrom(fd: Fd): Promise<Datagram | Errno> {
    if (this.proc.status) await this.alive();
    const sock = this.#sock(fd);
    if (isErr(sock)) return sock;
    return this.proc.blocking((wait) => sock.recvfrom(wait), isNonBlocking(sock));
  }

  shutdown(fd: Fd, how: 'read' | 'write' | 'both'): Errno | 0 {
    const sock = this.#sock(fd);
    return isErr(sock) ? sock : sock.shutdown(how);
  }
  getsockname(fd: Fd): SockAddr | Errno {
    const sock = this.#sock(fd);
    return isErr(sock) ? sock : sock.local();
  }
  getpeername(fd: Fd): SockAddr | Errno {
    const sock = this.#sock(fd);
    return isErr(sock) ? sock : sock.remote();
  }
  setsockopt(fd: Fd, option: SockOption, value: number): Errno | 0 {
    const sock = this.#sock(fd);
    return isErr(sock) ? sock : sock.setOption(option, value);
  }
  getsockopt(fd: Fd, option: SockOption | 'error' | 'acceptconn'): number | Errno {
    const sock = this.#sock(fd);
    return isErr(sock) ? sock : sock.getOption(option);
  }
  joinGroup(fd: Fd, group: IpAddr, on: GroupInterface): Errno | 0 {
    const sock = this.#sock(fd);
    return isErr(sock) ? sock : sock.membership(group, on, true);
  }
  leaveGroup(fd: Fd, group: IpAddr, on: GroupInterface): Errno | 0 {
    const sock = this.#sock(fd);
    return isErr(sock) ? sock : sock.membership(group, on, false);
  }
  multicastInterface(fd: Fd, on: GroupInterface): Errno | 0 {
    const sock = this.#sock(fd);
    return isErr(sock) ? sock : sock.multicastInterface(on);
  }
  bindToDevice(fd: Fd, ifname: string): Errno | 0 {
    const sock = this.#sock(fd);
    return isErr(sock) ? sock : sock.bindToDevice(ifname);
  }

  capture(ifname: string | undefined, snaplen: number, promisc: boolean): Capture | Errno {
    return captureOf(this.m, this.p, this.netns, ifname, snaplen, promisc);
  }

  conntrackEvents(): CtEvents | Errno {
    return conntrackEvents(this.m, this.p, this.netns);
  }

  networkEvents(): NetEvents | Errno {
    return networkEvents(this.m, this.p, this.netns);
  }

  netnsOf(path: string): NetnsKey | Errno {
    const place = find(this.tree, this.p.cwd, path);
    return isErr(place) ? place : (place.inode.netns ?? EINVAL);
  }

  netnsAdd(path: string, of?: NetnsKey): Errno | 0 {
    const taken = find(this.tree, this.p.cwd, path);
    if (!isErr(taken)) return EEXIST;
    this.m.netnsName(of ?? this.m.netnsAdd(), path);
    return 0;
  }

  netnsDel(path: string): Errno | 0 {
    const ns = this.netnsOf(path);
    if (isErr(ns)) return ns;
    this.m.netnsUnname(path);
    this.m.netnsDel(ns);
    return 0;
  }

  #net: NetAdmin | undefined;
  #netOf: NetnsKey | undefined;

  get net(): NetAdmin {
    const { netns } = this;
    if (this.#net && this.#netOf === netns) return this.#net;
    const admin = this.m.net(netns);
    this.#netOf = netns;
    this.#net = instead(this.p.can('CAP_NET_ADMIN') ? admin : readOnly(admin), {
      sockets: () => {
        this.m.current = this.p;
        return admin.sockets();
      },
    });
    return this.#net;
  }
}
