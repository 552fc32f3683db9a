/**
 * Proxied neighbours: addresses a machine answers ARP for on a device although they are elsewhere, and answers that
 * wait so that the owner may be first.
 * Limits: PNEIGH_CAP addresses and waiting answers together.
 * @see Linux net/core/neighbour.c: pneigh_lookup, pneigh_enqueue, neigh_proxy_process
 */
import { ENOENT, EINVAL, ENOBUFS, CONF_PROXY_DELAY, CONF_PROXY_QLEN, TIMER_PROXY_ARP } from '../../abi';
import { Dev } from '../dev/dev';
import { PNEIGH_BASE, PNEIGH_REC, SLAB_PNEIGH } from '../mem';
import { now } from '../sim/clock';
import { rngBelow } from '../sim/rng';
import { Slab, slabAlloc, slabFree } from '../sim/slab';
import { timerAdd, timerDel } from '../sim/timer';
import { isMapped, rdMapped, wrMapped } from '../wire/bytes';
import { ARP_REPLY } from '../wire/arp';
import { arpSend } from './arp';
import { confOf } from './conf';

const PROXY: u32 = 1;
const WAITING: u32 = 2;

@unmanaged
class Proxied {
  link: u32;
  /** 0 free, PROXY, WAITING. */
  kind: u32;
  /** 0: all devices of the namespace. */
  dev: u32;
  /** The address answered for. */
  ip: u32;
  /** Who asked. */
  mac: u64;
  asker: u32;
  timer: u32;

  @inline static at(i: u32): Proxied {
    return changetype<Proxied>(PNEIGH_BASE + (i as usize) * PNEIGH_REC);
  }
}

/** Behind the last record that was ever used: with no proxies there is nothing to look at. */
function end(): u32 {
  return Slab.at(SLAB_PNEIGH).bump;
}

function find(dev: u32, ip: u32): u32 {
  for (let i: u32 = 1; i < end(); i++) {
    const p = Proxied.at(i);
    if (p.kind == PROXY && p.ip == ip && p.dev == dev) return i;
  }
  return 0;
}

/** Whether an address is proxied on a device by hand. */
export function proxyHas(dev: u32, ip: u32): bool {
  return find(dev, ip) != 0;
}

/** Adds one. Equivalent: ip neigh add proxy IP dev DEV @param ip16 16 bytes @returns 0, -EINVAL or -ENOBUFS */
export function proxyAdd(dev: u32, ip16: usize): i32 {
  if (!isMapped(ip16)) return -EINVAL;
  if (find(dev, rdMapped(ip16)) != 0) return 0;
  const i = slabAlloc(SLAB_PNEIGH);
  if (i == 0) return -ENOBUFS;
  const p = Proxied.at(i);
  p.kind = PROXY;
  p.dev = dev;
  p.ip = rdMapped(ip16);
  return 0;
}

function remove(i: u32): void {
  timerDel(Proxied.at(i).timer);
  Proxied.at(i).kind = 0;
  slabFree(SLAB_PNEIGH, i);
}

/** Deletes one. @returns 0 or -ENOENT */
export function proxyDel(dev: u32, ip16: usize): i32 {
  const i = isMapped(ip16) ? find(dev, rdMapped(ip16)) : 0;
  if (i == 0) return -ENOENT;
  remove(i);
  return 0;
}

/** A device goes: what is proxied on it, and what waits there. */
export function proxyDevGone(dev: u32): void {
  for (let i: u32 = 1; i < end(); i++) if (Proxied.at(i).kind != 0 && Proxied.at(i).dev == dev) remove(i);
}

/** Answers a question after a while, at random up to proxy_delay; when proxy_qlen wait already, never. */
export function proxyLater(dev: u32, mac: u64, asker: u32, ip: u32): void {
  let waiting: u32 = 0;
  for (let k: u32 = 1; k < end(); k++) if (Proxied.at(k).kind == WAITING && Proxied.at(k).dev == dev) waiting++;
  const i = waiting > confOf(dev, CONF_PROXY_QLEN) ? 0 : slabAlloc(SLAB_PNEIGH);
  if (i == 0) return;
  const p = Proxied.at(i);
  p.kind = WAITING;
  p.dev = dev;
  p.ip = ip;
  p.mac = mac;
  p.asker = asker;
  p.timer = timerAdd(now() + (rngBelow(confOf(dev, CONF_PROXY_DELAY)) as u64) * 1_000_000, TIMER_PROXY_ARP, i);
  if (p.timer == 0) remove(i);
}

/** It is time for an answer. */
export function proxyTimer(i: u32): void {
  const p = Proxied.at(i);
  const dev = p.dev;
  const mac = p.mac;
  const asker = p.asker;
  const ip = p.ip;
  p.timer = 0;
  remove(i);
  arpSend(dev, ARP_REPLY, mac, ip, mac, asker);
}

/** Writes the proxied addresses of a namespace: device and 16 bytes of address each, at most `room`. @returns how many */
export function proxyDump(ns: u32, out: usize, room: u32): u32 {
  let count: u32 = 0;
  for (let i: u32 = 1; i < end() && count < room; i++) {
    const p = Proxied.at(i);
    if (p.kind != PROXY || Dev.at(p.dev).ns != ns) continue;
    store<u32>(out + (count as usize) * 20, p.dev);
    wrMapped(out + (count as usize) * 20 + 4, p.ip);
    count++;
  }
  return count;
}
