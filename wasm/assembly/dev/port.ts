/**
 * Carriers, ports of bridges and MACs: what changes on one device and is felt on those it is joined to.
 * @see Linux net/bridge/br_if.c: br_add_if, del_nbp; br_stp_if.c: br_stp_recalculate_bridge_id
 */
import {
  DEV_BRIDGE,
  DEV_IPVLAN,
  DEV_LOOPBACK,
  DEV_MACVLAN,
  DEV_VETH,
  EBUSY,
  EINVAL,
  ELOOP,
  EVENT_CARRIER,
} from '../../abi';
import { idevState } from '../ip6/idev';
import { eventPush } from '../sim/ring';
import { Dev } from './dev';
import { fdbLocalAdd, fdbLocalDel, fdbPortGone } from './fdb';
import { standsOn, Upper } from './upper';
import { dstFlush } from '../ip/dst';

/** What a bridge port does not do: learn; get floods of unknown unicast, of groups, of broadcasts. */
export const PORT_NO_LEARN: u32 = 1;
export const PORT_NO_FLOOD: u32 = 2;
export const PORT_NO_MCAST: u32 = 4;
export const PORT_NO_BCAST: u32 = 8;

/** Sets the carrier, and that of what stands on the device (no deeper than upper.ts allows). */
function carrierSet(i: u32, on: u32): void {
  dstFlush();
  const d = Dev.at(i);
  if (d.carrier == on) return;
  d.carrier = on;
  eventPush(EVENT_CARRIER, i, on, 0);
  idevState(i);
  if (d.master != 0) bridgeCarrier(d.master);
  let u = d.uppers;
  while (u != 0) {
    carrierUpdate(Upper.at(u).dev);
    u = Upper.at(u).next;
  }
}

/** A bridge has a carrier while a port has one. */
export function bridgeCarrier(b: u32): void {
  const d = Dev.at(b);
  let on: u32 = 0;
  let k = d.ports;
  while (k != 0 && !on) {
    const p = Dev.at(k);
    if (p.up && p.carrier) on = 1;
    k = p.nextPort;
  }
  carrierSet(b, on & d.up);
}

/** Recomputes the carrier of a device after it, or its peer, went up or down. */
export function carrierUpdate(i: u32): void {
  const d = Dev.at(i);
  if (d.kind == DEV_BRIDGE) bridgeCarrier(i);
  else if (d.kind >= (DEV_MACVLAN as u32)) {
    const l = Dev.at(Upper.at(d.side).lower);
    carrierSet(i, d.up & l.up & l.carrier);
  } else if (d.peer != 0) {
    const on: u32 = d.up & Dev.at(d.peer).up;
    carrierSet(i, on);
    carrierSet(d.peer, on);
  } else carrierSet(i, d.kind == DEV_VETH ? 0 : d.up);
}

/** A port leaves its bridge. */
export function portLeave(i: u32): void {
  const d = Dev.at(i);
  const b = Dev.at(d.master);
  if (d.prevPort == 0) b.ports = d.nextPort;
  else Dev.at(d.prevPort).nextPort = d.nextPort;
  if (d.nextPort != 0) Dev.at(d.nextPort).prevPort = d.prevPort;
  fdbPortGone(i, false);
  const master = d.master;
  d.master = 0;
  d.nextPort = 0;
  d.prevPort = 0;
  d.hairpin = 0;
  d.isolated = 0;
  d.off = 0;
  fdbLocalDel(master, i, d.mac);
  fdbPortGone(i, true);
  bridgeMac(master);
  bridgeCarrier(master);
}

/** Makes a device a port of bridge `b`, 0: of none. @returns 0, -EINVAL, -EBUSY (a macvlan stands on it) or -ELOOP (it stands on the bridge) */
export function portJoin(i: u32, b: u32): i32 {
  const d = Dev.at(i);
  if (d.master == b) return 0;
  if (b != 0) {
    const m = Dev.at(b);
    if (m.kind != DEV_BRIDGE || m.ns != d.ns || d.kind == DEV_BRIDGE || d.kind == DEV_LOOPBACK) return -EINVAL;
    if (d.portOf != 0 || d.kind == DEV_IPVLAN) return -EBUSY;
    if (d.kind >= (DEV_MACVLAN as u32) && standsOn(i, b)) return -ELOOP;
  }
  if (d.master != 0) portLeave(i);
  if (b == 0) return 0;
  const m = Dev.at(b);
  d.master = b;
  d.nextPort = m.ports;
  if (m.ports != 0) Dev.at(m.ports).prevPort = i;
  m.ports = i;
  fdbLocalAdd(b, i, d.mac);
  bridgeMac(b);
  bridgeCarrier(b);
  return 0;
}

/** The MAC of a bridge that was given none is the lowest of its ports', 0 without ports. @see Linux br_stp_recalculate_bridge_id */
function bridgeMac(b: u32): void {
  const d = Dev.at(b);
  if (d.macSet) return;
  let low: u64 = 0;
  let k = d.ports;
  while (k != 0) {
    const p = Dev.at(k);
    if (low == 0 || p.mac < low) low = p.mac;
    k = p.nextPort;
  }
  if (low != d.mac) setOwnMac(b, low);
}

/** Gives a bridge a MAC. */
function setOwnMac(b: u32, mac: u64): void {
  const d = Dev.at(b);
  const old = d.mac;
  d.mac = mac;
  fdbLocalDel(b, 0, old);
  if (mac != 0) fdbLocalAdd(b, 0, mac);
}

/** Sets the MAC of a device. */
export function macSet(i: u32, mac: u64): void {
  const d = Dev.at(i);
  if (d.kind == DEV_BRIDGE) {
    d.macSet = 1;
    setOwnMac(i, mac);
    return;
  }
  const old = d.mac;
  d.mac = mac;
  if (d.master == 0) return;
  fdbLocalDel(d.master, i, old);
  fdbLocalAdd(d.master, i, mac);
  bridgeMac(d.master);
}

/** Turns one of a port's abilities on or off. */
export function portAbility(d: Dev, bit: u32, on: u32): i32 {
  d.off = on != 0 ? d.off & ~bit : d.off | bit;
  return 0;
}
