/**
 * ipvlan in L2 mode: several devices with the lower one's MAC, told apart by their IPv4 addresses (of ARP, the target).
 * They reach each other without going out, and not the lower device.
 * Limits: bridge mode of L2 only; IPv6 reaches none of them.
 * @see Linux drivers/net/ipvlan/ipvlan_core.c: ipvlan_handle_mode_l2, ipvlan_xmit_mode_l2
 */
import { DEV_IPVLAN, DROP_DEV_DOWN, PKT_HOST } from '../../abi';
import { addrOnDev } from '../ip/addr';
import { PF_UNCOUNTED, Pkt } from '../sim/packet';
import { pktClone, pktDrop, pktScrub } from '../sim/pool';
import { workPush } from '../sim/work';
import { ARP_LEN, arpTpa } from '../wire/arp';
import { ETH_ARP, ETH_HLEN, ETH_IPV4, ethDst, ethType, macIsGroup } from '../wire/ether';
import { ip4Dst } from '../wire/ipv4';
import { Dev } from './dev';
import { UPPER_AGAIN, UPPER_PASS, UPPER_TAKEN, Upper } from './upper';
import { devXmit } from './xmit';

/** The address a frame is for, 0: none that is looked at. */
function target(p: Pkt): u32 {
  const body = (p.data as usize) + (ETH_HLEN as usize);
  const type = ethType(p.data as usize);
  if (type == ETH_IPV4 && p.len >= ETH_HLEN + 20) return ip4Dst(body);
  if (type == ETH_ARP && p.len >= ETH_HLEN + ARP_LEN) return arpTpa(body);
  return 0;
}

/** The ipvlan with an address, or 0: record of Upper. */
function find(lower: Dev, ip: u32): u32 {
  if (ip == 0) return 0;
  let i = lower.uppers;
  while (i != 0) {
    const u = Upper.at(i);
    if (u.kind == DEV_IPVLAN && addrOnDev(u.dev, ip)) return i;
    i = u.next;
  }
  return 0;
}

/** Copies a group's frame to all but `except`; the frame stays the caller's. */
function broadcast(lower: Dev, except: u32, pkt: u32): void {
  let i = lower.uppers;
  while (i != 0) {
    const u = Upper.at(i);
    if (u.kind == DEV_IPVLAN && u.dev != except && Dev.at(u.dev).up) {
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

/** A frame came in by a device that ipvlans stand on. @returns UPPER_* */
export function ipvlanInput(lower: Dev, pkt: u32): u32 {
  const p = Pkt.at(pkt);
  if (macIsGroup(ethDst(p.data as usize))) {
    broadcast(lower, 0, pkt);
    return UPPER_PASS;
  }
  const i = find(lower, target(p));
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
export function ipvlanXmit(dev: u32, pkt: u32): void {
  const d = Dev.at(dev);
  const u = Upper.at(d.side);
  const lower = Dev.at(u.lower);
  const p = Pkt.at(pkt);
  const len = p.len;
  const dst = ethDst(p.data as usize);
  d.txPackets++;
  d.txBytes += len as u64;
  if (macIsGroup(dst)) broadcast(lower, dev, pkt);
  else if (dst == d.mac) {
    const i = find(lower, target(p));
    pktScrub(pkt);
    p.dev = i != 0 ? Upper.at(i).dev : u.lower;
    p.gen = Dev.at(p.dev).gen;
    if (i == 0) p.flags |= PF_UNCOUNTED;
    workPush(pkt);
    return;
  }
  if (lower.ns != d.ns) pktScrub(pkt);
  if (devXmit(u.lower, pkt) != 0) {
    d.txPackets--;
    d.txBytes -= len as u64;
    d.txDropped++;
  }
}
