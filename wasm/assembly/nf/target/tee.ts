/**
 * TEE: a copy of the packet goes to a gateway, whatever its destination; it is sent like an own one, untracked.
 * Limits: IPv4.
 * @see Linux net/ipv4/netfilter/nf_dup_ipv4.c: nf_dup_ipv4
 */
import { DROP_NO_ROUTE, HOOK_INPUT, HOOK_PREROUTING, RULE_TO_IP, RULE_TO_IP2 } from '../../../abi';
import { Dev } from '../../dev/dev';
import { Ns } from '../../dev/ns';
import { ip4LocalOut, ip4Route } from '../../ip/output';
import { Sim } from '../../mem';
import { PF_FRAG_FORGOT, PF_FRAG_PMTU, PF_IGNORE_DF, PF_LOCAL, PF_NOTRACK, Pkt } from '../../sim/packet';
import { pktClone, pktDrop, pktFree, pktScrub, pktWritable } from '../../sim/pool';
import { csumFold, csumPartial } from '../../wire/checksum';
import { IP4_DF, ip4Frag, ip4Hlen, ip4Len, ip4Tos } from '../../wire/ipv4';
import { wr16 } from '../../wire/bytes';

/** The device of a namespace that has the name at `at`, 0: none. */
function named(ns: u32, at: usize): u32 {
  if (load<u8>(at) == 0) return 0;
  let i = Ns.at(ns).devs;
  while (i != 0 && (Dev.at(i).name0 != load<u64>(at) || Dev.at(i).name1 != load<u64>(at, 8))) i = Dev.at(i).nextInNs;
  return i;
}

/** Sends the copy. A copy is not copied again. @param r the rule's record */
export function teeTarget(pkt: u32, r: usize, hook: u32): void {
  const s = Sim.at();
  if (s.teeing != 0) return;
  const copy = pktClone(pkt);
  if (copy == 0) return;
  if (!pktWritable(copy)) {
    pktFree(copy);
    return;
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
  const ip = q.nh as usize;
  q.len = ip4Len(ip);
  q.flags |= PF_LOCAL | PF_NOTRACK | kept;
  wr16(ip + 6, ip4Frag(ip) | IP4_DF);
  if (hook == HOOK_PREROUTING || hook == HOOK_INPUT) store<u8>(ip, load<u8>(ip, 8) - 1, 8);
  store<u16>(ip, 0, 10);
  store<u16>(ip, csumFold(csumPartial(ip, ip4Hlen(ip), 0)), 10);
  const oif = named(q.ns, r + RULE_TO_IP2);
  if (ip4Route(copy, q.ns, 0, bswap<u32>(load<u32>(r + RULE_TO_IP, 12)), oif, ip4Tos(ip)) != 0) {
    pktDrop(copy, DROP_NO_ROUTE);
    return;
  }
  s.teeing = 1;
  ip4LocalOut(copy, oif);
  s.teeing = 0;
}
