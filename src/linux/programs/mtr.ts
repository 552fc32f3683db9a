/**
 * `mtr`: traceroute and ping at once; a report after some rounds, or a screen that is drawn anew.
 *
 * Limits: ICMP echo only; no curses keys but q and ^C.
 * @see mtr ui/report.c, ui/net.c
 */
import { civil, two } from '../../base/civil.ts';
import { formatIp, type IpAddr, sameIp } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import { SIGNALS } from '../kernel/signal.ts';
import type { Fd } from '../kernel/sys.ts';
import { echoRequest, parseIcmp } from './ping/icmp.ts';
import { GAI_TEXT, getaddrinfo, getnameinfo } from './resolve.ts';
import { type Context, defineProgram } from './spec.ts';

/** Bytes of a packet. */
const SIZE = 64;

interface Hop {
  readonly hosts: IpAddr[];
  sent: number;
  /** Round trips, ms. */
  readonly times: number[];
}

async function run(ctx: Context): Promise<number> {
  const { sys, options: o } = ctx;
  const target = ctx.operands[0];
  if (target === undefined) {
    await ctx.err('mtr: no host given\n');
    return 1;
  }
  const found = await getaddrinfo(sys, target, o.has('6') ? 6 : o.has('4') ? 4 : 0);
  if (typeof found === 'string') {
    await ctx.err(`mtr: Failed to resolve host: ${target}: ${GAI_TEXT[found]}\n`);
    return 1;
  }
  const dst = found.addrs[0] as IpAddr;
  const fd = sys.socket(dst.v === 4 ? 'inet' : 'inet6', 'raw', dst.v === 4 ? 1 : 58);
  if (isErr(fd)) {
    await ctx.err(
      'mtr-packet: Failure to open IPv4 sockets: Operation not permitted\nmtr: Failure to start mtr-packet: Invalid argument\n',
    );
    return 1;
  }
  const report = o.has('report') || o.has('report-wide') || o.has('json') || !sys.isatty(1);
  const cycles = o.has('report-cycles') ? Number(o.value('report-cycles')) : report ? 10 : Number.POSITIVE_INFINITY;
  const interval = Number(o.value('interval') ?? 1) * 1e9;
  const max = Number(o.value('max-ttl') ?? 30);
  const began = sys.realtime();
  const hops: Hop[] = [];
  let stopped = false;
  sys.sigaction(SIGNALS.SIGINT, () => {
    stopped = true;
  });
  let serial = 0;
  for (let round = 0; round < cycles && !stopped; round++) {
    const start = sys.now();
    serial = await cycle(ctx, fd, dst, hops, max, serial);
    if (!report) await screen(ctx, target, hops);
    const left = start + interval - sys.now();
    if (left > 0 && round + 1 < cycles && !stopped) await sys.sleep(left);
  }
  if (o.has('json')) await json(ctx, target, hops, cycles);
  else if (report) await ctx.out(await table(ctx, hops, began));
  return 0;
}

/** A probe to each hop up to the target. @returns the next serial number */
async function cycle(ctx: Context, fd: Fd, dst: IpAddr, hops: Hop[], max: number, first: number): Promise<number> {
  const { sys } = ctx;
  const id = sys.pid & 0xffff;
  const waiting = new Map<number, { hop: number; at: number }>();
  let serial = first;
  const known = hops.findIndex((h) => h.hosts.some((x) => sameIp(x, dst)));
  let end = known < 0 ? Math.min(max, Math.max(hops.length + 1, 1) + 4) : known + 1;
  for (let ttl = 1; ttl <= end; ttl++) {
    sys.setsockopt(fd, 'ttl', ttl);
    hops[ttl - 1] ??= { hosts: [], sent: 0, times: [] };
    (hops[ttl - 1] as Hop).sent++;
    waiting.set(++serial & 0xffff, { hop: ttl - 1, at: sys.now() });
    await sys.sendto(fd, echoRequest(dst.v, id, serial & 0xffff, new Uint8Array(SIZE - (dst.v === 4 ? 28 : 48))), {
      ip: dst,
    });
  }
  const deadline = sys.now() + 500e6;
  while (waiting.size > 0 && sys.now() < deadline) {
    const ready = await sys.poll([{ fd, in: true }], deadline - sys.now());
    if (isErr(ready)) break;
    if (ready.length === 0) break;
    const d = await sys.recvfrom(fd);
    if (isErr(d) || !d.from.ip) continue;
    const m = parseIcmp(dst.v, d.data, d.ttl ?? 0);
    if (!m || m.id !== id || m.seq === undefined) continue;
    const probe = waiting.get(m.seq);
    if (!probe) continue;
    waiting.delete(m.seq);
    const hop = hops[probe.hop] as Hop;
    const from = d.from.ip;
    if (!hop.hosts.some((x) => sameIp(x, from))) hop.hosts.push(from);
    hop.times.push((d.time - probe.at) / 1e6);
    if (sameIp(from, dst) && probe.hop + 1 < end) end = probe.hop + 1;
    if (sameIp(from, dst)) for (const [seq, p] of waiting) if (p.hop > probe.hop) waiting.delete(seq);
  }
  const last = hops.findIndex((h) => h.hosts.some((x) => sameIp(x, dst)));
  if (last >= 0) hops.splice(last + 1);
  else while (hops.length > 1 && hops.at(-1)?.times.length === 0 && hops.at(-2)?.times.length === 0) hops.pop();
  return serial;
}

interface Row {
  readonly host: string;
  readonly loss: number;
  readonly sent: number;
  readonly last: number;
  readonly avg: number;
  readonly best: number;
  readonly worst: number;
  readonly deviation: number;
}

async function rows(ctx: Context, hops: readonly Hop[]): Promise<Row[]> {
  const out: Row[] = [];
  for (const h of hops) {
    const ip = h.hosts[0];
    const text = ip ? formatIp(ip) : '???';
    const host = ip && !ctx.options.has('no-dns') ? ((await getnameinfo(ctx.sys, ip)) ?? text) : text;
    const n = h.times.length;
    const avg = n > 0 ? h.times.reduce((a, b) => a + b, 0) / n : 0;
    const deviation = n > 1 ? Math.sqrt(h.times.reduce((a, t) => a + (t - avg) ** 2, 0) / (n - 1)) : 0;
    out.push({
      host,
      loss: ((h.sent - n) / h.sent) * 100,
      sent: h.sent,
      last: h.times.at(-1) ?? 0,
      avg,
      best: n > 0 ? Math.min(...h.times) : 0,
      worst: Math.max(0, ...h.times),
      deviation,
    });
  }
  return out;
}

const numbers = (r: Row): string =>
  `${r.loss.toFixed(1).padStart(5)}%${String(r.sent).padStart(6)}${[r.last, r.avg, r.best, r.worst, r.deviation].map((x, i) => x.toFixed(1).padStart(i === 0 ? 7 : 6)).join('')}`;

async function table(ctx: Context, hops: readonly Hop[], began: bigint): Promise<string> {
  const all = await rows(ctx, hops);
  const own = ctx.sys.gethostname();
  const width = ctx.options.has('report-wide') ? Math.max(own.length, ...all.map((r) => r.host.length + 2)) : 27;
  const c = civil(began);
  const at = `${c.year}-${two(c.month)}-${two(c.day)}T${two(c.hour)}:${two(c.minute)}:${two(c.second)}+0000`;
  const head = `HOST: ${own.padEnd(width)} Loss%   Snt   Last   Avg  Best  Wrst StDev\n`;
  const lines = all.map(
    (r, i) => `${String(i + 1).padStart(3)}.|-- ${r.host.slice(0, width - 2).padEnd(width - 2)}${numbers(r)}\n`,
  );
  return `Start: ${at}\n${head}${lines.join('')}`;
}

async function screen(ctx: Context, target: string, hops: readonly Hop[]): Promise<void> {
  const all = await rows(ctx, hops);
  const lines = all.map((r, i) => `${String(i + 1).padStart(2)}. ${r.host.padEnd(40)} ${numbers(r)}\n`);
  await ctx.out(
    `\x1b[H\x1b[2J${' '.repeat(29)}My traceroute  [v0.96]\n${ctx.sys.gethostname()} -> ${target}\n${' '.repeat(44)} Packets               Pings\n` +
      ` Host${' '.repeat(39)} Loss%   Snt   Last   Avg  Best  Wrst StDev\n${lines.join('')}`,
  );
}

async function json(ctx: Context, target: string, hops: readonly Hop[], tests: number): Promise<void> {
  const n = (x: number): number => Math.round(x * 1000) / 1000;
  const hubs = (await rows(ctx, hops)).map((r, i) => ({
    count: i + 1,
    host: r.host,
    'Loss%': n(r.loss),
    Snt: r.sent,
    Last: n(r.last),
    Avg: n(r.avg),
    Best: n(r.best),
    Wrst: n(r.worst),
    StDev: n(r.deviation),
  }));
  const mtr = { src: ctx.sys.gethostname(), dst: target, tos: 0, tests, psize: String(SIZE), bitpattern: '0x00' };
  await ctx.out(`${JSON.stringify({ report: { mtr, hubs } }, undefined, 4)}\n`);
}

/** The `mtr` command. */
export const spec = defineProgram({
  name: 'mtr',
  path: '/usr/bin/mtr',
  summary: 'A network diagnostic tool',
  synopsis: ['[options] hostname'],
  options: [
    { name: '4', short: '4', shortOnly: true, help: 'use IPv4 only' },
    { name: '6', short: '6', shortOnly: true, help: 'use IPv6 only' },
    { name: 'report', short: 'r', help: 'output using report mode' },
    { name: 'report-wide', short: 'w', help: 'output wide report' },
    { name: 'report-cycles', short: 'c', arg: 'required', metavar: 'COUNT', help: 'set the number of pings sent' },
    { name: 'json', short: 'j', help: 'output json' },
    { name: 'no-dns', short: 'n', help: 'do not resolve host names' },
    { name: 'show-ips', short: 'b', help: 'show IP numbers and host names' },
    { name: 'interval', short: 'i', arg: 'required', metavar: 'SECONDS', help: 'ICMP echo request interval' },
    { name: 'max-ttl', short: 'm', arg: 'required', metavar: 'NUMBER', help: 'maximum number of hops' },
  ],
  run,
});
