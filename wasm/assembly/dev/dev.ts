/**
 * Devices: the record, creation and removal, settings, carrier. A device's index is unique in the core; Linux's
 * ifindex is the kernel's business.
 */
import {
  DEV_BRIDGE,
  DEV_LOOPBACK,
  DEV_VETH,
  DEVKEY_HAIRPIN,
  DEVKEY_ISOLATED,
  DEVKEY_LATENCY,
  DEVKEY_MAC,
  DEVKEY_MASTER,
  DEVKEY_MTU,
  DEVKEY_PROMISC,
  DEVKEY_UP,
  EINVAL,
  ENOSPC,
  EVENT_CARRIER,
} from '../../abi';
import { addrDevGone } from '../ip/addr';
import { neighDevGone } from '../ip/neigh';
import { routeDevGone } from '../ip/route';
import { DEV_BASE, DEV_REC, SLAB_DEV } from '../mem';
import { eventPush } from '../sim/ring';
import { rng32 } from '../sim/rng';
import { slabAlloc, slabFree } from '../sim/slab';
import { fdbBridgeGone, fdbLocalAdd, fdbLocalDel, fdbPortGone } from './fdb';
import { Ns } from './ns';

@unmanaged
export class Dev {
  live: u32;
  kind: u32;
  ns: u32;
  up: u32;
  mtu: u32;
  carrier: u32;
  promisc: u32;
  hairpin: u32;
  isolated: u32;
  /** veth: the other end. */
  peer: u32;
  /** Bridge it is a port of. */
  master: u32;
  /** Bridge: its ports, newest first; port: the next one. */
  ports: u32;
  nextPort: u32;
  /** Next device of the namespace. */
  nextInNs: u32;
  /** Tells a reused record from the old one. */
  gen: u32;
  spare: u32;
  mac: u64;
  /** Time a frame takes to the other end, ns. */
  latency: u64;
  rxPackets: u64;
  rxBytes: u64;
  rxDropped: u64;
  txPackets: u64;
  txBytes: u64;
  txDropped: u64;
  /** Name, 16 bytes, zero-filled. */
  name0: u64;
  name1: u64;

  @inline static at(i: u32): Dev {
    return changetype<Dev>(DEV_BASE + (i as usize) * DEV_REC);
  }
}

function setName(i: u32, name: usize): void {
  const d = Dev.at(i);
  d.name0 = load<u64>(name);
  d.name1 = load<u64>(name, 8);
}

function linkNs(i: u32, ns: u32): void {
  const d = Dev.at(i);
  const n = Ns.at(ns);
  d.ns = ns;
  d.nextInNs = n.devs;
  n.devs = i;
  if (d.kind == DEV_LOOPBACK) n.lo = i;
}

function unlinkNs(i: u32): void {
  const d = Dev.at(i);
  const n = Ns.at(d.ns);
  if (n.lo == i) n.lo = 0;
  if (n.devs == i) {
    n.devs = d.nextInNs;
    return;
  }
  let k = n.devs;
  while (k != 0) {
    const e = Dev.at(k);
    if (e.nextInNs == i) {
      e.nextInNs = d.nextInNs;
      return;
    }
    k = e.nextInNs;
  }
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
  if (kind == DEV_BRIDGE) fdbLocalAdd(i, i, mac);
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
  if (d.master != 0) portLeave(i);
  while (d.ports != 0) portLeave(d.ports);
  if (d.kind == DEV_BRIDGE) fdbBridgeGone(i);
  neighDevGone(i);
  addrDevGone(i);
  routeDevGone(i);
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
  const d = Dev.at(i);
  if (d.ns == ns) return 0;
  if (d.kind == DEV_LOOPBACK) return -EINVAL;
  if (d.master != 0) portLeave(i);
  setUp(i, 0);
  neighDevGone(i);
  addrDevGone(i);
  routeDevGone(i);
  unlinkNs(i);
  linkNs(i, ns);
  return 0;
}

/** Renames it. @param name address of 16 bytes */
export function devName(i: u32, name: usize): i32 {
  setName(i, name);
  return 0;
}

function carrierSet(i: u32, on: u32): void {
  const d = Dev.at(i);
  if (d.carrier == on) return;
  d.carrier = on;
  eventPush(EVENT_CARRIER, i, on, 0);
  if (d.master != 0) bridgeCarrier(d.master);
}

/** A bridge has a carrier while a port has one. */
function bridgeCarrier(b: u32): void {
  const d = Dev.at(b);
  let on: u32 = 0;
  let k = d.ports;
  while (k != 0) {
    const p = Dev.at(k);
    if (p.up && p.carrier) on = 1;
    k = p.nextPort;
  }
  carrierSet(b, on & d.up);
}

/** Recomputes the carrier of a device after it, or its peer, went up or down. */
function carrierUpdate(i: u32): void {
  const d = Dev.at(i);
  if (d.kind == DEV_BRIDGE) bridgeCarrier(i);
  else if (d.peer != 0) {
    const on: u32 = d.up & Dev.at(d.peer).up;
    carrierSet(i, on);
    carrierSet(d.peer, on);
  } else carrierSet(i, d.kind == DEV_VETH ? 0 : d.up);
}

function setUp(i: u32, up: u32): void {
  const d = Dev.at(i);
  if (d.up == up) return;
  d.up = up;
  if (!up) neighDevGone(i);
  carrierUpdate(i);
  if (d.master != 0) {
    if (!up) fdbPortGone(i, false);
    bridgeCarrier(d.master);
  }
}

function portLeave(i: u32): void {
  const d = Dev.at(i);
  const b = Dev.at(d.master);
  if (b.ports == i) b.ports = d.nextPort;
  else {
    let k = b.ports;
    while (k != 0) {
      const e = Dev.at(k);
      if (e.nextPort == i) {
        e.nextPort = d.nextPort;
        break;
      }
      k = e.nextPort;
    }
  }
  fdbPortGone(i, true);
  const master = d.master;
  d.master = 0;
  d.nextPort = 0;
  d.hairpin = 0;
  d.isolated = 0;
  bridgeCarrier(master);
}

function setMaster(i: u32, b: u32): i32 {
  const d = Dev.at(i);
  if (d.master == b) return 0;
  if (b != 0) {
    const m = Dev.at(b);
    if (m.kind != DEV_BRIDGE || m.ns != d.ns || d.kind == DEV_BRIDGE || d.kind == DEV_LOOPBACK) return -EINVAL;
  }
  if (d.master != 0) portLeave(i);
  if (b == 0) return 0;
  const m = Dev.at(b);
  d.master = b;
  d.nextPort = m.ports;
  m.ports = i;
  fdbLocalAdd(b, i, d.mac);
  bridgeCarrier(b);
  return 0;
}

function setMac(i: u32, mac: u64): void {
  const d = Dev.at(i);
  const b = d.kind == DEV_BRIDGE ? i : d.master;
  if (b != 0) {
    fdbLocalDel(b, i, d.mac);
    fdbLocalAdd(b, i, mac);
  }
  d.mac = mac;
}

/** Sets a property. @param key DEVKEY_*; a MAC is 48 bits, latency ns @returns 0 or -EINVAL */
export function devSet(i: u32, key: u32, value: f64): i32 {
  const d = Dev.at(i);
  const v = (value as u64) as u32;
  switch (key) {
    case DEVKEY_UP:
      setUp(i, v != 0 ? 1 : 0);
      return 0;
    case DEVKEY_MTU:
      if (v < 68 || v > 65536) return -EINVAL;
      d.mtu = v;
      return 0;
    case DEVKEY_MAC:
      setMac(i, value as u64);
      return 0;
    case DEVKEY_MASTER:
      return setMaster(i, v);
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
  }
  return -EINVAL;
}

/** Whether it has a carrier. */
export function devCarrier(i: u32): u32 {
  return Dev.at(i).carrier;
}

/** Writes six f64: rx packets, bytes, dropped, tx packets, bytes, dropped. */
export function devStats(i: u32, out: usize): void {
  const d = Dev.at(i);
  store<f64>(out, d.rxPackets as f64);
  store<f64>(out, d.rxBytes as f64, 8);
  store<f64>(out, d.rxDropped as f64, 16);
  store<f64>(out, d.txPackets as f64, 24);
  store<f64>(out, d.txBytes as f64, 32);
  store<f64>(out, d.txDropped as f64, 40);
}
