/**
 * `ncat`: nmap's netcat.
 * Limits: no TLS, proxies, access lists, chat and broker modes.
 * @see nmap ncat/ncat_main.c, ncat_connect.c, ncat_listen.c
 */
import { formatIp, type IpAddr, ip4, ip6 } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import type { Fd, SockAddr } from '../kernel/sys.ts';
import { runOn, type Settings, shuttle } from './nc.ts';
import { GAI_TEXT, getaddrinfo } from './resolve.ts';
import { servicePort } from './services.ts';
import { type Context, defineProgram, flag, valued } from './spec.ts';
import { connectBy } from './wire.ts';

const DEFAULT_PORT = 31337;
const CONNECT_TIMEOUT = 10;

const said = (ctx: Context, text: string): Promise<unknown> => ctx.err(`Ncat: ${text}\n`);

/** What ends the program. */
async function quit(ctx: Context, text: string): Promise<number> {
  await said(ctx, `${text} QUITTING.`);
  return 2;
}

/** A time with its unit, seconds when it has none; ns. */
function duration(text: string): number {
  const m = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  return m ? Number(m[1]) * ({ ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }[m[2] ?? 's'] as number) : Number.NaN;
}

function settings(ctx: Context): Settings {
  const o = ctx.options;
  return {
    udp: o.has('udp'),
    unix: false,
    listen: o.has('listen'),
    keep: o.has('keep-open'),
    zero: o.has('zero'),
    verbose: o.has('verbose'),
    noStdin: o.has('recv-only'),
    closeOnEof: true,
    numeric: o.has('nodns'),
    wait: o.has('idle-timeout') ? duration(o.value('idle-timeout') as string) / 1e9 : Number.POSITIVE_INFINITY,
    quit: o.has('send-only') ? 0 : undefined,
    family: o.has('4') ? 4 : o.has('6') ? 6 : 0,
  };
}

/** What a connection is given to: a program, or standard input and output. */
function serve(ctx: Context, fd: Fd, s: Settings): Promise<number> {
  const exec = ctx.options.value('exec');
  const command = ctx.options.value('sh-exec');
  if (exec !== undefined) return runOn(ctx, fd, exec.split(/\s+/));
  return command === undefined ? shuttle(ctx.sys, fd, s) : runOn(ctx, fd, ['/bin/sh', '-c', command]);
}

const place = (a: SockAddr): string => {
  const text = a.ip ? formatIp(a.ip) : '';
  return a.ip?.v === 6 ? `[${text}]` : text;
};

async function listen(ctx: Context, s: Settings, host: string | undefined, port: number): Promise<number> {
  const { sys } = ctx;
  const found = host === undefined ? undefined : await getaddrinfo(sys, host, s.family);
  if (typeof found === 'string') return quit(ctx, `Could not resolve hostname "${host}": ${GAI_TEXT[found]}.`);
  const any = s.family === 4 ? [ip4(0)] : s.family === 6 ? [ip6(0n)] : [ip6(0n), ip4(0)];
  const fds: Fd[] = [];
  for (const ip of (found?.addrs as readonly IpAddr[] | undefined) ?? any) {
    const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', s.udp ? 'dgram' : 'stream');
    if (isErr(fd)) continue;
    sys.setsockopt(fd, 'reuseaddr', 1);
    if (ip.v === 6) sys.setsockopt(fd, 'v6only', 1);
    const e = sys.bind(fd, { ip, port });
    const bad = isErr(e) || s.udp ? e : sys.listen(fd, 10);
    if (isErr(bad)) return quit(ctx, `bind to ${place({ ip })}:${port}: ${bad.text}.`);
    if (s.verbose) await said(ctx, `Listening on ${place({ ip })}:${port}`);
    fds.push(fd);
  }
  for (;;) {
    const ready = await sys.poll(
      fds.map((fd) => ({ fd, in: true })),
      Number.POSITIVE_INFINITY,
    );
    const fd = isErr(ready) ? undefined : ready[0]?.fd;
    if (fd === undefined) continue;
    const served = s.udp ? await datagram(ctx, fd, s) : await stream(ctx, fd, s);
    if (!s.keep) return served;
  }
}

async function stream(ctx: Context, fd: Fd, s: Settings): Promise<number> {
  const c = await ctx.sys.accept(fd);
  if (isErr(c)) return 1;
  if (s.verbose) await said(ctx, `Connection from ${place(c.peer)}:${c.peer.port ?? 0}.`);
  const served = serve(ctx, c.fd, s);
  // -k serves one beside the other when a program answers
  if (s.keep && (ctx.options.has('exec') || ctx.options.has('sh-exec'))) return 0;
  const code = await served;
  ctx.sys.close(c.fd);
  return code;
}

/** The first sender is the peer. */
async function datagram(ctx: Context, fd: Fd, s: Settings): Promise<number> {
  const first = await ctx.sys.recvfrom(fd);
  if (isErr(first)) return 1;
  if (s.verbose) await said(ctx, `Connection from ${place(first.from)}.`);
  await ctx.sys.write(1, first.data);
  await ctx.sys.connect(fd, first.from);
  return serve(ctx, fd, s);
}

async function connect(ctx: Context, s: Settings, host: string, port: number): Promise<number> {
  const { sys, options: o } = ctx;
  const found = await getaddrinfo(sys, host, s.family);
  if (typeof found === 'string') return quit(ctx, `Could not resolve hostname "${host}": ${GAI_TEXT[found]}.`);
  const wait = o.has('wait') ? duration(o.value('wait') as string) : CONNECT_TIMEOUT * 1e9;
  let why = '';
  for (const ip of found.addrs) {
    const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', s.udp ? 'dgram' : 'stream');
    if (isErr(fd)) continue;
    if (o.has('source-port')) sys.bind(fd, { ip: ip.v === 4 ? ip4(0) : ip6(0n), port: Number(o.value('source-port')) });
    const e = await connectBy(sys, fd, { ip, port }, sys.now() + wait);
    if (isErr(e)) {
      sys.close(fd);
      why = e.name === 'ETIMEDOUT' ? 'TIMEOUT' : e.text;
      continue;
    }
    if (s.verbose) await said(ctx, `Connected to ${place({ ip })}:${port}.`);
    if (s.zero) return 0;
    const code = await serve(ctx, fd, s);
    sys.close(fd);
    return code;
  }
  await said(ctx, `${why}.`);
  return 1;
}

async function run(ctx: Context): Promise<number> {
  const s = settings(ctx);
  if (s.verbose) await said(ctx, 'Version 7.95 ( https://nmap.org/ncat )');
  const words = [...ctx.operands];
  // a listener's single word is its port, a client's its host
  const portWord = s.listen && words.length === 1 ? words.pop() : words[1];
  const host = words[0];
  const port =
    portWord === undefined ? DEFAULT_PORT : /^\d+$/.test(portWord) ? Number(portWord) : servicePort(portWord);
  if (words.length > 2) return quit(ctx, `Got more than one port specification: ${words.slice(1).join(' ')}.`);
  if (port === undefined || port > 65535) return quit(ctx, `Invalid port number "${portWord}".`);
  if (s.listen) return listen(ctx, s, host, port);
  if (host === undefined) return quit(ctx, 'You must specify a host to connect to.');
  return connect(ctx, s, host, port);
}

/** The `ncat` command. */
export const spec = defineProgram({
  name: 'ncat',
  path: '/usr/bin/ncat',
  summary: 'Concatenate and redirect sockets',
  synopsis: ['[options] [hostname] [port]'],
  usageExit: 2,
  version: 'Ncat: Version 7.95 ( https://nmap.org/ncat )',
  options: [
    { name: '4', short: '4', shortOnly: true, help: 'use IPv4 only' },
    { name: '6', short: '6', shortOnly: true, help: 'use IPv6 only' },
    valued('exec', 'e', '<command>', 'executes the given command'),
    valued('sh-exec', 'c', '<command>', 'executes the given command via /bin/sh'),
    flag('keep-open', 'k', 'accept several connections in listen mode'),
    flag('listen', 'l', 'bind and listen for incoming connections'),
    flag('nodns', 'n', 'do not resolve hostnames'),
    valued('source-port', 'p', 'port', 'source port to use'),
    flag('udp', 'u', 'use UDP instead of TCP'),
    flag('verbose', 'v', 'set verbosity level'),
    valued('wait', 'w', '<time>', 'connect timeout'),
    valued('idle-timeout', 'i', '<time>', 'idle read/write timeout'),
    flag('zero', 'z', 'report connection status only'),
    flag('recv-only', undefined, 'only receive data'),
    flag('send-only', undefined, 'only send data'),
  ],
  run,
});
