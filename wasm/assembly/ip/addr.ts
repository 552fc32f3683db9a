/**
 * Addresses of a namespace: what is local, what is a broadcast. Loopback's prefix is local as a whole.
 * @see Linux net/ipv4/devinet.c, fib_frontend.c: inet_addr_type
 */
import { DEV_LOOPBACK, EADDRNOTAVAIL, EEXIST, ENOBUFS, RTN_BROADCAST, RTN_LOCAL, RTN_MULTICAST, RTN_UNICAST } from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { ADDR_BASE, ADDR_BUCKETS, ADDR_HASH, ADDR_REC, SLAB_ADDR } from '../mem';
import { masqueradeGone } from '../nf/masquerade';
import { slabAlloc, slabFree } from '../sim/slab';
import { isMapped, mask4, rdMapped, same16 } from '../wire/bytes';

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
  /** Links of the hash by own address and by broadcast address. */
  hash0: u32;
  hash1: u32;
  prev: u32;

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

/** Gives a device an address. @param ip16 address of 16 bytes @returns 0, -EEXIST or -ENOBUFS */
export function addrAdd(dev: u32, ip16: usize, bits: u32): i32 {
  const ns = Dev.at(dev).ns;
  const n = Ns.at(ns);
  if (find(dev, ip16) != 0) return -EEXIST;
  const i = slabAlloc(SLAB_ADDR);
  if (i == 0) return -ENOBUFS;
  const a = Addr.at(i);
  a.ns = ns;
  a.dev = dev;
  a.bits = bits;
  memory.copy(bytesOf(i), ip16, 16);
  a.prev = n.addrsTail;
  if (a.prev == 0) n.addrs = i;
  else Addr.at(a.prev).next = i;
  n.addrsTail = i;
  if (isMapped(ip16)) {
    a.ip = rdMapped(ip16);
    push(i * 2);
    if (bits < 31) push(i * 2 + 1);
    if (isWide(a)) n.wideLo++;
  } else a.v6 = 1;
  return 0;
}

/** A device's record of an address, or 0. */
function find(dev: u32, ip16: usize): u32 {
  const ns = Dev.at(dev).ns;
  if (isMapped(ip16)) {
    const ip = rdMapped(ip16);
    for (let node = load<u32>(bucket(ns, ip)); node != 0; node = load<u32>(linkOf(node))) {
      const a = Addr.at(node >> 1);
      if (!(node & 1) && a.ip == ip && a.dev == dev) return node >> 1;
    }
    return 0;
  }
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    if (Addr.at(k).dev == dev && same16(bytesOf(k), ip16)) return k;
  }
  return 0;
}

function unlink(ns: u32, i: u32): void {
  const n = Ns.at(ns);
  const a = Addr.at(i);
  if (!a.v6) {
    pull(i * 2);
    if (a.bits < 31) pull(i * 2 + 1);
    if (isWide(a)) n.wideLo--;
  }
  if (a.prev == 0) n.addrs = a.next;
  else Addr.at(a.prev).next = a.next;
  if (a.next == 0) n.addrsTail = a.prev;
  else Addr.at(a.next).prev = a.prev;
  slabFree(SLAB_ADDR, i);
}

/** Takes an address away. @returns 0 or -EADDRNOTAVAIL */
export function addrDel(dev: u32, ip16: usize): i32 {
  const i = find(dev, ip16);
  if (i == 0) return -EADDRNOTAVAIL;
  if (!Addr.at(i).v6) masqueradeGone(dev, Addr.at(i).ip);
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
    if (a.v6 || a.bits == 32 || ((a.ip ^ ip) & mask4(a.bits)) != 0) continue;
    if (Dev.at(a.dev).kind == DEV_LOOPBACK) return RTN_LOCAL;
  }
  return kind;
}

/**
 * The source that a local address is spoken to with: of a secondary address its primary one, of what is only in
 * loopback's prefix loopback's first, else itself. @see Linux fib_frontend.c: fib_add_ifaddr
 */
export function addrOwn(ns: u32, ip: u32): u32 {
  let lo: u32 = 0;
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.v6) continue;
    if (a.ip == ip) return primary(k);
    if (lo == 0 && ((a.ip ^ ip) & mask4(a.bits)) == 0 && Dev.at(a.dev).kind == DEV_LOOPBACK) lo = a.ip;
  }
  return lo != 0 ? lo : ip;
}

/** The first address of a device's subnet. @param i an address of it */
function primary(i: u32): u32 {
  const own = Addr.at(i);
  for (let k = Ns.at(own.ns).addrs; k != i; k = Addr.at(k).next) {
    const a = Addr.at(k);
    const same = !a.v6 && a.dev == own.dev && a.bits == own.bits;
    if (same && ((a.ip ^ own.ip) & mask4(a.bits)) == 0) return a.ip;
  }
  return own.ip;
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
  if (ip == 0xffffffff) return true;
  for (let node = load<u32>(bucket(ns, ip)); node != 0; node = load<u32>(linkOf(node))) {
    if (node & 1 && keyOf(node) == ip && Addr.at(node >> 1).ns == ns) return true;
  }
  return false;
}

/** What an address is to this machine: RTN_LOCAL, _BROADCAST, _MULTICAST or _UNICAST. */
export function addrType(ns: u32, ip: u32): u32 {
  if (ip == 0 || ip == 0xffffffff) return RTN_BROADCAST;
  if (ip >> 28 == 14) return RTN_MULTICAST;
  return kindOf(ns, ip);
}

/**
 * The source address to use on a device towards `dst`: the first of the subnet `dst` is in, else the device's first,
 * else the first of the oldest other device that is not loopback. 0: none.
 * @see Linux devinet.c: inet_select_addr
 */
export function addrSelect(ns: u32, dev: u32, dst: u32): u32 {
  return select(ns, dev, dst, true);
}

/** The first IPv4 address of a device, 0 when it has none (REDIRECT). */
export function addrFirst(dev: u32): u32 {
  for (let k = Ns.at(Dev.at(dev).ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (!a.v6 && a.dev == dev) return a.ip;
  }
  return 0;
}

/**
 * The address to masquerade with on a device towards `dst`: as addrSelect, but loopback's own are of no use elsewhere.
 * @see Linux devinet.c: inet_select_addr with RT_SCOPE_UNIVERSE
 */
export function addrGlobal(dev: u32, dst: u32): u32 {
  return select(Dev.at(dev).ns, dev, dst, false);
}

/** @param lo whether loopback's addresses will do on loopback */
function select(ns: u32, dev: u32, dst: u32, lo: bool): u32 {
  let first: u32 = 0;
  let other: u32 = 0;
  let otherDev: u32 = 0;
  for (let k = Ns.at(ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (a.v6 || (!lo && a.ip >> 24 == 127)) continue;
    if (a.dev == dev) {
      if (((a.ip ^ dst) & mask4(a.bits)) == 0) return primary(k);
      if (first == 0) first = a.ip;
    } else if ((otherDev == 0 || a.dev < otherDev) && Dev.at(a.dev).kind != DEV_LOOPBACK) {
      other = a.ip;
      otherDev = a.dev;
    }
  }
  return first != 0 ? first : other;
}

/** Whether an address is one of this very device's. */
export function addrOnDev(dev: u32, ip: u32): bool {
  for (let k = Ns.at(Dev.at(dev).ns).addrs; k != 0; k = Addr.at(k).next) {
    const a = Addr.at(k);
    if (!a.v6 && a.dev == dev && a.ip == ip) return true;
  }
  return false;
}
