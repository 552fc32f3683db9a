/** `dig` and `host` of BIND. @see bind9 bin/dig */
import { civil } from '../../base/civil.ts';
import { RCODE, RR, reverseName } from '../../base/dns.ts';
import { formatIp, type IpAddr, parseIp } from '../../base/ip.ts';
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
export function answerText(ctx: Context, x: Exchange, show: (part: string) => boolean, port: number): string {
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

async function dig(ctx: Context): Promise<number> {
  const { sys } = ctx;
  let server: string | undefined;
  let port = 53;
  let type: number | undefined;
  const names: string[] = [];
  const hidden = new Set<string>();
  let short = false;
  let tries = 3;
  let wait = 5;
  let edns = true;
  let cookie = true;
  let udpSize = UDP_SIZE;
  let authenticData = true;
  let recursion = true;
  let tcp = false;
  const args = ctx.args;
  const parts = ['comments', 'question', 'answer', 'authority', 'additional', 'stats', 'cmd'];
  for (let i = 0; i < args.length; i++) {
    const a = args[i] as string;
    const t = (RR as Record<string, number>)[a.toUpperCase()];
    if (a.startsWith('@')) server = a.slice(1);
    else if (a.startsWith('+')) {
      const m = /^\+(no)?([a-z]+)(?:=(\d+))?$/.exec(a);
      const off = m?.[1] === 'no';
      const key = m?.[2] ?? '';
      if (key === 'short') short = !off;
      else if (key === 'all') for (const p of parts) off ? hidden.add(p) : hidden.delete(p);
      else if (parts.includes(key)) off ? hidden.add(key) : hidden.delete(key);
      else if (key === 'tries' || key === 'retry') tries = Math.max(1, Number(m?.[3] ?? 3));
      else if (key === 'edns') edns = !off;
      else if (key === 'cookie') cookie = !off;
      else if (key === 'bufsize') udpSize = Number(m?.[3] ?? UDP_SIZE);
      else if (key === 'adflag') authenticData = !off;
      else if (key === 'recurse') recursion = !off;
      else if (key === 'tcp' || key === 'vc') tcp = !off;
      else if (key === 'time' || key === 'timeout') wait = Math.max(1, Number(m?.[3] ?? 5));
    } else if (a === '-x') {
      const ip = parseIp(args[++i] ?? '');
      if (!ip) {
        await ctx.err(`dig: Invalid IP address ${args[i] ?? ''}\n`);
        return 1;
      }
      names.push(reverseName(ip));
      type ??= RR.PTR;
    } else if (a === '-p') port = Number(args[++i]);
    else if (a === '-t') type = (RR as Record<string, number>)[(args[++i] ?? '').toUpperCase()];
    else if (a === '-q') names.push(args[++i] ?? '');
    else if (a === '-4' || a === '-6' || a.toUpperCase() === 'IN') continue;
    else if (t !== undefined) type = t;
    else names.push(a);
  }
  if (short) for (const p of parts) hidden.add(p);
  const shown = (p: string): boolean => !hidden.has(p);
  const conf = resolvConf(sys);
  let servers: readonly IpAddr[] = conf.nameservers;
  if (server !== undefined) {
    const r = await getaddrinfo(sys, server);
    if (typeof r === 'string') {
      await ctx.err(`dig: couldn't get address for '${server}': not found\n`);
      return 10;
    }
    servers = r.addrs;
  }
  let code = 0;
  let found = server === undefined ? '' : `; (${servers.length} server${servers.length > 1 ? 's' : ''} found)\n`;
  let lead = '\n';
  let global = ';; global options: +cmd\n';
  for (const name of names.length > 0 ? names : ['.']) {
    const q: DigQuery = { name: name.replace(/\.$/, ''), type: type ?? (names.length > 0 ? RR.A : RR.NS) };
    // Told with the first thing that there is to tell; servers and options once.
    const greeting = shown('cmd') ? `${lead}; <<>> DiG ${VERSION} <<>> ${args.join(' ')}\n${found}${global}` : '';
    [lead, found, global] = ['', '', ''];
    const options = {
      port,
      pmtudisc: PMTUDISC_OMIT,
      recursion,
      authenticData,
      ...(edns && { edns: { udpSize, ...(cookie && { cookie: sys.rng.bytes(8) }) } }),
    };
    const x = await ask(ctx, q, servers, tries, wait, options, tcp);
    if (!x) {
      await ctx.out(`${greeting}${short ? '' : ';; no servers could be reached\n'}`);
      code = 9;
      continue;
    }
    if (x.tcp && !tcp && !short) await ctx.out(';; Truncated, retrying in TCP mode.\n');
    await ctx.out(greeting);
    await ctx.out(short ? x.message.answers.map((r) => `${r.text}\n`).join('') : answerText(ctx, x, shown, port));
  }
  return code;
}

async function ask(
  ctx: Context,
  q: DigQuery,
  servers: readonly IpAddr[],
  tries: number,
  wait: number,
  options: ExchangeOptions,
  tcp: boolean,
): Promise<Exchange | undefined> {
  for (let i = 0; i < tries; i++)
    for (const s of servers) {
      const began = ctx.sys.now();
      const byTcp = tcp ? [await exchangeTcp(ctx.sys, s, q, wait * 1e9, options)] : undefined;
      const got = byTcp ?? (await exchange(ctx.sys, s, [q], wait * 1e9, options));
      if (got !== 'refused' && got[0]) return got[0];
      const where = `${formatIp(s)}#${options.port}`;
      const refused = got === 'refused' || (tcp && ctx.sys.now() - began < wait * 1e9);
      const why = refused ? 'connection refused' : 'timed out';
      await ctx.out(
        tcp
          ? `;; Connection to ${where}(${formatIp(s)}) for ${q.name} failed: ${why}.\n`
          : `;; communications error to ${where}: ${why}\n`,
      );
    }
  return undefined;
}

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
