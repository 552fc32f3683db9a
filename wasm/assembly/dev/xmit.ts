/**
 * Where frames meet devices: transmit with its tap, arrival with its tap, and what hands a frame to the protocols.
 * The taps stand where AF_PACKET sees frames; like libpcap's, they leave out what is sent on loopback (it is seen
 * when it arrives).
 * @see Linux net/core/dev.c: __dev_queue_xmit, __netif_receive_skb_core
 */
import {
  DEV_BRIDGE,
  DEV_LOOPBACK,
  DEV_MACVLAN,
  DEV_VXLAN,
  DROP_BAD_FRAME,
  DROP_DEV_DOWN,
  DROP_LOOP,
  DROP_MTU,
  DROP_NO_CARRIER,
  DROP_NS_GONE,
  DROP_UNKNOWN_PROTO,
  EMSGSIZE,
  ENETDOWN,
  ENOBUFS,
  PKT_BROADCAST,
  PKT_HOST,
  PKT_MULTICAST,
  PKT_OTHERHOST,
  PKT_OUTGOING,
  TIMER_LINK,
  TRACE_DEV_IN,
  TRACE_DEV_OUT,
  TRACE_VOID,
} from '../../abi';
import { recAbort, recCount, recCross, recVxlan } from '../flow/record';
import { arpInput } from '../ip/arp';
import { ip4Input } from '../ip/input';
import { ip6Input } from '../ip6/input';
import { Sim } from '../mem';
import { clockStep, now } from '../sim/clock';
import { PF_LOOPED, PF_TRACE, PF_UNCOUNTED, Pkt } from '../sim/packet';
import { pktAlloc, pktDrop, pktFree, pktPull, pktScrub } from '../sim/pool';
import { drain } from '../sim/loop';
import { captureFrame } from '../sim/ring';
import { traceWrite } from '../sim/stat';
import { trace, traceBecause, traceFrame } from '../sim/trace';
import { timerAdd } from '../sim/timer';
import { workPush } from '../sim/work';
import { ETH_ARP, ETH_HLEN, ETH_IPV4, ETH_IPV6, ethDst, ethType, MAC_BROADCAST, macIsGroup, VLAN_HLEN } from '../wire/ether';
import { bridgeInput, bridgeXmit } from './bridge';
import { Dev, devIn, devOut } from './dev';
import { qdiscXmit } from './qdisc';
import { UPPER_PASS, UPPER_TAKEN, upperInput, upperXmit } from './upper';
import { vxlanXmit } from './vxlan';

/** Links a packet may cross before it is taken for one that loops; what routers pass around dies of its TTL. */
export const MAX_HOPS: u32 = 1024;

/** The type of 802.1Q as it lies in memory. */
const TAG: u16 = 0x0081;

/** Shows a frame to the captures. Pre: data is at the Ethernet header. */
export function tap(pkt: u32, pkttype: u32): void {
  clockStep();
  if (Sim.at().captures != 0) show(pkt, pkttype);
}

function show(pkt: u32, pkttype: u32): void {
  let bits = Sim.at().captures;
  const p = Pkt.at(pkt);
  while (bits != 0) {
    const i = ctz<u32>(bits);
    bits &= bits - 1;
    captureFrame(i, p.ns, p.dev, pkttype, p.id, p.data as usize, p.len);
  }
}

/**
 * Hands a frame to a device (takes it). Pre: data is at the Ethernet header.
 * @returns 0, -1 when the device is down, or -ENOBUFS when its queue has no room
 */
export function devXmit(dev: u32, pkt: u32): i32 {
  const d = Dev.at(dev);
  const p = Pkt.at(pkt);
  p.dev = dev;
  p.ns = d.ns;
  if (!d.up) {
    pktDrop(pkt, DROP_DEV_DOWN);
    return -1;
  }
  if (d.qdisc != 0) {
    recAbort();
    return qdiscXmit(d.qdisc, pkt);
  }
  devStart(dev, pkt);
  return 0;
}

/** A frame leaves by a device while something is traced. */
function traceOut(dev: u32, p: Pkt): void {
  traceFrame(p);
  if (p.flags & PF_TRACE) traceWrite(p.id, TRACE_DEV_OUT, Dev.at(dev).ns, dev, p.len, ethType(p.data as usize), 0);
}

/** A frame has come to a device while something is traced. */
function traceIn(p: Pkt): void {
  traceFrame(p);
  traceBecause(p);
  if (p.flags & PF_TRACE) traceWrite(p.id, TRACE_DEV_IN, Dev.at(p.dev).ns, p.dev, p.pkttype, p.len, p.proto);
}

/** The device itself sends a frame (takes it), past its queueing discipline. Pre: it is up. @see Linux dev_hard_start_xmit */
export function devStart(dev: u32, pkt: u32): void {
  const d = Dev.at(dev);
  const p = Pkt.at(pkt);
  if (Sim.at().traceOn != 0) traceOut(dev, p);
  if (d.kind != DEV_LOOPBACK) tap(pkt, PKT_OUTGOING);
  const rec = Sim.at().rec != 0;
  if (d.kind == DEV_VXLAN) {
    if (rec) recVxlan(pkt, dev);
    vxlanXmit(dev, pkt);
    return;
  }
  if (d.kind >= (DEV_MACVLAN as u32)) {
    recAbort();
    upperXmit(dev, pkt);
    return;
  }
  d.txPackets++;
  d.txBytes += counted(p);
  if (rec) recCount(devOut(dev), counted(p));
  if (d.kind == DEV_BRIDGE) bridgeXmit(dev, pkt);
  else if (d.kind == DEV_LOOPBACK) {
    d.txBytes -= ETH_HLEN as u64;
    recAbort();
    p.gen = d.gen;
    workPush(pkt);
  } else if (d.peer != 0) cross(d, pkt);
  else {
    trace(p, TRACE_VOID, 0, 0, 0);
    pktFree(pkt);
  }
}

/** Whether a device takes a frame of this size: a VLAN tag more than its MTU. @see Linux netdevice.h: is_skb_forwardable */
export function fitsDev(pkt: u32, dev: u32): bool {
  return Pkt.at(pkt).len <= Dev.at(dev).mtu + (ETH_HLEN as u32) + 4;
}

/** Carries a frame to the other end of a veth pair. @see Linux veth.c: veth_xmit */
function cross(d: Dev, pkt: u32): void {
  const o = Dev.at(d.peer);
  if (!o.up) {
    d.txPackets--;
    d.txBytes -= counted(Pkt.at(pkt));
    d.txDropped++;
    pktDrop(pkt, DROP_NO_CARRIER);
    return;
  }
  if (!fitsDev(pkt, d.peer)) {
    o.rxDropped++;
    pktDrop(pkt, DROP_MTU);
    return;
  }
  pktScrub(pkt);
  const p = Pkt.at(pkt);
  p.dev = d.peer;
  p.ns = o.ns;
  p.gen = o.gen;
  if (d.latency == 0) {
    if (Sim.at().rec != 0) recCross(pkt, d.peer);
    workPush(pkt);
  }
  else if (timerAdd(now() + d.latency, TIMER_LINK, pkt) == 0) pktFree(pkt);
}

/** Bytes that counters see: devices here carry a tag beside the frame (NETIF_F_HW_VLAN_CTAG_TX). */
function counted(p: Pkt): u64 {
  return (p.len - (load<u16>(p.data as usize, 12) == TAG ? VLAN_HLEN : 0)) as u64;
}

export function classify(d: Dev, dst: u64): u32 {
  if (d.kind == DEV_LOOPBACK || dst == d.mac) return PKT_HOST;
  if (dst == MAC_BROADCAST) return PKT_BROADCAST;
  return macIsGroup(dst) ? PKT_MULTICAST : PKT_OTHERHOST;
}

/** A frame arrives at the end of a link: Pkt.dev, whose generation is in Pkt.gen. Takes it. */
export function linkArrive(pkt: u32): void {
  const p = Pkt.at(pkt);
  const d = Dev.at(p.dev);
  if (!d.live || d.gen != p.gen) {
    pktDrop(pkt, DROP_NS_GONE);
    return;
  }
  p.ns = d.ns;
  if (!d.up) {
    d.rxDropped++;
    pktDrop(pkt, DROP_DEV_DOWN);
    return;
  }
  if (p.len < ETH_HLEN) {
    pktDrop(pkt, DROP_BAD_FRAME);
    return;
  }
  if (++p.hops > MAX_HOPS) {
    pktDrop(pkt, DROP_LOOP);
    return;
  }
  if (p.flags & PF_UNCOUNTED) p.flags &= ~PF_UNCOUNTED;
  else {
    d.rxPackets++;
    d.rxBytes += d.kind == DEV_LOOPBACK ? ((p.len - ETH_HLEN) as u64) : counted(p);
    if (Sim.at().rec != 0) recCount(devIn(p.dev), counted(p));
  }
  p.pkttype = classify(d, ethDst(p.data as usize));
  receive(pkt);
}

/** A bridge passes a frame up to its own device (takes it). Pre: data at the Ethernet header, pkttype set. */
export function passUp(bridge: u32, pkt: u32): void {
  const p = Pkt.at(pkt);
  const d = Dev.at(bridge);
  p.dev = bridge;
  d.rxPackets++;
  d.rxBytes += (p.len - ETH_HLEN) as u64;
  if (Sim.at().rec != 0) recCount(devIn(bridge), (p.len - ETH_HLEN) as u64);
  receive(pkt);
}

/** What a device received goes to the devices that stand on it, to its bridge, or to the protocols. */
function receive(pkt: u32): void {
  const p = Pkt.at(pkt);
  let d = Dev.at(p.dev);
  p.stamp = now();
  while (true) {
    p.mac = p.data;
    p.proto = ethType(p.data as usize);
    if (Sim.at().traceOn != 0) traceIn(p);
    if (p.flags & PF_LOOPED) p.flags &= ~PF_LOOPED;
    else tap(pkt, p.pkttype);
    if (d.uppers == 0) break;
    recAbort();
    const next = upperInput(pkt);
    if (next == UPPER_TAKEN) return;
    if (next == UPPER_PASS) break;
    d = Dev.at(p.dev);
  }
  if (d.master != 0) {
    bridgeInput(pkt);
    return;
  }
  pktPull(pkt, ETH_HLEN);
  p.nh = p.data;
  p.indev = p.dev;
  if (p.proto == ETH_IPV4) ip4Input(pkt);
  else if (p.proto == ETH_ARP) arpInput(pkt);
  else if (p.proto == ETH_IPV6) ip6Input(pkt);
  else pktDrop(pkt, DROP_UNKNOWN_PROTO);
}

/** Sends a whole Ethernet frame out of a device, as a packet socket does. @returns 0, -EMSGSIZE, -ENETDOWN or -ENOBUFS */
export function frameSend(dev: u32, frame: usize, len: u32): i32 {
  const d = Dev.at(dev);
  if (len < ETH_HLEN || len > d.mtu + ETH_HLEN) return -EMSGSIZE;
  const pkt = pktAlloc(len);
  if (pkt == 0) return -ENOBUFS;
  const p = Pkt.at(pkt);
  memory.copy(p.data as usize, frame, len as usize);
  p.ns = d.ns;
  p.mac = p.data;
  p.proto = ethType(frame);
  const err = devXmit(dev, pkt);
  drain();
  return err == -1 ? -ENETDOWN : err;
}

/**
 * A frame comes in from outside the lab by a device whose other end is there (DEV_NIC); the next simRun takes it on, and
 * all that wait with it.
 * @returns 0, -EMSGSIZE (no frame, or longer than the device takes), -ENETDOWN or -ENOBUFS (counted)
 */
export function frameReceive(dev: u32, frame: usize, len: u32): i32 {
  const d = Dev.at(dev);
  if (len < ETH_HLEN || len > d.mtu + ETH_HLEN + 4) return -EMSGSIZE;
  if (!d.up) return -ENETDOWN;
  const pkt = pktAlloc(len);
  if (pkt == 0) return -ENOBUFS;
  const p = Pkt.at(pkt);
  memory.copy(p.data as usize, frame, len as usize);
  p.dev = dev;
  p.gen = d.gen;
  workPush(pkt);
  return 0;
}
