/**
 * The five hooks, and the order of what stands at each: reassembly, raw, conntrack, mangle, destination NAT, filter,
 * source NAT, security, confirm; IPVS before the filter of what is sent here, else behind it. Security stands where iptables
 * puts it over nf_tables, 150; the old one has it before source NAT, at 50.
 * @see Linux include/uapi/linux/netfilter_ipv4.h: nf_ip_hook_priorities; iptables/nft.c: xtables_ipv4
 */
import {
  HOOK_FORWARD,
  HOOK_INPUT,
  HOOK_OUTPUT,
  HOOK_POSTROUTING,
  HOOK_PREROUTING,
  TABLE_FILTER,
  TABLE_MANGLE,
  TABLE_NAT,
  TABLE_RAW,
  TABLE_SECURITY,
  TRACE_HOOK,
  VERDICT_ACCEPT,
  VERDICT_DROP,
  VERDICT_STOLEN,
} from '../../abi';
import { Ns } from '../dev/ns';
import { recAbort } from '../flow/record';
import { ip4Reroute } from '../ip/output';
import { ip6Reroute } from '../ip6/output';
import { frag6Track } from '../ip6/reassembly';
import { Sim } from '../mem';
import { PF_BRIDGED, PF_PREROUTED, PF_TRACE, Pkt } from '../sim/packet';
import { pktDrop } from '../sim/pool';
import { trace } from '../sim/trace';
import { DEFRAG_CT_BRIDGE, DEFRAG_CT_IN, DEFRAG_CT_OUT, fragInput } from '../ip/reassembly';
import { ETH_IPV4 } from '../wire/ether';
import { ip4Dst, ip4IsFragment, PROTO_ICMP, PROTO_ICMPV6 } from '../wire/ipv4';
import { ip6Class } from '../wire/ipv6';
import { icmpIsError } from '../wire/l4';
import { chainRun } from './chain';
import { CTINFO_NEW, CTINFO_RELATED, CTINFO_REPLY, ctConfirm, ctIn } from './conntrack';
import { natIcmpError, natPacket } from './mangle';
import { natIcmpError6, natPacket6 } from './mangle6';
import { VS_STOLEN, vsHook } from './ipvs/hook';
import { protoOf } from './match';
import { natDone, natIsSource, natNull } from './nat';
import { chainBit, chainOf } from './table';

/** Rules that need a packet of this kind tracked. */
function ctUsers(p: Pkt): u32 {
  const n = Ns.at(p.ns);
  return p.proto == ETH_IPV4 ? n.ctUsers : n.ctUsers6;
}

/** Rules of the nat table that is asked about it. */
function natUsers(p: Pkt): u32 {
  const n = Ns.at(p.ns);
  return p.proto == ETH_IPV4 ? n.natUsers : n.natUsers6;
}

/** Whether a packet's namespace has a chain for it at a hook. */
function hasChain(p: Pkt, t: u32, hook: u32): bool {
  const n = Ns.at(p.ns);
  return ((p.proto == ETH_IPV4 ? n.nf4 : n.nf6) & chainBit(t, hook)) != 0;
}

function table(t: u32, hook: u32, pkt: u32, indev: u32, outdev: u32): u32 {
  const p = Pkt.at(pkt);
  if (!hasChain(p, t, hook)) return 0;
  const chain = chainOf(p.ns, p.proto == ETH_IPV4 ? 4 : 6, t, hook);
  return chainRun(chain, pkt, hook, indev, outdev);
}

function isIcmpError(p: Pkt): bool {
  const proto = protoOf(p);
  const type = load<u8>(p.th as usize) as u32;
  return p.proto == ETH_IPV4 ? proto == PROTO_ICMP && icmpIsError(type) : proto == PROTO_ICMPV6 && type < 128;
}

/** NAT at a hook: the chain for the first packet of a connection, the rewriting for all. @returns 0 or DROP_* */
function nat(hook: u32, pkt: u32, indev: u32, outdev: u32): u32 {
  const p = Pkt.at(pkt);
  if (p.ct == 0) return 0;
  const v4 = p.proto == ETH_IPV4;
  const source = natIsSource(hook);
  const kind = p.ctinfo >= CTINFO_REPLY ? p.ctinfo - CTINFO_REPLY : p.ctinfo;
  if (kind == CTINFO_RELATED && isIcmpError(p)) return v4 ? natIcmpError(pkt, source) : natIcmpError6(pkt, source);
  // A reset of REJECT is related too, and may be the first to pass here. @see Linux nf_nat_core.c: nf_nat_inet_fn
  if ((kind == CTINFO_NEW || kind == CTINFO_RELATED) && !natDone(p.ct, source)) {
    recAbort();
    const bad = table(TABLE_NAT, hook, pkt, indev, outdev);
    if (bad != 0) return bad;
    if (!natDone(p.ct, source)) {
      const clash = natNull(p.ct, source);
      if (clash != 0) return clash;
    }
  }
  return v4 ? natPacket(pkt, source) : natPacket6(pkt, source);
}

/** Type of service, or traffic class. */
function classOf(p: Pkt): u32 {
  return p.proto == ETH_IPV4 ? (load<u8>(p.nh as usize, 1) as u32) : ip6Class(p.nh as usize);
}

/** mangle; what it changed of a packet of our own may mean another route. @see Linux iptable_mangle.c: ipt_mangle_out */
function mangle(hook: u32, pkt: u32, indev: u32, outdev: u32): u32 {
  const p = Pkt.at(pkt);
  if (!hasChain(p, TABLE_MANGLE, hook)) return 0;
  const v4 = p.proto == ETH_IPV4;
  const chain = chainOf(p.ns, v4 ? 4 : 6, TABLE_MANGLE, hook);
  if (hook != HOOK_OUTPUT) return chainRun(chain, pkt, hook, indev, outdev);
  const mark = p.mark;
  const tos = classOf(p);
  const bad = chainRun(chain, pkt, hook, indev, outdev);
  if (bad != 0) return bad;
  if (p.mark == mark && classOf(p) == tos) return 0;
  return v4 ? ip4Reroute(pkt) : ip6Reroute(pkt);
}

/** Whether IPVS has anything to do with a packet. */
function vsMay(pkt: u32): bool {
  if (Sim.at().vsServices == 0 || Pkt.at(pkt).proto != ETH_IPV4) return false;
  recAbort();
  return true;
}

/** raw, connection tracking, mangle, the destination's NAT, and for what is sent here IPVS. */
function enter(hook: u32, pkt: u32, indev: u32, outdev: u32): u32 {
  const p = Pkt.at(pkt);
  let bad = table(TABLE_RAW, hook, pkt, indev, outdev);
  if (bad == 0 && ctUsers(p) != 0) bad = ctIn(pkt);
  if (bad == 0) bad = mangle(hook, pkt, indev, outdev);
  if (bad == 0 && natUsers(p) != 0) bad = natEntry(hook, pkt, indev, outdev);
  if (bad == 0 && hook == HOOK_OUTPUT && vsMay(pkt)) bad = vsHook(hook, pkt);
  return bad;
}

/** Destination NAT; what was sent here is routed anew. */
function natEntry(hook: u32, pkt: u32, indev: u32, outdev: u32): u32 {
  if (Pkt.at(pkt).proto != ETH_IPV4) return natEntry6(hook, pkt, indev, outdev);
  const before = ip4Dst(Pkt.at(pkt).nh as usize);
  const bad = nat(hook, pkt, indev, outdev);
  if (bad != 0) return bad;
  if (hook == HOOK_OUTPUT && ip4Dst(Pkt.at(pkt).nh as usize) != before) return ip4Reroute(pkt);
  return 0;
}

/** The same over IPv6. */
function natEntry6(hook: u32, pkt: u32, indev: u32, outdev: u32): u32 {
  const p = Pkt.at(pkt);
  const d0 = load<u64>(p.nh as usize, 24);
  const d1 = load<u64>(p.nh as usize, 32);
  const bad = nat(hook, pkt, indev, outdev);
  if (bad != 0) return bad;
  const same = load<u64>(p.nh as usize, 24) == d0 && load<u64>(p.nh as usize, 32) == d1;
  return hook == HOOK_OUTPUT && !same ? ip6Reroute(pkt) : 0;
}

function run(hook: u32, pkt: u32, indev: u32, outdev: u32): u32 {
  const entry = hook == HOOK_PREROUTING || hook == HOOK_OUTPUT;
  let bad = entry ? enter(hook, pkt, indev, outdev) : mangle(hook, pkt, indev, outdev);
  if (bad != 0) return bad;
  // A packet that was routed anew still counts as leaving by the device it was first to leave by. @see nf_hook_state
  const filters = hook == HOOK_INPUT || hook == HOOK_FORWARD || hook == HOOK_OUTPUT;
  if (filters) {
    bad = table(TABLE_FILTER, hook, pkt, indev, outdev);
    if (bad == 0 && hook != HOOK_OUTPUT && vsMay(pkt)) bad = vsHook(hook, pkt);
    if (bad != 0) return bad;
  }
  const last = (hook == HOOK_INPUT || hook == HOOK_POSTROUTING) && Pkt.at(pkt).ct != 0;
  if (last && natUsers(Pkt.at(pkt)) != 0) bad = nat(hook, pkt, indev, outdev);
  if (bad == 0 && filters) bad = table(TABLE_SECURITY, hook, pkt, indev, outdev);
  return bad == 0 && last ? ctConfirm(pkt) : bad;
}

/** Conntrack sees whole packets only. @returns false: a fragment, held or dropped @see Linux nf_defrag_ipv4.c */
function whole(hook: u32, pkt: u32): bool {
  const p = Pkt.at(pkt);
  const v4 = p.proto == ETH_IPV4;
  if (p.ct != 0 || (v4 && !ip4IsFragment(p.nh as usize))) return true;
  const bridged = p.flags & PF_BRIDGED && !(p.flags & PF_PREROUTED);
  const user = hook == HOOK_OUTPUT ? DEFRAG_CT_OUT : bridged ? DEFRAG_CT_BRIDGE : DEFRAG_CT_IN;
  return v4 ? fragInput(pkt, user) : frag6Track(pkt, user);
}

/**
 * Takes a packet through a hook. Pre: Pkt.ns, proto, nh and th are set.
 * @param indev device it came in by, 0: sent here @param outdev device it goes out by, 0: not known yet
 * @returns VERDICT_ACCEPT, VERDICT_DROP: the packet is freed and counted, or VERDICT_STOLEN: it is a fragment that waits
 */
export function nfHook(hook: u32, pkt: u32, indev: u32, outdev: u32): i32 {
  const p = Pkt.at(pkt);
  const n = Ns.at(p.ns);
  if (p.flags & PF_TRACE) trace(p, TRACE_HOOK, p.data < p.nh ? hook | 0x100 : hook, indev, outdev);
  if (n.nfChains == 0) return VERDICT_ACCEPT;
  const entry = hook == HOOK_PREROUTING || hook == HOOK_OUTPUT;
  if (entry && ctUsers(p) != 0 && !whole(hook, pkt)) return VERDICT_STOLEN;
  const bad = run(hook, pkt, indev, outdev);
  if (bad == 0) return VERDICT_ACCEPT;
  if (bad == VS_STOLEN) return VERDICT_STOLEN;
  pktDrop(pkt, bad);
  return VERDICT_DROP;
}
