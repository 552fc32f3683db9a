/**
 * IPv6 addresses of devices, and their trial before use (duplicate address detection): tentative, then good, or failed.
 * A tentative address is nobody's yet: packets to it are not taken, and it is no source. The prefixes of a device that
 * forwards are addresses too, of any router (RFC 4291 §2.6.1): they take packets and are no source.
 * Limits: lifetimes run above; no optimistic and no temporary addresses. A bridge without a carrier has its link-local
 * address at once, as if it had had a carrier before.
 * @see Linux net/ipv6/addrconf.c: ipv6_add_addr, addrconf_dad_begin, addrconf_dad_work, addrconf_dad_completed; RFC 4862 §5.4
 */
import {
  DEV_BRIDGE,
  DEV_LOOPBACK,
  EADDRNOTAVAIL,
  EEXIST,
  ENOBUFS,
  EVENT_ADDR6,
  IFA_F_ANYCAST,
  IFA_F_DADFAILED,
  IFA_F_DEPRECATED,
  IFA_F_NODAD,
  IFA_F_TENTATIVE,
  IFA_F_WAITING,
  TIMER_DAD6,
} from '../../abi';
import { Dev } from '../dev/dev';
import { ADDR6_BASE, ADDR6_REC, SLAB_ADDR6, Sim } from '../mem';
import { drain } from '../sim/loop';
import { eventPush } from '../sim/ring';
import { rngBelow } from '../sim/rng';
import { slabAlloc, slabFree } from '../sim/slab';
import { timerAddWheel, timerDel } from '../sim/timer';
import { same16 } from '../wire/bytes';
import { in6IsAny, in6IsLinkLocal, in6Scope, in6SolicitedNode } from '../wire/ipv6';
import { Idev, Ns6 } from './idev';
import { mc6Join, mc6Leave, mldDadComplete } from './mcast';
import { ndSendDad } from './ndsend';
import { rsStart } from './rs';
import { AT_MEMBER, AT_PREFIX } from './scratch';

const SECOND: u64 = 1_000_000_000;
/** router_solicitation_delay: the first probe waits up to this, ns; it is also the time between probes. */
const DELAY_MS: u32 = 1000;
const BAD: u32 = IFA_F_TENTATIVE | IFA_F_DADFAILED;

@unmanaged
export class Addr6 {
  /** Next of the namespace; next of the device, widest scope first. */
  next: u32;
  nextOnDev: u32;
  ns: u32;
  dev: u32;
  bits: u32;
  /** IFA_F_* */
  flags: u32;
  probes: u32;
  timer: u32;
  /** Whether its solicited-node group was joined. */
  joined: u32;
  scope: u32;
  a0: u64;
  a1: u64;

  @inline static at(i: u32): Addr6 {
    return changetype<Addr6>(ADDR6_BASE + (i as usize) * ADDR6_REC);
  }
}

/** Address of the 16 bytes of a record. */
export function addr6Bytes(i: u32): usize {
  return changetype<usize>(Addr6.at(i)) + offsetof<Addr6>('a0');
}

/** The record of an address of a device, or 0. */
export function addr6Find(dev: u32, ip: usize): u32 {
  for (let k = Idev.at(dev).addrs; k != 0; k = Addr6.at(k).nextOnDev) if (same16(addr6Bytes(k), ip)) return k;
  return 0;
}

/** Whether an address may be used as a source. */
export function addr6Good(i: u32): bool {
  return (Addr6.at(i).flags & (BAD | IFA_F_ANYCAST)) == 0;
}

/** Whether an address is the machine's own and good. @param dev 0: on any device */
export function addr6IsLocal(ns: u32, ip: usize, dev: u32): bool {
  for (let k = Ns6.at(ns).addrs; k != 0; k = Addr6.at(k).next) {
    const a = Addr6.at(k);
    if ((dev == 0 || a.dev == dev) && !(a.flags & BAD) && same16(addr6Bytes(k), ip)) return true;
  }
  return false;
}

/** The device that has an own, good address; 0 when none has. */
export function addr6Dev(ns: u32, ip: usize): u32 {
  for (let k = Ns6.at(ns).addrs; k != 0; k = Addr6.at(k).next) {
    if (!(Addr6.at(k).flags & BAD) && same16(addr6Bytes(k), ip)) return Addr6.at(k).dev;
  }
  return 0;
}

/** The good link-local address of a device: where its 16 bytes are, 0 none. @see Linux ipv6_get_lladdr */
export function addr6LinkLocal(dev: u32): usize {
  for (let k = Idev.at(dev).addrs; k != 0; k = Addr6.at(k).nextOnDev) {
    if (addr6Good(k) && in6IsLinkLocal(addr6Bytes(k))) return addr6Bytes(k);
  }
  return 0;
}

/** The first good address of a device that has a scope: where its 16 bytes are, 0 none. @see Linux nf_nat_redirect_ipv6 */
export function addr6OfScope(dev: u32, scope: u32): usize {
  if (dev == 0) return 0;
  for (let k = Idev.at(dev).addrs; k != 0; k = Addr6.at(k).nextOnDev) {
    if (addr6Good(k) && Addr6.at(k).scope == scope) return addr6Bytes(k);
  }
  return 0;
}

function link(i: u32): void {
  const a = Addr6.at(i);
  const n = Ns6.at(a.ns);
  if (n.addrs == 0) n.addrs = i;
  else {
    let k = n.addrs;
    while (Addr6.at(k).next != 0) k = Addr6.at(k).next;
    Addr6.at(k).next = i;
  }
  const d = Idev.at(a.dev);
  let prev: u32 = 0;
  let k = d.addrs;
  while (k != 0 && Addr6.at(k).scope > a.scope) {
    prev = k;
    k = Addr6.at(k).nextOnDev;
  }
  a.nextOnDev = k;
  if (prev == 0) d.addrs = i;
  else Addr6.at(prev).nextOnDev = i;
}

function unlink(i: u32): void {
  const a = Addr6.at(i);
  const n = Ns6.at(a.ns);
  if (n.addrs == i) n.addrs = a.next;
  else {
    let k = n.addrs;
    while (Addr6.at(k).next != i) k = Addr6.at(k).next;
    Addr6.at(k).next = a.next;
  }
  const d = Idev.at(a.dev);
  if (d.addrs == i) d.addrs = a.nextOnDev;
  else {
    let k = d.addrs;
    while (Addr6.at(k).nextOnDev != i) k = Addr6.at(k).nextOnDev;
    Addr6.at(k).nextOnDev = a.nextOnDev;
  }
}

function join(i: u32): void {
  const a = Addr6.at(i);
  if (a.joined || !Idev.at(a.dev).on || Dev.at(a.dev).kind == DEV_LOOPBACK) return;
  a.joined = 1;
  in6SolicitedNode(AT_MEMBER, addr6Bytes(i));
  mc6Join(a.dev, AT_MEMBER);
}

/** Gives a device an address. @param ip 16 bytes @param flags IFA_F_NODAD or 0 @returns 0, -EEXIST or -ENOBUFS */
export function addr6Add(dev: u32, ip: usize, bits: u32, flags: u32): i32 {
  if (addr6Find(dev, ip) != 0) return -EEXIST;
  const i = slabAlloc(SLAB_ADDR6);
  if (i == 0) return -ENOBUFS;
  const a = Addr6.at(i);
  a.ns = Dev.at(dev).ns;
  a.dev = dev;
  a.bits = bits;
  a.flags = flags | IFA_F_TENTATIVE;
  memory.copy(addr6Bytes(i), ip, 16);
  a.scope = in6Scope(ip);
  link(i);
  join(i);
  begin(i);
  drain();
  return 0;
}

/** Takes an address away. @returns 0 or -EADDRNOTAVAIL */
export function addr6Del(dev: u32, ip: usize): i32 {
  const i = addr6Find(dev, ip);
  if (i == 0) return -EADDRNOTAVAIL;
  remove(i);
  drain();
  return 0;
}

function remove(i: u32): void {
  const a = Addr6.at(i);
  if (Idev.at(a.dev).forwarding) anycast(i, false);
  timerDel(a.timer);
  if (a.joined && Idev.at(a.dev).on) {
    in6SolicitedNode(AT_MEMBER, addr6Bytes(i));
    mc6Leave(a.dev, AT_MEMBER);
  }
  unlink(i);
  slabFree(SLAB_ADDR6, i);
}

/** A device goes or moves: its addresses go. */
export function addr6DevGone(dev: u32): void {
  while (Idev.at(dev).addrs != 0) remove(Idev.at(dev).addrs);
}

/**
 * The prefix of a good address is an address as well while its device forwards, as often as addresses have it (`probes`).
 * @see Linux net/ipv6/addrconf.c: addrconf_join_anycast; anycast.c: __ipv6_dev_ac_inc
 */
function anycast(i: u32, on: bool): void {
  const a = Addr6.at(i);
  if (a.flags & (BAD | IFA_F_ANYCAST) || a.bits >= 127) return;
  const p = AT_PREFIX;
  for (let n: u32 = 0; n < 16; n++) {
    const left = (a.bits as i32) - ((n << 3) as i32);
    const keep: u32 = left >= 8 ? 255 : left <= 0 ? 0 : 255 << (8 - left);
    store<u8>(p + (n as usize), load<u8>(addr6Bytes(i) + (n as usize)) & (keep as u8));
  }
  if (in6IsAny(p)) return;
  const k = addr6Find(a.dev, p);
  if (k != 0) {
    const b = Addr6.at(k);
    if (!(b.flags & IFA_F_ANYCAST)) return;
    if (on) b.probes++;
    else if (--b.probes == 0) remove(k);
    return;
  }
  if (!on) return;
  const n = slabAlloc(SLAB_ADDR6);
  if (n == 0) return;
  const b = Addr6.at(n);
  b.ns = a.ns;
  b.dev = a.dev;
  b.bits = 128;
  b.flags = IFA_F_ANYCAST;
  b.probes = 1;
  memory.copy(addr6Bytes(n), p, 16);
  b.scope = in6Scope(p);
  link(n);
  join(n);
}

/** A device begins or ceases to forward. */
export function addr6Forwarding(dev: u32, on: u32): void {
  // Those of a prefix come in at the end of their scope or go from anywhere: the list is gone through anew after each.
  for (let n: u32 = 0; ; n++) {
    let k = Idev.at(dev).addrs;
    let at: u32 = 0;
    for (; k != 0; k = Addr6.at(k).nextOnDev) if (!(Addr6.at(k).flags & IFA_F_ANYCAST) && at++ == n) break;
    if (k == 0) return;
    anycast(k, on != 0);
  }
}

/** IFA_F_* of an address. @returns -EADDRNOTAVAIL when the device has no such one */
export function addr6Flags(dev: u32, ip: usize): i32 {
  const i = addr6Find(dev, ip);
  return i == 0 ? -EADDRNOTAVAIL : (Addr6.at(i).flags as i32);
}

/** An address is no longer preferred as a source, or is again. @returns 0 or -EADDRNOTAVAIL */
export function addr6Deprecate(dev: u32, ip: usize, on: u32): i32 {
  const i = addr6Find(dev, ip);
  if (i == 0) return -EADDRNOTAVAIL;
  const a = Addr6.at(i);
  a.flags = on ? a.flags | IFA_F_DEPRECATED : a.flags & ~IFA_F_DEPRECATED;
  return 0;
}

/** IPv6 begins on a device: the groups of its addresses are joined. */
export function addr6Joins(dev: u32): void {
  for (let k = Idev.at(dev).addrs; k != 0; k = Addr6.at(k).nextOnDev) join(k);
}

/** IPv6 ends on a device: what was joined is left already. */
export function addr6Left(dev: u32): void {
  for (let k = Idev.at(dev).addrs; k != 0; k = Addr6.at(k).nextOnDev) {
    const a = Addr6.at(k);
    a.joined = 0;
    timerDel(a.timer);
    a.timer = 0;
  }
}

/** A device is ready: the addresses that waited for it are tried out. */
export function addr6Ready(dev: u32): void {
  let k = Idev.at(dev).addrs;
  while (k != 0) {
    const next = Addr6.at(k).nextOnDev;
    const flags = Addr6.at(k).flags;
    if (flags & IFA_F_TENTATIVE && !(flags & IFA_F_DADFAILED) && Addr6.at(k).timer == 0) begin(k);
    k = next;
  }
}

/** Begins the trial, or skips it. */
function begin(i: u32): void {
  const a = Addr6.at(i);
  const d = Idev.at(a.dev);
  const kind = Dev.at(a.dev).kind;
  const early = kind == DEV_BRIDGE && !d.ready && in6IsLinkLocal(addr6Bytes(i));
  if (kind == DEV_LOOPBACK || d.acceptDad == 0 || a.flags & IFA_F_NODAD || early) {
    complete(i);
    return;
  }
  if (!d.ready) {
    a.flags |= IFA_F_WAITING;
    return;
  }
  a.flags &= ~IFA_F_WAITING;
  a.probes = d.dadTransmits;
  a.timer = timerAddWheel((rngBelow(DELAY_MS) as u64) * 1_000_000, TIMER_DAD6, i);
}

/** Time for a probe, or for the end of the trial. */
export function dadTimer(i: u32): void {
  const a = Addr6.at(i);
  a.timer = 0;
  if (a.probes == 0) {
    complete(i);
    return;
  }
  a.probes--;
  a.timer = timerAddWheel(SECOND, TIMER_DAD6, i);
  ndSendDad(a.dev, addr6Bytes(i));
}

function complete(i: u32): void {
  const a = Addr6.at(i);
  a.flags &= ~(BAD | IFA_F_WAITING);
  if (Idev.at(a.dev).forwarding) anycast(i, true);
  if (Sim.at().nevWatch != 0) eventPush(EVENT_ADDR6, a.dev, 0, 0);
  if (!Idev.at(a.dev).ready || Dev.at(a.dev).kind == DEV_LOOPBACK || !in6IsLinkLocal(addr6Bytes(i))) return;
  if (!lonely(a.dev)) return;
  mldDadComplete(a.dev);
  rsStart(a.dev);
}

/** Whether a device has exactly one good link-local address. @see Linux ipv6_lonely_lladdr */
function lonely(dev: u32): bool {
  let n: u32 = 0;
  for (let k = Idev.at(dev).addrs; k != 0; k = Addr6.at(k).nextOnDev) {
    if (addr6Good(k) && in6IsLinkLocal(addr6Bytes(k))) n++;
  }
  return n == 1;
}

/** Somebody else has the address: it is not to be used. @see Linux addrconf_dad_failure */
export function dadFail(i: u32): void {
  const a = Addr6.at(i);
  timerDel(a.timer);
  a.timer = 0;
  a.flags |= BAD;
}
