/**
 * Settings of IPv4 and of its neighbours per device, for all devices of a namespace, and for devices to come (`all`, `default`).
 * @see Linux net/ipv4/devinet.c: devinet_conf_proc, inet_forward_change; include/linux/inetdevice.h: IN_DEV_ORCONF …
 */
import {
  CONF_ACCEPT_REDIRECTS, CONF_ACCEPT_SOURCE_ROUTE, CONF_ALL, CONF_ARP_ACCEPT, CONF_ARP_EVICT_NOCARRIER, CONF_BASE_REACHABLE_TIME,
  CONF_COUNT, CONF_DEFAULT, CONF_DELAY_FIRST_PROBE_TIME, CONF_DISABLE_POLICY, CONF_DISABLE_XFRM, CONF_FORWARDING,
  CONF_LOCKTIME, CONF_LOG_MARTIANS, CONF_MCAST_SOLICIT, CONF_PROXY_ARP, CONF_PROXY_ARP_PVLAN, CONF_PROXY_DELAY, CONF_PROXY_QLEN, CONF_RETRANS_TIME, CONF_SECURE_REDIRECTS,
  CONF_SEND_REDIRECTS, CONF_SHARED_MEDIA, CONF_UCAST_SOLICIT, CONF_UNRES_QLEN, DEV_LOOPBACK, EINVAL,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { CONF_BASE, CONF_NS, CONF_REC } from '../mem';
import { dstFlush } from './dst';
import { Net4 } from './net4';

/** Where values begin; before them a word of bits: which were set by hand. */
const VALUES: usize = 8;

/** Settings that concern ARP requests which are not for this machine. */
const CURIOUS: u64 =
  ((1 as u64) << CONF_ARP_ACCEPT) | ((1 as u64) << CONF_LOG_MARTIANS) | ((1 as u64) << CONF_PROXY_ARP) |
  ((1 as u64) << CONF_PROXY_ARP_PVLAN);

function ofDev(dev: u32): usize {
  return CONF_BASE + (dev as usize) * CONF_REC;
}

function ofAll(ns: u32): usize {
  return CONF_NS + (ns as usize) * 2 * CONF_REC;
}

function ofDefault(ns: u32): usize {
  return ofAll(ns) + CONF_REC;
}

function get(at: usize, key: u32): u32 {
  return load<u32>(at + VALUES + ((key as usize) << 2));
}

function put(at: usize, key: u32, value: u32): void {
  dstFlush();
  store<u32>(at + VALUES + ((key as usize) << 2), value);
}

/** A namespace begins with the kernel's own values. @see Linux devinet.c: ipv4_devconf, ipv4_devconf_dflt */
export function confNsInit(ns: u32): void {
  for (let k: u32 = 0; k < 2; k++) {
    const at = ofAll(ns) + (k as usize) * CONF_REC;
    memory.fill(at, 0, CONF_REC);
    put(at, CONF_ACCEPT_REDIRECTS, 1);
    put(at, CONF_SEND_REDIRECTS, 1);
    put(at, CONF_SECURE_REDIRECTS, 1);
    put(at, CONF_SHARED_MEDIA, 1);
    put(at, CONF_ARP_EVICT_NOCARRIER, 1);
    if (k == 1) put(at, CONF_ACCEPT_SOURCE_ROUTE, 1);
    put(at, CONF_BASE_REACHABLE_TIME, 30000);
    put(at, CONF_DELAY_FIRST_PROBE_TIME, 5000);
    put(at, CONF_RETRANS_TIME, 1000);
    put(at, CONF_UCAST_SOLICIT, 3);
    put(at, CONF_MCAST_SOLICIT, 3);
    put(at, CONF_UNRES_QLEN, 101);
    put(at, CONF_LOCKTIME, 1000);
    put(at, CONF_PROXY_DELAY, 800);
    put(at, CONF_PROXY_QLEN, 64);
  }
}

/** A device appears in a namespace: it takes `default`. */
export function confDevInit(dev: u32): void {
  memory.copy(ofDev(dev), ofDefault(Dev.at(dev).ns), CONF_REC);
  if (Dev.at(dev).kind != DEV_LOOPBACK) return;
  put(ofDev(dev), CONF_DISABLE_XFRM, 1);
  put(ofDev(dev), CONF_DISABLE_POLICY, 1);
}

/** A device got an address: `default` concerns it no more. @see Linux ipv4_devconf_setall */
export function confDevSettled(dev: u32): void {
  store<u64>(ofDev(dev), 0xffffffffffffffff);
}

/** What is set for the device itself. */
export function confOf(dev: u32, key: u32): u32 {
  return get(ofDev(dev), key);
}

/** A time of the device, ms, as ns. */
export function confTime(dev: u32, key: u32): u64 {
  return (get(ofDev(dev), key) as u64) * 1_000_000;
}

/** Whether it is set for the device or for all. */
export function confOr(dev: u32, key: u32): bool {
  return (get(ofDev(dev), key) | get(ofAll(Dev.at(dev).ns), key)) != 0;
}

/** Whether it is set for the device and for all. */
export function confAnd(dev: u32, key: u32): bool {
  return get(ofDev(dev), key) != 0 && get(ofAll(Dev.at(dev).ns), key) != 0;
}

/** The higher of the device's value and that of all. */
export function confMax(dev: u32, key: u32): u32 {
  return max(get(ofDev(dev), key), get(ofAll(Dev.at(dev).ns), key));
}

/** Whether redirects are taken from a device: a router needs both settings, a host one of them. */
export function confTakesRedirects(dev: u32): bool {
  return confOf(dev, CONF_FORWARDING) ? confAnd(dev, CONF_ACCEPT_REDIRECTS) : confOr(dev, CONF_ACCEPT_REDIRECTS);
}

function forwardAll(ns: u32, on: u32): void {
  put(ofAll(ns), CONF_ACCEPT_REDIRECTS, on ? 0 : 1);
  put(ofDefault(ns), CONF_FORWARDING, on);
  for (let d = Ns.at(ns).devs; d != 0; d = Dev.at(d).nextInNs) put(ofDev(d), CONF_FORWARDING, on);
}

/**
 * Sets net.ipv4.conf.*.KEY. `default` reaches devices for which the key was never set; `all`'s forwarding reaches all.
 * @param dev a device of the namespace, CONF_ALL or CONF_DEFAULT @param key CONF_* @returns 0 or -EINVAL
 */
export function confSet(ns: u32, dev: u32, key: u32, value: u32): i32 {
  if (key >= (CONF_COUNT as u32)) return -EINVAL;
  const at = dev == CONF_ALL ? ofAll(ns) : dev == CONF_DEFAULT ? ofDefault(ns) : ofDev(dev);
  const was = get(at, key);
  put(at, key, value);
  if (key == CONF_FORWARDING) {
    if (dev == CONF_ALL && was != value) forwardAll(ns, value);
    return 0;
  }
  const bit: u64 = (1 as u64) << (key as u64);
  if (value != 0 && CURIOUS & bit) Net4.at(ns).curious = 1;
  store<u64>(at, load<u64>(at) | bit);
  if (dev != CONF_DEFAULT) return 0;
  for (let d = Ns.at(ns).devs; d != 0; d = Dev.at(d).nextInNs) {
    if ((load<u64>(ofDev(d)) & bit) == 0) put(ofDev(d), key, value);
  }
  return 0;
}

/** Reads what confSet sets. @returns the value, 0 for keys there are not */
export function confGet(ns: u32, dev: u32, key: u32): u32 {
  if (key >= (CONF_COUNT as u32)) return 0;
  return get(dev == CONF_ALL ? ofAll(ns) : dev == CONF_DEFAULT ? ofDefault(ns) : ofDev(dev), key);
}
