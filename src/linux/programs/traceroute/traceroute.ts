/**
 * `traceroute`, `traceroute6`: the routers on the way, by datagrams of growing TTL.
 *
 * Limits: no AS numbers, no path MTU, no DCCP, SCTP or UDP-Lite.
 * @see traceroute 2.1; busybox networking/traceroute.c
 */
import { formatIp, type IpAddr, parseIp } from '../../../base/ip.ts';
import { GAI_TEXT, getaddrinfo } from '../resolve.ts';
import { type Context, defineProgram } from '../spec.ts';
import { oneByOne } from './busybox.ts';
import { EchoMethod, FIRST_PORT, type Method, TcpMethod, UdpMethod, type Way } from './methods.ts';
import { ProbeRun, type Trace } from './probes.ts';

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

/** Probes under way side by side. */
async function sideBySide(ctx: Context, dst: IpAddr, size: number, trace: Trace, header: string): Promise<number> {
  const { options: o } = ctx;
  const src = o.has('source') ? parseIp(o.value('source') as string) : undefined;
  const way: Way = {
    dst,
    size,
    port: numberOf(ctx, 'port', o.has('tcp') ? 80 : o.has('udp') ? 53 : FIRST_PORT),
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
  const failed = await new ProbeRun(ctx, trace, method).run();
  if (failed === undefined) return 0;
  await ctx.err(`${failed}\n`);
  return 1;
}

function numberOf(ctx: Context, name: string, dflt: number): number {
  return ctx.options.has(name) ? Number(ctx.options.value(name)) : dflt;
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
  const size = ctx.operands[1] === undefined ? (busybox ? 46 : dst.v === 4 ? 60 : 80) : Number(ctx.operands[1]);
  const trace: Trace = {
    first: numberOf(ctx, 'first', 1),
    max: numberOf(ctx, 'max-hops', 30),
    queries: numberOf(ctx, 'queries', 3),
    waitNs: numberOf(ctx, 'wait', 5) * 1e9,
    simultaneous: numberOf(ctx, 'sim-queries', 16),
    numeric: o.has('numeric'),
  };
  const header = `traceroute to ${host} (${formatIp(dst)}), ${trace.max} hops max, ${size} byte packets\n`;
  return busybox ? oneByOne(ctx, dst, size, trace, header) : sideBySide(ctx, dst, size, trace, header);
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
