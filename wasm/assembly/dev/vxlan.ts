/**
 * VXLAN: Ethernet frames in UDP. The device may live in any namespace; its packets are sent and received by the one it
 * was made in (the link namespace), through that one's hooks and routes. While it is up, a UDP socket of the kernel
 * holds the port there; several devices share it, told apart by their VNI.
 * Encapsulated packets go through the work queue, so that a tunnel in a tunnel does not recurse.
 * Limits: IPv4 outside; no multicast groups, no route short circuit, no path MTU answers to a bridge, no GBP or GPE.
 * The source port comes from the flow's addresses and ports, also of TCP, where Linux takes a number of the socket.
 * @see Linux drivers/net/vxlan/vxlan_core.c: vxlan_xmit, vxlan_xmit_one, arp_reduce, vxlan_rcv; RFC 7348
 */
import {
  DROP_DEV_DOWN, DROP_NO_BUFFER, DROP_NO_ROUTE, DROP_NS_GONE, DROP_VXLAN_HEADER, DROP_VXLAN_NO_DST, DROP_VXLAN_PROXY,
  DROP_VXLAN_SRC, DROP_VXLAN_VNI, ENETUNREACH, RTN_LOCAL, RTN_UNICAST, TRACE_DECAP, TRACE_ENCAP, VXLAN_L2MISS,
  VXLAN_L3MISS, VXLAN_LEARN, VXLAN_NO_CSUM, VXLAN_PROXY, VXLAN_TTL_INHERIT,
  SNMP_UDP_IN_DATAGRAMS,
} from '../../abi';
import { recAbort, recFailed, recSums } from '../flow/record';
import { neighFind, neighMac } from '../ip/neightab';
import { ip4FlowMtu, ip4Output } from '../ip/output';
import { pmtuOf, pmtuUpdate } from '../ip/pmtu';
import { routeLocked, routeMtu } from '../ip/route';
import { routeFor, routeOutput } from '../ip/routeout';
import { Sim } from '../mem';
import { clockStep } from '../sim/clock';
import { PF_DF, PF_ICMP_ERROR, PF_TRACE, PF_TUNNEL, PF_UNCOUNTED, Pkt } from '../sim/packet';
import { pktAlloc, pktClone, pktDrop, pktPull, pktPush, pktRoom, pktScrub } from '../sim/pool';
import { traceWrite } from '../sim/stat';
import { workPush } from '../sim/work';
import { snmpInc } from '../sock/tcpnet';
import { ARP_LEN, ARP_REPLY, ARP_REQUEST, arpIsIpv4, arpOp, arpSha, arpSpa, arpTpa, arpWrite } from '../wire/arp';
import { rd16, rd32, wr16, wr32 } from '../wire/bytes';
import { csumL4 } from '../wire/checksum';
import { ETH_ARP, ETH_HLEN, ETH_IPV4, ethDst, ethSrc, ethType, ethWrite, macIsGroup } from '../wire/ether';
import { IP4_DF, ip4Dst, ip4Frag, ip4Proto, ip4Src, ip4Tos, ip4Ttl, PROTO_UDP } from '../wire/ipv4';
import { Dev } from './dev';
import { flowHash } from './flow';
import { Ns } from './ns';
import { Vfdb, vfdbFind, vfdbLearn, vfdbMore } from './vfdb';
import { Vxlan, vxlanFind } from './vxlantab';

/** UDP and VXLAN headers. */
const HEADERS: u32 = 16;
/** The I bit: the VNI is valid. */
const FLAG_VNI: u32 = 0x08000000;
/** All that comes before the packet inside: IP, UDP, VXLAN, Ethernet. */
const OVERHEAD: u32 = 50;
/** Space for the headers of IP and Ethernet that follow. */
const BELOW: u32 = 48;

// --- out

/** The frame has nowhere to go. */
function noWay(dev: u32, pkt: u32, reason: u32): void {
  Dev.at(dev).txDropped++;
  pktDrop(pkt, reason);
}

/** The device sends a frame (takes it). */
export function vxlanXmit(dev: u32, pkt: u32): void {
  const v = Vxlan.at(Dev.at(dev).side);
  const eth = Pkt.at(pkt).data as usize;
  if (v.flags & VXLAN_PROXY && ethType(eth) == ETH_ARP) {
    proxy(dev, v, pkt);
    return;
  }
  const mac = ethDst(eth);
  let f = vfdbFind(dev, mac);
  if (f == 0) {
    f = vfdbFind(dev, 0);
    if (f == 0) {
      if (v.flags & VXLAN_L2MISS && !macIsGroup(mac)) v.l2misses++;
      noWay(dev, pkt, DROP_VXLAN_NO_DST);
      return;
    }
  }
  // The first remote has the frame itself, last; the others have copies.
  let k = vfdbMore(f);
  while (k != 0) {
    const copy = pktClone(pkt);
    if (copy != 0) encap(dev, v, k, copy);
    k = vfdbMore(k);
  }
  encap(dev, v, f, pkt);
}

/**
 * Answers an ARP request from the neighbour table; no ARP message crosses (takes it).
 * @see Linux arp_reduce
 */
function proxy(dev: u32, v: Vxlan, pkt: u32): void {
  const p = Pkt.at(pkt);
  const m = (p.data as usize) + (ETH_HLEN as usize);
  const fits = p.len >= ETH_HLEN + ARP_LEN && arpIsIpv4(m) && arpOp(m) == ARP_REQUEST;
  const ip = fits ? arpTpa(m) : 0;
  if (fits && ip >> 24 != 127 && ip >> 28 != 14) {
    const mac = neighMac(dev, ip);
    const f = mac != 0 ? vfdbFind(dev, mac) : 0;
    // A neighbour behind the bridge answers for itself.
    if (mac != 0 && !(f != 0 && Vfdb.at(f).dst == 0)) reply(dev, mac, ip, arpSha(m), arpSpa(m));
    else if (v.flags & VXLAN_L3MISS && neighFind(dev, ip) == 0) v.l3misses++;
  }
  pktDrop(pkt, DROP_VXLAN_PROXY);
}

/** An ARP answer that comes in by the device itself. */
function reply(dev: u32, mac: u64, ip: u32, to: u64, toIp: u32): void {
  const pkt = pktAlloc(ARP_LEN);
  if (pkt == 0) return;
  const p = Pkt.at(pkt);
  arpWrite(p.data as usize, ARP_REPLY, mac, ip, to, toIp);
  ethWrite(pktPush(pkt, ETH_HLEN), to, mac, ETH_ARP);
  arrive(dev, pkt);
}

/** A frame comes out of the device (takes it). */
function arrive(dev: u32, pkt: u32): void {
  const p = Pkt.at(pkt);
  p.dev = dev;
  p.gen = Dev.at(dev).gen;
  p.flags |= PF_UNCOUNTED;
  workPush(pkt);
}

/** Source port of the outer packet. @see Linux include/net/udp.h: udp_flow_src_port */
function sourcePort(v: Vxlan, ns: u32, eth: usize, len: u32): u32 {
  let lo = v.sportLo;
  let hi = v.sportHi;
  if (lo >= hi) {
    lo = Ns.at(ns).portLo;
    hi = Ns.at(ns).portHi;
  }
  let h = flowHash(eth, len);
  h ^= h << 16;
  return ((((h as u64) * ((hi - lo) as u64)) >> 32) as u32) + lo;
}

/** Whether the frame holds IPv4. */
function holdsIp(eth: usize, len: u32): bool {
  return len >= ETH_HLEN + 20 && ethType(eth) == ETH_IPV4;
}

/** TOS outside: the device's or the one inside, and the ECN bits of the one inside. @see Linux ip_tunnel_ecn_encap */
function outerTos(v: Vxlan, inner: u32): u32 {
  const tos = v.tos == 1 ? inner : v.tos;
  const ecn = inner & 3;
  return (tos & ~3) | (ecn == 3 ? (2 as u32) : ecn);
}

/** Puts a frame in its headers and queues it for the link namespace (takes it). @param f the entry it goes to */
function encap(dev: u32, v: Vxlan, f: u32, pkt: u32): void {
  const to = Vfdb.at(f);
  const p = Pkt.at(pkt);
  if (to.dst == 0) {
    noWay(dev, pkt, DROP_VXLAN_NO_DST);
    return;
  }
  if (!pktRoom(pkt, HEADERS + BELOW)) {
    noWay(dev, pkt, DROP_NO_BUFFER);
    return;
  }
  const d = Dev.at(dev);
  const eth = p.data as usize;
  const vni = to.vni != 0 ? to.vni : v.vni;
  const port = to.port != 0 ? to.port : v.port;
  const sport = sourcePort(v, d.ns, eth, p.len);
  const ip = holdsIp(eth, p.len);
  const inner = eth + (ETH_HLEN as usize);
  const tos = outerTos(v, ip ? ip4Tos(inner) : 0);
  const ttl = v.flags & VXLAN_TTL_INHERIT && ip ? ip4Ttl(inner) : v.ttl;
  const df = v.df == 1 || (v.df == 2 && ip && ip4Frag(inner) & IP4_DF) ? PF_DF : 0;
  const dst = to.dst;
  const oif = to.oif != 0 ? to.oif : v.lower;
  // What stays in its namespace keeps its mark and its sender. @see Linux skb_scrub_packet
  const mark = d.ns == v.linkNs ? p.mark : 0;
  const sock = d.ns == v.linkNs ? p.sock : 0;
  const size = p.len - ETH_HLEN;
  // A frame that came by a bridge has no route.
  const routed = ip && p.rtype == RTN_UNICAST && p.outdev == dev;
  if (p.flags & PF_TRACE) traceWrite(p.id, TRACE_ENCAP, d.ns, dev, vni, dst, (sport << 16) | port);
  pktScrub(pkt);
  const h = pktPush(pkt, HEADERS);
  wr16(h, sport);
  wr16(h + 2, port);
  wr16(h + 4, p.len);
  wr16(h + 6, 0);
  wr32(h + 8, FLAG_VNI);
  wr32(h + 12, vni << 8);
  p.mac = 0;
  // What is sent on account of an ICMP message is not answered with another. @see Linux icmp.c: icmp_xmit_lock
  p.flags |= PF_TUNNEL | df | (Sim.at().icmpBusy ? PF_ICMP_ERROR : 0);
  p.rtype = routed ? RTN_UNICAST : 0;
  p.mark = mark;
  p.sock = sock;
  p.dev = dev;
  p.gen = d.gen;
  p.nexthop = dst;
  p.oif = oif;
  p.user = (tos << 8) | ttl;
  p.user2 = size;
  workPush(pkt);
}

/** The link namespace sends what `encap` queued (takes it). */
export function vxlanSend(pkt: u32): void {
  const p = Pkt.at(pkt);
  const dev = p.dev;
  const d = Dev.at(dev);
  p.flags &= ~PF_TUNNEL;
  if (!d.live || d.gen != p.gen) {
    pktDrop(pkt, DROP_NS_GONE);
    return;
  }
  clockStep();
  const v = Vxlan.at(d.side);
  const dst = p.nexthop;
  const oif = p.oif;
  const tos = p.user >> 8;
  const ttl = p.user & 255;
  const size = p.user2;
  const mark = p.mark;
  p.user = 0;
  p.user2 = 0;
  p.nexthop = 0;
  p.ns = v.linkNs;
  // A way that leads into the tunnel itself is none. @see Linux udp_tunnel_dst_lookup
  routeFor(PROTO_UDP, rd16(p.data as usize), rd16((p.data + 2) as usize));
  const err = routeOutput(v.linkNs, dst, v.local, oif, mark, tos);
  const from = Sim.at().r3;
  routeFor(0, 0, 0);
  if (err != 0 || Sim.at().r1 == dev) {
    d.txErrors++;
    if (err == -ENETUNREACH) d.txCarrier++;
    pktDrop(pkt, DROP_NO_ROUTE);
    return;
  }
  if (Sim.at().r0 == RTN_LOCAL) {
    bypass(d, v, pkt, size);
    return;
  }
  if (p.rtype == RTN_UNICAST) {
    const route = Sim.at().r4;
    checkPmtu(dev, pkt, pmtuOf(v.linkNs, route, dst, routeMtu(route, Sim.at().r1)) - OVERHEAD);
  }
  const src = v.local != 0 ? v.local : from;
  const h = p.data as usize;
  if (!(v.flags & VXLAN_NO_CSUM)) {
    if (Sim.at().rec != 0) recSums();
    const sum = csumL4(src, dst, PROTO_UDP, h, p.len);
    store<u16>(h, sum == 0 ? 0xffff : sum, 6);
  }
  const sent = ip4Output(v.linkNs, pkt, src, dst, PROTO_UDP, ttl, tos, mark, oif, false);
  if (sent == 0) {
    d.txPackets++;
    d.txBytes += size as u64;
  } else {
    recFailed();
    d.txErrors++;
    if (sent == -ENETUNREACH) d.txCarrier++;
  }
}

/**
 * The route of a packet that does not fit into the tunnel's learns what does; the packet itself goes on, in fragments.
 * @param mtu what the tunnel's way holds of a packet inside @see Linux ip_tunnel_core.c: skb_tunnel_check_pmtu
 */
function checkPmtu(dev: u32, pkt: u32, mtu: u32): void {
  const p = Pkt.at(pkt);
  if (p.len - HEADERS - ETH_HLEN <= mtu) return;
  recAbort();
  const ns = Dev.at(dev).ns;
  const inner = (p.data + HEADERS + ETH_HLEN) as usize;
  routeFor(ip4Proto(inner), 0, 0);
  const old = ip4FlowMtu(ns, ip4Dst(inner), ip4Src(inner), dev, p.mark, ip4Tos(inner));
  routeFor(0, 0, 0);
  const route = Sim.at().r4;
  if (old != 0 && !routeLocked(route)) pmtuUpdate(ns, route, ip4Dst(inner), mtu, old);
}

/**
 * The remote is this machine: the frame goes to its VXLAN of that VNI without going out (takes it).
 * @see Linux vxlan_encap_bypass
 */
function bypass(d: Dev, v: Vxlan, pkt: u32, size: u32): void {
  const p = Pkt.at(pkt);
  const h = p.data as usize;
  const other = vxlanFind(v.linkNs, rd32(h + 12) >> 8, (load<u8>(h, 2) as u32 << 8) | (load<u8>(h, 3) as u32));
  if (other == 0) {
    d.txErrors++;
    pktDrop(pkt, DROP_VXLAN_VNI);
    return;
  }
  d.txPackets++;
  d.txBytes += size as u64;
  pktPull(pkt, HEADERS);
  const o = Vxlan.at(other);
  const to = Dev.at(o.dev);
  if (!to.up) {
    to.rxDropped++;
    pktDrop(pkt, DROP_DEV_DOWN);
    return;
  }
  if (o.flags & VXLAN_LEARN) vfdbLearn(o.dev, ethSrc(p.data as usize), 0x7f000001, o.max);
  to.rxPackets++;
  to.rxBytes += size as u64;
  pktScrub(pkt);
  arrive(o.dev, pkt);
}

// --- in

/**
 * A datagram to a port that VXLANs hold (takes it). Pre: Pkt.th is the UDP header, whose checksum is verified.
 * @param ns the namespace it came to @param port its destination port
 */
export function vxlanInput(ns: u32, pkt: u32, port: u32): void {
  const p = Pkt.at(pkt);
  const h = p.th as usize;
  const room = p.data + p.len - p.th;
  if (room < HEADERS + ETH_HLEN || !(rd32(h + 8) & FLAG_VNI)) {
    pktDrop(pkt, DROP_VXLAN_HEADER);
    return;
  }
  snmpInc(ns as i32, SNMP_UDP_IN_DATAGRAMS);
  const vni = rd32(h + 12) >> 8;
  const i = vxlanFind(ns, vni, port);
  if (i == 0) {
    pktDrop(pkt, DROP_VXLAN_VNI);
    return;
  }
  const v = Vxlan.at(i);
  const d = Dev.at(v.dev);
  // Reserved bits must be zero. @see Linux vxlan_rcv: reserved_bits
  if (rd32(h + 8) != FLAG_VNI || load<u8>(h, 15) != 0) {
    d.rxErrors++;
    pktDrop(pkt, DROP_VXLAN_HEADER);
    return;
  }
  const from = ip4Src(p.nh as usize);
  const mark = p.mark;
  p.data = p.th + HEADERS;
  p.len = room - HEADERS;
  const src = ethSrc(p.data as usize);
  // Its own frame back, no valid source, or a fixed MAC that speaks from elsewhere.
  const bad = src == d.mac || src == 0 || macIsGroup(src);
  if (bad || (v.flags & VXLAN_LEARN && d.up && !vfdbLearn(v.dev, src, from, v.max))) {
    pktDrop(pkt, DROP_VXLAN_SRC);
    return;
  }
  if (!d.up) {
    d.rxDropped++;
    pktDrop(pkt, DROP_DEV_DOWN);
    return;
  }
  d.rxPackets++;
  d.rxBytes += (p.len - ETH_HLEN) as u64;
  if (p.flags & PF_TRACE) traceWrite(p.id, TRACE_DECAP, ns, v.dev, vni, from, port);
  const same = d.ns == ns;
  pktScrub(pkt);
  if (same) p.mark = mark;
  p.nh = 0;
  p.th = 0;
  arrive(v.dev, pkt);
}
