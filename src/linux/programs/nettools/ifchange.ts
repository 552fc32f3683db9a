/** `ifconfig INTERFACE …`: changes. @see net-tools ifconfig.c */
import { type IpAddr, ip4, parseIp, parseMac } from '../../../base/ip.ts';
import { type Errno, isErr } from '../../kernel/errno.ts';
import type { Link } from '../../kernel/netadmin.ts';
import type { Context } from '../spec.ts';
import { address, classBits, maskBits } from './address.ts';

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
  return setAddress(ctx, link, ip, bits, broadcast, failed);
}

/** The address of IPv4 takes the place of the one before; its parts that are not given stay. */
async function setAddress(
  ctx: Context,
  link: Link,
  ip: IpAddr | undefined,
  bits: number | undefined,
  broadcast: IpAddr | undefined,
  failed: (call: string, e: Errno) => Promise<number>,
): Promise<number> {
  const { net } = ctx.sys;
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
