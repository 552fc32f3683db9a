/** `conntrack`: lists and deletes entries of connection tracking. @see conntrack-tools src/conntrack.c */
import { formatIp, type IpAddr, parseIp, sameIp } from '../../base/ip.ts';
import type { CtEntry, CtTuple } from '../kernel/netadmin.ts';
import { protocolNumber } from './iptables/names.ts';
import { type Context, defineProgram } from './spec.ts';

const NAMES: Readonly<Record<number, string>> = {
  1: 'icmp',
  6: 'tcp',
  17: 'udp',
  58: 'icmpv6',
  132: 'sctp',
  47: 'gre',
};

function tuple(t: CtTuple): string {
  let s = `src=${formatIp(t.src)} dst=${formatIp(t.dst)} `;
  if (t.proto === 1 || t.proto === 58) s += `type=${t.icmpType ?? 0} code=${t.icmpCode ?? 0} id=${t.sport} `;
  else if (NAMES[t.proto] !== undefined) s += `sport=${t.sport} dport=${t.dport} `;
  return s;
}

/** One line of -L. */
export function entryText(e: CtEntry, counters: boolean): string {
  const proto = e.original.proto;
  let s = `${(NAMES[proto] ?? 'unknown').padEnd(8)} ${proto} ${Math.max(0, Math.floor(e.timeout))} `;
  if (e.tcpState !== undefined) s += `${e.tcpState} `;
  s += tuple(e.original);
  if (counters) s += `packets=${e.origPackets} bytes=${e.origBytes} `;
  if (!e.seenReply) s += '[UNREPLIED] ';
  s += tuple(e.reply);
  if (counters) s += `packets=${e.replyPackets} bytes=${e.replyBytes} `;
  if (e.assured) s += '[ASSURED] ';
  return `${s}mark=${e.mark} use=1\n`;
}

function filterOf(ctx: Context): ((e: CtEntry) => boolean) | string {
  const o = ctx.options;
  const tests: ((e: CtEntry) => boolean)[] = [];
  const proto = o.value('proto');
  if (proto !== undefined) {
    const n = protocolNumber(proto);
    if (n === undefined) return `unknown protocol \`${proto}'`;
    tests.push((e) => e.original.proto === n);
  }
  const address = (name: string, pick: (e: CtEntry) => IpAddr): void => {
    const ip = parseIp(o.value(name) ?? '');
    if (ip) tests.push((e) => sameIp(pick(e), ip));
  };
  address('orig-src', (e) => e.original.src);
  address('orig-dst', (e) => e.original.dst);
  address('reply-src', (e) => e.reply.src);
  address('reply-dst', (e) => e.reply.dst);
  const port = (name: string, pick: (e: CtEntry) => number): void => {
    if (o.has(name)) tests.push((e) => pick(e) === Number(o.value(name)));
  };
  port('sport', (e) => e.original.sport);
  port('dport', (e) => e.original.dport);
  if (o.has('state')) tests.push((e) => e.tcpState === o.value('state')?.toUpperCase());
  const translated = (e: CtEntry, side: 'src' | 'dst'): boolean =>
    side === 'src' ? !sameIp(e.original.src, e.reply.dst) : !sameIp(e.original.dst, e.reply.src);
  if (o.has('src-nat')) tests.push((e) => translated(e, 'src'));
  if (o.has('dst-nat')) tests.push((e) => translated(e, 'dst'));
  const family = o.value('family') === 'ipv6' ? 6 : 4;
  tests.push((e) => e.original.src.v === family);
  return (e) => tests.every((t) => t(e));
}

async function run(ctx: Context): Promise<number> {
  const { net } = ctx.sys;
  const o = ctx.options;
  const banner = 'conntrack v1.4.9 (conntrack-tools)';
  const test = filterOf(ctx);
  if (typeof test === 'string') {
    await ctx.err(`${banner}: ${test}\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`);
    return 2;
  }
  const counters = o.has('counters') || ctx.sys.sysctl('net.netfilter.nf_conntrack_acct') === '1';
  if (o.has('list')) {
    const found = net.conntrack().filter(test);
    await ctx.out(found.map((e) => entryText(e, counters)).join(''));
    await ctx.err(`${banner}: ${found.length} flow entries have been shown.\n`);
    return 0;
  }
  if (o.has('count')) {
    await ctx.out(`${net.conntrack().length}\n`);
    return 0;
  }
  if (o.has('delete') || o.has('flush')) {
    const gone = net.conntrack().filter((e) => o.has('flush') || test(e));
    net.conntrackDelete((e) => o.has('flush') || test(e));
    if (o.has('flush')) {
      await ctx.err(`${banner}: connection tracking table has been emptied.\n`);
      return 0;
    }
    await ctx.out(gone.map((e) => entryText(e, counters)).join(''));
    await ctx.err(`${banner}: ${gone.length} flow entries have been deleted.\n`);
    return gone.length > 0 ? 0 : 1;
  }
  await ctx.err(
    `${banner}: You need to supply parameters to this command.\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`,
  );
  return 2;
}

const arg = (name: string, short: string | undefined, help: string) =>
  ({ name, short, arg: 'required', metavar: 'ARG', help }) as const;

/** The `conntrack` command. */
export const spec = defineProgram({
  name: 'conntrack',
  path: '/usr/sbin/conntrack',
  summary: 'Show and change connection tracking',
  synopsis: ['[commands] [options]'],
  options: [
    { name: 'list', short: 'L', help: 'list the table' },
    { name: 'delete', short: 'D', help: 'delete entries' },
    { name: 'flush', short: 'F', help: 'empty the table' },
    { name: 'count', short: 'C', help: 'show the number of entries' },
    arg('proto', 'p', 'layer 4 protocol'),
    arg('orig-src', 's', 'original source address'),
    arg('orig-dst', 'd', 'original destination address'),
    arg('reply-src', 'r', 'reply source address'),
    arg('reply-dst', 'q', 'reply destination address'),
    arg('family', 'f', 'ipv4 or ipv6'),
    arg('state', undefined, 'TCP state'),
    arg('sport', undefined, 'source port'),
    arg('dport', undefined, 'destination port'),
    arg('output', 'o', 'output format'),
    { name: 'src-nat', short: 'n', help: 'source translated' },
    { name: 'dst-nat', short: 'g', help: 'destination translated' },
    { name: 'counters', help: 'show counters' },
  ],
  run,
});
