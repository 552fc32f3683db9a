/**
 * `ifconfig`: shows interfaces and changes them.
 * @see net-tools ifconfig.c, lib/interface.c; busybox networking/ifconfig.c, interface.c
 */
import { formatIp, formatIp4, formatMac, mask4 } from '../../../base/ip.ts';
import type { Link } from '../../kernel/netadmin.ts';
import { type Context, defineProgram, flag } from '../spec.ts';
import { changeInterface } from './ifchange.ts';
import { interfaceTable } from './interfaces.ts';

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
export const spec = defineProgram({
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
