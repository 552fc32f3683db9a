/**
 * Multicast groups that devices listen to. Every device is in 224.0.0.1, of which nobody is told; a change of another is
 * told by IGMP (igmp.ts). A group that was left is kept until that is told.
 * Limits: no source filters.
 * @see Linux net/ipv4/igmp.c: ip_check_mc_rcu, ip_mc_inc_group
 */
import { EADDRNOTAVAIL, EINVAL, ENOBUFS } from '../../abi';
import { Dev } from '../dev/dev';
import { MCAST_BASE, MCAST_REC, SLAB_MCAST } from '../mem';
import { flowStale } from '../flow/epoch';
import { slabAlloc, slabFree } from '../sim/slab';
import { igmpChanged, igmpStop } from './igmp';
import { Net4 } from './net4';

export const ALL_HOSTS: u32 = 0xe0000001;

@unmanaged
export class Group {
  next: u32;
  dev: u32;
  ip: u32;
  /** Who wants it; 0: it was left, and that is still to be told. */
  users: u32;
  /** How often the change is still to be told. */
  changes: u32;
  spare: u32;

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
  if (ip == ALL_HOSTS) return true;
  const k = find(dev, ip);
  return k != 0 && Group.at(k).users != 0;
}

/** One more wants a group on a device. Equivalent: setsockopt IP_ADD_MEMBERSHIP @returns 0, -EINVAL or -ENOBUFS */
export function groupJoin(dev: u32, ip: u32): i32 {
  if (ip >> 28 != 14) return -EINVAL;
  let k = find(dev, ip);
  if (k != 0 && Group.at(k).users != 0) {
    Group.at(k).users++;
    return 0;
  }
  if (k == 0) {
    k = slabAlloc(SLAB_MCAST);
    if (k == 0) return -ENOBUFS;
    const n = Net4.at(Dev.at(dev).ns);
    const g = Group.at(k);
    g.dev = dev;
    g.ip = ip;
    g.next = n.groups;
    n.groups = k;
  }
  Group.at(k).users = 1;
  flowStale();
  igmpChanged(dev, k);
  return 0;
}

/** Forgets a group. */
export function groupRemove(ns: u32, i: u32): void {
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
  if (k == 0 || Group.at(k).users == 0) return -EADDRNOTAVAIL;
  if (--Group.at(k).users != 0) return 0;
  flowStale();
  if (!igmpChanged(dev, k)) groupRemove(Dev.at(dev).ns, k);
  return 0;
}

/** A device goes or moves: its groups go. */
export function groupDevGone(dev: u32): void {
  const ns = Dev.at(dev).ns;
  igmpStop(dev);
  let k = Net4.at(ns).groups;
  while (k != 0) {
    const next = Group.at(k).next;
    if (Group.at(k).dev == dev) groupRemove(ns, k);
    k = next;
  }
}

/** Writes the groups of a device, but for 224.0.0.1: address and users, 8 bytes each. @returns how many */
export function groupDump(dev: u32, out: usize, room: u32): u32 {
  let n: u32 = 0;
  for (let k = Net4.at(Dev.at(dev).ns).groups; k != 0 && n < room; k = Group.at(k).next) {
    if (Group.at(k).dev != dev || Group.at(k).users == 0) continue;
    store<u32>(out + ((n * 8) as usize), Group.at(k).ip);
    store<u32>(out + ((n * 8) as usize), Group.at(k).users, 4);
    n++;
  }
  return n;
}
