/**
 * Bridge netfilter: IPv4 and IPv6 frames on a bridge cross the IP hooks too (bridge-nf-call-iptables, bridge-nf-call-ip6tables), with the bridge as the
 * device of -i and -o, and the ports as those of physdev. PREROUTING is crossed once, here, also by what then goes up
 * to the machine. A frame whose destination was rewritten to one behind the same bridge stays on the bridge.
 * @see Linux net/bridge/br_netfilter_hooks.c
 */
import {
  DROP_BAD_HEADER,
  DROP_NO_BUFFER,
  DROP_NO_ROUTE,
  HOOK_FORWARD,
  HOOK_POSTROUTING,
  HOOK_PREROUTING,
  PKT_HOST,
  PKT_OTHERHOST,
  RTN_UNICAST,
  VERDICT_ACCEPT,
  VERDICT_DROP,
  VERDICT_STOLEN,
} from '../../abi';
import { Dev } from '../dev/dev';
import { recAbort, recChecked } from '../flow/record';
import { ip4RouteIn } from '../ip/input';
import { neigh6Output, neighOutput } from '../ip/neigh';
import { Neigh, neigh6Find, neighMac, neighValid } from '../ip/neightab';
import { ip6Route } from '../ip6/output';
import { route6Gateway } from '../ip6/route';
import { Sim } from '../mem';
import { PF_BRIDGE_OUT, PF_BRIDGED_DNAT, PF_PREROUTED, Pkt } from '../sim/packet';
import { pktDrop, pktPull, pktWritable } from '../sim/pool';
import { wrMac } from '../wire/bytes';
import { csumFold, csumPartial } from '../wire/checksum';
import { ETH_HLEN, ETH_IPV6, ethSrc } from '../wire/ether';
import { IP6_HLEN, in6NeedsDev, ip6Dst, ip6Len, ip6Upper } from '../wire/ipv6';
import { ip4Dst, ip4Hlen, ip4Len } from '../wire/ipv4';
import { nfHook } from './hook';

/** Header checks of a bridged packet, as ip_rcv does them. */
function valid(p: Pkt): bool {
  const ip = (p.data + ETH_HLEN) as usize;
  const len = p.len - ETH_HLEN;
  if (len < 20 || load<u8>(ip) >> 4 != 4 || ip4Hlen(ip) < 20) return false;
  if (ip4Len(ip) > len || ip4Len(ip) < ip4Hlen(ip)) return false;
  return csumFold(csumPartial(ip, ip4Hlen(ip), 0)) == 0;
}

/** Header checks of a bridged packet, as ipv6_rcv does them. */
function valid6(p: Pkt): bool {
  const ip = (p.data + ETH_HLEN) as usize;
  const len = p.len - ETH_HLEN;
  return len >= IP6_HLEN && load<u8>(ip) >> 4 == 6 && ip6Len(ip) <= len;
}

/** What changes when NAT gives another destination. */
function destination(p: Pkt): u64 {
  const ip = p.nh as usize;
  if (p.proto != ETH_IPV6) return ip4Dst(ip) as u64;
  return (load<u64>(ip, 24) * 0x9e3779b97f4a7c15) ^ load<u64>(ip, 32);
}

/** PREROUTING of a frame that entered a bridge; the packet is freed unless VERDICT_ACCEPT. */
export function nfBridgePre(pkt: u32, bridge: u32): i32 {
  const p = Pkt.at(pkt);
  const v6 = p.proto == ETH_IPV6;
  if (!(v6 ? valid6(p) : valid(p))) {
    pktDrop(pkt, DROP_BAD_HEADER);
    return VERDICT_DROP;
  }
  if (Sim.at().rec != 0) recChecked();
  p.nh = p.data + ETH_HLEN;
  p.th = p.nh + (v6 ? ip6Upper(p.nh as usize, (p.data + p.len) as usize) >> 16 : ip4Hlen(p.nh as usize));
  const type = p.pkttype;
  const port = p.dev;
  const before = destination(p);
  if (type == PKT_OTHERHOST) p.pkttype = PKT_HOST;
  p.dev = bridge;
  if (nfHook(HOOK_PREROUTING, pkt, bridge, 0) != VERDICT_ACCEPT) return VERDICT_DROP;
  p.dev = port;
  p.pkttype = type;
  p.flags |= PF_PREROUTED;
  return destination(p) == before ? VERDICT_ACCEPT : redirected(pkt, bridge);
}

/**
 * The destination was rewritten: when it is behind the same bridge, the frame goes on there, to its neighbour; else it
 * goes up, to be routed. @see br_nf_pre_routing_finish, br_nf_pre_routing_finish_bridge
 */
function redirected(pkt: u32, bridge: u32): i32 {
  recAbort();
  if (!pktWritable(pkt)) {
    pktDrop(pkt, DROP_NO_BUFFER);
    return VERDICT_DROP;
  }
  const p = Pkt.at(pkt);
  if (p.proto == ETH_IPV6) return redirected6(pkt, bridge);
  const err = ip4RouteIn(pkt, bridge);
  if (err > 0) {
    pktDrop(pkt, err as u32);
    return VERDICT_DROP;
  }
  if (p.rtype == RTN_UNICAST && p.outdev == bridge) {
    const mac = neighMac(bridge, p.nexthop);
    if (mac != 0) {
      wrMac(p.data as usize, mac);
      return VERDICT_ACCEPT;
    }
    waits(pkt);
    neighOutput(bridge, p.nexthop, pkt);
    return VERDICT_STOLEN;
  }
  wrMac(p.data as usize, Dev.at(bridge).mac);
  p.pkttype = PKT_HOST;
  return VERDICT_ACCEPT;
}

/** The same over IPv6; without a way to the new destination it is dropped. @see br_nf_pre_routing_finish_ipv6 */
function redirected6(pkt: u32, bridge: u32): i32 {
  const p = Pkt.at(pkt);
  const dst = ip6Dst(p.nh as usize);
  if (ip6Route(pkt, p.ns, dst, in6NeedsDev(dst) ? bridge : 0) != 0) {
    pktDrop(pkt, DROP_NO_ROUTE);
    return VERDICT_DROP;
  }
  if (p.outdev == bridge && p.rtype == RTN_UNICAST) {
    const hop = p.nexthop != 0 ? route6Gateway(p.nexthop) : dst;
    const k = neigh6Find(bridge, hop);
    if (k != 0 && neighValid(k)) {
      wrMac(p.data as usize, Neigh.at(k).mac);
      return VERDICT_ACCEPT;
    }
    waits(pkt);
    neigh6Output(bridge, hop, pkt);
    return VERDICT_STOLEN;
  }
  wrMac(p.data as usize, Dev.at(bridge).mac);
  p.pkttype = PKT_HOST;
  return VERDICT_ACCEPT;
}

/** The neighbour's answer brings a frame back to the bridge (bridgeXmit), with the sender it had. */
function waits(pkt: u32): void {
  const p = Pkt.at(pkt);
  p.user = (ethSrc(p.data as usize) >> 32) as u32;
  p.user2 = ethSrc(p.data as usize) as u32;
  p.flags |= PF_BRIDGED_DNAT;
  pktPull(pkt, ETH_HLEN);
}

/** A redirected frame is back: it has the sender it had. */
export function nfBridgeResume(pkt: u32): void {
  const p = Pkt.at(pkt);
  p.flags &= ~PF_BRIDGED_DNAT;
  p.dev = p.port;
  p.nh = p.data + ETH_HLEN;
  p.th = p.nh + (p.proto == ETH_IPV6 ? ip6Upper(p.nh as usize, (p.data + p.len) as usize) >> 16 : ip4Hlen(p.nh as usize));
  if (pktWritable(pkt)) wrMac((p.data + 6) as usize, ((p.user as u64) << 32) | (p.user2 as u64));
}

/** FORWARD and POSTROUTING of a bridged frame; the packet is freed unless VERDICT_ACCEPT. @param to the port it leaves by */
export function nfBridgeForward(pkt: u32, bridge: u32, to: u32): i32 {
  const p = Pkt.at(pkt);
  const type = p.pkttype;
  if (type == PKT_OTHERHOST) p.pkttype = PKT_HOST;
  p.dev = bridge;
  p.outdev = to;
  p.flags |= PF_BRIDGE_OUT;
  if (nfHook(HOOK_FORWARD, pkt, bridge, bridge) != VERDICT_ACCEPT) return VERDICT_DROP;
  if (nfHook(HOOK_POSTROUTING, pkt, 0, bridge) != VERDICT_ACCEPT) return VERDICT_DROP;
  p.pkttype = type;
  p.flags &= ~PF_BRIDGE_OUT;
  return VERDICT_ACCEPT;
}
