/** Neighbours, read from the core. */
import type { IpAddr } from '../../../base/ip.ts';
import type { CoreNeigh } from '../../core/core.ts';
import { ENODEV, ENOENT, type Errno, errnoOf, isErr } from '../errno.ts';
import type { Neigh } from '../netadmin.ts';
import { fromAddr16, toAddr16 } from './addr16.ts';
import type { Device, Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

const NUD: Readonly<Record<number, Neigh['state']>> = {
  1: 'INCOMPLETE',
  2: 'REACHABLE',
  4: 'STALE',
  8: 'DELAY',
  16: 'PROBE',
  32: 'FAILED',
  64: 'NOARP',
  128: 'PERMANENT',
};

/** A neighbour of a device as `ip neigh` has it. */
export function neighOf(d: Device, n: CoreNeigh): Neigh {
  const state = NUD[n.state] ?? 'FAILED';
  const known = state !== 'INCOMPLETE' && state !== 'FAILED';
  return {
    ifindex: d.ifindex,
    ip: fromAddr16(n.ip),
    ...(known && { mac: n.mac }),
    ...(n.router && { router: true }),
    state,
  };
}

export function listNeighs(world: NetWorld, ns: Netns): Neigh[] {
  return world.core.neighs(ns.core).flatMap((n) => {
    const d = world.devices.get(n.dev);
    return d ? [neighOf(d, n)] : [];
  });
}

export function setNeigh(
  world: NetWorld,
  ns: Netns,
  ifname: string,
  ip: IpAddr,
  mac: number,
  permanent: boolean,
): Errno | 0 {
  const d = ns.named(ifname);
  if (isErr(d)) return d;
  const err = world.core.neighSet(d.dev, toAddr16(ip), mac, permanent);
  return err < 0 ? errnoOf(err) : 0;
}

export function delNeigh(world: NetWorld, ns: Netns, ifname: string, ip: IpAddr): Errno | 0 {
  const d = ns.named(ifname);
  if (isErr(d)) return d;
  return world.core.neighDel(d.dev, toAddr16(ip)) < 0 ? ENOENT : 0;
}

export function flushNeigh(world: NetWorld, ns: Netns, ifname?: string): void {
  for (const n of world.core.neighs(ns.core)) {
    const d = world.devices.get(n.dev);
    if (d && (ifname === undefined || d.name === ifname) && n.state !== 128) world.core.neighDel(n.dev, n.ip);
  }
}

export function listProxies(world: NetWorld, ns: Netns): { ifindex: number; ip: IpAddr }[] {
  return world.core.proxies(ns.core).flatMap((p) => {
    const d = world.devices.get(p.dev);
    return d ? [{ ifindex: d.ifindex, ip: fromAddr16(p.ip) }] : [];
  });
}

export function addProxy(world: NetWorld, ns: Netns, ifname: string, ip: IpAddr): Errno | 0 {
  const d = ns.named(ifname);
  if (isErr(d)) return d;
  const err = world.core.proxyAdd(d.dev, toAddr16(ip));
  return err < 0 ? errnoOf(err) : 0;
}

export function delProxy(world: NetWorld, ns: Netns, ifname: string, ip: IpAddr): Errno | 0 {
  const d = ns.named(ifname);
  if (isErr(d)) return d;
  return world.core.proxyDel(d.dev, toAddr16(ip)) < 0 ? ENOENT : 0;
}

export function announce(world: NetWorld, ns: Netns, ifname: string, ip: IpAddr): Errno | 0 {
  const d = ns.find(ifname);
  if (!d) return ENODEV;
  const err = world.core.announce(d.dev, toAddr16(ip));
  return err < 0 ? errnoOf(err) : 0;
}
