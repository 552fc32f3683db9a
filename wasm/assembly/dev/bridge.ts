/**
 * A learning bridge. Frames go to the port the forwarding table names, are flooded when it does not (flood.ts), and come up to
 * the bridge's own device when they are for it. The machine itself gets its copy of a flood last. IPv4 frames cross netfilter on the way (br_netfilter).
 * Limits: no spanning tree, no multicast snooping, no VLAN filtering.
 * @see Linux net/bridge/br_input.c: br_handle_frame
 */
import {
  DROP_BAD_FRAME,
  DROP_DEV_DOWN,
  DROP_ISOLATED,
  DROP_LINK_LOCAL,
  DROP_MTU,
  DROP_SAME_PORT,
  MIB6_FRAG_CREATES,
  MIB6_FRAG_FAILS,
  MIB6_FRAG_OKS,
  MIB_FRAG_CREATES,
  MIB_FRAG_FAILS,
  MIB_FRAG_OKS,
  PKT_HOST,
  TRACE_FDB,
  TRACE_LEARN,
  VERDICT_ACCEPT,
} from '../../abi';
import { recForwards } from '../flow/record';
import { ip4Fragments } from '../ip/fragment';
import { mibInc } from '../ip/mib';
import { ip6Fragments } from '../ip6/fragment';
import { mib6Inc } from '../ip6/mib6';
import { icmp6Send } from '../ip6/icmp';
import { Ns6 } from '../ip6/idev';
import { Sim } from '../mem';
import { nfBridgeForward, nfBridgePre, nfBridgeResume } from '../nf/bridge';
import { PF_BRIDGED, PF_BRIDGED_DNAT, PF_IGNORE_DF, PF_TRACE, Pkt } from '../sim/packet';
import { pktClone, pktDrop, pktFree } from '../sim/pool';
import { traceWrite } from '../sim/stat';
import { trace, tracePiece } from '../sim/trace';
import { ETH_HLEN, ETH_IPV4, ETH_IPV6, ethDst, ethSrc, macIsGroup } from '../wire/ether';
import { ip4Frag } from '../wire/ipv4';
import { ICMP6_TOOBIG, IP6_MIN_MTU } from '../wire/ipv6';
import { Dev } from './dev';
import { Fdb, fdbFind, fdbIsLocal, fdbLearn, fdbLookup } from './fdb';
import { flood } from './flood';
import { Ns } from './ns';
import { PORT_NO_LEARN } from './port';
import { devXmit, fitsDev, passUp } from './xmit';

function traceFdb(pkt: u32, bridge: u32, port: u32, mac: u64): void {
  const p = Pkt.at(pkt);
  if (!(p.flags & PF_TRACE)) return;
  traceWrite(p.id, TRACE_FDB, p.ns, bridge, port, ((mac >> 32) as u32) | (p.port << 16), mac as u32);
}

/**
 * Whether a frame to the group 01:80:c2:00:00:0x crosses the bridge: that of STP does, since STP is off; pause frames
 * never; others by group_fwd_mask. @see IEEE 802.1D §7.12.6, Linux br_handle_frame
 */
function passesGroup(b: Dev, x: u32): bool {
  return x == 0 || (x != 1 && (b.groupFwd & ((1 as u32) << x)) != 0);
}

/** A frame has arrived on a port (takes it). */
export function bridgeInput(pkt: u32): void {
  const p = Pkt.at(pkt);
  const port = p.dev;
  const bridge = Dev.at(port).master;
  const b = Dev.at(bridge);
  const eth = p.data as usize;
  const src = ethSrc(eth);
  const dst = ethDst(eth);
  if (!b.up) {
    pktDrop(pkt, DROP_DEV_DOWN);
    return;
  }
  // A group source is forged.
  if (macIsGroup(src) || src == 0) {
    pktDrop(pkt, DROP_BAD_FRAME);
    return;
  }
  const learn = !(Dev.at(port).off & PORT_NO_LEARN);
  if ((dst & 0xfffffffffff0) == 0x0180c2000000 && !passesGroup(b, (dst as u32) & 15)) {
    // For the port itself, where nobody listens. A pause frame does not even teach.
    if (learn && (dst & 15) != 1) fdbLearn(bridge, port, src);
    pktDrop(pkt, DROP_LINK_LOCAL);
    return;
  }
  if (dst == b.mac) p.pkttype = PKT_HOST;
  p.port = port;
  if (p.proto == ETH_IPV4 ? Ns.at(p.ns).bridgeNf : p.proto == ETH_IPV6 && Ns6.at(p.ns).bridgeNf) {
    p.flags |= PF_BRIDGED;
    if (nfBridgePre(pkt, bridge) != VERDICT_ACCEPT) return;
  }
  goOn(bridge, port, pkt);
}

/** A frame of a port finds its way (takes it). @see Linux br_input.c: br_handle_frame_finish */
function goOn(bridge: u32, port: u32, pkt: u32): void {
  const p = Pkt.at(pkt);
  const b = Dev.at(bridge);
  const src = ethSrc(p.data as usize);
  if (!(Dev.at(port).off & PORT_NO_LEARN) && fdbLearn(bridge, port, src))
    trace(p, TRACE_LEARN, port, (src >> 32) as u32, src as u32);
  const dst = ethDst(p.data as usize);
  if (macIsGroup(dst)) {
    traceFdb(pkt, bridge, 0, dst);
    flood(bridge, port, pkt);
    passUp(bridge, pkt);
    return;
  }
  const f = fdbLookup(bridge, port, dst);
  const traced = (p.flags & PF_TRACE) != 0;
  if (f != 0 && Sim.at().rec != 0) recForwards(f);
  if (f != 0 && fdbIsLocal(f)) {
    if (traced) traceFdb(pkt, bridge, bridge, dst);
    p.pkttype = PKT_HOST;
    passUp(bridge, pkt);
    return;
  }
  if (b.promisc) {
    const copy = pktClone(pkt);
    if (copy != 0) passUp(bridge, copy);
  }
  if (f != 0) {
    if (traced) traceFdb(pkt, bridge, Fdb.at(f).port, dst);
    forward(bridge, port, Fdb.at(f).port, pkt);
  } else {
    traceFdb(pkt, bridge, 0, dst);
    flood(bridge, port, pkt);
    pktFree(pkt);
  }
}

/** Sends one frame out of a port (takes it). @param from the port it came in by, 0: from the machine itself */
export function forward(bridge: u32, from: u32, to: u32, pkt: u32): void {
  const o = Dev.at(to);
  if (from == to && !o.hairpin) {
    pktDrop(pkt, DROP_SAME_PORT);
    return;
  }
  if (!o.up || !o.carrier) {
    pktDrop(pkt, DROP_DEV_DOWN);
    return;
  }
  if (from != 0 && o.isolated && Dev.at(from).isolated) {
    pktDrop(pkt, DROP_ISOLATED);
    return;
  }
  if (from != 0 && Pkt.at(pkt).flags & PF_BRIDGED) {
    if (nfBridgeForward(pkt, bridge, to) == VERDICT_ACCEPT) refragment(bridge, to, pkt);
    return;
  }
  fit(to, pkt);
}

/** Sends a frame that is not too long for the port (takes it). */
function fit(to: u32, pkt: u32): void {
  if (fitsDev(pkt, to)) devXmit(to, pkt);
  else pktDrop(pkt, DROP_MTU);
}

/** Whether what is too long for a port must not be cut to `mtu`. @see Linux br_nf_ip_fragment, ip6_fragment */
function whole(p: Pkt, mtu: u32): bool {
  if (p.fragMax > mtu) return true;
  return !(p.flags & PF_IGNORE_DF) && (p.proto == ETH_IPV6 || (ip4Frag(p.nh as usize) & 0x4000) != 0);
}

/**
 * What went through netfilter leaves in pieces that fit (takes it): no longer than those it was put together of, nor
 * than the MTU of the bridge, whose route it has. @see Linux br_nf_dev_queue_xmit, br_nf_core.c: fake_mtu
 */
function refragment(bridge: u32, to: u32, pkt: u32): void {
  const p = Pkt.at(pkt);
  const most = p.fragMax;
  const mtu = Dev.at(to).mtu;
  if (p.len - ETH_HLEN <= (most != 0 ? min(most, mtu) : mtu)) {
    devXmit(to, pkt);
    return;
  }
  const own = Dev.at(bridge).mtu;
  const v6 = p.proto == ETH_IPV6;
  const kept = whole(p, own);
  // Over IPv6 its sender is told, over IPv4 nobody is.
  if (kept && v6) icmp6Send(pkt, ICMP6_TOOBIG, 0, own);
  const size = most == 0 ? own : v6 ? max(most, IP6_MIN_MTU) : min(most, own);
  const f = kept ? 0 : v6 ? ip6Fragments(pkt, size) : ip4Fragments(pkt, size);
  if (f == 0) {
    if (v6) mib6Inc(p.ns, MIB6_FRAG_FAILS);
    else mibInc(p.ns, MIB_FRAG_FAILS);
    pktDrop(pkt, DROP_MTU);
    return;
  }
  countPieces(p.ns, f, v6);
  pktFree(pkt);
  let k = f;
  while (k != 0) {
    const next = Pkt.at(k).next;
    Pkt.at(k).next = 0;
    tracePiece(Pkt.at(k), size);
    fit(to, k);
    k = next;
  }
}

/** Counts what was cut, as fragmentation of the bridge's namespace. @see Linux ip_do_fragment, ip6_fragment */
function countPieces(ns: u32, first: u32, v6: bool): void {
  if (v6) mib6Inc(ns, MIB6_FRAG_OKS);
  else mibInc(ns, MIB_FRAG_OKS);
  for (let f = first; f != 0; f = Pkt.at(f).next) {
    if (v6) mib6Inc(ns, MIB6_FRAG_CREATES);
    else mibInc(ns, MIB_FRAG_CREATES);
  }
}

/** The machine sends a frame on the bridge device (takes it). @see Linux br_device.c: br_dev_xmit */
export function bridgeXmit(bridge: u32, pkt: u32): void {
  if (Pkt.at(pkt).flags & PF_BRIDGED_DNAT) {
    nfBridgeResume(pkt);
    goOn(bridge, Pkt.at(pkt).port, pkt);
    return;
  }
  const dst = ethDst(Pkt.at(pkt).data as usize);
  if (!macIsGroup(dst)) {
    const f = fdbFind(bridge, dst);
    if (f != 0) {
      const to = Fdb.at(f).port;
      if (Sim.at().rec != 0) recForwards(f);
      if (Pkt.at(pkt).flags & PF_TRACE) traceFdb(pkt, bridge, to, dst);
      if (fdbIsLocal(f)) passUp(bridge, pkt);
      else forward(bridge, 0, to, pkt);
      return;
    }
  }
  traceFdb(pkt, bridge, 0, dst);
  flood(bridge, 0, pkt);
  pktFree(pkt);
}
