/**
 * Devices: the record, creation and removal, settings. A device's index is unique in the core; Linux's
 * ifindex is the kernel's business.
 */
import {
  DEV_BRIDGE,
  DEV_LOOPBACK,
  DEV_MACVLAN,
  DEV_VETH,
  DEV_VXLAN,
  DEVKEY_AGEING,
  DEVKEY_BCAST_FLOOD,
  DEVKEY_FLOOD,
  DEVKEY_GROUP_FWD,
  DEVKEY_HAIRPIN,
  DEVKEY_ISOLATED,
  DEVKEY_LATENCY,
  DEVKEY_LEARNING,
  DEVKEY_MAC,
  DEVKEY_MAC_AUTO,
  DEVKEY_MASTER,
  DEVKEY_MCAST_FLOOD,
  DEVKEY_MODE,
  DEVKEY_MTU,
  DEVKEY_PROMISC,
  DEVKEY_UP,
  EINVAL,
  ENOSPC,
} from '../../abi';
import { flowSettle, flowStale } from '../flow/epoch';
import { addrDevGone } from '../ip/addr';
import { idevGone, idevInit, idevState } from '../ip6/idev';
import { route6DevGone } from '../ip6/route';
import { confDevInit } from '../ip/conf';
import { dstFlush } from '../ip/dst';
import { igmpUp } from '../ip/igmp';
import { groupDevGone } from '../ip/mcast';
import { neighDevGone } from '../ip/neightab';
import { proxyDevGone } from '../ip/proxyarp';
import { routeDevGone } from '../ip/route';
import { DEV_BASE, DEV_REC, SLAB_DEV } from '../mem';
import { rng32 } from '../sim/rng';
import { masqueradeGone } from '../nf/masquerade';
import { slabAlloc, slabFree } from '../sim/slab';
import { fdbLocalAdd, fdbPortGone } from './fdb';
import { Ns } from './ns';
import {
  bridgeCarrier,
  carrierUpdate,
  macSet,
  PORT_NO_BCAST,
  PORT_NO_FLOOD,
  PORT_NO_LEARN,
  PORT_NO_MCAST,
  portAbility,
  portJoin,
  portLeave,
} from './port';
import { linkNs, unlinkNs } from './members';
import { qdiscDevDown, qdiscDevGone } from './qdisc';
import { upperGone, upperLowerGone, upperMode } from './upper';
import { vxlanGone, vxlanLowerGone, vxlanOpen, vxlanStop } from './vxlanadm';

/** A bridge's ageing time at first, ns. */
const BRIDGE_AGEING: u64 = 300_000_000_000;

@unmanaged
export class Dev {
  // What each frame that is sent, flooded or received looks at: one line of a cache, and with its counters the next.
  live: u32;
  kind: u32;
  ns: u32;
  up: u32;
  mtu: u32;
  carrier: u32;
  /** veth: the other end. */
  peer: u32;
  /** Bridge it is a port of. */
  master: u32;
  nextPort: u32;
  hairpin: u32;
  isolated: u32;
  /** Bridge port: PORT_*, what it does not do. */
  off: u32;
  /** Tells a reused record from the old one. */
  gen: u32;
  /** Devices that stand on it: records of Upper. */
  uppers: u32;
  /** Queueing discipline at its root, 0: none. */
  qdisc: u32;
  promisc: u32;
  mac: u64;
  /** Time a frame takes to the other end, ns. */
  latency: u64;
  rxPackets: u64;
  rxBytes: u64;
  txPackets: u64;
  txBytes: u64;
  /** Bridge: its ports, newest first. */
  ports: u32;
  /** Its neighbour entries. */
  neighs: u32;
  /** Bridge port: the forwarding entries of the source and the destination it saw last; hints. */
  fdbFrom: u32;
  fdbTo: u32;
  // What comes from here on is looked at less often.
  rxDropped: u64;
  txDropped: u64;
  prevPort: u32;
  /** Neighbours in the namespace's list of devices. */
  nextInNs: u32;
  prevInNs: u32;
  /** The forwarding entries that name it as port. */
  fdbs: u32;
  /** Record of its kind: Vxlan, or Upper (what it stands on). */
  side: u32;
  /** DEV_MACVLAN, DEV_IPVLAN: those take its frames. */
  portOf: u32;
  /** Bridge: 802.1D groups that it forwards, a bit each. */
  groupFwd: u32;
  /** Bridge: its MAC was given by hand; else it is the lowest of its ports'. */
  macSet: u32;
  /** For walks over all devices. */
  mark: u32;
  /** Number of the newest forwarding entry. */
  fdbSeq: u32;
  /** When changes of IPv4 groups are told next. */
  igmpTimer: u32;
  /** Bridge: how long learned entries live, ns. */
  ageing: u64;
  rxErrors: u64;
  txErrors: u64;
  txCarrier: u64;
  /** Name, 16 bytes, zero-filled. */
  name0: u64;
  name1: u64;

  @inline static at(i: u32): Dev {
    return changetype<Dev>(DEV_BASE + (i as usize) * DEV_REC);
  }
}

/** Address of a device's counters of what came in: packets, bytes. */
export function devIn(i: u32): usize {
  return changetype<usize>(Dev.at(i)) + offsetof<Dev>('rxPackets');
}

/** Address of a device's counters of what went out: packets, bytes. */
export function devOut(i: u32): usize {
  return changetype<usize>(Dev.at(i)) + offsetof<Dev>('txPackets');
}

function setName(i: u32, name: usize): void {
  const d = Dev.at(i);
  d.name0 = load<u64>(name);
  d.name1 = load<u64>(name, 8);
}

/**
 * Adds a device, down. @param kind DEV_LOOPBACK, DEV_BRIDGE, DEV_DUMMY or DEV_NIC @param name address of 16 bytes
 * @returns its index, or -ENOSPC
 */
export function devAdd(ns: u32, kind: u32, name: usize, mac: u64): i32 {
  const i = slabAlloc(SLAB_DEV);
  if (i == 0) return -ENOSPC;
  const d = Dev.at(i);
  d.live = 1;
  d.kind = kind;
  d.mac = mac;
  d.mtu = kind == DEV_LOOPBACK ? 65536 : 1500;
  d.gen = rng32() | 1;
  setName(i, name);
  linkNs(i, ns);
  confDevInit(i);
  idevInit(i);
  if (kind == DEV_BRIDGE) {
    d.ageing = BRIDGE_AGEING;
    d.macSet = 1;
    fdbLocalAdd(i, 0, mac);
  }
  return i as i32;
}

/** Adds a pair of veth devices. @returns the first; its `peer` is the second; or -ENOSPC */
export function vethAdd(nsA: u32, nameA: usize, macA: u64, nsB: u32, nameB: usize, macB: u64): i32 {
  const a = devAdd(nsA, DEV_VETH, nameA, macA);
  if (a < 0) return a;
  const b = devAdd(nsB, DEV_VETH, nameB, macB);
  if (b < 0) {
    devDel(a as u32);
    return b;
  }
  Dev.at(a as u32).peer = b as u32;
  Dev.at(b as u32).peer = a as u32;
  return a;
}

/** The other end of a veth pair. */
export function devPeer(i: u32): u32 {
  return Dev.at(i).peer;
}

function remove(i: u32): void {
  const d = Dev.at(i);
  upperLowerGone(i);
  vxlanLowerGone(i);
  qdiscDevGone(i);
  if (d.kind == DEV_VXLAN) vxlanGone(i);
  else if (d.kind >= (DEV_MACVLAN as u32)) upperGone(i);
  if (d.master != 0) portLeave(i);
  while (d.ports != 0) portLeave(d.ports);
  if (d.kind == DEV_BRIDGE) fdbPortGone(i, true);
  d.up = 0;
  idevGone(i);
  neighDevGone(i);
  addrDevGone(i);
  routeDevGone(i);
  route6DevGone(i);
  groupDevGone(i);
  proxyDevGone(i);
  unlinkNs(i);
  d.live = 0;
  slabFree(SLAB_DEV, i);
}

/** Removes a device with its addresses, routes and neighbours; a veth's other end goes too. */
export function devDel(i: u32): void {
  const d = Dev.at(i);
  if (!d.live) return;
  const peer = d.peer;
  if (peer != 0) {
    Dev.at(peer).peer = 0;
    remove(peer);
  }
  remove(i);
}

/** Removes all devices of a namespace. */
export function devNsDestroy(ns: u32): void {
  const n = Ns.at(ns);
  while (n.devs != 0) devDel(n.devs);
}

/** Moves a device to another namespace: down there, without addresses, routes and master. */
export function devMove(i: u32, ns: u32): i32 {
  flowStale();
  const d = Dev.at(i);
  if (d.ns == ns) return 0;
  if (d.kind == DEV_LOOPBACK) return -EINVAL;
  if (d.master != 0) portLeave(i);
  setUp(i, 0);
  qdiscDevGone(i);
  idevGone(i);
  neighDevGone(i);
  addrDevGone(i);
  routeDevGone(i);
  route6DevGone(i);
  groupDevGone(i);
  proxyDevGone(i);
  unlinkNs(i);
  linkNs(i, ns);
  confDevInit(i);
  return 0;
}

/** Renames it. @param name address of 16 bytes */
export function devName(i: u32, name: usize): i32 {
  flowStale();
  setName(i, name);
  return 0;
}

/** Brings a device up or down. @returns 0, or -EADDRINUSE: a VXLAN's port is taken */
function setUp(i: u32, up: u32): i32 {
  dstFlush();
  const d = Dev.at(i);
  if (d.up == up) return 0;
  if (d.kind == DEV_VXLAN) {
    const err = up ? vxlanOpen(i) : 0;
    if (err != 0) return err;
    if (!up) vxlanStop(i);
  }
  d.up = up;
  if (!up) {
    masqueradeGone(i, 0);
    neighDevGone(i);
    qdiscDevDown(i);
  }
  carrierUpdate(i);
  idevState(i);
  if (up) igmpUp(i);
  if (d.master != 0) {
    if (!up) fdbPortGone(i, false);
    bridgeCarrier(d.master);
  }
  return 0;
}

/** The MAC of a device. */
export function devMac(i: u32): u64 {
  return Dev.at(i).mac;
}

/** The MTU of a device. */
export function devMtu(i: u32): u32 {
  return Dev.at(i).mtu;
}

/** Sets a property. @param key DEVKEY_*; a MAC is 48 bits, latency ns @returns 0 or -EINVAL */
export function devSet(i: u32, key: u32, value: f64): i32 {
  flowStale();
  const d = Dev.at(i);
  const v = (value as u64) as u32;
  switch (key) {
    case DEVKEY_UP:
      return setUp(i, v != 0 ? 1 : 0);
    case DEVKEY_MTU:
      if (v < 68 || v > 65536) return -EINVAL;
      d.mtu = v;
      return 0;
    case DEVKEY_MAC:
      macSet(i, value as u64);
      return 0;
    case DEVKEY_MASTER:
      return portJoin(i, v);
    case DEVKEY_PROMISC:
      d.promisc = v;
      return 0;
    case DEVKEY_HAIRPIN:
      d.hairpin = v;
      return 0;
    case DEVKEY_ISOLATED:
      d.isolated = v;
      return 0;
    case DEVKEY_LATENCY:
      d.latency = value as u64;
      return 0;
    case DEVKEY_LEARNING:
      return portAbility(d, PORT_NO_LEARN, v);
    case DEVKEY_FLOOD:
      return portAbility(d, PORT_NO_FLOOD, v);
    case DEVKEY_MCAST_FLOOD:
      return portAbility(d, PORT_NO_MCAST, v);
    case DEVKEY_BCAST_FLOOD:
      return portAbility(d, PORT_NO_BCAST, v);
    case DEVKEY_AGEING:
      d.ageing = value as u64;
      return 0;
    case DEVKEY_GROUP_FWD:
      // STP, pause frames and LACP are never let through. @see Linux BR_GROUPFWD_RESTRICTED
      if (v & 7) return -EINVAL;
      d.groupFwd = v;
      return 0;
    case DEVKEY_MAC_AUTO:
      d.macSet = v != 0 ? 0 : 1;
      return 0;
    case DEVKEY_MODE:
      return upperMode(i, v);
  }
  return -EINVAL;
}

/** Whether it has a carrier. */
export function devCarrier(i: u32): u32 {
  return Dev.at(i).carrier;
}

/** Writes DEV_STATS f64: rx packets, bytes, dropped, tx packets, bytes, dropped, rx errors, tx errors, tx carrier errors. */
export function devStats(i: u32, out: usize): void {
  flowSettle();
  const d = Dev.at(i);
  store<f64>(out, d.rxPackets as f64);
  store<f64>(out, d.rxBytes as f64, 8);
  store<f64>(out, d.rxDropped as f64, 16);
  store<f64>(out, d.txPackets as f64, 24);
  store<f64>(out, d.txBytes as f64, 32);
  store<f64>(out, d.txDropped as f64, 40);
  store<f64>(out, d.rxErrors as f64, 48);
  store<f64>(out, d.txErrors as f64, 56);
  store<f64>(out, d.txCarrier as f64, 64);
}
