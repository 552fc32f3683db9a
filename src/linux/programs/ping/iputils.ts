/**
 * `ping` of iputils: one request a second, a line for each reply, statistics at the end.
 *
 * Limits: no flooding faster than the clock's step, no record route, no timestamps option of IP.
 * @see iputils ping/ping.c, ping/ping_common.c
 */
import { formatIp, type IpAddr, parseIp } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import { GAI_TEXT, getaddrinfo, getnameinfo } from '../resolve.ts';
import { type Context, defineProgram, helpText } from '../spec.ts';
import { discovery, pattern } from './arguments.ts';
import { icmpErrorText } from './icmp.ts';
import { type PingEvent, Pinger, RttStats } from './pinger.ts';

interface Settings {
  readonly count: number;
  readonly intervalNs: number;
  readonly lingerNs: number;
  readonly deadlineNs: number | undefined;
  readonly size: number;
  readonly quiet: boolean;
  readonly flood: boolean;
  readonly stamp: boolean;
  readonly bell: boolean;
  /** Requests that are sent before the first reply is waited for. */
  readonly preload: number;
}

/** A number of the command line, or iputils' complaint. */
function range(
  text: string | undefined,
  dflt: number,
  min: number,
  max: number | bigint,
  real = false,
): number | string {
  if (text === undefined) return dflt;
  const n = Number(text);
  if (text === '' || Number.isNaN(n) || (!real && !Number.isInteger(n))) return `invalid argument: '${text}'`;
  if (n < min || n > max) return `invalid argument: '${text}': out of range: ${min} <= value <= ${max}`;
  return n;
}

/** iputils' precision: three significant places after the point, fewer for long times. @param us microseconds */
function rttText(us: number): string {
  if (us >= 100000 - 50) return `${Math.round(us / 1000)} ms`;
  if (us >= 10000 - 5) return `${(us / 1000).toFixed(1)} ms`;
  if (us >= 1000) return `${(us / 1000).toFixed(2)} ms`;
  return `${(us / 1000).toFixed(3)} ms`;
}

const ms = (us: number): string => (us / 1000).toFixed(3);

class Session {
  sent = 0;
  received = 0;
  errors = 0;
  duplicates = 0;
  pipe = 0;
  first = 0;
  last = 0;
  readonly rtt = new RttStats();
  readonly #names = new Map<string, string>();

  constructor(
    readonly ctx: Context,
    readonly pinger: Pinger,
    readonly target: string,
    readonly numeric: boolean,
    readonly s: Settings,
  ) {}

  /** `db.mynet (172.18.0.2)`, or the address alone. */
  async who(ip: IpAddr): Promise<string> {
    const text = formatIp(ip);
    if (this.numeric) return text;
    let name = this.#names.get(text);
    if (name === undefined) {
      name = (await getnameinfo(this.ctx.sys, ip)) ?? '';
      this.#names.set(text, name);
    }
    return name === '' ? text : `${name} (${text})`;
  }

  async send(): Promise<void> {
    const now = this.ctx.sys.now();
    if (this.sent === 0) this.first = now;
    this.last = now;
    this.sent++;
    const e = await this.pinger.send(this.sent);
    if (isErr(e)) {
      // EMSGSIZE: the error queue says how long it may be.
      const why = e.name === 'EMSGSIZE' ? await this.pinger.next(now) : undefined;
      if (why && why !== 'signal' && !isErr(why)) await this.take(why);
      else {
        await this.ctx.err(`${this.ctx.name}: sendmsg: ${e.text}\n`);
        this.errors++;
      }
    } else if (this.s.flood && !this.s.quiet) await this.ctx.out('.');
  }

  async take(e: PingEvent): Promise<void> {
    if (e.kind === 'local') {
      this.errors++;
      const text = e.errno.name === 'EMSGSIZE' ? `message too long, mtu: ${e.mtu}` : e.errno.text;
      if (this.s.flood) await this.ctx.out('E');
      else if (!this.s.quiet) await this.ctx.err(`${this.ctx.name}: local error: ${text}\n`);
      return;
    }
    this.pipe = Math.max(this.pipe, this.sent - e.seq + 1);
    const stamp = this.s.stamp ? `[${this.#stampText()}] ` : '';
    if (e.kind === 'error') {
      this.errors++;
      if (this.s.flood) await this.ctx.out('\bE');
      else if (!this.s.quiet)
        await this.ctx.out(
          `${stamp}From ${await this.who(e.from)} icmp_seq=${e.seq} ${icmpErrorText(this.pinger.v, e.type, e.code, e.mtu)}\n`,
        );
      return;
    }
    const us = Math.round(e.rttNs / 1000);
    if (e.duplicate) this.duplicates++;
    else this.received++;
    this.rtt.add(us);
    if (this.s.flood) await this.ctx.out('\b \b');
    else if (!this.s.quiet) {
      const time = this.s.size >= 16 ? ` time=${rttText(us)}` : '';
      await this.ctx.out(
        `${stamp}${e.bytes} bytes from ${await this.who(e.from)}: icmp_seq=${e.seq} ttl=${e.ttl}${time}${e.duplicate ? ' (DUP!)' : ''}${this.s.bell ? '\x07' : ''}\n`,
      );
    }
  }

  #stampText(): string {
    const ns = this.ctx.sys.realtime();
    return `${ns / 1_000_000_000n}.${String((ns % 1_000_000_000n) / 1000n).padStart(6, '0')}`;
  }

  /** The line that ^\ asks for. */
  statusLine(): string {
    const loss = this.sent > 0 ? Math.floor(((this.sent - this.received) * 100) / this.sent) : 0;
    const r = this.rtt;
    const times = r.n > 0 ? `, min/avg/ewma/max = ${ms(r.min)}/${ms(r.avg)}/${ms(r.ewma / 8)}/${ms(r.max)} ms` : '';
    return `\r${this.received}/${this.sent} packets, ${loss}% loss${times}\n`;
  }

  summary(): string {
    const loss = this.sent > 0 ? Number((((this.sent - this.received) * 100) / this.sent).toPrecision(6)) : 0;
    const extra = `${this.duplicates > 0 ? `, +${this.duplicates} duplicates` : ''}${this.errors > 0 ? `, +${this.errors} errors` : ''}`;
    const time = Math.floor((this.last - this.first) / 1e6);
    const head = `\n--- ${this.target} ping statistics ---\n${this.sent} packets transmitted, ${this.received} received${extra}, ${loss}% packet loss, time ${time}ms\n`;
    const r = this.rtt;
    const parts: string[] = [];
    if (this.received > 0 && this.s.size >= 16)
      parts.push(`rtt min/avg/max/mdev = ${ms(r.min)}/${ms(r.avg)}/${ms(r.max)}/${ms(r.mdev)} ms`);
    if (this.pipe > 1) parts.push(`pipe ${this.pipe}`);
    return this.sent === 0 ? head : `${head}${parts.join(', ')}\n`;
  }

  /** When the wait after the last request ends. @see ping_common.c: __schedule_exit */
  lingerEnd(): number {
    const wait = this.received > 0 ? Math.max(2 * this.rtt.max * 1000, this.s.intervalNs) : this.s.lingerNs;
    return this.last + wait;
  }

  async loop(stop: { now: boolean; status: boolean }): Promise<void> {
    const { sys } = this.ctx;
    const { count } = this.s;
    const end = this.s.deadlineNs === undefined ? Number.POSITIVE_INFINITY : sys.now() + this.s.deadlineNs;
    let due = sys.now();
    while (this.sent + 1 < this.s.preload && (count === 0 || this.sent + 1 < count)) await this.send();
    while (!stop.now) {
      if (count > 0 && this.s.deadlineNs === undefined && this.received + this.errors >= count) return;
      if (count > 0 && this.s.deadlineNs !== undefined && this.received >= count) return;
      if (this.s.deadlineNs !== undefined && this.errors > 0) return;
      const now = sys.now();
      if (now >= end) return;
      const more = count === 0 || this.sent < count || this.s.deadlineNs !== undefined;
      if (more && now >= due) {
        await this.send();
        due += this.s.intervalNs;
        continue;
      }
      const until = Math.min(end, more ? due : this.lingerEnd());
      if (!more && now >= until) return;
      const e = await this.pinger.next(until);
      if (e === undefined || e === 'signal') {
        if (stop.status) {
          stop.status = false;
          await this.ctx.err(this.statusLine());
        }
        continue;
      }
      if (isErr(e)) continue;
      await this.take(e);
    }
  }
}

function settings(ctx: Context): Settings | string {
  const o = ctx.options;
  const count = range(o.value('count'), 0, 1, 9223372036854775807n);
  const flood = o.has('flood');
  const interval = range(o.value('interval'), flood ? 0.01 : 1, 0, 2147483, true);
  const linger = range(o.value('timeout'), 10, 0, 2147483, true);
  const deadline = range(o.value('deadline'), 0, 0, 2147483);
  const size = range(o.value('size'), 56, 0, 65507);
  const preload = range(o.value('preload'), 1, 1, 65536);
  for (const v of [count, interval, linger, deadline, size, preload]) if (typeof v === 'string') return v;
  return {
    count: count as number,
    intervalNs: Math.max(1e6, (interval as number) * 1e9),
    lingerNs: (linger as number) * 1e9,
    deadlineNs: (deadline as number) > 0 ? (deadline as number) * 1e9 : undefined,
    size: size as number,
    quiet: o.has('quiet'),
    flood,
    stamp: o.has('timestamp'),
    bell: o.has('audible'),
    preload: preload as number,
  };
}

/** What -I names: an address, or a device. */
function source(ctx: Context): { src?: IpAddr; ifname?: string } | string {
  const text = ctx.options.value('interface');
  if (text === undefined) return {};
  const src = parseIp(text);
  if (src) return { src };
  if (!ctx.sys.net.link(text)) return `unknown iface: ${text}`;
  return { ifname: text };
}

/** Whether an address is that of all machines of a network. */
function isBroadcast(ctx: Context, dst: IpAddr): boolean {
  if (dst.v === 6) return false;
  const r = ctx.sys.net.routeGet({ dst });
  return dst.value === 0xffffffff || (!isErr(r) && r.type === 'broadcast');
}

/** The address the kernel would send from. @see ping.c: probe with a connected UDP socket */
async function sourceAddress(
  ctx: Context,
  dst: IpAddr,
  from: { src?: IpAddr; ifname?: string },
): Promise<IpAddr | string | undefined> {
  const { sys } = ctx;
  const fd = sys.socket(dst.v === 4 ? 'inet' : 'inet6', 'dgram');
  if (isErr(fd)) return `socket: ${fd.text}`;
  try {
    if (from.ifname !== undefined) sys.bindToDevice(fd, from.ifname);
    if (from.src) {
      const e = sys.bind(fd, { ip: from.src, port: 0 });
      if (isErr(e)) return `bind: ${e.text}`;
    }
    const e = await sys.connect(fd, { ip: dst, port: 1025 });
    if (isErr(e)) return `connect: ${e.text}`;
    const name = sys.getsockname(fd);
    return isErr(name) ? undefined : name.ip;
  } finally {
    sys.close(fd);
  }
}

/** Sends, waits and prints until it is enough or a signal comes. @returns the exit code */
async function talk(session: Session, head: string): Promise<number> {
  const { ctx, s } = session;
  const stop = { now: false, status: false };
  for (const sig of [SIGNALS.SIGINT, SIGNALS.SIGTERM])
    ctx.sys.sigaction(sig, () => {
      stop.now = true;
    });
  ctx.sys.sigaction(SIGNALS.SIGQUIT, () => {
    stop.status = true;
  });
  await ctx.out(head);
  await session.loop(stop);
  await ctx.out(session.summary());
  return session.received === 0 || (s.deadlineNs !== undefined && session.received < s.count) ? 1 : 0;
}

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const target = ctx.operands.at(-1);
  if (ctx.options.has('print-version')) {
    await ctx.out(`${spec.version}\n`);
    return 0;
  }
  if (ctx.options.has('usage')) {
    await ctx.err(helpText(spec, ctx.name));
    return 2;
  }
  if (target === undefined) return ctx.fail('usage error: Destination address required', 1);
  const s = settings(ctx);
  if (typeof s === 'string') return ctx.fail(s, 1);
  const asked = ctx.name.at(-1);
  const family = ctx.options.has('4') || asked === '4' ? 4 : ctx.options.has('6') || asked === '6' ? 6 : 0;
  const found = await getaddrinfo(sys, target, family);
  if (typeof found === 'string') return ctx.fail(`${target}: ${GAI_TEXT[found]}`, 2);
  const dst = found.addrs[0] as IpAddr;
  const from = source(ctx);
  if (typeof from === 'string') return ctx.fail(from, 2);
  const broadcast = isBroadcast(ctx, dst);
  if (broadcast && !ctx.options.has('broadcast'))
    return ctx.fail('Do you want to ping broadcast? Then -b. If not, check your local firewall rules', 2);
  if (broadcast) await ctx.err('WARNING: pinging broadcast address\n');
  const src = await sourceAddress(ctx, dst, from);
  if (typeof src === 'string') return ctx.fail(src, 2);
  const pmtudisc = discovery(ctx.options.value('pmtudisc'));
  if (typeof pmtudisc === 'string') return ctx.fail(pmtudisc, 2);
  const fill = pattern(ctx.options.value('pattern'));
  if (typeof fill === 'string') return ctx.fail(fill, 2);
  const ttl = range(ctx.options.value('ttl'), -1, 0, 255);
  if (typeof ttl === 'string') return ctx.fail(ttl, 1);
  const num = (name: string): number | undefined =>
    ctx.options.has(name) ? Number(ctx.options.value(name)) : undefined;
  const pinger = Pinger.open(sys, {
    dst,
    size: s.size,
    ttl: ttl < 0 ? undefined : ttl,
    fill,
    broadcast,
    tos: num('tos'),
    mark: num('mark'),
    recverr: true,
    first: 'dgram',
    pmtudisc,
    ...from,
  });
  if (isErr(pinger)) {
    await ctx.fail('socktype: SOCK_RAW');
    await ctx.fail(`socket: ${pinger.text}`);
    return pinger.name === 'EPERM' ? ctx.fail('=> missing cap_net_raw+p capability or setuid?', 2) : 2;
  }
  const numeric = ctx.options.has('numeric') || parseIp(target) !== undefined;
  const session = new Session(ctx, pinger, target, numeric, s);
  const via = ctx.options.has('interface') && src ? ` from ${formatIp(src)} ${from.ifname ?? ''}:` : '';
  const sizes = dst.v === 4 ? `${s.size}(${s.size + 28}) bytes of data.` : `${s.size} data bytes`;
  const filled = fill ? `PATTERN: 0x${[...fill].map((b) => b.toString(16).padStart(2, '0')).join('')}\n` : '';
  return talk(session, `${filled}PING ${target} (${formatIp(dst)})${via} ${sizes}\n`);
}

const arg = (name: string, short: string, metavar: string, help: string) =>
  ({ name, short, shortOnly: true, arg: 'required', metavar, help }) as const;

/** The `ping` command. */
export const spec = defineProgram({
  name: 'ping',
  path: '/usr/bin/ping',
  summary: 'Send ICMP ECHO_REQUEST to network hosts',
  synopsis: ['[options] <destination>'],
  version: 'ping from iputils 20250605',
  usageExit: 2,
  usageError: 'usage',
  options: [
    { name: '4', short: '4', shortOnly: true, help: 'use IPv4' },
    { name: '6', short: '6', shortOnly: true, help: 'use IPv6' },
    { name: 'adaptive', short: 'A', shortOnly: true, help: 'use adaptive ping' },
    { name: 'broadcast', short: 'b', shortOnly: true, help: 'allow pinging broadcast' },
    {
      name: 'preload',
      short: 'l',
      shortOnly: true,
      arg: 'required',
      metavar: 'preload',
      help: 'send <preload> requests at once',
    },
    { name: 'audible', short: 'a', shortOnly: true, help: 'use audible ping' },
    arg('count', 'c', '<count>', 'stop after <count> replies'),
    { name: 'timestamp', short: 'D', shortOnly: true, help: 'print timestamps' },
    { name: 'flood', short: 'f', shortOnly: true, help: 'flood ping' },
    arg('interval', 'i', '<interval>', 'seconds between sending each packet'),
    arg('interface', 'I', '<interface>', 'either interface name or address'),
    arg('mark', 'm', '<mark>', 'tag the packets going out'),
    {
      name: 'pmtudisc',
      short: 'M',
      shortOnly: true,
      arg: 'required',
      metavar: '<pmtud opt>',
      help: 'define path MTU discovery: do, dont, want, probe',
      values: ['do', 'dont', 'want', 'probe'],
    },
    { name: 'numeric', short: 'n', shortOnly: true, help: 'no reverse DNS name resolution' },
    { name: 'outstanding', short: 'O', shortOnly: true, help: 'report outstanding replies' },
    arg('pattern', 'p', '<pattern>', 'contents of padding byte'),
    { name: 'quiet', short: 'q', shortOnly: true, help: 'quiet output' },
    arg('tos', 'Q', '<tclass>', 'use quality of service <tclass> bits'),
    arg('size', 's', '<size>', 'use <size> as number of data bytes to be sent'),
    arg('ttl', 't', '<ttl>', 'define time to live'),
    { name: 'usage', short: 'h', shortOnly: true, help: 'print help and exit' },
    { name: 'print-version', short: 'V', shortOnly: true, help: 'print version and exit' },
    { name: 'verbose', short: 'v', shortOnly: true, help: 'verbose output' },
    arg('deadline', 'w', '<deadline>', 'reply wait <deadline> in seconds'),
    arg('timeout', 'W', '<timeout>', 'time to wait for response'),
  ],
  run,
});
