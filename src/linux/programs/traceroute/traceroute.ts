/**
 * `traceroute`, `traceroute6`: the routers on the way, by datagrams of growing TTL.
 *
 * Limits: no AS numbers, no path MTU, no DCCP, SCTP or UDP-Lite; busybox's probes go one after the other.
 * @see traceroute 2.1; busybox networking/traceroute.c
 */
import { formatIp, type IpAddr, parseIp, sameIp } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import type { Fd } from '../../kernel/sys.ts';
import { echoRequest, parseIcmp } from '../ping/icmp.ts';
import { GAI_TEXT, getaddrinfo, getnameinfo } from '../resolve.ts';
import { type Context, defineProgram } from '../spec.ts';
import { type Answer, answerOf, headersOf, timeExceeded, unreachable } from './answer.ts';
import { EchoMethod, type Method, TcpMethod, UdpMethod, type Way } from './methods.ts';
import { ProbeRun } from './probes.ts';

const FIRST_PORT = 33434;

/** Sends one probe and waits for what it causes. */
async function probe(
  ctx: Context,
  udp: Fd,
  icmp: Fd,
  dst: IpAddr,
  ttl: number,
  serial: number,
  waitNs: number,
  size: number,
  echo: boolean,
): Promise<Answer | undefined | string> {
  const { sys } = ctx;
  const port = FIRST_PORT + serial;
  const out = echo ? icmp : udp;
  sys.setsockopt(out, 'ttl', ttl);
  const start = sys.now();
  const id = sys.pid & 0xffff;
  const sent = await sys.sendto(
    out,
    echo
      ? echoRequest(dst.v, id, serial + 1, new Uint8Array(Math.max(0, size - headersOf(dst))))
      : new Uint8Array(Math.max(0, size - headersOf(dst))).fill(0x40),
    { ip: dst, port },
  );
  if (isErr(sent)) return sent.text;
  for (;;) {
    const left = start + waitNs - sys.now();
    const ready = left > 0 ? await sys.poll([{ fd: icmp, in: true }], left) : [];
    if (isErr(ready)) continue;
    if (ready.length === 0) return undefined;
    const d = await sys.recvfrom(icmp);
    if (isErr(d) || !d.from.ip) continue;
    const m = parseIcmp(dst.v, d.data, d.ttl ?? 0);
    if (!m) continue;
    const ms = (d.time - start) / 1e6;
    if (m.kind === 'reply') {
      if (echo && m.id === id && m.seq === serial + 1) return { from: d.from.ip, ms, mark: '', last: true };
      continue;
    }
    if (echo ? m.id !== id || m.seq !== serial + 1 : m.port !== port) continue;
    if (m.type === timeExceeded(dst.v) || m.type === unreachable(dst.v)) return answerOf(d.from.ip, m.type, m.code, ms);
  }
}

/** How probes are made, or what keeps them from being made. */
async function methodOf(ctx: Context, way: Way): Promise<Method | string> {
  const { sys, options: o } = ctx;
  const method = o.has('icmp')
    ? EchoMethod.open(sys, way)
    : o.has('tcp')
      ? await TcpMethod.open(sys, way)
      : new UdpMethod(sys, way);
  if (method === 'socket: Operation not permitted')
    return 'You do not have enough privileges to use this traceroute method.\nsocket: Operation not permitted';
  return method;
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const host = ctx.operands[0];
  const busybox = ctx.flavour === 'busybox';
  if (host === undefined) {
    await ctx.err(`Usage: ${ctx.name} [OPTIONS] HOST [BYTES]\n`);
    return busybox ? 1 : 2;
  }
  const six = ctx.name === 'traceroute6' || o.has('6');
  const found = await getaddrinfo(sys, host, six ? 6 : o.has('4') || busybox ? 4 : 0);
  if (typeof found === 'string') {
    await ctx.err(
      busybox
        ? `traceroute: bad address '${host}'\n`
        : `${host}: ${GAI_TEXT[found]}\nCannot handle "host" cmdline arg \`${host}' on position 1 (argc ${sys.argv.length - 1})\n`,
    );
    return busybox ? 1 : 2;
  }
  const dst = found.addrs[0] as IpAddr;
  const num = (name: string, dflt: number): number => (o.has(name) ? Number(o.value(name)) : dflt);
  const max = num('max-hops', 30);
  const queries = num('queries', 3);
  const waitNs = num('wait', 5) * 1e9;
  const size = ctx.operands[1] === undefined ? (busybox ? 46 : dst.v === 4 ? 60 : 80) : Number(ctx.operands[1]);
  const first = num('first', 1);
  const header = `traceroute to ${host} (${formatIp(dst)}), ${max} hops max, ${size} byte packets\n`;
  if (!busybox) {
    const src = o.has('source') ? parseIp(o.value('source') as string) : undefined;
    const way: Way = {
      dst,
      size,
      port: num('port', o.has('tcp') ? 80 : o.has('udp') ? 53 : FIRST_PORT),
      fixed: o.has('udp'),
      ...(src && { src }),
      ...(o.has('interface') && { ifname: o.value('interface') as string }),
    };
    const method = await methodOf(ctx, way);
    if (typeof method === 'string') {
      await ctx.err(`${method}\n`);
      return 1;
    }
    await ctx.out(header);
    const trace = { first, max, queries, waitNs, simultaneous: num('sim-queries', 16), numeric: o.has('numeric') };
    const failed = await new ProbeRun(ctx, trace, method).run();
    if (failed === undefined) return 0;
    await ctx.err(`${failed}\n`);
    return 1;
  }
  const family = dst.v === 4 ? 'inet' : 'inet6';
  const icmp = sys.socket(family, 'raw', dst.v === 4 ? 1 : 58);
  const udp = sys.socket(family, 'dgram');
  if (!isErr(udp)) sys.setsockopt(udp, 'mtu_discover', 0);
  if (isErr(icmp) || isErr(udp)) return ctx.fail(`socket: ${isErr(icmp) ? icmp.text : 'failed'}`);
  await ctx.out(header);
  let serial = 0;
  for (let ttl = first; ttl <= max; ttl++) {
    let line = String(ttl).padStart(2);
    if (busybox) line += ' ';
    let previous: IpAddr | undefined;
    let done = false;
    for (let q = 0; q < queries; q++) {
      const a = await probe(ctx, udp, icmp, dst, ttl, serial++, waitNs, size, o.has('icmp'));
      if (typeof a === 'string') {
        await ctx.out(busybox ? '' : `${line}\n`);
        await ctx.err(busybox ? `traceroute: sendto: ${a}\n` : `send: ${a}\n`);
        return 1;
      }
      if (!a) {
        line += ' *';
        continue;
      }
      if (!previous || !sameIp(previous, a.from)) {
        const text = formatIp(a.from);
        line += ` ${busybox ? '' : ' '}${o.has('numeric') ? text : `${(await getnameinfo(sys, a.from)) ?? text} (${text})`}`;
      }
      previous = a.from;
      line += `  ${a.ms.toFixed(3)} ms${a.mark}`;
      done ||= a.last;
    }
    await ctx.out(`${line}\n`);
    if (done || (previous && sameIp(previous, dst))) break;
  }
  return 0;
}

const arg = (name: string, short: string, metavar: string, help: string) =>
  ({ name, short, shortOnly: true, arg: 'required', metavar, help }) as const;

/** The `traceroute` command. */
export const spec = defineProgram({
  name: 'traceroute',
  path: '/usr/bin/traceroute',
  summary: 'Print the route packets take to a host',
  synopsis: ['[OPTIONS] HOST [BYTES]'],
  usageExit: 2,
  options: [
    { name: 'numeric', short: 'n', shortOnly: true, help: 'print numeric addresses' },
    { name: 'icmp', short: 'I', help: 'use ICMP ECHO' },
    { name: 'tcp', short: 'T', help: 'use TCP SYN, port 80 unless told' },
    { name: 'udp', short: 'U', help: 'use UDP to one port, 53 unless told' },
    { ...arg('port', 'p', 'PORT', 'destination port'), shortOnly: false },
    { ...arg('interface', 'i', 'DEVICE', 'device to send by'), shortOnly: false },
    { ...arg('source', 's', 'ADDR', 'source address'), shortOnly: false },
    { ...arg('sim-queries', 'N', 'N', 'probes under way at once'), shortOnly: false },
    { name: '4', short: '4', shortOnly: true, help: 'use IPv4' },
    { name: '6', short: '6', shortOnly: true, help: 'use IPv6' },
    arg('first', 'f', 'N', 'first TTL'),
    arg('max-hops', 'm', 'N', 'max TTL'),
    arg('queries', 'q', 'N', 'probes per hop'),
    arg('wait', 'w', 'SEC', 'wait for a response'),
  ],
  run,
});
