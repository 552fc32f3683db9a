/**
 * ARP: answers for own addresses (on any device, arp_ignore 0), learns from requests to us, from answers to us.
 * @see Linux net/ipv4/arp.c: arp_process, RFC 826
 */
import {
  ARP_ANSWERED,
  ARP_IGNORED,
  ARP_LEARNED,
  DROP_BAD_HEADER,
  NUD_REACHABLE,
  NUD_STALE,
  PKT_HOST,
  TRACE_ARP,
  TRACE_ARP_IN,
} from '../../abi';
import { Dev } from '../dev/dev';
import { Ns } from '../dev/ns';
import { devXmit } from '../dev/xmit';
import { Sim } from '../mem';
import { Pkt, pktAlloc, pktDrop, pktFree, pktPush } from '../sim/pool';
import { trace, traceBorn } from '../sim/trace';
import {
  ARP_LEN,
  ARP_REPLY,
  ARP_REQUEST,
  arpIsIpv4,
  arpOp,
  arpSha,
  arpSpa,
  arpTpa,
  arpWrite,
} from '../wire/arp';
import { ETH_ARP, ETH_HLEN, ethWrite, MAC_BROADCAST, macIsGroup } from '../wire/ether';
import { addrIsLocal, addrOnDev } from './addr';
import { neighFind, neighUpdate } from './neigh';

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
  const host = p.pkttype == PKT_HOST;
  const asked = op == ARP_REQUEST && mine(ns, dev, tpa);
  const known = spa != 0 && !addrIsLocal(ns, spa) && (asked || neighFind(dev, spa) != 0);
  trace(p, TRACE_ARP_IN, op | ((asked ? ARP_ANSWERED : known ? ARP_LEARNED : ARP_IGNORED) << 8), spa, tpa);
  pktFree(pkt);
  if (macIsGroup(sha) || tpa >> 28 == 14 || tpa >> 24 == 127) return;
  if (asked) {
    // A probe for a duplicate (sender 0) is answered, and teaches nothing. Our own address as sender is a conflict.
    if (spa != 0 && !addrIsLocal(ns, spa)) neighUpdate(dev, spa, sha, NUD_STALE, true);
    if (spa != tpa) arpSend(dev, ARP_REPLY, sha, tpa, sha, spa);
    return;
  }
  if (spa == 0 || addrIsLocal(ns, spa)) return;
  neighUpdate(dev, spa, sha, op == ARP_REPLY && host ? NUD_REACHABLE : NUD_STALE, false);
}

/** Whether a request for an address is answered here: arp_ignore 0 any own address, 1 the device's own only. */
function mine(ns: u32, dev: u32, ip: u32): bool {
  return Ns.at(ns).arpIgnore ? addrOnDev(dev, ip) : addrIsLocal(ns, ip);
}
