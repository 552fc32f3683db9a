/**
 * Multicast groups that devices listen to. Every device is in 224.0.0.1.
 * Limits: no IGMP: switches here flood groups; no source filters.
 * @see Linux net/ipv4/igmp.c: ip_check_mc_rcu, ip_mc_inc_group
 */
import { EADDRNOTAVAIL, EINVAL, ENOBUFS } from '../../abi';
import { Dev } from '../dev/dev';
import { MCAST_BASE, MCAST_REC, SLAB_MCAST } from '../mem';
import { slabAlloc, slabFree } from '../sim/slab';
import { Net4 } from './net4';

const ALL_HOSTS: u32 = 0xe0000001;

@unmanaged
class Group {
  next: u32;
  dev: u32;
  ip: u32;
  users: u32;

  @inline static at(i: u32): Group {
    return changetype<Group>(MCAST_BASE + (i as usize) * MCAST_REC);
  }
}

function find(dev: u32, ip: u32): u32 {
  let k = Net4.at(Dev.at(dev).ns).groups;
  while (k != 0 && (Group.at(k).dev != dev || Group.at(k).ip != ip)) k = Group.at(k).next;
  return k;
}

/** Whether packets to a group are taken on a device. */
export function groupHas(dev: u32, ip: u32): bool {
  return ip == ALL_HOSTS || find(dev, ip) != 0;
}

/** One more wants a group on a device. Equivalent: setsockopt IP_ADD_MEMBERSHIP @returns 0, -EINVAL or -ENOBUFS */
export function groupJoin(dev: u32, ip: u32): i32 {
  if (ip >> 28 != 14) return -EINVAL;
  const k = find(dev, ip);
  if (k != 0) {
    Group.at(k).users++;
    return 0;
  }
  const i = slabAlloc(SLAB_MCAST);
  if (i == 0) return -ENOBUFS;
  const n = Net4.at(Dev.at(dev).ns);
  const g = Group.at(i);
  g.dev = dev;
  g.ip = ip;
  g.users = 1;
  g.next = n.groups;
  n.groups = i;
  return 0;
}

function unlink(ns: u32, i: u32): void {
  const n = Net4.at(ns);
  if (n.groups == i) n.groups = Group.at(i).next;
  else {
    let k = n.groups;
    while (Group.at(k).next != i) k = Group.at(k).next;
    Group.at(k).next = Group.at(i).next;
  }
  slabFree(SLAB_MCAST, i);
}

/** One less wants it. Equivalent: setsockopt IP_DROP_MEMBERSHIP @returns 0 or -EADDRNOTAVAIL */
export function groupLeave(dev: u32, ip: u32): i32 {
  const k = find(dev, ip);
  if (k == 0) return -EADDRNOTAVAIL;
  if (--Group.at(k).users == 0) unlink(Dev.at(dev).ns, k);
  return 0;
}

/** A device goes or moves: its groups go. */
export function groupDevGone(dev: u32): void {
  const ns = Dev.at(dev).ns;
  let k = Net4.at(ns).groups;
  while (k != 0) {
    const next = Group.at(k).next;
    if (Group.at(k).dev == dev) unlink(ns, k);
    k = next;
  }
}
