/** `conntrack`: lists and deletes entries of connection tracking. @see conntrack-tools src/conntrack.c */
import { formatIp, type IpAddr, parseIp, sameIp } from '../../base/ip.ts';
import type { CtEntry, CtTuple } from '../kernel/netadmin.ts';
import { Options } from './getopt.ts';
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

/** One line of -L. @param extended with the network protocol before it (-o extended) */
export function entryText(e: CtEntry, counters: boolean, extended = false): string {
  const proto = e.original.proto;
  let s = extended ? (e.original.src.v === 4 ? 'ipv4     2 ' : 'ipv6     10 ') : '';
  s += `${(NAMES[proto] ?? 'unknown').padEnd(8)} ${proto} ${Math.max(0, Math.floor(e.timeout))} `;
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
  port('orig-port-src', (e) => e.original.sport);
  port('orig-port-dst', (e) => e.original.dport);
  port('reply-port-src', (e) => e.reply.sport);
  port('reply-port-dst', (e) => e.reply.dport);
  if (o.has('mark')) {
    const [value, mask] = (o.value('mark') ?? '').split('/').map(Number);
    tests.push((e) => (e.mark & (mask ?? 0xffffffff)) >>> 0 === (value ?? 0));
  }
  if (o.has('status')) {
    const want = (o.value('status') ?? '').toUpperCase().split(',');
    tests.push((e) =>
      want.every((w) =>
        w === 'ASSURED' ? e.assured : w === 'SEEN_REPLY' ? e.seenReply : w === 'UNREPLIED' ? !e.seenReply : true,
      ),
    );
  }
  if (o.has('state')) tests.push((e) => e.tcpState === o.value('state')?.toUpperCase());
  const translated = (e: CtEntry, side: 'src' | 'dst'): boolean =>
    side === 'src' ? !sameIp(e.original.src, e.reply.dst) : !sameIp(e.original.dst, e.reply.src);
  if (o.has('any-nat')) tests.push((e) => translated(e, 'src') || translated(e, 'dst'));
  if (o.has('src-nat')) tests.push((e) => translated(e, 'src'));
  if (o.has('dst-nat')) tests.push((e) => translated(e, 'dst'));
  const family = o.value('family') === 'ipv6' ? 6 : 4;
  tests.push((e) => e.original.src.v === family);
  return (e) => tests.every((t) => t(e));
}

const BANNER = 'conntrack v1.4.9 (conntrack-tools)';

/** A wrong command line: the message and the hint, exit code 2. */
async function usage(ctx: Context, message: string): Promise<number> {
  await ctx.err(`${BANNER}: ${message}\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`);
  return 2;
}

const sameEntry = (a: CtEntry, b: CtEntry): boolean => tuple(a.original) === tuple(b.original);

async function run(ctx: Context): Promise<number> {
  const { net } = ctx.sys;
  const o = ctx.options;
  const banner = BANNER;
  const test = filterOf(ctx);
  if (typeof test === 'string') {
    await ctx.err(`${banner}: ${test}\nTry \`conntrack -h' or 'conntrack --help' for more information.\n`);
    return 2;
  }
  const counters = o.has('counters') || ctx.sys.sysctl('net.netfilter.nf_conntrack_acct') === '1';
  if (o.has('list')) {
    const found = net.conntrack().filter(test);
    const extended = (o.value('output') ?? '').split(',').includes('extended');
    await ctx.out(found.map((e) => entryText(e, counters, extended)).join(''));
    await ctx.err(`${banner}: ${found.length} flow entries have been shown.\n`);
    return 0;
  }
  if (o.has('count')) {
    await ctx.out(`${net.conntrack().length}\n`);
    return 0;
  }
  if (o.has('stats')) {
    const t = net.conntrackStats();
    await ctx.out(
      `cpu=0   \tfound=0 invalid=${t.invalid} insert=0 insert_failed=${t.insertFailed} drop=${t.drop} early_drop=${t.earlyDrop} error=0 search_restart=0 clash_resolve=${t.clashResolve} chaintoolong=0 \n`,
    );
    return 0;
  }
  if (o.has('update')) {
    const [value, mask] = (o.value('mark') ?? '').split('/').map(Number);
    if (!o.has('mark') || !Number.isInteger(value)) return usage(ctx, 'Mark is needed for updates here');
    const given = o.list.filter((x) => x.name !== 'mark');
    const match = filterOf({ ...ctx, options: new Options(given) });
    if (typeof match === 'string') return usage(ctx, match);
    const done = net.conntrackMark(match, (old) => (old & ~(mask ?? 0xffffffff)) ^ (value ?? 0));
    const after = net.conntrack();
    await ctx.out(done.map((e) => entryText(after.find((x) => sameEntry(x, e)) ?? e, counters)).join(''));
    await ctx.err(`${banner}: ${done.length} flow entries have been updated.\n`);
    return done.length > 0 ? 0 : 1;
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
    { name: 'update', short: 'U', help: 'change the mark of entries' },
    { name: 'stats', short: 'S', help: 'show counters' },
    arg('proto', 'p', 'layer 4 protocol'),
    arg('orig-src', 's', 'original source address'),
    arg('orig-dst', 'd', 'original destination address'),
    arg('reply-src', 'r', 'reply source address'),
    arg('reply-dst', 'q', 'reply destination address'),
    arg('family', 'f', 'ipv4 or ipv6'),
    arg('state', undefined, 'TCP state'),
    arg('mark', 'm', 'mark'),
    arg('status', 'u', 'ASSURED, SEEN_REPLY or UNREPLIED'),
    { name: 'any-nat', short: 'j', help: 'translated' },
    arg('orig-port-src', undefined, 'original source port'),
    arg('orig-port-dst', undefined, 'original destination port'),
    arg('reply-port-src', undefined, 'source port of the reply'),
    arg('reply-port-dst', undefined, 'destination port of the reply'),
    arg('sport', undefined, 'source port'),
    arg('dport', undefined, 'destination port'),
    arg('output', 'o', 'output format'),
    { name: 'src-nat', short: 'n', help: 'source translated' },
    { name: 'dst-nat', short: 'g', help: 'destination translated' },
    { name: 'counters', help: 'show counters' },
  ],
  run,
});
