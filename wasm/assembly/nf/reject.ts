/** The REJECT target: an ICMP error, or a TCP reset. @see Linux net/ipv4/netfilter/nf_reject_ipv4.c */
import { RTN_BROADCAST, RTN_MULTICAST } from '../../abi';
import { Ns } from '../dev/ns';
import { devXmit } from '../dev/xmit';
import { icmpSend } from '../ip/icmp';
import { replyMark } from '../ip/net4';
import { ip4Output, ip4Reroute } from '../ip/output';
import { PF_BRIDGED, PF_DF, Pkt } from '../sim/packet';
import { pktAlloc, pktDrop, pktPush } from '../sim/pool';
import { traceBecause, traceCause } from '../sim/trace';
import { rd16, rd32, wr16, wr32 } from '../wire/bytes';
import { csumL4 } from '../wire/checksum';
import { ETH_HLEN, ETH_IPV4, ethDst, ethSrc, ethWrite } from '../wire/ether';
import { IP4_DF, ip4Dst, ip4Hlen, ip4IsFragment, ip4Len, ip4Proto, ip4Src, ip4Write, PROTO_TCP } from '../wire/ipv4';
import { TCP_ACK, TCP_FIN, TCP_RST, TCP_SYN, tcpFlags, tcpHlen } from '../wire/l4';
import { ctAttachReply } from './conntrack';
import { nfReject6 } from './reject6';

/** Answers a packet that is about to be dropped. @param type ICMP type, 255: TCP reset @param code ICMP code */
export function nfReject(pkt: u32, type: u32, code: u32): void {
  const p = Pkt.at(pkt);
  if (p.proto != ETH_IPV4) {
    nfReject6(pkt, type, code);
    return;
  }
  if (type == 255) reset(pkt);
  else icmpSend(pkt, type, code, 0);
}

function reset(pkt: u32): void {
  const p = Pkt.at(pkt);
  const ip = p.nh as usize;
  const th = p.th as usize;
  if (ip4Proto(ip) != PROTO_TCP || ip4IsFragment(ip) || p.data + p.len < p.th + 20) return;
  if (p.rtype == RTN_BROADCAST || p.rtype == RTN_MULTICAST || tcpFlags(th) & TCP_RST) return;
  const answer = pktAlloc(20);
  if (answer == 0) return;
  const q = Pkt.at(answer);
  const t = q.data as usize;
  const flags = tcpFlags(th);
  memory.fill(t, 0, 20);
  wr16(t, rd16(th + 2));
  wr16(t + 2, rd16(th));
  if (flags & TCP_ACK) {
    wr32(t + 4, rd32(th + 8));
    store<u8>(t, TCP_RST as u8, 13);
  } else {
    const data = ip4Len(ip) - ip4Hlen(ip) - tcpHlen(th);
    const more: u32 = (flags & TCP_SYN ? 1 : 0) + (flags & TCP_FIN ? 1 : 0);
    wr32(t + 8, rd32(th + 4) + data + more);
    store<u8>(t, (TCP_RST | TCP_ACK) as u8, 13);
  }
  store<u8>(t, 0x50, 12);
  store<u16>(t, csumL4(ip4Dst(ip), ip4Src(ip), PROTO_TCP, t, 20), 16);
  q.flags |= PF_DF;
  ctAttachReply(answer, pkt);
  const was = traceBecause(p);
  if (p.flags & PF_BRIDGED) acrossBridge(p, answer);
  else ip4Output(p.ns, answer, ip4Dst(ip), ip4Src(ip), PROTO_TCP, 0, 0, replyMark(p.ns, p.mark), 0);
  traceCause(was);
}

/**
 * A reset about what a bridge has let in goes back by the port that came in by, from the station it was sent to, past
 * the hooks (takes the answer); there must be a route for it all the same. @see Linux nf_send_reset: nf_bridge_get_physindev
 */
function acrossBridge(p: Pkt, answer: u32): void {
  const q = Pkt.at(answer);
  const ip = p.nh as usize;
  q.ns = p.ns;
  q.mark = replyMark(p.ns, p.mark);
  q.proto = ETH_IPV4;
  q.th = q.data;
  const head = pktPush(answer, 20);
  q.nh = q.data;
  ip4Write(head, 0, q.len, 0, IP4_DF, Ns.at(p.ns).defaultTtl, PROTO_TCP, ip4Dst(ip), ip4Src(ip));
  const bad = ip4Reroute(answer);
  if (bad != 0) pktDrop(answer, bad);
  else bridgeAnswer(p, answer, ETH_IPV4);
}

/** Sends an answer with its IP header out of the port that a bridged packet came in by (takes it). */
export function bridgeAnswer(p: Pkt, answer: u32, type: u32): void {
  const eth = p.mac as usize;
  ethWrite(pktPush(answer, ETH_HLEN), ethSrc(eth), ethDst(eth), type);
  Pkt.at(answer).mac = Pkt.at(answer).data;
  devXmit(p.port, answer);
}
