/** `dig` and `host` of BIND. @see bind9 bin/dig */
import { civil } from '../../base/civil.ts';
import { RCODE, RR, reverseName } from '../../base/dns.ts';
import { formatIp, type IpAddr, parseIp } from '../../base/ip.ts';
import { ECONNREFUSED, isErr } from '../kernel/errno.ts';
import { MONTHS, WEEKDAYS } from './proc.ts';
import {
  candidates,
  type Exchange,
  type ExchangeOptions,
  exchange,
  exchangeTcp,
  getaddrinfo,
  PMTUDISC_OMIT,
  resolvConf,
} from './resolve.ts';
import { type Context, defineProgram } from './spec.ts';

/** Octets of an answer that dig takes over UDP. */
const UDP_SIZE = 1232;
const VERSION = '9.20.30-1-Debian';

/** `A` for 1. */
export function typeName(n: number): string {
  return Object.entries(RR).find(([, v]) => v === n)?.[0] ?? `TYPE${n}`;
}

/** One line of a section: name and TTL to tab stops as dig sets them. */
function recordLine(r: { name: string; ttl: number; type: number; text: string }): string {
  const name = `${r.name}.`;
  const tabs = (width: number, target: number): string => '\t'.repeat(Math.max(1, Math.ceil((target - width) / 8)));
  return `${name}${name.length >= 24 ? ' ' : tabs(name.length, 24)}${r.ttl}\tIN\t${typeName(r.type)}\t${r.text}\n`;
}

function questionLine(name: string, type: number): string {
  const text = `;${name === '' ? '' : name}.`;
  return `${text}${'\t'.repeat(Math.max(1, Math.ceil((24 - text.length) / 8)))}\tIN\t${typeName(type)}\n`;
}

/** A whole answer as dig prints it. */
function answerText(ctx: Context, x: Exchange, show: (part: string) => boolean, port: number): string {
  const m = x.message;
  const flags = [
    'qr',
    ...(m.authoritative ? ['aa'] : []),
    ...(m.truncated ? ['tc'] : []),
    ...(m.recursionDesired ? ['rd'] : []),
    ...(m.recursionAvailable ? ['ra'] : []),
  ];
  let s = '';
  if (show('comments')) {
    s += `;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: ${RCODE[m.rcode] ?? m.rcode}, id: ${m.id}\n`;
    s += `;; flags: ${flags.join(' ')}; QUERY: ${m.questions.length}, ANSWER: ${m.answers.length}, AUTHORITY: ${m.authority.length}, ADDITIONAL: ${m.additional.length}\n\n`;
  }
  if (show('question'))
    s += `${show('comments') ? ';; QUESTION SECTION:\n' : ''}${m.questions.map((q) => questionLine(q.name, q.type)).join('')}\n`;
  for (const [key, title, list] of [
    ['answer', 'ANSWER', m.answers],
    ['authority', 'AUTHORITY', m.authority],
    ['additional', 'ADDITIONAL', m.additional],
  ] as const)
    if (list.length > 0 && show(key))
      s += `${show('comments') ? `;; ${title} SECTION:\n` : ''}${list.map(recordLine).join('')}${show('comments') ? '\n' : ''}`;
  if (show('stats')) {
    const t = civil(ctx.sys.realtime());
    const two = (n: number): string => String(n).padStart(2, '0');
    const server = formatIp(x.server);
    s += `;; Query time: ${Math.round(x.time / 1e6)} msec\n;; SERVER: ${server}#${port}(${server}) (${x.tcp ? 'TCP' : 'UDP'})\n`;
    s += `;; WHEN: ${WEEKDAYS[t.weekday]} ${MONTHS[t.month - 1]} ${two(t.day)} ${two(t.hour)}:${two(t.minute)}:${two(t.second)} UTC ${t.year}\n;; MSG SIZE  rcvd: ${x.size}\n\n`;
  }
  return s;
}

interface DigQuery {
  name: string;
  type: number;
}

/** What the words of a command line ask for. */
interface DigCall {
  server?: string;
  port: number;
  type?: number;
  readonly names: string[];
  /** Parts of the answer that are not shown. */
  readonly hidden: Set<string>;
  short: boolean;
  tries: number;
  /** Seconds. */
  wait: number;
  edns: boolean;
  cookie: boolean;
  udpSize: number;
  authenticData: boolean;
  recursion: boolean;
  tcp: boolean;
}

const PARTS = ['comments', 'question', 'answer', 'authority', 'additional', 'stats', 'cmd'];

/** `+key`, `+nokey`, `+key=number`. Ones that this dig does not know are passed over. */
function queryOption(c: DigCall, word: string): void {
  const m = /^\+(no)?([a-z]+)(?:=(\d+))?$/.exec(word);
  const on = m?.[1] !== 'no';
  const key = m?.[2] ?? '';
  const number = (dflt: number): number => Math.max(1, Number(m?.[3] ?? dflt));
  if (key === 'short') c.short = on;
  else if (key === 'all') for (const p of PARTS) on ? c.hidden.delete(p) : c.hidden.add(p);
  else if (PARTS.includes(key)) on ? c.hidden.delete(key) : c.hidden.add(key);
  else if (key === 'tries' || key === 'retry') c.tries = number(3);
  else if (key === 'edns') c.edns = on;
  else if (key === 'cookie') c.cookie = on;
  else if (key === 'bufsize') c.udpSize = Number(m?.[3] ?? UDP_SIZE);
  else if (key === 'adflag') c.authenticData = on;
  else if (key === 'recurse') c.recursion = on;
  else if (key === 'tcp' || key === 'vc') c.tcp = on;
  else if (key === 'time' || key === 'timeout') c.wait = number(5);
}

/** Reads the words. @returns the call, or what is wrong with one */
function digCall(args: readonly string[]): DigCall | string {
  const c: DigCall = {
    port: 53, names: [], hidden: new Set(), short: false, tries: 3, wait: 5, edns: true, cookie: true, udpSize: UDP_SIZE,
    authenticData: true, recursion: true, tcp: false,
  }; // biome-ignore format: a table
  const typeOf = (word: string): number | undefined => (RR as Record<string, number>)[word.toUpperCase()];
  for (let i = 0; i < args.length; i++) {
    const a = args[i] as string;
    if (a.startsWith('@')) c.server = a.slice(1);
    else if (a.startsWith('+')) queryOption(c, a);
    else if (a === '-x') {
      const ip = parseIp(args[++i] ?? '');
      if (!ip) return `dig: Invalid IP address ${args[i] ?? ''}\n`;
      c.names.push(reverseName(ip));
      c.type ??= RR.PTR;
    } else if (a === '-p') c.port = Number(args[++i]);
    else if (a === '-t') c.type = typeOf(args[++i] ?? '');
    else if (a === '-q') c.names.push(args[++i] ?? '');
    else if (a === '-4' || a === '-6' || a.toUpperCase() === 'IN') continue;
    else if (typeOf(a) !== undefined) c.type = typeOf(a);
    else c.names.push(a);
  }
  if (c.short) for (const p of PARTS) c.hidden.add(p);
  return c;
}

async function dig(ctx: Context): Promise<number> {
  const c = digCall(ctx.args);
  if (typeof c === 'string') {
    await ctx.err(c);
    return 1;
  }
  let servers: readonly IpAddr[] = resolvConf(ctx.sys).nameservers;
  if (c.server !== undefined) {
    const r = await getaddrinfo(ctx.sys, c.server);
    if (typeof r === 'string') {
      await ctx.err(`dig: couldn't get address for '${c.server}': not found\n`);
      return 10;
    }
    servers = r.addrs;
  }
  const shown = (p: string): boolean => !c.hidden.has(p);
  let code = 0;
  let found = c.server === undefined ? '' : `; (${servers.length} server${servers.length > 1 ? 's' : ''} found)\n`;
  let lead = '\n';
  let global = ';; global options: +cmd\n';
  for (const name of c.names.length > 0 ? c.names : ['.']) {
    const q: DigQuery = { name: name.replace(/\.$/, ''), type: c.type ?? (c.names.length > 0 ? RR.A : RR.NS) };
    // told with the first thing that there is to tell; servers and options once
    const greeting = shown('cmd') ? `${lead}; <<>> DiG ${VERSION} <<>> ${ctx.args.join(' ')}\n${found}${global}` : '';
    [lead, found, global] = ['', '', ''];
    const x = await ask(ctx, q, servers, c);
    if (!x) {
      await ctx.out(`${greeting}${c.short ? '' : ';; no servers could be reached\n'}`);
      code = 9;
      continue;
    }
    if (x.tcp && !c.tcp && !c.short) await ctx.out(';; Truncated, retrying in TCP mode.\n');
    await ctx.out(greeting);
    await ctx.out(c.short ? x.message.answers.map((r) => `${r.text}\n`).join('') : answerText(ctx, x, shown, c.port));
  }
  return code;
}

/** Asks one server after the other, so many times, and tells what comes of it. */
async function ask(ctx: Context, q: DigQuery, servers: readonly IpAddr[], c: DigCall): Promise<Exchange | undefined> {
  const options: ExchangeOptions = {
    port: c.port,
    pmtudisc: PMTUDISC_OMIT,
    recursion: c.recursion,
    authenticData: c.authenticData,
    ...(c.edns && { edns: { udpSize: c.udpSize, ...(c.cookie && { cookie: ctx.sys.rng.bytes(8) }) } }),
  };
  for (let i = 0; i < c.tries; i++)
    for (const s of servers) {
      const where = `${formatIp(s)}#${c.port}`;
      const got = await (c.tcp ? exchangeTcp : byUdp)(ctx.sys, s, q, c.wait * 1e9, options);
      if (got && !isErr(got)) return got;
      const why = (got && FAILURES[got.name]) ?? 'timed out';
      await ctx.out(
        got && c.tcp
          ? `;; Connection to ${where}(${formatIp(s)}) for ${q.name} failed: ${why}.\n`
          : `;; communications error to ${where}: ${why}\n`,
      );
    }
  return undefined;
}

const byUdp: typeof exchangeTcp = async (sys, server, question, timeoutNs, options) => {
  const got = await exchange(sys, server, [question], timeoutNs, options);
  return got === 'refused' ? ECONNREFUSED : got[0];
};

/** @see bind9 lib/isc/result.c */
const FAILURES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host unreachable',
  ENETUNREACH: 'network unreachable',
};

/** The `dig` command. */
export const spec = defineProgram({
  name: 'dig',
  path: '/usr/bin/dig',
  summary: 'DNS lookup utility',
  order: 'own',
  options: [
    { name: 'reverse', short: 'x', shortOnly: true, arg: 'required', metavar: 'ADDR', help: 'reverse lookup' },
    { name: 'type', short: 't', shortOnly: true, arg: 'required', metavar: 'TYPE', help: 'record type' },
  ],
  run: dig,
});

async function host(ctx: Context): Promise<number> {
  const [name, server] = ctx.operands;
  if (name === undefined) {
    await ctx.err('Usage: host [-t type] name [server]\n');
    return 1;
  }
  const { sys } = ctx;
  const conf = resolvConf(sys);
  const own = server === undefined ? undefined : parseIp(server);
  const servers = own ? [own] : conf.nameservers;
  const ip = parseIp(name);
  const wanted = ctx.options.value('type');
  const types =
    wanted !== undefined
      ? [(RR as Record<string, number>)[wanted.toUpperCase()] ?? RR.A]
      : ip
        ? [RR.PTR]
        : [RR.A, RR.AAAA, RR.MX];
  for (const candidate of ip ? [reverseName(ip)] : candidates(name, conf)) {
    let lines = '';
    let rcode = 0;
    for (const type of types) {
      const got = await exchange(sys, servers[0] as IpAddr, [{ name: candidate, type }], 5e9, {
        pmtudisc: PMTUDISC_OMIT,
      });
      const x = got === 'refused' ? undefined : got[0];
      if (!x) {
        await ctx.out(';; communications error: timed out\n;; no servers could be reached\n');
        return 1;
      }
      rcode = x.message.rcode;
      if (rcode !== 0) break;
      for (const r of x.message.answers) {
        const verb =
          {
            [RR.A]: 'has address',
            [RR.AAAA]: 'has IPv6 address',
            [RR.PTR]: 'domain name pointer',
            [RR.CNAME]: 'is an alias for',
            [RR.MX]: 'mail is handled by',
            [RR.NS]: 'name server',
          }[r.type] ?? `has ${typeName(r.type)} record`;
        lines += `${r.name} ${verb} ${r.text}\n`;
      }
    }
    if (rcode === 0) {
      await ctx.out(lines === '' ? `${candidate} has no ${typeName(types[0] as number)} record\n` : lines);
      return 0;
    }
    if (rcode !== 3) {
      await ctx.out(`Host ${name} not found: ${rcode}(${RCODE[rcode]})\n`);
      return 1;
    }
  }
  await ctx.out(`Host ${ip ? `${reverseName(ip)}.` : name} not found: 3(NXDOMAIN)\n`);
  return 1;
}

/** The `host` command. */
export const hostSpec = defineProgram({
  name: 'host',
  path: '/usr/bin/host',
  summary: 'DNS lookup utility',
  synopsis: ['[-t type] name [server]'],
  options: [{ name: 'type', short: 't', shortOnly: true, arg: 'required', metavar: 'TYPE', help: 'record type' }],
  run: host,
});
