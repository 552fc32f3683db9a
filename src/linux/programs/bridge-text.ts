/** One line of `bridge`: a port, an entry of a forwarding table. @see iproute2 bridge/link.c, bridge/fdb.c */
import { formatIp, formatMac } from '../../base/ip.ts';
import type { FdbEntry, Link, NetAdmin } from '../kernel/netadmin.ts';
import { portState } from './bridgeport.ts';
import { linkFlags } from './ip/linkfmt.ts';

/** The name of a port's peer: its number is looked up in this namespace, whatever namespace it is in. */
export function peerName(net: NetAdmin, l: Link): string | undefined {
  return l.peerIfindex === undefined ? undefined : (net.link(l.peerIfindex)?.name ?? `if${l.peerIfindex}`);
}

/** A port. */
export function portText(net: NetAdmin, l: Link): string {
  const peer = peerName(net, l);
  const master = net.link(l.master ?? 0)?.name ?? `if${l.master}`;
  return `${l.ifindex}: ${l.name}${peer === undefined ? '' : `@${peer}`}: <${linkFlags(l, false).join(',')}> mtu ${l.mtu} master ${master} state ${portState(l)} priority 32 cost 2 \n`;
}

export const fdbState = (e: FdbEntry): string => (e.permanent ? 'permanent' : e.static ? 'static' : '');

/** An entry. @param name its device, when it is to be named */
export function fdbText(net: NetAdmin, e: FdbEntry, name: string | undefined, stats: boolean): string {
  let s = `${formatMac(e.mac)} `;
  if (name !== undefined) s += `dev ${name} `;
  if (e.dst) s += `dst ${formatIp(e.dst)} `;
  if (e.port !== undefined) s += `port ${e.port} `;
  if (e.vni !== undefined) s += `vni ${e.vni} `;
  if (e.via !== undefined) s += e.linkNetnsId === undefined ? `via ${net.link(e.via)?.name} ` : `via ifindex ${e.via} `;
  if (e.linkNetnsId !== undefined) s += `link-netnsid ${e.linkNetnsId} `;
  const seconds = Math.floor(e.age);
  if (stats && (e.master !== undefined || e.dst)) s += `used ${seconds}/${seconds} `;
  if (e.self) s += 'self ';
  if (e.master !== undefined) s += `master ${net.link(e.master)?.name} `;
  return `${s}${fdbState(e)}\n`;
}
