/**
 * `arping` of iputils and busybox: ARP requests to a neighbour.
 *
 * Limits: needs packet sockets that send; where the kernel has none, says so. No unsolicited replies (-U, -A).
 * @see iputils arping.c; RFC 826
 */
import { formatIp, formatMac, type IpAddr, sameIp } from '../../base/ip.ts';
import { dissect } from '../core/dissect.ts';
import { type Errno, isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import type { Sys } from '../kernel/sys.ts';
import { getaddrinfo } from './resolve.ts';
import { type Context, defineProgram } from './spec.ts';

function request(from: number, senderIp: number, target: number): Uint8Array {
  const b = new Uint8Array(42);
  const v = new DataView(b.buffer);
  b.fill(255, 0, 6);
  const mac = (at: number, m: number): void => {
    v.setUint16(at, Math.floor(m / 2 ** 32));
    v.setUint32(at + 2, m % 2 ** 32);
  };
  mac(6, from);
  v.setUint16(12, 0x0806);
  b.set([0, 1, 8, 0, 6, 4, 0, 1], 14);
  mac(22, from);
  v.setUint32(28, senderIp);
  v.setUint32(38, target);
  return b;
}

/** Sends one frame through a packet socket. */
async function send(sys: Sys, ifindex: number, frame: Uint8Array): Promise<0 | Errno> {
  const fd = sys.socket('packet', 'raw');
  if (isErr(fd)) return fd;
  const sent = await sys.sendto(fd, frame, { ifindex });
  sys.close(fd);
  return isErr(sent) ? sent : 0;
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const host = ctx.operands[0];
  if (host === undefined) return ctx.fail('usage error: Destination address required', 1);
  const found = await getaddrinfo(sys, host, 4);
  if (typeof found === 'string') return ctx.fail(`${host}: Name or service not known`, 2);
  const dst = found.addrs[0] as IpAddr & { v: 4 };
  const route = sys.net.lookupRoute(dst);
  const dev =
    o.value('interface') ??
    (isErr(route) || route.ifindex === undefined ? undefined : sys.net.link(route.ifindex)?.name);
  const link = dev === undefined ? undefined : sys.net.link(dev);
  if (!link)
    return ctx.fail(
      dev === undefined
        ? 'Suitable device could not be determined. Please, use option -I.'
        : `Device ${dev} not available.`,
      2,
    );
  const own = sys.net.addrs().find((a) => a.ifindex === link.ifindex && a.prefix.addr.v === 4)?.prefix.addr;
  const source = own?.v === 4 ? own.value : 0;
  const capture = sys.capture(link.name, 262144, false);
  if (isErr(capture)) return ctx.fail(`socket: ${capture.text}`, 2);
  let stop = false;
  sys.sigaction(SIGNALS.SIGINT, () => {
    stop = true;
  });
  await ctx.out(`ARPING ${formatIp(dst)} from ${own ? formatIp(own) : '0.0.0.0'} ${link.name}\n`);
  const count = o.has('count') ? Number(o.value('count')) : Number.POSITIVE_INFINITY;
  let sent = 0;
  let got = 0;
  while (!stop && sent < count) {
    const start = sys.now();
    if (!(await send(sys, link.ifindex, request(link.mac, source, dst.value))))
      return ctx.fail('sendto: Operation not permitted', 2);
    sent++;
    const timer = sys.fork({ fds: {} }, async (child) => {
      await child.sleep(1e9);
      child.kill(child.ppid, SIGNALS.SIGUSR2);
      return 0;
    });
    let tick = false;
    sys.sigaction(SIGNALS.SIGUSR2, () => {
      tick = true;
    });
    while (!tick && !stop) {
      const f = await capture.read();
      if (isErr(f)) continue;
      const arp = dissect(f.bytes).arp;
      if (arp?.op !== 2 || !sameIp({ v: 4, value: arp.senderIp }, dst)) continue;
      got++;
      await ctx.out(
        `Unicast reply from ${formatIp(dst)} [${formatMac(arp.senderMac).toUpperCase()}]  ${((f.time - start) / 1e6).toFixed(3)}ms\n`,
      );
      if (sent >= count) stop = true;
      if (o.has('first')) stop = true;
    }
    if (!isErr(timer)) {
      if (!tick) sys.kill(timer, SIGNALS.SIGKILL);
      await sys.wait(timer);
    }
  }
  capture.close();
  await ctx.out(`Sent ${sent} probes (${sent} broadcast(s))\nReceived ${got} response(s)\n`);
  return got > 0 ? 0 : 1;
}

/** The `arping` command. */
export const spec = defineProgram({
  name: 'arping',
  path: '/usr/bin/arping',
  summary: 'Send ARP requests to a neighbour host',
  synopsis: ['[-f] [-c count] [-I interface] destination'],
  usageExit: 2,
  options: [
    { name: 'count', short: 'c', shortOnly: true, arg: 'required', metavar: 'count', help: 'how many packets to send' },
    {
      name: 'interface',
      short: 'I',
      shortOnly: true,
      arg: 'required',
      metavar: 'device',
      help: 'which ethernet device to use',
    },
    { name: 'first', short: 'f', shortOnly: true, help: 'quit on first reply' },
    { name: 'timeout', short: 'w', shortOnly: true, arg: 'required', metavar: 'timeout', help: 'how long to wait' },
    { name: 'quiet', short: 'q', shortOnly: true, help: 'be quiet' },
  ],
  run,
});
