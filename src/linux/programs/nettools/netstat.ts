/**
 * `netstat`: sockets, groups, and the tables of its neighbours.
 * @see net-tools netstat.c; busybox networking/netstat.c
 */
import { formatIp } from '../../../base/ip.ts';
import type { SocketInfo } from '../../kernel/netadmin.ts';
import { getnameinfo } from '../resolve.ts';
import { serviceName } from '../services.ts';
import { type Context, defineProgram, flag } from '../spec.ts';
import { countersText } from './counters.ts';
import { interfaceTable } from './interfaces.ts';
import { routes } from './routes.ts';

const STATES: Readonly<Record<string, string>> = {
  ESTAB: 'ESTABLISHED',
  'SYN-SENT': 'SYN_SENT',
  'SYN-RECV': 'SYN_RECV',
  'FIN-WAIT-1': 'FIN_WAIT1',
  'FIN-WAIT-2': 'FIN_WAIT2',
  'TIME-WAIT': 'TIME_WAIT',
  'CLOSE-WAIT': 'CLOSE_WAIT',
  'LAST-ACK': 'LAST_ACK',
  LISTEN: 'LISTEN',
  CLOSING: 'CLOSING',
};

function endpoint(s: SocketInfo, end: SocketInfo['local'], numeric: boolean, width: number): string {
  const ip = end.ip ? formatIp(end.ip) : s.family === 6 ? '::' : '0.0.0.0';
  const port =
    end.port === 0
      ? '*'
      : numeric
        ? String(end.port)
        : (serviceName(end.port, s.netid === 'udp' ? 'udp' : 'tcp') ?? String(end.port));
  return `${ip.slice(0, width - port.length - 1)}:${port}`;
}

/** `netstat -g` @see net-tools netstat.c: igmp_do_one */
async function groups(ctx: Context): Promise<number> {
  const { net } = ctx.sys;
  let out = 'IPv6/IPv4 Group Memberships\nInterface       RefCnt Group\n--------------- ------ ---------------------\n';
  for (const v of [4, 6] as const) {
    for (const g of net.groups().filter((x) => x.ip.v === v)) {
      const name = ctx.options.has('numeric') ? undefined : await getnameinfo(ctx.sys, g.ip);
      const dev = net.link(g.ifindex)?.name ?? '';
      out += `${dev.padEnd(15)} ${String(g.users).padEnd(6)} ${name ?? formatIp(g.ip)}\n`;
    }
  }
  await ctx.out(out);
  return 0;
}

/** The sockets of the unix domain. @see net-tools netstat.c: unix_do_one; busybox networking/netstat.c: unix_do_one */
function unixText(ctx: Context, what: string): string {
  const { options: o, flavour } = ctx;
  const inode = (n: number): string => (flavour === 'busybox' ? String(n).padStart(6) : String(n).padEnd(8));
  const owner = (text: string): string => (o.has('program') ? `${text.padEnd(20)} ` : '');
  const rows = ctx.sys.net
    .sockets()
    .filter((s) => s.netid === 'unix' && (o.has('all') || (s.state === 'LISTEN') === o.has('listening')))
    .map((s) => {
      const listens = s.state === 'LISTEN';
      const user = s.users[0];
      return `unix  ${listens ? '2' : '3'}      ${(listens ? '[ ACC ]' : '[ ]').padEnd(11)} STREAM     ${(listens ? 'LISTENING' : 'CONNECTED').padEnd(13)} ${inode(s.inode)} ${owner(user ? `${user.pid}/${user.comm}` : '-')}${s.local.path ?? ''}\n`;
    });
  const gap = flavour === 'busybox' ? 'I-Node ' : 'I-Node   ';
  return `Active UNIX domain sockets ${what}\nProto RefCnt Flags       Type       State         ${gap}${owner('PID/Program name')}Path\n${rows.join('')}`;
}

async function netstat(ctx: Context): Promise<number> {
  const o = ctx.options;
  if (o.has('route')) return routes(ctx, o.has('extend') ? 'metric' : 'mss');
  if (o.has('groups')) return groups(ctx);
  if (o.has('interfaces')) {
    await ctx.out(`Kernel Interface table\n${interfaceTable(ctx, o.has('all'))}`);
    return 0;
  }
  if (o.has('statistics')) {
    const asked = { tcp: o.has('tcp'), udp: o.has('udp'), raw: o.has('raw') };
    await ctx.out(countersText(ctx.sys.net.counters(), o.has('inet6') ? 6 : 4, asked));
    return 0;
  }
  const kinds = (['tcp', 'udp', 'raw'] as const).filter((k) => o.has(k));
  const inet = kinds.length > 0 ? [...kinds] : ['tcp', 'udp', 'raw'];
  const what = o.has('listening') ? '(only servers)' : o.has('all') ? '(servers and established)' : '(w/o servers)';
  const programs = o.has('program');
  const family = o.has('inet') === o.has('inet6') ? undefined : o.has('inet6') ? 6 : 4;
  let out = `Active Internet connections ${what}\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ${programs ? ' PID/Program name   ' : ''}\n`;
  const listening = (s: SocketInfo): boolean => s.state === 'LISTEN' || s.state === 'UNCONN';
  const rows = ctx.sys.net
    .sockets()
    .filter((s) => inet.includes(s.netid) && (family === undefined || s.family === family))
    .filter((s) => o.has('all') || listening(s) === o.has('listening'))
    .map((s, i) => ({ s, i }))
    .sort((a, b) => inet.indexOf(a.s.netid) - inet.indexOf(b.s.netid) || a.s.family - b.s.family || a.i - b.i);
  for (const { s } of rows) {
    const proto = `${s.netid}${s.family === 6 ? '6' : ''}`;
    const state =
      s.netid === 'tcp' ? (STATES[s.state] ?? s.state) : s.netid === 'udp' && s.state === 'ESTAB' ? 'ESTABLISHED' : '';
    const user = s.users[0];
    const program = programs ? ` ${(user ? `${user.pid}/${user.comm}` : '-').padEnd(20)}` : '';
    out += `${proto.padEnd(5)} ${String(s.recvQ).padStart(6)} ${String(s.state === 'LISTEN' ? 0 : s.sendQ).padStart(6)} ${endpoint(s, s.local, o.has('numeric'), 23).padEnd(23)} ${endpoint(s, s.peer, o.has('numeric'), 23).padEnd(23)} ${state.padEnd(11)}${program}\n`;
  }
  if (kinds.length > 0 && !o.has('unix')) return ctx.out(out).then(() => 0);
  await ctx.out(`${o.has('unix') && kinds.length === 0 ? '' : out}${unixText(ctx, what)}`);
  return 0;
}

/** The `netstat` command. */
export const spec = defineProgram({
  name: 'netstat',
  path: '/usr/bin/netstat',
  summary: 'Print network connections and routing tables',
  options: [
    flag('all', 'a', 'all sockets'),
    flag('listening', 'l', 'listening sockets'),
    flag('tcp', 't', 'TCP'),
    flag('udp', 'u', 'UDP'),
    flag('raw', 'w', 'raw'),
    flag('unix', 'x', 'unix domain'),
    flag('numeric', 'n', 'numbers instead of names'),
    flag('program', 'p', 'PID and program'),
    flag('route', 'r', 'routing table'),
    flag('groups', 'g', 'multicast group memberships'),
    flag('interfaces', 'i', 'interface table'),
    flag('statistics', 's', 'counters'),
    flag('extend', 'e', 'more'),
    flag('inet', '4', 'IPv4 alone'),
    flag('inet6', '6', 'IPv6 alone'),
    flag('wide', 'W', 'wide'),
  ],
  run: netstat,
});

const LACKING = ['groups', 'interfaces', 'statistics', 'program', 'wide'];

/** The applet of the same name, as Debian configures it. */
export const busyboxSpec = defineProgram({
  ...spec,
  synopsis: ['[-ral] [-tuwx] [-en]'],
  options: spec.options.filter((o) => !LACKING.includes(o.name)),
});
