/** Multicast groups: what interfaces listen to, and which interface a socket means. */
import { type IpAddr, sameIp } from '../../../base/ip.ts';
import { ENODEV, type Errno } from '../errno.ts';
import type { Membership } from '../netadmin.ts';
import type { GroupInterface } from '../sys.ts';
import { fromAddr16, toAddr16 } from './addr16.ts';
import type { Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

/** 224.0.0.1, in which every interface is while it is up, and 224.0.0.106, in which a bridge is that snoops. */
const ALL_HOSTS: IpAddr = { v: 4, value: 0xe0000001 };
const ALL_SNOOPERS: IpAddr = { v: 4, value: 0xe000006a };

export function listGroups(world: NetWorld, ns: Netns): Membership[] {
  return ns.devices.flatMap((d) => {
    const all = world.core.groups(d.dev).map((g) => ({ ifindex: d.ifindex, ip: fromAddr16(g.ip), users: g.users }));
    const own = d.kind === 'bridge' ? [ALL_HOSTS, ALL_SNOOPERS] : [ALL_HOSTS];
    const hosts = d.up ? own.map((ip) => ({ ifindex: d.ifindex, ip, users: 1 })) : [];
    return [...all.filter((g) => g.ip.v === 4), ...hosts, ...all.filter((g) => g.ip.v === 6)];
  });
}

/**
 * The device (core index) that a socket's call about a group names, else that of the group's route.
 * @param wild whether none need be named: the answer is then 0
 * @see Linux net/ipv4/igmp.c: ip_mc_find_dev; net/ipv6/mcast.c: __ipv6_sock_mc_join
 */
export function groupDevice(
  world: NetWorld,
  ns: Netns,
  group: IpAddr,
  on: GroupInterface,
  wild: boolean,
): number | Errno {
  if (on.ifindex) return ns.find(on.ifindex)?.dev ?? ENODEV;
  const { address } = on;
  if (address && address.value !== 0) {
    const own = ns.addrs.all.find((a) => sameIp(a.prefix.addr, address));
    return (own && ns.find(own.ifindex)?.dev) ?? ENODEV;
  }
  if (wild) return 0;
  const found = world.core.routeLookup(ns.core, { dst: toAddr16(group) });
  return typeof found === 'number' ? ENODEV : found.dev;
}
