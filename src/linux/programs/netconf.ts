/**
 * Changes by net-tools: `route add|del`, `ifconfig INTERFACE …`, `arp -s|-d`; and the tables of `netstat -i` and
 * `ifconfig -s`.
 * @see net-tools lib/inet_sr.c, ifconfig.c, arp.c, statistics.c
 */
import { type IpAddr, ip4, type Prefix, parseIp, parseMac } from '../../base/ip.ts';
import { type Errno, isErr } from '../kernel/errno.ts';
import type { Link } from '../kernel/netadmin.ts';
import { getaddrinfo } from './resolve.ts';
import type { Context } from './spec.ts';

/** Bits of a netmask; undefined when it has holes. */
function maskBits(text: string): number | undefined {
  const ip = parseIp(text);
  if (ip?.v !== 4) return undefined;
  const inverted = ~ip.value >>> 0;
  return (inverted & (inverted + 1)) === 0 ? 32 - Math.log2(inverted + 1) : undefined;
}

/** The bits that an address of a class has. */
function classBits(ip: number): number {
  const first = ip >>> 24;
  return first < 128 ? 8 : first < 192 ? 16 : first < 224 ? 24 : 32;
}

const masked = (value: number, bits: number): IpAddr => ip4(bits === 0 ? 0 : (value & (-1 << (32 - bits))) >>> 0);

async function address(ctx: Context, text: string): Promise<IpAddr | undefined> {
  const found = await getaddrinfo(ctx.sys, text, 4);
  return typeof found === 'string' ? undefined : found.addrs[0];
}

/** `route add|del [-net|-host] TARGET [netmask M] [gw G] [metric N] [dev IF]`. @returns the exit code */
export async function changeRoute(ctx: Context): Promise<number> {
  const words = ctx.args.filter((a) => a !== '-n' && a !== '-v');
  const [verb, ...rest] = words;
  const usage = async (): Promise<number> => {
    await ctx.err(
      'Usage: inet_route [-vF] del {-host|-net} Target[/prefix] [gw Gw] [metric M] [[dev] If]\n       inet_route [-vF] add {-host|-net} Target[/prefix] [gw Gw] [metric M]\n                              [netmask N] [mss Mss] [window W] [irtt I]\n                              [mod] [dyn] [reinstate] [[dev] If]\n',
    );
    return 4;
  };
  if (verb !== 'add' && verb !== 'del') return usage();
  const kind = rest[0] === '-net' || rest[0] === '-host' ? rest.shift() : undefined;
  const target = rest.shift();
  if (target === undefined) return usage();
  let bits: number | undefined;
  let via: IpAddr | undefined;
  let dev: string | undefined;
  let metric = 0;
  let reject = false;
  for (let w = rest.shift(); w !== undefined; w = rest.shift()) {
    if (w === 'netmask') bits = maskBits(rest.shift() ?? '');
    else if (w === 'gw') via = await address(ctx, rest.shift() ?? '');
    else if (w === 'metric') metric = Number(rest.shift());
    else if (w === 'reject') reject = true;
    else if (w === 'mss' || w === 'window' || w === 'irtt') rest.shift();
    else if (w === 'dev') dev = rest.shift();
    else dev = w;
  }
  let dst: Prefix | undefined;
  if (target !== 'default') {
    const [name = '', length] = target.split('/');
    const ip = await address(ctx, name);
    if (ip?.v !== 4) {
      await ctx.err(`${name}: Unknown host\n`);
      return 1;
    }
    const n =
      kind === '-host'
        ? 32
        : (bits ?? (length === undefined ? (kind === '-net' ? classBits(ip.value) : 32) : Number(length)));
    if (kind === '-net' && masked(ip.value, n).value !== ip.value) {
      await ctx.err("route: netmask doesn't match route address\n");
      return 4;
    }
    dst = { addr: ip, bits: n };
  }
  const link = dev === undefined ? undefined : ctx.sys.net.link(dev);
  if (dev !== undefined && !link) {
    await ctx.err(`SIOC${verb === 'add' ? 'ADD' : 'DEL'}RT: No such device\n`);
    return 7;
  }
  const route = {
    family: 4 as const,
    ...(dst ? { dst } : {}),
    ...(via ? { via } : {}),
    ...(link ? { ifindex: link.ifindex } : {}),
    ...(metric > 0 ? { metric } : {}),
    ...(reject ? { type: 'unreachable' as const } : {}),
  };
  const e =
    verb === 'add'
      ? ctx.sys.net.addRoute({ ...route, proto: 'boot', ...(via ? {} : { scope: 'link' as const }) })
      : ctx.sys.net.delRoute(route);
  if (!isErr(e)) return 0;
  const bb = ctx.flavour === 'busybox';
  await ctx.err(`${bb ? 'route: ' : ''}SIOC${verb === 'add' ? 'ADD' : 'DEL'}RT: ${e.text}\n`);
  return bb ? 1 : 7;
}

/** `ifconfig IF [ADDRESS[/LEN]] [netmask M] [broadcast B] [mtu N] [hw ether MAC] [up|down] [[-]promisc] [add|del A6/N]` */
export async function changeInterface(ctx: Context, link: Link, words: readonly string[]): Promise<number> {
  const { net } = ctx.sys;
  const list = [...words];
  let bits: number | undefined;
  let ip: IpAddr | undefined;
  let broadcast: IpAddr | undefined;
  const failed = async (call: string, e: Errno): Promise<number> => {
    const bb = ctx.flavour === 'busybox';
    await ctx.err(`${bb ? 'ifconfig: ' : ''}${call}: ${e.text}\n`);
    return bb ? 1 : 255;
  };
  for (let w = list.shift(); w !== undefined; w = list.shift()) {
    let e: Errno | number | undefined;
    if (w === 'up' || w === 'down') e = net.setLink(link.name, { up: w === 'up' });
    else if (w === 'mtu') e = net.setLink(link.name, { mtu: Number(list.shift()) });
    else if (w === 'promisc' || w === '-promisc') e = net.setLink(link.name, { promisc: w === 'promisc' });
    else if (w === 'txqueuelen') e = net.setLink(link.name, { txqlen: Number(list.shift()) });
    else if (w === 'hw') {
      list.shift();
      const mac = parseMac(list.shift() ?? '');
      if (mac === undefined) {
        await ctx.err('invalid hw-addr\n');
        return 1;
      }
      e = net.setLink(link.name, { mac });
    } else if (w === 'netmask') bits = maskBits(list.shift() ?? '');
    else if (w === 'broadcast') broadcast = parseIp(list.shift() ?? '');
    else if (w === 'add' || w === 'del') {
      const [text = '', length = '64'] = (list.shift() ?? '').split('/');
      const six = parseIp(text);
      if (!six) {
        await ctx.err(`${text}: Unknown host\n`);
        return 1;
      }
      const prefix = { addr: six, bits: Number(length) };
      e = w === 'add' ? net.addAddr(link.name, prefix) : net.delAddr(link.name, prefix);
    } else if (!['inet', 'arp', '-arp', 'multicast', 'allmulti', '-allmulti'].includes(w)) {
      const [text = '', length] = w.split('/');
      ip = await address(ctx, text);
      if (!ip) {
        await ctx.err(`${text}: Unknown host\nifconfig: \`--help' gives usage information.\n`);
        return 1;
      }
      if (length !== undefined) bits = Number(length);
    }
    if (isErr(e)) return failed('SIOCSIFFLAGS', e);
  }
  const old = net.addrs().find((a) => a.ifindex === link.ifindex && a.prefix.addr.v === 4);
  const addr = ip ?? (bits !== undefined || broadcast ? old?.prefix.addr : undefined);
  if (addr?.v !== 4) return 0;
  if (old) net.delAddr(link.name, old.prefix);
  if (addr.value === 0) return 0;
  const length = bits ?? (ip ? classBits(addr.value) : (old?.prefix.bits ?? 24));
  const hosts = length === 0 ? 0xffffffff : 2 ** (32 - length) - 1;
  const usual = link.kind === 'loopback' || length > 30 ? undefined : ip4((addr.value | hosts) >>> 0);
  const all = broadcast ?? usual;
  const made = net.addAddr(link.name, { addr, bits: length }, all ? { broadcast: all } : {});
  if (isErr(made)) return failed('SIOCSIFADDR', made);
  net.setLink(link.name, { up: true });
  return 0;
}

/** `arp -d HOST`, `arp -s HOST MAC`. */
export async function changeArp(ctx: Context): Promise<number> {
  const { net } = ctx.sys;
  const remove = ctx.options.has('delete');
  const [host = '', hw = ''] = ctx.operands;
  const ip = await address(ctx, host);
  if (!ip) {
    await ctx.err(`${host}: Unknown host\n`);
    return 255;
  }
  const known = net.neighs().find((n) => n.ip.v === 4 && n.ip.value === ip.value);
  const device = ctx.options.value('device');
  const route = net.lookupRoute(ip);
  const ifindex = known?.ifindex ?? (isErr(route) ? undefined : route.ifindex);
  const dev = device ?? (ifindex === undefined ? undefined : net.link(ifindex)?.name);
  if (remove) {
    const e = known && dev !== undefined ? net.delNeigh(dev, ip) : undefined;
    if (e === 0) return 0;
    await ctx.err(`No ARP entry for ${host}\n`);
    return 255;
  }
  const mac = parseMac(hw);
  if (mac === undefined) {
    await ctx.err('arp: need hardware address\n');
    return 255;
  }
  if (dev === undefined) {
    await ctx.err('SIOCSARP: Network is unreachable\n');
    return 255;
  }
  const e = net.setNeigh(dev, ip, mac, true);
  if (!isErr(e)) return 0;
  await ctx.err(`SIOCSARP: ${e.text}\n`);
  return 255;
}

/** The table of `netstat -i` and `ifconfig -s`. */
export function interfaceTable(ctx: Context, all: boolean): string {
  const links = ctx.sys.net
    .links()
    .filter((l) => all || l.up)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const flags = (l: Link): string =>
    `${l.kind === 'loopback' ? 'L' : 'BM'}${l.promisc && l.master === undefined ? 'P' : ''}${l.up && l.carrier ? 'R' : ''}${l.up ? 'U' : ''}`;
  const row = (l: Link): string => {
    const s = l.stats;
    const n = (x: number, w: number): string => String(x).padStart(w);
    return `${l.name.padEnd(8)} ${n(l.mtu, 5)} ${n(s.rxPackets, 8)} ${n(s.rxErrors, 6)} ${n(s.rxDropped, 6)} ${'0'.padEnd(6)}${n(s.txPackets, 9)} ${n(s.txErrors, 6)} ${n(s.txDropped, 6)} ${n(0, 6)} ${flags(l)}\n`;
  };
  return `Iface      MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n${links.map(row).join('')}`;
}
