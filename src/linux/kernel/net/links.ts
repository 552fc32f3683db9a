/** Links: adding, changing, moving and removing devices. @see Linux net/core/rtnetlink.c */
import {
  EADDRNOTAVAIL,
  EBUSY,
  EEXIST,
  EINVAL,
  ENETDOWN,
  ENODEV,
  EOPNOTSUPP,
  ERANGE,
  type Errno,
  errnoOf,
  isErr,
} from '../errno.ts';
import type { Link, LinkKind, NetAdmin } from '../netadmin.ts';
import { addrsGone, defaultAddrs } from './addrs.ts';
import { beginIpv6, ipv6Gone, renameIpv6, syncIpv6 } from './ipv6.ts';
import { kindOf, setKind } from './linkkinds.ts';
import { Device, type Netns, PORT_FLAGS } from './netns.ts';
import { rootName } from './qdiscs.ts';
import { routesBack, routesGone } from './routes.ts';
import type { NetWorld } from './world.ts';

/** IFNAMSIZ without the final NUL. */
const NAME_MAX = 15;

/** What is wrong with a new name. */
export function nameError(ns: Netns, name: string): Errno | undefined {
  if (name === '' || name.length > NAME_MAX) return name === '' ? EINVAL : ERANGE;
  if (name === '.' || name === '..' || [...name].some((c) => c === '/' || c === ':' || c <= ' ')) return EINVAL;
  return ns.find(name) ? EEXIST : undefined;
}

/** A random locally administered unicast address. @see Linux eth_random_addr */
export function randomMac(world: NetWorld): number {
  const hi = ((world.rng.u32() & 0xffff) | 0x0200) & 0xfeff;
  return hi * 0x1_0000_0000 + world.rng.u32();
}

/** No device has a group's address, or none. @see Linux include/linux/etherdevice.h: is_valid_ether_addr */
export function macError(mac: number | undefined): Errno | undefined {
  if (mac === undefined) return undefined;
  return mac === 0 || Math.floor(mac / 2 ** 40) % 2 === 1 ? EADDRNOTAVAIL : undefined;
}

/** Enters a device of the core. */
export function register(
  world: NetWorld,
  ns: Netns,
  dev: number,
  kind: LinkKind,
  name: string,
  ifindex?: number,
): Device {
  const d = new Device(world.core, dev, kind, ns, ns.takeIfindex(ifindex), name);
  if (kind === 'loopback' || (kind === 'veth' && name === 'eth0' && ns.devices.length === 1)) d.txqlen = 1000;
  ns.add(d);
  world.devices.set(dev, d);
  beginIpv6(world, d);
  return d;
}

export function addLoopback(world: NetWorld, ns: Netns): Device {
  return register(world, ns, world.core.loopbackAdd(ns.core, 'lo'), 'loopback', 'lo');
}

export function addSimple(
  world: NetWorld,
  ns: Netns,
  kind: 'bridge' | 'dummy' | 'nic',
  name: string,
  options: { mac?: number; mtu?: number } = {},
): number | Errno {
  const bad = nameError(ns, name) ?? macError(options.mac);
  if (bad) return bad;
  const mac = options.mac ?? randomMac(world);
  const { core } = world;
  const add = { bridge: core.bridgeAdd, dummy: core.dummyAdd, nic: core.nicAdd }[kind];
  const dev = add(ns.core, name, mac);
  if (dev < 0) return errnoOf(dev);
  const d = register(world, ns, dev, kind, name);
  if (kind === 'bridge' && options.mac === undefined) {
    world.core.devSet(dev, 'mac_auto', 1);
    d.named = false;
  }
  if (options.mtu !== undefined) setMtu(world, d, options.mtu);
  world.watch.link(d);
  return d.ifindex;
}

export function addVeth(
  world: NetWorld,
  ns: Netns,
  name: string,
  peer: Parameters<NetAdmin['addVeth']>[1],
  options: { mac?: number; mtu?: number } = {},
): number | Errno {
  const other = peer.netns === undefined ? ns : world.get(peer.netns);
  if (!other) return EINVAL;
  const bad =
    nameError(ns, name) ??
    nameError(other, peer.name) ??
    (other === ns && peer.name === name ? EEXIST : undefined) ??
    macError(options.mac) ??
    macError(peer.mac);
  if (bad) return bad;
  const macs = [options.mac ?? randomMac(world), peer.mac ?? randomMac(world)] as const;
  const [a, b] = world.core.vethAdd(ns.core, name, macs[0], other.core, peer.name, macs[1]);
  if (a < 0) return errnoOf(a);
  const far = register(world, other, b, 'veth', peer.name, peer.ifindex);
  world.watch.lonely(far);
  const near = register(world, ns, a, 'veth', name);
  near.peer = far;
  far.peer = near;
  numberPeers(near);
  if (options.mtu !== undefined) for (const d of [near, far]) setMtu(world, d, options.mtu);
  world.watch.link(near);
  return near.ifindex;
}

/** Takes a device out of all tables of this side; the core's device is gone or goes. */
export function forget(world: NetWorld, d: Device): void {
  addrsGone(world, d);
  routesGone(world, d);
  for (const other of d.ns.devices) if (other.master === d) other.master = undefined;
  renameIpv6(d.ns, d.name, undefined);
  d.ns.remove(d);
  world.devices.delete(d.dev);
  world.stacked.delete(d);
  if (d.master) followPorts(world, d.master);
}

/** Removes a device with its other end and all that stands on it, in whatever namespaces. */
export function remove(world: NetWorld, d: Device): void {
  const ends = [d, ...(d.peer ? [d.peer] : [])];
  const told = world.watch.leaving(ends);
  for (const gone of ends) {
    for (const upper of standing(world, gone)) remove(world, upper);
    if (world.devices.has(gone.dev)) forget(world, gone);
  }
  world.core.devDel(d.dev);
  told();
}

/** Devices that stand on one (macvlan, ipvlan, vlan), or send by it (VXLAN). */
export function standing(world: NetWorld, d: Device): Device[] {
  return world.stacked.size === 0 ? [] : [...world.stacked].filter((x) => x.lower === d);
}

export function delLink(world: NetWorld, ns: Netns, name: string): Errno | 0 {
  const d = ns.named(name);
  if (isErr(d)) return d;
  if (d.kind === 'loopback') return EOPNOTSUPP;
  remove(world, d);
  return 0;
}

export function setMtu(world: NetWorld, d: Device, mtu: number): Errno | 0 {
  // @see Linux net/core/dev.c: dev_validate_mtu
  if (mtu < 68) return EINVAL.says('mtu less than device minimum');
  if (mtu > 65535) return EINVAL.says('mtu greater than device maximum');
  // what stands on a device is not larger than it; a VXLAN leaves room for its headers
  const room = d.kind === 'vxlan' ? 50 : 0;
  if (d.lower && mtu > d.lower.mtu - room) return EINVAL;
  world.core.devSet(d.dev, 'mtu', mtu);
  d.mtu = mtu;
  if (d.kind === 'bridge') d.mtuFixed = true;
  if (d.master) followPorts(world, d.master);
  for (const upper of standing(world, d)) if (upper.kind !== 'vxlan' && upper.mtu > mtu) setMtu(world, upper, mtu);
  return 0;
}

/** A bridge takes the smallest MTU of its ports, unless its own was set. @see Linux net/bridge/br_if.c: br_mtu_auto_adjust */
function followPorts(world: NetWorld, bridge: Device): void {
  if (bridge.mtuFixed || bridge.kind !== 'bridge') return;
  let mtu = Number.POSITIVE_INFINITY;
  for (const d of bridge.ns.devices) if (d.master === bridge) mtu = Math.min(mtu, d.mtu);
  bridge.mtu = mtu === Number.POSITIVE_INFINITY ? 1500 : mtu;
  world.core.devSet(bridge.dev, 'mtu', bridge.mtu);
}

function setUp(world: NetWorld, d: Device, up: boolean): Errno | 0 {
  if (d.up === up) return 0;
  if (up && d.kind === 'vlan' && !d.lower?.up) return ENETDOWN;
  const err = world.core.devSet(d.dev, 'up', up ? 1 : 0);
  if (err < 0) return errnoOf(err);
  d.up = up;
  d.activated ||= up;
  world.watch.link(d);
  if (up) {
    defaultAddrs(world, d);
    routesBack(world, d);
  } else {
    ipv6Gone(world, d);
    routesGone(world, d);
  }
  // VLANs go up and down with their device. @see Linux net/8021q/vlan.c: vlan_device_event
  for (const upper of standing(world, d)) if (upper.kind === 'vlan') setUp(world, upper, up);
  return 0;
}

function setMaster(world: NetWorld, d: Device, master: string | null): Errno | 0 {
  if (master === null) {
    const was = d.master;
    if (d.master) d.master.named = true;
    d.master = undefined;
    d.port = PORT_FLAGS;
    world.core.devSet(d.dev, 'master', 0);
    if (was) followPorts(world, was);
    return 0;
  }
  const bridge = d.ns.find(master);
  if (!bridge) return ENODEV;
  // @see Linux net/core/rtnetlink.c: do_set_master
  if (bridge.kind !== 'bridge') return EOPNOTSUPP;
  if (d.kind === 'bridge' || d.kind === 'loopback') return EINVAL;
  if (d.master && d.master !== bridge) return EBUSY;
  const err = world.core.devSet(d.dev, 'master', bridge.dev);
  if (err < 0) return errnoOf(err);
  d.master = bridge;
  followPorts(world, bridge);
  bridge.named = true;
  return 0;
}

function rename(world: NetWorld, d: Device, name: string): Errno | 0 {
  if (d.up && d.kind !== 'veth') return EBUSY;
  const bad = nameError(d.ns, name);
  if (bad) return bad;
  renameIpv6(d.ns, d.name, name);
  d.ns.rename(d, name);
  world.core.devName(d.dev, name);
  return 0;
}

export function setLink(
  world: NetWorld,
  ns: Netns,
  name: string,
  change: Parameters<NetAdmin['setLink']>[1],
): Errno | 0 {
  const d = ns.named(name);
  if (isErr(d)) return d;
  const err = changeLink(world, d, change);
  if (err) return err;
  if (isSeen(change)) world.watch.link(d);
  return change.up === undefined ? 0 : setUp(world, d, change.up);
}

const UNTOLD = new Set(['up', 'txqlen', 'alias', 'group']);

/** Whether those who listen are told of a change: of up and down they are told when it has happened, of of what only people read (alias, group) and the queue's length never. */
function isSeen(change: Parameters<NetAdmin['setLink']>[1]): boolean {
  for (const key in change) if (!UNTOLD.has(key) && change[key as keyof typeof change] !== undefined) return true;
  return false;
}

/** All changes but up and down. */
function changeLink(world: NetWorld, d: Device, change: Parameters<NetAdmin['setLink']>[1]): Errno | 0 {
  if (change.mtu !== undefined) {
    const bad = setMtu(world, d, change.mtu);
    if (bad) return bad;
  }
  if (change.mac !== undefined) {
    const bad = macError(change.mac);
    if (bad) return bad;
    d.mac = change.mac;
    d.named = true;
    // one that passes everything through shares its MAC with the device below
    if (d.arg === 'passthru' && d.lower) d.lower.mac = change.mac;
  }
  if (change.master !== undefined) {
    const bad = setMaster(world, d, change.master);
    if (bad) return bad;
  }
  const bad = setKind(world, d, change);
  if (bad) return bad;
  if (change.promisc !== undefined) {
    d.promisc = change.promisc;
    world.core.devSet(d.dev, 'promisc', change.promisc ? 1 : 0);
  }
  if (change.txqlen !== undefined) d.txqlen = change.txqlen;
  if (change.alias !== undefined) d.alias = change.alias === '' ? undefined : change.alias;
  if (change.group !== undefined) d.group = change.group;
  if (change.name !== undefined) {
    const taken = rename(world, d, change.name);
    if (taken) return taken;
  }
  return 0;
}

export function moveLink(world: NetWorld, ns: Netns, name: string, to: Netns | undefined): Errno | 0 {
  const d = ns.named(name);
  if (isErr(d)) return d;
  if (!to || d.kind === 'loopback' || d.kind === 'bridge') return EINVAL;
  if (to === ns) return 0;
  if (to.find(d.name)) return EEXIST;
  setUp(world, d, false);
  setMaster(world, d, null);
  addrsGone(world, d);
  routesGone(world, d);
  world.watch.link(d, true);
  const moved = world.core.devMove(d.dev, to.core);
  if (moved < 0) return errnoOf(moved);
  d.activated = false;
  ns.remove(d);
  renameIpv6(ns, d.name, undefined);
  d.ns = to;
  d.ifindex = to.takeIfindex(d.ifindex);
  to.add(d);
  syncIpv6(world, d);
  numberPeers(d);
  world.watch.link(d);
  return 0;
}

/** Namespaces that a device joins get numbers for each other. @see Linux net/core/net_namespace.c: peernet2id_alloc */
export function numberPeers(d: Device): void {
  const far = d.peer?.ns ?? d.linkNs ?? d.lower?.ns;
  if (!far || far === d.ns) return;
  d.ns.netnsidOf(far);
  if (d.peer) far.netnsidOf(d.ns);
}

/** What it hangs on: the other end, the device below, or (a VXLAN that was moved) itself. */
function linked(d: Device): Pick<Link, 'peerIfindex' | 'peerNetnsId'> {
  const other = d.peer ?? (d.linkNs ? undefined : d.lower);
  const far = d.linkNs ?? other?.ns;
  const apart = far !== undefined && far !== d.ns;
  return {
    ...(other && { peerIfindex: other.ifindex }),
    ...(d.linkNs && apart && { peerIfindex: d.ifindex }),
    ...(apart && { peerNetnsId: d.ns.netnsidOf(far) }),
  };
}

/** A device as `ip -d link` has it. */
export function linkOf(world: NetWorld, d: Device): Link {
  const [rxPackets, rxBytes, rxDropped, txPackets, txBytes, txDropped, rxErrors, txErrors, txCarrier] =
    world.core.devStats(d.dev);
  return {
    ifindex: d.ifindex,
    name: d.name,
    kind: d.kind,
    mac: d.mac,
    mtu: d.mtu,
    txqlen: d.txqlen,
    group: d.group,
    ...(d.alias === undefined ? {} : { alias: d.alias }),
    up: d.up,
    carrier: d.up && world.core.devCarrier(d.dev),
    promisc: d.promisc,
    qdisc: rootName(world, d),
    ...(d.master && { master: d.master.ifindex, port: d.port }),
    ...linked(d),
    ...kindOf(world, d),
    stats: { rxPackets, rxBytes, rxDropped, txPackets, txBytes, txDropped, rxErrors, txErrors, txCarrier },
  };
}
