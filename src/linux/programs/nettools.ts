/**
 * Tools of net-tools and bridge-utils: netstat, arp, route, ifconfig, brctl; the busybox applets differ in layout.
 *
 * Limits: they show; of changes only `ifconfig IF up|down` is made.
 * @see net-tools netstat.c, arp.c, route.c, ifconfig.c; bridge-utils brctl; busybox networking/
 */

import { formatIp, formatIp4, formatMac, type IpAddr, mask4 } from '../../base/ip.ts';
import { isErr } from '../kernel/errno.ts';
import type { Link, SocketInfo } from '../kernel/netadmin.ts';
import { changeArp, changeInterface, changeRoute, interfaceTable } from './netconf.ts';
import { countersText } from './netstat-counters.ts';
import { getnameinfo } from './resolve.ts';
import { serviceName } from './services.ts';
import { type Context, defineProgram, type OptionSpec } from './spec.ts';

const flag = (name: string, short: string, help: string): OptionSpec => ({ name, short, help });

// --- netstat

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

async function netstat(ctx: Context): Promise<number> {
  const o = ctx.options;
  if (o.has('route')) return routes(ctx, o.has('extend') ? 'metric' : 'mss');
  if (o.has('groups')) return groups(ctx);
  if (o.has('interfaces')) {
    await ctx.out(`Kernel Interface table\n${interfaceTable(ctx, o.has('all'))}`);
    return 0;
  }
  if (o.has('statistics')) {
    await ctx.out(countersText(ctx.sys.net.counters(), o.has('tcp'), o.has('udp')));
    return 0;
  }
  const kinds = (['tcp', 'udp', 'raw'] as const).filter((k) => o.has(k));
  const inet = kinds.length > 0 ? [...kinds] : ['tcp', 'udp', 'raw'];
  const what = o.has('listening') ? '(only servers)' : o.has('all') ? '(servers and established)' : '(w/o servers)';
  const programs = o.has('program');
  let out = `Active Internet connections ${what}\nProto Recv-Q Send-Q Local Address           Foreign Address         State      ${programs ? ' PID/Program name   ' : ''}\n`;
  const listening = (s: SocketInfo): boolean => s.state === 'LISTEN' || s.state === 'UNCONN';
  const rows = ctx.sys.net
    .sockets()
    .filter((s) => inet.includes(s.netid) && (o.has('all') || listening(s) === o.has('listening')))
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
  await ctx.out(out);
  return 0;
}

/** The `netstat` command. */
export const netstatSpec = defineProgram({
  name: 'netstat',
  path: '/usr/bin/netstat',
  summary: 'Print network connections and routing tables',
  options: [
    flag('all', 'a', 'all sockets'),
    flag('listening', 'l', 'listening sockets'),
    flag('tcp', 't', 'TCP'),
    flag('udp', 'u', 'UDP'),
    flag('raw', 'w', 'raw'),
    flag('numeric', 'n', 'numbers instead of names'),
    flag('program', 'p', 'PID and program'),
    flag('route', 'r', 'routing table'),
    flag('groups', 'g', 'multicast group memberships'),
    flag('interfaces', 'i', 'interface table'),
    flag('statistics', 's', 'counters'),
    flag('extend', 'e', 'more'),
    flag('wide', 'W', 'wide'),
  ],
  run: netstat,
});

// --- route

/** The middle columns of a routing table: of `route`, and of `netstat -r` and `route -e`. */
const ROUTE_COLUMNS = { metric: 'Metric Ref    Use', mss: '  MSS Window  irtt' } as const;

/** @see net-tools lib/inet_gr.c: rprint_fib; busybox networking/route.c: bb_displayroutes */
async function routes(ctx: Context, columns: keyof typeof ROUTE_COLUMNS): Promise<number> {
  const numeric = ctx.options.has('numeric');
  let out = `Kernel IP routing table\nDestination     Gateway         Genmask         Flags ${ROUTE_COLUMNS[columns]} Iface\n`;
  const name = async (ip: IpAddr | undefined, dflt: string, plain: string): Promise<string> => {
    if (!ip || ip.value === 0) return numeric ? '0.0.0.0' : dflt;
    return numeric ? plain : ((await getnameinfo(ctx.sys, ip)) ?? plain);
  };
  const bits = (r: { dst?: { bits: number } }): number => r.dst?.bits ?? 0;
  for (const r of ctx.sys.net.routes(4, 254)) {
    const dst = r.dst ? formatIp(r.dst.addr) : '0.0.0.0';
    const gw = r.via ? formatIp(r.via) : '0.0.0.0';
    const flags = `${r.type === 'unreachable' ? '!' : 'U'}${r.via ? 'G' : ''}${bits(r) === 32 ? 'H' : ''}`;
    const dev = r.ifindex === undefined ? '*' : (ctx.sys.net.link(r.ifindex)?.name ?? '*');
    const cells = [
      (await name(r.dst?.addr, 'default', dst)).slice(0, 15).padEnd(15),
      (await name(r.via, '0.0.0.0', gw)).slice(0, 15).padEnd(15),
      formatIp4(mask4(bits(r))).padEnd(15),
      flags.padEnd(5),
      columns === 'metric' ? `${String(r.metric).padEnd(6)} 0        0` : '    0 0          0',
    ];
    out += `${cells.join(' ')} ${dev}\n`;
  }
  await ctx.out(out);
  return 0;
}

async function route(ctx: Context): Promise<number> {
  if (ctx.operands.length > 0) return changeRoute(ctx);
  return routes(ctx, ctx.options.has('extend') ? 'mss' : 'metric');
}

/** The `route` command. */
export const routeSpec = defineProgram({
  name: 'route',
  path: '/usr/sbin/route',
  summary: 'Show or change the IP routing table',
  synopsis: ['[-n]', '{add|del} [-net|-host] TARGET [netmask M] [gw G] [metric N] [[dev] INTERFACE]'],
  rewrite: (args) => args.flatMap((a) => (a === '-net' || a === '-host' ? [] : [a])),
  options: [flag('numeric', 'n', 'numbers instead of names'), flag('extend', 'e', 'more')],
  run: route,
});

// --- arp

async function arp(ctx: Context): Promise<number> {
  if (ctx.options.has('delete') || ctx.options.has('set')) return changeArp(ctx);
  const { net } = ctx.sys;
  const numeric = ctx.options.has('numeric');
  const rows = net.neighs().filter((n) => n.ip.v === 4 && n.state !== 'NOARP');
  const dev = (i: number): string => net.link(i)?.name ?? `if${i}`;
  const hostName = async (ip: IpAddr): Promise<string | undefined> => (numeric ? undefined : getnameinfo(ctx.sys, ip));
  let out = '';
  if (ctx.flavour === 'busybox' || ctx.options.has('all')) {
    for (const n of rows) {
      const name = (await hostName(n.ip)) ?? '?';
      out +=
        n.mac === undefined
          ? `${name} (${formatIp(n.ip)}) at <incomplete>  on ${dev(n.ifindex)}\n`
          : `${name} (${formatIp(n.ip)}) at ${formatMac(n.mac)} [ether]${n.state === 'PERMANENT' ? ' PERM' : ctx.flavour === 'busybox' ? ' ' : ''} on ${dev(n.ifindex)}\n`;
    }
    await ctx.out(out);
    return 0;
  }
  if (rows.length > 0) out = 'Address                  HWtype  HWaddress           Flags Mask            Iface\n';
  for (const n of rows) {
    const name = ((await hostName(n.ip)) ?? formatIp(n.ip)).slice(0, 23).padEnd(23);
    const hw = n.mac === undefined ? '        (incomplete)       ' : `ether   ${formatMac(n.mac)}   `;
    out += `${name}  ${hw}${(n.mac === undefined ? '' : n.state === 'PERMANENT' ? 'CM' : 'C').padEnd(6)}${' '.repeat(16)}${dev(n.ifindex)}\n`;
  }
  await ctx.out(out);
  return 0;
}

/** The `arp` command. */
export const arpSpec = defineProgram({
  name: 'arp',
  path: '/usr/sbin/arp',
  summary: 'Show the ARP cache',
  options: [
    flag('numeric', 'n', 'numbers instead of names'),
    flag('all', 'a', 'BSD style'),
    flag('linux', 'e', 'Linux style'),
    flag('delete', 'd', 'delete an entry'),
    flag('set', 's', 'set an entry: HOST MAC'),
    { name: 'device', short: 'i', arg: 'required', metavar: 'IF', help: 'interface' },
  ],
  run: arp,
});

// --- ifconfig

/** `19482 (19.0 KiB)` */
function bytesText(n: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let v = n;
  let i = 0;
  while (v >= 1024 && i < units.length - 1) {
    v /= 1024;
    i++;
  }
  return `${n} (${(Math.floor(v * 10) / 10).toFixed(1)} ${units[i]})`;
}

function flagWords(l: Link): { bits: number; words: string[] } {
  const table: [boolean, number, string][] = [
    [l.up, 1, 'UP'],
    [l.kind !== 'loopback', 2, 'BROADCAST'],
    [l.kind === 'loopback', 8, 'LOOPBACK'],
    [l.up && l.carrier, 64, 'RUNNING'],
    [l.kind === 'dummy', 128, 'NOARP'],
    [l.promisc && l.master === undefined, 256, 'PROMISC'],
    [l.kind !== 'loopback' && l.kind !== 'dummy', 4096, 'MULTICAST'],
  ];
  const on = table.filter(([b]) => b);
  return { bits: on.reduce((n, [, b]) => n + b, 0), words: on.map(([, , w]) => w) };
}

function ifconfigText(ctx: Context, l: Link): string {
  const addrs = ctx.sys.net.addrs().filter((a) => a.ifindex === l.ifindex);
  const loop = l.kind === 'loopback';
  const { bits, words } = flagWords(l);
  let s = `${l.name}: flags=${bits}<${words.join(',')}>  mtu ${l.mtu}\n`;
  const v4 = addrs.find((a) => a.prefix.addr.v === 4);
  if (v4)
    s += `        inet ${formatIp(v4.prefix.addr)}  netmask ${formatIp4(mask4(v4.prefix.bits))}${loop ? '' : `  broadcast ${v4.broadcast ? formatIp(v4.broadcast) : '0.0.0.0'}`}\n`;
  for (const a of addrs.filter((x) => x.prefix.addr.v === 6)) {
    const scope = { global: '0x0<global>', link: '0x20<link>', host: '0x10<host>' }[a.scope];
    s += `        inet6 ${formatIp(a.prefix.addr)}  prefixlen ${a.prefix.bits}  scopeid ${scope}\n`;
  }
  s += loop
    ? `        loop  txqueuelen ${l.txqlen}  (Local Loopback)\n`
    : `        ether ${formatMac(l.mac)}  txqueuelen ${l.txqlen}  (Ethernet)\n`;
  const t = l.stats;
  s += `        RX packets ${t.rxPackets}  bytes ${bytesText(t.rxBytes)}\n        RX errors 0  dropped ${t.rxDropped}  overruns 0  frame 0\n`;
  s += `        TX packets ${t.txPackets}  bytes ${bytesText(t.txBytes)}\n        TX errors 0  dropped ${t.txDropped} overruns 0  carrier 0  collisions 0\n\n`;
  return s;
}

function busyboxIfconfig(ctx: Context, l: Link): string {
  const addrs = ctx.sys.net.addrs().filter((a) => a.ifindex === l.ifindex);
  const loop = l.kind === 'loopback';
  const pad = ' '.repeat(10);
  let s = `${l.name.padEnd(9)} Link encap:${loop ? 'Local Loopback  ' : `Ethernet  HWaddr ${formatMac(l.mac).toUpperCase()}  `}\n`;
  const v4 = addrs.find((a) => a.prefix.addr.v === 4);
  if (v4)
    s += `${pad}inet addr:${formatIp(v4.prefix.addr)}  ${loop ? '' : `Bcast:${v4.broadcast ? formatIp(v4.broadcast) : '0.0.0.0'}  `}Mask:${formatIp4(mask4(v4.prefix.bits))}\n`;
  for (const a of addrs.filter((x) => x.prefix.addr.v === 6))
    s += `${pad}inet6 addr: ${formatIp(a.prefix.addr)}/${a.prefix.bits} Scope:${{ global: 'Global', link: 'Link', host: 'Host' }[a.scope]}\n`;
  const order = ['UP', 'BROADCAST', 'LOOPBACK', 'RUNNING', 'NOARP', 'PROMISC', 'MULTICAST'];
  const words = flagWords(l).words.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const t = l.stats;
  s += `${pad}${words.join(' ')}  MTU:${l.mtu}  Metric:1\n`;
  s += `${pad}RX packets:${t.rxPackets} errors:0 dropped:${t.rxDropped} overruns:0 frame:0\n${pad}TX packets:${t.txPackets} errors:0 dropped:${t.txDropped} overruns:0 carrier:0\n`;
  return `${s}${pad}collisions:0 txqueuelen:${l.txqlen} \n${pad}RX bytes:${bytesText(t.rxBytes)}  TX bytes:${bytesText(t.txBytes)}\n\n`;
}

async function ifconfig(ctx: Context): Promise<number> {
  const { net } = ctx.sys;
  const [name, verb] = ctx.operands;
  if (name !== undefined && !net.link(name)) {
    await ctx.err(
      ctx.flavour === 'busybox'
        ? `ifconfig: ${name}: error fetching interface information: Device not found\n`
        : `${name}: error fetching interface information: Device not found\n`,
    );
    return 1;
  }
  const link = name === undefined ? undefined : net.link(name);
  if (link && verb !== undefined) return changeInterface(ctx, link, ctx.operands.slice(1));
  if (ctx.options.has('short')) {
    await ctx.out(interfaceTable(ctx, ctx.options.has('all')));
    return 0;
  }
  const all = net.links().filter((l) => (name === undefined ? ctx.options.has('all') || l.up : l.name === name));
  all.sort((a, b) => (a.name < b.name ? -1 : 1));
  await ctx.out(all.map((l) => (ctx.flavour === 'busybox' ? busyboxIfconfig(ctx, l) : ifconfigText(ctx, l))).join(''));
  return 0;
}

/** The `ifconfig` command. */
export const ifconfigSpec = defineProgram({
  name: 'ifconfig',
  path: '/usr/sbin/ifconfig',
  summary: 'Show network interfaces',
  synopsis: [
    '[-a] [-s] [INTERFACE]',
    'INTERFACE [ADDRESS[/LEN]] [netmask M] [broadcast B] [mtu N] [hw ether MAC] [up|down]',
  ],
  options: [flag('all', 'a', 'also those that are down'), flag('short', 's', 'as netstat -i')],
  run: ifconfig,
});

// --- brctl

async function brctl(ctx: Context): Promise<number> {
  const { net } = ctx.sys;
  const [verb, br, port] = ctx.operands;
  const bridges = net
    .links()
    .filter((l) => l.kind === 'bridge')
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const ports = (b: Link): Link[] =>
    net
      .links()
      .filter((l) => l.master === b.ifindex)
      .sort((x, y) => (x.name < y.name ? -1 : 1));
  if (verb === 'show') {
    let out = 'bridge name\tbridge id\t\tSTP enabled\tinterfaces\n';
    for (const b of bridges) {
      if (br !== undefined && b.name !== br) continue;
      const list = ports(b);
      out += `${b.name}\t\t8000.${formatMac(b.bridge?.id ?? b.mac).replaceAll(':', '')}\tno\t\t${list[0]?.name ?? ''}\n`;
      for (const p of list.slice(1)) out += `\t\t\t\t\t\t\t${p.name}\n`;
    }
    await ctx.out(out);
    return 0;
  }
  const bridge = net.link(br ?? '');
  if (verb === 'showmacs' && bridge) {
    const numbered = net.links().filter((l) => l.master === bridge.ifindex);
    const rows = net
      .fdb(bridge.name)
      .filter((e) => e.ifindex !== bridge.ifindex)
      .sort((a, b) => a.mac - b.mac)
      .map(
        (e) =>
          `${String(numbered.findIndex((l) => l.ifindex === e.ifindex) + 1).padStart(3)}\t${formatMac(e.mac)}\t${e.local ? 'yes' : 'no'}\t\t${(e.local ? 0 : e.age).toFixed(2).padStart(7)}\n`,
      );
    await ctx.out(`port no\tmac addr\t\tis local?\tageing timer\n${rows.join('')}`);
    return 0;
  }
  if (verb === 'addbr' && br !== undefined) return check(ctx, net.addBridge(br), `add bridge failed`);
  if (verb === 'delbr' && br !== undefined)
    return check(ctx, net.delLink(br), `bridge ${br} doesn't exist; can't delete it`);
  if ((verb === 'addif' || verb === 'delif') && br !== undefined && port !== undefined)
    return check(ctx, net.setLink(port, { master: verb === 'addif' ? br : null }), `can't ${verb} ${port}`);
  const more = changeBridge(ctx, verb ?? '', br, port);
  if (more) return more;
  await ctx.err(
    'Usage: brctl [commands]\ncommands:\n\taddbr     \t<bridge>\t\tadd bridge\n\tdelbr     \t<bridge>\t\tdelete bridge\n\taddif     \t<bridge> <device>\tadd interface to bridge\n\tdelif     \t<bridge> <device>\tdelete interface from bridge\n\thairpin   \t<bridge> <port> {on|off}\tturn hairpin on/off\n\tsetageing \t<bridge> <time>\t\tset ageing time\n\tshow      \t[ <bridge> ]\t\tshow a list of bridges\n\tshowmacs  \t<bridge>\t\tshow a list of mac addrs\n',
  );
  return 1;
}

/** `setageing`, `hairpin`. @returns undefined: neither */
function changeBridge(
  ctx: Context,
  verb: string,
  br: string | undefined,
  arg: string | undefined,
): Promise<number> | undefined {
  const { net } = ctx.sys;
  if (br === undefined || arg === undefined) return undefined;
  if (verb === 'setageing') {
    const seconds = Number(arg);
    if (Number.isNaN(seconds) || seconds < 0) return ctx.fail('bad ageing time value', 1);
    return check(ctx, net.setLink(br, { bridge: { ageingTime: Math.round(seconds * 100) } }), 'set ageing time failed');
  }
  const flag = ctx.operands[3];
  if (verb !== 'hairpin' || (flag !== 'on' && flag !== 'off')) return undefined;
  return check(
    ctx,
    net.setLink(arg, { port: { hairpin: flag === 'on' } }),
    `can't set ${arg} to hairpin on bridge ${br}`,
  );
}

async function check(ctx: Context, e: unknown, message: string): Promise<number> {
  if (!isErr(e)) return 0;
  await ctx.err(`${message}: ${e.text}\n`);
  return 1;
}

/** The `brctl` command. */
export const brctlSpec = defineProgram({
  name: 'brctl',
  path: '/usr/sbin/brctl',
  summary: 'Ethernet bridge administration',
  synopsis: ['show [BRIDGE]', 'showmacs BRIDGE', '{addbr|delbr} BRIDGE', '{addif|delif} BRIDGE DEVICE'],
  options: [],
  run: brctl,
});
