/**
 * Getting a connected stream for a URL: names, happy eyeballs, bind, unix sockets.
 *
 * Limits: the second family is tried when the first has failed, not 200 ms after it began.
 * @see curl lib/connect.c, lib/cf-ip-happy.c
 */
import { formatIp, type IpAddr, parseIp } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { getaddrinfo } from '../resolve.ts';
import { connectBy } from '../wire.ts';
import { CURLE, type CurlFailure, type Report, type Transfer } from './options.ts';
import { type CurlUrl, hostPort } from './url.ts';

/** Writes a `* …` line when -v was given. */
export type Note = (line: string) => Promise<void>;

/** Between the end of a connect and the request that follows: what curl does meanwhile, ns. */
const BEFORE_REQUEST = 1_500_000;

const elapsedMs = (sys: Sys, since: number): number => Math.floor((sys.now() - since) / 1e6);

/** The addresses of a URL's host: --resolve, literal, or looked up. */
async function addresses(sys: Sys, t: Transfer, u: CurlUrl, note: Note): Promise<IpAddr[] | CurlFailure> {
  for (const entry of t.resolve) {
    const m = /^[+-]?(\[[^\]]*\]|[^:]*):(\d+):(.*)$/.exec(entry);
    if (!m || (m[1] !== u.host && m[1] !== '*' && m[1] !== `[${u.host}]`) || Number(m[2]) !== u.port) continue;
    const list = (m[3] as string).split(',').flatMap((a) => parseIp(a.replace(/^\[|\]$/g, '')) ?? []);
    await note(`Added ${u.host}:${u.port}:${m[3]} to DNS cache`);
    await note(`Hostname ${u.host} was found in DNS cache`);
    return list;
  }
  const literal = parseIp(u.host.replace(/%.*/, ''));
  if (literal) return [literal];
  const found = await getaddrinfo(sys, u.host, t.family);
  if (typeof found === 'string') {
    await note(`Could not resolve host: ${u.host}`);
    return { code: CURLE.COULDNT_RESOLVE_HOST, message: `Could not resolve host: ${u.host}` };
  }
  // curl knows localhost by itself: ::1 and 127.0.0.1, whatever the hosts file says
  const addrs = u.host.toLowerCase() === 'localhost' ? loopbacks(t.family) : [...found.addrs];
  await note(`Host ${hostPort(u, true)} was resolved.`);
  const list = (v: 4 | 6): string =>
    addrs
      .filter((a) => a.v === v)
      .map(formatIp)
      .join(', ') || '(none)';
  await note(`IPv6: ${list(6)}`);
  await note(`IPv4: ${list(4)}`);
  return addrs;
}

function loopbacks(family: 0 | 4 | 6): IpAddr[] {
  const both: IpAddr[] = [
    { v: 6, value: 1n },
    { v: 4, value: 0x7f000001 },
  ];
  return both.filter((a) => family === 0 || a.v === family);
}

/** Binds to --interface and --local-port. */
async function bindLocal(sys: Sys, fd: Fd, v: 4 | 6, t: Transfer): Promise<CurlFailure | undefined> {
  if (t.iface === undefined && t.localPort === undefined) return undefined;
  let ip: IpAddr | undefined;
  if (t.iface !== undefined) {
    const name = t.iface.replace(/^(if|host)!/, '');
    ip = parseIp(name);
    if (!ip && !t.iface.startsWith('host!')) {
      const link = sys.net.link(name);
      if (!link)
        return {
          code: CURLE.INTERFACE_FAILED,
          message: `Could not bind to interface '${name}' with errno 19: No such device`,
        };
      const e = sys.bindToDevice(fd, name);
      if (isErr(e))
        return {
          code: CURLE.INTERFACE_FAILED,
          message: `Could not bind to interface '${name}' with errno ${e.code}: ${e.text}`,
        };
      ip = sys.net.addrs().find((a) => a.ifindex === link.ifindex && a.prefix.addr.v === v)?.prefix.addr;
    }
  }
  const e = sys.bind(fd, { ip: ip ?? (v === 4 ? { v: 4, value: 0 } : { v: 6, value: 0n }), port: t.localPort ?? 0 });
  return isErr(e)
    ? { code: CURLE.INTERFACE_FAILED, message: `bind failed with errno ${e.code}: ${e.text}` }
    : undefined;
}

/** Connects. Fills the report's times and addresses. @param end the transfer's last instant */
export async function openConnection(
  sys: Sys,
  t: Transfer,
  u: CurlUrl,
  r: Report,
  start: number,
  end: number,
  note: Note,
): Promise<Fd | CurlFailure> {
  const deadline = Math.min(end, start + t.connectTimeout);
  if (t.unixSocket !== undefined) return openUnix(sys, t, u, start, deadline, note);
  const addrs = await addresses(sys, t, u, note);
  if ('code' in addrs) return addrs;
  r.namelookup = sys.now() - start;
  if (sys.now() >= deadline)
    return {
      code: CURLE.OPERATION_TIMEDOUT,
      message: `Resolving timed out after ${elapsedMs(sys, start)} milliseconds`,
    };
  let last: Errno | undefined;
  for (const ip of addrs) {
    const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream');
    if (isErr(fd)) {
      last = fd;
      continue;
    }
    // --keepalive-time is 60 unless said otherwise
    sys.setsockopt(fd, 'keepalive', 1);
    for (const option of ['keepidle', 'keepintvl'] as const) sys.setsockopt(fd, option, 60);
    await note(`  Trying ${ip.v === 6 ? `[${formatIp(ip)}]` : formatIp(ip)}:${u.port}...`);
    const bad = await bindLocal(sys, fd, ip.v, t);
    if (bad) {
      sys.close(fd);
      return bad;
    }
    const e = await connectBy(sys, fd, { ip, port: u.port }, deadline);
    if (e === 0) {
      await connected(sys, fd, ip, u, r, start, note);
      await sys.cpu(BEFORE_REQUEST);
      return fd;
    }
    sys.close(fd);
    last = e;
    if (sys.now() >= deadline)
      return {
        code: CURLE.OPERATION_TIMEDOUT,
        message: `Connection timed out after ${elapsedMs(sys, start)} milliseconds`,
      };
    await note(`connect to ${ip.v === 6 ? `[${formatIp(ip)}]` : formatIp(ip)} port ${u.port} failed: ${e.text}`);
  }
  const why = last?.name === 'ETIMEDOUT' ? CURLE.OPERATION_TIMEDOUT : CURLE.COULDNT_CONNECT;
  const text = why === CURLE.OPERATION_TIMEDOUT ? 'Timeout was reached' : 'Could not connect to server';
  return { code: why, message: `Failed to connect to ${hostPort(u, true)} after ${elapsedMs(sys, start)} ms: ${text}` };
}

async function connected(
  sys: Sys,
  fd: Fd,
  ip: IpAddr,
  u: CurlUrl,
  r: Report,
  start: number,
  note: Note,
): Promise<void> {
  sys.setsockopt(fd, 'nodelay', 1);
  const local = sys.getsockname(fd);
  r.connect = sys.now() - start;
  r.connects++;
  r.remoteIp = formatIp(ip);
  r.remotePort = u.port;
  if (!isErr(local) && local.ip) {
    r.localIp = formatIp(local.ip);
    r.localPort = local.port ?? 0;
  }
  await note(
    `Established connection to ${u.host} (${r.remoteIp} port ${u.port}) from ${r.localIp} port ${r.localPort} `,
  );
}

async function openUnix(
  sys: Sys,
  t: Transfer,
  u: CurlUrl,
  start: number,
  deadline: number,
  note: Note,
): Promise<Fd | CurlFailure> {
  const path = t.unixSocket as string;
  const fd = sys.socket('unix', 'stream');
  if (isErr(fd)) return { code: CURLE.COULDNT_CONNECT, message: fd.text };
  await note(`  Trying ${path}:0...`);
  const e = await connectBy(sys, fd, { path }, deadline);
  if (e === 0) {
    await note(`Established connection to ${u.host} (${path} port 0) from ${path} port 0 `);
    return fd;
  }
  sys.close(fd);
  await note(`connect to ${path} port 0 failed: ${e.text}`);
  return {
    code: CURLE.COULDNT_CONNECT,
    message: `Failed to connect to ${hostPort(u, true)} via ${path} after ${elapsedMs(sys, start)} ms: Could not connect to server`,
  };
}
