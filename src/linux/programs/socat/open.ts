/** From an address to descriptors. @see socat xio-*.c */
import { type IpAddr, ip4, ip6, parseIp } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Fd, SockAddr, Sys } from '../../kernel/sys.ts';
import { findProgram } from '../exec.ts';
import { GAI_TEXT, getaddrinfo } from '../resolve.ts';
import type { Address } from './address.ts';

/** An open address: where to read and write, and how to half-close. */
export interface Channel {
  readonly read: Fd;
  readonly write: Fd;
  /** A datagram socket without a peer: the first sender becomes it. */
  readonly datagram?: boolean;
  readonly socket: boolean;
  readonly name: string;
}

/** What went wrong, as socat's log says it. */
export class Failed {
  constructor(readonly message: string) {}
}

/** Opens an address; a listening one waits for a client. */
export async function open(sys: Sys, a: Address): Promise<Channel | Failed> {
  switch (a.kind) {
    case 'stdio':
      return { read: 0, write: 1, socket: false, name: 'STDIO' };
    case 'tcp':
    case 'udp':
      return connect(sys, a);
    case 'unix': {
      const fd = sys.socket('unix', 'stream');
      const path = a.params[0] as string;
      const e = isErr(fd) ? fd : await sys.connect(fd, { path });
      return isErr(e)
        ? new Failed(`connect(5, AF=1 "${path}", ${path.length + 3}): ${e.text}`)
        : socket(fd as Fd, 'UNIX');
    }
    case 'tcp-listen':
    case 'unix-listen': {
      const l = listener(sys, a);
      if (l instanceof Failed) return l;
      const got = await accepted(sys, l);
      sys.close(l);
      return socket(got.fd, a.kind);
    }
    case 'udp-listen': {
      const fd = datagram(sys, a);
      return fd instanceof Failed ? fd : { ...socket(fd, 'UDP-LISTEN'), datagram: true };
    }
    case 'exec':
    case 'system':
      return run(sys, a);
    case 'open': {
      const o = a.options;
      const create = o.has('create') || o.has('creat') || o.has('append') || o.has('trunc');
      const fd = sys.open(a.params[0] as string, {
        read: !o.has('wronly'),
        write: !o.has('rdonly'),
        create,
        append: o.has('append'),
        truncate: o.has('trunc'),
      });
      return isErr(fd)
        ? new Failed(`open("${a.params[0]}", 02, 0666): ${fd.text}`)
        : { read: fd, write: fd, socket: false, name: 'OPEN' };
    }
    case 'pipe': {
      const [read, write] = sys.pipe();
      return { read, write, socket: false, name: 'PIPE' };
    }
  }
}

const socket = (fd: Fd, name: string): Channel => ({ read: fd, write: fd, socket: true, name });

const shownAddress = (ip: IpAddr, text: string, port: number): string =>
  `AF=${ip.v === 4 ? 2 : 10} ${ip.v === 4 ? text : `[${text}]`}:${port}`;

async function connect(sys: Sys, a: Address): Promise<Channel | Failed> {
  const [host = '', service = ''] = a.params;
  const bare = host.replace(/^\[|\]$/g, '');
  const found = await getaddrinfo(sys, bare, a.family);
  if (typeof found === 'string') return new Failed(`getaddrinfo("${host}", "NULL", {1,0,1,6}, {}): ${GAI_TEXT[found]}`);
  const port = Number(service);
  let last = new Failed(`no address for ${host}`);
  for (const ip of found.addrs) {
    const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', a.kind === 'udp' ? 'dgram' : 'stream');
    if (isErr(fd)) return new Failed(`socket(): ${fd.text}`);
    const from = a.options.get('bind');
    if (from !== undefined || a.options.has('sp') || a.options.has('sourceport')) {
      const source = parseIp((from ?? '').replace(/:\d*$/, ''));
      const own = Number(a.options.get('sp') ?? a.options.get('sourceport') ?? /:(\d+)$/.exec(from ?? '')?.[1] ?? 0);
      const e = sys.bind(fd, { ip: source ?? (ip.v === 4 ? ip4(0) : ip6(0n)), port: own });
      if (isErr(e)) return new Failed(`bind(5, {${from ?? ''}}, 16): ${e.text}`);
    }
    if (a.options.has('broadcast')) sys.setsockopt(fd, 'broadcast', 1);
    const e = await sys.connect(fd, { ip, port });
    if (!isErr(e)) return socket(fd, 'TCP');
    sys.close(fd);
    last = new Failed(`connect(5, ${shownAddress(ip, bare, port)}, ${ip.v === 4 ? 16 : 28}): ${e.text}`);
  }
  return last;
}

function addressOf(a: Address): SockAddr {
  const from = a.options.get('bind');
  const ip = from === undefined ? undefined : parseIp(from);
  return { ip: ip ?? (a.family === 6 ? ip6(0n) : ip4(0)), port: Number(a.params[0]) };
}

/** A listening socket. */
export function listener(sys: Sys, a: Address): Fd | Failed {
  const unix = a.kind === 'unix-listen';
  const at: SockAddr = unix ? { path: a.params[0] as string } : addressOf(a);
  const fd = sys.socket(unix ? 'unix' : at.ip?.v === 6 ? 'inet6' : 'inet', 'stream');
  if (isErr(fd)) return new Failed(`socket(): ${fd.text}`);
  if (a.options.has('reuseaddr') && !unix) sys.setsockopt(fd, 'reuseaddr', 1);
  if (unix && a.options.has('unlink-early')) sys.unlink(a.params[0] as string);
  const b = sys.bind(fd, at);
  const e: Errno | 0 = isErr(b) ? b : sys.listen(fd, Number(a.options.get('backlog') ?? 5));
  if (!isErr(e)) return fd;
  sys.close(fd);
  return new Failed(
    `bind(5, {${unix ? `AF=1 "${a.params[0]}"` : `AF=2 0.0.0.0:${a.params[0]}`}}, ${unix ? 2 + (a.params[0] as string).length + 1 : 16}): ${e.text}`,
  );
}

export async function accepted(sys: Sys, fd: Fd): Promise<{ fd: Fd; peer: SockAddr }> {
  for (;;) {
    const got = await sys.accept(fd);
    if (!isErr(got)) return got;
  }
}

/** A bound datagram socket. */
export function datagram(sys: Sys, a: Address): Fd | Failed {
  const at = addressOf(a);
  const fd = sys.socket(at.ip?.v === 6 ? 'inet6' : 'inet', 'dgram');
  if (isErr(fd)) return new Failed(`socket(): ${fd.text}`);
  if (a.options.has('reuseaddr')) sys.setsockopt(fd, 'reuseaddr', 1);
  const e = sys.bind(fd, at);
  return isErr(e) ? new Failed(`bind(5, {AF=2 0.0.0.0:${a.params[0]}}, 16): ${e.text}`) : fd;
}

/** A program, with pipes to and from it. */
function run(sys: Sys, a: Address): Channel | Failed {
  const command = a.params[0] as string;
  const argv = a.kind === 'system' ? ['sh', '-c', command] : command.split(/\s+/);
  const path = findProgram(sys, argv[0] as string);
  if (isErr(path)) return new Failed(`execvp("${argv[0]}", "${argv[0]}"): ${path.text}`);
  const [inRead, inWrite] = sys.pipe();
  const [outRead, outWrite] = sys.pipe();
  const fds = { 0: inRead, 1: outWrite, 2: a.options.has('stderr') ? outWrite : 2 };
  const pid = sys.spawn(path, { argv, fds });
  sys.close(inRead);
  sys.close(outWrite);
  return isErr(pid)
    ? new Failed(`fork(): ${pid.text}`)
    : { read: outRead, write: inWrite, socket: false, name: 'EXEC' };
}
