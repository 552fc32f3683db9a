/**
 * `tcpdump` 4.99: captures or reads packets, filters them, prints them or writes them to a file.
 *
 * Limits: -C, -G, -d, -V and decryption are not there, -y does nothing; times are UTC.
 * @see tcpdump tcpdump.c, print.c
 */
import { LinkType } from '../../core/pcap.ts';
import { isErr } from '../../kernel/errno.ts';
import { SIGNALS } from '../../kernel/signal.ts';
import type { Sys } from '../../kernel/sys.ts';
import { getaddrinfo } from '../resolve.ts';
import { type Context, defineProgram, valued } from '../spec.ts';
import { matchesFilter } from './filter/match.ts';
import { type Filter, FilterError, parseFilter } from './filter/parse.ts';
import { Sink } from './sink.ts';
import { type Captured, fileSource, liveSource, type Source, subjectOf } from './source.ts';

const NAMES: Readonly<Record<number, string>> = {
  [LinkType.EN10MB]: 'EN10MB (Ethernet)',
  [LinkType.LINUX_SLL2]: 'LINUX_SLL2 (Linux cooked v2)',
};

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

async function listLinkTypes(ctx: Context, source: Source, iface: string | undefined): Promise<number> {
  const cooked = ['LINUX_SLL (Linux cooked v1)', NAMES[LinkType.LINUX_SLL2]];
  const types = source.linkType === LinkType.LINUX_SLL2 ? cooked : [NAMES[source.linkType]];
  const from = iface === undefined ? 'savefile' : iface;
  await ctx.err(`Data link types for ${from} (use option -y to set):\n${types.map((t) => `  ${t}\n`).join('')}`);
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
    if (typeof source === 'string') return fail(source);
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
  const file = ctx.options.value('expression-file');
  const text = file === undefined ? undefined : ctx.sys.readFile(file);
  if (isErr(text)) return ctx.fail(`can't open ${file}: ${text.text}`);
  try {
    const words = text === undefined ? ctx.operands.join(' ') : new TextDecoder().decode(text);
    return await parseFilter(words.trim(), async (name) => {
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

const plural = (n: number, what: string): string => `${n} packet${n === 1 ? '' : 's'} ${what}\n`;

/** Says on what it listens. */
async function announce(ctx: Context, source: Source, iface: string, writing: boolean): Promise<void> {
  const short = !writing && !ctx.options.has('verbose');
  if (short) await ctx.err(`${ctx.name}: verbose output suppressed, use -v[v]... for full protocol decode\n`);
  const start = short ? '' : `${ctx.name}: `;
  await ctx.err(
    `${start}listening on ${iface}, link-type ${NAMES[source.linkType]}, snapshot length ${source.snaplen} bytes\n`,
  );
}

/** Packets from a source to a sink, until there are enough or a signal comes. */
class Loop {
  stopped = false;
  #report = false;
  captured = 0;
  /** What the kernel's filter let through: on the loopback both the way out and the way in. */
  #received = 0;

  constructor(
    readonly ctx: Context,
    readonly source: Source,
    readonly filter: Filter | undefined,
    readonly sink: Sink,
  ) {
    const { sys } = ctx;
    for (const s of [SIGNALS.SIGINT, SIGNALS.SIGTERM, SIGNALS.SIGHUP])
      sys.sigaction(s, () => {
        this.stopped = true;
      });
    sys.sigaction(SIGNALS.SIGUSR1, () => {
      this.#report = true;
    });
  }

  /** @param count of packets, after which it ends */
  async run(count: number): Promise<void> {
    const counting = this.ctx.options.has('count');
    while (!this.stopped && this.captured < count) {
      const c = await this.source.next();
      if (this.#report) {
        this.#report = false;
        await this.ctx.err(this.counts());
      }
      if (c === undefined) break;
      if (isErr(c)) {
        if (c.name === 'EINTR') continue;
        await this.ctx.err(`${this.ctx.name}: ${c.text}\n`);
        break;
      }
      if (!this.#wanted(c)) continue;
      this.captured++;
      this.#received += c.twice ? 2 : 1;
      if (!counting) await this.sink.packet(c, this.captured);
    }
  }

  #wanted(c: Captured): boolean {
    if (this.filter && !matchesFilter(this.filter, subjectOf(this.source.linkType, c))) return false;
    const direction = this.ctx.options.value('direction') ?? 'inout';
    return direction === 'inout' || (direction === 'out') === c.outgoing;
  }

  /** The lines at the end. */
  counts(): string {
    return `${plural(this.captured, 'captured')}${plural(this.#received, 'received by filter')}${plural(this.source.dropped(), 'dropped by kernel')}`;
  }
}

async function run(ctx: Context): Promise<number> {
  const { options: o } = ctx;
  if (o.has('list-interfaces')) return listInterfaces(ctx);
  const count = o.has('packets') ? Number(o.value('packets')) : Number.POSITIVE_INFINITY;
  if (Number.isNaN(count) || count <= 0) return ctx.fail(`invalid packet count ${o.value('packets')}`);
  const opened = await openSource(ctx);
  if (typeof opened === 'number') return opened;
  const { source, iface } = opened;
  const filter = await compile(ctx);
  if (typeof filter === 'number') return filter;
  if (o.has('list-data-link-types')) return listLinkTypes(ctx, source, iface);
  if (o.has('foreign') && iface === undefined) return ctx.fail('-f can not be used with -V or -r');
  const sink = new Sink(ctx, source.linkType, o.has('number'));
  const path = o.value('write');
  const bad = path === undefined ? undefined : await sink.open(path, source.snaplen);
  if (bad !== undefined) return ctx.fail(bad);
  const loop = new Loop(ctx, source, filter, sink);
  if (iface !== undefined) await announce(ctx, source, iface, sink.writing);
  await loop.run(count);
  source.close();
  // a line may have been cut in the middle
  if (loop.stopped) await ctx.out('\n');
  if (iface !== undefined) await ctx.err(loop.counts());
  else if (o.has('count')) await ctx.err(`${loop.captured} packet${loop.captured === 1 ? '' : 's'}\n`);
  return 0;
}

const VERSION = 'tcpdump version 4.99.5\nlibpcap version 1.10.5 (with TPACKET_V3)';

/** What a wrong option prints. */
const USAGE = `Usage: tcpdump [-AbdDefhHIJKlLnNOpqStuUvxX#] [ -B size ] [ -c count ] [--count]
\t\t[ -C file_size ] [ -E algo:secret ] [ -F file ] [ -G seconds ]
\t\t[ -i interface ] [ --immediate-mode ] [ -j tstamptype ]
\t\t[ -M secret ] [ --number ] [ --print ] [ -Q in|out|inout ]
\t\t[ -r file ] [ -s snaplen ] [ -T type ] [ --version ]
\t\t[ -V file ] [ -w file ] [ -W filecount ] [ -y datalinktype ]
\t\t[ --time-stamp-precision precision ] [ --micro ] [ --nano ]
\t\t[ -z postrotate-command ] [ -Z user ] [ expression ]
`;

const flag = (name: string, short: string, help: string) => ({ name, short, shortOnly: true, help }) as const;

/** The `tcpdump` command. */
export const spec = defineProgram({
  name: 'tcpdump',
  path: '/usr/bin/tcpdump',
  summary: 'Dump traffic on a network',
  synopsis: ['[-AbdDefhHIJKlLnNOpqStuUvxX#] [-c count] [-i interface] [-r file] [-s snaplen] [-w file] [expression]'],
  usageText: `${VERSION}\n${USAGE}`,
  version: VERSION,
  order: 'posix',
  options: [
    flag('ascii', 'A', 'print each packet in ASCII'),
    {
      name: 'packets',
      short: 'c',
      shortOnly: true,
      arg: 'required',
      metavar: 'count',
      help: 'exit after receiving count packets',
    },
    { name: 'count', help: 'print the number of packets of a file only' },
    { name: 'list-interfaces', short: 'D', help: 'print the list of the network interfaces' },
    flag('link', 'e', 'print the link-level header'),
    valued('interface', 'i', 'interface', 'listen on interface; any captures on all'),
    flag('line-buffered', 'l', 'make stdout line buffered'),
    flag('numeric', 'n', "don't convert addresses to names"),
    flag('no-domain', 'N', "don't print domain names of hosts"),
    { name: 'number', short: '#', help: 'print a packet number' },
    { name: 'no-promiscuous-mode', short: 'p', help: "don't put the interface into promiscuous mode" },
    { name: 'print', help: 'print parsed output even with -w' },
    valued('direction', 'Q', 'in|out|inout', 'choose send/receive direction'),
    flag('quiet', 'q', 'quick output'),
    valued('read', 'r', 'file', 'read packets from file'),
    { name: 'absolute', short: 'S', help: 'print absolute TCP sequence numbers' },
    valued('snapshot-length', 's', 'snaplen', 'snarf snaplen bytes of data'),
    flag('timestamp', 't', "don't print a timestamp; -tt seconds, -ttt delta, -tttt date"),
    { name: 'nano', help: 'nanoseconds' },
    { name: 'packet-buffered', short: 'U', help: 'write each packet at once' },
    flag('verbose', 'v', 'more verbose output'),
    valued('write', 'w', 'file', 'write the raw packets to file'),
    flag('hex', 'x', 'print the data in hex'),
    flag('hex-text', 'X', 'print the data in hex and ASCII'),
    valued('relinquish', 'Z', 'user', 'change the user ID to user'),
    valued('type', 'y', 'datalinktype', 'ignored'),
    flag('no-optimize', 'O', 'ignored'),
    { name: 'buffer-size', short: 'B', arg: 'required', metavar: 'size', help: 'ignored' },
    { name: 'immediate-mode', help: 'ignored' },
    { name: 'time-stamp-type', short: 'j', arg: 'required', metavar: 'tstamptype', help: 'ignored' },
    { name: 'time-stamp-precision', arg: 'required', metavar: 'precision', help: 'micro or nano' },
    { name: 'micro', help: 'microseconds' },
    flag('foreign', 'f', 'ignored in a capture'),
    { ...flag('expression-file', 'F', 'read the filter from file'), arg: 'required', metavar: 'file' },
    flag('mesh', 'H', 'ignored'),
    { name: 'monitor-mode', short: 'I', help: 'ignored' },
    { name: 'dont-verify-checksums', short: 'K', help: "don't verify checksums" },
    { name: 'list-data-link-types', short: 'L', help: 'list the link types of the interface' },
    { ...flag('interpret', 'T', 'ignored'), arg: 'required', metavar: 'type' },
  ],
  run,
});
