/**
 * macvlan: several MACs behind one device. Unicast frames for one of them are its own, groups are copied to all; in
 * bridge mode they reach each other without going out, and none reaches the lower device itself.
 * Those of IPv6 only where they are listened to.
 * Limits: no source mode; the filter of groups is exact, where Linux hashes; groups of IPv4 are not filtered.
 * @see Linux drivers/net/macvlan.c: macvlan_handle_frame, macvlan_queue_xmit, macvlan_process_broadcast
 */
import {
  DEV_MACVLAN,
  DROP_DEV_DOWN,
  MACVLAN_BRIDGE,
  MACVLAN_PASSTHRU,
  MACVLAN_PRIVATE,
  MACVLAN_VEPA,
  PKT_HOST,
} from '../../abi';
import { mc6Hears } from '../ip6/mcast';
import { PF_UNCOUNTED, Pkt } from '../sim/packet';
import { pktClone, pktDrop, pktScrub } from '../sim/pool';
import { workPush } from '../sim/work';
import { ETH_HLEN, ethDst, ethSrc, macIsGroup } from '../wire/ether';
import { Dev } from './dev';
import { UPPER_AGAIN, UPPER_PASS, UPPER_TAKEN, Upper } from './upper';
import { devXmit } from './xmit';

/** Modes that hear a group from outside. */
const ALL: u32 = MACVLAN_PRIVATE | MACVLAN_VEPA | MACVLAN_BRIDGE | MACVLAN_PASSTHRU;

/** The macvlan of a MAC on a lower device that is up (one in passthru mode has every MAC), or 0: record of Upper. */
function find(lower: Dev, mac: u64): u32 {
  let i = lower.uppers;
  while (i != 0) {
    const u = Upper.at(i);
    if (u.kind == DEV_MACVLAN) {
      if (u.arg == MACVLAN_PASSTHRU) return i;
      if (Dev.at(u.dev).mac == mac && Dev.at(u.dev).up) return i;
    }
    i = u.next;
  }
  return 0;
}

/** Whether a macvlan is to have a group's frame: macvlan_set_mac_lists keeps a filter of what its device listens to. */
function wants(dev: u32, dst: u64): bool {
  return dst >> 32 != 0x3333 || mc6Hears(dev, dst as u32);
}

/** Copies a group's frame to the macvlans in `modes` but `except`; the frame stays the caller's. */
function broadcast(lower: Dev, except: u32, modes: u32, pkt: u32): void {
  const dst = ethDst(Pkt.at(pkt).data as usize);
  let i = lower.uppers;
  while (i != 0) {
    const u = Upper.at(i);
    if (u.kind == DEV_MACVLAN && u.dev != except && u.arg & modes && Dev.at(u.dev).up && wants(u.dev, dst)) {
      const copy = pktClone(pkt);
      if (copy != 0) {
        pktScrub(copy);
        Pkt.at(copy).dev = u.dev;
        Pkt.at(copy).gen = Dev.at(u.dev).gen;
        workPush(copy);
      }
    }
    i = u.next;
  }
}

/** A frame came in by a device that macvlans stand on. @returns UPPER_* */
export function macvlanInput(lower: Dev, pkt: u32): u32 {
  const p = Pkt.at(pkt);
  const dst = ethDst(p.data as usize);
  if (macIsGroup(dst)) {
    const i = find(lower, ethSrc(p.data as usize));
    const src = i != 0 && Upper.at(i).arg != MACVLAN_PASSTHRU ? i : 0;
    if (src == 0) broadcast(lower, 0, ALL, pkt);
    else if (Upper.at(src).arg == MACVLAN_VEPA) broadcast(lower, Upper.at(src).dev, MACVLAN_VEPA | MACVLAN_BRIDGE, pkt);
    else broadcast(lower, Upper.at(src).dev, MACVLAN_VEPA, pkt);
    return UPPER_PASS;
  }
  const i = find(lower, dst);
  if (i == 0) return UPPER_PASS;
  const dev = Upper.at(i).dev;
  const d = Dev.at(dev);
  if (!d.up) {
    pktDrop(pkt, DROP_DEV_DOWN);
    return UPPER_TAKEN;
  }
  d.rxPackets++;
  d.rxBytes += p.len as u64;
  if (d.ns != p.ns) pktScrub(pkt);
  p.dev = dev;
  p.ns = d.ns;
  p.pkttype = PKT_HOST;
  return UPPER_AGAIN;
}

/** The device sends a frame (takes it). */
export function macvlanXmit(dev: u32, pkt: u32): void {
  const d = Dev.at(dev);
  const u = Upper.at(d.side);
  const lower = Dev.at(u.lower);
  const p = Pkt.at(pkt);
  const len = p.len;
  const dst = ethDst(p.data as usize);
  if (u.arg == MACVLAN_BRIDGE) {
    if (macIsGroup(dst)) broadcast(lower, dev, MACVLAN_BRIDGE, pkt);
    else {
      const i = find(lower, dst);
      if (i != 0 && Upper.at(i).arg == MACVLAN_BRIDGE) {
        across(d, u.lower, pkt);
        return;
      }
    }
  }
  if (lower.ns != d.ns) pktScrub(pkt);
  if (devXmit(u.lower, pkt) == 0) {
    d.txPackets++;
    d.txBytes += len as u64;
  } else d.txDropped++;
}

/** To a neighbour in bridge mode: the lower device sees the frame come in, and hands it on (takes it). @see Linux dev_forward_skb */
function across(d: Dev, lower: u32, pkt: u32): void {
  const l = Dev.at(lower);
  const p = Pkt.at(pkt);
  d.txPackets++;
  d.txBytes += p.len as u64;
  if (!l.up || p.len > l.mtu + ETH_HLEN) {
    pktDrop(pkt, DROP_DEV_DOWN);
    return;
  }
  pktScrub(pkt);
  p.dev = lower;
  p.gen = l.gen;
  p.flags |= PF_UNCOUNTED;
  workPush(pkt);
}
