/**
 * Python's `socket` module over system calls.
 *
 * Limits: IPv4 and IPv6 stream and datagram sockets; the options that sockets here have.
 * @see CPython Modules/socketmodule.c, Lib/socket.py: create_connection
 */
import { utf8 } from '../../../base/http.ts';
import { formatIp, type IpAddr, parseIp } from '../../../base/ip.ts';
import { type Errno, errnoOf, isErr } from '../../kernel/errno.ts';
import { CONGESTION_CONTROLS, type Fd, type SockAddr, type SockOption, type Sys } from '../../kernel/sys.ts';
import { GAI_TEXT, getaddrinfo } from '../resolve.ts';
import { GROUP_OPTIONS, packed, setGroupOption, unpacked } from './group.ts';
import {
  type Named,
  numberOf,
  type Py,
  PyFunc,
  PyObject,
  PyTuple,
  type Raised,
  raise,
  str,
  typeName,
} from './values.ts';

const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_DGRAM = 2;
const SHUT = ['read', 'write', 'both'] as const;
/** From readiness until a thread that waited for it runs again and has the interpreter's lock, ns. */
const WAKE = 250_000;

/** Numbers of the module; options by (level, name). */
const NUMBERS: Readonly<Record<string, number>> = {
  AF_INET,
  AF_INET6,
  SOCK_STREAM,
  SOCK_DGRAM,
  SOL_SOCKET: 1,
  SO_REUSEADDR: 2,
  SO_ERROR: 4,
  SO_BROADCAST: 6,
  SO_SNDBUF: 7,
  SO_RCVBUF: 8,
  SO_KEEPALIVE: 9,
  SO_REUSEPORT: 15,
  SO_MARK: 36,
  IPPROTO_IP: 0,
  IPPROTO_TCP: 6,
  IPPROTO_UDP: 17,
  IPPROTO_IPV6: 41,
  IP_TOS: 1,
  IP_TTL: 2,
  TCP_NODELAY: 1,
  TCP_MAXSEG: 2,
  TCP_CORK: 3,
  TCP_KEEPIDLE: 4,
  TCP_KEEPINTVL: 5,
  TCP_KEEPCNT: 6,
  TCP_SYNCNT: 7,
  TCP_LINGER2: 8,
  TCP_QUICKACK: 12,
  TCP_CONGESTION: 13,
  TCP_USER_TIMEOUT: 18,
  IP_MULTICAST_IF: 32,
  IP_MULTICAST_TTL: 33,
  IP_MULTICAST_LOOP: 34,
  IP_ADD_MEMBERSHIP: 35,
  IP_DROP_MEMBERSHIP: 36,
  IPV6_MULTICAST_IF: 17,
  IPV6_MULTICAST_HOPS: 18,
  IPV6_MULTICAST_LOOP: 19,
  IPV6_JOIN_GROUP: 20,
  IPV6_LEAVE_GROUP: 21,
  INADDR_ANY: 0,
  IPV6_V6ONLY: 26,
  SHUT_RD: 0,
  SHUT_WR: 1,
  SHUT_RDWR: 2,
};
const OPTIONS: Readonly<Record<string, SockOption>> = {
  '1 2': 'reuseaddr',
  '1 6': 'broadcast',
  '1 7': 'sndbuf',
  '1 8': 'rcvbuf',
  '1 9': 'keepalive',
  '0 1': 'tos',
  '0 2': 'ttl',
  '1 15': 'reuseport',
  '1 36': 'mark',
  '6 1': 'nodelay',
  '6 2': 'maxseg',
  '6 3': 'cork',
  '6 4': 'keepidle',
  '6 5': 'keepintvl',
  '6 6': 'keepcnt',
  '6 7': 'syncnt',
  '6 8': 'linger2',
  '6 12': 'quickack',
  '6 13': 'congestion',
  '6 18': 'user_timeout',
  '0 33': 'multicast_ttl',
  '0 34': 'multicast_loop',
  '0 49': 'multicast_all',
  '41 18': 'multicast_ttl',
  '41 19': 'multicast_loop',
  '41 26': 'v6only',
};
const SO_ERROR = '1 4';
const TCP_CA_NAME_MAX = 16;
const ERRORS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'ConnectionRefusedError',
  ECONNRESET: 'ConnectionResetError',
  ECONNABORTED: 'ConnectionAbortedError',
  EPIPE: 'BrokenPipeError',
  ETIMEDOUT: 'TimeoutError',
  EAGAIN: 'BlockingIOError',
  EACCES: 'PermissionError',
  EPERM: 'PermissionError',
  ENOENT: 'FileNotFoundError',
};

/** An error of a system call as Python raises it. */
export function osError(e: Errno): Raised {
  return raise(ERRORS[e.name] ?? 'OSError', e.code, e.text);
}

function ok<T>(v: T | Errno): T {
  if (isErr(v)) throw osError(v);
  return v;
}

const bytesOf = (v: Py | undefined): Uint8Array => {
  if (v instanceof Uint8Array) return v;
  throw raise('TypeError', `a bytes-like object is required, not '${typeName(v ?? null)}'`);
};

const tuple = (a: SockAddr): PyTuple => new PyTuple([a.ip ? formatIp(a.ip) : '', a.port ?? 0]);

class PySocket {
  readonly object: PyObject;
  #fd: Fd;
  /** Seconds; undefined waits for ever. */
  #timeout: number | undefined;

  constructor(
    readonly sys: Sys,
    readonly family: number,
    readonly type: number,
    fd?: Fd,
  ) {
    this.#fd = fd ?? ok(sys.socket(family === AF_INET6 ? 'inet6' : 'inet', type === SOCK_DGRAM ? 'dgram' : 'stream'));
    this.object = new PyObject(
      'socket',
      () => `<socket.socket fd=${this.#fd}, family=${family}, type=${type}, proto=0>`,
    );
    const methods: Record<string, (args: readonly Py[], named: Named) => Promise<Py> | Py> = {
      connect: ([to]) => this.connect(to as Py),
      send: ([data]) => this.#send(bytesOf(data)),
      sendall: async ([data]) => {
        await this.#send(bytesOf(data));
        return null;
      },
      sendto: async (args) => {
        const to = await this.address(args.at(-1) as Py);
        return ok(await sys.sendto(this.#fd, bytesOf(args[0]), to));
      },
      recv: ([n]) => this.#recv(n as number),
      recvfrom: () => this.#recvfrom(),
      bind: async ([to]) => ok(sys.bind(this.#fd, await this.address(to as Py))) || null,
      listen: ([n]) => ok(sys.listen(this.#fd, typeof n === 'number' ? n : 128)) || null,
      accept: () => this.#accept(),
      shutdown: ([how]) => ok(sys.shutdown(this.#fd, SHUT[how as number] ?? 'both')) || null,
      close: () => this.#close(),
      settimeout: ([t]) => this.settimeout(t as Py),
      setsockopt: ([level, name, value]) => this.#setsockopt(`${level} ${name}`, value as Py),
      getsockopt: ([level, name, size]) => this.#getsockopt(`${level} ${name}`, size !== undefined),
      getsockname: () => tuple(ok(sys.getsockname(this.#fd))),
      getpeername: () => tuple(ok(sys.getpeername(this.#fd))),
      fileno: () => this.#fd,
    };
    for (const [name, call] of Object.entries(methods)) this.object.attrs.set(name, new PyFunc(name, call));
  }

  settimeout(t: Py): null {
    this.#timeout = t === null ? undefined : numberOf(t);
    return null;
  }

  /** `(host, port)` */
  async address(v: Py): Promise<SockAddr> {
    if (!(v instanceof PyTuple)) throw raise('TypeError', `AF_INET address must be tuple, not ${typeName(v)}`);
    const [host, port] = v.items;
    if (typeof port !== 'number')
      throw raise('TypeError', `'${typeName(port ?? null)}' object cannot be interpreted as an integer`);
    const name = str(host as Py);
    const version = this.family === AF_INET6 ? 6 : 4;
    if (name === '') return { port };
    const ip = parseIp(name) ?? (await lookup(this.sys, name, version))[0];
    return { ip: ip as IpAddr, port };
  }

  async connect(to: Py): Promise<null> {
    const addr = await this.address(to);
    const { sys } = this;
    if (this.#timeout === undefined) {
      ok(await sys.connect(this.#fd, addr));
      return null;
    }
    sys.setNonBlocking(this.#fd, true);
    const began = await sys.connect(this.#fd, addr);
    if (isErr(began) && began.name !== 'EINPROGRESS') throw osError(began);
    if (isErr(began)) {
      await this.#wait('out');
      const code = ok(sys.getsockopt(this.#fd, 'error'));
      if (code !== 0) throw osError(errnoOf(code));
    }
    sys.setNonBlocking(this.#fd, false);
    return null;
  }

  /** Until it is ready, as long as the timeout allows. */
  async #wait(for_: 'in' | 'out'): Promise<void> {
    const want = [{ fd: this.#fd, [for_]: true }];
    const now = await this.sys.poll(want, 0);
    if (!isErr(now) && now.length > 0) return;
    const ready = await this.sys.poll(
      want,
      this.#timeout === undefined ? Number.POSITIVE_INFINITY : this.#timeout * 1e9,
    );
    if (!isErr(ready) && ready.length === 0) throw raise('TimeoutError', 'timed out');
    await this.sys.sleep(WAKE);
  }

  async #send(data: Uint8Array): Promise<Py> {
    return ok(await this.sys.write(this.#fd, data));
  }

  async #recv(n: number): Promise<Py> {
    await this.#wait('in');
    if (this.type === SOCK_STREAM) return ok(await this.sys.read(this.#fd, n));
    return ok(await this.sys.recvfrom(this.#fd)).data.slice(0, n);
  }

  async #recvfrom(): Promise<Py> {
    await this.#wait('in');
    const got = ok(await this.sys.recvfrom(this.#fd));
    return new PyTuple([got.data, tuple(got.from)]);
  }

  async #accept(): Promise<Py> {
    await this.#wait('in');
    const got = ok(await this.sys.accept(this.#fd));
    return new PyTuple([new PySocket(this.sys, this.family, this.type, got.fd).object, tuple(got.peer)]);
  }

  #close(): null {
    if (this.#fd >= 0) this.sys.close(this.#fd);
    this.#fd = -1;
    return null;
  }

  #setsockopt(key: string, value: Py): null {
    if (GROUP_OPTIONS.has(key)) {
      ok(setGroupOption(this.sys, this.#fd, key, typeof value === 'number' ? value : bytesOf(value)));
      return null;
    }
    const option = OPTIONS[key];
    if (!option) throw raise('OSError', 92, 'Protocol not available');
    ok(this.sys.setsockopt(this.#fd, option, option === 'congestion' ? congestionOf(value) : (numberOf(value) ?? 0)));
    return null;
  }

  /** @param asBytes a length was given: the value as bytes, which of all here is a name only */
  #getsockopt(key: string, asBytes: boolean): Py {
    const option = key === SO_ERROR ? 'error' : OPTIONS[key];
    if (!option) throw raise('OSError', 92, 'Protocol not available');
    const value = ok(this.sys.getsockopt(this.#fd, option));
    if (option !== 'congestion' || !asBytes) return value;
    const name = new Uint8Array(TCP_CA_NAME_MAX);
    name.set(utf8(CONGESTION_CONTROLS[value] ?? ''));
    return name;
  }
}

/** The number of a congestion control that is given by its name. */
function congestionOf(value: Py): number {
  const name = new TextDecoder().decode(bytesOf(value)).replace(/\0+$/, '');
  const n = (CONGESTION_CONTROLS as readonly string[]).indexOf(name);
  if (n < 0) throw raise('FileNotFoundError', 2, 'No such file or directory');
  return n;
}

/** The bytes of an address. */
function inetPton(text: string, v: 4 | 6): Uint8Array {
  const ip = parseIp(text);
  if (ip?.v !== v) throw raise('OSError', 'illegal IP address string passed to inet_pton');
  return packed(ip);
}

async function lookup(sys: Sys, name: string, version: 4 | 6 | 0): Promise<readonly IpAddr[]> {
  const got = await getaddrinfo(sys, name, version);
  if (typeof got !== 'string') return got.addrs;
  const code = { EAI_NONAME: -2, EAI_AGAIN: -3, EAI_FAIL: -4, EAI_NODATA: -5 }[got];
  throw raise('gaierror', code, GAI_TEXT[got]);
}

async function createConnection(sys: Sys, to: Py, timeout: Py): Promise<Py> {
  const [host, port] = to instanceof PyTuple ? to.items : [];
  let last: unknown = raise('OSError', 'getaddrinfo returns an empty list');
  for (const ip of await lookup(sys, str(host ?? ''), 0)) {
    const s = new PySocket(sys, ip.v === 4 ? AF_INET : AF_INET6, SOCK_STREAM);
    if (timeout !== null) s.settimeout(timeout);
    try {
      await s.connect(new PyTuple([formatIp(ip), port ?? 0]));
      return s.object;
    } catch (e) {
      last = e;
    }
  }
  throw last;
}

/** The module. @param exception gives the class of a name */
export function socketModule(sys: Sys, exception: (name: string) => Py): PyObject {
  const module = new PyObject('module', () => "<module 'socket' from '/usr/lib/python3.14/socket.py'>");
  const put = (name: string, call: PyFunc['call']): void => {
    module.attrs.set(name, new PyFunc(name, call));
  };
  for (const [name, n] of Object.entries(NUMBERS)) module.attrs.set(name, n);
  put('socket', (args, named) => {
    const number = (i: number, name: string, fallback: number): number =>
      numberOf(args[i] ?? named.get(name) ?? fallback) ?? fallback;
    return new PySocket(sys, number(0, 'family', AF_INET), number(1, 'type', SOCK_STREAM)).object;
  });
  put('create_connection', ([to, timeout], named) =>
    createConnection(sys, to ?? null, timeout ?? named.get('timeout') ?? null),
  );
  put('gethostbyname', async ([name]) => formatIp((await lookup(sys, str(name as Py), 4))[0] as IpAddr));
  put('inet_aton', ([text]) => inetPton(str(text as Py), 4));
  put('inet_pton', ([family, text]) => inetPton(str(text as Py), family === AF_INET6 ? 6 : 4));
  put('inet_ntoa', ([bytes]) => formatIp(unpacked(bytesOf(bytes))));
  put('inet_ntop', ([, bytes]) => formatIp(unpacked(bytesOf(bytes))));
  put('if_nametoindex', ([name]) => {
    const link = sys.net.link(str(name as Py));
    if (!link) throw raise('OSError', 19, 'no interface with this name');
    return link.ifindex;
  });
  put('gethostname', () => sys.gethostname());
  module.attrs.set('timeout', exception('TimeoutError'));
  module.attrs.set('error', exception('OSError'));
  module.attrs.set('gaierror', exception('gaierror'));
  return module;
}
