/**
 * TEE: a copy of the packet goes to a gateway, whatever its destination; it is sent like an own one, untracked.
 * @see Linux net/ipv4/netfilter/nf_dup_ipv4.c: nf_dup_ipv4; net/ipv6/netfilter/nf_dup_ipv6.c
 */
import { DROP_NO_ROUTE, HOOK_INPUT, HOOK_PREROUTING, RULE_TO_IP, RULE_TO_IP2 } from '../../../abi';
import { Dev } from '../../dev/dev';
import { Ns } from '../../dev/ns';
import { ip4LocalOut, ip4Route } from '../../ip/output';
import { ip6LocalOut, ip6Route } from '../../ip6/output';
import { AT_HOP } from '../../ip6/scratch';
import { Sim } from '../../mem';
import { PF_FRAG_FORGOT, PF_FRAG_PMTU, PF_IGNORE_DF, PF_LOCAL, PF_NOTRACK, PF_TEED, Pkt } from '../../sim/packet';
import { pktClone, pktDrop, pktFree, pktScrub, pktWritable } from '../../sim/pool';
import { csumFold, csumPartial } from '../../wire/checksum';
import { ETH_IPV6 } from '../../wire/ether';
import { IP4_DF, ip4Frag, ip4Hlen, ip4Len, ip4Tos } from '../../wire/ipv4';
import { ip6Len } from '../../wire/ipv6';
import { wr16 } from '../../wire/bytes';

/** The device of a namespace that has the name at `at`, 0: none. */
function named(ns: u32, at: usize): u32 {
  if (load<u8>(at) == 0) return 0;
  let i = Ns.at(ns).devs;
  while (i != 0 && (Dev.at(i).name0 != load<u64>(at) || Dev.at(i).name1 != load<u64>(at, 8))) i = Dev.at(i).nextInNs;
  return i;
}

/** A copy that nothing is known of, at its IP header. @returns 0: there is no room */
function copyOf(pkt: u32): u32 {
  const copy = pktClone(pkt);
  if (copy == 0) return 0;
  if (!pktWritable(copy)) {
    pktFree(copy);
    return 0;
  }
  const q = Pkt.at(copy);
  const mark = q.mark;
  const fragMax = q.fragMax;
  const kept = q.flags & (PF_IGNORE_DF | PF_FRAG_PMTU | PF_FRAG_FORGOT);
  q.data = q.nh;
  pktScrub(copy);
  q.mark = mark;
  q.fragMax = fragMax;
  q.mac = 0;
  q.flags |= PF_LOCAL | PF_NOTRACK | kept;
  return copy;
}

/** Sends the copy. A copy is not copied again. @param r the rule's record */
export function teeTarget(pkt: u32, r: usize, hook: u32): void {
  const s = Sim.at();
  const copy = s.teeing != 0 ? 0 : copyOf(pkt);
  if (copy == 0) return;
  const oif = named(Pkt.at(copy).ns, r + RULE_TO_IP2);
  const came = hook == HOOK_PREROUTING || hook == HOOK_INPUT;
  const v6 = Pkt.at(copy).proto == ETH_IPV6;
  if ((v6 ? prepare6(copy, r, oif, came) : prepare4(copy, r, oif, came)) != 0) {
    pktDrop(copy, DROP_NO_ROUTE);
    return;
  }
  s.teeing = 1;
  if (v6) ip6LocalOut(copy, oif);
  else ip4LocalOut(copy, oif);
  s.teeing = 0;
}

/** @param came whether it was received @returns 0, or a negative errno: there is no way to the gateway */
function prepare4(copy: u32, r: usize, oif: u32, came: bool): i32 {
  const q = Pkt.at(copy);
  const ip = q.nh as usize;
  q.len = ip4Len(ip);
  wr16(ip + 6, ip4Frag(ip) | IP4_DF);
  if (came) store<u8>(ip, load<u8>(ip, 8) - 1, 8);
  store<u16>(ip, 0, 10);
  store<u16>(ip, csumFold(csumPartial(ip, ip4Hlen(ip), 0)), 10);
  return ip4Route(copy, q.ns, 0, bswap<u32>(load<u32>(r + RULE_TO_IP, 12)), oif, ip4Tos(ip));
}

function prepare6(copy: u32, r: usize, oif: u32, came: bool): i32 {
  const q = Pkt.at(copy);
  const ip = q.nh as usize;
  q.len = ip6Len(ip);
  if (came) store<u8>(ip, load<u8>(ip, 7) - 1, 7);
  q.flags |= PF_TEED;
  memory.copy(AT_HOP, r + RULE_TO_IP, 16);
  return ip6Route(copy, q.ns, AT_HOP, oif);
}
