/**
 * ARP: answers for own addresses (arp_ignore, arp_filter) and as a proxy, learns from requests to us, from answers to
 * us, and from what others say of themselves.
 * @see Linux net/ipv4/arp.c: arp_process, RFC 826
 */
import {
  ARP_ANSWERED, ARP_IGNORED, ARP_LEARNED, CONF_ARP_ACCEPT, CONF_ARP_FILTER, CONF_ARP_IGNORE, CONF_DROP_GRATUITOUS_ARP, CONF_FORWARDING, CONF_LOG_MARTIANS, CONF_MEDIUM_ID,
  CONF_PROXY_ARP, CONF_PROXY_ARP_PVLAN, CONF_ROUTE_LOCALNET, DROP_BAD_HEADER, CONF_PROXY_DELAY, NUD_REACHABLE, NUD_STALE,
  PKT_HOST, RT_SCOPE_HOST, RT_SCOPE_LINK, RTN_LOCAL, RTN_UNICAST,
  TRACE_ARP, TRACE_ARP_IN,
} from '../../abi';
import { Dev } from '../dev/dev';
import { devXmit } from '../dev/xmit';
import { Sim } from '../mem';
import { Pkt } from '../sim/packet';
import { pktAlloc, pktDrop, pktFree, pktPush } from '../sim/pool';
import { trace, traceBorn } from '../sim/trace';
import { ARP_LEN, ARP_REPLY, ARP_REQUEST, arpIsIpv4, arpOp, arpSha, arpSpa, arpTpa, arpWrite } from '../wire/arp';
import { rdMac } from '../wire/bytes';
import { ETH_ARP, ETH_HLEN, ethWrite, MAC_BROADCAST } from '../wire/ether';
import { addrConfirm, addrIsLocal, addrOnLink } from './addr';
import { confMax, confOf, confOr } from './conf';
import { fibType } from './fib';
import { neighHeard, neighLearn } from './neigh';
import { neighFind } from './neightab';
import { Net4 } from './net4';
import { proxyHas, proxyLater } from './proxyarp';
import { routeInput } from './routein';
import { routeOutput } from './routeout';

/** Sends an ARP message. @param to destination of the frame @param tha target's MAC in the message */
export function arpSend(dev: u32, op: u32, to: u64, spa: u32, tha: u64, tpa: u32): void {
  const pkt = pktAlloc(ARP_LEN);
  if (pkt == 0) return;
  const p = Pkt.at(pkt);
  const mac = Dev.at(dev).mac;
  p.nh = p.data;
  p.proto = ETH_ARP;
  arpWrite(p.data as usize, op, mac, spa, tha, tpa);
  p.ns = Dev.at(dev).ns;
  p.dev = dev;
  if (Sim.at().traceOn != 0) traceBorn(p, ETH_ARP, TRACE_ARP, op, spa, tpa);
  ethWrite(pktPush(pkt, ETH_HLEN), to, mac, ETH_ARP);
  devXmit(dev, pkt);
}

/** Broadcasts a gratuitous request: who-has ip tell ip. */
export function arpAnnounce(dev: u32, ip: u32): void {
  arpSend(dev, ARP_REQUEST, MAC_BROADCAST, ip, 0, ip);
}

/** An ARP message was received (takes the packet; data at the message). */
export function arpInput(pkt: u32): void {
  const p = Pkt.at(pkt);
  const m = p.data as usize;
  if (p.len < ARP_LEN || !arpIsIpv4(m)) {
    pktDrop(pkt, DROP_BAD_HEADER);
    return;
  }
  const dev = p.dev;
  const ns = p.ns;
  const op = arpOp(m);
  const sha = arpSha(m);
  const spa = arpSpa(m);
  const tpa = arpTpa(m);
  const tha = rdMac(m + 18);
  const type = p.pkttype;
  const s = Sim.at();
  const made = s.packet;
  s.asking = pkt;
  heard(ns, dev, op, sha, spa, tha, tpa, type);
  s.asking = 0;
  if (s.traceOn != 0) {
    const result: u32 = s.packet != made ? ARP_ANSWERED : spa != 0 && neighFind(dev, spa) != 0 ? ARP_LEARNED : ARP_IGNORED;
    trace(p, TRACE_ARP_IN, op | (result << 8), spa, tpa);
  }
  pktFree(pkt);
}

/** What a message says is answered and noted. */
function heard(ns: u32, dev: u32, op: u32, sha: u64, spa: u32, tha: u64, tpa: u32, type: u32): void {
  if (op != ARP_REQUEST && op != ARP_REPLY) return;
  if (op == ARP_REQUEST && unconcerned(ns, dev, spa, tpa)) return;
  if (tpa >> 28 == 14 || (tpa >> 24 == 127 && !confOr(dev, CONF_ROUTE_LOCALNET))) return;
  if (spa == tpa && confOr(dev, CONF_DROP_GRATUITOUS_ARP)) return;
  if (spa == 0) {
    // A probe for a duplicate is answered, and teaches nothing. @see RFC 5227
    if (op == ARP_REQUEST && addrIsLocal(ns, tpa) && !ignored(ns, dev, spa, tpa))
      arpSend(dev, ARP_REPLY, sha, tpa, sha, spa);
    return;
  }
  if (op == ARP_REQUEST && asked(ns, dev, sha, spa, tpa, type)) return;
  learn(dev, op, sha, spa, tha, tpa, type);
}

/**
 * Whether a request is neither for this machine nor from one it knows, nor does any setting make it care: most of what
 * a switch floods is that, and is spared the settings and the look-ups of a route.
 */
function unconcerned(ns: u32, dev: u32, spa: u32, tpa: u32): bool {
  const n = Net4.at(ns);
  if ((n.curious | n.custom | n.customLocal) != 0 || proxyHas(dev, tpa)) return false;
  return (Dev.at(dev).neighs == 0 || neighFind(dev, spa) == 0) && !addrIsLocal(ns, tpa);
}

/** Whether a frame is a request that many may hear without any of them being concerned. Pre: it has an Ethernet header */
export function arpIsRequest(p: Pkt): bool {
  const m = (p.data as usize) + ETH_HLEN;
  return p.len >= (ETH_HLEN as u32) + ARP_LEN && arpIsIpv4(m) && arpOp(m) == ARP_REQUEST;
}

/** Whether such a request means nothing to the machine that a device belongs to: neither an answer nor a note. */
export function arpIsIdle(p: Pkt, dev: u32): bool {
  const m = (p.data as usize) + ETH_HLEN;
  return unconcerned(Dev.at(dev).ns, dev, arpSpa(m), arpTpa(m));
}

/** A request: answers it for own addresses and for those it is a proxy of. @returns whether it is dealt with */
function asked(ns: u32, dev: u32, sha: u64, spa: u32, tpa: u32, type: u32): bool {
  if (routeInput(ns, dev, spa, tpa, 0, 0, 0, true) != 0) return false;
  const s = Sim.at();
  const kind = s.r0;
  const out = s.r1;
  if (kind == RTN_LOCAL) {
    if (ignored(ns, dev, spa, tpa)) return true;
    if (confOr(dev, CONF_ARP_FILTER) && (routeOutput(ns, spa, tpa, 0, 0, 0) != 0 || s.r1 != dev)) return true;
    if (neighHeard(dev, spa, sha)) arpSend(dev, ARP_REPLY, sha, tpa, sha, spa);
    return true;
  }
  if (kind != RTN_UNICAST || !confOf(dev, CONF_FORWARDING) || !proxied(dev, out, spa, tpa)) return false;
  neighHeard(dev, spa, sha);
  // A proxy lets others answer first, unless it was asked itself.
  if (type == PKT_HOST || confOf(dev, CONF_PROXY_DELAY) == 0) arpSend(dev, ARP_REPLY, sha, tpa, sha, spa);
  else proxyLater(dev, sha, spa, tpa);
  return true;
}

/** Whether this machine answers for an address that lies behind another device of it. @see Linux arp.c: arp_fwd_proxy */
function proxied(dev: u32, out: u32, spa: u32, tpa: u32): bool {
  if (out != dev) return (confOr(dev, CONF_PROXY_ARP) && !sameMedium(dev, out)) || proxyHas(dev, tpa);
  return confOr(dev, CONF_PROXY_ARP_PVLAN) && spa != tpa;
}

function sameMedium(dev: u32, out: u32): bool {
  const here = confOf(dev, CONF_MEDIUM_ID);
  if (here == 0) return false;
  return here == 0xffffffff || confOf(out, CONF_MEDIUM_ID) == here || confOf(out, CONF_MEDIUM_ID) == 0xffffffff;
}

/** Whether arp_ignore keeps the machine from answering for an own address. @see Linux arp.c: arp_ignore */
function ignored(ns: u32, dev: u32, spa: u32, tpa: u32): bool {
  switch (confMax(dev, CONF_ARP_IGNORE)) {
    case 1:
      return !addrConfirm(ns, dev, 0, tpa, RT_SCOPE_HOST);
    case 2:
      return !addrConfirm(ns, dev, spa, tpa, RT_SCOPE_HOST);
    case 3:
      return !addrConfirm(ns, 0, 0, tpa, RT_SCOPE_LINK);
    case 8:
      return true;
  }
  return false;
}

/** What a message says of its sender is noted, if the sender is known already or arp_accept wants it. */
function learn(dev: u32, op: u32, sha: u64, spa: u32, tha: u64, tpa: u32, type: u32): void {
  const known = neighFind(dev, spa) != 0;
  const level = confMax(dev, CONF_ARP_ACCEPT);
  const accept = level == 1 || (level == 2 && addrOnLink(dev, spa, 0));
  if (!known && !accept) return;
  const unicast = fibType(Dev.at(dev).ns, spa) == RTN_UNICAST;
  const gratuitous = tpa == spa && unicast && (op == ARP_REQUEST || tha == 0 || tha == sha);
  if (!known && !gratuitous && (op != ARP_REPLY || !unicast)) return;
  neighLearn(dev, spa, sha, op == ARP_REPLY && type == PKT_HOST ? NUD_REACHABLE : NUD_STALE, gratuitous);
}
