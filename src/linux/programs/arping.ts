/**
 * `arping` of iputils and busybox: ARP requests to a neighbour.
 * @see iputils arping.c; RFC 826
 */
import { formatIp, formatMac, type IpAddr, ip4, parseIp, sameIp } from '../../base/ip.ts';
import { dissect } from '../core/dissect.ts';
import { isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import { getaddrinfo } from './resolve.ts';
import { type Context, defineProgram } from './spec.ts';

interface Message {
  /** 1 request, 2 reply. */
  readonly op: number;
  readonly from: number;
  /** MAC it is sent to. */
  readonly to: number;
  /** MAC it speaks of. */
  readonly about: number;
  readonly senderIp: number;
  readonly target: number;
}

const EVERYBODY = 0xffffffffffff;

function message(m: Message): Uint8Array {
  const b = new Uint8Array(42);
  const v = new DataView(b.buffer);
  const mac = (at: number, value: number): void => {
    v.setUint16(at, Math.floor(value / 2 ** 32));
    v.setUint32(at + 2, value % 2 ** 32);
  };
  mac(0, m.to);
  mac(6, m.from);
  v.setUint16(12, 0x0806);
  b.set([0, 1, 8, 0, 6, 4, 0, m.op], 14);
  mac(22, m.from);
  v.setUint32(28, m.senderIp);
  mac(32, m.about);
  v.setUint32(38, m.target);
  return b;
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
  const dad = o.has('duplicate');
  const unsolicited = o.has('unsolicited') || o.has('answer');
  const said = o.has('source') ? parseIp(o.value('source') ?? '') : undefined;
  if (o.has('source') && said?.v !== 4) return ctx.fail(`invalid source ${o.value('source')}`, 2);
  const source = said?.v === 4 ? said.value : dad ? 0 : unsolicited ? dst.value : own?.v === 4 ? own.value : 0;
  const local = sys.net.addrs().some((a) => a.prefix.addr.v === 4 && a.prefix.addr.value === source);
  if (source !== 0 && !local) return ctx.fail('bind: Cannot assign requested address', 2);
  const capture = sys.capture(link.name, 262144, false);
  if (isErr(capture)) return ctx.fail(`socket: ${capture.text}`, 2);
  let stop = false;
  sys.sigaction(SIGNALS.SIGINT, () => {
    stop = true;
  });
  const say = (text: string): unknown => (o.has('quiet') ? undefined : ctx.out(text));
  await say(`ARPING ${formatIp(dst)} from ${formatIp(ip4(source))} ${link.name}\n`);
  const count = o.has('count') ? Number(o.value('count')) : Number.POSITIVE_INFINITY;
  const deadline = o.has('timeout') ? sys.now() + Number(o.value('timeout')) * 1e9 : Number.POSITIVE_INFINITY;
  let sent = 0;
  let broadcast = 0;
  let got = 0;
  // The next request goes to the one that answered.
  let to = EVERYBODY;
  while (!stop && sent < count && sys.now() < deadline) {
    const start = sys.now();
    const op = o.has('answer') ? 2 : 1;
    const about = o.has('answer') ? link.mac : EVERYBODY;
    const frame = message({ op, from: link.mac, to, about, senderIp: source, target: dst.value });
    const failed = capture.send(frame);
    if (failed !== 0) return ctx.fail(`sendto: ${failed.text}`, 2);
    sent++;
    if (to === EVERYBODY) broadcast++;
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
      if (unsolicited || arp?.op !== 2 || !sameIp(ip4(arp.senderIp), dst) || arp.senderMac === link.mac) continue;
      got++;
      if (!o.has('broadcast')) to = arp.senderMac;
      await say(
        `Unicast reply from ${formatIp(dst)} [${formatMac(arp.senderMac).toUpperCase()}]  ${((f.time - start) / 1e6).toFixed(3)}ms\n`,
      );
      if (sent >= count || dad || o.has('first')) stop = true;
    }
    if (!isErr(timer)) {
      if (!tick) sys.kill(timer, SIGNALS.SIGKILL);
      await sys.wait(timer);
    }
  }
  capture.close();
  await say(`Sent ${sent} probes (${broadcast} broadcast(s))\nReceived ${got} response(s)\n`);
  if (dad) return got > 0 ? 1 : 0;
  return unsolicited || got > 0 ? 0 : 1;
}

/** The `arping` command. */
export const spec = defineProgram({
  name: 'arping',
  path: '/usr/bin/arping',
  summary: 'Send ARP requests to a neighbour host',
  synopsis: ['[-fqbDUA] [-c count] [-w timeout] [-I device] [-s source] destination'],
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
    { name: 'broadcast', short: 'b', shortOnly: true, help: 'keep on broadcasting, do not unicast' },
    { name: 'duplicate', short: 'D', shortOnly: true, help: 'duplicate address detection mode' },
    { name: 'unsolicited', short: 'U', shortOnly: true, help: 'unsolicited ARP mode, update your neighbours' },
    { name: 'answer', short: 'A', shortOnly: true, help: 'ARP answer mode, update your neighbours' },
    { name: 'source', short: 's', shortOnly: true, arg: 'required', metavar: 'source', help: 'source IP address' },
  ],
  run,
});
