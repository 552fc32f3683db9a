/** Devices of kinds that stand on others or tunnel: VXLAN, macvlan, ipvlan, VLAN; and what is set by kind. */

import { type IpAddr, ip4 } from '../../../base/ip.ts';
import * as abi from '../../core/abi.ts';
import type { CoreVxlan } from '../../core/core.ts';
import { EEXIST, EINVAL, ENODEV, EOPNOTSUPP, type Errno, errnoOf, isErr } from '../errno.ts';
import type { Link, MacvlanMode, NetAdmin, UpperSettings, VxlanSettings } from '../netadmin.ts';
import { nameError, numberPeers, randomMac, register, setMtu } from './links.ts';
import type { Device, Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

/** Port of a VXLAN that was given none; older than IANA's 4789. @see Linux vxlan_port */
const VXLAN_PORT = 8472;

const MODES: Readonly<Record<MacvlanMode, number>> = {
  private: abi.MACVLAN_PRIVATE,
  vepa: abi.MACVLAN_VEPA,
  bridge: abi.MACVLAN_BRIDGE,
  passthru: abi.MACVLAN_PASSTHRU,
};
const DF = ['unset', 'set', 'inherit'] as const;
/** Settings that are bits; true ones that are false in the core's sense come last. */
const FLAGS = [
  ['proxy', abi.VXLAN_PROXY],
  ['l2miss', abi.VXLAN_L2MISS],
  ['l3miss', abi.VXLAN_L3MISS],
] as const;

/** IPv4 number of an address; IPv6 outside is not modelled. */
function number4(ip: IpAddr | undefined): number | Errno {
  if (ip === undefined) return 0;
  return ip.v === 4 ? ip.value : EOPNOTSUPP;
}

function toCore(s: VxlanSettings, lower: Device | undefined): CoreVxlan | Errno {
  const remote = number4(s.remote);
  const local = number4(s.local);
  if (isErr(remote)) return remote;
  if (isErr(local)) return local;
  if (remote >>> 28 === 14) return EOPNOTSUPP;
  let flags = s.learning === false ? 0 : abi.VXLAN_LEARN;
  for (const [key, bit] of FLAGS) if (s[key]) flags |= bit;
  if (s.udpcsum === false) flags |= abi.VXLAN_NO_CSUM;
  if (s.ttl === 'inherit') flags |= abi.VXLAN_TTL_INHERIT;
  return {
    vni: s.vni,
    remote,
    local,
    lower: lower?.dev ?? 0,
    port: s.dstport ?? VXLAN_PORT,
    sport: s.srcport ?? [0, 0],
    ttl: typeof s.ttl === 'number' ? s.ttl : 0,
    tos: s.tos === 'inherit' ? 1 : (s.tos ?? 0),
    df: DF.indexOf(s.df ?? 'unset'),
    flags,
    max: s.maxaddress ?? 0,
    ageingNs: (s.ageing ?? 300) * 1e9,
  };
}

function fromCore(world: NetWorld, d: Device): NonNullable<Link['vxlan']> {
  const v = world.core.vxlan(d.dev);
  const on = (bit: number): boolean => (v.flags & bit) !== 0;
  return {
    vni: v.vni,
    ...(v.remote !== 0 && { remote: ip4(v.remote) }),
    ...(v.local !== 0 && { local: ip4(v.local) }),
    ...(d.lower && { dev: d.lower.name }),
    dstport: v.port,
    srcport: v.sport,
    ttl: on(abi.VXLAN_TTL_INHERIT) ? 'inherit' : v.ttl,
    tos: v.tos === 1 ? 'inherit' : v.tos,
    df: DF[v.df] ?? 'unset',
    learning: on(abi.VXLAN_LEARN),
    proxy: on(abi.VXLAN_PROXY),
    l2miss: on(abi.VXLAN_L2MISS),
    l3miss: on(abi.VXLAN_L3MISS),
    udpcsum: !on(abi.VXLAN_NO_CSUM),
    ageing: v.ageingNs / 1e9,
    maxaddress: v.max,
    l2misses: v.l2misses,
    l3misses: v.l3misses,
  };
}

type Options = { mac?: number; mtu?: number };

export function addVxlan(
  world: NetWorld,
  ns: Netns,
  name: string,
  settings: VxlanSettings,
  options: Options = {},
): number | Errno {
  const bad = nameError(ns, name);
  if (bad) return bad;
  const lower = settings.dev === undefined ? undefined : ns.find(settings.dev);
  if (settings.dev !== undefined && !lower) return ENODEV;
  const wanted = toCore(settings, lower);
  if (isErr(wanted)) return wanted;
  const dev = world.core.vxlanAdd(ns.core, name, options.mac ?? randomMac(world), wanted);
  if (dev === -EEXIST.code) return EEXIST.says('A VXLAN device with the specified VNI already exists');
  if (dev < 0) return errnoOf(dev);
  const d = register(world, ns, dev, 'vxlan', name);
  d.linkNs = ns;
  d.lower = lower;
  world.stacked.add(d);
  if (options.mtu !== undefined) setMtu(world, d, options.mtu);
  world.watch.link(d);
  return d.ifindex;
}

export function addUpper(
  world: NetWorld,
  ns: Netns,
  name: string,
  lowerName: string,
  settings: UpperSettings,
  options: Options = {},
): number | Errno {
  const bad = nameError(ns, name);
  if (bad) return bad;
  const below = ns.named(lowerName);
  if (isErr(below)) return below;
  // beside another of its kind, not on it
  const lower = settings.kind !== 'vlan' && below.kind === settings.kind ? (below.lower as Device) : below;
  if (settings.kind === 'vlan' && (settings.id < 0 || settings.id > 4094)) return EINVAL;
  const shares = settings.kind !== 'macvlan' || settings.mode === 'passthru';
  const mac = shares ? (options.mac ?? lower.mac) : (options.mac ?? randomMac(world));
  const kind = { macvlan: abi.DEV_MACVLAN, ipvlan: abi.DEV_IPVLAN, vlan: abi.DEV_VLAN }[settings.kind];
  const arg = settings.kind === 'vlan' ? settings.id : settings.kind === 'macvlan' ? MODES[settings.mode] : 0;
  const dev = world.core.upperAdd(ns.core, kind, name, mac, lower.dev, arg);
  if (dev < 0) return errnoOf(dev);
  const d = register(world, ns, dev, settings.kind, name);
  d.lower = lower;
  world.stacked.add(d);
  d.arg = settings.kind === 'vlan' ? settings.id : settings.kind === 'macvlan' ? settings.mode : undefined;
  numberPeers(d);
  if (options.mtu !== undefined) setMtu(world, d, options.mtu);
  world.watch.link(d);
  return d.ifindex;
}

const PORT_KEYS = {
  hairpin: 'hairpin',
  isolated: 'isolated',
  learning: 'learning',
  flood: 'flood',
  mcastFlood: 'mcast_flood',
  bcastFlood: 'bcast_flood',
} as const;

type Change = Parameters<NetAdmin['setLink']>[1];

/** What `type KIND …` of ip link set changes. */
export function setKind(world: NetWorld, d: Device, change: Change): Errno | 0 {
  const { core } = world;
  if (change.port) {
    if (!d.master) return EOPNOTSUPP;
    for (const key of Object.keys(PORT_KEYS) as (keyof typeof PORT_KEYS)[]) {
      const on = change.port[key];
      if (on !== undefined) core.devSet(d.dev, PORT_KEYS[key], on ? 1 : 0);
    }
    d.port = { ...d.port, ...change.port };
  }
  if (change.bridge) {
    if (!d.bridge) return EOPNOTSUPP;
    const { ageingTime, groupFwdMask } = change.bridge;
    if (groupFwdMask !== undefined && core.devSet(d.dev, 'group_fwd_mask', groupFwdMask) < 0) return EINVAL;
    if (ageingTime !== undefined) core.devSet(d.dev, 'ageingNs', ageingTime * 1e7);
    d.bridge = { ...d.bridge, ...change.bridge };
  }
  if (change.macvlan !== undefined) {
    if (d.kind !== 'macvlan') return EOPNOTSUPP;
    if (core.devSet(d.dev, 'mode', MODES[change.macvlan]) < 0) return EINVAL;
    d.arg = change.macvlan;
  }
  return change.vxlan ? setVxlan(world, d, change.vxlan) : 0;
}

function setVxlan(world: NetWorld, d: Device, change: Partial<VxlanSettings>): Errno | 0 {
  if (d.kind !== 'vxlan') return EOPNOTSUPP;
  const was = fromCore(world, d);
  if (change.vni !== undefined && change.vni !== was.vni) return EOPNOTSUPP.says('Cannot change VNI');
  if (change.dstport !== undefined && change.dstport !== was.dstport) return EOPNOTSUPP.says('Cannot change port');
  const wanted = toCore({ ...was, ...change }, d.lower);
  if (isErr(wanted)) return wanted;
  world.core.vxlanSet(d.dev, wanted);
  return 0;
}

/** What a device shows by kind. */
export function kindOf(world: NetWorld, d: Device): Pick<Link, 'bridge' | 'vxlan' | 'macvlan' | 'vlan'> {
  if (d.bridge)
    return {
      bridge: {
        ...d.bridge,
        id: d.named || d.mac === 0 || d.ns.devices.some((p) => p.master === d) ? d.mac : 0,
        /** Counted when asked for: `ip link` looks at the bridge of each port, for its name only. */
        get learned() {
          return world.core.fdb(d.dev).filter((f) => !f.local && !f.static).length;
        },
      },
    };
  if (d.kind === 'vxlan') return { vxlan: fromCore(world, d) };
  if (d.kind === 'macvlan') return { macvlan: { mode: d.arg as MacvlanMode } };
  if (d.kind === 'vlan') return { vlan: { id: d.arg as number } };
  return {};
}
