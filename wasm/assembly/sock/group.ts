/**
 * Sockets and multicast groups: what a socket has joined and on which device, where and how far its own multicasts go,
 * and the copies that each fitting socket has of one.
 * Limits: no source filters; IP_MULTICAST_IF chooses the device, not the source.
 * @see Linux net/ipv4/igmp.c: ip_mc_join_group, ip_mc_sf_allow; udp.c: __udp4_lib_mcast_deliver; net/ipv6/mcast.c
 */
import { EADDRINUSE, EADDRNOTAVAIL, EINVAL, ENOBUFS, EPROTO } from '../../abi';
import { groupJoin, groupLeave } from '../ip/mcast';
import { mc6Join, mc6Leave } from '../ip6/mcast';
import { MEMBER_BASE, MEMBER_REC, SLAB_MEMBER, SOCK_STATE } from '../mem';
import { slabAlloc, slabFree } from '../sim/slab';
import { OWNER_KERNEL } from '../nf/owner';
import { bindFirst, isAny, isV4, v4Of } from './demux';
import { sendDev } from './glue';
import { F_CONNECTED, F_V6ONLY, M_NO_MC_ALL, M_NO_MC_LOOP, S_KERNEL, Sock, T_TCP, T_UDP, sockAt, sockValid } from './table';
import { udpDeliver } from './udp';

/** net.ipv4.igmp_max_memberships */
const MEMBERSHIPS: u32 = 20;

@unmanaged
class Member {
  next: u32;
  dev: u32;
  g0: u64;
  g1: u64;

  @inline static at(i: u32): Member {
    return changetype<Member>(MEMBER_BASE + (i as usize) * MEMBER_REC);
  }
}

/** Whether an address is of a group. */
export function isMulticast(a0: u64, a1: u64): bool {
  return isV4(a0, a1) ? v4Of(a1) >> 28 == 14 : (a0 & 0xff) == 0xff;
}

function place(g0: u64, g1: u64): usize {
  store<u64>(SOCK_STATE + 96, g0);
  store<u64>(SOCK_STATE + 104, g1);
  return SOCK_STATE + 96;
}

function leave(m: Member): void {
  if (isV4(m.g0, m.g1)) groupLeave(m.dev, v4Of(m.g1));
  else mc6Leave(m.dev, place(m.g0, m.g1));
}

/** The membership of a socket, or 0. @param dev 0: on any device */
function find(s: Sock, dev: u32, g0: u64, g1: u64): u32 {
  for (let k = s.groups; k != 0; k = Member.at(k).next) {
    const m = Member.at(k);
    if ((dev == 0 || m.dev == dev) && m.g0 == g0 && m.g1 == g1) return k;
  }
  return 0;
}

/**
 * A socket joins a group on a device. Equivalent: IP_ADD_MEMBERSHIP, IPV6_JOIN_GROUP
 * @returns 0, -EINVAL (no group), -EPROTO (TCP over IPv4), -EADDRINUSE (it has it), -ENOBUFS
 */
export function groupAdd(s: Sock, dev: u32, g0: u64, g1: u64): i32 {
  if (!isMulticast(g0, g1)) return -EINVAL;
  if (s.type == T_TCP && isV4(g0, g1)) return -EPROTO;
  if (find(s, dev, g0, g1) != 0) return -EADDRINUSE;
  let n: u32 = 0;
  for (let k = s.groups; k != 0; k = Member.at(k).next) n++;
  if (n >= MEMBERSHIPS && isV4(g0, g1)) return -ENOBUFS;
  const i = slabAlloc(SLAB_MEMBER);
  if (i == 0) return -ENOBUFS;
  const m = Member.at(i);
  m.dev = dev;
  m.g0 = g0;
  m.g1 = g1;
  if (isV4(g0, g1)) {
    const err = groupJoin(dev, v4Of(g1));
    if (err != 0) {
      slabFree(SLAB_MEMBER, i);
      return err;
    }
  } else mc6Join(dev, place(g0, g1));
  m.next = s.groups;
  s.groups = i;
  return 0;
}

function unlink(s: Sock, i: u32): void {
  if (s.groups == i) s.groups = Member.at(i).next;
  else {
    let k = s.groups;
    while (Member.at(k).next != i) k = Member.at(k).next;
    Member.at(k).next = Member.at(i).next;
  }
  slabFree(SLAB_MEMBER, i);
}

/** Leaves it. @param dev 0: on whatever device it was joined @returns 0 or -EADDRNOTAVAIL */
export function groupDrop(s: Sock, dev: u32, g0: u64, g1: u64): i32 {
  const i = find(s, dev, g0, g1);
  if (i == 0) return -EADDRNOTAVAIL;
  leave(Member.at(i));
  unlink(s, i);
  return 0;
}

/** A socket is closed: it leaves all. */
export function groupsDrop(s: Sock): void {
  while (s.groups != 0) {
    leave(Member.at(s.groups));
    unlink(s, s.groups);
  }
}

/** The TTL of what a socket sends: of multicasts IP_MULTICAST_TTL, 256 for 0: not beyond this machine. */
export function hopsOf(s: Sock, d0: u64, d1: u64): u32 {
  if (!isMulticast(d0, d1)) return s.ttl;
  return s.mcHops == 0 ? 1 : s.mcHops == 1 ? 256 : (s.mcHops as u32) - 1;
}

/** The device that what a socket sends must leave by, 0 any. */
export function outDev(s: Sock, d0: u64, d1: u64): i32 {
  const dev = sendDev(s, d0);
  return dev == 0 && isMulticast(d0, d1) ? (s.mcDev as i32) : dev;
}

/** Whether the sender of a packet hears its own multicasts. @param sock Pkt.sock */
export function groupLoops(sock: u32): bool {
  if (sock == 0 || sock == OWNER_KERNEL || !sockValid(sock as i32)) return true;
  return !(sockAt(sock as i32).more & M_NO_MC_LOOP);
}

/** Whether a socket takes a multicast or broadcast to (l, its port) from (r, rport). */
function takes(s: Sock, dev: i32, l0: u64, l1: u64, r0: u64, r1: u64, rport: u32): bool {
  if (s.state == S_KERNEL || (s.dev != 0 && s.dev != dev)) return false;
  if (isAny(s.l0, s.l1)) {
    if (isV4(l0, l1) ? s.family == 6 && (s.flags & F_V6ONLY) != 0 : s.family == 4) return false;
  } else if (s.l0 != l0 || s.l1 != l1) return false;
  if (s.flags & F_CONNECTED && (s.r0 != r0 || s.r1 != r1 || s.rport != rport)) return false;
  if (!(s.more & M_NO_MC_ALL) || !isMulticast(l0, l1)) return true;
  return find(s, dev as u32, l0, l1) != 0;
}

/** Gives each fitting socket a copy of a multicast or broadcast. @returns how many have one */
export function groupDeliver(
  ns: i32, dev: u32, l0: u64, l1: u64, lport: u32, r0: u64, r1: u64, rport: u32, ttl: u32, data: usize, len: u32,
): i32 {
  let n = 0;
  for (let i = bindFirst(ns, T_UDP, lport); i != 0; i = sockAt(i).bindNext) {
    const s = sockAt(i);
    if (s.lport != lport || s.ns != ns || s.type != T_UDP || !takes(s, dev as i32, l0, l1, r0, r1, rport)) continue;
    udpDeliver(s, dev, l0, l1, r0, r1, rport, ttl, data, len);
    n++;
  }
  return n;
}
