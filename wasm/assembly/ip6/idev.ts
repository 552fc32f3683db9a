/**
 * What IPv6 keeps of a device and of a namespace: settings, lists of addresses and groups, timers. A device is "ready"
 * while it is up and has a carrier: only then are addresses tried out and groups reported.
 * @see Linux net/ipv6/addrconf.c: addrconf_notify, struct inet6_dev
 */
import {
  DEV_BRIDGE,
  DEV_LOOPBACK,
  EINVAL,
  IP6KEY_ACCEPT_DAD,
  IP6KEY_ACCEPT_RA,
  IP6KEY_ACCEPT_REDIRECTS,
  IP6KEY_BINDV6ONLY,
  IP6KEY_BRIDGE_NF,
  IP6KEY_DAD_TRANSMITS,
  IP6KEY_DISABLE,
  IP6KEY_ECHO_IGNORE_ALL,
  IP6KEY_FORWARDING,
  IP6KEY_HOP_LIMIT,
  IP6KEY_MTU,
  IP6KEY_PROXY_NDP,
  IP6KEY_RATELIMIT,
  IP6KEY_RTR_SOLICITS,
} from '../../abi';
import { Dev } from '../dev/dev';
import { IDEV6_BASE, IDEV6_REC, NS6_BASE, NS6_REC } from '../mem';
import { timerDel } from '../sim/timer';
import { in6Group } from '../wire/ipv6';
import { addr6DevGone, addr6Forwarding, addr6Joins, addr6Left, addr6Ready } from './addr';
import { mc6Down, mc6Join, mc6Leave, mc6Ready } from './mcast';
import { rsStart, rsStop } from './rs';
import { AT_GROUP } from './scratch';

/** Bridges listen to what multicast routers and snoopers say. @see Linux br_multicast.c: br_ip6_multicast_join_snoopers */
const ALL_SNOOPERS: u32 = 0x6a;
const ALL_NODES: u32 = 1;
const ALL_ROUTERS: u32 = 2;

@unmanaged
export class Idev {
  disabled: u32;
  forwarding: u32;
  acceptRa: u32;
  acceptDad: u32;
  dadTransmits: u32;
  hopLimit: u32;
  /** 0: the device's. */
  mtu: u32;
  /** Solicitations to send at most, 0xffffffff without end. */
  rtrSolicits: u32;
  proxyNdp: u32;
  /** Up with a carrier; and whether it ever was. */
  ready: u32;
  /** Up, for IPv6. */
  on: u32;
  /** Addresses, widest scope first; groups. */
  addrs: u32;
  groups: u32;
  rsTimer: u32;
  rsSent: u32;
  /** ms to the next solicitation. */
  rsInterval: u32;
  mldTimer: u32;
  mldAgainTimer: u32;
  acceptRedirects: u32;

  @inline static at(dev: u32): Idev {
    return changetype<Idev>(IDEV6_BASE + (dev as usize) * IDEV6_REC);
  }
}

@unmanaged
export class Ns6 {
  /** All addresses of the namespace, in the order of adding. */
  addrs: u32;
  routes: u32;
  forwarding: u32;
  bindV6Only: u32;
  bridgeNf: u32;
  echoIgnoreAll: u32;
  /** Time between ICMPv6 errors to one destination, ms; 0: no limit. */
  rateLimit: u32;

  @inline static at(ns: u32): Ns6 {
    return changetype<Ns6>(NS6_BASE + (ns as usize) * NS6_REC);
  }
}

/** A namespace is made. */
export function ns6Init(ns: u32): void {
  memory.fill(changetype<usize>(Ns6.at(ns)), 0, NS6_REC);
  Ns6.at(ns).bridgeNf = 1;
  Ns6.at(ns).rateLimit = 1000;
}

/** A device is made, with Linux's defaults; but for loopback IPv6 is off until the kernel switches it on. */
export function idevInit(dev: u32): void {
  const d = Idev.at(dev);
  memory.fill(changetype<usize>(d), 0, IDEV6_REC);
  d.disabled = Dev.at(dev).kind == DEV_LOOPBACK ? 0 : 1;
  d.acceptRa = 1;
  d.acceptRedirects = 1;
  d.acceptDad = 1;
  d.dadTransmits = 1;
  d.hopLimit = 64;
  d.rtrSolicits = 0xffffffff;
}

/** A group of this node (1), the link (2) or the site (5) is joined or left. */
function standard(dev: u32, scope: u32, id: u32, on: u32): void {
  in6Group(AT_GROUP, id);
  store<u8>(AT_GROUP, scope as u8, 1);
  if (on) mc6Join(dev, AT_GROUP);
  else mc6Leave(dev, AT_GROUP);
}

/** Takes part in the groups every node is in. */
function joinStandard(dev: u32): void {
  standard(dev, 1, ALL_NODES, 1);
  standard(dev, 2, ALL_NODES, 1);
  if (Dev.at(dev).kind == DEV_LOOPBACK) return;
  if (Idev.at(dev).forwarding) standard(dev, 2, ALL_ROUTERS, 1);
  if (Dev.at(dev).kind == DEV_BRIDGE) standard(dev, 2, ALL_SNOOPERS, 1);
}

/** IPv6 begins or ends on a device, as it goes up or down or is switched. */
function turn(dev: u32): void {
  const d = Idev.at(dev);
  const on: u32 = Dev.at(dev).up != 0 && d.disabled == 0 ? 1 : 0;
  if (d.on == on) return;
  d.on = on;
  if (on) {
    joinStandard(dev);
    addr6Joins(dev);
  } else {
    d.ready = 0;
    rsStop(dev);
    mc6Down(dev);
    addr6Left(dev);
  }
}

/** A device went up or down, or its carrier came or went. */
export function idevState(dev: u32): void {
  turn(dev);
  const d = Idev.at(dev);
  const e = Dev.at(dev);
  const ready: u32 = d.on & (e.kind == DEV_LOOPBACK ? 1 : e.carrier);
  if (d.ready == ready) return;
  d.ready = ready;
  if (!ready) return;
  mc6Ready(dev);
  addr6Ready(dev);
  rsStart(dev);
}

/** A device goes or moves: addresses, groups and timers go. */
export function idevGone(dev: u32): void {
  const d = Idev.at(dev);
  rsStop(dev);
  mc6Down(dev);
  addr6DevGone(dev);
  timerDel(d.mldTimer);
  timerDel(d.mldAgainTimer);
  d.mldTimer = 0;
  d.mldAgainTimer = 0;
  d.on = 0;
  d.ready = 0;
}

/** The MTU of IPv6 on a device. */
export function idevMtu(dev: u32): u32 {
  const own = Dev.at(dev).mtu;
  const set = Idev.at(dev).mtu;
  return set != 0 && set < own ? set : own;
}

function setForwarding(dev: u32, value: u32): void {
  const d = Idev.at(dev);
  if (d.forwarding == value) return;
  d.forwarding = value;
  if (Dev.at(dev).kind == DEV_LOOPBACK) return;
  if (d.on) {
    standard(dev, 2, ALL_ROUTERS, value);
    standard(dev, 1, ALL_ROUTERS, value);
    standard(dev, 5, ALL_ROUTERS, value);
    if (value) rsStop(dev);
  }
  addr6Forwarding(dev, value);
}

/** Sets net.ipv6.conf.DEV.*. @param key IP6KEY_* @returns 0 or -EINVAL */
export function ip6DevSet(dev: u32, key: u32, value: u32): i32 {
  const d = Idev.at(dev);
  switch (key) {
    case IP6KEY_DISABLE:
      d.disabled = value;
      idevState(dev);
      return 0;
    case IP6KEY_FORWARDING:
      setForwarding(dev, value != 0 ? 1 : 0);
      return 0;
    case IP6KEY_ACCEPT_RA:
      d.acceptRa = value;
      return 0;
    case IP6KEY_ACCEPT_REDIRECTS:
      d.acceptRedirects = value;
      return 0;
    case IP6KEY_ACCEPT_DAD:
      d.acceptDad = value;
      return 0;
    case IP6KEY_DAD_TRANSMITS:
      d.dadTransmits = value;
      return 0;
    case IP6KEY_HOP_LIMIT:
      d.hopLimit = value;
      return 0;
    case IP6KEY_MTU:
      d.mtu = value;
      return 0;
    case IP6KEY_RTR_SOLICITS:
      d.rtrSolicits = value;
      return 0;
    case IP6KEY_PROXY_NDP:
      d.proxyNdp = value;
      return 0;
  }
  return -EINVAL;
}

/** Sets a namespace's: forwarding (of the whole machine), bindv6only, … @param key IP6KEY_* @returns 0 or -EINVAL */
export function ip6NsSet(ns: u32, key: u32, value: u32): i32 {
  const n = Ns6.at(ns);
  switch (key) {
    case IP6KEY_FORWARDING:
      n.forwarding = value;
      return 0;
    case IP6KEY_BINDV6ONLY:
      n.bindV6Only = value;
      return 0;
    case IP6KEY_BRIDGE_NF:
      n.bridgeNf = value;
      return 0;
    case IP6KEY_ECHO_IGNORE_ALL:
      n.echoIgnoreAll = value;
      return 0;
    case IP6KEY_RATELIMIT:
      n.rateLimit = value;
      return 0;
  }
  return -EINVAL;
}
