/**
 * Forwarding tables: of bridges, of VXLANs, and the unicast filters of devices.
 * @see Linux net/core/rtnetlink.c: rtnl_fdb_add, rtnl_fdb_del; net/bridge/br_fdb.c, drivers/net/vxlan/vxlan_core.c
 */

import { ip4 } from '../../../base/ip.ts';
import * as abi from '../../core/abi.ts';
import type { CoreFdb } from '../../core/core.ts';
import { EEXIST, EINVAL, ENODEV, ENOENT, EOPNOTSUPP, type Errno, errnoOf, isErr } from '../errno.ts';
import type { FdbChange, FdbEntry } from '../netadmin.ts';
import { standing } from './links.ts';
import type { Device, Netns } from './netns.ts';
import type { NetWorld } from './world.ts';

/** States as netlink has them; whoever is static is NOARP too. */
const STATES = {
  permanent: abi.NUD_PERMANENT | abi.NUD_NOARP,
  static: abi.NUD_REACHABLE | abi.NUD_NOARP,
  dynamic: abi.NUD_REACHABLE,
} as const;
const BRIDGE_FLAGS = { permanent: abi.FDB_LOCAL | abi.FDB_PERMANENT, static: abi.FDB_STATIC, dynamic: 0 } as const;
const HOW = {
  add: abi.FDB_CREATE | abi.FDB_EXCL,
  append: abi.FDB_CREATE | abi.FDB_APPEND,
  replace: abi.FDB_CREATE | abi.FDB_REPLACE,
} as const;

function ofBridge(world: NetWorld, b: Device): FdbEntry[] {
  return [...world.core.fdb(b.dev)]
    .sort((x, y) => y.seq - x.seq)
    .map((f) => ofPort(f, world.devices.get(f.port) ?? b, b));
}

/** An entry of a bridge behind a port of it, or behind itself. */
function ofPort(f: CoreFdb, port: Device, bridge: Device): FdbEntry {
  return {
    mac: f.mac,
    ifindex: port.ifindex,
    master: bridge.ifindex,
    local: f.local,
    permanent: f.permanent || f.local,
    static: f.static,
    age: f.ageNs / 1e9,
    self: false,
  };
}

/** An entry as `bridge fdb` has it. @param port the port it is behind, or the bridge itself */
export function fdbEntry(port: Device, f: CoreFdb): FdbEntry {
  return ofPort(f, port, port.master ?? port);
}

function ofVxlan(world: NetWorld, d: Device): FdbEntry[] {
  const far = d.linkNs !== undefined && d.linkNs !== d.ns ? d.linkNs : undefined;
  // newest MAC first, the remotes of one in their order
  const entries = world.core.vfdb(d.dev).map((e, i) => ({ e, i }));
  return entries
    .sort((x, y) => y.e.seq - x.e.seq || x.i - y.i)
    .map(({ e }) => {
      const via = e.oif === 0 ? undefined : world.devices.get(e.oif)?.ifindex;
      return {
        mac: e.mac,
        ifindex: d.ifindex,
        local: false,
        permanent: (e.state & abi.NUD_PERMANENT) !== 0,
        static: (e.state & abi.NUD_NOARP) !== 0,
        age: e.updatedNs / 1e9,
        self: true,
        dst: ip4(e.dst),
        ...(e.port !== 0 && { port: e.port }),
        ...(e.vni !== 0 && { vni: e.vni }),
        ...(via !== undefined && { via }),
        ...(far && { linkNetnsId: d.ns.netnsidOf(far) }),
      };
    });
}

/** MACs a device takes beside its own: by hand, and those of the macvlans on it that are up. */
function filters(world: NetWorld, d: Device): FdbEntry[] {
  const macvlans = standing(world, d).filter((x) => x.kind === 'macvlan' && x.up && x.arg !== 'passthru');
  return [...d.unicast, ...macvlans.map((x) => x.mac)].map((mac) => ({
    mac,
    ifindex: d.ifindex,
    local: false,
    permanent: true,
    static: true,
    age: 0,
    self: true,
  }));
}

export function listFdb(world: NetWorld, ns: Netns, bridge?: string): FdbEntry[] {
  const of = (d: Device): boolean => bridge === undefined || d.name === bridge || d.master?.name === bridge;
  return ns.devices
    .filter(of)
    .flatMap((d) => [
      ...(d.kind === 'bridge' ? ofBridge(world, d) : []),
      ...(d.kind === 'vxlan' ? ofVxlan(world, d) : []),
      ...filters(world, d),
    ]);
}

const result = (err: number): Errno | 0 => (err < 0 ? errnoOf(err) : 0);

/** The remote of a change, in the core's form. */
function remote(
  d: Device,
  change: FdbChange,
): { mac: number; dst: number; port: number; vni: number; oif: number } | Errno {
  if (change.dst?.v === 6) return EOPNOTSUPP;
  const via = change.via === undefined ? undefined : (d.linkNs ?? d.ns).find(change.via);
  if (change.via !== undefined && !via) return ENODEV;
  return {
    mac: change.mac,
    dst: change.dst?.value ?? 0,
    port: change.port ?? 0,
    vni: change.vni ?? 0,
    oif: via?.dev ?? 0,
  };
}

export function setFdb(world: NetWorld, ns: Netns, change: FdbChange, how: keyof typeof HOW): Errno | 0 {
  const d = ns.named(change.dev);
  if (isErr(d)) return d;
  if (change.master) {
    if (!d.master) return EOPNOTSUPP;
    const err = result(world.core.fdbSet(d.dev, change.mac, BRIDGE_FLAGS[change.state], HOW[how]));
    if (err || !change.self) return err;
  }
  if (d.kind === 'bridge') return result(world.core.fdbSet(d.dev, change.mac, BRIDGE_FLAGS[change.state], HOW[how]));
  if (d.kind === 'vxlan') {
    if (change.dst === undefined) return EINVAL;
    const to = remote(d, change);
    return isErr(to) ? to : result(world.core.vfdbSet(d.dev, { ...to, state: STATES[change.state] }, HOW[how]));
  }
  // The filter of any other device takes fixed MACs only. @see Linux ndo_dflt_fdb_add
  if (change.state !== 'permanent') return EINVAL;
  if (d.unicast.includes(change.mac)) return how === 'add' ? EEXIST : 0;
  d.unicast.push(change.mac);
  return 0;
}

export function delFdb(world: NetWorld, ns: Netns, change: FdbChange): Errno | 0 {
  const d = ns.named(change.dev);
  if (isErr(d)) return d;
  if (change.master) {
    if (!d.master) return EOPNOTSUPP;
    const err = result(world.core.fdbDel(d.dev, change.mac));
    if (err || !change.self) return err;
  }
  if (d.kind === 'bridge') return result(world.core.fdbDel(d.dev, change.mac));
  if (d.kind === 'vxlan') {
    const to = remote(d, change);
    return isErr(to) ? to : result(world.core.vfdbDel(d.dev, to));
  }
  const at = d.unicast.indexOf(change.mac);
  if (at < 0) return ENOENT;
  d.unicast.splice(at, 1);
  return 0;
}
