/** Links: adding, changing, moving and removing devices. @see Linux net/core/rtnetlink.c */
import { EBUSY, EEXIST, EINVAL, ENODEV, EOPNOTSUPP, ERANGE, type Errno, errnoOf, isErr } from '../errno.ts';
import type { Link, LinkKind, NetAdmin } from '../netadmin.ts';
import { addrsGone, defaultAddrs, linkLocalGone } from './addrs.ts';
import type { Device, Netns } from './netns.ts';
import { routesBack, routesGone } from './routes.ts';
import type { NetWorld } from './world.ts';

/** IFNAMSIZ without the final NUL. */
const NAME_MAX = 15;

function nameError(ns: Netns, name: string): Errno | undefined {
  if (name === '' || name.length > NAME_MAX) return name === '' ? EINVAL : ERANGE;
  if (name === '.' || name === '..' || [...name].some((c) => c === '/' || c === ':' || c <= ' ')) return EINVAL;
  return ns.find(name) ? EEXIST : undefined;
}

/** A random locally administered unicast address. @see Linux eth_random_addr */
export function randomMac(world: NetWorld): number {
  const hi = ((world.rng.u32() & 0xffff) | 0x0200) & 0xfeff;
  return hi * 0x1_0000_0000 + world.rng.u32();
}

function register(
  world: NetWorld,
  ns: Netns,
  dev: number,
  kind: LinkKind,
  name: string,
  mac: number,
  ifindex?: number,
): Device {
  const d: Device = {
    dev,
    kind,
    ns,
    ifindex: ns.takeIfindex(ifindex),
    name,
    mac,
    mtu: kind === 'loopback' ? 65536 : 1500,
    txqlen: kind === 'loopback' || (kind === 'veth' && name === 'eth0' && ns.devices.length === 1) ? 1000 : 0,
    up: false,
    promisc: false,
    promiscuity: 0,
    master: undefined,
    peer: undefined,
    hairpin: false,
    isolated: false,
  };
  ns.add(d);
  world.devices.set(dev, d);
  return d;
}

export function addLoopback(world: NetWorld, ns: Netns): Device {
  return register(world, ns, world.core.loopbackAdd(ns.core, 'lo'), 'loopback', 'lo', 0);
}

export function addSimple(
  world: NetWorld,
  ns: Netns,
  kind: 'bridge' | 'dummy' | 'nic',
  name: string,
  options: { mac?: number; mtu?: number } = {},
): number | Errno {
  const bad = nameError(ns, name);
  if (bad) return bad;
  const mac = options.mac ?? randomMac(world);
  const { core } = world;
  const add = { bridge: core.bridgeAdd, dummy: core.dummyAdd, nic: core.nicAdd }[kind];
  const dev = add(ns.core, name, mac);
  if (dev < 0) return errnoOf(dev);
  const d = register(world, ns, dev, kind, name, mac);
  if (options.mtu !== undefined) setMtu(world, d, options.mtu);
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
    nameError(ns, name) ?? nameError(other, peer.name) ?? (other === ns && peer.name === name ? EEXIST : undefined);
  if (bad) return bad;
  const macs = [options.mac ?? randomMac(world), peer.mac ?? randomMac(world)] as const;
  const [a, b] = world.core.vethAdd(ns.core, name, macs[0], other.core, peer.name, macs[1]);
  if (a < 0) return errnoOf(a);
  const far = register(world, other, b, 'veth', peer.name, macs[1], peer.ifindex);
  const near = register(world, ns, a, 'veth', name, macs[0]);
  near.peer = far;
  far.peer = near;
  numberPeers(near);
  if (options.mtu !== undefined) for (const d of [near, far]) setMtu(world, d, options.mtu);
  return near.ifindex;
}

/** Takes a device out of all tables of this side; the core's device is gone or goes. */
export function forget(world: NetWorld, d: Device): void {
  addrsGone(d);
  routesGone(world, d);
  for (const other of d.ns.devices) if (other.master === d) other.master = undefined;
  d.ns.remove(d);
  world.devices.delete(d.dev);
  if (d.master) followPorts(world, d.master);
}

export function delLink(world: NetWorld, ns: Netns, name: string): Errno | 0 {
  const d = ns.named(name);
  if (isErr(d)) return d;
  if (d.kind === 'loopback') return EOPNOTSUPP;
  const peer = d.peer;
  forget(world, d);
  if (peer) forget(world, peer);
  world.core.devDel(d.dev);
  return 0;
}

function setMtu(world: NetWorld, d: Device, mtu: number): Errno | 0 {
  if (mtu < 68 || mtu > 65535) return EINVAL;
  world.core.devSet(d.dev, 'mtu', mtu);
  d.mtu = mtu;
  if (d.kind === 'bridge') d.mtuFixed = true;
  if (d.master) followPorts(world, d.master);
  return 0;
}

/** A bridge takes the smallest MTU of its ports, unless its own was set. @see Linux net/bridge/br_if.c: br_mtu_auto_adjust */
function followPorts(world: NetWorld, bridge: Device): void {
  if (bridge.mtuFixed || bridge.kind !== 'bridge') return;
  const ports = bridge.ns.devices.filter((d) => d.master === bridge);
  bridge.mtu = ports.length > 0 ? Math.min(...ports.map((d) => d.mtu)) : 1500;
  world.core.devSet(bridge.dev, 'mtu', bridge.mtu);
}

function setUp(world: NetWorld, d: Device, up: boolean): void {
  if (d.up === up) return;
  d.up = up;
  world.core.devSet(d.dev, 'up', up ? 1 : 0);
  if (up) {
    defaultAddrs(world, d);
    routesBack(world, d);
  } else {
    linkLocalGone(world, d);
    routesGone(world, d);
  }
}

function setMaster(world: NetWorld, d: Device, master: string | null): Errno | 0 {
  if (master === null) {
    const was = d.master;
    d.master = undefined;
    world.core.devSet(d.dev, 'master', 0);
    if (was) followPorts(world, was);
    return 0;
  }
  const bridge = d.ns.find(master);
  if (!bridge) return ENODEV;
  if (bridge.kind !== 'bridge' || d.kind === 'bridge' || d.kind === 'loopback') return EINVAL;
  if (d.master && d.master !== bridge) return EBUSY;
  d.master = bridge;
  world.core.devSet(d.dev, 'master', bridge.dev);
  followPorts(world, bridge);
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
  if (change.mtu !== undefined) {
    const bad = setMtu(world, d, change.mtu);
    if (bad) return bad;
  }
  if (change.mac !== undefined) {
    d.mac = change.mac;
    world.core.devSet(d.dev, 'mac', change.mac);
  }
  if (change.master !== undefined) {
    const bad = setMaster(world, d, change.master);
    if (bad) return bad;
  }
  for (const key of ['promisc', 'hairpin', 'isolated'] as const) {
    const value = change[key];
    if (value === undefined) continue;
    d[key] = value;
    world.core.devSet(d.dev, key, value ? 1 : 0);
  }
  if (change.txqlen !== undefined) d.txqlen = change.txqlen;
  if (change.name !== undefined) {
    if (d.up && d.kind !== 'veth') return EBUSY;
    const bad = nameError(ns, change.name);
    if (bad) return bad;
    d.name = change.name;
    world.core.devName(d.dev, change.name);
  }
  if (change.up !== undefined) setUp(world, d, change.up);
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
  addrsGone(d);
  routesGone(world, d);
  const moved = world.core.devMove(d.dev, to.core);
  if (moved < 0) return errnoOf(moved);
  ns.remove(d);
  d.ns = to;
  d.ifindex = to.takeIfindex(d.ifindex);
  to.add(d);
  numberPeers(d);
  return 0;
}

/** Namespaces that a veth joins get numbers for each other. @see Linux net/core/net_namespace.c: peernet2id_alloc */
function numberPeers(d: Device): void {
  if (!d.peer || d.peer.ns === d.ns) return;
  d.ns.netnsidOf(d.peer.ns);
  d.peer.ns.netnsidOf(d.ns);
}

/** A device as `ip -d link` has it. */
export function linkOf(world: NetWorld, d: Device): Link {
  const [rxPackets, rxBytes, rxDropped, txPackets, txBytes, txDropped] = world.core.devStats(d.dev);
  const far = d.peer && d.peer.ns !== d.ns ? d.peer.ns : undefined;
  return {
    ifindex: d.ifindex,
    name: d.name,
    kind: d.kind,
    mac: d.mac,
    mtu: d.mtu,
    txqlen: d.txqlen,
    up: d.up,
    carrier: d.up && world.core.devCarrier(d.dev),
    promisc: d.promisc,
    ...(d.master && { master: d.master.ifindex, port: { hairpin: d.hairpin, isolated: d.isolated, learning: true } }),
    ...(d.peer && { peerIfindex: d.peer.ifindex }),
    ...(far && { peerNetnsId: d.ns.netnsidOf(far) }),
    stats: { rxPackets, rxBytes, rxDropped, txPackets, txBytes, txDropped },
  };
}
