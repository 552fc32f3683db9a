/**
 * Addresses of a namespace: what is local, what is a broadcast. Loopback's prefix is local as a whole.
 * @see Linux net/ipv4/devinet.c, fib_frontend.c: inet_addr_type
 */
import {
  CONF_ROUTE_LOCALNET, DEV_LOOPBACK, EADDRNOTAVAIL, EEXIST, ENOBUFS, RT_SCOPE_HOST, RT_SCOPE_LINK, RT_SCOPE_UNIVERSE,
  RTN_BROADCAST, RTN_LOCAL, RTN_MULTICAST, RTN_UNICAST,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { ADDR_BASE, ADDR_REC, SLAB_ADDR } from '../mem';
import { slabAlloc, slabFree } from '../sim/slab';
import { isMapped, mask4, rdMapped, same16 } from '../wire/bytes';
import { confDevSettled, confOf } from './conf';

@unmanaged
export class Addr {
  next: u32;
  ns: u32;
  dev: u32;
  /** Prefix length, of the address's own family. */
  bits: u32;
  /** IPv4 number, 0 for IPv6. */
  ip: u32;
  /** 0 or 1. */
  v6: u32;
  a0: u64;
  a1: u64;
  /** RT_SCOPE_*: how far from here the address is of use. */
  scope: u32;
  /** Another address of the device's subnet was there first. */
  secondary: u32;

  @inline static at(i: u32): Addr {
    return changetype<Addr>(ADDR_BASE + (i as usize) * ADDR_REC);
  }
}

/** Address of the 16 bytes of a record. */
function bytesOf(i: u32): usize {
  return changetype<usize>(Addr.at(i)) + offsetof<Addr>('a0');
}

/**
 * Gives a device an address. A second one of a subnet is secondary; primaries of wider scope stand behind narrower ones.
 * @param ip16 address of 16 bytes @param scope RT_SCOPE_*; loopback's own addresses are host's whatever it says
 * @returns 0, -EEXIST or -ENOBUFS
 * @see Linux devinet.c: __inet_insert_ifa
 */
export function addrAdd(dev: u32, ip16: usize, bits: u32, scope: u32): i32 {
  const ns = Dev.at(dev).ns;
  const v4 = isMapped(ip16);
  const ip = v4 ? rdMapped(ip16) : 0;
  const wide = ip >> 24 == 127 ? (RT_SCOPE_HOST as u32) : scope;
  let last: u32 = 0;
  let place: u32 = 0;
  let second: u32 = 0;
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    last = k;
    if (a.dev != dev) continue;
    if (same16(bytesOf(k), ip16)) return -EEXIST;
    if (!v4 || a.v6 || a.secondary) continue;
    if (a.bits == bits && ((a.ip ^ ip) & mask4(bits)) == 0) second = 1;
    if (wide <= a.scope) place = k;
  }
  const i = slabAlloc(SLAB_ADDR);
  if (i == 0) return -ENOBUFS;
  const a = Addr.at(i);
  a.ns = ns;
  a.dev = dev;
  a.bits = bits;
  a.scope = wide;
  a.secondary = second;
  memory.copy(bytesOf(i), ip16, 16);
  if (v4) a.ip = ip;
  else a.v6 = 1;
  insert(ns, i, v4 && !second ? before(dev, place, last) : last);
  confDevSettled(dev);
  return 0;
}

/** The record that a primary address of a device goes behind. @param place the last primary it may follow, 0 none */
function before(dev: u32, place: u32, last: u32): u32 {
  if (place != 0) return place;
  let prev: u32 = 0;
  for (let k = Ns.at(Dev.at(dev).ns).addrs; k != 0; k = Addr.at(k).next) {
    if (Addr.at(k).dev == dev && !Addr.at(k).v6) return prev;
    prev = k;
  }
  return last;
}

function insert(ns: u32, i: u32, behind: u32): void {
  const n = Ns.at(ns);
  Addr.at(i).next = behind == 0 ? n.addrs : Addr.at(behind).next;
  if (behind == 0) n.addrs = i;
  else Addr.at(behind).next = i;
}

/** A secondary address takes the place of a primary one that went. @param ip16 16 bytes @see promote_secondaries */
export function addrPromote(dev: u32, ip16: usize): i32 {
  for (let k = Ns.at(Dev.at(dev).ns).addrs; k != 0; k = Addr.at(k).next) {
    if (Addr.at(k).dev == dev && same16(bytesOf(k), ip16)) {
      Addr.at(k).secondary = 0;
      return 0;
    }
  }
  return -EADDRNOTAVAIL;
}

function unlink(ns: u32, i: u32): void {
  const n = Ns.at(ns);
  if (n.addrs == i) n.addrs = Addr.at(i).next;
  else {
    let k = n.addrs;
    while (k != 0 && Addr.at(k).next != i) k = Addr.at(k).next;
    if (k != 0) Addr.at(k).next = Addr.at(i).next;
  }
  slabFree(SLAB_ADDR, i);
}

/** Takes an address away. @returns 0 or -EADDRNOTAVAIL */
export function addrDel(dev: u32, ip16: usize): i32 {
  const ns = Dev.at(dev).ns;
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    if (Addr.at(k).dev == dev && same16(bytesOf(k), ip16)) {
      unlink(ns, k);
      return 0;
    }
  }
  return -EADDRNOTAVAIL;
}

/** A device goes or moves: its addresses go. */
export function addrDevGone(dev: u32): void {
  const ns = Dev.at(dev).ns;
  let k = Ns.at(ns).addrs;
  while (k != 0) {
    const next = Addr.at(k).next;
    if (Addr.at(k).dev == dev) unlink(ns, k);
    k = next;
  }
}

/** All addresses of a namespace go. */
export function addrNsDestroy(ns: u32): void {
  while (Ns.at(ns).addrs != 0) unlink(ns, Ns.at(ns).addrs);
}

/** Whether an IPv4 address is the machine's own. */
export function addrIsLocal(ns: u32, ip: u32): bool {
  return addrLocal(ns, ip, 0) != 0;
}

/**
 * The source that a local address is spoken to with: of a secondary address its primary one, of what is only in
 * loopback's prefix loopback's first, else itself. @see Linux fib_frontend.c: fib_add_ifaddr
 */
export function addrOwn(k: u32): u32 {
  return primary(k);
}

/** The primary address of a device's subnet. @param i an address of it */
function primary(i: u32): u32 {
  const own = Addr.at(i);
  if (!own.secondary) return own.ip;
  for (let k = Ns.at(own.ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    const same = !a.v6 && !a.secondary && a.dev == own.dev && a.bits == own.bits;
    if (same && ((a.ip ^ own.ip) & mask4(a.bits)) == 0) return a.ip;
  }
  return own.ip;
}

/** The address record by which `ip` is the machine's own; 0: it is not. @param oif device it must be of, 0 any */
export function addrLocal(ns: u32, ip: u32, oif: u32): u32 {
  let net: u32 = 0;
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.v6 || (oif != 0 && a.dev != oif)) continue;
    if (a.ip == ip) return k;
    if (net == 0 && ((a.ip ^ ip) & mask4(a.bits)) == 0 && a.bits < 32 && Dev.at(a.dev).kind == DEV_LOOPBACK) net = k;
  }
  return net;
}

/** The address record of an up device whose network `ip` is the broadcast address of; 0: none. @param oif as addrLocal */
export function addrBroadcast(ns: u32, ip: u32, oif: u32): u32 {
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.v6 || a.bits >= 31 || ip != (a.ip | ~mask4(a.bits)) || (oif != 0 && a.dev != oif)) continue;
    if (Dev.at(a.dev).up) return k;
  }
  return 0;
}

/** Whether an address is exactly one of the machine's, not only of loopback's network. @see inet_lookup_ifaddr_rcu */
export function addrIsOwn(ns: u32, ip: u32): bool {
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.ip == ip && !a.v6) return true;
  }
  return false;
}

/** Whether a device has an address. */
export function addrAny(dev: u32): bool {
  for (let k = Ns.at(Dev.at(dev).ns).addrs; k != 0; k = Addr.at(k).next) {
    if (Addr.at(k).dev == dev && !Addr.at(k).v6) return true;
  }
  return false;
}

/** Whether two addresses are on one network of a device; `b` 0: any. @see Linux devinet.c: inet_addr_onlink */
export function addrOnLink(dev: u32, ip: u32, b: u32): bool {
  for (let k = Ns.at(Dev.at(dev).ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.v6 || a.dev != dev || a.secondary || ((a.ip ^ ip) & mask4(a.bits)) != 0) continue;
    if (b == 0 || ((a.ip ^ b) & mask4(a.bits)) == 0) return true;
  }
  return false;
}

/**
 * Whether a device (0: any) has an address that serves within a scope: `local`, or any when it is 0, on a network that
 * `dst` is on too unless that is 0. @see Linux devinet.c: inet_confirm_addr
 */
export function addrConfirm(ns: u32, dev: u32, dst: u32, local: u32, scope: u32): bool {
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.v6 || (dev != 0 && a.dev != dev)) continue;
    if (!(local == 0 ? a.scope <= scope : a.ip == local && a.scope <= scope)) continue;
    if (dst == 0 || ((a.ip ^ dst) & mask4(a.bits)) == 0) return true;
  }
  return false;
}

/** Whether a 16-byte address is the machine's own. */
export function addrIsLocal6(ns: u32, ip16: usize): bool {
  if (isMapped(ip16)) return addrIsLocal(ns, rdMapped(ip16));
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    if (Addr.at(k).v6 && same16(bytesOf(k), ip16)) return true;
  }
  return false;
}

/** Whether it is the broadcast address of a connected network (all ones). */
export function addrIsBroadcast(ns: u32, ip: u32): bool {
  return ip == 0xffffffff || addrBroadcast(ns, ip, 0) != 0;
}

/** What an address is to this machine: RTN_LOCAL, _BROADCAST, _MULTICAST or _UNICAST. */
export function addrType(ns: u32, ip: u32): u32 {
  if (ip == 0 || ip == 0xffffffff) return RTN_BROADCAST;
  if (ip >> 28 == 14) return RTN_MULTICAST;
  if (addrIsLocal(ns, ip)) return RTN_LOCAL;
  return addrIsBroadcast(ns, ip) ? RTN_BROADCAST : RTN_UNICAST;
}

/**
 * The source address to use on a device: the first primary that serves within the scope and is on the network of
 * `dst`; else the first that serves; else the first of another device, loopback first. 0: none.
 * @param dst 0: any network will do @param scope RT_SCOPE_*
 * @see Linux devinet.c: inet_select_addr
 */
export function addrSelect(dev: u32, dst: u32, scope: u32): u32 {
  const ns = Dev.at(dev).ns;
  const narrow: u32 = confOf(dev, CONF_ROUTE_LOCALNET) ? RT_SCOPE_HOST : RT_SCOPE_LINK;
  let first: u32 = 0;
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.v6 || a.dev != dev || a.secondary || min(a.scope, narrow) > scope) continue;
    if (dst == 0 || ((a.ip ^ dst) & mask4(a.bits)) == 0) return a.ip;
    if (first == 0) first = a.ip;
  }
  return first != 0 ? first : elsewhere(ns, scope);
}

/** The first address of the oldest device that has one for the scope. Devices of a namespace are listed newest first. */
function elsewhere(ns: u32, scope: u32): u32 {
  let found: u32 = 0;
  for (let d = Ns.at(ns).devs; d != 0; d = Dev.at(d).nextInNs) {
    for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
      const a = Addr.at(k);
      if (a.v6 || a.dev != d || a.secondary || a.scope == RT_SCOPE_LINK || a.scope > scope) continue;
      found = a.ip;
      break;
    }
  }
  return found;
}

/** The first IPv4 address of a device, 0 when it has none (REDIRECT). */
export function addrFirst(dev: u32): u32 {
  for (let k = Ns.at(Dev.at(dev).ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (!a.v6 && a.dev == dev) return a.ip;
  }
  return 0;
}

/** The address to masquerade with on a device towards `dst`. @see Linux nf_nat_masquerade.c */
export function addrGlobal(dev: u32, dst: u32): u32 {
  return addrSelect(dev, dst, RT_SCOPE_UNIVERSE);
}

/** Whether an address is one of this very device's. */
export function addrOnDev(dev: u32, ip: u32): bool {
  for (let k = Ns.at(Dev.at(dev).ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (!a.v6 && a.dev == dev && a.ip == ip) return true;
  }
  return false;
}
