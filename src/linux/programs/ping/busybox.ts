/** `ping` of busybox. @see busybox networking/ping.c */
import { formatIp, type IpAddr, parseIp } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import { getaddrinfo } from '../resolve.ts';
import { type Context, defineProgram } from '../spec.ts';
import { type PingEvent, Pinger, RttStats } from './pinger.ts';

const ms = (us: number): string => `${Math.floor(us / 1000)}.${String(us % 1000).padStart(3, '0')}`;

/** Requests to one host, and what is counted of them. */
class Session {
  sent = 0;
  received = 0;
  duplicates = 0;
  readonly rtt = new RttStats();
  #stopped = false;
  /** How many answers are wanted; 0: no end. */
  readonly #count: number;
  readonly #intervalNs: number;
  /** How long the first answer is waited for. */
  readonly #timeoutNs: number;

  constructor(
    readonly ctx: Context,
    readonly pinger: Pinger,
    /** When it is over in any case, ns. */
    readonly end: number,
  ) {
    const o = ctx.options;
    this.#count = Number(o.value('count') ?? 0);
    this.#intervalNs = Number(o.value('interval') ?? 1) * 1e9;
    this.#timeoutNs = Number(o.value('timeout') ?? 10) * 1e9;
    ctx.sys.sigaction(SIGNALS.SIGINT, () => {
      this.#stopped = true;
    });
  }

  get #over(): boolean {
    return this.#stopped || this.ctx.sys.now() >= this.end || (this.#count > 0 && this.received >= this.#count);
  }

  /** @returns 0, or why a request could not be sent */
  async run(): Promise<0 | Errno> {
    const { sys } = this.ctx;
    let due = sys.now();
    while (!this.#over) {
      const more = this.#count === 0 || this.sent < this.#count;
      if (more && sys.now() >= due) {
        const e = await this.pinger.send(this.sent++);
        if (isErr(e)) return e;
        due = sys.now() + this.#intervalNs;
        continue;
      }
      const until = Math.min(this.end, more ? due : due - this.#intervalNs + this.#lingerNs);
      if (!more && sys.now() >= until) break;
      const e = await this.pinger.next(until);
      if (e !== undefined && e !== 'signal' && !isErr(e) && e.kind === 'reply') await this.#reply(e);
    }
    return 0;
  }

  /** How long answers are waited for behind the last request: twice the longest way, in whole seconds. */
  get #lingerNs(): number {
    return this.received > 0 ? Math.max(1e9, Math.floor((this.rtt.max * 2) / 1e6) * 1e9) : this.#timeoutNs;
  }

  async #reply(e: Extract<PingEvent, { kind: 'reply' }>): Promise<void> {
    const us = Math.round(e.rttNs / 1000);
    if (e.duplicate) this.duplicates++;
    else {
      this.received++;
      this.rtt.add(us);
    }
    if (this.ctx.options.has('quiet')) return;
    const note = e.duplicate ? ' (DUP!)' : '';
    await this.ctx.out(
      `${e.bytes} bytes from ${formatIp(e.from)}: seq=${e.seq} ttl=${e.ttl} time=${ms(us)} ms${note}\n`,
    );
  }
}

function statistics(target: string, { sent, received, duplicates, rtt }: Session): string {
  const loss = sent > 0 ? Math.floor(((sent - received) * 100) / sent) : 0;
  let s = `\n--- ${target} ping statistics ---\n${sent} packets transmitted, ${received} packets received, `;
  if (duplicates > 0) s += `${duplicates} duplicates, `;
  s += `${loss}% packet loss\n`;
  if (rtt.n > 0) s += `round-trip min/avg/max = ${ms(rtt.min)}/${ms(rtt.avg)}/${ms(rtt.max)} ms\n`;
  return s;
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const target = ctx.operands[0];
  if (target === undefined) {
    await ctx.err(
      `BusyBox v1.38.0 (Debian 1:1.38.0-1) multi-call binary.\n\nUsage: ${ctx.name} [OPTIONS] HOST\n\nSend ICMP ECHO_REQUESTs to HOST\n`,
    );
    return 1;
  }
  for (const name of ['count', 'size', 'ttl', 'timeout', 'deadline']) {
    const given = o.value(name);
    if (given !== undefined && !/^\d+$/.test(given)) return ctx.fail(`invalid number '${given}'`);
  }
  const size = Number(o.value('size') ?? 56);
  const end = o.has('deadline') ? sys.now() + Number(o.value('deadline')) * 1e9 : Number.POSITIVE_INFINITY;
  const family = o.has('4') ? 4 : o.has('6') || ctx.name === 'ping6' ? 6 : 0;
  const found = await getaddrinfo(sys, target, family);
  if (typeof found === 'string') return ctx.fail(`bad address '${target}'`);
  const dst = (found.addrs.find((a) => a.v === 4) ?? found.addrs[0]) as IpAddr;
  const via = o.value('interface');
  const src = via === undefined ? undefined : parseIp(via);
  const ttl = o.has('ttl') ? Number(o.value('ttl')) : undefined;
  const pinger = Pinger.open(sys, { dst, size, ttl, src, ifname: src ? undefined : via, first: 'raw' });
  if (isErr(pinger)) {
    const denied = pinger.name === 'EPERM' || pinger.name === 'EACCES';
    return ctx.fail(denied ? 'permission denied (are you root?)' : `can't create raw socket: ${pinger.text}`);
  }
  const session = new Session(ctx, pinger, end);
  const from = src ? ` from ${formatIp(src)}` : '';
  await ctx.out(`PING ${target} (${formatIp(dst)})${from}: ${size} data bytes\n`);
  const failed = await session.run();
  if (failed !== 0) return ctx.fail(`sendto: ${failed.text}`);
  await ctx.out(statistics(target, session));
  return session.received === 0 ? 1 : 0;
}

/** The `ping` command. */
export const spec = defineProgram({
  name: 'ping',
  path: '/bin/ping',
  summary: 'Send ICMP ECHO_REQUESTs to HOST',
  synopsis: ['[OPTIONS] HOST'],
  options: [
    { name: '4', short: '4', shortOnly: true, help: 'Force IPv4 name resolution' },
    { name: '6', short: '6', shortOnly: true, help: 'Force IPv6 name resolution' },
    { name: 'count', short: 'c', shortOnly: true, arg: 'required', metavar: 'CNT', help: 'Send only CNT pings' },
    {
      name: 'size',
      short: 's',
      shortOnly: true,
      arg: 'required',
      metavar: 'SIZE',
      help: 'Send SIZE data bytes in packets (default 56)',
    },
    { name: 'interval', short: 'i', shortOnly: true, arg: 'required', metavar: 'SECS', help: 'Interval' },
    { name: 'flood', short: 'A', shortOnly: true, help: 'Ping as soon as reply is received' },
    { name: 'ttl', short: 't', shortOnly: true, arg: 'required', metavar: 'TTL', help: 'Set TTL' },
    {
      name: 'interface',
      short: 'I',
      shortOnly: true,
      arg: 'required',
      metavar: 'IFACE/IP',
      help: 'Source interface or IP address',
    },
    {
      name: 'timeout',
      short: 'W',
      shortOnly: true,
      arg: 'required',
      metavar: 'SEC',
      help: 'Seconds to wait for the first response (default 10)',
    },
    {
      name: 'deadline',
      short: 'w',
      shortOnly: true,
      arg: 'required',
      metavar: 'SEC',
      help: 'Seconds until ping exits',
    },
    { name: 'quiet', short: 'q', shortOnly: true, help: 'Quiet, only display output at start/finish' },
    { name: 'pattern', short: 'p', shortOnly: true, arg: 'required', metavar: 'HEXBYTE', help: 'Payload pattern' },
  ],
  run,
});
