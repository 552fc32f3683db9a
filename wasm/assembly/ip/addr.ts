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
import { addr6Add, addr6Del, addr6IsLocal } from '../ip6/addr';
import { ADDR_BASE, ADDR_BUCKETS, ADDR_HASH, ADDR_REC, SLAB_ADDR } from '../mem';
import { masqueradeGone } from '../nf/masquerade';
import { slabAlloc, slabFree } from '../sim/slab';
import { isMapped, mask4, rdMapped } from '../wire/bytes';
import { confDevSettled, confOf } from './conf';
import { dstFlush } from './dst';
import { Net4 } from './net4';

@unmanaged
export class Addr {
  next: u32;
  ns: u32;
  dev: u32;
  /** Prefix length. */
  bits: u32;
  ip: u32;
  spare: u32;
  a0: u64;
  a1: u64;
  /** Links of the hash by own address and by broadcast address. */
  hash0: u32;
  hash1: u32;
  prev: u32;
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

function bucket(ns: u32, ip: u32): usize {
  const h: u32 = (ip ^ (ns * 0x9e3779b1)) * 0x85ebca6b;
  return ADDR_HASH + ((((h >> 15) & (ADDR_BUCKETS - 1)) as usize) << 2);
}

/** A node of the hash is an address * 2, + 1 for its broadcast address. */
function linkOf(node: u32): usize {
  return changetype<usize>(Addr.at(node >> 1)) + offsetof<Addr>('hash0') + ((node & 1) as usize) * 4;
}

function keyOf(node: u32): u32 {
  const a = Addr.at(node >> 1);
  return node & 1 ? a.ip | ~mask4(a.bits) : a.ip;
}

function push(node: u32): void {
  const at = bucket(Addr.at(node >> 1).ns, keyOf(node));
  store<u32>(linkOf(node), load<u32>(at));
  store<u32>(at, node);
}

function pull(node: u32): void {
  let at = bucket(Addr.at(node >> 1).ns, keyOf(node));
  while (load<u32>(at) != node) at = linkOf(load<u32>(at));
  store<u32>(at, load<u32>(linkOf(node)));
}

/** Whether an address makes its whole prefix local, other than 127/8. */
function isWide(a: Addr): bool {
  return a.bits < 32 && a.ip >> 24 != 127 && Dev.at(a.dev).kind == DEV_LOOPBACK;
}

/** The bit of an address in Net4.own; all of them for one that makes a whole prefix local. */
function digest(i: u32): u32 {
  const a = Addr.at(i);
  return isWide(a) ? 0xffffffff : bitOf(a.ip);
}

function bitOf(ip: u32): u32 {
  return (1 as u32) << ((ip * 0x9e3779b1) >> 27);
}

/**
 * Gives a device an address. A second one of a subnet is secondary; primaries of wider scope stand behind narrower ones.
 * @param ip16 address of 16 bytes @param scope RT_SCOPE_*; loopback's own addresses are host's whatever it says
 * @returns 0, -EEXIST or -ENOBUFS
 * @see Linux devinet.c: __inet_insert_ifa
 */
export function addrAdd(dev: u32, ip16: usize, bits: u32, scope: u32): i32 {
  if (!isMapped(ip16)) return addr6Add(dev, ip16, bits, 0);
  if (find(dev, ip16) != 0) return -EEXIST;
  const i = slabAlloc(SLAB_ADDR);
  if (i == 0) return -ENOBUFS;
  const a = Addr.at(i);
  a.ns = Dev.at(dev).ns;
  a.dev = dev;
  a.bits = bits;
  memory.copy(bytesOf(i), ip16, 16);
  a.ip = rdMapped(ip16);
  a.scope = a.ip >> 24 == 127 ? (RT_SCOPE_HOST as u32) : scope;
  push(i * 2);
  if (bits < 31) push(i * 2 + 1);
  if (isWide(a)) Ns.at(a.ns).wideLo++;
  Net4.at(a.ns).own |= digest(i);
  link(i, behind(a));
  confDevSettled(dev);
  return 0;
}

/** The record that a new address goes behind, 0: it is the first. Notes whether it is secondary. */
function behind(a: Addr): u32 {
  const n = Ns.at(a.ns);
  let place: u32 = 0;
  let first: u32 = 0;
  for (let k = n.addrs; k != 0; k = Addr.at(k).next) {
    const o = Addr.at(k);
    if (o.dev != a.dev || o.secondary) continue;
    if (first == 0) first = k;
    if (o.bits == a.bits && ((o.ip ^ a.ip) & mask4(a.bits)) == 0) a.secondary = 1;
    if (a.scope <= o.scope) place = k;
  }
  if (a.secondary || first == 0) return n.addrsTail;
  return place != 0 ? place : Addr.at(first).prev;
}

function link(i: u32, prev: u32): void {
  dstFlush();
  const a = Addr.at(i);
  const n = Ns.at(a.ns);
  a.prev = prev;
  a.next = prev == 0 ? n.addrs : Addr.at(prev).next;
  if (prev == 0) n.addrs = i;
  else Addr.at(prev).next = i;
  if (a.next == 0) n.addrsTail = i;
  else Addr.at(a.next).prev = i;
}

/** A secondary address takes the place of a primary one that went. @param ip16 16 bytes @see promote_secondaries */
export function addrPromote(dev: u32, ip16: usize): i32 {
  dstFlush();
  const i = find(dev, ip16);
  if (i == 0) return -EADDRNOTAVAIL;
  Addr.at(i).secondary = 0;
  return 0;
}

/** A device's record of an address, or 0. */
function find(dev: u32, ip16: usize): u32 {
  const ns = Dev.at(dev).ns;
  if (!isMapped(ip16)) return 0;
  const ip = rdMapped(ip16);
  for (let node = load<u32>(bucket(ns, ip)); node != 0; node = load<u32>(linkOf(node))) {
    const a = Addr.at(node >> 1);
    if (!(node & 1) && a.ip == ip && a.dev == dev) return node >> 1;
  }
  return 0;
}

function unlink(ns: u32, i: u32): void {
  dstFlush();
  const n = Ns.at(ns);
  const a = Addr.at(i);
  pull(i * 2);
  if (a.bits < 31) pull(i * 2 + 1);
  if (isWide(a)) n.wideLo--;
  if (a.prev == 0) n.addrs = a.next;
  else Addr.at(a.prev).next = a.next;
  if (a.next == 0) n.addrsTail = a.prev;
  else Addr.at(a.next).prev = a.prev;
  slabFree(SLAB_ADDR, i);
  let own: u32 = 0;
  for (let k = n.addrs; k != 0; k = Addr.at(k).next) own |= digest(k);
  Net4.at(ns).own = own;
}

/** Takes an address away. @returns 0 or -EADDRNOTAVAIL */
export function addrDel(dev: u32, ip16: usize): i32 {
  if (!isMapped(ip16)) return addr6Del(dev, ip16);
  const i = find(dev, ip16);
  if (i == 0) return -EADDRNOTAVAIL;
  masqueradeGone(dev, Addr.at(i).ip);
  unlink(Dev.at(dev).ns, i);
  return 0;
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
  if (!(Net4.at(ns).own & bitOf(ip)) && ip >> 24 != 127) return false;
  return kindOf(ns, ip) == RTN_LOCAL;
}

/** What the addresses of a namespace make of an IPv4 address: RTN_LOCAL, RTN_BROADCAST or RTN_UNICAST. */
function kindOf(ns: u32, ip: u32): u32 {
  let kind: u32 = RTN_UNICAST;
  for (let node = load<u32>(bucket(ns, ip)); node != 0; node = load<u32>(linkOf(node))) {
    if (keyOf(node) != ip || Addr.at(node >> 1).ns != ns) continue;
    if (!(node & 1)) return RTN_LOCAL;
    kind = RTN_BROADCAST;
  }
  if (ip >> 24 != 127 && Ns.at(ns).wideLo == 0) return kind;
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.bits == 32 || ((a.ip ^ ip) & mask4(a.bits)) != 0) continue;
    if (Dev.at(a.dev).kind == DEV_LOOPBACK) return RTN_LOCAL;
  }
  return kind;
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
    const same = !a.secondary && a.dev == own.dev && a.bits == own.bits;
    if (same && ((a.ip ^ own.ip) & mask4(a.bits)) == 0) return a.ip;
  }
  return own.ip;
}

/** The address record by which `ip` is the machine's own; 0: it is not. @param oif device it must be of, 0 any */
export function addrLocal(ns: u32, ip: u32, oif: u32): u32 {
  let found: u32 = 0;
  for (let node = load<u32>(bucket(ns, ip)); node != 0; node = load<u32>(linkOf(node))) {
    const a = Addr.at(node >> 1);
    if (!(node & 1) && a.ip == ip && a.ns == ns && (oif == 0 || a.dev == oif)) found = node >> 1;
  }
  if (found != 0 || (ip >> 24 != 127 && Ns.at(ns).wideLo == 0)) return found;
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.bits == 32 || ((a.ip ^ ip) & mask4(a.bits)) != 0 || (oif != 0 && a.dev != oif)) continue;
    if (Dev.at(a.dev).kind == DEV_LOOPBACK) return k;
  }
  return 0;
}

/** The address record of an up device whose network `ip` is the broadcast address of; 0: none. @param oif as addrLocal */
export function addrBroadcast(ns: u32, ip: u32, oif: u32): u32 {
  let found: u32 = 0;
  for (let node = load<u32>(bucket(ns, ip)); node != 0; node = load<u32>(linkOf(node))) {
    const a = Addr.at(node >> 1);
    if (!(node & 1) || a.ns != ns || keyOf(node) != ip || (oif != 0 && a.dev != oif)) continue;
    if (Dev.at(a.dev).up) found = node >> 1;
  }
  return found;
}

/** Whether an address is exactly one of the machine's, not only of loopback's network. @see inet_lookup_ifaddr_rcu */
export function addrIsOwn(ns: u32, ip: u32): bool {
  for (let node = load<u32>(bucket(ns, ip)); node != 0; node = load<u32>(linkOf(node))) {
    if (!(node & 1) && Addr.at(node >> 1).ip == ip && Addr.at(node >> 1).ns == ns) return true;
  }
  return false;
}

/** Whether a device has an address. */
export function addrAny(dev: u32): bool {
  for (let k = Ns.at(Dev.at(dev).ns).addrs; k != 0; k = Addr.at(k).next) {
    if (Addr.at(k).dev == dev) return true;
  }
  return false;
}

/** Whether two addresses are on one network of a device; `b` 0: any. @see Linux devinet.c: inet_addr_onlink */
export function addrOnLink(dev: u32, ip: u32, b: u32): bool {
  for (let k = Ns.at(Dev.at(dev).ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.dev != dev || a.secondary || ((a.ip ^ ip) & mask4(a.bits)) != 0) continue;
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
    if ((dev != 0 && a.dev != dev)) continue;
    if (!(local == 0 ? a.scope <= scope : a.ip == local && a.scope <= scope)) continue;
    if (dst == 0 || ((a.ip ^ dst) & mask4(a.bits)) == 0) return true;
  }
  return false;
}

/** Whether a 16-byte address is the machine's own. */
export function addrIsLocal6(ns: u32, ip16: usize): bool {
  if (isMapped(ip16)) return addrIsLocal(ns, rdMapped(ip16));
  return addr6IsLocal(ns, ip16, 0);
}

/** What an address is to this machine: RTN_LOCAL, _BROADCAST, _MULTICAST or _UNICAST. */
export function addrType(ns: u32, ip: u32): u32 {
  if (ip == 0 || ip == 0xffffffff) return RTN_BROADCAST;
  if (ip >> 28 == 14) return RTN_MULTICAST;
  return kindOf(ns, ip);
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
    if (a.dev != dev || a.secondary || min(a.scope, narrow) > scope) continue;
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
      if (a.dev != d || a.secondary || a.scope == RT_SCOPE_LINK || a.scope > scope) continue;
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
    if (a.dev == dev) return a.ip;
  }
  return 0;
}

/** The address to masquerade with on a device towards `dst`. @see Linux nf_nat_masquerade.c */
export function addrGlobal(dev: u32, dst: u32): u32 {
  return addrSelect(dev, dst, RT_SCOPE_UNIVERSE);
}

/** Whether an address is one of this very device's. */
export function addrOnDev(dev: u32, ip: u32): bool {
  const ns = Dev.at(dev).ns;
  for (let node = load<u32>(bucket(ns, ip)); node != 0; node = load<u32>(linkOf(node))) {
    const a = Addr.at(node >> 1);
    if (!(node & 1) && a.ip == ip && a.dev == dev) return true;
  }
  return false;
}
