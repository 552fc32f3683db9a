/**
 * Devices that stand on another one: 802.1Q VLANs, macvlan and ipvlan. A frame that the lower device receives is
 * offered to them first (tags to VLANs, then what the MAC or address says), before a bridge or the protocols; what
 * they send goes out by the lower device.
 * @see Linux net/core/dev.c: __netif_receive_skb_core (vlan_do_receive, rx_handler)
 */
import {
  DEV_IPVLAN,
  DEV_LOOPBACK,
  DEV_MACVLAN,
  DEV_VLAN,
  EBUSY,
  EEXIST,
  EINVAL,
  ELOOP,
  ENOSPC,
  MACVLAN_PASSTHRU,
} from '../../abi';
import { flowStale } from '../flow/epoch';
import { SLAB_DEV, SLAB_UPPER, UPPER_BASE, UPPER_REC } from '../mem';
import { Pkt } from '../sim/packet';
import { slabAlloc, slabFree, slabTop } from '../sim/slab';
import { ETH_VLAN } from '../wire/ether';
import { Dev, devAdd, devDel } from './dev';
import { ipvlanInput, ipvlanXmit } from './ipvlan';
import { macvlanInput, macvlanXmit } from './macvlan';
import { vlanInput, vlanXmit } from './vlan';

/** What became of a frame that was offered: it is still the lower device's; it is another device's now; it is taken. */
export const UPPER_PASS: u32 = 0;
export const UPPER_AGAIN: u32 = 1;
export const UPPER_TAKEN: u32 = 2;

/** Devices may stand on one another this deep. @see Linux MAX_NEST_DEV */
const MAX_NEST: u32 = 8;

/** A device's place on its lower device. */
@unmanaged
export class Upper {
  /** Next on the same lower device, oldest first. */
  next: u32;
  dev: u32;
  lower: u32;
  /** DEV_VLAN, DEV_MACVLAN, DEV_IPVLAN */
  kind: u32;
  /** VLAN: its id; macvlan: MACVLAN_*. */
  arg: u32;

  @inline static at(i: u32): Upper {
    return changetype<Upper>(UPPER_BASE + (i as usize) * UPPER_REC);
  }
}

/** Whether a device of a kind (0: macvlan or ipvlan) stands on `lower`. */
export function upperHas(lower: u32, kind: u32): bool {
  let u = Dev.at(lower).uppers;
  while (u != 0) {
    const k = Upper.at(u).kind;
    if (kind != 0 ? k == kind : k != DEV_VLAN) return true;
    u = Upper.at(u).next;
  }
  return false;
}

/** Whether `dev` stands on `below`: on it, on what stands on it, or on a bridge of whose ports one does. */
export function standsOn(dev: u32, below: u32): bool {
  const top = slabTop(SLAB_DEV);
  for (let i: u32 = 1; i < top; i++) Dev.at(i).mark = i == below ? 1 : 0;
  for (let more = true; more; ) {
    more = false;
    for (let i: u32 = 1; i < top; i++) {
      const d = Dev.at(i);
      if (!d.live || !d.mark) continue;
      let u = d.uppers;
      while (u != 0) {
        more = mark(Upper.at(u).dev) || more;
        u = Upper.at(u).next;
      }
      if (d.master != 0) more = mark(d.master) || more;
    }
  }
  return Dev.at(dev).mark != 0;
}

/** @returns whether it was not marked before */
function mark(dev: u32): bool {
  const d = Dev.at(dev);
  if (d.mark) return false;
  d.mark = 1;
  return true;
}

/** A frame came in by a device that others stand on. @returns UPPER_*; AGAIN: Pkt.dev is the device it is for now */
export function upperInput(pkt: u32): u32 {
  const p = Pkt.at(pkt);
  const d = Dev.at(p.dev);
  if (p.proto == ETH_VLAN && vlanInput(d, pkt)) return UPPER_AGAIN;
  if (d.portOf == DEV_MACVLAN) return macvlanInput(d, pkt);
  if (d.portOf == DEV_IPVLAN) return ipvlanInput(d, pkt);
  return UPPER_PASS;
}

/** A device that stands on another one sends a frame (takes it). */
export function upperXmit(dev: u32, pkt: u32): void {
  const kind = Dev.at(dev).kind;
  if (kind == DEV_VLAN) vlanXmit(dev, pkt);
  else if (kind == DEV_MACVLAN) macvlanXmit(dev, pkt);
  else ipvlanXmit(dev, pkt);
}

/** Depth of a device above the ground. */
function depth(dev: u32): u32 {
  let n: u32 = 0;
  let d = dev;
  while (Dev.at(d).kind >= (DEV_MACVLAN as u32)) {
    n++;
    d = Upper.at(Dev.at(d).side).lower;
  }
  return n;
}

/** Whether a new device of a kind fits on `lower`. @returns 0 or a negative errno */
function refused(lower: u32, kind: u32, arg: u32): i32 {
  const l = Dev.at(lower);
  if (!l.live || l.kind == DEV_LOOPBACK) return -EINVAL;
  if (depth(lower) + 1 > MAX_NEST) return -ELOOP;
  let u = l.uppers;
  while (u != 0) {
    const o = Upper.at(u);
    if (kind == DEV_VLAN && o.kind == DEV_VLAN && o.arg == arg) return -EEXIST;
    if (kind != DEV_VLAN && o.kind != DEV_VLAN) {
      if (o.kind != kind) return -EBUSY;
      // passthru wants the device for itself
      if (kind == DEV_MACVLAN && (arg == MACVLAN_PASSTHRU || o.arg == MACVLAN_PASSTHRU)) return -EINVAL;
    }
    u = o.next;
  }
  return kind != DEV_VLAN && l.master != 0 ? -EBUSY : 0;
}

/**
 * Adds a device that stands on `lower`, which may be in another namespace.
 * @param kind DEV_VLAN, DEV_MACVLAN or DEV_IPVLAN @param arg id or mode
 * @returns its index, -EINVAL, -EEXIST (a VLAN of that id), -EBUSY (lower is a bridge's or another kind's), -ELOOP, -ENOSPC
 */
export function upperAdd(ns: u32, kind: u32, name: usize, mac: u64, lowerDev: u32, arg: u32): i32 {
  let lower = lowerDev;
  // On another macvlan it stands beside it. @see Linux macvlan_common_newlink
  if (kind != DEV_VLAN && Dev.at(lower).kind == kind) lower = Upper.at(Dev.at(lower).side).lower;
  const err = refused(lower, kind, arg);
  if (err != 0) return err;
  const i = slabAlloc(SLAB_UPPER);
  if (i == 0) return -ENOSPC;
  const dev = devAdd(ns, kind, name, mac);
  if (dev < 0) {
    slabFree(SLAB_UPPER, i);
    return dev;
  }
  const u = Upper.at(i);
  u.dev = dev as u32;
  u.lower = lower;
  u.kind = kind;
  u.arg = arg;
  const l = Dev.at(lower);
  if (l.uppers == 0) l.uppers = i;
  else {
    let k = l.uppers;
    while (Upper.at(k).next != 0) k = Upper.at(k).next;
    Upper.at(k).next = i;
  }
  if (kind != DEV_VLAN) l.portOf = kind;
  const d = Dev.at(dev as u32);
  d.side = i;
  d.mtu = l.mtu;
  return dev;
}

/** The device is removed: it leaves its lower one. */
export function upperGone(dev: u32): void {
  const i = Dev.at(dev).side;
  if (i == 0) return;
  const u = Upper.at(i);
  const l = Dev.at(u.lower);
  if (l.uppers == i) l.uppers = u.next;
  else {
    let k = l.uppers;
    while (Upper.at(k).next != i) k = Upper.at(k).next;
    Upper.at(k).next = u.next;
  }
  Dev.at(dev).side = 0;
  slabFree(SLAB_UPPER, i);
  if (!upperHas(u.lower, 0)) l.portOf = 0;
}

/** A device goes: those that stand on it go first, wherever they live. */
export function upperLowerGone(lower: u32): void {
  while (Dev.at(lower).uppers != 0) devDel(Upper.at(Dev.at(lower).uppers).dev);
}

/** Changes a macvlan's mode: not to or from passthru. @returns 0 or -EINVAL */
export function upperMode(dev: u32, arg: u32): i32 {
  const d = Dev.at(dev);
  if (d.kind != DEV_MACVLAN) return d.kind == DEV_IPVLAN ? 0 : -EINVAL;
  const u = Upper.at(d.side);
  if (u.arg == arg) return 0;
  if (u.arg == MACVLAN_PASSTHRU || arg == MACVLAN_PASSTHRU) return -EINVAL;
  flowStale();
  u.arg = arg;
  return 0;
}
