/**
 * `arping` of iputils and busybox: ARP requests to a neighbour.
 * @see iputils arping.c; RFC 826
 */
import { formatIp, formatMac, type IpAddr, ip4, parseIp, sameIp } from '../../base/ip.ts';
import { dissect } from '../core/dissect.ts';
import { type Errno, isErr } from '../kernel/errno.ts';
import type { Link } from '../kernel/netadmin.ts';
import { SIGNALS } from '../kernel/signal.ts';
import type { Capture, CapturedFrame } from '../kernel/sys.ts';
import type { Options } from './getopt.ts';
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

type Ipv4 = IpAddr & { v: 4 };

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

/** Device that requests leave by: -I's, or that of the route. @returns a message when there is none */
function deviceTo(ctx: Context, dst: Ipv4): Link | string {
  const { sys, options: o } = ctx;
  const route = sys.net.lookupRoute(dst);
  const routed = isErr(route) || route.ifindex === undefined ? undefined : sys.net.link(route.ifindex)?.name;
  const name = o.value('interface') ?? routed;
  if (name === undefined) return 'Suitable device could not be determined. Please, use option -I.';
  return sys.net.link(name) ?? `Device ${name} not available.`;
}

/** Whether neighbours are told, not asked. */
const announces = (o: Options): boolean => o.has('unsolicited') || o.has('answer');

/** Address that requests come from; 0: none. @returns a message when it may not be used */
function sourceOf(ctx: Context, link: Link, dst: Ipv4): number | string {
  const { sys, options: o } = ctx;
  const addrs = sys.net.addrs().filter((a) => a.prefix.addr.v === 4);
  const own = addrs.find((a) => a.ifindex === link.ifindex)?.prefix.addr as Ipv4 | undefined;
  const said = o.has('source') ? parseIp(o.value('source') ?? '') : undefined;
  if (o.has('source') && said?.v !== 4) return `invalid source ${o.value('source')}`;
  const usual = o.has('duplicate') ? 0 : announces(o) ? dst.value : (own?.value ?? 0);
  const source = said?.v === 4 ? said.value : usual;
  const local = addrs.some((a) => a.prefix.addr.value === source);
  return source === 0 || local ? source : 'bind: Cannot assign requested address';
}

/** Requests to one neighbour, a second apart, and the replies to them. */
class Probes {
  replies = 0;
  #sent = 0;
  #broadcast = 0;
  #stopped = false;
  /** The next request goes to the one that answered. */
  #to = EVERYBODY;
  readonly #count: number;

  constructor(
    readonly ctx: Context,
    readonly capture: Capture,
    readonly link: Link,
    readonly source: number,
    readonly dst: Ipv4,
  ) {
    const o = ctx.options;
    this.#count = o.has('count') ? Number(o.value('count')) : Number.POSITIVE_INFINITY;
  }

  /** @returns 0, or why a request could not be sent */
  async run(): Promise<0 | Errno> {
    const { sys, options: o } = this.ctx;
    sys.sigaction(SIGNALS.SIGINT, () => {
      this.#stopped = true;
    });
    await this.#say(`ARPING ${formatIp(this.dst)} from ${formatIp(ip4(this.source))} ${this.link.name}\n`);
    const deadline = o.has('timeout') ? sys.now() + Number(o.value('timeout')) * 1e9 : Number.POSITIVE_INFINITY;
    while (!this.#stopped && this.#sent < this.#count && sys.now() < deadline) {
      const start = sys.now();
      const failed = this.#send();
      if (failed !== 0) return failed;
      await this.#listen(start);
    }
    this.capture.close();
    // busybox's count of broadcasts stays at 0
    await this.#say(
      this.ctx.flavour === 'busybox'
        ? `Sent ${this.#sent} probe(s) (0 broadcast(s))\nReceived ${this.replies} response(s) (0 request(s), 0 broadcast(s))\n`
        : `Sent ${this.#sent} probes (${this.#broadcast} broadcast(s))\nReceived ${this.replies} response(s)\n`,
    );
    return 0;
  }

  #say(text: string): unknown {
    return this.ctx.options.has('quiet') ? undefined : this.ctx.out(text);
  }

  #send(): 0 | Errno {
    const answer = this.ctx.options.has('answer');
    const frame = message({
      op: answer ? 2 : 1,
      from: this.link.mac,
      to: this.#to,
      about: answer ? this.link.mac : EVERYBODY,
      senderIp: this.source,
      target: this.dst.value,
    });
    const failed = this.capture.send(frame);
    if (failed !== 0) return failed;
    this.#sent++;
    if (this.#to === EVERYBODY) this.#broadcast++;
    return 0;
  }

  /** Takes replies until the next request is due. @param start when the last one was sent */
  async #listen(start: number): Promise<void> {
    const { sys } = this.ctx;
    const timer = sys.fork({ fds: {} }, async (child) => {
      await child.sleep(1e9);
      child.kill(child.ppid, SIGNALS.SIGUSR2);
      return 0;
    });
    let tick = false;
    sys.sigaction(SIGNALS.SIGUSR2, () => {
      tick = true;
    });
    while (!tick && !this.#stopped) {
      const frame = await this.capture.read();
      if (!isErr(frame)) await this.#received(frame, start);
    }
    if (isErr(timer)) return;
    if (!tick) sys.kill(timer, SIGNALS.SIGKILL);
    await sys.wait(timer);
  }

  async #received(frame: CapturedFrame, start: number): Promise<void> {
    const o = this.ctx.options;
    const arp = dissect(frame.bytes).arp;
    if (announces(o) || arp?.op !== 2 || !sameIp(ip4(arp.senderIp), this.dst)) return;
    if (arp.senderMac === this.link.mac) return;
    this.replies++;
    if (!o.has('broadcast')) this.#to = arp.senderMac;
    const mac = formatMac(arp.senderMac);
    const ms = ((frame.time - start) / 1e6).toFixed(3);
    const where = this.ctx.flavour === 'busybox' ? `[${mac}]` : `[${mac.toUpperCase()}] `;
    await this.#say(`Unicast reply from ${formatIp(this.dst)} ${where} ${ms}ms\n`);
    if (this.#sent >= this.#count || o.has('duplicate') || o.has('first')) this.#stopped = true;
  }
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const host = ctx.operands[0];
  if (host === undefined) return ctx.fail('usage error: Destination address required', 1);
  const found = await getaddrinfo(sys, host, 4);
  if (typeof found === 'string') return ctx.fail(`${host}: Name or service not known`, 2);
  const dst = found.addrs[0] as Ipv4;
  const link = deviceTo(ctx, dst);
  if (typeof link === 'string') return ctx.fail(link, 2);
  const source = sourceOf(ctx, link, dst);
  if (typeof source === 'string') return ctx.fail(source, 2);
  const capture = sys.capture(link.name, 262144, false);
  if (isErr(capture)) return ctx.fail(`socket: ${capture.text}`, 2);
  const probes = new Probes(ctx, capture, link, source, dst);
  const failed = await probes.run();
  if (failed !== 0) return ctx.fail(`sendto: ${failed.text}`, 2);
  if (o.has('duplicate')) return probes.replies > 0 ? 1 : 0;
  return announces(o) || probes.replies > 0 ? 0 : 1;
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
