/**
 * `fping`: which of many hosts answer, all asked at once.
 *
 * Limits: no -l, no files of targets but standard input, no backoff but the usual one.
 * @see fping 5.1 src/fping.c
 */
import { formatIp, type IpAddr, ip4, parseIp, parsePrefix, sameIp } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import { Pinger } from './ping/pinger.ts';
import { GAI_TEXT, getaddrinfo } from './resolve.ts';
import { type Context, defineProgram, flag, valued } from './spec.ts';
import { readAll } from './stdio.ts';

/** How much longer each try waits than the one before. */
const BACKOFF = 1.5;
/** Addresses that -g makes at most. */
const MOST = 65536;

interface Host {
  readonly name: string;
  readonly ip: IpAddr;
  readonly times: number[];
  sent: number;
}

/** Times in the precision that fping has, ms. */
function ms(ns: number): string {
  const t = ns / 1e6;
  return t < 1 ? t.toFixed(3) : t < 10 ? t.toFixed(2) : t < 100 ? t.toFixed(1) : t.toFixed(0);
}

/** `10.0.0.0/24` without network and broadcast, or a first and a last address. */
function generated(words: readonly string[]): string[] | undefined {
  const prefix = words.length === 1 ? parsePrefix(words[0] as string) : undefined;
  if (prefix?.addr.v === 4) {
    const size = 2 ** (32 - prefix.bits);
    const base = Math.floor(prefix.addr.value / size) * size;
    const inner = prefix.bits < 31 ? 1 : 0;
    if (size > MOST) return undefined;
    return Array.from({ length: size - 2 * inner }, (_, i) => formatIp(ip4(base + inner + i)));
  }
  const [a, b] = words.map((w) => parseIp(w));
  if (a?.v !== 4 || b?.v !== 4 || words.length !== 2 || b.value < a.value || b.value - a.value >= MOST)
    return undefined;
  return Array.from({ length: b.value - a.value + 1 }, (_, i) => formatIp(ip4(a.value + i)));
}

class Run {
  readonly hosts: Host[] = [];
  unknown = 0;
  sent = 0;

  constructor(readonly ctx: Context) {}

  number(name: string, dflt: number): number {
    return this.ctx.options.has(name) ? Number(this.ctx.options.value(name)) : dflt;
  }

  async add(name: string): Promise<void> {
    const o = this.ctx.options;
    const found = await getaddrinfo(this.ctx.sys, name, o.has('ipv6') ? 6 : o.has('ipv4') ? 4 : 0);
    if (typeof found === 'string') {
      this.unknown++;
      if (!o.has('quiet')) await this.ctx.err(`${name}: ${GAI_TEXT[found]}\n`);
      return;
    }
    const ip = found.addrs[0] as IpAddr;
    const shown = o.has('addr') ? formatIp(ip) : name;
    this.hosts.push({ name: shown, ip, times: [], sent: 0 });
  }

  /** One request and its answer. @returns ns, or undefined without an answer in time */
  async ask(h: Host, seq: number, wait: number): Promise<number | undefined> {
    const { sys } = this.ctx;
    const pinger = Pinger.open(sys, { dst: h.ip, size: this.number('size', 56), first: 'raw' });
    if (isErr(pinger)) return undefined;
    const until = sys.now() + wait;
    h.sent++;
    this.sent++;
    const sent = await pinger.send(seq);
    let ns: number | undefined;
    while (!isErr(sent) && ns === undefined) {
      const e = await pinger.next(until);
      if (e === undefined || (typeof e === 'object' && isErr(e))) break;
      if (e === 'signal' || e.kind === 'local') continue;
      if (e.kind === 'reply' && sameIp(e.from, h.ip)) ns = e.rttNs;
      else if (e.kind === 'error') await this.#told(h, e.type, e.code, e.from);
    }
    pinger.close();
    if (ns !== undefined) h.times.push(ns);
    return ns;
  }

  async #told(h: Host, type: number, code: number, from: IpAddr): Promise<void> {
    const what = ['Network', 'Host', 'Protocol', 'Port'][code];
    if (type !== 3 || what === undefined || this.ctx.options.has('quiet')) return;
    await this.ctx.err(`ICMP ${what} Unreachable from ${formatIp(from)} for ICMP Echo sent to ${h.name}\n`);
  }

  /** Alive or not: asked again until it answers. */
  async alive(h: Host, at: number): Promise<void> {
    const { sys, options: o } = this.ctx;
    await sys.sleep(at * this.number('interval', 10) * 1e6);
    let wait = this.number('timeout', 500) * 1e6;
    let ns: number | undefined;
    for (let k = 0; k <= this.number('retry', 3) && ns === undefined; k++, wait *= BACKOFF)
      ns = await this.ask(h, k, wait);
    const time = o.has('elapsed') && ns !== undefined ? ` (${ms(ns)} ms)` : '';
    if (o.has('alive') || o.has('unreach')) {
      if (o.has(ns === undefined ? 'unreach' : 'alive')) await this.ctx.out(`${h.name}${time}\n`);
    } else if (!o.has('quiet'))
      await this.ctx.out(`${h.name} is ${ns === undefined ? 'unreachable' : `alive${time}`}\n`);
  }

  /** A number of requests, a line for each. */
  async counted(h: Host, at: number, count: number, wide: number): Promise<void> {
    const { sys, options: o } = this.ctx;
    await sys.sleep(at * this.number('interval', 10) * 1e6);
    const period = this.number('period', 1000) * 1e6;
    for (let k = 0; k < count; k++) {
      const next = sys.now() + period;
      const ns = await this.ask(h, k, Math.min(period, this.number('timeout', 1000) * 1e6));
      const sum = h.times.reduce((x, y) => x + y, 0);
      const loss = Math.floor(((h.sent - h.times.length) * 100) / h.sent);
      const avg = h.times.length === 0 ? 'NaN avg' : `${ms(sum / h.times.length)} avg`;
      const what = ns === undefined ? 'timed out' : `${this.number('size', 56) + 8} bytes, ${ms(ns)} ms`;
      if (!o.has('quiet')) await this.ctx.out(`${h.name.padEnd(wide)} : [${k}], ${what} (${avg}, ${loss}% loss)\n`);
      if (k + 1 < count) await sys.sleep(Math.max(0, next - sys.now()));
    }
  }

  summary(h: Host, wide: number): string {
    const { times, sent } = h;
    const loss = Math.floor(((sent - times.length) * 100) / sent);
    const head = `${h.name.padEnd(wide)} : xmt/rcv/%loss = ${sent}/${times.length}/${loss}%`;
    if (times.length === 0) return `${head}\n`;
    const avg = times.reduce((x, y) => x + y, 0) / times.length;
    return `${head}, min/avg/max = ${ms(Math.min(...times))}/${ms(avg)}/${ms(Math.max(...times))}\n`;
  }

  statistics(took: number): string {
    const alive = this.hosts.filter((h) => h.times.length > 0).length;
    const times = this.hosts.flatMap((h) => h.times);
    const row = (n: number, words: string): string => `${String(n).padStart(8)} ${words}\n`;
    const avg = times.length === 0 ? 0 : times.reduce((x, y) => x + y, 0) / times.length;
    return (
      `\n${row(this.hosts.length + this.unknown, 'targets')}${row(alive, 'alive')}` +
      `${row(this.hosts.length - alive, 'unreachable')}${row(this.unknown, 'unknown addresses')}\n` +
      `${row(this.sent - times.length, 'timeouts (waiting for response)')}${row(this.sent, 'ICMP Echos sent')}` +
      `${row(times.length, 'ICMP Echo Replies received')}${row(0, 'other ICMP received')}\n` +
      ` ${ms(times.length === 0 ? 0 : Math.min(...times))} ms (min round trip time)\n ${ms(avg)} ms (avg round trip time)\n` +
      ` ${ms(times.length === 0 ? 0 : Math.max(...times))} ms (max round trip time)\n${(took / 1e9).toFixed(3).padStart(13)} sec (elapsed real time)\n\n`
    );
  }
}

async function run(ctx: Context): Promise<number> {
  const r = new Run(ctx);
  const o = ctx.options;
  const read = ctx.operands.length > 0 ? undefined : await readAll(ctx.sys, 0);
  const lines = read === undefined || isErr(read) ? '' : new TextDecoder().decode(read);
  const given = ctx.operands.length > 0 ? ctx.operands : lines.split(/\s+/).filter((w) => w !== '');
  const names = o.has('generate') ? generated(given) : given;
  if (!names || names.length === 0) {
    await ctx.err(names ? `${ctx.name}: No targets\n` : `${ctx.name}: -g parameter is not a valid network or range\n`);
    return 3;
  }
  for (const name of names) await r.add(name);
  const start = ctx.sys.now();
  const count = r.number('count', 0);
  const wide = Math.max(0, ...r.hosts.map((h) => h.name.length));
  await Promise.all(r.hosts.map((h, at) => (count > 0 ? r.counted(h, at, count, wide) : r.alive(h, at))));
  if (count > 0) await ctx.err(`\n${r.hosts.map((h) => r.summary(h, wide)).join('')}`);
  if (o.has('stats')) await ctx.err(r.statistics(ctx.sys.now() - start));
  if (r.unknown > 0) return 2;
  return r.hosts.every((h) => h.times.length > 0) ? 0 : 1;
}

/** The `fping` command. */
export const spec = defineProgram({
  name: 'fping',
  path: '/usr/bin/fping',
  summary: 'Send ICMP ECHO requests to many hosts',
  synopsis: ['[options] [targets...]'],
  usageExit: 3,
  version: 'fping: Version 5.1',
  options: [
    flag('ipv4', '4', 'only ping IPv4 addresses'),
    flag('ipv6', '6', 'only ping IPv6 addresses'),
    flag('addr', 'A', 'show targets by address'),
    flag('alive', 'a', 'show targets that are alive'),
    valued('size', 'b', 'BYTES', 'bytes of data'),
    valued('count', 'c', 'N', 'send N pings to each target'),
    flag('elapsed', 'e', 'show elapsed time on return packets'),
    flag('generate', 'g', 'make the list of targets of a network or a range'),
    valued('interval', 'i', 'MSEC', 'between targets'),
    valued('period', 'p', 'MSEC', 'between pings to one target'),
    flag('quiet', 'q', 'nothing for each target or ping'),
    valued('retry', 'r', 'N', 'how often it is asked again'),
    flag('stats', 's', 'print final statistics'),
    valued('timeout', 't', 'MSEC', 'wait for an answer'),
    flag('unreach', 'u', 'show targets that are unreachable'),
  ],
  run,
});
