/** `arp`: the neighbours of IPv4. @see net-tools arp.c */
import { formatIp, formatMac, type IpAddr, parseMac } from '../../../base/ip.ts';
import { isErr } from '../../kernel/errno.ts';
import { getnameinfo } from '../resolve.ts';
import { type Context, defineProgram, flag } from '../spec.ts';
import { address } from './address.ts';

/** `arp -d HOST`, `arp -s HOST MAC`. */
async function changeArp(ctx: Context): Promise<number> {
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

async function arp(ctx: Context): Promise<number> {
  if (ctx.options.has('delete') || ctx.options.has('set')) return changeArp(ctx);
  const { net } = ctx.sys;
  const numeric = ctx.options.has('numeric');
  const dev = (i: number): string => net.link(i)?.name ?? `if${i}`;
  const all = net.neighs().filter((n) => n.ip.v === 4 && n.state !== 'NOARP');
  const [host] = ctx.operands;
  const only = host === undefined ? undefined : await address(ctx, host);
  if (host !== undefined && !only) {
    await ctx.err(ctx.flavour === 'busybox' ? `arp: bad address '${host}'\n` : `${host}: Unknown host\n`);
    return ctx.flavour === 'busybox' ? 1 : 255;
  }
  const device = ctx.options.value('device');
  const rows = all.filter(
    (n) => (!only || n.ip.value === only.value) && (device === undefined || dev(n.ifindex) === device),
  );
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
    await ctx.out(out + none(ctx, host, rows.length, all.length));
    return 0;
  }
  if (rows.length > 0) out = 'Address                  HWtype  HWaddress           Flags Mask            Iface\n';
  for (const n of rows) {
    const name = ((await hostName(n.ip)) ?? formatIp(n.ip)).slice(0, 23).padEnd(23);
    const hw = n.mac === undefined ? '        (incomplete)       ' : `ether   ${formatMac(n.mac)}   `;
    out += `${name}  ${hw}${(n.mac === undefined ? '' : n.state === 'PERMANENT' ? 'CM' : 'C').padEnd(6)}${' '.repeat(16)}${dev(n.ifindex)}\n`;
  }
  await ctx.out(out + none(ctx, host, rows.length, all.length));
  return 0;
}

/** What is said when a host or a device was asked for and nothing was found. @see net-tools arp.c: arp_show */
function none(ctx: Context, host: string | undefined, found: number, of: number): string {
  if (ctx.options.has('verbose') && ctx.flavour !== 'busybox')
    return `Entries: ${of}\tSkipped: ${of - found}\tFound: ${found}\n`;
  if (found > 0) return '';
  if (host !== undefined && ctx.flavour !== 'busybox') return `${host} (${host}) -- no entry\n`;
  if (host === undefined && ctx.options.value('device') === undefined) return '';
  return ctx.flavour === 'busybox' ? `No match found in ${of} entries\n` : `arp: in ${of} entries no match found.\n`;
}

/** The `arp` command. */
export const spec = defineProgram({
  name: 'arp',
  path: '/usr/sbin/arp',
  summary: 'Show the ARP cache',
  options: [
    flag('numeric', 'n', 'numbers instead of names'),
    flag('all', 'a', 'BSD style'),
    flag('linux', 'e', 'Linux style'),
    flag('verbose', 'v', 'say how many there are'),
    flag('delete', 'd', 'delete an entry'),
    flag('set', 's', 'set an entry: HOST MAC'),
    { name: 'device', short: 'i', arg: 'required', metavar: 'IF', help: 'interface' },
  ],
  run: arp,
});
