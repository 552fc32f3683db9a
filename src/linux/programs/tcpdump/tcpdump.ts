/**
 * `tcpdump` 4.99: captures or reads packets, filters them, prints them or writes them to a file.
 *
 * Limits: -C, -G, -F, -y and decryption are not there; times are UTC.
 * @see tcpdump tcpdump.c, print.c
 */
import { civil } from '../../../base/civil.ts';
import { formatIp, type IpAddr } from '../../../base/ip.ts';
import { asciiText, hexAndText, hexLines } from '../../core/hex-dump.ts';
import { LinkType, pcapHeader, pcapRecord, SLL2_LENGTH } from '../../core/pcap.ts';
import { type SummaryOptions, summary } from '../../core/summary.ts';
import { Conversations } from '../../core/summary-tcp.ts';
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import type { Fd, Sys } from '../../kernel/sys.ts';
import { getaddrinfo, getnameinfo } from '../resolve.ts';
import { serviceName } from '../services.ts';
import { type Context, defineProgram } from '../spec.ts';
import { matchesFilter } from './filter/match.ts';
import { type Filter, FilterError, parseFilter } from './filter/parse.ts';
import { type Captured, fileSource, liveSource, type Source, subjectOf } from './source.ts';

const NAMES: Readonly<Record<number, string>> = {
  [LinkType.EN10MB]: 'EN10MB (Ethernet)',
  [LinkType.LINUX_SLL2]: 'LINUX_SLL2 (Linux cooked v2)',
};

/** Addresses already looked up: names of the lines that are printed without -n. */
class Names {
  readonly #known = new Map<string, string>();
  constructor(readonly sys: Sys) {}

  async learn(ip: IpAddr | undefined): Promise<void> {
    if (!ip) return;
    const text = formatIp(ip);
    if (this.#known.has(text)) return;
    this.#known.set(text, text);
    const name = await getnameinfo(this.sys, ip);
    if (name !== undefined) this.#known.set(text, name);
  }
  readonly of = (ip: IpAddr): string => this.#known.get(formatIp(ip)) ?? formatIp(ip);
}

/** The time stamp at the head of a line, by the number of -t. */
class Stamps {
  #previous: bigint | undefined;
  #first: bigint | undefined;
  constructor(
    readonly style: number,
    readonly nano: boolean,
  ) {}

  text(ns: bigint): string {
    const fraction = (rest: bigint): string =>
      this.nano ? String(rest).padStart(9, '0') : String(rest / 1000n).padStart(6, '0');
    const two = (n: number): string => String(n).padStart(2, '0');
    const t = civil(ns);
    const clock = `${two(t.hour)}:${two(t.minute)}:${two(t.second)}.${fraction(BigInt(t.nanos))} `;
    if (this.style === 0) return clock;
    if (this.style === 1) return '';
    if (this.style === 2) return `${ns / 1_000_000_000n}.${fraction(ns % 1_000_000_000n)} `;
    if (this.style === 4) return `${t.year}-${two(t.month)}-${two(t.day)} ${clock}`;
    const base = this.style === 3 ? (this.#previous ?? ns) : (this.#first ?? ns);
    this.#previous = ns;
    this.#first ??= ns;
    const delta = ns - base;
    const s = Number(delta / 1_000_000_000n);
    return ` ${two(Math.floor(s / 3600))}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}.${fraction(delta % 1_000_000_000n)} `;
  }
}

/** The hex or text after a line. */
function dump(ctx: Context, linkType: number, bytes: Uint8Array): string {
  const o = ctx.options;
  const hex = o.count('hex');
  const both = o.count('hex-text');
  const ascii = o.count('ascii');
  const head = linkType === LinkType.LINUX_SLL2 ? SLL2_LENGTH : 14;
  const part = (n: number): Uint8Array => (n > 1 ? bytes : bytes.subarray(head));
  if (both > 0) return hexAndText(part(both));
  if (hex > 0) return hexLines(part(hex));
  return ascii > 0 ? asciiText(part(ascii)) : '';
}

async function listInterfaces(ctx: Context): Promise<number> {
  const links = ctx.sys.net.links();
  const lines = links.filter((l) => l.kind !== 'loopback').concat(links.filter((l) => l.kind === 'loopback'));
  const text = lines.map((l) => {
    const flags = [
      l.up ? 'Up' : '',
      l.up && l.carrier ? 'Running' : '',
      l.kind === 'loopback' ? 'Loopback' : '',
      l.kind === 'loopback' ? '' : l.carrier ? 'Connected' : 'Disconnected',
    ].filter((x) => x !== '');
    return l.kind === 'loopback' ? `${l.name} [${flags.join(', ')}]` : `${l.name} [${flags.join(', ')}]`;
  });
  const at = text.findIndex((t) => t.startsWith('lo '));
  text.splice(at < 0 ? text.length : at, 0, 'any (Pseudo-device that captures on all interfaces) [Up, Running]');
  await ctx.out(text.map((t, i) => `${i + 1}.${t}\n`).join(''));
  return 0;
}

/** The first device that is up and not the loopback. */
function defaultInterface(sys: Sys): string {
  return sys.net.links().find((l) => l.up && l.carrier && l.kind !== 'loopback')?.name ?? 'lo';
}

async function openSource(ctx: Context): Promise<{ source: Source; iface: string | undefined } | number> {
  const { sys, options: o } = ctx;
  const file = o.value('read');
  const fail = async (text: string): Promise<number> => {
    await ctx.err(`${ctx.name}: ${text}\n`);
    return 1;
  };
  if (file !== undefined) {
    const source = await fileSource(sys, file);
    if (source === 'bad') return fail(`unknown file format`);
    if (isErr(source)) return fail(`${file}: ${source.text}`);
    const from = file === '-' ? '-' : file;
    await ctx.err(
      `reading from file ${from}, link-type ${NAMES[source.linkType] ?? source.linkType}, snapshot length ${source.snaplen}\n`,
    );
    return { source, iface: undefined };
  }
  const iface = o.value('interface') ?? defaultInterface(sys);
  const numbered = /^\d+$/.test(iface) ? sys.net.links()[Number(iface) - 1]?.name : undefined;
  const name = numbered ?? iface;
  const link = sys.net.link(name);
  if (name !== 'any' && !link) return fail(`${name}: No such device exists`);
  if (link && !link.up) return fail(`${name}: That device is not up`);
  const snaplen = Number(o.value('snapshot-length') ?? 262144) || 262144;
  const capture = sys.capture(
    name === 'any' ? undefined : name,
    snaplen,
    !o.has('no-promiscuous-mode') && name !== 'any',
  );
  if (isErr(capture))
    return fail(
      `${name}: ${capture.name === 'EPERM' ? "You don't have permission to perform this capture on that device\n(socket: Operation not permitted)" : capture.text}`,
    );
  return { source: liveSource(sys, capture, name === 'any', snaplen), iface: name };
}

async function compile(ctx: Context): Promise<Filter | undefined | number> {
  try {
    return await parseFilter(ctx.operands.join(' '), async (name) => {
      const r = await getaddrinfo(ctx.sys, name);
      return typeof r === 'string' ? undefined : r.addrs;
    });
  } catch (e) {
    if (!(e instanceof FilterError)) throw e;
    const text = e.message === 'syntax error' ? "can't parse filter expression: syntax error" : e.message;
    await ctx.err(`${ctx.name}: ${text}\n`);
    return 1;
  }
}

/** Prints or writes what passes the filter. */
class Sink {
  readonly #stamps: Stamps;
  readonly #names: Names;
  readonly #options: SummaryOptions;
  readonly #seen = new Conversations();
  #file: Fd | undefined;

  constructor(
    readonly ctx: Context,
    readonly linkType: number,
    /** Values of -v given; -# numbers. */
    readonly number: boolean,
  ) {
    const o = ctx.options;
    this.#stamps = new Stamps(o.count('timestamp'), o.has('nano'));
    this.#names = new Names(ctx.sys);
    const numeric = o.count('numeric');
    this.#options = {
      link: o.has('link'),
      verbose: o.count('verbose'),
      quiet: o.has('quiet'),
      absolute: o.has('absolute'),
      seen: this.#seen,
      ifname: (i) => ctx.sys.net.link(i)?.name,
      host: numeric > 0 ? undefined : this.#names.of,
      port: numeric > 0 ? undefined : (p, proto) => serviceName(p, proto) ?? String(p),
    };
  }

  /** Opens -w's file. @returns a message on failure */
  async open(path: string, snaplen: number): Promise<string | undefined> {
    const head = pcapHeader(this.linkType, { snaplen, nano: this.ctx.options.has('nano') });
    if (path === '-') this.#file = 1;
    else {
      const fd = this.ctx.sys.open(path, { write: true, create: true, truncate: true });
      if (isErr(fd)) return `${path}: ${fd.text}`;
      this.#file = fd;
    }
    await this.ctx.sys.write(this.#file, head);
    return undefined;
  }

  get writing(): boolean {
    return this.#file !== undefined;
  }

  async packet(c: Captured, index: number): Promise<void> {
    if (this.#file !== undefined) {
      const record = pcapRecord(
        {
          seconds: Number(c.time / 1_000_000_000n),
          nanos: Number(c.time % 1_000_000_000n),
          length: c.length,
          bytes: c.bytes,
        },
        this.ctx.options.has('nano'),
      );
      await this.ctx.sys.write(this.#file, record);
      if (!this.ctx.options.has('print')) return;
    }
    if (this.#options.host) {
      const { packet: p } = subjectOf(this.linkType, c);
      await this.#names.learn(p.ip?.src);
      await this.#names.learn(p.ip?.dst);
      if (p.arp) {
        await this.#names.learn({ v: 4, value: p.arp.senderIp });
        await this.#names.learn({ v: 4, value: p.arp.targetIp });
      }
    }
    const line = summary(this.linkType, c.bytes, c.length, this.#options);
    const head = this.number ? `${String(index).padStart(5)}  ` : '';
    await this.ctx.out(`${head}${this.#stamps.text(c.time)}${line}${dump(this.ctx, this.linkType, c.bytes)}\n`);
  }
}

const plural = (n: number, what: string): string => `${n} packet${n === 1 ? '' : 's'} ${what}\n`;

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  if (o.has('list-interfaces')) return listInterfaces(ctx);
  const count = o.has('count') ? Number(o.value('count')) : Number.POSITIVE_INFINITY;
  if (Number.isNaN(count) || count <= 0) {
    await ctx.err(`${ctx.name}: invalid packet count ${o.value('count')}\n`);
    return 1;
  }
  const opened = await openSource(ctx);
  if (typeof opened === 'number') return opened;
  const { source, iface } = opened;
  const filter = await compile(ctx);
  if (typeof filter === 'number') return filter;
  const sink = new Sink(ctx, source.linkType, o.has('number'));
  const path = o.value('write');
  if (path !== undefined) {
    const bad = await sink.open(path, source.snaplen);
    if (bad !== undefined) {
      await ctx.err(`${ctx.name}: ${bad}\n`);
      return 1;
    }
  }
  let stop = false;
  let report = false;
  for (const s of [SIGNALS.SIGINT, SIGNALS.SIGTERM, SIGNALS.SIGHUP])
    sys.sigaction(s, () => {
      stop = true;
    });
  sys.sigaction(SIGNALS.SIGUSR1, () => {
    report = true;
  });
  if (iface !== undefined) {
    if (!sink.writing && !o.has('verbose'))
      await ctx.err(`${ctx.name}: verbose output suppressed, use -v[v]... for full protocol decode\n`);
    const start = sink.writing || o.has('verbose') ? `${ctx.name}: ` : '';
    await ctx.err(
      `${start}listening on ${iface}, link-type ${NAMES[source.linkType]}, snapshot length ${source.snaplen} bytes\n`,
    );
  }
  let captured = 0;
  let received = 0;
  const summaryText = (): string =>
    `${plural(captured, 'captured')}${plural(received, 'received by filter')}${plural(source.dropped(), 'dropped by kernel')}`;
  const direction = o.value('direction');
  while (!stop && captured < count) {
    const c = await source.next();
    if (report) {
      report = false;
      await ctx.err(summaryText());
    }
    if (c === undefined) break;
    if (isErr(c)) {
      if (c.name === 'EINTR') continue;
      await ctx.err(`${ctx.name}: ${c.text}\n`);
      break;
    }
    if (filter && !matchesFilter(filter, subjectOf(source.linkType, c))) continue;
    if (direction !== undefined && direction !== 'inout' && (direction === 'out') !== c.outgoing) continue;
    received++;
    captured++;
    await sink.packet(c, captured);
  }
  source.close();
  // a line may have been cut in the middle
  if (stop) await ctx.out('\n');
  if (iface !== undefined) await ctx.err(summaryText());
  return 0;
}

const flag = (name: string, short: string, help: string) => ({ name, short, shortOnly: true, help }) as const;
const arg = (name: string, short: string, metavar: string, help: string) =>
  ({ name, short, arg: 'required', metavar, help }) as const;

/** The `tcpdump` command. */
export const spec = defineProgram({
  name: 'tcpdump',
  path: '/usr/bin/tcpdump',
  summary: 'Dump traffic on a network',
  synopsis: ['[-AbdDefhHIJKlLnNOpqStuUvxX#] [-c count] [-i interface] [-r file] [-s snaplen] [-w file] [expression]'],
  usageError: 'usage',
  version: 'tcpdump version 4.99.5\nlibpcap version 1.10.5 (with TPACKET_V3)',
  order: 'posix',
  options: [
    flag('ascii', 'A', 'print each packet in ASCII'),
    arg('count', 'c', 'count', 'exit after receiving count packets'),
    { name: 'list-interfaces', short: 'D', help: 'print the list of the network interfaces' },
    flag('link', 'e', 'print the link-level header'),
    arg('interface', 'i', 'interface', 'listen on interface; any captures on all'),
    flag('line-buffered', 'l', 'make stdout line buffered'),
    flag('numeric', 'n', "don't convert addresses to names"),
    flag('no-domain', 'N', "don't print domain names of hosts"),
    { name: 'number', short: '#', help: 'print a packet number' },
    { name: 'no-promiscuous-mode', short: 'p', help: "don't put the interface into promiscuous mode" },
    { name: 'print', help: 'print parsed output even with -w' },
    arg('direction', 'Q', 'in|out|inout', 'choose send/receive direction'),
    flag('quiet', 'q', 'quick output'),
    arg('read', 'r', 'file', 'read packets from file'),
    { name: 'absolute', short: 'S', help: 'print absolute TCP sequence numbers' },
    arg('snapshot-length', 's', 'snaplen', 'snarf snaplen bytes of data'),
    flag('timestamp', 't', "don't print a timestamp; -tt seconds, -ttt delta, -tttt date"),
    { name: 'nano', help: 'nanoseconds' },
    { name: 'packet-buffered', short: 'U', help: 'write each packet at once' },
    flag('verbose', 'v', 'more verbose output'),
    arg('write', 'w', 'file', 'write the raw packets to file'),
    flag('hex', 'x', 'print the data in hex'),
    flag('hex-text', 'X', 'print the data in hex and ASCII'),
    arg('relinquish', 'Z', 'user', 'change the user ID to user'),
    arg('type', 'y', 'datalinktype', 'ignored'),
    flag('no-optimize', 'O', 'ignored'),
    flag('immediate', 'B', 'ignored'),
  ],
  run,
});
