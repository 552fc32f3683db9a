/**
 * Multicast addresses that a device's card lets in, in the order in which they came: those that IPv6 has from the start,
 * those of a bridge that snoops, that of IPv4, then what addresses, routers and programs ask for.
 * @see Linux net/core/dev_addr_lists.c; igmp6_group_added, ip_mc_up, br_multicast_join_snoopers
 */
import { groupMac, type IpAddr } from '../../base/ip.ts';
import type { Link, NetAdmin } from './netadmin.ts';

const SNOOPERS = 0xe000006a;
const ALL_HOSTS = 0xe0000001;
const [NODES, ROUTERS, SNOOPERS6] = [1n, 2n, 0x6an].map((id) => (0xff02n << 112n) | id);

/** Whether a group is one of this node (scope 0 or 1), which no card has to let in. @see RFC 4291 §2.7 */
export const staysHere = (group: IpAddr): boolean => group.v === 6 && ((group.value >> 112n) & 15n) < 2n;

/** @returns who wants each, by Ethernet address */
export function linkGroups(net: NetAdmin, { ifindex, kind }: Link): Map<number, number> {
  const users = new Map<number, number>();
  if (kind === 'loopback') return users;
  const groups = net
    .groups()
    .filter((g) => g.ifindex === ifindex && !staysHere(g.ip))
    .map((g) => g.ip)
    .reverse();
  const take = (fits: (ip: IpAddr) => boolean): void => {
    for (const ip of groups.filter(fits)) {
      groups.splice(groups.indexOf(ip), 1);
      users.set(groupMac(ip), (users.get(groupMac(ip)) ?? 0) + 1);
    }
  };
  const six = groups.filter((ip) => ip.v === 6);
  take((ip) => ip === six[0] && ip.value === NODES);
  take((ip) => ip === six[1] && ip.value === ROUTERS);
  take((ip) => ip.value === SNOOPERS);
  take((ip) => ip.value === SNOOPERS6);
  take((ip) => ip.value === ALL_HOSTS);
  take(() => true);
  return users;
}
