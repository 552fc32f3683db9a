/**
 * `nc`: netcat of OpenBSD (hosts) and of busybox. Reads standard input to the network and the network to standard
 * output.
 *
 * Limits: no proxies, no -e with the OpenBSD flavour (as in the real one), no TLS.
 * @see netcat-openbsd netcat.c; busybox networking/nc_bloaty.c, nc.c
 */
import { formatIp, type IpAddr, ip4, ip6, parseIp } from '../../base/ip.ts';
import { type Errno, errnoOf, isErr } from '../kernel/errno.ts';
import type { Fd, SockAddr, Sys } from '../kernel/sys.ts';
import { findProgram } from './exec.ts';
import { GAI_TEXT, getaddrinfo, getnameinfo } from './resolve.ts';
import { serviceName, servicePort } from './services.ts';
import { BUSYBOX_BANNER, type Context, defineProgram } from './spec.ts';
import { connectBy } from './wire.ts';

/** How a connection is used. */
export interface Settings {
  readonly udp: boolean;
  readonly unix: boolean;
  readonly listen: boolean;
  readonly keep: boolean;
  readonly zero: boolean;
  readonly verbose: boolean;
  readonly noStdin: boolean;
  readonly closeOnEof: boolean;
  readonly numeric: boolean;
  /** Seconds; Infinity when not given. */
  readonly wait: number;
  /** Seconds to go on after the end of standard input; -1 for ever. */
  readonly quit: number | undefined;
  readonly family: 0 | 4 | 6;
}

/** Virtual CPU time that a byte carried from one end to the other costs, ns: two gigabits a second. */
const CPU_PER_BYTE = 4;

/** Copies both ways until both ends are done, or nothing moved for `wait` seconds. */
export async function shuttle(sys: Sys, fd: Fd, s: Settings): Promise<number> {
  let stdin = !s.noStdin;
  let net = true;
  let quitAt = Number.POSITIVE_INFINITY;
  while (net) {
    const fds = [...(stdin ? [{ fd: 0, in: true }] : []), { fd, in: true }];
    const idle = s.wait === Number.POSITIVE_INFINITY ? s.wait : s.wait * 1e9;
    const ready = await sys.poll(fds, Math.min(idle, Math.max(0, quitAt - sys.now())));
    if (isErr(ready)) continue;
    if (ready.length === 0) return 0;
    if (ready.some((r) => r.fd === 0)) {
      const bytes = await sys.read(0);
      if (isErr(bytes) && bytes.name === 'EINTR') continue;
      if (isErr(bytes) || bytes.length === 0) {
        stdin = false;
        if (s.closeOnEof) sys.shutdown(fd, 'write');
        if (s.quit !== undefined && s.quit >= 0) quitAt = sys.now() + s.quit * 1e9;
      } else {
        if (isErr(await sys.write(fd, bytes))) return 1;
        await sys.cpu(bytes.length * CPU_PER_BYTE);
      }
    }
    if (ready.some((r) => r.fd === fd)) {
      const bytes = await sys.read(fd);
      if (isErr(bytes)) {
        if (bytes.name === 'EINTR') continue;
        if (!s.udp) return bytes.name === 'ECONNRESET' ? 0 : 1;
        return 1;
      }
      if (bytes.length === 0) net = s.udp;
      else {
        await sys.write(1, bytes);
        await sys.cpu(bytes.length * CPU_PER_BYTE);
      }
    }
  }
  return 0;
}

function settings(ctx: Context): Settings {
  const o = ctx.options;
  return {
    udp: o.has('udp'),
    unix: o.has('unix'),
    listen: o.has('listen'),
    keep: o.has('keep'),
    zero: o.has('zero'),
    verbose: o.has('verbose'),
    noStdin: o.has('no-stdin'),
    closeOnEof: o.has('close'),
    numeric: o.has('numeric'),
    wait: o.has('wait') ? Number(o.value('wait')) : Number.POSITIVE_INFINITY,
    quit: o.has('quit') ? Number(o.value('quit')) : undefined,
    family: o.has('4') ? 4 : o.has('6') ? 6 : 0,
  };
}

const portName = (port: number, s: Settings): string =>
  s.numeric ? '*' : (serviceName(port, s.udp ? 'udp' : 'tcp') ?? '*');

async function listenOpenbsd(ctx: Context, s: Settings): Promise<number> {
  const { sys } = ctx;
  const host = ctx.operands.length > 1 ? ctx.operands[0] : undefined;
  const portText = ctx.options.value('port') ?? ctx.operands.at(-1);
  if (s.unix) return listenUnix(ctx, s, ctx.operands[0] ?? '');
  const port = portText === undefined ? undefined : portOf(portText);
  if (port === undefined) {
    await ctx.err(portText === undefined ? USAGE : `nc: port number invalid: ${portText}\n`);
    return 1;
  }
  const ip = host === undefined ? (s.family === 6 ? ip6(0n) : ip4(0)) : parseIp(host);
  if (!ip) return ctx.fail(`getaddrinfo: Name or service not known`);
  const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', s.udp ? 'dgram' : 'stream');
  if (isErr(fd)) return ctx.fail(`socket: ${fd.text}`);
  sys.setsockopt(fd, 'reuseaddr', 1);
  const e = sys.bind(fd, { ip, port });
  if (isErr(e)) return ctx.fail(e.text);
  if (s.udp) return serveUdp(ctx, fd, s, ip, port);
  const l = sys.listen(fd, 1);
  if (isErr(l)) return ctx.fail(l.text);
  if (s.verbose) await ctx.err(`Listening on ${host ?? (ip.v === 4 ? '0.0.0.0' : '::')} ${port}\n`);
  for (;;) {
    const c = await sys.accept(fd);
    if (isErr(c)) {
      if (c.name === 'EINTR') continue;
      return ctx.fail(`accept: ${c.text}`);
    }
    if (s.verbose) await ctx.err(`Connection received on ${await peerName(sys, c.peer, s)} ${c.peer.port ?? 0}\n`);
    const code = await shuttle(sys, c.fd, s);
    sys.close(c.fd);
    if (!s.keep) return code;
  }
}

async function peerName(sys: Sys, peer: SockAddr, s: Settings): Promise<string> {
  if (!peer.ip) return 'unix';
  return (s.numeric ? undefined : await getnameinfo(sys, peer.ip)) ?? formatIp(peer.ip);
}

async function listenUnix(ctx: Context, s: Settings, path: string): Promise<number> {
  const { sys } = ctx;
  const fd = sys.socket('unix', 'stream');
  if (isErr(fd)) return ctx.fail(fd.text);
  const e = sys.bind(fd, { path });
  if (isErr(e)) return ctx.fail(e.text);
  sys.listen(fd, 1);
  const c = await sys.accept(fd);
  if (isErr(c)) return ctx.fail(c.text);
  return shuttle(sys, c.fd, s);
}

/** Takes the first sender as the peer. */
async function serveUdp(ctx: Context, fd: Fd, s: Settings, ip: IpAddr, port: number): Promise<number> {
  const { sys } = ctx;
  if (s.verbose) await ctx.err(`Bound on ${formatIp(ip)} ${port}\n`);
  const first = await sys.recvfrom(fd);
  if (isErr(first)) return 1;
  if (s.verbose)
    await ctx.err(`Connection received on ${await peerName(sys, first.from, s)} ${first.from.port ?? 0}\n`);
  await sys.write(1, first.data);
  await sys.connect(fd, first.from);
  return shuttle(sys, fd, s);
}

function portOf(text: string): number | undefined {
  const n = /^\d+$/.test(text) ? Number(text) : servicePort(text);
  return n !== undefined && n >= 0 && n <= 65535 ? n : undefined;
}

/** `20-25` as a list. */
function portRange(text: string): number[] | undefined {
  const m = /^(\d+)-(\d+)$/.exec(text);
  if (!m) {
    const p = portOf(text);
    return p === undefined || p < 1 ? undefined : [p];
  }
  const [a, b] = [Number(m[1]), Number(m[2])].sort((x, y) => x - y) as [number, number];
  return b > 65535 ? undefined : Array.from({ length: b - a + 1 }, (_, i) => a + i);
}

async function dial(ctx: Context, s: Settings, ip: IpAddr, port: number): Promise<Fd | Errno> {
  const { sys } = ctx;
  const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', s.udp ? 'dgram' : 'stream');
  if (isErr(fd)) return fd;
  const source = ctx.options.value('source');
  const sourcePort = ctx.options.value('port');
  if (source !== undefined || sourcePort !== undefined) {
    const from = source === undefined ? (ip.v === 4 ? ip4(0) : ip6(0n)) : parseIp(source);
    const e = from ? sys.bind(fd, { ip: from, port: Number(sourcePort ?? 0) }) : errnoOf(99);
    if (isErr(e)) return e;
  }
  const e = await connectBy(
    sys,
    fd,
    { ip, port },
    s.wait === Number.POSITIVE_INFINITY ? s.wait : sys.now() + s.wait * 1e9,
  );
  if (e === 0) return fd;
  sys.close(fd);
  return e;
}

async function connectOpenbsd(ctx: Context, s: Settings): Promise<number> {
  const { sys } = ctx;
  const [host, portText] = ctx.operands;
  if (s.unix) {
    const fd = sys.socket('unix', s.udp ? 'dgram' : 'stream');
    const e = isErr(fd) ? fd : await sys.connect(fd, { path: host ?? '' });
    if (isErr(e)) return ctx.fail(`unix connect failed: ${e.text}\n${ctx.name}: ${host}: ${e.text}`);
    return shuttle(sys, fd as Fd, s);
  }
  if (host === undefined || portText === undefined) {
    await ctx.err(USAGE);
    return 1;
  }
  const ports = portRange(portText);
  if (!ports) return ctx.fail(`port number invalid: ${portText}`);
  const found = await getaddrinfo(sys, host, s.family);
  if (typeof found === 'string') return ctx.fail(`getaddrinfo for host "${host}" port ${portText}: ${GAI_TEXT[found]}`);
  let code = 1;
  for (const port of ports) {
    let fd: Fd | undefined;
    let last: IpAddr | undefined;
    for (const ip of found.addrs) {
      const c = await dial(ctx, s, ip, port);
      last = ip;
      if (!isErr(c)) {
        fd = c;
        break;
      }
      const where = `${host}${parseIp(host) ? '' : ` (${formatIp(ip)})`} port ${port} (${s.udp ? 'udp' : 'tcp'})`;
      if (s.verbose)
        await ctx.err(
          `nc: connect to ${where} ${c.name === 'ETIMEDOUT' ? 'timed out: Operation now in progress' : `failed: ${c.text}`}\n`,
        );
    }
    if (fd === undefined) continue;
    code = 0;
    if (s.udp && s.zero && !(await udpAlive(sys, fd))) {
      sys.close(fd);
      code = 1;
      continue;
    }
    if (s.verbose) {
      const shown = parseIp(host) ? host : `${host} (${formatIp(last as IpAddr)})`;
      await ctx.err(`Connection to ${shown} ${port} port [${s.udp ? 'udp' : 'tcp'}/${portName(port, s)}] succeeded!\n`);
    }
    if (!s.zero) code = await shuttle(sys, fd, s);
    sys.close(fd);
  }
  return code;
}

/** Writes a few datagrams: a closed port answers with an error. @see netcat.c: udptest */
async function udpAlive(sys: Sys, fd: Fd): Promise<boolean> {
  for (let i = 0; i < 3; i++) {
    if (isErr(await sys.sendto(fd, Uint8Array.of(88)))) return false;
    await sys.sleep(i === 0 ? 1e6 : 1e9);
  }
  return true;
}

const USAGE =
  'usage: nc [-46CDdFhklNnrStUuvZz] [-I length] [-i interval] [-M ttl]\n\t  [-m minttl] [-O length] [-P proxy_username] [-p source_port]\n\t  [-q seconds] [-s sourceaddr] [-T keyword] [-V rtable] [-W recvlimit]\n\t  [-w timeout] [-X proxy_protocol] [-x proxy_address[:port]]\n\t  [destination] [port]\n';

const BUSYBOX_USAGE = `${BUSYBOX_BANNER}

Usage: nc [-iN] [-wN] [-l] [-p PORT] [-f FILE|IPADDR PORT] [-e PROG]

	-l	wait for a connection
		(-ll: for one after another, with -e)
	-p PORT	local port
	-w SEC	how long to wait for a connection
	-i SEC	pause between lines
	-f FILE	a file in place of a connection
	-e PROG	a program that gets the connection
`;

const flag = (name: string, short: string, help: string) => ({ name, short, shortOnly: true, help }) as const;
const value = (name: string, short: string, help: string) =>
  ({ name, short, shortOnly: true, arg: 'required', metavar: 'ARG', help }) as const;

/** The `nc` command. */
export const spec = defineProgram({
  name: 'nc',
  path: '/usr/bin/nc.openbsd',
  summary: 'Arbitrary TCP and UDP connections and listens',
  synopsis: ['[-46klNnUuvz] [-p source_port] [-q seconds] [-s sourceaddr] [-w timeout] [destination] [port]'],
  usageError: 'none',
  options: [
    flag('4', '4', 'use IPv4'),
    flag('6', '6', 'use IPv6'),
    flag('no-stdin', 'd', 'detach from stdin'),
    flag('keep', 'k', 'keep inbound sockets open for multiple connects'),
    flag('listen', 'l', 'listen mode, for inbound connects'),
    flag('close', 'N', 'shutdown the network socket after EOF on stdin'),
    flag('numeric', 'n', 'suppress name resolutions'),
    value('port', 'p', 'local port'),
    value('quit', 'q', 'quit after EOF on stdin and delay of seconds'),
    value('source', 's', 'local source address'),
    flag('unix', 'U', 'use UNIX domain socket'),
    flag('udp', 'u', 'UDP mode'),
    flag('verbose', 'v', 'verbose'),
    value('wait', 'w', 'timeout for connects and final net reads'),
    flag('zero', 'z', 'zero-I/O mode'),
    flag('telnet', 't', 'answer TELNET negotiation'),
    flag('crlf', 'C', 'send CRLF as line-ending'),
  ],
  async run(ctx) {
    const s = settings(ctx);
    return s.listen ? listenOpenbsd(ctx, s) : connectOpenbsd(ctx, s);
  },
});

/** -e PROG: the connection becomes the program's standard input and output. */
export async function runOn(ctx: Context, fd: Fd, argv: readonly string[]): Promise<number> {
  const { sys } = ctx;
  const path = findProgram(sys, argv[0] ?? '');
  const pid = isErr(path) ? path : sys.spawn(path, { argv, fds: { 0: fd, 1: fd, 2: 2 } });
  if (isErr(pid)) return ctx.fail(`can't execute '${argv[0]}': ${pid.text}`, 127);
  sys.close(fd);
  const w = await sys.wait(pid);
  return isErr(w) || w === 0 ? 1 : w.code;
}

async function busyboxNc(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const o = ctx.options;
  const s: Settings = { ...settings(ctx), closeOnEof: true, udp: false, unix: false };
  const prog = o.value('exec');
  const argv = prog === undefined ? undefined : [prog, ...ctx.operands.slice(o.has('listen') ? 0 : 2)];
  if (s.listen) {
    const fd = sys.socket('inet', 'stream');
    if (isErr(fd)) return ctx.fail(`socket: ${fd.text}`);
    sys.setsockopt(fd, 'reuseaddr', 1);
    const e = sys.bind(fd, { ip: parseIp(o.value('source') ?? '') ?? ip4(0), port: Number(o.value('port') ?? 0) });
    if (isErr(e)) return ctx.fail(`bind: ${e.text}`);
    sys.listen(fd, 1);
    for (;;) {
      const c = await sys.accept(fd);
      if (isErr(c)) {
        if (c.name === 'EINTR') continue;
        return ctx.fail(`accept: ${c.text}`);
      }
      const code = argv ? await runOn(ctx, c.fd, argv) : await shuttle(sys, c.fd, s);
      // -ll: a persistent server
      if (o.count('listen') < 2) return code;
    }
  }
  const [host, portText] = ctx.operands;
  if (host === undefined || portText === undefined) {
    await ctx.err(BUSYBOX_USAGE);
    return 1;
  }
  const port = portOf(portText);
  if (port === undefined) return ctx.fail(`bad port '${portText}'`);
  const found = await getaddrinfo(sys, host, s.family);
  if (typeof found === 'string') return ctx.fail(`bad address '${host}'`);
  const ip = (found.addrs.find((a) => a.v === 4) ?? found.addrs[0]) as IpAddr;
  const fd = await dial(ctx, s, ip, port);
  if (isErr(fd)) {
    if (fd.name === 'ETIMEDOUT' && s.wait !== Number.POSITIVE_INFINITY) return ctx.fail('timed out');
    return ctx.fail(`can't connect to remote host (${formatIp(ip)}): ${fd.text}`);
  }
  return argv ? runOn(ctx, fd, argv) : shuttle(sys, fd, { ...s, wait: s.wait });
}

/** The `nc` command. */
export const busyboxSpec = defineProgram({
  name: 'nc',
  path: '/bin/nc',
  summary: 'Open a pipe to IP:PORT',
  synopsis: ['[OPTIONS] HOST PORT'],
  options: [
    value('exec', 'e', 'Run PROG after connect'),
    flag('listen', 'l', 'Listen mode'),
    value('port', 'p', 'Local port'),
    value('wait', 'w', 'Timeout'),
    value('interval', 'i', 'Delay'),
    value('file', 'f', 'Use a file, not a connection'),
  ],
  run: busyboxNc,
  usageText: BUSYBOX_USAGE,
});
