/**
 * `nmap`: which hosts are up, which ports are open, by connecting to them.
 *
 * Limits: connect scan and ping scan only; no versions, scripts or operating systems.
 * @see nmap output.cc, scan_engine_connect.cc
 */
import { civil, two } from '../../base/civil.ts';
import { formatIp, formatMac, type IpAddr, ip4, parsePrefix, sameIp } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import type { Sys } from '../kernel/sys.ts';
import { Pinger } from './ping/pinger.ts';
import { getaddrinfo, getnameinfo } from './resolve.ts';
import { serviceName } from './services.ts';
import { type Context, defineProgram } from './spec.ts';
import { connectBy } from './wire.ts';

/** What is scanned when nothing is said: the low ports and some that are often found. */
const OTHERS = [
  1080, 1433, 1521, 2049, 2375, 2376, 2377, 3000, 3128, 3306, 3389, 4000, 5000, 5432, 5433, 5601, 5672, 5900, 6379,
  6443, 7000, 7001, 7946, 8000, 8008, 8080, 8081, 8088, 8443, 8888, 9000, 9090, 9100, 9200, 10000, 11211, 27017, 49152,
];
const COMMON = [...Array.from({ length: 1000 - OTHERS.length }, (_, i) => i + 1), ...OTHERS];

const USAGE = `Nmap 7.95 ( https://nmap.org )
Usage: nmap [Scan Type(s)] [Options] {target specification}
TARGETS: names, addresses, networks (scanme.nmap.org, 172.17.0.0/24)
HOST DISCOVERY:
  -sn: ping only, no ports
  -Pn: take all hosts for alive
  -n: no names of addresses
PORTS:
  -sT, -sS: by connecting
  -p <ranges>: only these (22; 1-1024; - is all)
  -F: fewer ports than usual
OUTPUT:
  --open: only open ports
  -v: ignored
`;

type State = 'open' | 'closed' | 'filtered';

async function probe(sys: Sys, ip: IpAddr, port: number): Promise<State> {
  const fd = sys.socket(ip.v === 4 ? 'inet' : 'inet6', 'stream');
  if (isErr(fd)) return 'filtered';
  const e = await connectBy(sys, fd, { ip, port }, sys.now() + 1e9);
  sys.close(fd);
  if (!isErr(e)) return 'open';
  return e.name === 'ECONNREFUSED' ? 'closed' : 'filtered';
}

/** ns until an answer to an echo request; undefined without one. */
async function latency(sys: Sys, dst: IpAddr): Promise<number | undefined> {
  const pinger = Pinger.open(sys, { dst, size: 56, first: 'raw' });
  if (isErr(pinger)) return undefined;
  const start = sys.now();
  if (isErr(await pinger.send(0))) return undefined;
  for (let e = await pinger.next(start + 1e9); sys.now() < start + 1e9; e = await pinger.next(start + 1e9)) {
    if (e === undefined) break;
    if (e === 'signal' || isErr(e)) continue;
    if (e.kind === 'local') return undefined;
    if (e.kind === 'reply' && sameIp(e.from, dst)) return sys.now() - start;
  }
  return undefined;
}

/** `22,80,8000-8010`, `-` for all. */
function portsOf(text: string): number[] | undefined {
  if (text === '-') return Array.from({ length: 65535 }, (_, i) => i + 1);
  const out: number[] = [];
  for (const part of text.split(',')) {
    const m = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (!m) return undefined;
    for (let p = Number(m[1]); p <= Number(m[2] ?? m[1]); p++) out.push(p);
  }
  return out;
}

async function targets(ctx: Context, word: string): Promise<{ ip: IpAddr; name?: string }[]> {
  const prefix = word.includes('/') ? parsePrefix(word) : undefined;
  if (prefix?.addr.v === 4) {
    const base = (prefix.addr.value & (prefix.bits === 0 ? 0 : -1 << (32 - prefix.bits))) >>> 0;
    return Array.from({ length: Math.min(65536, 2 ** (32 - prefix.bits)) }, (_, i) => ({ ip: ip4(base + i) }));
  }
  const found = await getaddrinfo(ctx.sys, word, 4);
  if (typeof found === 'string') {
    await ctx.err(`Failed to resolve "${word}".\n`);
    return [];
  }
  return [{ ip: found.addrs[0] as IpAddr, ...(word === formatIp(found.addrs[0] as IpAddr) ? {} : { name: word }) }];
}

/** What the command line asks for. */
interface Wish {
  readonly words: string[];
  ports: number[] | undefined;
  pingOnly: boolean;
  noPing: boolean;
  onlyOpen: boolean;
  numeric: boolean;
}

/** @returns the first option that is not known, instead */
function wishOf(args: string[]): Wish | string {
  const wish: Wish = { words: [], ports: COMMON, pingOnly: false, noPing: false, onlyOpen: false, numeric: false };
  for (let a = args.shift(); a !== undefined; a = args.shift()) {
    if (a === '-p' || (a.startsWith('-p') && a.length > 2))
      wish.ports = portsOf(a === '-p' ? (args.shift() ?? '') : a.slice(2));
    else if (a === '-sn' || a === '-sP') wish.pingOnly = true;
    else if (a === '-Pn') wish.noPing = true;
    else if (a === '--open') wish.onlyOpen = true;
    else if (a === '-n') wish.numeric = true;
    else if (a === '-F') wish.ports = COMMON.filter((p) => p < 90 || p > 1000);
    else if (!/^-(h|-help|sT|sS|v+|T[0-5]|4|R)$/.test(a)) {
      if (a.startsWith('-')) return a;
      wish.words.push(a);
    }
  }
  return wish;
}

async function run(ctx: Context): Promise<number> {
  const { sys } = ctx;
  const wish = wishOf([...ctx.args]);
  if (typeof wish === 'string') {
    await ctx.err(`nmap: the option '${wish}' is not part of this laboratory's nmap\n`);
    return 1;
  }
  const { words, ports, pingOnly, noPing } = wish;
  if (!ports) {
    await ctx.err(
      'Your port specifications are illegal.  Example of proper form: "-100,200-1024,T:3000-4000,U:60000-"\nQUITTING!\n',
    );
    return 1;
  }
  if (ctx.args.length === 0 || ctx.args.some((a) => a === '-h' || a === '--help')) {
    await ctx.out(USAGE);
    return ctx.args.length === 0 ? 255 : 0;
  }
  const start = sys.now();
  const c = civil(sys.realtime());
  await ctx.out(
    `Starting Nmap 7.95 ( https://nmap.org ) at ${c.year}-${two(c.month)}-${two(c.day)} ${two(c.hour)}:${two(c.minute)} UTC\n`,
  );
  const all: { ip: IpAddr; name?: string }[] = [];
  for (const w of words) all.push(...(await targets(ctx, w)));
  let up = 0;
  const batch = 64;
  for (let i = 0; i < all.length; i += batch) {
    const some = all.slice(i, i + batch);
    const times = await Promise.all(some.map((t) => (noPing ? Promise.resolve(0) : latency(sys, t.ip))));
    for (const [k, t] of some.entries()) {
      const ns = times[k];
      if (ns === undefined) continue;
      up++;
      await host(ctx, t, ns, pingOnly ? undefined : ports, wish);
    }
  }
  if (words.length === 0 || all.length === 0)
    await ctx.err('WARNING: No targets were specified, so 0 hosts scanned.\n');
  else if (up === 0 && all.length === 1 && !pingOnly)
    await ctx.out('Note: Host seems down. If it is really up, but blocking our ping probes, try -Pn\n');
  await ctx.out(
    `Nmap done: ${all.length} IP address${all.length === 1 ? '' : 'es'} (${up} host${up === 1 ? '' : 's'} up) scanned in ${((sys.now() - start) / 1e9).toFixed(2)} seconds\n`,
  );
  return 0;
}

async function host(
  ctx: Context,
  t: { ip: IpAddr; name?: string },
  ns: number,
  ports: readonly number[] | undefined,
  o: Wish,
): Promise<void> {
  const { sys } = ctx;
  const text = formatIp(t.ip);
  const name = t.name ?? (o.numeric ? undefined : await getnameinfo(sys, t.ip));
  let out = `Nmap scan report for ${name === undefined ? text : `${name} (${text})`}\nHost is up${o.noPing ? '' : ` (${(ns / 1e9).toPrecision(2)}s latency)`}.\n`;
  const neigh = sys.net.neighs().find((n) => n.ip.v === 4 && formatIp(n.ip) === text && n.mac !== undefined);
  const mac = neigh?.mac === undefined ? '' : `MAC Address: ${formatMac(neigh.mac).toUpperCase()} (Unknown)\n`;
  if (!ports) {
    await ctx.out(out + mac);
    return;
  }
  const states: State[] = [];
  for (let i = 0; i < ports.length; i += 100)
    states.push(...(await Promise.all(ports.slice(i, i + 100).map((p) => probe(sys, t.ip, p)))));
  const count = (s: State): number => states.filter((x) => x === s).length;
  const hidden = (['closed', 'filtered'] as const).filter((s) => (o.onlyOpen || count(s) > 25) && count(s) > 0);
  if (hidden.length > 0) {
    const why = { closed: 'conn-refused', filtered: 'no-response' };
    const said = hidden.map((s) => `${count(s)} ${s} tcp port${count(s) === 1 ? '' : 's'} (${why[s]})`);
    out +=
      count('open') + states.length === 0 || hidden.reduce((n, s) => n + count(s), 0) === states.length
        ? `All ${states.length} scanned ports on ${name ?? text} (${text}) are in ignored states.\nNot shown: ${said.join(', ')}\n`
        : `Not shown: ${said.join(', ')}\n`;
  }
  const rows = ports.flatMap((p, i) =>
    hidden.includes(states[i] as 'closed')
      ? []
      : [{ port: `${p}/tcp`, state: states[i] as State, service: serviceName(p, 'tcp') ?? 'unknown' }],
  );
  if (rows.length > 0) {
    const w = Math.max(4, ...rows.map((r) => r.port.length));
    const v = Math.max(5, ...rows.map((r) => r.state.length));
    out += `\n${'PORT'.padEnd(w)} ${'STATE'.padEnd(v)} SERVICE\n${rows.map((r) => `${r.port.padEnd(w)} ${r.state.padEnd(v)} ${r.service}\n`).join('')}`;
  }
  await ctx.out(`${out}${mac}\n`);
}

/** The `nmap` command. */
export const spec = defineProgram({
  name: 'nmap',
  path: '/usr/bin/nmap',
  summary: 'Network exploration tool and port scanner',
  synopsis: ['[Options] {target specification}'],
  order: 'own',
  options: [
    { name: 'ports', short: 'p', shortOnly: true, arg: 'required', metavar: 'PORTS', help: 'ports to scan' },
    { name: 'open', help: 'show only open ports' },
  ],
  run,
});
